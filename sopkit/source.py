"""A file's bytes as given, and places in it: lines and columns as an editor counts them."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from codecs import BOM_UTF8
from functools import cached_property
from itertools import accumulate
from typing import Final

from sopkit.frozen import dataclass

LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""What ends a line in YAML 1.2, and nothing else does."""
SHORT: Final = 10_000
"""Characters up to which counting line ends is quicker than listing them."""


class Source:
    """One file: its display path (posix, relative to the workspace) and its bytes; the text is decoded when asked for.

    Undecodable bytes read as U+FFFD, so that a finding can always show the line.
    """

    def __init__(self, path: str, data: bytes, place: str = "") -> None:
        self.path = path
        self.data = data
        self.place = place
        """Where it lies on disk, when it does; what is shown lacks characters that nobody can see."""

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.data)} bytes)"

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.data).digest()

    @cached_property
    def text(self) -> str:
        """The text without a byte order mark; line ends are kept as written."""
        return self.data.removeprefix(BOM_UTF8).decode(errors="replace")

    @cached_property
    def lines(self) -> tuple[str, ...]:
        r"""The lines without their ends; only `\n`, `\r\n` and `\r` end a line, as in YAML 1.2."""
        return tuple(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset in `text` at which each line starts."""
        if "\r" in self.text:
            return (0, *[end.end() for end in LINE_END.finditer(self.text)])
        lengths = [len(line) + 1 for line in self.lines]  # five times as fast, and nearly every file
        return tuple(accumulate(lengths[:-1], initial=0))

    def span(self, start: int, end: int) -> Span:
        """Return the stretch from offset `start` in `text` to offset `end`, exclusive."""
        return Span(self, *self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset: of a short file, of which few places are asked, without a list of all lines."""
        text = self.text
        if len(text) <= SHORT and "\r" not in text:
            return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source: lines and columns are 1-based, columns count code points, the end is exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def sort_key(self) -> tuple[str, int, int, int, int]:
        return (self.source.path, self.line, self.column, self.end_line, self.end_column)

    def excerpt(self) -> str:
        """Return the text that the span covers, lines joined by newlines."""
        lines = self.source.lines[self.line - 1 : self.end_line]
        if not lines:
            return ""
        if self.line == self.end_line:
            return lines[0][self.column - 1 : self.end_column - 1]
        return "\n".join((lines[0][self.column - 1 :], *lines[1:-1], lines[-1][: self.end_column - 1]))
