"""Local times, slots of a calendar and open intervals, against the calendar itself and against counting."""

from __future__ import annotations

import calendar
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sopkit.graph.clock import (
    DAY,
    Opening,
    common,
    days,
    hours_on,
    instant,
    merged,
    occurs_on,
    shifts,
    slot_instants,
    unit_of,
    wall,
    without,
    zone,
)
from sopkit.model.values import WEEKDAYS, Clock, Every, Hours, Slot, Weekday
from sopkit.tree import Mark

HERE = Mark(0)
BERLIN = ZoneInfo("Europe/Berlin")
HOWE = ZoneInfo("Australia/Lord_Howe")
"""Moved by half an hour."""


def every(unit: str) -> Every:
    return Every(unit, None, HERE)  # type: ignore[arg-type]  # one of the calendar's


def slot(minutes: int, weekday: Weekday | None = None, month_day: int | None = None, nth: int | None = None) -> Slot:
    return Slot(Clock(minutes, HERE), HERE, weekday, month_day, nth)


def dates(unit: str, one: Slot, start: date, count: int) -> list[date]:
    return [day for day in days(start, count) if occurs_on(one, every(unit), day)]


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert zone("Europe/Berlin") == BERLIN
    assert zone(None) is zone("") is zone("No/Where") is zone("../etc") is UTC


@pytest.mark.parametrize("where", [UTC, BERLIN, HOWE, ZoneInfo("America/New_York")])
def test_every_minute_of_days_on_which_clocks_are_moved(where: ZoneInfo) -> None:
    """The first instant that shows the time; where none does, the first that shows a later one of that day."""
    for day in (
        date(2026, 3, 29),
        date(2026, 10, 25),
        date(2026, 4, 5),
        date(2026, 10, 4),
        date(2026, 3, 8),
        date(2026, 7, 1),
    ):
        first = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - DAY
        shown: dict[datetime, int] = {}
        for at in range(first, first + 4 * DAY, 60 * 15):
            shown.setdefault(wall(at, where), at)
        for minutes in range(0, 1441, 15):
            local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
            later = min(one for one in shown if one >= local)
            assert instant(day, minutes, where) == shown[later], (day, minutes)


def test_units_of_the_calendar() -> None:
    at = datetime(2026, 2, 26, 13, 14, 15, 16)
    assert unit_of(at, "day") == (datetime(2026, 2, 26), datetime(2026, 2, 27))
    assert unit_of(at, "week") == (datetime(2026, 2, 23), datetime(2026, 3, 2))
    assert unit_of(at, "month") == (datetime(2026, 2, 1), datetime(2026, 3, 1))
    assert unit_of(datetime(2026, 1, 31, 23, 59), "month") == (datetime(2026, 1, 1), datetime(2026, 2, 1))
    assert unit_of(datetime(2026, 12, 1), "month") == (datetime(2026, 12, 1), datetime(2027, 1, 1))
    assert unit_of(datetime(2026, 7, 6), "week") == (datetime(2026, 7, 6), datetime(2026, 7, 13))
    assert unit_of(datetime(2026, 7, 12, 23), "week")[0] == datetime(2026, 7, 6)


def test_whether_a_clock_is_moved_on_some_days() -> None:
    """At noon of the 29th of March it has been."""
    assert not shifts(BERLIN, date(2026, 3, 27), 2)
    assert shifts(BERLIN, date(2026, 3, 28), 2)
    assert not shifts(BERLIN, date(2026, 3, 29), 30)
    assert not shifts(BERLIN, date(2026, 3, 28), 1)
    assert not shifts(UTC, date(2026, 1, 1), 365)


def test_days_follow_each_other() -> None:
    assert list(days(date(2026, 2, 27), 3)) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert list(days(date(2026, 2, 27), 0)) == []


YEARS = date(2023, 12, 1), 900


@pytest.mark.parametrize("unit", ["day", "week"])
def test_slots_of_a_week(unit: str) -> None:
    assert dates(unit, slot(600), *YEARS) == list(days(*YEARS))
    for weekday in WEEKDAYS:
        assert dates(unit, slot(600, weekday), *YEARS) == [
            day for day in days(*YEARS) if day.strftime("%a").lower() == weekday
        ]


FIRST_MONTHS = {"month": set(range(1, 13)), "quarter": {1, 4, 7, 10}, "year": {1}}


