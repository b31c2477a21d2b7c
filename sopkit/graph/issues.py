"""Cadences go in; how many of their issues, and of the touches before them, fall into one window comes out, by the calendar itself."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sopkit.graph.course import longest
from sopkit.graph.touches import Touch
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.values import WEEKDAYS, Slot

HORIZON: Final = 800
"""Days from today that are looked at; longer than any pattern of weeks and months in two years."""

MOST_ISSUES: Final = 1000
"""Issues with which a window may begin that is looked at."""


def most_issues(
    workspace: Workspace,
    touches: Sequence[Touch],
    window: float,
    today: date,
    *,
    by_day: bool = False,
    steady: bool = True,
) -> int | None:
    """Return the most touches in any half-open window of so many seconds; None where the calendar does not say when they come."""
    if not touches:
        return 0
    names = {one.root.partition("/")[2] for one in touches}
    dates = {name: _dates(workspace.cadences[name], today) for name in names}
    if any(found is None for found in dates.values()):
        return None
    points: list[tuple[datetime, datetime, int]] = []
    for touch in touches:
        cadence = workspace.cadences[touch.root.partition("/")[2]]
        early, late = _slack(touch, cadence)
        if not steady and touch.openings is not None and not touch.openings.empty:
            late += timedelta(
                minutes=touch.openings.longest_wait()
            )  # by another clock it may have to wait where this one is open
        for due in _kept(workspace, cadence, today, dates[cadence.id] or ()):
            at = due + _moved(touch, due)
            points.append((at - early, at + late, touch.weight))
    if by_day and all(early == late for early, late, _ in points):
        days: Counter[date] = Counter()
        for at, _, weight in points:
            days[at.date()] += weight
        return max(days.values(), default=0)
    return _most(points, timedelta(seconds=window))


def crowded(
    workspace: Workspace,
    touches: Sequence[Touch],
    span: Callable[[datetime], tuple[datetime, datetime]],
    most: int,
    today: date,
) -> list[tuple[datetime, Touch]]:
    """Return issues, more than `most` of them, that lie in one window; nothing where there is none, or where dates are not certain.

    `span` gives the half-open window that begins with an issue, or the unit of the calendar that holds it.
    """
    found: list[tuple[datetime, Touch]] = []
    for touch in touches:
        cadence = workspace.cadences[touch.root.partition("/")[2]]
        plain = touch.step is None and cadence.on_holiday == "same" and not _confirmed(touch)
        dates = _dates(cadence, today) if plain and not (touch.drops and touch.openings) else None
        kept = _kept(workspace, cadence, today, dates or ())
        found += [(due + _moved(touch, due), touch) for due in kept]
    found.sort(key=lambda one: (one[0], one[1].node))
    found = [one for one in found if one[0].date() >= today]
    for at, _ in found[:MOST_ISSUES]:
        first, last = span(at)
        inside = [one for one in found if first <= one[0] < last]
        if sum(touch.weight for _, touch in inside) > most:
            return inside[: most + 1]
    return []


def _confirmed(touch: Touch) -> bool:
    return any(one.confirmed_by for one in touch.channels)


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


def _moved(touch: Touch, due: datetime) -> timedelta:
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


def _kept(workspace: Workspace, cadence: Cadence, today: date, dates: Sequence[datetime]) -> Iterator[datetime]:
    """Yield the issues that no other cadence surely replaces in their week."""
    taken: set[tuple[int, int]] = set()
    for other in workspace.cadences.values():
        stays = other.on_holiday == "same" and cadence.on_holiday in ("same", "skip")
        if stays and any(ref.id == cadence.id for ref in other.replaces):
            taken |= {at.isocalendar()[:2] for at in _dates(other, today) or ()}
    yield from (at for at in dates if at.isocalendar()[:2] not in taken)


def _dates(cadence: Cadence, today: date) -> list[datetime] | None:
    unit = cadence.every.unit if cadence.every else None
    if unit not in ("day", "week", "month") or not cadence.at_slots:
        return None
    found = set()
    for days in range(-40, HORIZON):
        day = today + timedelta(days=days)
        if WEEKDAYS[day.weekday()] in cadence.except_:
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
