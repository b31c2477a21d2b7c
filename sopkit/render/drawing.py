"""One of our drawings as it is on paper: an SVG goes in; its lines and shapes, its words one by one, and its size come out.

A browser follows the reader's light or dark setting by variables of the style sheet; paper has the light ones. Words are set by the
typesetter, with the fonts of the document: what draws shapes for it knows no weights of fonts and breaks off at a missing character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree as Xml

from sopkit.frozen import dataclass

MEDIA: Final = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
STYLE: Final = re.compile(r"(<style>)(.*?)(</style>)", re.DOTALL)
RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
DECLARED: Final = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+);?")
USED: Final = re.compile(r"var\((--[\w-]+)\)")
MOVE: Final = re.compile(r"translate\(\s*(-?[\d.]+)[\s,]+(-?[\d.]+)\s*\)")
POINTS: Final = 0.75
"""A pixel of the web is three quarters of a point."""
SVG: Final = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Words:
    """Text at a place: its base line's start, middle or end, in pixels of the drawing."""

    x: float
    y: float
    size: float
    anchor: str
    colour: str
    bold: bool
    text: str


@dataclass(frozen=True, slots=True)
class Shapes:
    """A drawing without its words; width and height in pixels, 0 where it says nothing."""

    svg: str
    words: tuple[Words, ...]
    width: float
    height: float


@lru_cache(maxsize=128)
def parted(svg: str) -> Shapes:
    """Return the drawing in its light style, and its words apart. It is one of our own, so that it can be read."""
    flat = STYLE.sub(lambda match: match[1] + _light(match[2]) + match[3], svg)
    root = Xml.fromstring(flat)  # noqa: S314  made by us
    sheet = root.find(f"{SVG}style")
    styles = _styles(sheet.text or "") if sheet is not None else {}
    words = tuple(_taken(root, 0.0, 0.0, styles))
    Xml.register_namespace("", SVG.strip("{}"))
    return Shapes(Xml.tostring(root, "unicode"), words, _number(root, "width"), _number(root, "height"))


def _light(sheet: str) -> str:
    light = MEDIA.sub("", sheet)
    values = dict(DECLARED.findall(light))
    return USED.sub(lambda match: values.get(match[1], "#000"), DECLARED.sub("", light))


def _styles(sheet: str) -> dict[str, dict[str, str]]:
    """Return what the sheet says of each class, and of `text`: the last word of its selectors."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in RULE.findall(sheet):
        said = dict(part.split(":", 1) for part in body.split(";") if ":" in part)
        for selector in selectors.split(","):
            found.setdefault(selector.split()[-1].lstrip("."), {}).update(said)
    return found


def _taken(at: Xml.Element, x: float, y: float, styles: dict[str, dict[str, str]]) -> Iterator[Words]:
    """Take the words out of an element, and yield them; words that are turned or in pieces stay."""
    for child in list(at):
        moved = child.get("transform", "")
        move = MOVE.fullmatch(moved)
        if moved and not move:
            continue
        dx, dy = (x + float(move[1]), y + float(move[2])) if move else (x, y)
        if child.tag == f"{SVG}text" and len(child) == 0:
            at.remove(child)
            yield _words(child, dx, dy, styles)
        else:
            yield from _taken(child, dx, dy, styles)


def _words(text: Xml.Element, x: float, y: float, styles: dict[str, dict[str, str]]) -> Words:
    style = dict(styles.get("text", {}))
    for name in text.get("class", "").split():
        style.update(styles.get(name, {}))
    style.update(
        {name: value for name in ("fill", "font-weight", "font-size", "text-anchor") if (value := text.get(name))}
    )
    return Words(
        x + _number(text, "x"),
        y + _number(text, "y"),
        float(style.get("font-size", "12").removesuffix("px")),
        style.get("text-anchor", "start"),
        style.get("fill", "#000"),
        style.get("font-weight", "400") in ("bold", "600", "700", "800", "900"),
        "".join(text.itertext()),
    )


def _number(element: Xml.Element, name: str) -> float:
    return float(element.get(name, "0"))
