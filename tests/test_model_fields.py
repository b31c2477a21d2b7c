"""Schemas and model say the same: the same fields, the same namespaces, the same words, the same kinds of values, in both directions."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from sopkit.model import bind, bind_formulas, bind_predicates, bind_steps, bind_triggers, hints, names, values
from sopkit.model import documents as model
from sopkit.model.bind_records import BOOKKEEPING, key_of, keys_of
from sopkit.model.formulas import Selector, StepSelector
from sopkit.model.steps import Step
from sopkit.reader import read
from sopkit.resolve import resolve
from sopkit.schema.definitions import KINDS, SHARED, Shape, bundle, document, mapping
from sopkit.source import Source
from sopkit.tree import Forest

SHARED_DEFINITIONS = mapping(document(SHARED)["$defs"])


def defined(kind: str, name: str) -> Shape:
    """Return the shape of a definition of a kind's file, or of the shared one as `common.name`."""
    root = bundle(kind)
    return Shape(mapping(mapping(root["$defs"])[name]), root)


SHARED_SHAPE = {
    name: defined(kind, f"common.{name}")
    for name, kind in (
        ("step", "lifecycle"),
        ("trigger", "lifecycle"),
        ("predicate", "lifecycle"),
        ("branch", "lifecycle"),
    )
}

NOT_OF_THE_MODEL = {"kind", "meta"}
"""`kind` chooses the class; `meta` is the author's own and never read."""


@dataclass(frozen=True)
class Field:
    """One key, as the model and as the schema see it."""

    path: str
    key: str
    hint: object
    shape: Shape

    def __str__(self) -> str:
        return f"{self.path}.{self.key}"


ROOTS: dict[str, tuple[type, Shape]] = {
    **{kind: (bind.KINDS[kind], Shape.of_kind(kind)) for kind in KINDS},
    **{
        section: (cls, shape)
        for section, cls in bind.NOUNS.items()
        if (shape := Shape.of_kind("catalog").properties[section].others) is not None
    },
    "step": (Step, SHARED_SHAPE["step"]),
}

OWN_TABLE: dict[type, frozenset[str]] = {Step: frozenset(bind_steps.VERBS)}
"""Keys that a class reads beside its fields."""

OF_LIFECYCLES = frozenset({"stages", "follows"})
"""Fields of a journey that an automation has no keys for; its steps become its one stage."""


def plain(hint: object) -> list[object]:
    """Return what a hint allows, without `None` and without the tuples round it."""
    origin = get_origin(hint)
    if origin is Annotated or origin is Literal:
        return [hint]
    if origin in {Union, types.UnionType}:
        return [one for part in get_args(hint) if part is not type(None) for one in plain(part)]
    if origin is tuple:
        return [one for part in get_args(hint) if part is not Ellipsis for one in plain(part)]
    return [hint]


def inside(shape: Shape) -> Shape:
    """Return the shape of one entry, where there is a list or a mapping of them."""
    if shape.item is not None:
        return shape.item
    if not shape.properties and shape.others is not None:
        return shape.others
    return shape


def hints_of(cls: type) -> dict[str, object]:
    return {
        key_of(name): hint
        for name, hint in get_type_hints(cls, include_extras=True).items()
        if name not in BOOKKEEPING and not (name == "id" and cls in bind.KEYED)
    }


def walk(path: str, cls: type, shape: Shape, seen: frozenset[type] = frozenset()) -> Iterator[tuple[str, type, Shape]]:
    """Yield every class of the model below `cls`, with the shape of the mapping that it is filled from."""
    yield path, cls, shape
    for key, hint in hints_of(cls).items():
        if path == "automation" and key in OF_LIFECYCLES:
            continue
        for part in plain(hint):
            if isinstance(part, type) and is_dataclass(part) and part in bind.recipes() and part not in seen | {cls}:
                child = inside(shape.child(key))
                yield from walk(f"{path}.{key}", part, child, seen | {cls})


CLASSES = [place for name, root in ROOTS.items() for place in walk(name, *root)]


def keys_in_model(path: str, cls: type) -> set[str]:
    keys = set(hints_of(cls)) | OWN_TABLE.get(cls, frozenset())
    if path == "automation":
        keys -= OF_LIFECYCLES
    if cls is model.Stage or path in bind.NOUNS:
        keys -= {"id"}  # the key that it stands under
    return keys


def keys_in_schema(path: str, shape: Shape) -> set[str]:
    keys = set(shape.properties) - NOT_OF_THE_MODEL
    if path == "catalog":
        keys -= set(names.SECTIONS)
    if path == "automation":
        keys -= {"steps"}  # they become the one stage
    return keys


@pytest.mark.parametrize(("path", "cls", "shape"), [pytest.param(*place, id=place[0]) for place in CLASSES])
def test_the_model_reads_what_the_schema_allows_and_nothing_else(path: str, cls: type, shape: Shape) -> None:
    assert keys_in_model(path, cls) == keys_in_schema(path, shape)


def test_every_class_of_the_model_is_compared() -> None:
    compared = {cls for _, cls, _ in CLASSES}
    assert set(bind.recipes()) - compared == {StepSelector}, "these stand in formulas and are compared below"


