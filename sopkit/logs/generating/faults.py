"""What a planted fault is, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from sopkit.frozen import dataclass
from sopkit.logs.generating.course import Course
from sopkit.logs.generating.ground import Ground
from sopkit.logs.tables import Of
from sopkit.text import Phrase

Breaks = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault as it stands in the logs."""

    fault: str
    step: str
    """Node of the step, or what else the row is about: a sync."""
    breaks: Breaks
    """(code of a rule, subject), as in findings: each is broken once."""
    customer: str
    at: int
    """When it shows: the second of the row that breaks the rule, or of the one that is not there."""
    rows: tuple[tuple[Of, int], ...]
    """(log, second) of each row that was put in or changed."""


Planter = Callable[[Course, Random], Planted | None]
"""Plants a fault into a course and returns it, or leaves the course as it is and returns None."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a fault can break: one cap, or all steps that can be late."""

    subject: str
    plant: Planter


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault; `targets` says why there are none, or yields them: so many faults are planted for each."""

    name: str
    title: Phrase
    targets: Callable[[Ground], Iterable[Target] | Phrase]
