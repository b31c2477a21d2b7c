"""A document, a noun or a step goes in; every condition in it, wherever it stands, with its key, comes out."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Final, TypeGuard, get_args

from sopkit.model.hints import hints_of
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Step

PREDICATES: Final = frozenset(get_args(Predicate))
WRITTEN: Final = {"who": "customers"}
"""Fields that are not called as their keys are."""


def conditions(value: object) -> list[tuple[str, Predicate]]:
    """Return the key and the condition, in the order of the model's fields; steps inside are asked for theirs on their own."""
    found: list[tuple[str, Predicate]] = []
    _collect(value, found)
    return found


def _collect(value: object, found: list[tuple[str, Predicate]]) -> None:
    kind: type = type(value)
    for name, key in _keys(kind):
        held = getattr(value, name)
        if held:  # most fields are empty
            _collect_in(held, key, found)


def _collect_in(value: object, key: str, found: list[tuple[str, Predicate]]) -> None:
    if isinstance(value, tuple):
        for one in value:
            _collect_in(one, key, found)
    elif _is_predicate(value):
        found.append((key, value))
    elif not isinstance(value, Step):
        _collect(value, found)


def _is_predicate(value: object) -> TypeGuard[Predicate]:
    return type(value) in PREDICATES


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    """Return the fields of a class that may hold conditions, each with its key."""
    return tuple((name, WRITTEN.get(name, name.rstrip("_"))) for name in holders(kind))


@cache
def holders(kind: type) -> tuple[str, ...]:
    """Return the fields of a class of the model in which there may be conditions; most classes have none."""
    if not is_dataclass(kind):
        return ()
    hints = hints_of(kind)
    return tuple(one.name for one in fields(kind) if _leads_to_conditions(hints[one.name], frozenset((kind,))))


def _leads_to_conditions(hint: object, passed: frozenset[object]) -> bool:
    if hint in PREDICATES:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        inside = hints_of(hint).values() if hint is not Step and hint not in passed else ()
        return any(_leads_to_conditions(one, passed | {hint}) for one in inside)
    return any(_leads_to_conditions(one, passed) for one in get_args(hint))
