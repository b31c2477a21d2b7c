"""The document model that every writer shares: a document is facts, sections and blocks, in one language, without any markup.

Documents (manuals, checklists, the index) are built as these values; writers (HTML, Markdown …) turn them into bytes.
A new block needs a dataclass here and a case in each writer; a new writer or a new document touches nothing else.
No field is named like a method of `dict`, because templates see these values as plain mappings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import field, fields, is_dataclass
from functools import lru_cache
from typing import Final, Literal, TypeGuard

from sopkit.frozen import dataclass
from sopkit.render.marks import Line, Run, line
from sopkit.text import Lang

LOOKS: Final = frozenset({"width", "breaks", "svg", "shade", "listed", "folded", "asks"})
"""Fields that change how a document looks or is filled in, and not what it says: nobody signs again for them."""
MOST_OF_A_DAY: Final = 9
"""Lines of a day that a column of a week has room for."""
HASH_LENGTH: Final = 16
"""Hexadecimal digits of the content hash that are printed: enough that two contents never share them by chance."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Line
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    lines: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what belongs to it, one line or several."""

    label: Line
    lines: tuple[Line, ...]
    tone: Literal["", "stop"] = ""
    """`stop`: what must not be done."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values beside each other, as on a cover or at the top of a playbook."""

    entries: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    term: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    entries: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`blank` and `tick` cells are for the pen; those of `day` are the days of a calendar, with room for notes.

    Those of `figure` are counts, `12,345`, and shares, `0.14%`, which a spreadsheet can reckon with.
    """

    head: Line
    width: int
    """Relative to the other columns."""
    form: Literal["text", "time", "day", "tick", "blank", "figure"] = "text"
    asks: Literal["", "time", "number"] = ""
    """What is written into a blank: a spreadsheet takes nothing else there."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under a heading of their own; no title, no heading."""

    title: Line
    rows: tuple[tuple[Line, ...], ...]
    """One cell for each column that is not for the pen."""
    day: int | None = None
    """The weekday that the rows are for, 0 is Monday; None: any."""


@dataclass(frozen=True, slots=True)
class Table:
    caption: Line
    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    counted: bool = True
    """Its boxes are due on every sheet; else they are ticked only where something comes up, and the count leaves them out."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Things to tick off, inside a text."""

    title: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    tone: Literal["note", "warning"]
    title: Line
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """Words that a touch says, as sent: blanks are runs in the style `slot`."""

    anchor: str
    title: Line
    id: str
    notes: tuple[Line, ...]
    """Advertising, AI-written, what to send with it."""
    body: tuple[Line, ...]
    """Its lines."""
    where: tuple[Line, ...]
    """The steps that use it."""


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step for the one who does it."""

    anchor: str
    number: str
    title: Line
    id: str
    """Stable, as in the playbooks."""
    badges: tuple[Line, ...]
    facts: tuple[Fact, ...]
    blocks: tuple[Block, ...]
    shade: str = ""
    """Classes of its own for the sheet of styles: the status of a control."""


@dataclass(frozen=True, slots=True)
class Moment:
    when: Line
    what: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Moments in their order."""

    caption: Line
    entries: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Day:
    title: Line
    entries: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days with what is fixed in each."""

    caption: Line
    days: tuple[Day, ...]

    @property
    def is_long(self) -> bool:
        """Whether a day has more than a column holds: it is printed day by day then."""
        return any(sum(len(each.what) + 1 for each in day.entries) > MOST_OF_A_DAY for day in self.days)


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing, as a whole SVG made by us, and the same in words."""

    anchor: str
    title: str
    svg: str
    text: str


