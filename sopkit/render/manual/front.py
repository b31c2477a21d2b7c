"""The front of every document: cover facts, standing (controlled or draft), head and foot of each page, the brand's look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Settings
from sopkit.model.values import Text
from sopkit.render.colour import legible
from sopkit.render.document import Diagram, Document, Fact, Look, Section, content_hash, text
from sopkit.render.marks import clean, link, plain
from sopkit.render.qr import qr_code
from sopkit.render.wording.names import Names
from sopkit.text import LANGS, Lang, Phrase

DRAFT: Final = Phrase("草稿 DRAFT", "DRAFT 草稿")
UNCONTROLLED: Final = Phrase("非受控文件", "Uncontrolled copy")
CONTROLLED: Final = Phrase("受控文件", "Controlled")
NOT_YET: Final = Phrase("尚未生效", "Not yet in force")

GROUNDS: Final = ("#f3f3f3", "#f5f7f9", "#fff6e5", "#eef4fb", "#fdf0ef")
GROUNDS_DARK: Final = ("#1d232a", "#33290f", "#182838", "#3a1d1c")
"""The grounds of document.css on which the brand's colour is set, on light and paper, and on dark."""

HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
FONT: Final = re.compile(r"[\w .-]{1,60}")
"""A name that can end no string in a style sheet or an office file."""
LOCALES: Final[dict[str, Lang]] = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Edition:
    """What one build says of itself; nothing here depends on the clock."""

    as_of: date
    label: str = ""
    """As given with `--edition`; none: a working copy of the as-of date."""
    draft: bool = False
    """Made in spite of errors: every page says so."""
    tool: str = ""
    """Name and version of the program."""


def languages_of(settings: Settings) -> tuple[Lang, ...]:
    """Return the languages in which a workspace wants its documents: `outputs.locales`, else `locales`, else `locale`."""
    wanted = (settings.outputs.locales if settings.outputs else ()) or settings.locales or (settings.locale,)
    found = {LOCALES[locale.partition("-")[0]] for locale in wanted if locale.partition("-")[0] in LOCALES}
    ordered = [*(LOCALES[each] for each in (settings.locale.partition("-")[0],) if each in LOCALES), *LANGS]
    return tuple(dict.fromkeys(lang for lang in ordered if lang in found)) or LANGS


def stamp(settings: Settings, edition: Edition, lang: Lang) -> str:
    """Return what every page says of the document's standing."""
    if edition.draft:
        return DRAFT.within(lang)
    if not edition.label:
        return UNCONTROLLED.within(lang)
    effective = settings.outputs.effective if settings.outputs else None
    if effective and effective.value > edition.as_of:
        return NOT_YET.within(lang)
    return CONTROLLED.within(lang)


def edition_label(edition: Edition, names: Names) -> str:
    return clean(edition.label) or names.pick(f"工作稿 {edition.as_of}", f"Working copy of {edition.as_of}")


def number(settings: Settings, suffix: str) -> str:
    """Return the document's number; '' where the workspace gives none."""
    base = clean(settings.outputs.number) if settings.outputs and settings.outputs.number else ""
    return f"{base}-{clean(suffix)}" if base and suffix else base


def cover(settings: Settings, edition: Edition, suffix: str, content: str, names: Names) -> tuple[Fact, ...]:
    """Return the facts of the cover; `content` is the content hash."""
    return tuple(
        Fact(text(label), (text(said),)) for label, said in _cover(settings, edition, suffix, content, names) if said
    )


def _cover(settings: Settings, edition: Edition, suffix: str, content: str, names: Names) -> Iterator[tuple[str, str]]:
    outputs = settings.outputs
    yield names.pick("文件编号", "Document number"), number(settings, suffix)
    yield names.pick("版次", "Edition"), edition_label(edition, names)
    if edition.label and not edition.draft:
        # A working copy and a draft are in force on no day, whatever day the workspace plans for its next edition.
        effective = outputs.effective if outputs else None
        yield names.pick("生效日期", "In force from"), str(effective.value) if effective else ""
    yield names.pick("复审日期", "To be reviewed by"), str(settings.review_by.value) if settings.review_by else ""
    yield names.pick("负责人", "Owner"), names.role(settings.owner) if settings.owner else ""
    yield names.pick("批准人", "Approved by"), names.role(outputs.approver) if outputs and outputs.approver else ""
    yield names.pick("基准日期", "As of"), str(edition.as_of)
    yield names.pick("内容指纹", "Content hash"), content
    url = address(settings)
    yield names.pick("最新版地址", "Live edition"), link(url, url)
    yield names.pick("生成程序", "Made by"), edition.tool


def address(settings: Settings) -> str:
    """Return where the live edition is; '' where the workspace does not say."""
    return clean(settings.outputs.url) if settings.outputs and settings.outputs.url else ""


def code(names: Names) -> Diagram | None:
    """Return what a phone reads to come to the live edition: on paper nobody else sees whether there is a newer one."""
    return qr_code(address(names.workspace.settings), names.pick("扫码看最新版", "Scan for the live edition"))


def running(settings: Settings, edition: Edition, suffix: str, names: Names) -> tuple[str, ...]:
    """Return what stands at the head of every page, besides the title."""
    parts = (number(settings, suffix), edition_label(edition, names), stamp(settings, edition, names.lang))
    return tuple(part for part in parts if part)


def look(settings: Settings, names: Names) -> Look:
    """Return the brand's colours, moved as little as needed to be legible, and its words."""
    brand = settings.brand
    if brand is None:
        return Look()
    colour = brand.colour if brand.colour and HEX.fullmatch(brand.colour) else Look().colour
    light, dark = legible_colours(colour)
    header, footer = _plain(brand.header, names), _plain(brand.footer, names)
    fonts = tuple(name for name in brand.fonts if FONT.fullmatch(name))
    return Look(light, dark, header, footer, fonts=fonts, name=brand_name(settings, names))


def sheet(
    title: str, sections: tuple[Section, ...], edition: Edition, suffix: str, names: Names, *, signed: str = ""
) -> Document:
    """Return a sheet to hang up or to fill in, with what all of them have at head and foot.

    `signed` is the content hash printed on it, where that is of another document; else its own.
    """
    settings = names.workspace.settings
    content = content_hash(title, sections)
    return Document(
        form="checklist",
        lang=names.lang,
        title=title,
        subtitle=plain(names.say(settings.title)),
        sections=sections,
        draft=edition.draft,
        stamp=stamp(settings, edition, names.lang),
        running=(*running(settings, edition, suffix, names), signed or content),
        look=look(settings, names),
        content=content,
    )


def legible_colours(colour: str) -> tuple[str, str]:
    """Return a colour as it reads on every light and on every dark ground of a page."""
    light = dark = colour
    for ground in GROUNDS:
        light = legible(light, ground)
    for ground in GROUNDS_DARK:
        dark = legible(dark, ground)
    return light, dark


def _plain(words: Text | None, names: Names) -> str:
    return plain(names.say(words)).replace("\n", " ")


def brand_name(settings: Settings, names: Names) -> str:
    return _plain(settings.brand.name, names) if settings.brand else ""
