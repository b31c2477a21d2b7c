"""Editions: a plan goes in; what each step and each role's rules say, as hashes that a later build compares with, comes out.

A step's hash is over its card in both languages, with its scripts and offers in full, and knows neither its number nor the file in
which it stands: moving files and reordering keys is no change. The names of other steps count as their ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.steps import Grant, Step
from sopkit.render.document import HASH_LENGTH, Block, Bullets, Section, content_hash, lines_of, text
from sopkit.render.manual.book import Book, Plan, scripts_of
from sopkit.render.manual.cards import card, script_notes
from sopkit.render.manual.front import Edition
from sopkit.render.manual.offers import offer_line, offer_notes
from sopkit.render.manual.people import has_work
from sopkit.render.manual.rules import consents_section, rules_section
from sopkit.render.manual.schedule import schedule_section
from sopkit.render.marks import Line, clean, ident, plain
from sopkit.render.walks import Placed, doers
from sopkit.render.wording import deeds
from sopkit.render.wording.names import Names
from sopkit.render.wording.scripts import script_lines
from sopkit.text import LANGS, Lang, Phrase

CHAPTERS: Final[dict[str, Phrase]] = {
    "duties": Phrase("岗位职责", "Your job"),
    "schedule": Phrase("一天与一周", "Your day and your week"),
    "house-rules": Phrase("底线规则", "House rules"),
    "consent": Phrase("征求客户同意", "Asking for consent"),
}
"""Chapters that bind a role beside its own steps, by their anchors."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    by: tuple[str, ...]
    """The roles that do it; none: a tool does."""
    content: str
    title: Phrase


@dataclass(frozen=True, slots=True)
class RoleRecord:
    chapters: Mapping[str, str]
    """Anchor → hash."""
    manuals: Mapping[str, str]
    """Language → content hash, as printed and signed."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one edition says."""

    workspace: str
    label: str
    as_of: date
    steps: Mapping[str, Mapping[str, StepRecord]]
    """By playbook and path."""
    roles: Mapping[str, RoleRecord]

    def all_steps(self) -> dict[str, StepRecord]:
        return {path: step for steps in self.steps.values() for path, step in steps.items()}


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than in an earlier edition."""

    since: str
    as_of: date
    new: Mapping[str, StepRecord]
    changed: Mapping[str, StepRecord]
    removed: Mapping[str, StepRecord]
    chapters: Mapping[str, tuple[str, ...]]
    """Role → the anchors of its chapters that say something else; of roles that both editions have."""
    joined: tuple[str, ...]
    """Roles that had no work before."""
    hands: Mapping[str, tuple[str, ...]]
    """Path → every role that did a changed step, or does it now."""

    def of_role(self, role: str) -> Changes:
        """Return what concerns a role."""
        mine = {path for path, roles in self.hands.items() if role in roles}
        return replace(
            self,
            new={path: step for path, step in self.new.items() if path in mine},
            changed={path: step for path, step in self.changed.items() if path in mine},
            removed={path: step for path, step in self.removed.items() if path in mine},
            chapters={role: self.chapters[role]} if role in self.chapters else {},
            joined=(role,) if role in self.joined else (),
        )

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that must train and sign again, and nobody else."""
        told = {role for roles in self.hands.values() for role in roles}
        return tuple(sorted(told | set(self.chapters) | set(self.joined)))


class _ById(Names):
    """Names in which another step is called by its id: a new title of it changes nothing for whoever does this one."""

    def step(self, step: Step) -> str:
        return ident(step.id)


def survey(plan: Plan, edition: Edition) -> Record:
    """Return what the playbooks say now; the hashes of whole manuals are put in when these are made."""
    name = clean(plan.workspace.settings.id)
    return Record(name, clean(edition.label), edition.as_of, steps_of(plan), roles_of(plan))


def steps_of(plan: Plan) -> dict[str, dict[str, StepRecord]]:
    """Return what each step says, by playbook and path."""
    books = _books(plan)
    titles = [Names(plan.workspace, lang) for lang in LANGS]
    return {
        playbook.id: {placed.path: _step(placed, books, titles) for placed in plan.steps[playbook.id]}
        for playbook in plan.playbooks
    }


