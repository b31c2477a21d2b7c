"""One playbook's course goes in; the least time between its touches comes out, as a net of places and shortest ways.

Every way is at most as long as it can be in truth: closed hours, guards and rarer triggers only make it longer. So the fewest
seconds in which a net can be passed with k touches is a sound bound (dual arrival curves: Stigge et al., RTAS 2011).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from heapq import heappop, heappush

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, Course, longest, shortest
from sopkit.graph.nodes import Edge, ExecutionGraph, Node
from sopkit.graph.openings import Openings
from sopkit.graph.zones import Worst
from sopkit.model.documents import Journey


@dataclass(frozen=True, slots=True)
class Stay:
    """The places of a stage, and after how many seconds at least its clock lets a run go on from it, counted from one of them."""

    places: frozenset[str]
    leaves: Mapping[str, float]


@dataclass(slots=True)
class Net:
    """Places, the fewest seconds from one to the next, and how many touches are felt at each."""

    ways: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    lags: dict[str, float] = field(default_factory=dict)
    """How long after its step a touch can come, while the run goes on. Of the touches in a window only the first one's counts: that
    those behind it come later makes their span no shorter."""
    stays: dict[str, Stay] = field(default_factory=dict)
    """Of each place of a stage: how soon after it the stage can be left."""

    def add(self, source: str, target: str, seconds: float) -> None:
        self.ways.setdefault(source, []).append((target, max(0.0, seconds)))

    def take_in(self, other: Net) -> None:
        """Add all of another net."""
        for source, ways in other.ways.items():
            self.ways.setdefault(source, []).extend(ways)
        self.weights.update(other.weights)
        self.lags.update(other.lags)
        self.stays.update(other.stays)

    def shortest_span(self, touches: int) -> float:
        """Return the fewest seconds from the first to the last of so many touches; infinite where there never are so many."""
        queue = [(0.0, min(weight, touches), place) for place, weight in self.weights.items() if weight]
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
        return self._most(
            [(-self.lags.get(place, 0.0), place) for place, weight in self.weights.items() if weight], window, enough
        )

    def most_from(self, start: float, times: Mapping[str, tuple[float, float]], window: float, enough: int) -> int:
        """Return the most touches in the half-open window that begins at `start`, in seconds from the start of the run.

        `times` has the earliest and the latest time of every touch.
        """
        firsts = [
            (max(-self.lags.get(place, 0.0), early - start), place)
            for place, (early, late) in times.items()
            if late >= start and early < start + window and self.weights.get(place)
        ]
        return self._most(firsts, window, enough)

    def _most(self, firsts: Iterable[tuple[float, str]], window: float, enough: int) -> int:
        """Return the most touches that can follow each other, one of `firsts` being the first, within the window."""
        queue = [(span, -self.weights[place], place) for span, place in firsts]
        queue.sort()
        most = 0
        best: dict[str, int] = {}
        while queue:
            span, minus, place = heappop(queue)
            if best.get(place, 0) <= minus:
                continue
            best[place] = minus
            most = max(most, -minus)
            if most >= enough:
                return enough
            for target, seconds in self.ways.get(place, ()):
                if span + seconds < window:
                    count = minus - self.weights.get(target, 0)
                    if best.get(target, 1) > count:
                        heappush(queue, (span + seconds, count, target))
        return most

    def earliest(self, start: str) -> dict[str, float]:
        """Return after how many seconds at least each place is come to from `start`."""
        times: dict[str, float] = {}
        queue = [(0.0, start)]
        while queue:
            time, place = heappop(queue)
            if place in times:
                continue
            times[place] = time
            for target, seconds in self.ways.get(place, ()):
                if target not in times:
                    heappush(queue, (time + seconds, target))
        return times

    def apart(self, start: str, goal: str) -> float:
        """Return how many seconds at least are between two places, the clock of the first one's stage taken into account.

        The shortest way may lead past a step that can be done just before its stage is left. But `start` was no later for that.
        """
        stay = self.stays.get(start, Stay(frozenset(), {}))
        seen: set[tuple[bool, str]] = set()
        queue = [(0.0, True, start)]
        while queue:
            time, inside, place = heappop(queue)
            if place == goal and (place != start or time):
                return time
            if (inside, place) in seen:
                continue
            seen.add((inside, place))
            for target, seconds in self.ways.get(place, ()):
                least = stay.leaves.get(target, 0.0) if inside else 0.0
                heappush(queue, (max(time + seconds, least), inside and target in stay.places, target))
        return INFINITE

    def keeps_apart(self, some: Collection[str], others: Collection[str], window: float) -> bool:
        """Return whether every touch of `others` comes at least the window after each of `some` that it follows."""
        if not all(one in self.weights for one in (*some, *others)):
            return False
        queue = [(-self.lags.get(place, 0.0), place) for place in some]
        queue.sort()
        done: set[str] = set()
        while queue:
            span, place = heappop(queue)
            if place in done or span >= window:
                continue
            done.add(place)
            if place in others:
                return False
            for target, seconds in self.ways.get(place, ()):
                heappush(queue, (span + seconds, target))
        return True


@dataclass(frozen=True, slots=True)
class Hours:
    """When each step may be done, and how long an enforcing tool may hold it, in seconds."""

    openings: Mapping[str, Openings | Worst | None]
    held: Mapping[str, float]
    nodes: Mapping[str, Node]
    shift: float
    """By how many seconds clocks may be moved."""

    def time(self, node: str) -> float:
        """Return the most seconds from where a step's time begins until it is done, however it is held."""
        return self.spread(node, self.limit(node)) + self.late(node)

    def limit(self, node: str) -> float:
        """Return how long a step's own delay and time limit are at most."""
        step = self.nodes[node].step
        if step is None:
            return 0.0
        if step.by and not step.within:
            return INFINITE
        return longest(step.within or (step.after.high if step.after else None), self.shift)

    def wait(self, node: str) -> float:
        """Return the most seconds that a step has to wait for an open hour."""
        openings = self.openings.get(node)
        return openings.longest_wait() * 60 if openings is not None else 0.0

    def late(self, node: str) -> float:
        """Return how much longer a step can be held when it was to be done in an open hour."""
        held = self.held.get(node, 0.0)
        return held + self.wait(node) if held else 0.0

    def spread(self, node: str, seconds: float) -> float:
        """Return the most seconds from where a step's time begins to an open hour by which it is due: its limit may count open time."""
        openings = self.openings.get(node)
        if openings is None or seconds == INFINITE:
            return seconds
        return max(seconds + self.wait(node), openings.longest_time(seconds / 60) * 60)


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

    def anchor(self, since: str) -> str | None:
        """Return the place from which a delay counts: the entry, or a step; '' where that lies before the entry, None for no anchor."""
        if not since:
            return None
        if since == "stage" or (since == "start" and self.entry == self.course.root):
            return self.entry
        place = f"{self.entry}/{since}"
        return place if since != "start" and place in self.course.reached else ""

    def _ways(self, place: str) -> list[Edge]:
        return [edge for edge in self.course.arriving.get(place, ()) if edge.kind == "then"]

    def _by(self, edge: Edge) -> float:
        start, delay = self.times.get(edge.source, INFINITE), edge.delay
        if not (delay.bounded and edge.held.bounded) or delay.before or edge.label in ("on", "every", "if_rejected"):
            return INFINITE
        start += longest(edge.held.high, self.hours.shift)
        high = longest(delay.high, self.hours.shift)
        limit = self.hours.spread(edge.target, high)
        anchor = self.anchor(delay.since)
        if anchor == "":
            return INFINITE
        # a step that is an anchor was done before: its time is no later than that of the step before
        start = max(start + self.hours.wait(edge.target), limit) if anchor == self.entry else start + limit
        return start + self.hours.late(edge.target)


