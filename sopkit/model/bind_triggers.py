"""The value of `starts_on:`, `on:`, `ends_on:` or `wait:` goes in; triggers come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sopkit.model import parse
from sopkit.model.bind_predicates import predicate
from sopkit.model.bind_values import Binding, Misfit, attempt, many, parsed, scalar
from sopkit.model.triggers import (
    AlertRaised,
    Becomes,
    CalendarReached,
    ConsentMoved,
    DateReached,
    IssueDue,
    JourneyMoved,
    Manual,
    OfferMoved,
    OnEvent,
    SegmentCrossed,
    StepReported,
    Trigger,
)
from sopkit.model.values import Duration, Every, Ref, Slot
from sopkit.tree import Mark, Value

Entries = dict[str, tuple[Value, int]]
"""Keys of a mapping with their values and indexes."""

slots = many(parsed(parse.slot))


def trigger(b: Binding, value: Value, at: int) -> Trigger | None:
    """Return the trigger at `at`: an event, `manual`, or a mapping that says more."""
    mark = Mark(b.base + at)
    if type(value) is str:
        if not value:
            return None
        return Manual(mark) if value == "manual" else OnEvent(b.refer("event", value, mark), None, mark)
    if type(value) is not dict:
        return None
    entries: Entries = {key: (item, index) for key, _, item, index in b.tree.items(at, value)}
    read = next((FORMS[key] for key in FORMS if key in entries), None)
    return read(b, entries, mark) if read else None


triggers = many(trigger)


def _ref(b: Binding, namespace: str, entry: tuple[Value, int]) -> Ref | None:
    value, at = entry
    return b.refer(namespace, value, Mark(b.base + at)) if type(value) is str and value else None


def _event(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    event = _ref(b, "event", entries["event"])
    where = predicate(b, *entries["where"]) if "where" in entries else None
    return OnEvent(event, where, mark) if event else None


def _becomes(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    value, at = entries["becomes"]
    if type(value) is not dict or not value:
        return None
    key, key_at, wanted, index = next(b.tree.items(at, value))
    data = b.refer("data", key, Mark(b.base + key_at))
    items = b.tree.elements(index, wanted) if type(wanted) is list else iter(((wanted, index),))
    values = [(text, where) for item, where in items if (text := scalar(item)) is not None]
    if [text for text, _ in values] == ["any"]:
        return Becomes(data, (), mark)
    b.noticed.data_values.extend((key, text, Mark(b.base + where)) for text, where in values)
    return Becomes(data, tuple(text for text, _ in values), mark) if values else None


def _date(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    data = _ref(b, "data", entries["date"])
    before, after = (_duration(b, entries.get(key)) for key in ("before", "after"))
    return DateReached(data, before, after, mark) if data else None


def _duration(b: Binding, entry: tuple[Value, int] | None) -> Duration | None:
    if entry is None or type(entry[0]) is not str:
        return None
    return attempt(b, parse.duration, entry[0], entry[1])


def _every(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    value, at = entries["every"]
    every = attempt(b, parse.every, value, at) if type(value) is str else None
    found = slots(b, *entries["at"]) if "at" in entries else ()
    moments = found if isinstance(found, tuple) else ()
    check_slots(b, every, moments)
    return CalendarReached(every, moments, mark) if every else None


def check_slots(b: Binding, every: object, moments: object) -> None:
    """Note the slots that do not fit their period."""
    if not isinstance(every, Every) or not isinstance(moments, tuple):
        return
    b.noticed.misfits.extend(
        Misfit(str(every), str(slot), slot.at) for slot in moments if isinstance(slot, Slot) and not fits(every, slot)
    )


def fits(every: Every, slot: Slot) -> bool:
    """Whether the slot says exactly one moment of the period."""
    if every.unit == "day":
        return slot.weekday is None and slot.month_day is None
    if every.unit == "week":
        return slot.weekday is not None and slot.nth is None
    return every.unit in {"month", "quarter", "year"} and (slot.month_day is not None or slot.nth is not None)


def _issue(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    value, _ = entries["issue"]
    if value == "any":
        return IssueDue(None, mark)
    cadence = _ref(b, "cadence", entries["issue"])
    return IssueDue(cadence, mark) if cadence else None


def _alert(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
    kpi = _ref(b, "kpi", entries["alert"])
    return AlertRaised(kpi, mark) if kpi else None


Form = Callable[[Binding, Entries, Mark], Trigger | None]


def _named(key: str, namespace: str, make: Callable[[Ref, Mark], Trigger]) -> Form:
    """Return how `{key: NAME}` is read."""

    def read(b: Binding, entries: Entries, mark: Mark) -> Trigger | None:
        ref = _ref(b, namespace, entries[key])
        return make(ref, mark) if ref else None

    return read


FORMS: Final[dict[str, Form]] = {
    "event": _event,
    "becomes": _becomes,
    "enters": _named("enters", "segment", lambda ref, mark: SegmentCrossed(ref, "enters", mark)),
    "leaves": _named("leaves", "segment", lambda ref, mark: SegmentCrossed(ref, "leaves", mark)),
    "entered": _named("entered", "stage", lambda ref, mark: JourneyMoved(ref, "entered", mark)),
    "left": _named("left", "stage", lambda ref, mark: JourneyMoved(ref, "left", mark)),
    "ended": _named("ended", "stage", lambda ref, mark: JourneyMoved(ref, "ended", mark)),
    "date": _date,
    "every": _every,
    "granted": _named("granted", "offer", lambda ref, mark: OfferMoved(ref, "granted", mark)),
    "used": _named("used", "offer", lambda ref, mark: OfferMoved(ref, "used", mark)),
    "expired": _named("expired", "offer", lambda ref, mark: OfferMoved(ref, "expired", mark)),
    "given": _named("given", "consent", lambda ref, mark: ConsentMoved(ref, "given", mark)),
    "refused": _named("refused", "consent", lambda ref, mark: ConsentMoved(ref, "refused", mark)),
    "withdrawn": _named("withdrawn", "consent", lambda ref, mark: ConsentMoved(ref, "withdrawn", mark)),
    "done": _named("done", "step", lambda ref, mark: StepReported(ref, "done", mark)),
    "late": _named("late", "step", lambda ref, mark: StepReported(ref, "late", mark)),
    "issue": _issue,
    "alert": _alert,
}
"""The key that decides the form, in the order of precedence where a refused document has several."""
