"""The execution graph goes in; `manifest.json`, its versioned and deterministic form, comes out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Final

from sopkit.graph.nodes import NO_TIME, Delay, Edge, ExecutionGraph, Node
from sopkit.graph.nouns import NOUNS
from sopkit.graph.part import Part
from sopkit.graph.plain import cause, condition, record, words
from sopkit.graph.triggers import is_trigger
from sopkit.model.documents import Document, Settings, Workspace
from sopkit.model.nouns import Noun
from sopkit.source import Source
from sopkit.tree import Forest, Mark, Value

VERSION: Final = 1
PLAYBOOKS: Final = ("lifecycle", "automation", "cadence", "procedure")


def manifest(workspace: Workspace, graph: ExecutionGraph, forest: Forest, today: date) -> bytes:
    """Return the manifest as UTF-8 JSON, a line for each entry of a list; the same workspace on the same day gives the same bytes."""
    return _document(describe(workspace, graph, forest, today))


def _document(whole: Mapping[str, Value]) -> bytes:
    return ("{\n" + ",\n".join(f"{_dump(key)}: {_lines(value)}" for key, value in whole.items()) + "\n}\n").encode()


def _lines(value: Value) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_dump, value)) + "\n]" if value else "[]"
    return _dump(value)


def _dump(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def describe(workspace: Workspace, graph: ExecutionGraph, forest: Forest, today: date) -> dict[str, Value]:
    """Return the manifest as `schemas/manifest-v1.schema.json` says.

    Nodes and edges are sorted by what they say, not by where it is written; only `origin` and `sources` depend on that.
    """
    places = _Places(forest)
    nodes = [_node(graph.nodes[id_], places) for id_ in sorted(graph.nodes)]
    return {
        "version": VERSION,
        "as_of": today.isoformat(),
        "workspace": _workspace(workspace.settings),
        "sources": list(_sources(forest)),
        "counts": {
            "nodes": _counted(node.kind for node in graph.nodes.values()),
            "edges": _counted(edge.kind for edge in graph.edges),
        },
        "playbooks": [_playbook(node, graph) for _, node in sorted(graph.nodes.items()) if node.kind in PLAYBOOKS],
        "nouns": {kind: sorted(getattr(workspace, section)) for kind, section in NOUNS},
        "nodes": [*nodes],
        "edges": list(_edges(graph.edges, places)),
    }


def node_link(part: Part, forest: Forest) -> dict[str, list[Value]]:
    """Return the nodes and edges of a part of the graph, as the manifest has them."""
    places = _Places(forest)
    return {"nodes": [_node(node, places) for node in part.nodes], "edges": list(_edges(part.edges, places))}


def node_link_json(part: Part, forest: Forest, today: date) -> bytes:
    """Return a part of the graph as UTF-8 JSON: the node-link part of the manifest, with its version and day."""
    return _document({"version": VERSION, "as_of": today.isoformat(), **node_link(part, forest)})


class _Places:
    """Where nodes and edges are written; spans of one mark are looked up once."""

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self._known: dict[Mark, dict[str, Value]] = {}

    def find(self, mark: Mark) -> dict[str, Value]:
        found = self._known.get(mark)
        if found is None:
            span = self._forest.span(mark)
            found = self._known[mark] = {
                "file": span.path, "line": span.line, "column": span.column,
                "end_line": span.end_line, "end_column": span.end_column,
            }  # fmt: skip
        return found


def _sources(forest: Forest) -> Iterator[Value]:
    """Yield each file once, by path, with the hash of its bytes."""
    files: dict[str, Source] = {tree.source.path: tree.source for tree in forest.trees}
    for path in sorted(files):
        yield {"file": path, "sha256": hashlib.sha256(files[path].data).hexdigest()}


def _counted(kinds: Iterable[str]) -> dict[str, Value]:
    return dict(sorted(Counter(kinds).items()))


def _workspace(settings: Settings) -> dict[str, Value]:
    """Return the facts that hold for all playbooks: caps, quiet hours, enforcement, exclusivity, places and times."""
    found: dict[str, Value] = {"id": settings.id, "locale": settings.locale}
    return found | ({"title": words(settings.title)} if settings.title else {}) | record(settings)


def _playbook(node: Node, graph: ExecutionGraph) -> dict[str, Value]:
    parts: list[Value] = [*sorted(part.id for part in graph.parts.get(node.id, ()))]
    found: dict[str, Value] = {"id": node.id.partition("/")[2], "kind": node.kind, "node": node.id, "parts": parts}
    return found | ({"title": words(node.title)} if node.title else {})


def _node(node: Node, places: _Places) -> dict[str, Value]:
    found: dict[str, Value] = {"id": node.id, "kind": node.kind}
    if node.title:
        found["title"] = words(node.title)
    if node.playbook:
        found["playbook"] = node.playbook
    origin = node.origin
    if isinstance(origin, Document | Noun) and origin.builtin:
        found["builtin"] = True
    if is_trigger(origin):
        found["trigger"] = cause(origin)
    elif origin is not None and node.kind != "issue":
        said = record(origin)
        found |= {"says": said} if said else {}
    if node.at is not None:
        found["origin"] = places.find(node.at)
    return found


def _edges(edges: Iterable[Edge], places: _Places) -> Iterator[Value]:
    """Yield the edges in an order that depends on what they say, and only where they say the same on where it stands."""
    ordered = sorted(edges, key=lambda edge: (edge.source, edge.target, edge.kind, edge.label, edge.rank))
    for _, alike in groupby(ordered, key=lambda edge: (edge.source, edge.target, edge.kind, edge.label, edge.rank)):
        made = [_edge(edge) | {"origin": places.find(edge.at)} for edge in alike]
        yield from made if len(made) == 1 else sorted(made, key=_full_order)


def _full_order(edge: dict[str, Value]) -> tuple[str, str]:
    said = {key: value for key, value in edge.items() if key != "origin"}
    return json.dumps(said, sort_keys=True), json.dumps(edge["origin"], sort_keys=True)


def _edge(edge: Edge) -> dict[str, Value]:
    found: dict[str, Value] = {"from": edge.source, "to": edge.target, "kind": edge.kind}
    if edge.label:
        found["label"] = edge.label
    if edge.rank:
        found["rank"] = edge.rank
    if edge.delay != NO_TIME:
        found["delay"] = _delay(edge.delay)
    if edge.held != NO_TIME:
        found["held"] = _delay(edge.held)
    if edge.guard is not None:
        found["if"] = condition(edge.guard)
    if edge.on is not None:
        found["on"] = cause(edge.on)
    return found


def _delay(delay: Delay) -> dict[str, Value]:
    """Return an interval of time: `low` and `high` are absent where they are no time at all."""
    found: dict[str, Value] = {"bounded": delay.bounded}
    found |= {"low": str(delay.low)} if delay.low else {}
    found |= {"high": str(delay.high)} if delay.high else {}
    found |= {"since": delay.since} if delay.since else {}
    found |= {"before": str(delay.before)} if delay.before else {}
    return found | ({"clock": "wall"} if delay.wall else {})
