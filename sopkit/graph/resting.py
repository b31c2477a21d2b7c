"""A way and an edge that cuts in go in; on what the customer may rest there, and what is left of the evidence then, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.flow import Flow, is_timer
from sopkit.graph.nodes import Edge, Node
from sopkit.graph.passing import Way, decided, since
from sopkit.graph.shown import NEVER, WITHDRAWN, Copies, aged, unbounded
from sopkit.model.predicates import Else
from sopkit.model.steps import Approve, Choose, Go, Wait
from sopkit.tree import Mark


def cut_off(flow: Flow, copies: Copies, way: Way, edge: Edge, *, stopped: bool) -> float | None:
    """Return what is left of the evidence where the customer is cut off at a place, before it is left; None where that can't be.

    `stopped`: the steps may have stopped there before.
    """
    if edge.label == "while" and way.place == edge.source:
        return way.slack  # it may not hold from the first
    rests = [slack for _, slack in rests_of(flow, copies, way, edge, stopped=stopped)]
    if WITHDRAWN in rests:
        return min(rests)
    if not is_timer(edge):
        bound = _stayed(flow, way, edge, way.slack)
        return max(bound, min(rests, default=bound))
    if not rests:
        return None  # gone from here by then
    slack, timer = max(min(rests), _at_entry(flow, way, edge)), longest(edge.delay.high)
    return aged(slack, timer) if timer < INFINITE else unbounded(slack)


def rests_of(
    flow: Flow, copies: Copies, way: Way, edge: Edge, *, stopped: bool = False
) -> Iterator[tuple[Edge, float]]:
    """Yield what the customer may be about to do at a place when something cuts in, and what is left then; before its time, of a timer."""
    onward = [one for one in flow.leaving.get(way.place, ()) if one.kind == "then" and one.label not in ("every", "on")]
    still = [(one, decided(flow, copies, way, one)) for one in _loose_ends(flow.graph.nodes[way.place], onward)]
    if stopped:
        still += [(one, way.slack if one.on is not None else decided(flow, copies, way, one)) for one in onward]
    if is_timer(edge):
        soonest = shortest(edge.delay.high)
        yield from still
        yield from ((one, decided(flow, copies, way, one)) for one in onward if lasts(flow, way, one) >= soonest)
    else:
        yield from ((one, _stayed(flow, way, edge, slack)) for one, slack in still)
        yield from ((one, _before(flow, copies, way, one)) for one in onward)


def _at_entry(flow: Flow, way: Way, edge: Edge) -> float:
    """Return what was left as the stage was entered that something cuts off."""
    names = flow.anchors(flow.root_of(edge.source))
    return way.anchors[1] if names and len(way.anchors) == len(names) else NEVER


def _stayed(flow: Flow, way: Way, edge: Edge, slack: float) -> float:
    """Return what is left at the end of the longest stay."""
    if slack == WITHDRAWN:
        return slack
    stays = flow.stays(edge.source)
    return aged(max(slack, _at_entry(flow, way, edge)), stays) if stays < INFINITE else unbounded(slack)


def lasts(flow: Flow, way: Way, edge: Edge) -> float:
    """Return how many seconds after entry of the stage an edge's target is done, at most."""
    return way.spent + (longest(edge.held.high) if edge.held.bounded else INFINITE) + flow.delay(edge)


def _loose_ends(node: Node, onward: Sequence[Edge]) -> Iterator[Edge]:
    """Yield, as edges to where they are, the ways on which nothing follows: the customer rests until something cuts in."""
    labels, at = {one.label for one in onward}, node.at or Mark(0)
    step = node.step
    match step.verb if step is not None else None:
        case Choose(branches):
            ranks = {one.rank for one in onward}
            for rank, branch in enumerate(branches):
                if rank not in ranks:
                    label = "else" if isinstance(branch.if_, Else) else "if"
                    yield Edge(node.id, node.id, "then", at, label, guard=branch.if_, rank=rank)
            passed = (step is not None and step.if_ is not None) or not any(
                isinstance(one.if_, Else) for one in branches
            )
            if passed and len(branches) not in ranks:
                yield Edge(node.id, node.id, "then", at, "none", rank=len(branches))
        case Wait(until=until) if until:
            if "came" not in labels:
                yield from (Edge(node.id, node.id, "then", at, "came", on=one) for one in until)
            if step is not None and step.up_to is not None and "up_to" not in labels:
                yield Edge(node.id, node.id, "then", at, "up_to")
        case Approve() if labels <= {"if_rejected"}:
            yield Edge(node.id, node.id, "then", at)
        case Go():
            if step is not None and step.if_ is not None and "none" not in labels:
                yield Edge(node.id, node.id, "then", at)
        case _ if not onward:
            yield Edge(node.id, node.id, "then", at)


def _before(flow: Flow, copies: Copies, way: Way, edge: Edge) -> float:
    """Return what is left of the evidence on an edge at the last, before anything refreshes it."""
    if edge.on is not None:
        return aged(way.slack, longest(edge.held.high)) if edge.held.bounded else unbounded(way.slack)
    slack = decided(flow, copies, way, edge)
    slack = aged(slack, longest(edge.held.high)) if edge.held.bounded else unbounded(slack)
    return since(flow, way, edge, slack)
