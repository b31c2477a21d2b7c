"""What a copy of this process hands over of what families said, and what they worked out of a few playbooks each."""

from __future__ import annotations

from collections.abc import Mapping

from sopkit.diagnostics import Outcome

Said = tuple[tuple[Outcome, ...], int]
"""What one family says, and how many of its findings are held back."""
Piece = tuple[tuple[Outcome, ...], tuple[float, ...]]
"""What is said of some playbooks, and numbers of the family's own."""
Made = Mapping[str, tuple[tuple[str, ...], Piece]]
"""By name, of which playbooks a piece is, and the piece."""
New = tuple[tuple[str, ...], tuple[str, ...], Made]
"""The families that asked for pieces, the names of those that they took over, and what was made for them."""
