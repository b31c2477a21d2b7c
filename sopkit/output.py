"""Writes results whole or not at all: one file, as named but never in place of YAML; or a folder, never of what others wrote."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Phrase

MARKER: Final = ".sopkit-output"
"""A file in every folder that we wrote. It lists the files: only these are ever deleted."""

MARKER_HEAD: Final = (
    "Written by sopkit: the next build replaces these files and no others.\n"
    "由 sopkit 生成：下次生成时会替换下列文件，不动别的文件。\n\n"
)

SYSTEM_FILES: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What the system puts into a folder that somebody looks at."""

WORK_OF_PEOPLE: Final = (".yaml", ".yml")
"""An output holds no such file, so that one that stands there is somebody's work, whatever the marker says."""

NAMED_AT_MOST: Final = 3

STALE_AFTER: Final = 3600.0
"""Seconds after which a half-built folder of a killed build is swept away."""

SAFE_PART: Final = re.compile(r"[\w.-]*\w[\w.-]*", re.ASCII)

OPEN_FILES: Final = re.compile(r"(/proc/\d+(/task/\d+)?|/dev)/fd")
"""The folder of the files that a process has open: a link there, as `/dev/stdout`, means the open file, not the one on disk."""

CAUSES: Final = {
    errno.ENOSPC: Phrase("磁盘满了，请腾出空间", "the disk is full; free some space"),
    errno.EDQUOT: Phrase("磁盘配额用完了，请腾出空间", "the disk quota is used up; free some space"),
    errno.EACCES: Phrase("没有权限；请换一个位置，或修改权限", "access is denied; choose another place or change who may write"),
    errno.EPERM: Phrase("没有权限；请换一个位置，或修改权限", "access is denied; choose another place or change who may write"),
    errno.EROFS: Phrase("磁盘是只读的，请换一个位置", "the disk is read-only; choose another place"),
    errno.EFBIG: Phrase("超过了允许的文件大小", "it is larger than files may be here"),
    errno.EIO: Phrase("磁盘读写出错", "the disk failed"),
    errno.EBUSY: Phrase("别的程序正在使用它，请先关闭", "another program is using it; close that first"),
    errno.ENOTDIR: Phrase("路径中间有一个是文件，不是文件夹", "a file stands where its path needs a folder"),
    errno.EEXIST: Phrase("路径中间有一个是文件，不是文件夹", "a file stands where its path needs a folder"),
    errno.EISDIR: Phrase("这是一个文件夹，请写上文件名", "this is a folder; name a file"),
    errno.ELOOP: Phrase("链接绕成了一圈", "its links lead round in a circle"),
    errno.ENAMETOOLONG: Phrase("名字太长", "the name is too long"),
    errno.ENXIO: Phrase("没有程序在另一头接收", "no program receives it at the other end"),
}  # fmt: skip
"""What the system may answer, for which the place is to blame and not this program."""

File = tuple[str, bytes]
"""A posix path below the output folder, and its bytes."""


@dataclass(slots=True)
class OutputRefusedError(Exception):
    """The place of the output can't be used; says why and what to do, in both languages."""

    reason: Phrase


def cause(error: OSError) -> Phrase:
    """Return why the system refused, in both languages where it is one of `CAUSES`, else in the system's words."""
    said = error.strerror or str(error)
    return CAUSES.get(error.errno or 0, Phrase(said, said))


def write_file(path: Path, data: bytes) -> None:
    """Write one file: the former stays whole until the new one is complete. Raises `OutputRefusedError`.

    A link stays one: its target is written. A device, a pipe or an open file such as `/dev/stdout` gets the bytes as they are.
    """
    with writing(path):
        former = _status(path)
        if former and (not stat.S_ISREG(former.st_mode) or _is_open_file(path)):
            with path.open("ab") as stream:  # never cut off what an open file holds
                stream.write(data)
            return
        if former and not former.st_mode & 0o222:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        mode = stat.S_IMODE(former.st_mode) if former else plain_mode()
        replace_file(Path(os.path.realpath(path)), data, mode)


