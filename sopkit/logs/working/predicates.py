"""Conditions of KPIs over one customer go in; SQL over what the log of events says of the customer comes out, or why no log can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.engine import Engine, latest, listed
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
from sopkit.model.values import Comparison, NumberRange
from sopkit.text import Phrase

NEEDS: Final[Mapping[type, Phrase]] = {
    DataTest: Phrase(
        "条件要看的客户资料，没有事件带来它的数值", "it asks for data of customers of which no event has the value"
    ),
    TagTest: Phrase("条件要看标签，日志里没有", "it asks for tags, which the logs do not hold"),
    SegmentTest: Phrase("条件要看的分群没有写谁在里面", "it asks for a segment that does not say who is in it"),
    StageTest: Phrase(
        "条件要看客户在哪个阶段，日志里没有", "it asks for stages of customers, which the logs do not hold"
    ),
    ReachableTest: Phrase("条件要看能不能联系到，日志里没有", "it asks who can be reached, which the logs do not hold"),
    ConsentTest: Phrase("条件要看同意，事件日志里没有", "it asks for consents, which the log of events does not hold"),
}
"""Why no log can tell, by what is asked."""
NEEDS_DATA: Final = NEEDS[DataTest]
CALENDAR: Final = Phrase("条件里有以月、年计的时间", "it asks for a time in months or years")
COMPARED: Final = {"≥": ">=", "≤": "<=", ">": ">", "<": "<", "=": "="}

Sides = tuple[str, str]
"""Conditions in SQL: who is sure to meet it; who may. They differ for whom the log does not tell."""


class UncountableError(Exception):
    """The logs can't tell; `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Asked:
    """What conditions ask of the events of some kinds."""

    kinds: tuple[int, ...]
    back: int | None = None
    """How many seconds before the end; None: from the beginning of the time that is looked at."""
    lasting: bool = False
    """Since ever: a log says only what happened since it began."""
    value: bool = False
    """The last value, in place of how often."""


