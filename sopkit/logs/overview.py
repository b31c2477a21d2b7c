"""A store goes in; what the logs hold, whatever the rules say of it, comes out: how many touches, by which channel, in which week."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.case import LogCase
from sopkit.logs.engine import listed
from sopkit.logs.offsets import DAY
from sopkit.logs.states import states_of
from sopkit.logs.working.lookups import CLOCKED, MONDAY, lay_clock
from sopkit.simulation.clock import date_of

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
    workspace, engine = case.compilation.workspace, case.store.engine
    if "touches" not in case.store.spans:
        return ()
    _, first, last = case.store.spans["touches"]
    lay_clock(engine, workspace.settings.timezone, first, last)
    counted: Counter[tuple[date, str]] = Counter()
    touches = [kind for kind, happened in states_of(case.store).reached("sent").items() if happened == "yes"]
    for _ in case.store.each():
        for monday, channel, count in engine.run(
            f"SELECT {MONDAY.format(ts='t.ts')} AS week, k.channel, count(*) FROM touches t JOIN touches_kinds k ON t.kind = k.kind "
            f"{CLOCKED.format(ts='t.ts')} WHERE t.kind IN ({listed(touches)}) GROUP BY 1, 2"
        ):
            named = channel if not channel or channel in workspace.channels else UNDECLARED
            counted[date_of(monday // DAY), named] += count
    return tuple(Weekly(week, channel, count) for (week, channel), count in sorted(counted.items()))


def customers_of(case: LogCase) -> int:
    """Return how many customers the logs name."""
    return int(case.store.engine.run("SELECT count(*) FROM people")[0][0])
