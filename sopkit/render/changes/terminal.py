"""A comparison goes in; what a person reads in a terminal comes out: changes by group, what could not be judged, counts last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sopkit.diagnostics import Severity
from sopkit.diff.change import Change, Comparison
from sopkit.diff.kinds import TITLES
from sopkit.render.changes.words import Frame, counts, courses, grouped, reads
from sopkit.render.columns import visible, wrap
from sopkit.render.terminal import (
    BOLD,
    COLOURS,
    FIX,
    GIVEN,
    LAW,
    SEVERITIES,
    WHY,
    Page,
    Screen,
    cited,
    course_of,
    settled_text,
)


def changes_text(comparison: Comparison, frame: Frame, screen: Screen) -> Iterator[str]:
    """Yield the changes group by group; why, and what to do with the kind, stand at the first that weighs more than a note."""
    explained: set[str] = set()
    for group, found in grouped(comparison.changes):
        yield screen.paint(f"{TITLES[group].within(screen.lang)} ({len(found)})", BOLD)
        for change in found:
            yield "\n".join(_block(Page(screen), change, frame, first=change.rule.code not in explained))
            explained.add(change.rule.code)
        yield ""


def summary(comparison: Comparison, frame: Frame, screen: Screen) -> Iterator[str]:
    """Yield what could not be judged, then the counts."""
    then, now = comparison.unjudged[: comparison.former], comparison.unjudged[comparison.former :]
    yield from settled_text((), then, replace(screen, prefix=frame.old_prefix))
    yield from settled_text((), now, replace(screen, prefix=frame.new_prefix))
    gravest = next((COLOURS[one] for one in Severity if comparison.count(one)), "1;32")
    yield screen.paint(counts(comparison, screen.lang), COLOURS[Severity.WARNING] if comparison.unjudged else gravest)


def _block(page: Page, change: Change, frame: Frame, *, first: bool) -> list[str]:
    screen, lang = page.screen, page.screen.lang
    name = f"{SEVERITIES[change.weight].within(lang)} {change.rule.code} {change.rule.name}"
    page.add(f"  {screen.paint(name, COLOURS[change.weight])}  {visible(frame.place(change))}".rstrip())
    for line in wrap(visible(change.message(lang)), screen.columns - 4):
        page.add("    " + line)
    for detail in change.details:
        for number, line in enumerate(wrap(visible(reads(detail, lang)), screen.columns - 8)):
            page.add(("      " if number == 0 else "        ") + line)
    if change.weight is Severity.NOTE:
        return page.lines
    for what, timeline in courses(change):
        former = timeline is change.timeline_before
        shown = Page(replace(screen, prefix=frame.old_prefix if former else frame.new_prefix))
        course_of(shown, timeline, what)
        page.lines += shown.lines
    for phrase in change.assumptions:
        page.labelled(GIVEN, phrase.within(lang))
    if first:
        page.labelled(WHY, change.rule.why.within(lang))
    if first or change.advice:
        page.labelled(FIX, change.fix(lang))
    if change.law:
        page.labelled(LAW, "; ".join(cited(one, lang) for one in change.law))
    return page.lines
