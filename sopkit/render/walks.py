"""Walks over playbooks: every step with where it stands, what comes before it and under which conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Journey, Procedure, Stage, Workspace
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Choose, Step
from sopkit.model.values import Ref

Playbook = Journey | Cadence | Procedure


@dataclass(frozen=True, slots=True)
class Placed:
    """A step where it stands in its playbook."""

    step: Step
    playbook: Playbook
    stage: Stage | None
    """None in cadences and procedures; an automation's only stage has the id ''."""
    path: str
    """`journey/stage/step`, `automation/step`, `procedure/step`, `cadence/step`."""
    number: str
    """`3`, and `3.1` inside a branch of it."""
    previous: Step | None = None
    """The step before it in the sequence; steps with `on` or `every` stand beside the sequence and are none."""
    overdue: bool = False
    """Done only where the wait before it (`previous`) ended without its trigger."""
    conditions: tuple[Predicate, ...] = ()
    """Of the branches that it stands in, outermost first."""

    @property
    def beside(self) -> bool:
        return is_beside(self.step)


def is_beside(step: Step) -> bool:
    """Tell whether a step runs beside its sequence: at an event, or again and again."""
    return bool(step.on) or step.every is not None


def playbooks_of(workspace: Workspace) -> tuple[Playbook, ...]:
    """Return journeys, procedures and cadences, lifecycles first, each kind in the order written."""
    journeys = sorted(workspace.journeys.values(), key=lambda journey: journey.kind != "lifecycle")
    return (*journeys, *workspace.procedures.values(), *workspace.cadences.values())


def placed_steps(playbook: Playbook) -> Iterator[Placed]:
    """Yield every step of the playbook in the order written, those inside branches right behind their branch."""
    if isinstance(playbook, Journey):
        for stage in playbook.stages:
            base = f"{playbook.id}/{stage.id}" if stage.id else playbook.id
            yield from _sequence(stage.steps, _Around(playbook, stage, base))
    else:
        yield from _sequence(playbook.steps, _Around(playbook, None, playbook.id))


@dataclass(frozen=True, slots=True)
class _Around:
    playbook: Playbook
    stage: Stage | None
    base: str
    number: str = ""
    previous: Step | None = None
    overdue: bool = False
    conditions: tuple[Predicate, ...] = ()


def _sequence(steps: tuple[Step, ...], around: _Around) -> Iterator[Placed]:
    previous, overdue = around.previous, around.overdue
    for count, step in enumerate(steps, start=1):
        here = f"{around.number}{count}"
        path = f"{around.base}/{step.id}"
        yield Placed(step, around.playbook, around.stage, path, here, previous, overdue, around.conditions)
        yield from _inside(step, replace(around, number=f"{here}.", previous=previous, overdue=overdue))
        if not is_beside(step):
            previous, overdue = step, False


def _inside(step: Step, around: _Around) -> Iterator[Placed]:
    if isinstance(step.verb, Choose):
        for letter, branch in zip(_letters(), step.verb.branches, strict=False):
            inner = replace(
                around, number=f"{around.number[:-1]}{letter}.", conditions=(*around.conditions, branch.if_)
            )
            yield from _sequence(branch.steps, inner)
    if step.otherwise:
        yield from _sequence(step.otherwise, replace(around, previous=step, overdue=True))


def _letters() -> Iterator[str]:
    """Yield a, b … z, then a1, b1 …, so that no number of branches runs out of names."""
    turn = 0
    while True:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield letter + (str(turn) if turn else "")
        turn += 1


def steps_by_path(workspace: Workspace, name: str) -> dict[str, Step]:
    """Return the steps of the playbook of that name by their paths; of two at one path the former."""
    playbook = workspace.journeys.get(name) or workspace.procedures.get(name) or workspace.cadences.get(name)
    if playbook is None:
        return {}
    found: dict[str, Step] = {}
    for placed in placed_steps(playbook):
        found.setdefault(placed.path, placed.step)
    return found


def step_in(playbook: Playbook, stage: Stage | None, id_: str) -> Step | None:
    """Return the step of that id in the same stage, else anywhere in the playbook; a path is taken whole."""
    near = [placed for placed in placed_steps(playbook) if id_ in (placed.step.id, placed.path)]
    same = [placed for placed in near if placed.stage is stage]
    return (same or near)[0].step if near else None


def doers(placed: Placed, workspace: Workspace) -> tuple[str, ...]:
    """Return the roles that do the step: `by`, else those who must confirm what its channel sends; none: a tool does it."""
    if placed.step.by:
        return (placed.step.by.id,)
    return confirmers(placed.step.via, workspace)


def confirmers(via: tuple[Ref, ...], workspace: Workspace) -> tuple[str, ...]:
    """Return the roles that confirm each send on these channels."""
    channels = (workspace.channels.get(ref.id) for ref in via)
    found = (channel.confirmed_by.role for channel in channels if channel and channel.confirmed_by)
    return tuple(dict.fromkeys(role.id for role in found if role))


def publishers(cadence: Cadence, workspace: Workspace) -> tuple[str, ...]:
    """Return the roles that publish the issues of a cadence; none: a tool does."""
    return (cadence.by.id,) if cadence.by else confirmers(cadence.via, workspace)


def accountable(placed: Placed) -> str:
    """Return the one role that answers for the step: as written, else the playbook's owner; '' where there is none."""
    if placed.step.accountable:
        return placed.step.accountable.id
    return placed.playbook.owner.id if placed.playbook.owner else ""
