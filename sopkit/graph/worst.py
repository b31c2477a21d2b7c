"""A selection of touches and a window go in; how many of them one customer can get in the window at most comes out, playbook by playbook.

The bound is sound, not tight: what excludes journeys from each other is used only where it is certain. Journeys that only one
other's end can start, and those that run one at a time, are one net; all else is added up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import ceil
from typing import Final

from sopkit.graph.course import INFINITE, Course, longest, shortest
from sopkit.graph.issues import most_issues
from sopkit.graph.links import Links, links_of
from sopkit.graph.nodes import ExecutionGraph
from sopkit.graph.openings import Openings, of_hours
from sopkit.graph.pacing import Hours, Latest, Net, net_of
from sopkit.graph.touches import Touch, controlled
from sopkit.model.documents import Journey, OneAtATime, Workspace
from sopkit.model.nouns import Channel
from sopkit.model.steps import Start, Step, inner
from sopkit.model.triggers import JourneyMoved, OnEvent, Trigger
from sopkit.model.values import Rate

MUCH: Final = 4
"""How many times too much is enough to look no further."""
MOST_TOGETHER: Final = 40
"""Journeys on one event that are put beside each other; more are added up as if they had nothing to do with each other."""
DAYS: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


@dataclass(slots=True)
class Bound:
    """At most `count` touches, of which each part may give so many; `open` names the playbooks that nothing bounds."""

    count: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    partial: bool = False
    """There are more parts, which were not looked at: these are too many already."""

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
        self.lags: dict[str, float] = {}
        """How long after its step a touch can still come: a person lets it go, and may do so when the run is over."""
        limits = {}
        for id_, step in steps.items():
            limits[id_] = longest(step.within) if step.within else longest(step.after.high) if step.after else 0.0
            if step.by and not step.within:
                limits[id_] = INFINITE
            if id_ in touches:
                self.lags[id_] = max(_confirmed(workspace, one) for one in touches[id_].channels)
                held[id_] = held.get(id_, 0.0) + self.lags[id_]
        roles = workspace.roles
        openings = {
            id_: of_hours(role.hours)
            for id_, step in steps.items()
            if step.by and (role := roles.get(step.by.id)) is not None and role.hours is not None
        }
        openings |= {id_: one.openings for id_, one in touches.items() if one.openings is not None}
        self.openings: Mapping[str, Openings | None] = dict(openings)
        """When each step may be done, by the customer's clock where it is the workspace's."""
        if not steady:  # people's hours and the customer's may lie anywhere to each other, and clocks are moved
            openings = dict.fromkeys(openings, Openings(()))
        self.hours = Hours(openings, held, limits)
        self.started = {one.verb.playbook.id for one in steps.values() if isinstance(one.verb, Start)}
        self.beside: dict[str, list[tuple[Step, str]]] = {}
        """Steps beside the chain, by playbook."""
        for id_, step in steps.items():
            if step.on or step.every:
                self.beside.setdefault(graph.nodes[id_].playbook, []).append((step, id_))
        self.nets: dict[tuple[str, tuple[str, ...]], Net] = {}
        self._latest: dict[tuple[str, str], Latest] = {}

    def changed(self, courses: Mapping[str, Course]) -> Plan:
        """Return the plan with other courses of its playbooks."""
        plan = copy(self)
        same = {root for root, course in courses.items() if course is self.courses.get(root)}
        plan.courses = courses
        plan.nets = {key: net for key, net in self.nets.items() if key[0] in same}
        plan._latest = {key: latest for key, latest in self._latest.items() if key[0] in same}
        return plan

    @cached_property
    def links(self) -> Links:
        """Which journeys start which."""
        return links_of(self.workspace)

    def net(self, root: str, journey: Journey, beside: tuple[str, ...] = ()) -> Net:
        """Return the net of one run, in which some recurring steps are in place of their stages' chains."""
        key = root, beside
        if key not in self.nets:
            net = net_of(journey, root, self.courses[root], self.graph, self.hours, beside)
            if self.exits:
                for place in list(net.ways):
                    net.add(place, f"exit/{root}", 0.0)
            self.nets[key] = net
        return self.nets[key]

    def most(self, chosen: Collection[str], window: float, enough: int, *, by_day: bool = False) -> Bound:
        """Return the bound for touches of the nodes `chosen` in any half-open window of so many seconds.

        `by_day`: only windows that are one day of the calendar are asked about.
        """
        bound = Bound()
        asked = Asked(self, chosen, window, enough)
        done = self._add_groups(bound, asked)
        chains = _chains({root: self._before(root) for root in asked.roots if root not in done})
        counts = self._counted(bound, asked, chains)
        issues = [self.touches[node] for node in chosen if self.touches[node].root.startswith("cadence/")]
        dated = most_issues(self.workspace, issues, window, self.today, by_day=by_day, steady=self.steady)
        bound.add("cadences", dated)
        together: dict[str, list[str]] = {}
        for chain in chains:
            event = self._only_event(chain[0]) if len(chain) == 1 and counts.get(chain[0]) else None
            if event is not None:
                together.setdefault(event, []).append(chain[0])
        groups = [roots for roots in together.values() if 1 < len(roots) <= MOST_TOGETHER]
        saved = sum(sum(counts[one] or 0 for one in roots) - max(counts[one] or 0 for one in roots) for roots in groups)
        total = bound.count + sum(one or 0 for one in counts.values())
        if enough <= total < enough + saved:  # else it keeps the cap in any case, or cannot be shown to in this way
            for event, roots in sorted(together.items()):
                least = asked.of_one_start(event, roots)
                if least is not None and least < sum(counts[one] or 0 for one in roots):
                    bound.add(f"event/{event}", least)
                    for one in roots:
                        counts[one] = 0
        for root, count in counts.items():
            bound.add(root, count)
        return bound

    def before(self, node: str, counted: Collection[str], window: float, enough: int) -> int:
        """Return how many of the touches `counted` can come in the window that ends with the touch `node`, at most `enough`."""
        asked = Asked(self, counted, window, enough + 1)
        root = self.touches[node].root
        chain = next(one for one in _chains({each: self._before(each) for each in asked.roots}) if root in one)
        journey = self.journey(root)
        if journey is None or any((one := self.journey(each)) is None or one.reentry.mode != "never" for each in chain):
            return min(enough, len(counted))
        own = asked.behind(chain, node)
        if own is None:
            return enough
        rest = {one for one in counted if self.touches[one].root not in chain}
        others = self.most(rest, window, enough + 1)
        return enough if others.open else min(enough, own + others.count)

    def _counted(self, bound: Bound, asked: Asked, chains: Sequence[Sequence[str]]) -> dict[str, int | None]:
        """Return the bound of every chain, or of so many that the sum is too much however they start: the rest changes nothing."""
        counts: dict[str, int | None] = {}
        most: dict[str, int] = {}
        least = bound.count
        for chain in chains:
            count = counts[chain[0]] = asked.of_chain(chain)
            if not count:
                continue
            event = (self._only_event(chain[0]) if len(chain) == 1 else None) or chain[0]
            least += max(0, count - most.get(event, 0))
            most[event] = max(count, most.get(event, 0))
            if least >= MUCH * asked.enough and len(counts) < len(chains):
                bound.partial = True
                break
        return counts

    def journey(self, root: str) -> Journey | None:
        """Return the journey of a node id, if its course is known."""
        return self.workspace.journeys.get(root.partition("/")[2]) if root in self.courses else None

    def _before(self, root: str) -> str | None:
        """Return the journey whose only run, when it has ended, is the only thing that starts this one."""
        journey = self.journey(root)
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

    def _only_event(self, root: str) -> str | None:
        """Return the event of which one certain occurrence starts the only run of a journey, whoever the customer is.

        With an audience, or other ways to start, two such journeys need not start together, unless the event comes only once.
        """
        journey = self.journey(root)
        if journey is None or journey.id in self.started or len(journey.starts_on) != 1:
            return None
        groups = self.workspace.settings.one_at_a_time
        if any(ref.id.partition("/")[0] == journey.id for group in groups for ref in group.journeys):
            return None  # it may be refused at one occurrence and start at the next
        trigger = journey.starts_on[0]
        event = self.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        if event is None or not isinstance(trigger, OnEvent):
            return None
        once = event.at_most is not None and event.at_most.per == "lifetime" and event.at_most.count == 1
        plain = journey.reentry.mode == "never" and journey.audience is None and trigger.where is None
        return event.id if once or plain else None

    def _add_groups(self, bound: Bound, asked: Asked) -> set[str]:
        """Add the touches of journeys and stages that run one at a time; return the playbooks of which nothing is left."""
        done: set[str] = set()
        for group in self.workspace.settings.one_at_a_time:
            nodes, count = asked.of_group(group)
            if nodes is None:
                continue
            whole = [one for one in asked.roots if asked.roots[one] and asked.roots[one] <= nodes]
            apart = [asked.of_chain([root]) for root in whole]
            if group.if_busy != "queue" and all(one is not None for one in apart):
                rest = nodes - {node for root in whole for node in asked.roots[root]}
                if not rest:
                    count = min(count, sum(one or 0 for one in apart))
            bound.add(f"one_at_a_time/{group.id}", count)
            for root in asked.roots:
                asked.roots[root] = asked.roots[root] - nodes
            done |= {root for root in asked.roots if not asked.roots[root]}
        return done

    def runs(self, root: str, journey: Journey, once: int, places: Iterable[str], window: float) -> int | None:
        """Return the touches of runs that may overlap: each run that can have one in the window gives as many as one run can."""
        latest = max((self.latest(root, journey, place) for place in places), default=0.0)
        starts = None if journey.id in self.started else self.arrivals(journey.starts_on, window + latest)
        return None if starts is None else starts * once

    def latest(self, root: str, journey: Journey, place: str) -> float:
        """Return after how many seconds at most a step is done, from the start of the run."""
        course = self.courses[root]
        if any(edge.label in ("every", "on") for edge in course.arriving.get(place, ())):
            return INFINITE
        if journey.kind != "lifecycle":
            entry = root
        elif journey.stages and not journey.follows and place.startswith(f"{root}/{journey.stages[0].id}/"):
            entry = f"{root}/{journey.stages[0].id}"
            if any(edge.target == entry for edges in course.leaving.values() for edge in edges if edge.source != root):
                return INFINITE
        else:
            return INFINITE
        if (root, entry) not in self._latest:
            self._latest[root, entry] = Latest(course, entry, self.hours)
        return self._latest[root, entry].of(place)

    def arrivals(self, triggers: Iterable[Trigger], window: float) -> int | None:
        """Return how many such triggers a customer can have in a half-open window, heard of as late as syncs may be; None: no bound."""
        total = 0
        for trigger in triggers:
            event = self.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
            if event is None or event.at_most is None:
                return None
            found = _at_most(event.at_most, window + self.late(event.id), 0 if self.steady else 3600)
            if found is None:
                return None
            total += found
        return total

    def late(self, event: str) -> float:
        """Return by how much a chain of syncs can gather occurrences that lay apart: all syncs that carry the event, one after another."""
        late = 0.0
        for sync in self.workspace.syncs.values():
            if sync.carries and any(ref.id == event for ref in sync.carries.events) and sync.every:
                interval = longest(sync.every.interval) if sync.every.interval else 0.0
                late += interval or (DAYS[sync.every.unit] * 1.2 * 86400 if sync.every.unit in DAYS else 0.0)
                late += longest(sync.takes[1]) if sync.takes else 0.0
        return late


