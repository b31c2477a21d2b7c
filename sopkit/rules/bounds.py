"""What can touch a customer without any bound: SOP209."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Final, NamedTuple, TypeGuard

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph import Edge, Node
from sopkit.graph.course import INFINITE, Course, cycles, is_instant
from sopkit.model.documents import Journey, Procedure, Stage
from sopkit.model.steps import Go, Grant, Start, Step, Wait
from sopkit.model.triggers import JourneyMoved, OfferMoved, StepReported, Trigger
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import AUTOMATION, SCRIPT
from sopkit.rules.frequency import Frequencies, Often, comes_surely
from sopkit.rules.latest import latest_times
from sopkit.text import Phrase
from sopkit.tree import Mark

EVENT: Final = """\
kind: catalog
events:
  page-opened: {title: 打开页面, tool: mini-program}
---
"""
SEND: Final = "  - {id: hi, send: hello, via: mp-notice, for: care}\n"
ALWAYS: Final = AUTOMATION.replace("starts_on: member-joined", "starts_on: page-opened\nreentry: always")

UNBOUNDED: Final = Rule(
    code="SOP209",
    name="unbounded-trigger",
    severity=Severity.ERROR,
    summary=Phrase("触达次数没有上限", "touches without any bound"),
    message=Phrase(
        "一个客户会被触达多少次没有上限：{reason}", "nothing bounds how often a customer is touched: {reason}"
    ),
    why=Phrase(
        "系统会照单全发；算不出最多几次，触达上限也就无从保证。",
        "Tools will send every one of them; with no greatest number, no cap on touches can be promised.",
    ),
    fix=Phrase("给它一个上限：{advice}", "give it a bound: {advice}"),
    bad=EVENT + ALWAYS + SEND + SCRIPT,
    good=EVENT.replace("mini-program}", "mini-program, at_most: 1 per day}") + ALWAYS + SEND + SCRIPT,
)

RULES: Final = (UNBOUNDED,)

MOST_RELATED: Final = 4
NO_BOUND: Final = Phrase("这里没有写 at_most", "it says no `at_most` here")
ALSO_HERE: Final = Phrase("这里也一样", "likewise here")
BY_WAY_OF: Final = Phrase("经过这里", "by way of this")

Place = tuple[Mark, str]
"""Where a finding stands, and its subject."""


def check(case: Case) -> Iterator[Finding]:
    """Yield a finding for each event without a bound that touches, each journey whose runs pile up, each chain that never ends."""
    frequencies = Frequencies(case)
    blamed: dict[str, list[Place]] = {}
    for one in case.each("touching", partial(_touching, case)):
        root, playbook = one.root, one.playbook
        for node, step in one.awaited:
            _blame(blamed, frequencies, step.on, node.id, root)
        if one.onward:
            _blame_rounds(case, blamed, frequencies, one)
        if not isinstance(playbook, Journey | Procedure) or _is_rationed(playbook):
            continue
        starts = frequencies.of_starts(root)
        if starts.often is Often.UNBOUNDED:
            _blame(blamed, frequencies, playbook.starts_on, root, root)
        elif starts.often is Often.RATE and isinstance(playbook, Journey) and playbook.overlap:
            yield from _check_pile(case, playbook, root, one.touching)
    yield from _unbounded(case, blamed)
    yield from _check_chains(case)


class Touching(NamedTuple):
    """A playbook that touches customers, and what in it may do so without bound."""

    root: str
    playbook: Playbook
    touching: Set[str]
    """Its touches."""
    awaited: Sequence[tuple[Node, Step]]
    """Steps with a touch that wait for something to happen."""
    onward: Sequence[Edge]
    """Ways out of stages in which nobody has to stay that take no time, or wait for something to happen."""


def _touching(case: Case, root: str, playbook: Playbook) -> Iterator[Touching]:
    """Yield the playbook, if it touches anybody and something of it may do so without bound."""
    touching = {node.id for node, step in case.steps(root) if case.touches(step)}
    if not touching:
        return
    awaited = [(node, step) for node, step in case.steps(root) if step.on and case.touches_inside(step)]
    onward: list[Edge] = []
    if isinstance(playbook, Journey) and playbook.kind == "lifecycle" and (course := case.courses.get(root)):
        stages = {f"{root}/{stage.id}" for stage in playbook.stages if stage.stays is None}
        leaving = (edges for source, edges in course.leaving.items() if source in stages)
        onward = [edge for edges in leaving for edge in edges if _may_be_quick(edge)]
    if awaited or onward or (isinstance(playbook, Journey | Procedure) and not _is_rationed(playbook)):
        yield Touching(root, playbook, touching, awaited, onward)


def _is_rationed(playbook: Journey | Procedure) -> bool:
    return isinstance(playbook, Journey) and playbook.reentry.mode != "always"


def _blame(
    blamed: dict[str, list[Place]], frequencies: Frequencies, triggers: Sequence[Trigger], subject: str, root: str
) -> None:
    for trigger in triggers:
        found = frequencies.of(trigger, root)
        if found.often is Often.UNBOUNDED and found.cause is not None:
            blamed.setdefault(found.cause.id, []).append((trigger.at, subject))


def _blame_rounds(case: Case, blamed: dict[str, list[Place]], frequencies: Frequencies, one: Touching) -> None:
    """Blame events without a bound that send one customer round through stages of which one touches as soon as it is entered."""
    root = one.root
    course = case.courses.get(root)
    if course is None or case.doubts.of_flow(one.playbook.at):
        return
    quick = [edge for edge in one.onward if edge.on is None or frequencies.of(edge.on, root).often is Often.UNBOUNDED]
    if not quick:
        return
    order = {node.id: n for n, node in enumerate(case.graph.parts.get(root, ()))}
    for round_ in cycles([edge for edge in quick if edge.source in order], order):
        causes = [edge.on for edge in round_ if edge.on is not None]
        reached = [edge.source for edge in round_ if edge.source in course.reached]
        at_once = {place for stage in reached for place, time in _below(course, stage).items() if time == 0.0}
        if causes and at_once & one.touching:
            _blame(blamed, frequencies, causes, reached[0], root)


def _may_be_quick(edge: Edge) -> bool:
    """Return whether a way out of a stage can be taken again and again at any pace, if what it waits for comes so."""
    return edge.kind == "interrupt" and edge.label == "next" and (edge.on is not None or is_instant(edge.delay))


def _below(course: Course, stage: str) -> dict[str, float]:
    return course.earliest(stage, lambda node: node.startswith(f"{stage}/"))


def _unbounded(case: Case, blamed: dict[str, list[Place]]) -> Iterator[Finding]:
    """Yield one finding for each event to blame, where it first starts or triggers a touch."""
    for event, places in blamed.items():
        noun = case.workspace.events[event]
        (at, subject), *more = sorted(places)
        related = [(noun.at, NO_BOUND), *((mark, ALSO_HERE) for mark, _ in more[:MOST_RELATED])]
        reason = Phrase(
            f"事件 {event} 没写最多多少次，而它每次都会引起触达",
            f"the event {event} has no `at_most`, and each one leads to a touch",
        )
        advice = Phrase(
            f"给事件 {event} 写上 at_most，例如 at_most: 1 per day；或者把旅程的 reentry 改成 after 7d 这样的间隔",
            f"give the event {event} an `at_most`, such as `at_most: 1 per day`, or let the journey start again only `after 7d`, say",
        )
        yield case.finding(UNBOUNDED, at, subject, *related, reason=reason, advice=advice)


# Runs that pile up


def _check_pile(case: Case, journey: Journey, root: str, touching: Set[str]) -> Iterator[Finding]:
    """Overlapping runs that may stay for ever before a touch: all that ever started wake together."""
    course = case.courses.get(root)
    if course is None or case.doubts.of_flow(journey.at):
        return
    for at, name, after in _stays(case, journey, root, course):
        if after & touching:
            reason = Phrase(
                f"旅程可以同时跑很多份，每一份都可能一直停在“{name}”，之后一起触达",
                f"runs overlap, each may stay at `{name}` for ever, and then all touch together",
            )
            advice = Phrase(
                "写上 overlap: false（已有一份在跑就不再开始），或者给等待写上 up_to、给阶段写上按时间的出口",
                "write `overlap: false`, so that none starts while one runs, or give the wait an `up_to`, the stage a way out by time",
            )
            yield case.finding(UNBOUNDED, at, root, reason=reason, advice=advice)
            return


def _stays(case: Case, journey: Journey, root: str, course: Course) -> Iterator[tuple[Mark, str, set[str]]]:
    """Yield where a run may stay without bound: place, name, and the nodes that are still to come."""
    if journey.kind == "automation":
        for node, step in case.steps(root):
            if isinstance(step.verb, Wait) and node.id in course.reached and _waits_for_ever(step, step.verb):
                yield step.id_at, step.id, course.reach(node.id) - {node.id}
        return
    for stage in journey.stages:
        entry = f"{root}/{stage.id}"
        if entry not in course.reached:
            continue
        loops = any(entry in course.reach(edge.target) for edge in course.leaving.get(entry, ()))
        timed = any(move.after for move in stage.next) or _leaves_in_time(stage, course, entry)
        if not timed or (loops and not journey.follows):
            yield stage.at, stage.id, course.reach(entry)


def _waits_for_ever(step: Step, wait: Wait) -> bool:
    return bool(wait.until) and step.up_to is None and not any(map(comes_surely, wait.until))


def _leaves_in_time(stage: Stage, course: Course, entry: str) -> bool:
    """Return whether the stage's chain ends in a jump that is come to within a time that is bounded."""
    chain = [step for step in stage.steps if not (step.on or step.every)]
    last = chain[-1] if chain else None
    if last is None or not isinstance(last.verb, Go) or last.if_ is not None:
        return False
    return latest_times(course, entry).get(f"{entry}/{last.id}", INFINITE) < INFINITE


