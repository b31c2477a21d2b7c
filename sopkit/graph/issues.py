"""Cadences go in; how many of their issues, and of the touches before them, fall into one window comes out, by the calendar itself."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from sopkit.graph.clock import unit_of, wall, zone
from sopkit.graph.course import longest
from sopkit.graph.touches import Touch
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.values import WEEKDAYS

HORIZON: Final = 800
"""Days from today that are looked at; longer than any pattern of weeks and months in two years."""

EPOCH: Final = datetime(1970, 1, 1)

MOST_ISSUES: Final = 1000
"""Issues with which a window may begin that is looked at."""
MOST_DATES: Final = 500_000
"""Dates of issues that are laid beside each other, those of one cadence counted once for each of its touches: some seconds."""


def most_issues(
    workspace: Workspace, touches: Sequence[Touch], window: float, clocks: Clocks, *, unit: str = ""
) -> int | None:
    """Return the most touches in any half-open window of so many seconds; None where the calendar does not say when they come.

    `unit`: only windows that are one day, week or month of the customer's calendar are asked about.
    """
    if not touches:
        return 0
    today = clocks.today
    names = {one.root.partition("/")[2] for one in touches}
    dates = {name: dates_of(workspace.cadences[name], today) for name in names}
    clock_pairs = 1 if clocks.steady else 2 * len(clocks.zones or (clocks.home,))
    many = sum(len(dates[_name(one)] or ()) for one in touches) * clock_pairs
    if any(found is None for found in dates.values()) or many > MOST_DATES:
        return None
    replacing = replacers(workspace)
    kept = {name: kept_of(workspace.cadences[name], today, dates[name] or (), replacing) for name in names}
    if clocks.steady:
        return _most_of(
            workspace, [(one, [at + moved_by(one, at) for at in kept[_name(one)]]) for one in touches], window, unit
        )
    most = 0
    for customer in clocks.zones or (clocks.home,):
        for slots in {clocks.home, customer}:
            there = []
            for touch in touches:
                times = clocks.instants(kept[_name(touch)], slots)
                if touch.step is None and touch.spans:
                    if clocks.unknown:
                        return None
                    opening = clocks.dated(touch.spans, customer).opening
                    times = [float(at) for one in times if (at := opening.next_open(int(one))) is not None]
                there.append(
                    (
                        touch,
                        [wall(int(at), zone(customer)) if unit else EPOCH + timedelta(seconds=at) for at in times],
                    )
                )
            most = max(most, _most_of(workspace, there, window, "" if clocks.unknown else unit, clocks.shift))
    return most


def _name(touch: Touch) -> str:
    return touch.root.partition("/")[2]


def _most_of(
    workspace: Workspace,
    times: Sequence[tuple[Touch, Sequence[datetime]]],
    window: float,
    unit: str,
    shift: float = 0,
) -> int:
    points: Counter[tuple[datetime, datetime]] = Counter()
    for touch, dues in times:
        weight = touch.weight
        early, late = _slack(touch, workspace.cadences[_name(touch)])
        if early or late:
            early, late = early + timedelta(seconds=shift), late + timedelta(seconds=shift)
        for at in dues:
            points[at - early, at + late] += weight
    if unit and all(early == late for early, late in points):
        units: Counter[datetime] = Counter()
        for (at, _), weight in points.items():
            units[unit_of(at, unit)[0]] += weight
        return max(units.values(), default=0)
    # local times stand nearer to each other than they are where a clock is put forward
    return _most(points, timedelta(seconds=window + (shift if unit else 0)))


def _most(points: Mapping[tuple[datetime, datetime], int], window: timedelta) -> int:
    """Return the greatest weight of intervals that one half-open window can meet."""
    changes: list[tuple[datetime, int, int]] = []
    for (early, late), weight in points.items():
        changes += [(early, 1, weight), (late + window, 0, -weight)]
    most = now = 0
    for _, _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


def moved_by(touch: Touch, due: datetime) -> timedelta:
    """Return by how much closed hours put an issue off; steps before it have their slack."""
    if touch.step is not None or touch.openings is None or touch.openings.empty:
        return timedelta()
    return timedelta(minutes=touch.openings.wait(due.weekday() * 1440 + due.hour * 60 + due.minute))


def _slack(touch: Touch, cadence: Cadence) -> tuple[timedelta, timedelta]:
    """Return how much earlier and later than its issue the touch can be."""
    early = late = timedelta()
    if touch.step is not None:
        early, late = timedelta(days=14) + timedelta(seconds=longest(touch.step.before)), timedelta(days=7)
    if cadence.on_holiday in ("previous-workday", "next-workday"):
        early, late = early + timedelta(days=14), late + timedelta(days=14)
    return early, late


def replacers(workspace: Workspace) -> Mapping[str, Sequence[Cadence]]:
    """Return, for each cadence that others replace, those others."""
    found: dict[str, list[Cadence]] = {}
    for other in workspace.cadences.values():
        for name in dict.fromkeys(ref.id for ref in other.replaces):
            found.setdefault(name, []).append(other)
    return found


def kept_of(
    cadence: Cadence, today: date, dates: Sequence[datetime], replacing: Mapping[str, Sequence[Cadence]]
) -> Sequence[datetime]:
    """Return the issues that no other cadence surely replaces in their week."""
    taken: set[tuple[int, int]] = set()
    for other in replacing.get(cadence.id, ()):
        if other.on_holiday == "same" and cadence.on_holiday in ("same", "skip"):
            taken |= {at.isocalendar()[:2] for at in dates_of(other, today) or ()}
    return [at for at in dates if at.isocalendar()[:2] not in taken] if taken else dates


def dates_of(cadence: Cadence, today: date) -> Sequence[datetime] | None:
    """Return when issues are due, by the workspace's clock; None where the calendar does not say."""
    unit = cadence.every.unit if cadence.every else None
    if unit not in ("day", "week", "month", "quarter", "year") or not cadence.at_slots:
        return None
    slots = tuple((one.weekday, one.month_day, one.nth, one.time.minutes) for one in cadence.at_slots)
    return _dates(unit, slots, cadence.except_, today)


_Slot = tuple[str | None, int | None, int | None, int]
"""Weekday, day of the month, which of its weekdays in the month, minutes after midnight."""


@lru_cache(maxsize=4096)
def _dates(unit: str, slots: tuple[_Slot, ...], except_: tuple[str, ...], today: date) -> Sequence[datetime]:
    months = {"quarter": (1, 4, 7, 10), "year": (1,)}.get(unit, range(1, 13))
    found: set[datetime] = set()
    for weekday, month_day, nth, minutes in slots:
        at = timedelta(minutes=minutes)
        found |= {
            datetime(day.year, day.month, day.day) + at
            for day in _days(weekday, month_day, nth, today)
            if day.month in months and WEEKDAYS[day.weekday()] not in except_
        }
    return sorted(found)


@lru_cache(maxsize=512)
def _days(weekday: str | None, month_day: int | None, nth: int | None, today: date) -> Sequence[date]:
    """Return the days of the horizon on which a slot falls, whatever its hour."""
    every = (today + timedelta(days=days) for days in range(-40, HORIZON))
    return [day for day in every if _falls(weekday, month_day, nth, day)]


def _falls(weekday: str | None, month_day: int | None, nth: int | None, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if month_day is not None:
        return day.day == (last if month_day == -1 else min(month_day, last))
    if weekday is None:
        return True
    if WEEKDAYS[day.weekday()] != weekday:
        return False
    if nth is None:
        return True
    return day.day > last - 7 if nth == -1 else (day.day - 1) // 7 + 1 == nth
