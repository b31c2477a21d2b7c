"""`sopkit explain`: the code, name or alias of a rule goes in, its page comes out."""

from __future__ import annotations

from difflib import get_close_matches

import click

from sopkit import catalogue
from sopkit.cli.command import OK, Command, WrongUsageError, console_of
from sopkit.render.rule_page import rule_page
from sopkit.text import Lang, Phrase

EXAMPLES = (
    ("sopkit explain SOP101", Phrase("按编号查", "by code")),
    ("sopkit explain unreachable-step", Phrase("按名称查", "by name")),
)
UNKNOWN = Phrase(
    "没有规则“{name}”{near}全部规则：sopkit rules", "there is no rule “{name}”{near} All rules: sopkit rules"
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command("explain", run, lang, arguments=[click.Argument(["rule"], metavar="RULE")], examples=EXAMPLES)


def run(ctx: click.Context, rule: str) -> int:
    """Print the page of one rule."""
    console = console_of(ctx)
    found = catalogue.find(rule)
    if found is None:
        names = {name for one in catalogue.RULES for name in (one.code, one.name, *one.aliases)}
        near = get_close_matches(rule, sorted(names), n=1)
        hint = Phrase(f"；是不是“{near[0]}”？", f"; did you mean “{near[0]}”?") if near else Phrase("。", ".")
        raise WrongUsageError(UNKNOWN, name=rule, near=console.word(hint))
    for line in rule_page(found, console.screen()):
        console.say(line)
    return OK
