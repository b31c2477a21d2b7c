"""A flow figure goes in; one SVG comes out.

The SVG stands alone: it follows the reader's light or dark setting, prints black on white, names itself to screen readers,
loads nothing and runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sopkit.frozen import dataclass
from sopkit.render.figure import Figure, Node, Panel, to_text
from sopkit.render.layout import draw
from sopkit.render.lettering import text_width, wrap
from sopkit.render.lines import curved, rounded
from sopkit.render.shapes import MARGIN, Box, Drawing, Link, Placed
from sopkit.render.swimlanes import Lane, draw_in_lanes

LABEL_SIZE: Final = 14.0
DETAIL_SIZE: Final = 11.5
EDGE_SIZE: Final = 11.5
HEADING_SIZE: Final = 16.0
LEADING: Final = 1.35
PADDING: Final = 10.0
HEADING: Final = 34.0
LANE_PADDING: Final = 8.0
NARROWEST: Final = 320.0
FOOT_FROM: Final = 700.0
"""A drawing with lanes that is higher than this names them at its foot too."""

STYLE: Final = """\
.f{--bg:#fff;--ink:#1c2530;--soft:#5b6775;--line:#77838f;--edge:#3f4b57;--tool:#eaf2fb;--person:#fdf1e0;--trigger:#e6f5ec;\
--wait:#f1f3f5;--stage:#efeafa;--measure:#e4f4f6;--cut:#b3402e;--odd:#fafbfc;--even:#f2f5f8;--rule:#c9d1d9;background:var(--bg);\
font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
@media (prefers-color-scheme:dark){.f{--bg:#14181d;--ink:#e8edf2;--soft:#a9b4bf;--line:#7d8995;--edge:#b9c4ce;--tool:#1d2d40;\
--person:#3b2d17;--trigger:#17352a;--wait:#262c33;--stage:#2d2742;--measure:#16353a;--cut:#ff9180;--odd:#171c21;--even:#1d232a;\
--rule:#3b4650}}
@media print{.f{--bg:#fff;--ink:#000;--soft:#333;--line:#444;--edge:#222;--tool:#fff;--person:#f2f2f2;--trigger:#fff;--wait:#fff;\
--stage:#fff;--measure:#fff;--cut:#000;--odd:#fff;--even:#fff;--rule:#999}}
.f text{fill:var(--ink)}.f .d,.f .e{fill:var(--soft)}.f .h{font-weight:600}
.f .odd{fill:var(--odd);stroke:var(--rule);stroke-width:1}.f .even{fill:var(--even);stroke:var(--rule);stroke-width:1}
.f .b{stroke:var(--line);stroke-width:1.2;fill:var(--wait)}.f .tool{fill:var(--tool)}.f .person{fill:var(--person)}
.f .trigger,.f .calendar{fill:var(--trigger)}.f .stage{fill:var(--stage)}.f .measure,.f .noun{fill:var(--measure)}
.f .away{fill:var(--bg);stroke-dasharray:4 3}
.f .l{fill:none;stroke:var(--edge);stroke-width:1.3}.f .interrupt{stroke:var(--cut);stroke-dasharray:6 4}
.f .effect{stroke-dasharray:2 3}.f .m{fill:var(--edge)}.f .mi{fill:var(--cut)}"""

FORBIDDEN: Final = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKERS: Final = (
    "<defs>",
    '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="m" d="M0 0L8 4L0 8z"/></marker>',
    '<marker id="i" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="mi" d="M0 0L8 4L0 8z"/></marker>',
    "</defs>",
)


def to_svg(figure: Figure, drawn: Sequence[PanelDrawing] = (), *, headed: bool = True) -> str:
    """Return the figure as one SVG document; the same figure gives the same bytes. `drawn`: its panels, where they are drawn already."""
    parts: list[str] = []
    width, y = NARROWEST, 8.0
    for panel in drawn or [PanelDrawing(panel) for panel in figure.panels]:
        title = HEADING if headed and panel.panel.title else 0.0
        parts += panel.parts(y, title)
        width = max(
            width, panel.drawing.width, text_width(panel.panel.title, HEADING_SIZE) + 2 * MARGIN if title else 0.0
        )
        y += title + panel.height + 8
    size = f'width="{_n(width)}" height="{_n(y)}" viewBox="0 0 {_n(width)} {_n(y)}" preserveAspectRatio="xMinYMin"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="f" role="img" lang={quoteattr(figure.lang)} {size}'
        f' aria-labelledby="t d">'
    )
    described = f'<title id="t">{_clean(figure.title)}</title>\n<desc id="d">{_clean(to_text(figure))}</desc>'
    return "\n".join((head, described, f"<style>{STYLE}</style>", *MARKERS, *parts, "</svg>", ""))


@dataclass(frozen=True, slots=True)
class _Ems:
    """The widest line of a box's label, of a line's and of a lane's, in ems; what is longer is wrapped."""

    box: float
    edge: float
    lane: float = 0.0


FREE: Final = _Ems(13.0, 15.0)
FEW_LANES: Final = _Ems(10.0, 11.0, 9.0)
MANY_LANES: Final = _Ems(8.5, 9.0, 8.0)
MANY: Final = 5
"""Lanes from which on they are narrower."""


class PanelDrawing:
    """A panel with the places of all that is in it."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.ems = FREE if not panel.lanes else FEW_LANES if len(panel.lanes) < MANY else MANY_LANES
        self.sizes = {node.id: self._box_size(node) for node in panel.nodes}
        boxes = [Box(node.id, *self.sizes[node.id]) for node in panel.nodes]
        links = [Link(edge.source, edge.target, *self._label_size(edge.label)) for edge in panel.edges]
        lanes = [Lane(self._head_width(lane.title), lane.nodes) for lane in panel.lanes]
        self.drawing: Drawing = draw_in_lanes(boxes, links, lanes) if lanes else draw(boxes, links)
        self.heads = [
            wrap(lane.title, (column.right - column.left - 2 * LANE_PADDING) / LABEL_SIZE)
            for lane, column in zip(panel.lanes, self.drawing.columns, strict=True)
        ]
        rows = max(map(len, self.heads), default=0)
        self.head = LEADING * LABEL_SIZE * rows + 2 * LANE_PADDING if rows else 0.0
        self.foot = self.head if self.drawing.height > FOOT_FROM else 0.0
        self.height = self.head + self.drawing.height + self.foot

    def _box_size(self, node: Node) -> tuple[float, float]:
        label, detail = self._words(node)
        widths = [text_width(line, LABEL_SIZE) for line in label] + [text_width(line, DETAIL_SIZE) for line in detail]
        height = LEADING * (LABEL_SIZE * len(label) + DETAIL_SIZE * len(detail))
        slack = 16.0 if node.look in {"choice", "trigger", "exit"} else 0.0
        return max(64.0, *widths) + 2 * PADDING + slack, height + 1.4 * PADDING

    def _words(self, node: Node) -> tuple[Sequence[str], Sequence[str]]:
        """Return the lines of a box, and the smaller ones below."""
        small = node.small(self.panel.by)
        return wrap(node.label, self.ems.box), wrap(small, self.ems.box * LABEL_SIZE / DETAIL_SIZE) if small else ()

    def _label_size(self, label: str) -> tuple[float, float]:
        if not label:
            return 0.0, 0.0
        lines = wrap(label, self.ems.edge)
        return max(text_width(line, EDGE_SIZE) for line in lines) + 8, LEADING * EDGE_SIZE * len(lines)

    def _head_width(self, title: str) -> float:
        return max(text_width(line, LABEL_SIZE) for line in wrap(title, self.ems.lane)) + 1

    def parts(self, top: float, title: float) -> list[str]:
        """Return the elements, from `top` on, below a title of that height, if any: lanes below lines below words and boxes."""
        panel, drawing = self.panel, self.drawing
        parts = [f'<g transform="translate(0 {_n(top)})">']
        if title:
            parts.append(f'<text class="h" x="16" y="22" font-size="{HEADING_SIZE}">{_clean(panel.title)}</text>')
        parts.append(f'<g transform="translate(0 {_n(title + self.head)})">')
        for number, (lines, column) in enumerate(zip(self.heads, drawing.columns, strict=True)):
            x, width = column.left, column.right - column.left
            height = self.head + drawing.height + self.foot
            shade = "even" if number % 2 else "odd"
            place = f'x="{_n(x)}" y="{_n(-self.head)}" width="{_n(width)}" height="{_n(height)}"'
            parts.append(f'<rect class="{shade}" {place}/>')
            parts += _lines(lines, Placed(x + width / 2, -self.head / 2), LABEL_SIZE, "h")
            if self.foot:
                parts += _lines(lines, Placed(x + width / 2, drawing.height + self.foot / 2), LABEL_SIZE, "h")
        for edge, way in zip(panel.edges, drawing.links, strict=True):
            arrow = "i" if edge.stroke == "interrupt" else "a"
            path = (rounded if panel.lanes else curved)(way, *self._label_size(edge.label))
            parts.append(f'<path class="l {edge.stroke}" marker-end="url(#{arrow})" d="{path}"/>')
        for edge, way in zip(panel.edges, drawing.links, strict=True):
            if way.label:
                parts += _lines(wrap(edge.label, self.ems.edge), way.label, EDGE_SIZE, "e")
        for node in panel.nodes:
            parts += self._node(node, drawing.boxes[node.id])
        return [*parts, "</g>", "</g>"]

    def _node(self, node: Node, at: Placed) -> list[str]:
        width, height = self.sizes[node.id]
        label, detail = self._words(node)
        total = LEADING * (LABEL_SIZE * len(label) + DETAIL_SIZE * len(detail))
        middle = at.y - total / 2 + LEADING * LABEL_SIZE * len(label) / 2
        parts = [f"<g><title>{_clean(node.id)}</title>", _shape(node, at, width, height)]
        parts += _lines(label, Placed(at.x, middle), LABEL_SIZE, "")
        if detail:
            below = at.y + total / 2 - LEADING * DETAIL_SIZE * len(detail) / 2
            parts += _lines(detail, Placed(at.x, below), DETAIL_SIZE, "d")
        return [*parts, "</g>"]


def _shape(node: Node, at: Placed, width: float, height: float) -> str:
    left, top = at.x - width / 2, at.y - height / 2
    look = f"b {node.look} away" if node.elsewhere else f"b {node.look}"
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
        return f'<polygon class="{look}" points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}"/>'
    round_ = height / 2 if node.look in {"trigger", "exit", "calendar"} else 6.0 if node.look != "stage" else 12.0
    place = f'x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_)}"'
    return f'<rect class="{look}" {place}/>'


def _lines(lines: Sequence[str], at: Placed, size: float, style: str) -> list[str]:
    """Return text lines centred at a place."""
    first = at.y - (len(lines) - 1) * LEADING * size / 2 + 0.36 * size
    named = f' class="{style}"' if style else ""
    return [
        f'<text{named} x="{_n(at.x)}" y="{_n(first + n * LEADING * size)}" font-size="{size}" text-anchor="middle">{_clean(line)}</text>'
        for n, line in enumerate(lines)
    ]


def _clean(text: str) -> str:
    """Escape for XML, without characters that XML 1.0 forbids."""
    return escape(FORBIDDEN.sub("", text))


def _n(value: float) -> str:
    """A length with one decimal, without a needless `.0`."""
    return f"{value:.1f}".removesuffix(".0")
