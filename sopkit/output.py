"""Writes results whole or not at all: one file, or a folder that is built beside its place and then swapped in."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from sopkit.text import Phrase

MARKER: Final = ".sopkit-output"
"""A file in every folder that we wrote: only such a folder is ever replaced."""

MARKER_TEXT: Final = (
    "Written by sopkit: the next build replaces this whole folder.\n由 sopkit 生成：下次生成时整个文件夹会被替换。\n"
)

STALE_AFTER: Final = 3600.0
"""Seconds after which a half-built folder of a killed build is swept away."""

SAFE_PART: Final = re.compile(r"[\w.-]*\w[\w.-]*", re.ASCII)

File = tuple[str, bytes]
"""A posix path below the output folder, and its bytes."""


@dataclass(slots=True)
class OutputRefusedError(Exception):
    """The place of the output can't be used; says why and what to do, in both languages."""

    reason: Phrase


def write_file(path: Path, data: bytes) -> None:
    """Write one file: the former one stays whole until the new one is complete. Raises `OutputRefusedError`."""
    if path.is_dir():
        raise _refused(path, "这是一个文件夹，请写上文件名", "this is a folder; name a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        part.chmod(_plain_mode())
        part.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def write_folder(target: Path, files: Iterable[File], *, marker: bool = True) -> None:
    """Write `files` as the folder `target`, in place of the folder that an earlier call left there.

    Until every file is written the former folder is untouched; when anything raises, or the process is killed, it stays.
    Raises `OutputRefusedError` where `target` holds anything that we did not write.
    """
    target = Path(os.path.realpath(target))
    _recover(target)
    refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=_prefix(target, "new"), dir=target.parent))
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        _fill(building, files, marker)
        _swap(building, target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def refuse_foreign(target: Path) -> None:
    """Raise `OutputRefusedError` unless `target` is absent, empty, or a folder that we wrote."""
    if target.exists() and not target.is_dir():
        raise _refused(target, "这里已经有一个文件，请换一个文件夹名", "there is a file here; choose another folder")
    if target.is_dir() and any(target.iterdir()) and not (target / MARKER).is_file():
        raise _refused(
            target,
            "这个文件夹里有不是 sopkit 生成的内容，不会覆盖；请换一个文件夹，或先清空它",
            "this folder holds files that sopkit did not write and will not replace; choose another folder or empty it",
        )


def _fill(building: Path, files: Iterable[File], marker: bool) -> None:
    building.chmod(_plain_mode() | 0o111)
    if marker:
        (building / MARKER).write_text(MARKER_TEXT, encoding="utf-8", newline="\n")
    for name, data in files:
        place = building.joinpath(*safe_parts(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def safe_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a posix path; one that could leave its folder is a `ValueError`, our bug."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or not all(SAFE_PART.fullmatch(part) for part in path.parts):
        raise ValueError(f"not a safe output path: {name!r}")
    return path.parts


def _swap(building: Path, target: Path) -> None:
    """Put `building` at `target`: two renames, undone when the second fails, mended by the next build if we die between."""
    if target.is_dir() and not any(target.iterdir()):
        _move_in(building, target)
        return
    former = _former(target)
    if target.exists():
        target.rename(former)
    try:
        building.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _move_in(building: Path, target: Path) -> None:
    """Fill an empty folder without replacing it: a shell may stand in it (`sopkit init .`). The marker goes first."""
    moved: list[Path] = []
    try:
        for entry in sorted(building.iterdir(), key=lambda path: (path.name != MARKER, path.name)):
            moved.append(entry.rename(target / entry.name))  # noqa: PERF401  what was moved is needed when the next move fails
    except OSError:
        for entry in moved:
            entry.rename(building / entry.name)
        raise


def _recover(target: Path) -> None:
    """Bring back what a build that died between its two renames had set aside; sweep what killed builds left."""
    former = _former(target)
    if former.is_dir() and not target.exists():
        former.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    if not target.parent.is_dir():
        return
    for left in target.parent.iterdir():
        if left.name.startswith(_prefix(target, "new")) and time.time() - left.stat().st_mtime > STALE_AFTER:
            shutil.rmtree(left, ignore_errors=True)


def _former(target: Path) -> Path:
    return target.with_name(_prefix(target, "former"))


def _prefix(target: Path, state: str) -> str:
    return f".{target.name}.sopkit-{state}"


def _plain_mode() -> int:
    """Return the permissions that an ordinary new file gets; temporary files are born private."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _refused(path: Path, zh: str, en: str) -> OutputRefusedError:
    return OutputRefusedError(Phrase(f"{path}：{zh}", f"{path}: {en}"))


def _cannot_write(path: Path, error: OSError) -> OutputRefusedError:
    detail = error.strerror or str(error)
    return _refused(path, f"写不进去（{detail}）", f"cannot be written ({detail})")
