"""Trees go in; the same trees come out with the unquoted texts that a `#` stands in or cuts off."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sopkit.tree import NUMBERS_A_NODE, Tree

REST_OF_LINE: Final = re.compile(r"[^\r\n]*")

NOT_PLAIN: Final = frozenset("\"'|>[{")


def with_hashes(trees: tuple[Tree, ...], text: str) -> tuple[Tree, ...]:
    """Return the trees, `plain_hash` filled in."""
    found = list(_candidates(text))
    if not found:
        return trees
    return tuple(replace(tree, plain_hash=_losses(tree, text, found)) for tree in trees)


def _candidates(text: str) -> Iterator[tuple[int, int]]:
    """Yield each `#` in a text or one space behind it; a real comment stands two spaces behind, or on a line of its own."""
    at = text.find("#")
    while at >= 0:
        before = at - text.startswith(" ", at - 1, at)
        if before and text[before - 1] not in " \t\r\n#":
            yield before, at + 1
        at = text.find("#", at + 1)


def _losses(tree: Tree, text: str, found: list[tuple[int, int]]) -> dict[int, str]:
    places = tree.places
    starts: Sequence[int] = places[::NUMBERS_A_NODE]
    order: Sequence[int] = range(len(starts))
    if tree.aliased:  # copies stand out of order, and have the places of what they copy
        order = sorted((at for at in order if places[at * NUMBERS_A_NODE + 2] == 1), key=lambda at: (starts[at], -at))
        starts = [starts[at] for at in order]
    losses: dict[int, str] = {}
    for before, after in found:
        index = order[max(bisect_right(starts, before) - 1, 0)]
        start, end, size = places[index * NUMBERS_A_NODE : (index + 1) * NUMBERS_A_NODE]
        if not start <= before <= end or size > 1 or (start < end and text[start] in NOT_PLAIN):
            continue
        if before < end and after <= end:
            losses.setdefault(index, text[after - 1 : end])
        elif before == end and after == before + 2:
            rest = REST_OF_LINE.match(text, before)
            losses.setdefault(index, rest.group().rstrip() if rest else "")
    return losses
