"""How much searching for courses may cost goes in; what is left of it, for all caps of a workspace together, comes out.

It is counted in steps taken, not in seconds, so that the same workspace has the same findings on every machine.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass

ALL_STEPS: Final = 300_000
"""Steps of journeys that are walked: some seconds."""
ALL_LOOKS: Final = 3_000_000
"""Ways through journeys that are looked at: some seconds."""
ALL_QUESTIONS: Final = 300_000
"""Parts of conditions that are looked at, to see whether anybody can take a way: a second."""


@dataclass(slots=True)
class Purse:
    """What is left; every search takes from it."""

    steps: int = field(default_factory=lambda: ALL_STEPS)
    looks: int = field(default_factory=lambda: ALL_LOOKS)
    questions: list[int] = field(default_factory=lambda: [ALL_QUESTIONS])
