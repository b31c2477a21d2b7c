"""Hops between tools go in; when an item that changes at an instant is known in a tool comes out, at the latest. Pure, in seconds.

A hop that runs on a schedule takes what is there when it starts: f(t) = the first run that starts strictly after t, plus its longest
duration. A push, a command, or an interval whose offset nobody declared takes a fixed time at most. The latency of a path is the most
that arrival − t can be; it is found at the instants where a run is just missed, by Dijkstra's search over time-dependent arcs, which
is exact because no hop overtakes itself (Orda and Rom, Journal of the ACM 37, 1990).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import Final

from sopkit.frozen import dataclass

MOST_OFFSETS: Final = 64
"""Different sums of fixed delays before a run; beyond, the question is not settled."""
MOST_INSTANTS: Final = 50_000
"""Instants at which one question is asked; beyond, it is not settled."""


class TooMuchError(Exception):
    """A bound on effort was reached."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One way from tool to tool."""

    name: str
    source: str
    target: str
    longest: int
    """Seconds that one run takes at most."""
    runs: tuple[int, ...] | None = None
    """Instants at which runs start, in order; None: at any time, after `wait` at most."""
    wait: int = 0
    """Period of an interval whose offset is not declared."""

    def run_after(self, at: int) -> int | None:
        """Return the start of the first run strictly after `at`, or `at` plus the wait; None beyond the horizon."""
        if self.runs is None:
            return at + self.wait
        n = bisect_right(self.runs, at)
        return self.runs[n] if n < len(self.runs) else None


@dataclass(frozen=True, slots=True)
class Leg:
    """One hop taken: set out at `start`, there at `end`."""

    hop: Hop
    start: int
    end: int


def travel(hops: Mapping[str, Sequence[Hop]], source: str, target: str, at: int) -> tuple[Leg, ...] | None:
    """Return the legs by which an item of `source` at `at` is soonest known in `target`, all runs as slow as can be.

    `hops` are by their source tool. Empty where source and target are one; None where no way leads there inside the horizon.
    """
    legs: dict[str, Leg] = {}
    settled: set[str] = set()
    queue: list[tuple[int, str]] = [(at, source)]
    best = {source: at}
    while queue:
        now, tool = heappop(queue)
        if tool in settled:
            continue
        settled.add(tool)
        if tool == target:
            return _back(legs, source, target)
        for hop in hops.get(tool, ()):
            start = hop.run_after(now)
            if start is not None and start + hop.longest < best.get(hop.target, start + hop.longest + 1):
                best[hop.target] = start + hop.longest
                legs[hop.target] = Leg(hop, start, start + hop.longest)
                heappush(queue, (start + hop.longest, hop.target))
    return None


def _back(legs: Mapping[str, Leg], source: str, target: str) -> tuple[Leg, ...]:
    found: list[Leg] = []
    while target != source:
        found.append(legs[target])
        target = legs[target].hop.source
    return tuple(reversed(found))


def offsets(hops: Mapping[str, Sequence[Hop]], source: str) -> dict[str, set[int]]:
    """Return by which sums of fixed delays each tool can be come to without a scheduled run, along ways without a cycle.

    Raises TooMuchError beyond `MOST_OFFSETS` ways.
    """
    found: dict[str, set[int]] = {source: {0}}
    stack: list[tuple[str, int, frozenset[str]]] = [(source, 0, frozenset((source,)))]
    steps = 0
    while stack:
        tool, spent, seen = stack.pop()
        for hop in hops.get(tool, ()):
            if hop.runs is None and hop.target not in seen:
                steps += 1
                if steps > MOST_OFFSETS:
                    raise TooMuchError
                total = spent + hop.wait + hop.longest
                found.setdefault(hop.target, set()).add(total)
                stack.append((hop.target, total, seen | {hop.target}))
    return found


def missed(hops: Mapping[str, Sequence[Hop]], source: str, first: int, last: int) -> set[int]:
    """Return the instants in `first`..`last` at which something in `source` has just missed a run.

    Between two of them the arrival is constant or keeps step with the clock. Raises TooMuchError.
    """
    reach = offsets(hops, source)
    found: set[int] = {first}
    for tool, sums in reach.items():
        for hop in hops.get(tool, ()):
            for run in hop.runs or ():
                found.update(run - total for total in sums if first <= run - total <= last)
                if len(found) > MOST_INSTANTS:
                    raise TooMuchError
    return found


def worst(hops: Mapping[str, Sequence[Hop]], source: str, target: str, first: int, last: int) -> tuple[int, int] | None:
    """Return the greatest latency of an item that changes in `first`..`last`, and an instant at which it takes so long.

    None where it does not arrive inside the horizon of the runs. Raises TooMuchError.
    """
    found: tuple[int, int] | None = None
    for at in sorted(missed(hops, source, first, last)):
        legs = travel(hops, source, target, at)
        if legs is None:
            return None
        latency = (legs[-1].end if legs else at) - at
        if found is None or latency > found[0]:
            found = (latency, at)
    return found
