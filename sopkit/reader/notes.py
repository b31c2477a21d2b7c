"""What the reader has to say about one file: rules and offsets go in, findings come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Final

from sopkit.diagnostics import Edit, Finding, Fix, Related, Rule, Severity
from sopkit.frozen import dataclass
from sopkit.source import Source
from sopkit.text import Phrase

MOST_OF_A_RULE: Final = 20
"""So many findings of one rule in one file: more of the same help nobody."""


class RefusedError(Exception):
    """A document can't be read; holds what `Notes.add` takes."""

    def __init__(
        self,
        rule: Rule,
        start: int,
        end: int,
        args: Mapping[str, str | Phrase] | None = None,
        *,
        related: tuple[tuple[int, int, Phrase], ...] = (),
        fixes: tuple[Fix, ...] = (),
        commas: tuple[int, ...] = (),
    ) -> None:
        self.rule = rule
        self.start = start
        self.end = end
        self.values = args  # `args` is taken by every exception
        self.related = related
        self.fixes = fixes
        self.commas = commas
        """Offsets of full-width commas that are surely meant as plain ones: with these the document may be read."""


@dataclass(slots=True)
class Notes:
    """The findings of one file so far."""

    source: Source
    text: str = ""
    """As it is parsed: what must not be there is replaced, and every offset kept."""
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    layout: list[int] = field(default_factory=list)
    """Offsets of odd indents: what a parser says after them is only a consequence."""

    def add(
        self,
        rule: Rule,
        start: int,
        end: int,
        args: Mapping[str, str | Phrase] | None = None,
        *,
        related: tuple[tuple[int, int, Phrase], ...] = (),
        fixes: tuple[Fix, ...] = (),
        severity: Severity | None = None,
    ) -> None:
        """Note a finding about the text from `start` to `end`."""
        self.counts[rule.code] = self.counts.get(rule.code, 0) + 1
        if self.counts[rule.code] > MOST_OF_A_RULE:
            return
        start, end = self._inside(start), self._inside(max(start, end))
        if not self.source.text[start:end].strip("\r\n"):
            end = start
        places = tuple(Related(self.source.span(first, last), note) for first, last, note in related)
        span = self.source.span(start, end)
        self.findings.append(Finding(rule, span, dict(args or {}), related=places, fixes=fixes, severity=severity))

    def _inside(self, at: int) -> int:
        """Return the offset kept within the text, and out of the middle of a line's end."""
        text = self.source.text
        at = min(at, len(text))
        return at - (text[at - 1 : at + 1] == "\r\n")

    def refuse(self, refusal: RefusedError) -> None:
        """Note why a document can't be read."""
        one = refusal
        self.add(one.rule, one.start, one.end, one.values, related=one.related, fixes=one.fixes)

    def state(self) -> tuple[int, dict[str, int]]:
        """Return what `forget_since` goes back to."""
        return len(self.findings), dict(self.counts)

    def forget_since(self, state: tuple[int, dict[str, int]]) -> None:
        """Drop what was noted since: the same is read again."""
        del self.findings[state[0] :]
        self.counts = state[1]

    def read_as_plain(self, refusal: RefusedError) -> None:
        """Note full-width commas, those of one line in one finding, and let the text be parsed with plain ones."""
        self.refuse(refusal)
        if len(self.findings) > 1:
            *_, last, new = self.findings
            if (last.rule, last.span.line) == (new.rule, new.span.line) and last.args == new.args and last.fixes:
                edits = last.fixes[0].edits + new.fixes[0].edits
                self.findings[-2:] = [replace(last, fixes=(replace(last.fixes[0], edits=edits),))]
        for at in refusal.commas:
            self.text = f"{self.text[:at]},{self.text[at + 1 :]}"

    def replacing(self, label: Phrase, *edits: tuple[int, int, str], safe: bool = False) -> tuple[Fix, ...]:
        """Return the fix that puts each text in the place of what stands from start to end."""
        return (Fix(label, tuple(Edit(self.source.span(start, end), text) for start, end, text in edits), safe),)
