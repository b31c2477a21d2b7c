"""Puts what people write in place, all files or none: those that fixes change, and playbooks that are new beside others."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sopkit.output import File, OutputRefusedError, part_of, plain_mode, refused, replace_file, writing


def write_files(folder: Path, changes: Sequence[tuple[Path, bytes, bytes]]) -> None:
    """Replace all the files of a folder, (path, what was read from it, new bytes), or none. Raises `OutputRefusedError`."""
    for path, before, _ in changes:
        refuse_changed(folder, path, before)
    with _all_or_none() as parts:
        for path, before, data in changes:
            with writing(path):
                target = Path(os.path.realpath(path))
                parts.append((part_of(target, data, stat.S_IMODE(target.stat().st_mode)), target, before))


@contextmanager
def _all_or_none() -> Iterator[list[tuple[Path, Path, bytes | None]]]:
    """Take (what is complete, where it goes, what stood there), and put all in place at the end, or leave all as it stood."""
    parts: list[tuple[Path, Path, bytes | None]] = []
    done: list[tuple[Path, bytes | None]] = []
    try:
        yield parts
        for part, target, before in parts:
            with writing(target):
                part.replace(target)
            done.append((target, before))
    except OutputRefusedError:
        for target, before in done:
            with suppress(OSError):
                if before is None:
                    target.unlink()
                else:
                    replace_file(target, before, stat.S_IMODE(target.stat().st_mode))
        raise
    finally:
        for part, _, _ in parts:
            part.unlink(missing_ok=True)


def refuse_changed(folder: Path, path: Path, before: bytes) -> None:
    """Raise `OutputRefusedError` unless the file still holds what was read from it, may be written, and lies in the folder."""
    with writing(path):
        same = path.is_file() and path.read_bytes() == before
    if not same:
        raise refused(path, "它刚刚被改动或移走了；请再运行一次", "it has just been changed or moved away; run again")
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise refused(path, "它在工作区外面，不会改动", "it lies outside of the workspace and is left as it is")
    with writing(path):
        if not path.stat().st_mode & 0o222:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def write_beside(target: Path, files: Iterable[File], *, replace: bool) -> None:
    """Write playbooks into a folder that may hold others: all of them, or none. Raises `OutputRefusedError`.

    A file that exists is replaced only where that was asked for; nothing else in the folder is touched.
    """
    target = Path(os.path.realpath(target))
    listed = [(target.joinpath(*_inner_parts(name)), data) for name, data in files]
    with _all_or_none() as parts:
        for place, data in listed:
            with writing(place):
                if not Path(os.path.realpath(place)).is_relative_to(target):
                    raise refused(
                        place, "它在文件夹外面，不会改动", "it lies outside of the folder and is left as it is"
                    )
                former = os.path.lexists(place)
                if former and (not replace or not place.is_file()):
                    raise refused(
                        place,
                        "已经存在，不会被覆盖；要替换请加 --force",
                        "it exists and is left as it is; --force replaces it",
                    )
                place.parent.mkdir(parents=True, exist_ok=True)
                parts.append((part_of(place, data, plain_mode()), place, place.read_bytes() if former else None))


def _inner_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a posix path, in any script, that stays in its folder; another is a `ValueError`, our bug."""
    parts = tuple(name.split("/"))
    if not all(part.isprintable() and part.strip(". ") and not set(part) & set('\\:*?"<>|') for part in parts):
        raise ValueError(f"not a safe path: {name!r}")
    return parts
