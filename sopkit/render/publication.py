"""Everything that `build` writes for people: a workspace and an edition go in, files come out, one after another.

    for path, data in publish(workspace, edition): ...

The same workspace and edition give the same bytes; nothing here reads the clock or touches a file but the templates.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final, Literal

from sopkit.failure import DocumentFailedError
from sopkit.frozen import dataclass
from sopkit.model.documents import Workspace
from sopkit.output import File
from sopkit.reader.pictures import Picture
from sopkit.render.check_report import TITLE, Results, check_report
from sopkit.render.checklist import PERIODS, Period, checklist
from sopkit.render.diagrams import Flow
from sopkit.render.document import Document
from sopkit.render.index import Entry, index, index_path
from sopkit.render.manual.book import Book, Plan, plan
from sopkit.render.manual.front import Edition, languages_of
from sopkit.render.manual.manual import manual
from sopkit.render.manual.people import has_work
from sopkit.render.printing import Piece, printed
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.render.writers import WRITERS, Form, Press
from sopkit.text import Lang, Phrase

Kind = Literal["manual", "checklist", "findings", "audit", "diagram"]
KINDS: Final[tuple[Kind, ...]] = ("manual", "checklist", "findings", "audit", "diagram")

MANUALS: Final = Phrase("员工手册", "Manuals")
MANUAL: Final = Phrase("手册", "manual")
COMPLETE: Final = Phrase("运营手册（全本）", "complete manual")
CHECK: Final = Phrase("检查", "Check")
DIAGRAMS: Final = Phrase("流程图", "Flow diagrams")
CHECKLISTS: Final = Phrase("检查清单", "Checklists")
PERIOD_TITLES: Final[dict[Period, Phrase]] = {
    "daily": Phrase("每日检查清单", "daily checklist"),
    "weekly": Phrase("每周检查清单", "weekly checklist"),
}
PROPER_ID: Final = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
RESERVED: Final = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
FORMS_TO_READ: Final[tuple[Form, ...]] = ("html", "pdf", "docx", "md")
FORMS_TO_TICK: Final[tuple[Form, ...]] = ("html", "pdf", "xlsx")
WHOLE: Final = "all"
"""The file name of what is for everyone."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One document in one language: what it stands under in the index, and the forms in which it is written."""

    document: Document
    group: Phrase
    role: str
    """A role's id; '' where it is for everyone."""
    title: Phrase
    stem: str
    """Its file, relative to the index and without the ending."""
    forms: tuple[Form, ...]

    def written(self, forms: Collection[Form]) -> Iterator[tuple[Form, Entry]]:
        """Yield each form in which it is wanted, with the entry for the index."""
        for form in self.forms:
            if form in forms:
                path = f"{self.stem}.{form}"
                yield form, Entry(self.group, self.role, self.title, self.document.lang, WRITERS[form].name, path)


@dataclass(frozen=True, slots=True)
class Request:
    """What to make; empty means everything there is."""

    languages: tuple[Lang, ...] = ()
    roles: Collection[str] = ()
    """Ids; with roles given, the documents for everyone are left out."""
    kinds: Collection[Kind] = ()
    forms: Collection[Form] = tuple(WRITERS)
    """Those that are not asked for, or whose library is missing, are left out."""
    diagrams: Mapping[tuple[str, Lang], Flow] = field(default_factory=dict)
    """(playbook, language) → its drawing, shown in the manuals and written as a file."""
    logo: Picture | None = None
    """The brand's, for the first page of each document."""
    results: Results | None = None
    """What the check said, for a document of its own."""
    more: Sequence[Publication] = ()
    """Documents that are made elsewhere, for the same folder."""
    entries: Sequence[Entry] = ()
    """Files that others write into the same folder, for the index."""


