"""Office files as tests see them: documents go in, and what independent readers find in their files comes out."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import docx
import openpyxl
from docx.oxml.ns import qn
from hypothesis import strategies as st

from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Checklist,
    Column,
    Day,
    Definition,
    Definitions,
    Diagram,
    Document,
    Fact,
    Facts,
    FillIn,
    Look,
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
    lines_of,
)
from sopkit.render.marks import STYLES, Line, Run, clean, plain

FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

HOSTILE: Final = (
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://x.test")',
    "@SUM(1)",
    "-1+1",
    "{=1}",
    "_x0041_",
    "<w:p/> & ]]> \"'",
    "&amp; &#0;",
    "\x00\x01\x1f\x7f\x85\ufffe\uffff",
    "\u202egnp.\u2066a\u2069",
    "\ud800",
    "\ufdd0id\ufdd1x\ufdd2",
    "👩‍👩‍👧 🌿 𠮷",
    "a\r\nb\tc\rd",
    "\u2028\u2029\u200b\ufeff",
    "&P &D &[Page]",
    "  two  spaces  ",
)
LONG: Final = ("w" * 10_000, "词" * 10_000)

ADDRESSES: Final = (
    "",
    "#a",
    "#nowhere",
    "https://sop.example.com/a?b=1&c=2#d",
    "https://例子.test/路 径",
    "http://[x",
    "mailto:a@b.test",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "a.html",
    "//x.test",
)

SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="f" width="200" height="90"><style>.f{--ink:#123456}.b{fill:#fff;stroke:var(--ink)}'
    '.f text{fill:var(--ink)}@media print{.f{--ink:#000}}</style><g transform="translate(0 8)"><path class="l" stroke="#333" '
    'marker-end="url(#a)" d="M10 10C20 20 30 20 40 40L40 50M40 55L40 60"/><text x="40" y="30" text-anchor="middle" font-size="12">'
    'edge</text><g><title>one</title><rect class="b" x="5" y="60" width="80" height="20" rx="6"/><text x="45" y="72" font-size="12">'
    "box</text></g></g></svg>"
)

words = st.one_of(
    st.sampled_from(HOSTILE),
    st.just("w" * 400),
    st.text(max_size=12),
    st.sampled_from(("到店", "Call the customer", "时限")),
)
runs = st.builds(
    Run, words, st.sampled_from(STYLES), st.sampled_from(("", "en", "zh-CN", '"><x')), st.sampled_from(ADDRESSES)
)
lines: st.SearchStrategy[Line] = st.lists(runs, max_size=3).map(tuple)
several = st.lists(lines, max_size=3).map(tuple)
names = st.sampled_from(("a", "b", "step.one", "", "空格 和 <标记>"))
facts = st.builds(Fact, lines, several, st.sampled_from(("", "stop")))
moments = st.lists(st.builds(Moment, lines, several), max_size=3).map(tuple)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    forms = st.sampled_from(("text", "time", "tick", "blank"))
    asked = st.sampled_from(("", "time", "number"))
    columns = draw(
        st.lists(st.builds(Column, lines, st.integers(0, 20), forms, asked), min_size=1, max_size=5).map(tuple)
    )
    written = [column for column in columns if column.form in {"text", "time"}]
    row = st.tuples(*(lines for _ in written))
    groups = draw(st.lists(st.builds(RowGroup, lines, st.lists(row, max_size=3).map(tuple)), max_size=3).map(tuple))
    return Table(draw(lines), columns, groups, draw(st.booleans()))


leaves: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines, st.booleans()),
    st.builds(Bullets, several, st.booleans()),
    st.builds(Facts, st.lists(facts, max_size=3).map(tuple)),
    st.builds(Definitions, st.lists(st.builds(Definition, lines, several), max_size=3).map(tuple)),
    tables(),
    st.builds(Checklist, lines, several),
    st.builds(Script, names, lines, words, several, several, several),
    st.builds(Timeline, lines, moments),
    st.builds(Week, lines, st.lists(st.builds(Day, lines, moments), max_size=7).map(tuple)),
    st.builds(Diagram, names, words, st.sampled_from(("", "<svg", SVG)), words),
    st.builds(FillIn, several),
    st.builds(SignOff, several, st.integers(0, 50)),
    st.builds(TearOff, lines, several),
)
inner = st.lists(leaves, max_size=2).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    leaves,
    st.builds(Callout, st.sampled_from(("note", "warning")), lines, inner),
    st.builds(
        StepCard,
        names,
        words,
        lines,
        words,
        several,
        st.lists(facts, max_size=2).map(tuple),
        inner,
        st.just("status fail"),
    ),
)
bodies = st.lists(blocks, max_size=3).map(tuple)
sections = st.builds(
    Section,
    names,
    lines,
    bodies,
    st.lists(st.builds(Section, names, lines, bodies, listed=st.booleans()), max_size=2).map(tuple),
    breaks=st.booleans(),
    listed=st.booleans(),
)
documents = st.builds(
    Document,
    form=st.sampled_from(("manual", "checklist", "index")),
    lang=st.sampled_from(("zh-CN", "en")),
    title=words,
    subtitle=words,
    sections=st.lists(sections, max_size=3).map(tuple),
    facts=st.lists(facts, max_size=3).map(tuple),
    draft=st.booleans(),
    stamp=words,
    running=st.lists(words, max_size=3).map(tuple),
    look=st.builds(Look, st.sampled_from(("#1f5f8b", "#ABCDEF")), header=words, footer=words, name=words),
)


def packed(text: str) -> str:
    """Return text without space, which every writer sets in its own way, and without the brackets of blanks."""
    return "".join(clean(text).translate({ord("〔"): None, ord("〕"): None}).split())


def said_by(document: Document) -> Iterator[str]:
    """Yield every line of the sections of a document in order, as it must be found in its files."""
    for section in document.sections:
        for line in lines_of(_once(replace(section, title=()) if document.form == "checklist" else section)):
            yield packed(plain(line))


def _once(section: Section) -> Section:
    """Return a section whose tables do not say its heading again."""
    kept = tuple(
        replace(block, caption=()) if isinstance(block, Table) and block.caption == section.title else block
        for block in section.blocks
    )
    return replace(section, blocks=kept, sections=tuple(_once(inner) for inner in section.sections))


def is_said_in_order(lines: Iterable[str], text: str) -> str:
    """Return the first line that is not found after those before it; '' where all are."""
    at = 0
    for line in lines:
        found = text.find(line, at)
        if found < 0:
            return line
        at = found + len(line)
    return ""


def docx_text(data: bytes) -> str:
    """Return the text of a Word file in reading order: of the body, drawings once."""
    body = docx.Document(BytesIO(data)).element.body
    fallbacks = {each for fallback in body.iter(FALLBACK) for each in fallback.iter()}
    return packed("".join(each.text or "" for each in body.iter(qn("w:t")) if each not in fallbacks))


def xlsx_book(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def xlsx_cells(data: bytes) -> Iterator[object]:
    """Yield the value of each cell with one, sheet by sheet and row by row."""
    for sheet in xlsx_book(data):
        yield from (value for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def converted(files: dict[str, bytes], folder: Path) -> dict[str, Path]:
    """Let LibreOffice open the files and convert them to PDF; return name → PDF."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is not installed"
    source, target = folder / "source", folder / "target"
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data)
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", target, *sorted(source.iterdir())], check=True, capture_output=True, timeout=280
    )
    return {name: target / f"{name.rpartition('.')[0]}.pdf" for name in files}


def narrow(text: str) -> str:
    """Return text as extractors of PDF give it: without space, compatible letters alike; an emoji needs a font that not all have."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char <= "\uffff" and not char.isspace())
