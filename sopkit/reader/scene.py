"""A text and the place where reading broke off go in; the lines, words and brackets around that place come out."""

from __future__ import annotations

import re
from typing import Final

import yaml

from sopkit.diagnostics import Fix
from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.events import ParserName, Problem, ScalarToken, tokens
from sopkit.reader.notes import Notes

DOCUMENT: Final = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
"""Where a document begins; it can't stand inside any scalar or bracket."""

LEAD: Final = re.compile(r"[ ]*")
DASHES: Final = re.compile(r"[ ]*(?:-[ ]+)*")
COMMENT: Final = re.compile(r"(?:^|[ \t]+)#.*")
QUOTES: Final = ("'", '"')
BLANKS: Final = " \t\r"

LONGEST_QUOTATION: Final = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as offsets into the text."""

    start: int
    lead: int
    """Behind the indent."""
    first: int
    """Behind the indent and the dashes of a list."""
    end: int
    """Before trailing blanks and comments."""

    @property
    def indent(self) -> int:
        return self.lead - self.start


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a parser gave up, and what stands around it."""

    text: str
    problem: Problem
    notes: Notes
    parser: ParserName | None

    @property
    def at(self) -> int:
        return self.problem.at

    @property
    def origin(self) -> int:
        """Where what can't be read begins; where that is unknown, the place of the problem."""
        return self.at if self.problem.context_at is None else self.problem.context_at

    @property
    def sign(self) -> str:
        return self.text[self.at : self.at + 1]

    def line(self, at: int) -> Line:
        """Return the line that holds the offset."""
        start = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        ends = [end for end in (self.text.find("\n", at), self.text.find("\r", at)) if end >= 0]
        end = min(ends, default=len(self.text))
        comment = COMMENT.search(self.text, start, end)
        cut = comment.start() if comment and comment.start() > at else end
        while cut > start and self.text[cut - 1] in BLANKS:
            cut -= 1
        return Line(start, self._behind(LEAD, start, cut), self._behind(DASHES, start, cut), cut)

    def line_end(self, line: Line) -> int:
        """Return where the line ends, comment and trailing blanks included."""
        ends = [end for end in (self.text.find("\n", line.start), self.text.find("\r", line.start)) if end >= 0]
        return min(ends, default=len(self.text))

    def _behind(self, pattern: re.Pattern[str], start: int, end: int) -> int:
        found = pattern.match(self.text, start, max(start, end))
        return found.end() if found else start

    def above(self, line: Line) -> Line | None:
        """Return the nearest line above that holds more than a comment."""
        while line.start > 0:
            line = self.line(line.start - 1)
            if line.lead < line.end and self.text[line.lead] != "#":
                return line
        return None

    def words(self, line: Line) -> str:
        """Return what the line says, without its indent and dashes."""
        return self.text[line.first : line.end]

    def before(self) -> str:
        """Return what stands on the line before the problem, trailing blanks left out."""
        return self.text[self.line(self.at).start : self.at].rstrip()

    def value_end(self, at: int) -> int:
        """Return where the unquoted value that begins at `at` was meant to end: with its line, or inside brackets at a comma."""
        line = self.line(at)
        before = self.text[line.start : at]
        if before.count("{") + before.count("[") > before.count("}") + before.count("]"):
            found = re.compile(r"[^,\]}\r\n]*").match(self.text, at)
            return at + len(found.group().rstrip()) if found else at
        return max(line.end, at)

    def open_bracket(self) -> int | None:
        """Return the innermost bracket that is open at the problem, quotes not looked at."""
        closed = 0
        for at in range(self.at - 1, max(self.text.rfind("\n---", 0, self.at), -1), -1):
            if self.text[at] in "]}":
                closed += 1
            elif self.text[at] in "[{":
                closed -= 1
                if closed < 0:
                    return at
        return None

    def quoted_before(self) -> tuple[int, int] | None:
        """Return where the quoted text stands that ends before the problem, blanks between them left out."""
        begun = max((found.start() for found in DOCUMENT.finditer(self.text, 0, self.at)), default=0)
        end = len(self.text[: self.at].rstrip())
        try:
            for token in iter(tokens(self.text[begun:], self.parser), None):
                last = begun + token.end_mark.index
                if isinstance(token, ScalarToken) and token.style in QUOTES and last >= end:
                    return (begun + token.start_mark.index, end) if last == end else None
        except yaml.YAMLError:
            pass
        return None

    def quoting(self, start: int, end: int, *, safe: bool = False) -> tuple[Fix, ...]:
        """Return the fix that puts quotes round a stretch, if plain quotes will do."""
        return quoting(start, end, self.notes, safe=safe)


def quoting(start: int, end: int, notes: Notes, *, safe: bool = False) -> tuple[Fix, ...]:
    """Return the fix that puts quotes round a stretch, if plain quotes will do."""
    inside = notes.text[start:end]
    if not inside or not inside.isprintable():
        return ()
    if '"' not in inside and "\\" not in inside:
        return notes.replacing(rules.QUOTE_IT, (start, end, f'"{inside}"'), safe=safe)
    return notes.replacing(rules.QUOTE_IT, (start, end, f"'{inside}'"), safe=safe) if "'" not in inside else ()


def shortened(text: str) -> str:
    """Return the text on one line, cut when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTATION else line[: LONGEST_QUOTATION - 1] + "…"
