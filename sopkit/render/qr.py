"""QR codes: an address goes in; a drawing for phones to read, with the address in words, comes out."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

from sopkit.render.document import Diagram

MODULE: Final = 4
"""Pixels of a side of one square: about 4 cm in all, on paper and on a screen."""
QUIET: Final = 4
"""Squares of white around, as the standard asks."""
LONGEST: Final = 300
"""Characters; a longer address makes squares too small for a phone."""


def qr_code(address: str, title: str) -> Diagram | None:
    """Return the drawing of a web address; None for what is none, or too long, or without the library of the extra `docs`."""
    if not may_be_drawn(address) or not is_ready():
        return None
    return _drawn(address, title)


@lru_cache(maxsize=8)
def _drawn(address: str, title: str) -> Diagram:
    """Return the drawing, the same in most documents of a workspace."""
    import segno  # noqa: PLC0415  only whoever draws one pays for it

    code = segno.make(address, error="m", micro=False, boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    size = (len(rows) + 2 * QUIET) * MODULE
    squares = [
        f'<rect x="{left * MODULE}" y="{top * MODULE}" width="{length * MODULE}" height="{MODULE}" fill="#000000"/>'
        for top, row in enumerate(rows, start=QUIET)
        for left, length in _dark(row)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{size}" height="{size}" viewBox="0 0 {size} {size}"'
        ' shape-rendering="crispEdges" aria-labelledby="t d">'
    )
    said = f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(address)}</desc>'
    paper = f'<rect x="0" y="0" width="{size}" height="{size}" fill="#ffffff"/>'
    return Diagram("live-edition", title, "\n".join((head, said, paper, *squares, "</svg>", "")), address)


def may_be_drawn(address: str) -> bool:
    return address.startswith(("https://", "http://")) and len(address) <= LONGEST


def is_ready() -> bool:
    """Tell whether the library that works out the squares is here."""
    return find_spec("segno") is not None


def _dark(row: bytes) -> list[tuple[int, int]]:
    """Return (left, length) of each run of dark squares."""
    found, at = [], QUIET
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            found.append((at, length))
        at += length
    return found
