"""Links that move sideways between two rows go in; the track on which each does comes out: apart where they would be taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sopkit.frozen import dataclass

APART: Final = 6.0
"""Pixels between lines that are told from each other."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A link on its way from one row to the next: where it leaves, where it arrives, and with which others it may be one line."""

    start: float
    end: float
    net: tuple[str, int]
    room: float = 0.0
    """How far beside that place it may arrive."""

    @property
    def is_straight(self) -> bool:
        return abs(self.start - self.end) < 0.5

    def runs_into(self, other: Shift) -> bool:
        """Whether it comes down where another one starts, and could come down beside it."""
        meets = abs(other.start - self.end) < APART and other.net != self.net
        return meets and self.room > 0 and not self.is_straight

    def aside(self) -> Shift:
        return replace(self, end=self.end + (self.room if self.start > self.end else -self.room))


@dataclass(frozen=True, slots=True)
class _Net:
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    @property
    def left(self) -> float:
        return min(*self.starts, *self.ends)

    @property
    def right(self) -> float:
        return max(*self.starts, *self.ends)

    @property
    def rank(self) -> tuple[bool, float, float]:
        """Those to the right before those to the left; of either those first that start farthest on their way: none crosses another."""
        rightward = sum(self.ends) * len(self.starts) > sum(self.starts) * len(self.ends)
        return (not rightward, -max(self.starts), -self.right) if rightward else (True, min(self.starts), self.left)

    def meets(self, other: _Net) -> bool:
        return self.left < other.right + APART and other.left < self.right + APART

    def must_follow(self, other: _Net) -> bool:
        """Whether it comes down where the other starts, so that above the other's track the two would be one line."""
        return any(abs(end - start) < APART for end in self.ends for start in other.starts)


def assign_tracks(shifts: Sequence[Shift]) -> dict[tuple[str, int], int]:
    """Return the track of each net, 0 the topmost; those that go straight down have none."""
    members: dict[tuple[str, int], list[Shift]] = {}
    for shift in shifts:
        if not shift.is_straight:
            members.setdefault(shift.net, []).append(shift)
    nets = {
        key: _Net(tuple(each.start for each in found), tuple(each.end for each in found))
        for key, found in members.items()
    }
    left = sorted(nets, key=lambda key: (nets[key].rank, key))
    tracks: dict[tuple[str, int], int] = {}
    while left:
        free = (key for key in left if not any(nets[key].must_follow(nets[one]) for one in left if one != key))
        chosen = next(free, left[0])
        left.remove(chosen)
        tracks[chosen] = max((track + 1 for key, track in tracks.items() if nets[key].meets(nets[chosen])), default=0)
    return tracks
