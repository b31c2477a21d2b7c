"""`sopkit logs`: what can be done with logs before they are audited."""

from __future__ import annotations

from typing import Final

import click

from sopkit.cli.command import OK, Entry, Group, console_of, help_page
from sopkit.text import Lang, Phrase

ENTRIES: Final = {
    "map": Entry(
        "sopkit.cli.logs_map",
        Phrase(
            "看一份日志，给出 sopkit.yaml 里 logs 的写法",
            "look at a log and print what `logs` in sopkit.yaml should say",
        ),
    ),
    "read": Entry(
        "sopkit.cli.logs_read",
        Phrase("只读日志，看看是怎么理解的", "read the logs only, and tell how they were understood"),
    ),
    "who": Entry(
        "sopkit.cli.logs_who",
        Phrase(
            "报告里的化名是谁：要有密钥和日志",
            "whom a name in the report stands for; takes the key and the logs",
        ),
    ),
    "generate": Entry(
        "sopkit.cli.logs_generate",
        Phrase("用模拟生成日志，可以埋进各种错误", "make logs by simulation, with faults where wanted"),
    ),
}


def command(lang: Lang) -> Group:
    """Return the group of commands in `lang`."""
    return Group(lang, ENTRIES, run, name="logs")


def run(ctx: click.Context) -> int:
    """Say what there is to do."""
    if ctx.invoked_subcommand is None:
        console = console_of(ctx)
        for line in help_page(ctx.command, ctx, console):
            console.say(line)
    return OK
