"""One customer's clock, from a Monday on: seconds that pass go in, what the clock shows and when something opens comes out, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.clock import DAY, instant, unit_of, wall, zone
from sopkit.graph.openings import INFINITE, Openings, weekly
from sopkit.graph.schedule import Schedule
from sopkit.graph.zones import Clocks, Dated

WEEK: Final = 7 * DAY
CHANGES: Final = 2
"""Changes of a clock that are looked at."""


@dataclass(frozen=True)
class Face:
    """What a customer's clock shows. `moving`: it is moved in the second week, else it never is."""

    name: str | None
    monday: datetime
    """00:00, on this clock."""
    moving: bool = False

    def shows(self, seconds: float) -> datetime:
        """Return what the clock shows so long after the Monday began."""
        if not self.moving:
            return self.monday + timedelta(seconds=seconds)
        return wall(int(self._start + seconds), zone(self.name))

    def seconds(self, shown: datetime) -> float:
        """Return how long after the Monday began the clock shows this; the first time of two, the next where there is none."""
        if not self.moving:
            return (shown - self.monday).total_seconds()
        at = instant(shown.date(), shown.hour * 60 + shown.minute, zone(self.name))
        return at + shown.second - self._start

    @cached_property
    def _start(self) -> int:
        return instant(self.monday.date(), 0, zone(self.name))

    def unit_of(self, seconds: float, unit: str) -> tuple[float, float]:
        """Return the bounds of the day, week (from Monday) or month of this clock that holds an instant."""
        first, last = unit_of(self.shows(seconds), unit)
        return self.seconds(first), self.seconds(last)

    def hours(self, dated: Dated) -> DatedHours:
        """Return open hours by minutes of this clock's run."""
        return DatedHours(dated, self._start)


@dataclass(frozen=True)
class DatedHours:
    """Open hours of real days, asked as those of a week are: by minutes since the Monday."""

    dated: Dated
    start: int
    always: bool = False
    daily: bool = False

    @property
    def empty(self) -> bool:
        return self.dated.empty

    def wait(self, minute: float) -> float:
        """Return how many minutes after `minute` it is open."""
        at = self.start + int(minute * 60)
        found = self.dated.opening.next_open(at)
        return INFINITE if found is None else (found - at) / 60


def faces(clocks: Clocks) -> Iterator[Face]:
    """Yield the clocks of customers of each zone: in weeks in which they are not moved, then about the next times that they are."""
    today = clocks.today
    soon = datetime.combine(today, time()) + timedelta(days=7 - today.weekday())
    for name in clocks.zones:
        yield Face(name, soon)
    for name in clocks.zones:
        for day in _changes(name, today):
            before = day - timedelta(days=day.weekday() + 7)
            yield Face(name, datetime.combine(before, time()), moving=True)


@dataclass(frozen=True, eq=False)
class Timetable:
    """When each step may be done for such a customer, worked out when it is asked for; None: always."""

    plan: Schedule
    face: Face
    _known: dict[int, Openings | DatedHours | None] = field(default_factory=dict)
    """Few, of many steps: told apart by themselves, which costs less than by all that they say."""

    def get(self, node: str) -> Openings | DatedHours | None:
        spans = self.plan.spans.get(node)
        if spans is None:
            return None
        if id(spans) not in self._known:
            clocks, face = self.plan.clocks, self.face
            dated = face.hours(clocks.dated(spans, face.name)) if face.moving else weekly(spans, self._ahead)
            self._known[id(spans)] = dated
        return self._known[id(spans)]

    def of(self, root: str) -> Iterator[Openings | DatedHours]:
        """Yield the hours of the steps of a playbook that are not always open."""
        for node in self.plan.graph.parts.get(root, ()):
            hours = self.get(node.id)
            if hours is not None:
                yield hours

    @cached_property
    def _ahead(self) -> int:
        return self.plan.clocks.ahead(self.face.name, self.face.monday)


def _changes(name: str | None, today: date) -> list[date]:
    """Return the next days, a week from now at least, on which a clock is moved."""
    where, found = zone(name), []
    for n in range(14, 400):
        day = datetime.combine(today + timedelta(days=n), time(), where)
        if day.utcoffset() != (day + timedelta(days=1)).utcoffset():
            found.append(day.date())
    return found[:CHANGES]
