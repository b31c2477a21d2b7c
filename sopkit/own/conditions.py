"""The `where` of an own rule goes in; a function that says of one place whether it meets that comes out, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Final, get_args

from sopkit.frozen import dataclass
from sopkit.graph.nodes import ExecutionGraph, Node, NodeKind
from sopkit.model.parse_amounts import quantity
from sopkit.model.values import SECONDS
from sopkit.schema.definitions import KINDS, SHARED, document
from sopkit.text import Phrase
from sopkit.tree import Value

MOST_TESTS: Final = 100
MOST_DEEP: Final = 8
MOST_LONG: Final = 200
"""Characters of a pattern, and entries of a list."""
REMEMBERED: Final = 4096
"""Texts whose amounts are kept: playbooks write the same few."""
TIME: Final = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")
DATE: Final = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
FIELD: Final = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*", re.ASCII)
BY_UNIT: Final[Mapping[str, int]] = {str(unit): seconds for unit, seconds in SECONDS.items()}
SIDES: Final = ("before", "after")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a rule looks at: a node, and what is written of it."""

    node: Node
    written: Mapping[str, Value]
    graph: ExecutionGraph


Holds = Callable[[Place], bool]


class MistakenError(Exception):
    """A part of a rule that can't work; where in it, why, and what is meant perhaps."""

    def __init__(self, path: Path, problem: Phrase, advice: Phrase, near: tuple[str, ...] = ()) -> None:
        super().__init__(problem.en)
        self.path = path
        self.problem = problem
        self.advice = advice
        self.near = near


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of a place, and the fields that are asked about, in the order written."""

    holds: Holds
    fields: tuple[str, ...]


def read(where: Value, path: Path) -> Condition:
    """Return the condition that is written there; without one everything meets it. Raises `MistakenError`."""
    fields: list[str] = []
    holds = _all(where, path, fields) if isinstance(where, dict) else (lambda _: True)
    return Condition(holds, tuple(dict.fromkeys(fields)))


def leaves(value: Value) -> Iterator[str]:
    """Yield every scalar in a value as it would be written."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif value is not None:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def field_of(written: Mapping[str, Value], name: str) -> Value:
    """Return what is written under a field such as `text.en`, of a list what its entries have; None where nothing is."""
    first, _, rest = name.partition(".")
    value = written.get(first)
    return _below(value, rest) if rest else value


def _below(value: Value, name: str) -> Value:
    if isinstance(value, dict):
        return field_of(value, name)
    if isinstance(value, list):
        found: list[Value] = [one for one in (_below(each, name) for each in value) if one is not None]
        return found or None
    return None


def _all(where: Mapping[str, Value], path: Path, fields: list[str]) -> Holds:
    if len([part for part in path if part in ("all", "any", "not")]) >= MOST_DEEP:
        raise MistakenError(
            path,
            Phrase(f"条件套了 {MOST_DEEP} 层以上", f"its conditions are nested more than {MOST_DEEP} deep"),
            Phrase("拆成几条规则", "make several rules of it"),
        )
    return _both(tuple(_one(key, asked, (*path, key), fields) for key, asked in where.items()))


def _both(every: tuple[Holds, ...]) -> Holds:
    return every[0] if len(every) == 1 else lambda place: all(one(place) for one in every)


def _one(key: str, asked: Value, path: Path, fields: list[str]) -> Holds:
    if key in ("all", "any") and isinstance(asked, list):
        some = [
            _all(one, (*path, number), fields) if isinstance(one, dict) else (lambda _: True)
            for number, one in enumerate(asked)
        ]
        return _both(tuple(some)) if key == "all" else lambda place: any(one(place) for one in some)
    if key == "not" and isinstance(asked, dict):
        inner = _all(asked, path, fields)
        return lambda place: not inner(place)
    if key == "neighbours" and isinstance(asked, dict):
        return _neighbours(asked, path)
    fields.append(key)
    if len(fields) > MOST_TESTS:
        raise MistakenError(
            path,
            Phrase(f"条件多于 {MOST_TESTS} 个", f"it asks more than {MOST_TESTS} things"),
            Phrase("拆成几条规则", "make several rules of it"),
        )
    _refuse_unknown(key, path)
    tests = asked if isinstance(asked, dict) else {"one_of": asked}
    every = [_test(name, wanted, (*path, name) if tests is asked else path) for name, wanted in tests.items()]
    if len(every) == 1:
        (only,) = every
        return lambda place: only(field_of(place.written, key))
    return lambda place: _meets(field_of(place.written, key), every)


def _meets(value: Value, every: Sequence[Callable[[Value], bool]]) -> bool:
    return all(one(value) for one in every)


