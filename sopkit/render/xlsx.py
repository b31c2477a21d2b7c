"""The spreadsheet writer: a document goes in, the bytes of an .xlsx come out, to be filled in in Excel or WPS, or printed.

The same document gives the same bytes. Whatever an author wrote is text: never a formula, never a link.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

from sopkit.render.columns import width as columns
from sopkit.render.document import Column, Document
from sopkit.render.marks import Line, clean
from sopkit.render.sheets.plan import Row, Sheet, TableSheet, TextSheet, sheets, shown
from sopkit.text import Phrase

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FIXED_DATE: Final = datetime.datetime(1980, 1, 1)
LONGEST_CELL: Final = 16_000
MOST_UNITS: Final = 32_000
"""Characters of a cell: Excel takes 32,767, and counts rare ones and emoji twice."""
LONGEST_HEAD, LONGEST_FOOT, ONE_LINE = 100, 45, 100
"""Characters of the head and foot of a page; columns of a head with both its sides."""
A4: Final = 9
HIGHEST_ROW: Final = 405.0
WIDEST, NARROWEST, LABEL, SAID = 46.0, 7.0, 26.0, 84.0
"""Columns of a sheet, in characters; a Chinese one takes two."""
PORTRAIT: Final = 104.0
"""In characters: so wide is a page at a size that is read with ease; what can't be made so narrow is printed across the page."""
FILTERED: Final = 6
"""Rows; a table of fewer is seen at a glance."""
OPEN, TICKED = "☐", "☑"
ANSWERS: Final = (OPEN, TICKED, "✗", "–")

GROUP: Final = Phrase("分组", "Group")
DONE: Final = Phrase("已完成", "Done")
GOES_TO: Final = Phrase("→ 工作表：", "→ Sheet: ")
CHOOSE: Final = Phrase("☑ 做完　✗ 没做　– 不适用", "☑ done, ✗ not done, – does not apply")
A_TIME: Final = Phrase("填时间，如 10:30", "A time, such as 10:30")
A_NUMBER: Final = Phrase("填数字", "A whole number")
DRAFT_NOTE: Final = Phrase(
    "检查还有错误未改，不得用于培训和执行。", "The check still finds errors: not for training or use."
)
PAGES: Final = Phrase("第 &P 页，共 &N 页", "Page &P of &N")

Style = Literal[
    "title", "quiet", "stop", "head", "cell", "pen", "input", "time", "number", "label", "caption", "heading", "link",
    "figure", "count", "share",
]  # fmt: skip
FIGURE: Final = re.compile(r"(\d{1,3}(?:,\d{3})*(?:\.\d+)?)(%?)")


def to_xlsx(document: Document) -> bytes:
    """Return the document as a spreadsheet."""
    from xlsxwriter import Workbook  # noqa: PLC0415  who writes no spreadsheet needs no XlsxWriter

    out = BytesIO()
    own = document.look.fonts
    font = own[-1] if own else "Microsoft YaHei" if document.lang == "zh-CN" else "Calibri"
    book = Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": font, "font_size": 10},
        },
    )
    about = " · ".join((document.subtitle, *document.running))
    book.set_properties(
        {"title": _short(document.title), "subject": _short(about), "author": "sopkit", "created": FIXED_DATE}
    )
    writer = _Writer(document, book, font)
    for sheet in sheets(document):
        writer.sheet(sheet)
    book.close()
    return out.getvalue()


def _short(text: str, most: int = LONGEST_HEAD) -> str:
    said = " ".join(clean(text).split())
    return said if len(said) <= most else f"{said[: most - 1]}…"


