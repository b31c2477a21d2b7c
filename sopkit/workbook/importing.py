"""A spreadsheet and perhaps a mapping go in; the files of a workspace, and an account of every cell, come out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import PurePath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader.files import MAPPING
from sopkit.text import Lang, Phrase
from sopkit.tree import Value
from sopkit.workbook import account, mapping, yaml_text
from sopkit.workbook.account import Account
from sopkit.workbook.cells import Book
from sopkit.workbook.mapping import ImportMap
from sopkit.workbook.naming import slug
from sopkit.workbook.package import UnreadableError
from sopkit.workbook.playbooks import NO_COLUMN, Assembly, Written

REPORT: Final = "import-report.md"
CHINESE: Final = re.compile("[\u4e00-\u9fff]")
NOTHING: Final = Phrase(
    "没有一行能写成剧本：要有一行表头，至少写着步骤、话术或指标，再加一列（如 阶段、时间、渠道、负责人），下面再有内容",
    "no row could become a playbook: it takes a header with Step, Script or KPI and one more column (as Stage, Time, Channel, Owner), "
    "and rows below it",
)
NOTHING_SHOWN: Final = Phrase(
    "没隐藏的工作表里没有一行能写成剧本；隐藏的没有读，要读请加 --hidden",
    "no row of the sheets that are shown could become a playbook; hidden ones were not read: --hidden reads them",
)
SETTINGS: Final = Phrase(
    "TODO 由表格导入。触达上限、静默时段、品牌签名表里没有，请补上；sopkit init 的示例里有写法",
    "TODO imported from a spreadsheet. Caps, quiet hours and the brand are not in it: add them; sopkit init shows how",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import makes: files by path, and the account of cells."""

    files: tuple[tuple[str, bytes], ...]
    account: Account
    mapping: ImportMap


def import_book(book: Book, known: ImportMap | None, lang: Lang, review_by: date, *, hidden: bool = False) -> Imported:
    """Return the workspace that a spreadsheet comes to. Raises `UnreadableError` where there is nothing to make one of."""
    told = Account({place: corner for sheet in book.sheets for place, corner in sheet.filled.items()})
    used = known or ImportMap()
    for place, what in book.told:
        told.notice(place, what)
    assembly = Assembly(book, used, told, lang, review_by.isoformat())
    documents = list(assembly.documents(hidden=hidden))
    if not any(one.value["kind"] != "catalog" for one in documents):
        unseen = not hidden and any(sheet.hidden for sheet in book.sheets)
        raise UnreadableError(NOTHING_SHOWN if unseen else NOTHING)
    told.settle(book, NO_COLUMN)
    settings = _settings(book, lang)
    files = {"sopkit.yaml": settings, **dict(_by_file(documents))}
    files[MAPPING] = mapping.write(used, book.name, lang)
    files[REPORT] = account.report(told, book, lang, MAPPING)
    return Imported(tuple((path, text.encode()) for path, text in sorted(files.items())), told, used)


def _by_file(documents: Iterable[Written]) -> Iterable[tuple[str, str]]:
    texts: dict[str, list[str]] = {}
    for one in documents:
        texts.setdefault(one.file, []).append(yaml_text.write(one.value, one.remarks))
    return ((path, "---\n".join(parts)) for path, parts in texts.items())


def _settings(book: Book, lang: Lang) -> str:
    stem = PurePath(book.name).stem
    chinese = any(CHINESE.search(cell.text) for sheet in book.sheets for row in sheet.rows for cell in row)
    value: dict[str, Value] = {
        "kind": "workspace", "id": slug(stem) or "sop", "title": stem or "SOP", "uses": ["retail-cn"],
        "locale": "zh-CN" if chinese else "en", "timezone": "Asia/Shanghai", "jurisdictions": ["cn"], "enforce": "none",
    }  # fmt: skip
    return yaml_text.write(value, {(): (SETTINGS.within(lang),)})
