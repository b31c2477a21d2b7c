"""The index page: the files of one build go in, a page that links them all, by kind and role, comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sopkit.render.document import Column, Document, RowGroup, Section, Table, text
from sopkit.render.manual import front
from sopkit.render.manual.front import Edition
from sopkit.render.marks import Line, clean, ident, link, plain
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Lang, Phrase

LANGUAGE_NAMES = {"zh-CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: under which heading, whose (a role's id, or ''), what it is called, in which language, where."""

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
    groups = tuple(dict.fromkeys(entry.group for entry in entries))
    sections = tuple(
        _section(count, group, [each for each in entries if each.group == group], names)
        for count, group in enumerate(groups)
    )
    facts = front.cover(settings, edition, "", "", names)
    return Document(
        form="index",
        lang=names.lang,
        title=plain(names.say(settings.title)) or clean(settings.id),
        subtitle=_other_languages(names, languages),
        sections=sections,
        facts=facts,
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, "", names),
        look=front.look(settings, names),
    )


def index_path(lang: Lang, languages: Sequence[Lang]) -> str:
    """Return the file of the index: the first language's is `index.html`."""
    return "index.html" if lang == languages[0] else f"index.{lang}.html"


def _other_languages(names: Names, languages: Sequence[Lang]) -> str:
    return plain(names.say(names.workspace.settings.summary))


def _section(count: int, group: Phrase, entries: Sequence[Entry], names: Names) -> Section:
    rows: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        rows.setdefault((entry.role, entry.title.within(names.lang)), []).append(entry)
    columns = (
        Column(text(names.pick("谁的", "Whose")), 3),
        Column(text(names.pick("文件", "File")), 3),
        Column(text(names.pick("打开", "Open")), 4),
    )
    lines = tuple(
        (text(_whose(role, names)), text(clean(title)), _links(found, names)) for (role, title), found in rows.items()
    )
    title = group.within(names.lang)
    return Section(f"group-{count}", text(title), (Table(text(title), columns, (RowGroup((), lines),)),))


def _whose(role: str, names: Names) -> str:
    if not role:
        return names.pick("全员", "everyone")
    return f"{names.role(role)}\n{ident(role)}"


def _links(entries: Sequence[Entry], names: Names) -> Line:
    order = {names.lang: 0}
    ranked = sorted(
        entries, key=lambda each: (order.get(each.lang or names.lang, 1 + LANGS.index(each.lang or "en")), each.form)
    )
    shown = [
        link(" ".join(part for part in (LANGUAGE_NAMES.get(each.lang or "", ""), each.form) if part), each.path)
        for each in ranked
    ]
    return text("　".join(shown))