def roles_of(plan: Plan) -> dict[str, RoleRecord]:
    """Return what binds each role that has work."""
    books = _books(plan)
    working = [role for role in plan.workspace.roles if has_work(role, books[0])]
    return {role: RoleRecord(dict(_chapters(role, books)), {}) for role in working}


def _books(plan: Plan) -> list[Book]:
    return [Book(plan, _ById(plan.workspace, lang)) for lang in LANGS]


def with_manuals(record: Record, contents: Mapping[tuple[str, Lang], str]) -> Record:
    """Return the record with the content hashes of manuals, by role and language."""
    roles = {
        role: replace(each, manuals={lang: contents[role, lang] for lang in LANGS if (role, lang) in contents})
        for role, each in record.roles.items()
    }
    return replace(record, roles=roles)


def _step(placed: Placed, books: list[Book], titles: list[Names]) -> StepRecord:
    said = tuple(Section("", (), tuple(_whole(placed, book))) for book in books)
    zh, en = (plain(deeds.title(placed, names)) for names in titles)
    return StepRecord(doers(placed, books[0].workspace), content_hash("", said), Phrase(zh, en))


def _whole(placed: Placed, book: Book) -> Iterator[Block]:
    """Yield the card as anyone reads it, and the words of its scripts and offer in full."""
    yield replace(card(placed, book), number="")
    step, workspace = placed.step, book.workspace
    offer = step.verb.offer if isinstance(step.verb, Grant) else step.offer
    for id_ in scripts_of(placed):
        script = workspace.scripts.get(id_)
        if script:
            told = workspace.offers.get(offer.id) if offer else None
            yield Bullets((*script_notes(id_, book), *script_lines(script, book.names, told)))
    if offer:
        yield Bullets(tuple(text(each) for each in (offer_line(offer.id, book), *offer_notes(offer.id, book))))


def _chapters(role: str, books: list[Book]) -> Iterator[tuple[str, str]]:
    """Yield (anchor, hash) of what binds a role beside its own steps; the order of what is said does not count."""
    readers = [replace(book, role=role) for book in books]
    noun = books[0].workspace.roles[role]
    said = [book.names.say(each) for book in books for each in (noun.summary, *noun.duties)]
    yield "duties", _unordered(map(text, said))
    for anchor, chapter in (
        ("schedule", schedule_section),
        ("house-rules", rules_section),
        ("consent", consents_section),
    ):
        sections = [section for book in readers if (section := chapter(book))]
        yield anchor, _unordered(line for section in sections for line in lines_of(section))


def _unordered(lines: Iterator[Line]) -> str:
    digest = hashlib.sha256("\0".join(sorted(plain(each) for each in lines)).encode("utf-8", "replace"))
    return digest.hexdigest()[:HASH_LENGTH]


def compare(old: Record, new: Record) -> Changes:
    """Return what has changed from one edition to another, and for whom."""
    before, now = old.all_steps(), new.all_steps()
    added = {path: step for path, step in now.items() if path not in before}
    removed = {path: step for path, step in before.items() if path not in now}
    changed = {
        path: step
        for path, step in now.items()
        if path in before and (before[path].content, set(before[path].by)) != (step.content, set(step.by))
    }
    hands = {
        path: tuple(
            sorted({role for each in (before.get(path), now.get(path)) if each for role in each.by} & new.roles.keys())
        )
        for path in (*added, *changed, *removed)
    }
    chapters = {role: _changed_chapters(old.roles[role], each) for role, each in new.roles.items() if role in old.roles}
    return Changes(
        old.label,
        old.as_of,
        added,
        changed,
        removed,
        {role: anchors for role, anchors in chapters.items() if anchors},
        tuple(sorted(new.roles.keys() - old.roles.keys())),
        hands,
    )


def _changed_chapters(old: RoleRecord, new: RoleRecord) -> tuple[str, ...]:
    return tuple(anchor for anchor in CHAPTERS if old.chapters.get(anchor) != new.chapters.get(anchor))
