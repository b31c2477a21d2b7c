"""Layered drawing with lanes: sized boxes, labelled links and lanes in, coordinates out; pure and deterministic.

Each lane is a column with its boxes and labels; what only passes runs in a gutter between two columns, so that nothing stands in its
way. Between two rows a link moves sideways on a track of its own; links share one only where they leave or enter the same box.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.coordinates import Cell, spread
from sopkit.render.layers import assign_layers, break_cycles, order, pairs_of
from sopkit.render.loops import loop_ways, loops_of, room_with
from sopkit.render.shapes import LINE_WIDTH, MARGIN, Box, Column, Drawing, Link, Placed, Routed
from sopkit.render.tracks import Shift, assign_tracks

PADDING: Final = 12.0
"""Between a column's edge and what stands in it."""
ABOVE_TRACKS: Final = 10.0
BELOW_TRACKS: Final = 15.0
"""Room for the head of an arrow."""
TRACK: Final = 9.0
PORT: Final = 0.3
"""How far beside the middle of its box a link runs back, as a share of the width."""
ASIDE: Final = 10.0
"""How far beside the middle a link enters where another would run into it."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A column: how wide its head is at least, and the ids of its boxes."""

    width: float
    boxes: Collection[str]


@dataclass(frozen=True, slots=True)
class _Way:
    """A link in cells from its upper end to its lower one; `turned` where that is against its direction."""

    cells: tuple[int, ...]
    label: int | None
    turned: bool
    twin: int = 0
    """1, 2 for the second and third link between the same two boxes."""

    @property
    def is_central(self) -> bool:
        """Whether it meets its boxes in the middle."""
        return not self.turned and not self.twin


def draw_in_lanes(boxes: Sequence[Box], links: Sequence[Link], lanes: Sequence[Lane]) -> Drawing:
    """Place `boxes` in layers from top to bottom, each in its lane, and route `links`. Every box belongs to one of the lanes."""
    place = {box.id: n for n, box in enumerate(boxes)}
    lane_of = {id_: n for n, lane in enumerate(lanes) for id_ in lane.boxes}
    ends = [(place[link.source], place[link.target]) for link in links]
    loops = loops_of(links, ends, len(boxes))
    forward = break_cycles(len(boxes), ends)
    layers = assign_layers(len(boxes), forward)
    cells = [
        Cell(2 * layers[n], *room_with(box, loops[n]), lane=2 * lane_of[box.id] + 1) for n, box in enumerate(boxes)
    ]
    ways = _lay_ways(cells, links, ends, forward)
    pairs = pairs_of(way.cells for way in ways)
    rows = order(cells, pairs)
    columns = _set_columns(cells, rows, pairs, lanes)
    for cell, box in zip(cells, boxes, strict=False):
        cell.width, cell.height = box.width, box.height
    paths = _Paths(cells, rows, ways, [room_with(box, loops[n])[1] for n, box in enumerate(boxes)])
    middles = [Placed(cell.x, paths.middle(n)) for n, cell in enumerate(cells[: len(boxes)])]
    beside = [iter(loop_ways(box, middles[n], loops[n])) for n, box in enumerate(boxes)]
    routed = tuple(
        next(beside[pair[0]]) if len(way.cells) == 1 else paths.route(number, way)
        for number, (way, pair) in enumerate(zip(ways, ends, strict=True))
    )
    placed = {box.id: middles[n] for n, box in enumerate(boxes)}
    return Drawing(columns[-1].right + MARGIN, paths.height, placed, routed, columns)


