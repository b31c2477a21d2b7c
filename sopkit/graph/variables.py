"""The tests of some predicates go in; what they ask about, each with the few states that they tell apart, comes out.

A datum has its listed values, or the numbers at and between the thresholds that are asked about; an event its numbers of occurrences
within nested times, one for all numbers that no test tells apart; a consent its states. With finitely many states, a test is a set of
states of one variable. How long a month or a year is depends on the day on which the customer is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final, get_args

from sopkit.frozen import dataclass
from sopkit.graph.lengths import INFINITE, length, same_length
from sopkit.model.documents import Workspace
from sopkit.model.nouns import Datum
from sopkit.model.predicates import (
    ConsentState,
    ConsentTest,
    DataTest,
    Else,
    EventTest,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Comparison, Duration, NumberRange, Rate
from sopkit.text import Phrase

MOST_STATES: Final = 10_000
"""A variable with more is not decided."""
UNKNOWN: Final = "unknown"
OTHER: Final = "…"
"""Any text that no test names."""
ANSWERS: Final = ("no", "yes")
CONSENTS: Final[tuple[ConsentState, ...]] = get_args(ConsentState)

State = str | Decimal | tuple[int, ...]


class UndecidedError(Exception):
    """The question is beyond the bound, or asks for what this abstraction does not tell apart."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing about a customer, and the states that matter."""

    kind: str
    id: str
    states: tuple[State, ...]
    times: tuple[Duration | None, ...] = ()
    """Of an event: the times within which its occurrences are counted, shortest first; None, ever, is the last."""
    day: date = date.min
    """Of an event: when it is asked."""
    unit: str = ""

    @property
    def full(self) -> int:
        """The set of all states: bit n is state n."""
        return (1 << len(self.states)) - 1


def key_of(test: Predicate) -> tuple[str, str]:
    """Return kind and id of what a test asks about."""
    match test:
        case DataTest(data):
            return "data", data.id
        case EventTest(event):
            return "event", event.id
        case ConsentTest(consent):
            return "consent", consent.id
        case TagTest(tag):
            return "tag", tag.id
        case SegmentTest(segment):
            return "segment", segment.id
        case StageTest(place, ever):
            return ("been_in" if ever else "in"), place.id
        case TaskTest(task):
            return "task", task.id
        case ReachableTest(channel):
            return "reachable", channel.id
        case _:
            return "", ""


def variables(tests: Iterable[Predicate], workspace: Workspace, day: date) -> dict[tuple[str, str], Variable]:
    """Return a variable for everything that the tests ask about, of a customer who is looked at on `day`. Raises `UndecidedError`."""
    asked: dict[tuple[str, str], list[Predicate]] = {}
    for test in tests:
        asked.setdefault(key_of(test), []).append(test)
    asked.pop(("", ""), None)
    return {key: _variable(key, together, workspace, day) for key, together in asked.items()}


def _variable(key: tuple[str, str], tests: Sequence[Predicate], workspace: Workspace, day: date) -> Variable:
    kind, id_ = key
    if kind == "data":
        return _datum(id_, [test for test in tests if isinstance(test, DataTest)], workspace.data.get(id_))
    if kind == "event":
        event = workspace.events.get(id_)
        return _event(
            id_, [test for test in tests if isinstance(test, EventTest)], event.at_most if event else None, day
        )
    return Variable(kind, id_, CONSENTS if kind == "consent" else ANSWERS)


# Data


