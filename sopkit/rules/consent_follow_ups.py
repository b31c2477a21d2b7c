"""What ends a consent goes in; the places that it leads to, and those that are chosen by what was written down on the way, come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final, NamedTuple

from sopkit.frozen import dataclass
from sopkit.graph.nodes import Edge, Node
from sopkit.model.documents import Cadence, Journey, Procedure
from sopkit.model.predicates import DataTest, Not, Predicate, TagTest
from sopkit.model.steps import SetData, Step, Tag
from sopkit.model.triggers import Becomes, SegmentCrossed
from sopkit.model.values import Ref
from sopkit.rules.case import Case
from sopkit.tree import Mark

SETS_OFF: Final = frozenset(("starts_on", "ends_on", "next", "on", "follows"))
"""How an event sets off what follows; a wait for it goes on either way."""


class Reached(NamedTuple):
    """A place that follows, and whether it surely does."""

    place: str
    surely: bool
    written: Mark | None = None
    """The step that wrote down what it was chosen by."""
    alone: bool = False
    """A step's own condition chooses it: whatever comes behind it comes to others, too."""


class Written(NamedTuple):
    """What a step writes down of the customer."""

    noun: str
    """Node id of the tag or datum."""
    holds: Predicate
    value: str = ""


@dataclass(frozen=True, eq=False)
class FollowUps:
    """The places that follow on the edges of one workspace."""

    case: Case
    _chosen: dict[Written, tuple[Reached, ...]] = field(default_factory=dict)

    def onward(self, edge: Edge) -> Iterator[Reached]:
        """Yield the places to which an edge leads on, in other playbooks too; those that are sure first."""
        onward = self.case.graph.onward
        beside = onward.get(edge.source, ()) if edge.label == "next" else ()
        left = [one.target for one in beside if one.label == "left"]
        surely, perhaps = [Reached(place, True) for place in (edge.target, *left)], list[Reached]()
        seen: set[tuple[str, bool]] = set()
        while surely or perhaps:
            here = surely.pop() if surely else perhaps.pop()
            if (here.place, here.alone) in seen:
                continue
            seen.add((here.place, here.alone))
            yield here
            for one in self._next(here):
                (surely if one.surely else perhaps).append(one)

    def _next(self, here: Reached) -> Iterator[Reached]:
        for edge in self.case.graph.onward.get(here.place, ()):
            if self._goes_by_itself(edge) and not (here.alone and edge.kind == "then"):
                yield Reached(edge.target, here.surely and _is_certain(edge), here.written)
        step = self.case.graph.nodes[here.place].step
        if step is None:
            return
        surely = here.surely and step.if_ is None
        for written in self._writes(step):
            for one in self._chosen_by(written):
                yield one._replace(surely=surely and one.surely, written=step.at)

    def _goes_by_itself(self, edge: Edge) -> bool:
        """Whether an edge is gone without anything more from the customer: a step on, a start, an end, a time or a state."""
        match edge.kind:
            case "then":
                return True
            case "emits":
                return edge.label != "used"
            case "interrupt":
                return edge.on is None
            case "occurs":
                return edge.label in SETS_OFF and self.case.graph.nodes[edge.source].kind == "trigger"
        return False

    # By what was written down

    def _writes(self, step: Step) -> Iterator[Written]:
        match step.verb:
            case Tag(tags, removes):
                for ref in tags:
                    test = TagTest(ref, step.at)
                    yield Written(f"tag/{ref.id}", Not(test, step.at) if removes else test)
            case SetData(values):
                for ref, value in values:
                    yield Written(f"data/{ref.id}", self._is(ref, value, step.at), value)

    def _is(self, ref: Ref, value: str, at: Mark) -> Predicate:
        """Return what holds once a value is set; of dates, texts and amounts only that there is one."""
        noun = self.case.workspace.data.get(ref.id)
        one_of_few = noun is not None and (noun.values or noun.type == "boolean")
        return DataTest(ref, (value,) if one_of_few else "known", at)

    def _chosen_by(self, written: Written) -> tuple[Reached, ...]:
        if written not in self._chosen:
            self._chosen[written] = tuple(self._choices(written))
        return self._chosen[written]

    def _choices(self, written: Written) -> Iterator[Reached]:
        """Yield what starts as it is written, the triggers of segments too, and, perhaps, what only those of whom it is written come to."""
        nodes, onward = self.case.graph.nodes, self.case.graph.onward
        asking, seen = [written.noun], set[str]()
        while asking:
            noun = asking.pop()
            for edge in onward.get(noun, ()) if noun not in seen else ():
                target = nodes[edge.target]
                if edge.kind == "emits" and target.kind == "trigger":
                    yield from self._set_off(written, target)
                elif target.kind == "segment":
                    asking.append(edge.target)
                elif edge.kind == "data" and not isinstance(written.holds, Not):
                    yield from self._selected(written, target, edge.label)
            seen.add(noun)

    def _set_off(self, written: Written, trigger: Node) -> Iterator[Reached]:
        match trigger.origin:
            case Becomes(_, values) if not values or written.value in values:
                yield Reached(trigger.id, True)
            case SegmentCrossed(segment, way):
                noun = self.case.workspace.segments.get(segment.id)
                if noun is None or noun.when is None:
                    return
                after = noun.when if way == "enters" else Not(noun.when, noun.at)
                if self.case.excludes(written.holds, after) is not True:
                    yield Reached(trigger.id, self.case.implies(written.holds, after) is True)

    def _selected(self, written: Written, asker: Node, label: str) -> Iterator[Reached]:
        """Yield the places to which a condition lets none but those of whom it is written: others decide when they come there."""
        for predicate, place in self._conditions(asker, label):
            if self.case.implies(predicate, written.holds) is not False:
                yield Reached(place, False, alone=place == asker.id and asker.step is not None)

    def _conditions(self, asker: Node, label: str) -> Iterator[tuple[Predicate, str]]:
        origin = asker.origin
        if label == "while":
            journey = self.case.graph.nodes[asker.playbook].origin if asker.playbook else None
            if isinstance(journey, Journey) and journey.while_ is not None:
                yield journey.while_, asker.playbook
        elif label == "audience" and isinstance(origin, Journey | Cadence | Procedure) and origin.audience is not None:
            yield origin.audience, asker.id
        elif label in ("if", "next"):
            if asker.step is not None and asker.step.if_ is not None:
                yield asker.step.if_, asker.id
            for edge in self.case.graph.onward.get(asker.id, ()):
                if edge.guard is not None and edge.kind in ("then", "interrupt"):
                    yield edge.guard, edge.target


def _is_certain(edge: Edge) -> bool:
    """Whether whoever comes to the source goes on: what only some do, or only after a time in a stage, is for a person to judge."""
    if edge.kind == "emits":
        return edge.label not in {"late", "expired"}
    return edge.kind == "then" or (edge.label in ("starts_on", "follows") and edge.guard is None)


__all__ = ["SETS_OFF", "FollowUps", "Reached"]