# Chains that start each other


def _check_chains(case: Case) -> Iterator[Finding]:
    """Yield the playbooks that start each other round and round, with a touch among them and nothing that slows them down."""
    links = dict(_links(case))
    if not links:
        return
    order = {root: n for n, (root, _) in enumerate(case.playbooks)}
    edges = [Edge(source, target, "emits", at) for (source, target), at in links.items()]
    told: set[str] = set()
    for cycle in cycles(edges, order):
        roots = [edge.source for edge in cycle]
        touching = any(case.touches(step) for root in roots for _, step in case.steps(root))
        if not touching or not told.isdisjoint(roots):
            continue
        told.update(roots)
        names = [root.partition("/")[2] for root in (*roots, roots[0])]
        way = " → ".join(names)
        reason = Phrase(f"旅程接连触发，转回自己：{way}", f"playbooks start each other, round and round: {way}")
        advice = Phrase(
            "断开其中一环，或者给其中一个旅程写上 reentry: after 30d 这样的间隔",
            "break the chain at one place, or give one of the journeys a pause such as `reentry: after 30d`",
        )
        related = [(edge.at, BY_WAY_OF) for edge in cycle[1 : MOST_RELATED + 1]]
        yield case.finding(UNBOUNDED, cycle[0].at, roots[0], *related, reason=reason, advice=advice)


