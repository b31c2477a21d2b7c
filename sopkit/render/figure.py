"""Flow figures: panels of labelled nodes and edges in, one SVG or its text equivalent out.

The SVG stands alone: it follows the reader's light or dark setting, prints black on white, names itself to screen readers,
loads nothing and runs nothing.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from sopkit.frozen import dataclass
from sopkit.render.layout import Box, Drawing, Link, Placed, draw
from sopkit.text import Lang, Phrase

Look = Literal["trigger", "stage", "tool", "person", "choice", "wait", "exit", "calendar", "measure", "noun"]
Stroke = Literal["flow", "interrupt", "effect"]

LABEL_SIZE: Final = 14.0
DETAIL_SIZE: Final = 11.5
EDGE_SIZE: Final = 11.5
LABEL_EM: Final = 13.0
"""Widest line of a node's label, in ems; longer ones are wrapped."""
EDGE_EM: Final = 15.0
LEADING: Final = 1.35
PADDING: Final = 10.0
HEADING: Final = 34.0


@dataclass(frozen=True, slots=True)
class Node:
    """What is drawn as a box: its words, a smaller second text, and its look."""

    id: str
    label: str
    detail: str
    look: Look


@dataclass(frozen=True, slots=True)
class Edge:
    """`flow` is what happens next, `interrupt` cuts in, `effect` is everything else (data, measures, staff)."""

    source: str
    target: str
    label: str
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing under a heading; every edge's ends are among its nodes."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


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

