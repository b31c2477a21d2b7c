"""What could not be read of the logs goes in; a spreadsheet of it comes out as text: where each row stands, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from sopkit.logs.failure import SetAside
from sopkit.render.marks import clean
from sopkit.text import Lang, Phrase

HEADS: Final = (
    Phrase("文件", "file"),
    Phrase("行（不含表头）", "row, the header not counted"),
    Phrase("原因", "reason"),
)
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def set_aside_csv(aside: Iterable[SetAside], lang: Lang) -> bytes:
    """Return the rows set aside, in UTF-8 with the mark that spreadsheets know it by."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([head.within(lang) for head in HEADS])
    for one in aside:
        writer.writerow([_plain(one.path), one.line, one.reason.within(lang)])
    return out.getvalue().encode("utf-8-sig", "replace")


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    said = clean(text)
    return f"'{said}" if said.startswith(FORMULAS) else said
