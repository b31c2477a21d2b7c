"""Predicates go in; whether one customer can meet them all, with such a customer in words, comes out. Exact within a bound.

Every test is a set of states of one variable (`variables.py`), so predicates are trees of `and` and `or` over such sets. A search
narrows the variables by what must hold and branches where one of several parts must. Beyond `EFFORT` the answer is "not decided",
never "nobody". Customers are taken to be free in everything but what is said here: that counts nest, that a stage lies in its
journey, that a journey which runs once at a time has a customer in one stage, that tasks are done by their events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from sopkit.graph.variables import UndecidedError, Variable, in_words, key_of, passing, variables
from sopkit.model.documents import Workspace
from sopkit.model.predicates import (
    All,
    Any,
    DataTest,
    Else,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TaskTest,
)
from sopkit.model.values import Ref
from sopkit.text import Phrase
from sopkit.tree import Mark

EFFORT: Final = 20_000
"""Parts of predicates that are looked at before the search gives up."""

MOST_CHOICES: Final = 200
"""Each open choice is one level of the search."""

NOBODY: Final = "nobody"
UNDECIDED: Final = "undecided"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who meets the predicates; what is not said may be anything."""

    traits: tuple[Phrase, ...]

    def describe(self) -> Phrase:
        """Return the customer in one line."""
        if not self.traits:
            return Phrase("任何客户", "any customer")
        return Phrase("，".join(one.zh for one in self.traits), ", ".join(one.en for one in self.traits))


Answer = Customer | Literal["nobody", "undecided"]


@dataclass(frozen=True, slots=True)
class _Atom:
    """`variable` is in one of the states of `bits`."""

    variable: Variable
    bits: int


@dataclass(frozen=True, slots=True)
class _And:
    parts: tuple[_Form, ...]


@dataclass(frozen=True, slots=True)
class _Or:
    parts: tuple[_Form, ...]


_Form = _Atom | _And | _Or


def meet(workspace: Workspace, *predicates: Predicate) -> Answer:
    """Return a customer who meets all predicates, or that there can be none, or that this was not decided."""
    effort = [EFFORT]
    try:
        plain = [_spell_out(one, workspace, (), effort) for one in predicates]
        tests = [test for one in plain for test in leaves(one)]
        rules = list(_rules(tests, workspace))
        known = variables([*tests, *(test for rule in rules for test in leaves(rule))], workspace)
        forms = [_form(one, known, wanted=True) for one in (*plain, *rules)]
        found = _search(forms, {}, effort)
    except UndecidedError:
        return UNDECIDED
    return NOBODY if found is None else _customer(found)


def excludes(workspace: Workspace, *predicates: Predicate) -> bool:
    """Return whether it is certain that nobody meets all of them."""
    return meet(workspace, *predicates) == NOBODY


def implies(workspace: Workspace, one: Predicate, other: Predicate) -> bool:
    """Return whether it is certain that whoever meets `one` meets `other`."""
    return excludes(workspace, one, Not(other, Mark(0)))


def tests_of(workspace: Workspace, predicate: Predicate) -> list[Predicate]:
    """Return all that a predicate asks about, segments and tasks spelt out; as it is written where that is beyond the bound."""
    try:
        return list(leaves(_spell_out(predicate, workspace, (), [EFFORT])))
    except UndecidedError:
        return list(leaves(predicate))


def leaves(predicate: Predicate) -> Iterator[Predicate]:
    """Yield the tests that a predicate is made of."""
    match predicate:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield predicate


def _spell_out(predicate: Predicate, workspace: Workspace, inside: tuple[str, ...], effort: list[int]) -> Predicate:
    """Return the predicate with segments, tasks and reachability replaced by what they stand for."""
    _spend(effort)
    match predicate:
        case All(parts, at):
            return All(tuple(_spell_out(part, workspace, inside, effort) for part in parts), at)
        case Any(parts, at):
            return Any(tuple(_spell_out(part, workspace, inside, effort) for part in parts), at)
        case Not(part, at):
            return Not(_spell_out(part, workspace, inside, effort), at)
        case SegmentTest(segment):
            noun = workspace.segments.get(segment.id)
            if noun is not None and noun.when is not None and segment.id not in inside:
                return _spell_out(noun.when, workspace, (*inside, segment.id), effort)
        case TaskTest(task, at):
            done = workspace.tasks[task.id].done_on if task.id in workspace.tasks else ()
            if done:
                return Any(tuple(EventTest(event, None, None, negated=False, at=at) for event in done), at)
        case ReachableTest(channel, at):
            found = workspace.channels.get(channel.id)
            if found is not None and found.address is not None:
                return DataTest(found.address, "known", at)
    return predicate


