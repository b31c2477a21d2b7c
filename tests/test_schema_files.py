"""The schema files themselves: valid, readable in both languages, without `oneOf`, good for editors, every keyword explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sopkit import schema
from sopkit.reader import read
from sopkit.schema import rules
from sopkit.schema.definitions import KINDS, UNION, document, mapping
from sopkit.schema.validators import accepts, refusals
from sopkit.source import Source
from sopkit.tree import Value

HERE = Path(__file__).parent
FOLDER = HERE.parent / "schemas"
FILES = (*KINDS, "pack", "rule", "common", UNION)

SCHEMAS_BY_NAME = frozenset({"properties", "patternProperties", "$defs"})
DATA = frozenset({"examples", "enum", "const", "required", "dependentRequired", "default"})

EXPLAINED: dict[str, set[str]] = {
    "additionalProperties": {"SOP101", "SOP105"},
    "anyOf": {"SOP106", "SOP117"},
    "const": set(),
    "dependentRequired": {"SOP102"},
    "enum": {"SOP104", "SOP107", "SOP108", "SOP116", "SOP109"},
    "exclusiveMaximum": {"SOP115"},
    "exclusiveMinimum": {"SOP115"},
    "maxProperties": {"SOP112"},
    "minItems": {"SOP111"},
    "minLength": {"SOP111"},
    "minProperties": {"SOP111"},
    "minimum": {"SOP115"},
    "not": {"SOP114", "SOP116"},
    "pattern": {"SOP114", "SOP119"},
    "required": {"SOP102"},
    "type": {"SOP103", "SOP104", "SOP105", "SOP111"},
    "uniqueItems": {"SOP113"},
}
"""Keyword that can refuse a value → the codes of what the user is told. `const` stands only in conditions."""

STRUCTURE = frozenset(
    {
        "$schema",
        "$ref",
        "$defs",
        "allOf",
        "if",
        "then",
        "else",
        "items",
        "properties",
        "patternProperties",
        "propertyNames",
    }
)
"""Keywords that only lead to others."""
NOTES = frozenset({"title", "description", "examples", "format", "x-grammar", "x-refers", "x-declares", "x-type"})


def parts(value: Value) -> Iterator[dict[str, Value]]:
    """Yield every schema in a schema file."""
    if isinstance(value, list):
        for one in value:
            yield from parts(one)
    elif isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key in SCHEMAS_BY_NAME:
                yield from (part for one in mapping(inner).values() for part in parts(one))
            elif key not in DATA:
                yield from parts(inner)


@pytest.mark.parametrize("name", FILES)
def test_files_are_valid_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(document(name))
    assert document(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_left_to_one_of(name: str) -> None:
    assert not [part for part in parts(document(name)) if "oneOf" in part]


@pytest.mark.parametrize("name", FILES)
def test_references_are_relative_and_lead_somewhere(name: str) -> None:
    """Editors open the files where they lie; nothing is fetched."""
    for part in parts(document(name)):
        target = part.get("$ref")
        if target is None:
            continue
        assert isinstance(target, str)
        file, _, pointer = target.partition("#")
        assert re.fullmatch(r"(?:[a-z]+\.schema\.json)?", file), target
        found: Value = document(file.removesuffix(".schema.json") if file else name)
        for step in pointer.split("/")[1:]:
            found = mapping(found)[step]
        assert isinstance(found, dict)


@pytest.mark.parametrize("name", FILES)
def test_properties_have_titles_and_descriptions_in_both_languages(name: str) -> None:
    for part in parts(document(name)):
        if "title" not in part:
            continue  # a condition, or what follows from one, about fields that are described where they are declared
        for key, inner in mapping(part.get("properties", {})).items():
            said = described(name, mapping(inner))
            for text in ("title", "description"):
                zh, bar, en = str(said.get(text, "")).partition(" | ")
                assert bar, f"{name}: {key} has no {text} in both languages"
                assert re.search(r"[\u4e00-\u9fff]|^[A-Z]+$", zh), f"{name}: {key}: {zh}"
                assert en.strip(), f"{name}: {key}"
                assert not re.search(r"[\u4e00-\u9fff]", en), f"{name}: {key}: {en}"


def described(name: str, part: dict[str, Value]) -> dict[str, Value]:
    """Return what a property says of itself, with what its reference says where it says nothing."""
    target = part.get("$ref")
    if not isinstance(target, str):
        return part
    file, _, pointer = target.partition("#")
    home = file.removesuffix(".schema.json") if file else name
    found: Value = document(home)
    for step in pointer.split("/")[1:]:
        found = mapping(found)[step]
    return {**described(home, mapping(found)), **part}


def test_every_keyword_is_known_here() -> None:
    used = {key for name in FILES for part in parts(document(name)) for key in part}
    assert used == set(EXPLAINED) | STRUCTURE | NOTES


def test_every_code_of_the_schema_answers_a_keyword_or_stands_for_itself() -> None:
    by_itself = {"SOP109", "SOP110", "SOP118"}  # before a schema is chosen
    assert {code for codes in EXPLAINED.values() for code in codes} | by_itself == {rule.code for rule in rules.RULES}


def test_every_keyword_that_refuses_is_explained_in_a_case() -> None:
    refused: set[str] = set()
    for case in sorted((HERE / "schema").glob("*.yaml")):
        for tree in read(Source(case.name, case.read_bytes())).trees:
            kind = tree.value.get("kind") if isinstance(tree.value, dict) else None
            if not isinstance(kind, str) or kind not in KINDS:
                continue
            keywords = {refusal.keyword for refusal in refusals(kind, tree.value)}
            codes = {finding.rule.code for finding in schema.check(tree)}
            assert not keywords or codes & {code for keyword in keywords for code in EXPLAINED[keyword]}
            refused |= {keyword for keyword in keywords if codes & EXPLAINED[keyword]}
    assert refused == set(EXPLAINED) - {"const"}


UNION_VALIDATOR = Draft202012Validator(
    {"$ref": f"{UNION}.schema.json"},
    registry=Registry().with_resources(
        [(f"{name}.schema.json", Resource.from_contents(document(name))) for name in FILES]
    ),
)
DOCUMENTS = [
    *sorted((HERE.parent / "playbooks").rglob("*.yaml")),
    *sorted((HERE / "schema").glob("*.yaml")),
    *sorted((HERE / "names").glob("*.yaml")),
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_union_accepts_what_the_schema_of_the_kind_accepts(path: Path) -> None:
    """As the files stand, references followed from file to file, as an editor does."""
    for tree in read(Source(path.name, path.read_bytes())).trees:
        kind = tree.value.get("kind") if isinstance(tree.value, dict) else None
        known = isinstance(kind, str) and kind in KINDS
        accepted = known and accepts(str(kind), tree.value, fast=False)
        assert UNION_VALIDATOR.is_valid(tree.value) == accepted


def test_files_are_written_as_one_writes_json_by_hand() -> None:
    for name in FILES:
        text = (FOLDER / f"{name}.schema.json").read_text("utf-8")
        assert json.loads(text) == document(name)
        assert not re.search(r"\\u[0-9a-f]{4}", text), "Chinese stands as Chinese"
