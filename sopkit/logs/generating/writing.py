"""Courses of customers go in; text of each kind of log comes out, as CSV, times as the customer's clock shows them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from io import StringIO
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.generating.course import COLUMNS, LOGS, TIMES, Course
from sopkit.logs.tables import Of
from sopkit.simulation.clock import DAY, Zone, date_of

BORN: Final = COLUMNS["customers"].index("born")
MINOR: Final = COLUMNS["customers"].index("minor")


@dataclass(frozen=True, slots=True)
class Portion:
    """What the logs say of some customers."""

    text: dict[Of, bytes]
    rows: dict[Of, int]


def portion_of(courses: Iterable[Course]) -> Portion:
    """Write down the rows of some customers, one after another."""
    streams = {of: StringIO(newline="") for of in LOGS}
    writers = {of: csv.writer(stream, lineterminator="\n") for of, stream in streams.items()}
    rows = dict.fromkeys(LOGS, 0)
    for course in courses:
        for of in LOGS:
            said = [_cells(of, row, course.zone) for row in course.rows(of)]
            writers[of].writerows(said)
            rows[of] += len(said)
    return Portion({of: stream.getvalue().encode() for of, stream in streams.items()}, rows)


def header(of: Of) -> bytes:
    return (",".join(COLUMNS[of]) + "\n").encode()


def _cells(of: Of, row: tuple[object, ...], zone: Zone) -> list[object]:
    times = TIMES[of]
    cells = [
        clock(value, zone) if number in times and isinstance(value, int) else value for number, value in enumerate(row)
    ]
    if of == "customers":
        born, minor = cells[BORN], cells[MINOR]
        cells[BORN] = date_of(born).isoformat() if isinstance(born, int) else None
        cells[MINOR] = None if minor is None else str(minor).lower()
    return cells


def clock(now: int, zone: Zone) -> str:
    """Return what a clock in the zone shows, with its offset from UTC: `2026-11-01T10:00:05+08:00`."""
    local = zone.local(now)
    day, second = divmod(local, DAY)
    return f"{_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{_offset(local - now)}"


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    return date_of(day).isoformat()


@lru_cache(maxsize=256)
def _offset(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}{rest}"
