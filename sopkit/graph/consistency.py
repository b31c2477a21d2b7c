"""Runs of one customer and the events that start them go in; somebody who can have them all comes out, or nobody.

What is asked: that every event keeps to its `at_most`, that no occurrence forces on a run what is not in it, that journeys start
again only as they may, and that one customer meets every guard. Where that is not plain the answer is nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sopkit.frozen import dataclass
from sopkit.graph.face import Face
from sopkit.graph.runs import Run
from sopkit.graph.satisfiability import Customer, meet, tests_of
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import ConsentTest, DataTest, EventTest, Predicate, StageTest, TagTest
from sopkit.model.steps import SetData, Step, Tag, Wait, inner
from sopkit.model.triggers import Becomes, JourneyMoved, Manual, OnEvent, Trigger
from sopkit.model.values import Rate

Happened = Counter[tuple[float, str]]
"""How often each event occurs at each instant."""


@dataclass(frozen=True, slots=True)
class Start:
    """An occurrence that starts journeys."""

    at: float
    event: OnEvent


@dataclass(frozen=True, slots=True)
class Trace:
    """Occurrences on one customer's clock."""

    workspace: Workspace
    face: Face

    def within(self, event: str, times: Sequence[float]) -> bool:
        """Return whether an event may occur at all these instants, sorted."""
        noun = self.workspace.events.get(event)
        rate = noun.at_most if noun else None
        if rate is None or len(times) <= rate.count:
            return noun is not None and (rate is None or rate.count > 0)
        if isinstance(rate.per, str):
            return rate.per != "lifetime" and max(Counter(self._unit(rate, at) for at in times).values()) <= rate.count
        if rate.per.seconds is None:
            return False
        return all(later - at >= rate.per.seconds for at, later in zip(times, times[rate.count :], strict=False))

    def _unit(self, rate: Rate, at: float) -> tuple[int, ...]:
        day = self.face.shows(at)
        if rate.per == "week":
            return day.isocalendar()[:2]
        if rate.per == "day":
            return day.year, day.month, day.day
        return (day.year, day.month) if rate.per == "month" else (day.year,)


def customer_of(
    workspace: Workspace, face: Face, starts: Sequence[Start], runs: Sequence[Run], effort: list[int]
) -> Customer | None:
    """Return somebody who can have all these runs, or None; `effort` is what may be spent on their conditions."""
    happened = happenings(starts, runs)
    trace = Trace(workspace, face)
    times: dict[str, list[float]] = {}
    for (at, event), often in sorted(happened.items()):
        times.setdefault(event, []).extend([at] * often)
    if not all(trace.within(event, one) for event, one in times.items()):
        return None
    if not all(_undisturbed(run, happened) for run in runs):
        return None
    journeys = {run.journey.id: run.journey for run in runs}
    written = {name for journey in journeys.values() for name in written_by(journey)}
    if not all(_is_moved_openly(workspace, journey, set(journeys), written) for journey in journeys.values()):
        return None
    for id_, journey in journeys.items():
        own = sorted((run for run in runs if run.journey.id == id_), key=lambda run: run.start)
        if not _starts_rightly(journey, own, happened):
            return None
    if not _alone(workspace, runs, set(times)) or not _at_one_time(workspace, journeys, set(times)):
        return None
    return _somebody(workspace, starts, runs, set(times), written, effort)


def happenings(starts: Sequence[Start], runs: Sequence[Run]) -> Happened:
    """Return all that occurs: an occurrence that several runs need is one, two starts at one instant are two."""
    found: Happened = Counter((one.at, one.event.event.id) for one in starts)
    for run in runs:
        for key, often in Counter((one.at, one.event.event.id) for one in run.came).items():
            found[key] = max(found[key], often)
    return found


def _undisturbed(run: Run, happened: Happened) -> bool:
    """Return whether everything that happens while the run goes on has just the effect that the run shows."""
    needed = {(one.at, one.event.event.id) for one in run.came}
    roles = Counter(_heard(run.journey))
    ends = {one.event.id for one in run.journey.ends_on if isinstance(one, OnEvent)}
    starts = {*_events(run.journey.starts_on)}
    for (at, event), often in happened.items():
        if at < run.start or (run.ended and at > run.now) or (at == run.start and event in starts):
            continue  # a wait sees later occurrences only
        if event in ends:
            return False
        if (at, event) in needed:
            if often > 1 or roles[event] != 1:
                return False
        elif roles[event]:
            return False
    return True


def _is_moved_openly(workspace: Workspace, journey: Journey, names: set[str], written: set[str]) -> bool:
    """Return whether only what is seen here starts and moves a journey: no calendar, no segment, no other journey's step."""
    moves = [*journey.ends_on]
    for stage in journey.stages:
        moves += [trigger for move in stage.next for trigger in move.on]
        for step in stage.steps:
            for one in inner(step):
                moves += [*one.on, *(one.verb.until if isinstance(one.verb, Wait) else ())]
    if not all(is_open(workspace, one, written) for one in moves):
        return False
    if journey.reentry.mode == "always" and journey.overlap:
        return True  # a run more is only more
    return all(is_open(workspace, one, written) or _is_plain_end(one, names) for one in journey.starts_on)


def is_open(workspace: Workspace, trigger: Trigger, written: set[str]) -> bool:
    """Return whether the trigger comes only where the course says so, or the customer can do without it."""
    if isinstance(trigger, Becomes):
        noun = workspace.data.get(trigger.data.id)
        return trigger.data.id not in written and noun is not None and noun.computed is None
    return isinstance(trigger, OnEvent | Manual)


