"""How much room words take on a page, at most: lines of text go in, a number of printed lines comes out.

A block that surely fits is kept on one page; whatever may not fit may be broken, since what stands below the foot of a page is lost.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import ClassVar, Final

from sopkit.frozen import dataclass
from sopkit.render.document import Column, Fact, Table, Week, field_names, is_line
from sopkit.render.marks import Line, plain

PAGE_EMS: Final = 46.0
"""The width of a page's text, in ems of its letters, less the inset of a card."""
LABEL_EMS: Final = 7.0
"""Of what stands beside a fact."""
NARROWEST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Room:
    lines: float

    @property
    def fits_a_block(self) -> bool:
        return self.lines <= Extent.BLOCK

    @property
    def fits_a_card(self) -> bool:
        return self.lines <= Extent.CARD


class Extent:
    """Reckons for a table's columns, or for the whole width of a page."""

    ROW: ClassVar[int] = 14
    BLOCK: ClassVar[int] = 26
    """Printed lines, of which a page has about 50."""
    CARD: ClassVar[int] = 36
    """A step is worth more white at a page's foot: whoever does it reads it at one glance."""

    def __init__(self, columns: tuple[Column, ...] = ()) -> None:
        whole = sum(column.width for column in columns) or 1
        self._widths = tuple(
            PAGE_EMS * column.width / whole for column in columns if column.form not in ("tick", "blank")
        )

    def of(self, block: object) -> Room:
        """Return the room of a block other than a table: each of its lines begins anew, beside a label."""
        return Room(sum(_heights(block)))

    def lines(self, lines: Iterable[Line]) -> float:
        return sum(_lines(line, PAGE_EMS * 0.8) for line in lines)

    def row(self, row: tuple[Line, ...]) -> float:
        """Return the height of a row of the table."""
        return max((_lines(cell, width) for cell, width in zip(row, self._widths, strict=False)), default=1.0)


def fits_a_page(week: Week) -> bool:
    """Whether the days of a week, side by side in small letters, surely have room on one page."""
    each_day = [[line for each in day.entries for line in (each.when, *each.what)] for day in week.days]
    width = PAGE_EMS / max(1, len(week.days))
    return max((sum(_lines(line, width) for line in lines) for lines in each_day), default=0) <= 2 * Extent.BLOCK


def _heights(value: object) -> Iterator[float]:
    if isinstance(value, tuple):
        if is_line(value):
            yield _lines(value, PAGE_EMS * 0.8)
        else:
            for part in value:
                yield from _heights(part)
    elif isinstance(value, Table):
        yield 4.0 * Extent.BLOCK
    elif isinstance(value, Fact):
        yield max(_lines(value.label, LABEL_EMS), sum(_heights(value.lines)))
    else:
        for name in field_names(value):
            yield from _heights(getattr(value, name))


def _lines(line: Line, width: float) -> float:
    return _filled(plain(line), max(NARROWEST, width - 1))


@lru_cache(maxsize=32_768)
def _filled(text: str, room: float) -> float:
    return sum(max(1, math.ceil(_width(part) * 1.1 / room)) for part in text.split("\n"))


@lru_cache(maxsize=8192)
def _width(text: str) -> float:
    return sum(map(_ems, text))


@cache
def _ems(char: str) -> float:
    """Return how wide a character is at most; of scripts that we have not measured, twelve ems."""
    if "\u4e00" <= char <= "\u9fff" or unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if char < "\u0250":
        return 0.95 if char.isupper() or char in "mwMW@%" else 0.62
    return 1.5 if "\u2000" <= char <= "\u2bff" else 12.0
