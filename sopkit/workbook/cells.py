"""What a spreadsheet holds, once it is read: sheets of cells, each with its address, and what was told of them on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.text import Phrase

Sort = Literal["text", "number", "day", "time"]
UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control and bidirectional characters, which nobody typed on purpose."""


NO_VALUE: Final = Phrase(
    "这是公式，文件里没有存它算出的值；请在 Excel 或 WPS 里打开、保存一次，再导入",
    "this is a formula, and the file holds no value of it; open it in Excel or WPS, save it, and import that",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text as a person would type it, and what the program held it for."""

    text: str
    address: str
    """As `新客!B7`."""
    sort: Sort = "text"
    raw: str = ""
    """The text with its blanks, where they matter."""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows` begin at A1 and are all equally long, merged ranges are filled."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    filled: Mapping[str, str] = field(default_factory=dict)
    """Address that only repeats what stands in the corner of a merged range → address of the corner."""
    formulas: tuple[str, ...] = ()
    notes: Mapping[str, str] | None = None
    """Address → what somebody wrote beside the cell."""


@dataclass(frozen=True, slots=True)
class Book:
    """One spreadsheet, and what is to be said about the file as a whole."""

    name: str
    sheets: tuple[Sheet, ...]
    told: tuple[tuple[str, Phrase], ...] = ()
    """Address or name of a sheet → what was noticed there while reading."""


def address(sheet: str, row: int, column: int) -> str:
    """Return the address of the cell in a row and column counted from 0."""
    return f"{sheet}!{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the letters of a column counted from 0."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said


def tidy(text: str) -> str:
    """Return a cell's text without what can't be seen and without blanks at the ends of its lines."""
    seen = UNSEEN.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    return "\n".join(line.strip(" \t\u3000\xa0") for line in seen.split("\n")).strip("\n")


def all_cells(sheet: Sheet) -> Iterator[Cell]:
    """Yield every cell that holds something and repeats no other."""
    for row in sheet.rows:
        for cell in row:
            if cell and cell.address not in sheet.filled:
                yield cell
