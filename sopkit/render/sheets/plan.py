"""What stands on which sheet of a spreadsheet: a document goes in; a sheet of its text, and one for each table or list, come out.

Nothing here knows a file format. A checklist has no sheet of text: what is filled in at its head stands on each of its sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

from sopkit.frozen import dataclass
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Checklist,
    Column,
    Definitions,
    Diagram,
    Document,
    Fact,
    Facts,
    FillIn,
    Moment,
    Paragraph,
    RowGroup,
    Script,
    Section,
    SignOff,
    StepCard,
    Table,
    TearOff,
    Timeline,
    Week,
)
from sopkit.render.marks import Line, clean, line
from sopkit.text import Lang, Phrase

LONGEST_NAME: Final = 31
FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f\ufffd]")
BRACKETED: Final = re.compile(r" ?[(（][^()（）]*[)）]$")
RESERVED: Final = frozenset({"history", ""})

TEXT: Final = Phrase("正文", "Text")
SLIP: Final = Phrase("回执", "Slip")
SHEET: Final = Phrase("表", "Table")
ITEM: Final = Phrase("事项", "What")
DONE: Final = Phrase("完成", "Done")
BY: Final = Phrase("执行人", "By")
AT: Final = Phrase("完成时间", "At")
REMARK: Final = Phrase("备注", "Remark")
NOTHING: Final = Phrase("无", "nothing")
SCRIPT: Final = Phrase("话术：", "Script: ")
USED_IN: Final = Phrase("用在：", "Used in: ")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet of text: a label, and what is said beside it; `goes_to` another sheet, or waits to be filled in."""

    label: str
    said: str = ""
    heading: int = 0
    """1 for a chapter; 0 for no heading."""
    goes_to: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class TableSheet:
    name: str
    caption: str
    table: Table
    blanks: tuple[str, ...] = ()
    """What is filled in above the table."""


@dataclass(frozen=True, slots=True)
class TextSheet:
    name: str
    rows: tuple[Row, ...]


Sheet = TableSheet | TextSheet


def sheets(document: Document) -> tuple[Sheet, ...]:
    """Return the sheets of a document in their order; there is always one."""
    plan = _Plan(document.lang, is_checklist=document.form == "checklist")
    text_name = plan.name(TEXT.within(document.lang))
    rows = tuple(row for section in document.sections for row in plan.section(section, 1))
    if plan.is_checklist:
        blanks = tuple(plan.blanks)
        tables = [TableSheet(each.name, each.caption, each.table, blanks) for each in plan.tables]
        torn = any(isinstance(block, TearOff) for section in document.sections for block in section.blocks)
        rest = TextSheet(plan.name(SLIP.within(document.lang)) if torn else text_name, rows)
        return (*tables, rest) if rows or not tables else tuple(tables)
    return (TextSheet(text_name, rows), *plan.tables)


def shown(words: Line) -> str:
    """Return the text of a line as it stands in a cell; blanks keep their brackets."""
    return "".join(f"〔{run.text}〕" if run.style == "slot" else run.text for run in words)


