"""Whatever a document holds, nothing raises; and every value of the model stands where it says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings

from sopkit.diagnostics import Finding
from sopkit.model import values
from sopkit.model.documents import Workspace
from sopkit.model.values import Ref, Text
from sopkit.pipeline import Compilation
from sopkit.text import LANGS
from sopkit.tree import INDEX_BITS, MAX_NODES, NUMBERS_A_NODE, Forest, Mark
from tests.benchmarks import synthesis
from tests.mutations import documents, mutated, written
from tests.workspaces import compiled

HERE = Path(__file__).parent
SLOW = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


def assert_whole(finding: Finding) -> None:
    """A finding can be shown: its texts are filled and its places are in their files."""
    for lang in LANGS:
        assert finding.message(lang)
        assert finding.fix(lang)
    for span in (finding.span, *(related.span for related in finding.related)):
        lines = span.source.lines
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


@pytest.mark.long
@SLOW
@given(mutated(), mutated(most=1))
def test_no_document_raises(worse: bytes, other: bytes) -> None:
    compilation = compiled({"a.yaml": worse, "b.yaml": other})
    for finding in compilation.findings:
        assert_whole(finding)
    assert_marks(compilation)


@pytest.mark.long
@SLOW
@given(mutated())
def test_no_workspace_document_raises(worse: bytes) -> None:
    compilation = compiled({"sopkit.yaml": worse, "b.yaml": written(documents()[0])})
    for finding in compilation.findings:
        assert_whole(finding)


# Places


MARKED: dict[type, tuple[str, ...]] = {}


def marked(cls: type) -> tuple[str, ...]:
    """Return the fields of a dataclass that hold a place."""
    if cls not in MARKED:
        MARKED[cls] = tuple(name for name, hint in get_type_hints(cls).items() if hint is Mark)
    return MARKED[cls]


def things(value: object) -> Iterator[object]:
    """Yield every dataclass in a value of the model, itself included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif is_dataclass(one) and not isinstance(one, type):
            yield one
            waiting.extend(getattr(one, field.name) for field in fields(one))


def assert_marks(compilation: Compilation) -> int:
    """Every place in the model is a node of a tree, and what is written there is what the value says."""
    count = 0
    for thing in things(compilation.workspace):
        for name in marked(type(thing)):
            mark = getattr(thing, name)
            assert_node(compilation.forest, mark)
            count += 1
        assert_claim(compilation.forest, thing)
    return count


def assert_node(forest: Forest, mark: Mark) -> None:
    number, index = mark >> INDEX_BITS, mark & (MAX_NODES - 1)
    if not forest.trees:
        return
    tree = forest.trees[number]
    assert 0 <= index < len(tree.places) // NUMBERS_A_NODE
    start, end = tree.places[index * NUMBERS_A_NODE], tree.places[index * NUMBERS_A_NODE + 1]
    assert 0 <= start <= end <= len(tree.source.text)


WORDS = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-z]{2,}")
SAID_OTHERWISE = frozenset({"over", "baseline"})
TYPED = (
    *(values.Duration, values.DurationRange, values.Clock, values.Slot, values.DateValue, values.Every),
    *(values.Window, values.Share, values.Money, values.Comparison, values.Rate),
)


def assert_claim(forest: Forest, thing: object) -> None:
    """What is written at the place of a reference, text or typed value holds it."""
    match thing:
        case Ref():
            if thing.id != "end":
                assert plain(thing.id) in plain(forest.span(thing.at).excerpt()), thing
        case Text():
            excerpt = plain(forest.span(thing.at).excerpt())
            for _, words in thing.variants:
                assert plain(words) in excerpt, thing
        case _ if isinstance(thing, TYPED):
            excerpt = forest.span(thing.at).excerpt()
            for word in WORDS.findall(str(thing)):
                assert word in SAID_OTHERWISE or number(word) in excerpt, thing


def number(word: str) -> str:
    """Return a figure without the noughts that are written or not."""
    return word.lstrip("0") or word


def plain(text: str) -> str:
    """Return what is written without what YAML may put round and between it."""
    return re.sub(r"""\\[nt]|[\s\\"'|>+-]""", "", text)


@pytest.mark.long
def test_every_value_of_the_reference_workspace_stands_where_it_says() -> None:
    folder = HERE.parent / "playbooks"
    compilation = compiled(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}
    )
    assert assert_marks(compilation) > 5_000


def test_every_value_of_a_synthetic_workspace_stands_where_it_says(tmp_path: Path) -> None:
    synthesis.write(tmp_path, 24)
    compilation = compiled(
        {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in sorted(tmp_path.rglob("*.yaml"))}
    )
    assert assert_marks(compilation) > 2_000


@pytest.mark.long
@pytest.mark.parametrize("folder", ["values", "names", "flow"])
def test_every_value_of_broken_workspaces_stands_where_it_says(folder: str) -> None:
    for path in sorted((HERE / folder).rglob("*.yaml")):
        data = path.read_bytes()
        assert_marks(compiled({"sopkit.yaml" if b"kind: workspace" in data else "a.yaml": data}))


@pytest.mark.long
def test_the_model_is_frozen() -> None:
    """For the type checker: what a class is made with stands before it."""
    for thing in things(compiled("kind: kpi\nid: x\nformula: {count: {events: order-paid}}\n").workspace):
        assert "frozen=True" in inspect.getsource(type(thing)).partition("class ")[0], type(thing)
        assert hasattr(type(thing), "__slots__"), type(thing)


def test_the_workspace_has_no_places_of_its_own() -> None:
    assert marked(Workspace) == ()


def test_a_test_of_another_form_is_told_once() -> None:
    text = (HERE / "values" / "malformed-test.yaml").read_text("utf-8")
    text = re.sub("audience: .*", "audience: {order-paid: {is: often}}", text).replace(
        "if: {order-refunded: [1, 2]}", "if: {order-refunded: ever}"
    )
    assert [one.rule.code for one in compiled({"a.yaml": text.encode()}).findings] == ["SOP141", "SOP103"]
