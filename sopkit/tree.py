"""What the reader makes of one YAML document: plain values, and a place for every key, scalar and collection.

Values are plain Python (`dict`, `list`, `str`, `int`, `float`, `bool`, `None`), so that validators take them as they are.
Places are a flat pre-order table beside them: three numbers a node, in the order in which the nodes stand in the values.
In a mapping at index i the first key has index i + 1, its value i + 2; the next key stands at `after(value)`.
A key or value that came in by an alias or a merge key has its own entries, which point at where it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final, NewType

from sopkit.frozen import dataclass
from sopkit.source import Source, Span

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
"""A YAML 1.2 core value; mapping keys are always strings."""

Mark = NewType("Mark", int)
"""A place in the workspace: tree number and node index in one integer; `Forest.span` turns it into a `Span`."""

INDEX_BITS: Final = 20
MAX_NODES: Final = 1 << INDEX_BITS
"""A document with more nodes is refused by the reader."""

NUMBERS_A_NODE: Final = 3
"""Offset in `Source.text` at which the node starts, offset at which it ends, and how many nodes it holds, itself included."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One YAML document."""

    source: Source
    value: Value
    places: Sequence[int]
    """`NUMBERS_A_NODE` unsigned integers a node, pre-order; node 0 is the root."""
    plain_hash: Mapping[int, str] = field(default_factory=dict)
    """Plain scalars with a `#` in or right behind them (exactly one space before it): index → what a reader would lose."""
    plain: frozenset[int] = frozenset()
    """Plain (unquoted) scalars that YAML reads as null, a boolean or a number: where a text is meant, they need quotes."""
    aliased: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Index of a node that came in through an alias → start and end offset of that alias; nodes inside it are not listed."""

    def after(self, index: int) -> int:
        """Return the index of the node that follows the subtree at `index`."""
        return index + self.places[index * NUMBERS_A_NODE + 2]

    def span(self, index: int) -> Span:
        """Return where the node at `index` is written."""
        at = index * NUMBERS_A_NODE
        return self.source.span(self.places[at], self.places[at + 1])

    def items(self, index: int, mapping: Mapping[str, Value]) -> Iterator[tuple[str, int, Value, int]]:
        """Yield key, key's index, value, value's index of the mapping at `index`, in the order written."""
        at = index + 1
        for key, value in mapping.items():
            yield key, at, value, at + 1
            at = self.after(at + 1)

    def elements(self, index: int, values: list[Value]) -> Iterator[tuple[Value, int]]:
        """Yield each element of the list at `index` with its index."""
        at = index + 1
        for value in values:
            yield value, at
            at = self.after(at)

    def _key(self, index: int, mapping: Mapping[str, Value], key: str | int) -> tuple[int, int, Value]:
        """Return index of the key, index of its value, and the value in the mapping at `index`."""
        at = index + 1
        for name, value in mapping.items():
            if name == key:
                return at, at + 1, value
            at = self.after(at + 1)
        raise LookupError(key)

    def find(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        """Return (index of the key or element, index of the value) at `path` of keys and positions; root is (0, 0)."""
        key_at = at = 0
        value = self.value
        for part in path:
            if isinstance(value, dict):
                key_at, at, value = self._key(at, value, part)
            elif isinstance(value, list) and isinstance(part, int):
                value, at = next(pair for n, pair in enumerate(self.elements(at, value)) if n == part)
                key_at = at
            else:
                raise LookupError(path)
        return key_at, at


class Forest:
    """All trees of a workspace, numbered, so that one integer names a place."""

    def __init__(self, trees: tuple[Tree, ...]) -> None:
        self.trees = trees

    @staticmethod
    def base(number: int) -> int:
        """Return what to add to a node index of tree `number` to get its `Mark`."""
        return number << INDEX_BITS

    def tree(self, mark: Mark) -> Tree:
        return self.trees[mark >> INDEX_BITS]

    def span(self, mark: Mark) -> Span:
        """Return where the marked node is written."""
        return self.trees[mark >> INDEX_BITS].span(mark & (MAX_NODES - 1))
