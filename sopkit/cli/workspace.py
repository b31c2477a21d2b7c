"""Finds the workspace that a command means, reads its files and runs the compiler over them."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import WrongUsageError
from sopkit.cli.console import Console
from sopkit.cli.former import Former
from sopkit.cli.progress import watched
from sopkit.cli.reading import Reading, remembered_trees
from sopkit.frozen import dataclass
from sopkit.memory import without_collections
from sopkit.reader.files import SETTINGS, Found, find_sources
from sopkit.reader.pictures import find_picture, is_file_in
from sopkit.source import Source
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation, Draft, Laid

READING: Final = Phrase("正在读取", "reading")
NO_WORKSPACE: Final = Phrase(
    "{place} 里没有 sopkit.yaml，也不在任何工作区里。新建一个：sopkit init my-brand",
    "{place} holds no sopkit.yaml and is inside no workspace. Make one: sopkit init my-brand",
)
NOT_A_WORKSPACE: Final = Phrase(
    "{place} 里没有 sopkit.yaml，不是工作区。新建一个：sopkit init {place}",
    "{place} holds no sopkit.yaml, so it is no workspace. Make one: sopkit init {place}",
)
INSIDE: Final = Phrase(
    "{place} 是工作区 {around} 的一部分，只能整个检查：sopkit check {around}；只看一部分用 --select",
    "{place} is a part of the workspace {around}, which is checked as a whole: sopkit check {around}; --select shows a part",
)
BELOW: Final = Phrase(
    "{place} 里没有 sopkit.yaml；工作区在 {below}：到那里运行，或在命令里写上它",
    "{place} holds no sopkit.yaml; there is a workspace in {below}: run it in there, or name it",
)
SEVERAL_BELOW: Final = Phrase(
    "{place} 里没有 sopkit.yaml；工作区在 {below}：到其中一个里运行，或在命令里写上它",
    "{place} holds no sopkit.yaml; there are workspaces in {below}: run it in one of them, or name it",
)
LOST: Final = Phrase(
    "{place} 里有剧本（如 {file}），却没有 sopkit.yaml：它也许被删掉或改名了。把它找回来；找不回来，就在别处运行 "
    "sopkit init my-brand，把里面的 sopkit.yaml 复制过来",
    "{place} holds playbooks, such as {file}, and no sopkit.yaml: it may have been deleted or renamed. Bring it back; or run "
    "sopkit init my-brand elsewhere and copy the sopkit.yaml it makes to here",
)
KIND: Final = re.compile(r"^kind: *[a-z]", re.MULTILINE)
MOST_LOOKED_AT: Final = 50
MOST_NAMED: Final = 5
MOST_READ: Final = 4096
"""Bytes of a file in which its kind stands, comments before it and all."""
NO_FOLDER: Final = Phrase(
    "没有文件夹 {place}。新建一个工作区：sopkit init {place}",
    "there is no folder {place}. Make a workspace: sopkit init {place}",
)


Other = Callable[[Former, "Laid"], "Draft | None"]
"""What was said of a workspace before, and it, laid, go in; another version to be judged with it comes out."""


def alone(*_: object) -> Other:
    """Judge the workspace with no other version."""
    return lambda *_: None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A workspace on disk and what the compiler made of it."""

    folder: Path
    compilation: Compilation
    shown: str
    """What to put before a path so that it can be opened from the working directory: `my-brand/`, or nothing."""
    in_repository: str
    """What to put before a path so that it is relative to the repository; nothing outside one."""
    sources: tuple[Source, ...]
    """Every file that was read, those of its own packs and rules among them."""
    apart: int
    """Folders inside that are workspaces of their own, of which nothing was read."""
    recompile: Callable[[Mapping[str, Source]], Compilation]
    """What the compiler makes of it with other files at these places on disk; nothing is read again."""
    files: Found
    """What was found on disk."""
    is_in_git: bool
    former: Former
    """What the families of rules said of it."""
    other: Compilation | None
    """The version that was judged with it."""


_last: Final[list[Loaded]] = []
"""What was loaded last, held so that a process which ends need not take it apart value by value."""


def directory_argument() -> click.Argument:
    """Return the argument that names a workspace, as every command that reads one takes it."""
    return click.Argument(["directory"], required=False, metavar="[DIR]")