class Asked:
    """One question: which touches count, in how long a window, and how many are enough to know."""

    def __init__(self, plan: Plan, chosen: Collection[str], window: float, enough: int) -> None:
        self.plan, self.window, self.enough = plan, window, enough
        self.roots: dict[str, set[str]] = {}
        for node in chosen:
            root = plan.touches[node].root
            if not root.startswith("cadence/"):
                self.roots.setdefault(root, set()).add(node)

    def of_chain(self, chain: Sequence[str]) -> int | None:
        """Return the most touches of a journey together with those that only its end starts; None: no bound is known."""
        total, journey = 0, self.plan.journey(chain[0])
        alike: list[Net] = []
        for root in chain:
            own = self.plan.journey(root)
            if own is None:
                return None
            for net in self._besides(root, own):
                if net is None:
                    return None
                alike.append(net)
            loose = self._on_events(root, own)
            if loose is None:
                return None
            total += loose
        alike.append(self._line(chain))
        if journey is None:
            return None
        for net in alike:
            count = self._of_net(chain[0], journey, net)
            if count is None:
                return None
            total += count
        return total

    def _line(self, chain: Sequence[str]) -> Net:
        net = Net()
        for before, root in zip([None, *chain], chain, strict=False):
            journey = self.plan.journey(root)
            if journey is None:
                continue
            own = self.plan.net(root, journey, self._alone_in_stage(root))
            net.take_in(own)
            walked = {target for ways in own.ways.values() for target, _ in ways}
            nodes = self.roots.get(root, set()) & walked
            self._weigh(net, nodes)
            if before is not None:
                net.add(f"exit/{before}", root, 0.0)
        return net

    def behind(self, chain: Sequence[str], node: str) -> int | None:
        """Return the most touches of a chain of journeys in the window that ends with one of them; None if that is not worked out."""
        net = self._line(chain)
        total = 0
        for root in chain:
            journey = self.plan.journey(root)
            loose = self._on_events(root, journey) if journey is not None else None
            if journey is None or loose is None or list(self._besides(root, journey)):
                return None
            total += loose
        if node not in net.weights:
            return None
        back = Net({}, net.weights)
        for source, ways in net.ways.items():
            for target, seconds in ways:
                back.add(target, source, seconds)
        window = self.window + max(net.lags.values())
        return back.most_from(0.0, {node: (0.0, 0.0)}, window, self.enough) - net.weights[node] + total

    def _weigh(self, net: Net, nodes: Iterable[str]) -> None:
        for node in nodes:
            net.weights[node] = self.plan.touches[node].weight
            net.lags[node] = self.plan.lags.get(node, 0.0)

    def _of_net(self, root: str, journey: Journey, net: Net) -> int | None:
        once = net.most(self.window, self.enough) if net.weights else 0
        if not once or journey.reentry.mode == "never":
            return once
        runs = self.plan.runs(root, journey, once, net.weights, self.window)
        if journey.reentry.mode == "always" and journey.overlap:
            return runs
        pause = shortest(journey.reentry.after) if journey.reentry.mode == "after" else 0.0
        again = Net(dict(net.ways), net.weights, net.lags)
        again.ways[f"exit/{root}"] = [*net.ways.get(f"exit/{root}", ()), (root, pause)]
        loops = again.most(self.window, self.enough)
        return loops if runs is None else min(loops, runs)

    def _besides(self, root: str, journey: Journey) -> Iterator[Net | None]:
        """Yield a net for each recurring step that counts beside others of its stage; None for one that is not worked out."""
        alone = self._alone_in_stage(root)
        for step, node in self._beside_steps(root):
            below = {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & self.roots.get(root, set())
            if not below or not step.every or node in alone:
                continue
            if below != {node} or step.every.interval is None or step.on:
                yield None
                continue
            net = Net(self.plan.net(root, journey, (node,)).ways)
            self._weigh(net, [node])
            yield net

    def _alone_in_stage(self, root: str) -> tuple[str, ...]:
        """Return the recurring steps that are the only thing that counts in their stage."""
        found: list[str] = []
        asked = self.roots.get(root, set())
        for step, node in self._beside_steps(root):
            stage = f"{node.rpartition('/')[0]}/"
            plain = step.every and step.every.interval is not None and not step.on
            if plain and {one for one in asked if one.startswith(stage)} == {node}:
                found.append(node)
        return tuple(found)

    def _on_events(self, root: str, journey: Journey) -> int | None:
        """Return how often steps that wait for events can be done."""
        total = 0
        for step, node in self._beside_steps(root):
            below = {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & self.roots.get(root, set())
            if not below or not step.on:
                continue
            if below != {node} or step.every or (journey.reentry.mode == "always" and journey.overlap):
                return None
            hours = self.plan.hours
            slack = hours.stretched(node, hours.limits.get(node, 0.0)) + hours.late(node)
            found = self.plan.arrivals(step.on, self.window + slack)
            if found is None:
                return None
            total += found * self.plan.touches[node].weight
        return total

    def _beside_steps(self, root: str) -> Sequence[tuple[Step, str]]:
        return self.plan.beside.get(root, ())

    def of_one_start(self, event: str, roots: Sequence[str]) -> int | None:
        """Return the most touches of journeys that start together, once, at one occurrence; None where that is not worked out."""
        if len(roots) < 2 or len(roots) > MOST_TOGETHER:
            return None
        late = self.plan.late(event)
        lines: list[tuple[Net, dict[str, tuple[float, float]]]] = []
        total = 0
        for root in roots:
            journey = self.plan.journey(root)
            if journey is None:
                return None
            beside = self._on_events(root, journey)
            if beside is None:
                return None
            total += beside
            for net in [self._line([root]), *self._besides(root, journey)]:
                if net is None:
                    return None
                early = net.earliest(root)
                times = {
                    one: (early.get(one, INFINITE), self.plan.latest(root, journey, one) + late) for one in net.weights
                }
                lines.append((net, times))
        starts = {late for _, times in lines for _, late in times.values()} - {INFINITE}
        last = max((early for _, times in lines for early, _ in times.values() if early < INFINITE), default=0.0)
        starts |= {max(starts, default=0.0) + last + self.window}
        return total + max(
            sum(net.most_from(start, times, self.window, self.enough) for net, times in lines) for start in starts
        )

    def of_group(self, group: OneAtATime) -> tuple[set[str] | None, int]:
        """Return the touches of a group that runs one at a time and their bound; None where a member can't be worked out that way."""
        net, pause = Net(), shortest(group.cool_down) if group.if_busy != "preempt" else 0.0
        hub = f"one at a time/{group.id}"
        nodes: set[str] = set()
        for ref in group.journeys:
            name, _, stage = ref.id.partition("/")
            found = self.plan.workspace.journeys.get(name)
            root = f"{found.kind}/{name}" if found else ""
            journey = self.plan.journey(root)
            if journey is None or not self.roots.get(root):
                continue
            below = f"{root}/{stage}/" if stage else f"{root}/"
            mine = {one for one in self.roots[root] if one.startswith(below)}
            own = self.plan.net(root, journey)
            walked = {target for ways in own.ways.values() for target, _ in ways}
            if not mine <= walked or any(self._names(root, below, mine)):
                return None, 0
            inside = [one for one in own.ways if one.startswith(below)]
            net.take_in(_part(own, {*inside, *mine, f"{root}/{stage}" if stage else root}))
            for one in (*inside, *mine):
                if stage or group.if_busy == "preempt":
                    net.add(one, hub, pause)
            for source in (root, *inside):
                for target, seconds in own.ways.get(source, ()):
                    if target == f"exit/{root}":
                        net.add(source, hub, seconds + pause)
            net.add(hub, f"{root}/{stage}" if stage else root, 0.0)
            nodes |= mine
        self._weigh(net, nodes)
        return nodes, net.most(self.window, self.enough) if nodes else 0

    def _names(self, root: str, below: str, mine: set[str]) -> Iterator[str]:
        """Yield the counted touches beside the chain, steps inside them included."""
        for step, node in self._beside_steps(root):
            if node.startswith(below):
                yield from {f"{node.rpartition('/')[0]}/{one.id}" for one in inner(step)} & mine


def _chains(before: Mapping[str, str | None]) -> list[list[str]]:
    """Return the playbooks in chains: one, then those that only the end of one before them in the chain starts."""
    following: dict[str, list[str]] = {}
    firsts: list[str] = []
    for root, one in sorted(before.items()):
        if one is not None and one in before and one != root:
            following.setdefault(one, []).append(root)
        else:
            firsts.append(root)
    chains: list[list[str]] = []
    placed: set[str] = set()
    for first in firsts:
        chain = [first]
        chains.append(chain)
        placed.add(first)
        while len(nexts := following.get(chain[-1], [])) == 1 and nexts[0] not in placed:
            chain.append(nexts[0])
            placed.add(nexts[0])
        # several that start at once at one end run side by side
        chains += [[other] for other in nexts if other not in placed]
        placed.update(nexts)
    return chains + [[root] for root in sorted(before) if root not in placed]


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
