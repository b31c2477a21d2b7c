"""The zones of customers go in; local clocks, and the instants that they show, come out as plain SQL: the engine knows no time zones."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sopkit.frozen import dataclass
from sopkit.logs.case import LogCase
from sopkit.logs.offsets import DAY, shifts

EPOCH: Final = date(1970, 1, 1)
MARGIN: Final = 800 * DAY
"""Beyond the first and the last second of the logs: what is counted from them, such as an expiry, lies within it or has no clock moved."""
UNKNOWN: Final = -1
"""Number of the zone of customers of whom none is known, or two are."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """One clock between two instants: from each of `starts` on it is ahead of UTC by so many seconds; the first holds before, too."""

    starts: tuple[int, ...]
    ahead: tuple[int, ...]

    def local(self, ts: str) -> str:
        """Return the local clock at an instant, in seconds since 1970 on that clock, as SQL."""
        parts = [
            f"WHEN {ts} < {until} THEN {ahead}" for until, ahead in zip(self.starts[1:], self.ahead[:-1], strict=True)
        ]
        return f"({ts} + {_case(parts, str(self.ahead[-1]))})"

    def instant(self, clock: str) -> str:
        """Return the instant at which a local clock shows this; one that does not exist is the next that does, a doubled one the first."""
        parts = []
        for number, until in enumerate(self.starts[1:]):
            candidate = f"{clock} - ({self.ahead[number]})"
            parts.append(f"WHEN {candidate} < {until} THEN {self._at(number, candidate)}")
        return f"({_case(parts, self._at(len(self.ahead) - 1, f'{clock} - ({self.ahead[-1]})'))})"

    def _at(self, number: int, candidate: str) -> str:
        return f"greatest({candidate}, {self.starts[number]})" if number else candidate


def _case(parts: list[str], rest: str) -> str:
    return f"CASE {' '.join(parts)} ELSE {rest} END" if parts else rest


class Zones:
    """Where customers live: what the log of customers says, else what the workspace does."""

    def __init__(self, case: LogCase) -> None:
        self.store = case.store
        settings = case.compilation.workspace.settings
        named = settings.customer_timezones
        every = tuple(dict.fromkeys(named)) if isinstance(named, tuple) and named else (settings.timezone,)
        self._usual = None if named == "unknown" or len(every) > 1 else every[0]
        """Of customers of whom the log says nothing; None: not known."""

    @cached_property
    def _clocks(self) -> tuple[dict[Offsets, str], dict[int, int], int]:
        """The clocks by number, from 1, each with a zone's name; which of them each kind of customer lives by; which the others do."""
        clocks: dict[Offsets, str] = {}
        usual = self._number(clocks, self._usual or "")
        kinds = {
            kind: self._number(clocks, said["timezone"]) if said["timezone"] else usual
            for kind, said in self.store.kinds("customers").items()
        }
        return clocks, kinds, usual

    def _number(self, clocks: dict[Offsets, str], name: str) -> int:
        try:
            clock = offsets(name, *self._span)
        except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):  # whatever a file may call a zone
            return UNKNOWN
        clocks.setdefault(clock, name)
        return list(clocks).index(clock) + 1

    @cached_property
    def _span(self) -> tuple[int, int]:
        spans = self.store.spans.values()
        return min((one[1] for one in spans), default=0) - MARGIN, max((one[2] for one in spans), default=0) + MARGIN

    @property
    def single(self) -> bool:
        """Whether all customers live by one clock that is known."""
        clocks, kinds, usual = self._clocks
        return len(clocks) == 1 and usual != UNKNOWN and all(one != UNKNOWN for one in kinds.values())

    @property
    def steady(self) -> bool:
        """Whether they do, and it is never moved."""
        return self.single and all(len(one.starts) == 1 for one in self._clocks[0])

    @property
    def known(self) -> bool:
        """Whether anybody's clock is known."""
        return bool(self._clocks[0])

    @property
    def names(self) -> tuple[str, ...]:
        """A zone for each number, from 1: of those that the same clock goes by, the first."""
        return tuple(self._clocks[0].values())

    @property
    def usual(self) -> int:
        """The number of the zone of customers of whom the log says nothing."""
        return self._clocks[2]

    @property
    def lives(self) -> str:
        """Return the query for (who, zone) of the customers of whom the log says something; who has two has none that is known."""
        _, kinds, _ = self._clocks
        values = ", ".join(f"({kind}, {number})" for kind, number in kinds.items()) or f"(0, {UNKNOWN})"
        return (
            f"SELECT who, CASE WHEN min(number) = max(number) THEN min(number) ELSE {UNKNOWN} END AS zone "
            f"FROM customers JOIN (VALUES {values}) zones(kind, number) USING (kind) GROUP BY who"
        )

    def join(self, of: str) -> str:
        """Return what joins the rows `of` with the number of their customer's zone; nothing where there is one zone for all."""
        return "" if self.single else f" LEFT JOIN ({self.lives}) lives ON {of}.who = lives.who"

    @property
    def number(self) -> str:
        """Return the number of a row's zone, beside `join`, as SQL; `UNKNOWN` where it is not known."""
        return "1" if self.single else f"coalesce(lives.zone, {self.usual})"

    def local(self, ts: str, number: str) -> str:
        """Return the local clock, in seconds since 1970 on it; NULL where the zone is not known."""
        return self._by_zone([one.local(ts) for one in self._clocks[0]], number)

    def instant(self, clock: str, number: str) -> str:
        """Return the instant at which the local clock shows this; NULL where the zone is not known."""
        return self._by_zone([one.instant(clock) for one in self._clocks[0]], number)

    def _by_zone(self, each: list[str], number: str) -> str:
        if self.single:
            return each[0]
        parts = [f"WHEN {at} THEN {sql}" for at, sql in enumerate(each, 1)]
        return f"CASE {number} {' '.join(parts)} END" if parts else "CAST(NULL AS BIGINT)"


def offsets(name: str, first: int, last: int) -> Offsets:
    """Return a zone's clock between two instants. Raises what `ZoneInfo` does for a name that is none."""
    starts, ahead = zip(*shifts(ZoneInfo(name), first, last), strict=True)
    return Offsets(starts, ahead)


def day_of(clock: str) -> str:
    """Return the day of a clock in seconds since 1970, in days since then, as SQL."""
    return f"CAST(floor({clock} / {DAY}.0) AS BIGINT)"


def calendar(first: int, last: int, months: int) -> str:
    """Return a table of days since 1970, as SQL: the number of each one's month, and the day so many months later, or that month's last."""
    rows = []
    for day in range(first, last + 1):
        today = EPOCH + timedelta(days=day)
        number = today.year * 12 + today.month - 1
        year, month = divmod(number + months, 12)
        later = (date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])) - EPOCH).days
        rows.append(f"({day}, {number}, {later})")
    return f"(VALUES {', '.join(rows)}) days(day, month, later)"


__all__ = ["DAY", "UNKNOWN", "Offsets", "Zones", "calendar", "day_of", "offsets"]
