"""A broken cap goes in; changes of one step that keep it, each worked out anew before it is offered, come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.course import Course, shortest
from sopkit.graph.nodes import Edge
from sopkit.graph.touches import Touch
from sopkit.graph.worst import Plan
from sopkit.model.values import SECONDS, Duration
from sopkit.tree import Mark

MOST_TRIES: Final = 4
"""Steps of which each change is tried."""
LADDER: Final = ("d", "h", "m", "s")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Leave the touch out."""

    touch: Touch


@dataclass(frozen=True, slots=True)
class Moved:
    """Let the step come later, `after` so long."""

    touch: Touch
    after: str


Edit = Dropped | Moved


def edits(
    plan: Plan,
    marked: Sequence[tuple[datetime, Touch]],
    window: float,
    holds: Callable[[Plan, Mapping[str, Touch]], bool],
    counted: Mapping[str, Touch],
) -> Iterator[Edit]:
    """Yield a later time for the last touch of a course, and one touch to leave out, as far as the cap then holds for certain.

    `holds` says whether the cap is kept by a plan, of which these touches count.
    """
    if len(marked) > 1:
        moved = _moved(plan, marked, window)
        if moved is not None and holds(moved[0], counted):
            yield moved[1]
    tried: set[str] = set()
    for _, touch in reversed(marked):
        if touch.node in tried or len(tried) >= MOST_TRIES:
            continue
        tried.add(touch.node)
        if holds(plan, {node: one for node, one in counted.items() if node != touch.node}):
            yield Dropped(touch)
            return


def _moved(plan: Plan, marked: Sequence[tuple[datetime, Touch]], window: float) -> tuple[Plan, Moved] | None:
    """Return the plan in which the last touch comes so much later that the course keeps the cap, and the change."""
    (first, _), (last, touch) = marked[0], marked[-1]
    step = touch.step
    if step is None or step.every or step.on or step.before or (step.within and step.by is None):
        return None
    more = window - (last - first).total_seconds()
    old = shortest(step.after.low) if step.after else 0.0
    if step.since is not None or (step.after and step.after.low is not step.after.high) or step.within or more <= 0:
        return None
    seconds = _round(old + more)
    course = plan.courses[touch.root]
    later = Duration(int(seconds), "s", Mark(0))
    leaving = {source: [_later(edge, touch.node, later) for edge in edges] for source, edges in course.leaving.items()}
    courses = {**plan.courses, touch.root: Course(touch.root, leaving)}
    return plan.changed(courses), Moved(touch, _written(seconds))


def _later(edge: Edge, node: str, delay: Duration) -> Edge:
    if edge.target != node or edge.kind != "then":
        return edge
    return edge._replace(delay=edge.delay._replace(low=delay, high=delay))


def _round(seconds: float) -> float:
    """Return the time rounded up to whole hours, or to whole days where that is near."""
    for unit in (SECONDS["d"], SECONDS["h"], SECONDS["m"]):
        whole = -(-seconds // unit) * unit
        if whole - seconds < 0.2 * seconds:
            return whole
    return seconds


def _written(seconds: float) -> str:
    unit = next(one for one in LADDER if seconds % SECONDS[one] == 0)
    return f"{int(seconds // SECONDS[unit])}{unit}"
