"""Small tables that Python works out from the playbooks, for SQL to look up: rows of whole numbers go in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.logs.engine import Engine

DAY: Final = 86_400
Cell = int | float | bool | None


def lay(engine: Engine, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Put a small table in place of what had its name; columns as `place INTEGER`."""
    engine.run(f"CREATE OR REPLACE TABLE {name} ({', '.join(columns)})")
    said = [f"({', '.join(map(_literal, row))})" for row in rows]
    for start in range(0, len(said), 1000):
        engine.run(f"INSERT INTO {name} VALUES {', '.join(said[start : start + 1000])}")


def _literal(cell: Cell) -> str:
    if cell is None:
        return "NULL"
    return str(cell).upper() if isinstance(cell, bool) else repr(cell)


def lay_clock(engine: Engine, zone: str | None, first: int, last: int) -> None:
    """Put `clock(since, until, ahead)` in place: by how many seconds a zone is ahead of UTC, over a span of time."""
    where = ZoneInfo(zone) if zone else UTC
    rows: list[list[int]] = []
    for day in range(first - first % DAY - DAY, last + 2 * DAY, DAY):
        at = datetime.fromtimestamp(day, where)
        ahead = int((at.utcoffset() or timedelta(0)).total_seconds())
        if rows and rows[-1][2] == ahead:
            rows[-1][1] = day + DAY
            continue
        start = _changed(day - DAY, day, ahead, where) if rows else day
        if rows:
            rows[-1][1] = start
        rows.append([start, day + DAY, ahead])
    lay(engine, "clock", ("since BIGINT", "until BIGINT", "ahead INTEGER"), rows)


def _changed(low: int, high: int, ahead: int, where: ZoneInfo | object) -> int:
    """Return the first second between two at which the zone is so much ahead."""
    while high - low > 1:
        middle = (low + high) // 2
        at = datetime.fromtimestamp(middle, where).utcoffset()  # type: ignore[arg-type]  # a zone, or UTC
        if at is not None and int(at.total_seconds()) == ahead:
            high = middle
        else:
            low = middle
    return high


MONDAY: Final = "CAST(({ts} + clock.ahead - ({ts} + clock.ahead + 259200) % 604800) AS BIGINT)"
"""SQL: the local midnight that begins the calendar week of `{ts}`, as seconds on the local clock; 1970-01-01 was a Thursday."""
CLOCKED: Final = "JOIN clock ON {ts} >= clock.since AND {ts} < clock.until"
