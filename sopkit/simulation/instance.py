"""One run of one playbook for one customer, as the machine keeps it."""

from __future__ import annotations

from dataclasses import field

from sopkit.frozen import dataclass
from sopkit.simulation.plan import Move, Play, Scene

Place = tuple[tuple[Move, ...], int]
"""A chain of steps, and how far it has come."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A step that waits for something to happen later than `since`, and where the chain goes on."""

    move: Move
    since: int
    place: Place


@dataclass(slots=True, eq=False)
class Instance:
    """`visit` changes when the stage is left: what was pending for the former visit is void."""

    play: Play
    begun: int
    scene: Scene | None = None
    visit: int = 0
    entered: int = 0
    done: dict[str, int] = field(default_factory=dict)
    waiting: Waiting | None = None
    over: bool = False
    held: bool = False
    """Whether a transition waits until the stage's `stays` is over."""
    muted: bool = False
    """Whether another of a group that admits one at a time has the word: the stage goes on, its steps do not."""

    def in_stage(self, visit: int) -> bool:
        return not self.over and self.visit == visit and self.scene is not None

    def acts(self, visit: int) -> bool:
        return not self.over and self.visit == visit and not self.muted
