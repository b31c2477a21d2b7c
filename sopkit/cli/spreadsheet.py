"""A spreadsheet on disk goes in; the files of a workspace, and what to tell whoever asked for them, come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.output import File
from sopkit.reader.files import MAPPING
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.workbook.cells import Book

FIRST: Final = 8
"""Reasons why cells were not read that are shown; the report lists every cell."""
NO_FILE: Final = Phrase("没有文件 {place}", "there is no file {place}")
REFUSED: Final = Phrase("{place}：{why}", "{place}: {why}")
UNREAD: Final = Phrase("没读：{address} {text}：{why}", "not read: {address} {text}: {why}")
UNREAD_ALIKE: Final = Phrase(
    "没读：{address} {text} 和另外 {count} 格：{why}", "not read: {address} {text} and {count} more: {why}"
)
COLON: Final = Phrase("：", ": ")
MORE: Final = Phrase("……还有 {count} 个没读的单元格", "… and {count} more cells that were not read")
ALL: Final = Phrase("全部说明：{report}", "All of it: {report}")
CHECK: Final = Phrase("接下来：sopkit check {place}", "Next: sopkit check {place}")
RESTORED: Final = Phrase(
    "这是 sopkit 导出的表格：按表里现在的内容还原",
    "this spreadsheet was made by sopkit export: restored as it stands now",
)


def imported(
    console: Console, spreadsheet: str, known: str | None, target: str, review_by: date, *, hidden: bool = False
) -> tuple[list[File], list[str]]:
    """Return the files that a spreadsheet comes to, and what to say of them. Raises `WrongUsageError`."""
    from sopkit.workbook import account, importing, mapping, restoring  # noqa: PLC0415  nobody else waits for them
    from sopkit.workbook.opening import open_book  # noqa: PLC0415
    from sopkit.workbook.package import UnreadableError  # noqa: PLC0415

    try:
        book = open_book(PurePath(spreadsheet).name, _bytes(spreadsheet))
        if restoring.is_ours(book):
            files = list(restoring.restore(book))
            missing = _missing(console, book, dict(restoring.left_out(book)))
            return files, [console.word(RESTORED), *missing, console.word(CHECK, place=target)]
        corrected = mapping.load(known, _bytes(known)) if known else None
        made = importing.import_book(book, corrected, console.lang, review_by, hidden=hidden)
    except UnreadableError as error:
        said = console.word(error.reason, **error.args_of_reason)
        raise WrongUsageError(REFUSED, place=spreadsheet, why=said) from None
    lines = [account.summary(made.account, console.lang), *_missing(console, book, made.account.unread)]
    lines.append(console.word(ALL, report=f"{target}/{importing.REPORT} · {target}/{MAPPING}"))
    lines.append(console.word(CHECK, place=target))
    return list(made.files), lines


def _missing(console: Console, book: Book, unread: Mapping[str, Phrase]) -> Iterator[str]:
    """Yield what was noticed while reading, then the cells that were not read, those with one reason in one line."""
    texts = {cell.address: cell.text for sheet in book.sheets for row in sheet.rows for cell in row}
    yield from (f"  {place}{console.word(COLON)}{console.word(what)}" for place, what in book.told)
    alike: dict[Phrase, list[str]] = {}
    for address, why in unread.items():
        alike.setdefault(why, []).append(address)
    for why, (address, *more) in list(alike.items())[:FIRST]:
        text = f"“{' '.join(texts.get(address, '').split())[:30]}”"
        phrase = UNREAD_ALIKE if more else UNREAD
        yield "  " + console.word(phrase, address=address, text=text, count=str(len(more)), why=why)
    if len(alike) > FIRST:
        rest = sum(map(len, list(alike.values())[FIRST:]))
        yield "  " + console.word(MORE, count=str(rest))


def _bytes(place: str) -> bytes:
    path = Path(place)
    if not path.is_file():
        raise WrongUsageError(NO_FILE, place=place)
    return path.read_bytes()