class _Writer:
    def __init__(self, document: Document, book: Workbook, font: str) -> None:
        self.doc, self.book = document, book
        line, soft = "#C3CBD3", "#55616E"
        edges = {"border": 1, "border_color": line, "valign": "vcenter", "text_wrap": True}
        pen = {**edges, "bg_color": "#FFFDF3", "locked": False}
        looks: dict[Style, dict[str, object]] = {
            "title": {"bold": True, "font_size": 16},
            "quiet": {"font_color": soft},
            "stop": {"font_color": "#A61C1C", "bold": True},
            "head": {**edges, "bold": True, "bg_color": "#F3F5F7"},
            "cell": edges,
            "pen": {**pen, "align": "center", "font_size": 14},
            "input": pen,
            "time": {**pen, "num_format": "hh:mm", "align": "center"},
            "number": {**pen, "num_format": "0", "align": "center"},
            "figure": {**edges, "align": "right"},
            "count": {**edges, "num_format": "#,##0", "align": "right"},
            "share": {**edges, "num_format": "0.00%", "align": "right"},
            "label": {**edges, "font_color": soft},
            "caption": {"bold": True, "font_size": 12, "font_color": document.look.colour, "valign": "vcenter"},
            "heading": {"bold": True, "font_size": 12, "bottom": 2, "bottom_color": document.look.colour},
            "link": {**edges, "font_color": "#1F5F8B", "underline": 1},
        }
        self.looks: dict[Style, Format] = {
            name: book.add_format({"font_name": font, "font_size": 10, **look}) for name, look in looks.items()
        }

    def sheet(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet.name)
        top = self._top(page, sheet.caption if isinstance(sheet, TableSheet) else "")
        if isinstance(sheet, TableSheet):
            self._table(page, sheet, top)
        else:
            self._text(page, sheet, top)
        page.set_paper(A4)
        page.set_margins(0.5, 0.5, 0.7, 0.6)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        left, right = self._head(self.doc.look.header or self.doc.title), self._head(" · ".join(self.doc.running))
        # Excel prints the sides of a head over each other where there is no room for both.
        page.set_header(f"&L{left}&R{right}" if columns(left) + columns(right) <= ONE_LINE else f"&R{right}")
        page.set_footer(
            f"&L{_short(self.doc.look.footer, LONGEST_FOOT).replace('&', '&&')}&R{PAGES.within(self.doc.lang)}"
        )

    @staticmethod
    def _head(text: str) -> str:
        """Return text for the head or foot of a page, in which `&` begins a command."""
        return _short(text).replace("&", "&&")

    def _write(self, page: Worksheet, row: int, column: int, text: str, style: Style) -> None:
        said = clean(text)
        if len(said) > LONGEST_CELL and len(said.encode("utf-16-le")) > 2 * MOST_UNITS:
            said = f"{said[: LONGEST_CELL - 1]}…"
        if said:
            page.write_string(row, column, said, self.looks[style])
        else:
            page.write_blank(row, column, None, self.looks[style])

    def _figure(self, page: Worksheet, row: int, column: int, text: str) -> None:
        """Write a count or a share as a number; what is neither, such as `< 0.01%`, as it stands."""
        found = FIGURE.fullmatch(text)
        if found is None:
            self._write(page, row, column, text, "figure")
        elif found[2]:
            page.write_number(row, column, float(Decimal(found[1].replace(",", "")) / 100), self.looks["share"])
        else:
            page.write_number(row, column, float(found[1].replace(",", "")), self.looks["count"])

    def _top(self, page: Worksheet, caption: str) -> int:
        """Write title, standing and facts; return the row below."""
        doc = self.doc
        self._write(page, 0, 0, doc.title, "title")
        page.set_row(0, 24)
        said: list[tuple[str, Style]] = []
        about = " · ".join(part for part in (doc.subtitle, *doc.running) if part)
        if doc.draft:
            said.append((f"{doc.stamp} {DRAFT_NOTE.within(doc.lang)}", "stop"))
        said += [(about, "quiet"), (caption, "caption")]
        row = 1
        for text, style in said:
            if text:
                self._write(page, row, 0, text, style)
                page.set_row(row, 22 if style == "caption" else 15)
                row += 1
        return row

    def _table(self, page: Worksheet, sheet: TableSheet, row: int) -> None:
        rows = _Rows(sheet, self.doc)
        for label in sheet.blanks:
            self._write(page, row, 0, label, "label")
            page.write_blank(row, 1, None, self.looks["input"])
            page.set_row(row, 22)
            row += 1
        head = row + 1 if rows.ticks and sheet.table.counted else row
        last = head + len(rows.cells)
        if head > row:
            self._write(page, row, 0, DONE.within(self.doc.lang), "label")
            self._count(page, row, rows, (head + 1, last))
        for column, text in enumerate(rows.heads):
            self._write(page, head, column, text, "head")
            page.set_column(column, column, rows.widths[column])
        page.set_row(head, rows.height(rows.heads))
        for number, cells in enumerate(rows.cells, start=head + 1):
            page.set_row(number, max(24.0 if rows.pen else 18.0, rows.height(cells)))
            for column, text in enumerate(cells):
                if rows.styles[column] == "figure":
                    self._figure(page, number, column, text)
                else:
                    self._write(page, number, column, text, rows.styles[column])
        self._validate(page, rows, head + 1, last)
        page.freeze_panes(head + 1, 0)
        page.repeat_rows(head)
        page.print_area(0, 0, last, len(rows.heads) - 1)
        if len(rows.cells) >= FILTERED:
            page.autofilter(head, 0, last, len(rows.heads) - 1)
        if sum(rows.widths) > PORTRAIT:
            page.set_landscape()

    def _count(self, page: Worksheet, row: int, rows: _Rows, span: tuple[int, int]) -> None:
        """Write how many boxes are ticked, of how many: the only formula there is."""
        from xlsxwriter.utility import xl_range  # noqa: PLC0415

        due = len(rows.cells) * len(rows.ticks)
        boxes = xl_range(span[0], rows.ticks[0], span[1], rows.ticks[-1])
        page.write_formula(row, 1, f'=COUNTIF({boxes},"{TICKED}")&" / {due}"', self.looks["cell"], f"0 / {due}")

    def _validate(self, page: Worksheet, rows: _Rows, first: int, last: int) -> None:
        lang = self.doc.lang
        rules: dict[Style, tuple[Phrase, dict[str, object]]] = {
            "pen": (CHOOSE, {"validate": "list", "source": list(ANSWERS)}),
            "time": (
                A_TIME,
                {
                    "validate": "time",
                    "criteria": "between",
                    "minimum": datetime.time(0, 0),
                    "maximum": datetime.time(23, 59, 59),
                },
            ),
            "number": (A_NUMBER, {"validate": "integer", "criteria": ">=", "value": 0}),
        }
        for column, style in enumerate(rows.styles):
            if style in rules and last >= first:
                told, rule = rules[style]
                said = {"input_message": told.within(lang), "error_message": told.within(lang)}
                page.data_validation(first, column, last, column, {**rule, **said})

    def _text(self, page: Worksheet, sheet: TextSheet, row: int) -> None:
        page.set_column(0, 0, LABEL)
        page.set_column(1, 1, SAID)
        facts = [Row(shown(fact.label), "\n".join(map(shown, fact.lines))) for fact in self.doc.facts]
        if self.doc.form == "checklist":
            facts = []
        for each in (*facts, *sheet.rows):
            row = self._row(page, row, each)
        page.print_area(0, 0, max(0, row - 1), 1)

    def _row(self, page: Worksheet, row: int, each: Row) -> int:
        """Write a row, and below it what has no room in one cell; return the row after."""
        label, said = clean(each.label), clean(each.said)
        if each.heading:
            self._write(page, row, 0, label, "heading")
            page.write_blank(row, 1, None, self.looks["heading"])
            page.set_row(row, 26 if each.heading == 1 else 20)
            row += 1
            if not said:
                return row
            label = ""
        pieces = [said[at : at + LONGEST_CELL] for at in range(0, len(said), LONGEST_CELL)] or [""]
        for number, piece in enumerate(pieces):
            shown_label = "" if number else label
            page.set_row(row, max(18.0, _height((shown_label, piece), (LABEL, SAID))))
            self._write(page, row, 0, shown_label, "label")
            if each.goes_to:
                words = f"{GOES_TO.within(self.doc.lang)}{each.goes_to}"
                page.write_url(row, 1, f"internal:'{each.goes_to}'!A1", self.looks["link"], words)
            elif each.blank:
                page.write_blank(row, 1, None, self.looks["input"])
            else:
                self._write(page, row, 1, piece, "cell")
            row += 1
        return row


