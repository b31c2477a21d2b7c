"""What a planted fault is, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from sopkit.frozen import dataclass
from sopkit.logs.generating.course import Course
from sopkit.logs.generating.ground import Ground
from sopkit.logs.tables import Of
from sopkit.text import Phrase


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault as it stands in the logs."""

    fault: str
    rule: str
    subject: str
    """As in findings, of what is broken: `cap/weekly-marketing`, or the node of a step."""
    customer: str
    at: int
    """When it shows: the second of the row that breaks the rule, or of the one that is not there."""
    rows: tuple[tuple[Of, int], ...]
    """(log, second) of each row that was put in or changed."""
    broken: int = 1
    """How many rows, steps or cases break the rule by it."""


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
    rules: tuple[str, ...]
    """Codes of the rules that it breaks."""
    title: Phrase
    targets: Callable[[Ground], Iterable[Target] | Phrase]
