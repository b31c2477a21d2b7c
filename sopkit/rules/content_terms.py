"""Texts that customers read go in; absolute terms and medical claims in them come out: whole phrases, no negations, no names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from sopkit.diagnostics import Finding, Verdict
from sopkit.frozen import dataclass
from sopkit.law import Terms
from sopkit.model.values import Text
from sopkit.rules.case import Case
from sopkit.rules.content_rules import ABSOLUTE, MEDICAL
from sopkit.rules.content_texts import at, span_of

NEGATION: Final = re.compile(
    r"(?:不|无|非|没有|未|勿|禁止|避免|拒绝|并非)[^，。；！？、,.;!?\n]{0,8}$|\b(?:no|not|never|without|non)\b[^,.;!?\n]{0,24}$",
    re.IGNORECASE,
)
"""What stands before a term in its clause and takes it back."""
CLAUSE: Final = re.compile(r"[，。；！？,.;!?\n]")


@dataclass(frozen=True, slots=True)
class Passage:
    """One text that customers read, with what it belongs to."""

    subject: str
    name: str
    text: Text


def check(case: Case) -> Iterator[Finding]:
    """Yield the terms that are used, the gravest at each place only, one finding for each term and text."""
    for rule in (ABSOLUTE, MEDICAL):
        groups = [group for control in rule.aliases for group in case.law.terms(control)]
        if not groups:
            continue
        listed = sorted(
            ((word, group) for group in groups for word in group.words), key=lambda one: (not one[1].sure, -len(one[0]))
        )
        for passage in passages(case):
            for word, group, span_start, words in _used(case, passage.text, listed):
                span = span_of(case, passage.text, words, span_start, span_start + len(word))
                args = {"where": passage.name, "term": words[span_start : span_start + len(word)]}
                verdict = Verdict.VIOLATED if group.sure else Verdict.POSSIBLE
                yield replace(at(span, rule, passage.subject, args), verdict=verdict)


def passages(case: Case) -> Iterator[Passage]:
    workspace = case.workspace
    for script in workspace.scripts.values():
        if script.text is not None and not script.builtin:
            yield Passage(f"script/{script.id}", script.id, script.text)
    for offer in workspace.offers.values():
        if not offer.builtin:
            shown = (offer.title, *offer.terms, *(prize.title for prize in offer.prizes))
            for text in shown:
                if text is not None:
                    yield Passage(f"offer/{offer.id}", offer.id, text)
    for task in workspace.tasks.values():
        if task.title is not None and not task.builtin:
            yield Passage(f"task/{task.id}", task.id, task.title)


def _used(case: Case, text: Text, listed: list[tuple[str, Terms]]) -> Iterator[tuple[str, Terms, int, str]]:
    """Yield (term, its group, offset, the text) for the first use of each term; of two that overlap the graver, then the longer."""
    spared = [one.phrase for one in case.law.allowed] + _names(case)
    for _, words in text.variants:
        taken = [span for phrase in spared for span in _places(phrase, words)]
        for word, group in listed:
            for start, end in _places(word, words):
                if any(start < other and one < end for one, other in taken) or _negated(words, start):
                    continue
                taken.append((start, end))
                yield word, group, start, words
                break


def _names(case: Case) -> list[str]:
    """Return the brand's own name, which is no claim."""
    brand = case.workspace.settings.brand
    return [name for _, name in brand.name.variants] if brand and brand.name else []


def _places(phrase: str, words: str) -> list[tuple[int, int]]:
    return [found.span() for found in _pattern(phrase).finditer(words)]


@cache  # each phrase is looked for in every text
def _pattern(phrase: str) -> re.Pattern[str]:
    pattern = re.escape(phrase)
    if phrase[0].isascii() and phrase[-1].isascii():
        pattern = rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"
    return re.compile(pattern, re.IGNORECASE)


def _negated(words: str, start: int) -> bool:
    clause = CLAUSE.split(words[:start])[-1]
    return NEGATION.search(clause) is not None
