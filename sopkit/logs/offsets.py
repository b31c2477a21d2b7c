"""A zone and a span of time go in; how far its clock is ahead of UTC, and when that changes, comes out: SQL is told no more of zones."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY: Final = 86_400


def shifts(where: tzinfo, first: int, last: int) -> list[tuple[int, int]]:
    """Return (from which second on, seconds ahead of UTC) from the first second to the last, in order; each change to the second."""
    found = [(first, _ahead(where, first))]
    for day in range(first, last, DAY):
        after = _ahead(where, day + DAY)
        if after != found[-1][1]:
            low, high = day, day + DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _ahead(where, middle) == found[-1][1] else (low, middle)
            found.append((high, _ahead(where, high)))
    return found


def _ahead(where: tzinfo, ts: int) -> int:
    offset = datetime.fromtimestamp(ts, UTC).astimezone(where).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def is_zone(name: str) -> bool:
    """Return whether there is a zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
