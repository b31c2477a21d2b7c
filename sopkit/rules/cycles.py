"""Cycles that take no time and need nobody: SOP204."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Rule, Severity
from sopkit.graph import Edge, Node
from sopkit.graph.course import Course, cycles, is_instant
from sopkit.graph.satisfiability import tests_of
from sopkit.graph.variables import key_of
from sopkit.model.documents import Journey, Procedure
from sopkit.model.predicates import StageTest
from sopkit.model.steps import Ask, Erase, SetData, Start, Step, Tag
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import CALL, lifecycle
from sopkit.rules.latest import latest_times
from sopkit.rules.parcel import Piece
from sopkit.rules.pieces import heaps
from sopkit.text import Phrase
from sopkit.tree import Mark

ZERO_DELAY_CYCLE: Final = Rule(
    code="SOP204",
    name="zero-delay-cycle",
    severity=Severity.ERROR,
    summary=Phrase("不花时间的循环", "a cycle that takes no time"),
    message=Phrase(
        "从“{place}”出发会立刻转回来，中间不花一点时间：{way}",
        "from `{place}` the way leads straight back, and no time passes: {way}",
    ),
    why=Phrase(
        "系统会一圈接一圈地跑，同一时刻没完没了地执行。",
        "A tool would run round and round at one instant, without end.",
    ),
    fix=Phrase(
        "在循环里放上时间（after 或 wait），或者让其中一步通到别处",
        "put time into the cycle (`after` or `wait`), or let one of its steps lead elsewhere",
    ),
    bad=lifecycle(
        "  hello:", CALL + "    next: [{when: {order-paid: ever}, go: again}, {after: 30d, go: end}]",
        "  again:", "    next: [{when: {order-paid: ever}, go: hello}, {after: 7d, go: end}]",
    ),
    good=lifecycle(
        "  hello:", CALL + "    next: [{when: {order-paid: ever}, go: again}, {after: 30d, go: end}]",
        "  again:", "    next: [{after: 7d, go: hello}]",
    ),
)  # fmt: skip

RULES: Final = (ZERO_DELAY_CYCLE,)

NEEDS_SOMEBODY: Final = frozenset(("every", "on", "if_rejected", "came", "follows", "while", "ends_on"))
"""Labels of edges that wait for an event, a value, a decision or a period."""
BY_WAY_OF: Final = Phrase("经过这里", "by way of this")


def check(case: Case) -> Iterator[Outcome]:
    """Yield one finding for each knot of instant ways that some customer can go round."""
    playbooks = dict(case.playbooks)
    for name, roots in heaps(playbooks):
        some = [(root, playbooks[root]) for root in roots]
        piece = case.pieces.of(ZERO_DELAY_CYCLE.code, name, roots, partial(_inside, case, some))
        yield from piece[0] if piece is not None else ()
    yield from _check_handovers(case)


def _inside(case: Case, playbooks: Iterable[tuple[str, Playbook]]) -> Piece:
    """Return what is said of ways that lead round inside of these playbooks."""
    found: list[Outcome] = []
    for root, playbook in playbooks:
        course = case.courses.get(root)
        if course is None or case.doubts.of_flow(playbook.at):
            continue
        instant = [edge for edges in course.leaving.values() for edge in edges if _takes_no_time(case, edge)]
        if instant:
            found += _check_course(case, root, course, instant)
    return tuple(found), ()


def _takes_no_time(case: Case, edge: Edge) -> bool:
    if edge.on is not None or edge.label in NEEDS_SOMEBODY or not (is_instant(edge.delay) and is_instant(edge.held)):
        return False
    if case.graph.nodes[edge.target].kind == "exit":
        return False
    stage = case.graph.nodes[edge.source].stage
    return not (edge.kind == "interrupt" and stage is not None and stage.stays is not None)


def _check_course(case: Case, root: str, course: Course, instant: Sequence[Edge]) -> Iterator[Outcome]:
    order = {node.id: n for n, node in enumerate(case.graph.parts.get(root, ()), 1)}
    order[root] = 0
    seen: set[str] = set()
    for cycle in cycles(instant, order):
        places = [edge.source for edge in cycle]
        if not seen.isdisjoint(places) or places[0] not in course.reached:
            continue
        endless = _can_go_round(case, cycle)
        if endless:
            seen.update(places)
            yield _finding(case, [case.graph.nodes[place] for place in places])
        elif endless is None:
            question = Phrase("有没有人会立刻转回这里", "whether the way leads anybody straight back here")
            yield from case.unsettled(ZERO_DELAY_CYCLE, cycle[0].at, places[0], question)


def _can_go_round(case: Case, cycle: Sequence[Edge]) -> bool | None:
    """Return whether some customer meets all guards, and nothing done on the way changes what they ask about; None: not decided."""
    guards = [edge.guard for edge in cycle if edge.guard is not None]
    asked = {key_of(test) for guard in guards for test in tests_of(case.workspace, guard)}
    if any(isinstance(test, StageTest) for guard in guards for test in tests_of(case.workspace, guard)):
        return False
    steps = [case.graph.nodes[edge.source].step for edge in cycle]
    if any(written in asked for step in steps if step is not None for written in _written(step)):
        return False
    nobody = case.excludes(*guards)
    return None if nobody is None else not nobody


def _written(step: Step) -> Iterator[tuple[str, str]]:
    """Yield what a step changes, as kind and id of what predicates ask about."""
    match step.verb:
        case Tag(tags):
            yield from (("tag", tag.id) for tag in tags)
        case SetData(values):
            yield from (("data", datum.id) for datum, _ in values)
        case Erase(data):
            yield from (("data", datum.id) for datum in data)
        case Ask(what):
            yield from ((kind, one.id) for one in what for kind in ("consent", "data", "task"))


def _finding(case: Case, places: Sequence[Node]) -> Finding:
    first = places[0]
    names = [node.id.rpartition("/")[2] for node in (*places, first)]
    way = " → ".join(names)
    related = [(node.at, BY_WAY_OF) for node in places[1:4] if node.at is not None]
    at = first.step.id_at if first.step else first.at
    if at is None:
        raise ValueError(f"a cycle through {first.id}, which is written nowhere")
    return case.finding(ZERO_DELAY_CYCLE, at, first.id, *related, place=names[0], way=way)


# Playbooks that start each other


def _check_handovers(case: Case) -> Iterator[Finding]:
    """Yield playbooks that start each other at once and without end. Those that touch on the way are touches without a bound."""
    links = dict(_handovers(case))
    order = {root: n for n, (root, _) in enumerate(case.playbooks)}
    told: set[str] = set()
    for cycle in cycles([Edge(source, target, "emits", at) for (source, target), at in links.items()], order):
        roots = [edge.source for edge in cycle]
        touching = any(case.touches(step) for root in roots for _, step in case.steps(root))
        if touching or not told.isdisjoint(roots):
            continue
        told.update(roots)
        names = [root.partition("/")[2] for root in (*roots, roots[0])]
        related = [(edge.at, BY_WAY_OF) for edge in cycle[1:4]]
        yield case.finding(
            ZERO_DELAY_CYCLE, cycle[0].at, roots[0], *related, place=names[0], way=" → ".join(names)
        )  # fmt: skip


def _handovers(case: Case) -> Iterator[tuple[tuple[str, str], Mark]]:
    """Yield (playbook, playbook that it starts) where every run of the first does so in the instant in which it starts."""
    ready = {root: playbook for root, playbook in case.playbooks if _may_start_at_once(playbook)}
    starting = {node.playbook for node, *_ in case.doing(Start)}
    for root, playbook in ready.items():
        course = case.courses.get(root)
        if course is None or root not in starting or case.doubts.of_flow(playbook.at):
            continue
        sure = course.reach(root, lambda edge: edge.kind == "then" and edge.guard is None and edge.on is None)
        times = latest_times(course, root)
        for node, step in case.steps(root):
            if isinstance(step.verb, Start) and step.if_ is None and node.id in sure and times.get(node.id) == 0.0:
                for kind in ("automation", "procedure"):
                    target = f"{kind}/{step.verb.playbook.id}"
                    if target in ready:
                        yield (root, target), step.id_at


def _may_start_at_once(playbook: Playbook) -> bool:
    """Return whether runs may follow each other, and overlap, for whoever is handed over."""
    if isinstance(playbook, Journey):
        free = playbook.reentry.mode == "always" and playbook.overlap and playbook.kind == "automation"
        return free and playbook.audience is None and playbook.while_ is None
    return isinstance(playbook, Procedure) and playbook.audience is None
