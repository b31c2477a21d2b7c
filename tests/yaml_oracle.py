"""A YAML text goes in; its documents come out as PyYAML's own parser and the core schema of YAML 1.2 read them.

The other way to the same values: by nodes instead of events, merge keys worked out on values, scalars by the tables of the
specification (YAML 1.2.2, section 10.3.2).
"""

from __future__ import annotations

import re

import yaml

from sopkit.tree import Value

CORE = (
    (re.compile(r"null|Null|NULL|~|"), lambda said: None),
    (re.compile(r"true|True|TRUE"), lambda said: True),
    (re.compile(r"false|False|FALSE"), lambda said: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda said: int(said, 0)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda said: int(said, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?(\.inf|\.Inf|\.INF)"), lambda said: float(said.replace(".", ""))),
    (re.compile(r"\.nan|\.NaN|\.NAN"), lambda said: float("nan")),
)


class Nodes(yaml.SafeLoader):
    """Composes nodes; which tag a plain scalar has is left open."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  as its base has it


def documents(text: str) -> list[Value]:
    """Return the values of all documents, empty ones left out. Raises `yaml.YAMLError`."""
    nodes = yaml.compose_all(text, Nodes)
    return [value_of(node) for node in nodes if not isinstance(node, yaml.ScalarNode) or node.value or node.style]


def scalar(text: str) -> Value:
    """Return the value of the one scalar that the text is."""
    node = yaml.compose(text, Nodes)
    return None if node is None else value_of(node)


def plain(said: str) -> Value:
    """Return what an unquoted scalar means."""
    for pattern, value in CORE:
        if pattern.fullmatch(said):
            result: Value = value(said)
            return result
    return said


def value_of(node: yaml.Node) -> Value:
    """Return what a node holds; a mapping's own keys win over merged ones, an earlier merged mapping over a later one."""
    if isinstance(node, yaml.ScalarNode):
        return plain(node.value) if node.style is None else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item) for item in node.value]
    own: dict[str, Value] = {}
    merged: dict[str, Value] = {}
    for key, held in node.value:
        if key.value == "<<" and key.style is None:
            for one in held.value if isinstance(held, yaml.SequenceNode) else [held]:
                taken = value_of(one)
                assert isinstance(taken, dict)
                merged = taken | merged
        else:
            assert key.value not in own
            own[key.value] = value_of(held)
    return merged | own
