"""Local hours and recurring slots of a time zone go in; instants, in whole seconds since 1970 UTC, come out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sopkit.frozen import dataclass
from sopkit.model.values import WEEKDAYS, Every, Hours, Slot

DAY = 86_400
Interval = tuple[int, int]
"""Half-open: start and end."""


@cache
def zone(name: str | None) -> tzinfo:
    """Return the zone of that name; UTC where none is named or known, which is a finding of its own."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=1 << 14)
def instant(day: date, minutes: int, where: tzinfo) -> int:
    """Return the instant of a local time of day, `minutes` after midnight, at most 1440.

    A local time that does not exist moves to the next that does, a doubled one is the first.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = int(wall.replace(tzinfo=where).timestamp())
    if _wall(first, where) == wall:
        return first
    later = wall + timedelta(minutes=1)  # inside a gap, which ends on a whole minute: at most a day on
    while _wall(int(later.replace(tzinfo=where).timestamp()), where) != later:
        later += timedelta(minutes=1)
    return int(later.replace(tzinfo=where).timestamp())


def _wall(at: int, where: tzinfo) -> datetime:
    return datetime.fromtimestamp(at, where).replace(tzinfo=None)


def wall(at: int, where: tzinfo) -> datetime:
    """Return the local time of an instant, without a zone."""
    return _wall(at, where)


def unit_of(at: datetime, unit: str) -> tuple[datetime, datetime]:
    """Return the day, week (from Monday) or month that holds an instant."""
    first = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        first -= timedelta(days=first.weekday())
        return first, first + timedelta(days=7)
    if unit == "month":
        first = first.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return first, first + timedelta(days=1)


def shifts(where: tzinfo, start: date, days: int) -> bool:
    """Return whether the clock is changed on one of the days."""
    offsets = {datetime.combine(start + timedelta(days=n), time(12), where).utcoffset() for n in range(days)}
    return len(offsets) > 1


def days(start: date, count: int) -> Iterator[date]:
    """Yield days one after another."""
    return (start + timedelta(days=n) for n in range(count))


def occurs_on(slot: Slot, every: Every, day: date) -> bool:
    """Return whether a slot of a calendar falls on a day; a quarter or year counts by its first month."""
    if every.unit == "week":
        return slot.weekday is None or WEEKDAYS[day.weekday()] == slot.weekday
    if every.unit == "day":
        return slot.weekday is None or WEEKDAYS[day.weekday()] == slot.weekday
    if every.unit == "quarter" and day.month % 3 != 1:
        return False
    if every.unit == "year" and day.month != 1:
        return False
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if slot.month_day is not None:
        return day.day == (last.day if slot.month_day == -1 else min(slot.month_day, last.day))
    if slot.weekday is not None:
        if WEEKDAYS[day.weekday()] != slot.weekday:
            return False
        return day.day + 7 > last.day if slot.nth == -1 else (day.day + 6) // 7 == (slot.nth or 1)
    return day.day == 1


def slot_instants(every: Every, slots: Sequence[Slot], where: tzinfo, start: date, count: int) -> list[int]:
    """Return when a calendar's slots occur on `count` days, in order."""
    return sorted(
        {instant(day, slot.time.minutes, where) for day in days(start, count) for slot in slots if occurs_on(slot, every, day)}
    )  # fmt: skip


def hours_on(hours: Hours, where: tzinfo, start: date, count: int) -> list[Interval]:
    """Return the intervals of hours that begin on one of `count` days; `21:00-09:00` runs over midnight, equal ends are a day."""
    found = []
    for day in days(start, count):
        if WEEKDAYS[day.weekday()] not in hours.days:
            continue
        over = hours.end.minutes <= hours.start.minutes
        opened = instant(day, hours.start.minutes, where)
        closed = instant(day + timedelta(days=1) if over else day, hours.end.minutes, where)
        if opened < closed:
            found.append((opened, closed))
    return found


@dataclass(frozen=True)
class Opening:
    """When something is open: disjoint intervals in order, of a horizon outside of which nothing is known."""

    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", [start for start, _ in self.intervals])
        sums = [0]
        for start, end in self.intervals:
            sums.append(sums[-1] + end - start)
        object.__setattr__(self, "_sums", sums)

    _starts: list[int] = None  # type: ignore[assignment]  # set above
    _sums: list[int] = None  # type: ignore[assignment]  # set above

    def next_open(self, at: int) -> int | None:
        """Return the first open instant at or after `at`; None where the horizon has none."""
        n = bisect_right(self._starts, at)
        if n and at < self.intervals[n - 1][1]:
            return at
        return self.intervals[n][0] if n < len(self.intervals) else None

    def spent(self, at: int) -> int:
        """Return how many seconds it was open before `at`."""
        n = bisect_right(self._starts, at)
        return self._sums[n - 1] + min(at, self.intervals[n - 1][1]) - self.intervals[n - 1][0] if n else 0

    def between(self, start: int, end: int) -> int:
        """Return how many seconds of `start`..`end` it is open."""
        return self.spent(end) - self.spent(start)

    def reached(self, start: int, seconds: int) -> int | None:
        """Return the first instant by which it was open for `seconds` since `start`; None beyond the horizon."""
        goal = self.spent(start) + seconds
        if seconds == 0:
            return start
        n = bisect_left(self._sums, goal)
        return self.intervals[n - 1][0] + goal - self._sums[n - 1] if n < len(self._sums) else None

    def back(self, end: int, seconds: int) -> int | None:
        """Return the last instant from which it is open for `seconds` until `end`; None before the horizon."""
        goal = self.spent(end) - seconds
        if goal < 0 or seconds == 0:
            return end if seconds == 0 else None
        n = bisect_right(self._sums, goal)
        return self.intervals[n - 1][0] + goal - self._sums[n - 1] if n < len(self._sums) else None

    @property
    def edges(self) -> Iterator[int]:
        """The instants at which it opens or closes."""
        return (at for interval in self.intervals for at in interval)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as disjoint intervals in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def common(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Return what lies in both."""
    found, first, second = [], 0, 0
    while first < len(one) and second < len(other):
        start, end = max(one[first][0], other[second][0]), min(one[first][1], other[second][1])
        if start < end:
            found.append((start, end))
        if one[first][1] < other[second][1]:
            first += 1
        else:
            second += 1
    return found


def without(one: Sequence[Interval], closed: Sequence[Interval], whole: Interval) -> list[Interval]:
    """Return what lies in `one` and in none of `closed`, inside `whole`."""
    shut = merged(closed)
    ends = [whole[0], *(at for interval in shut for at in interval), whole[1]]
    gaps = [
        (start, end)
        for n, (after, before) in enumerate(pairwise(ends))
        if n % 2 == 0 and (start := max(after, whole[0])) < (end := min(before, whole[1]))
    ]
    return common(one, gaps)
