"""`sopkit compile`: a workspace goes in, its execution graph comes out as a versioned file."""

from __future__ import annotations

import click

from sopkit.cli.check import verdict
from sopkit.cli.command import OK, OUTPUT, Command, console_of
from sopkit.cli.page import print_findings
from sopkit.cli.workspace import directory_argument, load
from sopkit.graph.manifest import manifest
from sopkit.text import Lang, Phrase

OPTIONS = (OUTPUT,)
EXAMPLES = (("sopkit compile my-brand -o manifest.json", Phrase("写成 manifest.json", "as manifest.json")),)
NOT_ASSESSED = Phrase(
    "有 {count} 项内容没能判断，生成的文件不说明它们没有问题：sopkit check",
    "not assessed: {count}; the file does not say that these are right: sopkit check",
)
REFUSED = Phrase("有错误，没有生成文件", "not compiled, because of the errors above")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command("compile", run, lang, arguments=[directory_argument()], options=OPTIONS, examples=EXAMPLES)


def run(ctx: click.Context, directory: str | None, output: str | None) -> int:
    """Write the manifest; with errors print them and write nothing."""
    console = console_of(ctx)
    loaded = load(console, directory)
    compilation = loaded.compilation
    code = verdict(
        compilation, "error", allow_not_assessed=True
    )  # the graph is whole whatever could not be shown of it
    if code != OK:
        print_findings(console, loaded, compilation)
        console.complain(console.word(REFUSED))
        return code
    data = manifest(compilation.workspace, compilation.graph, compilation.forest, compilation.today)
    console.deliver(data, output)
    if compilation.not_assessed:
        console.complain(console.word(NOT_ASSESSED, count=str(len(compilation.not_assessed))))
    return OK
