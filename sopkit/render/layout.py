"""Layered drawing of a directed graph: sized boxes and labelled links in, coordinates out; pure and deterministic.

The method of Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11(2), 1981): break cycles, assign layers, order each layer
for few crossings, then place. Labels are given room as nodes of their own between two layers, so no line runs through
a text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.render.coordinates import GAP_X, Cell, spread
from sopkit.render.layers import assign_layers, break_cycles, order, pairs_of
from sopkit.render.loops import loop_ways, loops_of, room_with
from sopkit.render.shapes import GAP_Y, LINE_WIDTH, MARGIN, Box, Drawing, Link, Placed, Routed

SHAPE: Final = 1.3
"""Width of a drawing of unconnected parts over the side of a square of their area."""


def draw(boxes: Sequence[Box], links: Sequence[Link]) -> Drawing:
    """Place `boxes` in layers from top to bottom and route `links` between them; what is not connected stands side by side.

    Links to or from unknown boxes are a `KeyError`, our bug. A link from a box to itself is routed beside it.
    """
    if not boxes:
        return Drawing(0.0, 0.0, {}, ())
    knots = _connected(boxes, links)
    parts = list(dict.fromkeys(knots.values()))
    drawings = [
        _draw_connected(
            [box for box in boxes if knots[box.id] == part], [link for link in links if knots[link.source] == part]
        )
        for part in parts
    ]
    return drawings[0] if len(parts) == 1 else _shelve(drawings, [parts.index(knots[link.source]) for link in links])


def _connected(boxes: Sequence[Box], links: Sequence[Link]) -> dict[str, str]:
    """Return for each box the first box of the part that it is connected to."""
    near: dict[str, list[str]] = {box.id: [] for box in boxes}
    for link in links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)
    found: dict[str, str] = {}
    for box in boxes:
        stack = [] if box.id in found else [box.id]
        while stack:
            at = stack.pop()
            if at not in found:
                found[at] = box.id
                stack += near[at]
    return found


def _shelve(drawings: Sequence[Drawing], part_of_link: Sequence[int]) -> Drawing:
    """Put drawings side by side, in rows about as wide as all of them together are high."""
    gap = MARGIN - GAP_X / 2  # margins are part of each drawing
    room = SHAPE * sum(one.width * one.height for one in drawings) ** 0.5
    room = max(room, *(one.width for one in drawings))
    boxes: dict[str, Placed] = {}
    ways: list[Iterator[Routed]] = []
    x = y = height = width = 0.0
    for one in drawings:
        if x and x + one.width > room:
            x, y, height = 0.0, y + height - MARGIN, 0.0
        boxes |= {id_: Placed(at.x + x, at.y + y) for id_, at in one.boxes.items()}
        ways.append(iter([_shifted(way, x, y) for way in one.links]))
        width, height = max(width, x + one.width), max(height, one.height)
        x += one.width - 2 * gap
    return Drawing(width, y + height, boxes, tuple(next(ways[part]) for part in part_of_link))


def _shifted(way: Routed, x: float, y: float) -> Routed:
    label = Placed(way.label.x + x, way.label.y + y) if way.label else None
    return Routed(tuple((x + right, y + down) for right, down in way.points), label)


def _draw_connected(boxes: Sequence[Box], links: Sequence[Link]) -> Drawing:
    """Place the boxes of one connected part."""
    order_of = {box.id: n for n, box in enumerate(boxes)}
    ends = [(order_of[link.source], order_of[link.target]) for link in links]
    loops = loops_of(links, ends, len(boxes))
    forward = break_cycles(len(boxes), ends)
    layers = assign_layers(len(boxes), forward)
    cells = [
        Cell(2 * layer, *room_with(box, loops[n])) for n, (box, layer) in enumerate(zip(boxes, layers, strict=True))
    ]
    chains = [_lay_chain(cells, link, pair) for link, pair in zip(links, forward, strict=True)]
    neighbours = pairs_of(chain for chain in chains if len(chain) > 1)
    rows = order(cells, neighbours)
    spread(cells, rows, neighbours)
    tops, height = _stack(cells, rows)
    left = min(cell.x - cell.width / 2 for cell in cells) - MARGIN
    for cell in cells:
        cell.x -= left
    width = max(cell.x + cell.width / 2 for cell in cells) + MARGIN
    for cell, box in zip(cells, boxes, strict=False):
        cell.width, cell.height = box.width, box.height
    middles = [Placed(cell.x, tops[cell.layer][0] + tops[cell.layer][1] / 2) for cell in cells[: len(boxes)]]
    beside = [iter(loop_ways(box, middles[n], loops[n])) for n, box in enumerate(boxes)]
    routed = tuple(
        next(beside[pair[0]]) if len(chain) == 1 else _route(cells, tops, chain, reversed_=pair != way)
        for chain, pair, way in zip(chains, ends, forward, strict=True)
    )
    return Drawing(width, height, {box.id: middles[n] for n, box in enumerate(boxes)}, routed)


def _lay_chain(cells: list[Cell], link: Link, ends: tuple[int, int]) -> list[int]:
    """Return the cells that a link passes from upper to lower end; append cells for its label and its passing lines."""
    upper, lower = ends
    if upper == lower:
        return [upper]
    chain = [upper]
    for layer in range(cells[upper].layer + 1, cells[lower].layer):
        has_label = layer == cells[upper].layer + 1 and link.label_width > 0
        width = link.label_width if has_label else LINE_WIDTH
        cells.append(Cell(layer, width, link.label_height if has_label else 0.0, is_line=True))
        chain.append(len(cells) - 1)
    return [*chain, lower]


def _stack(cells: Sequence[Cell], rows: Sequence[Sequence[int]]) -> tuple[list[tuple[float, float]], float]:
    """Return (top, height) of each layer and the drawing's height; an empty label layer takes no room of its own."""
    tops: list[tuple[float, float]] = []
    y = MARGIN
    for layer, row in enumerate(rows):
        height = max((cells[n].height for n in row), default=0.0)
        tops.append((y, height))
        y += height + (GAP_Y if layer % 2 == 0 or height else 0.0)
    return tops, tops[-1][0] + tops[-1][1] + MARGIN


def _route(
    cells: Sequence[Cell],
    tops: Sequence[tuple[float, float]],
    chain: Sequence[int],
    *,
    reversed_: bool,
) -> Routed:
    """Return a link's points: out of the bottom of one box, straight through each layer, into the top of the next."""
    first = cells[chain[0]]
    top, band = tops[first.layer]
    middle = top + band / 2
    points = [(first.x, middle + first.height / 2), (first.x, top + band)]
    label = None
    for n in chain[1:-1]:
        cell = cells[n]
        top, band = tops[cell.layer]
        if band:  # an empty label layer has no room of its own: the curve runs past it
            points += [(cell.x, top), (cell.x, top + band)]
        if cell.height:
            label = Placed(cell.x, top + band / 2)
    last = cells[chain[-1]]
    top, band = tops[last.layer]
    points += [(last.x, top), (last.x, top + band / 2 - last.height / 2)]
    points = [point for point, _ in itertools.groupby(points)]
    return Routed(tuple(reversed(points)) if reversed_ else tuple(points), label)
