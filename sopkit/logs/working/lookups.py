"""Small tables that Python works out from the playbooks, for SQL to look up: rows of whole numbers go in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from sopkit.graph.clock import zone as zone_of
from sopkit.logs.engine import Engine
from sopkit.logs.offsets import DAY, shifts

FAR: Final = 1 << 60
"""Seconds: later than any instant, and its negative is earlier."""
Cell = int | float | bool | None


def lay(engine: Engine, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Put a small table in place of what had its name; columns as `place INTEGER`.

    Cells go in as parameters, a column at a time: to read thousands of them as text of SQL takes ten times as long.
    """
    engine.run(f"CREATE OR REPLACE TABLE {name} ({', '.join(columns)})")
    cells = [list(column) for column in zip(*rows, strict=True)]
    if cells:
        types = [column.rpartition(" ")[2] for column in columns]
        each = ", ".join(f"unnest(CAST(${number} AS {type_}[]))" for number, type_ in enumerate(types, 1))
        engine.run(f"INSERT INTO {name} SELECT {each}", cells)


def lay_clock(engine: Engine, zone: str | None, first: int, last: int) -> None:
    """Put `clock(since, until, ahead)` in place: by how many seconds a zone is ahead of UTC, over a span of time.

    The first row holds for all time before it, the last for all after it: no instant is without.
    """
    begin = first - first % DAY - DAY
    found = shifts(zone_of(zone), begin, last + 2 * DAY)
    changes = [-FAR, *(since for since, _ in found[1:]), FAR]
    rows = [(since, until, ahead) for (since, until), (_, ahead) in zip(pairwise(changes), found, strict=True)]
    lay(engine, "clock", ("since BIGINT", "until BIGINT", "ahead INTEGER"), rows)


MONDAY: Final = "CAST(({ts} + clock.ahead - ({ts} + clock.ahead + 259200) % 604800) AS BIGINT)"
"""SQL: the local midnight that begins the calendar week of `{ts}`, as seconds on the local clock; 1970-01-01 was a Thursday."""
CLOCKED: Final = "JOIN clock ON {ts} >= clock.since AND {ts} < clock.until"
