"""Whether a deadline can be met by a tool that hears of the trigger through a sync: SOP701."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from sopkit.diagnostics import (
    Extent,
    Finding,
    Moment,
    Outcome,
    Proof,
    Related,
    Rule,
    Severity,
    Unassessed,
    Verdict,
    farthest,
)
from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage
from sopkit.graph.clock import wall, zone
from sopkit.graph.course import shortest
from sopkit.graph.latency import MOST_INSTANTS, TooMuchError
from sopkit.graph.satisfiability import tests_of
from sopkit.model.predicates import EventTest
from sopkit.rules.case import Case, Playbook
from sopkit.rules.tools_examples import NIGHTLY, PUSH, WELCOME
from sopkit.rules.tools_occasions import Occasion, occasions_in
from sopkit.rules.tools_routes import NEVER, Delivery, Route, length, routes, travels
from sopkit.text import Phrase

INFEASIBLE: Final = Rule(
    code="SOP701",
    name="infeasible-deadline",
    severity=Severity.ERROR,
    summary=Phrase("系统来不及做到的时限", "a deadline that the tools cannot meet"),
    message=Phrase(
        "步骤“{step}”要求 {within} 内完成，但 {tool} 要等同步才知道，最慢要 {needs}",
        "the step `{step}` is due within {within}, but `{tool}` hears of it by sync, and needs {needs} at worst",
    ),
    why=Phrase(
        "写着的时限做不到，客户等不到，员工却以为系统已经发了。",
        "The promise cannot be kept: customers wait while staff believe that the tool has sent.",
    ),
    fix=Phrase(
        "让同步跑得勤一些（例如 every: event 或 every: 15m），或者把时限放宽到 {needs}以上",
        "let the sync run more often (`every: event` or `every: 15m`, say), or allow at least {needs}",
    ),
    bad=WELCOME + NIGHTLY,
    good=WELCOME + PUSH,
)
ON_TIME: Final = Phrase("同步不失败，员工按时", "no sync run fails, and staff are on time")
UNNAMED: Final = Phrase("同步的开始时刻没有写明", "when the syncs start is not declared")
NO_ZONE: Final = Phrase("客户的时区没有写明", "the customers' time zones are not declared")
NO_LENGTH: Final = Phrase("没写 takes 的同步不费时间", "a sync without `takes` takes no time")
COUNTS: Final = Phrase("after 从系统得知时算起", "`after` counts from when the tool hears of it")
NO_OTHER: Final = Phrase("有客户只能用这个渠道联系上", "some customers are reached by this channel only")
SAME_EVENT: Final = Phrase("前提在触发时成立", "the guard holds when the trigger occurs")


@dataclass(frozen=True, slots=True)
class Answer:
    """The worst instant of one question."""

    late: int
    """Seconds counted between event and send."""
    at: int
    delivery: Delivery


def check(case: Case, carriage: Carriage) -> Iterator[Outcome]:
    """Yield a finding for each step whose deadline cannot be met, what was not settled, and one proof for the rest."""
    known: Known = {}

    def of(root: str, playbook: Playbook) -> Iterator[Finding | Unassessed | Extent | Occasion]:
        asked = [one for one in occasions_in(case, root, playbook) if _is_asked(one)]
        # which channels reach whom may hang on the stages of other playbooks
        yield from (one for one in asked if _is_chosen(one))
        yield from _outcomes(case, carriage, (one for one in asked if not _is_chosen(one)), known)

    every = [*case.each("deadlines", of)]
    chosen = [one for one in every if isinstance(one, Occasion)]
    outcomes = [*(one for one in every if not isinstance(one, Occasion)), *_outcomes(case, carriage, chosen, known)]
    extents = [one for one in outcomes if isinstance(one, Extent)]
    yield from (one for one in outcomes if not isinstance(one, Extent))
    if extents and len(extents) == len(outcomes):
        least, name = min((int(one.limit - one.worst), one.of) for one in extents)
        assumed = {ON_TIME, *_assumptions(carriage)}
        proof = _proof(len(extents), name.rpartition("/")[2], least, assumed)
        yield replace(proof, extents=farthest(extents))


def _is_asked(occasion: Occasion) -> bool:
    """Return whether a step is due after an event of which its tool hears from another."""
    source, tool = occasion.source, occasion.tool
    heard = source is not None and tool is not None and source != tool
    return heard and occasion.due and occasion.step.within is not None


def _is_chosen(occasion: Occasion) -> bool:
    """Return whether a step goes by one of several channels to whom its condition lets through."""
    return occasion.step.if_ is not None and len(occasion.step.via) > 1


def _outcomes(
    case: Case, carriage: Carriage, asked: Iterable[Occasion], known: Known
) -> Iterator[Finding | Unassessed | Extent]:
    """Yield what is wrong with each step or not settled, once; of the rest how long it takes at worst."""
    told: set[str] = set()
    extents: list[Extent] = []
    for route in (route for one in asked for route in routes(case, carriage, one)):
        subject = route.occasion.subject
        outcome = _answer(case, route, known) if subject not in told else None
        if isinstance(outcome, Finding | Unassessed):
            told.add(subject)
            yield outcome
        elif outcome is not None and route.occasion.settled:
            due = int(shortest(route.occasion.step.within))
            extents.append(Extent("deadline", subject, due - outcome, due))
    yield from farthest(extents)


def _proof(count: int, name: str, least: int, assumed: set[Phrase]) -> Proof:
    spare = length(least)
    steps = "1 step" if count == 1 else f"{count} steps"
    statement = Phrase(
        f"有 {count} 个步骤要等别的系统同步，时限都做得到；最紧的“{name}”还余 {spare.zh}",
        f"every deadline of {steps} waiting for another tool can be met: the tightest, `{name}`, has {spare.en} to spare",
    )
    return Proof(INFEASIBLE, "workspace", statement, tuple(sorted(assumed, key=lambda one: one.en)))


def _assumptions(carriage: Carriage) -> Iterator[Phrase]:
    if not carriage.zones:
        yield NO_ZONE
    if any(sync.takes is None for sync in carriage.syncs):
        yield NO_LENGTH


# When it can be done

Known = dict[tuple[object, ...], Answer | None]
"""Answers by what they depend on: many steps ask the same."""


def _answer(case: Case, route: Route, known: Known) -> Finding | Unassessed | int | None:
    """Return what is wrong, or how many seconds are to spare at worst; None where the tool never hears of it."""
    occasion, carriage = route.occasion, route.carriage
    within = occasion.step.within
    if within is None or not route.heard:
        return None
    due = int(shortest(within))
    try:
        worst = _worst(route, known, lenient=False)
        if worst is None:
            return _unsettled(route, Phrase("同步的结果落在考察期以外", "the item arrives beyond the horizon"))
        if worst.late <= due:
            return due - worst.late
        if within.seconds is None:
            reason = Phrase("以工作日、月计的时限不作比较", "deadlines in workdays or months are not compared")
            return _unsettled(route, reason)
        sure = _worst(route, known, lenient=True)
    except TooMuchError:
        reason = Phrase(f"要考察的时刻超过 {MOST_INSTANTS} 个", f"more than {MOST_INSTANTS} instants to look at")
        return _unsettled(route, reason)
    certain = sure is not None and sure.late > due
    shown = sure if certain and sure else worst
    return _finding(case, carriage, route, shown, length(worst.late), certain=certain)


def _unsettled(route: Route, reason: Phrase) -> Unassessed:
    return Unassessed(INFEASIBLE, route.occasion.subject, reason)


def _worst(route: Route, known: Known, *, lenient: bool) -> Answer | None:
    """Return the worst instant for an event to occur; `lenient`: where something is not declared, the better is taken."""
    key = (*route.key, lenient)
    if key in known:
        return known[key]
    found: Answer | None = None
    for name in route.carriage.zones or (route.carriage.workspace.settings.timezone,):
        way = route.ways(name, lenient=lenient)
        for at in sorted(way.instants):
            delivery = way.deliver(at)
            if delivery is None:
                known[key] = None
                return None
            late = delivery.sent - at if route.occasion.step.clock == "wall" else way.opening.between(at, delivery.sent)
            if not delivery.dropped and (found is None or late > found.late):
                found = Answer(late, at, delivery)
    known[key] = found or Answer(0, 0, NEVER)
    return known[key]


# What the reader sees


def _finding(case: Case, carriage: Carriage, route: Route, answer: Answer, needs: Phrase, *, certain: bool) -> Finding:
    """Return the finding with a course that nothing undeclared can better, where there is one, and the time that is enough."""
    occasion = route.occasion
    step = occasion.step
    assumptions = [ON_TIME] if step.by or route.confirms else []
    if not certain:
        assumptions += [UNNAMED] if any(leg.hop.wait for leg in answer.delivery.legs) else [COUNTS]
    if not carriage.zones and route.limited:
        certain, assumptions = False, [*assumptions, NO_ZONE]
    if _asks_about(case, occasion):
        certain, assumptions = False, [*assumptions, SAME_EVENT]
    if route.reach is None:
        certain, assumptions = False, [*assumptions, NO_OTHER]
    syncs = {sync.id: sync for sync in carriage.syncs}
    related = [Related(case.forest.span(occasion.trigger.at), Phrase("时限从这里算起", "the clock starts here"))]
    if route.number:
        only = Phrase("前面的渠道联系不上的客户", "for customers whom the channels before it do not reach")
        related.append(Related(case.forest.span(step.via[route.number].at), only))
    for leg in answer.delivery.legs:
        words = Phrase(f"经过同步 {leg.hop.name}", f"by way of the sync {leg.hop.name}")
        related.append(Related(case.forest.span(syncs[leg.hop.name].at), words))
    at = step.within.at if step.within else step.id_at
    return Finding(
        INFEASIBLE,
        case.forest.span(at),
        {"step": step.id, "within": str(step.within), "tool": occasion.tool or "", "needs": needs},
        occasion.subject,
        severity=None if certain else Severity.WARNING,
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        related=tuple(related),
        timeline=tuple(_timeline(case, carriage, route, answer)),
        assumptions=tuple(assumptions),
    )


def _asks_about(case: Case, occasion: Occasion) -> bool:
    """Return whether the guard looks at the very event that starts the clock, and so may never hold."""
    guard = occasion.step.if_
    return guard is not None and any(
        isinstance(test, EventTest) and test.event.id == occasion.trigger.event.id
        for test in tests_of(case.workspace, guard)
    )


def _timeline(case: Case, carriage: Carriage, route: Route, answer: Answer) -> Iterator[Moment]:
    home = zone(carriage.workspace.settings.timezone)
    occasion, delivery, span = route.occasion, answer.delivery, case.forest.span
    step, name = occasion.step, occasion.trigger.event.id

    def clock(at: int) -> datetime:
        return wall(at, home)

    occurs = Phrase(f"{name} 发生在 {occasion.source}", f"{name} occurs in {occasion.source}")
    moments = [Moment(clock(answer.at), occurs, span(occasion.trigger.at))]
    moments += travels(case, carriage, delivery.legs)
    if route.confirms and route.channel is not None:
        asked = Phrase(f"{route.confirms} 要先确认，这时收到", f"{route.confirms} is to confirm it first, and is asked")
        moments.append(Moment(clock(delivery.asked), asked, span(route.channel.at)))
    sent = Phrase(f"步骤 {step.id} 最早这时才能做", f"the step {step.id} can be done, at the earliest")
    moments.append(Moment(clock(delivery.sent), sent, span(step.id_at), counted=True))
    seconds = (step.within.seconds if step.within else None) or 0
    due = answer.at + seconds if step.clock == "wall" else delivery.opening.reached(answer.at, seconds)
    if due is not None and step.within is not None:
        words = Phrase(f"时限已到（{step.within}）", f"it is due (within {step.within})")
        moments.append(Moment(clock(due), words, span(step.within.at)))
    yield from sorted(moments, key=lambda moment: moment.at)
