"""The course below one stage goes in; by when at the latest each of its steps is done, counted from entry, comes out."""

from __future__ import annotations

from sopkit.graph.course import INFINITE, Course, longest
from sopkit.graph.nodes import NO_TIME, Edge


def latest_times(course: Course, entry: str) -> dict[str, float]:
    """Return seconds after entry; infinite where nothing bounds it, on cycles too. Closed hours are left out: less, never more."""
    if entry not in course.latest:
        times = {entry: 0.0}
        _Latest(course, entry, times).fill()
        course.latest[entry] = times
    return course.latest[entry]


class _Latest:
    def __init__(self, course: Course, entry: str, times: dict[str, float]) -> None:
        self.course, self.below, self.times = course, f"{entry}/", times
        self.under: set[str] = set()

    def fill(self) -> None:
        below = self.below
        for place in self.course.arriving:
            if place.startswith(below):
                self.of(place)

    def of(self, place: str) -> float:
        """Return the latest time of one place: the worst of all ways to it."""
        if place in self.times:
            return self.times[place]
        if place in self.under or not place.startswith(self.below):
            return INFINITE
        self.under.add(place)
        times = [
            self.of(edge.source) if edge.delay is NO_TIME and edge.held is NO_TIME else self._by(edge)
            for edge in self.course.arriving.get(place, ())
            if edge.kind == "then" and edge.label != "if_rejected"
        ]
        time = max(times, default=INFINITE)
        self.under.discard(place)
        self.times[place] = time
        return time

    def _by(self, edge: Edge) -> float:
        start, delay = self.of(edge.source), edge.delay
        if not (delay.bounded and edge.held.bounded):
            return INFINITE
        if delay.since == "start" or delay.before:
            return INFINITE
        start += longest(edge.held.high)
        if delay.since == "stage":
            return max(start, longest(delay.high))
        if delay.since:
            return max(start, self.of(self.below + delay.since) + longest(delay.high))
        return start + longest(delay.high)
