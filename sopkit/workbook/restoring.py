"""A spreadsheet that `sopkit export` wrote, changed perhaps, goes in; the YAML files that it came from come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader import read
from sopkit.reader.files import ENDINGS
from sopkit.source import Source
from sopkit.text import Phrase
from sopkit.tree import Value
from sopkit.workbook import columns, yaml_text
from sopkit.workbook.cells import NO_VALUE, Book, Cell, Sheet, all_cells
from sopkit.workbook.columns import (
    ACTION,
    BETWEEN,
    ENGLISH,
    FILES,
    KINDS,
    LISTS,
    OBJECT,
    PLANS,
    REST,
    STAGES,
    STEPS,
    TEXTS,
    VERBS,
    Plan,
)
from sopkit.workbook.package import UnreadableError

NEWER: Final = Phrase(
    "这份表格由另一版 sopkit 写成（{format}），这一版读不了",
    "another version of sopkit wrote this spreadsheet ({format}); this one can't read it",
)
AT: Final = Phrase("{address}：{what}", "{address}: {what}")
BAD_YAML: Final = Phrase("这一格的 YAML 读不出来", "the YAML in this cell can't be read")
BAD_FILE: Final = Phrase(
    "“{text}”不能作文件：请写成 journeys/welcome.yaml 这样的路径",
    "“{text}” can't be a file: write a path such as journeys/welcome.yaml",
)
NO_PARENT: Final = Phrase("没有这一行所属的{parent}：{text}", "there is no {parent} that this row belongs to: {text}")
THE_DOCUMENT: Final = Phrase("文档", "document")
THE_STAGE: Final = Phrase("阶段", "stage")
NO_ID: Final = Phrase("这一行没有编号", "this row has no id")
TWICE: Final = Phrase("“{text}”出现了两次", "“{text}” stands here twice")
NO_VERB: Final = Phrase("没有动作“{text}”；可以是 {choices}", "there is no action “{text}”; it may be {choices}")
OTHER_SHEET: Final = Phrase(
    "sopkit export 没有叫这个名字的工作表；改过名的，请改回去",
    "sopkit export writes no sheet of this name; if it was renamed, name it as before",
)
OTHER_COLUMN: Final = Phrase(
    "sopkit export 没有这样的列；改过表头的，请改回去",
    "sopkit export writes no such column; if its header was changed, write it as before",
)
HIDING: Final = frozenset({"rules", "packs", "templates"})
SECTIONS: Final = columns.SECTIONS


@dataclass(slots=True)
class _Document:
    value: dict[str, Value]
    stages: dict[str, Value] = field(default_factory=dict)


def is_ours(book: Book) -> bool:
    """Whether `sopkit export` wrote the spreadsheet."""
    return any(
        sheet.name == columns.COVER and sheet.rows and sheet.rows[0] and sheet.rows[0][0].text == columns.MARK
        for sheet in book.sheets
    )


def restore(book: Book) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each file. Raises `UnreadableError` where a cell does not say what it must."""
    cover = next(sheet for sheet in book.sheets if sheet.name == columns.COVER)
    told = cover.rows[0][1].text if len(cover.rows[0]) > 1 else ""
    if told != columns.FORMAT:
        raise UnreadableError(NEWER, format=told)
    for sheet in book.sheets:
        worked_out = {cell.address for cell in all_cells(sheet)}
        for address in sheet.formulas:
            if address not in worked_out:
                raise UnreadableError(AT, address=address, what=NO_VALUE)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    documents: dict[str, _Document] = {}
    by_kind = {plan.kind: list(_rows(sheets[plan.name], plan)) for plan in PLANS if plan.name in sheets}
    for kind in KINDS:
        for where, _, value in by_kind.get(kind, ()):
            place = where[columns.DOCUMENT]
            if place.text in documents:
                raise _wrong(place, TWICE, text=place.text)
            _file(place, ENDINGS)
            documents[place.text] = _Document({"kind": kind, **value})
    for where, id_, value in by_kind.get(STAGES, ()):
        stages = _document(documents, where).stages
        _add(stages, id_, value)
    for where, _, value in by_kind.get(STEPS, ()):
        _place_step(_document(documents, where), where, value)
    for section in SECTIONS:
        for where, id_, value in by_kind.get(section, ()):
            nouns = _document(documents, where).value.setdefault(section, {})
            if isinstance(nouns, dict):
                _add(nouns, id_, value)
    texts = dict(_texts(by_kind.get(FILES, ())))
    yield from _files(documents)
    yield from sorted(texts.items())


def left_out(book: Book) -> Iterator[tuple[str, Phrase]]:
    """Yield the address of every cell that `restore` reads nothing of, and why: what was added to the spreadsheet by hand."""
    plans = {plan.name: plan for plan in PLANS}
    for sheet in book.sheets:
        plan = plans.get(sheet.name)
        heads = _heads(sheet)
        for cell in all_cells(sheet) if plan is None and sheet.name != columns.COVER else ():
            yield cell.address, OTHER_SHEET
        for row in sheet.rows if plan is not None else ():
            for key, cell in zip(heads, row, strict=False):
                if cell and plan is not None and not _is_column(plan, key):
                    yield cell.address, OTHER_COLUMN