def replace_file(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path, data, mode)
    try:
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def part_of(path: Path, data: bytes, mode: int) -> Path:
    """Write the bytes beside the path and return where."""
    handle, name = tempfile.mkstemp(prefix=".sopkit-", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        part.chmod(mode)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_open_file(path: Path) -> bool:
    """Whether the path leads over a link in a folder of open files, which is no link to any name on disk."""
    while True:
        path = Path(os.path.realpath(path.parent), path.name)
        if OPEN_FILES.fullmatch(path.parent.as_posix()):
            return True
        if not path.is_symlink():
            return False
        path = path.parent / path.readlink()


def write_result(path: Path, data: bytes) -> None:
    """Write one file that is no playbook: a YAML file that stands there is somebody's work. Raises `OutputRefusedError`."""
    with writing(path):
        if _status(path) and _is_work(os.path.realpath(path)) and not _is_open_file(path):
            raise refused(
                path,
                "这是一个 YAML 文件，不会被覆盖；请换一个文件名",
                "this YAML file is left as it is; choose another name",
            )
    write_file(path, data)


def write_folder(target: Path, files: Iterable[File], *, marker: bool = True) -> None:
    """Write `files` as the folder `target`, in place of those that an earlier call left there.

    Until every file is written the former folder is untouched; when anything raises, or the process is killed, it stays.
    Raises `OutputRefusedError` where `target` holds anything that we did not write.
    """
    with filling(target, marker=marker) as (building, names):
        names.extend(_fill(building, Path(os.path.realpath(target)), files))


@contextmanager
def filling(target: Path, *, marker: bool = True) -> Iterator[tuple[Path, list[str]]]:
    """Give a folder to fill and a list for the names of what was put there; at the end it stands at `target`, as `write_folder` has it.

    For files that are too large for memory; what the system says about them while they are written goes through `writing`.
    """
    target = Path(os.path.realpath(target))
    with writing(target):
        _recover(target)
        refuse_foreign(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=_prefix(target, "new"), dir=target.parent))
    names: list[str] = []
    try:
        yield building, names
        with writing(target):
            if marker:
                (building / MARKER).write_bytes(marker_of(names))
            building.chmod(plain_mode() | 0o111)
            refuse_foreign(target)  # making the files took its time
            _swap(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def marker_of(names: Iterable[str]) -> bytes:
    """Return what the marker of a folder with these files says."""
    names = sorted(names)
    if any(_is_work(name) for name in names):
        raise ValueError("an output holds no YAML: it could not be told from what people write")
    return (MARKER_HEAD + "".join(f"{name}\n" for name in names)).encode()


def refuse_foreign(target: Path) -> None:
    """Raise `OutputRefusedError` unless `target` is absent, empty, or a folder of which we wrote every file."""
    with writing(target):
        if target.exists() and not target.is_dir():
            raise refused(target, "这里已经有一个文件，请换一个文件夹名", "there is a file here; choose another folder")
        foreign = sorted(_foreign(target, _listed(target, target.absolute()))) if target.is_dir() else []
    if foreign:
        zh, en = "、".join(foreign[:NAMED_AT_MOST]), ", ".join(foreign[:NAMED_AT_MOST])
        if len(foreign) > NAMED_AT_MOST:
            zh, en = f"{zh} 等 {len(foreign)} 项", f"{en} and {len(foreign) - NAMED_AT_MOST} more"
        raise refused(
            target,
            f"这个文件夹里有不是 sopkit 生成的内容（{zh}），不会覆盖；请换一个文件夹，或先把它们移走",
            f"this folder holds what sopkit did not write ({en}) and will not replace; choose another folder or move it away",
        )


def _listed(folder: Path, place: Path) -> frozenset[str]:
    """Return the files in a folder that markers list, and the folders they are in, ending in `/`; `place` is where it stands, or stood.

    A command may write into a folder that another made: beside its own marker that of a folder around it counts, and those inside.
    """
    names = set(_marked(folder))
    for around in place.parents:
        inside = f"{place.relative_to(around).as_posix()}/"
        names.update(name.removeprefix(inside) for name in _marked(around) if name.startswith(inside))
    folders = {f"{around}/" for name in names for around in PurePosixPath(name).parents}
    names.update(inner + name for inner in folders for name in _marked(folder / inner) if inner != "./")
    return frozenset(folders.union(names))


def _marked(folder: Path) -> tuple[str, ...]:
    """Return the files that the marker of the folder lists, itself first."""
    marker = folder / MARKER
    if marker.is_symlink() or not marker.is_file():
        return ()
    text = marker.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n")  # git may turn the ends of lines
    return (MARKER, *text.removeprefix(MARKER_HEAD).splitlines()) if text.startswith(MARKER_HEAD) else ()


def _foreign(folder: Path, listed: frozenset[str], inside: str = "") -> Iterator[str]:
    """Yield what the folder holds beside what is listed; a folder of which nothing is listed as one."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = inside + entry.name
            if entry.is_dir(follow_symlinks=False):
                if f"{name}/" in listed:
                    yield from _foreign(Path(entry.path), listed, f"{name}/")
                else:
                    yield f"{name}/"
            elif entry.is_symlink() or not _is_ours(name, listed):
                yield name


def _is_ours(name: str, listed: frozenset[str]) -> bool:
    return (name in listed and not _is_work(name)) or PurePosixPath(name).name in SYSTEM_FILES


def _is_work(name: str) -> bool:
    return name.lower().endswith(WORK_OF_PEOPLE)


def _fill(building: Path, target: Path, files: Iterable[File]) -> Iterator[str]:
    """Write the files and yield their names; what making a file raises goes through as it is."""
    for name, data in files:
        place = building.joinpath(*safe_parts(name))
        with writing(target / name):
            place.parent.mkdir(parents=True, exist_ok=True)
            if not _taken_over(target / name, place, data):
                place.write_bytes(data)
        yield name


def _taken_over(former: Path, place: Path, data: bytes) -> bool:
    """Put the former file at `place` when it holds the same: its time stays, so that nobody copies it anew."""
    try:
        if former.is_symlink() or former.stat().st_size != len(data) or former.read_bytes() != data:
            return False
        os.link(former, place)
    except OSError:  # there is none, or the disk knows no second names
        return False
    return True


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
    _discard(former, target)


def _discard(former: Path, target: Path) -> None:
    """Delete what we wrote in a former output, the marker last, and each folder that is empty then; anything else stays."""
    listed = _listed(former, target)
    for folder, _, names in os.walk(former, topdown=False):
        for name in sorted(names, key=lambda name: (name == MARKER, name)):
            path = Path(folder, name)
            if _is_ours(path.relative_to(former).as_posix(), listed):
                with suppress(OSError):
                    path.unlink()
        with suppress(OSError):
            Path(folder).rmdir()


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
    _discard(former, target)
    if former.exists():
        refuse_foreign(former)
    if not target.parent.is_dir():
        return
    for left in target.parent.iterdir():
        if left.name.startswith(_prefix(target, "new")):
            with suppress(OSError):
                if time.time() - left.lstat().st_mtime > STALE_AFTER:
                    shutil.rmtree(left)


def _former(target: Path) -> Path:
    return target.with_name(_prefix(target, "former"))


def _prefix(target: Path, state: str) -> str:
    return f".{target.name}.sopkit-{state}"


def plain_mode() -> int:
    """Return the permissions that an ordinary new file gets; temporary files are born private."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def refused(path: Path, zh: str, en: str) -> OutputRefusedError:
    return OutputRefusedError(Phrase(f"{path}：{zh}", f"{path}: {en}"))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about the place into `OutputRefusedError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = cause(error)
        raise refused(path, f"写不进去（{why.zh}）", f"cannot be written ({why.en})") from error
