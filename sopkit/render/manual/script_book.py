"""The script book (话术库): every script in use, with its blanks, its notes and the steps it belongs to; for the manual of the whole."""

from __future__ import annotations

from sopkit.model.nouns import Offer
from sopkit.render.document import Block, Paragraph, Script, Section, text
from sopkit.render.manual.book import Book, anchor, scripts_of
from sopkit.render.manual.cards import script_notes
from sopkit.render.marks import clean, link, slot
from sopkit.render.walks import Placed
from sopkit.render.wording import deeds
from sopkit.render.wording.scripts import script_lines


def scripts_section(book: Book) -> Section | None:
    """Return the scripts by playbook; None where none is used."""
    names = book.names
    used: dict[str, list[Placed]] = {}
    for placed in book.all_steps():
        for id_ in scripts_of(placed):
            if id_ in book.workspace.scripts:
                used.setdefault(id_, []).append(placed)
    if not used:
        return None
    groups: dict[str, list[Block]] = {}
    for id_, steps in used.items():
        groups.setdefault(steps[0].playbook.id, []).append(_script(id_, steps, book))
    inner = tuple(
        Section(anchor("scripts", id_), text(names.title(names.playbooks, id_)), tuple(blocks))
        for id_, blocks in groups.items()
    )
    blank = slot(names.pick("这样的部分", "like this"))
    said = names.pick(
        f"照原文说，不增不减；{blank}换成实际内容。系统自动发送的由系统填好，人工发送的由你填。",
        f"Use the words as they stand; replace what is marked {blank}. Tools fill in what they send; you fill in what you send.",
    )
    return Section(
        "scripts",
        text(names.pick("话术库", "Script book")),
        (Paragraph(text(said)),),
        inner,
        breaks=True,
    )


def _script(id_: str, steps: list[Placed], book: Book) -> Script:
    script = book.workspace.scripts[id_]
    where = tuple(text(link(deeds.title(placed, book.names), f"#{anchor('step', placed.path)}")) for placed in steps)
    lines = script_lines(script, book.names, _one_offer(steps, book))
    title = text(book.names.title(book.workspace.scripts, id_))
    return Script(anchor("script", id_), title, clean(id_), script_notes(id_, book), lines, where)


def _one_offer(steps: list[Placed], book: Book) -> Offer | None:
    """Return the offer that every use of a script speaks of; None where they differ."""
    offers = {placed.step.offer.id if placed.step.offer else "" for placed in steps}
    return book.workspace.offers.get(offers.pop()) if len(offers) == 1 else None
