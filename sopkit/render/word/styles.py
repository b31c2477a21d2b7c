"""How a document looks in Word, WPS and LibreOffice: its brand's colour and language go in; styles, lists and fonts come out.

Headings, lists, captions and contents are the built-in styles, so that a reader's program knows what they are; fonts are
those of his system: nothing is embedded, and `fontTable` names what may stand for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.render.word.xml import edge, shade
from sopkit.text import Lang

MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CHINESE: Final = "Microsoft YaHei"
LATIN: Final = "Calibri"
INK: Final = "1B232C"
SOFT: Final = "55616E"
LINE: Final = "C3CBD3"
PANEL: Final = "F3F5F7"
STOP: Final = "A61C1C"
STOP_PANEL: Final = "FDF0EF"
WARN: Final = "8A5A12"
WARN_PANEL: Final = "FFF6E5"
NOTE: Final = "3B6EA5"
NOTE_PANEL: Final = "EEF4FB"
GOOD: Final = "1D6B3F"
HEX: Final = re.compile("#[0-9a-fA-F]{6}")
DEEPEST: Final = 6
LISTED: Final = 2
"""Levels of headings in the table of contents."""
BULLETS, CHAPTERS, FIRST_LIST = 1, 2, 3
"""Numbers of lists: all bullets, the chapters, and then each ordered list its own."""
BODY_SIZE: Final = 20
"""Half points."""
CELL_SIZE: Final = 18

CONTENTS_TAB: Final = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="10206"/></w:tabs>'
RIGHT_TAB: Final = '<w:tabs><w:tab w:val="right" w:pos="10206"/></w:tabs>'

FONTS: Final = (
    (CHINESE, "微软雅黑,等线,PingFang SC,Noto Sans CJK SC", "020B0503020204020204", "86", "swiss"),
    (LATIN, "Carlito,Segoe UI,Helvetica Neue,Arial", "020F0502020204030204", "00", "swiss"),
    ("Consolas", "Menlo,DejaVu Sans Mono,Courier New", "020B0609020204030204", "00", "modern"),
    ("MS Gothic", "Segoe UI Symbol,ＭＳ ゴシック", "020B0609070205080204", "80", "modern"),
)


def accent(colour: str) -> str:
    """Return a brand's colour as Word writes it; a colour that is none is the ink's."""
    return colour[1:].upper() if HEX.fullmatch(colour) else INK


def styles(lang: Lang, colour: str, own: tuple[str, ...] = (), *, chapters: bool) -> str:
    """Return `styles.xml` with the first of the brand's own fonts; `chapters`: headings of the first level are numbered."""
    latin = own[0] if own else CHINESE if lang == "zh-CN" else LATIN
    chinese = _for_chinese(own) or CHINESE
    tongue = f'<w:lang w:val="{"zh-CN" if lang == "zh-CN" else "en-US"}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{latin}" w:eastAsia="{chinese}" w:hAnsi="{latin}" w:cs="Arial"/>'
        f'<w:color w:val="{INK}"/><w:sz w:val="{BODY_SIZE}"/><w:szCs w:val="{BODY_SIZE}"/>{tongue}'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    parts = (*_paragraphs(accent(colour), chapters), *_characters(accent(colour)), *_tables())
    return f'{HEAD}<w:styles xmlns:w="{MAIN}">{defaults}{"".join(parts)}</w:styles>'


def _for_chinese(own: tuple[str, ...]) -> str:
    """Return the last of several fonts, or the only one: a Latin one stands before the Chinese one that has its characters too."""
    return own[-1] if own else ""


def _style(kind: str, id_: str, name: str, properties: str, words: str, *, based: str, after: str = "") -> str:
    default = ' w:default="1"' if id_ in {"Normal", "DefaultParagraphFont", "TableNormal"} else ""
    custom = ' w:customStyle="1"' if name == id_ and name not in {"Normal", "Title", "Subtitle", "Strong"} else ""
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    following = f'<w:next w:val="{after}"/>' if after else ""
    own = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    said = f"<w:rPr>{words}</w:rPr>" if words else ""
    return (
        f'<w:style w:type="{kind}"{default}{custom} w:styleId="{id_}"><w:name w:val="{name}"/>{base}{following}'
        f"<w:qFormat/>{own}{said}</w:style>"
    )


