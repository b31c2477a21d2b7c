"""`sopkit rules`: the catalogue of rules, as a table or as JSON."""

from __future__ import annotations

import json

import click

from sopkit.catalogue import RULES
from sopkit.cli.command import OK, Choice, Command, console_of
from sopkit.render.terminal import SEVERITIES, table
from sopkit.text import Lang, Phrase

OPTIONS = (
    Choice(
        ("--format", "output_format"),
        Phrase("输出格式", "how to print them"),
        values=("terminal", "json"),
        default="terminal",
    ),
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command("rules", run, lang, options=OPTIONS)


def run(ctx: click.Context, output_format: str) -> int:
    """Print every rule with its summary."""
    console = console_of(ctx)
    if output_format == "json":
        listed = [
            {
                "code": rule.code,
                "name": rule.name,
                "aliases": list(rule.aliases),
                "severity": rule.severity.value,
                "summary": {"zh-CN": rule.summary.zh, "en": rule.summary.en},
                "why": {"zh-CN": rule.why.zh, "en": rule.why.en},
                "bad": rule.bad,
                "good": rule.good,
            }
            for rule in RULES
        ]
        console.hand_over((json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode())
        return OK
    rows = [
        (rule.code, rule.name, console.word(SEVERITIES[rule.severity]), rule.summary.within(console.lang))
        for rule in RULES
    ]
    for line in table(rows, console.screen()):
        console.say(line)
    return OK