def load(
    console: Console,
    directory: str | None,
    beside: Callable[[Path, Found], Other] = alone,
    meanwhile: Callable[[], object] = lambda: None,
) -> Loaded:
    """Compile the workspace in `directory`, by default the one that the working directory is in, `beside` another version of it.

    What the command needs is imported `meanwhile`: a second process reads files then.
    """
    folder = locate(directory)
    with without_collections():
        files = find_sources(folder)
        other = beside(folder, files)
        remembered = remembered_trees(folder)
        reading = Reading(files.sources, remembered.recall(files.sources))
        from sopkit import pipeline  # noqa: PLC0415  takes as long as 200 files: a second process reads these meanwhile

        meanwhile()
        drafting = partial(
            pipeline.drafted,
            today=console.today,
            found=files.findings,
            look=partial(find_picture, folder),
            exists=partial(is_file_in, folder),
        )
        watching = watched(console, reading.sources, READING, len(reading.sources))
        former = Former(folder, files, console.today)
        earlier = former.earlier(remembered.former)
        draft = drafting(watching, packs=files.packs, own_rules=files.rules, known=reading.known, earlier=earlier)
        second = other(former, draft.laid)
        compilation, *others = pipeline.judged(draft, *([second] if second is not None else []))
        remembered.keep(compilation.clean)
        former.keep(compilation.judgement)
        gc.freeze()  # all of it stays to the end: what follows need not walk over it

    def recompile(changed: Mapping[str, Source]) -> Compilation:
        sources, packs, own = (
            [changed.get(one.place, one) for one in some] for some in (files.sources, files.packs, files.rules)
        )
        return pipeline.judged(drafting(sources, packs=packs, own_rules=own, known=compilation.clean.get))[0]

    every = (*files.sources, *files.packs, *files.rules)
    loaded = Loaded(
        folder, compilation, _shown(folder), _in_repository(folder), every, files.apart, recompile, files,
        is_in_git=_repository(folder) is not None, former=former, other=next(iter(others), None),
    )  # fmt: skip
    _last[:] = [loaded]
    return loaded


def locate(directory: str | None) -> Path:
    """Return the folder that holds `sopkit.yaml`; without a name the nearest upward. Raises `WrongUsageError`."""
    if directory is None:
        here = Path.cwd()
        found = workspace_around(here)
        if found is None:
            raise _missing(here, ".", NO_WORKSPACE)
        return found
    folder = Path(directory)
    if (folder / SETTINGS).is_file():
        return folder
    around = _nearest(*folder.resolve().parents)
    if around is not None and folder.exists():
        raise WrongUsageError(INSIDE, place=directory, around=_relative(around))
    if not folder.is_dir():
        raise WrongUsageError(NO_FOLDER, place=directory)
    raise _missing(folder, directory, NOT_A_WORKSPACE)


def workspace_around(folder: Path) -> Path | None:
    """Return the workspace that a folder is in, or is, by the nearest `sopkit.yaml` upward."""
    return _nearest(folder, *folder.parents)


def _nearest(*folders: Path) -> Path | None:
    return next((one for one in folders if (one / SETTINGS).is_file()), None)


def _missing(folder: Path, place: str, reason: Phrase) -> WrongUsageError:
    below = [_relative(path.parent) for path in sorted(folder.glob(f"[!.]*/{SETTINGS}"))]
    below = below or [_relative(path.parent) for path in sorted(folder.glob(f"[!.]*/[!.]*/{SETTINGS}"))]
    if below:
        more = ["…"] * (len(below) > MOST_NAMED)
        named = Phrase("、".join([*below[:MOST_NAMED], *more]), ", ".join([*below[:MOST_NAMED], *more]))
        return WrongUsageError(BELOW if len(below) == 1 else SEVERAL_BELOW, place=place, below=named)
    lone = _lone_playbook(folder)
    return WrongUsageError(LOST, place=place, file=lone) if lone else WrongUsageError(reason, place=place)


def _lone_playbook(folder: Path) -> str:
    """Return the name of a playbook in the folder or one below; nothing where there is none."""
    beside = chain(folder.glob("[!.]*.y*ml"), folder.glob("[!.]*/[!.]*.y*ml"))
    for path in sorted(islice(beside, MOST_LOOKED_AT)):
        try:
            with path.open("rb") as file:
                if KIND.search(file.read(MOST_READ).decode("utf-8", "replace")):
                    return path.relative_to(folder).as_posix()
        except OSError:
            continue
    return ""


def _shown(folder: Path) -> str:
    shown = _relative(folder)
    return "" if shown == "." else f"{shown}/"


def _relative(folder: Path) -> str:
    """Return the folder as seen from the working directory: below it relative, else absolute."""
    absolute, here = folder.resolve(), Path.cwd().resolve()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _in_repository(folder: Path) -> str:
    absolute = folder.resolve()
    inside = absolute.relative_to(_repository(folder) or absolute).as_posix()
    return "" if inside == "." else f"{inside}/"


def _repository(folder: Path) -> Path | None:
    absolute = folder.resolve()
    return next((one for one in (absolute, *absolute.parents) if (one / ".git").exists()), None)