def _space(before: int, after: int, line: int = 0) -> str:
    high = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{high}/>'


def _size(half_points: int, colour: str = "", *, bold: bool = False) -> str:
    heavy = "<w:b/><w:bCs/>" if bold else ""
    tone = f'<w:color w:val="{colour}"/>' if colour else ""
    return f'{heavy}{tone}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _paragraphs(colour: str, chapters: bool) -> Iterator[str]:
    yield _style("paragraph", "Normal", "Normal", _space(0, 80), "", based="")
    yield from _headings(colour, chapters)
    for id_, name, properties, words in (
        ("Title", "Title", f"<w:keepNext/>{_space(0, 60)}", _size(44, bold=True)),
        ("Subtitle", "Subtitle", _space(0, 160), _size(24, SOFT)),
        ("TOCHeading", "TOC Heading", f"<w:keepNext/>{_space(240, 80)}", _size(26, bold=True)),
        ("TOC1", "toc 1", f"{CONTENTS_TAB}{_space(60, 20)}", _size(BODY_SIZE)),
        ("TOC2", "toc 2", f'{CONTENTS_TAB}{_space(0, 0)}<w:ind w:left="420"/>', _size(CELL_SIZE, SOFT)),
        ("Caption", "caption", f"<w:keepNext/>{_space(160, 60)}", _size(BODY_SIZE, bold=True)),
        ("Label", "Label", f"<w:keepNext/>{_space(120, 40)}", _size(BODY_SIZE, bold=True)),
        ("Quiet", "Quiet", _space(0, 80), _size(CELL_SIZE, SOFT)),
        ("Brand", "Brand", _space(0, 60), _size(BODY_SIZE, SOFT)),
        ("Stamp", "Stamp", _space(80, 160), _size(BODY_SIZE, bold=True)),
        ("Cell", "Cell", _space(20, 20), _size(CELL_SIZE)),
        ("CellHead", "CellHead", f"<w:keepNext/>{_space(20, 20)}", _size(CELL_SIZE, bold=True)),
        ("ListBullet", "List Bullet", f"{_listed(BULLETS)}{_space(0, 40)}", ""),
        ("ListNumber", "List Number", _space(0, 40), ""),
        ("Check", "Check", f'{_space(20, 20)}<w:ind w:left="380" w:hanging="380"/>', ""),
        ("Script", "Script", _script(), ""),
        ("Slip", "Slip", _slip(), _size(BODY_SIZE, bold=True)),
        ("Header", "header", f"{RIGHT_TAB}{_space(0, 0)}", _size(15, SOFT)),
        ("Footer", "footer", f"{RIGHT_TAB}{_space(0, 0)}", _size(15, SOFT)),
    ):
        yield _style("paragraph", id_, name, properties, words, based="Normal")
    gap = '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>'
    yield _style("paragraph", "Gap", "Gap", gap, _size(4), based="Normal")


def _headings(colour: str, chapters: bool) -> Iterator[str]:
    """Yield the built-in headings, and those of the same looks that stand in no table of contents."""
    looks = ((32, 360, 120), (26, 300, 80), (22, 220, 60), (21, 180, 40), (20, 140, 40), (20, 120, 40))
    for level, (size, before, after) in enumerate(looks, start=1):
        own = "<w:keepNext/><w:keepLines/>"
        own += _listed(CHAPTERS) if level == 1 and chapters else ""
        own += f"<w:pBdr>{edge('bottom', colour, 12, space=3)}</w:pBdr>" if level == 1 else ""
        own += f'{_space(before, after)}<w:outlineLvl w:val="{level - 1}"/>'
        yield _style(
            "paragraph",
            f"Heading{level}",
            f"heading {level}",
            own,
            _size(size, bold=True),
            based="Normal",
            after="Normal",
        )
    for level in range(1, LISTED + 1):
        plain = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>' if level == 1 and chapters else ""
        yield _style(
            "paragraph", f"Unlisted{level}", f"Unlisted{level}", plain, "", based=f"Heading{level}", after="Normal"
        )


def _listed(number: int) -> str:
    return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'


