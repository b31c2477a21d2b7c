"""One playbook's course goes in; the least time between its touches comes out, as a net of places and shortest ways.

Every way is at most as long as it can be in truth: closed hours, guards and rarer triggers only make it longer. So the fewest
seconds in which a net can be passed with k touches is a sound bound (dual arrival curves: Stigge et al., RTAS 2011).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from sopkit.graph.course import INFINITE, Course, longest, shortest
from sopkit.graph.nodes import Edge, ExecutionGraph
from sopkit.graph.openings import Openings
from sopkit.model.documents import Journey


@dataclass(slots=True)
class Net:
    """Places, the fewest seconds from one to the next, and how many touches are felt at each."""

    ways: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)

    def add(self, source: str, target: str, seconds: float) -> None:
        self.ways.setdefault(source, []).append((target, max(0.0, seconds)))

    def take_in(self, other: Net) -> None:
        """Add all of another net."""
        for source, ways in other.ways.items():
            self.ways.setdefault(source, []).extend(ways)
        self.weights.update(other.weights)

    def shortest_span(self, touches: int) -> float:
        """Return the fewest seconds from the first to the last of so many touches; infinite where there never are so many."""
        queue = [(0.0, min(weight, touches), place) for place, weight in self.weights.items() if weight]
        queue.sort()
        done: set[tuple[int, str]] = set()
        while queue:
            span, count, place = heappop(queue)
            if (count, place) in done:
                continue
            done.add((count, place))
            if count >= touches:
                return span
            for target, seconds in self.ways.get(place, ()):
                more = min(touches, count + self.weights.get(target, 0))
                if (more, target) not in done:
                    heappush(queue, (span + seconds, more, target))
        return INFINITE

    def most(self, window: float, enough: int) -> int:
        """Return the most touches in any half-open window of so many seconds; `enough` where there may be as many or more."""
        for touches in range(1, enough + 1):
            if self.shortest_span(touches) >= window:
                return touches - 1
        return enough


@dataclass(frozen=True, slots=True)
class Hours:
    """When each step may be done, and how long an enforcing tool may hold it, in seconds."""

    openings: Mapping[str, Openings | None]
    held: Mapping[str, float]
    limits: Mapping[str, float]
    """How long each step's own delay and time limit are at most."""

    def late(self, node: str) -> float:
        """Return how much later than planned a step can be done."""
        openings = self.openings.get(node)
        wait = openings.longest_wait() * 60 if openings is not None else 0.0
        held = self.held.get(node, 0.0)
        return wait + (held + wait if held else 0.0)

    def stretched(self, node: str, seconds: float) -> float:
        """Return the most seconds that a time limit can last, since it may count open time only."""
        openings = self.openings.get(node)
        return seconds if openings is None or seconds == INFINITE else openings.longest_time(seconds / 60) * 60


class Latest:
    """By when at the latest each step of a stage is done, in seconds after its entry."""

    def __init__(self, course: Course, entry: str, hours: Hours) -> None:
        self.course, self.entry, self.hours = course, entry, hours
        self.times: dict[str, float] = {entry: 0.0}

    def of(self, place: str) -> float:
        """Return the latest time; infinite where nothing bounds it. Works without recursion, so that long chains are no trouble."""
        stack, under = [place], set[str]()
        while stack:
            at = stack[-1]
            if at in self.times:
                stack.pop()
                continue
            before = [edge.source for edge in self._ways(at)]
            open_ = [one for one in before if one not in self.times]
            if at not in under and open_:
                under.add(at)
                stack.extend(open_)
                continue
            self.times[at] = max((self._by(edge) for edge in self._ways(at)), default=INFINITE)
            stack.pop()
        return self.times[place]

    def _ways(self, place: str) -> list[Edge]:
        return [edge for edge in self.course.arriving.get(place, ()) if edge.kind == "then"]

    def _by(self, edge: Edge) -> float:
        start, delay = self.times.get(edge.source, INFINITE), edge.delay
        if not (delay.bounded and edge.held.bounded) or delay.before or edge.label in ("on", "every", "if_rejected"):
            return INFINITE
        start += longest(edge.held.high)
        limit = max(longest(delay.high), self.hours.stretched(edge.target, longest(delay.high)))
        if delay.since == "stage":
            start = max(start, limit)
        elif delay.since:
            start = INFINITE
        else:
            start += limit
        return start + self.hours.late(edge.target)


def net_of(journey: Journey, root: str, course: Course, graph: ExecutionGraph, hours: Hours) -> Net:
    """Return the net of one run of a journey, without touches; steps with `on:` are left out, they come at their events' pace."""
    net = Net()
    exit_ = f"exit/{root}"
    inside = [node.id for node in graph.parts.get(root, ()) if node.id in course.reached]
    entries = [f"{root}/{one.id}" for one in journey.stages] if journey.kind == "lifecycle" else [root]
    below = {entry: [one for one in inside if one.startswith(f"{entry}/")] for entry in entries}
    for entry in entries:
        latest = Latest(course, entry, hours)
        _add_stage(net, journey, course, entry, below[entry], latest)
    for edge in course.leaving.get(root, ()):
        if edge.kind == "interrupt":
            for place in (root, *inside):
                net.add(place, exit_, 0.0)
        elif edge.target in below:
            net.add(root, edge.target, 0.0)
    return net


def _add_stage(  # noqa: PLR0917  all of one stage
    net: Net, journey: Journey, course: Course, entry: str, places: list[str], latest: Latest
) -> None:
    stays = {f"{entry.rpartition('/')[0]}/{one.id}": one.stays for one in journey.stages}.get(entry)
    beside: list[str] = []
    for place in (entry, *places):
        for edge in course.leaving.get(place, ()):
            if edge.kind == "then" and edge.label == "every":
                beside.append(edge.target)
                period = shortest(edge.delay.low)
                net.add(place, edge.target, period)
                hours = latest.hours
                slack = hours.stretched(edge.target, hours.limits.get(edge.target, 0.0)) + hours.late(edge.target)
                net.add(edge.target, edge.target, period - slack)
            elif edge.kind == "then" and edge.label != "on":
                net.add(place, edge.target, _least(edge, latest))
            elif edge.kind == "interrupt" and place == entry and edge.source == entry and journey.kind == "lifecycle":
                least = shortest(edge.delay.low) if edge.delay.low else shortest(stays) if edge.on and stays else 0.0
                for one in (entry, *places):
                    net.add(one, edge.target, least - latest.of(one))
    for one in beside:
        for place in places:
            if place != one:
                net.add(place, one, 0.0)
                net.add(one, place, 0.0)


def _least(edge: Edge, latest: Latest) -> float:
    held, low, since = shortest(edge.held.low), shortest(edge.delay.low), edge.delay.since
    if not since:
        return held + low
    if since == "stage":
        return max(held, low - latest.of(edge.source))
    return held
