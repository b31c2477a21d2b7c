"""What the sections of a manual are written from: the workspace, its steps, its agenda, and whose manual it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Journey, Kpi, Stage, Target, Workspace
from sopkit.model.steps import Send
from sopkit.render.agenda import Engagement, agenda
from sopkit.render.document import Diagram
from sopkit.render.walks import Placed, Playbook, accountable, doers, placed_steps, playbooks_of, publishers
from sopkit.render.wording.names import Names

UNSAFE_IN_ANCHOR: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """What all manuals of a workspace share, whatever their language."""

    workspace: Workspace
    playbooks: tuple[Playbook, ...]
    steps: Mapping[str, tuple[Placed, ...]]
    """By playbook."""
    agenda: tuple[Engagement, ...]


def plan(workspace: Workspace) -> Plan:
    playbooks = playbooks_of(workspace)
    return Plan(workspace, playbooks, {each.id: tuple(placed_steps(each)) for each in playbooks}, agenda(workspace))


@dataclass(frozen=True, slots=True)
class Book:
    """One manual in the making: `role` is '' for the manual of the whole workspace."""

    plan: Plan
    names: Names
    role: str = ""
    diagrams: Mapping[str, tuple[Diagram, ...]] = field(default_factory=dict)
    """By playbook: its flow, in parts where it is long."""
    staff: tuple[str, ...] = ()
    """The roles of a shop, where a sheet is for all of them; `role` is '' then."""
    shop: str = ""
    """The id of that shop; '' where the sheet is for any."""

    @property
    def workspace(self) -> Workspace:
        return self.plan.workspace

    @property
    def whole(self) -> bool:
        return not self.role

    def does(self, placed: Placed) -> bool:
        """Tell whether the manual's reader does this step; in the manual of the whole, every step counts."""
        return self._is_for(doers(placed, self.workspace))

    def steps(self, playbook: Playbook) -> tuple[Placed, ...]:
        """Return the reader's steps of a playbook."""
        return tuple(placed for placed in self.plan.steps[playbook.id] if self.does(placed))

    def all_steps(self) -> tuple[Placed, ...]:
        return tuple(placed for playbook in self.plan.playbooks for placed in self.steps(playbook))

    def takes_part(self, playbook: Playbook) -> bool:
        """Tell whether the reader has work in a playbook: a step, or the publishing of an issue."""
        if self.whole or self.steps(playbook):
            return True
        return isinstance(playbook, Cadence) and self.role in publishers(playbook, self.workspace)

    def works_in(self, journey: Journey, stage: Stage) -> bool:
        """Tell whether the reader has a step in that stage; in the manual of the whole, every stage counts."""
        return self.whole or any(placed.stage is stage for placed in self.steps(journey))

    def owns(self, playbook: Playbook) -> bool:
        return playbook.owner is not None and playbook.owner.id == self.role

    def answers_for(self, placed: Placed) -> bool:
        return accountable(placed) == self.role

    def engagements(self) -> tuple[Engagement, ...]:
        return tuple(each for each in self.plan.agenda if self._is_for(each.roles))

    def _is_for(self, roles: Collection[str]) -> bool:
        if self.staff:
            return any(role in self.staff for role in roles)
        return self.whole or self.role in roles

    def targets(self) -> tuple[tuple[str, Target], ...]:
        """Return (place, target) of every promise in the playbooks and stages that the reader works in or owns."""
        found: list[tuple[str, Target]] = []
        for playbook in self.plan.playbooks:
            if not (self.takes_part(playbook) or self.owns(playbook)):
                continue
            found += [(playbook.id, target) for target in playbook.targets]
            if isinstance(playbook, Journey):
                mine = [stage for stage in playbook.stages if self.owns(playbook) or self.works_in(playbook, stage)]
                found += [(f"{playbook.id}/{stage.id}", target) for stage in mine for target in stage.targets]
        found += [(sync.id, target) for sync in self.workspace.syncs.values() if self.whole for target in sync.targets]
        return tuple(found)

    def kpis(self) -> tuple[Kpi, ...]:
        """Return the KPIs that the reader answers for: of his own playbooks, reviewed, alerted or appraised."""
        owned = [playbook for playbook in self.plan.playbooks if self.owns(playbook)]
        promised = {target.kpi.id for each in owned for target in _promises(each) if target.kpi}
        role = self.workspace.roles.get(self.role)
        appraised = {ref.id for ref, _ in role.appraisal} if role else set()
        return tuple(
            kpi
            for kpi in self.workspace.kpis.values()
            if self.whole or kpi.id in promised or kpi.id in appraised or self._watches(kpi)
        )

    def _watches(self, kpi: Kpi) -> bool:
        reviewer = kpi.review.by.id if kpi.review and kpi.review.by else ""
        alerted = {ref.id for ref in kpi.alert.to} if kpi.alert else set()
        return self.role == reviewer or self.role in alerted or (kpi.owner is not None and kpi.owner.id == self.role)


def _promises(playbook: Playbook) -> tuple[Target, ...]:
    stages = playbook.stages if isinstance(playbook, Journey) else ()
    return (*playbook.targets, *(target for stage in stages for target in stage.targets))


def anchor(kind: str, path: str) -> str:
    """Return a fragment for links inside a document: `step.new-member.awareness.welcome`."""
    return f"{kind}.{UNSAFE_IN_ANCHOR.sub('.', path)}"


def scripts_of(placed: Placed) -> tuple[str, ...]:
    """Return the ids of the scripts that a step may use, in order."""
    step = placed.step
    sent = step.verb.all_scripts if isinstance(step.verb, Send) else ()
    extra = (step.script,) if step.script else ()
    return tuple(dict.fromkeys(ref.id for ref in (*sent, *extra)))