def _is_plain_end(trigger: Trigger, names: set[str]) -> bool:
    """Return whether the trigger is the end of a journey, which starts a run that is in the course, or of one that is not in it."""
    if not isinstance(trigger, JourneyMoved):
        return False
    name, slash, _ = trigger.place.id.partition("/")
    return name not in names or (trigger.way == "ended" and not slash)


def _heard(journey: Journey) -> Iterator[str]:
    """Yield the events that move a run on, once for each place that hears them."""
    for stage in journey.stages:
        for move in stage.next:
            yield from _events(move.on)
        for step in stage.steps:
            for one in inner(step):
                yield from _events(one.on)
                if isinstance(one.verb, Wait):
                    yield from _events(one.verb.until)


def _events(triggers: Sequence[Trigger]) -> Iterator[str]:
    yield from (one.event.id for one in triggers if isinstance(one, OnEvent))


def _starts_rightly(journey: Journey, runs: Sequence[Run], happened: Happened) -> bool:
    """Return whether the runs of one journey, sorted by start, are just those that its rule of re-entry lets start."""
    mine = set(_events(journey.starts_on))
    moments = sorted(at for at, event in happened if event in mine)
    if journey.reentry.mode == "never":
        return len(runs) == 1 and not (moments and moments[0] < runs[0].start)
    if journey.reentry.mode == "always" and journey.overlap:
        return True
    pause = float(journey.reentry.after.seconds or 0) if journey.reentry.after else 0.0
    for before, after in pairwise(runs):
        if not before.ended or after.start <= before.now or after.start < before.now + pause:
            return False
    starts = [run.start for run in runs]
    for at in moments:
        going = any(run.start < at and (not run.ended or at <= run.now or at < run.now + pause) for run in runs)
        if at not in starts and not going and at < starts[-1]:
            return False
    return not (journey.reentry.after and journey.reentry.after.seconds is None)


def _alone(workspace: Workspace, runs: Sequence[Run], events: set[str]) -> bool:
    """Return whether no journey of the runs is held off or cut off by another of its group."""
    for group in workspace.settings.one_at_a_time:
        members = {ref.id.partition("/")[0] for ref in group.journeys}
        own = [run for run in runs if run.journey.id in members]
        if not own:
            continue
        others = members - {own[0].journey.id}
        if len(own) > 1 or any(
            events & set(_events(workspace.journeys[one].starts_on)) for one in others if one in workspace.journeys
        ):
            return False
        begun = {name for run in runs for _, name in run.begun}
        if begun & others or any(
            not _events_only(workspace.journeys[one], runs) for one in others if one in workspace.journeys
        ):
            return False
    return True


def _events_only(journey: Journey, runs: Sequence[Run]) -> bool:
    """Return whether none of the runs may start the journey by moving on."""
    names = {run.journey.id for run in runs}
    return not any(
        getattr(getattr(one, "place", None), "id", "").partition("/")[0] in names for one in journey.starts_on
    )


def _at_one_time(workspace: Workspace, journeys: dict[str, Journey], events: set[str]) -> bool:
    """Return whether every event reaches all journeys that it starts or moves at once."""
    for sync in workspace.syncs.values():
        carried = {ref.id for ref in sync.carries.events} & events if sync.carries else set()
        for event in carried:
            tools = {
                one.runs_in.id if one.runs_in else "" for one in journeys.values() if event in _events(one.starts_on)
            }
            heard = any(event in _heard(one) for one in journeys.values())
            if len(tools) > 1 or heard:
                return False
    return True


def _somebody(  # noqa: PLR0917  all of one course
    workspace: Workspace,
    starts: Sequence[Start],
    runs: Sequence[Run],
    events: set[str],
    written: set[str],
    effort: list[int],
) -> Customer | None:
    asked = {repr(one): one for run in runs for one in run.asked}
    first = {one.event.event.id for one in starts}
    later = events - first | {one.event.event.id for run in runs for one in run.came}
    for predicate in asked.values():
        for test in tests_of(workspace, predicate):
            if not _is_settled(workspace, test, events, later, written):
                return None
    happened = [EventTest(one.event.event, None, None, negated=False, at=one.event.at) for one in starts]
    found = meet(workspace, *asked.values(), *happened, effort=effort)
    return found if isinstance(found, Customer) else None


def _is_settled(workspace: Workspace, test: Predicate, events: set[str], later: set[str], written: set[str]) -> bool:
    """Return whether what is asked is the same all through the course."""
    match test:
        case EventTest(event, count, within):
            return event.id not in later and not (event.id in events and (within or count or test.negated))
        case StageTest():
            return False
        case DataTest(data):
            noun = workspace.data.get(data.id)
            return data.id not in written and (noun is None or noun.computed is None)
        case TagTest(tag):
            return tag.id not in written
        case ConsentTest(consent):
            noun_ = workspace.consents.get(consent.id)
            return noun_ is None or not events & {ref.id for ref in noun_.withdrawn_by}
    return True


def written_by(journey: Journey) -> Iterator[str]:
    """Yield the data and tags that a journey's steps write."""
    for stage in journey.stages:
        for step in stage.steps:
            for one in inner(step):
                yield from _writes(one)


def _writes(step: Step) -> Iterator[str]:
    match step.verb:
        case SetData(values):
            yield from (datum.id for datum, _ in values)
        case Tag(tags):
            yield from (tag.id for tag in tags)
