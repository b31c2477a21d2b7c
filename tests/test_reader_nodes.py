"""Ordinary files are read from nodes, and say the same as by events; whatever is odd goes by events, where it is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sopkit.reader import nodes, read
from sopkit.reader.events import AVAILABLE
from sopkit.reader.nodes import MAX_DOCUMENTS, MAX_LENGTH, ordinary_trees
from sopkit.reader.notes import Notes
from sopkit.source import Source
from tests.benchmarks import synthesis
from tests.readings import everything

PLAYBOOKS = sorted((Path(__file__).parent.parent / "playbooks").rglob("*.yaml"))

BY_NODES = nodes.COMPOSER is not None
"""Where libyaml is absent, or has no bound on depth, everything is read by events."""

ORDINARY = {
    "mapping": "a: 1\nb: [x, {c: null}]\n",
    "empty-value": "a:\n\nb:\n  -\n",
    "list": "- a\n- - b\n",
    "quoted": "'a': \"b\"\n",
    "block": "a: |\n  x\n\n\nb: >-\n  y\n  z\n",
    "documents": "a: 1\n---\nb: 2\n...\n",
    "as-deep-as-may-be": "[" * 50 + "]" * 50,
    "windows": "a: 1\r\nb:\r\n  - c\r\n",
    "folded": "a: b\n  c\nd: {e: f\n  g}\n",
}

ODD = {
    "duplicate-key": "a: 1\na: 2\n",
    "duplicate-key-in-brackets": "{a: 1, a: 2}\n",
    "empty-key": "'': 1\n",
    "complex-key": "{[a]: 1}\n",
    "mistake": "a: 1\nb: [\n",
    "mistake-further-on": "a: 1\n---\nb: [\n",
    "glued-colon": "{a：1}\n",
    "comparison": "a: >5\nb: 1\n",
    "ambiguous-number": "a: 010\n",
    "text-alone": "hello\n",
    "empty-document": "a: 1\n---\n",
    "too-deep": "[" * 51 + "]" * 51,
    "much-too-deep": "- " * 30_000 + "a\n",
    "brackets-much-too-deep": "[" * 30_000 + "]" * 30_000,
    "documents": "a: 1\n---\n" * (MAX_DOCUMENTS + 1),
    "long": "a: " + "x" * MAX_LENGTH,
}


def source(text: str) -> Source:
    return Source("a.yaml", text.encode())


def assert_alike(one: Source) -> None:
    assert everything(read(one)) == everything(read(one, parser=AVAILABLE[0]))


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_texts_are_read_from_nodes(name: str) -> None:
    one = source(ORDINARY[name])
    trees = ordinary_trees(one.text, Notes(one, one.text))
    assert (trees is not None) == BY_NODES
    assert_alike(one)


@pytest.mark.long
@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_read_by_events(name: str) -> None:
    one = source(ODD[name])
    notes = Notes(one, one.text)
    assert ordinary_trees(one.text, notes) is None
    assert notes.findings == [], "what is found is said once, by events"
    assert_alike(one)


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: 1\n", "a: &b 1\nc: *b\n", "a: !b 1\n", "? |\n  a\n: 1\n"])
def test_what_nodes_do_not_tell_is_read_by_events(text: str) -> None:
    assert_alike(source(text))


def test_the_reference_playbooks_are_read_from_nodes() -> None:
    assert PLAYBOOKS
    for path in PLAYBOOKS:
        one = Source(path.name, path.read_bytes())
        if len(one.text) <= MAX_LENGTH:
            assert (ordinary_trees(one.text, Notes(one, one.text)) is not None) == BY_NODES
        assert_alike(one)


def test_a_synthetic_workspace_reads_alike(tmp_path: Path) -> None:
    synthesis.write(tmp_path, 24)
    for path in sorted(tmp_path.rglob("*.yaml")):
        assert_alike(Source(path.name, path.read_bytes()))


def test_composing_nodes_bounds_its_depth_whatever_the_depth_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_LENGTH", sys.maxsize)
    for text in ("[" * 900_000, "- " * 400_000, "{a: " * 200_000):
        one = source(text)
        assert ordinary_trees(one.text, Notes(one, one.text)) is None
