"""`sopkit new`: a kind and an id go in; a document to fill in, with comments, stands in the workspace."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Final

import click

from sopkit import schema
from sopkit.cli.command import OK, Command, WrongUsageError, console_of
from sopkit.cli.workspace import Loaded, load
from sopkit.output import write_file
from sopkit.resources import BUILTIN
from sopkit.text import Lang, Phrase

KINDS: Final = ("catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure")

DETAILS = Phrase(
    f"KIND 是 {'、'.join(KINDS)} 之一；ID 用小写字母、数字和连字符。",
    f"KIND is one of {', '.join(KINDS)}; ID is made of lower-case letters, digits and hyphens.",
)
EXAMPLES = (
    ("sopkit new automation birthday-gift", Phrase("一个自动流程", "an automation")),
    ("sopkit new kpi repeat-rate", Phrase("一个指标", "a KPI")),
)
NO_KIND = Phrase("没有“{kind}”这种文档；可以是 {kinds}", "there is no kind “{kind}”; the kinds are {kinds}")
BAD_ID = Phrase(
    "“{id}”不能作 id：请用小写字母、数字和连字符，如 birthday-gift",
    "“{id}” is no id: use lower-case letters, digits and hyphens, as birthday-gift",
)
TAKEN = Phrase("{place} 已经存在，没有改动它；请换一个 id", "{place} exists and was left as it is; choose another id")
OUTSIDE = Phrase(
    "{place} 是个链接，指向工作区外面；请换成真正的文件夹",
    "{place} is a link that leads out of the workspace; put a folder in its place",
)
WRITTEN = Phrase("已写好 {place}。填完后：sopkit check", "Wrote {place}. When it is filled in: sopkit check")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["kind"], metavar="KIND"), click.Argument(["document"], metavar="ID")]
    return Command("new", run, lang, arguments=arguments, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, kind: str, document: str) -> int:
    """Write the document where the workspace keeps others of its kind."""
    console = console_of(ctx)
    if kind not in KINDS:
        raise WrongUsageError(NO_KIND, kind=kind, kinds=", ".join(KINDS))
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", document):
        raise WrongUsageError(BAD_ID, id=document)
    loaded = load(console, None)
    place = _home(loaded, kind) / f"{document}.yaml"
    target = loaded.folder / place
    if os.path.lexists(target):
        raise WrongUsageError(TAKEN, place=loaded.shown + place.as_posix())
    if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(loaded.folder)):
        raise WrongUsageError(OUTSIDE, place=loaded.shown + place.parent.as_posix())
    write_file(target, schema.skeleton(kind, document, console.lang).encode())
    console.say(console.word(WRITTEN, place=loaded.shown + place.as_posix()))
    return OK


def _home(loaded: Loaded, kind: str) -> Path:
    """Return the folder in which most documents of the kind stand, else one named after the kind."""
    homes: Counter[PurePosixPath] = Counter()
    for tree in loaded.compilation.forest.trees:
        if isinstance(tree.value, dict) and tree.value.get("kind") == kind and not tree.source.path.startswith(BUILTIN):
            homes[PurePosixPath(tree.source.path).parent] += 1
    best = min(homes, key=lambda home: (-homes[home], home.as_posix()), default=PurePosixPath(kind))
    return Path(best)
