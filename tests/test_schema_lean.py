"""What the schema that only says yes or no may change, and what it must leave as it is."""

from __future__ import annotations

from typing import Final

import pytest
from jsonschema import Draft202012Validator

from sopkit.schema.definitions import KINDS, bundle
from sopkit.schema.lean import Schema, lean
from sopkit.tree import Value

CONDITION: Schema = {"if": {"required": ["a"]}, "then": {"propertyNames": {"enum": ["a", "b"]}}}
VALUES: Final[tuple[Value, ...]] = (
    {},
    {"a": 1},
    {"a": 1, "b": 2},
    {"a": 1, "c": 2},
    {"b": 1, "c": 2},
    {"c": "x"},
    "a",
    ["a"],
    1,
    None,
)


def test_most_kinds_get_leaner() -> None:
    lists_of_keys = {kind: str(bundle(kind)).count("propertyNames") for kind in KINDS}
    assert {kind for kind in KINDS if str(lean(bundle(kind))).count("propertyNames") < lists_of_keys[kind]} >= {
        "lifecycle",
        "automation",
        "workspace",
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [CONDITION, {"if": {"required": ["b"]}, "then": {"properties": {"b": {"type": "integer"}}}}]},
        {"allOf": [CONDITION, CONDITION]},
        {"allOf": [{"if": {"required": ["a"]}, "then": {"type": "string"}}]},
        {"allOf": [{"if": {"required": ["a", "b"]}, "then": {"propertyNames": {"enum": ["a"]}}}]},
        {"allOf": [{**CONDITION, "else": {"propertyNames": {"enum": ["b"]}}}]},
        {"dependentSchemas": {"b": False}, "allOf": [CONDITION]},
        {"propertyNames": {"enum": ["a", "b"]}, "properties": {"a": {"type": "integer"}}},
        {"propertyNames": {"enum": ["a"]}, "properties": {"c": {"type": "string"}}},
        {"propertyNames": {"enum": ["a"]}, "additionalProperties": {"type": "string"}},
        {"propertyNames": {"enum": ["a", "c"], "maxLength": 0}},
        {"properties": {"allOf": {"type": "integer"}, "a": {"enum": [{"propertyNames": {"enum": ["a"]}}]}}},
    ],
)
def test_the_same_values_are_accepted(schema: Schema) -> None:
    wanted, got = Draft202012Validator(schema), Draft202012Validator(lean(schema))
    assert [got.is_valid(value) for value in VALUES] == [wanted.is_valid(value) for value in VALUES]
