"""The data inventory as tables for people and for spreadsheets: entries go in; CSV text, or an HTML table, comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from html import escape
from typing import Final

from sopkit.rules.inventory import Entry
from sopkit.text import Lang, Phrase

HEADS: Final = (
    Phrase("编号", "Id"), Phrase("名称", "Title"), Phrase("类别", "Category"), Phrase("类别编码", "Category key"),
    Phrase("敏感", "Sensitive"), Phrase("主数据系统", "Record"), Phrase("收集于", "Collected by"), Phrase("推算自", "Computed from"),
    Phrase("用于", "Used by"), Phrase("目的", "Purposes"), Phrase("用途编码", "Use keys"), Phrase("同意", "Consents"),
    Phrase("所在系统", "Tools"), Phrase("国家", "Countries"), Phrase("保存期限", "Retention"), Phrase("保护措施", "Protection"),
    Phrase("备注", "Remarks"),
)  # fmt: skip
YES: Final = Phrase("是", "yes")
NO: Final = Phrase("否", "no")
UNUSED: Final = Phrase("收了没有用到", "collected and not used")
NEAR: Final = Phrase("类别可能是：", "the category may be: ")
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a formula of a cell in a spreadsheet."""


def inventory_csv(entries: Iterable[Entry], lang: Lang) -> str:
    """Return the inventory as CSV with a byte order mark, which spreadsheets need to read Chinese; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([head.within(lang) for head in HEADS])
    for entry in entries:
        writer.writerow([_safe(cell) for cell in cells(entry, lang)])
    return "\ufeff" + out.getvalue()


def inventory_table(entries: Iterable[Entry], lang: Lang) -> str:
    """Return the inventory as one HTML table."""
    heads = "".join(f'<th scope="col">{escape(head.within(lang))}</th>' for head in HEADS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(entry, lang)) + "</tr>\n" for entry in entries
    )
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def cells(entry: Entry, lang: Lang) -> tuple[str, ...]:
    """Return one row, in the order of the heads."""
    comma = "、" if lang == "zh-CN" else ", "
    remarks = [UNUSED.within(lang)] if entry.unused else []
    if entry.near:
        remarks.append(NEAR.within(lang) + comma.join(entry.near))
    lists = (
        entry.collected_by,
        entry.computed_from,
        entry.users,
        entry.purposes,
        entry.uses,
        entry.consents,
        entry.tools,
    )
    collected, computed, users, purposes, uses, consents, tools = (comma.join(one) for one in lists)
    return (
        entry.id, entry.title.within(lang), entry.category_title.within(lang), entry.category,
        (YES if entry.sensitive else NO).within(lang), entry.record, collected, computed, users, purposes, uses, consents, tools,
        comma.join(one.upper() for one in entry.countries), entry.retention, entry.protection, comma.join(remarks),
    )  # fmt: skip


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