def _links(case: Case) -> Iterator[tuple[tuple[str, str], Mark]]:
    """Yield which playbook starts which without a pause, and where it says so: by `start`, by moving on, by an offer or a step."""
    ready = dict(case.each("startable at once", lambda root, one: [(root, one)] if _may_start_at_once(one) else ()))
    granting: dict[str, list[str]] = {}
    for node, step, start in case.doing(Start):
        if node.playbook in ready:
            yield from (((node.playbook, target), step.at) for target in _roots(start.playbook.id) if target in ready)
    for node, _, grant in case.doing(Grant):
        offer = case.workspace.offers.get(grant.offer.id)
        if node.playbook in ready and offer is not None and offer.per_customer is None:
            granting.setdefault(offer.id, []).append(node.playbook)
    for root, playbook in ready.items():
        for trigger in playbook.starts_on:
            for source in _sources(trigger, ready, granting):
                yield (source, root), trigger.at


def _may_start_at_once(playbook: Playbook) -> TypeGuard[Journey | Procedure]:
    if isinstance(playbook, Journey):
        return playbook.reentry.mode == "always" and playbook.overlap
    return isinstance(playbook, Procedure)


def _sources(trigger: Trigger, ready: Mapping[str, object], granting: Mapping[str, list[str]]) -> Iterator[str]:
    match trigger:
        case JourneyMoved(place) | StepReported(place):
            name = place.id.partition("/")[0]
            yield from (
                root for root in (f"lifecycle/{name}", f"automation/{name}", f"procedure/{name}") if root in ready
            )
        case OfferMoved(offer, "granted"):
            yield from granting.get(offer.id, ())


def _roots(name: str) -> tuple[str, ...]:
    return f"lifecycle/{name}", f"automation/{name}", f"procedure/{name}"
