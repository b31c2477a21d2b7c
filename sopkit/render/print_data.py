"""A document goes in; the plain data from which the layouts in `templates/typst` set it on paper comes out.

Only data, never markup: whatever an author writes stays a string. A line is a list of strings and of pieces in a style, or just a
string, as most are; a long word has `HERE` where it may be broken; a link leads to an anchor of this document or to a harmless
address, or is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from sopkit.render.document import (
    Callout,
    Checklist,
    Column,
    Diagram,
    Document,
    Fact,
    Facts,
    RowGroup,
    Script,
    Section,
    StepCard,
    Table,
    Week,
    field_names,
    is_line,
)
from sopkit.render.drawing import POINTS, Words, parted
from sopkit.render.extent import Extent, fits_a_page
from sopkit.render.lettering import text_width
from sopkit.render.marks import Line, clean, plain
from sopkit.render.templating import Plain, safe_href
from sopkit.text import Phrase

WORDS: Final[dict[str, Phrase]] = {
    "contents": Phrase("目录", "Contents"),
    "script": Phrase("话术：", "Script: "),
    "used_in": Phrase("用在：", "Used in: "),
    "nothing": Phrase("无", "nothing"),
    "page": Phrase("第", "Page"),
    "of_pages": Phrase("页，共", "of"),
    "pages_end": Phrase("页", ""),
    "draft_note": Phrase(
        "检查还有错误未改，不得用于培训和执行。", "The check still finds errors: not for training or use."
    ),
}

HERE: Final[dict[str, Plain]] = {"at": "break"}
"""A place at which a line may end although no word ends there."""
NEW_LINE: Final[dict[str, Plain]] = {"at": "line"}
LONG_WORD: Final = re.compile(r"[^\s\u2e80-\U0003ffff]{21,}")
LONG_ID: Final = re.compile(r"[^\s\u2e80-\U0003ffff]{13,}")
JOINTS: Final = re.compile(r"(?<=[/._:#-])(?=[^/._:#-])")
STRETCH: Final = 8
"""A word that no column holds is broken after so many letters."""
HOURS: Final = re.compile(r"(\d{1,2}:\d{2}–\d{1,2}:\d{2})")
"""Hours from and to: a line would end after the dash."""
WEB: Final = re.compile("(?:https?|mailto|tel):", re.IGNORECASE)

LINE: Final = 60
"""Ems of the small letters at head and foot that a line has room for."""
ROOM_FOR_PAGE: Final = 12
"""Ems of what says the page."""

FEW_ROWS: Final = 8
SHORT_LABEL: Final = 7.0
"""Ems of a label that stands on one line wherever there are facts."""
OPENING: Final = tuple("“‘《〈「『（【〔")
"""What is set closer to where a line begins, and only there."""
Data = dict[str, Plain]


def print_data(document: Document) -> Data:
    """Return the data of a document; the logo is left out, since pictures are no text."""
    return _Preparation(document).data()


class _Preparation:
    def __init__(self, document: Document) -> None:
        self.doc = document
        self.targets: set[str] = set()
        _add_anchors(document.sections, self.targets)
        self.placed: set[str] = set()

    def data(self) -> Data:
        doc = self.doc
        return {
            "form": doc.form,
            "lang": doc.lang,
            "title": _text(doc.title),
            "subtitle": _text(doc.subtitle),
            "stamp": _text(doc.stamp),
            "draft": doc.draft,
            "running": [_text(part) for part in doc.running],
            "short_margins": _short_margins(doc),
            "look": {
                "colour": doc.look.colour,
                "fonts": list(doc.look.fonts),
                "header": _text(doc.look.header),
                "footer": _text(doc.look.footer),
                "name": _text(doc.look.name),
            },
            "facts": [self._fact(fact) for fact in doc.facts],
            "sections": [self._section(section) for section in doc.sections],
            "say": {name: phrase.within(doc.lang) for name, phrase in WORDS.items()},
        }

    def _section(self, section: Section) -> Data:
        return {
            "anchor": self._anchor(section.anchor),
            "title": self.line(section.title),
            "blocks": [self._block(block, section.title) for block in section.blocks],
            "sections": [self._section(inner) for inner in section.sections],
            "breaks": section.breaks,
            "listed": section.listed,
            "folded": section.folded,
        }

    def _block(self, block: object, title: Line = ()) -> Data:
        if isinstance(block, Table):
            return self._table(block, title)
        if isinstance(block, Diagram):
            return self._diagram(block)
        made = self._plain(block)
        if isinstance(block, StepCard | Script | Callout | Checklist):
            room = Extent().of(block)
            made["whole"] = room.fits_a_card if isinstance(block, StepCard) else room.fits_a_block
        if isinstance(block, Week):
            made["long"], made["whole"] = block.is_long, fits_a_page(block)
        if isinstance(block, Facts):
            made["entries"] = [self._fact(fact) for fact in block.entries]
            made["whole"] = Extent().of(block).fits_a_block
        return made

    def _plain(self, value: object) -> Data:
        """Return a block with its fields; a line among them as pieces, an anchor as one that no other has."""
        names = field_names(value)
        if not names:
            raise TypeError(f"no block: {type(value).__name__}")
        made: Data = {"block": type(value).__name__}
        for name in names:
            given = getattr(value, name)
            made[name] = self._anchor(given) if name == "anchor" else self._value(given)
        return made

    def _value(self, value: object) -> Plain:
        if isinstance(value, str):
            return _text(value)
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, tuple):
            if is_line(value):
                return self.line(value)
            return [self._value(part) for part in value]
        return self._fact(value) if isinstance(value, Fact) else self._block(value)

    def _fact(self, fact: Fact) -> Data:
        return {
            "label": self.line(fact.label),
            "said": _as_line([part for line in fact.lines for part in (NEW_LINE, *self.parts(line))][1:]),
            "tone": fact.tone,
            "whole": Extent().lines(fact.lines) <= Extent.ROW,
            "beside": _beside(fact),
        }

    def _table(self, table: Table, title: Line) -> Data:
        """Return a table; one that says the heading above it once more has no caption."""
        if table.columns and all(column.form == "day" for column in table.columns):
            return self._month(table)
        extent = Extent(table.columns)
        heights = [[extent.row(row) for row in group.rows] for group in table.groups]
        rows = sum(map(len, heights))
        return {
            "block": "Table",
            "caption": [] if table.caption == title else self.line(table.caption),
            "columns": [self._column(column) for column in table.columns],
            "groups": [self._group(group, high) for group, high in zip(table.groups, heights, strict=True)],
            "whole": rows <= FEW_ROWS and sum(map(sum, heights)) + len(table.groups) <= Extent.BLOCK,
        }

    def _month(self, table: Table) -> Data:
        """Return a month; what stands below the number of a day comes again on others, and is given once."""
        below: dict[str, int] = {}
        entries: list[Plain] = []
        weeks: list[Plain] = []
        for row in (row for group in table.groups for row in group.rows):
            days: list[Plain] = []
            for cell in row:
                said = self.parts(cell)
                at = said.index(NEW_LINE) if NEW_LINE in said else len(said)
                key = repr(said[at + 1 :])
                if at < len(said) and key not in below:
                    below[key] = len(entries)
                    entries.append(_as_line(said[at + 1 :]))
                days.append({"number": _as_line(said[:at]), "entries": below.get(key)})
            weeks.append(days)
        return {
            "block": "Month",
            "caption": self.line(table.caption),
            "heads": [self.line(column.head) for column in table.columns],
            "weeks": weeks,
            "entries": entries,
        }

    def _column(self, column: Column) -> Data:
        return {"head": self.line(column.head), "width": column.width, "form": column.form}

    def _group(self, group: RowGroup, heights: Iterable[float]) -> Data:
        return {
            "title": self.line(group.title),
            "rows": [
                {"cells": [self.line(cell) for cell in row], "whole": high <= Extent.ROW}
                for row, high in zip(group.rows, heights, strict=True)
            ],
        }

    def _diagram(self, diagram: Diagram) -> Data:
        drawn = parted(diagram.svg)
        return {
            "block": "Diagram",
            "anchor": self._anchor(diagram.anchor),
            "title": _text(diagram.title),
            "text": clean(diagram.text),
            "svg": drawn.svg,
            "words": [_drawn(words) for words in drawn.words],
            "width": drawn.width * POINTS,
            "height": drawn.height * POINTS,
        }

    def _anchor(self, anchor: str) -> str:
        """Return the anchor, where it is the first of its name; links lead there."""
        if not anchor or anchor in self.placed:
            return ""
        self.placed.add(anchor)
        return anchor

    def line(self, line: Line) -> Plain:
        return _as_line(self.parts(line))

    def parts(self, line: Line) -> list[Plain]:
        made: list[Plain] = []
        for run in line:
            href = safe_href(run.href)
            nowhere = href.startswith("#") and href[1:] not in self.targets
            made += _set(run.text, run.style, run.lang, "" if nowhere else href)
        return made


def _as_line(parts: list[Plain]) -> Plain:
    """Return a line as the layouts take it: one that is a text stands for itself."""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else parts


def _short_margins(doc: Document) -> bool:
    """Whether what stands at head and foot of each page surely needs no more lines than there is room for, and no measuring."""
    chapters = doc.sections if doc.form == "manual" else ()
    chapter = max((_ems(plain(section.title)) for section in chapters), default=0)
    left, right = _ems(doc.title) + chapter, _ems(" · ".join(doc.running))
    return max(left, right, _ems(doc.look.header), _ems(doc.look.footer) + ROOM_FOR_PAGE) < LINE


def _beside(fact: Fact) -> bool:
    """Whether a label surely stands on one line, beside words that begin there as anywhere in a line."""
    first = plain(fact.lines[0]) if fact.lines else ""
    return text_width(plain(fact.label), 1.0) <= SHORT_LABEL and not first.startswith(OPENING)


def _ems(words: str) -> float:
    """Return about how wide words are."""
    return sum(1.0 if char > "\u2e7f" else 0.6 for char in words)


def _add_anchors(value: object, found: set[str]) -> None:
    if isinstance(value, tuple):
        if not is_line(value):
            for part in value:
                _add_anchors(part, found)
    else:
        for name in field_names(value):
            given = getattr(value, name)
            if name != "anchor":
                _add_anchors(given, found)
            elif given:
                found.add(given)


def _drawn(words: Words) -> Data:
    return {
        "x": words.x * POINTS,
        "y": words.y * POINTS,
        "size": words.size * POINTS,
        "anchor": words.anchor,
        "colour": words.colour,
        "bold": words.bold,
        "text": _text(words.text),
    }


def _text(words: str) -> str:
    """Return words that stand on one line."""
    return " ".join(clean(words).split())


@lru_cache(maxsize=32_768)
def _set(text: str, style: str, lang: str, href: str) -> tuple[Plain, ...]:
    """Return a run with the places at which its lines end, may end, or (`whole`) must not; its link leads somewhere."""
    pieces = list(_parted(clean(text), LONG_ID if style == "id" else LONG_WORD))
    styled: Data = {}
    if style != "plain":
        styled["style"] = style
    if lang:
        styled["lang"] = lang
    if href.startswith("#"):
        styled["to"] = href[1:]
    elif WEB.match(href):
        styled["href"] = href
    return ({"pieces": _as_line(pieces), **styled},) if styled else tuple(pieces)


def _parted(text: str, long: re.Pattern[str]) -> Iterator[Plain]:
    for number, line in enumerate(text.replace("\t", "    ").split("\n")):
        if number:
            yield NEW_LINE
        for count, stretch in enumerate(HOURS.split(line)):
            if count % 2:
                yield {"at": "whole", "text": stretch}
            elif stretch:
                yield from _breakable(stretch, long)


def _breakable(text: str, long: re.Pattern[str]) -> Iterator[Plain]:
    at = 0
    for word in long.finditer(text):
        parts = list(_chopped(JOINTS.split(word[0])))
        yield text[at : word.start()] + parts[0]
        for part in parts[1:]:
            yield HERE
            yield part
        at = word.end()
    if text[at:]:
        yield text[at:]


def _chopped(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        long = len(part) > 2 * STRETCH
        step = STRETCH if long else len(part) or 1
        yield from (part[start : start + step] for start in range(0, len(part), step))
