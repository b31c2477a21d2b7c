"""What a drawing is made of: sized boxes and labelled links before it, places and ways behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sopkit.frozen import dataclass

GAP_Y: Final = 26.0
LINE_WIDTH: Final = 10.0
"""Room that a passing line takes in a layer."""
MARGIN: Final = 16.0


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
class Column:
    """From where to where a lane reaches."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    boxes: Mapping[str, Placed]
    links: tuple[Routed, ...]
    """In the order of the links given."""
    columns: tuple[Column, ...] = ()
    """Of the lanes, from left to right."""
