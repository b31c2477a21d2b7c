"""Links from a box to itself: how much room they take beside it, and their ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sopkit.render.shapes import Box, Link, Placed, Routed

REACH: Final = 18.0
GAP: Final = 6.0


def loops_of(links: Sequence[Link], ends: Sequence[tuple[int, int]], size: int) -> list[list[Link]]:
    """Return for each box, by number, the links from it to itself."""
    found: list[list[Link]] = [[] for _ in range(size)]
    for link, (source, target) in zip(links, ends, strict=True):
        if source == target:
            found[source].append(link)
    return found


def room_with(box: Box, loops: Sequence[Link]) -> tuple[float, float]:
    """Return width and height of the box with its loops, which stand on its right; the box stays in the middle."""
    if not loops:
        return box.width, box.height
    beside = REACH + sum(GAP + loop.label_width for loop in loops)
    return box.width + 2 * beside, max(box.height, *(loop.label_height for loop in loops))


def loop_ways(box: Box, at: Placed, loops: Sequence[Link]) -> list[Routed]:
    """Return the way of each loop, one below another, their labels one behind another."""
    pitch = box.height / max(1, len(loops))
    half = min(8.0, pitch * 0.35)
    x = at.x + box.width / 2
    behind = x + REACH
    ways: list[Routed] = []
    for n, loop in enumerate(loops):
        y = at.y - box.height / 2 + (n + 0.5) * pitch
        label = None
        if loop.label_width:
            label = Placed(behind + GAP + loop.label_width / 2, at.y)
            behind += GAP + loop.label_width
        ways.append(Routed(((x, y - half), (x + REACH, y - half), (x + REACH, y + half), (x, y + half)), label))
    return ways
