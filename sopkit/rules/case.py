"""What the checks of the graph look at, and how they name places; findings are made here, only when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields, replace
from datetime import date
from functools import cached_property
from itertools import chain
from operator import is_
from typing import Any, Final, TypeVar

from sopkit.diagnostics import Finding, Fix, Related, Rule, Severity, Unassessed
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph, Node
from sopkit.graph.carriage import Carriage
from sopkit.graph.course import Course, courses
from sopkit.graph.plain import condition
from sopkit.graph.satisfiability import EFFORT, NOBODY, UNDECIDED, Answer, meet
from sopkit.graph.touches import Chosen, touches_of
from sopkit.graph.worst import Plan
from sopkit.graph.zones import Clocks
from sopkit.law import Law
from sopkit.model.documents import Cadence, Journey, Procedure, Workspace
from sopkit.model.predicates import Not, Predicate
from sopkit.model.steps import Step, Verb, inner
from sopkit.rules.doubts import Doubts
from sopkit.rules.pieces import Pieces
from sopkit.text import Phrase
from sopkit.tree import Forest, Mark

Playbook = Journey | Cadence | Procedure
V = TypeVar("V", bound=Verb)
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Sorter = Callable[["Case", str, Playbook], Iterable[tuple[K, T]]]
"""Makes things of a playbook, each with a key."""
Sorted = Mapping[K, Mapping[str, Sequence[T]]]
"""Things by their keys, and then by the playbooks that they are made of."""
LEAST_EFFORT: Final = 500
"""Several times what conditions take that a person can read."""
ALL_EFFORT: Final = 1_000_000
"""What is spent where each node of a small graph asks a question; some seconds."""
PLAYBOOKS: Final = frozenset(("journeys", "cadences", "procedures"))
"""Tables of a workspace."""
TOUCHES = frozenset(("direct", "group", "feed"))
"""Reach of channels by which a step is a touch; an answer, and a page that the customer opens, are none."""


@dataclass(frozen=True, eq=False)
class Case:
    """One workspace to be judged, as of one day."""

    workspace: Workspace
    graph: ExecutionGraph
    forest: Forest
    today: date
    doubts: Doubts
    law: Law
    exists: Callable[[str], bool] = lambda _: True
    """Whether the workspace has a file of that name, which artefacts point at."""
    asked: frozenset[str] | None = None
    """The playbooks to judge, where a family has judged the others already; None for all of them."""
    pieces: Pieces = field(default_factory=Pieces)
    """What was worked out of a few playbooks."""
    like: Case | None = None
    """Another version that was judged before, in the same way, with the same nouns and settings: what it worked out of playbooks that
    are not `changed` is taken over."""
    changed: frozenset[str] = frozenset()
    """The node ids of playbooks that the two versions do not have in common, or whose issues they do not."""
    proofs: bool = True
    """Whether proofs are asked for: without them, what is worked out for their words alone is left."""
    _steps: dict[str, tuple[tuple[Node, Step], ...]] = field(default_factory=dict)
    _of_each: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    _by: dict[str, Sorted[Any, Any]] = field(default_factory=dict)
    _below: dict[str, dict[str, list[tuple[Node, Step]]]] = field(default_factory=dict)
    _answers: dict[tuple[str, ...], Answer] = field(default_factory=dict)
    _words: dict[int, tuple[Predicate, str]] = field(default_factory=dict)
    """By its identity, each predicate that was asked about, kept so that no other takes it, and what it says."""

    @cached_property
    def courses(self) -> dict[str, Course]:
        then = self._known_then("courses")
        if then is None:
            return courses(self.graph)
        mine = courses(self.graph, {*self.changed, *(node.id for node in self._changed_parts)})
        return _without(then, self.changed) | mine

    @cached_property
    def touches_at(self) -> Chosen:
        """The touches of the workspace by their nodes."""
        then: Chosen | None = self._known_then("touches_at")
        if self.like is None or then is None:
            return touches_of(self.workspace, self.graph)
        now = touches_of(self.workspace, self.graph, self._changed_parts)
        gone = [node.id for node in self.like._parts(self.changed)]
        return then.beside(gone, now, self.graph.nodes)

    @cached_property
    def plan(self) -> Plan:
        """When and how often the touches of the workspace can come."""
        clocks, then = Clocks(self.workspace, self.today), self._known_then("plan")
        return Plan(self.workspace, self.graph, self.courses, self.touches_at, clocks, like=then, changed=self.changed)

    @cached_property
    def carriage(self) -> Carriage:
        """What syncs carry, and when: nothing that hangs on playbooks."""
        return self._known_then("carriage") or Carriage(self.workspace, self.today)

    def _known_then(self, name: str) -> Any:
        """Return what the other version worked out, if it has."""
        return None if self.like is None else vars(self.like).get(name)

    @cached_property
    def _changed_parts(self) -> tuple[Node, ...]:
        return self._parts(self.changed)

    def _parts(self, playbooks: Iterable[str]) -> tuple[Node, ...]:
        return tuple([node for root in sorted(playbooks) for node in self.graph.parts.get(root, ())])

    def beside(self, like: Case) -> Case:
        """Return the case, to take over from another; as it is where more is otherwise than playbooks, or how these are judged."""
        judged, there = ((one.today, one.law, one.effort) for one in (self, like))
        if judged != there or not _alike(self.workspace, like.workspace):
            return self
        now, then = _documents(self.workspace), _documents(like.workspace)
        if [*now] != [*then]:
            return self
        changed = {root for root in now.keys() | then.keys() if now.get(root) is not then.get(root)}
        issued = [one for root in changed for one in (now.get(root), then.get(root)) if isinstance(one, Cadence)]
        changed |= {f"procedure/{one.workflow.id}" for one in issued if one.workflow is not None}
        return replace(self, like=like, changed=frozenset(changed))

    @cached_property
    def effort(self) -> int:
        """How much may be spent on one question about conditions: the more there can be, the less on each."""
        return max(LEAST_EFFORT, min(EFFORT, ALL_EFFORT // max(1, len(self.graph.nodes))))

    @cached_property
    def playbooks(self) -> tuple[tuple[str, Playbook], ...]:
        """The workspace's own playbooks with their node ids; built-in ones are not judged.

        By id: which of two that meet is named first must not hang on the files that they stand in.
        """
        workspace = self.workspace
        every: tuple[Playbook, ...] = (
            *sorted(workspace.journeys.values(), key=lambda one: one.id),
            *sorted(workspace.cadences.values(), key=lambda one: one.id),
            *sorted(workspace.procedures.values(), key=lambda one: one.id),
        )
        named = ((f"{one.kind}/{one.id}", one) for one in every if not one.builtin)
        return tuple((root, one) for root, one in named if self.asked is None or root in self.asked)

    def only(self, playbooks: frozenset[str]) -> Case:
        """Return the case in which these playbooks alone are to be judged, with what was worked out already."""
        some = replace(self, asked=playbooks, _by={})
        vars(some)["courses"] = self.courses
        return some

    def prepare(self) -> None:
        """Work out what nearly every family asks for: processes that part afterwards have it in common."""
        self.courses, self.by("verb", _verbs)  # kept

    def steps(self, root: str) -> tuple[tuple[Node, Step], ...]:
        """Return the steps of a playbook, inner ones too, in the order written; those that could not be read apart."""
        known = self._steps.get(root)
        if known is None and self.like is not None and root not in self.changed:
            known = self.like._steps.get(root)
        if known is None:
            parts = self.graph.parts.get(root, ())
            steps = [(node, step) for node in parts if isinstance(step := node.origin, Step) and step.verb]
            known = self._steps[root] = tuple(steps)
        return known

    def each(self, what: str, make: Callable[[str, Playbook], Iterable[T]]) -> Iterator[T]:
        """Return what is made of every playbook, where that hangs on it alone, on nouns and settings; another version may have it."""
        known = self._made(what)
        for root, playbook in self.playbooks:
            if root not in known:
                known[root] = tuple(make(root, playbook))
        return chain.from_iterable([known[root] for root, _ in self.playbooks])

    def made_of(
        self, what: str, root: str, playbook: Playbook, make: Callable[[str, Playbook], Iterable[T]]
    ) -> Sequence[T]:
        """Return of one playbook what `each` returns of all."""
        known = self._made(what)
        if root not in known:
            known[root] = tuple(make(root, playbook))
        return known[root]

    def _made(self, what: str) -> dict[str, tuple[Any, ...]]:
        """Return what was made so far of each playbook by itself, by that of the other version at first."""
        if what not in self._of_each:
            then = self.like._of_each.get(what, {}) if self.like is not None else {}
            self._of_each[what] = _without(then, self.changed)
        return self._of_each[what]

    def by(self, what: str, make: Sorter[K, T]) -> Sorted[K, T]:
        """Return what is made of every playbook by the key that it is made with, and then by playbook; another version may have it.

        It hangs on the playbook alone, on its issues, on nouns and settings. The keys are in no order, the playbooks of each in theirs.
        """
        if what not in self._by:
            then = self.like._by.get(what) if self.like is not None and self.asked is None else None
            self._by[what] = self._sorted(self.playbooks, make) if then is None else self._resorted(then, make)
        return self._by[what]

    def _sorted(self, playbooks: Iterable[tuple[str, Playbook]], make: Sorter[K, T]) -> Sorted[K, T]:
        found: dict[K, dict[str, list[T]]] = {}
        for root, playbook in playbooks:
            for key, one in make(self, root, playbook):
                found.setdefault(key, {}).setdefault(root, []).append(one)
        return found

    def _resorted(self, then: Sorted[K, T], make: Sorter[K, T]) -> Sorted[K, T]:
        """Return what the other version has, made anew of the playbooks that are changed."""
        assert self.like is not None  # noqa: S101  the other version
        gone, come = (
            case._sorted([one for one in case.playbooks if one[0] in self.changed], make) for case in (self.like, self)
        )
        found = dict(then)
        for key in gone.keys() | come.keys():
            before, now = then.get(key, {}), come.get(key, {})
            of = {**before, **now}
            for root in gone.get(key, {}).keys() - now.keys():
                del of[root]
            if not now.keys() <= before.keys():
                of = {root: of[root] for root in sorted(of, key=self._places.__getitem__)}
            found[key] = of
            if not of:
                del found[key]
        return found

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Where each playbook stands among them."""
        return {root: place for place, (root, _) in enumerate(self.playbooks)}

    def doing(self, kind: type[V]) -> Sequence[tuple[Node, Step, V]]:
        """Return the steps of all playbooks with a kind of verb, and it, in the order written: many rules ask about few steps."""
        return [one for some in self.by("verb", _verbs).get(kind, {}).values() for one in some]

    def below(self, root: str, entry: str) -> Sequence[tuple[Node, Step]]:
        """Return those of `steps` that hang right below a place: a stage, or the playbook itself."""
        if root not in self._below:
            found = self._below[root] = {}
            for one in self.steps(root):
                found.setdefault(one[0].id.rpartition("/")[0], []).append(one)
        return self._below[root].get(entry, ())

    def meet(self, *predicates: Predicate) -> Answer:
        """Return `satisfiability.meet`; what was asked before, in the same words at other places, is not worked out again."""
        asked = tuple([self._said(one) for one in predicates])
        if asked not in self._answers:
            self._answers[asked] = meet(self.workspace, *predicates, effort=[self.effort])
        return self._answers[asked]

    def excludes(self, *predicates: Predicate) -> bool | None:
        """Return whether nobody meets all of them; None where that was not decided."""
        answer = self.meet(*predicates)
        return None if answer == UNDECIDED else answer == NOBODY

    def implies(self, one: Predicate, other: Predicate) -> bool | None:
        """Return whether whoever meets `one` meets `other`; None where that was not decided."""
        return self.excludes(one, Not(other, Mark(0)))

    def _said(self, predicate: Predicate) -> str:
        known = self._words.get(id(predicate))
        if known is None:
            known = self._words[id(predicate)] = (predicate, repr(condition(predicate)))
        return known[1]

    def touches(self, step: Step) -> bool:
        """Return whether the step itself is a touch that the caps count."""
        if not step.via or (step.cap is not None and not step.cap.counts):
            return False
        return not self._touching.isdisjoint([ref.id for ref in step.via])

    @cached_property
    def _touching(self) -> frozenset[str]:
        """The channels by which a step is a touch."""
        return frozenset(one.id for one in self.workspace.channels.values() if one.reach in TOUCHES)

    def touches_inside(self, step: Step) -> bool:
        """Return whether the step or one inside it is a touch."""
        return any(self.touches(one) for one in inner(step))

    def finding(
        self,
        rule: Rule,
        at: Mark,
        subject: str,
        *related: tuple[Mark, Phrase],
        severity: Severity | None = None,
        fixes: tuple[Fix, ...] = (),
        **args: str | Phrase,
    ) -> Finding:
        places = tuple(Related(self.forest.span(mark), note) for mark, note in related)
        return Finding(rule, self.forest.span(at), args, subject, severity=severity, related=places, fixes=fixes)

    def unsettled(self, rule: Rule, at: Mark, subject: str, question: Phrase) -> Iterator[Unassessed]:
        """Yield that a question about conditions was not decided; where something is wrong, that may be all there is to it."""
        if not self.doubts.inside(at):
            reason = Phrase(
                f"{question.zh}，这里的条件算不清；写简单些，时间统一用一种单位",
                f"{question.en}: these conditions are too involved; write them more simply, with times in one unit",
            )
            yield Unassessed(rule, subject, reason, self.forest.span(at))


def _without(found: Mapping[str, T], changed: Iterable[str]) -> dict[str, T]:
    """Return a copy of what was found of playbooks, without those that are changed."""
    rest = dict(found)
    for root in changed:
        rest.pop(root, None)
    return rest


def _verbs(case: Case, root: str, _: Playbook) -> Iterable[tuple[type, tuple[Node, Step, Any]]]:
    return [(type(step.verb), (node, step, step.verb)) for node, step in case.steps(root)]


def _documents(workspace: Workspace) -> dict[str, Playbook]:
    """Return all playbooks by their node ids, built-in ones too."""
    every: tuple[Playbook, ...] = (
        *workspace.journeys.values(),
        *workspace.cadences.values(),
        *workspace.procedures.values(),
    )
    return {f"{one.kind}/{one.id}": one for one in every}


def _alike(one: Workspace, other: Workspace) -> bool:
    """Return whether two workspaces have the very same in everything but their playbooks."""
    return all(
        _same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one) if each.name not in PLAYBOOKS
    )


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(map(is_, one.values(), other.values()))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_, one, other))
    return one is other
