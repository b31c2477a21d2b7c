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