class _Rows:
    """A table as the cells of a sheet; groups become a column of their own, by which the rows can be filtered."""

    def __init__(self, sheet: TableSheet, document: Document) -> None:
        table = sheet.table
        grouped = any(group.title for group in table.groups)
        first = (Column((), 0),) if grouped else ()
        self.columns: tuple[Column, ...] = (*first, *table.columns)
        self.heads = [shown(column.head) for column in self.columns]
        if grouped:
            self.heads[0] = GROUP.within(document.lang)
        self.cells = [
            [*((shown(group.title),) if grouped else ()), *_filled(cells, table.columns)]
            for group in table.groups
            for cells in group.rows
        ]
        self.styles = [_style(column) for column in self.columns]
        self.ticks = [number for number, style in enumerate(self.styles) if style == "pen"]
        self.pen = any(column.form in {"tick", "blank"} for column in self.columns)
        widths = [self._width(number) for number in range(len(self.columns))]
        if sheet.blanks:
            widths[0] = max(widths[0], min(LABEL, 2.5 + max(columns(clean(each)) for each in sheet.blanks)))
        self.widths = _narrowed(widths)

    def _width(self, number: int) -> float:
        column = self.columns[number]
        said = [self.heads[number], *(cells[number] for cells in self.cells)]
        natural = max(columns(line) for text in said for line in clean(text).split("\n")) + 2.5
        room = 4.0 * column.width if column.form == "blank" else NARROWEST
        return min(WIDEST, max(natural, room, NARROWEST))

    def height(self, cells: Sequence[str]) -> float:
        return _height(cells, self.widths)


def _narrowed(widths: Sequence[float]) -> list[float]:
    """Return widths of which the widest gave up what is more than a page has room for, as far as they are still read well."""
    for widest in range(int(WIDEST), int(LABEL) - 1, -1):
        narrowed = [min(each, widest) for each in widths]
        if sum(narrowed) <= PORTRAIT:
            return narrowed
    return list(widths)


def _filled(cells: Sequence[Line], columns: Sequence[Column]) -> list[str]:
    written = iter(cells)
    pen = {"tick": OPEN, "blank": ""}
    return [pen[each.form] if each.form in pen else shown(next(written, ())) for each in columns]


def _style(column: Column) -> Style:
    if column.form == "tick":
        return "pen"
    if column.form == "blank":
        return column.asks or "input"
    return "figure" if column.form == "figure" else "cell"


def _height(cells: Sequence[str], widths: Sequence[float]) -> float:
    """Return how high a row must be for its cells to be read, in points: Excel does not work it out before it is asked."""
    lines = max(_lines(text, max(1, int(width - 0.5))) for text, width in zip(cells, widths, strict=True))
    return min(HIGHEST_ROW, 14.5 * lines + 5)


@lru_cache(maxsize=32_768)
def _lines(text: str, room: int) -> int:
    """Return how many lines a text takes in a cell with room for so many columns."""
    return sum(max(1, -(-columns(line) // room)) for line in clean(text).split("\n"))
