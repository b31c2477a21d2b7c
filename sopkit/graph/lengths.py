"""Times go in, months, years and workdays among them; how long each is on a day, and on which days that differs, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations
from typing import Final

from sopkit.model.predicates import EventTest, Predicate
from sopkit.model.values import SECONDS, Duration, Unit
from sopkit.tree import Mark

INFINITE: Final = float("inf")


def same_length(one: Duration | None, other: Duration | None, day: date) -> bool:
    """Return whether two times that end on `day` are the same."""
    return length(one, day) == length(other, day)


def length(time: Duration | None, day: date) -> float:
    """Return how many seconds a time lasts that ends on `day`, where no holiday is near; INFINITE is ever."""
    if time is None:
        return INFINITE
    if time.seconds is not None:
        return time.seconds
    if time.unit == "workday":
        return _over_workdays(day, time.amount) * SECONDS["d"]
    return _over_months(day, time.amount * (12 if time.unit == "y" else 1)) * SECONDS["d"]


def _over_workdays(day: date, number: int) -> int:
    weeks, rest = divmod(number, 5)
    days = weeks * 7
    while rest:
        days += 1
        rest -= (day - timedelta(days)).weekday() < 5
    return days


def _over_months(day: date, number: int) -> int:
    """Return how many days before `day` the same day of the month lies, so many months ago; the last of a shorter month."""
    first = day.year * 12 + day.month - 1 - number
    if first < 12:  # before the calendar begins
        return number * 146_097 // 4_800
    year, month = divmod(first, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return (day - date(year, month + 1, min(day.day, last))).days


FIRST_DAY: Final = date(2024, 1, 1)
"""Of the four years in which the lengths of months and years come round."""


def days_that_differ(tests: Iterable[Predicate]) -> Iterator[date]:
    """Yield days on which the times that the tests ask about stand in different orders of length: one day for each order."""
    times = {test.within for test in tests if isinstance(test, EventTest) and test.within is not None}
    if all(time.seconds is not None for time in times):
        yield FIRST_DAY
    else:
        yield from _differing(tuple(sorted({(time.amount, time.unit) for time in times})))


@lru_cache(maxsize=256)
def _differing(times: tuple[tuple[int, Unit], ...]) -> tuple[date, ...]:
    found: dict[tuple[int, ...], date] = {}
    for number in range(4 * 365 + 1):
        day = FIRST_DAY + timedelta(number)
        lengths = [length(Duration(amount, unit, Mark(0)), day) for amount, unit in times]
        order = {one: rank for rank, one in enumerate(sorted(set(lengths)))}
        found.setdefault(tuple(order[one] for one in lengths), day)
    return tuple(found.values())


LENGTHS: Final[Mapping[str, tuple[int, int]]] = {"mo": (28, 31), "y": (365, 366), "workday": (1, 14)}
"""Fewest and most days of a unit whose length depends on the calendar; holidays may lie before a workday."""


def depend_on_holidays(tests: Iterable[Predicate]) -> bool:
    """Return whether only holidays tell which is longer of two times within which the same event is counted."""
    asked = dict.fromkeys((one.event.id, one.within) for one in tests if isinstance(one, EventTest) and one.within)
    return any(
        event == other_event and (one.unit == "workday") != (other.unit == "workday") and _overlap(one, other)
        for (event, one), (other_event, other) in combinations(asked, 2)
    )


def _overlap(one: Duration, other: Duration) -> bool:
    (low, high), (lower, higher) = _bounds(one), _bounds(other)
    return low < higher and lower < high


def _bounds(time: Duration) -> tuple[int, int]:
    if time.seconds is not None:
        return time.seconds, time.seconds
    low, high = LENGTHS[time.unit]
    return time.amount * low * SECONDS["d"], time.amount * high * SECONDS["d"]
