"""Cadences, procedures and roles go in; the minutes of work that the calendar brings by week, and what each role has, come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.model.documents import Procedure, Workspace
from sopkit.model.nouns import Role
from sopkit.model.steps import Step
from sopkit.model.triggers import CalendarReached, IssueDue
from sopkit.simulation.clock import WEEK
from sopkit.simulation.issues import issue_times
from sopkit.simulation.world import World

WORKDAYS: Final = 5
"""Days a week of a role that declares no hours."""
Minutes = dict[tuple[str, int], float]


def calendar_work(world: World) -> Minutes:
    """Return (role, week) → minutes of the steps for each issue and of the procedures that an issue or the calendar starts, once each."""
    workspace, zone = world.plan.workspace, world.zone
    found: Minutes = {}
    times = issue_times(workspace, zone, world.start, world.end)
    for name, cadence in workspace.cadences.items():
        for when in times[name]:
            _add(found, world, cadence.steps, when)
    for procedure in workspace.procedures.values():
        for when in _starts(procedure, world, times):
            _add(found, world, procedure.steps, when)
    return found


def _starts(procedure: Procedure, world: World, times: dict[str, list[int]]) -> Iterator[int]:
    workspace = world.plan.workspace
    for trigger in procedure.starts_on:
        if isinstance(trigger, CalendarReached):
            yield from world.slots(trigger.every, trigger.slots)
        elif isinstance(trigger, IssueDue):
            named = [trigger.cadence.id] if trigger.cadence else sorted(_worked_by(workspace, procedure))
            for cadence in named:
                yield from times.get(cadence, ())


def _worked_by(workspace: Workspace, procedure: Procedure) -> Iterator[str]:
    """Yield the cadences whose issues this procedure makes."""
    for name, cadence in workspace.cadences.items():
        if cadence.workflow is not None and cadence.workflow.id == procedure.id:
            yield name


def _add(found: Minutes, world: World, steps: tuple[Step, ...], when: int) -> None:
    for step in steps:
        if step.by is None or not step.minutes:
            continue
        due = world.zone.earlier(when, step.before) if step.before is not None else when
        if world.start <= due < world.end:
            key = (step.by.id, (due - world.start) // WEEK)
            found[key] = found.get(key, 0.0) + step.minutes


def capacity(role: Role) -> float | None:
    """Return the minutes a week that everyone in the role together has for playbooks; None where that is not declared."""
    if role.headcount is None or role.minutes_a_day is None:
        return None
    days = len(role.hours.days) if role.hours is not None else WORKDAYS
    return float(role.headcount * role.minutes_a_day * days)
