"""What an import does with each cell goes in; the report of what was read, assumed and left out, each with its address, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Lang, Phrase
from sopkit.workbook.cells import Book, all_cells

QUOTED: Final = 60
TITLE: Final = Phrase("导入报告：{file}", "Import report: {file}")
SUMMARY: Final = Phrase(
    "读了 {read} 个单元格，没读 {unread} 个；有 {assumed} 处是推定的，请逐条核对。",
    "Cells read: {read}; not read: {unread}. Assumed: {assumed}, to be checked one by one.",
)
NOTHING_ASSUMED: Final = Phrase(
    "读了 {read} 个单元格，没读 {unread} 个；没有推定的内容。",
    "Cells read: {read}; not read: {unread}. Nothing was assumed.",
)
UNREAD: Final = Phrase("没有读的单元格", "Cells that were not read")
ASSUMED: Final = Phrase("推定的内容", "What was assumed")
NOTICED: Final = Phrase("其他", "Also noticed")
HEADS: Final = (
    Phrase("单元格", "Cell"),
    Phrase("内容", "Text"),
    Phrase("原因", "Why"),
)
NONE: Final = Phrase("没有。", "None.")
NEXT: Final = Phrase(
    "要改推定的内容：编辑 {map}（工作表、列、叫法、时间），再运行 sopkit import {file} --map {map} -o 文件夹 --force；或者直接改剧本。",
    "To correct what was assumed, edit {map} (sheets, columns, names, times) and run sopkit import {file} --map {map} -o DIR --force "
    "again; or edit the playbooks themselves.",
)


@dataclass(slots=True)
class Account:
    """What became of the cells of one import; filled while it goes on."""

    repeats: Mapping[str, str] = field(default_factory=dict)
    """Address that only repeats a merged cell → address of that cell, which is spoken of in its place."""
    read: set[str] = field(default_factory=set)
    unread: dict[str, Phrase] = field(default_factory=dict)
    assumed: dict[tuple[str, Phrase], None] = field(default_factory=dict)
    """Address and what was made of it, each once, in order."""
    noticed: dict[tuple[str, Phrase], None] = field(default_factory=dict)
    """Address or name of a sheet and what there is to know, each once, in order."""

    def refuse(self, address: str, why: Phrase) -> None:
        """Note that a cell was not read; the first reason stands."""
        self.unread.setdefault(self.repeats.get(address, address), why)

    def assume(self, address: str, what: Phrase) -> None:
        """Note what was made of a cell though it does not say so, once."""
        self.assumed[self.repeats.get(address, address), what] = None

    def notice(self, address: str, what: Phrase) -> None:
        """Note what else there is to know about a cell or a sheet."""
        self.noticed[address, what] = None

    def settle(self, book: Book, otherwise: Phrase) -> None:
        """Note every cell of which nothing was said so far as unread."""
        for sheet in book.sheets:
            for cell in all_cells(sheet):
                if cell.address not in self.read:
                    self.refuse(cell.address, otherwise)


def report(account: Account, book: Book, lang: Lang, mapping: str) -> str:
    """Return the report as Markdown; whatever the cells hold is text in it."""
    return "\n".join(_lines(account, book, lang, mapping)) + "\n"


def _lines(account: Account, book: Book, lang: Lang, mapping: str) -> Iterator[str]:
    texts = {cell.address: cell.text for sheet in book.sheets for row in sheet.rows for cell in row}
    yield f"# {TITLE.fill(lang, {'file': shown(book.name)})}"
    yield ""
    yield summary(account, lang)
    for title, rows in (
        (UNREAD, list(account.unread.items())),
        (ASSUMED, list(account.assumed)),
        (NOTICED, list(account.noticed)),
    ):
        yield ""
        yield f"## {title.within(lang)}"
        yield ""
        if not rows:
            yield NONE.within(lang)
            continue
        yield f"| {' | '.join(head.within(lang) for head in HEADS)} |"
        yield "|---|---|---|"
        for address, why in rows:
            yield f"| {shown(address)} | {shown(texts.get(address, ''))} | {shown(why.within(lang), 1000)} |"
    if mapping:
        yield ""
        yield NEXT.fill(lang, {"file": shown(book.name), "map": mapping})


def summary(account: Account, lang: Lang) -> str:
    """Return how many cells were read and not."""
    read = account.read - account.repeats.keys() - account.unread.keys()
    numbers = {"read": len(read), "unread": len(account.unread), "assumed": len(account.assumed)}
    return (SUMMARY if account.assumed else NOTHING_ASSUMED).fill(
        lang, {name: str(number) for name, number in numbers.items()}
    )


def shown(text: str, most: int = QUOTED) -> str:
    """Return a cell's text as one short line in which nothing is markup."""
    line = " ".join(text.split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    return "".join(
        f"\\{char}" if char in "\\`*_[]<>|#!" and not (char == "!" and "`" not in line) else char for char in line
    )