@dataclass(slots=True)
class Facts:
    """What conditions ask of one customer: columns `f0`, `f1` …, beside each last value `g0`, how many events lack theirs."""

    workspace: Workspace
    kinds: Mapping[str, Sequence[int]]
    """Event → the kinds of row that report it."""
    asked: list[Asked] = field(default_factory=list)

    def sides(self, predicate: Predicate, inside: tuple[str, ...] = ()) -> Sides:
        """Return a condition over the columns. Raises `UncountableError`.

        A segment or a task means the same wherever it is asked: since ever, up to the end of the time that is looked at. `inside`
        are the segments that this is a part of.
        """
        match predicate:
            case All(parts):
                return _joined("AND", "true", [self.sides(part, inside) for part in parts])
            case Any(parts):
                return _joined("OR", "false", [self.sides(part, inside) for part in parts])
            case Not(part):
                return _denied(self.sides(part, inside))
            case EventTest():
                return self._event(predicate, lasting=bool(inside))
            case TaskTest(task):
                done = [self._often(one.id, ">=", "1") for one in self.workspace.tasks[task.id].done_on]
                return _joined("OR", "false", done)
            case SegmentTest(segment):
                when = self.workspace.segments[segment.id].when
                if when is not None and segment.id not in inside:
                    return self.sides(when, (*inside, segment.id))
            case DataTest():
                return self._value(predicate)
        raise UncountableError(NEEDS.get(type(predicate), NEEDS_DATA))

    def _event(self, test: EventTest, *, lasting: bool) -> Sides:
        sign, least = (COMPARED[test.count.comparator], str(test.count.number)) if test.count else (">=", "1")
        if test.within is not None:
            back = test.within.seconds
            if back is None:
                raise UncountableError(CALENDAR)
            said = f"f{self._column(Asked(self._of(test.event.id), back))} {sign} {least}"
            sides = said, said
        elif lasting:
            sides = self._often(test.event.id, sign, least)
        else:
            said = f"f{self._column(Asked(self._of(test.event.id)))} {sign} {least}"
            sides = said, said
        return _denied(sides) if test.negated else sides

    def _often(self, event: str, sign: str, least: str) -> Sides:
        """Return whether something happened so often since ever: it may have happened before the log began, too."""
        said = f"f{self._column(Asked(self._of(event), lasting=True))} {sign} {least}"
        return (said, "true") if sign in (">=", ">") else ("false", said.replace(" = ", " <= "))

    def _value(self, test: DataTest) -> Sides:
        """Return whether the last value that an event made known passes."""
        datum = self.workspace.data[test.data.id]
        if datum.computed is not None or not datum.collected_by:
            raise UncountableError(NEEDS_DATA)
        if not all(numbers_of(self.workspace, one.id) == [datum.id] for one in datum.collected_by):
            raise UncountableError(NEEDS_DATA)
        kinds = tuple(kind for one in datum.collected_by for kind in self._of(one.id))
        n = self._column(Asked(kinds, lasting=True, value=True))
        match test.test:
            case Comparison(comparator, number, relative=False):
                said = f"f{n} {COMPARED[comparator]} {number}"
            case NumberRange(low, high):
                said = f"f{n} BETWEEN {low} AND {high}"
            case _:
                raise UncountableError(NEEDS_DATA)
        return f"coalesce(g{n} = 0 AND {said}, false)", f"coalesce(g{n} > 0 OR {said}, true)"

    def _of(self, event: str) -> tuple[int, ...]:
        return tuple(self.kinds.get(event, ()))

    def _column(self, one: Asked) -> int:
        if one not in self.asked:
            self.asked.append(one)
        return self.asked.index(one)

    @property
    def back(self) -> int:
        """How many seconds before the end of a period the log must reach, at most."""
        return max((one.back for one in self.asked if one.back is not None), default=0)

    @property
    def lasting(self) -> bool:
        """Whether anything is asked that may have happened at any time."""
        return any(one.lasting for one in self.asked)

    def listed(self) -> str:
        """Return the kinds that are asked for, as SQL lists them."""
        return listed({kind for one in self.asked for kind in one.kinds})

    def columns(self) -> str:
        """Return SQL for the columns, each behind a comma, of events `e` beside a row `c` with `lo` and `hi`."""
        return "".join(f", {said}" for n, one in enumerate(self.asked) for said in _columns(n, one))

    def of_nobody(self, engine: Engine, *said: str) -> tuple[bool, ...]:
        """Return which of some conditions hold for a customer of whom the log tells no event."""
        nothing = "".join(f", {'NULL' if one.value else 0} AS f{n}, 0 AS g{n}" for n, one in enumerate(self.asked))
        return tuple(map(bool, engine.run(f"SELECT {', '.join(said)} FROM (SELECT 0 AS none{nothing}) AS nobody")[0]))


def _columns(n: int, one: Asked) -> tuple[str, ...]:
    since = "" if one.lasting else f" AND e.ts >= {'c.lo' if one.back is None else f'c.hi - {one.back}'}"
    those = f"e.kind IN ({listed(one.kinds)}) AND e.ts < c.hi{since}"
    if not one.value:
        return (f"sum(CASE WHEN {those} THEN 1 ELSE 0 END) AS f{n}",)
    lacking = f"sum(CASE WHEN {those} AND e.value IS NULL THEN 1 ELSE 0 END) AS g{n}"
    return f"{latest(f'CASE WHEN {those} THEN e.value END', 'e.ts', 'e.line')} AS f{n}", lacking


def _joined(by: str, nothing: str, parts: Sequence[Sides]) -> Sides:
    sure, maybe = (f" {by} ".join(f"({one[side]})" for one in parts) or nothing for side in (0, 1))
    return sure, maybe


def _denied(sides: Sides) -> Sides:
    return f"NOT ({sides[1]})", f"NOT ({sides[0]})"


def numbers_of(workspace: Workspace, event: str) -> list[str]:
    """Return the numbers that an event makes known: its one value in a log is that of the only one, of several it may be any."""
    return [
        one.id for one in workspace.data.values()
        if one.type in ("money", "number") and any(ref.id == event for ref in one.collected_by)
    ]  # fmt: skip
