"""Branches that leave somebody out or overlap, conditions nobody can meet, guards that can't be carried out: SOP210–SOP214."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Rule, Severity
from sopkit.graph import Node
from sopkit.graph.satisfiability import NOBODY, UNDECIDED, Customer, leaves
from sopkit.graph.variables import key_of
from sopkit.model.conditions import conditions
from sopkit.model.documents import Cadence, Document, Journey
from sopkit.model.nouns import Event, Noun
from sopkit.model.predicates import All, Any, DataTest, Else, EventTest, Not, Predicate, SegmentTest
from sopkit.model.steps import Branch, Choose, Step, inner
from sopkit.model.triggers import OnEvent
from sopkit.model.values import Ref
from sopkit.rules.branches import around
from sopkit.rules.case import TOUCHES, Case, Playbook
from sopkit.rules.examples import SCRIPT, TIER, automation
from sopkit.rules.latest import latest_times
from sopkit.text import Phrase
from sopkit.tree import Mark

GOLD: Final = "      - {if: {tier: gold}, steps: [{id: call, do: 电话问候, by: guide, within: 1d}]}"
SILVER: Final = "      - {if: {tier: silver}, steps: [{id: mark, tag: in-community}]}"

GAP: Final = Rule(
    code="SOP210",
    name="guard-gap",
    severity=Severity.WARNING,
    summary=Phrase("分支没有覆盖所有客户", "branches that leave somebody out"),
    message=Phrase("有的客户哪个分支都不走，例如：{customer}", "some customers take none of the branches, for example: {customer}"),
    why=Phrase(
        "没想到的情况会悄悄跳过：这些客户什么也收不到，也没有人知道。",
        "The case that nobody thought of is passed in silence: such customers get nothing, and nobody knows.",
    ),
    fix=Phrase(
        "最后加一个 else 分支，写明其余的人怎么办；确实什么都不做，就写 else: []",
        "add an `else` branch for everybody else; where nothing is to be done, write `else: []`",
    ),
    bad=automation("  - id: fork", "    choose:", GOLD, SILVER, before=TIER),
    good=automation("  - id: fork", "    choose:", GOLD, SILVER, "      - {else: []}", before=TIER),
)  # fmt: skip
OVERLAP: Final = Rule(
    code="SOP211",
    name="guard-overlap",
    severity=Severity.WARNING,
    summary=Phrase("同一条件划分的分支互相重叠", "branches on the same thing that overlap"),
    message=Phrase(
        "有的客户同时符合这个分支和前面的分支，例如：{customer}",
        "some customers meet this branch and an earlier one, for example: {customer}",
    ),
    why=Phrase(
        "先写的分支会把他们带走。分支像是在把客户分成几类，重叠多半是写错了。",
        "The earlier branch takes them. The branches look like a division of customers into groups; an overlap is likely a slip.",
    ),
    fix=Phrase("把两个条件改成互不重叠", "change the two conditions so that nobody meets both"),
    bad=automation("  - id: fork", "    choose:", GOLD.replace("gold", "[gold, silver]"), SILVER.replace("silver", "[silver, bronze]"),
                   "      - {else: []}", before=TIER),
    good=automation("  - id: fork", "    choose:", GOLD, SILVER.replace("silver", "[silver, bronze]"), "      - {else: []}", before=TIER),
)  # fmt: skip
SHADOWED: Final = Rule(
    code="SOP212",
    name="shadowed-branch",
    severity=Severity.ERROR,
    summary=Phrase("轮不到的分支", "a branch that earlier ones leave nobody for"),
    message=Phrase(
        "没有人会走到这个分支：符合它的客户都先走了前面的分支",
        "nobody takes this branch: whoever meets it has taken an earlier one",
    ),
    why=Phrase(
        "分支按先后，第一个成立的算数；排在后面的更窄的条件永远轮不到。",
        "The first branch that holds wins, and a narrower one behind it never does.",
    ),
    fix=Phrase("把更窄的条件移到前面，或者删掉这个分支", "move the narrower condition to the front, or delete this branch"),
    bad=automation("  - id: fork", "    choose:", GOLD.replace("gold", "[gold, silver]"), SILVER, "      - {else: []}", before=TIER),
    good=automation("  - id: fork", "    choose:", SILVER, GOLD.replace("gold", "[gold, silver]"), "      - {else: []}", before=TIER),
)  # fmt: skip
IMPOSSIBLE: Final = Rule(
    code="SOP213",
    name="impossible-condition",
    severity=Severity.ERROR,
    summary=Phrase("谁也不可能符合的条件", "a condition that nobody can meet"),
    message=Phrase(
        "没有人能符合 {what}：它自相矛盾，或者要求的次数不可能",
        "nobody can meet {what}: it contradicts itself, or asks for a number of times that can't be",
    ),
    why=Phrase("条件永远不成立，它管的内容一次也不会发生。", "It never holds, and what hangs on it never happens."),
    fix=Phrase(
        "找出互相矛盾的两处，改掉一处；“任一成立”要写 any",
        "find the two parts that clash and change one; for “either”, write `any`",
    ),
    bad=automation("  - {id: call, do: 电话问候, by: guide, within: 1d, if: {all: [{tier: gold}, {tier: silver}]}}", before=TIER),
    good=automation("  - {id: call, do: 电话问候, by: guide, within: 1d, if: {any: [{tier: gold}, {tier: silver}]}}", before=TIER),
)  # fmt: skip
GROUP: Final = Rule(
    code="SOP214",
    name="group-guard",
    severity=Severity.ERROR,
    summary=Phrase("对选不了人的渠道写了条件", "a condition on a touch that can leave nobody out"),
    message=Phrase(
        "渠道“{channel}”人人可见，不能按条件挑人",
        "everybody sees what is sent by `{channel}`: a condition cannot leave anybody out",
    ),
    why=Phrase(
        "条件做不到：不符合的客户照样会看到，可能正是不同意接收的人。",
        "The condition cannot be carried out: those who fail it, who may have refused consent, see it all the same.",
    ),
    fix=Phrase(
        "去掉条件，内容写成人人可看；或者换成能选人的渠道。内容节奏的 audience 可以写这个渠道里是哪个人群，只写它的编号",
        "drop the condition and write it for everybody, or use a channel that selects customers; the `audience` of a cadence may "
        "name the segment of those whom the channel reaches, and nothing more",
    ),
    bad=automation("  - {id: post, send: hello, via: group, for: care, if: {consent: sms-marketing}}") + SCRIPT,
    good=automation("  - {id: post, send: hello, via: group, for: care}") + SCRIPT,
)  # fmt: skip

RULES: Final = (GAP, OVERLAP, SHADOWED, IMPOSSIBLE, GROUP)

EARLIER: Final = Phrase("前面的分支", "the earlier branch")


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with conditions and branches, and what could not be settled."""
    workspace = case.workspace
    for kind, declared in (("segment", workspace.segments), ("data", workspace.data), ("kpi", workspace.kpis)):
        holders: Iterable[Noun | Document] = declared.values()
        for one in holders:
            if not one.builtin:
                yield from _check_conditions(case, one, f"{kind}/{one.id}")
    for root, playbook in case.playbooks:
        yield from _check_conditions(case, playbook, root)
        if isinstance(playbook, Cadence) and playbook.audience is not None and not _is_a_segment(playbook.audience):
            yield from _check_group(case, root, playbook.via, playbook.audience)
        for node, step in case.steps(root):
            asked = conditions(step)
            if asked:
                yield from _check_step(case, playbook, node, step, asked)