def _rules(tests: Sequence[Predicate], workspace: Workspace) -> Iterator[Predicate]:
    """Yield what holds for every customer between stages and journeys: inside is in, in has been in, one at a time."""
    places = {key_of(test): test for test in tests if isinstance(test, StageTest)}
    for test in [*places.values()]:
        places |= {key_of(one): one for one in _stages_of(test, places, workspace)}
    for (kind, path), test in places.items():
        journey = path.partition("/")[0]
        for wider in ((kind, journey), ("been_in", path), ("been_in", journey)):
            if wider in places and wider != (kind, path) and (kind == "in" or wider[0] == "been_in"):
                yield Any((Not(test, test.at), places[wider]), test.at)
        stages = _stages_of(test, places, workspace)
        if stages:
            yield Any((Not(test, test.at), *stages), test.at)
    for (kind, path), (other_kind, other) in combinations(places, 2):
        name = path.partition("/")[0]
        apart = "/" in path and "/" in other and path != other and name == other.partition("/")[0]
        if kind == other_kind == "in" and apart and _runs_alone(name, workspace):
            one, two = places[kind, path], places[other_kind, other]
            yield Not(All((one, two), one.at), one.at)


def _stages_of(
    test: StageTest, places: Mapping[tuple[str, str], StageTest], workspace: Workspace
) -> tuple[StageTest, ...]:
    """Return tests of all stages of the lifecycle that a test names, where one of them is asked about, too: it is in one of them."""
    name, at = test.place.id, test.at
    journey = workspace.journeys.get(name)
    if journey is None or journey.kind != "lifecycle":
        return ()
    asked = any(kind in ("in", "been_in") and path.startswith(f"{name}/") for kind, path in places)
    return tuple(StageTest(Ref(f"{name}/{one.id}", at), test.ever, at) for one in journey.stages) if asked else ()


def _runs_alone(journey: str, workspace: Workspace) -> bool:
    found = workspace.journeys.get(journey)
    return found is not None and (found.reentry.mode != "always" or not found.overlap)


def _form(predicate: Predicate, known: Mapping[tuple[str, str], Variable], *, wanted: bool) -> _Form:
    """Return the predicate, or what it denies where it is not wanted, with `not` only in the sets."""
    match predicate:
        case All(parts) | Any(parts):
            forms = tuple(_form(part, known, wanted=wanted) for part in parts)
            return _And(forms) if isinstance(predicate, All) == wanted else _either(forms)
        case Not(part):
            return _form(part, known, wanted=not wanted)
        case Else():
            return _And(()) if wanted else _Or(())
    variable = known[key_of(predicate)]
    bits = passing(predicate, variable)
    return _Atom(variable, bits if wanted else variable.full & ~bits)


def _either(forms: tuple[_Form, ...]) -> _Form:
    """Return that one of the forms holds; sets of states of one variable are one set."""
    together: dict[tuple[str, str], _Atom] = {}
    rest: list[_Form] = []
    for form in forms:
        if isinstance(form, _Atom):
            key = (form.variable.kind, form.variable.id)
            bits = together[key].bits if key in together else 0
            together[key] = _Atom(form.variable, form.bits | bits)
        else:
            rest.append(form)
    return _Or((*together.values(), *rest))


Chosen = dict[tuple[str, str], tuple[Variable, int]]


def _search(forms: Sequence[_Form], chosen: Chosen, effort: list[int]) -> Chosen | None:
    """Return sets of states under which all forms hold, none of them empty; None if there are none."""
    choices: list[_Or] = []
    todo = list(forms)
    while todo:
        _spend(effort)
        form = todo.pop()
        match form:
            case _Atom(variable, bits):
                key = (variable.kind, variable.id)
                left = bits & (chosen[key][1] if key in chosen else variable.full)
                if not left:
                    return None
                chosen[key] = (variable, left)
            case _And(parts):
                todo.extend(parts)
            case _Or((part,)):
                todo.append(part)
            case _Or():
                choices.append(form)
    if not choices:
        return chosen
    if len(choices) > MOST_CHOICES:
        raise UndecidedError
    fewest = min(choices, key=lambda choice: len(choice.parts))
    rest = [choice for choice in choices if choice is not fewest]
    for part in fewest.parts:
        found = _search([*rest, part], dict(chosen), effort)
        if found is not None:
            return found
    return None


def _spend(effort: list[int]) -> None:
    effort[0] -= 1
    if effort[0] < 0:
        raise UndecidedError


def _customer(chosen: Chosen) -> Customer:
    traits: list[Phrase] = []
    for _, (variable, bits) in sorted(chosen.items()):
        first = (bits & -bits).bit_length() - 1
        if bits != variable.full:
            traits.append(in_words(variable, variable.states[first]))
    return Customer(tuple(traits))