def publish(
    workspace: Workspace, edition: Edition, request: Request | None = None, templates: Templates | None = None
) -> Iterator[File]:
    """Yield each file as (posix path, bytes): manuals, checklists, and the index over them at last."""
    wanted = request or Request()
    languages = wanted.languages or languages_of(workspace.settings)
    templates = templates or Templates()
    shelf = _Shelf(plan(workspace), edition, wanted, templates)
    documents = [each for lang in languages for each in shelf.publications(lang)]
    documents += wanted.more
    entries: list[Entry] = []
    pieces: list[Piece] = []
    for each in documents:
        for form, entry in each.written(wanted.forms):
            entries.append(entry)
            pieces.append(Piece(shelf.signed(each.document), form, entry.path))
    drawn = list(shelf.drawn())
    entries += [entry for entry, _ in drawn]
    entries += wanted.entries
    for lang in languages:
        page = index(entries, Names(workspace, lang), edition, languages)
        pieces.append(Piece(shelf.signed(page), "html", index_path(lang, languages)))
    yield from (file for _, file in drawn)
    yield from printed(pieces, Press(templates, edition.as_of))


def roles_with_work(workspace: Workspace) -> tuple[str, ...]:
    """Return the roles that get a manual: those that do a step, publish, review or own something."""
    book = Book(plan(workspace), Names(workspace, "en"))
    return tuple(role for role in workspace.roles if has_work(role, book))


@dataclass(frozen=True, slots=True)
class _Shelf:
    plan: Plan
    edition: Edition
    wanted: Request
    templates: Templates

    def signed(self, document: Document) -> Document:
        """Return the document with the brand's logo."""
        logo = self.wanted.logo
        if not logo:
            return document
        address = f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"
        return replace(document, look=replace(document.look, logo=address))

    def publications(self, lang: Lang) -> Iterator[Publication]:
        names = Names(self.plan.workspace, lang)
        diagrams = {id_: each.parts for (id_, language), each in self.wanted.diagrams.items() if language == lang}
        whole = Book(self.plan, names, "", diagrams)
        readers = [role for role in self.plan.workspace.roles if has_work(role, whole)]
        if self.wanted.roles:
            readers = [role for role in readers if role in self.wanted.roles]
        else:
            readers.insert(0, "")
        for role in readers:
            book = replace(whole, role=role)
            if self._wants("manual"):
                yield self._manual(book)
            if self._wants("checklist"):
                yield from self._checklists(book)
        if self.wanted.results is not None and not self.wanted.roles and self._wants("findings"):
            document = check_report(self.wanted.results, self.edition, names)
            yield Publication(document, CHECK, "", TITLE, f"check/findings.{lang}", FORMS_TO_READ)

    def drawn(self) -> Iterator[tuple[Entry, File]]:
        """Yield each diagram as a file of its own."""
        if self.wanted.roles or not self._wants("diagram"):
            return
        for (playbook, lang), flow in self.wanted.diagrams.items():
            path = f"diagrams/{file_name(playbook, 'flow')}.{lang}.svg"
            yield Entry(DIAGRAMS, "", flow.title, lang, "SVG", path), (path, flow.svg.encode())

    def _wants(self, kind: Kind) -> bool:
        return not self.wanted.kinds or kind in self.wanted.kinds

    def _manual(self, book: Book) -> Publication:
        stem = f"manuals/{file_name(book.role)}.{book.names.lang}"
        try:
            document = manual(book, self.edition, self.templates)
        except DocumentFailedError as error:
            error.document = stem
            raise
        return Publication(document, MANUALS, book.role, MANUAL if book.role else COMPLETE, stem, FORMS_TO_READ)

    def _checklists(self, book: Book) -> Iterator[Publication]:
        for period in PERIODS:
            document = checklist(book, period, self.edition)
            if document:
                stem = f"checklists/{file_name(book.role)}.{period}.{book.names.lang}"
                yield Publication(document, CHECKLISTS, book.role, PERIOD_TITLES[period], stem, FORMS_TO_TICK)


def file_name(id_: str, kind: str = "role") -> str:
    """Return the name of the files of a role or a playbook: its id, unless it is ours for everyone, reserved on Windows, or no proper id.

    A draft is built in spite of errors, so an id may hold anything; two different ids never share a name.
    """
    if not id_:
        return WHOLE
    if PROPER_ID.fullmatch(id_):
        return f"{kind}-{id_}" if id_ == WHOLE or id_.startswith(f"{kind}-") or RESERVED.fullmatch(id_) else id_
    digest = hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()[:8]
    return "-".join(part for part in (kind, re.sub("[^a-z0-9]+", "-", id_.lower()).strip("-"), digest) if part)
