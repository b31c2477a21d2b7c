"""The schema files, read and bundled by kind; and `Shape`, what they say about one place in a document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.resources import folder
from sopkit.text import Phrase
from sopkit.tree import Value

Schema = dict[str, Value]
"""A JSON Schema that is an object."""

KINDS: Final = ("workspace", "catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure")
SHARED: Final = "common"
UNION: Final = "playbook"

TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


@cache
def document(name: str) -> Schema:
    """Return the schema file of a kind, `common` or `playbook`, as it stands."""
    schema = json.loads((folder("schemas") / f"{name}.schema.json").read_bytes())
    return mapping(schema)


@cache
def bundle(kind: str) -> Schema:
    """Return the schema of `kind` in one piece: every reference points into it, so that nothing is looked up elsewhere."""
    own = mapping(renamed(document(kind), lambda target: _place(target, "")))
    shared = mapping(document(SHARED)["$defs"])
    parts = {
        f"{SHARED}.{name}": renamed(part, lambda target: _place(target, f"{SHARED}.")) for name, part in shared.items()
    }
    whole: Schema = {**own, "$defs": {**mapping(own.get("$defs", {})), **parts}}
    used = _reached(whole)
    return {**whole, "$defs": {name: part for name, part in mapping(whole["$defs"]).items() if name in used}}


def _place(target: str, here: str) -> str:
    """Return where a reference leads in one piece: `here` is put before names of its own file, `common.` before shared ones."""
    name = target.rsplit("/", 1)[-1]
    return f"#/$defs/{SHARED}.{name}" if target.startswith(SHARED) else f"#/$defs/{here}{name}"


def renamed(value: Value, to: Callable[[str], str]) -> Value:
    """Return a schema with every reference as `to` makes it of the one that stood there."""
    if isinstance(value, list):
        return [renamed(item, to) for item in value]
    if not isinstance(value, dict):
        return value
    moved: Schema = {key: renamed(item, to) for key, item in value.items()}
    if isinstance(target := value.get("$ref"), str):
        moved["$ref"] = to(target)
    return moved


def _reached(whole: Schema) -> set[str]:
    """Return the definitions that the root uses, directly or not."""
    definitions = mapping(whole["$defs"])
    waiting = list(_references({key: value for key, value in whole.items() if key != "$defs"}))
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_references(definitions[name]))
    return reached


def _references(value: Value) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item.rsplit("/", 1)[-1]
            else:
                yield from _references(item)


def mapping(value: Value) -> Schema:
    """Return `value`, which the schema files promise to be a mapping; anything else is our bug."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def strings(value: Value) -> tuple[str, ...]:
    """Return one string or a list of them as a tuple; nothing for anything else."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def phrase(value: Value) -> Phrase:
    """Return `中文 | English` as a phrase."""
    zh, _, en = str(value or "").partition(" | ")
    return Phrase(zh, en or zh)


@dataclass(frozen=True, eq=False)
class Shape:
    """What the schema says about one place; references are followed, and what stands beside a reference wins."""

    schema: Schema
    root: Schema

    @classmethod
    def of_kind(cls, kind: str) -> Shape:
        """Return the shape of a whole document."""
        return _document_shape(kind)

    @cached_property
    def merged(self) -> Schema:
        merged = self.schema
        while isinstance(target := merged.get("$ref"), str):
            found = mapping(mapping(self.root["$defs"])[target.rsplit("/", 1)[-1]])
            beside = {key: value for key, value in merged.items() if key != "$ref"}
            merged = {**found, **beside, "x-type": found.get("x-type") or found.get("title"), "x-name": target}
        return merged

    @cached_property
    def title(self) -> Phrase:
        return phrase(self.merged.get("title"))

    @cached_property
    def type_title(self) -> Phrase:
        """What kind of value stands here: `时长 | Duration` where the title says `时限 | Within`."""
        return phrase(self.merged.get("x-type") or self.merged.get("title"))

    @property
    def description(self) -> Phrase:
        return phrase(self.merged.get("description"))

    @property
    def name(self) -> str:
        """The name of the definition that stands here, `common.` in front of a shared one; empty where it stands by itself."""
        return str(self.merged.get("x-name", "")).rsplit("/", 1)[-1]

    @property
    def definition(self) -> Shape:
        """The definition that stands here, without what its place says beside the reference."""
        return self._beside({"$ref": self.merged["x-name"]}) if self.name else self

    @property
    def grammar(self) -> str:
        """Which grammar the string here follows; empty where a schema says all."""
        return str(self.merged.get("x-grammar", ""))

    @property
    def refers(self) -> str:
        """The namespace of what is named here."""
        return str(self.merged.get("x-refers", ""))

    @property
    def declares(self) -> str:
        """The namespace that the keys here declare."""
        return str(self.merged.get("x-declares", ""))

    @property
    def types(self) -> tuple[str, ...]:
        return strings(self.merged.get("type", []))

    @property
    def values(self) -> tuple[Value, ...]:
        """The only values allowed here; empty where others are."""
        values = self.merged.get("enum", [])
        return tuple(values) if isinstance(values, list) else ()

    @property
    def examples(self) -> tuple[Value, ...]:
        examples = self.merged.get("examples", [])
        return tuple(examples) if isinstance(examples, list) else ()

    @property
    def required(self) -> tuple[str, ...]:
        return strings(self.merged.get("required", []))

    @cached_property
    def properties(self) -> dict[str, Shape]:
        return {name: self._beside(part) for name, part in mapping(self.merged.get("properties", {})).items()}

    @cached_property
    def others(self) -> Shape | None:
        """What keys without a name of their own hold; None where there are none."""
        rest = self.merged.get("additionalProperties")
        return self._beside(rest) if isinstance(rest, dict) else None

    @cached_property
    def names(self) -> Shape:
        """How the keys here are written, where they are ids."""
        return self._beside(self.merged.get("propertyNames", {}))

    @property
    def meanings(self) -> dict[str, str]:
        """What each allowed value is called in Chinese, as the description says behind it."""
        said = self.description.zh
        found = {
            value: re.search(rf"(?<![\w-]){re.escape(value)} ([^、，。；：（ ]+)", said)
            for value in strings(list(self.values))
        }
        return {value: match[1] if match else "" for value, match in found.items()}

    @cached_property
    def item(self) -> Shape | None:
        items = self.merged.get("items")
        return self._beside(items) if isinstance(items, dict) else None

    @cached_property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The keys of which exactly one must stand here, each with every key that may stand beside it."""
        table: dict[str, tuple[str, ...]] = {}
        parts = self.merged.get("allOf", [])
        for part in parts if isinstance(parts, list) else []:
            names = mapping(mapping(mapping(part)["then"]).get("propertyNames", {}))
            if names:
                table[strings(mapping(mapping(part)["if"])["required"])[0]] = strings(names["enum"])
        return table

    def of(self, value: Value) -> Shape:
        """Return this shape as it holds for `value`: with the branch that its type decides."""
        condition = self.merged.get("if")
        if not isinstance(condition, dict) or set(condition) != {"type"}:
            return self
        holds = any(is_a(value, name) for name in strings(condition["type"]))
        branch = self.merged.get("then" if holds else "else")
        if not isinstance(branch, dict):
            return self
        rest = {key: part for key, part in self.merged.items() if key not in {"if", "then", "else"}}
        return self._beside({**rest, **self._beside(branch).merged, "title": rest.get("title")})

    def child(self, part: str | int) -> Shape:
        """Return the shape of a key's value or of an element; an empty one where the schema knows none."""
        if isinstance(part, int):
            return self.item or self._beside({})
        if part in self.properties:
            return self.properties[part]
        for pattern, schema in mapping(self.merged.get("patternProperties", {})).items():
            if re.search(pattern, part):
                return self._beside(schema)
        return self.others or self._beside({})

    def _beside(self, schema: Value) -> Shape:
        return Shape(mapping(schema), self.root)


@cache
def _document_shape(kind: str) -> Shape:
    root = bundle(kind)
    return Shape(root, root)


def is_a(value: Value, name: str) -> bool:
    """Whether `value` is of the JSON Schema type `name`; a boolean is no number."""
    expected = TYPES[name]
    return isinstance(value, expected) and (name == "boolean" or not isinstance(value, bool))


@cache
def owners(key: str) -> tuple[Phrase, ...]:
    """Return what has a key of this name anywhere in the language, in the order of the kinds; for keys that stand elsewhere."""
    found: dict[str, Phrase] = {}
    for kind in KINDS:
        root = bundle(kind)
        for part in (root, *mapping(root["$defs"]).values()):
            shape = Shape(mapping(part), root)
            if key in shape.properties:
                found.setdefault(shape.title.en, shape.title)
    return tuple(found.values())
