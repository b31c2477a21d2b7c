"""Which faults are wanted goes in; while courses pass by, they are planted, one at most for each customer, and written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Final

from sopkit.logs.generating import planting_people, planting_steps, planting_touches, planting_ways
from sopkit.logs.generating.course import Course
from sopkit.logs.generating.faults import Fault, Planted, Target
from sopkit.logs.generating.ground import Ground
from sopkit.logs.generating.writing import clock
from sopkit.simulation.clock import Zone
from sopkit.text import Phrase

FAULTS: Final = (*planting_touches.FAULTS, *planting_ways.FAULTS, *planting_people.FAULTS, *planting_steps.FAULTS)
BY_NAME: Final[Mapping[str, Fault]] = {one.name: one for one in FAULTS}
PATIENCE: Final = 3000
"""Customers that pass by without any fault finding its place, after which what is still wanted is given up."""
FEW: Final = Phrase(
    "只找到 {planted} 处合适的地方，要 {wanted} 处",
    "only {planted} places of {wanted} were found where it breaks nothing else",
)


class Sower:
    """What is still to be planted, and what was."""

    def __init__(self, ground: Ground, wanted: Mapping[str, int], seed: int) -> None:
        self.ground, self.seed = ground, seed
        self.open: list[tuple[Fault, Target]] = []
        self.left: dict[tuple[str, str], int] = {}
        self.wanted = dict(wanted)
        self.planted: list[tuple[Planted, Zone]] = []
        self.refused: list[tuple[str, str, Phrase]] = []
        """(fault, target, why it was not planted)."""
        self.idle = 0
        for name, number in wanted.items():
            targets = BY_NAME[name].targets(ground)
            if isinstance(targets, Phrase):
                self.refused.append((name, "", targets))
                continue
            for target in targets:
                self.open.append((BY_NAME[name], target))
                self.left[name, target.subject] = number

    @property
    def over(self) -> bool:
        """Whether nothing more will be planted."""
        return not self.open or self.idle >= PATIENCE

    def sow(self, course: Course) -> Course:
        """Plant a fault into a course, where one is wanted and finds its place."""
        if self.over:
            return course
        random = Random(f"{self.seed}/{course.number}/fault")  # noqa: S311  a simulation, no secret
        for fault, target in random.sample(self.open, len(self.open)):
            planted = target.plant(course, random)
            if planted is not None:
                self._note(fault, target, planted, course.zone)
                return course
        self.idle += 1
        return course

    def _note(self, fault: Fault, target: Target, planted: Planted, zone: Zone) -> None:
        self.planted.append((planted, zone))
        self.idle = 0
        self.left[fault.name, target.subject] -= 1
        if not self.left[fault.name, target.subject]:
            self.open.remove((fault, target))

    def close(self) -> None:
        """Say of what is still wanted that there was no place for it."""
        for fault, target in self.open:
            wanted = self.wanted[fault.name]
            args = {"planted": str(wanted - self.left[fault.name, target.subject]), "wanted": str(wanted)}
            why = Phrase(FEW.zh.format(**args), FEW.en.format(**args))
            self.refused.append((fault.name, target.subject, why))

    def account(self) -> bytes:
        """Return what was planted, and what was not and why, as JSON."""
        listed = [
            {
                "fault": one.fault, "customer": one.customer, "time": clock(one.at, zone), "step": one.step,
                "breaks": [{"rule": rule, "subject": subject} for rule, subject in one.breaks],
                "rows": [{"log": of, "time": clock(at, zone)} for of, at in one.rows],
            }
            for one, zone in sorted(self.planted, key=lambda pair: (pair[0].fault, pair[0].breaks, pair[0].at, pair[0].customer))
        ]  # fmt: skip
        refused = [
            {"fault": name, "subject": subject, "reason": {"zh-CN": why.zh, "en": why.en}}
            for name, subject, why in self.refused
        ]
        return (json.dumps({"planted": listed, "not_planted": refused}, ensure_ascii=False, indent=1) + "\n").encode()


def wanted_of(given: Sequence[tuple[str, int]], names: Iterable[str] = BY_NAME) -> dict[str, int]:
    """Return how many of each fault are wanted; a later word on one holds, `all` is a word on each."""
    found: dict[str, int] = {}
    for name, number in given:
        for each in names if name == "all" else (name,):
            found[each] = number
    return {name: number for name, number in found.items() if number}
