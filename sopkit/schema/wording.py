"""What findings of the schema say about values and shapes, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from sopkit.diagnostics import Edit, Fix
from sopkit.schema.definitions import Shape, is_a
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import Value

Args = dict[str, str | Phrase]
"""What fills the placeholders of a finding's texts."""

LONGEST: Final = 40
"""A value that a message quotes is cut here."""

STRUCTURES: Final[dict[str, Phrase]] = {
    "object": Phrase("由“键: 值”组成的内容", "a mapping of keys"),
    "array": Phrase("列表", "a list"),
    "string": Phrase("一段文字", "a text"),
    "boolean": Phrase("true 或 false", "true or false"),
    "integer": Phrase("整数", "a whole number"),
    "number": Phrase("数字", "a number"),
}


def joined(parts: Iterable[Phrase], zh: str, en: str) -> Phrase:
    """Return the phrases in a row, with what stands between two."""
    phrases = tuple(parts)
    return Phrase(zh.join(part.zh for part in phrases), en.join(part.en for part in phrases))


def listed(names: Iterable[str]) -> Phrase:
    """Return keys or values as a list in a sentence."""
    words = tuple(names)
    return Phrase("、".join(words), ", ".join(f"`{word}`" for word in words))


def _within_sentence(text: str) -> str:
    """Return a text without its capital: `KPI` keeps it, `Stage` does not."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def meaning(shape: Shape) -> Phrase:
    """Return what a key is for, as the end of a sentence."""
    said = shape.description if shape.description.zh else shape.title
    return Phrase(said.zh.rstrip("。"), _within_sentence(said.en.rstrip(".")))


def a(noun: Phrase) -> Phrase:
    """Return a title as it stands in a sentence: `a stage`, `an alert`, `a KPI`."""
    word = _within_sentence(noun.en)
    if _is_plural(word):
        return Phrase(noun.zh, word)
    if word.startswith("id of "):
        return Phrase(noun.zh, f"the {word}")
    article = "an" if word[:1] in "aeio" else "a"
    return Phrase(noun.zh, f"{article} {word}")


def this(noun: Phrase) -> Phrase:
    """Return a title as a sentence speaks of the thing itself: `this stage`, `this KPI`."""
    word = _within_sentence(noun.en)
    return Phrase(noun.zh, f"{'these' if _is_plural(word) else 'this'} {word}")


def _is_plural(words: str) -> bool:
    return words.endswith("s") and not words.endswith(("ss", "is"))


def shown(value: Value) -> str:
    """Return a value as it could stand in a document, cut when it is long."""
    text = value if isinstance(value, str) else flow(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def flow(value: Value) -> str:
    """Return a value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str):
        return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _is_plain(text: str) -> bool:
    """Whether a text may stand without quotes inside flow brackets and still read as this text."""
    if not text or text != text.strip() or text[0] in "-?:,[]{}#&*!|>'\"%@`<=" or text.replace(".", "").isdigit():
        return False
    return not any(mark in text for mark in (": ", " #", ",", "[", "]", "{", "}")) and text.casefold() not in {
        "true",
        "false",
        "null",
        "~",
    }


def what_is(value: Value) -> Phrase:
    """Return what kind of value this is, with the value where it is short."""
    match value:
        case None:
            return Phrase("空的", "empty")
        case bool():
            return Phrase(f"真假值 {flow(value)}", f"the truth value `{flow(value)}`")
        case int() | float():
            return Phrase(f"数字 {value}", f"the number `{value}`")
        case str():
            return Phrase(f"文字“{shown(value)}”", f"the text `{shown(value)}`")
        case list():
            return Phrase("一个列表", "a list")
        case dict():
            return Phrase("由“键: 值”组成的内容", "a mapping of keys")


def expected(shape: Shape, types: tuple[str, ...]) -> Phrase:
    """Return what belongs at a place: its type by name where it has one, else the structures."""
    structures = joined((STRUCTURES[name] for name in types), "或", " or ")
    title = a(shape.type_title)
    if "string" in types and shape.grammar:
        return title
    if "object" not in types or shape.grammar or not shape.type_title.zh:
        return structures
    return Phrase(f"{title.zh}（{structures.zh}）", f"{title.en} ({structures.en})")


def example(shape: Shape, types: tuple[str, ...]) -> str:
    """Return how it is written: the first example of one of the types, else one made from the keys."""
    fitting = next((value for value in shape.examples if any(is_a(value, name) for name in types)), None)
    if fitting is not None:
        return flow(fitting)
    if "array" in types:
        return f"[{_sketch(shape.item) if shape.item else '…'}]"
    return _sketch(shape)


def _sketch(shape: Shape) -> str:
    """Return the outline of a mapping: the keys that it must have, or may."""
    names = shape.required or tuple(shape.choices or shape.properties)[:1]
    return "{" + ", ".join(f"{name}: …" for name in names) + "}" if names else "…"


def replacing(span: Span, text: str, *, safe: bool = False) -> tuple[Fix, ...]:
    """Return the fix that writes `text` in place of what stands at `span`."""
    return (Fix(Phrase(f"改成 {text}", f"write `{text}`"), (Edit(span, text),), safe),)
