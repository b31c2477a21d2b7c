"""The body of a Word document: sections and blocks go in, paragraphs and tables as text come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, assert_never
from urllib.parse import quote

from sopkit.render.columns import width as columns
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Checklist,
    Definitions,
    Diagram,
    Document,
    Fact,
    Facts,
    FillIn,
    Moment,
    Paragraph,
    Script,
    Section,
    SignOff,
    StepCard,
    Table,
    TearOff,
    Timeline,
    Week,
)
from sopkit.render.extent import fits_a_page
from sopkit.render.marks import Line, Run, clean, plain
from sopkit.render.templating import safe_href
from sopkit.render.word.shapes import shapes
from sopkit.render.word.styles import (
    DEEPEST,
    FIRST_LIST,
    GOOD,
    INK,
    LINE,
    LISTED,
    NOTE,
    NOTE_PANEL,
    PANEL,
    SOFT,
    STOP,
    STOP_PANEL,
    WARN,
    WARN_PANEL,
)
from sopkit.render.word.xml import (
    GAP,
    KEEP,
    Cell,
    attribute,
    checkbox,
    edge,
    paragraph,
    row,
    run,
    shares,
    styled,
    table,
)
from sopkit.text import Phrase

TEXT_WIDTH: Final = 10206
"""Of A4 between margins of 15 mm, in twentieths of a point."""
HIGHEST_DRAWING: Final = 11000
DAY: Final = 1300
"""The height of a day in a calendar, at least: there is room for notes, and six weeks on a page."""
SHORTEST: Final = 820
"""The room of a label, at least: a short one may be of wide letters, and another font stand in for ours."""
MOST_LINES: Final = 40
"""For signatures."""
ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][^\s\[\]#]*)?(?:#[^\s\[\]#]*)?|mailto:[^\s@:/?#\[\]]+@[A-Za-z0-9.-]+(?:\?[^\s\[\]#]*)?"
)
"""What a program on any desk takes for an address; with another, Word calls the whole file damaged."""
LONGEST_ADDRESS: Final = 2000

STYLES: Final = {"strong": "Strong", "quiet": "QuietWords", "id": "Ident", "slot": "Slot"}
STATUSES: Final = {"pass": GOOD, "fail": STOP, "waived": STOP, "manual": WARN, "not-assessed": WARN}

SCRIPT: Final = Phrase("话术：", "Script: ")
USED_IN: Final = Phrase("用在：", "Used in: ")
NOTHING: Final = Phrase("无", "nothing")


class Body:
    """Writes the blocks of one document, and gathers what the package needs besides: addresses, lists, places to jump to."""

    def __init__(self, document: Document) -> None:
        self.lang = document.lang
        self.manual = document.form == "manual"
        self.checklist = document.form == "checklist"
        self.addresses: dict[str, str] = {}
        self.lists = 0
        self.drawings = 0
        self.drawn: set[str] = set()
        self.places = {
            anchor: f"_Toc{number:06d}" for number, anchor in enumerate(dict.fromkeys(_anchors(document.sections)), 1)
        }

    def section(self, section: Section, level: int = 1) -> Iterator[str]:
        # A checklist is one sheet, whose title is the document's.
        if not (self.checklist and level == 1):
            before = "<w:pageBreakBefore/>" if section.breaks else ""
            yield self.heading(self.words(section.title), level, section.anchor, listed=section.listed, before=before)
        for block in section.blocks:
            yield from self.block(block, level + 1, TEXT_WIDTH, section.title)
        for inner in section.sections:
            yield from self.section(inner, min(level + 1, DEEPEST))

    def heading(self, inner: str, level: int, anchor: str, *, listed: bool, before: str = "") -> str:
        style = f"Heading{min(level, DEEPEST)}" if listed or level > LISTED else f"Unlisted{level}"
        return paragraph(self._place(anchor, inner), style, before)

    def _place(self, anchor: str, inner: str) -> str:
        """Return the inside of a paragraph as the place that links to `anchor` lead to; the first of the name is it."""
        if anchor not in self.places or anchor in self.drawn:
            return inner
        self.drawn.add(anchor)
        number = len(self.drawn)
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{self.places[anchor]}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'
        )

    def words(self, line: Line, properties: str = "") -> str:
        return "".join([self._run(each, properties) for each in line])

    def _run(self, each: Run, properties: str) -> str:
        href = self._target(each.href) if each.href else ""
        made = _run(each.text, each.style, each.lang, bool(href), properties)
        return f"<w:hyperlink {href}>{made}</w:hyperlink>" if href and made else made

    def _target(self, href: str) -> str:
        """Return where a link leads, as attributes; '' where it is no link that may be followed."""
        if href.startswith("#"):
            place = self.places.get(href[1:])
            return f'w:anchor="{place}" w:history="1"' if place else ""
        address = quote(safe_href(href), safe=":/?#[]@!$&'()*+,;=%-._~") if href else ""
        if not ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
            return ""
        return f'r:id="{self.addresses.setdefault(address, f"link{len(self.addresses) + 1}")}" w:history="1"'

    def lines(self, lines: Iterable[Line], style: str = "Cell") -> str:
        return "".join(paragraph(self.words(line), style) for line in lines)

    def block(self, block: Block, level: int, width: int, title: Line = ()) -> Iterator[str]:
        match block:
            case Paragraph(words=words, quiet=quiet):
                yield paragraph(self.words(words), "Quiet" if quiet else "")
            case Bullets(lines=lines, ordered=ordered):
                yield from self._bullets(lines, ordered)
            case Facts(entries=entries):
                yield from self.facts(entries, width)
            case Definitions(entries=entries):
                yield from self._pairs(((each.term, each.lines) for each in entries), width)
            case Table():
                yield from self._table(block, width, title)
            case Checklist(title=name, lines=lines):
                yield paragraph(self.words(name), "Label")
                for line in lines:
                    yield paragraph(f"{checkbox(plain(line))}{run(' ')}{self.words(line)}", "Check")
            case Callout():
                yield from self._callout(block, level, width)
            case Script():
                yield from self._script(block, level)
            case StepCard():
                yield from self._card(block, level, width)
            case _:
                yield from self._rare(block, width)

    def _rare(self, block: Timeline | Week | Diagram | FillIn | SignOff | TearOff, width: int) -> Iterator[str]:
        match block:
            case Timeline(caption=caption, entries=entries):
                yield paragraph(self.words(caption), "Label")
                yield from self._pairs(((each.when, each.what) for each in entries), width)
            case Week():
                yield from self._week(block, width)
            case Diagram():
                yield from self._diagram(block, width)
            case FillIn(labels=labels):
                yield from self._blanks(labels, width)
            case SignOff(labels=labels, lines=lines):
                yield from self._signatures(labels, min(lines, MOST_LINES), width)
            case TearOff(title=title, labels=labels):
                yield paragraph(self.words(title), "Slip")
                yield from self._blanks(labels, width)
            case _:
                assert_never(block)

    def _bullets(self, lines: Sequence[Line], ordered: bool) -> Iterator[str]:
        own = ""
        if ordered and lines:
            own = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{FIRST_LIST + self.lists}"/></w:numPr>'
            self.lists += 1
        for line in lines:
            yield paragraph(self.words(line), "ListNumber" if ordered else "ListBullet", own)

    def facts(self, entries: Sequence[Fact], width: int) -> Iterator[str]:
        if len(entries) == 1 and not entries[0].lines:
            yield paragraph(self.words(entries[0].label), "Label")
        else:
            yield from self._pairs(
                ((each.label, each.lines) for each in entries), width, [each.tone for each in entries]
            )

    def _pairs(
        self, pairs: Iterable[tuple[Line, Sequence[Line]]], width: int, tones: Sequence[str] = ()
    ) -> Iterator[str]:
        """Yield a table of labels and what belongs to them; those in the tone `stop` catch the eye."""
        every = list(pairs)
        if not every:
            return
        first = max(columns(clean(plain(label))) for label, _ in every) * 95 + 260
        widths = (first := max(1000, min(first, width * 34 // 100)), width - first)
        rows = []
        for number, (label, lines) in enumerate(every):
            stop = bool(tones) and tones[number] == "stop"
            fill, colour = (STOP_PANEL, STOP) if stop else ("", SOFT)
            weight = "<w:b/>" if stop else ""
            name = paragraph(self.words(label, f'{weight}<w:color w:val="{colour}"/>'), "Cell")
            rows.append(row((Cell(name, widths[0], fill=fill), Cell(self.lines(lines), widths[1], fill=fill))))
        yield table(widths, rows, "Facts") + GAP

    def _table(self, block: Table, width: int, title: Line) -> Iterator[str]:
        # A table that is all of a section would say the heading twice.
        if block.caption and block.caption != title:
            yield paragraph(self.words(block.caption), "Caption")
        if not block.columns:
            return
        widths = shares([column.width for column in block.columns], width)
        heads = [
            Cell(paragraph(self.words(column.head), "CellHead"), part, fill=PANEL)
            for column, part in zip(block.columns, widths, strict=True)
        ]
        rows = [row(heads, head=True)]
        pen = any(column.form in {"tick", "blank"} for column in block.columns)
        for group in block.groups:
            if group.title:
                name = paragraph(self.words(group.title), "CellHead")
                rows.append(row([Cell(name, width, len(widths), edge("left", SOFT, 24), PANEL)]))
            rows += [self._row(cells, block, widths, pen) for cells in group.rows]
        yield table(widths, rows, "TableGrid", caption=plain(block.caption or title), head=True) + GAP

    def _row(self, cells: Sequence[Line], block: Table, widths: Sequence[int], pen: bool) -> str:
        written = iter(cells)
        made = []
        for column, width in zip(block.columns, widths, strict=True):
            if column.form == "tick":
                inner = paragraph(checkbox(plain(column.head)), "Cell", "", '<w:jc w:val="center"/>')
            elif column.form == "blank":
                inner = paragraph("", "Cell")
            else:
                inner = paragraph(self.words(next(written, ())), "Cell")
            made.append(Cell(inner, width, middle=pen))
        days = any(column.form == "day" for column in block.columns)
        return row(made, least=DAY if days else 480 if pen else 0)

    def _callout(self, block: Callout, level: int, width: int) -> Iterator[str]:
        colour, fill = (WARN, WARN_PANEL) if block.tone == "warning" else (NOTE, NOTE_PANEL)
        title = paragraph(self.words(block.title, f'<w:b/><w:color w:val="{colour}"/>'), "Cell", KEEP)
        inner = "".join(part for each in block.blocks for part in self._in_box(each, level, width - 300))
        sides = "".join(edge(side, colour, 24 if side == "left" else 4) for side in ("top", "left", "bottom", "right"))
        cell = Cell(
            title + inner, width, edges=sides if block.tone == "warning" else edge("left", colour, 24), fill=fill
        )
        yield table([width], [row([cell])], "TableNormal") + GAP

    def _in_box(self, block: Block, level: int, width: int) -> Iterator[str]:
        if isinstance(block, Paragraph):
            yield paragraph(self.words(block.words), "Cell")
        else:
            yield from self.block(block, level, max(1500, width))

    def _script(self, block: Script, level: int) -> Iterator[str]:
        title = self.words(block.title)
        ident = run(" ") + run(block.id, styled("Ident"))
        if block.anchor:
            yield self.heading(title + ident, level, block.anchor, listed=False)
        else:
            yield paragraph(run(SCRIPT.within(self.lang)) + title + ident, "Label")
        for note in block.notes:
            yield paragraph(self.words(note), "Quiet", KEEP)
        for number, line in enumerate(block.body, start=1):
            yield paragraph(self.words(line), "Script", KEEP if number < len(block.body) else "")
        yield GAP
        if block.where:
            joined = run(" · ").join(self.words(each) for each in block.where)
            yield paragraph(run(USED_IN.within(self.lang)) + joined, "Quiet")

    def _card(self, block: StepCard, level: int, width: int) -> Iterator[str]:
        status = next((STATUSES[name] for name in block.shade.split() if name in STATUSES), "")
        colour = f'<w:color w:val="{status}"/>' if status else ""
        number = run(f"{block.number} ", styled("Number") + colour) if block.number else ""
        line = f"<w:pBdr>{edge('top', LINE, 6, space=4)}</w:pBdr>"
        yield self.heading(number + self.words(block.title), level, block.anchor, listed=False, before=line)
        badges = "".join(
            f"{self.words(padded(badge), styled('Badge') + (colour if first else ''))}{run('  ')}"
            for first, badge in ((each is block.badges[0], each) for each in block.badges)
        )
        if badges or block.id:
            yield paragraph(badges + run(block.id, styled("Ident")), "Cell", KEEP)
        yield from self.facts(block.facts, width)
        for each in block.blocks:
            yield from self.block(each, min(level + 1, DEEPEST), width)

    def _week(self, block: Week, width: int) -> Iterator[str]:
        """Yield a cell a day, its title in the cell, so that a day is read as a whole; one day after the other where much is to do."""
        yield paragraph(self.words(block.caption), "Label")
        if block.is_long:
            for day in block.days:
                yield paragraph(
                    self.words(day.title) + (run("  ") + self._nothing() if not day.entries else ""), "Label"
                )
                yield from self._pairs(((each.when, each.what) for each in day.entries), width)
            return
        if not block.days:
            return
        widths = shares([1] * len(block.days), width)
        cells = []
        for day, part in zip(block.days, widths, strict=True):
            title = paragraph(self.words(day.title, "<w:b/>"), "Cell")
            cells.append(Cell(title + (self._moments(day.entries) or paragraph(self._nothing(), "Cell")), part))
        yield table(widths, [row(cells, whole=fits_a_page(block))], "TableGrid", caption=plain(block.caption)) + GAP

    def _moments(self, entries: Iterable[Moment]) -> str:
        return "".join(
            paragraph(self.words(each.when, f'<w:color w:val="{SOFT}"/>'), "Cell") + self.lines(each.what)
            for each in entries
        )

    def _nothing(self) -> str:
        return run(NOTHING.within(self.lang), f'<w:color w:val="{SOFT}"/>')

    def _diagram(self, block: Diagram, width: int) -> Iterator[str]:
        self.drawings += 1
        room = (width, HIGHEST_DRAWING)
        drawn = shapes(block.svg, block.title, block.text, number=self.drawings, room=room)
        yield paragraph(self._place(block.anchor, run(block.title)), "Caption")
        if drawn:
            yield paragraph(drawn, "", "", '<w:jc w:val="center"/>')
        else:
            yield from (paragraph(run(line), "Quiet") for line in block.text.split("\n"))

    def _blanks(self, labels: Sequence[Line], width: int) -> Iterator[str]:
        """Yield labels with a line to write on beside each, as many in a row as have room."""
        if not labels:
            return
        rooms = [max(SHORTEST, columns(clean(plain(label))) * 95 + 240) for label in labels]
        widest = max(rooms)
        in_row = max(1, min(4, len(labels), width // (min(widest, width // 2) + 1500)))
        pair = width // in_row
        names = [min(pair * 6 // 10, max(rooms[at::in_row])) for at in range(in_row)]
        widths = [part for name in names for part in (name, pair - name)]
        rows = []
        for start in range(0, len(labels), in_row):
            cells = []
            for at in range(in_row):
                label = labels[start + at] if start + at < len(labels) else None
                words = self.words(label, f'<w:color w:val="{SOFT}"/>') if label is not None else ""
                below = edge("bottom", INK, 6) if label is not None else ""
                cells.append(Cell(paragraph(words, "Cell", KEEP), names[at], middle=True))
                cells.append(Cell(paragraph("", "Cell", KEEP), pair - names[at], edges=below))
            rows.append(row(cells, least=520))
        yield table(widths, rows, "TableNormal") + GAP

    def _signatures(self, labels: Sequence[Line], lines: int, width: int) -> Iterator[str]:
        if not labels:
            return
        widths = shares([1] * len(labels), width)
        head = [
            Cell(paragraph(self.words(label), "CellHead"), part, fill=PANEL)
            for label, part in zip(labels, widths, strict=True)
        ]
        empty = row([Cell(paragraph("", "Cell"), part) for part in widths], least=520)
        yield table(widths, [row(head, head=True), *[empty] * lines], "TableGrid", head=True) + GAP


@lru_cache(maxsize=32_768)
def _run(text: str, style: str, lang: str, linked: bool, properties: str) -> str:
    """Return a run, which stands in several documents; `linked`: inside a link."""
    said = f"〔{text}〕" if style == "slot" else text
    # What has a frame keeps its style: a run has one.
    framed = properties.startswith("<w:rStyle")
    named = "" if framed else STYLES.get(style, "")
    own = styled(named or "Hyperlink") if (named or linked) and not framed else ""
    own += properties
    if lang:
        tongue = attribute(lang) if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang) else "und"
        own += f'<w:u w:val="dotted"/><w:lang w:val="{tongue}" w:eastAsia="{tongue}"/>'
    return run(said, own)


def padded(badge: Line) -> Line:
    """Return words with a little room inside their frame."""
    return (Run("\u00a0"), *badge, Run("\u00a0"))


def _anchors(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield section.anchor
        yield from _within(section.blocks)
        yield from _anchors(section.sections)


def _within(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, StepCard | Script | Diagram) and block.anchor:
            yield block.anchor
        if isinstance(block, StepCard | Callout):
            yield from _within(block.blocks)
