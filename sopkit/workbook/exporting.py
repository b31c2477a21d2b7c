"""The documents of a workspace go in; one spreadsheet comes out from which the same documents can be made again.

What people change stands in columns of its own; the rest of a row is YAML in its last column. Nothing is a formula.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

from sopkit.text import Phrase
from sopkit.tree import Tree, Value
from sopkit.workbook import columns, yaml_text
from sopkit.workbook.columns import (
    ACTION,
    ENGLISH,
    FILES,
    LISTS,
    OBJECT,
    PLANS,
    REST,
    SECTIONS,
    STAGES,
    STEPS,
    VERBS,
    Plan,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FIXED_DATE: Final = datetime.datetime(1980, 1, 1)
LONGEST: Final = 15_000
"""Characters of a cell: Excel takes 32,767, and counts rare ones and emoji twice."""
CHANGED_ON_THE_WAY: Final = re.compile(r"_x[0-9A-Fa-f]{4}_")
"""What spreadsheets take for a character of that number."""
ABOUT: Final = (
    Phrase(
        "这份表格由 sopkit export 写成：每类内容一张表，每行一项。改了以后用 sopkit import 变回剧本。",
        "Written by sopkit export: a sheet for each kind, a row for each item. Change it, and sopkit import makes playbooks of it again.",
    ),
    Phrase(
        "阶段和步骤的先后就是行的先后；“文件”一列是它写在哪个文件里，#2 是其中第二份文档。",
        "Stages and steps come in the order of their rows; the column File says in which file an item is written, #2 the second one there.",
    ),
    Phrase(
        "没有单独一列的内容以 YAML 写在最后一列。YAML 里的注释不在表格里。",
        "What has no column of its own stands in the last one, as YAML. Comments of the YAML files are not in the spreadsheet.",
    ),
)
WIDTHS: Final = {
    "text": 60,
    "title": 24,
    "summary": 40,
    "why": 40,
    "if_wrong": 40,
    OBJECT: 26,
    REST: 70,
    columns.DOCUMENT: 26,
}
USUAL_WIDTH: Final = 14
NAMING: Final = frozenset({"file", "logo"})
"""Keys whose value is a file of the workspace."""

Row = dict[str, str]


def export(rows: Mapping[str, list[Row]]) -> bytes:
    """Return the spreadsheet of what `rows_of` returned."""
    from xlsxwriter import Workbook  # noqa: PLC0415  who writes no spreadsheet needs no XlsxWriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    book.set_properties({"author": "sopkit", "created": FIXED_DATE})
    cover = book.add_worksheet(columns.COVER)
    cover.set_column(0, 0, 100)
    cover.write_string(0, 0, columns.MARK)
    cover.write_string(0, 1, columns.FORMAT)
    for number, line in enumerate(ABOUT, start=2):
        cover.write_string(2 * number - 2, 0, line.zh)
        cover.write_string(2 * number - 1, 0, line.en)
    for plan in PLANS:
        if rows.get(plan.kind):
            _sheet(book, plan, rows[plan.kind])
    book.close()
    return out.getvalue()


def rows_of(trees: Iterable[Tree], texts: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the rows of each sheet, by the kind of item that they hold; each tree must hold a mapping with a known kind.

    `texts` are the files beside them to which they refer.
    """
    rows: dict[str, list[Row]] = {plan.kind: [] for plan in PLANS}
    counted: dict[str, int] = {}
    for tree in trees:
        path = tree.source.path
        counted[path] = counted.get(path, 0) + 1
        document = path if counted[path] == 1 else f"{path}#{counted[path]}"
        if isinstance(tree.value, dict):
            _document(document, dict(tree.value), rows)
    for path, text in sorted(texts.items()):
        rows[FILES].append({columns.DOCUMENT: path, **_row(_plan(FILES), {"text": text})})
    return rows


