"""How text lies in the columns of a terminal: hostile characters made visible, Chinese two columns wide, lines wrapped."""

from __future__ import annotations

from collections.abc import Iterator
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
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char == "\t":
        return TAB
    if char in KEPT or category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return char
    return f"<U+{ord(char):04X}>"


def width(text: str) -> int:
    """Return how many columns `text`, already visible, takes; combining marks take none, emoji sequences two."""
    return len(text) if text.isascii() else sum(columns for _, columns in _cells(text))


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
        line, used = "", 0
        for piece in _pieces(visible(paragraph)):
            if line and used + width(piece.rstrip()) > room:
                lines.append(line.rstrip())
                line, used = "", 0
            line += piece if line else piece.lstrip()
            used = width(line)
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Return the stretches of `text` between which a line may break."""
    pieces: list[str] = []
    for char in text:
        if pieces and not _breaks(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _breaks(left: str, right: str) -> bool:
    if right == " " or right in NOT_AT_START or left in NOT_AT_END:
        return False
    if left == " ":
        return True
    return (_is_wide(left) and right != JOINER and category(right) != "Mn") or (_is_wide(right) and left != JOINER)


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"


def pad(text: str, room: int) -> str:
    """Return `text` followed by spaces up to `room` columns."""
    return text + " " * (room - width(text))