def _datum(id_: str, tests: Sequence[DataTest], datum: Datum | None) -> Variable:
    """Return a datum's variable; `unknown` is a state unless it is computed by rules that leave nobody out."""
    words = [word for test in tests if isinstance(test.test, tuple) for word in test.test]
    cuts, unit = _thresholds(tests)
    listed = datum.values if datum else ()
    states: list[State]
    if datum and datum.type == "boolean":
        states = ["true", "false"]
    elif listed and not cuts:
        states = list(listed)
    else:
        numbers = cuts | ({_number(word) for word in words} - {None} if cuts else set())
        states = [*_samples(sorted(one for one in numbers if one is not None))]
        states += [word for word in dict.fromkeys(words) if not cuts or _number(word) is None]
        states += [] if cuts else [OTHER]
    if (
        datum is None
        or datum.computed is None
        or not any(isinstance(rule, Else) for _, rule in datum.computed.first_of)
    ):
        states.append(UNKNOWN)
    return Variable("data", id_, tuple(states), unit=unit)


def _thresholds(tests: Sequence[DataTest]) -> tuple[set[Decimal], str]:
    """Return the numbers that the tests compare with, and their unit."""
    cuts: set[Decimal] = set()
    units: set[str] = set()
    for test in tests:
        match test.test:
            case Comparison(relative=True):
                raise UndecidedError
            case Comparison(_, number, unit):
                cuts.add(number)
                units.add(unit)
            case NumberRange(low, high, unit):
                cuts |= {low, high}
                units.add(unit)
    if len(units) > 1:
        raise UndecidedError
    return cuts, next(iter(units), "")


def _samples(cuts: Sequence[Decimal]) -> list[Decimal]:
    """Return each cut, and a number between every two and at either side."""
    if not cuts:
        return []
    between = [(low + high) / 2 for low, high in pairwise(cuts)]
    mixed = [number for pair in zip(cuts, between, strict=False) for number in pair]
    return [cuts[0] - 1, *mixed, cuts[-1], cuts[-1] + 1]


def _number(word: str) -> Decimal | None:
    try:
        number = Decimal(word)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


# Events


def _event(id_: str, tests: Sequence[EventTest], at_most: Rate | None, day: date) -> Variable:
    """Return an event's variable: how often it occurred within each time that is asked about, never more in a shorter one."""
    times: list[Duration | None] = [None]
    for test in tests:
        if not any(same_length(test.within, time, day) for time in times):
            times.append(test.within)
    times.sort(key=lambda time: length(time, day))
    states: list[tuple[int, ...]] = [()]
    for time in times:
        cells = _cells([test.count for test in tests if same_length(test.within, time, day)])
        states = [
            (*state, max((low, *state[-1:])))
            for state in states
            for low, high in cells
            if not state or state[-1] < high
        ]
        if len(states) > MOST_STATES:
            raise UndecidedError
    ever = at_most.count if at_most and at_most.per == "lifetime" else INFINITE
    return Variable("event", id_, tuple(one for one in states if one[-1] <= ever), tuple(times), day)


def _cells(counts: Iterable[Comparison | None]) -> list[tuple[int, float]]:
    """Return the stretches of numbers, half-open, that the tests do not tell apart; no test of a number asks for at least one."""
    starts = {0}
    for count in counts:
        number = 1 if count is None else int(count.number)
        sign = "≥" if count is None else count.comparator
        starts |= {number} if sign in ("≥", "<") else {number + 1} if sign in ("≤", ">") else {number, number + 1}
    lows = sorted(starts)
    highs: list[float] = [*lows[1:], INFINITE]
    return list(zip(lows, highs, strict=True))


# Which states pass a test


def passing(test: Predicate, variable: Variable) -> int:
    """Return the set of states in which the test holds, as bits."""
    bits = 0
    for number, state in enumerate(variable.states):
        if _holds(test, state, variable):
            bits |= 1 << number
    return bits


def _holds(test: Predicate, state: State, variable: Variable) -> bool:
    match test:
        case DataTest(_, wanted):
            return _passes(wanted, state)
        case EventTest(_, count, within, negated) if isinstance(state, tuple):
            at = next(n for n, time in enumerate(variable.times) if same_length(time, within, variable.day))
            met = state[at] >= 1 if count is None else _compares(count, Decimal(state[at]))
            return met != negated
        case ConsentTest(_, wanted_state):
            return state == wanted_state
    return state == "yes"


