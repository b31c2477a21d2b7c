"""A sheet goes in; how it is laid out (a table with named columns, a calendar of weekdays and hours) and its rows come out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.workbook import times, words
from sopkit.workbook.cells import Cell, Sheet, letters

Form = Literal["steps", "calendar", "kpis", "skip"]
FORMS: Final[tuple[Form, ...]] = ("steps", "calendar", "kpis", "skip")
FIELDS: Final = tuple(dict.fromkeys(words.known("headers").values()))
SEARCHED: Final = 40
"""Rows at the top of a sheet among which the header is looked for."""
CARRIED: Final = ("playbook", "stage")
"""Fields that hold for the rows below as well, until another is named."""
GROUPED: Final = re.compile(r"[群]|group|community", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be read."""

    form: Form
    header: int
    """Row of the header, counted from 0."""
    columns: Mapping[int, str]
    """Column → field; in a calendar the weekday."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: field → cell."""

    cells: Mapping[str, Cell]

    def of(self, field: str) -> Cell:
        return self.cells.get(field, NOTHING)


NOTHING: Final = Cell("", "")


def guess(sheet: Sheet) -> Layout:
    """Return how the sheet seems to be laid out; `skip` where no header is found."""
    best: tuple[int, int, dict[int, str]] = (0, 0, {})
    for number, row in enumerate(sheet.rows[:SEARCHED]):
        weekdays = {column: day for column, cell in enumerate(row) if cell and (day := times.weekday(cell.text))}
        if (
            len(set(weekdays.values())) >= 3
            and len(weekdays) == len(set(weekdays.values()))
            and _hours(sheet, number, weekdays)
        ):
            return Layout("calendar", number, weekdays)
        fields = _fields(sheet, row)
        if len(fields) > best[0]:
            best = (len(fields), number, fields)
    found, header, columns = best
    named = set(columns.values())
    if found < 2 or not named & {"step", "script", "time", "kpi", "target"}:
        return Layout("skip", 0, {})
    if named & {"kpi", "target"} and not named & {"step", "script", "time", "channel"}:
        return Layout("kpis", header, columns)
    return Layout("steps", header, columns)


def _fields(sheet: Sheet, row: tuple[Cell, ...]) -> dict[int, str]:
    fields: dict[int, str] = {}
    for column, cell in enumerate(row):
        field = (
            words.find("headers", cell.text)
            if cell and cell.address not in sheet.filled and len(cell.text) < 60
            else None
        )
        if field and field not in fields.values():
            fields[column] = field
    return fields


def _hours(sheet: Sheet, header: int, weekdays: Mapping[int, str]) -> bool:
    first = min(weekdays)
    return any(
        times.hour_of_row(cell.text)
        for row in sheet.rows[header + 1 :]
        for cell in row[:first]
        if cell and len(cell.text) < 40
    )


def records(sheet: Sheet, layout: Layout) -> Iterator[Record]:
    """Yield the rows below the header that hold anything; a row that is one merged cell names the stage of those below."""
    carried: dict[str, Cell] = {}
    for row in sheet.rows[layout.header + 1 :]:
        texts = {cell.text for cell in row if cell}
        if not texts:
            continue
        if len(texts) == 1 and _is_banner(sheet, row) and "stage" not in layout.columns.values():
            carried["stage"] = next(cell for cell in row if cell)
            continue
        cells = {field: row[column] for column, field in layout.columns.items() if column < len(row) and row[column]}
        for field in CARRIED:
            if field in cells:
                carried[field] = cells[field]
                if field == "playbook" and "stage" not in cells:
                    carried.pop("stage", None)
        if set(cells) - set(CARRIED) or not carried:
            yield Record({**carried, **cells})


def _is_banner(sheet: Sheet, row: tuple[Cell, ...]) -> bool:
    held = [cell for cell in row if cell]
    return len(held) > 1 and any(cell.address in sheet.filled for cell in held)


@dataclass(frozen=True, slots=True)
class Square:
    """A filled square of a calendar."""

    cell: Cell
    weekday: str
    hour: str
    until: str
    words: str
    """What stands behind the hour in the label."""
    label: Cell


def squares(sheet: Sheet, layout: Layout) -> Iterator[Square]:
    """Yield the filled squares of a calendar, row by row."""
    first = min(layout.columns)
    for row in sheet.rows[layout.header + 1 :]:
        label = next((cell for cell in row[:first] if cell and times.hour_of_row(cell.text)), None)
        span = times.hour_of_row(label.text) if label else None
        if label and span:
            for column, day in sorted(layout.columns.items()):
                if column < len(row) and row[column]:
                    yield Square(row[column], day, *span, label)


def titles(sheet: Sheet, layout: Layout) -> list[Cell]:
    """Return the cells above the header."""
    return [cell for row in sheet.rows[: layout.header] for cell in row if cell and cell.address not in sheet.filled]


def channel_in(text: str) -> str | None:
    """Return the channel that a title or a sheet's name speaks of, the longest word first."""
    folded = words.plain(text)
    named = sorted(words.known("channels").items(), key=lambda one: (-len(one[0]), one[0]))
    found = next((key for name, key in named if len(name) > 1 and not name.isascii() and name in folded), None)
    return found or words.find("channels", text) or ("group" if GROUPED.search(text) else None)


def column_name(column: int) -> str:
    return letters(column)
