"""The boxes and lines of one panel go in; the lanes in which they are best drawn come out: by who does them, or with which tool."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from sopkit.render.figure import By, Edge, Lane, Node, Panel
from sopkit.text import Lang, Phrase

Wish = Literal["best", "role", "tool", "none"]

AUTOMATIC: Final = Phrase("系统自动", "Automatic")
BY_HAND: Final = Phrase("人工", "By hand")
MOST: Final = 6
"""With more lanes than this a drawing is wider than a page; the boxes name who does them instead."""
TURNS: Final = 6
"""Of up to so many lanes every order is tried."""
PROCEDURE: Final = "procedure/"


def in_lanes(panel: Panel, wish: Wish, lang: Lang) -> Panel:
    """Return the panel with lanes as wished; `best` chooses. Without any where all would be in one."""
    if wish == "none":
        return panel
    ways: list[tuple[By, dict[str, str]]] = [
        (by, _spread(panel, {node.id: _own(node, by, lang) for node in panel.nodes}))
        for by in ("role", "tool")
        if wish in (by, "best")
    ]
    if wish == "best":
        if any(node.id.startswith(PROCEDURE) for node in panel.nodes):
            ways = ways[:1]
        ways = [way for way in ways if len(set(way[1].values())) <= MOST]
    by, lane_of = max(ways, key=lambda way: len(set(way[1].values())), default=("role", {}))
    if len(set(lane_of.values())) < 2:
        return panel
    lanes = tuple(
        Lane(title, frozenset(id_ for id_, one in lane_of.items() if one == title))
        for title in _ordered(panel, lane_of)
    )
    return replace(panel, lanes=lanes, by=by)


def _own(node: Node, by: By, lang: Lang) -> str:
    """Return the lane that a box names itself; '' for what happens between steps: triggers, waits, the end."""
    if by == "role":
        is_done = node.look in {"tool", "person"} or (node.look == "choice" and node.tool)
        return node.role or (AUTOMATIC.within(lang) if is_done else "")
    if node.tool and node.look != "wait":
        return node.tool
    return {"person": BY_HAND, "tool": AUTOMATIC}[node.look].within(lang) if node.look in {"person", "tool"} else ""


def _spread(panel: Panel, own: Mapping[str, str]) -> dict[str, str]:
    """Return the lane of every box: those that name none stand with what comes before them, at the start with what follows."""
    lane_of = dict(own)
    if not any(lane_of.values()):
        return {}
    before: dict[str, list[str]] = {node.id: [] for node in panel.nodes}
    after: dict[str, list[str]] = {node.id: [] for node in panel.nodes}
    for edge in panel.edges:
        if edge.stroke != "effect" and edge.source != edge.target:
            before[edge.target].append(edge.source)
            after[edge.source].append(edge.target)
    left = [node.id for node in panel.nodes if not lane_of[node.id]]
    while left:
        found = {id_: _near(lane_of, before[id_]) for id_ in left}
        found = {id_: lane for id_, lane in found.items() if lane} or {
            id_: lane for id_ in left if (lane := _near(lane_of, after[id_]))
        }
        if not found:
            found = dict.fromkeys(left, next(filter(None, lane_of.values())))
        lane_of.update(found)
        left = [id_ for id_ in left if not lane_of[id_]]
    return lane_of


def _near(lane_of: Mapping[str, str], neighbours: Sequence[str]) -> str:
    return next((lane_of[id_] for id_ in neighbours if lane_of[id_]), "")


def _ordered(panel: Panel, lane_of: Mapping[str, str]) -> Sequence[str]:
    """Return the lanes in the order in which lines pass the fewest of them, and in which the flow starts at the left."""
    titles = tuple(dict.fromkeys(lane_of[node.id] for node in panel.nodes))
    if len(titles) > TURNS:
        return titles
    pairs = [_pair(edge, lane_of) for edge in panel.edges]
    return min(
        itertools.permutations(titles), key=lambda turn: sum(abs(turn.index(a) - turn.index(b)) for a, b in pairs)
    )


def _pair(edge: Edge, lane_of: Mapping[str, str]) -> tuple[str, str]:
    return lane_of[edge.source], lane_of[edge.target]