def _refuse_unknown(key: str, path: Path) -> None:
    first = key.partition(".")[0]
    if FIELD.fullmatch(key) is None or first not in known_fields():
        near = tuple(get_close_matches(first, sorted(known_fields()), n=3))
        raise MistakenError(
            path,
            Phrase(f"剧本里没有“{first}”这个键", f"playbooks know no key `{first}`"),
            Phrase(
                "写剧本里用的键，如 within、via、text.en",
                "write a key as playbooks have it: `within`, `via`, `text.en`",
            ),
            near,
        )


@cache
def known_fields() -> frozenset[str]:
    """Return every key that the language has somewhere."""
    found: set[str] = set()
    for name in (*KINDS, SHARED):
        _gather(document(name), found)
    return frozenset(found)


def _gather(part: Value, found: set[str]) -> None:
    if isinstance(part, list):
        for one in part:
            _gather(one, found)
    elif isinstance(part, dict):
        properties = part.get("properties")
        if isinstance(properties, dict):
            found.update(properties)
        for key, one in part.items():
            if key not in ("examples", "enum"):
                _gather(one, found)


def _test(name: str, wanted: Value, path: Path) -> Callable[[Value], bool]:
    words = tuple(leaves(wanted))
    if len(words) > MOST_LONG or any(len(one) > MOST_LONG for one in words):
        raise MistakenError(
            path,
            Phrase(
                f"写了 {MOST_LONG} 项或 {MOST_LONG} 个字以上", f"it has more than {MOST_LONG} entries or characters"
            ),
            Phrase("写短一些", "write less"),
        )
    if name == "missing":
        return lambda value: (value is None) is (wanted is True)
    if name in ("equals", "one_of"):
        return lambda value: any(one in words for one in leaves(value))
    if name == "contains":
        folded = tuple(one.casefold() for one in words)
        return lambda value: any(word in one.casefold() for one in leaves(value) for word in folded)
    if name == "matches":
        pattern = words[0].replace("[", "[[]")  # only `*` and `?` are signs
        return lambda value: any(fnmatchcase(one, pattern) for one in leaves(value))
    return _compared(words[0], path, more=name in ("more_than", "after"), moment=name in SIDES)


def _compared(bound: str, path: Path, *, more: bool, moment: bool) -> Callable[[Value], bool]:
    """Return a comparison with what is of the same measure; a range counts with the end that may be beyond."""
    measure = _moments if moment else _amounts
    limits = measure(bound)
    if len(limits) != 1:
        example = (
            Phrase("如 21:00、2026-12-31", "such as 21:00 or 2026-12-31")
            if moment
            else Phrase("如 3、2d、15%、50 CNY", "such as 3, 2d, 15% or 50 CNY")
        )
        raise MistakenError(
            path,
            Phrase(f"“{bound}”没法比较", f"`{bound}` can't be compared with"),
            Phrase(f"写一个数或时间，{example.zh}", f"write one amount or time, {example.en}"),
        )
    ((unit, limit),) = limits
    return lambda value: any(
        of == unit and (one > limit if more else one < limit) for leaf in leaves(value) for of, one in measure(leaf)
    )


@lru_cache(REMEMBERED)
def _moments(text: str) -> tuple[tuple[str, Decimal], ...]:
    dates = tuple(("date", Decimal(one.replace("-", ""))) for one in DATE.findall(text))
    return dates or tuple(("time", Decimal(int(hours) * 60 + int(minutes))) for hours, minutes in TIME.findall(text))


@lru_cache(REMEMBERED)
def _amounts(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Return the amounts in a text such as `2d`, `1h..3h`, `≥ 15%`, `50 CNY`, each with what it is measured in."""
    found: list[tuple[str, Decimal]] = []
    for part in text.lstrip("≥≤<>= ").split(".."):
        amount = quantity(part.strip())
        if amount is not None:
            factor = BY_UNIT.get(amount.unit)
            found.append(("s", amount.number * factor) if factor else (amount.unit, amount.number))
    return tuple(found)


def _neighbours(asked: Mapping[str, Value], path: Path) -> Holds:
    kind, side = asked.get("kind"), asked.get("side")
    if kind is not None and kind not in get_args(NodeKind):
        near = tuple(get_close_matches(str(kind), get_args(NodeKind), n=3))
        raise MistakenError(
            (*path, "kind"),
            Phrase(f"没有“{kind}”这一类", f"there is no kind `{kind}`"),
            Phrase("写图里有的类型，如 step、exit、role", "write a kind that the graph has: `step`, `exit`, `role`"),
            near,
        )

    def holds(place: Place) -> bool:
        graph, id_ = place.graph, place.node.id
        near = {one.target for one in graph.leaving.get(id_, ())} if side != "before" else set()
        near |= {one.source for one in graph.arriving.get(id_, ())} if side != "after" else set()
        count = sum(kind is None or graph.nodes[one].kind == kind for one in near if one in graph.nodes)
        return all(_counts(name, count, wanted) for name, wanted in asked.items() if isinstance(wanted, int))

    return holds


def _counts(name: str, count: int, wanted: int) -> bool:
    return count > wanted if name == "more_than" else count < wanted if name == "less_than" else count == wanted