def files_named(value: Value) -> Iterator[str]:
    """Yield the files that a document refers to."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in NAMING and isinstance(part, str):
                yield part
            yield from files_named(part)
    elif isinstance(value, list):
        for part in value:
            yield from files_named(part)


def _document(document: str, value: dict[str, Value], rows: dict[str, list[Row]]) -> None:
    kind = str(value.pop("kind"))
    where = {columns.DOCUMENT: document}
    stages: Value = value.get(STAGES)
    if kind == "lifecycle" and isinstance(stages, dict) and _are_items(stages):
        del value[STAGES]
        for id_, stage in stages.items():
            held = dict(stage) if isinstance(stage, dict) else {}
            _steps({**where, columns.STAGE: id_}, held, rows)
            rows[STAGES].append({**where, **_row(_plan(STAGES), {"id": id_, **held})})
    elif kind in {"automation", "procedure"}:
        _steps(where, value, rows)
    elif kind == "catalog":
        _sections(where, value, rows)
    rows[kind].append({**where, **_row(_plan(kind), value)})


def _sections(where: Row, value: dict[str, Value], rows: dict[str, list[Row]]) -> None:
    for section in SECTIONS:
        nouns = value.get(section)
        if isinstance(nouns, dict) and _are_items(nouns):
            del value[section]
            for id_, noun in nouns.items():
                held = noun if isinstance(noun, dict) else {}
                rows[section].append({**where, **_row(_plan(section), {"id": id_, **held})})


def _are_items(value: dict[str, Value]) -> bool:
    """Whether these are items by id, each of which can be a row."""
    return bool(value) and all(
        isinstance(one, dict) and "id" not in one and _is_safe(id_) for id_, one in value.items()
    )


def _steps(where: Row, value: dict[str, Value], rows: dict[str, list[Row]]) -> None:
    """Give each step a row, where all are steps with an id; else they stay where they are, as YAML."""
    steps = value.get(STEPS)
    if (
        isinstance(steps, list)
        and steps
        and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in steps)
    ):
        del value[STEPS]
        for one in steps:
            held = dict(one) if isinstance(one, dict) else {}
            verbs = [verb for verb in VERBS if verb in held]
            action: Row = {}
            if len(verbs) == 1:
                action[ACTION] = verbs[0]
                held = {OBJECT if key == verbs[0] else key: part for key, part in held.items()}
            rows[STEPS].append({**where, **action, **_row(_plan(STEPS), held)})


def _plan(kind: str) -> Plan:
    return next(plan for plan in PLANS if plan.kind == kind)


def _row(plan: Plan, value: dict[str, Value]) -> Row:
    """Return the cells of an item: what columns can hold, and the rest."""
    rest = dict(value)
    row: Row = {}
    for key in plan.keys:
        if key not in rest:
            continue
        cells = _cells(key, rest[key], f"{key}{ENGLISH}" in plan.keys)
        if cells is not None:
            row.update(cells)
            del rest[key]
    if rest:
        text = yaml_text.write(rest)
        for number in range(0, len(text), LONGEST):
            row[REST if not number else f"{REST} {number // LONGEST + 1}"] = text[number : number + LONGEST]
    return row


def _cells(key: str, value: Value, english: bool) -> Row | None:
    """Return the cells that hold a value, None where it can't be told from others there."""
    if key in LISTS:
        if (
            isinstance(value, list)
            and len(value) > 1
            and all(isinstance(one, str) and _is_safe(one) and "," not in one for one in value)
        ):
            return {key: ", ".join(str(one) for one in value)}
        return {key: value} if isinstance(value, str) and _is_safe(value) and "," not in value else None
    if isinstance(value, dict) and english and set(value) == {"zh-CN", "en"}:
        zh, en = value["zh-CN"], value["en"]
        return (
            {key: zh, f"{key}{ENGLISH}": en}
            if isinstance(zh, str) and isinstance(en, str) and _is_safe(zh) and _is_safe(en)
            else None
        )
    return {key: value} if isinstance(value, str) and _is_safe(value) else None


def _is_safe(text: str) -> bool:
    """Whether a text survives in a cell, whatever program saves it."""
    return (
        0 < len(text) <= LONGEST
        and text.replace("\n", "").isprintable()
        and not text[0].isspace()
        and text.removesuffix("\n") == text.rstrip()
        and not any(line != line.strip() for line in text.split("\n"))
        and CHANGED_ON_THE_WAY.search(text) is None
    )


def _sheet(book: Workbook, plan: Plan, rows: Sequence[Row]) -> None:
    page = book.add_worksheet(plan.name)
    rests = sorted({key for row in rows for key in row if key.startswith(REST)}, key=lambda key: (len(key), key))
    keys = [*plan.holders, *(key for key in plan.keys if any(key in row for row in rows) or key == "id"), *rests]
    bold = book.add_format({"bold": True, "bg_color": "#F3F5F7", "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, key in enumerate(keys):
        title = columns.head(key) if not key.startswith(f"{REST} ") else f"{columns.head(REST)}{key.removeprefix(REST)}"
        page.write_string(0, column, title, bold)
        page.set_column(column, column, WIDTHS.get(key.removesuffix(ENGLISH), USUAL_WIDTH), wrapped)
    for number, row in enumerate(rows, start=1):
        for column, text in _placed(keys, row):
            _write(page, number, column, text)
    page.freeze_panes(1, len(plan.holders) + 1)


def _placed(keys: Sequence[str], row: Row) -> Iterator[tuple[int, str]]:
    return ((column, row[key]) for column, key in enumerate(keys) if row.get(key))


def _write(page: Worksheet, row: int, column: int, text: str) -> None:
    page.write_string(row, column, text)
