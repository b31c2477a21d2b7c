"""Triggers go in; how often each can occur to one customer, and what leaves it without a bound, comes out."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from sopkit.frozen import dataclass
from sopkit.model.documents import Journey, Procedure
from sopkit.model.nouns import Datum, Event, Noun
from sopkit.model.steps import Grant, Start, Step
from sopkit.model.triggers import (
    Becomes,
    CalendarReached,
    DateReached,
    IssueDue,
    JourneyMoved,
    OfferMoved,
    OnEvent,
    StepReported,
    Trigger,
)
from sopkit.model.values import Rate
from sopkit.rules.case import Case


class Often(IntEnum):
    """How often something happens to one customer; where that is not known for certain, `RATE`."""

    FINITE = 0
    """At most so many times in a lifetime."""
    RATE = 1
    """At most so many times in any stretch of time."""
    UNBOUNDED = 2


@dataclass(frozen=True, slots=True)
class Frequency:
    often: Often
    cause: Noun | None = None
    """The event or offer whose missing bound is to blame."""


FINITE = Frequency(Often.FINITE)
RATE = Frequency(Often.RATE)


class Frequencies:
    """Works out frequencies, each once; journeys that start each other count as finite while their own are worked out."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._starts: dict[str, Frequency] = {}
        self._granted: dict[str, list[tuple[str, Step]]] = {}
        self._started: dict[str, list[tuple[str, Step]]] = {}
        for node, step, grant in case.doing(Grant):
            self._granted.setdefault(grant.offer.id, []).append((node.playbook, step))
        for node, step, start in case.doing(Start):
            self._started.setdefault(start.playbook.id, []).append((node.playbook, step))

    def of(self, trigger: Trigger, playbook: str) -> Frequency:
        """Return how often a trigger occurs; `playbook` is the node id of the one that names it."""
        workspace = self.case.workspace
        match trigger:
            case OnEvent(event):
                noun = workspace.events.get(event.id)
                return _of_event(noun) if noun else RATE
            case Becomes(data):
                datum = workspace.data.get(data.id)
                return self._of_datum(datum) if datum else RATE
            case JourneyMoved(place):
                return self._of_moves(place.id)
            case OfferMoved(offer):
                return self._of_grants(offer.id)
            case StepReported(step):
                return self._of_step(step.id, playbook)
        return RATE

    def of_starts(self, root: str) -> Frequency:
        """Return how often a playbook starts for one customer."""
        if root not in self._starts:
            self._starts[root] = FINITE
            self._starts[root] = self._work_out(root)
        return self._starts[root]

    def _work_out(self, root: str) -> Frequency:
        name = root.partition("/")[2]
        workspace = self.case.workspace
        playbook = workspace.journeys.get(name) or workspace.procedures.get(name)
        if isinstance(playbook, Journey) and playbook.reentry.mode != "always":
            return FINITE if playbook.reentry.mode == "never" else RATE
        if not isinstance(playbook, Journey | Procedure):
            return RATE
        causes = [self.of(trigger, root) for trigger in playbook.starts_on]
        causes += [self._of_doing(one, step) for one, step in self._started.get(name, ())]
        most = worst(causes)
        slow = isinstance(playbook, Journey) and not playbook.overlap and self.takes_time(root)
        return RATE if slow and most.often is Often.UNBOUNDED else most

    def takes_time(self, root: str) -> bool:
        """Return whether every run with a touch lasts some time, so that runs which never overlap cannot come at any pace."""
        course = self.case.courses.get(root)
        if course is None:
            return False
        inside = self.case.graph.nodes
        times = course.earliest(root, lambda node: inside[node].playbook == root)
        return times.get(f"exit/{root}", 0.0) > 0.0

    def _of_doing(self, root: str, step: Step) -> Frequency:
        """Return how often a step is done."""
        if step.on:
            return worst(self.of(trigger, root) for trigger in step.on)
        most = self.of_starts(root)
        return RATE if step.every and most.often is Often.FINITE else most

    def _of_datum(self, datum: Datum) -> Frequency:
        """A datum changes as it says, as often as it is computed, or else as often as the events that collect it."""
        if datum.changes == "never":
            return FINITE
        if isinstance(datum.changes, Rate) or datum.computed is not None or not datum.collected_by:
            return RATE
        events = self.case.workspace.events
        return worst(_of_event(events[ref.id]) if ref.id in events else RATE for ref in datum.collected_by)

    def _of_moves(self, place: str) -> Frequency:
        name, _, stage = place.partition("/")
        journey = self.case.workspace.journeys.get(name)
        if journey is None:
            return RATE
        most = self.of_starts(f"{journey.kind}/{name}")
        return RATE if stage and most.often is Often.FINITE else most

    def _of_grants(self, offer: str) -> Frequency:
        noun = self.case.workspace.offers.get(offer)
        if noun is None or noun.per_customer is not None:
            return RATE
        most = worst(self._of_doing(root, step) for root, step in self._granted.get(offer, ()))
        return most if most.often is Often.UNBOUNDED else RATE

    def _of_step(self, path: str, playbook: str) -> Frequency:
        name, slash, _ = path.partition("/")
        workspace = self.case.workspace
        if not slash:
            return RATE
        found = workspace.journeys.get(name) or workspace.procedures.get(name)
        if found is None:
            return RATE
        most = self.of_starts(f"{found.kind}/{name}")
        return most if most.often is Often.UNBOUNDED else RATE


def worst(frequencies: Iterable[Frequency]) -> Frequency:
    """Return the most frequent; the first of equal ones."""
    return max(frequencies, key=lambda one: one.often, default=FINITE)


def _of_event(event: Event) -> Frequency:
    if event.at_most is None:
        return Frequency(Often.UNBOUNDED, event)
    return FINITE if event.at_most.per == "lifetime" else RATE


def comes_surely(trigger: Trigger) -> bool:
    """Return whether the trigger comes by itself, sooner or later."""
    if isinstance(trigger, OfferMoved):
        return trigger.way == "expired"
    return isinstance(trigger, CalendarReached | DateReached | IssueDue)
