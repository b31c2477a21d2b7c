"""A rule's page in the terminal: what it finds, why it matters, the law behind it, what to do, and an example before and after."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.diagnostics import Rule
from sopkit.law import builtin
from sopkit.render.columns import visible, wrap
from sopkit.render.example_words import in_language
from sopkit.render.terminal import BOLD, COLOURS, DIM, SEVERITIES, Screen, cited
from sopkit.resolve.settings import JURISDICTIONS
from sopkit.text import Lang, Phrase

WHY = Phrase("为何要紧", "Why it matters")
FIX = Phrase("怎么改", "What to do")
BAD = Phrase("会报这个问题", "Found here")
GOOD = Phrase("改好以后", "And mended")
LAW = Phrase("依据", "The law behind it")
EACH = Phrase("因问题而异：见每个问题的“改法”", "it depends on the place: see “fix” at each finding")
CHANGED = "›"
"""Stands before a line that the mended example changes."""


def rule_page(rule: Rule, screen: Screen) -> Iterator[str]:
    """Yield the lines of the page. Placeholders of a message are shown as `…`."""
    lang = screen.lang
    severity = screen.paint(SEVERITIES[rule.severity].within(lang), COLOURS[rule.severity])
    yield f"{screen.paint(f'{rule.code} {rule.name}', BOLD)}  {severity}"
    yield from _indented(rule.summary.within(lang), screen)
    for title, lines in (
        (WHY, [rule.why.within(lang)]),
        (LAW, list(_law(rule, lang))),
        (FIX, [advice(rule, lang) or EACH.within(lang)]),
    ):
        if lines:
            yield ""
            yield screen.paint(title.within(lang), DIM)
            yield from (line for text in lines for line in _indented(text, screen))
    bad, good = in_language(rule, lang)
    for title, text in ((BAD, bad), (GOOD, good)) if bad else ():
        yield ""
        yield screen.paint(title.within(lang), DIM)
        before = bad.splitlines()
        for line in text.rstrip("\n").split("\n"):
            yield f"  {' ' if line in before else CHANGED} {visible(line)}".rstrip()


def _law(rule: Rule, lang: Lang) -> Iterator[str]:
    """Yield each control that the rule decides, in each built-in pack that has it, and its articles as they are today."""
    for pack in (pack for name in JURISDICTIONS for pack in builtin(name)):
        for control in (pack.controls[name] for name in rule.decides if name in pack.controls):
            title = control.title.within(lang) if control.title else ""
            yield f"{pack.title.within(lang)} {control.id} {title}".rstrip()
            for article in control.articles:
                if article.until is None:
                    colon = "：" if lang == "zh-CN" else ": "
                    yield f"– {cited(article.citation, lang)}{colon}{article.citation.summary.within(lang)}"


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
