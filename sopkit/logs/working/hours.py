"""Working hours, channel hours and quiet hours go in; tables from which SQL reads how much open time lies between two instants come out.

Staff go by the workspace's clock, channels and quiet hours by the customer's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from weakref import WeakKeyDictionary

from sopkit.graph.clock import Interval
from sopkit.graph.openings import Span, weekly
from sopkit.graph.touches import staffed, touches_of
from sopkit.graph.zones import AHEAD, Clocks
from sopkit.logs.case import LogCase
from sopkit.logs.offsets import DAY
from sopkit.logs.store import Store
from sopkit.logs.working.lookups import Cell, lay
from sopkit.logs.working.places import Place
from sopkit.logs.zones import Zones

STRETCH: Final = AHEAD - 60
"""Days that one look at the calendar is good for."""

_KNOWN: WeakKeyDictionary[Store, dict[tuple[tuple[Span, ...], str | None, int], tuple[Interval, ...]]] = (
    WeakKeyDictionary()
)


class Hours:
    """The open hours that steps keep, by number: 0 is always open."""

    def __init__(self, case: LogCase, places: Sequence[Place]) -> None:
        self.case = case
        self.workspace = case.compilation.workspace
        self.zones = Zones(case)
        self._touches = touches_of(self.workspace, case.compilation.graph)
        self._numbers: dict[tuple[Span, ...], int] = {(): 0}
        self.of = {place.number: self._number(place) for place in places}
        """Step → number of its hours."""
        self.most = 1
        """Open stretches of one day of UTC, at most."""

    def _number(self, place: Place) -> int:
        return self._numbered(tuple(dict.fromkeys(self._spans(place))))

    def _numbered(self, spans: tuple[Span, ...]) -> int:
        return self._numbers.setdefault(spans, len(self._numbers))

    def common(self, places: Iterable[Place]) -> int:
        """Return the number of the hours in which all the people who do these steps are at work; 0 where there are none such."""
        roles = [self.workspace.roles.get(place.step.by.id) for place in places if place.step.by]
        spans = tuple(dict.fromkeys(span for role in roles for span in staffed(role)))
        weekly_ = weekly(spans)
        return 0 if weekly_ is not None and weekly_.empty else self._numbered(spans)

    def _spans(self, place: Place) -> Iterator[Span]:
        touch, step = self._touches.get(place.node), place.step
        if touch is not None:
            yield from touch.spans
            return
        yield from staffed(self.workspace.roles.get(step.by.id) if step.by else None)
        for ref in step.via:
            channel = self.workspace.channels.get(ref.id)
            if channel is not None and channel.hours is not None:
                yield Span(channel.hours, closed=False, customers=True)

    @property
    def personal(self) -> list[int]:
        """The hours that go by the customer's clock."""
        return [number for spans, number in self._numbers.items() if any(span.customers for span in spans)]

    def lay(self, first: int, last: int) -> None:
        """Put `opens` and `zoned` (hours by the customer's clock, and whose nobody says) in place for a span of time."""
        engine = self.case.store.engine
        rows = [
            row for spans, number in self._numbers.items() if spans for row in self._rows(spans, number, first, last)
        ]
        self.most = max([1, *(len(intervals) for *_, intervals in rows)])
        columns = ["hours INTEGER", "zone INTEGER", "midnight BIGINT", "before BIGINT"]
        columns += [f"{end}{n} BIGINT" for n in range(self.most) for end in ("a", "b")]
        filled: list[list[Cell]] = []
        for *key, intervals in rows:
            padded = [*intervals, *[(0, 0)] * (self.most - len(intervals))]
            filled.append([*key, *(end for interval in padded for end in interval)])
        lay(engine, "opens", columns, filled)
        zoned = [(number, self.zones.usual) for number in self.personal]
        lay(engine, "zoned", ("hours INTEGER", "zone INTEGER"), zoned)

    def _rows(
        self, spans: tuple[Span, ...], number: int, first: int, last: int
    ) -> Iterator[tuple[int, int, int, int, list[Interval]]]:
        personal = any(span.customers for span in spans)
        for zone, name in enumerate(self.zones.names, 1) if personal else [(0, None)]:
            before = 0
            for start in range(first - first % DAY, last + DAY, STRETCH * DAY):
                intervals = self._open(spans, name, start)
                for midnight in range(start, min(start + STRETCH * DAY, last + DAY), DAY):
                    cut = [(max(a, midnight), min(b, midnight + DAY)) for a, b in _touching(intervals, midnight)]
                    yield number, zone, midnight, before, cut
                    before += sum(b - a for a, b in cut)

    def _open(self, spans: tuple[Span, ...], zone: str | None, start: int) -> tuple[Interval, ...]:
        """Return when hours are open from a midnight of UTC on; several families of rules ask the same."""
        known = _KNOWN.setdefault(self.case.store, {})
        key = spans, zone, start
        if key not in known:
            day = datetime.fromtimestamp(start, UTC).date()
            known[key] = Clocks(self.workspace, day).dated(spans, zone).opening.intervals
        return known[key]

    def open_time(self, at: str, joined: str, hours: str) -> str:
        """Return SQL for the open seconds up to an instant, `joined` being the row of `opens` of its day; the instant where always open."""
        inside = " + ".join(f"greatest(0, least({at}, {joined}.b{n}) - {joined}.a{n})" for n in range(self.most))
        return f"CASE WHEN {hours} = 0 THEN {at} ELSE {joined}.before + {inside} END"


def _touching(intervals: Sequence[Interval], midnight: int) -> Iterator[Interval]:
    """Yield those of disjoint intervals in order that touch a day of UTC."""
    for n in range(bisect_right(intervals, midnight, key=lambda one: one[1]), len(intervals)):
        if intervals[n][0] >= midnight + DAY:
            return
        yield intervals[n]
