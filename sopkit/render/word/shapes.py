"""Drawings as shapes that Word, WPS and LibreOffice show and edit: an SVG of ours goes in, a group of shapes comes out.

SVG itself is shown by the newest programs only, and not with our style sheet; a picture would need a rasteriser and fonts.
What is no drawing of ours, or uses something that is not known here, gives None: then its text stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree as Tree

from sopkit.frozen import dataclass
from sopkit.render.columns import width as columns
from sopkit.render.word.xml import attribute, pieces

EMU: Final = 9525
"""English metric units of a pixel."""
TWIP: Final = 635
RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
MEDIA: Final = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}")
MOVE: Final = re.compile(r"translate\(\s*(-?[\d.]+)[\s,]+(-?[\d.]+)\s*\)")
STEP: Final = re.compile(r"([MLCHVQZz])([^MLCHVQZzA-Ya-y]*)")
NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
VARIABLE: Final = re.compile(r"var\((--[\w-]+)\)")
NO_FILL: Final = ' fill="none"'
MOST: Final = 4000
"""Shapes of a drawing: with more, a program takes too long to open the document."""
NUMBERED: Final = "\0"
"""No text has this character."""
Look = dict[str, str]
Point = tuple[float, float]


class _UnknownError(ValueError):
    """The drawing uses what is not known here."""


def shapes(svg: str, title: str, description: str, *, number: int, room: tuple[int, int]) -> str | None:
    """Return a run with the drawing, in a room of this width and height in twentieths of a point; None where there is none."""
    drawn = _numbered(svg, title, description, room)
    return drawn.replace(NUMBERED, str(number)) if drawn else None


@lru_cache(maxsize=128)
def _numbered(svg: str, title: str, description: str, room: tuple[int, int]) -> str | None:
    """Return the run with `NUMBERED` for the number of the drawing, which stands in several documents."""
    try:
        root = Tree.fromstring(svg)  # noqa: S314  our own drawing, without a document type
        wide, high, found = _number(root, "width"), _number(root, "height"), _Drawing(root).shapes()
        scale = min(1.0, room[0] * TWIP / (wide * EMU), room[1] * TWIP / (high * EMU))
        drawn = [shape.xml(f"{NUMBERED}{count:04}", scale) for count, shape in enumerate(found)]
    except (Tree.ParseError, _UnknownError, ZeroDivisionError, KeyError, IndexError):
        return None
    if not drawn or len(drawn) > MOST:
        return None
    x, y = round(wide * scale * EMU), round(high * scale * EMU)
    said = attribute(description)
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wpg"><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{x}" cy="{y}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:docPr id="{NUMBERED}" name="{attribute(title)}" descr="{said}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"><wpg:wgp>'
        f'<wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{x}" cy="{y}"/><a:chOff x="0" y="0"/>'
        f'<a:chExt cx="{x}" cy="{y}"/></a:xfrm></wpg:grpSpPr>{"".join(drawn)}</wpg:wgp></a:graphicData></a:graphic>'
        f"</wp:inline></w:drawing></mc:Choice><mc:Fallback>{pieces(description)}</mc:Fallback></mc:AlternateContent></w:r>"
    )


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    size: float
    look: Look


@dataclass(frozen=True, slots=True)
class _Shape:
    """A box, a polygon or a line, in pixels; `path` is empty for a box with corners of radius `round`."""

    left: float
    top: float
    width: float
    height: float
    look: Look
    path: tuple[tuple[str, tuple[Point, ...]], ...] = ()
    round: float = 0.0
    words: tuple[_Words, ...] = ()
    arrow: bool = False

    def xml(self, number: str, scale: float) -> str:
        unit = EMU * scale
        x, y, wide, high = (round(value * unit) for value in (self.left, self.top, self.width, self.height))
        place = f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{max(1, wide)}" cy="{max(1, high)}"/></a:xfrm>'
        inside = "".join(_paragraph(words, scale) for words in self.words)
        said = f"<wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx>" if inside else ""
        return (
            f'<wps:wsp><wps:cNvPr id="{number}" name="{number}"/><wps:cNvSpPr/><wps:spPr>{place}{self._outline(unit)}'
            f"{_fill(self.look)}{_line(self.look, scale, self.arrow)}</wps:spPr>{said}"
            '<wps:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></wps:bodyPr></wps:wsp>'
        )

    def _outline(self, unit: float) -> str:
        if not self.path:
            share = min(50_000, round(self.round / max(0.1, min(self.width, self.height)) * 100_000))
            kind = "roundRect" if share else "rect"
            guide = f'<a:avLst><a:gd name="adj" fmla="val {share}"/></a:avLst>' if share else "<a:avLst/>"
            return f'<a:prstGeom prst="{kind}">{guide}</a:prstGeom>'
        drawn = "".join(self._step(name, points, unit) for name, points in self.path)
        wide, high = max(1, round(self.width * unit)), max(1, round(self.height * unit))
        return (
            '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
            f'<a:path w="{wide}" h="{high}"{"" if self.path[-1][0] == "close" else NO_FILL}>{drawn}</a:path>'
            "</a:pathLst></a:custGeom>"
        )

    def _step(self, name: str, points: tuple[Point, ...], unit: float) -> str:
        if name == "close":
            return "<a:close/>"
        at = "".join(
            f'<a:pt x="{round((x - self.left) * unit)}" y="{round((y - self.top) * unit)}"/>' for x, y in points
        )
        return f"<a:{name}>{at}</a:{name}>"


def _paragraph(words: _Words, scale: float) -> str:
    half_points = max(8, round(words.size * 1.5 * scale))
    heavy = "<w:b/>" if words.look.get("font-weight") == "600" else ""
    colour = _hex(words.look.get("fill", ""), "000000")
    return (
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" '
        f'w:line="{round(words.size * 1.35 * 15 * scale)}" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr>'
        f'<w:r><w:rPr>{heavy}<w:color w:val="{colour}"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'
        f"{pieces(words.text)}</w:r></w:p>"
    )


def _hex(colour: str, otherwise: str) -> str:
    digits = colour.strip().removeprefix("#").upper()
    if re.fullmatch("[0-9A-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    return digits if re.fullmatch("[0-9A-F]{6}", digits) else otherwise


def _fill(look: Look) -> str:
    colour = _hex(look.get("fill", ""), "")
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' if colour else "<a:noFill/>"


def _line(look: Look, scale: float, arrow: bool) -> str:
    colour = _hex(look.get("stroke", ""), "")
    if not colour:
        return "<a:ln><a:noFill/></a:ln>"
    wide = round(float(look.get("stroke-width", "1")) * EMU * scale)
    gaps = '<a:prstDash val="dash"/>' if look.get("stroke-dasharray") else ""
    tip = '<a:tailEnd type="triangle" w="med" len="med"/>' if arrow else ""
    return f'<a:ln w="{wide}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>{gaps}{tip}</a:ln>'


def _number(element: Tree.Element, name: str) -> float:
    found = NUMBER.match(element.get(name, "0"))
    return float(found.group()) if found else 0.0


class _Drawing:
    """The shapes of an SVG in the order in which it draws them, with the colours that its style sheet gives on light ground."""

    def __init__(self, root: Tree.Element) -> None:
        self.root = root
        sheet = "".join(each.text or "" for each in root.iter() if _name(each) == "style")
        self.rules = [
            (selector.split()[-1], _declarations(body))
            for selectors, body in RULE.findall(MEDIA.sub("", sheet))
            for selector in selectors.strip().split(",")
        ]
        self.values: Look = {name: value for _, body in self.rules for name, value in body.items() if name[:2] == "--"}

    def shapes(self) -> Iterator[_Shape]:
        yield from self._inside(self.root, 0.0, 0.0)

    def _inside(self, element: Tree.Element, x: float, y: float) -> Iterator[_Shape]:
        moved = MOVE.fullmatch(element.get("transform", "").strip() or "translate(0 0)")
        if not moved:
            raise _UnknownError(element.get("transform"))
        x, y = x + float(moved.group(1)), y + float(moved.group(2))
        inner = [each for each in element if _name(each) not in {"title", "desc", "style", "defs"}]
        texts = [each for each in inner if _name(each) == "text"]
        boxes = [each for each in inner if _name(each) in {"rect", "polygon", "circle", "ellipse"}]
        labelled = len(boxes) == 1 and len(inner) == len(texts) + 1 and bool(texts)
        for each in inner:
            name = _name(each)
            if name in {"g", "svg", "a"}:
                yield from self._inside(each, x, y)
            elif name == "text":
                if not labelled:
                    yield from self._text(each, x, y)
            elif name == "path":
                yield from self._path(each, x, y)
            else:
                words = tuple(self._words(text) for text in texts) if labelled else ()
                yield self._box(each, name, x, y, words)

    def _look(self, element: Tree.Element) -> Look:
        classes = element.get("class", "").split()
        names = {_name(element), *(f".{each}" for each in classes), ".".join(("", *classes))}
        look: Look = {}
        for selector, body in self.rules:
            if selector in names:
                look.update(body)
        own = {name: element.get(name, "") for name in ("fill", "stroke", "stroke-width", "stroke-dasharray")}
        look.update({name: value for name, value in own.items() if value and name not in look})
        look.update(_declarations(element.get("style", "")))
        return {
            name: VARIABLE.sub(lambda match: self.values.get(match.group(1), ""), value) for name, value in look.items()
        }

    def _words(self, element: Tree.Element) -> _Words:
        return _Words("".join(element.itertext()), _number(element, "font-size") or 14.0, self._look(element))

    def _text(self, element: Tree.Element, x: float, y: float) -> Iterator[_Shape]:
        words = self._words(element)
        if not words.text.strip():
            return
        wide, high = words.size * 0.56 * columns(words.text) + 6, words.size * 1.35
        at, below = x + _number(element, "x"), y + _number(element, "y")
        left = at - {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", ""), 0.0)
        yield _Shape(left, below - 0.36 * words.size - high / 2, wide, high, {}, words=(words,))

    def _box(self, element: Tree.Element, name: str, x: float, y: float, words: tuple[_Words, ...]) -> _Shape:
        look = self._look(element)
        if name == "rect":
            at = (x + _number(element, "x"), y + _number(element, "y"))
            size = (_number(element, "width"), _number(element, "height"))
            return _Shape(*at, *size, look, round=_number(element, "rx"), words=words)
        if name == "polygon":
            numbers = [float(each) for each in NUMBER.findall(element.get("points", ""))]
            corners = [(x + numbers[at], y + numbers[at + 1]) for at in range(0, len(numbers) - 1, 2)]
            steps = [("moveTo", (corners[0],)), *(("lnTo", (corner,)) for corner in corners[1:]), ("close", ())]
            return _outlined(tuple(steps), look, words)
        if name == "line":
            ends = [(x + _number(element, f"x{n}"), y + _number(element, f"y{n}")) for n in (1, 2)]
            steps = [("moveTo", (ends[0],)), ("lnTo", (ends[1],))]
            return _outlined(tuple(steps), look, words, arrow="marker-end" in element.attrib)
        raise _UnknownError(name)

    def _path(self, element: Tree.Element, x: float, y: float) -> Iterator[_Shape]:
        """Yield a shape for each unbroken stretch; the last one has the arrow."""
        look, arrow = self._look(element), "marker-end" in element.attrib
        stretches = list(_stretches(element.get("d", ""), x, y))
        for stretch in stretches:
            yield _outlined(stretch, look, (), arrow=arrow and stretch is stretches[-1])


Steps = tuple[tuple[str, tuple[Point, ...]], ...]


def _stretches(data: str, x: float, y: float) -> Iterator[Steps]:
    steps: list[tuple[str, tuple[Point, ...]]] = []
    here: Point = (0.0, 0.0)
    if re.sub(STEP, "", data).strip():
        raise _UnknownError(data)
    for letter, rest in STEP.findall(data):
        numbers = [float(each) for each in NUMBER.findall(rest)]
        if letter == "M" and steps:
            if len(steps) > 1:
                yield tuple(steps)
            steps = []
        if letter in "Zz":
            steps.append(("close", ()))
            continue
        if letter in "HV":
            numbers = [part for value in numbers for part in ((value, here[1]) if letter == "H" else (here[0], value))]
        points = [(numbers[at], numbers[at + 1]) for at in range(0, len(numbers) - 1, 2)]
        here = points[-1]
        moved = [(x + across, y + down) for across, down in points]
        each = {"C": 3, "Q": 2}.get(letter, 1)
        name = {"C": "cubicBezTo", "Q": "quadBezTo"}.get(letter, "lnTo")
        for at in range(0, len(moved), each):
            first = "moveTo" if letter == "M" and at == 0 else name
            steps.append((first, tuple(moved[at : at + each])))
    if len(steps) > 1:
        yield tuple(steps)


def _outlined(steps: Steps, look: Look, words: tuple[_Words, ...], *, arrow: bool = False) -> _Shape:
    points = [point for _, points in steps for point in points]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    size = (max(x for x, _ in points) - left, max(y for _, y in points) - top)
    return _Shape(left, top, *size, look, steps, words=words, arrow=arrow)


def _declarations(body: str) -> Look:
    pairs = (each.partition(":") for each in body.split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _name(element: Tree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
