"""Word files: any document opens in an independent reader, says every word in order, and is the same bytes each time."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from lxml import etree

from sopkit.render.document import (
    Column,
    Day,
    Diagram,
    Document,
    FillIn,
    Look,
    Moment,
    Paragraph,
    RowGroup,
    Section,
    StepCard,
    Table,
    Week,
    text,
)
from sopkit.render.docx import to_docx
from sopkit.render.marks import Run, link
from sopkit.text import LANGS, Lang
from tests.office import ADDRESSES, HOSTILE, LONG, SVG, documents, docx_text, is_said_in_order, packed, said_by

PNG = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAFElEQVR4nGM8YWDAAANMcBYDAwMAF5QBIZ9zDrQAAAAASUVORK5CYII="
)


def part(data: bytes, name: str) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(BytesIO(data)).read(name))


def body(data: bytes) -> etree._Element:
    return part(data, "word/document.xml")


def paper(*blocks: object, lang: Lang = "zh-CN", **more: object) -> Document:
    section = Section("s", text("章"), tuple(blocks))  # type: ignore[arg-type]  # whatever block a test needs
    return Document("manual", lang, "手册", "副题", (section,), **more)  # type: ignore[arg-type]  # as above


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_any_document_opens_and_says_every_word_in_order(document: Document) -> None:
    data = to_docx(document)
    seen = docx_text(data)
    assert seen.find(packed(document.title)) >= 0
    missing = is_said_in_order(said_by(document), seen)
    assert not missing, missing
    for name in zipfile.ZipFile(BytesIO(data)).namelist():
        if name.endswith((".xml", ".rels")):
            part(data, name)


ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs spacing ind jc outlineLvl sectPr",
    "rPr": "rStyle rFonts b bCs noProof color sz szCs u bdr shd lang",
    "pBdr": "top left bottom right",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan tcBorders shd vAlign",
    "tcBorders": "top left bottom right",
    "tblBorders": "top left bottom right insideH insideV",
    "tbl": "tblPr tblGrid tr",
    "sdtPr": "rPr alias checkbox",
    "sectPr": "headerReference footerReference pgSz pgMar",
    "style": "name basedOn next qFormat pPr rPr tblPr tblStylePr",
    "lvl": "start numFmt pStyle suff lvlText lvlJc pPr rPr",
    "font": "altName panose1 charset family pitch",
    "settings": "zoom defaultTabStop characterSpacingControl updateFields compat themeFontLang decimalSymbol listSeparator",
    "inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
    "wsp": "cNvPr cNvSpPr spPr txbx bodyPr",
    "wgp": "cNvGrpSpPr grpSpPr wsp",
    "ln": "noFill solidFill prstDash tailEnd",
}
"""The children that we write, in the order of the schema: Word calls a file damaged that has them in another."""
REPEATED = {"tr", "wsp", "tblStylePr"}


@pytest.mark.long
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_children_stand_in_the_order_of_the_schema(document: Document) -> None:
    data = to_docx(replace(document, look=replace(document.look, logo=PNG)))
    for name in zipfile.ZipFile(BytesIO(data)).namelist():
        for element in part(data, name).iter(etree.Element) if name.endswith(".xml") else ():
            order = ORDER.get(etree.QName(element).localname, "").split()
            children = [etree.QName(child).localname for child in element]
            if order:
                places = [order.index(child) for child in children]
                assert places == sorted(places), (name, children)
                assert all(children.count(child) == 1 for child in set(children) - REPEATED), (name, children)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_places_and_addresses_are_those_that_may_be_followed(document: Document) -> None:
    data = to_docx(document)
    tree = body(data)
    places = [each.get(qn("w:name")) for each in tree.iter(qn("w:bookmarkStart"))]
    ids = [each.get(qn("w:id")) for each in tree.iter(qn("w:bookmarkStart"))]
    assert len(set(places)) == len(places) == len(set(ids))
    assert {each.get(qn("w:anchor")) for each in tree.iter(qn("w:hyperlink"))} - {None} <= set(places)
    related = part(data, "word/_rels/document.xml.rels")
    for each in related:
        if each.get("TargetMode") == "External":
            assert re.match(r"(https?://|mailto:)", each.get("Target"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_harmless_addresses_become_links(address: str) -> None:
    data = to_docx(paper(Paragraph((Run("dort", href=address),))))
    live = address in {"https://sop.example.com/a?b=1&c=2#d", "mailto:a@b.test"}
    related = part(data, "word/_rels/document.xml.rels")
    targets = [each.get("Target") for each in related if each.get("TargetMode") == "External"]
    assert targets == ([address] if live else [])
    assert "dort" in docx_text(data)


def test_a_link_leads_to_its_place() -> None:
    data = to_docx(paper(Paragraph(text(link("dorthin", "#s")))))
    (place,) = {each.get(qn("w:anchor")) for each in body(data).iter(qn("w:hyperlink"))}
    heading = next(
        each for each in docx.Document(BytesIO(data)).paragraphs if each.style and each.style.name == "Heading 1"
    )
    assert [each.get(qn("w:name")) for each in heading._p.iter(qn("w:bookmarkStart"))] == [place]


def test_headings_are_real_and_the_contents_list_those_that_are_listed() -> None:
    inner = (Section("a", text("节一")), Section("b", text("节二"), listed=False))
    document = replace(paper(), sections=(Section("s", text("章一"), (), inner), Section("t", text("章二"))))
    opened = docx.Document(BytesIO(to_docx(document)))
    styled = [(each.style.name, each.text) for each in opened.paragraphs if each.style]
    assert ("Heading 1", "章一") in styled
    assert ("Heading 2", "节一") in styled
    assert ("Unlisted2", "节二") in styled
    contents = [said for name, said in styled if name.startswith("toc ")]
    assert contents == ["1  章一", "节一", "2  章二"]
    codes = [each.text for each in opened.element.body.iter(qn("w:instrText"))]
    assert codes == [' TOC \\o "1-2" \\h \\z ']
    levels = {
        style.get(qn("w:styleId")): each.get(qn("w:val"))
        for style in part(to_docx(document), "word/styles.xml").iter(qn("w:style"))
        for each in style.iter(qn("w:outlineLvl"))
    }
    assert levels == {f"Heading{level}": str(level - 1) for level in range(1, 7)}


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_says_what_it_is(lang: Lang) -> None:
    document = paper(
        lang=lang, stamp="草稿", draft=True, running=("A-1", "版次 3"), look=Look(header="晨曦", footer="内部")
    )
    for section in docx.Document(BytesIO(to_docx(document))).sections:
        head, foot = section.header, section.footer
        assert "晨曦 · 手册\tA-1 · 版次 3" in head.paragraphs[0].text
        assert "内部" in foot.paragraphs[0].text
        assert [each.text for each in foot._element.iter(qn("w:instrText"))] == [" PAGE ", " NUMPAGES "]
        marks = list(head._element.iter("{urn:schemas-microsoft-com:vml}textpath"))
        assert [each.get("string") for each in marks if each.get("string")] == ["草稿"]
    for section in docx.Document(BytesIO(to_docx(replace(document, draft=False)))).sections:
        assert not list(section.header._element.iter("{urn:schemas-microsoft-com:vml}textpath"))


def test_the_head_of_a_page_names_its_chapter() -> None:
    """The pages before the first chapter have none to name: they are a section of their own."""
    sections = docx.Document(BytesIO(to_docx(paper()))).sections
    codes = [[each.text for each in one.header._element.iter(qn("w:instrText"))] for one in sections]
    assert codes == [[], [" STYLEREF 1 \\n ", " STYLEREF 1 "]]
    assert [one.start_type for one in sections] == [WD_SECTION.NEW_PAGE] * 2
    sheet = docx.Document(BytesIO(to_docx(replace(paper(), form="checklist")))).sections
    assert [list(one.header._element.iter(qn("w:instrText"))) for one in sheet] == [[]]


def test_long_words_stay_out_of_the_heads_of_pages() -> None:
    document = paper(running=("w" * 10_000,), look=Look(header="词" * 10_000, footer="w" * 10_000))
    section = docx.Document(BytesIO(to_docx(document))).sections[0]
    assert [len(each.text) for each in section.header.paragraphs] == [100, 100]
    assert len(section.footer.paragraphs[0].text) < 80


def test_tables_have_a_head_on_each_page_whole_rows_and_their_widths() -> None:
    columns = (Column(text("时间"), 3, "time"), Column(text("事项"), 10), Column(text("完成"), 2, "tick"))
    rows = ((text("10:00"), text("开门")), (text("11:00"), text("上架")))
    data = to_docx(paper(Table(text("固定时间"), columns, (RowGroup(text("每天"), rows),))))
    (table,) = docx.Document(BytesIO(data)).tables
    head, *others = table._tbl.tr_lst
    assert head.find(f".//{qn('w:tblHeader')}") is not None
    assert all(each.find(f".//{qn('w:cantSplit')}") is not None for each in (head, *others))
    assert all(each.find(f".//{qn('w:tblHeader')}") is None for each in others)
    grid = [int(each.get(qn("w:w"))) for each in table._tbl.iter(qn("w:gridCol"))]
    assert sum(grid) == 10206
    assert [round(each / 10206 * 15) for each in grid] == [3, 10, 2]
    assert table._tbl.find(f".//{qn('w:tblCaption')}").get(qn("w:val")) == "固定时间"
    boxes = list(table._tbl.iter("{http://schemas.microsoft.com/office/word/2010/wordml}checkbox"))
    assert len(boxes) == 2
    assert docx_text(data).count("☐") == 2


def test_fonts_and_languages_are_named_for_both_writings() -> None:
    tongues: dict[Lang, str] = {"zh-CN": "zh-CN", "en": "en-US"}
    for lang, tongue in tongues.items():
        data = to_docx(replace(paper(Paragraph((Run("foreign", lang="de"),))), lang=lang))
        defaults = part(data, "word/styles.xml").find(f".//{qn('w:rPrDefault')}")
        assert defaults is not None
        fonts = next(defaults.iter(qn("w:rFonts")))
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        said = next(defaults.iter(qn("w:lang")))
        assert (said.get(qn("w:val")), said.get(qn("w:eastAsia"))) == (tongue, "zh-CN")
        assert "de" in {each.get(qn("w:val")) for each in body(data).iter(qn("w:lang"))}
        core = docx.Document(BytesIO(data)).core_properties
        assert (core.title, core.language, core.subject) == ("手册", lang, "副题")
        assert core.created is not None
        assert core.created.year == 1980


def test_a_drawing_becomes_shapes_and_is_said_in_words() -> None:
    data = to_docx(paper(Diagram("d", "流程图", SVG, "trigger: box → edge")))
    tree = body(data)
    shapes = list(tree.iter("{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}wsp"))
    assert len(shapes) == 4
    colours = {each.get("val") for each in tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}srgbClr")}
    assert {"123456", "333333", "FFFFFF"} == colours
    (named,) = tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    assert named.get("descr") == "trigger: box → edge"
    assert "edgebox" in docx_text(data)


def test_a_drawing_that_cannot_be_drawn_is_said_in_words() -> None:
    for svg in ("", "<svg", SVG.replace("translate(0 8)", "rotate(3)"), SVG.replace("<rect", "<image")):
        assert "trigger:box" in docx_text(to_docx(paper(Diagram("d", "流程图", svg, "trigger: box"))))


def test_the_logo_is_shown_in_its_proportions_with_its_name() -> None:
    data = to_docx(paper(look=Look(logo=PNG, name="晨曦")))
    (shape,) = docx.Document(BytesIO(data)).inline_shapes
    assert shape.width == 2 * shape.height
    assert body(data).xpath("//*[local-name()='docPr']/@descr") == ["晨曦"]
    without = to_docx(paper(look=Look(logo="data:image/webp;base64,AAAA", name="晨曦")))
    assert not list(docx.Document(BytesIO(without)).inline_shapes)


def test_a_step_keeps_its_number_id_and_badges() -> None:
    card = StepCard("step.a", "3.1", text("回电"), "new-member/call", (text("必做"), text("30 分钟内")), (), ())
    opened = docx.Document(BytesIO(to_docx(paper(card))))
    said = [(each.style.name if each.style else "", each.text.replace("\u00a0", "")) for each in opened.paragraphs]
    assert ("Unlisted2", "3.1 回电") in said
    assert ("Cell", "必做  30 分钟内  new-member/call") in said


def test_hostile_text_is_shown_as_text() -> None:
    for words in (*HOSTILE, *LONG):
        data = to_docx(replace(paper(Paragraph((Run(words),))), title=words, subtitle=words, stamp=words, draft=True))
        assert packed(words) in docx_text(data)


def a_week(entries: int) -> Week:
    moments = tuple(Moment(text(f"{hour:02}:00"), (text("发布"),)) for hour in range(entries))
    return Week(text("一周"), tuple(Day(text(name), moments) for name in ("周一", "周二", "周三")))


def test_a_week_stays_on_its_page_and_a_long_one_is_told_day_by_day() -> None:
    short, long, wordy = (
        body(to_docx(paper(each)))
        for each in (a_week(3), a_week(9), Week((), (Day(text("周一"), (Moment((), (text("很长" * 2000),)),)),)))
    )
    assert [len(each.findall(".//" + qn("w:gridCol"))) for each in (short, long)] == [3, 6]
    assert len(long.findall(".//" + qn("w:tbl"))) == 3
    whole = [each.find(".//" + qn("w:tbl")).find(".//" + qn("w:cantSplit")) for each in (short, wordy)]
    assert [each is not None for each in whole] == [True, False]


def test_a_short_label_has_room_for_wide_letters() -> None:
    labels = body(to_docx(paper(FillIn(tuple(map(text, ("Name", "Date", "Score")))), lang="en")))
    widths = [int(each.get(qn("w:w"))) for each in labels.findall(".//" + qn("w:gridCol"))][::2]
    assert min(widths) >= 820
