"""The execution graph and the times of its steps go in; along which edges one customer comes from place to place, and how long that takes
at most, comes out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import chain
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.nodes import Delay, Edge, ExecutionGraph, Node
from sopkit.graph.openings import Openings
from sopkit.graph.partings import LEFT, Partings
from sopkit.graph.satisfiability import excludes
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import EventTest
from sopkit.model.values import Ref
from sopkit.tree import Mark


@dataclass(frozen=True, eq=False)
class Flow:
    """All edges along which one customer comes from place to place, from playbook to playbook too."""

    graph: ExecutionGraph
    workspace: Workspace
    openings: Callable[[str], Openings | None]
    """When a step may be done; None: always."""
    drops: Callable[[str], bool]
    """Whether a step that comes in a closed hour is left out instead of moved."""
    holds: Callable[[str], float] = lambda _: 0.0
    """How many seconds the tool that keeps the caps holds a touch back, at most."""
    turns_away: Callable[[str], bool] = lambda _: False
    """Whether the tool that keeps the caps ends a journey at a touch that a cap forbids."""
    _anchors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _stays: dict[str, float] = field(default_factory=dict)
    _delays: dict[tuple[str, Delay], float] = field(default_factory=dict)
    _spells: dict[tuple[Openings, float], float] = field(default_factory=dict)
    _returns: dict[str, bool] = field(default_factory=dict)
    _shut: dict[tuple[str, str], bool] = field(default_factory=dict)
    _inside: dict[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def partings(self) -> Partings:
        return Partings(self.graph, self.workspace, self.turns_away)

    @cached_property
    def leaving(self) -> Mapping[str, Sequence[Edge]]:
        found: dict[str, list[Edge]] = {}
        nodes = self.graph.nodes
        for edge in self.graph.moves:
            if edge.kind == "then" or _sets_off(edge, nodes):
                found.setdefault(edge.source, []).append(edge)
        return found

    @cached_property
    def cuts(self) -> Mapping[str, Sequence[Edge]]:
        """Edges that cut a stage or a journey off, wherever in it the customer is, by the stage or journey."""
        found: dict[str, list[Edge]] = {}
        for edge in self.graph.moves:
            if edge.kind == "interrupt" and edge.label != "replaces":
                found.setdefault(edge.source, []).append(edge)
        for source, edge in self.partings.preempted.items():
            found.setdefault(source, []).append(edge)
        return found

    def around(self, place: str) -> tuple[str, ...]:
        """Return the stage and the journey that a place is in; nothing for what runs beside them."""
        node = self.graph.nodes[place]
        if node.kind not in ("lifecycle", "automation", "stage", "step"):
            return ()
        if node.step is not None and (node.step.on or node.step.every):
            return ()
        root = node.playbook or place
        stage = "/".join(place.split("/")[:3])
        return (stage, root) if stage != root and self.graph.nodes[root].kind == "lifecycle" else (root,)

    def stage_of(self, place: str) -> str:
        """Return the stage of a lifecycle that a place is in, or is; nothing elsewhere."""
        around = self.around(place)
        return around[0] if len(around) > 1 else ""

    def stays(self, container: str) -> float:
        """Return the most seconds that anybody stays in a stage or journey, whatever they do there."""
        if container not in self._stays:
            timers = [longest(edge.delay.high) for edge in self.cuts.get(container, ()) if is_timer(edge)]
            stage = self.graph.nodes[container].stage
            least = longest(stage.stays) if stage is not None and stage.stays is not None else 0.0
            self._stays[container] = max(min(timers), least) if timers else INFINITE
        return self._stays[container]

    def last_timer(self, place: str) -> float:
        """Return after how many seconds every timer that may cut off there has run out; nought where there is none."""
        edges = [edge for container in self.around(place) for edge in self.cuts.get(container, ())]
        return max((shortest(edge.delay.high) for edge in edges if is_timer(edge)), default=0.0)

    @cached_property
    def arriving(self) -> Mapping[str, Sequence[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edges in self.leaving.values():
            for edge in edges:
                found.setdefault(edge.target, []).append(edge)
        beside = chain(*self.cuts.values(), self.partings.turned_away.values(), self.partings.left.values())
        for edge in beside:
            found.setdefault(edge.target, []).append(edge)
        return found

    def _places(self, container: str) -> Sequence[str]:
        """Return the places of a stage or journey, itself among them; none of what is neither."""
        if container not in self._inside:
            root = self.root_of(container)
            places = (root, *[node.id for node in self.graph.parts.get(root, ())]) if root else ()
            self._inside[container] = [place for place in places if container in self.around(place)]
        return self._inside[container]

    def leading_to(self, places: Iterable[str]) -> dict[str, int]:
        """Return the places from which one of `places` can be come to, themselves included, each with the fewest edges to it."""
        steps = dict.fromkeys(places, 0)
        queue = deque(steps)
        while queue:
            place = queue.popleft()
            for edge in self.arriving.get(place, ()):
                wherever = edge.kind == "interrupt" or edge.label == LEFT
                before = self._places(edge.source) if wherever else ()
                for source in (edge.source, *before):
                    if source not in steps:
                        steps[source] = steps[place] + 1
                        queue.append(source)
        return steps

    def playbooks_before(self, place: str) -> set[str]:
        """Return the playbooks from which a place can be come to, its own among them."""
        return {self.root_of(one) for one in self.leading_to([place])} - {""}

    def returns(self, place: str) -> bool:
        """Return whether a customer may come from a place to it again."""
        if place not in self._returns:
            before = self.leading_to([place])
            cuts = (self.cuts.get(container, ()) for container in self.around(place))
            beside = (self.partings.turned_away.get(place), self.partings.left.get(self.stage_of(place)))
            onward = chain(self.leaving.get(place, ()), *cuts, beside)
            self._returns[place] = any(edge is not None and edge.target in before for edge in onward)
        return self._returns[place]

    def root_of(self, place: str) -> str:
        node = self.graph.nodes[place]
        return node.playbook or (place if node.kind in ROOTS else "")

    def journey_of(self, place: str) -> Journey | None:
        root = self.root_of(place)
        origin = self.graph.nodes[root].origin if root else None
        return origin if isinstance(origin, Journey) else None

    def tool_at(self, place: str) -> str | None:
        """Return the tool that looks at conditions there: the journey's, else that of the step's or the issue's first channel."""
        journey = self.journey_of(place)
        if journey is not None:
            return journey.runs_in.id if journey.runs_in else None
        for ref in getattr(self.graph.nodes[place].origin, "via", ()):
            channel = self.workspace.channels.get(ref.id)
            if channel is not None and channel.tool is not None:
                return channel.tool.id
        return None

    def shuts_out(self, place: str, event: str) -> bool:
        """Return whether a journey takes nobody to whom an event has happened."""
        key = (place, event)
        if key not in self._shut:
            origin = self.graph.nodes[place].origin
            audience = origin.audience if isinstance(origin, Journey) else None
            happened = EventTest(Ref(event, Mark(0)), None, None, negated=False, at=Mark(0))
            self._shut[key] = audience is not None and bool(excludes(self.workspace, audience, happened))
        return self._shut[key]

    def anchors(self, root: str) -> tuple[str, ...]:
        """Return the step ids that the playbook's steps count from."""
        if root not in self._anchors:
            steps = (node.step for node in self.graph.parts.get(root, ()))
            named = {one.since.id for one in steps if one is not None and one.since is not None}
            timed = any(
                self.stays(node.id) < INFINITE for node in self.graph.parts.get(root, ()) if node.kind == "stage"
            )
            self._anchors[root] = ("start", "stage", *sorted(named - {"start", "stage"})) if named or timed else ()
        return self._anchors[root]

    def delay(self, edge: Edge) -> float:
        """Return the most seconds that pass on an edge before its target is done, closed hours included."""
        key = (edge.target, edge.delay)
        if key not in self._delays:
            self._delays[key] = self._delay(edge)
        return self._delays[key]

    def _delay(self, edge: Edge) -> float:
        if not edge.delay.bounded or edge.delay.before is not None:
            return INFINITE
        step = self.graph.nodes[edge.target].step
        lasts = longest(edge.delay.high) if edge.delay.high is not None else longest(edge.delay.low)
        lasts += self.holds(edge.target)
        hours = self.openings(edge.target)
        if hours is None or step is None or self.drops(edge.target):
            return lasts
        if step.within is not None and step.clock == "open" and lasts < INFINITE:
            spell = (hours, lasts)
            if spell not in self._spells:
                self._spells[spell] = hours.longest_time(lasts / 60) * 60
            return self._spells[spell]
        return lasts + hours.longest_wait() * 60


ROOTS: Final = frozenset(("lifecycle", "automation", "cadence", "procedure"))


def _sets_off(edge: Edge, nodes: Mapping[str, Node]) -> bool:
    """Return whether what an edge sets off happens there and then, to the same customer.

    A step does not lead on to the offer that it grants: that may come from elsewhere as well, so nothing of before is known there.
    """
    if edge.kind == "occurs":
        return edge.label == "starts_on"
    if edge.kind != "emits":
        return False
    source, target = nodes[edge.source].kind, nodes[edge.target].kind
    if target == "trigger" and source == "stage" and edge.label == LEFT:
        return False  # it happens later, and not there
    if target == "trigger":
        return source in ("stage", "step", "exit", "lifecycle", "automation") or edge.label == "granted"
    return target in ROOTS and edge.label == "start"


def is_timer(edge: Edge) -> bool:
    return edge.on is None and edge.guard is None and edge.delay.high is not None
