"""What a reading holds, laid open: for comparing two of them, and for checking that every place is what it claims."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.diagnostics import Finding
from sopkit.reader import Reading
from sopkit.source import Span
from sopkit.tree import NUMBERS_A_NODE, Tree, Value


def everything(reading: Reading) -> object:
    """Return all that a reading says, as plain values that compare."""
    trees = [
        (
            repr(tree.value),
            list(tree.places),
            sorted(tree.plain_hash.items()),
            sorted(tree.plain),
            sorted(tree.aliased.items()),
        )
        for tree in reading.trees
    ]
    return trees, [_told(finding) for finding in reading.findings], reading.complete


def _told(finding: Finding) -> object:
    fixes = [(fix.label.en, fix.safe, [(edit.span.sort_key, edit.text) for edit in fix.edits]) for fix in finding.fixes]
    related = [(one.span.sort_key, one.note.en) for one in finding.related]
    return finding.rule.code, finding.span.sort_key, finding.message("zh-CN"), finding.message("en"), related, fixes


def spans(finding: Finding) -> Iterator[Span]:
    """Yield every span that a finding points at."""
    yield finding.span
    yield from (one.span for one in finding.related)
    yield from (edit.span for fix in finding.fixes for edit in fix.edits)


def assert_inside(span: Span) -> None:
    """A span begins and ends within its file, and does not end before it begins."""
    lines = span.source.lines
    assert 1 <= span.line <= span.end_line <= len(lines)
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
    assert (span.line, span.column) <= (span.end_line, span.end_column)


def written(tree: Tree) -> Iterator[tuple[str, Value, int]]:
    """Yield each key and scalar ("key" or "value", what it is, its index), checking on the way how the places lie.

    Children lie inside their collection, in order, and do not overlap; what an alias or merge key brought in lies where it
    was written first.
    """
    assert len(tree.places) % NUMBERS_A_NODE == 0
    assert tree.after(0) == len(tree.places) // NUMBERS_A_NODE
    yield from _node(tree, tree.value, 0, (0, len(tree.source.text)), copied=False)


def _node(
    tree: Tree, value: Value, at: int, within: tuple[int, int], *, copied: bool
) -> Iterator[tuple[str, Value, int]]:
    start, end, size = tree.places[at * NUMBERS_A_NODE : (at + 1) * NUMBERS_A_NODE]
    copied = copied or at in tree.aliased
    assert 0 <= start <= end <= len(tree.source.text)
    if not copied:
        assert within[0] <= start
        assert end <= within[1]
    if at in tree.aliased:
        first, last = tree.aliased[at]
        assert tree.source.text[first] == "*"
        assert first < last
    yield from () if isinstance(value, dict | list) else [("value", value, at)]
    child, reached = at + 1, start
    for key, held in _children(value):
        if key is not None:
            reached = _in_order(tree, child, reached, copied=copied)
            yield "key", key, child
            child += 1
        reached = _in_order(tree, child, reached, copied=copied)
        yield from _node(tree, held, child, (start, end), copied=copied)
        child = tree.after(child)
    assert child == at + size


def _children(value: Value) -> Iterator[tuple[str | None, Value]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((None, item) for item in value)


def _in_order(tree: Tree, at: int, reached: int, *, copied: bool) -> int:
    """Return how far the children lie with the one at `at`, which must not begin before the one before ends."""
    if copied or at in tree.aliased:
        return reached
    start, end = tree.places[at * NUMBERS_A_NODE : at * NUMBERS_A_NODE + 2]
    assert reached <= start
    return end
