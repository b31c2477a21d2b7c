"""The execution graph and a set of consents go in; how fresh the evidence of one of them is on each way to each place comes out.

A consent is a state that anybody may end at any moment; what lasts is a fact of the past: "at some instant u it was given". So the
analysis carries, along every way, how much longer that evidence may be used: `slack`, the time within which a withdrawal must take
effect less the age of the evidence. Time passed takes from it; being given sets it to the whole; a condition that looks at a copy
sets it to the whole less the greatest latency of the copy, where that is more. A use is allowed where no way to it has a slack below
nought. No other journey, instance or withdrawal can make such a fact false, so each journey is analysed on its own, entered with
what the places that start it have established.

Ways are followed breadth first, and of two ways to one place that is dropped which is longer and no fresher: so the first way found
that breaks a use is a shortest one, and none is missed. At most `MOST_WAYS` are kept at a place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field
from functools import cached_property
from typing import Final, NamedTuple

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.nodes import Delay, Edge, ExecutionGraph, Node
from sopkit.graph.openings import Openings
from sopkit.graph.satisfiability import excludes
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    Else,
    EventTest,
    Not,
    Predicate,
    SegmentTest,
)
from sopkit.model.steps import Choose
from sopkit.model.triggers import ConsentMoved, OnEvent, Trigger
from sopkit.model.values import Comparison, Ref
from sopkit.tree import Mark

NEVER: Final = -INFINITE
"""It was never established."""
WITHDRAWN: Final = -1e18
"""The way itself passes its withdrawal."""
OLD: Final = -1e15
"""It was given once, and nothing bounds how long ago."""
FLOOR: Final = -400 * 86400.0
"""Evidence that is older than this by far is not told apart from `OLD`."""
MOST_WAYS: Final = 200
"""Ways to one place that are kept; beyond, the question is not settled."""


MANY_ROUNDS: Final = 60
"""Ways to one place beyond which one that goes in a circle is taken to do so for ever."""


class TooManyWaysError(Exception):
    """A bound on effort was reached."""


@dataclass(frozen=True, eq=False)
class Copies:
    """What tools know of the consents of one question.

    `worth` is how much slack it brings that a tool's copy says a consent is given; `hears` how many seconds after an event a tool
    knows of it, at most; `given` and `withdrawing` are ids of consents by event.
    """

    workspace: Workspace
    consents: frozenset[str]
    worth: Callable[[str, str | None], float]
    whole: Callable[[str], float]
    """Slack of a consent that is given this instant."""
    hears: Callable[[str, str | None], float]
    told: Callable[[str, str | None], float] = lambda _consent, _tool: NEVER
    """Slack of a consent that was given, and of whose withdrawal the tool has heard nothing since."""
    learns: Callable[[str, str | None], float] = lambda _consent, _tool: 0.0
    """How many seconds after a consent is given a tool knows of it, at most."""
    _lasting: dict[str, Copies | None] = field(default_factory=dict)

    def lasting(self, journey: Journey) -> Copies | None:
        """Return what shows the consents whose every withdrawal ends a journey: once shown in it, they are so while it goes on.

        An event that has happened shows nothing: the withdrawal may have been heard of before the journey began.
        """
        if journey.id not in self._lasting:
            ended = {one.event.id for one in journey.ends_on if isinstance(one, OnEvent) and one.where is None}
            kept = frozenset(name for name in self.consents if self._is_ended(name, ended))
            shown = Copies(self.workspace, kept, self.told, lambda _: NEVER, self.hears) if kept else None
            self._lasting[journey.id] = shown
        return self._lasting[journey.id]

    def _is_ended(self, consent: str, events: Set[str]) -> bool:
        noun = self.workspace.consents.get(consent)
        if noun is None or noun.expires is not None or not noun.withdrawn_by:
            return False
        return {ref.id for ref in noun.withdrawn_by} <= events

    @cached_property
    def given_by(self) -> Mapping[str, tuple[str, ...]]:
        """Event → the consents, of those asked about, that it is the giving of."""
        found: dict[str, tuple[str, ...]] = {}
        for event in self.workspace.events.values():
            gives = tuple(ref.id for ref in event.gives if ref.id in self.consents)
            if gives:
                found[event.id] = gives
        return found

    @cached_property
    def withdrawn_by(self) -> frozenset[str]:
        """Events by which one of the consents is withdrawn."""
        known = self.workspace.consents
        return frozenset(ref.id for name in self.consents if name in known for ref in known[name].withdrawn_by)

    def gain(self, predicate: Predicate | None, tool: str | None, *, wanted: bool = True, depth: int = 0) -> float:
        """Return the slack that is sure where a tool has found a predicate to hold, or not to; `NEVER` where it says nothing."""
        match predicate:
            case None | Else():
                return NEVER
            case All(parts) | Any(parts):
                gains = [self.gain(part, tool, wanted=wanted, depth=depth) for part in parts]
                both = isinstance(predicate, All) == wanted
                return max(gains, default=NEVER) if both else min(gains, default=NEVER)
            case Not(part):
                return self.gain(part, tool, wanted=not wanted, depth=depth)
            case ConsentTest(consent, state) if wanted and state == "given" and consent.id in self.consents:
                return self.worth(consent.id, tool)
            case EventTest(event, _, within, negated) if negated != wanted and event.id in self.given_by:
                if not _at_least_once(predicate.count):
                    return NEVER
                lasts = longest(within) if within is not None else INFINITE
                return _aged(max(self.whole(one) for one in self.given_by[event.id]), lasts)
            case SegmentTest(segment) if segment.id in self.workspace.segments and depth < MOST_SEGMENTS:
                return self.gain(self.workspace.segments[segment.id].when, tool, wanted=wanted, depth=depth + 1)
        return NEVER

    def after(self, trigger: Trigger | None, slack: float, tool: str | None) -> float:
        """Return the slack once a trigger has come: giving makes it whole, withdrawing ends it."""
        match trigger:
            case OnEvent(event):
                if event.id in self.withdrawn_by:
                    return WITHDRAWN
                for one in self.given_by.get(event.id, ()):
                    slack = max(slack, _aged(self.whole(one), self.hears(event.id, tool)))
            case ConsentMoved(consent, way) if consent.id in self.consents:
                if way == "given":
                    return max(slack, _aged(self.whole(consent.id), self.learns(consent.id, tool)))
                return WITHDRAWN if way == "withdrawn" else NEVER
        return slack


MOST_SEGMENTS: Final = 20


def _at_least_once(count: Comparison | None) -> bool:
    """Return whether what is counted has happened."""
    if count is None:
        return True
    return count.number > 0 if count.comparator in ("≥", "=") else count.comparator == ">" and count.number >= 0


def _aged(slack: float, seconds: float) -> float:
    """Return the slack after so long."""
    if slack <= OLD:
        return slack
    slack -= seconds
    return OLD if slack < FLOOR else slack


def unbounded(slack: float) -> float:
    """Return the slack after a time that nothing bounds."""
    return min(slack, OLD)


class Way(NamedTuple):
    """One way to a place: the place, what is left of the evidence there, and the way so far."""

    place: str
    slack: float
    length: int
    before: Way | None = None
    edge: Edge | None = None
    """The edge from the place before; None where the way begins."""
    anchors: tuple[float, ...] = ()
    """Slack at the start, at the stage's entry, and at each step that a `since` of the playbook names."""
    spent: float = 0.0
    """Seconds since the stage was entered, at most."""
    cut: str = ""
    """The event that has just ended the journey which this way comes from."""
    kept: float = NEVER
    """Slack that does not run out while the journey goes on, since every withdrawal ends it."""


