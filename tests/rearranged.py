"""Workspaces as files go in; the same documents come out in other files, under comments, or with their keys in another order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import yaml

from sopkit.reader import read
from sopkit.source import Source
from sopkit.tree import Value

ORDERED = frozenset({"stages", "first_of"})
"""Mappings whose order says something: the first stage is where customers come in."""

Placed = tuple[str, Value]
"""A document and the file that it stands in."""


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def documents(files: Mapping[str, bytes]) -> list[Placed]:
    return [(path, tree.value) for path, data in sorted(files.items()) for tree in read(Source(path, data)).trees]


def written(placed: list[Placed]) -> dict[str, bytes]:
    """Return the documents as files, in one plain style."""
    found: dict[str, str] = {}
    for path, value in placed:
        before = found[path] + "---\n" if path in found else ""
        found[path] = before + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return {path: text.encode() for path, text in found.items()}


def keys_shuffled(placed: list[Placed], rng: random.Random) -> dict[str, bytes]:
    return written([(path, _shuffled(value, rng)) for path, value in placed])


def documents_apart(placed: list[Placed], rng: random.Random) -> dict[str, bytes]:
    """Return each document in a file of its own, with names by chance and a comment before it."""
    names = [f"{rng.choice('abcd')}/{number:03}.yaml" for number in range(len(placed))]
    rng.shuffle(names)
    moved = [(_moved(path, value, name), value) for (path, value), name in zip(placed, names, strict=True)]
    return {path: f"# moved\n\n{data.decode()}".encode() for path, data in written(moved).items()}


def documents_together(placed: list[Placed], rng: random.Random) -> dict[str, bytes]:
    """Return all documents in one file, but that of the workspace."""
    mixed = list(placed)
    rng.shuffle(mixed)
    return written([(_moved(path, value, "all.yaml"), value) for path, value in mixed])


def lines_inserted(files: Mapping[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """Return the files with comments before them, above documents and behind them."""
    found = {}
    for path, data in files.items():
        text = data.decode().replace("\n---\n", "\n---\n# " + "x" * rng.randint(0, 9) + "\n\n")
        found[path] = (
            f"# {rng.random()}\n{'' if text.startswith('---') else chr(10)}{text.rstrip(chr(10))}\n# the end\n"
        )
    return {path: text.encode() for path, text in found.items()}


def _moved(path: str, value: Value, to: str) -> str:
    return path if isinstance(value, dict) and value.get("kind") == "workspace" else to


def _shuffled(value: Value, rng: random.Random, ordered: bool = False) -> Value:
    if isinstance(value, dict):
        items = [(key, _shuffled(inner, rng, key in ORDERED)) for key, inner in value.items()]
        if not ordered:
            rng.shuffle(items)
        return dict(items)
    return [_shuffled(one, rng) for one in value] if isinstance(value, list) else value
