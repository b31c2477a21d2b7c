"""`sopkit schema`: the name of a kind goes in, its JSON Schema comes out; or all of them, into a folder for an editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.output import write_folder
from sopkit.resources import folder
from sopkit.text import Lang, Phrase

UNION: Final = "playbook"
SUFFIX: Final = ".schema.json"

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
        files = list(editor_schemas())
        write_folder(Path(output), files)
        console.tell(console.word(WRITTEN, count=str(len(files)), place=output))
        return OK
    known = sorted(path.name.removesuffix(SUFFIX) for path in folder("schemas").glob(f"*{SUFFIX}"))
    wanted = kind or UNION
    if wanted not in known:
        raise WrongUsageError(UNKNOWN, kind=wanted, kinds=", ".join(known))
    console.hand_over((folder("schemas") / f"{wanted}{SUFFIX}").read_bytes())
    return OK


def editor_schemas() -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every schema that an editor needs: those of what people write, not of what the tool writes."""
    for path in sorted(folder("schemas").glob(f"*{SUFFIX}")):
        if not path.name.removesuffix(SUFFIX).endswith("-v1"):
            yield path.name, path.read_bytes()
