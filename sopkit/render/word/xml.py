"""WordprocessingML as text: words, styles and cells go in, paragraphs and tables come out, every author's character literal.

The children of an element stand in the order of the schema, which Word insists on; `Border`, `Cell` and the like keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

from sopkit.frozen import dataclass
from sopkit.render.marks import clean

QUOTES: Final = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
BREAKS: Final = re.compile(r"([\n\t])")
GAP: Final = '<w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'
"""Between two tables, which would become one; and at the end of a cell, which must be a paragraph."""


def attribute(text: str) -> str:
    """Return an author's text as the value of an attribute in double quotes."""
    return escape(clean(text), QUOTES)


def pieces(text: str) -> str:
    """Return an author's text as the inside of a run; line breaks and tabs stay what they are."""
    said = clean(text)
    if "\n" not in said and "\t" not in said:
        return f'<w:t xml:space="preserve">{escape(said)}</w:t>'
    marks = {"\n": "<w:br/>", "\t": "<w:tab/>"}
    return "".join(
        marks.get(part) or f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in BREAKS.split(said) if part
    )


def run(text: str, properties: str = "") -> str:
    """Return a run of text; nothing for none."""
    if not text:
        return ""
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{pieces(text)}</w:r>"


def styled(style: str) -> str:
    return f'<w:rStyle w:val="{style}"/>'


def paragraph(inner: str, style: str = "", before: str = "", after: str = "") -> str:
    """Return a paragraph; `before` are the properties up to numbering, `after` those from tabs on."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{before}{after}</w:pPr>" if named or before or after else ""
    return f"<w:p>{properties}{inner}</w:p>"


KEEP: Final = "<w:keepNext/>"


def field(code: str, shown: str, properties: str = "") -> str:
    """Return a field with the result that is shown until the reader's program works it out."""
    own = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return (
        f'<w:r>{own}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{own}<w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'<w:r>{own}<w:fldChar w:fldCharType="separate"/></w:r>{run(shown, properties)}'
        f'<w:r>{own}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def checkbox(label: str) -> str:
    """Return a box that is ticked with a click, and with a pen where the document is printed."""
    font = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
    return (
        f'<w:sdt><w:sdtPr><w:rPr>{font}</w:rPr><w:alias w:val="{attribute(short(label, 60))}"/>'
        '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:r><w:rPr>{font}</w:rPr><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>"
    )


def short(text: str, most: int) -> str:
    """Return text on one line, cut where it has more than `most` characters."""
    said = " ".join(text.split())
    return said if len(said) <= most else f"{said[: most - 1]}…"


@dataclass(frozen=True, slots=True)
class Cell:
    """Paragraphs and tables in a box; `width` in twentieths of a point, `edges` as properties of borders."""

    inner: str
    width: int
    span: int = 1
    edges: str = ""
    fill: str = ""
    middle: bool = False

    def xml(self) -> str:
        span = f'<w:gridSpan w:val="{self.span}"/>' if self.span > 1 else ""
        edges = f"<w:tcBorders>{self.edges}</w:tcBorders>" if self.edges else ""
        fill = shade(self.fill) if self.fill else ""
        middle = '<w:vAlign w:val="center"/>' if self.middle else ""
        inner = self.inner if self.inner.endswith("</w:p>") else f"{self.inner}{GAP}"
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{self.width}" w:type="dxa"/>{span}{edges}{fill}{middle}</w:tcPr>{inner}</w:tc>'
        )


def edge(side: str, colour: str, eighths: int = 4, line: str = "single", space: int = 0) -> str:
    return f'<w:{side} w:val="{line}" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'


def shade(fill: str) -> str:
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'


def row(cells: Iterable[Cell], *, head: bool = False, whole: bool = True, least: int = 0) -> str:
    """Return a row; `head` is repeated on each page, a `whole` one stays on one page, `least` is its height at least."""
    properties = ("<w:cantSplit/>" if whole else "") + (f'<w:trHeight w:val="{least}"/>' if least else "")
    properties += "<w:tblHeader/>" if head else ""
    named = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{named}{''.join(cell.xml() for cell in cells)}</w:tr>"


def table(
    widths: Sequence[int], rows: Iterable[str], style: str, *, caption: str = "", head: bool = False, inset: int = 0
) -> str:
    """Return a table of fixed widths; `caption` is what a screen reader says of it."""
    look = f'<w:tblLook w:val="{"0620" if head else "0600"}" w:firstRow="{int(head)}" w:lastRow="0" w:firstColumn="0" '
    look += 'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    said = f'<w:tblCaption w:val="{attribute(short(caption, 200))}"/>' if caption else ""
    properties = (
        f'<w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{inset}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{look}{said}'
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def shares(parts: Sequence[int], whole: int) -> list[int]:
    """Divide a width among columns by their relative widths, to the last twentieth of a point."""
    total = sum(max(1, part) for part in parts)
    ends, reached = [0], 0
    for part in parts:
        reached += max(1, part)
        ends.append(whole * reached // total)
    return [end - start for start, end in pairwise(ends)]
