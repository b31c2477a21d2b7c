"""Predicates over one crowd of customers go in; how large the sets of those who meet them can be, as linear inequalities, comes out.

Exact: sizes that obey the rows belong to some crowd (in parts of customers), and those of every crowd obey them. The crowd is split by
the states of one variable after another (`variables.py`); parts of a question that share no variable are split apart, since anything
about one goes with anything about the other. That keeps the rows few. `Effort` bounds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.linear import ONE, Effort, Row, Terms, combine, row
from sopkit.graph.satisfiability import between_places, leaves
from sopkit.graph.variables import key_of, passing, variables
from sopkit.model.documents import Workspace
from sopkit.model.predicates import All, Any, Else, Not, Predicate

ANY_DAY: Final = date(2026, 1, 1)
"""The times that are asked about here are in seconds and days, which are equally long on every day."""

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class _Test:
    """The variable is in one of the states of `bits`."""

    key: Key
    bits: int

    @cached_property
    def asked(self) -> frozenset[Key]:
        return frozenset((self.key,))


@dataclass(frozen=True, eq=False)
class _Joined:
    """All parts hold, or one of them does."""

    every: bool
    parts: tuple[_Form, ...]

    @cached_property
    def asked(self) -> frozenset[Key]:
        return frozenset[Key]().union(*(part.asked for part in self.parts if not isinstance(part, bool)))


_Form = bool | _Test | _Joined
Open = _Test | _Joined


class SetSizes:
    """The sizes of some sets within a crowd, and what they must obey. Raises `UndecidedError` and `EffortSpentError`."""

    def __init__(self, workspace: Workspace, predicates: Sequence[Predicate], crowd: str, effort: Effort) -> None:
        self.sizes: list[Terms] = [{} for _ in predicates]
        self.rows: list[Row] = []
        self._effort = effort
        self._names = 0
        self._parts: dict[str, Terms] = {}
        """How each crowd was split first: it stands for the sum of these parts from then on."""
        self._least: list[Terms] = []
        """What is at least zero."""
        self._equal: list[Terms] = []
        """What is zero."""
        tests = [test for one in predicates for test in leaves(one)]
        customs = [*between_places(tests, workspace)]
        known = variables((test for one in (*predicates, *customs) for test in leaves(one)), workspace, ANY_DAY)
        self._states: Mapping[Key, int] = {key: len(one.states) for key, one in known.items()}

        def form(predicate: Predicate, *, wanted: bool) -> _Form:
            match predicate:
                case All(parts) | Any(parts):
                    every = isinstance(predicate, All) == wanted
                    return _join(every, [form(part, wanted=wanted) for part in parts])
                case Not(part):
                    return form(part, wanted=not wanted)
                case Else():
                    return wanted
            variable = known[key_of(predicate)]
            bits = passing(predicate, variable)
            return _Test(key_of(predicate), bits if wanted else variable.full & ~bits)

        forms = {number: form(one, wanted=True) for number, one in enumerate(predicates)}
        self._split(forms, [form(one, wanted=True) for one in customs], crowd)
        self._put_parts()

    def _put_parts(self) -> None:
        """Write every crowd that was split as the sum of its smallest parts, and parts that matter alike as one of them."""

        def spelt_out(terms: Terms) -> Terms:
            while split := [name for name in terms if name in self._parts]:
                rest = {name: factor for name, factor in terms.items() if name not in self._parts}
                terms = combine((ONE, rest), *((terms[name], self._parts[name]) for name in split))
            return terms

        told = [*map(spelt_out, (*self.sizes, *self._least, *self._equal))]
        alike: dict[tuple[tuple[int, Fraction], ...], str] = {}
        columns: dict[str, list[tuple[int, Fraction]]] = {}
        for number, terms in enumerate(told):
            for name, factor in terms.items():
                if factor:
                    columns.setdefault(name, []).append((number, factor))
        kept = {alike.setdefault(tuple(column), name) for name, column in columns.items()}
        self._effort.spend(sum(map(len, columns.values())))
        told = [{name: factor for name, factor in terms.items() if name in kept} for terms in told]
        count = len(self.sizes)
        self.sizes = told[:count]
        self.rows += [row(terms) for terms in told[count : count + len(self._least)]]
        for terms in told[count + len(self._least) :]:
            self.rows += [row(terms), row(combine((-ONE, terms)))]

    def _split(self, forms: Mapping[int, _Form], customs: Sequence[_Form], crowd: str) -> None:
        """Add what holds for the sets within a part of the crowd in which `customs` hold for everybody."""
        self._effort.spend(1 + len(forms))
        if False in customs:
            self._least.append({crowd: -ONE})
            return
        for number, form in forms.items():
            if form is True:
                self.sizes[number][crowd] = self.sizes[number].get(crowd, 0 * ONE) + ONE
        questions: list[tuple[int | None, Open]] = [
            (number, form) for number, form in forms.items() if not isinstance(form, bool)
        ]
        questions += [(None, form) for form in customs if not isinstance(form, bool)]
        for together in _apart(questions):
            only, question = together[0]
            if len(together) > 1 or only is None:
                self._by_state(together, crowd)
            else:
                self._alone(only, question, crowd)

    def _alone(self, number: int, form: Open, crowd: str) -> None:
        """A set about which nothing else is asked: any part of the crowd, unless nobody or everybody is in it."""
        answers = self._answers(form)
        if True in answers:
            name = self._part(crowd) if False in answers else crowd
            self.sizes[number][name] = ONE
            if name != crowd:
                self._least.append({crowd: ONE, name: -ONE})

    def _answers(self, form: _Form) -> set[bool]:
        """Return whether the form can hold, and whether it can fail."""
        self._effort.spend(1)
        if isinstance(form, bool):
            return {form}
        found: set[bool] = set()
        key = _most_asked([form])
        for state in self._classes(key, [form]):
            if len(found) < 2:
                found |= self._answers(_fix(form, key, state))
        return found

    def _by_state(self, together: Sequence[tuple[int | None, Open]], crowd: str) -> None:
        key = _most_asked([form for _, form in together])
        whole: Terms = {}
        for state in self._classes(key, [form for _, form in together]):
            part = self._part(crowd)
            whole[part] = ONE
            fixed = [(number, _fix(form, key, state)) for number, form in together]
            forms = {number: form for number, form in fixed if number is not None}
            self._split(forms, [form for number, form in fixed if number is None], part)
        if crowd in self._parts:
            whole[crowd] = -ONE
            self._equal.append(whole)
        else:
            self._parts[crowd] = whole

    def _classes(self, key: Key, forms: Sequence[Open]) -> Iterator[int]:
        """Yield one state of a variable for all those that the forms do not tell apart."""
        sets = sorted({test.bits for form in forms for test in _tests(form) if test.key == key})
        seen: set[tuple[bool, ...]] = set()
        for state in range(self._states[key]):
            self._effort.spend(len(sets))
            looks = tuple(bool(bits >> state & 1) for bits in sets)
            if looks not in seen:
                seen.add(looks)
                yield state

    def _part(self, crowd: str) -> str:
        self._names += 1
        return f"{crowd}/{self._names}"


def _join(every: bool, parts: Sequence[_Form]) -> _Form:
    """Return that all parts hold, or that one does, without what holds or fails anyway."""
    if (not every) in parts:
        return not every
    left = tuple(part for part in parts if not isinstance(part, bool))
    return _Joined(every, left) if len(left) > 1 else left[0] if left else every


def _fix(form: _Form, key: Key, state: int) -> _Form:
    """Return what is left of a form where the variable is in that state."""
    if isinstance(form, bool) or key not in form.asked:
        return form
    if isinstance(form, _Test):
        return bool(form.bits >> state & 1)
    return _join(form.every, [_fix(part, key, state) for part in form.parts])


def _tests(form: _Form) -> Iterator[_Test]:
    if isinstance(form, _Test):
        yield form
    elif isinstance(form, _Joined):
        for part in form.parts:
            yield from _tests(part)


def _most_asked(forms: Sequence[Open]) -> Key:
    """Return the variable that the most forms ask about; once it is known, they fall apart soonest."""
    counts: dict[Key, int] = {}
    for form in forms:
        for key in form.asked:
            counts[key] = counts.get(key, 0) + 1
    return min(counts, key=lambda key: (-counts[key], key))


def _apart(questions: Sequence[tuple[int | None, Open]]) -> list[list[tuple[int | None, Open]]]:
    """Return the questions in groups that have no variable in common."""
    groups: list[tuple[set[Key], list[tuple[int | None, Open]]]] = []
    for question in questions:
        asked, together = set(question[1].asked), [question]
        for group in [one for one in groups if not asked.isdisjoint(one[0])]:
            groups.remove(group)
            asked |= group[0]
            together = [*group[1], *together]
        groups.append((asked, together))
    return [group for _, group in groups]
