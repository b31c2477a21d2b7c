"""The Word writer: a document goes in, the bytes of a .docx come out, which Word, WPS and LibreOffice open and edit.

The same document gives the same bytes: no clock, files in a fixed order. Nothing but the standard library is needed.
"""

from __future__ import annotations

import base64
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader.picture_forms import size
from sopkit.render.columns import width as columns
from sopkit.render.document import Document, Section
from sopkit.render.marks import plain
from sopkit.render.word import styles
from sopkit.render.word.blocks import TEXT_WIDTH, Body
from sopkit.render.word.styles import HEAD, LISTED
from sopkit.render.word.xml import attribute, field, paragraph, run, short, styled
from sopkit.text import Phrase

NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in (
        ("w", styles.MAIN),
        ("r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
        ("wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
        ("pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
        ("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
        ("wpg", "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"),
        ("wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"),
        ("w14", "http://schemas.microsoft.com/office/word/2010/wordml"),
        ("v", "urn:schemas-microsoft-com:vml"),
        ("o", "urn:schemas-microsoft-com:office:office"),
    )
)
NAMESPACES_OPENED: Final = f'{NAMESPACES} mc:Ignorable="w14"'
RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PARTS: Final = ("styles", "numbering", "settings", "fontTable", "header1", "header2", "footer1")
FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say."""
FIXED_DATE: Final = "1980-01-01T00:00:00Z"
LOGO: Final = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=]+)")
EMU_OF_TWIP: Final = 635
LONGEST_HEAD: Final = 100
"""Characters of each side of the head and foot of a page: a long title must not push out the text."""
LONGEST_FOOT: Final = 45
ONE_LINE: Final = 108
"""Columns, of which a Chinese character takes two: what is longer stands on two lines."""

CONTENTS: Final = Phrase("目录", "Contents")
PAGE: Final = (Phrase("第 ", "Page "), Phrase(" 页，共 ", " of "), Phrase(" 页", ""))
DRAFT_NOTE: Final = Phrase(
    "检查还有错误未改，不得用于培训和执行。", "The check still finds errors: not for training or use."
)


@dataclass(frozen=True, slots=True)
class _Logo:
    data: bytes
    suffix: str
    width: int
    height: int


def to_docx(document: Document) -> bytes:
    """Return the document as a Word file."""
    body = Body(document)
    logo = _logo(document.look.logo)
    contents = "".join(_contents(document, body))
    # What comes before the first chapter is a section of its own: its pages have no chapter to name in their heads.
    front = f"{contents}{paragraph('', 'Gap', after=_pages('header1'))}" if contents else ""
    last = _pages("header2" if contents else "header1")
    inside = (*_cover(document, body, logo), front, *_sections(document, body, begun=bool(contents)), last)
    # Of a manual this is some megabytes, put together once.
    whole = "".join((HEAD, f"<w:document {NAMESPACES_OPENED}><w:body>", *inside, "</w:body></w:document>"))
    parts = {
        "header1": _header(document),
        "header2": _header(document, chapter=True),
        "footer1": _footer(document),
        "settings": _settings(document, contents=document.form == "manual"),
    }
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(logo),
        "_rels/.rels": _relations(
            {
                "doc": (f"{RELATION}/officeDocument", "word/document.xml"),
                "core": (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
                "app": (f"{RELATION}/extended-properties", "docProps/app.xml"),
            }
        ),
        "docProps/core.xml": _core(document),
        "docProps/app.xml": f"{HEAD}{APP}",
        "word/document.xml": whole,
        **{f"word/{name}.xml": HEAD + text for name, text in parts.items()},
        "word/styles.xml": styles.styles(
            document.lang, document.look.colour, document.look.fonts, chapters=document.form == "manual"
        ),
        "word/numbering.xml": styles.numbering(body.lists),
        "word/fontTable.xml": styles.fonts(document.look.fonts),
        "word/_rels/document.xml.rels": _document_relations(body, logo),
    }
    if logo:
        files[f"word/media/logo.{logo.suffix}"] = logo.data
    return _zipped(files)


UPDATE: Final = '<w:updateFields w:val="true"/>'
CHAPTER: Final = field("STYLEREF 1 \\n", "") + run(" ") + field("STYLEREF 1", "")
"""Number and title of the chapter that a page is in. The reader's program works them out, and shows nothing where it can't;
`1` is the first heading in every language of Word, which has another name for the style in each."""
APP: Final = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>sopkit</Application></Properties>"
)


def _cover(document: Document, body: Body, logo: _Logo | None) -> Iterator[str]:
    if logo:
        yield paragraph(_picture(logo, document.look.name or document.look.header or document.title))
    if document.look.header:
        yield paragraph(run(document.look.header), "Brand")
    yield paragraph(run(document.title), "Title")
    if document.subtitle:
        yield paragraph(run(document.subtitle), "Subtitle")
    if document.stamp and document.draft:
        said = run(f"\u00a0{document.stamp}\u00a0", styled("FramedStop"))
        yield paragraph(f"{said}{run('  ' + DRAFT_NOTE.within(document.lang))}", "Stamp")
    elif document.form == "checklist":
        yield paragraph(run(" · ".join(document.running)), "Quiet")
    elif document.stamp:
        yield paragraph(run(f"\u00a0{document.stamp}\u00a0", styled("Framed")), "Stamp")
    yield from body.facts(document.facts, TEXT_WIDTH) if document.facts else ()


def _contents(document: Document, body: Body) -> Iterator[str]:
    """Yield the table of contents of a manual: a field that already shows its entries, each a link.

    Page numbers come when the reader's program sets the pages and updates the field: nobody else knows them.
    """
    entries = list(_entries(document.sections)) if document.form == "manual" else []
    if not entries:
        return
    yield paragraph(run(CONTENTS.within(document.lang)), "TOCHeading")
    begin, _, rest = field(f'TOC \\o "1-{LISTED}" \\h \\z', "").partition('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    end = f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{rest}'
    for number, (level, chapter, section) in enumerate(entries, start=1):
        place = body.places[section.anchor]
        title = run(f"{chapter}{short(plain(section.title), 300)}")
        link = f'<w:hyperlink w:anchor="{place}" w:history="1">{title}</w:hyperlink>'
        inner = (begin if number == 1 else "") + link + (end if number == len(entries) else "")
        yield paragraph(inner, f"TOC{level}")


def _entries(sections: tuple[Section, ...], level: int = 1) -> Iterator[tuple[int, str, Section]]:
    for number, section in enumerate(sections, start=1):
        if section.listed:
            yield level, f"{number}  " if level == 1 else "", section
            if level < LISTED:
                yield from _entries(section.sections, level + 1)


def _sections(document: Document, body: Body, *, begun: bool) -> Iterator[str]:
    """Yield the chapters; `begun`: the first one already stands on a page of its own, after the contents."""
    for number, section in enumerate(document.sections):
        first = number == 0 and document.form == "manual"
        yield from body.section(replace(section, breaks=not begun) if first else section)


def _pages(header: str) -> str:
    """Return what the pages up to here are like: A4, with the head of that name."""
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{header}"/><w:footerReference w:type="default" r:id="footer1"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1360" w:right="850" w:bottom="1080" w:left="850" w:header="560" '
        'w:footer="480" w:gutter="0"/></w:sectPr>'
    )


def _header(document: Document, *, chapter: bool = False) -> str:
    left = short(" · ".join(part for part in (document.look.header, document.title) if part), LONGEST_HEAD)
    right = short(" · ".join(document.running), LONGEST_HEAD)
    mark = _watermark(document.stamp, 2 if chapter else 1) if document.draft and document.stamp else ""
    if columns(left) + columns(right) <= ONE_LINE:
        lines = paragraph(f"{run(left)}<w:r><w:tab/></w:r>{run(right)}{mark}", "Header")
    else:
        lines = paragraph(run(left), "Header") + paragraph(run(right) + mark, "Header")
    if chapter:
        lines += paragraph(CHAPTER, "Header")
    return f"<w:hdr {NAMESPACES_OPENED}>{lines}</w:hdr>"


def _footer(document: Document) -> str:
    before, between, after = (phrase.within(document.lang) for phrase in PAGE)
    pages = run(before) + field("PAGE", "1") + run(between) + field("NUMPAGES", "1") + run(after)
    left = run(short(document.look.footer, LONGEST_FOOT))
    return f"<w:ftr {NAMESPACES_OPENED}>{paragraph(f'{left}<w:r><w:tab/></w:r>{pages}', 'Footer')}</w:ftr>"


def _watermark(stamp: str, number: int) -> str:
    """Return the draft mark behind the text of each page, as Word draws its own; each head has one of another number."""
    said = short(stamp, 20)
    wide = min(460, 60 + 46 * len(said))
    return (
        '<w:r><w:rPr><w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" '
        'adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" alt="" '
        f'style="position:absolute;margin-left:0;margin-top:0;width:{wide}pt;height:110pt;rotation:315;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e7b4b4" stroked="f"><v:fill opacity=".4"/>'
        f'<v:textpath style="font-family:&quot;{styles.CHINESE}&quot;;font-size:1pt" string="{attribute(said)}"/></v:shape>'
        "</w:pict></w:r>"
    )


def _settings(document: Document, *, contents: bool) -> str:
    """`updateFields` lets the reader's program put the page numbers into the contents when it opens the document."""
    main = "zh-CN" if document.lang == "zh-CN" else "en-US"
    compatible = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (("compatibilityMode", "15"), ("overrideTableStyleFontSizeAndJustification", "1"))
    )
    return (
        f'<w:settings xmlns:w="{styles.MAIN}"><w:zoom w:percent="100"/>'
        f'<w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/>{UPDATE if contents else ""}'
        f'<w:compat>{compatible}</w:compat><w:themeFontLang w:val="{main}" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _core(document: Document) -> str:
    said = attribute(short(document.title, 250))
    about = attribute(short(" · ".join(part for part in (document.subtitle, *document.running) if part), 250))
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{said}</dc:title><dc:subject>{about}</dc:subject><dc:creator>sopkit</dc:creator>"
        f"<dc:language>{document.lang}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{FIXED_DATE}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{FIXED_DATE}</dcterms:modified></cp:coreProperties>'
    )


def _content_types(logo: _Logo | None) -> str:
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    if logo:
        defaults[logo.suffix] = f"image/{logo.suffix}"
    own = {
        "/word/document.xml": f"{TYPE}.document.main+xml",
        **{f"/word/{name}.xml": f"{TYPE}.{name.rstrip('12')}+xml" for name in PARTS},
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        + "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items())
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in own.items())
        + "</Types>"
    )


def _document_relations(body: Body, logo: _Logo | None) -> str:
    inner = {name: (f"{RELATION}/{name.rstrip('12')}", f"{name}.xml") for name in PARTS}
    if logo:
        inner["logo"] = (f"{RELATION}/image", f"media/logo.{logo.suffix}")
    return _relations(inner, {id_: address for address, id_ in body.addresses.items()})


def _relations(inner: Mapping[str, tuple[str, str]], addresses: Mapping[str, str] | None = None) -> str:
    parts = [f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, (kind, target) in inner.items()]
    parts += [
        f'<Relationship Id="{id_}" Type="{RELATION}/hyperlink" Target="{attribute(address)}" TargetMode="External"/>'
        for id_, address in (addresses or {}).items()
    ]
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(parts)}</Relationships>'


def _logo(address: str) -> _Logo | None:
    """Return the brand's picture; a WebP, which Word does not show, is left to the brand's name beside it."""
    found = LOGO.fullmatch(address)
    if not found:
        return None
    data = base64.b64decode(found.group(2))
    width, height = size(data, "image/png" if found.group(1) == "png" else "image/jpeg")
    scale = min(2400 / width, 800 / height)
    return _Logo(data, found.group(1), round(width * scale), round(height * scale))


def _picture(logo: _Logo, said: str) -> str:
    x, y = logo.width * EMU_OF_TWIP, logo.height * EMU_OF_TWIP
    named = f'descr="{attribute(short(said, 200))}"'
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{x}" cy="{y}"/><wp:docPr id="900000" name="logo" {named}/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="900000" name="logo" {named}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="logo"/>'
        '<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{x}" cy="{y}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Return the files in their order as a zip that says nothing of when and where it was made."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(entry, data)
    return out.getvalue()
