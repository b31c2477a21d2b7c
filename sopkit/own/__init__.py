"""The workspace's own rules and its graph go in; what they find comes out, at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph, Node
from sopkit.model.documents import Document
from sopkit.model.steps import Step
from sopkit.own import rules
from sopkit.own.conditions import MistakenError, Place, field_of, leaves
from sopkit.own.loading import PREFIX, OwnRule, OwnRules, load, selected
from sopkit.resources import BUILTIN
from sopkit.rules.doubts import Doubts
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import MAX_NODES, Forest, Mark, Tree, Value

__all__ = ["PREFIX", "OwnRule", "OwnRules", "check", "load"]

LONGEST: Final = 80
NOTHING: Final = "—"


def check(own: OwnRules, graph: ExecutionGraph, forest: Forest, doubts: Doubts) -> tuple[tuple[Finding, ...], int]:
    """Return what the rules find, and how many findings are held back since something else is wrong in the document."""
    writing = _Writing(forest, graph)
    known: dict[str, tuple[str, ...]] = {}
    found: list[Finding] = []
    held_back = 0
    for one in own.rules:
        try:
            nodes = [graph.nodes[id_] for id_ in selected(one, graph, known)]
        except MistakenError as error:
            found.append(one.finding(rules.MISTAKEN, error.path, problem=error.problem, advice=error.advice))
            continue
        for node in nodes:
            at, place = writing.of(node)
            if at is None or not one.condition.holds(place):
                continue
            if doubts.of_document(at):
                held_back += 1
            else:
                found.append(_finding(one, place, writing.span(place, one.condition.fields, at)))
    return tuple(found), held_back


def _at(node: Node, graph: ExecutionGraph) -> Mark | None:
    """Return where a node is written, else the playbook that it is a part of."""
    if node.at is None and node.playbook:
        node = graph.nodes[node.playbook]
    origin = node.origin
    return origin.id_at if isinstance(origin, Document | Step) else node.at


def _finding(own: OwnRule, place: Place, span: Span) -> Finding:
    node, written = place.node, place.written
    role = next(leaves(written.get("by") or written.get("owner")), "")
    args: dict[str, str | Phrase] = {
        "id": node.id.partition("/")[2],
        "kind": node.kind,
        "title": _title(node),
        "playbook": (node.playbook or node.id).partition("/")[2],
        "step": node.id.rpartition("/")[2],
        "role": role,
        "channel": ", ".join(leaves(written.get("via"))),
        "value": next((one for name in reversed(own.condition.fields) if (one := _said(written, name))), ""),
    }
    texts = "".join(text for phrase in (own.rule.message, own.rule.fix) for text in (phrase.zh, phrase.en))
    used = {name: _short(value) for name, value in args.items() if f"{{{name}}}" in texts}
    return Finding(own.rule, span, used, node.id)


def _said(written: Mapping[str, Value], name: str) -> str:
    return ", ".join(leaves(field_of(written, name)))


def _title(node: Node) -> str | Phrase:
    title = node.title
    return Phrase(title.pick("zh-CN"), title.pick("en")) if title else node.id.rpartition("/")[2]


def _short(value: str | Phrase) -> str | Phrase:
    if isinstance(value, Phrase):
        return Phrase(str(_short(value.zh)), str(_short(value.en)))
    line = " ".join(value.split()) or NOTHING
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


@dataclass(slots=True)
class _Writing:
    """What is written at the places of a forest, document by document."""

    forest: Forest
    graph: ExecutionGraph
    _mappings: dict[int, dict[int, Mapping[str, Value]]] = field(default_factory=dict)
    _places: dict[str, tuple[Mark | None, Place]] = field(default_factory=dict)

    def of(self, node: Node) -> tuple[Mark | None, Place]:
        """Return where a node is written, None for what no file of the workspace says, and what is written of it."""
        known = self._places.get(node.id)
        if known is None:
            at = _at(node, self.graph)
            own = at is not None and not self.forest.tree(at).source.path.startswith(BUILTIN)
            found = self._found(node)
            place = Place(node, found[1] if found else {}, self.graph)
            known = self._places[node.id] = (at if own else None, place)
        return known

    def span(self, place: Place, fields: tuple[str, ...], otherwise: Mark) -> Span:
        """Return where the last of the fields that is there is written, else the node."""
        found = self._found(place.node)
        if found is not None:
            tree = self.forest.tree(otherwise)
            keys = {key: key_at for key, key_at, _, _ in tree.items(found[0], dict(found[1]))}
            named = next((keys[name] for one in reversed(fields) if (name := one.partition(".")[0]) in keys), None)
            if named is not None:
                return tree.span(named)
        return self.forest.span(otherwise)

    def _found(self, node: Node) -> tuple[int, Mapping[str, Value]] | None:
        origin = node.origin
        mark = origin.at if isinstance(origin, Document | Step) else node.at
        if mark is None:
            return None
        tree, at = self.forest.tree(mark), mark & (MAX_NODES - 1)
        known = self._mappings.get(id(tree))
        if known is None:
            known = self._mappings[id(tree)] = {}
            _gather(tree, 0, tree.value, known)
        return next(((one, known[one]) for one in (at, at + 1) if one in known), None)


def _gather(tree: Tree, at: int, value: Value, found: dict[int, Mapping[str, Value]]) -> None:
    if isinstance(value, dict):
        found[at] = value
        for _, _, one, child in tree.items(at, value):
            if isinstance(one, dict | list):
                _gather(tree, child, one, found)
    elif isinstance(value, list):
        for one, child in tree.elements(at, value):
            if isinstance(one, dict | list):
                _gather(tree, child, one, found)
