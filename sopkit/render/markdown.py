"""The Markdown writer: a document goes in, CommonMark with tables and task lists comes out, every author's character literal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final, assert_never

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
    Paragraph,
    Script,
    Section,
    SignOff,
    StepCard,
    Table,
    TearOff,
    Timeline,
    Week,
    field_names,
)
from sopkit.render.marks import Line, Run
from sopkit.render.templating import safe_href

SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~&$])")
LINE_START: Final = re.compile(r"^(\s*(?:\d+(?=[.)](?:\s|$))|(?=[-+=:])))", re.MULTILINE)
"""What would begin a list, a rule or a heading; of `1.` the point is escaped, since a backslash before a digit is printed."""
BACKTICKS: Final = re.compile("`+")
BLANK: Final = "＿＿＿＿＿＿"
DEEPEST: Final = 6


def to_markdown(document: Document) -> str:
    """Return the document as Markdown; the same document gives the same text."""
    return "\n".join(_Writer(document).document()).rstrip("\n") + "\n"


@lru_cache(maxsize=32_768)
def escaped(text: str) -> str:
    """Return text in which no character means anything to Markdown."""
    return LINE_START.sub(r"\1\\", SPECIAL.sub(r"\\\1", text))


def code_span(text: str) -> str:
    """Return text as code, as it is: between more backticks than stand together in it. A line break, which code has not, is a space."""
    said = text.replace("\n", " ")
    fence = "`" * (_longest_run(said) + 1)
    padded = said.startswith("`") or said.endswith("`") or (said.strip(" ") and said[0] == said[-1] == " ")
    return f"{fence} {said} {fence}" if padded else f"{fence}{said}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, BACKTICKS.findall(text)), default=0)


class _Writer:
    def __init__(self, document: Document) -> None:
        self.doc = document
        self.zh = document.lang == "zh-CN"
        self.targets: set[str] = set()
        _add_targets(document.sections, self.targets)

    def document(self) -> Iterator[str]:
        doc = self.doc
        yield f"# {escaped(doc.title)}"
        yield ""
        if doc.subtitle:
            yield f"{escaped(doc.subtitle)}\n"
        yield f"> **{escaped(doc.stamp)}**\n"
        yield from self._facts(doc.facts)
        for section in doc.sections:
            yield from self._section(section, 2)
        if doc.look.footer:
            yield f"---\n\n{escaped(doc.look.footer)}"

    def _section(self, section: Section, level: int) -> Iterator[str]:
        yield from self._heading(self._line(section.title), level, section.anchor)
        for block in section.blocks:
            # A table that is all of a section would say the heading twice.
            once = replace(block, caption=()) if isinstance(block, Table) and block.caption == section.title else block
            yield from self._block(once, level + 1)
        for inner in section.sections:
            yield from self._section(inner, level + 1)

    def _heading(self, said: str, level: int, anchor: str) -> Iterator[str]:
        if f"#{anchor}" in self.targets:
            yield f'<a id="{anchor}"></a>\n'
        yield f"{'#' * min(level, DEEPEST)} {said}\n"

    def _line(self, line: Line) -> str:
        return "".join(self._run(run) for run in line)

    def _run(self, run: Run) -> str:
        said = escaped(run.text)
        if run.style == "id":
            said = code_span(run.text)
        elif run.style == "slot":
            said = f"〔{said}〕"
        elif run.style == "strong" and said.strip():
            said = f"**{said}**"
        href = safe_href(run.href)
        return f"[{said}](<{href.replace('>', '%3E').replace('<', '%3C')}>)" if href else said

    def _cell(self, line: Line) -> str:
        """Return a line as a cell of a table, which ends at every bar without a backslash, even inside code."""
        runs = (replace(run, text=run.text.replace("|", "\\|")) if run.style == "id" else run for run in line)
        return self._line(tuple(runs)).replace("\n", "<br>")

    def _label(self, line: Line, said: str) -> str:
        return f"**{self._line(line)}**{'：' if self.zh else ': '}{said}"

    def _facts(self, facts: Iterable[Fact]) -> Iterator[str]:
        entries = tuple(facts)
        for fact in entries:
            if not fact.lines:
                yield f"**{self._line(fact.label)}**"
            elif len(fact.lines) == 1:
                yield "- " + self._label(fact.label, self._soft(fact.lines[0], "  "))
            else:
                yield "- " + self._label(fact.label, "").rstrip()
                yield from (f"  - {self._soft(line, '    ')}" for line in fact.lines)
        if entries:
            yield ""

    def _soft(self, line: Line, indent: str) -> str:
        return self._line(line).replace("\n", f"  \n{indent}")

    def _block(self, block: Block, level: int) -> Iterator[str]:
        match block:
            case Paragraph(words=words):
                yield self._soft(words, "") + "\n"
            case Bullets(lines=lines, ordered=ordered):
                for count, line in enumerate(lines, start=1):
                    # Another mark than that of facts, so that two lists one after the other stay two.
                    yield f"{f'{count}.' if ordered else '*'} {self._soft(line, '   ')}"
                yield ""
            case Facts(entries=entries):
                yield from self._facts(entries)
            case Definitions(entries=entries):
                for entry in entries:
                    said = (" " if not self.zh else "").join(self._soft(line, "  ") for line in entry.lines)
                    yield "- " + self._label(entry.term, said)
                yield ""
            case Table():
                yield from self._table(block)
            case Checklist(title=title, lines=lines):
                yield f"**{self._line(title)}**\n"
                yield from (f"- [ ] {self._soft(line, '  ')}" for line in lines)
                yield ""
            case Callout():
                yield from self._callout(block, level)
            case Script():
                yield from self._script(block, level)
            case StepCard():
                yield from self._card(block, level)
            case _:
                yield from self._rare(block)

    def _rare(self, block: Timeline | Week | Diagram | FillIn | SignOff | TearOff) -> Iterator[str]:
        match block:
            case Timeline(caption=caption, entries=entries):
                yield f"**{self._line(caption)}**\n"
                yield from (f"- {self._label(entry.when, self._all(entry.what))}" for entry in entries)
                yield ""
            case Week(caption=caption, days=days):
                yield f"**{self._line(caption)}**\n"
                for day in (day for day in days if day.entries):
                    yield f"- **{self._line(day.title)}**"
                    for entry in day.entries:
                        yield f"  - {self._line(entry.when)} {self._all(entry.what)}"
                yield ""
            case Diagram(title=title, text=text):
                yield f"**{escaped(title)}**\n"
                fence = "`" * max(3, _longest_run(text) + 1)
                yield f"{fence}text\n{text}\n{fence}\n"
            case FillIn(labels=labels):
                yield self._blanks(labels) + "\n"
            case SignOff(labels=labels, lines=lines):
                yield from self._rows(
                    (Column(label, 1) for label in labels), ([()] * len(labels) for _ in range(lines))
                )
            case TearOff(title=title, labels=labels):
                yield f"---\n\n**{self._line(title)}**\n\n{self._blanks(labels)}\n"
            case _:
                assert_never(block)

    def _all(self, lines: tuple[Line, ...]) -> str:
        return ("；" if self.zh else "; ").join(self._line(line) for line in lines)

    def _blanks(self, labels: tuple[Line, ...]) -> str:
        return "　".join(f"{self._line(label)}{'：' if self.zh else ': '}{BLANK}" for label in labels)

    def _table(self, table: Table) -> Iterator[str]:
        if table.caption:
            yield f"**{self._line(table.caption)}**\n"
        for group in table.groups:
            if group.title:
                yield f"*{self._line(group.title)}*\n"
            yield from self._rows(table.columns, (_with_pen_cells(row, table.columns) for row in group.rows))

    def _rows(self, columns: Iterable[Column], rows: Iterable[Iterable[Line]]) -> Iterator[str]:
        heads = tuple(columns)
        yield f"| {' | '.join(self._cell(column.head) for column in heads)} |"
        yield f"|{' --- |' * len(heads)}"
        for row in rows:
            yield f"| {' | '.join(self._cell(cell) for cell in row)} |"
        yield ""

    def _callout(self, callout: Callout, level: int) -> Iterator[str]:
        inner = "\n".join(line for block in callout.blocks for line in self._block(block, level)).strip("\n")
        yield self._quoted(f"**{self._line(callout.title)}**\n\n{inner}") + "\n"

    def _script(self, script: Script, level: int) -> Iterator[str]:
        if script.anchor:
            yield from self._heading(f"{self._line(script.title)} {code_span(script.id)}", level, script.anchor)
        else:
            yield f"**{'话术：' if self.zh else 'Script: '}{self._line(script.title)}** {code_span(script.id)}\n"
        if script.notes:
            yield from (f"- {self._line(note)}" for note in script.notes)
            yield ""
        yield self._quoted("  \n".join(self._line(line) for line in script.body)) + "\n"
        if script.where:
            label, comma = ("用在：", "、") if self.zh else ("Used in: ", ", ")
            yield f"{label}{comma.join(self._line(each) for each in script.where)}\n"

    def _card(self, card: StepCard, level: int) -> Iterator[str]:
        badges = "".join(f" 【{self._line(badge)}】" if self.zh else f" ({self._line(badge)})" for badge in card.badges)
        yield from self._heading(f"{card.number} {self._line(card.title)}{badges}", level, card.anchor)
        yield f"{code_span(card.id)}\n"
        yield from self._facts(card.facts)
        for block in card.blocks:
            yield from self._block(block, level + 1)

    @staticmethod
    def _quoted(said: str) -> str:
        return "\n".join(f"> {line}" if line.strip() else ">" for line in said.split("\n"))


def _with_pen_cells(row: tuple[Line, ...], columns: tuple[Column, ...]) -> tuple[Line, ...]:
    """Return a row with a cell for each column; ticks are drawn, blanks left empty."""
    cells = iter(row)
    pen = {"tick": (Run("☐"),), "blank": ()}
    return tuple(pen[column.form] if column.form in pen else next(cells, ()) for column in columns)


def _add_targets(value: object, found: set[str]) -> None:
    """Add every fragment that the document links to."""
    if isinstance(value, Run):
        if value.href.startswith("#"):
            found.add(value.href)
    elif isinstance(value, tuple):
        for part in value:
            _add_targets(part, found)
    else:
        for name in field_names(value):
            _add_targets(getattr(value, name), found)
