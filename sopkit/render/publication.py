"""Everything that `build` writes for people: a workspace and an edition go in, files come out, one after another.

    for path, data in publish(workspace, edition): ...

The same workspace and edition give the same bytes; nothing here reads the clock or touches a file but the templates.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property, partial
from typing import Final

from sopkit.aside import shared
from sopkit.failure import DocumentFailedError
from sopkit.frozen import dataclass
from sopkit.kept import Kept
from sopkit.memory import without_collections
from sopkit.model.documents import Workspace
from sopkit.output import File
from sopkit.reader.pictures import Picture
from sopkit.render.calendar import Calendars
from sopkit.render.campaign_checklist import campaign_checklist, campaigns
from sopkit.render.check_report import TITLE, Results, check_report
from sopkit.render.checklist import PERIODS, Period, checklist
from sopkit.render.diagrams import Flow
from sopkit.render.document import Block, Document
from sopkit.render.edition_file import NAME, EditionFile, written
from sopkit.render.editions import Changes, Record, compare, survey, with_manuals
from sopkit.render.index import Entry, index, index_path
from sopkit.render.kinds import Kind
from sopkit.render.manual.book import Book, Plan, plan
from sopkit.render.manual.changes import marked, news
from sopkit.render.manual.front import Edition, languages_of
from sopkit.render.manual.manual import manual
from sopkit.render.manual.people import has_work
from sopkit.render.manual.quick_card import quick_card
from sopkit.render.marks import plain
from sopkit.render.printing import Piece, printed
from sopkit.render.templating import Templates
from sopkit.render.training.papers import Papers
from sopkit.render.wall_calendar import wall_calendar
from sopkit.render.wording.names import Names, Titled
from sopkit.render.writers import APART, WRITERS, Apart, Form, Press
from sopkit.text import LANGS, Lang, Phrase

MANUALS: Final = Phrase("员工手册", "Manuals")
MANUAL: Final = Phrase("手册", "manual")
COMPLETE: Final = Phrase("运营手册（全本）", "complete manual")
CARD: Final = Phrase("速查卡", "quick card")
CALENDARS: Final = Phrase("日历", "Calendars")
CALENDAR: Final = Phrase("日历文件", "calendar file")
WALL: Final = Phrase("挂历", "wall calendar")
TRAINING: Final = Phrase("培训", "Training")
PAPER: Final = Phrase("培训包", "training pack")
KEY: Final = Phrase("培训答案", "answer key")
RECORD: Final = Phrase("培训记录表", "training record")
CHECK: Final = Phrase("检查", "Check")
DIAGRAMS: Final = Phrase("流程图", "Flow diagrams")
CHECKLISTS: Final = Phrase("检查清单", "Checklists")
CAMPAIGNS: Final = Phrase("活动清单", "Campaign checklists")
SHOPS: Final = Phrase("门店清单", "Shop checklists")
PERIOD_TITLES: Final[dict[Period, Phrase]] = {
    "daily": Phrase("每日检查清单", "daily checklist"),
    "weekly": Phrase("每周检查清单", "weekly checklist"),
}
PROPER_ID: Final = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
RESERVED: Final = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
FORMS_TO_READ: Final[tuple[Form, ...]] = ("html", "pdf", "docx", "md")
FORMS_TO_HANG: Final[tuple[Form, ...]] = ("html", "pdf", "docx")
FORMS_TO_FILL: Final[tuple[Form, ...]] = ("pdf", "xlsx")
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
class Part:
    """Some of what a build makes."""

    publications: Sequence[Publication] = ()
    files: Sequence[tuple[Entry, File]] = ()
    """What is no document, with what the index says of it."""
    unlisted: Sequence[File] = ()
    """Files of which the index says nothing."""


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
    fonts: Sequence[bytes] = ()
    """The brand's own, for what is printed."""
    results: Results | None = None
    """What the check said, for a document of its own."""
    apart: Collection[Apart] = tuple(APART)
    """Calendars for programs and drawings by themselves, where they are wanted."""
    former: EditionFile | None = None
    """What is known of earlier editions: what is otherwise is marked in the manuals."""
    more: Sequence[Callable[[], Part]] = ()
    """What makes others of the same folder; not all in this process."""
    kept: Kept = field(default_factory=Kept)
    """Documents that were set before."""


