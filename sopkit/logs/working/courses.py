"""The declared order of a playbook's steps goes in; what each is timed from, what must come before it, what it is out of order after,
comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.nodes import Edge, ExecutionGraph
from sopkit.logs.working.places import Place, Places
from sopkit.model.documents import Journey
from sopkit.model.steps import Step, Wait

START: Final = "start"
"""The beginning of the run, as a base."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a time limit may count from: a step, or `START`."""

    node: str
    plus: int | None
    """Seconds of waiting in between; None where that can't be told."""


@dataclass(frozen=True)
class Course:
    """The order of one playbook."""

    places: Places
    root: str

    @property
    def graph(self) -> ExecutionGraph:
        return self.places.graph

    @cached_property
    def mine(self) -> tuple[Place, ...]:
        return self.places.in_playbook(self.root)

    # What a time limit counts from

    def bases(self, place: Place) -> tuple[Base, ...] | None:
        """Return what the limit of a step may count from, the latest in a run decides; None where no log can tell."""
        step = place.step
        if place.beside:
            return None
        if step.since is None:
            return tuple(dict.fromkeys(self._before(place.node, 0, frozenset())))
        if step.since.id == "start":
            return (Base(START, 0),)
        stage = place.node.rpartition("/")[0]
        if step.since.id == "stage":
            return (Base(START, 0),) if self._begins(self._stage(place.node)) else None
        named = f"{stage}/{step.since.id}"
        return (Base(named, 0),) if named in self.places.by_node else None

    def _before(self, node: str, plus: int | None, seen: frozenset[str]) -> Iterator[Base]:
        for edge in self.graph.arriving.get(node, ()):
            if edge.kind != "then" or edge.label in ("on", "every") or edge.source in seen:
                continue
            waited = _added(plus, _waited(edge))
            source = self.graph.nodes[edge.source]
            step = source.step
            if step is None:
                yield Base(START, waited) if self._begins(edge.source) else Base(edge.source, None)
                continue
            if edge.source in self.places.by_node:
                yield Base(edge.source, waited)
                if not passable(step):
                    continue
                waited = None if timed(step) else waited
            elif isinstance(step.verb, Wait) and step.verb.until:
                waited = None
            yield from self._before(edge.source, waited, seen | {node})

    def _begins(self, node: str) -> bool:
        """Return whether a stage, or the playbook, is entered when the run begins and at no other time."""
        if node == self.root:
            return True
        playbook = self.places.playbooks[self.root]
        if not isinstance(playbook, Journey) or playbook.follows is not None or not playbook.stages:
            return False
        first = f"{self.root}/{playbook.stages[0].id}"
        others = [
            e for e in self.graph.arriving.get(first, ()) if e.kind in ("then", "interrupt") and e.source != self.root
        ]
        return node == first and not others

    def _stage(self, node: str) -> str:
        playbook = self.places.playbooks[self.root]
        return (
            "/".join(node.split("/")[:3])
            if isinstance(playbook, Journey) and playbook.kind == "lifecycle"
            else self.root
        )

    # Order

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """Each node of the playbook → the nodes that a run can come to after it."""
        onward: dict[str, set[str]] = {}
        inside = {node.id for node in self.graph.parts.get(self.root, ())} | {self.root}
        for source in inside:
            for edge in self.graph.leaving.get(source, ()):
                if edge.kind in ("then", "interrupt") and edge.target in inside:
                    onward.setdefault(source, set()).add(edge.target)
                    if edge.kind == "interrupt":  # wherever in the stage the run is
                        for below in inside:
                            if below.startswith(f"{source}/"):
                                onward.setdefault(below, set()).add(edge.target)
        found: dict[str, frozenset[str]] = {}
        for node in inside:
            reached: set[str] = set()
            queue = list(onward.get(node, ()))
            while queue:
                one = queue.pop()
                if one not in reached:
                    reached.add(one)
                    queue.extend(onward.get(one, ()))
            found[node] = frozenset(reached)
        return found

    def pairs(self) -> Iterator[tuple[Place, Place]]:
        """Yield (earlier, later): steps of which the first can't come after the second in one run."""
        chained = [one for one in self.mine if not one.beside]
        for later in chained:
            for earlier in chained:
                if later.node in self.reach[earlier.node] and earlier.node not in self.reach[later.node]:
                    yield earlier, later

    # The next step

    def openings(self) -> frozenset[str]:
        """Return the steps that a run may begin with."""
        return self._next(self.root)

    def after(self, place: Place) -> frozenset[str]:
        """Return the steps that may be the next one done after a step, beside those that run on their own."""
        found = set(self._next(place.node))
        for container in {self._stage(place.node), self.root}:
            for edge in self.graph.leaving.get(container, ()):
                if edge.kind == "interrupt":
                    found |= self._into(edge.target)
        return frozenset(found)

    def _into(self, node: str) -> frozenset[str]:
        place = self.places.by_node.get(node)
        if place is None:
            return self._next(node)
        return frozenset({node}) | (self._next(node) if passable(place.step) else frozenset())

    def _next(self, node: str) -> frozenset[str]:
        """Return the steps that may come next behind a node: through what only steers, past what may be passed by."""
        found: set[str] = set()
        seen, queue = {node}, [node]
        while queue:
            one = queue.pop()
            for edge in self.graph.leaving.get(one, ()):
                target = self.graph.nodes[edge.target]
                within = target.playbook == self.root and target.kind in ("step", "stage")
                if edge.label in ("on", "every") or edge.target in seen or not within:
                    continue
                if edge.kind not in ("then", "interrupt") or (edge.kind == "interrupt" and target.kind != "stage"):
                    continue
                seen.add(edge.target)
                place = self.places.by_node.get(edge.target)
                if place is not None:
                    found.add(edge.target)
                if place is None or passable(place.step):
                    queue.append(edge.target)
        return frozenset(found)

    def musts(self) -> Iterator[tuple[Place, Place]]:
        """Yield (required, later): a step that every way to the second passes, in the same stage."""
        for place in self.mine:
            if place.step.required and not place.beside:
                stage = self._stage(place.node)
                around = self._reached_without(stage, place.node)
                for later in self.mine:
                    inside = later is not place and not later.beside and later.node.startswith(f"{stage}/")
                    if inside and later.node in self.reach[place.node] and later.node not in around:
                        yield place, later

    def _reached_without(self, start: str, without: str) -> set[str]:
        """Return what a run comes to from the entry of a stage, inside it, without a step."""
        found: set[str] = set()
        queue = [start]
        while queue:
            node = queue.pop()
            for edge in self.graph.leaving.get(node, ()):
                inside = edge.target.startswith(f"{start}/")
                if edge.kind == "then" and inside and edge.target != without and edge.target not in found:
                    found.add(edge.target)
                    queue.append(edge.target)
        return found


def passable(step: Step) -> bool:
    """Return whether a run may go on behind a step that nobody did: its condition did not hold, a cap or an address was wanting."""
    return step.if_ is not None or bool(step.via)


def timed(step: Step) -> bool:
    return step.after is not None or step.within is not None or step.before is not None or step.since is not None


def _waited(edge: Edge) -> int | None:
    """Return how many seconds an edge holds a run, where that is the same for all."""
    if edge.on is not None:
        return None
    held = edge.held
    if held.low is None and held.high is None:
        return 0
    if held.low is None or held.high is None or held.low.seconds != held.high.seconds:
        return None
    return held.low.seconds


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def courses_of(places: Places) -> dict[str, Course]:
    """Return the course of each playbook by its node."""
    return {root: Course(places, root) for root in places.roots}
