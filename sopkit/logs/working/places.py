"""The steps that a log of steps may name, by number; what a log calls a step goes in, the step comes out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.nodes import ExecutionGraph, Node
from sopkit.logs.case import LogCase
from sopkit.model.documents import Cadence, Journey, Procedure
from sopkit.model.steps import Choose, Go, Step, Wait

SILENT: Final = (Choose, Wait, Go)
"""Verbs that only steer: nobody does them, no log names them."""
Playbook = Journey | Cadence | Procedure


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the workspace's own playbooks."""

    number: int
    node: str
    step: Step
    playbook: str
    """The playbook's node."""
    root: int
    """The playbook's number."""

    @property
    def beside(self) -> bool:
        """Whether it runs beside the sequence: by its own trigger or its own calendar."""
        return bool(self.step.on) or self.step.every is not None


@dataclass(frozen=True)
class Places:
    graph: ExecutionGraph
    all: tuple[Place, ...]
    roots: tuple[str, ...]
    """Nodes of playbooks; their numbers are one more than their places here."""
    playbooks: Mapping[str, Playbook]

    @cached_property
    def by_node(self) -> Mapping[str, Place]:
        return {one.node: one for one in self.all}

    @cached_property
    def by_number(self) -> Mapping[int, Place]:
        return {one.number: one for one in self.all}

    @cached_property
    def _said(self) -> Mapping[str, Place]:
        """What logs call steps: the node, or the node without its kind, as playbooks refer to steps."""
        return {**{one.node.partition("/")[2]: one for one in self.all}, **self.by_node}

    def find(self, said: str) -> Place | None:
        return self._said.get(said)

    def playbook(self, place: Place) -> Playbook:
        return self.playbooks[place.playbook]

    def in_playbook(self, root: str) -> tuple[Place, ...]:
        return tuple(one for one in self.all if one.playbook == root)


def places_of(case: LogCase) -> Places:
    """Return every step that somebody or some tool does, in order of playbooks' ids and as written."""
    workspace, graph = case.compilation.workspace, case.compilation.graph
    every: tuple[Playbook, ...] = (
        *workspace.journeys.values(), *workspace.cadences.values(), *workspace.procedures.values(),
    )  # fmt: skip
    playbooks = {f"{one.kind}/{one.id}": one for one in every if not one.builtin}
    roots = tuple(sorted(playbooks))
    found: list[Place] = []
    for number, root in enumerate(roots, 1):
        for node in graph.parts.get(root, ()):
            step = _done(node)
            if step is not None:
                found.append(Place(len(found) + 1, node.id, step, root, number))
    return Places(graph, tuple(found), roots, playbooks)


def _done(node: Node) -> Step | None:
    step = node.step if node.kind == "step" else None
    return step if step is not None and step.verb is not None and not isinstance(step.verb, SILENT) else None