@dataclass(frozen=True, slots=True)
class FillIn:
    """Blanks to write on: date, shop, name."""

    labels: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SignOff:
    """Lines for signatures; the content hash says what was signed."""

    labels: tuple[Line, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class TearOff:
    """A slip at the foot of a printed sheet, handed in."""

    title: Line
    labels: tuple[Line, ...]


Block = (
    Paragraph
    | Bullets
    | Facts
    | Definitions
    | Table
    | Checklist
    | Callout
    | Script
    | StepCard
    | Timeline
    | Week
    | Diagram
    | FillIn
    | SignOff
    | TearOff
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; sections nest."""

    anchor: str
    title: Line
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    breaks: bool = False
    """Starts a new page in print."""
    listed: bool = True
    """Stands in the table of contents."""
    folded: bool = False
    """Shown on screen when its heading is opened; in print always."""


@dataclass(frozen=True, slots=True)
class Look:
    """The brand's colour on light and on dark, both legible, its words at head and foot of each page, and its logo."""

    colour: str = "#1f5f8b"
    colour_dark: str = "#8fc3e8"
    header: str = ""
    footer: str = ""
    logo: str = ""
    """A picture as a `data:` address; '' where there is none."""
    fonts: tuple[str, ...] = ()
    """Names of the brand's own fonts, before those that everybody has."""
    name: str = ""
    """What the brand is called: the logo in words."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `facts` are its cover or head; they are no part of the content hash."""

    form: Literal["manual", "checklist", "index"]
    lang: Lang
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...] = ()
    draft: bool = False
    stamp: str = ""
    """What every page says of its standing: controlled, draft."""
    running: tuple[str, ...] = ()
    """Number, edition and the like, for the head of every page."""
    look: Look = field(default_factory=Look)
    period: Literal["", "day", "week", "run"] = ""
    """What one filled-in sheet covers: `run` is a campaign, from its first day to its end."""
    begins: str = ""
    """The day, as 2026-09-18, on which a run is planned to begin."""
    keeps: str = ""
    """Under which name a reader's ticks are kept on his device; '' where nothing is ticked."""
    content: str = ""
    """The content hash, where people sign for it."""


def text(words: str) -> Line:
    """Parse marked text; a short name, since builders use it in every line."""
    return line(words)


def plain_table(heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], caption: str = "") -> Table:
    """Return a table without groups from marked texts."""
    columns = tuple(Column(text(head), width) for head, width in zip(heads, widths, strict=True))
    return Table(text(caption), columns, (RowGroup((), tuple(tuple(map(text, row)) for row in rows)),))


def content_hash(title: str, sections: tuple[Section, ...]) -> str:
    """Return the first digits of SHA-256 over title and sections: the same content has the same hash in every edition."""
    pieces: list[bytes] = []
    _add_pieces((title, sections), pieces)
    return hashlib.sha256(b"".join(pieces)).hexdigest()[:HASH_LENGTH]


def _add_pieces(value: object, pieces: list[bytes]) -> None:
    if isinstance(value, Run):  # as any dataclass, without looking for its fields: most of a document are runs
        pieces += (_piece("Run"), _piece(value.text), _piece(value.style), _piece(value.lang), _piece(value.href))
    elif isinstance(value, tuple):
        pieces.append(_piece(f"({len(value)}"))
        for part in value:
            _add_pieces(part, pieces)
    elif names := field_names(value):
        pieces.append(_piece(type(value).__name__))
        for name in names:
            if name not in LOOKS:
                _add_pieces(getattr(value, name), pieces)
    else:
        pieces.append(_piece(str(value)))


@lru_cache(maxsize=32_768)
def _piece(said: str) -> bytes:
    data = said.encode()
    return b"%d:%b" % (len(data), data)


def lines_of(section: Section) -> Iterator[Line]:
    """Yield every line of text in a section, in order: for glossaries and for finding what lacks a translation."""
    lines: list[Line] = []
    _add_lines((section.title, section.blocks), lines)
    yield from lines
    for inner in section.sections:
        yield from lines_of(inner)


def _add_lines(value: object, lines: list[Line]) -> None:
    if isinstance(value, tuple):
        if is_line(value):
            lines.append(value)
        else:
            for part in value:
                _add_lines(part, lines)
    else:
        for name in field_names(value):
            _add_lines(getattr(value, name), lines)


def is_line(value: tuple[object, ...]) -> TypeGuard[Line]:
    """Whether a tuple of a document is a line with words: runs, and nothing else."""
    for part in value:  # asked of every tuple: twice as quick as `all`
        if type(part) is not Run:
            return False
    return bool(value)


def field_names(value: object) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass's instance; none of another value."""
    return _NAMES[type(value)]


class _Names(dict[type, tuple[str, ...]]):
    def __missing__(self, kind: type) -> tuple[str, ...]:
        names = self[kind] = tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()
        return names


_NAMES: Final = _Names()
