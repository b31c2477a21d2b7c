"""What a command line names, `[DIR] [SELECTOR …]`, goes in; the workspace that is meant, and the selection in it, come out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.since import modified_nodes
from sopkit.cli.workspace import Loaded
from sopkit.diagnostics import Severity
from sopkit.graph.selection import Selection, SelectorError, select
from sopkit.reader.files import SETTINGS
from sopkit.text import LANGS, Lang, Phrase

SIGNS: Final = Phrase(
    "选择式：编号（new-member、new-member/awareness）、kind:lifecycle、role:guide、channel:sms、owner:…、stage:…、source:…；"
    "+x 加上 x 依赖的，x+ 加上依赖 x 的，@x 两者都要；state:modified 是改过的（与 --changed-since 比，不写就与 HEAD 比）；"
    "几个并列是合起来，用逗号连起来是同时符合；* 和 ? 是通配符。",
    "Selectors: an id (new-member, new-member/awareness), kind:lifecycle, role:guide, channel:sms, owner:…, stage:…, source:…; "
    "+x adds what x depends on, x+ what depends on x, @x both; "
    "state:modified is what was changed (against --changed-since, by default HEAD); "
    "side by side they are joined, with a comma both must hold; * and ? are wildcards.",
)
AS_OF: Final = Phrase("按 {day} 计", "as of {day}")
WITH_ERRORS: Final = Phrase(
    "工作区有 {count} 个错误，这里可能不全：sopkit check",
    "the workspace has {count} errors, so this may not be all of it: sopkit check",
)


def selector_argument() -> click.Argument:
    """Return the argument that takes a workspace and selectors, either of them or none."""
    return click.Argument(["named"], nargs=-1, metavar="[DIR] [SELECTOR …]")


def split(named: Sequence[str]) -> tuple[str | None, str]:
    """Return the workspace's folder and the selector.

    The first word is a folder where it is one with a `sopkit.yaml`, or where we stand in no workspace that it could select from.
    """
    if named:
        here = Path.cwd()
        folder, inside = Path(named[0]), any((one / SETTINGS).is_file() for one in (here, *here.parents))
        if (folder / SETTINGS).is_file() or (not inside and folder.is_dir()):
            return named[0], " ".join(named[1:])
    return None, " ".join(named)


def selected(loaded: Loaded, expression: str, since: str | None = None) -> Selection:
    """Return what an expression selects. Raises `WrongUsageError`, with near names where there are any."""
    try:
        return select(expression, loaded.compilation.graph, modified=partial(modified_nodes, loaded, since))
    except SelectorError as error:
        # The reason quotes what was typed, braces too, and is no template any more.
        raise WrongUsageError(Phrase("{why}", "{why}"), why=error.reason) from None


def mention_day(console: Console) -> None:
    """Say beside the result which day was taken for today, where one was asked for."""
    if console.as_of_given:
        console.tell(console.word(AS_OF, day=console.today.isoformat()))


def mention_errors(ctx: click.Context, loaded: Loaded) -> None:
    """Say beside the result that the workspace has errors."""
    count = loaded.compilation.count(Severity.ERROR)
    if count:
        console = console_of(ctx)
        console.tell(console.word(WITH_ERRORS, count=str(count)))


def document_lang(ctx: click.Context, loaded: Loaded) -> Lang:
    """Return the language of what is made: as `--lang` says, else the workspace's own, else the reader's."""
    asked = (one.get_parameter_source("lang") for one in (ctx, ctx.find_root()))
    if any(source is not None and source.name == "COMMANDLINE" for source in asked):
        return console_of(ctx).lang
    own = loaded.compilation.workspace.settings.locale.partition("-")[0].lower()
    return next((lang for lang in LANGS if lang.partition("-")[0] == own), console_of(ctx).lang)
