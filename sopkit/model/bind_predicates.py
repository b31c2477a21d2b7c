"""The value of `if:`, `audience:`, `when:` and the like goes in; a predicate over one customer comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from sopkit.model import parse_amounts as amounts
from sopkit.model.bind_values import Binding, attempt, scalar
from sopkit.model.parse_amounts import DataValue
from sopkit.model.predicates import (
    All,
    Any,
    ConsentState,
    ConsentTest,
    DataTest,
    Else,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Comparison, NumberRange, Ref
from sopkit.tree import NUMBERS_A_NODE, Mark, Value

CONSENT_STATES: Final[dict[str, ConsentState]] = {state: state for state in get_args(ConsentState)}


def predicate(b: Binding, value: Value, at: int) -> Predicate | None:
    """Return the predicate at `at`: a name, or a mapping of which every key must hold."""
    if type(value) is dict:
        return _mapping(b, value, at)
    return _named(b, value, Mark(b.base + at)) if type(value) is str and value else None


def rule(b: Binding, value: Value, at: int) -> Predicate | None:
    """Return the predicate of a rule in `first_of`, where `else` is the rest."""
    return Else(Mark(b.base + at)) if value == "else" else predicate(b, value, at)


def counted(b: Binding, value: Value, at: int) -> Predicate | None:
    """Return a predicate of a KPI, in which a bare name is an event: customers who had it."""
    b.counting = True
    try:
        return predicate(b, value, at)
    finally:
        b.counting = False


def _named(b: Binding, name: str, mark: Mark) -> Predicate:
    if not b.counting or b.names.has("segment", name):
        return SegmentTest(b.refer("segment", name, mark), mark)
    known = b.tests.get(name) == "event"
    return EventTest(b.refer("event" if known else "event|segment", name, mark), None, None, negated=False, at=mark)


def _mapping(b: Binding, value: dict[str, Value], at: int) -> Predicate | None:
    places = b.places
    parts: list[Predicate] = []
    index = at + 1
    for key, item in value.items():
        reserved = RESERVED.get(key)
        part = reserved(b, item, index + 1) if reserved else _test(b, key, item, index)
        if part is not None:
            parts.append(part)
        index += 1
        index += places[index * NUMBERS_A_NODE + 2]
    if len(parts) == 1:
        return parts[0]
    return All(tuple(parts), Mark(b.base + at)) if parts else None


def _parts(b: Binding, value: Value, at: int) -> tuple[Predicate, ...]:
    if type(value) is not list:
        return ()
    bound = (predicate(b, item, index) for item, index in b.tree.elements(at, value))
    return tuple(part for part in bound if part is not None)


def _all(b: Binding, value: Value, at: int) -> Predicate | None:
    parts = _parts(b, value, at)
    return All(parts, Mark(b.base + at)) if parts else None


def _any(b: Binding, value: Value, at: int) -> Predicate | None:
    parts = _parts(b, value, at)
    return Any(parts, Mark(b.base + at)) if parts else None


def _not(b: Binding, value: Value, at: int) -> Predicate | None:
    part = predicate(b, value, at)
    return None if part is None else Not(part, Mark(b.base + at))


def _names(
    namespace: str,
    make: Callable[[Ref, Mark], Predicate],
    together: Callable[[tuple[Predicate, ...], Mark], Predicate] = All,
) -> Callable[[Binding, Value, int], Predicate | None]:
    """Return how `tag: x` or `tag: [x, y]` is read; of several, all hold, or with `Any` at least one."""

    def read(b: Binding, value: Value, at: int) -> Predicate | None:
        if type(value) is str and value:
            mark = Mark(b.base + at)
            return make(b.refer(namespace, value, mark), mark)
        if type(value) is not list:
            return None
        found = tuple(
            make(b.refer(namespace, item, Mark(b.base + index)), Mark(b.base + index))
            for item, index in b.tree.elements(at, value)
            if type(item) is str and item
        )
        return found[0] if len(found) == 1 else together(found, Mark(b.base + at)) if found else None

    return read


def _given(consent: Ref, mark: Mark) -> Predicate:
    return ConsentTest(consent, "given", mark)


def _now(place: Ref, mark: Mark) -> Predicate:
    return StageTest(place, ever=False, at=mark)


def _once(place: Ref, mark: Mark) -> Predicate:
    return StageTest(place, ever=True, at=mark)


_given_all = _names("consent", _given)


def _consent(b: Binding, value: Value, at: int) -> Predicate | None:
    if type(value) is not dict:
        return _given_all(b, value, at)
    found: tuple[Predicate, ...] = tuple(
        ConsentTest(b.refer("consent", key, Mark(b.base + key_at)), CONSENT_STATES[state], Mark(b.base + index))
        for key, key_at, state, index in b.tree.items(at, value)
        if type(state) is str and state in CONSENT_STATES
    )
    return found[0] if len(found) == 1 else All(found, Mark(b.base + at)) if found else None


RESERVED: Final[dict[str, Callable[[Binding, Value, int], Predicate | None]]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "tag": _names("tag", TagTest),
    "segment": _names("segment", SegmentTest),
    "stage": _names("stage", _now, Any),
    "in": _names("stage", _now, Any),
    "been_in": _names("stage", _once, Any),
    "task": _names("task", TaskTest),
    "reachable": _names("channel", ReachableTest),
    "consent": _consent,
}


def _test(b: Binding, key: str, value: Value, key_at: int) -> Predicate | None:
    """Return the test of an event or a datum; of a name that is neither, what the value looks like."""
    kind = b.tests.get(key)
    if kind == "data":
        return _data_test(b, b.refer("data", key, Mark(b.base + key_at)), value, key_at + 1)
    if kind is None and not (type(value) is str and amounts.is_occurrence(value)):
        return _data_test(b, b.refer("event|data", key, Mark(b.base + key_at)), value, key_at + 1)
    if type(value) is not str:
        if value is not None and type(value) is not dict:  # a mapping is refused by its form
            attempt(b, amounts.occurrence, scalar(value) or "[…]", key_at + 1)
        return None
    event = b.refer("event" if kind else "event|data", key, Mark(b.base + key_at))
    found = attempt(b, amounts.occurrence, value, key_at + 1)
    if found is None:
        return None
    return EventTest(event, found.times, found.within, found.negated, Mark(b.base + key_at + 1))


def _data_test(b: Binding, data: Ref, value: Value, at: int) -> DataTest | None:
    mark = Mark(b.base + at)
    if type(value) is list:
        values = tuple(text for item in value if (text := scalar(item)) is not None)
        for item, index in b.tree.elements(at, value):
            if (text := scalar(item)) is not None:
                b.noticed.data_values.append((data.id, text, Mark(b.base + index)))
        return DataTest(data, values, mark) if values else None
    test: DataValue | None
    text = scalar(value)
    test = attempt(b, amounts.data_test, value, at) if type(value) is str else None if text is None else (text,)
    if isinstance(test, Comparison | NumberRange):
        b.noticed.data_tests.append((data.id, test, mark))
    elif isinstance(test, tuple):
        b.noticed.data_values.append((data.id, test[0], mark))
    return None if test is None else DataTest(data, test, mark)
