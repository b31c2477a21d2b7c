"""Whether every stage and step can be reached and left, and whether a required step can be passed by: SOP201–SOP203, SOP205–SOP207."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from sopkit.diagnostics import Finding, Outcome, Rule, Severity
from sopkit.graph.course import INFINITE, Course, longest
from sopkit.graph.satisfiability import UNDECIDED
from sopkit.graph.triggers import trigger_id
from sopkit.model.documents import Journey, Stage, Transition
from sopkit.model.predicates import All, Not, Predicate
from sopkit.model.steps import Choose, Go, Step, inner
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.rules.case import Case
from sopkit.rules.examples import CALL, END, TIER, lifecycle
from sopkit.rules.latest import latest_times
from sopkit.text import Phrase
from sopkit.tree import Mark

UNREACHABLE_STAGE: Final = Rule(
    code="SOP201",
    name="unreachable-stage",
    severity=Severity.ERROR,
    summary=Phrase("没有路通到的阶段", "a stage that no way leads to"),
    message=Phrase("没有一条路通到阶段“{stage}”", "no way leads to the stage `{stage}`"),
    why=Phrase(
        "客户永远进不了这个阶段，里面的步骤一次也不会执行。",
        "No customer will ever be in it, and none of its steps will be done.",
    ),
    fix=Phrase(
        "在另一个阶段的 next 里加一条通到它的路（go: {stage}）；用不上就删掉这个阶段",
        "add a way to it under another stage's `next`, with `go: {stage}`, or delete the stage",
    ),
    bad=lifecycle("  hello:", CALL + END, "  later:", CALL + END),
    good=lifecycle("  hello:", CALL + "    next: [{after: 7d, go: later}]", "  later:", CALL + END),
)
UNREACHABLE_STEP: Final = Rule(
    code="SOP202",
    name="unreachable-step",
    severity=Severity.ERROR,
    summary=Phrase("轮不到的步骤", "a step whose turn never comes"),
    message=Phrase("永远轮不到步骤“{step}”：{reason}", "the turn of the step `{step}` never comes: {reason}"),
    why=Phrase(
        "写了却永远不会做，看手册的人还以为有人在做。",
        "It is never done, while readers of the manual believe that it is.",
    ),
    fix=Phrase(
        "让它在客户离开之前轮到：移到离开（go、end）的步骤前面，或者把时间提前；用不上就删掉",
        "let its turn come before the customer leaves: move it before the step that leaves (`go`, `end`), or let it be "
        "due sooner; delete it if it is of no use",
    ),
    bad=lifecycle("  hello:", "    steps:", "      - {id: leave, go: end}", "      - {id: call, do: 电话问候, by: guide, within: 1d}"),
    good=lifecycle("  hello:", "    steps:", "      - {id: call, do: 电话问候, by: guide, within: 1d}", "      - {id: leave, go: end}"),
)  # fmt: skip
DEAD_END: Final = Rule(
    code="SOP203",
    name="dead-end",
    severity=Severity.ERROR,
    summary=Phrase("进得去出不来的阶段", "a stage that is never left"),
    message=Phrase("客户进了阶段“{stage}”就出不来", "a customer who enters the stage `{stage}` never leaves it"),
    why=Phrase(
        "没有出口，人会越积越多，后面该做的事一件也轮不到。",
        "With no way out customers pile up here, and whatever should follow never does.",
    ),
    fix=Phrase(
        "给这个阶段写上 next，至少有一条按时间的出口，例如 after: 30d 加 go: end",
        "give the stage a `next` with a way out by time, such as `after: 30d` with `go: end`",
    ),
    bad=lifecycle("  hello:", CALL),
    good=lifecycle("  hello:", CALL + "    next: [{after: 30d, go: end}]"),
)
SKIPPED_REQUIRED_STEP: Final = Rule(
    code="SOP205",
    name="skipped-required-step",
    severity=Severity.ERROR,
    summary=Phrase("必做的步骤可以被绕过", "a required step that a way passes by"),
    message=Phrase("步骤“{step}”写明必做，但{way}会绕过它", "the step `{step}` is required, but {way} passes it by"),
    why=Phrase(
        "走那条路的客户不会经过它，“必做”就成了空话。",
        "Customers on that way never come to it, and “required” means nothing.",
    ),
    fix=Phrase(
        "把它移到那条路分出去之前，或者给它留够时间；不是人人必做，就去掉 required",
        "move it before that way branches off, or leave enough time for it; if not everybody needs it, drop `required`",
    ),
    bad=lifecycle(
        "  hello:", "    steps:", "      - {id: leave, go: end, if: {order-paid: ever}}",
        "      - {id: call, do: 电话问候, by: guide, within: 1d, required: true}", END,
    ),
    good=lifecycle(
        "  hello:", "    steps:", "      - {id: call, do: 电话问候, by: guide, within: 1d, required: true}",
        "      - {id: leave, go: end, if: {order-paid: ever}}", END,
    ),
)  # fmt: skip
VALUE_WITHOUT_STAGE: Final = Rule(
    code="SOP206",
    name="value-without-stage",
    severity=Severity.ERROR,
    summary=Phrase("跟随的数据有取值没有对应阶段", "a value of the followed data that has no stage"),
    message=Phrase("“{data}”可以是 {values}，但没有对应的阶段", "`{data}` can be {values}, and there is no stage for it"),
    why=Phrase(
        "数据变成这个取值的客户没有阶段可去，该收到什么谁也说不清。",
        "A customer with that value has no stage to be in, and nobody can say what they should get.",
    ),
    fix=Phrase("在 stages 下为它加一个同名的阶段，可以没有步骤", "add a stage of that name under `stages`; it may have no steps"),
    bad=lifecycle("  gold:", CALL, "  silver: {title: 银卡}", before=TIER).replace("stages:\n", "follows: tier\nstages:\n"),
    good=lifecycle("  gold:", CALL, "  silver: {title: 银卡}", "  bronze: {title: 铜卡}", before=TIER).replace(
        "stages:\n", "follows: tier\nstages:\n"
    ),
)  # fmt: skip
SHADOWED_TRANSITION: Final = Rule(
    code="SOP207",
    name="shadowed-transition",
    severity=Severity.ERROR,
    summary=Phrase("轮不到的转移", "a transition that an earlier one always forestalls"),
    message=Phrase("这条转移永远轮不到：{reason}", "this transition is never taken: {reason}"),
    why=Phrase(
        "next 里第一个成立的算数；前面那条总是先走，这一条写了等于没写。",
        "The first entry of `next` that holds wins; the earlier one always does, and this one means nothing.",
    ),
    fix=Phrase("调整先后，或者把前面那条的条件写窄，或者删掉这一条", "change the order, narrow the earlier entry, or delete this one"),
    bad=lifecycle("  hello:", CALL + "    next: [{after: 3d, go: end}, {after: 7d, go: later}]", "  later:", CALL + END),
    good=lifecycle("  hello:", CALL + "    next: [{on: chat-replied, go: end}, {after: 7d, go: later}]", "  later:", CALL + END),
)  # fmt: skip

RULES: Final = (
    UNREACHABLE_STAGE, UNREACHABLE_STEP, DEAD_END, SKIPPED_REQUIRED_STEP, VALUE_WITHOUT_STAGE, SHADOWED_TRANSITION,
)  # fmt: skip

AFTER_LEAVING: Final = Phrase("它前面的每条路都已经离开了", "every way before it has left by then")
ANOTHER_WAY: Final = Phrase("另一条路", "another way")
LEAVES_HERE: Final = Phrase("在这里离开", "here it leaves")


def check(case: Case) -> Iterator[Outcome]:
    """Yield what can't be reached, left or relied on."""
    for root, playbook in case.playbooks:
        course = case.courses.get(root)
        if course is None:
            continue
        if isinstance(playbook, Journey) and playbook.kind == "lifecycle":
            yield from _check_lifecycle(case, playbook, root, course)
        else:
            doubtful = "" in case.doubts.of_flow(playbook.at)
            yield from _check_steps(case, root, course, None, doubtful=doubtful)