def _is_a_segment(audience: Predicate) -> bool:
    """Return whether an audience names a segment: that says who is in a group or follows an account, and leaves nobody out."""
    return isinstance(audience, SegmentTest) or (isinstance(audience, All) and all(map(_is_a_segment, audience.parts)))


def _check_conditions(case: Case, holder: Noun | Document | Step, subject: str) -> Iterator[Outcome]:
    for key, condition in conditions(holder):
        yield from _check_possible(case, condition, subject, key)


def _check_step(
    case: Case, playbook: Playbook, node: Node, step: Step, asked: Iterable[tuple[str, Predicate]]
) -> Iterator[Outcome]:
    nobody = set[Mark]()
    for key, condition in asked:
        for outcome in _check_possible(case, condition, node.id, key):
            if isinstance(outcome, Finding):
                nobody.add(condition.at)
            yield outcome
    if step.if_ is not None:
        yield from _check_group(case, node.id, step.via, step.if_)
    if isinstance(step.verb, Choose) and not case.doubts.inside(step.verb_at):
        yield from _check_branches(case, playbook, node, step, step.verb, nobody=nobody)
        if isinstance(playbook, Journey):
            yield from _check_groups_inside(case, node, step.verb)


def _check_possible(case: Case, condition: Predicate, subject: str, key: str) -> Iterator[Outcome]:
    if not _may_clash(condition) or case.doubts.inside(condition.at):
        return
    impossible = case.excludes(condition)
    if impossible:
        once = [event for event in _events(case, condition) if event.at_most and event.at_most.per == "lifetime"]
        limits = ((event.at, Phrase("这个事件写了 at_most", "`at_most` of this event")) for event in once)
        what = Phrase(f"{key} 的条件", f"the condition of `{key}`")
        yield case.finding(IMPOSSIBLE, condition.at, subject, *limits, what=what)
    elif impossible is None:
        question = Phrase(f"有没有人能符合 {key} 的条件", f"whether anybody can meet the condition of `{key}`")
        yield from case.unsettled(IMPOSSIBLE, condition.at, subject, question)