@pytest.mark.parametrize("unit", sorted(FIRST_MONTHS))
def test_slots_of_a_month(unit: str) -> None:
    months = [day for day in days(*YEARS) if day.month in FIRST_MONTHS[unit]]
    lengths = {day: calendar.monthrange(day.year, day.month)[1] for day in months}
    assert dates(unit, slot(600), *YEARS) == [day for day in months if day.day == 1]
    for number in (1, 5, 28, 29, 30, 31):
        wanted = [day for day in months if day.day == min(number, lengths[day])]
        assert dates(unit, slot(600, month_day=number), *YEARS) == wanted
    assert dates(unit, slot(600, month_day=-1), *YEARS) == [day for day in months if day.day == lengths[day]]
    for number, weekday in enumerate(WEEKDAYS):
        those = {
            (day.year, day.month): [
                one for week in calendar.monthcalendar(day.year, day.month) if (one := week[number])
            ]
            for day in months
        }
        for nth in (None, 1, 2, 3, 4, 5):
            wanted = [day for day in months if day.day in those[day.year, day.month][(nth or 1) - 1 : (nth or 1)]]
            assert dates(unit, slot(600, weekday, nth=nth), *YEARS) == wanted, (weekday, nth)
        last = [day for day in months if day.day == those[day.year, day.month][-1]]
        assert dates(unit, slot(600, weekday, nth=-1), *YEARS) == last


def test_instants_of_slots_are_in_order_and_each_is_one() -> None:
    slots = [slot(600, "wed"), slot(540), slot(600)]
    found = slot_instants(every("week"), slots, BERLIN, date(2026, 7, 7), 2)
    assert [wall(at, BERLIN) for at in found] == [datetime(2026, 7, day, hour) for day in (7, 8) for hour in (9, 10)]


def test_hours_of_days() -> None:
    def said(start: int, end: int, *weekdays: Weekday) -> list[tuple[datetime, datetime]]:
        hours = Hours(weekdays or WEEKDAYS, Clock(start, HERE), Clock(end, HERE), HERE)
        return [(wall(a, BERLIN), wall(b, BERLIN)) for a, b in hours_on(hours, BERLIN, date(2026, 7, 6), 3)]

    assert said(540, 600, "mon", "wed") == [(datetime(2026, 7, day, 9), datetime(2026, 7, day, 10)) for day in (6, 8)]
    assert said(1260, 540, "tue") == [(datetime(2026, 7, 7, 21), datetime(2026, 7, 8, 9))]
    assert said(540, 540, "tue") == [(datetime(2026, 7, 7, 9), datetime(2026, 7, 8, 9))]
    assert said(0, 1440, "mon") == [(datetime(2026, 7, 6), datetime(2026, 7, 7))]


def test_hours_that_the_clock_leaves_out_are_none() -> None:
    gap = Hours(WEEKDAYS, Clock(125, HERE), Clock(175, HERE), HERE)
    assert hours_on(gap, BERLIN, date(2026, 3, 29), 1) == []
    assert len(hours_on(gap, BERLIN, date(2026, 3, 28), 3)) == 2


def intervals(rng: random.Random, most: int = 5) -> list[tuple[int, int]]:
    return [(start, start + rng.randint(1, 12)) for start in (rng.randrange(60) for _ in range(rng.randint(0, most)))]


def inside(some: list[tuple[int, int]]) -> list[bool]:
    return [any(start <= n < end for start, end in some) for n in range(80)]


def test_sets_of_intervals_are_those_of_their_seconds() -> None:
    for seed in range(300):
        rng = random.Random(seed)  # noqa: S311
        one, other = intervals(rng), intervals(rng)
        low, high = sorted((rng.randrange(80), rng.randrange(80)))
        union, both = merged(one), common(merged(one), merged(other))
        rest = without(merged(one), other, (low, high))
        assert inside(union) == inside(one)
        assert inside(both) == [a and b for a, b in zip(inside(one), inside(other), strict=True)]
        assert inside(rest) == [
            a and not b and low <= n < high for n, (a, b) in enumerate(zip(inside(one), inside(other), strict=True))
        ], seed
        for found in (union, both, rest):
            assert all(start < end for start, end in found)
        for found in (union, both):
            assert all(before[1] <= after[0] for before, after in pairwise(found))
        assert all(before[1] < after[0] for before, after in pairwise(union))


@pytest.mark.long
def test_what_is_open_is_counted_second_by_second() -> None:
    for seed in range(150):
        rng = random.Random(seed)  # noqa: S311
        union = merged(intervals(rng))
        opening, opened = Opening(tuple(union)), inside(union)
        assert list(opening.edges) == [at for interval in union for at in interval]
        for at in range(0, 80, 3):
            assert opening.next_open(at) == next((n for n in range(at, 80) if opened[n]), None)
            assert opening.spent(at) == sum(opened[:at])
            for seconds in (0, 1, 2, 5, 11):
                reached = next((n for n in range(at, 81) if sum(opened[at:n]) == seconds), None)
                assert opening.reached(at, seconds) == reached, (seed, at, seconds)
                ends = [n for n in range(at + 1) if sum(opened[n:at]) == seconds]
                assert opening.back(at, seconds) == (max(ends) if ends else None), (seed, at, seconds)
        assert opening.between(7, 60) == sum(opened[7:60])