def _check_lifecycle(case: Case, journey: Journey, root: str, course: Course) -> Iterator[Outcome]:
    doubts = case.doubts.of_flow(journey.at)
    lost = bool(doubts) or (case.doubts.any and _jumps_nowhere(journey))
    for stage in journey.stages:
        entry = f"{root}/{stage.id}"
        if entry not in course.reached:
            if not lost:
                yield case.finding(UNREACHABLE_STAGE, stage.at, entry, stage=stage.id)
            continue
        doubtful = stage.id in doubts or "" in doubts
        yield from _check_steps(case, entry, course, stage, doubtful=doubtful)
        if doubtful:
            continue
        if not (stage.next or journey.follows or _leaves(stage)):
            yield case.finding(DEAD_END, stage.at, entry, stage=stage.id)
        yield from _check_order(case, stage, entry)
    yield from _check_values(case, journey, root)


def _jumps_nowhere(journey: Journey) -> bool:
    """Return whether a jump's goal is not known, so that what seems unreachable may be what it means."""
    known = {stage.id for stage in journey.stages} | {"end"}
    if any(move.go.id not in known for stage in journey.stages for move in stage.next):
        return True
    steps = [one for stage in journey.stages for step in stage.steps for one in inner(step)]
    return any(step.verb is None or (isinstance(step.verb, Go) and step.verb.to.id not in known) for step in steps)


