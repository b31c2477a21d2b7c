"""Plain values of a tree go in one by one; texts, references and parsed strings come out, and what was noticed is kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from typing import Final, Literal, TypeVar

from sopkit.frozen import dataclass
from sopkit.model.malformed import MalformedError
from sopkit.model.names import NAMESPACES, Names
from sopkit.model.values import Comparison, NumberRange, Ref, Text
from sopkit.tree import INDEX_BITS, NUMBERS_A_NODE, Forest, Mark, Tree, Value

T = TypeVar("T")

FEW: Final = 8
"""So many trees are looked up sooner, in each list of what stands in which, than all of it is walked over."""

Converter = Callable[["Binding", Value, int], object]
"""Binding, value and its index → what the field holds; None for what can't be understood: the schema has refused it."""

MIXED = (
    "stage",
    "step",
    "consent|data|task",
    "journey|procedure",
    "playbook",
    "any",
    "event|data",
    "event|segment",
    "report",
)
"""Namespaces of references besides those of declarations."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A string that could not be read."""

    error: MalformedError
    value: str
    at: Mark


@dataclass(frozen=True, slots=True)
class Jump:
    """A reference inside a playbook, to a step or a stage of it."""

    key: str
    """`since`, `go`, `approve` or `if_rejected`."""
    to: Ref
    stage: str
    """Where it stands."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A slot that does not fit its period."""

    every: str
    slot: str
    at: Mark


@dataclass(slots=True)
class Noticed:
    """What binding notices and resolution judges, in the order of the trees."""

    malformed: list[Malformed] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    repeated: list[tuple[str, Mark, Mark]] = field(default_factory=list)
    """Step id, where it stands first, where again."""
    dangling: list[tuple[Jump, tuple[str, ...]]] = field(default_factory=list)
    """Jump, and what it could name."""
    data_values: list[tuple[str, str, Mark]] = field(default_factory=list)
    """Datum, value and place, wherever a datum's value is named."""
    data_tests: list[tuple[str, Comparison | NumberRange, Mark]] = field(default_factory=list)
    locales: dict[tuple[str, int], Mark] = field(default_factory=dict)
    """Languages of the workspace's own texts, each with its first place in each tree, by the tree's number."""

    def take_over(self, other: Noticed, fresh: Collection[int], placed: Callable[[Mark], int]) -> None:
        """Add what another version had in all but the `fresh` trees, by the number in which trees are `placed`."""
        self.malformed = _merged(self.malformed, other.malformed, fresh, lambda one: placed(one.at))
        self.misfits = _merged(self.misfits, other.misfits, fresh, lambda one: placed(one.at))
        self.repeated = _merged(self.repeated, other.repeated, fresh, lambda one: placed(one[2]))
        self.dangling = _merged(self.dangling, other.dangling, fresh, lambda one: placed(one[0].to.at))
        self.data_values = _merged(self.data_values, other.data_values, fresh, lambda one: placed(one[2]))
        self.data_tests = _merged(self.data_tests, other.data_tests, fresh, lambda one: placed(one[2]))
        self.locales = dict(
            _merged([*self.locales.items()], [*other.locales.items()], fresh, lambda one: placed(one[1]))
        )


def _merged(mine: Sequence[T], theirs: Sequence[T], fresh: Collection[int], at: Callable[[T], int]) -> list[T]:
    """Return what another version had, in the `fresh` trees what there is now: all in the order of the trees, which `at` tells."""
    if len(fresh) > FEW:
        return sorted([*mine, *(one for one in theirs if at(one) not in fresh)], key=at)
    found = [*theirs]
    for place in fresh:
        first = bisect_left(found, place, key=at)
        found[first : bisect_right(found, place, first, key=at)] = [one for one in mine if at(one) == place]
    return found


