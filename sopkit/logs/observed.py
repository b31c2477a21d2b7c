"""What is known of one question after the logs were asked: how much was looked at, how much of it broke the rule, the first cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from sopkit.diagnostics import Rule
from sopkit.frozen import dataclass
from sopkit.text import Phrase, singular

FIRST: Final = 5
"""Cases that are told of each question."""


TOUCHES: Final = Phrase("次触达", "touches")
NOTHING: Final = Phrase("日志里没有可判断的", "the logs hold nothing that it is about")
Doubt = tuple[int, Phrase]
"""So many rows, or cases, could not be judged, and why."""
Status = Literal["kept", "broken", "not assessed"]


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
    left: int = 0
    """Rows before these that are not told."""


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
    status: Status
    message: Phrase
    """What was found, with its figures."""
    looked: int = 0
    """Rows, or cases, that the rule was applied to."""
    unit: Phrase = TOUCHES
    """Of what `looked`, `unsure` and `broken` are counts."""
    unsure: int = 0
    """Those beside `looked` that it may be about, and that could not be judged."""
    broken: int = 0
    customers: int = 0
    """Of those that are broken, how many customers they are of."""
    figure: Phrase | None = None
    """What was measured and what it should be, where that is no share of what was looked at: a KPI and its target."""
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


def concluded(
    looked: int, broken: int, doubts: Iterable[Doubt] = (), nothing: Phrase = NOTHING
) -> tuple[Status, Phrase | None]:
    """Return what is known of a rule, and the reason where it is not assessed; every family of rules asks here.

    It is broken if anything of what was `looked` at is; else not assessed if anything could not be judged, or `nothing` was there to
    look at; kept is only what was judged throughout.
    """
    why = because(doubts)
    if broken:
        return "broken", None
    if why is not None:
        return "not assessed", why
    return ("kept", None) if looked else ("not assessed", nothing)


def because(doubts: Iterable[Doubt]) -> Phrase | None:
    """Return why some could not be judged; None where all could."""
    said = dict.fromkeys(why for count, why in doubts if count)
    return Phrase("；".join(one.zh for one in said), "; ".join(one.en for one in said)) if said else None


def in_doubt(doubts: Iterable[Doubt]) -> int:
    """Return how many could not be judged."""
    return sum(count for count, _ in doubts)


def doubted(message: Phrase, doubts: Sequence[Doubt]) -> Phrase:
    """Return a message that says as well how many could not be judged, and why."""
    for count, why in doubts:
        if count:
            message = Phrase(
                f"{message.zh}；另有 {count:,} 次没有判断：{why.zh}",
                f"{message.en}; {count:,} more were not assessed: {why.en}",
            )
    return of_one(message)


def of_one(message: Phrase) -> Phrase:
    """Return a message that counts one row, customer, touch … as one, in English."""
    return Phrase(message.zh, singular(message.en))


def not_assessed(
    rule: Rule,
    subject: str,
    reason: Phrase,
    unit: Phrase = TOUCHES,
    queries: tuple[str, ...] = (),
    *,
    doubts: Iterable[Doubt] = (),
) -> Observation:
    """Return that nothing of a question could be judged: for what is in doubt, else for the reason given."""
    doubts = tuple(doubts)
    said = because(doubts) or reason
    return Observation(
        rule, subject, "not assessed", said, unit=unit, unsure=in_doubt(doubts), reason=said, queries=queries
    )
