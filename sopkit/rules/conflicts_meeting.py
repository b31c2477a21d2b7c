"""Two journeys go in; whether one customer can be in both at one time, and a course of events that shows it, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal

from sopkit.diagnostics import Moment
from sopkit.frozen import dataclass
from sopkit.graph.course import longest
from sopkit.graph.satisfiability import Customer, leaves, spelt_out, tests_of
from sopkit.graph.triggers import trigger_id
from sopkit.graph.variables import key_of
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import All, Any, DataTest, EventTest, Not, Predicate, StageTest
from sopkit.model.steps import Grant, SetData, Start, Step, Tag
from sopkit.model.triggers import JourneyMoved, OnEvent
from sopkit.model.values import Ref
from sopkit.rules.case import Case
from sopkit.text import Phrase

APART: Final = "apart"
STEADY: Final = frozenset(("data", "tag", "consent"))
"""What a customer can keep through a short course of events; counts of events and stages move by it."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A customer who can be in both; not certain where there are `facts`."""

    customer: Phrase
    moments: tuple[Moment, ...]
    facts: tuple[Phrase, ...]


def meeting(case: Case, one: Journey, other: Journey) -> Meeting | Literal["apart"] | None:
    """Return how one customer comes to be in both, that nobody can, or None where that was not decided.

    Nobody can where neither can start while the other runs. An `audience` is tested at the start alone, so that it keeps a running
    journey apart only by what never changes; `while` holds all along.
    """
    if _never(case, one, other):
        return APART
    starting = _starting(case, one, other)
    if False not in starting:
        return APART if all(starting) else None
    both = case.meet(*_asked(one), *_asked(other))
    if isinstance(both, Customer):
        order = run_together(case, (one, other))
        certain = order is not None and _lasts(case, one) and _lasts(case, other)
        first, second = order or (one, other)
        return Meeting(both.describe(), _course(case, first, second), () if certain else (_both(one, other),))
    first, second = (one, other) if starting[1] is False else (other, one)
    then = case.meet(*_asked(second))
    customer = then.describe() if isinstance(then, Customer) else Phrase("说不定", "not known")
    fact = Phrase(
        f"“{first.id}”还没走完，客户就变得符合“{second.id}”",
        f"a customer comes to meet `{second.id}` before `{first.id}` is over",
    )
    return Meeting(customer, _course(case, first, second), (fact,))


def apart(case: Case, one: Journey, other: Journey) -> bool:
    """Return whether it is certain that nobody is in both at one time: `meeting` says `APART`."""
    return _never(case, one, other) or all(_starting(case, one, other))


def _never(case: Case, one: Journey, other: Journey) -> bool:
    """Return whether the plan itself keeps the two from running at one time."""
    return takes_turns(case.workspace, one, other) or _hands_over(case, one, other) or _hands_over(case, other, one)


def _starting(case: Case, one: Journey, other: Journey) -> list[bool | None]:
    """Return whether nobody can start the first while the other runs, and the other way round; None where that was not decided."""
    named = not {trigger_id(start, "") for start in one.starts_on} & {
        trigger_id(start, "") for start in other.starts_on
    }
    return [_keeps_out(case, running, journey, named=named) for journey, running in ((one, other), (other, one))]


def _keeps_out(case: Case, running: Journey, journey: Journey, *, named: bool) -> bool | None:
    """Return whether nobody can start a journey while the other runs; `named`: that it knows of whoever is in it, if it asks."""
    asked = [*_asked(journey), *_lasting(case.workspace, running)]
    if named and any(_is_about(running, test) for one in asked for test in tests_of(case.workspace, one)):
        asked.append(StageTest(Ref(running.id, running.at), ever=False, at=running.at))
    return case.excludes(*asked)


def _is_about(journey: Journey, test: Predicate) -> bool:
    """Return whether a test asks whether the customer is in the journey, or has been in it or in a stage of it."""
    return isinstance(test, StageTest) and test.place.id.partition("/")[0] == journey.id


def _both(one: Journey, other: Journey) -> Phrase:
    return Phrase(
        f"同一位客户同时走“{one.id}”和“{other.id}”", f"one customer is in `{one.id}` and `{other.id}` at one time"
    )


def takes_turns(workspace: Workspace, one: Journey, other: Journey) -> bool:
    """Return whether both stand, as a whole, in one group of which a customer is in one at a time."""
    return any(
        {one.id, other.id} <= {place.id for place in group.journeys} for group in workspace.settings.one_at_a_time
    )


def _hands_over(case: Case, first: Journey, then: Journey) -> bool:
    """Return whether `then` starts only when `first` has ended, which never runs again."""
    after = [
        isinstance(trigger, JourneyMoved) and trigger.way in ("ended", "left") and trigger.place.id == first.id
        for trigger in then.starts_on
    ]
    return first.reentry.mode == "never" and bool(after) and all(after) and not _is_started(case, then)


def _is_started(case: Case, journey: Journey) -> bool:
    """Return whether a step of some playbook starts the journey."""
    return any(start.playbook.id == journey.id for *_, start in case.doing(Start))


def _asked(journey: Journey) -> Iterator[Predicate]:
    """Yield what holds when a customer enters."""
    if journey.audience is not None:
        yield journey.audience
    if journey.while_ is not None:
        yield journey.while_


def _lasting(workspace: Workspace, journey: Journey) -> Iterator[Predicate]:
    """Yield what holds as long as a customer is in the journey, besides that."""
    if journey.while_ is not None:
        yield journey.while_
    if journey.audience is not None:
        yield from unchanging(workspace, journey.audience)