class Binding:
    """One run over the trees of a workspace: what is declared, which tree is at hand, what was used and noticed."""

    __slots__ = (
        "base",
        "builtin",
        "counting",
        "jumps",
        "names",
        "noticed",
        "number",
        "places",
        "recipes",
        "stage",
        "stages",
        "step_ids",
        "steps_seen",
        "tests",
        "tree",
        "uses",
        "written",
        "written_ids",
    )

    def __init__(self, names: Names, recipes: Mapping[type, Recipe]) -> None:
        self.names = names
        self.recipes = recipes
        self.tests: dict[str, Literal["event", "data"]] = names.tests()
        self.uses: dict[str, defaultdict[str, list[Mark]]] = {
            namespace: defaultdict(list) for namespace in (*NAMESPACES, *MIXED)
        }
        self.noticed = Noticed()
        self.builtin = False
        self.counting = False
        """Inside a KPI, where a bare name is an event."""
        self.jumps: list[Jump] = []
        self.stage = ""
        self.stages: dict[str, dict[str, Mark]] = {}
        """Stage → step ids in it, of the document at hand."""
        self.step_ids: dict[str, Mark] = {}
        self.steps_seen = 0
        self.written: Value = None
        """The steps of the stage at hand, as they are written."""
        self.written_ids: frozenset[str] | None = None
        """The step ids among them; None until somebody asks."""

    def enter(self, tree: Tree, number: int, *, builtin: bool) -> None:
        """Turn to a tree."""
        self.tree = tree
        self.builtin = builtin
        self.number = number
        self.places = tree.places
        self.base = Forest.base(number)
        self.jumps = []
        self.stages = {}

    def enter_stage(self, stage: str, steps: Value) -> None:
        """Turn to the steps of a stage, or of a playbook without stages."""
        self.stage = stage
        self.written, self.written_ids = steps, None
        self.steps_seen = 0
        self.step_ids = self.stages.setdefault(stage, {})

    def refer(self, namespace: str, name: str, mark: Mark) -> Ref:
        """Return a reference, and note the use."""
        self.uses[namespace][name].append(mark)
        return Ref(name, mark)

    def take_over(self, other: Binding, numbers: Collection[int], order: Sequence[int]) -> None:
        """Add what was used and noticed in the trees of these numbers when another version was bound; all in the order of the trees."""
        place = {number: at for at, number in enumerate(order)}
        fresh = dict.fromkeys(at for at, number in enumerate(order) if number not in numbers)

        def placed(mark: Mark) -> int:
            return place[mark >> INDEX_BITS]

        for namespace, used in other.uses.items():
            mine = self.uses[namespace]
            for name, marks in used.items():
                merged = _merged(mine.get(name, ()), marks, fresh, placed)
                if merged:
                    mine[name] = merged
        self.noticed.take_over(other.noticed, fresh, placed)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a mapping becomes a dataclass: key → field and converter."""

    make: Callable[..., object]
    fields: dict[str, tuple[str, Converter]]


def collect(b: Binding, value: dict[str, Value], at: int, recipe: Recipe) -> dict[str, object]:
    """Return the fields of the mapping at `at`, its place among them; keys that the recipe lacks are passed over."""
    fields, places = recipe.fields, b.places
    found: dict[str, object] = {"at": b.base + at}
    index = at + 1
    for key, item in value.items():
        index += 1
        entry = fields.get(key)
        if entry is not None:
            bound = entry[1](b, item, index)
            if bound is not None:
                found[entry[0]] = bound
        shape = type(item)
        index += places[index * NUMBERS_A_NODE + 2] if shape is dict or shape is list else 1
    return found


def text(b: Binding, value: Value, at: int) -> Text | None:
    """Return a text, or a text for each language."""
    if type(value) is str:
        return Text((("", value),), Mark(b.base + at))
    if type(value) is not dict:
        return None
    variants = tuple((locale, words) for locale, words in value.items() if type(words) is str)
    if not b.builtin:
        for locale, _ in variants:
            b.noticed.locales.setdefault((locale, b.number), Mark(b.base + at))
    return Text(variants, Mark(b.base + at)) if variants else None


def word(_: Binding, value: Value, __: int) -> str | None:
    return value if type(value) is str else None


def word_or_number(_: Binding, value: Value, __: int) -> str | None:
    return None if value is None else scalar(value)


def whole(_: Binding, value: Value, __: int) -> int | None:
    return value if type(value) is int else None


def number(_: Binding, value: Value, __: int) -> float | None:
    return float(value) if type(value) is int or type(value) is float else None


def flag(_: Binding, value: Value, __: int) -> bool | None:
    return value if type(value) is bool else None


def one_of(values: frozenset[object]) -> Converter:
    """Return the converter that lets these words pass."""

    def convert(_: Binding, value: Value, __: int) -> object:
        return value if type(value) is str and value in values else None

    return convert


def one_of_or(values: frozenset[object], other: Converter) -> Converter:
    """Return the converter that lets these words pass and hands the rest on."""

    def convert(b: Binding, value: Value, at: int) -> object:
        return value if type(value) is str and value in values else other(b, value, at)

    return convert


def reference(namespace: str) -> Converter:
    """Return the converter to references into `namespace`."""

    def convert(b: Binding, value: Value, at: int) -> object:
        if type(value) is not str or not value:
            return None
        mark = Mark(b.base + at)
        b.uses[namespace][value].append(mark)
        return Ref(value, mark)

    return convert


def name(b: Binding, value: Value, at: int) -> Ref | None:
    """Return a reference that is not looked up among the nouns."""
    return Ref(value, Mark(b.base + at)) if type(value) is str and value else None


def asked(b: Binding, value: Value, at: int) -> Ref | None:
    """Return what `ask:` names: a consent, a datum or a task."""
    if type(value) is not str or not value:
        return None
    homes = [namespace for namespace in ("consent", "data", "task") if b.names.has(namespace, value)]
    return b.refer(homes[0] if homes else "consent|data|task", value, Mark(b.base + at))


def parsed(parse: Callable[[str, Mark], object]) -> Converter:
    """Return the converter of strings that `parse` reads."""

    def convert(b: Binding, value: Value, at: int) -> object:
        return None if type(value) is not str else attempt(b, parse, value, at)

    return convert


def attempt(b: Binding, parse: Callable[[str, Mark], T], value: str, at: int) -> T | None:
    """Return what `parse` reads in the string at `at`; what it refuses is noted."""
    mark = Mark(b.base + at)
    try:
        return parse(value, mark)
    except MalformedError as error:
        b.noticed.malformed.append(Malformed(error, value, mark))
        return None


def many(convert: Converter) -> Converter:
    """Return the converter of one value or a list of them to a tuple."""

    def converted(b: Binding, value: Value, at: int) -> object:
        if type(value) is not list:
            one = convert(b, value, at)
            return None if one is None else (one,)
        places = b.places
        found = []
        index = at + 1
        for item in value:
            one = convert(b, item, index)
            if one is not None:
                found.append(one)
            index += places[index * NUMBERS_A_NODE + 2]
        return tuple(found)

    return converted


def pairs(key: Converter, convert: Converter) -> Converter:
    """Return the converter of a mapping, or of a list of mappings with one key each, to a tuple of pairs."""

    def converted(b: Binding, value: Value, at: int) -> object:
        if type(value) is list:
            return tuple(pair for item, index in b.tree.elements(at, value) for pair in one(b, item, index))
        return one(b, value, at) if type(value) is dict else None

    def one(b: Binding, value: Value, at: int) -> tuple[tuple[object, object], ...]:
        if type(value) is not dict:
            return ()
        bound = ((key(b, k, k_at), convert(b, v, at)) for k, k_at, v, at in b.tree.items(at, value))
        return tuple(pair for pair in bound if None not in pair)

    return converted


def scalar(value: Value) -> str | None:
    """Return a value of a datum as text: booleans as `true` and `false`, whole numbers without a point."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return str(int(value)) if value.is_integer() else repr(value)
    return None