STYLE: Final = """\
.f{--bg:#fff;--ink:#1c2530;--soft:#5b6775;--line:#77838f;--edge:#3f4b57;--tool:#eaf2fb;--person:#fdf1e0;--trigger:#e6f5ec;\
--wait:#f1f3f5;--stage:#efeafa;--measure:#e4f4f6;--cut:#b3402e;background:var(--bg);\
font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
@media (prefers-color-scheme:dark){.f{--bg:#14181d;--ink:#e8edf2;--soft:#a9b4bf;--line:#7d8995;--edge:#b9c4ce;--tool:#1d2d40;\
--person:#3b2d17;--trigger:#17352a;--wait:#262c33;--stage:#2d2742;--measure:#16353a;--cut:#ff9180}}
@media print{.f{--bg:#fff;--ink:#000;--soft:#333;--line:#444;--edge:#222;--tool:#fff;--person:#f2f2f2;--trigger:#fff;--wait:#fff;\
--stage:#fff;--measure:#fff;--cut:#000}}
.f text{fill:var(--ink)}.f .d,.f .e{fill:var(--soft)}.f .h{font-weight:600}
.f .b{stroke:var(--line);stroke-width:1.2;fill:var(--wait)}.f .tool{fill:var(--tool)}.f .person{fill:var(--person)}
.f .trigger,.f .calendar{fill:var(--trigger)}.f .stage{fill:var(--stage)}.f .measure,.f .noun{fill:var(--measure)}
.f .l{fill:none;stroke:var(--edge);stroke-width:1.3}.f .interrupt{stroke:var(--cut);stroke-dasharray:6 4}
.f .effect{stroke-dasharray:2 3}.f .m{fill:var(--edge)}.f .mi{fill:var(--cut)}"""


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is drawn at `size` pixels; generous, since fonts differ."""
    return size * sum(_em(char) for char in text)


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if unicodedata.combining(char):
        return 0.0
    return 0.74 if char.isupper() or char in "mwMW@%≥≤→" else 0.6


def wrap(text: str, widest: float) -> list[str]:
    """Break `text` into lines of at most `widest` ems, at spaces where there are any; never an empty list."""
    lines: list[str] = []
    line = ""
    for word in _words(" ".join(text.split())):
        if line and text_width(line + word.rstrip(), 1.0) > widest:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """Split into pieces that must stay together: runs of narrow letters with their space, and single wide characters."""
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        closing = char in "，。、；：！？）】》」…％%"
        if pieces and (closing or (not wide and pieces[-1][-1] != " " and not _is_wide(pieces[-1][-1]))):
            pieces[-1] += char
        else:
            pieces.append(char)
    return [part for piece in pieces for part in _chop(piece)]


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _chop(piece: str, longest: int = 22) -> list[str]:
    return [piece[at : at + longest] for at in range(0, len(piece), longest)]


def to_svg(figure: Figure) -> str:
    """Return the figure as one SVG document; the same figure gives the same bytes."""
    parts: list[str] = []
    width, y = 320.0, 8.0
    for panel in figure.panels:
        drawing = _lay_out(panel)
        parts += _panel(panel, drawing, y)
        width = max(width, drawing.width, text_width(panel.title, 16.0) + 32)
        y += drawing.height + HEADING + 8
    size = f'width="{_n(width)}" height="{_n(y)}" viewBox="0 0 {_n(width)} {_n(y)}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="f" role="img" lang={quoteattr(figure.lang)} {size}'
        f' aria-labelledby="t d">'
    )
    described = f'<title id="t">{_clean(figure.title)}</title>\n<desc id="d">{_clean(to_text(figure))}</desc>'
    return "\n".join((head, described, f"<style>{STYLE}</style>", *MARKERS, *parts, "</svg>", ""))


MARKERS: Final = (
    "<defs>",
    '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="m" d="M0 0L8 4L0 8z"/></marker>',
    '<marker id="i" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="mi" d="M0 0L8 4L0 8z"/></marker>',
    "</defs>",
)


def to_text(figure: Figure) -> str:
    """Return the figure in words, a line for each node with what follows it: for screen readers and plain text."""
    lines: list[str] = []
    for panel in figure.panels:
        lines.append(panel.title)
        names = {node.id: node.label for node in panel.nodes}
        for node in panel.nodes:
            ways = [_way(edge, names) for edge in panel.edges if edge.source == node.id]
            detail = f" ({node.detail})" if node.detail else ""
            lines.append(
                f"- {WORDS[node.look].within(figure.lang)}: {node.label}{detail}{' ' if ways else ''}{'; '.join(ways)}"
            )
    return "\n".join(lines)


def _way(edge: Edge, names: dict[str, str]) -> str:
    label = f" [{edge.label}]" if edge.label else ""
    return f"→{label} {names[edge.target]}"


def _lay_out(panel: Panel) -> Drawing:
    boxes = [Box(node.id, *_box_size(node)) for node in panel.nodes]
    links = [Link(edge.source, edge.target, *_label_size(edge.label)) for edge in panel.edges]
    return draw(boxes, links)


def _box_size(node: Node) -> tuple[float, float]:
    label, detail = wrap(node.label, LABEL_EM), _detail_lines(node)
    widths = [text_width(line, LABEL_SIZE) for line in label] + [text_width(line, DETAIL_SIZE) for line in detail]
    height = LEADING * (LABEL_SIZE * len(label) + DETAIL_SIZE * len(detail))
    slack = 16.0 if node.look in {"choice", "trigger", "exit"} else 0.0
    return max(64.0, *widths) + 2 * PADDING + slack, height + 1.4 * PADDING


def _detail_lines(node: Node) -> list[str]:
    return wrap(node.detail, LABEL_EM * LABEL_SIZE / DETAIL_SIZE) if node.detail else []


def _label_size(label: str) -> tuple[float, float]:
    if not label:
        return 0.0, 0.0
    lines = wrap(label, EDGE_EM)
    return max(text_width(line, EDGE_SIZE) for line in lines) + 8, LEADING * EDGE_SIZE * len(lines)


def _panel(panel: Panel, drawing: Drawing, top: float) -> list[str]:
    parts = [
        f'<g transform="translate(0 {_n(top)})">',
        f'<text class="h" x="16" y="22" font-size="16">{_clean(panel.title)}</text>',
        f'<g transform="translate(0 {_n(HEADING)})">',
    ]
    for edge, way in zip(panel.edges, drawing.links, strict=True):
        arrow = "i" if edge.stroke == "interrupt" else "a"
        parts.append(
            f'<path class="l {edge.stroke}" marker-end="url(#{arrow})" d="{_path(way.points, way.label, edge.label)}"/>'
        )
    for edge, way in zip(panel.edges, drawing.links, strict=True):
        if way.label:
            parts += _lines(wrap(edge.label, EDGE_EM), way.label.x, way.label.y, EDGE_SIZE, "e")
    for node in panel.nodes:
        parts += _node(node, drawing.boxes[node.id])
    return [*parts, "</g>", "</g>"]


def _path(points: Sequence[tuple[float, float]], label: Placed | None, text: str) -> str:
    """Return path data: straight inside layers, curved between them, broken where the label stands."""
    half = _label_size(text)[1] / 2
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (x, y), (x2, y2) in itertools.pairwise(points):
        middle = (y + y2) / 2
        if label and x == x2 == label.x and min(y, y2) <= label.y <= max(y, y2):
            down = 1 if y2 > y else -1
            parts.append(f"L{_n(x)} {_n(label.y - down * half)}M{_n(x)} {_n(label.y + down * half)}L{_n(x2)} {_n(y2)}")
        elif x == x2 or y == y2:
            parts.append(f"L{_n(x2)} {_n(y2)}")
        else:
            parts.append(f"C{_n(x)} {_n(middle)} {_n(x2)} {_n(middle)} {_n(x2)} {_n(y2)}")
    return "".join(parts)


def _node(node: Node, at: Placed) -> list[str]:
    width, height = _box_size(node)
    left, top = at.x - width / 2, at.y - height / 2
    if node.look == "choice":
        tip = 12.0
        corners = (
            (left, at.y),
            (left + tip, top),
            (left + width - tip, top),
            (left + width, at.y),
            (left + width - tip, top + height),
            (left + tip, top + height),
        )
        shape = f'<polygon class="b choice" points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}"/>'
    else:
        round_ = height / 2 if node.look in {"trigger", "exit", "calendar"} else 6.0 if node.look != "stage" else 12.0
        place = f'x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_)}"'
        shape = f'<rect class="b {node.look}" {place}/>'
    label, detail = wrap(node.label, LABEL_EM), _detail_lines(node)
    total = LEADING * (LABEL_SIZE * len(label) + DETAIL_SIZE * len(detail))
    middle = at.y - total / 2 + LEADING * LABEL_SIZE * len(label) / 2
    parts = [f"<g><title>{_clean(node.id)}</title>", shape, *_lines(label, at.x, middle, LABEL_SIZE, "")]
    if detail:
        below = at.y + total / 2 - LEADING * DETAIL_SIZE * len(detail) / 2
        parts += _lines(detail, at.x, below, DETAIL_SIZE, "d")
    return [*parts, "</g>"]


def _lines(lines: Sequence[str], x: float, y: float, size: float, style: str) -> list[str]:
    """Return centred text lines around `y`."""
    first = y - (len(lines) - 1) * LEADING * size / 2 + 0.36 * size
    named = f' class="{style}"' if style else ""
    return [
        f'<text{named} x="{_n(x)}" y="{_n(first + n * LEADING * size)}" font-size="{size}" text-anchor="middle">{_clean(line)}</text>'
        for n, line in enumerate(lines)
    ]


def _clean(text: str) -> str:
    """Escape for XML, without characters that XML 1.0 forbids."""
    kept = (
        char
        for char in text
        if char in "\n\t" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )
    return escape("".join(kept))


def _n(value: float) -> str:
    """A length with one decimal, without a needless `.0`."""
    return f"{value:.1f}".removesuffix(".0")
