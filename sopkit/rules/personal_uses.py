"""A graph goes in; what uses each datum, directly or through the nouns that stand for it, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

from sopkit.graph import ExecutionGraph

NO_USE: Final = frozenset(("tool", "purpose", "role", "event"))
"""What a datum is declared with is no use of it."""
PASSED_ON: Final = frozenset(("segment", "tag", "script", "channel", "trigger"))
"""Nodes through which something uses a datum that they stand for; what is computed from it stands for itself."""
Further = Mapping[str, Sequence[str]]
"""By node, the nodes that use it."""


def uses(graph: ExecutionGraph) -> Further:
    """Return what uses a datum or a noun that stands for it; who sends by an address needs it where the order is given, too.

    A sync uses the datum by which it knows customers again, and none that it only carries.
    """
    stands_for = tuple(f"{kind}/" for kind in ("data", *PASSED_ON))
    found: dict[str, list[str]] = {}
    for source, target, kind, _, label, *_ in graph.edges:
        if source.startswith(stands_for) and (label == "key" or not target.startswith("sync/")):
            found.setdefault(source, []).append(target)
        if kind == "uses" and target.startswith(("script/", "channel/")):
            found.setdefault(target, []).append(source)
    return found


def users(further: Further, start: str, through: Set[str] = PASSED_ON) -> Iterator[str]:
    """Yield whatever uses what the node stands for, directly or through nodes of some kinds, such as segments and scripts."""
    seen = {start}
    waiting = [start]
    while waiting:
        for user in further.get(waiting.pop(), ()):
            kind = user.partition("/")[0]
            if kind in NO_USE or user in seen:
                continue
            seen.add(user)
            yield user
            if kind in through:
                waiting.append(user)
