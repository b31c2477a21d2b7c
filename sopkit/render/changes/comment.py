"""A comparison goes in; Markdown for the comment of a pull request comes out: what matters first, the rest folded.

Whatever an author wrote is literal: no character of it means anything to Markdown or HTML, and none names a person, an issue or an
address that a forge would turn into a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Moment, Severity
from sopkit.diff.change import Change, Comparison
from sopkit.diff.kinds import TITLES
from sopkit.render.changes.words import HEADING, UNJUDGED, Frame, counts, courses, explained, grouped, reads
from sopkit.render.markdown import code_span, escaped
from sopkit.render.marks import clean
from sopkit.render.terminal import SEVERITIES, WEEKDAYS
from sopkit.text import Lang, Phrase

MOST_CHARACTERS: Final = 60_000
"""GitHub takes 65,536, GitLab a million."""
LONGEST: Final = 600
MOST_ABOVE: Final = 10
"""Errors and warnings that are told before what is folded."""
LIVE: Final = re.compile(r"(@|#|://|www\.|\bGH-)", re.IGNORECASE)
APART: Final = "&#8203;"
"""A space that nobody sees, as an entity: it ends what would be a link."""
MORE: Final = Phrase("还有 {count} 处，没有列在这里：sopkit diff", "{count} more are not listed here: sopkit diff")


def comment(comparison: Comparison, frame: Frame, lang: Lang) -> str:
    """Return the comment, of no more characters than a forge takes."""
    head = [
        f"### {HEADING.within(lang)}", "", f"{code_span(frame.old)} → {code_span(frame.new)}", "",
        f"**{literal(counts(comparison, lang))}**", "",
    ]  # fmt: skip
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in head)
    body: list[str] = []
    left = 0
    for section in (
        *_grave(comparison, frame, lang),
        *_unjudged(comparison, frame, lang),
        *_folded(comparison, frame, lang),
    ):
        opening, items, closing = section
        shown: list[str] = []
        room -= len(opening) + len(closing) + 8
        for item in items:
            if len(item) + 1 > room:
                left += 1
                continue
            shown.append(item)
            room -= len(item) + 1
        if shown:
            body += [*([opening, ""] if opening else []), *shown, "", *([closing, ""] if closing else [])]
    if left:
        body += [MORE.fill(lang, {"count": str(left)}), ""]
    return "\n".join([*head, *body]).rstrip("\n") + "\n"


Section = tuple[str, list[str], str]
"""What opens it, its items, what closes it."""


def literal(text: str) -> str:
    """Return text on one line in which nothing is markup, a mention or a link."""
    said = " ".join(clean(text).split())
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
    return LIVE.sub(_broken, escaped(said))


def _broken(found: re.Match[str]) -> str:
    """Return the beginning of a mention or a link with something in it that ends it."""
    return f"{found[0][:-1]}{APART}{found[0][-1]}" if len(found[0]) > 1 else f"{found[0]}{APART}"


def _grave(comparison: Comparison, frame: Frame, lang: Lang) -> Iterator[Section]:
    """Yield the errors, then the warnings, as far as they stand before what is folded."""
    grave = [one for one in comparison.changes if one.weight is not Severity.NOTE]
    items = [_item(one, frame, lang, whole=True) for one in sorted(grave, key=lambda one: one.weight.rank)[:MOST_ABOVE]]
    if items:
        yield "", items, ""


def _unjudged(comparison: Comparison, frame: Frame, lang: Lang) -> Iterator[Section]:
    items = [
        f"- **{UNJUDGED.within(lang)}**{_where(place)} {literal(one.reason.within(lang))}"
        for one, place in frame.unjudged(comparison)
    ]
    if items:
        yield "", items, ""


def _folded(comparison: Comparison, frame: Frame, lang: Lang) -> Iterator[Section]:
    for group, found in grouped(comparison.changes):
        title = f"{TITLES[group].within(lang)} ({len(found)})"
        items = [_item(one, frame, lang, whole=False) for one in found]
        yield f"<details><summary>{title}</summary>", items, "</details>"


def _where(place: str) -> str:
    return f" ({code_span(clean(place))})" if place else ""


def _item(change: Change, frame: Frame, lang: Lang, *, whole: bool) -> str:
    """Return a change as an item of a list; `whole` with its course, why it matters and what to do."""
    where = _where(frame.place(change))
    name = f"**{SEVERITIES[change.weight].within(lang)}** {change.rule.code} {change.rule.name}"
    lines = [f"- {name}{where}<br>{literal(change.message(lang))}"]
    lines += [f"  - {_code(reads(one, lang))}" for one in change.details]
    if whole:
        for what, timeline in courses(change):
            if change.timeline_before:
                lines.append(f"  - {what.within(lang)}")
            indent = "    " if change.timeline_before else "  "
            lines += [f"{indent}- {_moment(one, lang)}" for one in timeline]
        lines += [f"  - **{label}** {literal(said)}" for label, said in explained(change, lang)]
    return "\n".join(lines)


def _moment(moment: Moment, lang: Lang) -> str:
    day = f"{moment.at:%Y-%m-%d} {WEEKDAYS[moment.at.weekday()].within(lang)} {moment.at:%H:%M}"
    return f"{day} {'●' if moment.counted else '·'} {literal(moment.what.within(lang))}"


def _code(text: str) -> str:
    said = " ".join(clean(text).split())
    return code_span(said if len(said) <= LONGEST else f"{said[:LONGEST]}…")
