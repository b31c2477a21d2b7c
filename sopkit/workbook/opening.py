"""The name and bytes of a file go in; the sheets and cells of a spreadsheet, or the reason why it can't be read, come out."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from sopkit.text import Phrase
from sopkit.workbook import cells, package
from sopkit.workbook.cells import Book, Cell, Sheet, Sort, address, tidy
from sopkit.workbook.package import UnreadableError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Raw = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

MAX_FILE: Final = 50_000_000
MAX_ROWS: Final = 20_000
"""Rows of a sheet that are read; no SOP has more."""
MAX_COLUMNS: Final = 200
LONGEST_CELL: Final = 33_000
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXTS: Final = (".csv", ".tsv", ".txt")
CODES: Final = ("utf-8-sig", "gb18030")

MISSING: Final = Phrase(
    "读 Excel 文件要另装一个库：pip install 'sopkit[sheets]'（CSV 不需要）",
    "reading Excel files needs one more library: pip install 'sopkit[sheets]' (CSV does without)",
)
LARGE: Final = Phrase("文件超过 {limit} MB，没有读取", "the file is larger than {limit} MB and was not read")
EMPTY: Final = Phrase("是空的，没有可读的单元格", "is empty: there is no cell to read")
PASSWORD: Final = Phrase(
    "文件有密码；请在 Excel 或 WPS 里打开，去掉密码后另存，再导入",
    "the file is protected by a password; open it in Excel or WPS, save it without one, and import that",
)
OLD: Final = Phrase(
    "这是旧的 .xls 格式；请在 Excel 或 WPS 里打开，另存为 .xlsx",
    "this is the old .xls format; open it in Excel or WPS and save it as .xlsx",
)
NO_SHEET: Final = Phrase(
    "这不是表格文件；能读的是 .xlsx、.xlsm 和 .csv", "this is no spreadsheet; .xlsx, .xlsm and .csv can be read"
)
UNKNOWN_CODE: Final = Phrase(
    "看不出文字编码；请另存为“CSV UTF-8”", "the encoding of its text can't be told; save it as CSV UTF-8"
)
ROWS_LEFT: Final = Phrase(
    "共 {count} 行，只读了前 {limit} 行；其余请拆成几张工作表",
    "it holds {count} rows, of which the first {limit} were read; split the rest into sheets of their own",
)
COLUMNS_LEFT: Final = Phrase("只读了前 {limit} 列", "only the first {limit} columns were read")
CUT: Final = Phrase("单元格太长，后面的没有读", "the cell is too long: its end was not read")
UNSEEN: Final = Phrase("去掉了看不见的控制字符", "characters that can't be seen were left out")


def open_book(name: str, data: bytes) -> Book:
    """Return what the file holds. Raises `UnreadableError`; nothing in the file is ever run."""
    if len(data) > MAX_FILE:
        raise UnreadableError(LARGE, limit=str(MAX_FILE // 1_000_000))
    if not data.strip():
        raise UnreadableError(EMPTY)
    if data.startswith(OLE):
        raise UnreadableError(PASSWORD if "EncryptedPackage".encode("utf-16-le") in data else OLD)
    if data.startswith(b"PK"):
        book = _excel(name, data)
    elif PurePath(name).suffix.lower() in TEXTS:
        book = _csv(name, data)
    else:
        raise UnreadableError(NO_SHEET)
    if not any(cell for sheet in book.sheets for row in sheet.rows for cell in row) and not book.told:
        raise UnreadableError(EMPTY)
    return book


def _excel(name: str, data: bytes) -> Book:
    try:
        from python_calamine import (  # noqa: PLC0415  who reads no spreadsheet does without
            CalamineError,
            CalamineWorkbook,
            SheetTypeEnum,
            SheetVisibleEnum,
        )
    except ImportError:
        raise UnreadableError(MISSING) from None
    safe = package.unpack(data)
    told = [(name, one) for one in safe.told]
    sheets = []
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(safe.data))
        for position, about in enumerate(book.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            title = tidy(about.name).replace("\n", " ")
            if last := safe.too_large.get(about.name):
                told.append((title, package.SHEET_TOO_LARGE.filled(last=last)))
                continue
            found = book.get_sheet_by_index(position)
            sheet, noticed = _sheet(title, found, safe.notes.get(about.name, {}), safe.formulas.get(about.name, ()))
            sheets.append(
                Sheet(
                    sheet.name,
                    sheet.rows,
                    about.visible != SheetVisibleEnum.Visible,
                    sheet.filled,
                    sheet.formulas,
                    sheet.notes,
                )
            )
            told += noticed
    except (CalamineError, ValueError, OSError, KeyError, IndexError) as error:
        raise UnreadableError(package.NOT_A_PACKAGE) from error
    return Book(name, tuple(sheets), tuple(told))


def _sheet(
    title: str, found: CalamineSheet, notes: dict[str, str], formulas: Sequence[tuple[int, int]]
) -> tuple[Sheet, list[tuple[str, Phrase]]]:
    raw = found.to_python(skip_empty_area=False, nrows=MAX_ROWS)
    rows, told = _rows(title, raw, found.end[0] + 1 if found.end else 0)
    filled: dict[str, str] = {}
    for (top, left), (bottom, right) in found.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        corner = rows[top][left]
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                if (row, column) != (top, left):
                    here = address(title, row, column)
                    rows[row][column] = Cell(corner.text, here, corner.sort, corner.raw)
                    filled[here] = corner.address
    worked_out = tuple(
        address(title, row, column) for row, column in formulas if row < len(rows) and column < len(rows[row])
    )
    said = {f"{title}!{place}": tidy(note) for place, note in sorted(notes.items())}
    return Sheet(title, tuple(map(tuple, rows)), False, filled, worked_out, said), told


def _rows(title: str, raw: Sequence[Sequence[Raw]], height: int) -> tuple[list[list[Cell]], list[tuple[str, Phrase]]]:
    told: list[tuple[str, Phrase]] = []
    if height > MAX_ROWS:
        told.append((title, ROWS_LEFT.filled(count=f"{height:,}", limit=f"{MAX_ROWS:,}")))
    if any(len(row) > MAX_COLUMNS for row in raw):
        told.append((title, COLUMNS_LEFT.filled(limit=str(MAX_COLUMNS))))
    rows = []
    for number, values in enumerate(raw):
        row = []
        for column, value in enumerate(values[:MAX_COLUMNS]):
            said, sort = _said(value)
            text = tidy(said)
            here = address(title, number, column)
            if len(text) > LONGEST_CELL:
                text = text[:LONGEST_CELL]
                told.append((here, CUT))
            elif cells.UNSEEN.search(said.replace("\r", "")):
                told.append((here, UNSEEN))
            row.append(Cell(text, here, sort, said[:LONGEST_CELL].replace("\r\n", "\n")))
        rows.append(row)
    return rows, told


def _said(value: Raw) -> tuple[str, Sort]:
    """Return a value as a person would type it, and what it was held for."""
    if isinstance(value, str):
        return value, "text"
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "text"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return (str(int(value)) if whole else repr(value)), "number"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return (f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M}"), "day"
    if isinstance(value, datetime.date):
        return value.isoformat(), "day"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}", "time"
    return f"{value.total_seconds() / 3600:g}h", "text"


def _csv(name: str, data: bytes) -> Book:
    text = _decoded(data)
    title = tidy(PurePath(name).stem).replace("\n", " ") or "CSV"
    try:
        raw = list(_limited(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text, name))))
    except csv.Error as error:
        raise UnreadableError(package.NOT_A_PACKAGE) from error
    wide = max(map(len, raw), default=0)
    rows, told = _rows(title, [[*row, *[""] * (min(wide, MAX_COLUMNS) - len(row))] for row in raw[:MAX_ROWS]], len(raw))
    return Book(name, (Sheet(title, tuple(map(tuple, rows))),), tuple(told))


def _limited(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows, those beyond the last that is read empty: only their number is told."""
    for number, row in enumerate(reader):
        yield row if number < MAX_ROWS else []


def _decoded(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        codes: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in data:
        raise UnreadableError(NO_SHEET)
    else:
        codes = CODES
    for code in codes:
        try:
            return data.decode(code)
        except UnicodeDecodeError:
            continue
    raise UnreadableError(UNKNOWN_CODE)


def _delimiter(text: str, name: str) -> str:
    if name.lower().endswith(".tsv"):
        return "\t"
    head = "\n".join(text.splitlines()[:20])
    return max(",\t;", key=head.count)
