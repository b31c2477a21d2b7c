"""Changes in a manual: it goes in with what is otherwise than in an earlier edition; marks and a section on it are put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Paragraph,
    RowGroup,
    Section,
    StepCard,
    Table,
    text,
)
from sopkit.render.editions import CHAPTERS, Changes
from sopkit.render.manual.book import anchor
from sopkit.render.marks import Line, clean, ident, link
from sopkit.render.wording.names import Names
from sopkit.text import Phrase

NEW = Phrase("本版新增", "new in this edition")
CHANGED = Phrase("本版修改", "changed in this edition")
REMOVED = Phrase("本版删除", "removed")
PLACE = "changes"
"""The anchor of the section."""


def marked(manual: Document, changes: Changes, role: str, names: Names) -> Document:
    """Return the manual with its changes; its content hash stays that of what it says."""
    mine = changes.of_role(role) if role else changes
    marks = {clean(path): NEW for path in mine.new} | {clean(path): CHANGED for path in mine.changed}
    sections = tuple(_with_badges(each, marks, names) for each in manual.sections)
    # Behind the words on how to use it, before what it says.
    place = 1 if sections and sections[0].anchor == "how-to-use" else 0
    return replace(manual, sections=(*sections[:place], _section(mine, role, names), *sections[place:]))


def _with_badges(section: Section, marks: dict[str, Phrase], names: Names) -> Section:
    blocks = tuple(_badged(each, marks, names) for each in section.blocks)
    return replace(
        section, blocks=blocks, sections=tuple(_with_badges(each, marks, names) for each in section.sections)
    )


def _badged(block: Block, marks: dict[str, Phrase], names: Names) -> Block:
    if not isinstance(block, StepCard) or block.id not in marks:
        return block
    return replace(block, badges=(text(marks[block.id].within(names.lang)), *block.badges))


def news(changes: Changes, names: Names, manuals: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the same in short, for the index: how much is otherwise, who must sign again, and where it is told.

    `manuals`: role, or '' for the whole → the page of its manual.
    """
    new, changed, removed = (len(each) for each in (changes.new, changes.changed, changes.removed))
    count = names.pick(
        f"新增 {new} 步，修改 {changed} 步，删除 {removed} 步。",
        f"Steps: {new} new, {changed} changed, {removed} removed.",
    )
    told = [
        link(names.role(role) if role else names.pick("全部变化", "All changes"), f"{manuals[role]}#{PLACE}")
        for role in ("", *changes.roles)
        if role in manuals
    ]
    between = names.pick("", " ")
    blocks: list[Block] = [Paragraph(text(between.join((_since(changes, names), count)))), _who(changes, "", names)]
    return (*blocks, Bullets(tuple(map(text, told)))) if told else tuple(blocks)


def _since(changes: Changes, names: Names) -> str:
    label = clean(changes.since) or changes.as_of.isoformat()
    return names.pick(f"与版次 {label}（{changes.as_of}）相比。", f"Compared with edition {label} ({changes.as_of}).")


def _section(changes: Changes, role: str, names: Names) -> Section:
    blocks: list[Block] = [Paragraph(text(_since(changes, names))), _who(changes, role, names)]
    rows = tuple(_rows(changes, names))
    if rows:
        columns = (
            Column(text(names.pick("变化", "Change")), 2),
            Column(text(names.pick("步骤", "Step")), 5),
            Column(text(names.pick("编号", "Id")), 5),
        )
        blocks.append(Table(text(names.pick("步骤的变化", "Steps")), columns, (RowGroup((), rows),)))
    anchors = dict.fromkeys(each for found in changes.chapters.values() for each in found)
    if anchors:
        said = names.listed([names.quote(CHAPTERS[each].within(names.lang)) for each in anchors])
        blocks.append(
            Paragraph(
                text(names.pick(f"这些章节的内容有变化：{said}。", f"These chapters say something else: {said}."))
            )
        )
    return Section(PLACE, text(names.pick("本版变化", "Changes since the last edition")), tuple(blocks))


def _who(changes: Changes, role: str, names: Names) -> Callout:
    """Return who must train and sign again: the reader, or in the manual of the whole, which roles."""
    again = [each for each in changes.roles if each in names.workspace.roles]
    if role:
        said = names.pick(
            "本岗位有变化：请重新学习下列内容，并重新签收。",
            "Your work has changed: learn what is listed below and sign again.",
        )
        if role not in again:
            said = names.pick(
                "本岗位的步骤和规则没有变化：已签收上一版的，不必重新培训和签收。",
                "Nothing of your work has changed: whoever signed the last edition need not train or sign again.",
            )
    elif again:
        listed = names.listed([names.role(each) for each in again])
        said = names.pick(f"{listed}。其他岗位不必。", f"{listed}; nobody else.")
    else:
        said = names.pick("没有岗位需要重新培训和签收。", "Nobody has to train or sign again.")
    title = names.pick("谁要重新培训和签收", "Who must train and sign again")
    return Callout("warning" if again else "note", text(title), (Paragraph(text(said)),))


def _rows(changes: Changes, names: Names) -> Iterator[tuple[Line, ...]]:
    for kind, steps in ((NEW, changes.new), (CHANGED, changes.changed), (REMOVED, changes.removed)):
        for path, step in sorted(steps.items()):
            said = clean(step.title.within(names.lang))
            there = said if kind is REMOVED else link(said, f"#{anchor('step', path)}")
            yield text(kind.within(names.lang)), text(there), text(ident(path))
