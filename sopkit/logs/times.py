"""How a column writes its times goes in; an expression of SQL that gives seconds of UTC since 1970, or nothing where it can't, comes out.

Read are ISO 8601 with or without a zone, `2026/11/1 9:05`, `2026年11月1日 9:05`, `20261101100005`, seconds, milliseconds or microseconds
since 1970, and the day numbers of spreadsheets. A fraction of a second is cut off.
"""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from sopkit.frozen import dataclass
from sopkit.logs.offsets import DAY, shifts

FIRST, LAST = 631_152_000, 2_840_140_800
"""1990 and 2060: between these, what the clock of a zone does is asked for; before and after it stays as it is there."""
EARLIEST: Final = 631_152_000
"""1990: an earlier time is none that a log of touches has; a wrong unit makes one."""
LATEST: Final = 4_102_444_800
"""2100."""
SPREADSHEET: Final = 25_569
"""The day number of 1970-01-01."""
ZONED: Final = r"\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d:?(?:\d\d)?)$"

COUNTED: Final = r"\d{9,13}|\d{15,16}|\d{9,10}\.\d+"
"""Seconds, milliseconds or microseconds since 1970."""
DATE: Final = r"^(\d\d\d\d)[年/.-](\d\d?)[月/.-](\d\d?)日?[T\s]*"


@dataclass(frozen=True, slots=True)
class Change:
    """From a second of the wall clock on, what must be taken from it to get UTC; None: the clock never shows it."""

    wall: int
    offset: int | None
    twice: bool = False
    """Whether the clock shows it a second time; the first is taken."""


@cache
def changes(name: str) -> tuple[Change, ...]:
    """Return what the wall clock of a zone does, in order; the first stands for all before it."""
    (_, before), *later = shifts(ZoneInfo(name), FIRST, LAST)
    found = [Change(-(2**40), before)]
    for at, after in later:
        if after > before:  # the clock jumps over what lies between
            found += [Change(at + before, None), Change(at + after, after)]
        else:
            found += [Change(at + after, before, twice=True), Change(at + before, after)]
        before = after
    return tuple(found)


def from_wall(wall: str, zone: str) -> str:
    """Return seconds of UTC for seconds on the wall clock of a zone; NULL for those that it never shows."""
    if len(changes(zone)) == 1:
        return f"({wall} - {changes(zone)[0].offset})"
    cases = " ".join(
        f"WHEN {wall} < {following.wall} THEN {_taken(wall, change)}"
        for change, following in zip(changes(zone), changes(zone)[1:], strict=False)
    )
    return f"(CASE {cases} ELSE {_taken(wall, changes(zone)[-1])} END)"


def _taken(wall: str, change: Change) -> str:
    return "NULL" if change.offset is None else f"{wall} - {change.offset}"


def is_shown_twice(wall: str, zone: str) -> str:
    """Return whether the clock of a zone shows a time twice."""
    pairs = zip(changes(zone), changes(zone)[1:], strict=False)
    spans = [f"({wall} >= {one.wall} AND {wall} < {following.wall})" for one, following in pairs if one.twice]
    return f"({' OR '.join(spans)})" if spans else "FALSE"