def _events(case: Case, condition: Predicate) -> Iterator[Event]:
    """Yield the declared events that a condition counts, each once."""
    counted = {test.event.id: None for test in leaves(condition) if isinstance(test, EventTest) and test.count}
    yield from (case.workspace.events[one] for one in counted if one in case.workspace.events)


def _may_clash(condition: Predicate) -> bool:
    """Return whether the condition asks about something twice, for a number of times, or of something that stands for more: else
    all parts are free.
    """
    tests = leaves(condition)
    if any(isinstance(test, EventTest) and test.count for test in tests):
        return True
    if len(tests) < 2:
        return False
    keys = {key_of(test) for test in tests}
    return len(keys) < len(tests) or any(kind in ("segment", "task", "reachable", "in", "been_in") for kind, _ in keys)


def _check_group(case: Case, subject: str, via: Sequence[Ref], condition: Predicate) -> Iterator[Finding]:
    channels = case.workspace.channels
    for ref in via:
        channel = channels.get(ref.id)
        if channel is not None and channel.selects == "nobody" and channel.reach in TOUCHES:
            declared = (channel.at, Phrase("渠道在这里声明", "the channel is declared here"))
            yield case.finding(GROUP, condition.at, subject, declared, channel=ref.id)
            return


def _check_groups_inside(case: Case, fork: Node, choose: Choose) -> Iterator[Finding]:
    """A branch is a condition on what stands in it; a step that has a condition of its own is reported for that."""
    around = fork.id.rpartition("/")[0]
    for branch in choose.branches:
        for step in branch.steps:
            node = case.graph.nodes.get(f"{around}/{step.id}")
            if node is not None and step.if_ is None:
                yield from _check_group(case, node.id, step.via, branch.if_)


def _check_branches(
    case: Case, playbook: Playbook, node: Node, step: Step, choose: Choose, *, nobody: Set[Mark]
) -> Iterator[Outcome]:
    """Hold branches against each other; `nobody` are the conditions that are known to be met by nobody."""
    guarded = [branch for branch in choose.branches if not isinstance(branch.if_, Else)]
    impossible = {branch.at for branch in guarded if branch.if_.at in nobody}
    for at, branch in enumerate(guarded):
        before = guarded[:at]
        denied = [Not(one.if_, one.at) for one in before]
        if not before or branch.at in impossible:
            continue
        shadowed = case.excludes(branch.if_, *denied)
        if shadowed:
            impossible.add(branch.at)
            yield case.finding(SHADOWED, branch.if_.at, node.id, *((one.at, EARLIER) for one in before[-2:]))
        elif shadowed is None:
            question = Phrase("有没有人会走到这个分支", "whether anybody takes this branch")
            yield from case.unsettled(SHADOWED, branch.if_.at, node.id, question)
    yield from _check_else(case, node, guarded, choose.branches[len(guarded) :])
    yield from _check_overlaps(case, node, [branch for branch in guarded if branch.at not in impossible])
    if len(guarded) > 1 and len(guarded) == len(choose.branches) and step.if_ is None:
        rest = [Not(branch.if_, branch.at) for branch in guarded]
        left_out = case.meet(*rest, *_context(playbook, node, step), *_at_start(case, playbook, node))
        if isinstance(left_out, Customer):
            yield case.finding(GAP, step.verb_at, node.id, customer=left_out.describe())
        elif left_out == UNDECIDED:
            question = Phrase("这些分支有没有漏下谁", "whether these branches leave anybody out")
            yield from case.unsettled(GAP, step.verb_at, node.id, question)


