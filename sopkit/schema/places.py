"""Paths into a document go in; node indexes, shapes and names for them come out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sopkit.frozen import dataclass
from sopkit.schema.definitions import Shape
from sopkit.source import Span
from sopkit.tree import Tree, Value

Path = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class Place:
    """One node of a document: its path, value, indexes in the tree and what the schema says about it."""

    tree: Tree
    kind: str
    path: Path
    value: Value
    key_at: int
    """The key that holds it; the node itself for an element and for the root."""
    at: int
    shape: Shape
    needed: bool = False
    """What holds it must have its key."""

    @property
    def name(self) -> str:
        """The key that holds it, or that holds the list it stands in; empty at the root."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    @cached_property
    def span(self) -> Span:
        """Where the value is written; where nothing is written, the key."""
        span = self.tree.span(self.at)
        return span if span.excerpt().strip() else self.tree.span(self.key_at)

    @cached_property
    def keys(self) -> dict[str, int]:
        """The keys of the mapping here, each with its index, in the order written."""
        if not isinstance(self.value, dict):
            return {}
        return {key: at for key, at, _, _ in self.tree.items(self.at, self.value)}

    @cached_property
    def head(self) -> Span:
        """Where a reader looks first for a mapping that lacks something: all of it in one line, else the key or the first key."""
        span = self.tree.span(self.at)
        if self.path and span.line == span.end_line and span.excerpt():
            return span
        if self.key_at != self.at:
            return self.tree.span(self.key_at)
        first = next(iter(self.keys.values()), self.at)
        return self.tree.span(first)

    @property
    def subject(self) -> str:
        """What it belongs to, as `lifecycle/new-member/awareness/welcome` or `role/guide`."""
        return subject(self.tree.value, self.kind, self.path)


class Places:
    """The places of one document; what was looked up is kept, so that many findings in a long list stay cheap."""

    def __init__(self, tree: Tree, kind: str | None) -> None:
        """`kind` is None for a document whose kind is not known: then nothing has a shape."""
        shape = Shape({}, {}) if kind is None else Shape.of_kind(kind)
        root = Place(tree, kind or "", (), tree.value, 0, 0, shape)
        self._known: dict[Path, Place] = {(): root}

    def find(self, path: Path) -> Place:
        """Return the place at `path`, which must exist."""
        for length in range(len(path) + 1):
            if path[:length] not in self._known:
                self._enter(self._known[path[: length - 1]])
        return self._known[path]

    def _enter(self, place: Place) -> None:
        tree, value = place.tree, place.value
        if isinstance(value, dict):
            for key, key_at, child, at in tree.items(place.at, value):
                self._keep(place, key, child, key_at, at)
        elif isinstance(value, list):
            for number, (child, at) in enumerate(tree.elements(place.at, value)):
                self._keep(place, number, child, at, at)

    def _keep(self, parent: Place, part: str | int, value: Value, key_at: int, at: int) -> None:
        path = (*parent.path, part)
        shape = parent.shape.child(part).of(value)
        self._known[path] = Place(
            parent.tree, parent.kind, path, value, key_at, at, shape, part in parent.shape.required
        )


def path_to(tree: Tree, index: int) -> Path | None:
    """Return the path to the value at `index`; None where a key stands there."""
    path: list[str | int] = []
    at, value = 0, tree.value
    while at != index:
        inside = (child for child in _children(tree, at, value) if child[1] <= index < tree.after(child[1]))
        found = next(inside, None)
        if found is None:
            return None
        part, at, value = found
        path.append(part)
    return tuple(path)


def _children(tree: Tree, at: int, value: Value) -> Iterator[tuple[str | int, int, Value]]:
    if isinstance(value, dict):
        for key, _, child, start in tree.items(at, value):
            yield key, start, child
    elif isinstance(value, list):
        for number, (child, start) in enumerate(tree.elements(at, value)):
            yield number, start, child


def subject(root: Value, kind: str, path: Path) -> str:
    """Return the name of what `path` leads to or into."""
    name = root.get("id") if isinstance(root, dict) else None
    if kind == "catalog" and len(path) > 1:
        return f"{Shape.of_kind(kind).child(path[0]).declares or path[0]}/{path[1]}"
    parts = [kind, name] if isinstance(name, str) else [kind]
    value = root
    for above, part in zip((None, *path), path, strict=False):
        value = _step_in(value, part)
        if above == "stages":
            parts.append(str(part))
        elif isinstance(part, int) and isinstance(value, dict) and isinstance(value.get("id"), str):
            parts.append(str(value["id"]))
    return "/".join(parts)


def _step_in(value: Value, part: str | int) -> Value:
    if isinstance(value, dict) and isinstance(part, str):
        return value[part]
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
