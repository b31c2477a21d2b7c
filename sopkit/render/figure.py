"""Flow figures as values: panels of labelled nodes and edges, in lanes where somebody's part is worth showing; and the same in words."""

from __future__ import annotations

from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.text import Lang, Phrase

Look = Literal["trigger", "stage", "tool", "person", "choice", "wait", "exit", "calendar", "measure", "noun"]
Stroke = Literal["flow", "interrupt", "effect"]
By = Literal["role", "tool"]
"""What lanes are divided by."""


@dataclass(frozen=True, slots=True)
class Node:
    """What is drawn as a box: its words, a smaller second text, its look, and who does it with what."""

    id: str
    label: str
    detail: str
    look: Look
    role: str = ""
    """What those who do it are called; '' where nobody is named."""
    tool: str = ""
    """What the tool is called that does it, or with which it is done."""
    elsewhere: bool = False
    """It stands in another panel; here a line ends at it."""

    def small(self, by: By | Literal[""] = "") -> str:
        """Return the second text; who does it is left out where lanes tell it."""
        return " · ".join(part for part in ("" if by == "role" else self.role, self.detail) if part)


@dataclass(frozen=True, slots=True)
class Edge:
    """`flow` is what happens next, `interrupt` cuts in, `effect` is everything else (data, measures, staff)."""

    source: str
    target: str
    label: str
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Lane:
    title: str
    nodes: frozenset[str]
    """Ids."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing under a heading; every edge's ends are among its nodes, and each of them is in one lane where there are any."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lanes: tuple[Lane, ...] = ()
    """From left to right."""
    by: By | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    panels: tuple[Panel, ...]
    lang: Lang


WORDS: Final = {
    "trigger": Phrase("触发", "trigger"),
    "stage": Phrase("阶段", "stage"),
    "tool": Phrase("系统", "tool"),
    "person": Phrase("人工", "person"),
    "choice": Phrase("分支", "choice"),
    "wait": Phrase("等待", "wait"),
    "exit": Phrase("离开", "exit"),
    "calendar": Phrase("日历", "calendar"),
    "measure": Phrase("指标", "measure"),
    "noun": Phrase("名词", "noun"),
}
LANES: Final[dict[By, Phrase]] = {
    "role": Phrase("泳道（按岗位，从左到右）：{lanes}", "Lanes by role, from left to right: {lanes}"),
    "tool": Phrase("泳道（按系统，从左到右）：{lanes}", "Lanes by tool, from left to right: {lanes}"),
}


def to_text(figure: Figure) -> str:
    """Return the figure in words, a line for each node with what follows it: for screen readers and plain text."""
    lines: list[str] = []
    for panel in figure.panels:
        lines += [line for line in (panel.title, _lanes(panel, figure.lang)) if line]
        lane_of = {id_: lane.title for lane in panel.lanes for id_ in lane.nodes}
        names = {node.id: node.label for node in panel.nodes}
        for node in panel.nodes:
            ways = [_way(edge, names) for edge in panel.edges if edge.source == node.id]
            small = node.small(panel.by)
            detail = f" ({small})" if small else ""
            lane = f" · {lane_of[node.id]}" if node.id in lane_of else ""
            said = f"- {WORDS[node.look].within(figure.lang)}{lane}: {node.label}{detail}"
            lines.append(" ".join((said, "; ".join(ways))) if ways else said)
    return "\n".join(lines)


def _lanes(panel: Panel, lang: Lang) -> str:
    """Return what the lanes are, from left to right."""
    if not panel.by:
        return ""
    between = Phrase("、", ", ").within(lang)
    return LANES[panel.by].fill(lang, {"lanes": between.join(lane.title for lane in panel.lanes)})


def _way(edge: Edge, names: dict[str, str]) -> str:
    label = f" [{edge.label}]" if edge.label else ""
    return f"→{label} {names[edge.target]}"
