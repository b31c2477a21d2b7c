"""A selection of touches and a window go in; how many of them one customer can get in the window at most comes out, playbook by playbook.

The bound is sound, not tight: what excludes journeys from each other is used only where it is certain. Journeys that only one
other's end can start, and those that run one at a time, are one net; all else is added up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from sopkit.graph.course import INFINITE, Course, longest, shortest
from sopkit.graph.issues import most_issues
from sopkit.graph.nodes import ExecutionGraph
from sopkit.graph.openings import Openings, of_hours
from sopkit.graph.pacing import Hours, Latest, Net, net_of
from sopkit.graph.touches import Touch, controlled
from sopkit.model.documents import Journey, Workspace
from sopkit.model.nouns import Channel
from sopkit.model.steps import Start
from sopkit.model.triggers import JourneyMoved, OnEvent, Trigger
from sopkit.model.values import Rate

DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


@dataclass(slots=True)
class Bound:
    """At most `count` touches, of which each part may give so many; `open` names the playbooks that nothing bounds."""

    count: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def add(self, name: str, count: int | None) -> None:
        if count is None:
            self.open.append(name)
        elif count:
            self.count += count
            self.parts[name] = self.parts.get(name, 0) + count


class Plan:
    """One workspace, made ready for questions about any selection of its touches."""

    def __init__(
        self,
        workspace: Workspace,
        graph: ExecutionGraph,
        courses: Mapping[str, Course],
        touches: Mapping[str, Touch],
        today: date,
        *,
        steady: bool,
    ) -> None:
        self.workspace, self.graph, self.courses, self.touches, self.today = workspace, graph, courses, touches, today
        enforce = workspace.settings.enforce
        actions = [one for one in (enforce.gap, enforce.count) if one] if enforce else []
        self.steady = steady
        self.exits = any(one.action == "exit" for one in actions)
        wait = sum(longest(one.at_most) for one in actions if one.action == "wait")
        steps = {id_: node.step for id_, node in graph.nodes.items() if node.step is not None}
        held = {id_: wait for id_, one in touches.items() if wait and controlled(workspace, one)}
        limits = {}
        for id_, step in steps.items():
            limits[id_] = longest(step.within) if step.within else longest(step.after.high) if step.after else 0.0
            if step.by and not step.within:
                limits[id_] = INFINITE
            if id_ in touches:
                held[id_] = held.get(id_, 0.0) + max(_confirmed(workspace, one) for one in touches[id_].channels)
        roles = workspace.roles
        openings = {
            id_: of_hours(role.hours)
            for id_, step in steps.items()
            if step.by and (role := roles.get(step.by.id)) is not None and role.hours is not None
        }
        openings |= {id_: one.openings for id_, one in touches.items() if one.openings is not None}
        if not steady:  # people's hours and the customer's may lie anywhere to each other, and clocks are moved
            openings = dict.fromkeys(openings, Openings(()))
        self.hours = Hours(openings, held, limits)
        self.started = {
            node.step.verb.playbook.id
            for node in graph.nodes.values()
            if node.step is not None and isinstance(node.step.verb, Start)
        }
        self.nets: dict[str, Net] = {}

    def net(self, root: str, journey: Journey) -> Net:
        """Return the net of one run."""
        if root not in self.nets:
            net = net_of(journey, root, self.courses[root], self.graph, self.hours)
            if self.exits:
                for place in list(net.ways):
                    net.add(place, f"exit/{root}", 0.0)
            self.nets[root] = net
        return self.nets[root]

    def most(self, chosen: Collection[str], window: float, enough: int, *, by_day: bool = False) -> Bound:
        """Return the bound for touches of the nodes `chosen` in any half-open window of so many seconds.

        `by_day`: only windows that are one day of the calendar are asked about.
        """
        bound = Bound()
        by_root: dict[str, set[str]] = {}
        for node in chosen:
            by_root.setdefault(self.touches[node].root, set()).add(node)
        grouped = self._groups(bound, by_root, window, enough)
        followers = {root: before for root in by_root if (before := self._before(root)) is not None}
        for root in sorted(by_root):
            nodes = by_root[root] - grouped
            journey = self.workspace.journeys.get(root.partition("/")[2])
            if not nodes:
                continue
            if journey is None or root not in self.courses:
                if not root.startswith("cadence/"):
                    bound.add(root, None)
                continue
            if root in followers:
                continue
            chain = [root, *(one for one, before in followers.items() if before == root)]
            self._add_chain(bound, chain, {one: by_root[one] - grouped for one in chain}, window, enough)
        for root, before in followers.items():
            if before not in by_root and by_root[root] - grouped:
                self._add_chain(bound, [root], {root: by_root[root] - grouped}, window, enough)
        issues = [self.touches[node] for node in chosen if self.touches[node].root.startswith("cadence/")]
        bound.add("cadences", most_issues(self.workspace, issues, window, self.today, by_day=by_day))
        return bound

    def _before(self, root: str) -> str | None:
        """Return the journey whose only run, when it has ended, is the only thing that starts this one."""
        journey = self.workspace.journeys.get(root.partition("/")[2])
        if (
            journey is None
            or journey.reentry.mode != "never"
            or journey.id in self.started
            or len(journey.starts_on) != 1
        ):
            return None
        trigger = journey.starts_on[0]
        if not isinstance(trigger, JourneyMoved) or trigger.way != "ended" or "/" in trigger.place.id:
            return None
        before = self.workspace.journeys.get(trigger.place.id)
        if before is None or before.reentry.mode != "never":
            return None
        return f"{before.kind}/{before.id}"

    def _groups(self, bound: Bound, by_root: Mapping[str, set[str]], window: float, enough: int) -> set[str]:
        """Add the touches of journeys and stages that run one at a time; return them."""
        taken: set[str] = set()
        for group in self.workspace.settings.one_at_a_time:
            net, pause = Net(), shortest(group.cool_down) if group.if_busy != "preempt" else 0.0
            hub = f"one at a time/{group.id}"
            nodes: set[str] = set()
            for ref in group.journeys:
                name, _, stage = ref.id.partition("/")
                journey = self.workspace.journeys.get(name)
                root = f"{journey.kind}/{name}" if journey else ""
                if journey is None or root not in by_root or root not in self.courses:
                    continue
                below = f"{root}/{stage}/" if stage else f"{root}/"
                mine = {one for one in by_root[root] if one.startswith(below)} - taken
                own = self.net(root, journey)
                inside = [one for one in own.ways if one.startswith(below)]
                if mine and not mine <= self._walked(own):
                    bound.add(root, None)
                net.take_in(_part(own, {*inside, *mine, f"{root}/{stage}" if stage else root}))
                for one in (*inside, *mine):
                    if stage or group.if_busy == "preempt":
                        net.add(one, hub, pause)
                for source, ways in own.ways.items():
                    if source in inside or source == root:
                        for target, seconds in ways:
                            if target == f"exit/{root}":
                                net.add(source, hub, seconds + pause)
                net.add(hub, f"{root}/{stage}" if stage else root, 0.0)
                nodes |= mine
            net.weights = {one: self.touches[one].weight for one in nodes}
            bound.add(f"one_at_a_time/{group.id}", net.most(window, enough) if nodes else 0)
            taken |= nodes
        return taken

    def _walked(self, net: Net) -> set[str]:
        return {target for ways in net.ways.values() for target, _ in ways}

    def _add_chain(
        self, bound: Bound, chain: list[str], nodes: Mapping[str, set[str]], window: float, enough: int
    ) -> None:
        """Add a journey with those that only its end starts."""
        net = Net()
        for root in chain:
            journey = self.workspace.journeys[root.partition("/")[2]]
            own = self.net(root, journey)
            walked = self._walked(own)
            loose = nodes[root] - walked
            for one in loose:
                bound.add(root, self._beside(one, journey, window))
            net.take_in(own)
            net.weights |= {one: self.touches[one].weight for one in nodes[root] & walked}
            if root != chain[0]:
                net.add(f"exit/{chain[0]}", root, 0.0)
        root = chain[0]
        journey = self.workspace.journeys[root.partition("/")[2]]
        once = net.most(window, enough) if net.weights else 0
        if not once:
            return
        if journey.reentry.mode == "after":
            net.add(f"exit/{root}", root, shortest(journey.reentry.after))
            bound.add(root, net.most(window, enough))
        elif journey.reentry.mode == "never":
            bound.add(root, once)
        else:
            bound.add(root, self._runs(root, journey, once, net, window))

    def _runs(self, root: str, journey: Journey, once: int, net: Net, window: float) -> int | None:
        """Return the touches of runs that may overlap: each run that can have one in the window gives as many as one run can."""
        course = self.courses[root]
        last = 0.0
        for place in net.weights:
            if journey.kind == "lifecycle" or any(edge.label == "every" for edge in course.arriving.get(place, ())):
                last = INFINITE
            else:
                last = max(last, Latest(course, root, self.hours).of(place))
        starts = self.arrivals(journey.starts_on, window + last)
        return None if starts is None or journey.id in self.started else starts * once

    def _beside(self, node: str, journey: Journey, window: float) -> int | None:
        """Return how often a step that waits for events can be done."""
        step = self.touches[node].step
        if step is None or not step.on or (journey.reentry.mode == "always" and journey.overlap):
            return None
        slack = self.hours.stretched(node, self.hours.limits.get(node, 0.0)) + self.hours.late(node)
        found = self.arrivals(step.on, window + slack)
        return None if found is None else found * self.touches[node].weight

    def arrivals(self, triggers: Iterable[Trigger], window: float) -> int | None:
        """Return how many such triggers a customer can have in a half-open window, heard of as late as syncs may be; None: no bound."""
        total = 0
        for trigger in triggers:
            event = self.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
            if event is None or event.at_most is None:
                return None
            found = _at_most(event.at_most, window + self._late(event.id), 0 if self.steady else 3600)
            if found is None:
                return None
            total += found
        return total

    def _late(self, event: str) -> float:
        """Return by how much a chain of syncs can gather occurrences that lay apart: all syncs that carry the event, one after another."""
        late = 0.0
        for sync in self.workspace.syncs.values():
            if sync.carries and any(ref.id == event for ref in sync.carries.events) and sync.every:
                interval = longest(sync.every.interval) if sync.every.interval else 0.0
                late += interval or (DAYS[sync.every.unit] * 1.2 * 86400 if sync.every.unit in DAYS else 0.0)
                late += longest(sync.takes[1]) if sync.takes else 0.0
        return late


def _confirmed(workspace: Workspace, channel: Channel) -> float:
    """Return how long a person may take to confirm what goes out by the channel; only their open hours count."""
    confirmation = channel.confirmed_by
    if confirmation is None:
        return 0.0
    role = workspace.roles.get(confirmation.role.id) if confirmation.role else None
    if confirmation.within is None:
        return INFINITE
    limit = longest(confirmation.within)
    return of_hours(role.hours).longest_time(limit / 60) * 60 if role and role.hours else limit


def _part(net: Net, places: set[str]) -> Net:
    """Return the ways of a net whose two ends are among `places`."""
    found = Net()
    for source, ways in net.ways.items():
        if source in places:
            found.ways[source] = [(target, seconds) for target, seconds in ways if target in places]
    return found


def _at_most(rate: Rate, window: float, shorter: int) -> int | None:
    if rate.per == "lifetime":
        return rate.count
    if window == INFINITE:
        return None
    if isinstance(rate.per, str):
        return rate.count * (ceil(window / (DAYS[rate.per] * 86400 - shorter)) + 1)
    return rate.count * ceil(window / shortest(rate.per)) if shortest(rate.per) else None
