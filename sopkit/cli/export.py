"""`sopkit export xlsx`: a workspace goes in; a spreadsheet comes out, from which `sopkit import` makes the same playbooks again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from sopkit.cli import known
from sopkit.cli.command import OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.workspace import locate
from sopkit.output import write_result
from sopkit.reader import read, templates
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import is_file_in
from sopkit.render.columns import visible
from sopkit.text import Lang, Phrase
from sopkit.tree import Tree
from sopkit.workbook.columns import KINDS, TEXTS

FORMATS: Final = ("xlsx",)
LARGEST_TEXT: Final = 300_000
"""Bytes of a policy or the like that still goes into a spreadsheet."""
OPTIONS = (
    Choice(
        ("--output", "-o"),
        Phrase("写到哪个文件，已有的会被替换", "the file to write, in place of one that exists"),
        "FILE",
        required=True,
    ),
)
DETAILS = Phrase(
    "每类内容一张工作表，每行一项；常改的各有一列，其余以 YAML 写在最后一列。剧本提到的制度等文本文件也在内；YAML 文件里的注释和图片不在。",
    "A sheet for each kind and a row for each item; what people change has columns, the rest is YAML in the last one. Policies and other "
    "text files that playbooks name are in it, comments of the YAML files and pictures are not.",
)
EXAMPLES = (("sopkit export xlsx my-brand -o SOP.xlsx", Phrase("把 my-brand 写成 SOP.xlsx", "my-brand as SOP.xlsx")),)
WHICH: Final = Phrase(
    "写成 sopkit export xlsx -o SOP.xlsx；能写的格式：{formats}",
    "write sopkit export xlsx -o SOP.xlsx; the formats are {formats}",
)
BROKEN: Final = Phrase(
    "{place} 还读不出来，没有导出；先改好它：sopkit check",
    "{place} can't be read, so nothing was exported; mend it first: sopkit check",
)
TOO_MANY: Final = Phrase(
    "“{sheet}”有 {count} 行，超过一张工作表能再导入的 {limit} 行",
    "“{sheet}” would have {count} rows, more than the {limit} of a sheet that can be imported",
)
LEFT: Final = Phrase("不在表格里，请另外保存：{place}", "not in the spreadsheet, keep it by itself: {place}")
MISSING: Final = Phrase(
    "写 Excel 文件要另装一个库：pip install 'sopkit[sheets]'",
    "writing Excel files needs one more library: pip install 'sopkit[sheets]'",
)
WRITTEN: Final = Phrase(
    "已写好 {place}（{count} 份文档）。改完后：sopkit import {place} -o 文件夹",
    "wrote {place} ({count} documents). When it is changed: sopkit import {place} -o DIR",
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [
        click.Argument(["format"], metavar="xlsx", required=False),
        click.Argument(["directory"], required=False, metavar="[DIR]"),
    ]
    return Command("export", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, format: str | None, directory: str | None, output: str) -> int:  # noqa: A002  the argument's name
    """Write the spreadsheet; with a document that can't be read, nothing."""
    console = console_of(ctx)
    if format not in FORMATS:
        raise WrongUsageError(WHICH, formats=", ".join(FORMATS))
    folder = locate(directory)
    trees, beside = _trees(folder)
    from sopkit.workbook import exporting  # noqa: PLC0415  nobody else waits for it
    from sopkit.workbook.opening import MAX_ROWS  # noqa: PLC0415

    named = sorted({path for tree in trees for path in exporting.files_named(tree.value)})
    texts = {path: text for path in named if (text := _text(folder, path)) is not None}
    rows = exporting.rows_of(trees, texts)
    for kind, listed in rows.items():
        if len(listed) >= MAX_ROWS:
            raise WrongUsageError(TOO_MANY, sheet=kind, count=str(len(listed)), limit=str(MAX_ROWS))
    try:
        data = exporting.export(rows)
    except ImportError:
        raise WrongUsageError(MISSING) from None
    write_result(Path(output), data)
    left = [path for path in (*named, *beside, known.FILE) if path not in texts and is_file_in(folder, path)]
    left += [f"{templates.FOLDER}/"] if (folder / templates.FOLDER).is_dir() else []
    for path in left:
        console.complain(visible(console.word(LEFT, place=path)))
    console.tell(visible(console.word(WRITTEN, place=output, count=str(len(trees)))))
    return OK


def _text(folder: Path, path: str) -> str | None:
    """Return a text file of the workspace; None for a picture, one that is too large, or one that is not there."""
    if not path.endswith(TEXTS) or not is_file_in(folder, path):
        return None
    data = (folder / path).read_bytes()
    try:
        return data.decode("utf-8") if len(data) <= LARGEST_TEXT else None
    except UnicodeDecodeError:
        return None


def _trees(folder: Path) -> tuple[list[Tree], list[str]]:
    """Return every document of the workspace, and the files of packs and own rules. Findings are no hindrance, what can't be read is."""
    found = find_sources(folder)
    trees: list[Tree] = []
    for source in found.sources:
        reading = read(source)
        kinds = [tree.value.get("kind") if isinstance(tree.value, dict) else None for tree in reading.trees]
        if not reading.complete or not all(isinstance(kind, str) and kind in KINDS for kind in kinds):
            raise WrongUsageError(BROKEN, place=source.path)
        trees += reading.trees
    lost = next((one for one in found.findings if one.weight.value == "error"), None)
    if lost is not None:
        raise WrongUsageError(BROKEN, place=lost.span.path)
    return trees, [one.path for one in (*found.packs, *found.rules)]
