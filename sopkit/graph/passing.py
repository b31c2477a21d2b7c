"""A way and an edge go in; what is left of the evidence behind that edge comes out."""

from __future__ import annotations

from typing import NamedTuple

from sopkit.graph.course import INFINITE, longest
from sopkit.graph.flow import Flow
from sopkit.graph.nodes import Edge
from sopkit.graph.shown import NEVER, Copies, aged, unbounded
from sopkit.model.steps import Choose


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
    by_rules: bool = False
    """It is gone only if another playbook is there as well: one of the same group, or one that has used a cap up."""


def course_of(way: Way) -> tuple[Way, ...]:
    """Return the way and those before it, from the beginning."""
    found = [way]
    while found[-1].before is not None:
        found.append(found[-1].before)
    return tuple(reversed(found))


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
    slack = aged(slack, longest(edge.held.high)) if edge.held.bounded else unbounded(slack)
    slack = copies.after(edge.on, slack, tool)
    slack = max(slack, tested(flow, copies, edge, tool))
    if edge.label == "every":
        return slack
    return since(flow, way, edge, slack)


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


def since(flow: Flow, way: Way, edge: Edge, slack: float) -> float:
    """Return the slack after an edge's delay: counted from an anchor, no more time has passed since then than it says."""
    lasts = flow.delay(edge)
    start = edge.delay.since
    names = flow.anchors(flow.root_of(edge.target)) if start else ()
    if not start or start not in names or len(way.anchors) != len(names):
        return unbounded(slack) if lasts == INFINITE else aged(slack, lasts)
    if lasts == INFINITE:
        return unbounded(slack)
    anchor = way.anchors[names.index(start)]
    return min(slack, max(aged(anchor, lasts), aged(slack, lasts)))


def decided(flow: Flow, copies: Copies, way: Way, edge: Edge) -> float:
    """Return what is known as soon as it is settled that an edge is taken, before its delay."""
    if edge.label == "came":
        return copies.after(edge.on, way.slack, flow.tool_at(way.place))
    if edge.label in ("if", "else", "none"):
        return max(leaving(flow, copies, way, edge), tested(flow, copies, edge, flow.tool_at(way.place)))
    return way.slack
