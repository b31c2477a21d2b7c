"""How text lies in the columns of a terminal: hostile characters made visible, Chinese two columns wide, lines wrapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import category, east_asian_width

TAB: Final = "    "
JOINER: Final = "\u200d"
WIDE_SELECTOR: Final = "\ufe0f"
SKIN_TONES: Final = range(0x1F3FB, 0x1F400)

KEPT: Final = frozenset({JOINER, "\u200c"})
"""Format characters that emoji and some scripts need and that can neither hide nor turn text."""

NOT_AT_START: Final = frozenset("，。、；：？！）】》」』〉”’％…·,.;:?!)]}%")
NOT_AT_END: Final = frozenset("（【《「『〈“‘([{")


def visible(text: str) -> str:
    """Return `text` with every control, bidirectional, invisible or unpaired character written as `<U+XXXX>`.

    What an input file holds must never steer the terminal, nor read in another order than it is.
    """
    return text if text.isprintable() else text.translate(_SHOWN)


def _shown(char: str) -> str:
    if char == "\t":
        return TAB
    if char in KEPT or category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return char
    return f"<U+{ord(char):04X}>"


def width(text: str) -> int:
    """Return how many columns `text`, already visible, takes; combining marks take none, emoji sequences two."""
    if text.isascii():
        return len(text)
    columns = text.translate(_COLUMNS)
    if "?" in columns:
        return sum(columns for _, columns in _cells(text))
    return len(text) + columns.count("2") - columns.count("0")


class _Signs(dict[int, str]):
    """A table for `str.translate` that asks once of each character for the sign that stands for it: much faster than character by
    character."""

    def __init__(self, sign_of: Callable[[str], str]) -> None:
        super().__init__()
        self.sign_of = sign_of

    def __missing__(self, code: int) -> str:
        self[code] = sign = self.sign_of(chr(code))
        return sign


def _column_sign(char: str) -> str:
    """Return the columns that a character takes; `?` where that hangs on those around it."""
    if char in {JOINER, WIDE_SELECTOR} or ord(char) in SKIN_TONES:
        return "?"
    return "0" if category(char) in {"Mn", "Me", "Cf"} else "2" if _is_wide(char) else "1"


def _cells(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character with the columns that it adds."""
    joined = False
    last = 0
    for char in text:
        if joined or char == JOINER or ord(char) in SKIN_TONES:
            columns = 0
        elif char == WIDE_SELECTOR:
            columns = 1 if last == 1 else 0
        elif category(char) in {"Mn", "Me", "Cf"}:
            columns = 0
        else:
            columns = last = 2 if east_asian_width(char) in "WF" else 1
        joined = char == JOINER
        yield char, columns


def clip(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """Return (what to show of `line`, columns before the carets, number of carets) in at most `room` columns.

    `start` and `end` are 0-based code points of the raw line; the part around `start` is kept when the line is too long.
    """
    before, marked, after = visible(line[:start]), visible(line[start:end]), visible(line[end:])
    if width(before) + width(marked) + width(after) > room:
        marked = _head(marked, room - 2)
        spare = room - width(marked)
        before = _tail(before, max(spare * 2 // 3, spare - width(after)))
        after = _head(after, spare - width(before))
    return before + marked + after, width(before), max(1, width(marked))


def _head(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    kept, used = [], 1
    for char, columns in _cells(text):
        used += columns
        if used > room:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _tail(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    cells = list(_cells(text))
    used, at = 1, len(cells)
    while at and used + cells[at - 1][1] <= room:
        at -= 1
        used += cells[at][1]
    return "…" + text[at:]


def wrap(text: str, room: int) -> list[str]:
    """Return `text`, made visible, as lines of at most `room` columns: broken at spaces and between Chinese characters.

    A line starts with no closing punctuation and ends with no opening one; a word longer than a line stands alone.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        shown = visible(paragraph)
        if width(shown) <= room:
            lines.append(shown.strip())
            continue
        hangs_together = WIDE_SELECTOR in shown  # it may take a column for what stands before it
        line, used = "", 0
        for piece in _pieces(shown):
            if line and used + _width_of_piece(piece.rstrip()) > room:
                lines.append(line.rstrip())
                line, used = "", 0
            added = piece if line else piece.lstrip()
            line += added
            used = width(line) if hangs_together else used + _width_of_piece(added)
        lines.append(line.rstrip())
    return lines


_width_of_piece = lru_cache(maxsize=4096)(width)
"""Most pieces are one Chinese character, or a word that comes again."""


def _pieces(text: str) -> list[str]:
    """Return the stretches of `text` between which a line may break."""
    ends = [found.start() for found in BREAKS.finditer(text.translate(_BREAKING))]
    return [text[start:end] for start, end in pairwise((0, *ends, len(text)))]


BREAKS: Final = re.compile("(?<=s)(?=[^sxX])|(?<=[WXM])(?=[^sxXjmM])|(?<=[^oOj])(?=[WOM])")
"""Where a line may break, in signs: behind a space, or beside something wide (capital letters)."""


def _breaking_sign(char: str) -> str:
    """Return a space as `s`, the joiner as `j`, what starts no line as `x`, what ends none as `o`, a mark as `m`, all else as `w`;
    as a capital letter what is wide."""
    if char in {" ", JOINER}:
        return "s" if char == " " else "j"
    sign = "x" if char in NOT_AT_START else "o" if char in NOT_AT_END else "m" if category(char) == "Mn" else "w"
    return sign.upper() if _is_wide(char) else sign


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"


_SHOWN: Final = _Signs(_shown)
_COLUMNS: Final = _Signs(_column_sign)
_BREAKING: Final = _Signs(_breaking_sign)


def pad(text: str, room: int) -> str:
    """Return `text` followed by spaces up to `room` columns."""
    return text + " " * (room - width(text))
