"""`sopkit schema`: the name of a kind goes in, its JSON Schema comes out; or all of them, or the workspace's own, for an editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.output import write_folder
from sopkit.render.editor_schema import NAMES, editor_schema
from sopkit.resources import folder
from sopkit.schema.definitions import UNION, Schema
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.cli.console import Console
    from sopkit.model.documents import Workspace

SUFFIX: Final = ".schema.json"
OURS: Final = (
    "audit-v1",
    "baseline-v1",
    "diff-v1",
    "edition-v1",
    "findings-v1",
    "manifest-v1",
    "practice-v1",
    "simulation-v1",
)
"""Schemas of what the tool writes, not of what people write."""

OPTIONS = (
    Choice(
        ("--output", "-o"),
        Phrase("把全部 schema 写进这个文件夹，供编辑器使用", "write all into this folder, for an editor"),
        "DIR",
    ),
    Choice(
        ("--workspace",),
        Phrase(
            "当前工作区专用的 schema：只用工作区的语言，并提示其中的岗位、话术等编号",
            "the schema of this workspace: in its language, offering the ids of its roles, scripts and the rest",
        ),
        flag=True,
    ),
)
EXAMPLES = (
    ("sopkit schema lifecycle", Phrase("旅程的 schema", "of lifecycles")),
    (
        "sopkit schema --workspace -o .sopkit/schemas",
        Phrase(
            "加了岗位、话术之后，更新编辑器的提示", "refresh what the editor offers, after roles or scripts were added"
        ),
    ),
)
UNKNOWN = Phrase("没有“{kind}”的 schema；可以是 {kinds}", "there is no schema of “{kind}”; there are {kinds}")
ALL_KINDS = Phrase(
    "--workspace 的 schema 管所有种类的文档，不用写“{kind}”",
    "the schema of --workspace is of documents of every kind; leave out “{kind}”",
)
WRITTEN = Phrase("已写好 {count} 个 schema：{place}", "wrote {count} schemas: {place}")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["kind"], required=False, metavar="[KIND]")]
    return Command("schema", run, lang, arguments=arguments, options=OPTIONS, examples=EXAMPLES)


def run(ctx: click.Context, kind: str | None, output: str | None, *, workspace: bool) -> int:
    """Print one schema, or write all."""
    console = console_of(ctx)
    if workspace:
        if kind is not None:
            raise WrongUsageError(ALL_KINDS, kind=kind)
        return _hand_over_own(ctx, console, output)
    if output is not None:
        write_folder(Path(output), ((f"{name}{SUFFIX}", for_editor(name)) for name in NAMES))
        console.tell(console.word(WRITTEN, count=str(len(NAMES)), place=output))
        return OK
    wanted = kind or UNION
    if wanted in NAMES:
        console.hand_over(for_editor(wanted))
    elif wanted in OURS:
        console.hand_over((folder("schemas") / f"{wanted}{SUFFIX}").read_bytes())
    else:
        raise WrongUsageError(UNKNOWN, kind=wanted, kinds=", ".join((*NAMES, *OURS)))
    return OK


def _hand_over_own(ctx: click.Context, console: Console, output: str | None) -> int:
    from sopkit.cli.selection import document_lang  # noqa: PLC0415  knows the graph: other schemas need none of it
    from sopkit.cli.workspace import load  # noqa: PLC0415

    loaded = load(console, None)
    data = for_workspace(loaded.compilation.workspace, document_lang(ctx, loaded))
    if output is None:
        console.hand_over(data)
    else:
        write_folder(Path(output), [(f"{UNION}{SUFFIX}", data)])
        console.tell(console.word(WRITTEN, count="1", place=output))
    return OK


def for_workspace(workspace: Workspace, lang: Lang) -> bytes:
    """Return the file of the schema of a workspace: all that an editor needs, in one piece."""
    from sopkit.render.workspace_schema import workspace_schema  # noqa: PLC0415  knows the documents

    return _file(workspace_schema(workspace, lang))


def for_editor(name: str) -> bytes:
    """Return the file of one schema: all that an editor needs, in one piece."""
    return _file(editor_schema(name))


def _file(schema: Schema) -> bytes:
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
