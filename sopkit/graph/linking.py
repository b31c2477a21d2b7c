"""Edges in the making: nodes and references go in, the edges between them are added."""

from __future__ import annotations

from collections.abc import Iterable

from sopkit.graph.nodes import NO_TIME, Delay, Edge, EdgeKind
from sopkit.model.documents import Workspace
from sopkit.model.values import Ref
from sopkit.tree import Mark


class Linking:
    """The edges so far. They may name nodes that come later, or never: then a name is not declared, which is a finding already."""

    __slots__ = ("edges", "workspace")

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.edges: list[Edge] = []

    def link(self, source: str, target: str, kind: EdgeKind, at: Mark, label: str, *, delay: Delay = NO_TIME) -> None:
        self.edges.append(Edge(source, target, kind, at, label, delay))

    def link_all(self, source: str, prefix: str, refs: Iterable[Ref], kind: EdgeKind, label: str) -> None:
        """Link `source` to nouns of one kind."""
        for ref in refs:
            self.edges.append(Edge(source, f"{prefix}/{ref.id}", kind, ref.at, label))
