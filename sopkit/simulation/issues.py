"""Cadences and a zone go in; when each issue comes out, and each touch that goes before it, comes out in order of time."""

from __future__ import annotations

from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Workspace
from sopkit.model.values import WEEKDAYS
from sopkit.simulation.clock import DAY, NEVER, WEEK, Zone, slots_between
from sopkit.simulation.plan import Issue, Plan

STEP: Final = 3
"""Order at one instant, as the machine has it."""


@dataclass(frozen=True, slots=True)
class Due:
    """One issue, or one touch before it, at its instant."""

    at: int
    issue: Issue
    key: tuple[int, int]
    """Its place among what happens at one instant: a step that is due."""


def issue_times(workspace: Workspace, zone: Zone, first: int, last: int) -> dict[str, list[int]]:
    """Return for each cadence the instants of its issues in [first, last): holidays kept, those of a replaced week left out."""
    weeks: dict[str, set[int]] = {}
    found: dict[str, list[int]] = {}
    for name, cadence in sorted(workspace.cadences.items()):
        found[name] = _times(cadence, zone, first - WEEK, last + WEEK)
        for replaced in cadence.replaces:
            weeks.setdefault(replaced.id, set()).update(_week(zone, when) for when in found[name])
    return {
        name: [when for when in times if first <= when < last and _week(zone, when) not in weeks.get(name, ())]
        for name, times in found.items()
    }


def calendar_of(plan: Plan, zone: Zone, first: int, last: int) -> list[Due]:
    """Return what the cadences send in [first, last), in order; closed hours move it, or drop it where the channel says so."""
    due: list[Due] = []
    times = issue_times(plan.workspace, zone, first, last + 60 * DAY)
    for name, issues in sorted(plan.issues.items()):
        for issue in issues:
            for when in times[name]:
                ahead = zone.earlier(when, issue.before) if issue.before is not None else when
                moved = _moved(issue, ahead, zone)
                if first <= moved < last:
                    due.append(Due(moved, issue, (moved, STEP)))
    return sorted(due, key=lambda one: one.at)


def _moved(issue: Issue, when: int, zone: Zone) -> int:
    if not issue.vias:
        return when
    via = issue.vias[0]
    moved = via.schedule.next_open(when, zone)
    return NEVER if moved != when and via.channel.when_closed == "drop" else moved


def _week(zone: Zone, when: int) -> int:
    return (zone.day(when) + 3) // 7


def _times(cadence: Cadence, zone: Zone, first: int, last: int) -> list[int]:
    every = cadence.every
    if every is None:
        return []
    if every.interval is not None:
        seconds = every.interval.seconds
        return list(range(first + WEEK, last, seconds)) if seconds else []
    if every.unit is None or every.unit == "event":
        return []
    found = set()
    for when in slots_between(cadence.at_slots, every.unit, zone, first, last):
        day = zone.day(when)
        if WEEKDAYS[(day + 3) % 7] in cadence.except_:
            continue
        on = _workday(cadence, zone, day)
        if on is not None:
            found.add(when if on == day else zone.at(on * DAY + zone.local(when) % DAY))
    return sorted(found)


def _workday(cadence: Cadence, zone: Zone, day: int) -> int | None:
    """Return the day on which the issue of a day comes out; None where a holiday drops it."""
    if cadence.on_holiday == "same" or not zone.is_holiday(day):
        return day
    if cadence.on_holiday == "skip":
        return None
    step = -1 if cadence.on_holiday == "previous-workday" else 1
    while not zone.is_workday(day):
        day += step
    return day
