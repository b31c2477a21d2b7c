"""A kind, an id, a language and a review date go in; a document to fill in, with what each key is for as comments, comes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sopkit.schema.definitions import Shape, mapping
from sopkit.schema.wording import example, flow
from sopkit.text import Lang, Phrase
from sopkit.tree import Value

WIDTH: Final = 100
OTHERWISE: Final = frozenset({"follows"})
"""Keys that say in another way what the example says already, and can't stand beside it."""

HEAD: Final = Phrase(
    "{title}：{description}\n下面是一份示例，把每一行改成你自己的。",
    "{title}: {description}\nWhat follows is an example: make every line your own.",
)
OWNER: Final = Phrase("改成真正的负责人。", "Put the role that really answers for it.")
VERBS: Final = Phrase("每一步写一个动作：{verbs}。", "Each step has one verb: {verbs}.")
MORE: Final = Phrase("还可以写（去掉行首的 # 即可）：", "You may also write (take the # away):")


def skeleton(kind: str, document: str, lang: Lang, review_by: date) -> str:
    """Return a document of `kind` with the id `document`, to be reviewed by a date; an unknown kind is a `KeyError`.

    It meets the schema as it stands, and with any of its suggestions taken up.
    """
    shape = Shape.of_kind(kind)
    model = {
        **mapping(in_language(_nearest(shape, document), lang)),
        "id": document,
        "review_by": review_by.isoformat(),
    }
    head = HEAD.fill(lang, {"title": shape.title, "description": shape.description})
    lines = [f"# {line}" for line in head.splitlines()]
    for key, part in shape.properties.items():
        if key in model:
            lines += ["", *_commented(key, part, lang)] if key not in {"kind", "id"} else []
            lines += entry(key, model[key])
    rest = [(key, part) for key, part in shape.properties.items() if key not in model and key not in OTHERWISE]
    lines += ["", f"# {MORE.within(lang)}"]
    lines += [f"# {key}: {suggested(part, lang)}  # {part.description.within(lang)}" for key, part in rest]
    return "\n".join(lines) + "\n"


def _nearest(shape: Shape, document: str) -> Value:
    """Return the example whose id has most words in common with that of the document; the first where none has."""
    words = set(document.split("-"))
    return max(shape.examples, key=lambda one: len(words & set(str(mapping(one)["id"]).split("-"))))


def in_language(value: Value, lang: Lang) -> Value:
    """Return `value` with each text of several languages as the one text in `lang`."""
    if isinstance(value, list):
        return [in_language(item, lang) for item in value]
    if not isinstance(value, dict):
        return value
    if lang in value:
        return value[lang]
    return {key: in_language(item, lang) for key, item in value.items()}


def _commented(key: str, part: Shape, lang: Lang) -> Iterator[str]:
    yield f"# {part.description.within(lang)}"
    if key == "owner":
        yield f"# {OWNER.within(lang)}"
    if key == "steps" and part.item:
        verbs = (
            f"{verb} {part.item.properties[verb].title.zh}" if lang == "zh-CN" else verb for verb in part.item.choices
        )
        yield f"# {VERBS.fill(lang, {'verbs': ('、' if lang == 'zh-CN' else ', ').join(verbs)})}"


def suggested(part: Shape, lang: Lang) -> str:
    """Return a value that could stand at a place: an example, a text in `lang` where there is one, else an outline."""
    in_both = (value for value in part.examples if isinstance(value, dict) and lang in value)
    value = next(in_both, part.examples[0]) if part.examples else None
    if value is None:
        return flow(part.values[0]) if part.values else example(part, part.types)
    return flow(in_language(value, lang))


def entry(key: str, value: Value, indent: str = "") -> Iterator[str]:
    """Yield a key and its value, in one line where that reads well."""
    short = f"{indent}{key}: {flow(value)}"
    if not isinstance(value, dict | list) or (len(short) <= WIDTH and not _is_deep(value)):
        yield short
    elif isinstance(value, list):
        yield f"{indent}{key}:"
        yield from (f"{indent}  - {flow(item)}" for item in value)
    else:
        yield f"{indent}{key}:"
        for inner, item in value.items():
            yield from entry(inner, item, indent + "  ")


def _is_deep(value: dict[str, Value] | list[Value]) -> bool:
    """Whether collections hold collections that hold more: too much for one line."""
    inner = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict) and len(item) > 2 for item in inner)