def _check_else(case: Case, node: Node, guarded: Sequence[Branch], last: Sequence[Branch]) -> Iterator[Outcome]:
    """Report an `else` with steps for which the branches leave nobody; without steps it does no harm."""
    for branch in last:
        if not guarded or not branch.steps:
            return
        nobody_left = case.excludes(*(Not(one.if_, one.at) for one in guarded))
        if nobody_left:
            before = ((one.at, EARLIER) for one in guarded[-2:])
            yield case.finding(SHADOWED, branch.if_.at, node.id, *before, severity=Severity.WARNING)
        elif nobody_left is None:
            question = Phrase("有没有人会走到 else", "whether anybody takes `else`")
            yield from case.unsettled(SHADOWED, branch.if_.at, node.id, question)


def _context(playbook: Playbook, node: Node, step: Step) -> Iterator[Predicate]:
    """Yield what holds around a `choose`: the branches that it stands in, the stage's value, what is true all along."""
    if isinstance(playbook, Journey):
        if playbook.while_ is not None:
            yield playbook.while_
        if playbook.follows is not None:
            yield DataTest(playbook.follows, (node.id.split("/")[2],), node.at or step.at)
        steps: Sequence[Step] = [one for stage in playbook.stages for one in stage.steps]
    else:
        steps = playbook.steps
    for first in steps:
        for one in inner(first):
            if isinstance(one.verb, Choose):
                yield from around(one.verb, step)


def _at_start(case: Case, playbook: Playbook, node: Node) -> Iterator[Predicate]:
    """Yield what is still true from the start: what started it has happened; the audience is as tested while no time has passed."""
    starts = playbook.starts_on if isinstance(playbook, Journey) else ()
    events = [one for one in starts if isinstance(one, OnEvent)]
    if events and len(events) == len(starts):
        happened = (EventTest(one.event, None, None, negated=False, at=one.at) for one in events)
        yield Any(tuple(happened), node.at or events[0].at)
    if isinstance(playbook, Journey) and playbook.audience is not None and _is_at_once(case, playbook, node):
        yield playbook.audience


def _is_at_once(case: Case, journey: Journey, node: Node) -> bool:
    """Return whether a step is always done in the instant in which the journey starts."""
    root, entry = node.playbook, node.id.rpartition("/")[0]
    course = case.courses.get(root)
    if course is None or journey.follows is not None or latest_times(course, entry).get(node.id) != 0.0:
        return False
    return entry == root or all(edge.source == root for edge in course.arriving.get(entry, ()))


def _check_overlaps(case: Case, node: Node, branches: Sequence[Branch]) -> Iterator[Outcome]:
    """Report branches that divide customers by the same data and yet overlap. One inside the other is a habit, and fine; so are
    conditions on what happened or was agreed to, where the first that holds is meant to win.
    """
    asked = {branch.at: frozenset(map(key_of, leaves(branch.if_))) for branch in branches}
    reported: set[Mark] = set()
    for one, other in combinations(branches, 2):
        same = asked[one.at] == asked[other.at] and all(kind == "data" for kind, _ in asked[one.at])
        if not same or other.at in reported:
            continue
        both = case.meet(one.if_, other.if_)
        if both == NOBODY:
            continue
        nested = {case.implies(one.if_, other.if_), case.implies(other.if_, one.if_)}
        if True in nested:
            continue
        reported.add(other.at)
        if isinstance(both, Customer) and nested == {False}:
            yield case.finding(OVERLAP, other.if_.at, node.id, (one.at, EARLIER), customer=both.describe())
        else:
            question = Phrase("这个分支和前面的分支有没有重叠", "whether this branch and an earlier one overlap")
            yield from case.unsettled(OVERLAP, other.if_.at, node.id, question)
