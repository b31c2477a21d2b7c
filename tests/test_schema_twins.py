"""The fast validator and the plain one say the same of every document there is, and of documents made worse at random."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings

from sopkit.reader import read
from sopkit.schema.definitions import KINDS
from sopkit.schema.judgement import check
from sopkit.schema.validators import accepts
from sopkit.source import Source
from tests.benchmarks import synthesis
from tests.mutations import mutated

HERE = Path(__file__).parent
FOLDERS = [HERE.parent / "playbooks", *(HERE / name for name in ("reader", "schema", "values", "names", "flow"))]
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.yaml"))]


def assert_twins(data: bytes) -> None:
    for tree in read(Source("a.yaml", data)).trees:
        assert check(tree, fast=True) == check(tree, fast=False)
        kind = tree.value.get("kind") if isinstance(tree.value, dict) else None
        if isinstance(kind, str) and kind in KINDS:
            assert accepts(kind, tree.value, fast=True) == accepts(kind, tree.value, fast=False)


def test_the_fast_one_is_installed_here() -> None:
    assert jsonschema_rs.Draft202012Validator({"type": "string"}).is_valid("x")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_files(path: Path) -> None:
    assert_twins(path.read_bytes())


@pytest.mark.long
def test_a_synthetic_workspace(tmp_path: Path) -> None:
    synthesis.write(tmp_path, 24)
    for path in sorted(tmp_path.rglob("*.yaml")):
        assert_twins(path.read_bytes())


@pytest.mark.long
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_documents_made_worse(data: bytes) -> None:
    assert_twins(data)
