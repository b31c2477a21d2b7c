"""Words to draw go in; how wide they are, and the lines that they are broken into, come out: by display width, without a font."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is drawn at `size` pixels; generous, since fonts differ."""
    return size * sum(_em(char) for char in text)


@cache
def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if unicodedata.combining(char):
        return 0.0
    return 0.74 if char.isupper() or char in "mwMW@%≥≤→" else 0.6


@lru_cache(maxsize=4096)
def wrap(text: str, widest: float) -> tuple[str, ...]:
    """Break `text` into lines of at most `widest` ems, at spaces where there are any, about as long as each other; never nothing."""
    pieces = _pieces(" ".join(text.split()), widest)
    lines = _filled(pieces, widest)
    if len(lines) < 2:
        return lines
    # As many lines, but none of a word or two: the narrowest width that still has room for all.
    least = max(
        sum(text_width(line, 1.0) for line in lines) / len(lines),
        *(text_width(piece.rstrip(), 1.0) for piece in pieces),
    )
    for step in range(4):
        narrower = _filled(pieces, least + (widest - least) * step / 4)
        if len(narrower) == len(lines):
            return narrower
    return lines


def _filled(pieces: Sequence[str], widest: float) -> tuple[str, ...]:
    lines: list[str] = []
    line, width = "", 0.0
    for piece in pieces:
        if line and width + text_width(piece.rstrip(), 1.0) > widest:
            lines.append(line.rstrip())
            line = piece.lstrip()
            width = text_width(line, 1.0)
        else:
            line += piece
            width += text_width(piece, 1.0)
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


OPENING: Final = "（《「“‘【("
CLOSING: Final = "，。、；：！？）】》」”’…％%"
HYPHENS: Final = re.compile(r"(?<=\w-)(?=\w)")


def _pieces(text: str, widest: float) -> tuple[str, ...]:
    """Split into pieces that must stay together: runs of narrow letters with their space, single wide characters with their brackets."""
    pieces: list[str] = []
    for char in text:
        last = pieces[-1][-1] if pieces else ""
        joined = char in CLOSING or (last and last in OPENING)
        if pieces and (joined or (not _is_wide(char) and last != " " and char not in OPENING and not _is_wide(last))):
            pieces[-1] += char
        else:
            pieces.append(char)
    return tuple(part for piece in pieces for part in _chop(piece, widest))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _chop(piece: str, widest: float) -> list[str]:
    """Cut a piece that fits into no line: behind its hyphens, and between letters where that is not enough."""
    if text_width(piece, 1.0) <= widest:
        return [piece]
    hyphened = HYPHENS.split(piece)
    if len(hyphened) > 1:
        return [part for each in hyphened for part in _chop(each, widest)]
    parts = [""]
    width = 0.0
    for char in piece:
        if parts[-1] and width + _em(char) > widest:
            parts.append("")
            width = 0.0
        parts[-1] += char
        width += _em(char)
    return parts
