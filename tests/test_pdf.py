"""PDFs of the small workspace: what a reader, a screen reader and an archive find in them."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from pypdf.generic import DictionaryObject

from sopkit.failure import DocumentFailedError
from sopkit.render import fonts
from sopkit.render.document import Document, Fact, Paragraph, Section, StepCard, text
from sopkit.render.fonts import unshown
from sopkit.render.glyphs import DRAWN, refuse_unprintable
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.manual import manual
from sopkit.render.marks import UNWANTED, Run, clean, link
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.text import Lang
from tests.documents import EDITION, small
from tests.office import is_said_in_order, narrow, said_by

AS_OF: Final = date(2026, 7, 1)
LANGUAGES: Final[tuple[Lang, Lang]] = ("zh-CN", "en")


@cache
def guide(lang: Lang) -> Document:
    return manual(Book(plan(small()), Names(small(), lang), "guide", {}), EDITION, Templates())


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    with Typesetter(Templates(), AS_OF) as made:
        yield made


def page(*words: str, lang: Lang = "zh-CN") -> Document:
    blocks = tuple(Paragraph(text(each)) for each in words)
    return Document("manual", lang, "题目", "", (Section("first", text("第一章"), blocks),))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bookmarks_and_contents_name_the_page_on_which_each_section_begins(lang: Lang, typesetter: Typesetter) -> None:
    pdf = pypdfium2.PdfDocument(to_pdf(guide(lang), typesetter))
    listed = [(bookmark.level, bookmark.get_title()) for bookmark in pdf.get_toc()]
    titles = [
        (level, "".join(run.text for run in each.title))
        for section in guide(lang).sections
        for level, each in ((0, section), *((1, inner) for inner in section.sections))
        if each.listed
    ]
    assert [(level, title.split(maxsplit=1)[1] if not level else title) for level, title in listed] == titles
    contents = pdf[1].get_textpage().get_text_bounded()
    for bookmark in pdf.get_toc():
        at = bookmark.get_dest().get_index()
        title = bookmark.get_title().split(maxsplit=1)[1] if bookmark.level == 0 else bookmark.get_title()
        assert title in pdf[at].get_textpage().get_text_bounded()
        row = next(line for line in contents.splitlines() if title in line)
        assert row.rstrip().endswith(str(at + 1))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_copied_out_stands_in_the_order_in_which_it_is_read(lang: Lang, typesetter: Typesetter) -> None:
    sheets = list(pypdfium2.PdfDocument(to_pdf(guide(lang), typesetter)))[2:]  # without cover and contents
    text = (sheet.get_textpage().get_text_bounded(bottom=FOOT, top=sheet.get_height() - HEAD) for sheet in sheets)
    lines = [solid(line) for line in said_by(guide(lang))]
    assert len(lines) > 200
    assert is_said_in_order(lines, solid("".join(text))) == ""


FOOT, HEAD = 57, 66
"""Points that the running foot and head of a page take, which come between the lines of two pages."""


def solid(words: str) -> str:
    """Return words without what the typesetter sets in its own way: space, hyphens, the brackets of blanks."""
    return re.sub("[-\u2010\u2011\xad\x02\ufffe〔〕]", "", narrow(words))


def test_the_same_document_gives_the_same_bytes(typesetter: Typesetter) -> None:
    once = to_pdf(page("你好"), typesetter)
    with Typesetter(Templates(), AS_OF) as again:
        assert to_pdf(page("你好"), again) == once


def test_a_pdf_is_tagged_named_and_in_its_language_and_has_its_fonts_in_it(typesetter: Typesetter) -> None:
    for lang, tag in (("zh-CN", "zh-CN"), ("en", "en")):
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(guide(lang), typesetter)))
        catalog = reader.root_object
        assert str(catalog["/Lang"]) == tag
        marks = catalog["/MarkInfo"]
        assert isinstance(marks, DictionaryObject)
        assert marks["/Marked"]
        assert "/StructTreeRoot" in catalog
        assert reader.metadata is not None
        assert reader.metadata.title == guide(lang).title
        kept = reader.xmp_metadata
        assert kept is not None
        assert b"pdfuaid:part" in kept.stream.get_data()
        assert b"pdfaid:part" in kept.stream.get_data()
        fonts = [each for sheet in reader.pages for each in fonts_of(sheet)]
        assert fonts
        assert all(any(name.startswith("/FontFile") for name in font) for font in fonts)


def fonts_of(sheet: pypdf.PageObject) -> Iterator[DictionaryObject]:
    """Yield the description of each font of a page: of one for many scripts, that of the font within."""
    resources = sheet["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    for font in resources.get("/Font", DictionaryObject()).values():
        inner = font.get_object()
        described = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
        yield described["/FontDescriptor"].get_object()


@pytest.mark.parametrize("words", ["𠮷", "🌿", "👩‍👧", "1️⃣", "❤️", "☐", "✗", "①"])
def test_rare_characters_and_emoji_are_shown(words: str, typesetter: Typesetter) -> None:
    shown, blank = (inked(to_pdf(page(each), typesetter), 1) for each in (words, "\u3000"))
    assert shown > blank + 20


def inked(data: bytes, number: int) -> int:
    """Return how many bytes of a page's picture are dark."""
    bitmap = pypdfium2.PdfDocument(data)[number].render(scale=2, grayscale=True)
    return sum(each < 128 for each in bytes(bitmap.buffer))


