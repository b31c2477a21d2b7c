"""Predicates go in; whether one customer can meet them all, with such a customer in words, comes out. Exact within a bound.

Every test is a set of states of one variable (`variables.py`), so predicates are trees of `and` and `or` over such sets. A search
draws what must hold until nothing more follows, takes choices that share no variable one by one, and branches where one of several
parts must hold. Beyond `EFFORT` the answer is "not decided", never "nobody"; only what denies itself word for word is decided always.
Customers are taken to be free in everything but what is said here: that counts nest, that a stage lies in its journey, that a journey
which runs once at a time has a customer in one stage, that tasks are done by their events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.graph.lengths import days_that_differ, depend_on_holidays
from sopkit.graph.plain import condition
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

EFFORT: Final = 100_000
"""Parts of predicates that are looked at before the search gives up."""

MOST_LEVELS: Final = 200
"""Each choice that has been made is one level of the search."""

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


Key = tuple[str, str]
"""Kind and id of a variable."""


@dataclass(frozen=True, eq=False)
class _Atom:
    """`variable` is in one of the states of `bits`."""

    variable: Variable
    bits: int

    @cached_property
    def key(self) -> Key:
        return self.variable.kind, self.variable.id

    @cached_property
    def asked(self) -> frozenset[Key]:
        """The variables that it asks about."""
        return frozenset((self.key,))


@dataclass(frozen=True, eq=False)
class _Several:
    parts: tuple[_Form, ...]

    @cached_property
    def asked(self) -> frozenset[Key]:
        return frozenset[Key]().union(*(part.asked for part in self.parts))


class _And(_Several):
    """All parts hold."""


class _Or(_Several):
    """One of the parts holds."""


_Form = _Atom | _And | _Or
CERTAIN: Final[_Form] = _And(())
IMPOSSIBLE: Final[_Form] = _Or(())


def meet(workspace: Workspace, *predicates: Predicate, effort: list[int] | None = None) -> Answer:
    """Return a customer who meets all predicates, or that there can be none, or that this was not decided.

    `effort` is how many parts may be looked at; what is left of it stays in it, so that many questions can share one bound.
    """
    effort = [EFFORT] if effort is None else effort
    try:
        plain = [_spell_out(one, workspace, (), effort) for one in predicates]
        tests = [test for one in plain for test in leaves(one)]
        every = (*plain, *between_places(tests, workspace))
    except UndecidedError:
        return NOBODY if _denies_itself(predicates) else UNDECIDED
    undecided = depend_on_holidays(tests)
    for day in days_that_differ(tests):
        try:
            found = _on_day(every, workspace, day, effort)
        except UndecidedError:
            undecided = True
        else:
            if found is not None:
                return found
    return NOBODY if not undecided or _denies_itself(predicates) else UNDECIDED


def _on_day(every: Sequence[Predicate], workspace: Workspace, day: date, effort: list[int]) -> Customer | None:
    known = variables((test for one in every for test in leaves(one)), workspace, day)
    found = _search([_form(one, known, wanted=True) for one in every], {}, effort)
    return None if found is None else _customer(found)


def excludes(workspace: Workspace, *predicates: Predicate) -> bool | None:
    """Return whether nobody meets all of them; None where that was not decided."""
    answer = meet(workspace, *predicates)
    return None if answer == UNDECIDED else answer == NOBODY


def implies(workspace: Workspace, one: Predicate, other: Predicate) -> bool | None:
    """Return whether whoever meets `one` meets `other`; None where that was not decided."""
    return excludes(workspace, one, Not(other, Mark(0)))


def _denies_itself(predicates: Sequence[Predicate]) -> bool:
    """Return whether the very same is both asked for and ruled out."""
    stated = {one for predicate in predicates for one in _stated(predicate, wanted=True)}
    return any((said, not wanted) in stated for said, wanted in stated)


def _stated(predicate: Predicate, *, wanted: bool) -> Iterator[tuple[str, bool]]:
    """Yield all that must hold, or must not, for a predicate to be met or not, in the words of the language."""
    yield json.dumps(condition(predicate)), wanted
    match predicate:
        case All(parts) if wanted:
            for part in parts:
                yield from _stated(part, wanted=True)
        case Any(parts) if not wanted:
            for part in parts:
                yield from _stated(part, wanted=False)
        case Not(part):
            yield from _stated(part, wanted=not wanted)
        case EventTest(negated=True):
            yield from _stated(replace(predicate, negated=False), wanted=not wanted)


def tests_of(workspace: Workspace, predicate: Predicate) -> list[Predicate]:
    """Return all that a predicate asks about, segments and tasks spelt out; as it is written where that is beyond the bound."""
    return leaves(spelt_out(workspace, predicate))


NOT_PLAIN: Final = (All, Any, Not, SegmentTest, TaskTest, ReachableTest)
"""What is made of tests, or stands for others."""


def spelt_out(workspace: Workspace, predicate: Predicate) -> Predicate:
    """Return the predicate with segments, tasks and reachability spelt out; as it is written where that is beyond the bound."""
    if not isinstance(predicate, NOT_PLAIN):
        return predicate
    try:
        return _spell_out(predicate, workspace, (), [EFFORT])
    except UndecidedError:
        return predicate


def leaves(predicate: Predicate) -> list[Predicate]:
    """Return the tests that a predicate is made of."""
    if isinstance(predicate, (All, Any)):
        return [test for part in predicate.parts for test in leaves(part)]
    return leaves(predicate.part) if isinstance(predicate, Not) else [predicate]


def _spell_out(predicate: Predicate, workspace: Workspace, inside: tuple[str, ...], effort: list[int]) -> Predicate:
    """Return the predicate with segments, tasks and reachability replaced by what they stand for."""
    _spend(effort)
    if not isinstance(predicate, NOT_PLAIN):
        return predicate
    match predicate:
        case All(parts, at):
            return All(tuple([_spell_out(part, workspace, inside, effort) for part in parts]), at)
        case Any(parts, at):
            return Any(tuple([_spell_out(part, workspace, inside, effort) for part in parts]), at)
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


def between_places(tests: Sequence[Predicate], workspace: Workspace) -> Iterator[Predicate]:
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
            return CERTAIN if wanted else IMPOSSIBLE
    variable = known[key_of(predicate)]
    bits = passing(predicate, variable)
    return _Atom(variable, bits if wanted else variable.full & ~bits)


def _either(forms: tuple[_Form, ...]) -> _Form:
    """Return that one of the forms holds; sets of states of one variable are one set."""
    together: dict[Key, _Atom] = {}
    rest: list[_Form] = []
    for form in forms:
        if isinstance(form, _Atom):
            bits = together[form.key].bits if form.key in together else 0
            together[form.key] = _Atom(form.variable, form.bits | bits)
        else:
            rest.append(form)
    return _Or((*together.values(), *rest))


Chosen = dict[Key, tuple[Variable, int]]


def _search(forms: Sequence[_Form], chosen: Chosen, effort: list[int], level: int = 0) -> Chosen | None:
    """Return sets of states under which all forms hold, none of them empty; None if there are none."""
    if level > MOST_LEVELS:
        raise UndecidedError
    narrowed = dict(chosen)
    choices = _narrow(forms, narrowed, effort)
    if choices is None:
        return None
    for group in _apart(choices):
        fewest = min(group, key=lambda choice: len(choice.parts))
        rest = [choice for choice in group if choice is not fewest]
        for part in fewest.parts:
            found = _search([*rest, part], narrowed, effort, level + 1)
            if found is not None:
                narrowed = found
                break
        else:
            return None
    return narrowed


def _narrow(forms: Sequence[_Form], chosen: Chosen, effort: list[int]) -> list[_Or] | None:
    """Take from `chosen` all states that the forms rule out; return the choices that are left, None where nothing is possible."""
    choices: list[_Or] = []
    todo = list(forms)
    while todo:
        news: set[Key] = set()
        unread: list[_Or] = []
        while todo:
            _spend(effort)
            form = todo.pop()
            match form:
                case _Atom(variable, bits):
                    before = chosen[form.key][1] if form.key in chosen else variable.full
                    if not bits & before:
                        return None
                    if bits & before != before or form.key not in chosen:
                        chosen[form.key] = (variable, bits & before)
                        news.add(form.key)
                case _And(parts):
                    todo.extend(parts)
                case _Or():
                    unread.append(form)
        touched = [choice for choice in choices if not news.isdisjoint(choice.asked)]
        choices = [choice for choice in choices if news.isdisjoint(choice.asked)]
        for choice in (*touched, *unread):
            left = _as_known(choice, chosen, effort)
            if left is IMPOSSIBLE:
                return None
            if isinstance(left, _Or):
                choices.append(left)
            else:
                todo.append(left)
    return choices


def _as_known(form: _Form, chosen: Chosen, effort: list[int]) -> _Form:
    """Return what is left of a form where the variables are as chosen: without parts that hold already or can't hold any more."""
    _spend(effort)
    if isinstance(form, _Atom):
        before = chosen[form.key][1] if form.key in chosen else form.variable.full
        return CERTAIN if not before & ~form.bits else form if before & form.bits else IMPOSSIBLE
    settles, idle = (IMPOSSIBLE, CERTAIN) if isinstance(form, _And) else (CERTAIN, IMPOSSIBLE)
    left: list[_Form] = []
    for part in form.parts:
        known = _as_known(part, chosen, effort)
        if known is settles:
            return settles
        if known is not idle:
            left.append(known)
    if len(left) < 2:
        return left[0] if left else idle
    return form if all(one is part for one, part in zip(left, form.parts, strict=False)) else type(form)(tuple(left))


def _apart(choices: Sequence[_Or]) -> Iterator[list[_Or]]:
    """Yield the choices in groups that have no variable in common."""
    groups: list[tuple[set[Key], list[_Or]]] = []
    for choice in choices:
        asked, together = set(choice.asked), [choice]
        for group in [one for one in groups if not choice.asked.isdisjoint(one[0])]:
            groups.remove(group)
            asked |= group[0]
            together = [*group[1], *together]
        groups.append((asked, together))
    yield from (group for _, group in groups)


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