def _lay_ways(
    cells: list[Cell], links: Sequence[Link], ends: Sequence[tuple[int, int]], forward: Sequence[tuple[int, int]]
) -> list[_Way]:
    """Return the way of each link; append cells for its label and for where it passes."""
    labelled = [pair for link, pair in zip(links, forward, strict=True) if link.label_width and pair[0] != pair[1]]
    leaving, arriving = Counter(upper for upper, _ in labelled), Counter(lower for _, lower in labelled)
    late = {pair: arriving[pair[1]] <= leaving[pair[0]] for pair in forward}
    heights = {_label_layer(cells, pair, late=late[pair]) for pair in labelled}
    twins: Counter[tuple[int, int]] = Counter()
    ways: list[_Way] = []
    for link, given, pair in zip(links, ends, forward, strict=True):
        upper, lower = pair
        if upper == lower:
            ways.append(_Way((upper,), None, turned=False))
            continue
        turned = given != pair
        near = lower if late[pair] else upper
        own = _label_layer(cells, pair, late=late[pair])
        gutter = _gutter(cells[upper].lane, cells[lower].lane, late=late[pair], turned=turned)
        short = cells[lower].layer - cells[upper].layer == 2
        beside = turned or (not short and cells[upper].lane == cells[lower].lane)
        chain, label = [upper], None
        for layer in range(cells[upper].layer + 1, cells[lower].layer):
            if layer % 2 and layer not in heights:
                continue
            if link.label_width and layer == own:
                label, lane = len(cells), gutter if beside else cells[near].lane
                cells.append(Cell(layer, link.label_width, link.label_height, is_line=True, lane=lane))
            else:
                lane = cells[near].lane if short and not turned else gutter
                cells.append(Cell(layer, LINE_WIDTH, 0.0, is_line=True, lane=lane))
            chain.append(len(cells) - 1)
        ways.append(_Way((*chain, lower), label, turned, twins[pair]))
        twins[pair] += not turned
    dense = {layer: count for count, layer in enumerate(sorted({cell.layer for cell in cells}))}
    for cell in cells:
        cell.layer = dense[cell.layer]
    return ways


def _label_layer(cells: Sequence[Cell], pair: tuple[int, int], *, late: bool) -> int:
    """Return the layer of a link's label: right above its lower end, or right below its upper one."""
    upper, lower = pair
    return cells[lower].layer - 1 if late else cells[upper].layer + 1


def _gutter(upper: int, lower: int, *, late: bool, turned: bool) -> int:
    """Return the gutter of a long link, or of one that runs back: beside the lane of one end, on the side of the other one."""
    if upper == lower:
        return upper - 1 if turned else upper + 1
    toward = 1 if lower > upper else -1
    return lower - toward if late else upper + toward


def _set_columns(
    cells: Sequence[Cell], rows: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int]], lanes: Sequence[Lane]
) -> tuple[Column, ...]:
    """Give every cell its x and return the columns: in front of each its gutter, behind the last one another."""
    widths = [_spread_lane(cells, rows, pairs, lane) for lane in range(2 * len(lanes) + 1)]
    columns: list[Column] = []
    left = x = MARGIN
    for number, lane in enumerate(lanes):
        last = number == len(lanes) - 1
        x += PADDING
        for one in (2 * number, 2 * number + 1, 2 * number + 2)[: 3 if last else 2]:
            room = max(widths[one], lane.width if one % 2 else 0.0)
            for cell in cells:
                if cell.lane == one:
                    cell.x += x + (room - widths[one]) / 2
            x += room + PADDING if room else 0.0
        columns.append(Column(left, x))
        left = x
    return tuple(columns)


def _spread_lane(
    cells: Sequence[Cell], rows: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int]], lane: int
) -> float:
    """Place the cells of one lane beside each other, from 0 on; return how wide they are together."""
    own = [n for n, cell in enumerate(cells) if cell.lane == lane]
    if not own:
        return 0.0
    number = {n: count for count, n in enumerate(own)}
    here = [cells[n] for n in own]
    inside = [(number[a], number[b]) for a, b in pairs if a in number and b in number]
    spread(here, [[number[n] for n in row if n in number] for row in rows], inside)
    left = min(cell.x - cell.width / 2 for cell in here)
    for cell in here:
        cell.x -= left
    return max(cell.x + cell.width / 2 for cell in here)


@dataclass(frozen=True, slots=True)
class _Ends:
    """How many links leave each box downward from its middle, and how many arrive there."""

    leaving: Counter[int]
    arriving: Counter[int]

    @classmethod
    def of(cls, ways: Sequence[_Way]) -> _Ends:
        plain = [way.cells for way in ways if way.is_central and len(way.cells) > 1]
        return cls(Counter(cells[0] for cells in plain), Counter(cells[-1] for cells in plain))


