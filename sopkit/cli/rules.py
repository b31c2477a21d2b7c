"""`sopkit rules`: the catalogue of rules, the workspace's own among them, as a table or as JSON; or own rules against their examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import click

from sopkit.catalogue import RULES
from sopkit.cli.command import FINDINGS, OK, Choice, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.workspace import directory_argument, load, locate
from sopkit.diagnostics import Rule, in_order
from sopkit.own import OwnRules
from sopkit.own import load as load_rules
from sopkit.reader.files import own_rules
from sopkit.render.terminal import SEVERITIES, findings_text, table
from sopkit.text import Lang, Phrase

DETAILS: Final = Phrase(
    "在工作区里，或写了 DIR 时，也列出 rules/ 里自己的规则。退出码：0 正常；1 --test 发现规则和例子对不上；2 命令写错。",
    "Inside a workspace, or with DIR, its own rules in `rules/` are listed, too. Exit codes: 0 all is well; 1 --test found a rule "
    "that does not agree with its examples; 2 wrong usage.",
)
OPTIONS = (
    Choice(
        ("--format", "output_format"),
        Phrase("输出格式", "how to print them"),
        values=("terminal", "json"),
        default="terminal",
    ),
    Choice(
        ("--test",),
        Phrase("把自己的规则用在它们的例子上", "try the workspace's own rules on their examples"),
        flag=True,
    ),
)
EXAMPLES = (
    ("sopkit rules", Phrase("全部规则", "all rules")),
    ("sopkit rules my-brand --test", Phrase("试一试自己的规则", "try your own rules")),
)
NONE: Final = Phrase(
    "没有自己的规则：工作区的 rules/ 文件夹里一条也没有", "no own rules: the folder rules/ of the workspace holds none"
)
AGREE: Final = Phrase("自己的规则 {count} 条，都和例子一致", "own rules: {count}; all agree with their examples")


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    arguments = [directory_argument()]
    return Command("rules", run, lang, arguments=arguments, options=OPTIONS, details=DETAILS, examples=EXAMPLES)


def run(ctx: click.Context, directory: str | None, output_format: str, *, test: bool) -> int:
    """Print every rule with its summary, or what --test found."""
    console = console_of(ctx)
    if test:
        return _test(console, directory)
    _list(console, (*RULES, *(one.rule for one in own_of(directory).rules)), output_format)
    return OK


def own_of(directory: str | None) -> OwnRules:
    """Return the own rules of the workspace that is named, or that we stand in; none where we stand in no workspace."""
    try:
        folder = locate(directory)
    except WrongUsageError:
        if directory is not None:
            raise
        return OwnRules()
    return load_rules(own_rules(folder))


def _test(console: Console, directory: str | None) -> int:
    """Print where the workspace's own rules and their examples disagree, and return the exit code."""
    from sopkit.own.examples import disagreeing  # noqa: PLC0415  knows the compiler: the catalogue needs none of it

    loaded = load(console, directory)
    own = loaded.compilation.own
    about_rules = [one for one in loaded.compilation.findings if one.subject.startswith("rule/")]
    found = in_order([*own.findings, *about_rules, *disagreeing(own, loaded.compilation.forest)])
    for block in findings_text(found, console.screen(loaded.shown)):
        console.say(block)
    if not found:
        console.say(console.word(AGREE if own.rules else NONE, count=str(len(own.rules))))
    return FINDINGS if found else OK


def _list(console: Console, rules: Sequence[Rule], output_format: str) -> None:
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
            for rule in rules
        ]
        console.hand_over((json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode())
        return
    rows = [
        (rule.code, rule.name, console.word(SEVERITIES[rule.severity]), rule.summary.within(console.lang))
        for rule in rules
    ]
    for line in table(rows, console.screen()):
        console.say(line)