def wall_of(column: str, kind: str) -> str:
    """Return seconds on the wall clock, for times that say no zone; NULL for all others. `kind` is the type of the column."""
    if kind.startswith("TIMESTAMP WITH"):
        return "CAST(NULL AS BIGINT)"
    if kind.startswith(("TIMESTAMP", "DATE")):
        return f"TRY_CAST(floor(epoch({column})) AS BIGINT)"
    if is_number(kind):
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN {_is_serial(number)} THEN {_serial(number)} END"
    text = f"trim({column})"
    number = f"TRY_CAST({text} AS DOUBLE)"
    read = (
        f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime({_plain(text)}, "
        "['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d', '%Y%m%d%H%M%S', '%Y%m%d %H:%M:%S', '%Y%m%d']))"
    )
    return (
        f"CASE WHEN {_is_usual(column)} OR regexp_matches({text}, '{ZONED}') THEN NULL "
        f"WHEN regexp_full_match({text}, '\\d{{5}}(?:\\.\\d+)?') THEN {_serial(number)} "
        f"WHEN regexp_full_match({text}, '{COUNTED}') THEN NULL "
        f"ELSE CAST(floor(epoch({read})) AS BIGINT) END"
    )


def instant_of(column: str, kind: str) -> str:
    """Return seconds of UTC, for times that say their zone or count from 1970; NULL for all others."""
    if kind.startswith("TIMESTAMP WITH"):
        return f"TRY_CAST(floor(epoch({column})) AS BIGINT)"
    if kind.startswith(("TIMESTAMP", "DATE")):
        return "CAST(NULL AS BIGINT)"
    if is_number(kind):
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN NOT {_is_serial(number)} THEN {_since_1970(number)} END"
    text = f"trim({column})"
    number = f"TRY_CAST({text} AS DOUBLE)"
    zone = f"regexp_extract({text}, '{ZONED}', 1)"
    wall = f"CAST(floor(epoch(TRY_CAST({_plain(f'left({text}, length({text}) - length({zone}))')} AS TIMESTAMP))) AS BIGINT)"
    hours = f"CAST(substr({zone}, 2, 2) AS INTEGER) * 3600"
    minutes = f"coalesce(TRY_CAST(right(replace({zone}, ':', ''), -3) AS INTEGER), 0) * 60"
    offset = f"CASE WHEN {zone} IN ('Z', 'z') THEN 0 WHEN left({zone}, 1) = '-' THEN -({hours} + {minutes}) ELSE {hours} + {minutes} END"
    minutes_of_zone = (
        f"TRY_CAST(substr({column}, 21, 2) AS INTEGER) * 60 + TRY_CAST(substr({column}, 24, 2) AS INTEGER)"
    )
    quick = (
        f"CAST(floor(epoch(TRY_CAST(left({column}, 19) AS TIMESTAMP))) AS BIGINT) "
        f"- (CASE WHEN substr({column}, 20, 1) = '-' THEN -60 ELSE 60 END) * ({minutes_of_zone})"
    )
    return (
        f"CASE WHEN {_is_usual(column)} THEN {quick} "
        f"WHEN regexp_matches({text}, '{ZONED}') THEN {wall} - ({offset}) "
        f"WHEN regexp_full_match({text}, '{COUNTED}') THEN {_since_1970(number)} END"
    )


def _is_usual(column: str) -> str:
    """Return whether a text is like `2026-11-01T10:00:05+08:00`, as most tools write it: that is read ten times as fast."""
    return (
        f"length({column}) = 25 AND substr({column}, 20, 1) IN ('+', '-') AND substr({column}, 23, 1) = ':' "
        f"AND substr({column}, 14, 1) = ':'"
    )


def is_number(kind: str) -> bool:
    """Return whether a column of this type holds numbers; those that are none, as `nan`, are no times."""
    return kind in ("FLOAT", "DOUBLE") or kind.endswith(("INT", "INTEGER")) or kind.startswith("DECIMAL")


def can_hold(kind: str) -> bool:
    """Return whether a column of this type can say when something was."""
    return kind == "VARCHAR" or kind.startswith(("TIMESTAMP", "DATE")) or is_number(kind)


def _since_1970(number: str) -> str:
    return (
        f"TRY_CAST(floor(CASE WHEN {number} >= 1e14 THEN {number} / 1000000 WHEN {number} >= 1e11 THEN {number} / 1000 "
        f"ELSE {number} END) AS BIGINT)"
    )


def _is_serial(number: str) -> str:
    return f"({number} BETWEEN 20000 AND 80000)"


def _serial(number: str) -> str:
    return f"CAST(floor(({number} - {SPREADSHEET}) * {DAY} + 0.0005) AS BIGINT)"


def _plain(text: str) -> str:
    """Return a date with hyphens, whatever it was written with."""
    return f"trim(replace(regexp_replace({text}, '{DATE}', '\\1-\\2-\\3 '), '：', ':'))"
