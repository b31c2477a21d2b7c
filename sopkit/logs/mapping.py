"""What is declared of a log and what its file has go in; which column says what comes out, or why that can't be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.failure import LogRefusedError
from sopkit.logs.offsets import is_zone
from sopkit.logs.opening import SUFFIXES, Opened
from sopkit.logs.tables import FIELDS, Of
from sopkit.model.policies import LogFile
from sopkit.text import Phrase

MOST_FILES: Final = 10_000
NOT_THERE: Final = Phrase(
    "logs 里的 {id}：工作区里没有文件 {file}", "{id} under `logs`: there is no file {file} in the workspace"
)
OUTSIDE: Final = Phrase(
    "logs 里的 {id}：{file} 不在工作区里；别处的日志用 --log 给出",
    "{id} under `logs`: {file} is outside of the workspace; give logs that lie elsewhere with --log",
)
AMBIGUOUS: Final = Phrase(
    "{file} 的名字对得上 logs 里的几份（{ids}），看不出是哪一份；请给它另取名字",
    "the name of {file} fits several of what `logs` declares ({ids}), and it can't be told which is meant: give it another name",
)
TOO_MANY: Final = Phrase(
    f"{{place}} 里的日志文件超过 {MOST_FILES:,} 个，请合并", f"{{place}} holds more than {MOST_FILES:,} logs: join them"
)
NO_COLUMN: Final = Phrase(
    "{file} 没有列“{column}”（logs 里 {field} 用的）；有的是：{columns}{near}",
    "{file} has no column “{column}”, which `logs` names for {field}; it has: {columns}{near}",
)
NEAR: Final = Phrase("；是不是“{near}”？", "; did you mean “{near}”?")
NO_FIELD: Final = Phrase(
    "{of} 的日志里没有 {field} 这一项（{file}）；能写的是：{fields}",
    "a log of {of} has no {field} ({file}); it may have: {fields}",
)
LACKING: Final = Phrase(
    "{file} 里看不出哪一列是 {fields}；有的列是：{columns}。请运行 sopkit logs map {file}，把给出的写法放进 sopkit.yaml",
    "in {file} no column can be told to be {fields}; it has: {columns}. Run `sopkit logs map {file}` and put what it prints into "
    "sopkit.yaml",
)
UNKNOWN: Final = Phrase(
    "看不出 {file} 记录的是什么；有的列是：{columns}。请运行 sopkit logs map {file}",
    "it can't be told what {file} is a log of; its columns are: {columns}. Run `sopkit logs map {file}`",
)
NONE_DECLARED: Final = Phrase(
    "sopkit.yaml 里没有写 logs；请用 --log 给出日志的文件或文件夹",
    "sopkit.yaml names no `logs`; give the files, or their folder, with --log",
)
NO_ZONE: Final = Phrase("没有时区“{zone}”", "there is no time zone “{zone}”")
NOTHING: Final = Phrase("{place} 里没有能读的日志", "{place} holds no log that can be read")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One file, with what its columns mean."""

    of: Of
    opened: Opened
    columns: Mapping[str, str]
    """Field → column."""
    values: Mapping[str, Mapping[str, str]]
    """Field → value in the file → id."""
    zone: str
    """Of times that say none."""
    declared: LogFile | None

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that mean nothing to us."""
        used = set(self.columns.values())
        return tuple(one for one, _ in self.opened.columns if one not in used)


def files_of(logs: Sequence[LogFile], folder: Path, paths: Sequence[str]) -> list[tuple[LogFile | None, Path]]:
    """Return the files to read, each with what is declared of it. Raises `LogRefusedError`.

    The workspace itself, and nothing at all, mean the logs that it declares. A file that is given twice is read once.
    """
    found = {(one.id if one else "", path.resolve()): (one, path) for one, path in _files_of(logs, folder, paths)}
    return list(found.values())


def _files_of(logs: Sequence[LogFile], folder: Path, paths: Sequence[str]) -> Iterator[tuple[LogFile | None, Path]]:
    for given in map(Path, paths or (folder,)):
        if given.resolve() == folder.resolve():
            if not logs:
                raise LogRefusedError(NONE_DECLARED)
            yield from ((one, path) for one in logs for path in _declared(one, folder))
        else:
            yield from ((one, path) for path in _given(given) for one in _meant(logs, folder, path))


def _meant(logs: Sequence[LogFile], folder: Path, path: Path) -> Sequence[LogFile | None]:
    """Return what is declared of a file: by its place in the workspace, else by its name; None alone where nothing is.

    Raises `LogRefusedError` where its name fits files of several places.
    """
    named = [(one, PurePosixPath(one.file)) for one in logs if one.file]
    inside = path.resolve()
    if inside.is_relative_to(folder.resolve()):
        parts = inside.relative_to(folder.resolve()).parts
        if here := [
            one for one, file in named if len(file.parts) == len(parts) and all(map(fnmatch, parts, file.parts))
        ]:
            return here
    found = [(one, file) for one, file in named if fnmatch(path.name, file.name)]
    if len({file for _, file in found}) > 1:
        raise LogRefusedError(AMBIGUOUS, file=path.as_posix(), ids=", ".join(one.id for one, _ in found))
    return [one for one, _ in found] or [None]


def _declared(one: LogFile, folder: Path) -> list[Path]:
    file, place = one.file or "", ("logs", one.id, "file")
    inside = PurePosixPath(file)
    if inside.is_absolute() or ".." in inside.parts or ":" in file or "\\" in file:
        raise LogRefusedError(OUTSIDE, at=place, id=one.id, file=file)
    found = [path for path in (sorted(folder.glob(file)) if "*" in file else [folder / file]) if path.is_file()]
    if not found:
        raise LogRefusedError(NOT_THERE, at=place, id=one.id, file=file)
    if len(found) > MOST_FILES:
        raise LogRefusedError(TOO_MANY, at=place, place=file)
    root = folder.resolve()
    if any(not path.resolve().is_relative_to(root) for path in found):
        raise LogRefusedError(OUTSIDE, at=place, id=one.id, file=file)
    return found


def _given(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(
        one
        for one in path.iterdir()
        if one.is_file() and one.suffix.lower() in SUFFIXES and not one.name.startswith((".", "_"))
    )
    if not found:
        raise LogRefusedError(NOTHING, place=path.as_posix())
    if len(found) > MOST_FILES:
        raise LogRefusedError(TOO_MANY, place=path.as_posix())
    return found


def mapped(opened: Opened, declared: LogFile | None, zone: str) -> Mapped:
    """Say which column means what: as declared, else as columns are called. Raises `LogRefusedError`."""
    headers = [one for one, _ in opened.columns]
    shown = ", ".join(headers)
    given = dict(declared.columns) if declared else {}
    of = declared.of if declared and declared.of else guessed(opened.path.stem, headers)
    if of is None:
        raise LogRefusedError(UNKNOWN, at=_place(declared), file=opened.path.as_posix(), columns=shown)
    fields = {one.name: one for one in FIELDS[of]}
    for field, column in given.items():
        if field not in fields:
            raise LogRefusedError(
                NO_FIELD,
                at=_place(declared, "columns", field),
                of=of,
                field=field,
                file=opened.path.as_posix(),
                fields=", ".join(fields),
            )
        if column not in headers:
            near = get_close_matches(column, headers, 1)
            said = NEAR.filled(near=near[0]) if near else ""
            raise LogRefusedError(
                NO_COLUMN,
                at=_place(declared, "columns", field),
                file=opened.path.as_posix(),
                column=column,
                field=field,
                columns=shown,
                near=said,
            )
    columns = {**_called(of, [one for one in headers if one not in given.values()]), **given}
    lacking = [name for name, one in fields.items() if one.required and name not in columns]
    if lacking:
        raise LogRefusedError(
            LACKING, at=_place(declared), file=opened.path.as_posix(), fields=", ".join(lacking), columns=shown
        )
    values = {field: dict(pairs) for field, pairs in declared.values_} if declared else {}
    own = declared.timezone if declared else None
    if not is_zone(own or zone):
        raise LogRefusedError(NO_ZONE, at=_place(declared, "timezone") if own else ("timezone",), zone=own or zone)
    return Mapped(of, opened, columns, values, own or zone, declared)


def _place(declared: LogFile | None, *path: str) -> tuple[str, ...]:
    """Return where it is declared; nothing where it isn't."""
    return ("logs", declared.id, *path) if declared else ()


def guessed(stem: str, headers: Sequence[str]) -> Of | None:
    """Return what a file is a log of: as it is called, else the one kind whose fields its columns are, most of all."""
    kinds = [of for of in FIELDS if not _lacking(of, headers)]
    named = [of for of in FIELDS if stem.casefold().startswith(of)]
    if named:
        return named[0]
    scores = sorted(((len(_called(of, headers)), of) for of in kinds), reverse=True)
    return scores[0][1] if scores and (len(scores) == 1 or scores[0][0] > scores[1][0]) else None


def _lacking(of: Of, headers: Sequence[str]) -> bool:
    called = _called(of, headers)
    return any(one.required and one.name not in called for one in FIELDS[of])


def _called(of: Of, headers: Sequence[str]) -> dict[str, str]:
    """Return the fields that columns are called by: by our name, or by its title in either language."""
    words = {word.casefold(): one.name for one in FIELDS[of] for word in (one.title.zh, one.title.en, one.name)}
    found: dict[str, str] = {}
    for header in headers:
        field = words.get(header.strip().casefold())
        if field is not None:
            found.setdefault(field, header)
    return found
