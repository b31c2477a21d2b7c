"""`sopkit logs map`: files that tools exported go in; what `sopkit.yaml` should say of them comes out, to be looked at and pasted."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.workspace import Loaded, load, workspace_around
from sopkit.logs.engine import MISSING, Engine, EngineError
from sopkit.logs.failure import LogRefusedError
from sopkit.logs.naming import Vocabulary
from sopkit.logs.opening import NO_FILE as NOT_THERE
from sopkit.logs.opening import open_file, unreadable
from sopkit.logs.proposing import Proposal, propose
from sopkit.logs.yaml_text import as_yaml
from sopkit.render.columns import visible
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "看文件的列名和内容，给出 sopkit.yaml 里 logs 的写法：记录的是什么、哪一列是什么、值对应剧本里的哪个编号。"
    "猜的地方写了注释，请核对后粘贴。文件只读，不会改动。",
    "Looks at the heads of the columns and at what stands in them, and prints what `logs` in sopkit.yaml should say: what the log is of, "
    "which column is what, which value means which id. Guesses carry a comment: check them, then paste. Files are only read.",
)
OPTIONS = (
    Choice(
        ("--in", "directory"),
        Phrase(
            "哪个工作区；不写则是当前所在的，或文件所在的",
            "the workspace; by default the one around you, or around the file",
        ),
        "DIR",
    ),
    Choice(
        ("--table",),
        Phrase("数据库或 Excel 里的哪张表", "which table of a database, or sheet of a spreadsheet"),
        "NAME",
    ),
)
EXAMPLES = (
    ("sopkit logs map touches.csv", Phrase("一份触达记录", "a log of touches")),
    ("sopkit logs map *.xlsx --in my-brand", Phrase("几份 Excel，对照 my-brand", "some spreadsheets, by my-brand")),
)
NO_FILE: Final = Phrase("请写上要看的文件", "name the files to look at")
WHOSE: Final = Phrase(
    "看不出这是哪个工作区的日志，请用 --in 写明，例如 --in my-brand",
    "it can't be told of which workspace this is a log; say so with --in, as in --in my-brand",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["files"], nargs=-1, metavar="FILE …")]
    return Command("map", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, *, files: tuple[str, ...], directory: str | None, table: str | None) -> int:
    """Print what to write for each file."""
    console = console_of(ctx)
    if not files:
        raise WrongUsageError(NO_FILE)
    if not Engine.installed():
        raise WrongUsageError(MISSING)
    for one in files:
        if not Path(one).exists():
            raise WrongUsageError(NOT_THERE, file=one)
    loaded = load(console, directory or _around(Path(files[0])))
    proposals = _proposals(loaded, [Path(one) for one in files], table)
    used: set[str] = set()
    zone = loaded.compilation.workspace.settings.timezone or "UTC"
    console.say("logs:")
    for path, proposal in proposals:
        file, inside = _place(loaded.folder.resolve(), path)
        for line in as_yaml(_id(path, proposal.of, used), file, proposal, zone, console.lang, inside=inside):
            console.say(visible(line))
    return OK


def _around(file: Path) -> str:
    """Return the workspace that the working directory is in, else that of the file. Raises `WrongUsageError`."""
    found = workspace_around(Path.cwd()) or workspace_around(file.resolve().parent)
    if found is None:
        raise WrongUsageError(WHOSE)
    return str(found)


def _proposals(loaded: Loaded, paths: Sequence[Path], table: str | None) -> list[tuple[Path, Proposal]]:
    """Look at each file. Raises `WrongUsageError`."""
    compilation = loaded.compilation
    vocabulary = Vocabulary(compilation.workspace, compilation.graph)
    found = []
    with tempfile.TemporaryDirectory(prefix="sopkit-logs-") as work, Engine(Path(work)) as engine:
        for number, path in enumerate(paths):
            try:
                opened = open_file(engine, path, Path(work), number, table)
                found.append((path, propose(engine, opened, vocabulary)))
            except LogRefusedError as error:
                raise WrongUsageError(error.reason, **error.args_of_reason) from None
            except EngineError as error:
                refused = unreadable(path, error)
                raise WrongUsageError(refused.reason, **refused.args_of_reason) from None
    return found


def _place(root: Path, path: Path) -> tuple[str, bool]:
    """Return a file as `logs` names it, and whether it stands in the workspace."""
    whole = path.resolve()
    inside = whole.is_relative_to(root)
    return (whole.relative_to(root).as_posix() if inside else path.name), inside


def _id(path: Path, of: str | None, used: set[str]) -> str:
    """Return an id for the log: the file's name where all of it goes into one, else what the log is of; no id twice."""
    words = re.findall(r"[a-z0-9]+", path.stem.lower())
    named = path.stem.isascii() and any(not one.isdigit() for one in words)
    stem = "-".join(words) if named else of or "log"
    id_, number = stem, 1
    while id_ in used:
        number += 1
        id_ = f"{stem}-{number}"
    used.add(id_)
    return id_
