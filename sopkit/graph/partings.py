"""A workspace and its graph go in; where the rules of groups and caps cut a journey or its steps short, or let it begin late, comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.nodes import Edge, ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.model.policies import OneAtATime
from sopkit.tree import Mark

PREEMPTED: Final = "preempted"
TURNED_AWAY: Final = "turned away"
LEFT: Final = "left"
SETTING_OFF: Final = frozenset(("occurs", "emits"))
BY_RULES: Final = frozenset((PREEMPTED, TURNED_AWAY))
"""Edges that a customer takes only if another playbook is there as well: they are not the journey's own."""


@dataclass(frozen=True, eq=False)
class Partings:
    """What `one_at_a_time` and an enforcement that sends customers out do, as edges beside those of the graph."""

    graph: ExecutionGraph
    workspace: Workspace
    turns_away: Callable[[str], bool]
    """Whether whom the cap stops at a touch leaves the journey."""

    @cached_property
    def preempted(self) -> Mapping[str, Edge]:
        """The end of each journey which another one of its group can end wherever in it the customer is."""
        found: dict[str, Edge] = {}
        for group, place in self._grouped():
            if group.if_busy == "preempt" and self.graph.nodes[place].kind != "stage":
                found[place] = Edge(place, f"exit/{place}", "interrupt", group.at, PREEMPTED)
        return found

    @cached_property
    def turned_away(self) -> Mapping[str, Edge]:
        """The end of a journey at each touch at which a cap may send the customer out of it."""
        found: dict[str, Edge] = {}
        enforce = self.workspace.settings.enforce
        at = enforce.at if enforce is not None else Mark(0)
        for place, node in self.graph.nodes.items():
            if node.step is not None and self.turns_away(place):
                guard = node.step.if_
                found[place] = Edge(place, f"exit/{node.playbook}", "then", at, TURNED_AWAY, guard=guard)
        return found

    def may_queue(self, edge: Edge) -> bool:
        """Return whether what an edge begins, a journey or the steps of a stage, may have to wait for its turn, for any time."""
        if edge.source in self._queued:
            return edge.kind == "then" and self.graph.nodes[edge.source].kind == "stage"
        return edge.target in self._queued and edge.kind in SETTING_OFF

    @cached_property
    def _queued(self) -> frozenset[str]:
        return frozenset(place for group, place in self._grouped() if group.if_busy == "queue")

    @cached_property
    def _stages(self) -> Mapping[str, str]:
        """What becomes of each stage of a group, `if_busy`."""
        nodes = self.graph.nodes
        return {place: group.if_busy for group, place in self._grouped() if nodes[place].kind == "stage"}

    @cached_property
    def left(self) -> Mapping[str, Edge]:
        """What the leaving of a stage sets off."""
        nodes = self.graph.nodes
        return {
            edge.source: edge
            for edge in self.graph.moves
            if edge.kind == "emits" and edge.label == LEFT and nodes[edge.source].kind == "stage"
        }

    def stops(self, place: str) -> bool:
        """Return whether the steps of a stage may stop there although the customer stays in it."""
        if not self._stages:
            return False
        if place in self._stages:
            return True
        return self._stages.get("/".join(place.split("/")[:3])) == "preempt"

    def _grouped(self) -> Iterator[tuple[OneAtATime, str]]:
        for group in self.workspace.settings.one_at_a_time:
            for ref in group.journeys:
                journey = self.workspace.journeys.get(ref.id.partition("/")[0])
                place = f"{journey.kind}/{ref.id}" if journey is not None else ""
                if place in self.graph.nodes:
                    yield group, place


__all__ = ["BY_RULES", "LEFT", "PREEMPTED", "TURNED_AWAY", "Partings"]
