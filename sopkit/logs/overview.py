"""A store goes in; what the logs hold, whatever the rules say of it, comes out: how many touches, by which channel, in which week."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.frozen import dataclass
from sopkit.logs.case import LogCase
from sopkit.logs.states import states_of

BUCKET: Final = 900
"""Seconds: no zone's clock stands off by less than a quarter of an hour."""
UNDECLARED: Final = "?"
"""Stands for every channel that is not declared: what a log calls one may be anything, a name or a number too."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Touches of one channel in one calendar week of the workspace's zone."""

    week: date
    """Its Monday."""
    channel: str
    touches: int


def touches_by_week(case: LogCase) -> tuple[Weekly, ...]:
    """Return the touches by week and channel, in order of both; rows that may be none, or tell of one again, are left out."""
    settings = case.compilation.workspace.settings
    known = case.compilation.workspace.channels
    zone = ZoneInfo(settings.timezone) if settings.timezone else UTC
    counted: Counter[tuple[date, str]] = Counter()
    touches = [kind for kind, happened in states_of(case.store).reached("sent").items() if happened == "yes"]
    kinds = ", ".join(map(str, touches)) or "NULL"
    for _ in case.store.each():
        for start, channel, count in case.store.engine.run(
            f"SELECT t.ts - t.ts % {BUCKET}, k.channel, count(*) FROM touches t "
            f"JOIN touches_kinds k ON t.kind = k.kind WHERE t.kind IN ({kinds}) GROUP BY 1, 2"
        ):
            day = datetime.fromtimestamp(start, zone).date()
            named = channel if not channel or channel in known else UNDECLARED
            counted[day - timedelta(day.weekday()), named] += count
    return tuple(Weekly(week, channel, count) for (week, channel), count in sorted(counted.items()))


def customers_of(case: LogCase) -> int:
    """Return how many customers the logs name."""
    return int(case.store.engine.run("SELECT count(*) FROM people")[0][0])
