"""Layered drawing of a directed graph: sized boxes and labelled links in, coordinates out; pure and deterministic.

The method of Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11(2), 1981): break cycles, assign layers, order each layer
for few crossings, then place. Labels are given room as nodes of their own between two layers, so no line runs through
a text.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.coordinates import GAP_X, Cell, spread

GAP_Y: Final = 26.0
LINE_WIDTH: Final = 10.0
"""Room that a passing line takes in a layer."""
SWEEPS: Final = 12
MARGIN: Final = 16.0
SHAPE: Final = 1.3
"""Width of a drawing of unconnected parts over the side of a square of their area."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place; lengths in pixels."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """A line to draw from `source` to `target`; a label of zero width takes no room."""

    source: str
    target: str
    label_width: float = 0.0
    label_height: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a box stands: its centre."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Routed:
    """A link's way: points from source to target, vertical inside layers; and its label's centre, if it has one."""

    points: tuple[tuple[float, float], ...]
    label: Placed | None


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    boxes: Mapping[str, Placed]
    links: tuple[Routed, ...]
    """In the order of the links given."""


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
    order = {box.id: n for n, box in enumerate(boxes)}
    ends = [(order[link.source], order[link.target]) for link in links]
    forward = _break_cycles(len(boxes), ends)
    layers = _assign_layers(len(boxes), forward)
    cells = [Cell(2 * layer, box.width, box.height) for box, layer in zip(boxes, layers, strict=True)]
    chains = [_lay_chain(cells, link, pair) for link, pair in zip(links, forward, strict=True)]
    neighbours = _pairs(chain for chain in chains if len(chain) > 1)
    rows = _order(cells, neighbours)
    spread(cells, rows, neighbours)
    tops, height = _stack(cells, rows)
    left = min(cell.x - cell.width / 2 for cell in cells) - MARGIN
    for cell in cells:
        cell.x -= left
    centres = [tops[cell.layer][0] + tops[cell.layer][1] / 2 for cell in cells]
    routed = tuple(
        _route(cells, tops, chain, link, reversed_=pair != way)
        for chain, link, pair, way in zip(chains, links, ends, forward, strict=True)
    )
    width = max([cell.x + cell.width / 2 for cell in cells] + [x for way in routed for x, _ in way.points])
    placed = {box.id: Placed(cells[n].x, centres[n]) for n, box in enumerate(boxes)}
    return Drawing(width + MARGIN, height, placed, routed)


def _break_cycles(size: int, ends: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the links with those that close a cycle of a depth-first walk in box order turned round."""
    out: dict[int, list[int]] = defaultdict(list)
    for source, target in ends:
        out[source].append(target)
    state = [0] * size  # 0 new, 1 on the walk's path, 2 finished
    back: set[tuple[int, int]] = set()
    for root in range(size):
        if state[root]:
            continue
        state[root] = 1
        path = [(root, iter(out[root]))]
        while path:
            node, following = path[-1]
            step = next(following, None)
            if step is None:
                state[node] = 2
                path.pop()
            elif state[step] == 1:
                back.add((node, step))
            elif state[step] == 0:
                state[step] = 1
                path.append((step, iter(out[step])))
    return [(b, a) if (a, b) in back and a != b else (a, b) for a, b in ends]


def _assign_layers(size: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """Return each box's layer: the longest way from a source, sources then drawn down to their nearest target."""
    out: dict[int, list[int]] = defaultdict(list)
    waiting = [0] * size
    for source, target in ends:
        if source != target:
            out[source].append(target)
            waiting[target] += 1
    layers = [0] * size
    ready = [n for n in range(size) if not waiting[n]]
    sources = list(ready)
    for node in ready:
        for target in out[node]:
            layers[target] = max(layers[target], layers[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)  # grows while it is walked: a queue
    for node in sources:
        if out[node]:
            layers[node] = min(layers[target] for target in out[node]) - 1
    return layers


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


def _pairs(chains: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    return [pair for chain in chains for pair in itertools.pairwise(chain)]


def _order(cells: Sequence[Cell], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the cells of each layer from left to right, the best of some barycentre sweeps."""
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for upper, lower in pairs:
        above[lower].append(upper)
        below[upper].append(lower)
    rows: list[list[int]] = [[] for _ in range(max(cell.layer for cell in cells) + 1)]
    for n in _walk(len(cells), below):
        rows[cells[n].layer].append(n)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            _sort_row(rows, cells, row, above if down else below)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
        if not fewest:
            break
    return best


def _walk(size: int, below: Mapping[int, Sequence[int]]) -> list[int]:
    """Return all cells in the order of a depth-first walk, so that a chain starts out straight."""
    seen: dict[int, None] = {}
    stack = list(range(size - 1, -1, -1))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(reversed(below.get(node, ())))
    return list(seen)


def _sort_row(
    rows: Sequence[list[int]], cells: Sequence[Cell], row: list[int], fixed: Mapping[int, Sequence[int]]
) -> None:
    """Sort one layer by the mean rank of each cell's neighbours in the layer already fixed; ties keep their order."""
    if len(row) < 2:
        return
    rank: dict[int, int] = {}
    for layer in {cells[m].layer for n in row for m in fixed.get(n, ())}:
        rank |= {m: place for place, m in enumerate(rows[layer])}
    keys = {n: _mean([rank[m] for m in fixed.get(n, ())], float(place)) for place, n in enumerate(row)}
    row.sort(key=keys.__getitem__)


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(rows: Sequence[Sequence[int]], below: Mapping[int, Sequence[int]]) -> int:
    """Count crossings between neighbouring layers: inversions among the lower ends, read from left to right."""
    total = 0
    for upper, lower in itertools.pairwise(rows):
        rank = {n: place for place, n in enumerate(lower)}
        ends = [place for n in upper for place in sorted(rank[m] for m in below.get(n, ()))]
        total += sum(1 for i, a in enumerate(ends) for b in ends[i + 1 :] if a > b)
    return total


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
    link: Link,
    *,
    reversed_: bool,
) -> Routed:
    """Return a link's points: out of the bottom of one box, straight through each layer, into the top of the next."""
    first = cells[chain[0]]
    top, band = tops[first.layer]
    middle = top + band / 2
    if len(chain) == 1:
        x, y = first.x + first.width / 2, middle
        loop = ((x, y - 8), (x + 18, y - 8), (x + 18, y + 8), (x, y + 8))
        return Routed(loop, Placed(x + 22 + link.label_width / 2, y) if link.label_width else None)
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
