"""A selection goes in; the part of the graph that is shown for it, nodes and the edges between them, comes out."""

from __future__ import annotations

from collections.abc import Collection

from sopkit.frozen import dataclass
from sopkit.graph.nodes import Edge, ExecutionGraph, Node
from sopkit.graph.selection import Selection


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes in order of their ids, and every edge whose two ends are among them, in the workspace's order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def everything(graph: ExecutionGraph) -> Part:
    """Return the whole graph."""
    return _within(graph, graph.nodes.keys())


def around(selection: Selection) -> Part:
    """Return what is selected with its parts, and the triggers that start or move any of it: flow without them means little.

    Of a trigger that is not selected itself only that is shown, not all else that it has to do with what is selected.
    """
    graph, ids = selection.graph, selection.whole.ids
    triggers = {edge.source for edge in graph.edges if edge.kind == "occurs" and edge.target in ids}
    shown = _within(graph, ids | triggers)
    edges = (edge for edge in shown.edges if edge.target in ids and (edge.source in ids or edge.kind == "occurs"))
    return Part(shown.nodes, tuple(edges))


def flow(graph: ExecutionGraph) -> Part:
    """Return the workspace's own playbooks with all that happens in them: what a picture of a whole workspace shows."""
    roots = {
        node.id
        for node in graph.nodes.values()
        if node.kind in ("lifecycle", "automation", "cadence", "procedure") and not builtin(node)
    }
    return around(Selection(frozenset(roots), graph))


def builtin(node: Node) -> bool:
    """Return whether a built-in catalog declares the node."""
    return bool(getattr(node.origin, "builtin", False))


def _within(graph: ExecutionGraph, ids: Collection[str]) -> Part:
    nodes = tuple(graph.nodes[id_] for id_ in sorted(ids))
    return Part(nodes, tuple(edge for edge in graph.edges if edge.source in ids and edge.target in ids))
