"""A compilation goes in, and what was asked of it; what every machine format has to tell comes out, each with a place in a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sopkit.diagnostics import Finding, Moment, Severity
from sopkit.frozen import dataclass
from sopkit.reader.files import SETTINGS
from sopkit.render.columns import visible
from sopkit.render.findings_json import Entry, entries
from sopkit.render.terminal import COUNTED, FIX, LAW, NEAR, PASTE, UNCOUNTED, cited
from sopkit.render.unjudged import unjudged_said
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.diagnostics import Rule
    from sopkit.pipeline import Compilation

NOT_ASSESSED: Final = Phrase("没能判断", "not assessed")
UNJUDGED: Final = "unjudged"
"""Stands for the rule of what errors keep from being judged."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as machines are told of it: relative to the repository, 1-based, columns in code points, the end exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What could not be judged, and whether the check fails by it."""

    rule: Rule | None
    """None for what errors keep from being judged."""
    subject: str
    said: str
    span: Span | None
    fails: bool

    @property
    def name(self) -> str:
        return self.rule.name if self.rule else UNJUDGED

    @property
    def title(self) -> str:
        """Return code and name, as `SOP301 over-touch`."""
        return f"{self.rule.code} {self.rule.name}" if self.rule else UNJUDGED

    @property
    def fingerprint(self) -> str:
        """Return 16 hex digits that stay the same when lines move."""
        parts = (self.name, self.span.path if self.span else "", self.subject, self.said)
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Report:
    """What one check found, in one language, for the formats that machines read."""

    compilation: Compilation
    lang: Lang
    prefix: str = ""
    """Put before every path, so that it is relative to the repository."""
    left_over: tuple[Phrase, ...] = ()
    fail_on: Severity = Severity.ERROR
    """The least severity by which the check fails."""
    allow_not_assessed: bool = False

    @cached_property
    def entries(self) -> list[Entry]:
        """The findings, those that are waived among them."""
        return entries(self.compilation, self.compilation.findings)

    @property
    def open(self) -> list[Entry]:
        """Those that count."""
        return [one for one in self.entries if not one.accepted]

    @property
    def waived(self) -> list[Entry]:
        """Those that a waiver accepts."""
        return [one for one in self.entries if one.accepted]

    @cached_property
    def unsettled(self) -> list[Unsettled]:
        """What could not be judged; last what errors keep from being judged."""
        doubts = [
            Unsettled(one.rule, one.subject, one.reason.within(self.lang), one.span, not self.allow_not_assessed)
            for one in self.compilation.not_assessed
        ]
        said = unjudged_said(self.compilation)
        held = [Unsettled(None, "", said.within(self.lang), None, not self.allow_not_assessed)] if said else []
        return [*doubts, *held]

    def fails(self, finding: Finding) -> bool:
        """Whether the check fails by an open finding."""
        return finding.weight.rank <= self.fail_on.rank

    def spot(self, span: Span | None) -> Spot:
        """Return a place in a file of the repository; what stands in none of them is shown at the settings."""
        if span is None or span.path.startswith(BUILTIN):
            return Spot(self.prefix + SETTINGS)
        return Spot(self.prefix + span.path, span.line, span.column, span.end_line, span.end_column)

    def place(self, span: Span) -> str:
        """Return `file:line:column`."""
        path = span.path if span.path.startswith(BUILTIN) else self.prefix + span.path
        return f"{path}:{span.line}:{span.column}"

    def moment(self, moment: Moment) -> str:
        """Return one line of a timeline."""
        return f"{moment.at:%Y-%m-%d %H:%M} {COUNTED if moment.counted else UNCOUNTED} {moment.what.within(self.lang)}"

    def lines(self, finding: Finding) -> Iterator[str]:
        """Yield what is wrong, then how it comes about, where else to look, what to do and the law: a line each, none that hides."""
        yield visible(finding.message(self.lang))
        for moment in finding.timeline:
            yield visible(self.moment(moment))
        for related in finding.related:
            yield visible(f"{self.place(related.span)} {related.note.within(self.lang)}")
        if finding.suggestions:
            yield visible(f"{self._label(NEAR)}{', '.join(finding.suggestions)}")
        if fix := finding.fix(self.lang):
            yield visible(self._label(FIX) + fix)
        if finding.law:
            yield visible(self._label(LAW) + "; ".join(cited(one, self.lang) for one in finding.law))

    def stub(self, finding: Finding) -> list[str]:
        """Return the lines of YAML that the advice says are to be pasted; none where there is nothing."""
        return [visible(line) for line in finding.stub.rstrip("\n").split("\n")] if finding.stub else []

    def text(self, finding: Finding) -> str:
        """Return all that `lines` says, and what is to be pasted below it."""
        stub = self.stub(finding)
        return "\n".join([*self.lines(finding), *([self._label(PASTE).rstrip()] if stub else []), *stub])

    def doubt(self, one: Unsettled) -> str:
        """Return in one line that something was not assessed, and why."""
        return visible(self._label(NOT_ASSESSED) + one.said)

    def _label(self, label: Phrase) -> str:
        return label.within(self.lang) + ("：" if self.lang == "zh-CN" else ": ")
