"""Steps one after another: a list of steps goes in, their nodes and edges are added, and the loose ends come out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sopkit.frozen import dataclass
from sopkit.graph.builder import PLACE, Builder
from sopkit.graph.nodes import NO_TIME, Delay, Edge
from sopkit.graph.timing import delay_of, every_delay
from sopkit.model.predicates import Else, Not, Predicate
from sopkit.model.steps import Approve, Choose, Go, Grant, Start, Step, Wait
from sopkit.model.triggers import CalendarReached, Trigger
from sopkit.tree import Mark


class Way(NamedTuple):
    """A way that leads on from a node and has no target yet."""

    source: str
    held: Delay = NO_TIME
    """How long the source holds the customer before this way is open."""
    guard: Predicate | None = None
    label: str = ""
    rank: int = 0
    on: Trigger | None = None

    def edge(self, target: str, at: Mark, delay: Delay = NO_TIME) -> Edge:
        """Return the edge that this way becomes; `at` is what follows."""
        return Edge(self.source, target, "then", at, self.label, delay, self.guard, self.on, self.held, self.rank)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where steps are laid: the playbook's node, the node that they hang below, and the exit."""

    builder: Builder
    playbook: str
    parent: str
    leave: str | None

    def lay(self, steps: Iterable[Step], ways: list[Way]) -> list[Way]:
        """Lay `steps` behind `ways`; return the ways that lead on behind the last.

        Steps with `on:` or `every:` run beside the others: they hang on the parent and lead nowhere.
        """
        for step in steps:
            node = self.builder.part(f"{self.parent}/{step.id}", "step", step.at, self.playbook, step)
            self.builder.reads(step.if_, node, "if")
            if step.on or step.every:
                self._beside(step, node)
                continue
            delay = delay_of(step)
            self.builder.edges += [way.edge(node, step.at, delay) for way in ways]
            ways = self._after(step, node)
        return ways

    def _beside(self, step: Step, node: str) -> None:
        delay = delay_of(step)
        if step.every:
            self.builder.edges.append(Edge(self.parent, node, "then", step.every.at, "every", every_delay(step)))
            if step.every.interval is None:
                calendar = CalendarReached(step.every, step.at_slots, step.every.at)
                self.builder.occurs(calendar, node, self.playbook, "every", delay=delay)
        for trigger in step.on:
            self.builder.occurs(trigger, node, self.playbook, "on", delay=delay)
            self.builder.edges.append(Edge(self.parent, node, "then", step.at, "on", delay, on=trigger))
        self._after(step, node)

    def _after(self, step: Step, node: str) -> list[Way]:
        """Return the ways that lead on behind a step."""
        match step.verb:
            case Choose():
                return self._choose(step, step.verb, node)
            case Wait():
                return self._wait(step, step.verb, node)
            case Go() as go:
                target = self.leave if go.ends else f"{self.playbook}/{go.to.id}"
                if target:
                    self.builder.jumps.append(Edge(node, target, "then", step.verb_at, "go", guard=step.if_))
                return [] if step.if_ is None else [Way(node, guard=Not(step.if_, step.if_.at), label="none", rank=1)]
            case Grant(offer):
                self.builder.link(node, f"offer/{offer.id}", "emits", offer.at, "grant")
            case Start(playbook):
                journey = self.builder.workspace.journeys.get(playbook.id)
                kind = journey.kind if journey else "procedure"
                self.builder.link(node, f"{kind}/{playbook.id}", "emits", playbook.at, "start")
            case Approve(what):
                back = step.if_rejected or what
                approved = f"{PLACE}{self.parent.partition('/')[2]}/{what.id}"
                self.builder.from_places.append(Edge(approved, node, "data", what.at, "approve"))
                self.builder.jumps.append(Edge(node, f"{self.parent}/{back.id}", "then", back.at, "if_rejected"))
        return [Way(node)]

    def _choose(self, step: Step, choose: Choose, node: str) -> list[Way]:
        ends: list[Way] = []
        for rank, branch in enumerate(choose.branches):
            last = isinstance(branch.if_, Else)
            self.builder.reads(branch.if_, node, "if")
            way = Way(node, guard=branch.if_, label="else" if last else "if", rank=rank)
            ends += self.lay(branch.steps, [way])
        if step.if_ is not None or not any(isinstance(branch.if_, Else) for branch in choose.branches):
            ends.append(Way(node, label="none", rank=len(choose.branches)))
        return ends

    def _wait(self, step: Step, wait: Wait, node: str) -> list[Way]:
        if not wait.until:
            return [Way(node, Delay(wait.for_.low, wait.for_.high) if wait.for_ else NO_TIME)]
        ways: list[Way] = []
        for trigger in wait.until:
            self.builder.occurs(trigger, node, self.playbook, "wait")
            ways.append(Way(node, Delay(None, step.up_to, step.up_to is not None), label="came", on=trigger))
        if step.up_to is None:
            return ways
        late = Way(node, Delay(step.up_to, step.up_to), label="up_to")
        return [*ways, *self.lay(step.otherwise, [late])]
