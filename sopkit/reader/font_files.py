"""A workspace's folder and the name of a font file in it go in; its bytes come out, or why it can't be used."""

from __future__ import annotations

import os
from typing import Final

from sopkit.reader.pictures import read_in
from sopkit.text import Phrase

MAX_FONT: Final = 30_000_000
"""Bytes: a Chinese font of one weight has up to 20 MB."""
BEGINNINGS: Final = (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf")
"""Of TrueType and OpenType fonts, and of collections of them."""
NO_FONT: Final = Phrase("它不是 TTF、OTF 或 TTC 字体", "it is no TTF, OTF or TTC font")


def find_font(root: str | os.PathLike[str], name: str) -> bytes | Phrase:
    """Return the font at `name`, a posix path below `root`; else why there is none. Links may not lead out of `root`."""
    data = read_in(root, name, MAX_FONT)
    if isinstance(data, Phrase) or data.startswith(BEGINNINGS):
        return data
    return NO_FONT
