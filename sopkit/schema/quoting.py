"""Texts that lost their meaning for want of quotes go in; findings with the quoted text come out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Final

from sopkit.diagnostics import Edit, Finding, Fix
from sopkit.schema import rules
from sopkit.schema.near import is_glued, plain
from sopkit.schema.places import Place, Places, path_to
from sopkit.schema.wording import Args, what_is
from sopkit.source import Span
from sopkit.text import Phrase

HUMAN: Final = frozenset({"text", "texts", "line", "retention"})
"""Grammars of what people read."""

NAMES: Final = frozenset({"word", "words", "id", "reference", "references", "locale", "locales", "value"})
"""Grammars of names: a number there was meant as a name."""

CHINESE_NAMES: Final = frozenset({"中文", "英文", "英语", "汉语"})
"""What a language may be called instead of its code."""

LABEL: Final = Phrase("给文字加上引号", "quote the text")


def is_broken_text(place: Place, keywords: Collection[str]) -> bool:
    """Whether a text or a name is meant here, and YAML reads something else for want of quotes."""
    value, grammar = place.value, place.shape.grammar
    if isinstance(value, dict):
        return grammar in HUMAN and (
            "type" in keywords or ("additionalProperties" in keywords and not _is_misspelt_locale(place))
        )
    if "type" not in keywords or isinstance(value, str | list):
        return False
    if value is None and grammar in NAMES:
        return False
    return grammar in HUMAN | NAMES and bool(place.tree.span(place.at).excerpt().strip())


def _is_misspelt_locale(place: Place) -> bool:
    """Whether each key is a language or looks like one: `zh_CN`, `ZH`, `cn`, `中文`; one with its value glued to it, too."""
    return all(
        key in CHINESE_NAMES
        or is_glued(key, value)
        or (len(plain(key)) <= 5 and plain(key).isascii() and isinstance(value, str))
        for key, value in _entries(place)
    )


def _entries(place: Place) -> list[tuple[str, object]]:
    return list(place.value.items()) if isinstance(place.value, dict) else []


def unquoted(place: Place) -> Finding:
    """Return the finding for a text that reads as a number, a truth value, nothing or a mapping."""
    reads = Phrase("空值", "nothing") if place.value is None else what_is(place.value)
    found = Phrase(f"它被读成了{reads.zh}", f"it reads as {reads.en}")
    span = _to_quote(place)
    text = span.excerpt()
    if "\n" in text or '"' in text or "'" in text:
        return _finding(place, place.head, found, '"…"', None)
    return _finding(
        place, place.tree.span(place.at) if "\n" not in place.span.excerpt() else place.head, found, quoted(text), span
    )


def lost_ends(places: Places) -> Iterator[Finding]:
    """Yield the texts in which an unquoted `#` stands or cuts off the end."""
    tree = places.find(()).tree
    for index in sorted(tree.plain_hash):
        path = path_to(tree, index)
        place = places.find(path) if path is not None else None
        span = tree.span(index)
        if place is None or place.shape.grammar not in HUMAN or not span.excerpt():
            continue  # of a key with nothing but a comment behind it the schema says that it is empty
        rest = span.source.lines[span.end_line - 1][span.end_column - 1 :]
        lost = rest.startswith(" #")
        whole = (
            Span(span.source, span.line, span.column, span.end_line, span.end_column + len(rest.rstrip()))
            if lost
            else span
        )
        found = (
            Phrase("“#”后面的被当成注释丢掉了", "what follows the `#` is taken for a comment and lost")
            if lost
            else Phrase("里面有“#”", "it holds a `#`")
        )
        simple = not set("\n\"'") & set(whole.excerpt())
        shown = whole if simple else _line_with_hash(whole)
        yield _finding(place, shown, found, quoted(whole.excerpt()) if simple else '"…"', whole if simple else None)


def _line_with_hash(whole: Span) -> Span:
    """Return the first line of a text that the `#` stands in."""
    for number, line in enumerate(whole.source.lines[whole.line - 1 : whole.end_line], whole.line):
        start = whole.column if number == whole.line else len(line) - len(line.lstrip()) + 1
        end = whole.end_column if number == whole.end_line else len(line.rstrip()) + 1
        if "#" in line[start - 1 : end - 1]:
            return Span(whole.source, number, start, number, end)
    return whole


def _finding(place: Place, span: Span, found: Phrase, text: str, replaced: Span | None) -> Finding:
    fixes = (Fix(LABEL, (Edit(replaced, text),), safe=not isinstance(place.value, dict)),) if replaced else ()
    args: Args = {"key": place.name, "found": found, "quoted": text}
    return Finding(rules.TEXT_NOT_QUOTED, span, args, subject=place.subject, fixes=fixes)


def quoted(text: str) -> str:
    """Return `text` as a double-quoted YAML scalar on one line."""
    return json.dumps(text, ensure_ascii=False)


def _to_quote(place: Place) -> Span:
    """Return what the quotes belong round: all that is written, or in `{en: Five tags, five messages}` the text behind `en`."""
    tree, whole = place.tree, place.tree.span(place.at)
    if not isinstance(place.value, dict):
        return whole
    start: Span | None = None
    for key, key_at, value, at in tree.items(place.at, place.value):
        known = bool(place.shape.child(key).merged)
        if known and isinstance(value, str):
            start = tree.span(at)
        elif start is not None and not known and value is None:
            end = tree.span(key_at)
            return Span(start.source, start.line, start.column, end.end_line, end.end_column)
    return whole
