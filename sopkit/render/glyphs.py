"""Characters that no font shows: a document goes in; a refusal that names each, and the place where it stands, comes out.

A page with an empty box in a script would be handed out, read aloud, and sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from sopkit.failure import DocumentFailedError
from sopkit.render.document import Document, Script, Section, StepCard, field_names, is_line
from sopkit.render.fonts import unshown
from sopkit.render.marks import Run, clean, plain
from sopkit.text import LANGS, Lang, Phrase

DRAWN: Final = frozenset("☐✗")
"""What the layout draws itself."""
NAMED_AT_MOST: Final = 5
FRONT: Final = Phrase("封面或页眉页脚", "the cover, or head and foot of the pages")
CHARACTER: Final = Phrase("“{char}”（{code}），在{place}", "“{char}” ({code}), in {place}")
REFUSED: Final = Phrase(
    "《{title}》没有生成 PDF，因为字体里没有这些字符：{found}。请换成别的字",
    "no PDF was made of “{title}”, since no font has these characters: {found}. Write others in their place",
)
MORE: Final = Phrase("等 {count} 个", "{count} in all")


def refuse_unprintable(document: Document) -> None:
    """Raise `DocumentFailedError` where the document has a character that no font shows, naming it and its place."""
    texts: set[str] = set()
    _gather(document, texts)
    lacking = unshown(set(clean("".join(set().union(*texts)))) - DRAWN)
    if not lacking:
        return
    found: dict[str, str] = {}
    for place, words in _texts(document):
        for char in clean(words):
            if char in lacking:
                found.setdefault(char, place)
    if found:
        _refuse(document, found)


def _gather(value: object, texts: set[str]) -> None:
    """Add every text within a value of the document model, those that are never shown, too."""
    if isinstance(value, Run):
        texts.add(value.text)
    elif isinstance(value, tuple):
        for part in value:
            _gather(part, texts)
    elif isinstance(value, str):
        texts.add(value)
    else:
        for name in field_names(value):
            _gather(getattr(value, name), texts)


def refuse_cluster(document: Document, cluster: str) -> None:
    """Raise it for characters of which no font has all, a mark on a letter of another script: the typesetter finds them."""
    place = next((place for place, words in _texts(document) if cluster in clean(words)), "")
    _refuse(document, {cluster: place})


def _refuse(document: Document, found: Mapping[str, str]) -> NoReturn:
    zh, en = (REFUSED.fill(lang, {"title": clean(document.title), "found": _listed(found, lang)}) for lang in LANGS)
    raise DocumentFailedError("", Phrase(zh, en))


def _listed(found: Mapping[str, str], lang: Lang) -> str:
    said = [
        CHARACTER.fill(
            lang,
            {"char": char, "code": " ".join(f"U+{ord(each):04X}" for each in char), "place": place or FRONT},
        )
        for char, place in list(found.items())[:NAMED_AT_MOST]
    ]
    if len(found) > NAMED_AT_MOST:
        said.append(MORE.fill(lang, {"count": str(len(found))}))
    return ("；" if lang == "zh-CN" else "; ").join(said)


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield every text of the document with its place: the titles of its sections, and the id of the step or script; '' for the front."""
    front = (
        document.title,
        document.subtitle,
        document.stamp,
        *document.running,
        document.look.header,
        document.look.footer,
    )
    yield from (("", words) for words in front)
    yield from _placed(document.facts, "")
    for section in document.sections:
        yield from _section(section, ())


def _section(section: Section, around: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    titles = (*around, plain(section.title))
    place = " › ".join(titles)
    yield place, plain(section.title)
    for block in section.blocks:
        yield from _placed(block, place)
    for inner in section.sections:
        yield from _section(inner, titles)


def _placed(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text within a block; a step or a script inside it is a place of its own."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Run):
        yield place, value.text
    elif isinstance(value, tuple):
        if is_line(value):
            yield place, plain(value)
        else:
            for part in value:
                yield from _placed(part, place)
    else:
        inside = f"{place} › {value.id}" if isinstance(value, StepCard | Script) else place
        for name in field_names(value):
            yield from _placed(getattr(value, name), inside)
