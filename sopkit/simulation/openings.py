"""Open and closed hours in one zone go in; the next open instant, and where so much open time has passed, come out of a table."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

from sopkit.simulation.clock import DAY, NEVER, WEEK, Schedule, Zone

MARGIN: Final = 2 * DAY


class Opening:
    """The stretches in which one schedule is open, found as they are asked for, but not before `first`."""

    def __init__(self, schedule: Schedule, zone: Zone, first: int) -> None:
        self.schedule, self.zone = schedule, zone
        self.always = not schedule.open and not schedule.closed
        self.first = first - MARGIN
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.until: list[int] = []
        """Open seconds up to the end of each stretch."""

    def next_open(self, now: int) -> int:
        """Return the first open instant at or after `now`; `NEVER` where none comes (see `Schedule.next_open`)."""
        if self.always:
            return now
        number = self._stretch(now)
        return NEVER if number is None else max(now, self.starts[number])

    def open_after(self, now: int, amount: int) -> int:
        """Return the instant at which `amount` seconds of open time have passed since `now`."""
        if self.always or amount <= 0:
            return now + amount
        number = self._stretch(now)
        if number is None:
            return NEVER
        wanted = self.until[number] - (self.ends[number] - max(now, self.starts[number])) + amount
        while self.until[-1] < wanted:
            if not self._extend(self.ends[-1]):
                return NEVER
        number = bisect_left(self.until, wanted, number)
        return self.ends[number] - (self.until[number] - wanted)

    def _stretch(self, now: int) -> int | None:
        """Return the number of the first stretch that ends after `now`."""
        while True:
            number = bisect_right(self.ends, now)
            if number < len(self.ends):
                return number
            if not self._extend(now):
                return None

    def _extend(self, now: int) -> bool:
        """Look a week further; a schedule that does not open within `LONGEST_WAIT` does not open at all."""
        start = self.schedule.next_open(self.ends[-1] if self.ends else self.first, self.zone)
        if start >= NEVER:
            return False
        until = max(start, now) + WEEK
        while start < until:
            end = self.schedule.closes(start, self.zone)
            while end - start < WEEK and self.schedule.next_open(end, self.zone) == end:
                end = self.schedule.closes(end, self.zone)
            self.starts.append(start)
            self.ends.append(end)
            self.until.append((self.until[-1] if self.until else 0) + end - start)
            start = self.schedule.next_open(end, self.zone)
        return True