def course_of(way: Way) -> tuple[Way, ...]:
    """Return the way and those before it, from the beginning."""
    found = [way]
    while found[-1].before is not None:
        found.append(found[-1].before)
    return tuple(reversed(found))


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
    _anchors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _stays: dict[str, float] = field(default_factory=dict)
    _delays: dict[tuple[str, Delay], float] = field(default_factory=dict)
    _spells: dict[tuple[Openings, float], float] = field(default_factory=dict)
    _shut: dict[tuple[str, str], bool] = field(default_factory=dict)

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        nodes = self.graph.nodes
        for edge in self.graph.edges:
            if edge.kind in MOVING and _flows(edge, nodes):
                found.setdefault(edge.source, []).append(edge)
        return {source: tuple(edges) for source, edges in found.items()}

    @cached_property
    def cuts(self) -> Mapping[str, tuple[Edge, ...]]:
        """Edges that cut a stage or a journey off, wherever in it the customer is, by the stage or journey."""
        found: dict[str, list[Edge]] = {}
        for edge in self.graph.edges:
            if edge.kind == "interrupt" and edge.label != "replaces":
                found.setdefault(edge.source, []).append(edge)
        return {source: tuple(edges) for source, edges in found.items()}

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

    def stays(self, container: str) -> float:
        """Return the most seconds that anybody stays in a stage or journey, whatever they do there."""
        if container not in self._stays:
            timers = [longest(edge.delay.high) for edge in self.cuts.get(container, ()) if _is_timer(edge)]
            stage = self.graph.nodes[container].stage
            least = longest(stage.stays) if stage is not None and stage.stays is not None else 0.0
            self._stays[container] = max(min(timers), least) if timers else INFINITE
        return self._stays[container]

    def last_timer(self, place: str) -> float:
        """Return after how many seconds every timer that may cut off there has run out; nought where there is none."""
        edges = [edge for container in self.around(place) for edge in self.cuts.get(container, ())]
        return max((shortest(edge.delay.high) for edge in edges if _is_timer(edge)), default=0.0)

    @cached_property
    def arriving(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edges in self.leaving.values():
            for edge in edges:
                found.setdefault(edge.target, []).append(edge)
        for edges in self.cuts.values():
            for edge in edges:
                found.setdefault(edge.target, []).append(edge)
        return {target: tuple(edges) for target, edges in found.items()}

    @cached_property
    def _parts(self) -> Mapping[str, tuple[str, ...]]:
        """The places of each stage and journey that anything cuts off."""
        found: dict[str, list[str]] = {}
        for place in self.graph.nodes:
            for container in self.around(place):
                if container in self.cuts:
                    found.setdefault(container, []).append(place)
        return {container: tuple(places) for container, places in found.items()}

    def leading_to(self, places: Iterable[str]) -> frozenset[str]:
        """Return the places from which one of `places` can be come to, themselves included."""
        seen, stack = set(places), list(places)
        while stack:
            for edge in self.arriving.get(stack.pop(), ()):
                before = self._parts.get(edge.source, ()) if edge.kind == "interrupt" else ()
                for source in (edge.source, *before):
                    if source not in seen:
                        seen.add(source)
                        stack.append(source)
        return frozenset(seen)

    def root_of(self, place: str) -> str:
        node = self.graph.nodes[place]
        return node.playbook or (place if node.kind in ROOTS else "")

    def journey_of(self, place: str) -> Journey | None:
        root = self.root_of(place)
        origin = self.graph.nodes[root].origin if root else None
        return origin if isinstance(origin, Journey) else None

    def tool_at(self, place: str) -> str | None:
        """Return the tool that looks at conditions there: the journey's, else that of the step's or the issue's first channel."""
        node = self.graph.nodes[place]
        journey = self.journey_of(place)
        if journey is not None:
            return journey.runs_in.id if journey.runs_in else None
        via = getattr(node.origin, "via", ())
        for ref in via:
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


MOVING: Final = frozenset(("then", "occurs", "emits"))
"""Kinds of edges along which somebody may come to another place; most edges are of none."""


def _flows(edge: Edge, nodes: Mapping[str, Node]) -> bool:
    if edge.kind == "then":
        return True
    if edge.kind == "occurs":
        return edge.label == "starts_on"
    if edge.kind != "emits":
        return False
    source, target = nodes[edge.source].kind, nodes[edge.target].kind
    if target == "offer":
        return source == "step"
    if target == "trigger":
        return source in ("stage", "step", "exit", "lifecycle", "automation") or edge.label == "granted"
    return target in ROOTS and edge.label == "start"


def ways(
    flow: Flow, copies: Copies, inside: frozenset[str], enough: Callable[[Way], bool] = lambda _: False
) -> dict[str, list[Way]]:
    """Return the ways to each place of `inside` that matter, shortest first; no more once one is `enough`.

    Raises TooManyWaysError.
    """
    found: dict[str, list[Way]] = {}
    queue = deque(Way(place, NEVER, 0) for place in sorted(inside) if _begins(flow, place, inside))
    while queue:
        way = queue.popleft()
        kept = found.setdefault(way.place, [])
        if any(_covers(other, way) for other in kept):
            continue
        if len(kept) >= MANY_ROUNDS:
            way = _repeated(flow, copies, way)
        if len(kept) >= MOST_WAYS:
            raise TooManyWaysError
        kept.append(way)
        if enough(way):
            break
        queue.extend(_onward(flow, copies, way, inside))
    return found


def _begins(flow: Flow, place: str, inside: frozenset[str]) -> bool:
    """Return whether a way may begin there: at an event, a trigger that no playbook causes, an offer that may come from elsewhere."""
    node = flow.graph.nodes[place]
    if node.kind == "offer":
        return True
    if node.kind not in ("event", "trigger", "issue", *ROOTS):
        return False
    return not any(edge.source in inside for edge in flow.arriving.get(place, ()) if edge.kind != "interrupt")


def _onward(flow: Flow, copies: Copies, way: Way, inside: frozenset[str]) -> Iterator[Way]:
    for edge in flow.leaving.get(way.place, ()):
        if edge.target in inside and not (way.cut and flow.shuts_out(edge.target, way.cut)):
            yield _step(flow, copies, way, edge, along(flow, copies, way, edge))
    for container in flow.around(way.place):
        for edge in flow.cuts.get(container, ()):
            if edge.target in inside:
                cut = _interrupted(flow, copies, way, edge)
                if cut is not None:
                    yield cut


def _interrupted(flow: Flow, copies: Copies, way: Way, edge: Edge) -> Way | None:
    slack, tool = _cut_off(flow, way, edge.source, edge), flow.tool_at(edge.source)
    if slack is None:
        return None
    slack = copies.after(edge.on, slack, tool)
    if edge.label != "while":
        slack = max(slack, copies.gain(edge.guard, tool))
    return _step(flow, copies, way, edge, slack)


def _repeated(flow: Flow, copies: Copies, way: Way) -> Way:
    """Return what a way comes to that goes round as it did last, for ever: no fresher than what is shown anew in each round."""
    circle = [way]
    while circle[-1].before is not None and (len(circle) == 1 or circle[-1].place != way.place):
        circle.append(circle[-1].before)
    start = circle.pop()
    if start.place != way.place or not circle:
        return way
    now: Way | None = start._replace(slack=NEVER, anchors=(NEVER,) * len(start.anchors))
    for one in reversed(circle):
        if now is None or one.edge is None:
            return way
        cut = one.edge.kind == "interrupt"
        now = (
            _interrupted(flow, copies, now, one.edge)
            if cut
            else _step(flow, copies, now, one.edge, along(flow, copies, now, one.edge))
        )
    if now is None:
        return way
    anchors = tuple(max(OLD, slack) for slack in now.anchors)
    spent = flow.last_timer(way.place) if way.spent > start.spent else way.spent
    return way._replace(slack=max(OLD, now.slack), kept=now.kept, anchors=anchors, spent=spent)


def _is_timer(edge: Edge) -> bool:
    return edge.on is None and edge.guard is None and edge.delay.high is not None


def _cut_off(flow: Flow, way: Way, container: str, edge: Edge) -> float | None:
    """Return what is left of the evidence where the customer is cut off at a place, before it is left; None where that can't be."""
    onward = [one for one in flow.leaving.get(way.place, ()) if one.kind == "then" and one.label not in ("every", "on")]
    held = max((longest(one.held.high) if one.held.bounded else INFINITE for one in onward), default=INFINITE)
    delays = max((flow.delay(one) for one in onward), default=INFINITE)
    stays = flow.stays(container)
    names = flow.anchors(flow.root_of(container))
    entry = way.anchors[1] if len(way.anchors) == len(names) and names else NEVER
    if _is_timer(edge):
        timer = longest(edge.delay.high)
        if way.spent + held + delays < shortest(edge.delay.high):
            return None  # gone from here by then
        return _aged(max(way.slack, entry), timer) if timer < INFINITE else unbounded(max(way.slack, entry))
    if edge.label == "while" and way.place == container:
        return way.slack  # it may not hold from the first
    bound = _aged(max(way.slack, entry), stays) if stays < INFINITE else unbounded(way.slack)
    return max(bound, min((_before(flow, way, one) for one in onward), default=bound))


def _before(flow: Flow, way: Way, edge: Edge) -> float:
    """Return what is left of the evidence on an edge at the last, before anything refreshes it."""
    slack = _aged(way.slack, longest(edge.held.high)) if edge.held.bounded else unbounded(way.slack)
    return slack if edge.on is not None else _since(flow, way, edge, slack)


def _covers(one: Way, other: Way) -> bool:
    """Return whether whatever breaks on the other way breaks on this one, which is no longer."""
    return (
        one.slack <= other.slack
        and one.cut == other.cut
        and one.spent >= other.spent
        and one.kept <= other.kept
        and all(a <= b for a, b in zip(one.anchors, other.anchors, strict=False))
    )


def _step(flow: Flow, copies: Copies, way: Way, edge: Edge, slack: float) -> Way:
    target = flow.graph.nodes[edge.target]
    journey = flow.journey_of(edge.target)
    fails_at_once = edge.label == "while" and way.place == edge.source
    if journey is not None and journey.while_ is not None and target.kind not in ROOTS and not fails_at_once:
        slack = max(slack, copies.gain(journey.while_, flow.tool_at(edge.target)))
    kept = _kept(flow, copies, way, edge) if slack != WITHDRAWN else NEVER
    slack = max(slack, kept)
    ended = edge.on.event.id if edge.label == "ends_on" and isinstance(edge.on, OnEvent) else ""
    cut = ended or (way.cut if target.kind in ("exit", "trigger") else "")
    spent = 0.0
    if target.step is not None:
        spent = way.spent + (longest(edge.held.high) if edge.held.bounded else INFINITE) + flow.delay(edge)
        spent = min(spent, flow.last_timer(edge.target))
    anchors = _anchored(flow, way, target, slack)
    return Way(edge.target, slack, way.length + 1, way, edge, anchors, spent, cut, kept)


def _kept(flow: Flow, copies: Copies, way: Way, edge: Edge) -> float:
    """Return the slack that lasts as long as the journey which an edge stays in, or leads into."""
    journey, tool = flow.journey_of(edge.target), flow.tool_at(edge.target)
    shown = copies.lasting(journey) if journey is not None else None
    if shown is None:
        return NEVER
    starts = flow.graph.nodes[edge.target].kind in ROOTS
    known = NEVER if starts else way.kept
    if isinstance(edge.on, ConsentMoved) and edge.on.way == "given" and edge.on.consent.id in shown.consents:
        known = max(known, shown.worth(edge.on.consent.id, tool))
    elif isinstance(edge.on, OnEvent):
        given = shown.given_by.get(edge.on.event.id, ())
        if given and not shown.hears(edge.on.event.id, tool):
            known = max([known, *(shown.worth(one, tool) for one in given)])
    before = leaving(flow, shown, way._replace(slack=NEVER), edge) if not starts else NEVER
    return max(known, before, tested(flow, shown, edge, tool))


def _anchored(flow: Flow, way: Way, target: Node, slack: float) -> tuple[float, ...]:
    names = flow.anchors(flow.root_of(target.id)) if target.kind not in ("event", "trigger", "offer") else ()
    if not names:
        return ()
    same = way.anchors if flow.root_of(way.place) == flow.root_of(target.id) else ()
    known = list(same) if len(same) == len(names) else [slack] * len(names)
    if target.kind in ROOTS:
        known = [slack] * len(names)
    elif target.kind == "stage":
        known[1] = slack
    elif target.step is not None and target.step.id in names:
        known[names.index(target.step.id)] = slack
    return tuple(known)


def along(flow: Flow, copies: Copies, way: Way, edge: Edge) -> float:
    """Return what is left of the evidence behind an edge."""
    slack, tool = leaving(flow, copies, way, edge), flow.tool_at(edge.target)
    if edge.kind in ("occurs", "emits"):
        if edge.kind == "emits" and edge.label == "late":
            slack = unbounded(slack)
        slack = copies.after(edge.on, slack, tool)
        return max(slack, copies.gain(edge.guard, tool))
    if edge.label in ("every", "on"):
        slack = unbounded(slack)
    slack = _aged(slack, longest(edge.held.high)) if edge.held.bounded else unbounded(slack)
    slack = copies.after(edge.on, slack, tool)
    slack = max(slack, tested(flow, copies, edge, tool))
    if edge.label == "every":
        return slack
    return _since(flow, way, edge, slack)


def leaving(flow: Flow, copies: Copies, way: Way, edge: Edge) -> float:
    """Return what is left of the evidence as a place is left by an edge that is open only once its step is done."""
    node = flow.graph.nodes[way.place]
    step = node.step
    if step is None or step.if_ is None:
        return way.slack
    if edge.kind == "emits" or (isinstance(step.verb, Choose) and edge.label in ("if", "else")):
        return max(way.slack, copies.gain(step.if_, flow.tool_at(way.place)))
    return way.slack


def tested(flow: Flow, copies: Copies, edge: Edge, tool: str | None) -> float:
    """Return the slack that the condition of an edge brings, and that the conditions before it did not hold."""
    gain = copies.gain(edge.guard, tool)
    step = flow.graph.nodes[edge.source].step
    if step is None or not isinstance(step.verb, Choose) or edge.label not in ("if", "else", "none"):
        return gain
    if edge.label == "none" and step.if_ is not None:
        return gain  # or the whole fork was passed by
    before = (branch.if_ for branch in step.verb.branches[: edge.rank])
    return max([gain, *(copies.gain(one, tool, wanted=False) for one in before)])


def _since(flow: Flow, way: Way, edge: Edge, slack: float) -> float:
    """Return the slack after an edge's delay: counted from an anchor, no more time has passed since then than it says."""
    lasts = flow.delay(edge)
    since = edge.delay.since
    names = flow.anchors(flow.root_of(edge.target)) if since else ()
    if not since or since not in names or len(way.anchors) != len(names):
        return unbounded(slack) if lasts == INFINITE else _aged(slack, lasts)
    if lasts == INFINITE:
        return unbounded(slack)
    anchor = way.anchors[names.index(since)]
    return min(slack, max(_aged(anchor, lasts), _aged(slack, lasts)))


def first_below(found: Sequence[Way], slack: Callable[[Way], float]) -> Iterator[Way]:
    """Yield the ways, shortest first, on which a use has no slack left."""
    return (way for way in found if slack(way) < 0)