class _Plan:
    def __init__(self, lang: Lang, *, is_checklist: bool) -> None:
        self.lang: Lang = lang
        self.is_checklist = is_checklist
        self.tables: list[TableSheet] = []
        self.blanks: list[str] = []
        self.taken: set[str] = set(RESERVED)

    def name(self, wanted: str) -> str:
        """Return a name for a sheet that every program takes and no other sheet has, told apart by a number where need be."""
        said = " ".join(FORBIDDEN.sub(" ", clean(wanted)).split())
        if len(said) > LONGEST_NAME:  # what is said in brackets stands above the table, whole
            said = BRACKETED.sub("", said)
        base = said[:LONGEST_NAME].strip() or SHEET.within(self.lang)
        number, name = 1, base
        while name.casefold() in self.taken:
            number += 1
            name = f"{base[: LONGEST_NAME - len(str(number)) - 1]} {number}"
        self.taken.add(name.casefold())
        return name

    def section(self, section: Section, level: int) -> Iterator[Row]:
        if not (self.is_checklist and level == 1):
            yield Row(shown(section.title), heading=level)
        for block in section.blocks:
            yield from self.block(block, section.title)
        for inner in section.sections:
            yield from self.section(inner, level + 1)

    def block(self, block: Block, title: Line = ()) -> Iterator[Row]:
        match block:
            case Paragraph(words=words):
                yield Row("", shown(words))
            case Bullets(lines=lines, ordered=ordered):
                marks = (f"{number}. " if ordered else "• " for number in range(1, len(lines) + 1))
                yield Row("", "\n".join(mark + shown(each) for mark, each in zip(marks, lines, strict=True)))
            case Facts(entries=entries):
                yield from self._facts(entries)
            case Definitions(entries=entries):
                yield from (Row(shown(each.term), _joined(each.lines)) for each in entries)
            case Table():
                yield from self._table(block, shown(block.caption or title))
            case Checklist(title=name, lines=lines):
                yield from self._table(_ticked(lines, self.lang), shown(name))
            case Callout(title=name, blocks=blocks):
                yield Row(shown(name), heading=3)
                for each in blocks:
                    yield from self.block(each, name)
            case Script():
                yield from self._script(block)
            case StepCard():
                yield Row(
                    " ".join((block.number, shown(block.title))).strip(),
                    " · ".join((*map(shown, block.badges), block.id)),
                    3,
                )
                yield from self._facts(block.facts)
                for each in block.blocks:
                    yield from self._of_card(each, block)
            case _:
                yield from self._rare(block)

    def _rare(self, block: Timeline | Week | Diagram | FillIn | SignOff | TearOff) -> Iterator[Row]:
        match block:
            case Timeline(caption=caption, entries=entries):
                yield Row(shown(caption), heading=3)
                yield from (Row(shown(each.when), _joined(each.what)) for each in entries)
            case Week(caption=caption, days=days):
                yield Row(shown(caption), heading=3)
                nothing = NOTHING.within(self.lang)
                yield from (Row(shown(day.title), "\n".join(map(_moment, day.entries)) or nothing) for day in days)
            case Diagram(title=title, text=text):
                yield Row(title, text)
            case FillIn(labels=labels):
                if self.is_checklist:
                    self.blanks += [shown(label) for label in labels]
                else:
                    yield from (Row(shown(label), blank=True) for label in labels)
            case SignOff(labels=labels):
                yield from (Row(shown(label), blank=True) for label in labels)
            case TearOff(title=title, labels=labels):
                yield Row(shown(title), heading=2)
                yield from (Row(shown(label), blank=True) for label in labels)
            case _:
                assert_never(block)

    def _facts(self, entries: Iterable[Fact]) -> Iterator[Row]:
        yield from (Row(shown(each.label), _joined(each.lines)) for each in entries)

    def _table(self, table: Table, caption: str, name: str = "") -> Iterator[Row]:
        if not table.columns:
            yield Row("", caption)
            return
        sheet = TableSheet(self.name(name or caption), caption, table)
        self.tables.append(sheet)
        if not self.is_checklist:
            yield Row("", caption, goes_to=sheet.name)

    def _of_card(self, block: Block, card: StepCard) -> Iterator[Row]:
        """Yield the rows of what stands in a card; a table without a caption is called by its first column, beside the card."""
        if isinstance(block, Table) and not block.caption and block.columns:
            head = shown(block.columns[0].head)
            yield from self._table(block, f"{card.id} {shown(card.title)} · {head}", f"{card.id} {head}")
        else:
            yield from self.block(block)

    def _script(self, block: Script) -> Iterator[Row]:
        where = (*line(USED_IN.within(self.lang)), *line(" · ".join(map(shown, block.where)))) if block.where else ()
        said = _joined((*block.notes, *block.body, *((where,) if where else ())))
        yield Row(f"{SCRIPT.within(self.lang)}{shown(block.title)} {block.id}".strip(), said)


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join(map(shown, lines))


def _moment(moment: Moment) -> str:
    return " ".join((shown(moment.when), *map(shown, moment.what)))


def _ticked(lines: tuple[Line, ...], lang: Lang) -> Table:
    """Return a list of things to do as a table with what is filled in beside each."""
    head = [line(phrase.within(lang)) for phrase in (ITEM, DONE, BY, AT, REMARK)]
    columns = (
        Column(head[0], 10),
        Column(head[1], 2, "tick"),
        Column(head[2], 3, "blank"),
        Column(head[3], 3, "blank", "time"),
        Column(head[4], 5, "blank"),
    )
    return Table((), columns, (RowGroup((), tuple((each,) for each in lines)),))
