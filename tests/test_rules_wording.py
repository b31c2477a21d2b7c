"""What of two states of a document is otherwise, and which families of rules read what."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

import sopkit
from sopkit import rules
from sopkit.reader import read
from sopkit.rules.wording import BEARING, Difference, difference
from sopkit.source import Source

ALL = frozenset(family.__name__.rpartition(".")[2] for family in rules.FAMILIES)  # type: ignore[attr-defined]
OF_WORDS = {"content", "kpis", "papers", "personal", "promotions", "sharing"}

NONE, WORDS, WORK, TIMES = Difference(), Difference(words=True), Difference(work=True), Difference(times=True)
STAFF = Difference(work=True, times=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("{kind: lifecycle, id: a}", "{id: a, kind: lifecycle}", BEARING),
        ("{kind: lifecycle, title: x}", "{kind: lifecycle, title: y}", Difference(titles=frozenset(("x",)))),
        ("{kind: lifecycle, title: x}", "{kind: lifecycle}", BEARING),
        ("{kind: lifecycle, stages: {a: {stays: 3d}}}", "{kind: lifecycle, stages: {a: {stays: 4d}}}", TIMES),
        ("{kind: lifecycle, stages: {a: {next: [{after: 3d}]}}}", "{kind: lifecycle, stages: {a: {next: [{after: 4d}]}}}", TIMES),
        ("{kind: lifecycle, stages: {a: {next: [{go: b}]}}}", "{kind: lifecycle, stages: {a: {next: [{go: c}]}}}", BEARING),
        ("{kind: kpi, title: x}", "{kind: kpi, title: y}", BEARING),
        ("{kind: procedure, steps: [{do: x, why: a}]}", "{kind: procedure, steps: [{do: x}]}", NONE),
        ("{kind: procedure, steps: [{do: x, checklist: [a]}]}", "{kind: procedure, steps: [{do: x}]}", WORDS),
        ("{kind: procedure, steps: [{do: x}]}", "{kind: procedure, steps: [{do: y}]}", WORK),
        ("{kind: procedure, steps: [{do: x}]}", "{kind: procedure, steps: [{do: 'x {customer.a}'}]}", BEARING),
        ("{kind: automation, steps: [{after: 3d}]}", "{kind: automation, steps: [{after: 4d}]}", TIMES),
        ("{kind: automation, steps: [{after: 3d}]}", "{kind: automation, steps: [{}]}", BEARING),
        ("{kind: automation, steps: [{if: {why: a}}]}", "{kind: automation, steps: [{if: {why: b}}]}", BEARING),
        ("{kind: automation, steps: [{choose: [{if: a, steps: [{why: a}]}]}]}",
         "{kind: automation, steps: [{choose: [{if: a, steps: [{why: b}]}]}]}", NONE),
        ("{kind: catalog, events: {a: {summary: x}}}", "{kind: catalog, events: {a: {summary: y}}}", NONE),
        ("{kind: catalog, events: {a: {title: x}}}", "{kind: catalog, events: {a: {title: y}}}",
         Difference(words=True, titles=frozenset(("x",)))),
        ("{kind: catalog, scripts: {a: {text: 'x{b.c}'}}}", "{kind: catalog, scripts: {a: {text: 'y{b.c}'}}}", WORDS),
        ("{kind: catalog, scripts: {a: {text: 'x{b.c}'}}}", "{kind: catalog, scripts: {a: {text: x}}}", BEARING),
        ("{kind: catalog, events: {a: {after: 3d}}}", "{kind: catalog, events: {a: {after: 4d}}}", BEARING),
        ("{kind: cadence, lasts: 1}", "{kind: cadence, lasts: true}", BEARING),
    ],
)  # fmt: skip
def test_how_two_states_of_a_document_differ(before: str, after: str, expected: Difference) -> None:
    one, other = (read(Source("a.yaml", text.encode())).trees[0].value for text in (before, after))
    assert difference(one, other) == expected
    assert difference(one, one) == Difference()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("{id: a, do: x, by: b}", "{do: x, by: b, id: a}", STAFF),
        ("{id: s, send: x}", "{id: a, do: x, why: y, by: b}, {id: s, send: x}", STAFF),
        ("{id: s, send: x, title: c}", "{id: a, do: x}, {id: s, send: x, title: c}", STAFF),
        ("{id: a, do: x}, {id: s, send: x}", "{id: s, send: x}, {id: a, do: x}", STAFF),
        ("{id: a, do: x, minutes: 2}", "{id: a, do: x}", STAFF),
        ("{id: a, do: x, by: b}", "{id: a, do: x, by: c}", STAFF),
        ("{id: a, do: x, why: y}", "{id: a, do: x, why: z}", NONE),
        ("{send: x}", "{id: a, do: x}, {send: x}", BEARING),
        ("{id: s, send: x}", "{do: x}, {id: s, send: x}", BEARING),
        ("{id: s, send: x}", "{id: a, do: 'x {customer.a}'}, {id: s, send: x}", BEARING),
        ("{id: s, send: x}", "{id: a, do: x, checklist: [y]}, {id: s, send: x}", BEARING),
        ("{id: s, send: x}", "{id: a, do: x, if: {a: b}}, {id: s, send: x}", BEARING),
        ("{id: a, do: x}, {id: s, send: x}", "{id: a, do: x}, {id: s, send: y}", BEARING),
    ],
)
def test_how_the_steps_of_two_states_differ(before: str, after: str, expected: Difference) -> None:
    one, other = (f"{{kind: automation, steps: [{steps}]}}".encode() for steps in (before, after))
    assert difference(*(read(Source("a.yaml", text)).trees[0].value for text in (one, other))) == expected


WORDS_READ_BY: Mapping[str, set[str]] = {
    "why": set(), "if_wrong": set(), "how": set(), "summary": set(),
    "checklist": {"content"},
    "standards": {"content"},
    "title": OF_WORDS | {"caps", "consent"},
    "text": OF_WORDS - {"kpis"} | {"consent", "consent_resent", "tools_data"},
}  # fmt: skip
"""Fields of the model → families whose code reads them. `consent`, `consent_resent` and `tools_data` read of a script's text only what
stands in braces."""
NOT_OF_FAMILIES = {
    "inventory",
    "manifest",
    "selection",
    "modified",
    "case",
    "build",
    "builder",
    "nodes",
    "nouns",
    "plain",
}
"""Modules that serve documents and the graph itself, or that hand on what others ask for."""


def _code_of(family: str) -> dict[str, ast.Module]:
    """Return the modules of the rules and of the graph that a family stands on, by their names."""
    package = Path(sopkit.__file__).parent
    found: dict[str, ast.Module] = {}
    ahead = [f"sopkit.rules.{family}"]
    while ahead:
        name = ahead.pop()
        path = package / (name.removeprefix("sopkit.").replace(".", "/") + ".py")
        last = name.rpartition(".")[2]
        if (
            name in found
            or last in NOT_OF_FAMILIES
            or not path.is_file()
            or not name.startswith(("sopkit.rules.", "sopkit.graph."))
        ):
            continue
        found[name] = tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                ahead += [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    return found


def _reads(code: Mapping[str, ast.Module], field: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == field for tree in code.values() for node in ast.walk(tree)
    )


def test_words_are_read_where_the_table_says_and_nowhere_else() -> None:
    """A family that begins to read a text has to be named in `rules.READS`, or it would be taken over when that text changes."""
    code = {family: _code_of(family) for family in sorted(ALL)}
    for field, families in WORDS_READ_BY.items():
        assert {family for family in ALL if _reads(code[family], field)} == families, field
    matched = {
        family for family in ALL for tree in code[family].values() for node in ast.walk(tree)
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name) and node.cls.id == "Do"
    }  # fmt: skip
    assert matched == {"conflicts"}
