"""`sopkit import`: a spreadsheet goes in; playbooks, a report of every cell that was not read, and a mapping to correct come out."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Final

import click

from sopkit.cli.command import OK, Choice, Command, console_of
from sopkit.cli.init import half_a_year_on
from sopkit.cli.spreadsheet import imported
from sopkit.placing import write_beside
from sopkit.render.columns import visible
from sopkit.text import Lang, Phrase

DETAILS = Phrase(
    "能读 .xlsx、.xlsm（宏不运行）和 .csv（UTF-8 或 GB18030）：一行一步的表、一周日历、指标表。没读的单元格都写进 import-report.md。",
    "Reads .xlsx, .xlsm (macros are not run) and .csv (UTF-8 or GB18030): tables with a row for each step, calendars of a week, "
    "tables of KPIs. Every cell that was not read is listed in import-report.md.",
)
TO_FOLDER: Final = Choice(
    ("--output", "-o"),
    Phrase("写到哪个文件夹；不写则用表格的名字", "the folder to write; by default named after the spreadsheet"),
    "DIR",
)
OPTIONS = (
    TO_FOLDER,
    Choice(
        ("--map", "mapped"),
        Phrase(
            "按这个映射文件读（上次导入写好的，可以改）",
            "read as this mapping file says: an import writes it, you correct it",
        ),
        "FILE",
    ),
    Choice(("--hidden",), Phrase("隐藏的工作表也读", "read hidden sheets, too"), flag=True),
    Choice(("--force",), Phrase("替换已有的同名文件", "replace files of the same name"), flag=True),
)
EXAMPLES = (
    ("sopkit import SOP.xlsx -o my-shop", Phrase("写到 my-shop 文件夹", "into the folder my-shop")),
    (
        "sopkit import SOP.xlsx -o my-shop --map my-shop/sopkit-import.yaml --force",
        Phrase("改过映射文件后再导入一次", "once more, with the mapping corrected"),
    ),
)
WRITTEN: Final = Phrase("已写好工作区 {place}（{count} 个文件）", "Wrote the workspace {place} ({count} files)")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [click.Argument(["spreadsheet"], metavar="SPREADSHEET")]
    return Command("import", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(
    ctx: click.Context, spreadsheet: str, output: str | None, mapped: str | None, *, hidden: bool, force: bool
) -> int:
    """Write the workspace, whole or not at all, and say what was not read."""
    console = console_of(ctx)
    target = output or PurePath(spreadsheet).stem or "sop"
    files, said = imported(console, spreadsheet, mapped, target, half_a_year_on(console.today), hidden=hidden)
    write_beside(Path(target), files, replace=force)
    console.say(console.word(WRITTEN, place=target, count=str(len(files))))
    for line in said:
        console.say(visible(line))
    return OK
