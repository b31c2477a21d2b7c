"""Playbooks of which one runs at a time: a claim goes in; whether it is granted, refused or queued comes out, and who is sent away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from sopkit.model.documents import OneAtATime
from sopkit.simulation.instance import Instance

if TYPE_CHECKING:
    from sopkit.simulation.machine import Machine

TURN: Final = 2
"""Order at one instant, as the machine has it."""


class Groups:
    """Who has the word in each group, who waits, and from when the next may have it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.free_at: dict[str, int] = {}
        self.waiting: dict[str, list[Callable[[int], None]]] = {}

    def claim(self, place: str, now: int, begin: Callable[[int], None]) -> str:
        """Return why the place cannot begin now, or nothing; `begin` is called later where it is queued.

        With `preempt` whoever runs exits at once and its cool-down starts then; who took its place is not bound by it. Where that
        exit itself starts another of the group, the place is taken.
        """
        group = self.machine.plan.groups.get(place)
        if group is None:
            return ""
        others = self._members(group)
        if others and group.if_busy == "preempt":
            for other in others:
                self._send_away(group, other, now)
            return "busy" if self._members(group) else ""  # whom the end of another has started is in
        free = self.free_at.get(group.id, now)
        if not others and free <= now:
            return ""
        if group.if_busy != "queue":
            return "busy"
        self.waiting.setdefault(group.id, []).append(begin)
        if not others:
            self.machine.at(free, TURN, partial(self._admit, group))
        return "queued"

    def free(self, place: str, now: int) -> None:
        """Begin the cool-down of the group that a place has left."""
        group = self.machine.plan.groups.get(place)
        if group is None:
            return
        free = self.machine.zone.later(now, group.cool_down) if group.cool_down else now
        self.free_at[group.id] = free
        if self.waiting.get(group.id):
            self.machine.at(free, TURN, partial(self._admit, group))

    def _admit(self, group: OneAtATime, now: int) -> None:
        """Let those who wait begin, until one has the word."""
        waiting = self.waiting.get(group.id, [])
        while waiting and self.free_at.get(group.id, now) <= now and not self._members(group):
            waiting.pop(0)(now)

    def _members(self, group: OneAtATime) -> list[Instance]:
        return [
            one
            for one in self.machine.running
            for place in group.journeys
            if place.id == one.play.document.id or (one.scene and place.id == one.scene.path and not one.muted)
        ]

    def _send_away(self, group: OneAtATime, other: Instance, now: int) -> None:
        """End a journey of the group; of a lifecycle's stage only the steps."""
        if any(place.id == other.play.document.id for place in group.journeys):
            self.machine.finish(other, now, "ended")
        elif other.scene is not None:
            other.muted, other.waiting = True, None
            self.free(other.scene.path, now)
