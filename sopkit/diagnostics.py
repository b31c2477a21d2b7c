"""Findings: what is wrong, where, why it matters, what to do; independent of any rule's way of finding it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from string import Formatter
from typing import Literal

from sopkit.frozen import dataclass
from sopkit.source import Span
from sopkit.text import Lang, Phrase, say


class Severity(Enum):
    """How much a finding weighs; the values are what `--format json` prints."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return ("error", "warning", "note").index(self.value)


class Verdict(Enum):
    """What an analysis knows; `proved` and `not assessed` are not findings and are listed apart."""

    VIOLATED = "violated"
    POSSIBLE = "possible"

    @property
    def severity(self) -> Severity:
        """A counterexample was replayed, and it is an error; while it rests on what nobody declared, it is a warning."""
        return Severity.ERROR if self is Verdict.VIOLATED else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding: its code, its name after the bad pattern, its texts and its examples, in one place.

    `message`, `fix` may hold `{placeholders}`, the same in both languages; a finding's `args` fill them.
    `bad` and `good` are whole documents (several split by `---`) or bare fragments, as the rule page shows them; the tests run them.
    """

    code: str
    name: str
    severity: Severity
    summary: Phrase
    message: Phrase
    why: Phrase
    fix: Phrase
    bad: str
    good: str
    aliases: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    """Rows of the catalogue of law of which it decides a part, beside those that are its aliases."""

    @property
    def decides(self) -> tuple[str, ...]:
        """The rows of the catalogue of law that it decides, whole or in part; none for a rule that no law stands behind."""
        return (*self.aliases, *self.controls)


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that the reader of a finding needs, and what it is."""

    span: Span
    note: Phrase


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline: what happens at an instant of one customer's, or one record's, possible course."""

    at: datetime
    """On the clock of the customer or, for tools, of the workspace; no time zone attached."""
    what: Phrase
    span: Span | None = None
    """Where it is written that this happens."""
    counted: bool = False
    """Whether it is one of those that break the promise: printed with a mark."""


@dataclass(frozen=True, slots=True)
class Worst:
    """How many touches a customer gets at worst in the window of a cap."""

    of: str
    """`cap/weekly`."""

    most: int
    held_by: str = ""
    """The tool that holds it to that number, where the plan alone may not."""


Measure = Literal[
    "deadline", "withdrawal", "consent", "copy", "alert", "reply", "heard", "minutes", "price", "touches"
]  # fmt: skip
"""What a number of a proof counts: seconds, but minutes of a week, the share that is taken off a price, and touches."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far it comes at worst with one thing that a proof speaks of, and how far it may: the further, the weaker the proof."""

    measure: Measure
    of: str
    """`consent/sms-marketing`."""
    worst: float
    limit: float


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of law that stands behind a finding, and how well it was checked."""

    pack: str
    id: str
    law: Phrase
    article: str
    summary: Phrase
    status: Literal["V", "S", "U"]
    """The text was read; a secondary source only; from memory."""
    in_force_from: date | None
    source: str
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`; bytes outside stay as they are."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that the tool can make itself; `safe` when it can't change what the author meant."""

    label: Phrase
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of one rule at one place."""

    rule: Rule
    span: Span
    args: Mapping[str, str | Phrase] = field(default_factory=dict)
    subject: str = ""
    """What it is about, as `lifecycle/new-member/awareness/welcome` or `role/guide`; empty where nothing has a name yet."""
    severity: Severity | None = None
    """Overrides the verdict's and the rule's."""
    verdict: Verdict | None = None
    related: tuple[Related, ...] = ()
    timeline: tuple[Moment, ...] = ()
    """A course of events that shows the violation, in order of time."""
    assumptions: tuple[Phrase, ...] = ()
    """What the verdict rests on and nobody declared."""
    fixes: tuple[Fix, ...] = ()
    stub: str = ""
    """YAML to paste, for a noun that is missing."""
    suggestions: tuple[str, ...] = ()
    """Near names, best first, at most three."""
    law: tuple[Citation, ...] = ()
    """The articles in force that it touches, of the packs that apply."""
    worst: Worst | None = None
    """Of the course, or of what could not be shown to be less."""
    occurrence: int = 0
    """How many findings of the same rule, subject and message stand before it; see `numbered`."""

    @property
    def weight(self) -> Severity:
        """What the finding says for itself, else what its verdict means, else what its rule says."""
        return self.severity or (self.verdict.severity if self.verdict else self.rule.severity)

    def message(self, lang: Lang) -> str:
        return self.rule.message.fill(lang, self.args)

    def fix(self, lang: Lang) -> str:
        return self.rule.fix.fill(lang, self.args)

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (*self.span.sort_key, self.rule.code, self.subject, self.message("en"))


@dataclass(frozen=True, slots=True)
class Proof:
    """What an analysis showed to hold for every run, with what it rests on."""

    rule: Rule
    subject: str
    statement: Phrase
    assumptions: tuple[Phrase, ...] = ()
    worst: Worst | None = None
    extents: tuple[Extent, ...] = ()
    """Other numbers that it shows, each thing once."""

    @property
    def sort_key(self) -> tuple[str, str, str]:
        return (self.rule.code, self.subject, self.statement.en)


@dataclass(frozen=True, slots=True)
class Unassessed:
    """What an analysis could not settle: a bound on effort was reached, or what it needs is missing. Never shown as clean."""

    rule: Rule
    subject: str
    reason: Phrase
    span: Span | None = None
    """What it is about, where that is written at one place."""

    @property
    def sort_key(self) -> tuple[object, ...]:
        place = self.span.sort_key if self.span else ()
        return (self.rule.code, self.subject, self.reason.en, place)


Outcome = Finding | Proof | Unassessed
"""What an analysis says of one question."""


def farthest(extents: Iterable[Extent]) -> tuple[Extent, ...]:
    """Return the worst number of each thing, sorted by what they are of."""
    found: dict[tuple[str, str], Extent] = {}
    for one in extents:
        known = found.setdefault((one.measure, one.of), one)
        if (one.worst, -one.limit) > (known.worst, -known.limit):
            found[one.measure, one.of] = one
    return tuple(found[key] for key in sorted(found))


def fingerprint(finding: Finding) -> str:
    """Return 16 hex digits of rule, subject, what the message names, and occurrence.

    Neither file nor line is in it, nor what only the advice says: it stays when lines, documents or keys move. What has no subject
    is told apart by the line that it stands on.
    """
    parts = (finding.rule.code, _about(finding) or _line(finding.span), str(finding.occurrence))
    args = (
        f"{name}={say(finding.args[name], 'en')}" for name in _named(finding.rule.message.en) if name in finding.args
    )
    return hashlib.blake2b("\0".join((*parts, *args)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def numbered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in their order, each with the number of those before it that have the same fingerprint without one."""
    given = tuple(findings)
    places = Counter((one.rule.code, _about(one)) for one in given)
    seen: Counter[str] = Counter()
    kept: list[Finding] = []
    for one in given:
        if places[one.rule.code, _about(one)] > 1:
            print_ = fingerprint(replace(one, occurrence=0) if one.occurrence else one)
            if seen[print_] != one.occurrence:
                one = replace(one, occurrence=seen[print_])  # noqa: PLW2901  the same finding
            seen[print_] += 1
        kept.append(one)
    return tuple(kept)


def _about(finding: Finding) -> str:
    """Return the subject; of a cap that is broken the cap and the playbook, whichever touch of it the course that was found ends with."""
    if finding.worst is None:
        return finding.subject
    return f"{finding.worst.of} {playbook_of(finding.subject)}"


def playbook_of(subject: str) -> str:
    """Return the first two words of a subject: the playbook that it is, or is in, where it is of one."""
    return "/".join(subject.split("/", 2)[:2])


@cache
def _named(message: str) -> tuple[str, ...]:
    """Return the placeholders of a message, sorted, each once."""
    return tuple(sorted({name for _, name, _, _ in Formatter().parse(message) if name}))


def _line(span: Span) -> str:
    """Return the line that a span begins on, without what stands around it and without a comment behind it."""
    lines = span.source.lines
    text = lines[span.line - 1] if span.line <= len(lines) else ""
    return text.partition(" #")[0].strip()


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by place and code, each once."""
    unique = {finding.sort_key: finding for finding in findings}
    return tuple(unique[key] for key in sorted(unique))