@pytest.mark.parametrize(
    ("words", "code"),
    [("看\U000e0fff", "U+E0FFF"), ("看\ue000", "U+E000"), ("看\U00012000", "U+12000"), ("看a\u0f71", "U+0F71")],
)
def test_a_character_that_no_font_has_stops_the_build_and_is_named_with_its_place(
    words: str, code: str, typesetter: Typesetter
) -> None:
    with pytest.raises(DocumentFailedError) as refused:
        to_pdf(page("好", words), typesetter)
    assert code in refused.value.reason.zh
    assert "《题目》" in refused.value.reason.zh
    assert "在第一章" in refused.value.reason.zh
    assert "in 第一章" in refused.value.reason.en


def test_exactly_what_a_page_shows_is_looked_for_in_the_fonts() -> None:
    for char in map(chr, (*range(0x3100), *range(0xD7F0, 0xE010), *range(0xFDC0, 0xFE00), 0xFFFE, 0xFFFF)):
        with (
            nullcontext() if clean(char) in DRAWN or not unshown({clean(char)}) else pytest.raises(DocumentFailedError)
        ):
            refuse_unprintable(Document("index", "en", "", "", (), (Fact((Run(char),), ()),)))


def test_no_other_font_is_read_where_the_largest_has_every_character() -> None:
    fonts._code_points.cache_clear()
    assert not unshown(set("字a☆\u200b"))
    refuse_unprintable(page("字☐", "a✗"))
    assert fonts._code_points.cache_info().currsize == 1
    assert not unshown(set("字🙂"))
    assert fonts._code_points.cache_info().currsize == 2
    assert unshown(set("字a\U00012000\ue000")) == {"\U00012000", "\ue000"}
    assert fonts._code_points.cache_info().currsize > 2


def test_nothing_is_unwanted_of_what_python_calls_printable() -> None:
    for char in filter(str.isprintable, map(chr, range(sys.maxunicode + 1))):
        assert char != "\r"
        assert not UNWANTED.match(char)


def test_the_place_of_a_character_is_the_step_in_which_it_stands(typesetter: Typesetter) -> None:
    whole = guide("zh-CN")
    card = next(
        block
        for section in whole.sections
        for inner in section.sections
        for block in inner.blocks
        if isinstance(block, StepCard)
    )
    odd = replace(card, title=text("看\U00012000"))
    sections = (Section("one", text("流程"), (odd,)),)
    with pytest.raises(DocumentFailedError) as refused:
        to_pdf(replace(whole, sections=sections), typesetter)
    assert f"在流程 › {card.id}" in refused.value.reason.zh


def test_text_that_would_be_code_or_control_is_text(typesetter: Typesetter) -> None:
    hostile = '#panic("x") *b* _i_ $x$ @a <b> `c` \\ // /* #read("/etc/passwd") = h'
    data = to_pdf(page(hostile, "a\u202eb\x07c"), typesetter)
    said = pypdfium2.PdfDocument(data)[1].get_textpage().get_text_bounded().replace("\r\n", " ")
    assert hostile in said
    assert "a\ufffdb\ufffdc" in said


def test_a_word_of_ten_thousand_letters_stays_on_the_page(typesetter: Typesetter) -> None:
    pdf = pypdfium2.PdfDocument(to_pdf(page("w" * 10_000), typesetter))
    said = "".join(pdf[number].get_textpage().get_text_bounded() for number in range(1, len(pdf)))
    assert said.count("w") == 10_000
    for number in range(1, len(pdf)):
        width = pdf[number].get_width()
        words = pdf[number].get_textpage()
        assert all(words.get_charbox(at)[2] < width for at in range(words.count_chars()))


def test_only_harmless_addresses_are_links(typesetter: Typesetter) -> None:
    marked = [
        link("go", href) for href in ("javascript:alert(1)", "file:///etc/passwd", "https://a.test/", "#first", "#no")
    ]
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(page(*marked), typesetter)))
    actions = [
        note.get_object()["/A"]["/URI"]
        for sheet in reader.pages
        for note in sheet.annotations or ()
        if "/URI" in note.get_object().get("/A", {})
    ]
    assert actions == ["https://a.test/"]