def _leaves(stage: Stage) -> bool:
    return any(isinstance(one.verb, Go) for step in stage.steps for one in inner(step))


def _check_steps(case: Case, entry: str, course: Course, stage: Stage | None, *, doubtful: bool) -> Iterator[Finding]:
    """Check the steps that hang below `entry`: does each one's turn ever come, can none be passed by that must not be."""
    if doubtful:
        return
    timers = [move for move in stage.next if move.after is not None] if stage else []
    timer = min(timers, key=lambda move: longest(move.after), default=None)
    out_of_time = _too_late(case, entry, course, stage, timer) if stage and timer else frozenset[str]()
    reached, arriving = course.reached, course.arriving
    for node, step in case.below(course.root, entry):
        if node.id not in reached:
            if not any(_is_step(case, edge.source) for edge in arriving.get(node.id, ())):
                related = _leaving_steps(case, course, entry, step)
                yield case.finding(UNREACHABLE_STEP, step.id_at, node.id, *related, step=step.id, reason=AFTER_LEAVING)
        elif timer and node.id in out_of_time:
            if not any(edge.source in out_of_time for edge in arriving.get(node.id, ())):
                yield _out_of_time(case, node.id, step, timer)
        elif step.required and not (step.on or step.every):
            yield from _check_required(case, course, node.id, step, timer)


def _is_step(case: Case, node: str) -> bool:
    return case.graph.nodes[node].step is not None


def _leaving_steps(case: Case, course: Course, entry: str, unreachable: Step) -> list[tuple[Mark, Phrase]]:
    """Return the steps before the unreachable one that leave, at most two."""
    leaving = [
        (step.at, LEAVES_HERE)
        for _, step in case.below(course.root, entry)
        if isinstance(step.verb, Go) and step.at < unreachable.at
    ]
    return leaving[-2:]


def _too_late(case: Case, entry: str, course: Course, stage: Stage, timer: Transition) -> frozenset[str]:
    """Return the steps whose earliest time lies at or after that of the stage's timer: transitions come before due steps."""
    limit = max(longest(timer.after), longest(stage.stays))
    if limit == INFINITE:
        return frozenset()
    times = course.earliest_below(entry)
    return frozenset(node for node, time in times.items() if time >= limit and _is_step(case, node))


def _out_of_time(case: Case, node: str, step: Step, timer: Transition) -> Finding:
    after = str(timer.after)
    reason = Phrase(
        f"最早也要到进入阶段 {after} 以后，而那时客户已经离开",
        f"it is due {after} after entry at the earliest, when the customer has left",
    )
    return case.finding(
        UNREACHABLE_STEP, step.id_at, node, (timer.at, LEAVES_HERE), step=step.id, reason=reason
    )  # fmt: skip


# Required steps


def _check_required(case: Case, course: Course, node: str, step: Step, timer: Transition | None) -> Iterator[Finding]:
    entry = node.rpartition("/")[0]
    passing = _passed_by(case, course, entry, node)
    if passing is not None:
        here = (passing, Phrase("从这里绕过", "here it is passed by"))
        yield case.finding(SKIPPED_REQUIRED_STEP, step.id_at, node, here, step=step.id, way=ANOTHER_WAY)
        return
    if timer is None or case.doubts.inside(step.at):
        return
    latest = latest_times(course, entry).get(node, INFINITE)
    if latest < INFINITE and latest > longest(timer.after):
        way = Phrase(f"进入阶段 {timer.after} 后的转移", f"the transition {timer.after} after entry")
        late = Phrase("到这个时候，这一步可能还没做", "by then the step may not be done yet")
        yield case.finding(SKIPPED_REQUIRED_STEP, step.id_at, node, (timer.at, late), step=step.id, way=way)