def publish(
    workspace: Workspace, edition: Edition, request: Request | None = None, templates: Templates | None = None
) -> Iterator[File]:
    """Yield each file as (posix path, bytes): manuals, checklists, and the index over them at last."""
    wanted = request or Request()
    languages = wanted.languages or languages_of(workspace.settings)
    templates = templates or Templates()
    shelf = _Shelf(plan(workspace), edition, wanted, templates)
    with without_collections():
        parts = shelf.parts(languages)
        gc.freeze()  # documents stay until they are written
    documents = [each for part in parts for each in part.publications]
    entries: list[Entry] = []
    pieces: list[Piece] = []
    for each in documents:
        for form, entry in each.written(wanted.forms):
            entries.append(entry)
            pieces.append(Piece(shelf.signed(each.document), form, entry.path))
    entries += [entry for part in parts for entry, _ in part.files]
    for lang in languages:
        page = index(entries, Names(workspace, lang), edition, languages, shelf.news(entries, lang))
        pieces.append(Piece(shelf.signed(page), "html", index_path(lang, languages)))
    made = [file for part in parts for file in (*(file for _, file in part.files), *part.unlisted)]
    yield from printed(pieces, Press(templates, edition.as_of, wanted.fonts, wanted.kept), made)
    known = shelf.known(
        {(each.role, each.document.lang): each.document.content for each in documents if each.title == MANUAL}
    )
    if known:
        yield NAME, written(known)


def roles_with_work(workspace: Workspace) -> tuple[str, ...]:
    """Return the roles that get a manual: those that do a step, publish, review or own something."""
    book = Book(plan(workspace), Names(workspace, "en"))
    return tuple(role for role in workspace.roles if has_work(role, book))


