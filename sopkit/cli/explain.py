"""`sopkit explain`: the code, name or alias of a rule goes in, its page comes out."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

import click

from sopkit import catalogue
from sopkit.cli.command import OK, Command, WrongUsageError, console_of
from sopkit.cli.console import Console
from sopkit.cli.rules import own_of
from sopkit.diagnostics import Rule
from sopkit.own import PREFIX, OwnRules
from sopkit.render.rule_page import rule_page
from sopkit.render.terminal import table
from sopkit.text import Lang, Phrase

EXAMPLES = (
    ("sopkit explain SOP101", Phrase("按编号查", "by code")),
    ("sopkit explain unreachable-step", Phrase("按名称查", "by name")),
)
CODE: Final = re.compile(r"SOP(?:(\d)\d{0,2}|\d*)", re.IGNORECASE | re.ASCII)
"""What means a code: a rule whose code looks alike is no answer to it."""
UNKNOWN = Phrase(
    "没有规则“{name}”{near}全部规则：sopkit rules", "there is no rule “{name}”{near} All rules: sopkit rules"
)
NO_HINT = Phrase("。", ".")
OF_FAMILY = Phrase(
    "没有规则“{name}”；{family} 有这些：\n{rules}", "there is no rule “{name}”; {family} has these:\n{rules}"
)


def command(lang: Lang) -> Command:
    """Return the command in `lang`."""
    return Command("explain", run, lang, arguments=[click.Argument(["rule"], metavar="RULE")], examples=EXAMPLES)


def run(ctx: click.Context, rule: str) -> int:
    """Print the page of one rule."""
    console = console_of(ctx)
    found = catalogue.find(rule) or _own(rule)
    if found is None:
        raise _unknown(rule, console)
    for line in rule_page(found, console.screen()):
        console.say(line)
    return OK


def _own(name: str) -> Rule | None:
    """Return the rule of the workspace that we stand in, by its code."""
    own = own_of(None) if name.casefold().startswith(PREFIX) else OwnRules()
    return next((one.rule for one in own.rules if one.rule.code == name.casefold()), None)


def _unknown(rule: str, console: Console) -> WrongUsageError:
    """Return what to say of a name that no rule has: the rules of the code's family, or a rule that is called much the same."""
    code = CODE.fullmatch(rule)
    if code:
        family = f"SOP{code[1]}"
        rows = [
            ("", each.code, each.name, each.summary.within(console.lang))
            for each in catalogue.RULES
            if code[1] and each.code.startswith(family)
        ]
        if rows:
            lines = table(rows, console.screen())
            return WrongUsageError(OF_FAMILY, name=rule, family=f"{family}xx", rules="\n".join(lines))
        return WrongUsageError(UNKNOWN, name=rule, near=NO_HINT)
    names = {name for one in catalogue.RULES for name in (one.code, one.name, *one.aliases)}
    near = get_close_matches(rule, sorted(names), n=1)
    hint = Phrase(f"；是不是“{near[0]}”？", f"; did you mean “{near[0]}”?") if near else NO_HINT
    return WrongUsageError(UNKNOWN, name=rule, near=hint)
