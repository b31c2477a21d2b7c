"""What is proposed for a log goes in; the lines to paste into `sopkit.yaml` come out, doubts as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from sopkit.logs.proposing import Proposal, Value
from sopkit.text import Lang, Phrase

PLAIN: Final = re.compile(r"[^\W\d_][\w-]*(?:[ /.][\w-]+)*")
"""What no reader of YAML takes for anything but a text, words of YAML apart."""
WORDS: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
PRIVATE: Final = re.compile(r"\d{6,}|@")
"""In a value that may be a phone number, an id or an address: it is not printed."""
LONGEST: Final = 40

NOT_SHOWN: Final = Phrase(
    "另有 {count} 个值像是个人信息或太长，没有列出",
    "{count} more look like personal data or are too long, and are not shown",
)
NO_ID: Final = Phrase("{rows} 行；没有叫这个名字的，请写编号", "rows: {rows}; nothing is called so: write the id")
ROWS: Final = Phrase("{rows} 行", "rows: {rows}")
UNUSED: Final = Phrase("没有用到的列：{columns}", "columns that are not used: {columns}")
ZONE: Final = Phrase("没有写时区的时间按这个算，请核对", "of the times that say none: please check")
ELSEWHERE: Final = Phrase("不在工作区里：读的时候用 --log 给出", "outside of the workspace: give it with --log")
WRITE_COLUMN: Final = Phrase("列名", "COLUMN")
WRITE_ID: Final = Phrase("编号", "ID")


def as_yaml(id_: str, file: str, proposal: Proposal, zone: str, lang: Lang, *, inside: bool) -> Iterator[str]:
    """Yield the lines of one log, indented to stand under `logs:`; `inside` tells whether its file is in the workspace."""
    yield f"  {said(id_)}:"
    yield f"    {_noted(f'of: {proposal.of}' if proposal.of else '# of:', proposal.doubt, lang)}"
    yield f"    {_noted(f'file: {said(file)}', None if inside else ELSEWHERE, lang)}"
    if proposal.local:
        yield f"    {_noted(f'timezone: {zone}', ZONE, lang)}"
    if proposal.columns:
        yield "    columns:"
    for one in proposal.columns:
        line = f"{one.field}: {said(one.column)}" if one.column else f"# {one.field}: {WRITE_COLUMN.within(lang)}"
        yield f"      {_noted(line, one.doubt, lang)}"
    yield from _values(proposal, lang)
    if proposal.unused:
        listed = ", ".join(said(one) for one in proposal.unused)
        yield f"    # {UNUSED.fill(lang, {'columns': listed})}"


def _values(proposal: Proposal, lang: Lang) -> Iterator[str]:
    lines = {field: list(_field(values, lang)) for field, values in proposal.values.items()}
    if lines:
        active = any(not line.startswith("#") for some in lines.values() for line in some)
        yield "    values:" if active else "    # values:"
    for field, some in lines.items():
        mark = "" if any(not line.startswith("#") for line in some) else "# "
        yield f"      {mark}{field}:"
        yield from (f"        {line}" for line in some)


def _field(values: tuple[Value, ...], lang: Lang) -> Iterator[str]:
    shown = [one for one in values if len(one.said) <= LONGEST and not PRIVATE.search(one.said)]
    for one in shown:
        rows = {"rows": f"{one.rows:,}"}
        if one.id:
            yield f"{said(one.said)}: {said(one.id)}  # {ROWS.fill(lang, rows)}"
        else:
            yield f"# {said(one.said)}: {WRITE_ID.within(lang)}  # {NO_ID.fill(lang, rows)}"
    if len(shown) < len(values):
        yield f"# {NOT_SHOWN.fill(lang, {'count': str(len(values) - len(shown))})}"


def _noted(line: str, note: Phrase | None, lang: Lang) -> str:
    return f"{line}  # {note.within(lang)}" if note else line


def said(text: str) -> str:
    """Return a text as YAML reads it: bare where it can't be mistaken, else in quotes."""
    bare = PLAIN.fullmatch(text) and text.casefold() not in WORDS
    return text if bare else json.dumps(text, ensure_ascii=not text.isprintable())