def unchanging(workspace: Workspace, predicate: Predicate) -> Iterator[Predicate]:
    """Yield the parts of a condition that ask only about what never changes."""
    if isinstance(predicate, All):
        for part in predicate.parts:
            yield from unchanging(workspace, part)
        return
    tests = tests_of(workspace, predicate)
    if tests and all(_never_changes(workspace, *key_of(test)) for test in tests):
        yield predicate


def _never_changes(workspace: Workspace, kind: str, name: str) -> bool:
    noun = workspace.data.get(name) if kind == "data" else workspace.tags.get(name) if kind == "tag" else None
    return noun is not None and noun.changes == "never"


# What is certain


def run_together(case: Case, journeys: Sequence[Journey]) -> tuple[Journey, ...] | None:
    """Return the journeys in an order in which one customer can certainly start them all within minutes, kept by what they ask for.

    None where that is not certain.
    """
    workspace = case.workspace
    apart = {place.id for group in workspace.settings.one_at_a_time for place in group.journeys}
    starts = [start for one in journeys if (start := start_of(one)) is not None]
    if any(one.id in apart for one in journeys) or len(starts) < len(journeys):
        return None
    started = {start.event.id for start in starts}
    moves = [trigger for one in journeys for stage in one.stages for move in stage.next for trigger in move.on]
    if any(not isinstance(trigger, OnEvent) for one in journeys for trigger in one.ends_on):
        return None
    ending = [*moves, *(trigger for one in journeys for trigger in one.ends_on)]
    if any(isinstance(trigger, OnEvent) and trigger.event.id in started for trigger in ending):
        return None
    asked = [predicate for one in journeys for predicate in (*_asked(one), *_followed(one))]
    happened = [EventTest(start.event, None, None, negated=False, at=start.at) for start in starts]
    if not all(holds_on(workspace, one) for one in asked):
        return None
    if not isinstance(case.meet(*asked, *happened), Customer):
        return None
    return _in_order(workspace, journeys)


def _in_order(workspace: Workspace, journeys: Sequence[Journey]) -> tuple[Journey, ...] | None:
    """Return the journeys so that none asks for an event that only starts a later one."""
    left, found = list(journeys), list[Journey]()
    asks = {one.id: {key_of(test) for part in _asked(one) for test in tests_of(workspace, part)} for one in journeys}
    events = {one.id: start.event.id for one in journeys if (start := start_of(one)) is not None}
    while left:
        later = {one.id: {events[rest.id] for rest in left} - {events[one.id]} for one in left}
        free = next((one for one in left if not asks[one.id] & {("event", event) for event in later[one.id]}), None)
        if free is None:
            return None
        left.remove(free)
        found.append(free)
    return tuple(found)


def start_of(journey: Journey) -> OnEvent | None:
    """Return an event that starts the journey by itself."""
    return next((one for one in journey.starts_on if isinstance(one, OnEvent) and one.where is None), None)


def holds_on(workspace: Workspace, predicate: Predicate) -> bool:
    """Return whether, once it holds, it keeps on through a short course of events: no counts, no lapse of time, no stages."""
    return _keeps(spelt_out(workspace, predicate), wanted=True)


def _keeps(predicate: Predicate, *, wanted: bool) -> bool:
    match predicate:
        case All(parts) | Any(parts):
            return all(_keeps(part, wanted=wanted) for part in parts)
        case Not(part):
            return _keeps(part, wanted=not wanted)
        case EventTest(_, count, within, negated):
            return count is None and within is None and negated != wanted
    return all(key_of(test)[0] in STEADY for test in leaves(predicate))


def _followed(journey: Journey) -> Iterator[Predicate]:
    if journey.follows is not None:
        yield DataTest(journey.follows, tuple(stage.id for stage in journey.stages), journey.at)


def _lasts(case: Case, journey: Journey) -> bool:
    """Return whether whoever enters certainly stays for some time."""
    if journey.follows is not None:
        return True
    moves = [move for stage in journey.stages for move in stage.next]
    if any(move.when is not None or (move.after is not None and not longest(move.after)) for move in moves):
        return False
    root = f"{journey.kind}/{journey.id}"
    course, nodes = case.courses.get(root), case.graph.nodes
    if course is None:
        return False
    return course.earliest(root, lambda node: nodes[node].playbook == root).get(f"exit/{root}", 1.0) > 0.0


def at_once(journey: Journey, step: Step) -> bool:
    """Return whether the step is certainly done in the minute in which the journey starts, for whoever starts it."""
    if journey.follows is not None or start_of(journey) is None:
        return False
    for one in journey.stages[0].steps:
        if one.on or one.every:
            continue
        plain = one.if_ is None and not (one.after or one.by or one.before or one.since or one.via)
        if not plain or not isinstance(one.verb, Grant | Tag | SetData):
            return False
        if one is step:
            return True
    return False


def _course(case: Case, first: Journey, second: Journey) -> tuple[Moment, ...]:
    noon = datetime.combine(case.today, time(12))
    return (*_start(case, first, noon), *_start(case, second, noon + timedelta(minutes=1)))


def _start(case: Case, journey: Journey, at: datetime) -> Iterator[Moment]:
    trigger = start_of(journey) or next(iter(journey.starts_on), None)
    span = case.forest.span(trigger.at if trigger is not None else journey.at)
    if isinstance(trigger, OnEvent):
        what = Phrase(f"{trigger.event.id} 开始了“{journey.id}”", f"{trigger.event.id} starts `{journey.id}`")
    else:
        what = Phrase(f"客户进入“{journey.id}”", f"the customer enters `{journey.id}`")
    yield Moment(at, what, span, counted=True)
