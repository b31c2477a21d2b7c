"""A comparison goes in; a document of the shared model comes out, which the writers make a page of."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.diagnostics import Severity
from sopkit.diff.change import Change, Comparison
from sopkit.diff.kinds import TITLES
from sopkit.render.changes.words import HEADING, UNJUDGED, Frame, counts, courses, explained, grouped, reads
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Fact,
    Paragraph,
    RowGroup,
    Section,
    Table,
    text,
)
from sopkit.render.finding_blocks import A_TOUCH, LEGEND, course
from sopkit.render.manual.front import look
from sopkit.render.marks import clean, ident, strong
from sopkit.render.terminal import SEVERITIES
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

OLD, NEW = Phrase("旧版本", "Before"), Phrase("新版本", "After")
DAY = Phrase("按这一天计", "As of")
IN_ALL = Phrase("合计", "In all")


def page(comparison: Comparison, frame: Frame, day: str, names: Names) -> Document:
    """Return the document in the language of `names`."""
    settings = names.workspace.settings
    said = counts(comparison, names.lang)
    doubtful = comparison.unjudged or any(one.weight is not Severity.NOTE for one in comparison.changes)
    sections = [*_unjudged(comparison, frame, names)] + [
        _section(group.value, TITLES[group].within(names.lang), found, frame, names)
        for group, found in grouped(comparison.changes)
    ]
    return Document(
        form="manual",
        lang=names.lang,
        title=HEADING.within(names.lang),
        subtitle=clean(settings.id),
        sections=tuple(sections) or (Section("summary", text(clean(said))),),
        facts=(
            Fact(text(OLD.within(names.lang)), (text(ident(frame.old)),)),
            Fact(text(NEW.within(names.lang)), (text(ident(frame.new)),)),
            Fact(text(DAY.within(names.lang)), (text(day),)),
            *(() if doubtful else (Fact(text(IN_ALL.within(names.lang)), (text(clean(said)),)),)),
        ),
        stamp=clean(said) if doubtful else "",
        look=look(settings, names),
    )


def _unjudged(comparison: Comparison, frame: Frame, names: Names) -> Iterator[Section]:
    if comparison.unjudged:
        title = text(UNJUDGED.within(names.lang))
        lines = tuple(
            text(" ".join([clean(one.reason.within(names.lang)), *([ident(clean(place))] if place else [])]))
            for one, place in frame.unjudged(comparison)
        )
        yield Section("unjudged", title, (Callout("warning", title, (Bullets(lines),)),))


def _section(anchor: str, title: str, found: list[Change], frame: Frame, names: Names) -> Section:
    grave = tuple(_grave(one, frame, names) for one in found if one.weight is not Severity.NOTE)
    rows = tuple(
        (text(SEVERITIES[one.weight].within(names.lang)), text(_said(one, frame, names)))
        for one in found
        if one.weight is Severity.NOTE
    )
    columns = (
        Column(text(names.pick("级别", "Weight")), 1),
        Column(text(names.pick("变化", "Change")), 9),
    )
    table = (Table(text(title), columns, (RowGroup((), rows),)),) if rows else ()
    return Section(anchor, text(f"{title} ({len(found)})"), (*grave, *table))


def _said(change: Change, frame: Frame, names: Names) -> str:
    """Return a change in lines: what, how each key reads, where."""
    lines = [clean(change.message(names.lang)), *(clean(reads(one, names.lang)) for one in change.details)]
    place = frame.place(change)
    return "\n".join([*lines, *([ident(clean(place))] if place else [])])


def _grave(change: Change, frame: Frame, names: Names) -> Callout:
    title = f"{SEVERITIES[change.weight].within(names.lang)} {change.rule.code} {change.rule.name}"
    told = [f"{strong(label)} {clean(words)}" for label, words in explained(change, names.lang)]
    blocks: list[Block] = [Paragraph(text(_said(change, frame, names)))]
    for what, timeline in courses(change):
        prefix = frame.old_prefix if timeline is change.timeline_before else frame.new_prefix
        shown = course(timeline, names.lang, prefix, what, A_TOUCH if change.timeline_before else LEGEND)
        blocks += [shown] if shown else []
    return Callout("warning", text(title), (*blocks, Bullets(tuple(map(text, told)))))
