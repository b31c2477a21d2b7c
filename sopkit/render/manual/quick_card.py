"""The quick card: a role's book goes in; the one page that hangs beside the till comes out: what I do of what, when and how fast,
whom I ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.model.steps import Step
from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Fact,
    Facts,
    Paragraph,
    RowGroup,
    Section,
    Table,
    text,
)
from sopkit.render.extent import Extent
from sopkit.render.manual import front
from sopkit.render.manual.book import Book, anchor
from sopkit.render.manual.cards import escalation, needed_consents
from sopkit.render.manual.front import Edition
from sopkit.render.manual.people import superiors
from sopkit.render.marks import Line, clean, link, plain
from sopkit.render.sentences import sentence_case
from sopkit.render.walks import Placed
from sopkit.render.wording import deeds, timing
from sopkit.render.wording.conditions import consent_scope

ROOM: Final = 570.0
"""Points of the page for the steps, in type that is read standing; `Extent` reckons half as much again as most of them take."""
ROOM_WITH_CODE: Final = 430.0
"""And what they have above a code to scan."""
LINE: Final = 12.6
"""Points of a line of a step."""
SPACE: Final = 8.9
"""Points above and below the lines of a step."""


def quick_card(book: Book, edition: Edition, manual: Document, manual_path: str = "") -> Document | None:
    """Return the card of the book's role; None where it has no step of its own. `manual_path` leads to its manual's page."""
    names = book.names
    steps = _chosen(book, manual_path)
    if not steps:
        return None
    blocks: list[Block] = [_table(steps, book, manual_path), *_never(book), *_whom(book), *_live(book)]
    title = names.pick(f"{plain(names.role(book.role))}速查卡", f"{plain(names.role(book.role))}: quick card")
    sections = sentence_case((Section("card", text(title), tuple(blocks)),), names.lang)
    suffix = f"{book.role}-card"
    return front.sheet(title, sections, edition, suffix, names, signed=manual.content)


def _chosen(book: Book, manual_path: str) -> list[Placed]:
    """Return the steps that fit: required ones and the most urgent before others, then in the manual's order."""
    steps = book.all_steps()
    extent, room = Extent(_columns(book)), ROOM_WITH_CODE if front.address(book.workspace.settings) else ROOM
    chosen: list[Placed] = []
    for each in sorted(steps, key=lambda each: (not each.step.required, _urgency(each.step))):
        room -= extent.row(_row(each, book, manual_path)) * LINE + SPACE
        if room < 0:
            break
        chosen.append(each)
    return [each for each in steps if any(each is one for one in chosen)]


def _urgency(step: Step) -> tuple[int, int]:
    """Return an order: what has little time after something comes up, then work ahead of a date, then what has no limit."""
    if step.within:
        seconds = step.within.seconds
        return (0, seconds) if seconds is not None else (1, step.within.amount)
    return (2, 0) if step.before else (3, 0)


def _columns(book: Book) -> tuple[Column, ...]:
    names = book.names
    return (
        Column(text(names.pick("哪件事", "Part of")), 5),
        Column(text(names.pick("我做什么", "What I do")), 6),
        Column(text(names.pick("什么时候、多快", "When, how fast")), 8),
        Column(text(names.pick("卡住了找谁", "Whom I ask")), 4),
    )


def _table(steps: list[Placed], book: Book, manual_path: str) -> Table:
    names = book.names
    rows = tuple(_row(each, book, manual_path) for each in steps)
    left = len(book.all_steps()) - len(steps)
    caption = names.pick("我的工作", "My work")
    if left:
        caption += names.bracketed(names.pick(f"另有 {left} 步见手册", f"{left} more steps in the manual"))
    return Table(text(caption), _columns(book), (RowGroup((), rows),), counted=False)


def _row(placed: Placed, book: Book, manual_path: str) -> tuple[Line, ...]:
    names = book.names
    title = deeds.title(placed, names)
    shown = link(title, f"{manual_path}#{anchor('step', placed.path)}") if manual_path else title
    above = superiors(book.role, book)
    ask = escalation(placed.step, names) or (names.role(above[0].id) if above else "")
    of = names.title(names.playbooks, placed.playbook.id)
    return text(of), text(shown), text(timing.due(placed, names)), text(ask or "–")


def _never(book: Book) -> Iterator[Block]:
    """Yield to whom nothing is sent, over all steps of the card's reader."""
    names = book.names
    consents = dict.fromkeys(
        id_ for placed in book.all_steps() if placed.step.via for id_ in needed_consents(placed.step)
    )
    if consents:
        scopes = names.either([consent_scope(id_, names)[0] for id_ in consents])
        said = names.pick(
            f"客户没有同意、已拒绝或已撤回{scopes}的，不发这一类。",
            f"Send nothing of the kind to a customer who has not agreed to {scopes}, has refused it or has withdrawn the consent.",
        )
        yield Callout("warning", text(names.pick("绝不", "Never")), (Paragraph(text(said)),))


def _whom(book: Book) -> Iterator[Block]:
    names = book.names
    lines = []
    for role in superiors(book.role, book):
        contact = names.say(role.contact) if role.contact else ""
        lines.append(text(names.role(role.id) + (names.bracketed(contact) if contact else "")))
    brand = book.workspace.settings.brand
    if brand and brand.service_line:
        lines.append(text(names.colon(names.pick("客服电话", "Service line"), clean(brand.service_line))))
    if lines:
        label = text(names.pick("拿不准、手册没写、客户激动：找", "Unsure, not in the manual, an upset customer: ask"))
        yield Facts((Fact(label, ()),))
        yield Bullets(tuple(lines))


def _live(book: Book) -> Iterator[Block]:
    names, address = book.names, front.address(book.workspace.settings)
    if not address:
        return
    drawn = front.code(names)
    if drawn:
        yield drawn
    yield Paragraph(text(names.colon(names.pick("最新版地址", "Live edition"), link(address, address))))
