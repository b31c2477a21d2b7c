"""`sopkit schema`: the name of a kind goes in, its JSON Schema comes out; or all of them, into a folder for an editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.output import write_folder
from sopkit.render.editor_schema import NAMES, editor_schema
from sopkit.resources import folder
from sopkit.schema.definitions import UNION
from sopkit.text import Lang, Phrase

SUFFIX: Final = ".schema.json"
OURS: Final = ("audit-v1", "diff-v1", "edition-v1", "findings-v1", "manifest-v1", "simulation-v1")
"""Schemas of what the tool writes, not of what people write."""

OPTIONS = (
    Choice(
        ("--output", "-o"),
        Phrase("把全部 schema 写进这个文件夹，供编辑器使用", "write all into this folder, for an editor"),
        "DIR",
    ),
)
EXAMPLES = (
    ("sopkit schema lifecycle", Phrase("旅程的 schema", "of lifecycles")),
    (
        "sopkit schema -o .sopkit/schemas",
        Phrase("升级后更新编辑器用的 schema", "refresh those of the editor after an update"),
    ),
)
UNKNOWN = Phrase("没有“{kind}”的 schema；可以是 {kinds}", "there is no schema of “{kind}”; there are {kinds}")
WRITTEN = Phrase("已写好 {count} 个 schema：{place}", "wrote {count} schemas: {place}")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["kind"], required=False, metavar="[KIND]")]
    return Command("schema", run, lang, arguments=arguments, options=OPTIONS, examples=EXAMPLES)


def run(ctx: click.Context, kind: str | None, output: str | None) -> int:
    """Print one schema, or write all."""
    console = console_of(ctx)
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


def for_editor(name: str) -> bytes:
    """Return the file of one schema: all that an editor needs, in one piece."""
    return (json.dumps(editor_schema(name), ensure_ascii=False, indent=2) + "\n").encode()
