"""Weekly open hours go in; how long a touch may have to wait for them, and how far they stretch a deadline, comes out.

Minutes count from Monday 00:00 on the customer's clock; intervals are half-open. `None` for hours is always open.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.values import WEEKDAYS, Hours, Weekday

DAY: Final = 1440
WEEK: Final = 7 * DAY
INFINITE: Final = float("inf")

Said = tuple[tuple[Weekday, ...], int, int]
"""Hours as they count: their days, and the minutes of a day at which they begin and end."""


@dataclass(frozen=True, slots=True)
class Openings:
    """Open stretches of one week, sorted, apart from each other, inside [0, `WEEK`)."""

    stretches: tuple[tuple[int, int], ...]

    @property
    def empty(self) -> bool:
        return not self.stretches

    @property
    def always(self) -> bool:
        return self.stretches == ((0, WEEK),)

    @property
    def daily(self) -> bool:
        """Whether every day is like every other."""
        first = [(start, end) for start, end in self._cut() if start < DAY]
        return all(
            [(start - DAY * day, end - DAY * day) for start, end in self._cut() if start // DAY == day] == first
            for day in range(7)
        )

    def _cut(self) -> list[tuple[int, int]]:
        """Return the stretches cut at every midnight."""
        return [
            (max(start, day * DAY), min(end, day * DAY + DAY))
            for start, end in self.stretches
            for day in range(start // DAY, (end - 1) // DAY + 1)
        ]

    def wait(self, minute: float) -> float:
        """Return how many minutes after `minute` it is open: 0 where it is open then, infinite where it never is."""
        if self.empty or minute == INFINITE:
            return INFINITE
        at = minute % WEEK
        for start, end in self.stretches:
            if at < end:
                return max(0, start - at)
        return WEEK - at + self.stretches[0][0]

    def longest_wait(self) -> float:
        """Return the most minutes that anything has to wait."""
        if self.empty or self.always:
            return INFINITE if self.empty else 0
        return max(self.wait(end) for _, end in self.stretches)

    def longest_time(self, open_minutes: float) -> float:
        """Return the most minutes that pass until so many open ones have, and the next open instant is come to."""
        if self.empty or self.always:
            return INFINITE if self.empty else open_minutes
        return max(self.time_from(end, open_minutes) for _, end in self.stretches)

    def time_from(self, start: float, open_minutes: float) -> float:
        """Return how many minutes pass after `start` until so many open ones have, and the next open instant is come to."""
        end = self.end_of(start, open_minutes)
        return end + self.wait(end) - start

    def end_of(self, start: float, open_minutes: float) -> float:
        """Return the minute by which so many open ones have passed since `start`: a closing time, where they end just then."""
        if self.empty or open_minutes == INFINITE:
            return INFINITE
        a_week = sum(end - begin for begin, end in self.stretches)
        weeks = max(0, int(open_minutes // a_week) - 1)
        now, left = start + weeks * WEEK, open_minutes - weeks * a_week
        while True:
            now += self.wait(now)
            at = now % WEEK
            end = next(end for _, end in self.stretches if at < end)
            if left <= end - at:
                return now + left
            left -= end - at
            now += end - at


@dataclass(frozen=True, slots=True)
class Span:
    """Hours that open, or close, something, by the customer's clock or by the workspace's."""

    hours: Hours
    closed: bool
    customers: bool


def weekly(spans: Iterable[Span], ahead: int = 0) -> Openings | None:
    """Return when all spans let something through, by the customer's clock; the workspace's is `ahead` of it, in minutes."""
    return _weekly(tuple([(_said(one.hours), one.closed, one.customers) for one in spans]), ahead)


@cache  # many touches go by the same hours
def _weekly(spans: tuple[tuple[Said, bool, bool], ...], ahead: int) -> Openings | None:
    found: Openings | None = None
    for said, closed, customers in spans:
        one = _outside(said) if closed else _inside(said)
        found = both(found, one if customers or not ahead else _earlier(one, ahead))
    return found


def _earlier(one: Openings, minutes: int) -> Openings:
    return _merged(((start - minutes) % WEEK, (start - minutes) % WEEK + end - start) for start, end in one.stretches)


def _said(hours: Hours) -> Said:
    return hours.days or WEEKDAYS, hours.start.minutes, hours.end.minutes


def _inside(said: Said) -> Openings:
    """Return the open stretches that hours say; those over midnight reach into the next day."""
    days, start, end = said
    length = (end - start) % DAY or DAY
    starts = [WEEKDAYS.index(day) * DAY + start for day in days]
    return _merged((start, start + length) for start in starts)


def _outside(said: Said) -> Openings:
    """Return what quiet hours leave open."""
    free: list[tuple[int, int]] = []
    now = 0
    for start, end in _inside(said).stretches:
        free.append((now, start))
        now = end
    return _merged([*free, (now, WEEK)])


@cache  # of few hours, each pair meets at many touches
def both(one: Openings | None, other: Openings | None) -> Openings | None:
    """Return when both are open."""
    if one is None or other is None:
        return one or other
    return _merged((max(a, c), min(b, d)) for a, b in one.stretches for c, d in other.stretches)


def _merged(stretches: Iterable[tuple[int, int]]) -> Openings:
    cut: list[tuple[int, int]] = []
    for start, end in stretches:
        if end > WEEK:
            cut += [(start, WEEK), (0, end - WEEK)]
        elif start < end:
            cut.append((start, end))
    found: list[tuple[int, int]] = []
    for start, end in sorted(cut):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return Openings(tuple(found))
