"""What one change is: its kind, what it is about, how it read before and after, where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from sopkit.diagnostics import Citation, Moment, Rule, Severity, Unassessed
from sopkit.frozen import dataclass
from sopkit.source import Span
from sopkit.text import Lang, Phrase


@dataclass(frozen=True, slots=True)
class Detail:
    """One key that reads otherwise; '' where it is not written."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise in the new version."""

    rule: Rule
    subject: str
    """As `lifecycle/new-member/awareness/welcome`; of what was renamed its new name."""
    args: Mapping[str, str | Phrase] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    before: Span | None = None
    after: Span | None = None
    severity: Severity | None = None
    """Overrides the rule's."""
    timeline: tuple[Moment, ...] = ()
    """A course of events of the new version that shows what is worse."""
    timeline_before: tuple[Moment, ...] = ()
    """The worst course of the former version, to compare it with."""
    assumptions: tuple[Phrase, ...] = ()
    law: tuple[Citation, ...] = ()
    advice: Phrase | None = None
    """What to do, in place of the rule's own, where a finding says it."""
    said: Phrase | None = None
    """What happened, where the rule tells of a change and the whole thing came or went."""

    @property
    def weight(self) -> Severity:
        return self.severity or self.rule.severity

    def message(self, lang: Lang) -> str:
        return (self.said or self.rule.message).fill(lang, {"subject": self.subject, **self.args})

    def fix(self, lang: Lang) -> str:
        return (
            self.advice.within(lang)
            if self.advice
            else self.rule.fix.fill(lang, {"subject": self.subject, **self.args})
        )

    @property
    def sort_key(self) -> tuple[object, ...]:
        details = tuple((one.key, one.before, one.after) for one in self.details)
        return (self.rule.code, self.subject, self.message("en"), details)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is otherwise, and what could not be judged."""

    changes: tuple[Change, ...]
    """By code and subject."""
    unjudged: tuple[Unassessed, ...]
    """What an analysis could settle of the old version and not of the new one, places that can't be read, and what is unknown for it."""

    former: int = 0
    """How many of these, at their beginning, are places of the former version."""

    def count(self, severity: Severity) -> int:
        return sum(one.weight is severity for one in self.changes)
