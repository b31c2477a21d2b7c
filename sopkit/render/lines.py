"""The way of a link goes in; the data of its path come out, broken where its label stands."""

from __future__ import annotations

import itertools
from typing import Final

from sopkit.render.shapes import Placed, Routed

Point = tuple[float, float]

RADIUS: Final = 6.0
"""Of a corner."""


def curved(way: Routed, label_width: float, label_height: float) -> str:
    """Return a path that is straight inside layers and curved between them."""
    del label_width  # the line runs upright through the middle of its label
    half, label, points = label_height / 2, way.label, way.points
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (x, y), (x2, y2) in itertools.pairwise(points):
        if (_n(x), _n(y)) == (_n(x2), _n(y2)):
            continue  # a head at the end of a stretch without length would point sideways
        middle = (y + y2) / 2
        if label and x == x2 == label.x and min(y, y2) <= label.y <= max(y, y2):
            down = 1 if y2 > y else -1
            parts.append(f"L{_n(x)} {_n(label.y - down * half)}M{_n(x)} {_n(label.y + down * half)}L{_n(x2)} {_n(y2)}")
        elif x == x2 or y == y2:
            parts.append(f"L{_n(x2)} {_n(y2)}")
        else:
            parts.append(f"C{_n(x)} {_n(middle)} {_n(x2)} {_n(middle)} {_n(x2)} {_n(y2)}")
    return "".join(parts)


def rounded(way: Routed, label_width: float, label_height: float) -> str:
    """Return a path of upright and level stretches with rounded corners."""
    points = [way.points[0], *(b for a, b in itertools.pairwise(way.points) if a != b)]
    pieces = _around(points, way.label, label_width / 2, label_height / 2) if way.label else [points]
    return "".join(map(_piece, pieces))


def _around(points: list[Point], label: Placed, wide: float, high: float) -> list[list[Point]]:
    """Return the stretches of the way that lie outside its label."""
    pieces = [[points[0]]]
    for (x, y), (x2, y2) in itertools.pairwise(points):
        # How far along the stretch it enters the label's box, and how far along it leaves it.
        enters, leaves = 0.0, 1.0
        for start, end, low, up in (
            (x, x2, label.x - wide, label.x + wide),
            (y, y2, label.y - high, label.y + high),
        ):
            if start == end:
                leaves = leaves if low < start < up else -1.0
            else:
                first, last = sorted(((low - start) / (end - start), (up - start) / (end - start)))
                enters, leaves = max(enters, first), min(leaves, last)
        if enters >= leaves:
            pieces[-1].append((x2, y2))
            continue
        if enters > 0:
            pieces[-1].append((x + enters * (x2 - x), y + enters * (y2 - y)))
        pieces.append([(x + leaves * (x2 - x), y + leaves * (y2 - y))])
        if leaves < 1:
            pieces[-1].append((x2, y2))
    return [piece for piece in pieces if len(piece) > 1]


def _piece(points: list[Point]) -> str:
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        start, end = _toward((x, y), before), _toward((x, y), after)
        parts.append(f"L{_n(start[0])} {_n(start[1])}Q{_n(x)} {_n(y)} {_n(end[0])} {_n(end[1])}")
    return "".join([*parts, f"L{_n(points[-1][0])} {_n(points[-1][1])}"])


def _toward(corner: Point, other: Point) -> Point:
    """Return the point at which a corner begins: at most half-way to the next one."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(RADIUS, length / 2) / length if length else 0.0
    return corner[0] + share * dx, corner[1] + share * dy


def _n(value: float) -> str:
    """A length with one decimal, without a needless `.0`."""
    return f"{value:.1f}".removesuffix(".0")
