"""Values of the model go in; what they say, without where it is written, comes out; and how a key reads in the file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sopkit.diff.change import Detail
from sopkit.model.steps import VERBS, Choose, Step
from sopkit.model.values import Duration, Ref
from sopkit.tree import MAX_NODES, Forest, Mark, Value

Content = object
"""Plain nested tuples of texts and numbers, equal where the same is said."""

WRITTEN: Final = {"at_slots": "at"}
"""Fields whose key is another word; else the key is the field without the `_` behind it."""
LONGEST: Final = 160
"""Characters of a value that are shown; of longer ones the stretch in which they differ."""
AROUND: Final = 24
NO_PLACES: Final[Mapping[str, str]] = {}
FIELDS: Final[dict[type, tuple[str, ...]]] = {}
"""What `fields_of` has worked out."""
NO_CONTENT: Final = frozenset({"at", "id_at", "verb_at", "builtin", "broken", "waive", "source"})
"""Places, and what is said of the writing rather than of the work."""

OF_PLACES: Final = re.compile(r"\b(?:Step|Stage)?Ref\b")
"""Types of fields that name a step or a stage: what is called otherwise inside of one playbook counts in these alone."""
PLACES: Final[dict[type, frozenset[str]]] = {}
"""What `_names_a_place` has worked out."""


def fields_of(value: object) -> tuple[str, ...]:
    """Return the fields of a dataclass's value that say something."""
    kind = type(value)
    if kind not in FIELDS:
        named = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        FIELDS[kind] = tuple(
            one.name for one in named if one.name not in NO_CONTENT and not str(one.type).startswith("Mark")
        )
    return FIELDS[kind]


def _names_a_place(value: object, name: str) -> bool:
    kind = type(value)
    if kind not in PLACES:
        named = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        PLACES[kind] = frozenset(one.name for one in named if OF_PLACES.search(str(one.type)))
    return name in PLACES[kind]


def content(
    value: object, renamed: Mapping[str, str], leave: Iterable[str] = (), places: Mapping[str, str] = NO_PLACES
) -> Content:
    """Return what a value says; `renamed` has the new ids of what is called otherwise now, `places` those of steps and stages of
    the same playbook, `leave` fields to leave out."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return tuple([content(one, renamed, (), places) for one in value])
    if isinstance(value, Ref):
        return _now_called(value.id, renamed)
    if isinstance(value, Duration):
        return value.seconds if value.seconds is not None else (value.amount, value.unit)
    if isinstance(value, Choose):
        return tuple(
            [content(branch.if_, renamed, (), places) for branch in value.branches]
        )  # the steps inside are compared as steps
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), content(one, renamed, (), places)) for key, one in value.items()))
    if dataclasses.is_dataclass(value):
        skipped = ("otherwise", *leave) if isinstance(value, Step) else tuple(leave)
        named = [name for name in fields_of(value) if name not in skipped]
        return (type(value).__name__, *[_of_field(value, name, renamed, places) for name in named])
    return str(value)


def _of_field(value: object, name: str, renamed: Mapping[str, str], places: Mapping[str, str]) -> Content:
    known = {**renamed, **places} if places and _names_a_place(value, name) else renamed
    return content(getattr(value, name), known, (), places)


def _now_called(id_: str, renamed: Mapping[str, str]) -> str:
    """Return the id as it is now; of a path each part may be called otherwise."""
    if not renamed:
        return id_
    return renamed.get(id_) or "/".join(renamed.get(part, part) for part in id_.split("/"))


def differing(
    old: object,
    new: object,
    renamed: Mapping[str, str],
    leave: Iterable[str] = (),
    places: Mapping[str, str] = NO_PLACES,
) -> tuple[str, ...]:
    """Return the fields in which two values of one class say something else; `places` as in `content`."""
    skipped = {"id", "otherwise", *leave}
    return tuple(
        name
        for name in fields_of(new)
        if name not in skipped
        and (type(old) is not type(new) or _of_field(old, name, renamed, places) != content(getattr(new, name), {}))
    )


# How it is written


def written(forest: Forest, at: Mark) -> Value:
    """Return the plain value at a mark, or of the key at it."""
    tree, wanted = forest.tree(at), at & (MAX_NODES - 1)
    value, index = tree.value, 0
    while index != wanted:
        inside: Iterator[tuple[int, Value, int]]
        if isinstance(value, dict):
            inside = ((key_at, one, one_at) for _, key_at, one, one_at in tree.items(index, value))
        elif isinstance(value, list):
            inside = ((one_at, one, one_at) for one, one_at in tree.elements(index, value))
        else:
            return value
        found = next(
            ((one, one_at) for key_at, one, one_at in inside if key_at == wanted or wanted < tree.after(one_at)), None
        )
        if found is None:
            return value
        value, index = found
        if wanted < index:  # the mark is the key's
            return value
    return value


def details(old: Value, new: Value, names: Iterable[str]) -> tuple[Detail, ...]:
    """Return how the keys of these fields read before and after, in two mappings as written."""
    was, now = (one if isinstance(one, dict) else {} for one in (old, new))
    keys = sorted({key for name in names for key in _keys(name, was, now) if was.get(key) != now.get(key)})
    return tuple(Detail(key, *_apart(flow(was.get(key)), flow(now.get(key)))) for key in keys)


def _keys(name: str, was: Mapping[str, Value], now: Mapping[str, Value]) -> tuple[str, ...]:
    if name == "verb":
        return tuple(key for key in (*VERBS, "match") if key in was or key in now)
    return (WRITTEN.get(name, name.removesuffix("_")),)


def flow(value: Value) -> str:
    """Return a value on one line, as YAML writes it in a row; nothing for what is not written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return " ".join(str(value).split())


def _apart(before: str, after: str) -> tuple[str, str]:
    """Return two long texts as the stretch in which they differ, with what stands around it."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return _cut(before, start, end), _cut(after, start, end)


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - AROUND), min(len(text), len(text) - end + AROUND)
    middle = text[first:last]
    if len(middle) > LONGEST:
        middle = f"{middle[:LONGEST]}…"
    return f"{'…' if first else ''}{middle}{'…' if last < len(text) and not middle.endswith('…') else ''}"
