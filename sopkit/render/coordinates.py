"""Cells in layers, in their order, go in; an x for each comes out, by the method of Brandes and Köpf (Graph Drawing 2001)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sopkit.frozen import dataclass

GAP_X: Final = 28.0


@dataclass(slots=True)
class Cell:
    """A box, a label or a passing line in one layer."""

    layer: int
    width: float
    height: float
    x: float = 0.0
    is_line: bool = False
    lane: int = 0
    """Cells of a higher lane stand to the right of all of a lower one."""


def spread(cells: Sequence[Cell], rows: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int]]) -> None:
    """Give every cell an x such that long lines come out straight.

    Each cell is aligned with its median neighbour, four times over (from above or below, leftmost or rightmost first);
    each alignment is packed, and a cell's x is the mean of the two middle ones.
    """
    above: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for upper, lower in pairs:
        above[lower].append(upper)
        below[upper].append(lower)
    conflicts = _conflicts(cells, rows, above)
    found: list[list[float]] = []
    for fixed, layers in ((above, list(rows)), (below, list(reversed(rows)))):
        for sign in (1, -1):
            turned = [list(row)[::sign] for row in layers]
            xs = _pack(cells, turned, _align(turned, fixed, conflicts))
            found.append([sign * x for x in xs])
    narrow = min(found, key=lambda xs: max(xs) - min(xs))
    for k, xs in enumerate(found):
        edge = min if k % 2 == 0 else max
        shift = edge(narrow) - edge(xs)
        found[k] = [x + shift for x in xs]
    for n, cell in enumerate(cells):
        middle = sorted(xs[n] for xs in found)[1:3]
        cell.x = sum(middle) / 2


def _conflicts(
    cells: Sequence[Cell], rows: Sequence[Sequence[int]], above: Mapping[int, Sequence[int]]
) -> set[tuple[int, int]]:
    """Return the segments (upper, lower) that cross a stretch of passing line: they give way to it."""
    found: set[tuple[int, int]] = set()
    for upper_row, lower_row in itertools.pairwise(rows):
        rank = {n: place for place, n in enumerate(upper_row)}
        segments = [(rank[m], place, m, n) for place, n in enumerate(lower_row) for m in above.get(n, ())]
        inner = [seg for seg in segments if cells[seg[2]].is_line and cells[seg[3]].is_line]
        for left, right, m, n in segments:
            straight = cells[m].is_line and cells[n].is_line
            crossed = (seg for seg in inner if (seg[0] - left) * (seg[1] - right) < 0)
            if any(not straight or seg[:2] < (left, right) for seg in crossed):
                found.add((m, n))
    return found


def _align(
    rows: Sequence[Sequence[int]], fixed: Mapping[int, Sequence[int]], conflicts: set[tuple[int, int]]
) -> dict[int, int]:
    """Return each cell's root: the cell at the start of the vertical run that it belongs to."""
    root = {n: n for row in rows for n in row}
    for before, row in itertools.pairwise([[], *rows]):
        rank = {n: place for place, n in enumerate(before)}
        taken = -1
        for n in row:
            near = sorted((m for m in fixed.get(n, ()) if m in rank), key=rank.__getitem__)
            for m in near[(len(near) - 1) // 2 : len(near) // 2 + 1]:
                free = rank[m] > taken and (m, n) not in conflicts and (n, m) not in conflicts
                if free and root[n] == n:
                    root[n] = root[m]
                    taken = rank[m]
    return root


def _pack(cells: Sequence[Cell], rows: Sequence[Sequence[int]], root: Mapping[int, int]) -> list[float]:
    """Return the leftmost x for each run such that neighbours keep their gap, then drawn right to close idle space."""
    after: dict[int, dict[int, float]] = {run: {} for run in sorted(set(root.values()))}
    waiting = dict.fromkeys(after, 0)
    for row in rows:
        for a, b in itertools.pairwise(row):
            left, right = root[a], root[b]
            if right not in after[left]:
                waiting[right] += 1
            after[left][right] = max(after[left].get(right, 0.0), _gap(cells[a], cells[b]))
    x = dict.fromkeys(after, 0.0)
    queue = [run for run in after if not waiting[run]]
    starts = list(queue)
    for run in queue:
        for right, gap in after[run].items():
            x[right] = max(x[right], x[run] + gap)
            waiting[right] -= 1
            if not waiting[right]:
                queue.append(right)  # grows while it is walked: a queue
    for run in starts:
        if after[run]:
            x[run] = min(x[right] - gap for right, gap in after[run].items())
    return [x[root[n]] for n in range(len(cells))]


def _gap(left: Cell, right: Cell) -> float:
    return (left.width + right.width) / 2 + (GAP_X / 2 if left.is_line and right.is_line else GAP_X)
