"""Audiences and guards of touches go in; which touches one and the same customer can get, by all that never changes, comes out.

Only what is declared `changes: never`, and that no step writes, parts customers for good: a journey's audience is tested at its start,
and what changes later does not stop it. Conditions are decided all together: that each two can be met by one says nothing of three.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from sopkit.graph.plain import condition
from sopkit.graph.satisfiability import NOBODY, leaves, meet, spelt_out
from sopkit.model.documents import Cadence, Journey, Workspace
from sopkit.model.predicates import All, Any, DataTest, Else, Not, Predicate, TagTest
from sopkit.model.steps import Choose, Erase, SetData, Step, Tag, inner

MOST_SORTS: Final = 64
"""Sorts of customers that are told apart; where there are more, none are."""
MOST_EFFORT: Final = 300_000
"""Parts of conditions that are looked at to tell customers apart, for one question; beyond that they are not."""
MOST_CONDITIONS: Final = 24
"""Different conditions that are decided; those that fewer touches ask about are left open."""

Condition = tuple[str, Predicate]
"""How it reads, and what it is."""


class Sorts:
    """What parts customers of one workspace for good."""

    def __init__(self, workspace: Workspace, like: Sorts | None = None, changed: Collection[str] = ()) -> None:
        """`like`: those of another version with the same nouns, in which only the playbooks `changed` are otherwise."""
        self.workspace = workspace
        changes = [one.changes for one in workspace.data.values()] + [one.changes for one in workspace.tags.values()]
        any_lasts = "never" in changes
        then = like.of if like is not None and self._parts_like(like) else {}
        self.of: dict[str, tuple[tuple[str, tuple[Condition, ...]], ...]] = {
            root: then[root] if root in then and root not in changed else tuple(self._of(one)) if any_lasts else ()
            for root, one in self._playbooks()
        }
        """By playbook, `asked` of its own touches."""
        self.asked: dict[str, tuple[Condition, ...]] = dict(chain.from_iterable(self.of.values()))
        """By node id of the touch: what must hold for a customer to get it. Touches that ask for nothing lasting are left out."""

    def _parts_like(self, other: Sorts) -> bool:
        """Return whether what the other asked of what steps write, if it asked at all, is the same here."""
        return "_written" not in vars(other) or other._written == self._written

    @cached_property
    def _written(self) -> frozenset[str]:
        """The data and tags that steps write."""
        of_journeys = (name for one in self.workspace.journeys.values() for name in _written(one))
        procedures = (step for one in self.workspace.procedures.values() for step in one.steps)
        return frozenset((*of_journeys, *(name for step in procedures for one in inner(step) for name in _writes(one))))

    def open_to(self, nodes: Collection[str]) -> list[frozenset[str]]:
        """Return the sets of touches that one sort of customer can get, those apart that are part of another; all in one if in doubt."""
        every = frozenset(nodes)
        uses: dict[str, int] = {}
        conditions: dict[str, Predicate] = {}
        for key, predicate in chain.from_iterable([self.asked[node] for node in nodes if node in self.asked]):
            uses[key] = uses.get(key, 0) + 1
            conditions[key] = predicate
        keys = sorted(uses, key=lambda key: (-uses[key], key))[:MOST_CONDITIONS]
        if not keys:
            return [every]
        found: list[frozenset[str]] = []
        effort = [MOST_EFFORT]
        for met in self._sorts([(key, conditions[key]) for key in keys], effort):
            if len(found) > MOST_SORTS or effort[0] < 0:
                return [every]
            unmet = {*keys} - met
            found.append(frozenset(n for n in nodes if not any(key in unmet for key, _ in self.asked.get(n, ()))))
        greatest = [one for one in found if not any(one < other for other in found)]
        return sorted(set(greatest), key=sorted)

    def _sorts(self, conditions: Sequence[Condition], effort: list[int]) -> Iterator[frozenset[str]]:
        """Yield, for each sort of customer, the conditions that it meets; more than there are when the effort is spent."""
        todo: list[tuple[int, tuple[Predicate, ...], frozenset[str]]] = [(0, (), frozenset())]
        while todo:
            number, decided, met = todo.pop()
            if number == len(conditions):
                yield met
                continue
            key, predicate = conditions[number]
            for one, more in ((Not(predicate, predicate.at), met), (predicate, met | {key})):
                if meet(self.workspace, *decided, one, effort=effort) != NOBODY:
                    todo.append((number + 1, (*decided, one), more))

    def _playbooks(self) -> Iterator[tuple[str, Journey | Cadence]]:
        every: tuple[Journey | Cadence, ...] = (*self.workspace.journeys.values(), *self.workspace.cadences.values())
        return ((f"{one.kind}/{one.id}", one) for one in every)

    def _of(self, playbook: Journey | Cadence) -> Iterator[tuple[str, tuple[Condition, ...]]]:
        if isinstance(playbook, Cadence):
            if own := (*self._lasting(playbook.audience),):
                yield f"issue/{playbook.id}", own
            return
        root = f"{playbook.kind}/{playbook.id}"
        own = (*self._lasting(playbook.audience), *self._lasting(playbook.while_))
        for stage in playbook.stages:
            place = f"{root}/{stage.id}" if stage.id else root
            for step in stage.steps:
                yield from self._of_step(place, step, own)

    def _of_step(
        self, place: str, step: Step, before: Sequence[Condition]
    ) -> Iterator[tuple[str, tuple[Condition, ...]]]:
        mine = before if step.if_ is None else (*before, *self._lasting(step.if_))
        if mine:
            yield f"{place}/{step.id}", tuple(mine)
        for one in step.otherwise:
            yield from self._of_step(place, one, mine)
        if isinstance(step.verb, Choose):
            passed: list[Condition] = []
            for branch in step.verb.branches:
                own = [] if isinstance(branch.if_, Else) else [*self._lasting(branch.if_)]
                for one in branch.steps:
                    yield from self._of_step(place, one, [*mine, *passed, *own])
                if not isinstance(branch.if_, Else):
                    passed += self._lasting(Not(branch.if_, branch.at))

    def _lasting(self, predicate: Predicate | None) -> Iterator[Condition]:
        """Yield the parts of a condition that hold for good or never."""
        if predicate is None:
            return
        for one in self._parts(spelt_out(self.workspace, predicate)):
            yield json.dumps(condition(one), ensure_ascii=False), one

    def _parts(self, predicate: Predicate) -> Iterator[Predicate]:
        if isinstance(predicate, All):
            for part in predicate.parts:
                yield from self._parts(part)
        elif self._lasts(predicate, turned=False) and leaves(predicate):
            yield predicate

    def _lasts(self, predicate: Predicate, *, turned: bool) -> bool:
        """Return whether the condition is the same all through a customer's life; `turned`: asked whether it does not hold."""
        match predicate:
            case All(parts) | Any(parts):
                return all(self._lasts(part, turned=turned) for part in parts)
            case Not(part):
                return self._lasts(part, turned=not turned)
            case DataTest(data, test):
                noun = self.workspace.data.get(data.id)
                if noun is None or noun.changes != "never" or noun.computed is not None or data.id in self._written:
                    return False
                # what an event has still to tell is not known before: nobody is left-handed yet, and that is no other customer
                return test not in ("known", "unknown") and not (turned and noun.collected_by)
            case TagTest(tag):
                known = self.workspace.tags.get(tag.id)
                return known is not None and known.changes == "never" and tag.id not in self._written
        return False


def _written(journey: Journey) -> Iterator[str]:
    for stage in journey.stages:
        for step in stage.steps:
            for one in inner(step):
                yield from _writes(one)


def _writes(step: Step) -> Iterator[str]:
    match step.verb:
        case SetData(values):
            yield from (datum.id for datum, _ in values)
        case Tag(tags):
            yield from (tag.id for tag in tags)
        case Erase(data):
            yield from (datum.id for datum in data)