def _passes(wanted: tuple[str, ...] | Comparison | NumberRange | str, state: State) -> bool:
    match wanted:
        case "known":
            return state != UNKNOWN
        case "unknown":
            return state == UNKNOWN
        case tuple():
            return state != UNKNOWN and any(word == state or _number(word) == state for word in wanted)
        case Comparison() if isinstance(state, Decimal):
            return _compares(wanted, state)
        case NumberRange(low, high) if isinstance(state, Decimal):
            return low <= state <= high
    return False


def _compares(test: Comparison, number: Decimal) -> bool:
    match test.comparator:
        case "≥":
            return number >= test.number
        case "≤":
            return number <= test.number
        case "<":
            return number < test.number
        case ">":
            return number > test.number
    return number == test.number


# In words

SAID: Final[Mapping[tuple[str, str], Phrase]] = {
    ("tag", "yes"): Phrase("有标签 {id}", "has the tag {id}"),
    ("tag", "no"): Phrase("没有标签 {id}", "lacks the tag {id}"),
    ("segment", "yes"): Phrase("属于人群 {id}", "is in the segment {id}"),
    ("segment", "no"): Phrase("不属于人群 {id}", "is not in the segment {id}"),
    ("in", "yes"): Phrase("正在 {id}", "is in {id}"),
    ("in", "no"): Phrase("不在 {id}", "is not in {id}"),
    ("been_in", "yes"): Phrase("到过 {id}", "has been in {id}"),
    ("been_in", "no"): Phrase("没到过 {id}", "has never been in {id}"),
    ("task", "yes"): Phrase("完成了任务 {id}", "has done the task {id}"),
    ("task", "no"): Phrase("没完成任务 {id}", "has not done the task {id}"),
    ("reachable", "yes"): Phrase("{id} 联系得上", "can be reached by {id}"),
    ("reachable", "no"): Phrase("{id} 联系不上", "cannot be reached by {id}"),
    ("consent", "given"): Phrase("给过 {id}", "has given {id}"),
    ("consent", "refused"): Phrase("拒绝了 {id}", "has refused {id}"),
    ("consent", "withdrawn"): Phrase("撤回了 {id}", "has withdrawn {id}"),
    ("consent", "expired"): Phrase("{id} 已过期", "gave {id}, which has expired"),
    ("consent", "unknown"): Phrase("从没问过 {id}", "was never asked for {id}"),
    ("data", UNKNOWN): Phrase("{id} 未知", "{id} is unknown"),
    ("data", OTHER): Phrase("{id} 是别的值", "{id} is something else"),
}


def in_words(variable: Variable, state: State) -> Phrase:
    """Return what a state says about the customer."""
    if isinstance(state, tuple):
        return _occurrences(variable, state)
    said = SAID.get((variable.kind, state)) if isinstance(state, str) else None
    if said is not None:
        return Phrase(said.zh.format(id=variable.id), said.en.format(id=variable.id))
    value = f"{state.normalize():f}" if isinstance(state, Decimal) else state
    shown = f"{value} {variable.unit}" if len(variable.unit) > 1 else f"{value}{variable.unit}"
    return Phrase(f"{variable.id} 是 {shown}", f"{variable.id} is {shown}")


def _occurrences(variable: Variable, counts: tuple[int, ...]) -> Phrase:
    """Return how often, by the longest time without any and the shortest with all."""
    if counts[-1] == 0:
        return Phrase(f"从没有过 {variable.id}", f"never had {variable.id}")
    zh = [f"{time} 内 {n} 次" if time else f"一共 {n} 次" for time, n in zip(variable.times, counts, strict=True)]
    en = [f"{n}× within {time}" if time else f"{n}× in all" for time, n in zip(variable.times, counts, strict=True)]
    return Phrase(f"{variable.id} {'、'.join(zh)}", f"{variable.id} {', '.join(en)}")
