"""Cadences go in; how many of their issues, and of the touches before them, fall into one window comes out, by the calendar itself."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sopkit.graph.clock import unit_of, wall, zone
from sopkit.graph.course import longest
from sopkit.graph.touches import Touch
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.values import WEEKDAYS, Slot

HORIZON: Final = 800
"""Days from today that are looked at; longer than any pattern of weeks and months in two years."""

EPOCH: Final = datetime(1970, 1, 1)

MOST_ISSUES: Final = 1000
"""Issues with which a window may begin that is looked at."""


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
    if any(found is None for found in dates.values()):
        return None
    kept = {name: [*kept_of(workspace, workspace.cadences[name], today, dates[name] or ())] for name in names}
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
    points: list[tuple[datetime, datetime, int]] = []
    for touch, dues in times:
        early, late = _slack(touch, workspace.cadences[_name(touch)])
        if early or late:
            early, late = early + timedelta(seconds=shift), late + timedelta(seconds=shift)
        points += [(at - early, at + late, touch.weight) for at in dues]
    if unit and all(early == late for early, late, _ in points):
        units: Counter[datetime] = Counter()
        for at, _, weight in points:
            units[unit_of(at, unit)[0]] += weight
        return max(units.values(), default=0)
    # local times stand nearer to each other than they are where a clock is put forward
    return _most(points, timedelta(seconds=window + (shift if unit else 0)))


def _most(points: Iterable[tuple[datetime, datetime, int]], window: timedelta) -> int:
    """Return the greatest weight of intervals that one half-open window can meet."""
    changes: list[tuple[datetime, int, int]] = []
    for early, late, weight in points:
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


def kept_of(workspace: Workspace, cadence: Cadence, today: date, dates: Sequence[datetime]) -> Iterator[datetime]:
    """Yield the issues that no other cadence surely replaces in their week."""
    taken: set[tuple[int, int]] = set()
    for other in workspace.cadences.values():
        stays = other.on_holiday == "same" and cadence.on_holiday in ("same", "skip")
        if stays and any(ref.id == cadence.id for ref in other.replaces):
            taken |= {at.isocalendar()[:2] for at in dates_of(other, today) or ()}
    yield from (at for at in dates if at.isocalendar()[:2] not in taken)


def dates_of(cadence: Cadence, today: date) -> list[datetime] | None:
    """Return when issues are due, by the workspace's clock; None where the calendar does not say."""
    unit = cadence.every.unit if cadence.every else None
    if unit not in ("day", "week", "month", "quarter", "year") or not cadence.at_slots:
        return None
    months = {"quarter": (1, 4, 7, 10), "year": (1,)}.get(unit, range(1, 13))
    found = set()
    for days in range(-40, HORIZON):
        day = today + timedelta(days=days)
        if WEEKDAYS[day.weekday()] in cadence.except_ or day.month not in months:
            continue
        found |= {
            datetime(day.year, day.month, day.day) + timedelta(minutes=slot.time.minutes)
            for slot in cadence.at_slots
            if _falls(slot, day)
        }
    return sorted(found)


def _falls(slot: Slot, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if slot.month_day is not None:
        return day.day == (last if slot.month_day == -1 else min(slot.month_day, last))
    if slot.weekday is None:
        return True
    if WEEKDAYS[day.weekday()] != slot.weekday:
        return False
    if slot.nth is None:
        return True
    return day.day > last - 7 if slot.nth == -1 else (day.day - 1) // 7 + 1 == slot.nth
