"""`sopkit hook`: the names of changed files go in; the findings of every workspace that they are in come out, each checked once.

pre-commit runs it: what a change breaks may stand in a file that was not touched, so that a file by itself is never checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from sopkit.cli.check import ALLOW_NOT_ASSESSED, FAIL_ON, verdict
from sopkit.cli.command import OK, Command, console_of
from sopkit.cli.known import without_known
from sopkit.cli.page import print_findings
from sopkit.cli.workspace import load, workspace_around
from sopkit.render.columns import visible
from sopkit.text import Lang, Phrase

OPTIONS = (FAIL_ON, ALLOW_NOT_ASSESSED)
DETAILS = Phrase(
    "FILE 是改过的文件；它们所在的每个工作区各检查一次，不在任何工作区里的文件跳过。退出码同 sopkit check。",
    "FILE is what was changed; each workspace that one of them is in is checked once, and a file in none is passed over. "
    "Exit codes are those of sopkit check.",
)
EXAMPLES = (
    ("sopkit hook sopkit.yaml", Phrase("检查这个文件所在的工作区", "check the workspace that this file is in")),
)
WORKSPACE: Final = Phrase("工作区 {folder}", "workspace {folder}")
NOTHING: Final = Phrase(
    "这些文件都不在工作区里，没有要检查的", "none of these files is in a workspace: nothing to check"
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["files"], nargs=-1, required=True, metavar="FILE...")]
    return Command("hook", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, *, files: tuple[str, ...], fail_on: str, allow_not_assessed: bool) -> int:
    """Print the findings of each workspace and return the gravest exit code."""
    console = console_of(ctx)
    folders = _workspaces(files)
    if not folders:
        console.tell(console.word(NOTHING))
    code = OK
    for number, folder in enumerate(folders):
        loaded = load(console, str(folder))
        if number:
            console.say()
        if len(folders) > 1:
            console.say(console.word(WORKSPACE, folder=visible(loaded.shown or ".")))
        loaded = replace(loaded, compilation=without_known(loaded, None, off=False)(loaded.compilation))
        print_findings(console, loaded, loaded.compilation)
        code = max(code, verdict(loaded.compilation, fail_on, allow_not_assessed=allow_not_assessed))
    return code


def _workspaces(files: Iterable[str]) -> list[Path]:
    """Return the folders of the workspaces that hold these files, in order."""
    parents = {Path(file).absolute().parent for file in files}
    return sorted({found for parent in parents if (found := workspace_around(parent)) is not None})