def _port(way: _Way, box: Cell, beside: Cell) -> float:
    """Return how far beside the middle of its box a link meets it: on the side that it comes from."""
    left = beside.x <= box.x if way.turned else way.twin == 2
    return (-PORT if left else PORT) * box.width


class _Paths:
    """Rows stacked, with as much room between two as the links between them need; then the way of each link through them."""

    def __init__(
        self, cells: Sequence[Cell], rows: Sequence[Sequence[int]], ways: Sequence[_Way], heights: Sequence[float]
    ) -> None:
        self.cells = cells
        self.row_of = {n: count for count, row in enumerate(rows) for n in row}
        ends = _Ends.of(ways)
        self.shifts = [list(self._moves(number, way, ends)) for number, way in enumerate(ways)]
        self.tracks = [assign_tracks(gap) for gap in self._gaps(ways, len(rows))]
        self.tops: list[tuple[float, float]] = []
        y = MARGIN
        for row, tracks in zip(rows, self.tracks, strict=True):
            height = max(heights[n] if n < len(heights) else cells[n].height for n in row)
            self.tops.append((y, height))
            y += height + ABOVE_TRACKS + BELOW_TRACKS + TRACK * max(tracks.values(), default=0)
        self.height = self.tops[-1][0] + self.tops[-1][1] + MARGIN

    def middle(self, cell: int) -> float:
        top, band = self.tops[self.row_of[cell]]
        return top + band / 2

    def _moves(self, number: int, way: _Way, ends: _Ends) -> Iterator[Shift]:
        """Yield how a link moves in each gap that it crosses."""
        cells, last = self.cells, len(way.cells) - 2
        for count, (upper, lower) in enumerate(itertools.pairwise(way.cells)):
            start, end, net = cells[upper].x, cells[lower].x, ("alone", number)
            if not way.is_central:
                start += _port(way, cells[upper], cells[lower]) if count == 0 else 0.0
                end += _port(way, cells[lower], cells[upper]) if count == last else 0.0
            elif count == 0 and ends.leaving[upper] > 1:
                net = ("from", upper)
            elif count == last and ends.arriving[lower] > 1:
                net = ("to", lower)
            room = min(ASIDE, cells[lower].width / 4) if count == last or lower == way.label else 0.0
            yield Shift(start, end, net, room)

    def _gaps(self, ways: Sequence[_Way], count: int) -> list[list[Shift]]:
        """Return what moves below each row, those aside that would enter where another one starts: they would be taken for one."""
        found: list[list[tuple[list[Shift], int]]] = [[] for _ in range(count)]
        for way, shifts in zip(ways, self.shifts, strict=True):
            for place in range(len(shifts)):
                found[self.row_of[way.cells[place]]].append((shifts, place))
        for gap in found:
            busy = [shifts[place] for shifts, place in gap if not shifts[place].is_straight]
            for shifts, place in gap:
                if any(shifts[place].runs_into(other) for other in busy):
                    shifts[place] = shifts[place].aside()
        return [[shifts[place] for shifts, place in gap] for gap in found]

    def route(self, number: int, way: _Way) -> Routed:
        """Return a link's points: upright through each row, sideways on its track between two."""
        points: list[tuple[float, float]] = []
        for count, (n, shift) in enumerate(zip(way.cells, self.shifts[number], strict=False)):
            row = self.row_of[n]
            top, band = self.tops[row]
            middle = top + band / 2
            if count == 0:
                points.append((shift.start, middle + self.cells[n].height / 2))
            elif points[-1][0] != shift.start:
                points += [(points[-1][0], middle), (shift.start, middle)]
            if not shift.is_straight:
                y = top + band + ABOVE_TRACKS + TRACK * self.tracks[row][shift.net]
                points += [(shift.start, y), (shift.end, y)]
        last = way.cells[-1]
        points.append((points[-1][0], self.middle(last) - self.cells[last].height / 2))
        label = Placed(self.cells[way.label].x, self.middle(way.label)) if way.label is not None else None
        return Routed(tuple(reversed(points)) if way.turned else tuple(points), label)