def _script() -> str:
    """A box around all lines of a script: neighbours of the same borders and indents share one."""
    sides = "".join(edge(side, LINE, 6, space=6) for side in ("top", "left", "bottom", "right"))
    return f'<w:keepLines/><w:pBdr>{sides}</w:pBdr>{shade(PANEL)}{_space(0, 0)}<w:ind w:left="240" w:right="240"/>'


def _slip() -> str:
    return f"<w:keepNext/><w:pBdr>{edge('top', SOFT, 12, 'dashed', 8)}</w:pBdr>{_space(480, 60)}"


def _characters(colour: str) -> Iterator[str]:
    yield (
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
    )
    mono = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/>'
    frame = '<w:bdr w:val="single" w:sz="{}" w:space="0" w:color="{}"/>'
    for id_, name, words in (
        ("Strong", "Strong", "<w:b/><w:bCs/>"),
        ("QuietWords", "QuietWords", f'<w:color w:val="{SOFT}"/>'),
        ("Ident", "Ident", f"{mono}<w:noProof/>{_size(16, SOFT)}"),
        ("Slot", "Slot", f'<w:color w:val="4D3B00"/>{shade("FFF0B8")}'),
        ("Number", "Number", f'<w:color w:val="{colour}"/>'),
        ("Badge", "Badge", _size(17, colour) + frame.format(4, colour)),
        ("Framed", "Framed", _size(BODY_SIZE, colour) + frame.format(8, colour)),
        ("FramedStop", "FramedStop", _size(BODY_SIZE, STOP) + frame.format(12, STOP)),
        ("Hyperlink", "Hyperlink", f'<w:color w:val="{colour}"/>'),
    ):
        yield _style("character", id_, name, "", words, based="DefaultParagraphFont")


def _tables() -> Iterator[str]:
    margins = (
        '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="90" w:type="dxa"/>'
        '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
    )
    yield (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        f'<w:tblInd w:w="0" w:type="dxa"/>{margins}</w:tblPr></w:style>'
    )
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    for id_, name, drawn in (("TableGrid", "Table Grid", sides), ("Facts", "Facts", ("bottom", "insideH"))):
        borders = "".join(edge(side, LINE) for side in drawn)
        head = (
            f'<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr>{shade(PANEL)}</w:tcPr></w:tblStylePr>'
            if id_ == "TableGrid"
            else ""
        )
        yield (
            f'<w:style w:type="table" w:styleId="{id_}"><w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/>'
            f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>{head}</w:style>"
        )


def numbering(lists: int) -> str:
    """Return `numbering.xml`: bullets, chapters, and `lists` ordered lists that each begin at 1."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>{linked}<w:suff w:val="{after}"/><w:lvlText w:val="{shown}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{left}"/></w:pPr>{words}</w:lvl></w:abstractNum>'
        for number, form, linked, after, shown, left, words in (
            (BULLETS, "bullet", '<w:pStyle w:val="ListBullet"/>', "tab", "•", 300, ""),
            (CHAPTERS, "decimal", '<w:pStyle w:val="Heading1"/>', "space", "%1 ", 0, "<w:rPr><w:b/></w:rPr>"),
            (FIRST_LIST, "decimal", "", "tab", "%1.", 380, ""),
        )
    )
    own = "".join(
        f'<w:num w:numId="{FIRST_LIST + count}"><w:abstractNumId w:val="{FIRST_LIST}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for count in range(lists)
    )
    common = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (BULLETS, CHAPTERS)
    )
    return f'{HEAD}<w:numbering xmlns:w="{MAIN}">{abstract}{common}{own}</w:numbering>'


def fonts(own: tuple[str, ...] = ()) -> str:
    """Return `fontTable.xml`: which fonts are meant, and what may stand for them where they are not installed."""
    named = "".join(f'<w:font w:name="{name}"><w:altName w:val="{FONTS[0][1]}"/></w:font>' for name in own)
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:panose1 w:val="{panose}"/><w:charset w:val="{charset}"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="{"fixed" if family == "modern" else "variable"}"/></w:font>'
        for name, others, panose, charset, family in FONTS
    )
    return f'{HEAD}<w:fonts xmlns:w="{MAIN}">{named}{listed}</w:fonts>'
