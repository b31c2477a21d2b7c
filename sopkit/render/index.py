"""The index page: the files of one build go in, a page that links them all, reader by reader, comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.render.document import Bullets, Document, Fact, Section, text
from sopkit.render.manual import front
from sopkit.render.manual.book import anchor
from sopkit.render.manual.front import Edition
from sopkit.render.marks import Line, clean, foreign, link, plain, quiet
from sopkit.render.wording.names import Names
from sopkit.text import Lang, Phrase

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


def index(entries: Sequence[Entry], names: Names, edition: Edition, languages: Sequence[Lang]) -> Document:
    """Return the page in the language of `names`."""
    settings = names.workspace.settings
    shown = _in_language(entries, names.lang)
    readers = sorted({entry.role: None for entry in shown}, key=lambda role: role != "")
    sections = tuple(_section(role, [each for each in shown if each.role == role], names) for role in readers)
    facts = (*_languages(names, languages), *front.cover(settings, edition, "", "", names))
    return Document(
        form="index",
        lang=names.lang,
        title=plain(names.say(settings.title)) or clean(settings.id),
        subtitle=plain(names.say(settings.summary)),
        sections=sections,
        facts=facts,
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, "", names),
        look=front.look(settings, names),
    )


def _in_language(entries: Sequence[Entry], lang: Lang) -> list[Entry]:
    """Return what is of no language or of this one, and of another what there is in that alone: it has an index of its own."""
    here = {(entry.role, entry.group, entry.title) for entry in entries if entry.lang in (None, lang)}
    return [
        entry for entry in entries if entry.lang in (None, lang) or (entry.role, entry.group, entry.title) not in here
    ]


def index_path(lang: Lang, languages: Sequence[Lang]) -> str:
    """Return the file of the index: the first language's is `index.html`."""
    return "index.html" if lang == languages[0] else f"index.{lang}.html"


def _section(role: str, entries: Sequence[Entry], names: Names) -> Section:
    """Return one reader's documents, each opened by its title; other formats stand behind it."""
    found: dict[tuple[Phrase, Phrase], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.group, entry.title), []).append(entry)
    lines = tuple(_links(title.within(names.lang), each, names) for (_, title), each in found.items())
    title = names.role(role) if role else names.pick("全员", "Everyone")
    return Section(anchor("for", role) if role else "everyone", text(title), (Bullets(lines),))


def _links(title: str, entries: Sequence[Entry], names: Names) -> Line:
    first, *others = sorted(entries, key=lambda each: (each.lang != names.lang, each.form != "HTML", each.path))
    main = link(names.pick(title, title[:1].upper() + title[1:]), first.path)
    if not others:
        return text(main)
    return text(main + quiet(names.bracketed(names.pick("、", ", ").join(_other(each, names) for each in others))))


def _other(entry: Entry, names: Names) -> str:
    language = "" if entry.lang in (None, names.lang) else LANGUAGE_NAMES[entry.lang]
    form = "" if entry.form == "HTML" else entry.form
    said = " ".join(part for part in (language, form) if part)
    return link(foreign(said, entry.lang or "") if language else said or entry.form, entry.path)


def _languages(names: Names, languages: Sequence[Lang]) -> tuple[Fact, ...]:
    others = [lang for lang in languages if lang != names.lang]
    said = [link(foreign(LANGUAGE_NAMES[lang], lang), index_path(lang, languages)) for lang in others]
    return (Fact(text(names.pick("其他语言", "Other languages")), tuple(map(text, said))),) if said else ()
