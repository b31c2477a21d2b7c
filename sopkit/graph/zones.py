"""A workspace's time zones go in; how its customers' and its staff's clocks stand to each other, and when hours are open, comes out.

Channels and quiet hours go by the customer's clock, people by the workspace's. One analysis for each declared zone: what is asked here is
answered for the worst of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.clock import Interval, Opening, common, hours_on, instant, merged, without, zone
from sopkit.graph.openings import INFINITE, Span
from sopkit.model.documents import Workspace

AHEAD: Final = 800
"""Days from today over which clocks and open hours are looked at, as cadences are."""
UNKNOWN_SHIFT: Final = 7200
"""Seconds by which the clock of a customer of whom no zone is known may be moved: more than any zone of today does."""


@dataclass(frozen=True, eq=False)
class Dated:
    """Open stretches on real days: how long something waits for the next, clocks that are moved included."""

    opening: Opening

    @property
    def empty(self) -> bool:
        return not self.opening.intervals

    def longest_wait(self) -> float:
        """Return the most minutes that anything has to wait."""
        return self.longest_time(0)

    def longest_time(self, open_minutes: float) -> float:
        """Return the most minutes that pass until so many open ones have, and the next open instant is come to."""
        if self.empty:
            return INFINITE
        opening, most = self.opening, 0.0
        last = opening.intervals[-1][1]
        for _, end in opening.intervals[:-1]:
            reached = opening.reached(end, int(open_minutes * 60))
            then = opening.next_open(reached) if reached is not None else None
            if then is None:
                break
            most = max(most, then - end)
        else:
            return most / 60
        # beyond the horizon nothing is known: the rest of it must be no more than what was seen
        return most / 60 if last - opening.intervals[0][0] > 3 * most + open_minutes * 60 else INFINITE


@dataclass(frozen=True, eq=False)
class Worst:
    """Open stretches in each of several zones; nothing is known where there is none."""

    zones: tuple[Dated, ...]
    _known: dict[float, float] = field(default_factory=dict)

    def longest_wait(self) -> float:
        """Return the most minutes that anything has to wait."""
        return self.longest_time(0)

    def longest_time(self, open_minutes: float) -> float:
        """Return the most minutes that pass until so many open ones have, and the next open instant is come to."""
        if open_minutes not in self._known:
            self._known[open_minutes] = max((one.longest_time(open_minutes) for one in self.zones), default=INFINITE)
        return self._known[open_minutes]


class Clocks:
    """The clocks of one workspace from today on."""

    def __init__(self, workspace: Workspace, today: date) -> None:
        settings = workspace.settings
        named = settings.customer_timezones
        self.today = today
        self.unknown = named == "unknown"
        self.home = settings.timezone
        self.zones: tuple[str | None, ...] = ()
        """Of customers; none where they are not known."""
        if not self.unknown:
            self.zones = tuple(dict.fromkeys(named)) if isinstance(named, tuple) and named else (self.home,)
        self._known: dict[tuple[object, ...], Dated] = {}
        self._instants: dict[tuple[str | None, datetime], float] = {}

    @cached_property
    def one(self) -> bool:
        """Whether all customers live by the workspace's clock."""
        return self.zones == (self.home,)

    @cached_property
    def shift(self) -> int:
        """Seconds by which a clock can be moved, at most, so that a day, a week or a month is longer or shorter by so much."""
        moved = max(_moved(zone(one), self.today) for one in (self.home, *self.zones))
        return max(moved, UNKNOWN_SHIFT) if self.unknown else moved

    @cached_property
    def steady(self) -> bool:
        """Whether there is one clock for all, and it is never moved."""
        return self.one and self.shift == 0

    def dated(self, spans: Iterable[Span], customer: str | None) -> Dated:
        """Return when hours are open, on real days, for the customers of a zone."""
        spans = tuple(dict.fromkeys(spans))
        key = (*spans, customer)
        if key not in self._known:
            start = self.today - timedelta(days=30)
            whole = instant(start, 0, zone(self.home)), instant(start + timedelta(days=AHEAD + 60), 0, zone(self.home))
            open_: list[Interval] = [whole]
            for span in spans:
                where = zone(customer if span.customers else self.home)
                mine = hours_on(span.hours, where, start - timedelta(days=2), AHEAD + 64)
                open_ = without(open_, mine, whole) if span.closed else common(open_, merged(mine))
            self._known[key] = Dated(Opening(tuple(merged(open_))))
        return self._known[key]

    def ahead(self, customer: str | None, monday: datetime) -> int:
        """Return by how many minutes the workspace's clock is ahead of a customer's."""
        mine, theirs = (monday.replace(tzinfo=zone(one)).utcoffset() for one in (self.home, customer))
        return int((mine - theirs).total_seconds() // 60) if mine is not None and theirs is not None else 0

    def instants(self, times: Sequence[datetime], name: str | None) -> list[float]:
        """Return local times of a zone as seconds since 1970; one that does not exist moves to the next that does."""
        where, known = zone(name), self._instants
        found = []
        for at in times:
            if (name, at) not in known:
                known[name, at] = float(instant(at.date(), at.hour * 60 + at.minute, where))
            found.append(known[name, at])
        return found


def _moved(where: tzinfo, today: date) -> int:
    """Return how far apart the offsets of a zone lie."""
    noons = (datetime.combine(today + timedelta(days=7 * n), time(12), where) for n in range(AHEAD // 7 + 2))
    offsets = [int(offset.total_seconds()) for at in noons if (offset := at.utcoffset()) is not None]
    return max(offsets) - min(offsets)
