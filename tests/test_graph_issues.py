"""How many issues of cadences fall into one window, against the calendar and against trying every window."""

from __future__ import annotations

import calendar
import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from sopkit.graph.issues import HORIZON, _most, dates_of, kept_of, most_issues, replacers
from sopkit.graph.touches import touches_of
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Cadence
from sopkit.model.values import WEEKDAYS
from sopkit.pipeline import Compilation
from tests.workspaces import SETTINGS, TODAY, unjudged

DAY = 86_400.0
SPAN = [TODAY + timedelta(days=n) for n in range(-40, HORIZON)]


def cadence(every: str, at: str, more: str = "", id_: str = "tips", via: str = "sms") -> str:
    return (
        f"---\nkind: cadence\nid: {id_}\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: {via}\nformat: post\n"
        f"for: care\nby: guide\nevery: {every}\nat: [{at}]\non_holiday: same\n{more}"
    )


def built(*texts: str, settings: str = "") -> Compilation:
    return unjudged({"sopkit.yaml": SETTINGS + settings + "".join(texts)})


def of(done: Compilation, id_: str = "tips") -> Cadence:
    return done.workspace.cadences[id_]


def due(every: str, at: str, more: str = "") -> list[datetime]:
    found = dates_of(of(built(cadence(every, at, more))), TODAY)
    assert found is not None
    return list(found)


def on(days: list[date], *hours: int) -> list[datetime]:
    return [datetime.combine(day, time(hour)) for day in days for hour in hours]


def test_issues_by_the_day_and_by_the_week() -> None:
    assert due("day", "'10:00', '15:00'") == on(SPAN, 10, 15)
    assert due("week", "tue 10:00, fri 09:00") == sorted(
        on([day for day in SPAN if day.weekday() == 1], 10) + on([day for day in SPAN if day.weekday() == 4], 9)
    )
    assert due("day", "'10:00'", "except: [sat, sun]\n") == on([day for day in SPAN if day.weekday() < 5], 10)


