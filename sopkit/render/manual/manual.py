"""The manual: a book goes in; the whole document, section by section, with its cover and content hash, comes out."""

from __future__ import annotations

from sopkit.render.document import Block, Bullets, Document, Paragraph, Section, content_hash, lines_of, text
from sopkit.render.manual import front
from sopkit.render.manual.book import Book, scripts_of
from sopkit.render.manual.front import Edition
from sopkit.render.manual.offers import offers_section
from sopkit.render.manual.once import scripts_once
from sopkit.render.manual.people import (
    duties_section,
    escalation_section,
    raci_section,
    roles_section,
    sign_off_section,
)
from sopkit.render.manual.playbooks import playbook_sections
from sopkit.render.manual.reference import (
    glossary_section,
    risks_section,
    segments_section,
    sources_section,
    syncs_section,
)
from sopkit.render.manual.rules import consents_section, rules_section
from sopkit.render.manual.schedule import schedule_section
from sopkit.render.manual.script_book import scripts_section
from sopkit.render.manual.targets import targets_section
from sopkit.render.marks import has_foreign, plain
from sopkit.render.sentences import sentence_case
from sopkit.render.templating import Templates


def manual(book: Book, edition: Edition, templates: Templates) -> Document:
    """Return the manual of the book's role, or of the whole workspace."""
    names, settings = book.names, book.workspace.settings
    body = _body(book) if book.whole else scripts_once(_body(book), names)
    sections = sentence_case((how_to_use(book, body, templates), *body), names.lang)
    title = plain(title_of(book))
    content = content_hash(title, sections)
    suffix = book.role
    return Document(
        form="manual",
        lang=names.lang,
        title=title,
        subtitle=plain(names.say(settings.title)),
        sections=(*sections, sign_off_section(book, content)),
        facts=front.cover(settings, edition, suffix, content, names),
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, suffix, names),
        look=front.look(settings, names),
        content=content,
    )


def title_of(book: Book) -> str:
    """Return the manual's title: 导购手册 · 晨曦美妆私域运营手册."""
    names = book.names
    if book.whole:
        return names.pick("运营手册（全本）", "Operations manual, complete")
    role = names.role(book.role)
    return names.pick(f"{role}手册", f"{role} manual")


def _body(book: Book) -> tuple[Section, ...]:
    if book.whole:
        chapters = [
            roles_section(book),
            schedule_section(book),
            rules_section(book),
            consents_section(book),
            *playbook_sections(book),
            scripts_section(book),
            offers_section(book),
            targets_section(book),
            raci_section(book),
            segments_section(book),
            syncs_section(book),
            risks_section(book),
            sources_section(book),
            escalation_section(book),
        ]
    else:
        chapters = [
            duties_section(book),
            schedule_section(book),
            rules_section(book),
            consents_section(book),
            *playbook_sections(book),
            targets_section(book),
            raci_section(book),
            escalation_section(book),
        ]
    body = tuple(chapter for chapter in chapters if chapter)
    glossary = glossary_section(book, body)
    return (*body, glossary) if glossary else body


def how_to_use(book: Book, body: tuple[Section, ...], templates: Templates) -> Section:
    """Return the first chapter; its words stand in the templates, where a brand may put its own."""
    names = book.names
    values: dict[str, str | bool] = {
        "role": plain(names.role(book.role)) if book.role else "",
        "brand": front.brand_name(book.workspace.settings, names),
        "untranslated": any(has_foreign(each) for section in body for each in lines_of(section)),
        "scripts": any(scripts_of(placed) for placed in book.all_steps()),
    }
    said = templates.text(f"text/how-to-use.{names.lang}.txt", values)
    return Section("how-to-use", text(names.pick("怎么用这本手册", "How to use this manual")), tuple(blocks_of(said)))


def blocks_of(prose: str) -> list[Block]:
    """Return plain prose as blocks: lines that begin with `- ` are points, others paragraphs."""
    blocks: list[Block] = []
    points: list[str] = []
    for each in [*prose.splitlines(), ""]:
        line = each.strip()
        if line.startswith("- "):
            points.append(line[2:])
            continue
        if points:
            blocks.append(Bullets(tuple(text(point) for point in points)))
            points = []
        if line:
            blocks.append(Paragraph(text(line)))
    return blocks
