"""The execution graph and a set of consents go in; how fresh the evidence of one of them is on each way to each place comes out.

A consent is a state that anybody may end at any moment; what lasts is a fact of the past: "at some instant u it was given". So the
analysis carries, along every way, how much longer that evidence may be used: `slack`, the time within which a withdrawal must take
effect less the age of the evidence. Time passed takes from it; being given sets it to the whole; a condition that looks at a copy
sets it to the whole less the greatest latency of the copy, where that is more. A use is allowed where no way to it has a slack below
nought. No other journey, instance or withdrawal can make such a fact false, so each journey is analysed on its own, entered with
what the places that start it have established.

Ways are followed breadth first, and of two ways to one place that is dropped which is longer and no fresher: so the first way found
that breaks a use is a shortest one, and none is missed. At most `MOST_WAYS` are kept at a place, and in all no more than there are places
allow for: beyond, nothing is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from sopkit.graph.course import INFINITE
from sopkit.graph.flow import ROOTS, Flow
from sopkit.graph.nodes import FLOW, Edge, Node
from sopkit.graph.partings import BY_RULES
from sopkit.graph.passing import Way, along, leaving, tested
from sopkit.graph.resting import cut_off, lasts
from sopkit.graph.shown import NEVER, OLD, WITHDRAWN, Copies, aged, unbounded
from sopkit.model.triggers import ConsentMoved, OnEvent

MOST_WAYS: Final = 200
"""Ways to one place that are kept; beyond, the question is not settled."""
MOST_ON_AVERAGE: Final = 30
"""Ways to each place that are kept on the average, where there are many places."""
MOST_ANYHOW: Final = 15_000
"""Ways that are kept in all, however few places there are."""
MANY_ROUNDS: Final = 60
"""Ways to one place beyond which one that goes in a circle is taken to do so for ever."""


class TooManyWaysError(Exception):
    """A bound on effort was reached."""


def ways(flow: Flow, copies: Copies, inside: Collection[str]) -> dict[str, list[Way]]:
    """Return the ways to each place of `inside` that matter, shortest first. Raises TooManyWaysError."""
    found = _Found(flow, copies, len(inside))
    queue = deque(_beginnings(flow, inside))
    while queue:
        way = found.kept(queue.popleft())
        if way is not None:
            queue.extend(_onward(flow, copies, way, inside))
    return found.at


def is_come_to(flow: Flow, copies: Copies, place: str, enough: Callable[[Way], bool]) -> bool:
    """Return whether a way to the place is `enough`. Those that are nearest to it are followed first. Raises TooManyWaysError."""
    steps = flow.leading_to([place])
    number = count()
    queue = [(steps[way.place], next(number), way) for way in _beginnings(flow, steps)]
    heapify(queue)
    found = _Found(flow, copies, len(steps))
    while queue:
        way = found.kept(heappop(queue)[2])
        if way is None:
            continue
        if way.place == place and enough(way):
            return True
        for one in _onward(flow, copies, way, steps):
            heappush(queue, (steps[one.place], next(number), one))
    return False


class _Found:
    """The ways worth following, by the place that they come to, as many as the bounds allow."""

    def __init__(self, flow: Flow, copies: Copies, places: int) -> None:
        self.at: dict[str, list[Way]] = {}
        self._flow = flow
        self._copies = copies
        self._left = MOST_ANYHOW + MOST_ON_AVERAGE * places

    def kept(self, way: Way) -> Way | None:
        """Keep a way, as it goes on, and return it; None where another has told all that it would. Raises TooManyWaysError."""
        kept = self.at.setdefault(way.place, [])
        if any(_covers(other, way) for other in kept):
            return None
        if len(kept) >= MANY_ROUNDS and self._flow.returns(way.place):
            way = _repeated(self._flow, self._copies, way)
        if len(kept) >= MOST_WAYS or not self._left:
            raise TooManyWaysError
        self._left -= 1
        kept.append(way)
        return way


def _beginnings(flow: Flow, inside: Collection[str]) -> Iterator[Way]:
    return (Way(place, NEVER, 0) for place in sorted(inside) if _begins(flow, place, inside))


def _begins(flow: Flow, place: str, inside: Collection[str]) -> bool:
    """Return whether a way may begin there: at an event, a trigger that no playbook causes, an offer that may come from elsewhere."""
    node = flow.graph.nodes[place]
    if node.kind == "offer":
        return True
    if node.kind not in ("event", "trigger", "issue", *ROOTS):
        return False
    return not any(edge.source in inside for edge in flow.arriving.get(place, ()) if edge.kind != "interrupt")


def _onward(flow: Flow, copies: Copies, way: Way, inside: Collection[str]) -> Iterator[Way]:
    stage = flow.stage_of(way.place) if flow.partings.left else ""
    left = flow.partings.left.get(stage)
    if left is not None and left.target not in inside:
        left = None
    for onward in _moves(flow, copies, way, inside if left is None else None):
        if onward.place in inside:
            yield onward
        if left is not None and onward.edge is not None and _leaves(flow, stage, onward):
            yield _step(flow, copies, way, onward.edge._replace(target=left.target), onward.slack)


def _leaves(flow: Flow, stage: str, onward: Way) -> bool:
    """Return whether the last edge of a way, which comes from a stage, leads out of it, or into it anew."""
    edge = onward.edge
    return edge is not None and edge.kind in FLOW and (onward.place == stage or flow.stage_of(onward.place) != stage)


def _moves(flow: Flow, copies: Copies, way: Way, inside: Collection[str] | None) -> Iterator[Way]:
    """Yield the ways that are longer by one edge; None: wherever to."""
    turned = flow.partings.turned_away.get(way.place)
    for edge in (*flow.leaving.get(way.place, ()), *((turned,) if turned is not None else ())):
        if (inside is None or edge.target in inside) and not (way.cut and flow.shuts_out(edge.target, way.cut)):
            slack = along(flow, copies, way, edge)
            yield _step(flow, copies, way, edge, slack)
            if flow.partings.may_queue(edge):
                yield _step(flow, copies, way._replace(spent=INFINITE), edge, unbounded(slack), by_rules=True)
    for container in flow.around(way.place):
        for edge in flow.cuts.get(container, ()):
            if inside is None or edge.target in inside:
                yield from _interrupted(flow, copies, way, edge)


def _interrupted(flow: Flow, copies: Copies, way: Way, edge: Edge) -> Iterator[Way]:
    """Yield how a way is cut off: as the journey itself has it, and where its group may have stopped the steps before."""
    known = None
    for stopped in (False, True) if flow.partings.stops(way.place) else (False,):
        slack, tool = cut_off(flow, copies, way, edge, stopped=stopped), flow.tool_at(edge.source)
        if slack is None or (known is not None and slack >= known):
            continue
        known = slack
        slack = copies.after(edge.on, slack, tool)
        if edge.label != "while":
            slack = max(slack, copies.gain(edge.guard, tool))
        yield _step(flow, copies, way, edge, slack, by_rules=stopped)


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
        again = (each for each in _onward(flow, copies, now, frozenset((one.place,))) if each.edge == one.edge)
        now = min(again, key=lambda each: each.slack, default=None)
    if now is None:
        return way
    anchors = tuple(max(OLD, slack) for slack in now.anchors)
    spent = flow.last_timer(way.place) if way.spent > start.spent else way.spent
    return way._replace(slack=max(OLD, now.slack), kept=now.kept, anchors=anchors, spent=spent)


def _covers(one: Way, other: Way) -> bool:
    """Return whether whatever breaks on the other way breaks on this one, which is no longer."""
    return (
        one.slack <= other.slack
        and one.cut == other.cut
        and one.by_rules <= other.by_rules
        and one.spent >= other.spent
        and one.kept <= other.kept
        and all(a <= b for a, b in zip(one.anchors, other.anchors, strict=False))
    )


def _step(flow: Flow, copies: Copies, way: Way, edge: Edge, slack: float, *, by_rules: bool = False) -> Way:
    target = flow.graph.nodes[edge.target]
    journey = flow.journey_of(edge.target)
    fails_at_once = edge.label == "while" and way.place == edge.source
    if journey is not None and journey.while_ is not None and target.kind not in ROOTS and not fails_at_once:
        slack = max(slack, copies.gain(journey.while_, flow.tool_at(edge.target)))
    queued = by_rules and target.kind in ROOTS  # the consent may end before the journey has begun
    kept = _kept(flow, copies, way, edge) if slack != WITHDRAWN and not queued else NEVER
    slack = max(slack, kept)
    ended = edge.on.event.id if edge.label == "ends_on" and isinstance(edge.on, OnEvent) else ""
    cut = ended or (way.cut if target.kind in ("exit", "trigger") else "")
    spent = 0.0
    if target.step is not None:
        spent = min(lasts(flow, way, edge), flow.last_timer(edge.target))
        slack = max(slack, _since_entry(flow, way, edge)) if slack > WITHDRAWN else slack
    anchors = _anchored(flow, way, target, slack)
    by_rules = by_rules or way.by_rules or edge.label in BY_RULES
    return Way(edge.target, slack, way.length + 1, way, edge, anchors, spent, cut, kept, by_rules)


def _since_entry(flow: Flow, way: Way, edge: Edge) -> float:
    """Return what is left of what was known at the entry of the stage, which is left by a timer before long."""
    around, names = flow.around(edge.target), flow.anchors(flow.root_of(edge.target))
    if (
        len(around) < 2
        or flow.around(way.place) != around
        or edge.kind != "then"
        or not names
        or len(way.anchors) != len(names)
    ):
        return NEVER
    stays = flow.stays(around[0])
    return aged(way.anchors[1], stays) if stays < INFINITE else NEVER


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


def first_below(found: Sequence[Way], slack: Callable[[Way], float]) -> Iterator[Way]:
    """Yield the ways, shortest first, on which a use has no slack left."""
    return (way for way in found if slack(way) < 0)
