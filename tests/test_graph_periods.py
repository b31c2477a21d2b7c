"""How long two runs lie apart, against the calendar itself."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from sopkit.graph.clock import days, occurs_on
from sopkit.graph.course import INFINITE
from sopkit.graph.periods import APART, DAY, evenly_apart, most_apart
from sopkit.model.parse import every, slot
from sopkit.model.values import WEEKDAYS
from sopkit.tree import Mark

HERE = Mark(0)
HOUR = 3600
SLOTS = {
    "day": ["02:00"],
    "week": [f"{day} 02:00" for day in WEEKDAYS],
    "month": [
        *(f"day {day} 02:00" for day in range(1, 32)),
        "last day 02:00",
        *(f"{nth} {day} 02:00" for nth in ("first", "second", "third", "fourth", "last") for day in WEEKDAYS),
    ],
}
SLOTS["quarter"] = SLOTS["year"] = SLOTS["month"]
FIRST, COUNT = date(2015, 1, 1), 366 * 29
"""A calendar is the same again after 28 years."""


@pytest.mark.long
@pytest.mark.parametrize("unit", SLOTS)
def test_declared_moments_lie_no_further_apart_and_some_lie_so_far(unit: str) -> None:
    most, asked = 0, every(unit, HERE)
    for one in [slot(text, HERE) for text in SLOTS[unit]]:
        found = [day for day in days(FIRST, COUNT) if occurs_on(one, asked, day)]
        apart = max((after - before).days for before, after in pairwise(found))
        assert apart * DAY <= most_apart(asked, [one])
        most = max(most, apart)
    assert most == APART[unit].at_slot


@pytest.mark.parametrize("unit", SLOTS)
def test_units_and_pairs_of_them_are_no_longer(unit: str) -> None:
    """A run at the start of one unit and one at the end of the next lie almost two units apart."""
    starts = [FIRST + timedelta(n) for n in range(COUNT) if _starts(unit, FIRST + timedelta(n))]
    single = max((after - before).days for before, after in pairwise(starts))
    double = max((after - before).days for before, after in zip(starts, starts[2:], strict=False))
    assert evenly_apart(every(unit, HERE)) == single * DAY
    assert double * DAY <= most_apart(every(unit, HERE)) <= 2 * single * DAY


def _starts(unit: str, day: date) -> bool:
    match unit:
        case "day":
            return True
        case "week":
            return day.weekday() == 0
        case "month":
            return day.day == 1
        case "quarter":
            return day.day == 1 and day.month in {1, 4, 7, 10}
        case _:
            return (day.month, day.day) == (1, 1)


@pytest.mark.parametrize(
    ("text", "most", "evenly"),
    [
        ("event", 0, 0),
        ("15m", HOUR / 4, HOUR / 4),
        ("2d", 2 * DAY, 2 * DAY),
        ("1mo", 31 * DAY, 31 * DAY),
        ("1y", 366 * DAY, 366 * DAY),
        ("1 workday", INFINITE, INFINITE),
        ("day", 2 * DAY, DAY),
        ("month", 62 * DAY, 31 * DAY),
    ],
)
def test_pushes_intervals_and_units(text: str, most: float, evenly: float) -> None:
    assert most_apart(every(text, HERE)) == most
    assert evenly_apart(every(text, HERE)) == evenly


def test_clocks_that_are_moved_and_days_that_not_every_month_has() -> None:
    """Seconds that are counted need no clock; days of the calendar are an hour longer once a year."""
    assert most_apart(every("15m", HERE), shift=HOUR) == HOUR / 4
    assert most_apart(every("1mo", HERE), shift=HOUR) == 31 * DAY + HOUR
    assert most_apart(every("day", HERE), shift=HOUR) == 2 * DAY + HOUR
    assert most_apart(every("day", HERE), [slot("02:00", HERE)], HOUR) == DAY + HOUR
    for unit in ("month", "quarter", "year"):
        assert most_apart(every(unit, HERE), [slot("day 5 02:00", HERE), slot("fifth mon 02:00", HERE)]) == INFINITE
