"""A place in a document, and what is to change there, go in; the edit that does so comes out, or none where that is not certain.

Nothing is offered in a document with aliases: the same lines stand for several places there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from sopkit.diagnostics import Edit
from sopkit.source import Span
from sopkit.tree import MAX_NODES, Mark, Tree, Value

DASH: Final = re.compile(r"[ ]*-[ ]+")
BETWEEN: Final = re.compile(r"\s*,\s*")


def writing(tree: Tree, mark: Mark, key: str, value: str, behind: Collection[str]) -> Edit | None:
    """Return the edit that gives a mapping the key with that value, in place of the one that it has, if it has any."""
    at = mark & (MAX_NODES - 1)
    found = _at(tree, at)
    if tree.aliased or not isinstance(found, dict):
        return None
    for name, _, _, value_at in tree.items(at, found):
        if name == key:
            return Edit(tree.span(value_at), value)
    anchors = [
        value_at
        for name, _, one, value_at in tree.items(at, found)
        if name in behind
        and not isinstance(one, dict | list)
        and tree.span(value_at).line == tree.span(value_at).end_line
    ]
    return _added(tree, at, anchors[-1], f"{key}: {value}") if anchors else None


def _added(tree: Tree, at: int, anchor: int, entry: str) -> Edit | None:
    whole, span = tree.span(at), tree.span(anchor)
    source = whole.source
    if whole.excerpt().startswith("{"):
        return Edit(Span(source, span.end_line, span.end_column, span.end_line, span.end_column), f", {entry}")
    end = len(source.lines[span.line - 1]) + 1
    ended = source.text[source.line_starts[span.line - 1] + end - 1 :][:2]
    line_end = "\r\n" if ended == "\r\n" or (not ended and "\r\n" in source.text) else "\n"
    return Edit(Span(source, span.line, end, span.line, end), line_end + " " * (whole.column - 1) + entry)


def dropping(tree: Tree, mark: Mark) -> Edit | None:
    """Return the edit that takes an entry out of its list, the lines that it stands on and all; none where it is the only one."""
    at = mark & (MAX_NODES - 1)
    held = _list_of(tree, at)
    if tree.aliased or held is None:
        return None
    list_at, entries = held
    if len(entries) < 2:
        return None
    if tree.span(list_at).excerpt().startswith("["):
        return _out_of_brackets(tree, entries, entries.index(at))
    return _lines_out(tree.span(at))


def _out_of_brackets(tree: Tree, entries: list[int], number: int) -> Edit | None:
    one = tree.span(entries[number])
    last = number == len(entries) - 1
    other = tree.span(entries[number - 1 if last else number + 1])
    gap = (
        Span(one.source, other.end_line, other.end_column, one.line, one.column)
        if last
        else Span(one.source, one.end_line, one.end_column, other.line, other.column)
    )
    if BETWEEN.fullmatch(gap.excerpt()) is None:
        return None
    if last:
        return Edit(Span(one.source, gap.line, gap.column, one.end_line, one.end_column), "")
    return Edit(Span(one.source, one.line, one.column, gap.end_line, gap.end_column), "")


def _lines_out(span: Span) -> Edit | None:
    source, lines = span.source, span.source.lines
    if DASH.fullmatch(lines[span.line - 1][: span.column - 1]) is None:
        return None
    last = span.end_line - 1 if span.end_column == 1 else span.end_line
    if last < len(lines):
        return Edit(Span(source, span.line, 1, last + 1, 1), "")
    before = span.line - 1
    return (
        Edit(Span(source, before, len(lines[before - 1]) + 1, last, len(lines[last - 1]) + 1), "") if before else None
    )


def _at(tree: Tree, index: int) -> Value:
    return next((value for at, value in _down_to(tree, index) if at == index), None)


def _list_of(tree: Tree, index: int) -> tuple[int, list[int]] | None:
    """Return the list that the value is an entry of, and where each of its entries stands."""
    way = [*_down_to(tree, index)]
    if len(way) < 2 or way[-1][0] != index:
        return None
    at, value = way[-2]
    return (at, [entry for _, entry in tree.elements(at, value)]) if isinstance(value, list) else None


def _down_to(tree: Tree, index: int) -> Iterator[tuple[int, Value]]:
    """Yield the values from the root down to the one at `index`, each with its own."""
    at, value = 0, tree.value
    while True:
        yield at, value
        inside: list[tuple[int, Value]] = []
        if isinstance(value, dict):
            inside = [(child, one) for _, _, one, child in tree.items(at, value)]
        elif isinstance(value, list):
            inside = [(child, one) for one, child in tree.elements(at, value)]
        found = next((one for one in inside if one[0] <= index < tree.after(one[0])), None)
        if at == index or found is None:
            return
        at, value = found
