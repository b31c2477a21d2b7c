"""Scripts said once: the sections of a manual go in; the same, in which a later card refers to the words of an earlier one, come out."""

from __future__ import annotations

from dataclasses import replace

from sopkit.render.document import Block, Paragraph, Script, Section, StepCard, text
from sopkit.render.marks import Line, link, plain
from sopkit.render.wording.names import Names

Told = dict[tuple[str, tuple[Line, ...]], StepCard]


def scripts_once(sections: tuple[Section, ...], names: Names) -> tuple[Section, ...]:
    """Return the sections; a script that already stood word for word in an earlier step card is named with a link to it."""
    told: Told = {}
    return tuple(_section(each, told, names) for each in sections)


def _section(section: Section, told: Told, names: Names) -> Section:
    blocks = tuple(_card(each, told, names) if isinstance(each, StepCard) else each for each in section.blocks)
    return replace(section, blocks=blocks, sections=tuple(_section(each, told, names) for each in section.sections))


def _card(card: StepCard, told: Told, names: Names) -> StepCard:
    return replace(card, blocks=tuple(_block(each, card, told, names) for each in card.blocks))


def _block(block: Block, card: StepCard, told: Told, names: Names) -> Block:
    if not isinstance(block, Script):
        return block
    first = told.setdefault((block.id, block.body), card)
    if first is card:
        return block
    there = link(names.quote(plain(first.title)), f"#{first.anchor}")
    title = names.quote(plain(block.title))
    return Paragraph(text(names.pick(f"话术：{title}，原文见{there}", f"Script: {title}, as it stands in {there}")))
