"""Boxes and links by number go in; the layer of each, and its place in the row, come out: cycles broken, few crossings."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sopkit.render.coordinates import Cell

SWEEPS: Final = 12


def break_cycles(size: int, ends: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
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


def assign_layers(size: int, ends: Sequence[tuple[int, int]]) -> list[int]:
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


def pairs_of(chains: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    return [pair for chain in chains for pair in itertools.pairwise(chain)]


def order(cells: Sequence[Cell], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the cells of each layer from left to right, lane by lane, the best of some barycentre sweeps."""
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for upper, lower in pairs:
        above[lower].append(upper)
        below[upper].append(lower)
    rows: list[list[int]] = [[] for _ in range(max(cell.layer for cell in cells) + 1)]
    for n in _walk(len(cells), below):
        rows[cells[n].layer].append(n)
    for row in rows:
        row.sort(key=lambda n: cells[n].lane)
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
    """Sort one layer, within its lanes, by the mean rank of each cell's neighbours in the layer already fixed; ties keep their order."""
    if len(row) < 2:
        return
    rank: dict[int, int] = {}
    for layer in {cells[m].layer for n in row for m in fixed.get(n, ())}:
        rank |= {m: place for place, m in enumerate(rows[layer])}
    keys = {n: (cells[n].lane, _mean([rank[m] for m in fixed.get(n, ())], float(place))) for place, n in enumerate(row)}
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
