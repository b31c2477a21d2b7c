"""The index page: the files of one build go in; a page that links them all comes out: reader by reader, then what is about the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.document import Block, Bullets, Document, Fact, Facts, Section, text
from sopkit.render.manual import front
from sopkit.render.manual.book import anchor
from sopkit.render.manual.front import Edition
from sopkit.render.marks import Line, clean, foreign, link, plain, quiet
from sopkit.render.wording.names import Names
from sopkit.render.writers import WRITERS
from sopkit.text import Lang, Phrase

NEWS: Final = Phrase("这一版有什么变化", "What is new")
DOORS: Final = Phrase("按岗位找", "Find your role")
ABOUT: Final = Phrase("关于这一版", "About this edition")
LANGUAGE_NAMES: Final[dict[Lang, str]] = {"zh-CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: of which kind, whose (a role's id, or ''), what it is called, in which language, where."""

    group: Phrase
    role: str
    title: Phrase
    lang: Lang | None
    form: str
    """HTML, Markdown, SVG …"""
    path: str
    """Relative to the index."""


def index(
    entries: Sequence[Entry], names: Names, edition: Edition, languages: Sequence[Lang], news: Sequence[Block] = ()
) -> Document:
    """Return the page in the language of `names`; `news` is what has changed since the last edition."""
    settings = names.workspace.settings
    shown = _in_language(entries, names.lang)
    readers = dict.fromkeys(entry.role for entry in shown if entry.role)
    of_staff = {entry.group for entry in shown if entry.role}
    everyone = [each for each in shown if not each.role and (each.group in of_staff or not readers)]
    rest = [each for each in shown if not each.role and each not in everyone]
    sections = [_card("everyone", names.pick("全员", "Everyone"), everyone, names)] if everyone else []
    sections += [
        _card(anchor("for", role), names.role(role), [each for each in shown if each.role == role], names)
        for role in readers
    ]
    if len(sections) > 1:
        sections.insert(0, _doors(sections, names))
    for group in dict.fromkeys(each.group for each in rest):
        own = [each for each in rest if each.group == group]
        sections.append(_card(_place(own, rest), group.within(names.lang), own, names))
    if news:
        sections.insert(0, Section("news", text(NEWS.within(names.lang)), tuple(news)))
    facts = front.cover(settings, edition, "", "", names)
    sections.append(Section("about", text(ABOUT.within(names.lang)), (Facts(facts),)))
    return Document(
        form="index",
        lang=names.lang,
        title=plain(names.say(settings.title)) or clean(settings.id),
        subtitle=plain(names.say(settings.summary)),
        sections=tuple(sections),
        facts=_languages(names, languages),
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, "", names),
        look=front.look(settings, names),
    )


def _place(group: Sequence[Entry], entries: Sequence[Entry]) -> str:
    """Return an anchor for a group of files: its folder, with what the group is where a folder has several."""
    folder = _folder(group[0])
    groups = {each.group for each in entries if _folder(each) == folder}
    return folder if len(groups) == 1 else "-".join((folder, *group[0].group.en.lower().split()))


def _folder(entry: Entry) -> str:
    return entry.path.partition("/")[0]


def _doors(cards: Sequence[Section], names: Names) -> Section:
    """Return links to each reader's documents: one tap to the role, one to the document."""
    lines = tuple(text(link("".join(run.text for run in card.title), f"#{card.anchor}")) for card in cards)
    return Section("roles", text(DOORS.within(names.lang)), (Bullets(lines),))


def _in_language(entries: Sequence[Entry], lang: Lang) -> list[Entry]:
    """Return what is of no language or of this one, and of another what there is in that alone: it has an index of its own."""
    here = {(entry.role, entry.group, entry.title) for entry in entries if entry.lang in (None, lang)}
    return [
        entry for entry in entries if entry.lang in (None, lang) or (entry.role, entry.group, entry.title) not in here
    ]


def index_path(lang: Lang, languages: Sequence[Lang]) -> str:
    """Return the file of the index: the first language's is `index.html`."""
    return "index.html" if lang == languages[0] else f"index.{lang}.html"


def _card(place: str, title: str, entries: Sequence[Entry], names: Names) -> Section:
    """Return documents under a heading, each opened by its title; other forms stand behind it."""
    found: dict[tuple[Phrase, Phrase], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.group, entry.title), []).append(entry)
    lines = tuple(_links(title.within(names.lang), each, names) for (_, title), each in found.items())
    return Section(place, text(title), (Bullets(lines),))


def _links(title: str, entries: Sequence[Entry], names: Names) -> Line:
    first, *others = sorted(entries, key=lambda each: (each.lang != names.lang, _turn(each.form), each.path))
    main = link(names.pick(title, title[:1].upper() + title[1:]), first.path)
    if not others:
        return text(main)
    return text(main + quiet(names.bracketed(names.pick("、", ", ").join(_other(each, names) for each in others))))


def _turn(form: str) -> int:
    """Return when a form is named: as the writers are listed, data last."""
    known = [writer.name for writer in WRITERS.values()]
    return known.index(form) if form in known else len(known)


def _other(entry: Entry, names: Names) -> str:
    language = "" if entry.lang in (None, names.lang) else LANGUAGE_NAMES[entry.lang]
    form = "" if entry.form == "HTML" else entry.form
    said = " ".join(part for part in (language, form) if part)
    return link(foreign(said, entry.lang or "") if language else said or entry.form, entry.path)


def _languages(names: Names, languages: Sequence[Lang]) -> tuple[Fact, ...]:
    others = [lang for lang in languages if lang != names.lang]
    said = [link(foreign(LANGUAGE_NAMES[lang], lang), index_path(lang, languages)) for lang in others]
    return (Fact(text(names.pick("其他语言", "Other languages")), tuple(map(text, said))),) if said else ()
