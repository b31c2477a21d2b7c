"""Instants as whole seconds of UTC and one time zone go in; local days, open hours, slots and calendar units come out.

Instants and spans of time are integers, in seconds. Nothing here knows a playbook.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.frozen import dataclass
from sopkit.model.values import WEEKDAYS, Calendar, Duration, Hours, Slot
from sopkit.simulation.holidays import Holidays

DAY: Final = 86400
WEEK: Final = 7 * DAY
EPOCH: Final = date(1970, 1, 1)
SHORTEST_MONTH: Final = 28
MONTHS: Final[Mapping[Calendar, int]] = {"quarter": 3, "year": 12}
"""What is longer than a month, in months."""
NEVER: Final = 1 << 60
"""An instant that does not come."""
LONGEST_WAIT: Final = 400 * DAY
"""How far ahead an open instant is looked for; hours that never open within it do not open at all."""


def instant(when: datetime) -> int:
    """Return an aware time as an instant."""
    return int(when.timestamp())


@dataclass(frozen=True, eq=False)
class Zone:
    """One time zone over the years that a simulation can meet, as a table of its offsets."""

    name: str
    holidays: Holidays = field(default_factory=Holidays)
    workspace: Zone | None = None
    """The workspace's, where it is another."""
    _starts: list[int] = field(default_factory=list)
    """Instants at which an offset begins."""
    _offsets: list[int] = field(default_factory=list)
    _units: dict[tuple[Calendar, int], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    @lru_cache(maxsize=256)
    def load(cls, name: str, first: int, last: int, holidays: Holidays, home: str = "") -> Zone:
        """Read the offsets between two instants, to the second; `home` is the workspace's zone. Raises `ZoneInfoNotFoundError`."""
        other = cls.load(home, first, last, holidays) if home not in ("", name) else None
        zone, info = cls(name, holidays, other), ZoneInfo(name)
        now = first - first % DAY
        offset = _offset(info, now)
        zone._starts.append(-NEVER)
        zone._offsets.append(offset)
        while now < last:
            later = _offset(info, now + DAY)
            if later != offset:
                low, high = now, now + DAY
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if _offset(info, middle) == offset else (low, middle)
                zone._starts.append(high)
                zone._offsets.append(later)
                offset = later
            now += DAY
        return zone

    @property
    def home(self) -> Zone:
        """The workspace's zone, by which staff and tools go."""
        return self.workspace or self

    def local(self, now: int) -> int:
        """Return the local clock at an instant, as seconds since 1970-01-01 00:00 on that clock."""
        if len(self._starts) == 1:
            return now + self._offsets[0]
        return now + self._offsets[bisect_right(self._starts, now) - 1]

    def at(self, clock: int) -> int:
        """Return the instant at which the local clock shows `clock`.

        A local time that does not exist moves to the next that does; a doubled one is the first.
        """
        if len(self._starts) == 1:
            return clock - self._offsets[0]
        for number, offset in enumerate(self._offsets):
            candidate = clock - offset
            end = self._starts[number + 1] if number + 1 < len(self._starts) else NEVER
            if candidate < end:
                return max(candidate, self._starts[number])
        raise AssertionError("the last offset has no end")

    def day(self, now: int) -> int:
        """Return the local day of an instant, in days since 1970-01-01."""
        return self.local(now) // DAY

    def midnight(self, day: int) -> int:
        """Return the instant at which a local day begins."""
        return self.at(day * DAY)

    def unit(self, now: int, unit: Calendar) -> tuple[int, int]:
        """Return the instants between which the calendar unit that holds `now` lies, the second outside; weeks begin on Monday."""
        key = (unit, self.day(now))
        found = self._units.get(key)
        if found is None:
            found = self._units[key] = self._unit(*key)
        return found

    def _unit(self, unit: Calendar, day: int) -> tuple[int, int]:
        if unit == "day":
            return self.midnight(day), self.midnight(day + 1)
        if unit == "week":
            monday = day - (day + 3) % 7
            return self.midnight(monday), self.midnight(monday + 7)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        today = date_of(day)
        first = ((today.year * 12 + today.month - 1) // months) * months
        return self.midnight(_month_start(first)), self.midnight(_month_start(first + months))

    def later(self, now: int, duration: Duration, amount: int | None = None) -> int:
        """Return the instant one duration after `now`: elapsed time, or calendar months and years, or workdays."""
        amount = duration.amount if amount is None else amount
        if duration.unit == "workday":
            return self._workdays_later(now, amount)
        if duration.unit in ("mo", "y"):
            local = self.local(now)
            today = date_of(local // DAY)
            months = today.year * 12 + today.month - 1 + amount * (12 if duration.unit == "y" else 1)
            length = monthrange(months // 12, months % 12 + 1)[1]
            day = _month_start(months) + min(today.day, length) - 1
            return self.at(day * DAY + local % DAY)
        seconds = duration.seconds or 0
        return now + (seconds if amount == duration.amount else seconds // (duration.amount or 1) * amount)

    def earlier(self, now: int, duration: Duration) -> int:
        """Return the instant one duration before `now`."""
        return self.later(now, duration, -duration.amount)

    def is_workday(self, day: int) -> bool:
        today = date_of(day)
        if today in self.holidays.workdays:
            return True
        return today.weekday() < 5 and today not in self.holidays.days

    def is_holiday(self, day: int) -> bool:
        return date_of(day) in self.holidays.days

    def _workdays_later(self, now: int, amount: int) -> int:
        local = self.local(now)
        day, step = local // DAY, 1 if amount >= 0 else -1
        for _ in range(abs(amount)):
            day += step
            while not self.is_workday(day):
                day += step
        return self.at(day * DAY + local % DAY)


def _offset(info: ZoneInfo, now: int) -> int:
    offset = datetime.fromtimestamp(now, UTC).astimezone(info).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=4096)
def date_of(day: int) -> date:
    return EPOCH + timedelta(days=day)


def day_of(when: date) -> int:
    return (when - EPOCH).days


def _month_start(months: int) -> int:
    """Return the day on which a month begins; months are counted from year 0."""
    return day_of(date(months // 12, months % 12 + 1, 1))


@dataclass(frozen=True, slots=True)
class Open:
    """Recurring hours in which something is open: half-open, on weekdays, over midnight where the end is not after the start."""

    days: frozenset[int]
    """0 is Monday; the weekday on which the hours begin."""
    start: int
    end: int
    """Seconds after midnight; beyond a day where the hours run over it."""
    staff: bool = False
    """Whether they go by the workspace's clock, not by the customer's."""

    @classmethod
    def of(cls, hours: Hours, *, staff: bool = False) -> Open:
        start, end = hours.start.minutes * 60, hours.end.minutes * 60
        return cls(frozenset(map(WEEKDAYS.index, hours.days)), start, end if end > start else end + DAY, staff)

    def clock(self, zone: Zone) -> Zone:
        """Return the zone by which the hours go, for customers of `zone`."""
        return zone.home if self.staff else zone

    def spans(self, zone: Zone, now: int) -> Iterator[tuple[int, int]]:
        """Yield the instants between which it is open, for hours that begin on the day of `now` or on the day before."""
        clock = self.clock(zone)
        day = clock.day(now)
        for begun in (day - 1, day):
            if (begun + 3) % 7 in self.days:
                start, end = clock.at(begun * DAY + self.start), clock.at(begun * DAY + self.end)
                if start < end:
                    yield start, end


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a touch or a deed may happen: inside all the open hours, outside all the closed ones."""

    open: tuple[Open, ...] = ()
    closed: tuple[Open, ...] = ()

    def next_open(self, now: int, zone: Zone) -> int:
        """Return the first open instant at or after `now`; `NEVER` where none comes within `LONGEST_WAIT`."""
        if not self.open and not self.closed:
            return now
        end = now + LONGEST_WAIT
        while now < end:
            moved = self._moved(now, zone)
            if moved == now:
                return now
            now = moved
        return NEVER

    def _moved(self, now: int, zone: Zone) -> int:
        for hours in self.closed:
            for start, end in hours.spans(zone, now):
                if start <= now < end:
                    return end
        for hours in self.open:
            spans = list(hours.spans(zone, now))
            if not any(start <= now < end for start, end in spans):
                clock = hours.clock(zone)
                return min((start for start, _ in spans if start > now), default=clock.midnight(clock.day(now) + 1))
        return now

    def closes(self, now: int, zone: Zone) -> int:
        """Return until when it stays open at most, from an open instant: the next border of any of the hours."""
        borders = [zone.midnight(zone.day(now) + 1)]
        for hours in (*self.open, *self.closed):
            for span in hours.spans(zone, now):
                borders += [border for border in span if border > now]
        return min(borders)

    def open_after(self, start: int, amount: int, zone: Zone) -> int:
        """Return the instant at which `amount` seconds of open time have passed since `start`; closed time stands still."""
        if not self.open and not self.closed:
            return start + amount
        now = start
        while amount > 0:
            now = self.next_open(now, zone)
            if now >= NEVER:
                return NEVER
            end = self.closes(now, zone)
            if end - now >= amount:
                return now + amount
            amount -= end - now
            now = end
        return now


def slots_between(slots: tuple[Slot, ...], unit: Calendar, zone: Zone, first: int, last: int) -> list[int]:
    """Return the instants of calendar slots in [first, last), in order; a unit without slots begins at its start."""
    found: set[int] = set()
    for day in range(zone.day(first) - 1, zone.day(last) + 2):
        for moment in _slots_on(day, slots, unit):
            when = zone.at(moment)
            if first <= when < last:
                found.add(when)
    return sorted(found)


def _slots_on(day: int, slots: tuple[Slot, ...], unit: Calendar) -> Iterator[int]:
    """Yield the local clock of the slots that fall on a day."""
    today = date_of(day)
    if not slots:
        if _begins(today, unit):
            yield day * DAY
        return
    for slot in slots:
        if _falls_on(slot, today, unit):
            yield day * DAY + slot.time.minutes * 60


def _begins(today: date, unit: Calendar) -> bool:
    if unit == "week":
        return today.weekday() == 0
    return unit == "day" or (today.day == 1 and _first_month(today, unit))


def _first_month(today: date, unit: Calendar) -> bool:
    return (today.month - 1) % MONTHS.get(unit, 1) == 0


def _falls_on(slot: Slot, today: date, unit: Calendar) -> bool:
    if slot.month_day is not None:
        found = today.day == slot.month_day or (
            (slot.month_day > today.day or slot.month_day == -1) and _is_last(today)
        )
    elif slot.weekday is None:
        return unit in ("day", "week") and (unit == "day" or today.weekday() == 0)
    elif today.weekday() != WEEKDAYS.index(slot.weekday):
        return False
    elif slot.nth is None:
        found = unit in ("day", "week") or today.day <= 7
    else:
        found = _is_last(today, 7) if slot.nth == -1 else (today.day - 1) // 7 + 1 == slot.nth
    return found and _first_month(today, unit)


def _is_last(today: date, days: int = 1) -> bool:
    """Whether the day is among the last of its month."""
    return today.day > SHORTEST_MONTH - days and today.day + days > monthrange(today.year, today.month)[1]
