"""One customer's state, and predicates made ready to be asked of it again and again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import field
from decimal import Decimal
from functools import lru_cache

from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    DataTest,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Comparison, Duration, NumberRange
from sopkit.simulation.clock import Zone

KNOWN = "\0known"
"""The value of a datum that is known, though nobody says what it is."""


@dataclass(slots=True)
class Customer:
    """State that predicates may ask for."""

    zone: Zone
    events: dict[str, list[int]] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    consents: dict[str, str] = field(default_factory=dict)
    given_at: dict[str, int] = field(default_factory=dict)
    inside: dict[str, int] = field(default_factory=dict)
    """Journey or `journey/stage` → how many instances are in it."""
    been: set[str] = field(default_factory=set)


Condition = Callable[[Customer, int], bool]


def condition(predicate: Predicate | None, workspace: Workspace) -> Condition:
    """Return the predicate as a function of a customer and an instant; none holds always."""
    match predicate:
        case All(parts):
            return _all([condition(part, workspace) for part in parts])
        case Any(parts):
            tests = [condition(part, workspace) for part in parts]
            return _any(tests)
        case Not(part):
            test = condition(part, workspace)
            return lambda who, now: not test(who, now)
        case DataTest():
            return _data(predicate)
        case EventTest():
            return _event(predicate)
        case TagTest(tag):
            return lambda who, _: tag.id in who.tags
        case SegmentTest(segment):
            noun = workspace.segments.get(segment.id)
            return condition(noun.when, workspace) if noun else (lambda _who, _now: False)
        case StageTest(place, ever):
            if ever:
                return lambda who, _: place.id in who.been
            return lambda who, _: who.inside.get(place.id, 0) > 0
        case TaskTest(task):
            events = [event.id for event in workspace.tasks[task.id].done_on] if task.id in workspace.tasks else []
            return lambda who, _: any(event in who.events for event in events)
        case ReachableTest(channel):
            noun_of = workspace.channels.get(channel.id)
            address = noun_of.address.id if noun_of and noun_of.address else None
            return lambda who, _: address is None or address in who.data
        case ConsentTest():
            return _consent(predicate, workspace)
    return lambda _who, _now: True


def _all(tests: list[Condition]) -> Condition:
    if len(tests) == 1:
        return tests[0]

    def hold(who: Customer, now: int) -> bool:
        for test in tests:  # faster than `all` over a generator, and asked millions of times  # noqa: SIM110
            if not test(who, now):
                return False
        return True

    return hold


def _any(tests: list[Condition]) -> Condition:
    def hold(who: Customer, now: int) -> bool:
        for test in tests:  # noqa: SIM110
            if test(who, now):
                return True
        return False

    return hold


def _consent(test: ConsentTest, workspace: Workspace) -> Condition:
    name, wanted = test.consent.id, test.state
    noun = workspace.consents.get(name)
    expires = noun.expires if noun else None

    def holds(who: Customer, now: int) -> bool:
        state = who.consents.get(name, "unknown")
        if state == "given" and expires is not None and now >= who.zone.later(who.given_at[name], expires):
            state = "expired"
        return state == wanted

    return holds


def _event(test: EventTest) -> Condition:
    name, within, negated = test.event.id, test.within, test.negated
    least = test.count or None
    seconds = within.seconds if within is not None else None

    def holds(who: Customer, now: int) -> bool:
        times = who.events.get(name)
        if times is None:
            number = 0
        elif within is not None:
            # Half-open: what happened exactly so long ago is no longer within.
            start = now - seconds if seconds is not None else who.zone.earlier(now, within)
            number = bisect_right(times, now) - bisect_right(times, start)
        else:
            number = len(times)
        found = number > 0 if least is None else compare(Decimal(number), least)
        return found is not negated

    return holds


def _data(test: DataTest) -> Condition:
    name, wanted = test.data.id, test.test
    if wanted == "known":
        return lambda who, _: name in who.data
    if wanted == "unknown":
        return lambda who, _: name not in who.data
    if isinstance(wanted, tuple):
        values = frozenset(wanted)
        return lambda who, _: who.data.get(name) in values

    def holds(who: Customer, _now: int) -> bool:
        number = as_number(who.data.get(name))
        if number is None:
            return False
        if isinstance(wanted, NumberRange):
            return wanted.low <= number <= wanted.high
        return compare(number, wanted)

    return holds


@lru_cache(maxsize=4096)
def as_number(value: str | None) -> Decimal | None:
    """Return the number at the start of a value such as `99 CNY`; None where there is none."""
    try:
        return Decimal(value.split()[0]) if value and value.split() else None
    except ArithmeticError:
        return None


def compare(number: Decimal, wanted: Comparison) -> bool:
    match wanted.comparator:
        case "≥":
            return number >= wanted.number
        case "≤":
            return number <= wanted.number
        case "<":
            return number < wanted.number
        case ">":
            return number > wanted.number
    return number == wanted.number


def parts_of(predicate: Predicate | None, workspace: Workspace) -> Iterator[Predicate]:
    """Yield every test in a predicate, those of the segments that it names included."""
    match predicate:
        case All(parts) | Any(parts):
            for part in parts:
                yield from parts_of(part, workspace)
        case Not(part):
            yield from parts_of(part, workspace)
        case SegmentTest(segment):
            noun = workspace.segments.get(segment.id)
            yield from parts_of(noun.when if noun else None, workspace)
        case None:
            return
        case _:
            yield predicate


def subjects(predicate: Predicate | None, workspace: Workspace) -> Iterator[str]:
    """Yield what a predicate asks for, as `event/x`, `data/x`, `tag/x`, `consent/x` or `in/journey/stage`."""
    for test in parts_of(predicate, workspace):
        match test:
            case DataTest(data):
                yield f"data/{data.id}"
            case EventTest(event):
                yield f"event/{event.id}"
            case TagTest(tag):
                yield f"tag/{tag.id}"
            case StageTest(place):
                yield f"in/{place.id}"
            case TaskTest(task) if task.id in workspace.tasks:
                yield from (f"event/{event.id}" for event in workspace.tasks[task.id].done_on)
            case ReachableTest(channel) if channel.id in workspace.channels:
                address = workspace.channels[channel.id].address
                if address is not None:
                    yield f"data/{address.id}"
            case ConsentTest(consent):
                yield f"consent/{consent.id}"


def lapses(predicate: Predicate | None, workspace: Workspace) -> Iterator[tuple[str, Duration]]:
    """Yield what changes by time alone: how long after `event/x`, or after `consent/x` was given."""
    for test in parts_of(predicate, workspace):
        match test:
            case EventTest(event, _, within) if within is not None:
                yield f"event/{event.id}", within
            case ConsentTest(consent) if consent.id in workspace.consents:
                expires = workspace.consents[consent.id].expires
                if expires is not None:
                    yield f"consent/{consent.id}", expires