def _is_column(plan: Plan, key: str) -> bool:
    return key in plan.keys or key in plan.holders or key.partition(" ")[0] == REST


def _heads(sheet: Sheet) -> list[str]:
    """Return the keys that stand above the columns."""
    return [cell.text.rpartition(BETWEEN)[2] for cell in sheet.rows[0]] if sheet.rows else []


def _texts(rows: Iterable[tuple[dict[str, Cell], Cell, dict[str, Value]]]) -> Iterator[tuple[str, bytes]]:
    for where, _, value in rows:
        _file(where[columns.DOCUMENT], TEXTS)
        yield where[columns.DOCUMENT].text, str(value.get("text", "")).encode()


def _add(into: MutableMapping[str, Value], cell: Cell, value: dict[str, Value]) -> None:
    if not cell.text:
        raise _wrong(cell, NO_ID)
    if cell.text in into:
        raise _wrong(cell, TWICE, text=cell.text)
    into[cell.text] = {key: part for key, part in value.items() if key != "id"}


def _document(documents: dict[str, _Document], where: dict[str, Cell]) -> _Document:
    cell = where[columns.DOCUMENT]
    if cell.text not in documents:
        raise _wrong(cell, NO_PARENT, parent=THE_DOCUMENT, text=cell.text)
    return documents[cell.text]


def _place_step(document: _Document, where: dict[str, Cell], value: dict[str, Value]) -> None:
    stage = where[columns.STAGE]
    holder = document.value
    if stage.text:
        if stage.text not in document.stages:
            raise _wrong(stage, NO_PARENT, parent=THE_STAGE, text=stage.text)
        inside = document.stages[stage.text]
        holder = inside if isinstance(inside, dict) else holder
    steps = holder.setdefault(STEPS, [])
    if isinstance(steps, list):
        steps.append(value)


def _files(documents: dict[str, _Document]) -> Iterator[tuple[str, bytes]]:
    files: dict[str, list[tuple[int, str]]] = {}
    for place, document in documents.items():
        path, _, number = place.partition("#")
        value = document.value
        if document.stages:
            value[STAGES] = dict(document.stages)
        files.setdefault(path, []).append((int(number or 1), yaml_text.write(value)))
    for path, parts in sorted(files.items()):
        yield path, "---\n".join(text for _, text in sorted(parts)).encode()


def _file(cell: Cell, endings: tuple[str, ...]) -> None:
    path, _, number = cell.text.partition("#")
    parts = path.split("/")
    whole = (
        path.endswith(endings)
        and path.isprintable()
        and (not number or (number.isascii() and number.isdigit() and len(number) < 6))
    )
    inside = all(part.strip(". ") and part[0] != "." and not set(part) & set('\\:*?"<>|') for part in parts)
    if not whole or not inside or parts[0] in HIDING or len(path) > 200:
        raise _wrong(cell, BAD_FILE, text=cell.text)


def _rows(sheet: Sheet, plan: Plan) -> Iterator[tuple[dict[str, Cell], Cell, dict[str, Value]]]:
    """Yield for each row where it belongs, its id, and the item."""
    heads = _heads(sheet)
    for row in sheet.rows[1:]:
        cells = {key: cell for key, cell in zip(heads, row, strict=False) if key}
        if not any(cells.values()):
            continue
        empty = Cell("", row[0].address)
        where = {holder: cells.get(holder, empty) for holder in plan.holders}
        yield where, cells.get("id", empty), _item(plan, cells, empty)


def _item(plan: Plan, cells: dict[str, Cell], empty: Cell) -> dict[str, Value]:
    rest = _rest(cells)
    value: dict[str, Value] = {}
    for key in plan.keys:
        if key in cells and cells[key] and not key.endswith(ENGLISH) and key != ACTION:
            value[key] = _value(
                key, cells[key].raw, cells.get(f"{key}{ENGLISH}", empty).raw if f"{key}{ENGLISH}" in plan.keys else ""
            )
    action = cells.get(ACTION, empty)
    merged = {**value, **{key: part for key, part in rest.items() if key not in value}}
    if plan.kind == STEPS and action:
        if action.text not in VERBS:
            raise _wrong(action, NO_VERB, text=action.text, choices=", ".join(VERBS))
        return {action.text if key == OBJECT else key: part for key, part in merged.items()}
    return merged


def _value(key: str, text: str, english: str) -> Value:
    if key in LISTS and "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    return {"zh-CN": text, "en": english} if english else text


def _rest(cells: dict[str, Cell]) -> dict[str, Value]:
    parts = [cell for key, cell in cells.items() if key == REST or key.startswith(f"{REST} ")]
    text = "".join(cell.raw for cell in parts)
    if not text.strip():
        return {}
    reading = read(Source(parts[0].address, text.encode()))
    if len(reading.trees) != 1 or not reading.complete or not isinstance(reading.trees[0].value, dict):
        raise _wrong(parts[0], BAD_YAML)
    return dict(reading.trees[0].value)


def _wrong(cell: Cell, what: Phrase, **args: str | Phrase) -> UnreadableError:
    return UnreadableError(AT, address=cell.address, what=what.filled(**args))
