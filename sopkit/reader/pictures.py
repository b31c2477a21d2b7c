"""A workspace's folder and the name of a picture in it go in; its bytes and their type come out, or why it can't be used."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.reader.picture_forms import NO_PICTURE, MediaType, fault, media_type
from sopkit.text import Phrase

MAX_PICTURE: Final = 200_000
"""Bytes of one picture: every page of every document carries it."""

OPEN: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

OUTSIDE: Final = Phrase("它不在工作区里", "it is not in the workspace")
MISSING: Final = Phrase("没有这个文件", "there is no such file")
NO_FILE: Final = Phrase("它不是普通文件", "it is no regular file")
UNREADABLE: Final = Phrase("文件打不开", "it can't be opened")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a kind that can't carry a program, as its first bytes say; SVG can, and is none."""

    data: bytes
    media_type: MediaType


Look = Callable[[str], Picture | Phrase]
"""How the compiler gets at a picture: what `find_picture` returns for a name in the workspace."""


def is_file_in(root: str | os.PathLike[str], name: str) -> bool:
    """Whether `name`, a posix path below `root`, is a file of it. Links may not lead out of `root`."""
    if name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in PurePosixPath(name).parts:
        return False
    base = os.path.realpath(root)
    place = os.path.realpath(os.path.join(base, name))  # noqa: PTH118  paths on disk may be bytes that no text holds
    return _is_inside(place, base) and os.path.isfile(place)  # noqa: PTH113


def find_picture(root: str | os.PathLike[str], name: str) -> Picture | Phrase:
    """Return the picture at `name`, a posix path below `root`; else why there is none. Links may not lead out of `root`."""
    data = read_in(root, name, MAX_PICTURE)
    return data if isinstance(data, Phrase) else picture_of(data)


def picture_of(data: bytes) -> Picture | Phrase:
    """Return the picture that the bytes are; else why they are none that can be shown."""
    if len(data) > MAX_PICTURE:
        return too_large(MAX_PICTURE)
    kind = media_type(data)
    if kind is None:
        return NO_PICTURE
    return fault(data, kind) or Picture(data, kind)


def read_in(root: str | os.PathLike[str], name: str, most: int) -> bytes | Phrase:
    """Return what the file at `name` holds, a posix path below `root`, where it has at most so many bytes; else why not."""
    if name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in PurePosixPath(name).parts:
        return OUTSIDE
    base = os.path.realpath(root)
    place = os.path.realpath(os.path.join(base, name))  # noqa: PTH118  paths on disk may be bytes that no text holds
    if not _is_inside(place, base):
        return OUTSIDE
    try:
        data = _bytes(place, most)
    except FileNotFoundError:
        return MISSING
    except OSError:
        return UNREADABLE
    if data is None:
        return NO_FILE
    if len(data) > most:
        return too_large(most)
    return data


def too_large(most: int) -> Phrase:
    return Phrase(f"它超过了 {most // 1000} KB", f"it has more than {most // 1000} KB")


def _is_inside(place: str, base: str) -> bool:
    try:
        return os.path.commonpath((base, place)) == base
    except ValueError:  # another drive
        return False


def _bytes(place: str, most: int) -> bytes | None:
    """Return what the file holds, one byte more than is allowed at most; None for what is no regular file."""
    handle = os.open(place, OPEN)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read(most + 1)
    finally:
        os.close(handle)