class _Shelf:
    """What the documents of one build are made from, and what they share."""

    def __init__(self, plan: Plan, edition: Edition, wanted: Request, templates: Templates) -> None:
        self.plan, self.edition, self.wanted, self.templates = plan, edition, wanted, templates
        self.papers = Papers(plan, edition)
        self.previous = wanted.former.before(edition.label) if wanted.former else None

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(self.plan, self.edition)

    @cached_property
    def surveyed(self) -> Record:
        return survey(self.plan, self.edition)

    @cached_property
    def changes(self) -> Changes | None:
        return compare(self.previous, self.surveyed) if self.previous else None

    def news(self, entries: Sequence[Entry], lang: Lang) -> tuple[Block, ...]:
        """Return what has changed since the last edition, with the manuals that tell it."""
        pages = {
            each.role: each.path
            for each in entries
            if each.title in (MANUAL, COMPLETE) and each.lang == lang and each.path.endswith(".html")
        }
        return news(self.changes, Names(self.plan.workspace, lang), pages) if self.changes else ()

    def known(self, contents: Mapping[tuple[str, Lang], str]) -> EditionFile | None:
        """Return what later builds compare with: this edition, where it is one and whole; else what was known before."""
        whole = self.edition.label and not self.edition.draft and not self.wanted.roles and self._wants("manual")
        return EditionFile(with_manuals(self.surveyed, contents), self.previous) if whole else self.wanted.former

    def signed(self, document: Document) -> Document:
        """Return the document with the brand's logo."""
        logo = self.wanted.logo
        if not logo:
            return document
        address = f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"
        return replace(document, look=replace(document.look, logo=address))

    def parts(self, languages: Sequence[Lang]) -> list[Part]:
        """Return everything, one language after the other; two processes make it, where there are two.

        They go by readers, and all that needs the days on which things fall stands at the end: what documents share whatever their
        language, the questions of a role and those days, is found out by one of the two. What others make stands at the front: this
        process need not hand it over.
        """
        books = {lang: self._whole(lang) for lang in languages}
        tasks = [
            (lang, partial(self._for_reader, replace(books[lang], role=role)))
            for role in self._readers(books[languages[0]])
            for lang in languages
        ]
        tasks += [(lang, partial(self._with_days, book)) for lang, book in books.items()]
        tasks += [(lang, partial(self._for_nobody, book)) for lang, book in books.items()]
        every: list[Callable[[], Part]] = [*self.wanted.more, *(task for _, task in tasks)]
        made = shared(every)
        more, own = made[: len(self.wanted.more)], made[len(self.wanted.more) :]
        by_lang = [part for lang in languages for (of, _), part in zip(tasks, own, strict=True) if of == lang]
        return [*by_lang, Part(files=[*self._drawn()]), *more]

    def _whole(self, lang: Lang) -> Book:
        diagrams = {id_: each.parts for (id_, language), each in self.wanted.diagrams.items() if language == lang}
        return Book(self.plan, Names(self.plan.workspace, lang), "", diagrams)

    def _for_reader(self, book: Book) -> Part:
        made = [*self._to_read(book)]
        if self._wants("checklist"):
            made += self._checklists(book)
        return Part(made)

    def _with_days(self, whole: Book) -> Part:
        """Return the calendars of all readers."""
        if not self._wants("calendar"):
            return Part()
        books = [replace(whole, role=role) for role in self._readers(whole)]
        hung = [made for book in books for made in self._wall_calendar(book)]
        return Part(hung, [*self._calendar_files(books)])

    def _for_nobody(self, whole: Book) -> Part:
        """Return what is no single reader's."""
        made: list[Publication] = []
        if not self.wanted.roles and self._wants("checklist"):
            made += self._campaigns(whole)
            made += self._shops(whole)
        if self.wanted.results is not None and not self.wanted.roles and self._wants("findings"):
            document = check_report(self.wanted.results, self.edition, whole.names)
            stem = f"check/findings.{whole.names.lang}"
            made.append(Publication(document, CHECK, "", TITLE, stem, FORMS_TO_READ))
        return Part(made)

    def _readers(self, whole: Book) -> list[str]:
        """Return whose documents are made; '' is everyone."""
        working = [role for role in self.plan.workspace.roles if has_work(role, whole)]
        return [role for role in working if role in self.wanted.roles] if self.wanted.roles else ["", *working]

    def _drawn(self) -> Iterator[tuple[Entry, File]]:
        """Yield each diagram as a file of its own."""
        if "svg" not in self.wanted.apart or self.wanted.roles or not self._wants("diagram"):
            return
        for (playbook, lang), flow in self.wanted.diagrams.items():
            path = f"diagrams/{file_name(playbook, 'flow')}.{lang}.svg"
            yield Entry(DIAGRAMS, "", flow.title, lang, APART["svg"].name, path), (path, flow.svg.encode())

    def _wants(self, kind: Kind) -> bool:
        return not self.wanted.kinds or kind in self.wanted.kinds

    def _to_read(self, book: Book) -> Iterator[Publication]:
        """Yield the manual, and for a role its quick card and training papers, which go by the manual."""
        wanted = [
            kind for kind in ("manual", "card", "training") if self._wants(kind) and (book.role or kind == "manual")
        ]
        if not wanted:
            return
        name, lang = file_name(book.role), book.names.lang
        stem = f"manuals/{name}.{lang}"
        document = self._manual(book, stem)
        page = f"{name}.{lang}.html" if "manual" in wanted and "html" in self.wanted.forms else ""
        if "manual" in wanted:
            yield Publication(document, MANUALS, book.role, MANUAL if book.role else COMPLETE, stem, FORMS_TO_READ)
        card = quick_card(book, self.edition, document, page) if "card" in wanted else None
        if card:
            yield Publication(card, MANUALS, book.role, CARD, f"manuals/{name}.card.{lang}", FORMS_TO_HANG)
        if "training" in wanted:
            made = self.papers.of(book, document, f"../manuals/{page}" if page else "")
            yield Publication(made.paper, TRAINING, book.role, PAPER, f"training/{name}.{lang}", FORMS_TO_HANG)
            yield Publication(made.key, TRAINING, book.role, KEY, f"training/{name}.key.{lang}", FORMS_TO_HANG)
            yield Publication(made.record, TRAINING, book.role, RECORD, f"training/{name}.record.{lang}", FORMS_TO_FILL)

    def _manual(self, book: Book, stem: str) -> Document:
        try:
            document = manual(book, self.edition, self.templates)
        except DocumentFailedError as error:
            error.document = stem
            raise
        return marked(document, self.changes, book.role, book.names) if self.changes else document

    def _wall_calendar(self, book: Book) -> Iterator[Publication]:
        document = wall_calendar(book, self.calendars.found, self.edition)
        if document:
            stem = f"calendar/{file_name(book.role)}.{book.names.lang}"
            yield Publication(document, CALENDARS, book.role, WALL, stem, FORMS_TO_HANG)

    def _calendar_files(self, books: Iterable[Book]) -> Iterator[tuple[Entry, File]]:
        """Yield each calendar file with its entry in the index, where its library is there."""
        if "ics" not in self.wanted.apart or not APART["ics"].ready:
            return
        for book in books:
            data = self.calendars.to_ics(book)
            if data:
                lang = book.names.lang
                path = f"calendar/{file_name(book.role)}.{lang}.ics"
                yield Entry(CALENDARS, book.role, CALENDAR, lang, APART["ics"].name, path), (path, data)

    def _checklists(self, book: Book) -> Iterator[Publication]:
        for period in PERIODS:
            document = checklist(book, period, self.edition)
            if document:
                stem = f"checklists/{file_name(book.role)}.{period}.{book.names.lang}"
                yield Publication(document, CHECKLISTS, book.role, PERIOD_TITLES[period], stem, FORMS_TO_TICK)

    def _campaigns(self, whole: Book) -> Iterator[Publication]:
        for each in campaigns(whole):
            document = campaign_checklist(each, whole, self.calendars.found, self.edition)
            stem = f"checklists/campaigns/{file_name(each.id, 'procedure')}.{whole.names.lang}"
            title = self._named(self.plan.workspace.procedures, each.id)
            yield Publication(document, CAMPAIGNS, "", title, stem, FORMS_TO_TICK)

    def _shops(self, whole: Book) -> Iterator[Publication]:
        """Yield a day's and a week's sheet for all who work in a shop: for each shop, where the workspace declares them.

        Where no shop is declared and one role works there, its own sheets are those of any shop.
        """
        roles, shops = self.plan.workspace.roles, self.plan.workspace.shops
        staff = tuple(id_ for id_, role in roles.items() if role.of == "shop" and has_work(id_, whole))
        if not staff or (len(staff) == 1 and not shops):
            return
        for id_ in shops or ("",):
            book = replace(whole, staff=staff, shop=id_)
            for period in PERIODS:
                document = checklist(book, period, self.edition)
                if document:
                    title = self._of_shop(id_, period) if id_ else PERIOD_TITLES[period]
                    stem = f"checklists/shops/{file_name(id_, 'shop')}.{period}.{book.names.lang}"
                    yield Publication(document, SHOPS, "", title, stem, FORMS_TO_TICK)

    def _of_shop(self, id_: str, period: Period) -> Phrase:
        name, kind = self._named(self.plan.workspace.shops, id_), PERIOD_TITLES[period]
        return Phrase(f"{name.zh}：{kind.zh}", f"{name.en}: {kind.en}")

    def _named(self, nouns: Mapping[str, Titled], id_: str) -> Phrase:
        """Return what something is called in each language."""
        zh, en = (plain(Names(self.plan.workspace, lang).title(nouns, id_)) for lang in LANGS)
        return Phrase(zh, en)


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