BY_HAND: dict[str, tuple[str, frozenset[str]]] = {
    "transition": ("lifecycle", frozenset({"on", "when", "after", "go"})),
    "common.branch": ("lifecycle", frozenset({"if", "steps", "else"})),
    "common.trigger": ("lifecycle", frozenset({*bind_triggers.FORMS, "where", "before", "after", "at"})),
    "common.predicate": ("lifecycle", frozenset(bind_predicates.RESERVED)),
    "formula": ("kpi", frozenset({*bind_formulas.FORMS, "of", "to"})),
    "countable": ("kpi", frozenset({*bind_formulas.COUNTABLES, "state"})),
    "amount": ("kpi", frozenset({*bind_formulas.COUNTABLES, "state", "sum"})),
    "elapsed": ("kpi", frozenset({"from", "to"})),
    "stepSelector": ("kpi", keys_of(StepSelector)),
    "common.selector": ("workspace", keys_of(Selector)),
}
"""Definitions that converters of their own read: the keys that these look for."""


@pytest.mark.parametrize("name", BY_HAND)
def test_hand_written_converters_read_what_the_schema_allows(name: str) -> None:
    kind, keys = BY_HAND[name]
    assert set(defined(kind, name).properties) == keys


def test_every_definition_with_keys_is_compared() -> None:
    compared = {shape.name for _, _, shape in CLASSES}
    for kind in KINDS:
        for name, part in mapping(bundle(kind)["$defs"]).items():
            if "properties" in mapping(part):
                assert name in compared | set(BY_HAND), f"{name} of {kind}"


FIELDS = [
    Field(path, key, hint, shape.properties[key])
    for path, cls, shape in CLASSES
    for key, hint in hints_of(cls).items()
    if key in shape.properties
]


NAMESPACES = {"subject": "any", "asked": "consent|data|task", "handover": "journey|procedure"}
"""What the schemas call namespaces that are several."""


def refers(shape: Shape) -> set[str]:
    """Return the namespaces of what is named at a place, as value, as entry or as key."""
    found = {one.refers for one in (shape, inside(shape), shape.names) if one.refers}
    return {NAMESPACES.get(one, one) for one in found}


def test_references_name_the_same_namespace() -> None:
    wanted = {
        str(field): {get_args(part)[1] for part in plain(field.hint) if get_origin(part) is Annotated}
        for field in FIELDS
    }
    assert {str(field): refers(field.shape) for field in FIELDS} == wanted


CONTAINERS = {
    "common.trigger": "starts_on: {TEST}\nsteps: [{do: 打电话}]\n",
    "common.predicate": "starts_on: manual\naudience: {TEST}\nsteps: [{do: 打电话}]\n",
    "common.step": "starts_on: manual\nsteps: [{TEST}]\n",
    "countable": "formula: {count: {TEST}}\n",
    "elapsed": "formula: {mean: {from: zzz, to: zzz}}\n",
    "stepSelector": "formula: {count: {steps: {TEST}}}\n",
    "common.selector": "formula: {count: {touches: {TEST}}}\n",
}
REFERENCES = [
    pytest.param(name, key, namespace, id=f"{name}.{key}")
    for name in CONTAINERS
    for key, shape in defined(
        "kpi" if "common" not in name else "lifecycle" if name != "common.selector" else "kpi", name
    ).properties.items()
    for namespace in refers(shape)
]


@pytest.mark.parametrize(("name", "key", "namespace"), REFERENCES)
def test_what_is_named_is_looked_up_where_the_schema_says(name: str, key: str, namespace: str) -> None:
    body = CONTAINERS[name].replace("TEST", f"{key}: zzz")
    kind = "kpi" if body.startswith("formula") else "automation"
    (tree,) = read(Source("play.yaml", f"kind: {kind}\nid: x\n{body}".encode())).trees
    found = resolve(Forest((tree,)), frozenset(), frozenset(), complete=True).references
    assert {one for one, uses in found.items() if "zzz" in uses} == {namespace}


def enum_of(field: Field) -> set[str]:
    shape = defined("catalog", "dataType") if str(field) == "data.type" else inside(field.shape)
    return {value for value in shape.values if isinstance(value, str)}


def test_words_are_the_same() -> None:
    for field in FIELDS:
        parts = plain(field.hint)
        words = {word for part in parts if get_origin(part) is Literal for word in get_args(part)}
        enum = enum_of(field)
        if enum and not words:
            assert field.hint == tuple[str, ...], field
            assert field.path.endswith(".of"), "selectors keep their words as they are: the schema has refused others"
        elif words and all(get_origin(part) is Literal for part in parts):
            assert enum == words, field
        else:
            assert enum <= words, field


KINDS_OF_VALUES: dict[object, set[str]] = {
    str: {
        *("word", "words", "id", "value", "values", "locale", "locales", "country", "countries"),
        *("timezone", "timezones", "currency", "colour", "period", "amount"),
    },
    int: {"whole-number"},
    float: {"number"},
    bool: {"flag"},
    values.Text: {"text", "texts"},
    values.Duration: {"duration", "stay", "cap-period", "duration-range"},
    values.DurationRange: {"duration-range"},
    values.Clock: {"time"},
    values.Hours: {"hours"},
    values.Slot: {"slot"},
    values.DateValue: {"date"},
    values.Every: {"every"},
    values.Window: {"window"},
    values.Share: {"share", "amount"},
    values.Money: {"money", "amount"},
    values.Comparison: {"comparison"},
    values.Rate: {"rate", "changes"},
    values.Retention: {"retention"},
}


def test_values_are_of_the_same_kind() -> None:
    for field in FIELDS:
        parts = [part for part in plain(field.hint) if isinstance(part, type)]
        wanted = {grammar for part in parts for grammar in KINDS_OF_VALUES.get(part, set())}
        grammar = inside(field.shape).grammar
        if wanted and grammar:
            assert grammar in wanted, field


def test_the_hints_are_those_that_typing_gives() -> None:
    for cls in bind.recipes():
        assert list(hints.hints_of(cls).items()) == list(get_type_hints(cls, include_extras=True).items()), cls
