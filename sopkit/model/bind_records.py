"""Type hints of the model's dataclasses go in; for each class the converter of every key comes out."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Final, Literal, Union, get_args, get_origin

from sopkit.model import bind_values as values
from sopkit.model import parse
from sopkit.model import parse_amounts as amounts
from sopkit.model.bind_values import Binding, Converter, Recipe, collect, parsed
from sopkit.model.documents import OnCap, Reentry
from sopkit.model.hints import hints_of
from sopkit.model.values import (
    Clock,
    Comparison,
    DateValue,
    Duration,
    DurationRange,
    Every,
    Hours,
    Money,
    Rate,
    Ref,
    Share,
    Slot,
    Text,
    Window,
)
from sopkit.tree import Mark, Value

Hint = object
"""A type as `hints_of` gives it."""

KEYS: Final = {"at_slots": "at", "slots": "at", "place": "at"}
"""Fields whose key has another name, besides those with `_` behind a Python keyword."""

BOOKKEEPING: Final = frozenset({"at", "id_at", "verb_at", "kind", "broken", "builtin", "verb", "values"})
"""Fields that no key of their own fills."""

LEAVES: Final[dict[object, Converter]] = {
    str: values.word,
    int: values.whole,
    float: values.number,
    bool: values.flag,
    Text: values.text,
    Ref: values.name,
    Duration: parsed(parse.duration),
    DurationRange: parsed(parse.duration_range),
    Clock: parsed(parse.clock),
    Hours: parsed(parse.hours),
    Slot: parsed(parse.slot),
    DateValue: parsed(parse.date),
    Every: parsed(parse.every),
    Window: parsed(parse.window),
    Share: parsed(amounts.share),
    Money: parsed(amounts.money),
    Comparison: parsed(amounts.comparison),
    Rate: parsed(amounts.rate),
    OnCap: parsed(parse.reaction),
    Reentry: parsed(parse.reentry),
}


def key_of(field: str) -> str:
    """Return the key of the language that fills the field of that name."""
    return KEYS.get(field, field.rstrip("_"))


def keys_of(cls: type) -> frozenset[str]:
    """Return the keys that a dataclass of the model is filled from, without those that its own converter adds."""
    return frozenset(key_of(name) for name in hints_of(cls) if name not in BOOKKEEPING)


def _is_union(hint: Hint) -> bool:
    return get_origin(hint) in {Union, types.UnionType}


class Kitchen:
    """Makes the recipe of each class when it is first asked for, and keeps it."""

    def __init__(
        self,
        own: Mapping[object, Converter],
        special: Mapping[tuple[type, str], Converter],
        keyed: frozenset[type],
    ) -> None:
        """`own` converts types as a whole, `special` single fields; classes in `keyed` stand in a mapping by their id."""
        self._own = {**LEAVES, **own}
        self._unions = {
            frozenset(get_args(known)): converter for known, converter in self._own.items() if _is_union(known)
        }
        self._special = special
        self._keyed = keyed
        self.recipes: dict[type, Recipe] = {}

    def recipe(self, cls: type) -> Recipe:
        """Return how a mapping becomes a `cls`."""
        if cls not in self.recipes:
            table: dict[str, tuple[str, Converter]] = {}
            self.recipes[cls] = Recipe(cls, table)  # before its fields, which may hold the class itself
            inherited = {name: base for base in reversed(cls.__mro__) for name in vars(base).get("__annotations__", ())}
            for name, hint in hints_of(cls).items():
                if name in BOOKKEEPING or (name == "id" and cls in self._keyed):
                    continue
                special = self._special.get((inherited[name], name))
                table[key_of(name)] = (name, special or self.converter(hint))
        return self.recipes[cls]

    def converter(self, hint: Hint) -> Converter:
        """Return the converter to what a type hint allows."""
        if hint in self._own:
            return self._own[hint]
        origin = get_origin(hint)
        if origin is Annotated:
            return self._reference(hint)
        if origin is Literal:
            return values.one_of(frozenset(get_args(hint)))
        if origin is tuple:
            return self._tuple(get_args(hint))
        if _is_union(hint):
            return self._union(hint)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._record(hint)
        raise TypeError(hint)

    def _reference(self, hint: Hint) -> Converter:
        namespace = get_args(hint)[1]
        if namespace == "consent|data|task":
            return values.asked
        return values.reference(namespace)

    def _tuple(self, args: tuple[Hint, ...]) -> Converter:
        of = args[0]
        if len(args) == 2 and args[1] is not Ellipsis:
            raise TypeError(args)  # a pair of two values has a converter of its own
        if get_origin(of) is tuple:
            key, item = get_args(of)
            return values.pairs(self.converter(key), self.converter(item))
        if of in self._keyed and isinstance(of, type):
            return self._by_id(of)
        return values.many(self.converter(of))

    def _union(self, hint: Hint) -> Converter:
        whole = frozenset(get_args(hint)) - {type(None)}
        if whole in self._unions:
            return self._unions[whole]
        words = frozenset(word for part in whole if get_origin(part) is Literal for word in get_args(part))
        others = [part for part in whole if get_origin(part) is not Literal]
        if not others:
            return values.one_of(words)
        if len(others) != 1:
            raise TypeError(hint)
        return values.one_of_or(words, self.converter(others[0])) if words else self.converter(others[0])

    def _record(self, cls: type) -> Converter:
        recipe = self.recipe(cls)
        make = recipe.make
        needed = frozenset(one.name for one in fields(cls) if one.default is MISSING and one.default_factory is MISSING)

        def convert(b: Binding, value: Value, at: int) -> object:
            if type(value) is not dict:
                return None
            filled = collect(b, value, at, recipe)
            return make(**filled) if filled.keys() >= needed else None  # else the schema has refused it

        return convert

    def _by_id(self, cls: type) -> Converter:
        recipe = self.recipe(cls)

        def convert(b: Binding, value: Value, at: int) -> object:
            if type(value) is not dict:
                return None
            found = []
            for name, name_at, item, index in b.tree.items(at, value):
                filled = collect(b, item, index, recipe) if type(item) is dict else {}
                filled["id"] = name
                filled["at"] = Mark(b.base + name_at)
                found.append(recipe.make(**filled))
            return tuple(found)

        return convert
