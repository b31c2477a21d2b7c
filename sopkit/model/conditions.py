"""A document, a noun or a step goes in; every condition in it, wherever it stands, with its key, comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Final, get_args, get_type_hints

from sopkit.model.predicates import Predicate
from sopkit.model.steps import Step

PREDICATES: Final = get_args(Predicate)
WRITTEN: Final = {"who": "customers"}
"""Fields that are not called as their keys are."""


def conditions(value: object) -> Iterator[tuple[str, Predicate]]:
    """Yield the key and the condition, in the order of the model's fields; steps inside are asked for theirs on their own."""
    kind: type = type(value)
    for name, key in _keys(kind):
        held = getattr(value, name)
        if held:  # most fields are empty
            yield from _conditions_in(held, key)


def _conditions_in(value: object, key: str) -> Iterator[tuple[str, Predicate]]:
    if isinstance(value, PREDICATES):
        yield key, value
    elif isinstance(value, tuple):
        for one in value:
            yield from _conditions_in(one, key)
    elif not isinstance(value, Step):
        yield from conditions(value)


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    """Return the fields of a class that may hold conditions, each with its key."""
    return tuple((name, WRITTEN.get(name, name.rstrip("_"))) for name in holders(kind))


@cache
def holders(kind: type) -> tuple[str, ...]:
    """Return the fields of a class of the model in which there may be conditions; most classes have none."""
    if not is_dataclass(kind):
        return ()
    hints = get_type_hints(kind)
    return tuple(one.name for one in fields(kind) if _leads_to_conditions(hints[one.name], frozenset((kind,))))


def _leads_to_conditions(hint: object, passed: frozenset[object]) -> bool:
    if hint in PREDICATES:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        inside = get_type_hints(hint).values() if hint is not Step and hint not in passed else ()
        return any(_leads_to_conditions(one, passed | {hint}) for one in inside)
    return any(_leads_to_conditions(one, passed) for one in get_args(hint))
