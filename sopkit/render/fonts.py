"""The fonts of printed documents: nothing goes in; where they are, and which characters they have, comes out.

They come as packages from PyPI (`sopkit[docs]`), so that a document looks the same on every machine: the system's are never asked.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Set
from functools import cache
from importlib.util import find_spec
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import typst

PACKAGES: Final = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Noto Sans, Noto Emoji and Noto Sans for other scripts; Noto Sans CJK. All under the SIL Open Font License."""

IGNORED: Final = frozenset("\t\n\u00ad\u200b\u200c\u200d\u2060\ufeff") | {
    chr(code) for start, end in ((0xFE00, 0xFE0F), (0xE0020, 0xE007F), (0xE0100, 0xE01EF)) for code in range(start, end + 1)
}  # fmt: skip
"""Characters that have no shape of their own: joiners, variation selectors, tags of flags."""

PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Where a font may hold anything: what an author means by such a character, nobody knows."""


@cache
def fonts(own: Path | None = None) -> typst.Fonts:
    """Return the fonts as the typesetter takes them, with those of a folder, read once.

    Raises `ModuleNotFoundError` where the extra is missing.
    """
    import typst  # noqa: PLC0415  80 MB that only a build of PDF needs

    folders = [*_folders(), *((own,) if own and own.is_dir() else ())]
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(one) for one in folders]
    )


def _folders() -> Iterator[Path]:
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        yield Path(spec.origin).parent


def unshown(chars: Set[str]) -> set[str]:
    """Return those that have a shape, and in no font of ours; a font is read when the larger ones leave something to look for."""
    private = set(PRIVATE.findall("".join(chars)))
    left = set(map(ord, chars - IGNORED - private))
    for path, face in _all_faces():
        if not left:
            break
        left -= _code_points(path, face)
    return private.union(map(chr, left))


@cache
def _all_faces() -> list[tuple[Path, int]]:
    """Return a file and where a face begins in it, for each: the first face of the largest font first, the second ones after all these."""
    paths = [path for folder in _folders() for path in folder.glob("*.tt[fc]")]
    faces = [(number, -path.stat().st_size, path, face) for path in paths for number, face in enumerate(_faces(path))]
    return [(path, face) for _, _, path, face in sorted(faces)]


def _faces(path: Path) -> tuple[int, ...]:
    with path.open("rb") as file:
        if file.read(4) != b"ttcf":
            return (0,)
        _, count = struct.unpack(">II", file.read(8))
        return struct.unpack(f">{count}I", file.read(4 * count))


@cache
def _code_points(path: Path, face: int) -> frozenset[int]:
    """Return what a face shows (OpenType: `cmap`, formats 4 and 12, which is what fonts have)."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as font:
        table = _table(font, face, b"cmap")
        (count,) = struct.unpack_from(">H", font, table + 2)
        places = {table + struct.unpack_from(">I", font, table + 8 + 8 * record)[0] for record in range(count)}
        forms = {at: struct.unpack_from(">H", font, at)[0] for at in places}
        read = [FORMATS[form](font, at) for at, form in forms.items() if form in FORMATS]
        return frozenset().union(*chain.from_iterable(read))


def _table(font: mmap, face: int, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, face + 4)
    records: Iterator[tuple[bytes, int, int, int]] = (
        struct.unpack_from(">4sIII", font, face + 12 + 16 * number) for number in range(count)
    )
    return next(offset for name, _, offset, _ in records if name == tag)


def _segments(font: mmap, at: int) -> Iterator[Iterable[int]]:
    """Format 4: segments of the basic plane; a segment may leave single characters without a glyph."""
    (twice,) = struct.unpack_from(">H", font, at + 6)
    many = twice // 2
    ends = struct.unpack_from(f">{many}H", font, at + 14)
    starts = struct.unpack_from(f">{many}H", font, at + 16 + twice)
    deltas = struct.unpack_from(f">{many}H", font, at + 16 + 2 * twice)
    places = at + 16 + 3 * twice
    offsets = struct.unpack_from(f">{many}H", font, places)
    for number, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        codes = range(start, min(end, 0xFFFE) + 1)
        if offset:
            glyphs = struct.unpack_from(f">{len(codes)}H", font, places + 2 * number + offset)
            yield [code for code, glyph in zip(codes, glyphs, strict=True) if glyph and (glyph + delta) % 0x10000]
        else:
            without = -delta % 0x10000  # the one code that has the glyph of what is missing
            yield codes if without not in codes else [code for code in codes if code != without]


def _groups(font: mmap, at: int) -> Iterator[Iterable[int]]:
    """Format 12: groups of any plane."""
    (many,) = struct.unpack_from(">I", font, at + 12)
    for start, end, glyph in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * many]):
        yield range(start if glyph else start + 1, end + 1)


FORMATS: Final = {4: _segments, 12: _groups}
