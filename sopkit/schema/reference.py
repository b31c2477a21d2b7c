"""The schemas and a hand-written introduction go in; the reference of the language, as one Markdown page, comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sopkit.resources import folder
from sopkit.schema.definitions import KINDS, SHARED, Schema, Shape, bundle, mapping
from sopkit.schema.skeleton import entry, in_language, suggested
from sopkit.schema.wording import STRUCTURES, flow, joined
from sopkit.text import Lang, Phrase

PLACE: Final = "<!-- reference -->"
"""Where the introduction wants the generated part."""

FIRST: Final = ("common.step", "common.branch", "common.trigger", "common.predicate")
"""The shared parts that a reader looks for most."""

KINDS_HEAD: Final = Phrase("文档类型", "Kinds of documents")
SHARED_HEAD: Final = Phrase("共用部分", "Shared parts")
VALUES_HEAD: Final = Phrase("值的写法", "How values are written")
KEYS: Final = Phrase("| 键 | 含义 | 写法 | 例 |", "| key | meaning | value | example |")
CHOICES: Final = Phrase(
    "| 只写其中一个 | 含义 | 写法 | 例 | 可以同时写 |",
    "| exactly one of | meaning | value | example | may stand beside it |",
)
VALUES: Final = Phrase("| 值 | 写法 | 例 |", "| value | how it is written | examples |")
REQUIRED: Final = Phrase("{}（必写）", "{} (required)")
OTHERS: Final = Phrase("其他键", "other keys")
LIST: Final = Phrase("列表，每项：{}", "a list; each entry: {}")
OR_LIST: Final = Phrase("{}，或列表", "{}, or a list")
TABLE: Final = Phrase("“名称: {}”的对应", "a mapping of names; each value: {}")
ANYTHING: Final = Phrase("任意内容", "anything")

VALUE_GRAMMARS: Final = (
    "text", "id", "date", "duration", "durationRange", "every", "slots", "hours", "window", "comparison", "share", "money",
    "amount", "rate", "changes", "retention", "stays",
)  # fmt: skip
"""Definitions of `common.schema.json` that are described as values, in this order."""


def language_reference(lang: Lang) -> str:
    """Return the whole page in `lang`."""
    introduction = (folder("templates") / f"language.{lang}.md").read_text("utf-8")
    return introduction.replace(PLACE, "\n".join(_reference(lang)).strip())


def _reference(lang: Lang) -> Iterator[str]:
    shared: dict[str, Shape] = {}
    yield f"## {KINDS_HEAD.within(lang)}\n"
    for kind in KINDS:
        shape = Shape.of_kind(kind)
        parts = dict(_parts(shape, ""))
        shared.update({name: part for name, part in parts.items() if name.startswith(SHARED)})
        yield from _document(kind, shape, lang)
        for name, part in parts.items():
            if not name.startswith(SHARED):
                yield from _part(name, part, "####", lang)
    yield f"## {SHARED_HEAD.within(lang)}\n"
    for name in (*FIRST, *(name for name in shared if name not in FIRST)):
        yield from _part(name.removeprefix(f"{SHARED}."), shared[name], "###", lang)
    yield f"## {VALUES_HEAD.within(lang)}\n"
    yield from _values(lang)


def _parts(shape: Shape, key: str, known: set[str] | None = None) -> Iterator[tuple[str, Shape]]:
    """Yield name and shape of every mapping with keys of its own that stands in `shape`, each once."""
    known = set() if known is None else known
    inner = [*shape.properties.items(), (key, shape.item), (key, shape.others)]
    for name, part in inner:
        if part is None:
            continue
        title = part.name if part.properties and part.name else _inline_name(shape, name)
        if part.properties and title in known:
            continue
        if part.properties:
            known.add(title)
            yield title, part.definition
        yield from _parts(part, name, known)


def _inline_name(holder: Shape, key: str) -> str:
    """Return the name of a mapping that has no definition: its key, which is shared where its holder is."""
    return f"{SHARED}.{key}" if holder.name.startswith(SHARED) else key


def _document(kind: str, shape: Shape, lang: Lang) -> Iterator[str]:
    yield from _part(kind, shape, "###", lang)
    yield "```yaml"
    for key, value in mapping(in_language(shape.examples[0], lang)).items():
        yield from entry(key, value)
    yield "```\n"


def _part(name: str, shape: Shape, level: str, lang: Lang) -> Iterator[str]:
    code = f" `{name}`" if name in KINDS else ""
    yield f"{level} {shape.title.within(lang)}{code}\n"
    if shape.description.zh:
        yield f"{shape.description.within(lang)}\n"
    choices = shape.choices
    shared = set.intersection(*(set(beside) for beside in choices.values())) if choices else set()
    if choices:
        yield CHOICES.within(lang)
        yield "|---|---|---|---|---|"
        for key, beside in choices.items():
            own = ", ".join(f"`{other}`" for other in beside if other != key and other not in shared)
            yield f"{_row(key, shape.properties[key], shape, lang)} {own} |"
        yield ""
    rest = {key: part for key, part in shape.properties.items() if key not in choices}
    if rest or shape.others:
        yield from _keys(rest, shape, lang)


def _keys(parts: Mapping[str, Shape], shape: Shape, lang: Lang) -> Iterator[str]:
    yield KEYS.within(lang)
    yield "|---|---|---|---|"
    for key, part in parts.items():
        yield _row(key, part, shape, lang)
    if shape.others:
        said = _row("", shape.others, shape, lang)
        yield said.replace("| `` |", f"| {OTHERS.within(lang)} |", 1)
    yield ""


def _row(key: str, part: Shape, holder: Shape, lang: Lang) -> str:
    named = f"`{key}`"
    if key in holder.required:
        named = REQUIRED.within(lang).format(named)
    example = suggested(part, lang)
    cells = (
        named,
        f"**{part.title.within(lang)}** {part.description.within(lang)}",
        _value(part).within(lang),
        f"`{example}`",
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.replace("|", "\\|")).strip()


def _value(part: Shape) -> Phrase:
    """Return what may stand at a place, in words."""
    if part.values:
        return joined((Phrase(f"`{flow(value)}`", f"`{flow(value)}`") for value in part.values), "、", ", ")
    if part.grammar or part.properties:
        return part.type_title
    if part.item:
        inner = _value(part.item)
        form = OR_LIST if len(part.types) > 1 else LIST
        return Phrase(form.zh.format(inner.zh), form.en.format(inner.en))
    if part.others:
        inner = _value(part.others)
        return Phrase(TABLE.zh.format(inner.zh), TABLE.en.format(inner.en))
    return joined((STRUCTURES[name] for name in part.types), "或", " or ") if part.types else ANYTHING


def _values(lang: Lang) -> Iterator[str]:
    yield VALUES.within(lang)
    yield "|---|---|---|"
    definitions: Schema = {name: part for kind in KINDS for name, part in mapping(bundle(kind)["$defs"]).items()}
    for name in VALUE_GRAMMARS:
        shape = Shape({"$ref": f"#/$defs/{SHARED}.{name}"}, {"$defs": definitions})
        examples = ", ".join(f"`{flow(value)}`" for value in shape.examples)
        yield f"| {shape.title.within(lang)} | {_cell(shape.description.within(lang))} | {_cell(examples)} |"