@pytest.mark.parametrize(("every", "months"), [("month", range(1, 13)), ("quarter", (1, 4, 7, 10)), ("year", (1,))])
def test_issues_by_the_month(every: str, months: range | tuple[int, ...]) -> None:
    mine = [day for day in SPAN if day.month in months]
    last = {day: calendar.monthrange(day.year, day.month)[1] for day in mine}
    assert due(every, "day 31 10:00") == on([day for day in mine if day.day == last[day]], 10)
    assert due(every, "day 30 10:00") == on([day for day in mine if day.day == min(30, last[day])], 10)
    assert due(every, "day 5 10:00") == on([day for day in mine if day.day == 5], 10)
    assert due(every, "last day 10:00") == on([day for day in mine if day.day == last[day]], 10)
    nth = {day: (day.day + 6) // 7 for day in mine}
    saturdays = [day for day in mine if WEEKDAYS[day.weekday()] == "sat"]
    assert due(every, "first sat 10:00") == on([day for day in saturdays if nth[day] == 1], 10)
    assert due(every, "second sat 10:00") == on([day for day in saturdays if nth[day] == 2], 10)
    assert due(every, "last sat 10:00") == on([day for day in saturdays if day.day + 7 > last[day]], 10)


def test_what_no_calendar_says_is_not_known() -> None:
    assert dates_of(of(built(cadence("3d", "'10:00'"))), TODAY) is None
    assert dates_of(of(built(cadence("day", "'10:00'").replace("at: ['10:00']\n", ""))), TODAY) is None


def test_another_cadence_takes_its_weeks() -> None:
    both = built(
        cadence("day", "'10:00'"),
        cadence("month", "day 1 09:00", "replaces: [tips]\n", id_="news"),
    )
    taken = {at.isocalendar()[:2] for at in dates_of(of(both, "news"), TODAY) or ()}
    dates = dates_of(of(both), TODAY) or []
    kept = list(kept_of(of(both), TODAY, dates, replacers(both.workspace)))
    assert kept == [at for at in dates if at.isocalendar()[:2] not in taken]
    assert 0 < len(kept) < len(dates)
    moves = built(
        cadence("day", "'10:00'"),
        cadence("month", "day 1 09:00", "replaces: [tips]\n", id_="news").replace("same", "next-workday"),
    )
    assert list(kept_of(of(moves), TODAY, dates, replacers(moves.workspace))) == dates  # it may come a week later
    assert list(kept_of(of(both, "news"), TODAY, dates, replacers(both.workspace))) == dates


def test_the_most_that_one_window_meets() -> None:
    """Against every window that begins with the end of an interval."""
    start = datetime(2026, 7, 1)
    for seed in range(200):
        rng = random.Random(seed)  # noqa: S311
        window = rng.randint(1, 6)
        points = []
        for _ in range(rng.randint(1, 6)):
            early = rng.randint(0, 12)
            points.append((early, early + rng.choice((0, 0, 1, 4)), rng.randint(1, 3)))
        best = max(
            sum(weight for early, late, weight in points if early < opens + window and late >= opens)
            for opens in (late for _, late, _ in points)
        )
        dated: Counter[tuple[datetime, datetime]] = Counter()
        for early, late, weight in points:
            dated[start + timedelta(hours=early), start + timedelta(hours=late)] += weight
        assert _most(dated, timedelta(hours=window)) == best, seed


def most(done: Compilation, window: float, unit: str = "") -> int | None:
    touches = [one for one in touches_of(done.workspace, done.graph).values() if one.root.startswith("cadence/")]
    return most_issues(done.workspace, touches, window, Clocks(done.workspace, TODAY), unit=unit)


@pytest.mark.parametrize(
    ("window", "count"), [(3600, 1), (5 * 3600, 1), (5 * 3600 + 1, 2), (DAY, 2), (DAY + 1, 3), (7 * DAY, 14)]
)
def test_windows_that_roll_are_half_open(window: float, count: int) -> None:
    assert most(built(cadence("day", "'10:00', '15:00'")), window) == count


def test_units_of_the_calendar_hold_what_falls_into_them() -> None:
    texts = cadence("week", "mon 00:00, sun 23:59"), cadence("month", "last day 23:00", id_="news")
    done = built(*(one.replace("by: guide\n", "") for one in texts))
    assert most(done, 7 * DAY, "week") == 3
    assert most(done, DAY, "day") == 2
    issues = [at for one in ("tips", "news") for at in dates_of(of(done, one), TODAY) or ()]
    assert most(done, 31 * DAY, "month") == max(Counter((at.year, at.month) for at in issues).values())
    assert most(done, DAY) == 3


def test_a_post_is_felt_in_each_group() -> None:
    groups = "---\nkind: catalog\nchannels:\n  group: {title: 群, tool: wecom, reach: group, joins: 3}\n"
    assert most(built(cadence("day", "'10:00'", via="group"), groups), DAY) == 3


def test_holidays_may_move_an_issue_by_a_fortnight() -> None:
    """The shortest quarter has 90 days: 62 from a fortnight after one issue to a fortnight before the next."""
    for moved in ("next-workday", "previous-workday"):
        done = built(cadence("quarter", "day 1 10:00").replace("same", moved))
        assert most(done, 62 * DAY) == 1
        assert most(done, 62 * DAY + 1) == 2
    assert most(built(cadence("quarter", "day 1 10:00")), 90 * DAY) == 1


def test_closed_hours_put_an_issue_off() -> None:
    quiet = "quiet_hours: {hours: '09:00-14:00', of: {reach: direct}}\n"
    text = cadence("day", "'10:00', '15:00'").replace("by: guide\n", "")
    assert most(built(text), 3600 + 1) == 1
    assert most(built(text, settings=quiet), 3600 + 1) == 2  # ten o'clock becomes two


def test_nothing_is_no_touch_and_no_calendar_no_number() -> None:
    done = built(cadence("3d", "'10:00'"))
    assert most(done, DAY) is None
    assert most_issues(done.workspace, [], DAY, Clocks(done.workspace, TODAY)) == 0


@pytest.mark.parametrize(
    ("zones", "unit", "count"),
    [
        ("customer_timezones: [Europe/Berlin]", "day", 2),
        ("customer_timezones: [Asia/Shanghai, America/New_York]", "day", 2),
        ("customer_timezones: [Asia/Shanghai, Pacific/Auckland]", "day", 2),
        ("customer_timezones: unknown", "day", 3),
    ],
)
def test_a_day_is_the_customers(zones: str, unit: str, count: int) -> None:
    done = built(cadence("day", "'01:00', '23:00'", via="sms").replace("by: guide\n", ""), settings=zones + "\n")
    longest = DAY + 7200 * ("unknown" in zones)
    assert most(done, longest, unit) == count