def net_of(  # noqa: PLR0917  all of one journey
    journey: Journey, root: str, course: Course, graph: ExecutionGraph, hours: Hours, beside: Collection[str] = ()
) -> Net:
    """Return the net of one run of a journey, without touches.

    Steps beside the chain are left out: those with `on:` come at their events' pace, and of those with `every:` only the ones named
    by `beside` are in. A way through the net passes a stage by its chain or by one of these, so that only one of them may count.
    """
    net = Net()
    exit_ = f"exit/{root}"
    inside = [node.id for node in graph.parts.get(root, ()) if node.id in course.reached]
    entries = [f"{root}/{one.id}" for one in journey.stages] if journey.kind == "lifecycle" else [root]
    below: dict[str, list[str]] = {entry: [] for entry in entries}
    for node in inside:
        stage = root if entries == [root] else "/".join(node.split("/", 3)[:3])
        if stage in below and node not in below and node != exit_:
            below[stage].append(node)
    for entry in entries:
        _add_stage(net, journey, entry, below[entry], Latest(course, entry, hours), beside)
    for edge in course.leaving.get(root, ()):
        if edge.kind == "interrupt":
            for place in (root, *inside):
                net.add(place, exit_, 0.0)
        elif edge.target in below:
            net.add(root, edge.target, 0.0)
    return net


def _add_stage(  # noqa: PLR0917  all of one stage
    net: Net, journey: Journey, entry: str, places: list[str], latest: Latest, beside: Collection[str]
) -> None:
    leaving = latest.course.leaving
    stays = {f"{entry.rpartition('/')[0]}/{one.id}": one.stays for one in journey.stages}.get(entry)
    here = {entry, *places}
    mine = [one for one in beside if one in here]
    timed: dict[str, float] = {}
    gone = {edge.target for place in here for edge in leaving.get(place, ()) if edge.kind == "then"}
    for place in (entry, *places):
        for edge in leaving.get(place, ()):
            if edge.kind == "then" and edge.label == "every":
                if edge.target in mine:
                    _add_recurring(net, edge, latest.hours)
            elif edge.kind == "then" and edge.label != "on":
                net.add(place, edge.target, _least(edge, latest))
                if edge.target not in here:
                    for one in mine:
                        net.add(one, edge.target, 0.0)
            elif edge.kind == "interrupt" and place == entry and journey.kind == "lifecycle":
                least = shortest(edge.delay.low or (stays if edge.on else None), latest.hours.shift)
                for one in (entry, *places):
                    net.add(one, edge.target, least - latest.of(one))
                if edge.target not in here | gone:
                    timed[edge.target] = min(least, timed.get(edge.target, INFINITE))
    for one in here:
        net.stays[one] = Stay(frozenset(here), {target: least - latest.of(one) for target, least in timed.items()})


def _add_recurring(net: Net, edge: Edge, hours: Hours) -> None:
    """Add that a step comes one period after entry and then again and again: the next is planned by the clock, not from the last."""
    period = shortest(edge.delay.low, hours.shift)
    net.add(edge.source, edge.target, period)
    net.add(edge.target, edge.target, period - hours.time(edge.target))


def _least(edge: Edge, latest: Latest) -> float:
    shift, since = latest.hours.shift, edge.delay.since
    held, low = shortest(edge.held.low, shift), shortest(edge.delay.low, shift)
    anchor = latest.anchor(since)
    if anchor is None:
        return held + low
    # an anchor in this stage is passed at its entry or later
    return max(held, low - latest.of(edge.source)) if anchor else held
