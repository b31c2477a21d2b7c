"""The clock of the simulator against the calendar: daylight saving, open hours, slots, workdays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sopkit.simulation.clock import DAY, Open, Schedule, Zone, day_of, instant
from sopkit.simulation.holidays import Holidays, holidays_of

SPAN = (instant(datetime(2026, 1, 1, tzinfo=UTC)), instant(datetime(2027, 1, 1, tzinfo=UTC)))


def berlin() -> Zone:
    return Zone.load("Europe/Berlin", *SPAN, Holidays())


def clock(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return day_of(date(year, month, day)) * DAY + hour * 3600 + minute * 60


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (clock(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        (clock(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # does not exist: 03:00
        (clock(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # doubled: the first
        (clock(2026, 10, 25, 3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_daylight_saving(local: int, utc: datetime) -> None:
    assert berlin().at(local) == instant(utc)


def test_hours_over_midnight_are_half_open() -> None:
    zone = berlin()
    night = Schedule(closed=(Open(frozenset(range(7)), 21 * 3600, 33 * 3600),))
    evening = zone.at(clock(2026, 7, 1, 21))
    assert night.next_open(evening - 1, zone) == evening - 1
    assert night.next_open(evening, zone) == zone.at(clock(2026, 7, 2, 9))
    assert night.open_after(evening - 3600, 7200, zone) == zone.at(clock(2026, 7, 2, 10))


def test_make_up_days_are_workdays_and_holidays_are_not() -> None:
    zone = Zone.load("Asia/Shanghai", *SPAN, holidays_of("cn"))
    assert zone.is_workday(day_of(date(2026, 10, 10)))
    assert not zone.is_workday(day_of(date(2026, 10, 1)))
    assert not zone.is_workday(day_of(date(2026, 10, 11)))


def test_staff_go_by_the_workspaces_clock_and_the_rest_by_the_customers() -> None:
    lisbon = Zone.load("Europe/Lisbon", *SPAN, Holidays(), "Europe/Berlin")
    week, night = frozenset(range(7)), instant(datetime(2026, 7, 1, 1, tzinfo=UTC))
    hours = (9 * 3600, 18 * 3600)
    staff, channel = Open(week, *hours, staff=True), Open(week, *hours)
    assert Schedule((staff,)).next_open(night, lisbon) == instant(datetime(2026, 7, 1, 7, tzinfo=UTC))
    assert Schedule((channel,)).next_open(night, lisbon) == instant(datetime(2026, 7, 1, 8, tzinfo=UTC))
    both = Schedule((staff, channel))
    assert both.open_after(night, 8 * 3600, lisbon) == instant(datetime(2026, 7, 1, 16, tzinfo=UTC))
    assert both.open_after(night, 8 * 3600 + 1, lisbon) == instant(datetime(2026, 7, 2, 8, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize("evening", [False, True])
def test_a_home_day_that_begins_on_the_customers_day_before(evening: bool) -> None:
    """Shanghai's Thursday 09:00 is New York's Wednesday evening."""
    new_york = Zone.load("America/New_York", *SPAN, Holidays(), "Asia/Shanghai")
    thursdays = Schedule((Open(frozenset([3]), 9 * 3600, 18 * 3600, staff=True),))
    opens = instant(datetime(2026, 7, 2, 1, tzinfo=UTC))
    assert thursdays.next_open(opens - (1800 if evening else 3 * DAY), new_york) == opens
    assert thursdays.next_open(opens + 3600, new_york) == opens + 3600
