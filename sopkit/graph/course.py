"""The edges of one playbook along which a customer or a run moves go in; where they lead, and how soon, comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.nodes import FLOW, NO_TIME, Delay, Edge, ExecutionGraph
from sopkit.model.values import SECONDS, Duration

INFINITE: Final = float("inf")
MOST_CYCLES: Final = 60


@dataclass(frozen=True, eq=False)
class Course:
    """What happens inside one playbook."""

    root: str
    leaving: Mapping[str, list[Edge]]
    """Edges of `FLOW` by source."""
    latest: dict[str, dict[str, float]] = field(default_factory=dict)
    """By entry, when at the latest each place below it is come to: filled by whoever works it out."""

    _earliest: dict[str, Mapping[str, float]] = field(default_factory=dict)

    @cached_property
    def reached(self) -> frozenset[str]:
        """The nodes that a customer can come to from the start."""
        return frozenset(self.reach(self.root))

    def reach(self, start: str, past: Callable[[Edge], bool] | None = None) -> set[str]:
        """Return the nodes that can be come to from `start`, itself included, by edges that `past` lets pass; by all without it."""
        seen, stack = {start}, [start]
        leaving = self.leaving
        while stack:
            for edge in leaving.get(stack.pop(), ()):
                if edge.target not in seen and (past is None or past(edge)):
                    seen.add(edge.target)
                    stack.append(edge.target)
        return seen

    @cached_property
    def arriving(self) -> Mapping[str, list[Edge]]:
        """Edges by target."""
        found: dict[str, list[Edge]] = {}
        for edges in self.leaving.values():
            for edge in edges:
                found.setdefault(edge.target, []).append(edge)
        return found

    def earliest_below(self, entry: str) -> Mapping[str, float]:
        """Return `earliest` of all that stands below an entry; several ask."""
        if entry not in self._earliest:
            below = f"{entry}/"
            self._earliest[entry] = self.earliest(entry, lambda place: place.startswith(below))
        return self._earliest[entry]

    def earliest(self, start: str, inside: Callable[[str], bool]) -> dict[str, float]:
        """Return after how many seconds at least each node below `start` is come to; closed hours only make it later.

        An anchor counts from its own earliest time, `start` from the entry: less than what it is, never more.
        """
        times: dict[str, float] = {}
        queue: list[tuple[float, str]] = [(0.0, start)]
        while queue:
            time, place = heappop(queue)
            if place in times:
                continue
            times[place] = time
            for edge in self.leaving.get(place, ()):
                if edge.kind == "then" and edge.target not in times and inside(edge.target):
                    heappush(queue, (_arrival(edge, time, start, times), edge.target))
        return times


def _arrival(edge: Edge, time: float, start: str, times: Mapping[str, float]) -> float:
    if edge.delay is NO_TIME and edge.held is NO_TIME:
        return time
    since = edge.delay.since
    if since == "stage":
        return max(time, shortest(edge.delay.low))
    if since and since != "start":
        return max(time, times.get(f"{start}/{since}", 0.0) + shortest(edge.delay.low))
    held = shortest(edge.held.low)
    return time + held + (0.0 if since == "start" else shortest(edge.delay.low))


def courses(graph: ExecutionGraph, among: Container[str] | None = None) -> dict[str, Course]:
    """Return the course of every playbook, by the playbook's node id; of those alone whose nodes are `among` these, where that is given."""
    found: dict[str, list[Edge]] = {}
    for edge in graph.moves if among is None else [one for one in graph.happening if one.source in among]:
        if edge.kind in FLOW and edge.label != "replaces":
            found.setdefault(edge.source, []).append(edge)
    leaving: dict[str, dict[str, list[Edge]]] = {}
    nodes = graph.nodes
    for source, edges in found.items():
        leaving.setdefault(nodes[source].playbook or source, {})[source] = edges
    return {root: Course(root, edges) for root, edges in leaving.items()}


def shortest(duration: Duration | None, shift: float = 0) -> float:
    """Return the fewest seconds that a duration can be; a workday may begin at once. Clocks may be moved by `shift` seconds meanwhile."""
    if duration is None or duration.unit == "workday":
        return 0.0
    seconds = duration.seconds
    return (
        seconds
        if seconds is not None
        else duration.amount * (28 if duration.unit == "mo" else 365) * SECONDS["d"] - shift
    )


def longest(duration: Duration | None, shift: float = 0) -> float:
    """Return the most seconds that a duration can be; workdays have no bound here, since holidays are not known."""
    if duration is None:
        return 0.0
    if duration.unit == "workday":
        return INFINITE
    seconds = duration.seconds
    return (
        seconds
        if seconds is not None
        else duration.amount * (31 if duration.unit == "mo" else 366) * SECONDS["d"] + shift
    )


def is_instant(delay: Delay) -> bool:
    """Return whether the interval is exactly no time."""
    if delay is NO_TIME:
        return True
    return delay.bounded and not (
        longest(delay.low) or longest(delay.high) or delay.before or delay.since not in ("", "stage")
    )


def cycles(edges: Sequence[Edge], order: Mapping[str, int]) -> Iterator[list[Edge]]:
    """Yield a shortest cycle through each edge that lies on one, from its first place in `order` on; the same cycle once.

    At most `MOST_CYCLES` edges of a knot (a strongly connected part) are tried: more only repeat each other.
    """
    if not any(order[edge.target] <= order[edge.source] for edge in edges):
        return
    import networkx  # noqa: PLC0415  dear, and no cycle goes without an edge that leads back

    network: networkx.DiGraph[str] = networkx.DiGraph()
    first: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        network.add_edge(edge.source, edge.target)
        first.setdefault((edge.source, edge.target), edge)
    knots = {place: n for n, knot in enumerate(networkx.strongly_connected_components(network)) for place in knot}
    inside = [edge for edge in edges if knots[edge.source] == knots[edge.target]]
    tried: Counter[int] = Counter()
    seen: set[tuple[Edge, ...]] = set()
    for edge in sorted(inside, key=lambda edge: (order[edge.source], order[edge.target], edge.rank)):
        tried[knots[edge.source]] += 1
        if tried[knots[edge.source]] > MOST_CYCLES:
            continue
        path = networkx.shortest_path(network, edge.target, edge.source)
        cycle = [edge, *(first[pair] for pair in pairwise(path))]
        start = min(range(len(cycle)), key=lambda at: order[cycle[at].source])
        turned = (*cycle[start:], *cycle[:start])
        if turned not in seen:
            seen.add(turned)
            yield list(turned)
