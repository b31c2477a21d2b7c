"""PNG, JPEG and WebP: the bytes of a picture go in; its kind, its size and what is wrong with it come out.

A browser leaves a blank where a picture is damaged, and a PDF is not made at all: so it is looked at before either.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, Literal

from sopkit.text import Phrase

MediaType = Literal["image/png", "image/jpeg", "image/webp"]

MOST_PIXELS: Final = 16_000_000
"""Of one picture: a small file can unfold to gigabytes."""

NO_PICTURE: Final = Phrase("它不是 PNG、JPEG 或 WebP 图片", "it is no PNG, JPEG or WebP picture")
DAMAGED: Final = Phrase("图片不完整或已损坏", "the picture is incomplete or damaged")
TOO_MANY: Final = Phrase("它超过了 1600 万像素", "it has more than 16 million pixels")

PNG: Final = b"\x89PNG\r\n\x1a\n"
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By the colour type of a PNG."""
WHOLE: Final = ((0, 0, 1, 1),)
ADAM7: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of a PNG that is sent coarse to fine: the first column and row, and how far apart they are."""
PIECE: Final = 1 << 20
"""Bytes that are unfolded at a time."""

NO_FRAME: Final = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG's markers from C0 to CF that begin no frame."""
BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG's markers without a length."""
SCAN: Final = 0xDA
END: Final = b"\xff\xd9"


class DamagedError(Exception):
    """The bytes end too soon, or contradict themselves."""


def media_type(data: bytes) -> MediaType | None:
    """Return what kind of picture begins so; the name of a file proves nothing."""
    if data.startswith(PNG):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def fault(data: bytes, kind: MediaType) -> Phrase | None:
    """Return why a picture can't be shown, as far as its parts tell."""
    try:
        width, height = size(data, kind)
        if width * height > MOST_PIXELS:
            return TOO_MANY
        if kind == "image/png":
            _unfold(data)
    except DamagedError:
        return DAMAGED
    return None


def size(data: bytes, kind: MediaType) -> tuple[int, int]:
    """Return width and height in pixels. Raises `DamagedError` where a part is missing or the picture has none."""
    try:
        width, height = SIZES[kind](data)
    except (struct.error, IndexError) as error:
        raise DamagedError from error
    if not width or not height:
        raise DamagedError
    return width, height


def _png_size(data: bytes) -> tuple[int, int]:
    name, header = next(_chunks(data), (b"", b""))
    if name != b"IHDR":
        raise DamagedError
    width, height = struct.unpack_from(">II", header)
    return width, height


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of a PNG's parts, up to its end mark; those that may be passed over are not checked."""
    at, name = len(PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        if name[:1].isupper() and zlib.crc32(name + content) != check:
            raise DamagedError
        yield name, content
        at += 12 + length


def _unfold(data: bytes) -> None:
    """Raise `DamagedError` where the rows of a PNG are not all there."""
    try:
        parts = list(_chunks(data))
        wanted = _bytes_of_rows(parts[0][1])
        inflater, left = zlib.decompressobj(), b"".join(content for name, content in parts if name == b"IDAT")
        while wanted > 0:
            piece = inflater.decompress(left, PIECE)
            if not piece:
                raise DamagedError
            wanted -= len(piece)
            left = inflater.unconsumed_tail
    except (struct.error, zlib.error) as error:
        raise DamagedError from error


def _bytes_of_rows(header: bytes) -> int:
    """Return how many bytes the rows of a PNG have, each with one that says how it was written."""
    width, height, depth, colour, _, _, passes = struct.unpack(">IIBBBBB", header)
    if colour not in CHANNELS:
        raise DamagedError
    bits, found = depth * CHANNELS[colour], 0
    for column, row, across, down in ADAM7 if passes else WHOLE:
        columns, rows = -((column - width) // across), -((row - height) // down)
        found += rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0
    return found


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return the size that the first frame states, of a picture with a scan and an end."""
    at, found = 2, (0, 0)
    while True:
        mark, marker = data[at], data[at + 1]
        if mark != 0xFF:
            raise DamagedError
        if marker == 0xFF or marker in BARE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in NO_FRAME and not found[0]:
            height, width = struct.unpack_from(">HH", data, at + 5)
            found = width, height
        at += 2 + length
        if marker == SCAN:
            break
    if data.rfind(END, at) < 0:
        raise DamagedError
    return found


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the size that the first part states, of a picture that is as long as it says."""
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data):
        raise DamagedError
    form = data[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    raise DamagedError


SIZES: Final = {"image/png": _png_size, "image/jpeg": _jpeg_size, "image/webp": _webp_size}
