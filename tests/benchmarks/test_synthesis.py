"""Synthetic workspaces are what the measurements say they are: clean, whole, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from sopkit import pipeline
from sopkit.model import formulas, predicates, steps, triggers
from sopkit.pipeline import Compilation
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import find_picture, is_file_in
from sopkit.schema.definitions import KINDS, Shape, mapping
from sopkit.tree import Value
from tests.benchmarks.synthesis import write

TODAY = date(2026, 7, 1)

Key = tuple[str, str]
"""What it stands in, by the name of its definition, and the key."""


@pytest.fixture(scope="module")
def compilation(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    folder = tmp_path_factory.mktemp("synthetic")
    write(folder, 60)
    found = find_sources(folder)
    assert not found.findings
    return pipeline.compile(
        found.sources, today=TODAY, look=partial(find_picture, folder), exists=partial(is_file_in, folder)
    )


@pytest.mark.long
def test_sixty_playbooks_check_clean(compilation: Compilation) -> None:
    """Each by itself: that playbooks written by chance keep caps, and do not meet, together nobody can expect."""
    together = ("SOP3", "SOP4", "SOP703")
    alone = [one for one in compilation.findings if not one.rule.code.startswith(together)]
    assert [f"{one.rule.code} {one.span.path}:{one.span.line}" for one in alone] == []
    assert compilation.held_back == 0
    assert {type(tree.value) for tree in compilation.forest.trees} == {dict}


def test_every_kind_and_key_of_the_language_is_there(compilation: Compilation) -> None:
    used: set[Key] = set()
    for tree in compilation.forest.trees:
        if isinstance(tree.value, dict):
            used.update(_used(Shape.of_kind(str(tree.value["kind"])), tree.value))
    wanted = {key for kind in KINDS for key in _keys(Shape.of_kind(kind), set())}
    assert len(wanted) > 500
    assert sorted(wanted - used) == []


@pytest.mark.parametrize("module", [predicates, triggers, steps, formulas])
def test_every_form_of_the_model_is_there(module: ModuleType, compilation: Compilation) -> None:
    made = set(_classes(compilation.workspace))
    known = {one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__}
    forms = {
        one
        for one in known
        if is_dataclass(one) and not any(other is not one and issubclass(other, one) for other in known)
    }
    assert len(forms) > 10
    assert sorted(one.__name__ for one in forms - made) == []


def test_the_seed_decides_every_byte(tmp_path: Path) -> None:
    write(tmp_path / "a", 20, seed=3)
    write(tmp_path / "b", 20, seed=3)
    write(tmp_path / "c", 20, seed=4)
    a, b, c = ({source.path: source.data for source in find_sources(tmp_path / one).sources} for one in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert a != c


def test_a_playbook_has_about_110_lines(compilation: Compilation) -> None:
    sizes = [tree.source.text.count("\n") for tree in compilation.forest.trees if "-000" in tree.source.path]
    assert 95 <= sum(sizes) / len(sizes) <= 125


def _used(shape: Shape, value: Value) -> Iterator[Key]:
    shape = shape.of(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield _name(shape), key
            yield from _used(shape.child(key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _used(shape.child(number), item)


def _keys(shape: Shape, seen: set[tuple[str, frozenset[str]]]) -> Iterator[Key]:
    """Yield every key that may stand in a value of this shape or inside it."""
    shape = shape.of({}) if shape.of({}).properties else shape
    known = (_name(shape), frozenset(shape.properties))
    if known in seen:
        return
    seen.add(known)
    for other in (shape.of([]), shape.of({})):
        yield from _keys(other, seen)
    for key, child in shape.properties.items():
        yield _name(shape), key
        yield from _keys(child, seen)
    patterns = mapping(shape.merged.get("patternProperties", {}))
    inside = (shape.others, shape.item, *(Shape(mapping(part), shape.root) for part in patterns.values()))
    for child in (one for one in inside if one is not None):
        yield from _keys(child, seen)


def _name(shape: Shape) -> str:
    return shape.name.removeprefix("common.") or shape.title.en


def _classes(value: object) -> Iterator[type]:
    """Yield the classes of all that a value of the model holds."""
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value)
        for field in fields(value):
            yield from _classes(getattr(value, field.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _classes(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _classes(item)
