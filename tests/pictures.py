"""Pictures as tests need them: a size goes in, or what stands in the parts; the bytes of a file come out."""

from __future__ import annotations

import base64
import struct
import zlib

WEBP = base64.b64decode("UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=")
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP////////////////////////////////////////////////////////////////////////////"
    "//////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAAB"
    "AAEDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EAB"
    "QRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AJgA/9k="
)
"""Pictures of one dot."""


def png(width: int = 2, height: int = 1) -> bytes:
    """Return a picture of one colour that every browser shows."""
    return png_of((width, height, 8, 2, 0, 0, 0), (b"\x00" + b"\xb4\x47\x5a" * width) * height)


def png_of(header: tuple[int, ...], rows: bytes) -> bytes:
    """Return a PNG of this header (width, height, depth, colours, 0, 0, passes) and these rows, right or not."""
    head = struct.pack(">IIBBBBB", *header)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
