"""A rule's page in the terminal: what it finds, why it matters, what to do, and an example before and after."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.diagnostics import Rule
from sopkit.render.columns import visible, wrap
from sopkit.render.terminal import BOLD, COLOURS, DIM, SEVERITIES, Screen
from sopkit.text import Lang, Phrase

WHY = Phrase("为何要紧", "Why it matters")
FIX = Phrase("怎么改", "What to do")
BAD = Phrase("会报这个问题", "Found here")
GOOD = Phrase("改好以后", "And mended")
ALSO = Phrase("也叫", "Also called")


def rule_page(rule: Rule, screen: Screen) -> Iterator[str]:
    """Yield the lines of the page. Placeholders of a message are shown as `…`."""
    lang = screen.lang
    severity = screen.paint(SEVERITIES[rule.severity].within(lang), COLOURS[rule.severity])
    yield f"{screen.paint(f'{rule.code} {rule.name}', BOLD)}  {severity}"
    yield from _indented(rule.summary.within(lang), screen)
    if rule.aliases:
        yield from _indented(f"{ALSO.within(lang)}: {', '.join(rule.aliases)}", screen)
    for title, text in ((WHY, rule.why.within(lang)), (FIX, advice(rule, lang))):
        if not text:
            continue
        yield ""
        yield screen.paint(title.within(lang), DIM)
        yield from _indented(text, screen)
    for title, text in ((BAD, rule.bad), (GOOD, rule.good)) if rule.bad else ():
        yield ""
        yield screen.paint(title.within(lang), DIM)
        yield from ("    " + visible(line) for line in text.rstrip("\n").split("\n"))


def advice(rule: Rule, lang: Lang) -> str:
    """Return what to do about findings of the rule in general; '' where each finding has advice of its own."""
    said = unfilled(rule.fix.within(lang))
    return said if any(sign.isalnum() for sign in said) else ""


def unfilled(text: str) -> str:
    """Return a text of a rule with its placeholders as `…`, for pages that are about no finding."""
    return text.format_map(_Ellipses())


class _Ellipses(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _indented(text: str, screen: Screen) -> Iterator[str]:
    return ("  " + line for line in wrap(text, screen.columns - 2))
