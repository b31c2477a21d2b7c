"""What is known of one question after the logs were asked: how much was looked at, how much of it broke the rule, the first cases."""

from __future__ import annotations

from typing import Final, Literal

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.text import Phrase

FIRST: Final = 5
"""Cases that are told of each question."""


TOUCHES: Final = Phrase("次触达", "touches")


@dataclass(frozen=True, slots=True)
class Deed:
    """One row of a log, as a case tells it."""

    at: int
    """Seconds of UTC since 1970."""
    what: Phrase
    """In declared words only: nothing that stands in the log as free text."""
    counted: bool = False
    """Whether it is one of those that break the rule."""
    source: int = 0
    """Number of the file."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's, or one run's, course that breaks the rule; `who` is a number of the store, 0 where no customer is meant."""

    who: int
    run: int
    at: int
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The same counts for a part: one shop, role, staff member, week or step."""

    by: Literal["shop", "role", "staff", "week", "step", "channel", "playbook"]
    of: str
    looked: int
    broken: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One question that was put to the logs: one rule at one subject."""

    rule: Rule
    subject: str
    """As in findings: `cap/weekly-marketing`, `lifecycle/new-member/awareness/welcome`."""
    status: Literal["kept", "broken", "not assessed"]
    message: Phrase
    """What was found, with its figures."""
    looked: int = 0
    """Rows, or cases, that the rule was applied to."""
    unit: Phrase = TOUCHES
    """Of what `looked` and `broken` are counts."""
    broken: int = 0
    customers: int = 0
    """Of those that are broken, how many customers they are of."""
    reason: Phrase | None = None
    """Why it was not assessed: what the logs lack."""
    cases: tuple[Case, ...] = ()
    """The first, in order of time."""
    groups: tuple[Group, ...] = ()
    queries: tuple[str, ...] = ()

    @property
    def rate(self) -> float | None:
        """The share that is broken, from 0 to 1; None where nothing was looked at."""
        return self.broken / self.looked if self.looked else None


def not_assessed(
    rule: Rule, subject: str, reason: Phrase, unit: Phrase = TOUCHES, queries: tuple[str, ...] = ()
) -> Observation:
    """Return that a question could not be asked at all."""
    return Observation(rule, subject, "not assessed", reason, unit=unit, reason=reason, queries=queries)
