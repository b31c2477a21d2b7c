"""`sopkit new`: a kind and an id go in; a document to fill in, with comments, stands in the workspace."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import click

from sopkit import schema
from sopkit.cli.command import OK, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.init import SCHEMA, editor_line, half_a_year_on
from sopkit.cli.workspace import Loaded, load
from sopkit.diagnostics import fingerprint
from sopkit.output import write_file
from sopkit.render.columns import wrap
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

PLAYBOOKS: Final = frozenset({"lifecycle", "automation", "cadence", "procedure"})
"""Kinds that share one namespace."""
KINDS: Final = ("catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure")

LISTED: Final = Phrase("、".join(KINDS), ", ".join(KINDS))

DETAILS = Phrase(
    f"KIND 是 {LISTED.zh} 之一；ID 用小写字母、数字和连字符。",
    f"KIND is one of {LISTED.en}; ID is made of lower-case letters, digits and hyphens.",
)
EXAMPLES = (
    ("sopkit new automation birthday-gift", Phrase("一个自动流程", "an automation")),
    ("sopkit new kpi repeat-rate", Phrase("一个指标", "a KPI")),
)
WHICH = Phrase(
    "要加哪种文档？写成 sopkit new KIND ID；KIND 是 {kinds} 之一",
    "which document? Write sopkit new KIND ID; KIND is one of {kinds}",
)
NO_ID = Phrase(
    "这份文档叫什么？再写一个 id，如 sopkit new {kind} birthday-gift",
    "what is its id? Write one more word, as sopkit new {kind} birthday-gift",
)
NO_KIND = Phrase("没有“{kind}”这种文档；可以是 {kinds}", "there is no kind “{kind}”; the kinds are {kinds}")
RULE = Phrase(
    "自己的规则没有样板：在 rules/ 文件夹里写，照 docs/own-rules.zh-CN.md 里的例子",
    "rules of your own have no template: write them in the folder rules/, as docs/own-rules.md shows",
)
BAD_ID = Phrase(
    "“{id}”不能作 id：请用小写字母、数字和连字符，如 birthday-gift",
    "“{id}” is no id: use lower-case letters, digits and hyphens, as birthday-gift",
)
TAKEN = Phrase("{place} 已经存在，没有改动它；请换一个 id", "{place} exists and was left as it is; choose another id")
OUTSIDE = Phrase(
    "{place} 是个链接，指向工作区外面；请换成真正的文件夹",
    "{place} is a link that leads out of the workspace; put a folder in its place",
)
TAKEN_ID = Phrase(
    "id “{id}”已经用在 {place}；同一个 id 不能指两样东西，请换一个",
    "the id “{id}” is in use at {place}, and one id can't name two things; choose another",
)
WRITTEN = Phrase("已写好 {place}。填完后：sopkit check", "Wrote {place}. When it is filled in: sopkit check")
LEFT: Final = Phrase(
    "照示例原样，sopkit check 会说下面这些；没声明的名词，换成你们的，或在 catalog 里声明：",
    "As the example stands, sopkit check says this; for a name that is not declared put one of yours, or declare it:",
)
FIRST_SYNC: Final = Phrase(
    "这是第一份同步：从现在起，剧本在每个系统里要用的，都要写明怎么传到那里",
    "This is the first sync: from now on the check asks of each tool how what playbooks need there comes to it.",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    # Optional for click alone: what is missing is said here, with the kinds.
    arguments = [
        click.Argument(["kind"], metavar="KIND", required=False),
        click.Argument(["document"], metavar="ID", required=False),
    ]
    return Command("new", run, lang, arguments=arguments, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, kind: str | None, document: str | None) -> int:
    """Write the document where the workspace keeps others of its kind."""
    console = console_of(ctx)
    if kind is None:
        raise WrongUsageError(WHICH, kinds=LISTED)
    if kind not in KINDS:
        raise WrongUsageError(RULE if kind == "rule" else NO_KIND, kind=kind, kinds=LISTED)
    if document is None:
        raise WrongUsageError(NO_ID, kind=kind)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", document):
        raise WrongUsageError(BAD_ID, id=document)
    loaded = load(console, None)
    place = _home(loaded, kind) / f"{document}.yaml"
    target = loaded.folder / place
    if os.path.lexists(target):
        raise WrongUsageError(TAKEN, place=loaded.shown + place.as_posix())
    if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(loaded.folder)):
        raise WrongUsageError(OUTSIDE, place=loaded.shown + place.parent.as_posix())
    if taken := next(_places(loaded, kind, document), None):
        raise WrongUsageError(TAKEN_ID, id=document, place=_shown(loaded, taken))
    head = editor_line(PurePosixPath(place)) if (loaded.folder / SCHEMA).is_file() else ""
    text = schema.skeleton(kind, document, console.lang, half_a_year_on(console.today))
    write_file(target, (head + text).encode())
    console.say(console.word(WRITTEN, place=loaded.shown + place.as_posix()))
    _tell_what_is_left(console, loaded)
    return OK


def _tell_what_is_left(console: Console, before: Loaded) -> None:
    """Print what the check says since the document is there, a line for each: its example may name what is not declared here."""
    after = load(console, str(before.folder))
    known = set(map(fingerprint, before.compilation.findings))
    found = [one for one in after.compilation.findings if fingerprint(one) not in known]
    screen = console.screen(before.shown)
    if found:
        console.say(console.word(LEFT))
    if found and after.compilation.workspace.syncs and not before.compilation.workspace.syncs:
        console.say(f"  {console.word(FIRST_SYNC)}")
    for one in found:
        for number, line in enumerate(
            wrap(f"{screen.place(one.span)}  {one.message(console.lang)}", screen.columns - 4)
        ):
            console.say(("  " if number == 0 else "    ") + line)


def _places(loaded: Loaded, kind: str, document: str) -> Iterator[Span]:
    """Yield where the id is given to a document that would share its namespace, a broken one too."""
    shared = PLAYBOOKS if kind in PLAYBOOKS else {kind}
    for tree in loaded.compilation.forest.trees:
        value = tree.value
        if isinstance(value, dict) and value.get("kind") in shared and value.get("id") == document:
            yield tree.span(tree.find(("id",))[1])


def _shown(loaded: Loaded, span: Span) -> str:
    before = "" if span.path.startswith(BUILTIN) else loaded.shown
    return f"{before}{span.path}:{span.line}:{span.column}"


def _home(loaded: Loaded, kind: str) -> Path:
    """Return the folder in which most documents of the kind stand, else one named after the kind."""
    homes: Counter[PurePosixPath] = Counter()
    for tree in loaded.compilation.forest.trees:
        if isinstance(tree.value, dict) and tree.value.get("kind") == kind and not tree.source.path.startswith(BUILTIN):
            homes[PurePosixPath(tree.source.path).parent] += 1
    best = min(homes, key=lambda home: (-homes[home], home.as_posix()), default=PurePosixPath(kind))
    return Path(best)