def _passed_by(case: Case, course: Course, entry: str, required: str) -> Mark | None:
    """Return the jump by which a customer who is on the way to the required step leaves without it.

    Only jumps count that part from the list of steps which the required one stands in, or from a list around it: whoever took
    another branch of a `choose` was never on the way.
    """
    head = _list_head(case, course, entry, required)
    seen = course.reach(
        head, lambda edge: edge.kind == "then" and edge.label not in ("on", "every") and edge.source != required
    )
    for place in sorted(seen, key=lambda place: case.graph.nodes[place].at or 0):
        for edge in course.leaving.get(place, ()):
            if edge.label == "go" and place != required and not _comes_back(course, edge.target, required):
                return edge.at
    return None


def _comes_back(course: Course, start: str, required: str) -> bool:
    """Return whether a jump inside a procedure leads to a place from which the required step is still to come."""
    return required in course.reach(start, lambda edge: edge.kind == "then")


def _list_head(case: Case, course: Course, entry: str, required: str) -> str:
    """Return the node behind which the list of steps begins that the required one stands in: a branch, or the whole stage."""
    for _, step in case.below(course.root, entry):
        if isinstance(step.verb, Choose):
            for branch in step.verb.branches:
                names = [f"{entry}/{one.id}" for one in branch.steps]
                if required in names:
                    return names[0]
        if required in (names := [f"{entry}/{one.id}" for one in step.otherwise]):
            return names[0]
    return entry


# Transitions


def _check_order(case: Case, stage: Stage, entry: str) -> Iterator[Outcome]:
    for later_at, later in enumerate(stage.next):
        unsettled = False
        for earlier in stage.next[:later_at]:
            reason = _forestalled(case, earlier, later)
            if isinstance(reason, Phrase):
                first = Phrase("总是先走这一条", "this one is always taken first")
                yield case.finding(SHADOWED_TRANSITION, later.at, entry, (earlier.at, first), reason=reason)
                break
            unsettled = unsettled or reason == UNDECIDED
        else:
            if unsettled:
                question = Phrase("这条转移轮不轮得到", "whether this transition is ever taken")
                yield from case.unsettled(SHADOWED_TRANSITION, later.at, entry, question)


def _forestalled(case: Case, earlier: Transition, later: Transition) -> Phrase | Literal["undecided"] | None:
    """Return why the earlier transition is always taken before the later one; None where it is not."""
    answers: set[bool | None] = set()
    if earlier.after and later.after and longest(later.after) >= longest(earlier.after):
        return Phrase(
            f"进入阶段 {earlier.after} 后客户已经按前面那条走了",
            f"{earlier.after} after entry the customer has left by the earlier one",
        )
    if earlier.when is not None and later.when is not None:
        answers.add(case.implies(later.when, earlier.when))
        if True in answers:
            return Phrase("它成立时，前面那条也一定成立", "whenever it holds, so does the earlier one")
    if earlier.when is not None:
        answers.add(case.excludes(Not(earlier.when, earlier.at)))
        if True in answers:
            return Phrase("前面那条的条件对谁都成立", "the condition of the earlier one holds for everybody")
    if earlier.on and later.on:
        covered = {_covered(case, trigger, earlier.on) for trigger in later.on}
        if covered == {True}:
            return Phrase("前面那条等的是同样的事", "the earlier one waits for the same")
        answers |= covered if False not in covered else set()
    return UNDECIDED if None in answers else None


def _covered(case: Case, trigger: Trigger, earlier: Sequence[Trigger]) -> bool | None:
    """Return whether one of the earlier triggers comes whenever this one does; None where that was not decided."""
    same = {_wider(case, one, trigger) for one in earlier if trigger_id(one, "") == trigger_id(trigger, "")}
    return True if True in same else None if None in same else False


def _wider(case: Case, one: Trigger, other: Trigger) -> bool | None:
    """Return whether the first trigger's `where` lets pass whatever the second's does; None where that was not decided."""
    first: Predicate | None = one.where if isinstance(one, OnEvent) else None
    second: Predicate | None = other.where if isinstance(other, OnEvent) else None
    if first is None:
        return True
    return case.implies(second or All((), other.at), first)


def _check_values(case: Case, journey: Journey, root: str) -> Iterator[Finding]:
    """Check that each value of the followed datum has its stage."""
    if journey.follows is None or case.doubts.of_flow(journey.at):
        return
    datum = case.workspace.data.get(journey.follows.id)
    stages = {stage.id for stage in journey.stages}
    missing = [value for value in datum.values if value not in stages] if datum else []
    if missing and datum:
        declared = (datum.at, Phrase("取值在这里声明", "its values are declared here"))
        values = Phrase("、".join(missing), ", ".join(missing))
        yield case.finding(VALUE_WITHOUT_STAGE, journey.follows.at, root, declared, data=datum.id, values=values)
