"""A workspace and its graph go in; the nets of its journeys, when their steps come and how often they start, come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from functools import cached_property
from math import ceil
from typing import Final, Self, TypeVar

from sopkit.graph.course import INFINITE, Course, longest, shortest
from sopkit.graph.links import Links, links_of
from sopkit.graph.nodes import ExecutionGraph
from sopkit.graph.openings import Openings, weekly
from sopkit.graph.pacing import Hours, Latest, Net, net_of
from sopkit.graph.touches import Chosen, Control, heard_of, staffed, sync_latency
from sopkit.graph.zones import Clocks, Worst
from sopkit.model.documents import Journey, Workspace
from sopkit.model.nouns import Channel
from sopkit.model.steps import Start, Step
from sopkit.model.triggers import JourneyMoved, OnEvent, Trigger
from sopkit.model.values import Rate

T = TypeVar("T")

DAYS: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
"""Fewest days of a unit of the calendar."""


class Schedule:
    """One workspace, made ready: nets of its journeys, how late their steps can be, and how often they start."""

    def __init__(
        self,
        workspace: Workspace,
        graph: ExecutionGraph,
        courses: Mapping[str, Course],
        touches: Chosen,
        clocks: Clocks,
        *,
        like: Schedule | None = None,
        changed: Collection[str] = (),
    ) -> None:
        """`like`: that of another version with the same nouns and settings, in which only the playbooks `changed` are otherwise."""
        self.workspace, self.graph, self.courses, self.touches, self.clocks = workspace, graph, courses, touches, clocks
        self._like, self._changed = like, changed
        enforce, shift = workspace.settings.enforce, clocks.shift
        actions = [one for one in (enforce.gap, enforce.count) if one] if enforce else []
        self.exits = any(one.action == "exit" for one in actions)
        self.sent_away = {
            ref.id for one in workspace.settings.one_at_a_time if one.if_busy == "preempt" for ref in one.journeys
        }
        """Journeys, and stages by their paths, that may end at any place since another of their group begins."""
        wait = sum(longest(one.at_most, shift) for one in actions)
        nodes = (
            graph.nodes.values()
            if like is None
            else [node for one in sorted(changed) for node in graph.parts.get(one, ())]
        )
        touching = touches if like is None else {node.id: touches[node.id] for node in nodes if node.id in touches}
        control = Control(workspace)
        self.held = frozenset([id_ for id_, one in touching.items() if control.holds(one)])
        """The touches that the enforcing tool sends and may hold."""
        held = dict.fromkeys(self.held, wait) if wait else {}
        confirmed = {id_: self._confirmed(one) for id_, one in workspace.channels.items()}
        self.lags: dict[str, float] = {}
        """How long after its step a touch can still come: a person lets it go, and may do so when the run is over."""
        staff = {id_: (spans, weekly(spans)) for id_, role in workspace.roles.items() if (spans := staffed(role))}
        self.spans = {id_: one.spans for id_, one in touching.items() if one.spans}
        """What opens and closes each step that is not always open."""
        self.openings: dict[str, Openings | None] = {id_: touching[id_].openings for id_ in self.spans}
        """When each step may be done, where all live by one clock."""
        self._starts: dict[str, str] = {}
        self.beside: dict[str, list[tuple[Step, str]]] = {}
        """Steps beside the chain, by playbook."""
        for node in nodes:
            id_, step = node.id, node.origin
            if not isinstance(step, Step):
                continue
            touch = touching.get(id_) if step.via else None
            if touch is not None:
                lag = self.lags[id_] = max([confirmed[one.id] for one in touch.channels])
                held[id_] = held.get(id_, 0.0) + lag
            elif step.by and step.by.id in staff:
                self.spans[id_], self.openings[id_] = staff[step.by.id]
            if step.on or step.every:
                self.beside.setdefault(node.playbook, []).append((step, id_))
            if isinstance(step.verb, Start):
                self._starts[id_] = step.verb.playbook.id
        self.nets: dict[tuple[str, tuple[str, ...]], Net] = {}
        self._latest: dict[tuple[str, str], Latest] = {}
        self._only: dict[str, str | None] = {}
        if like is not None:
            held = self._take_over(like, changed, held)
        self.started = frozenset(self._starts.values())
        """The playbooks that steps start."""
        self.hours = Hours(self.openings if clocks.steady else self._on_real_days(), held, graph.nodes, clocks.shift)

    def _take_over(self, like: Schedule, changed: Collection[str], held: Mapping[str, float]) -> dict[str, float]:
        """Add what the other version has of playbooks that are not changed; return how long all steps are held."""
        gone = {node.id for one in changed for node in like.graph.parts.get(one, ())}
        self.held |= like.held - gone
        self.lags = _joined(like.lags, gone, self.lags)
        self.spans = _joined(like.spans, gone, self.spans)
        self.openings = _joined(like.openings, gone, self.openings)
        self._starts = _joined(like._starts, gone, self._starts)
        beside = _joined(like.beside, changed, self.beside)
        self.beside = {root: beside[root] for root in self.graph.parts if root in beside}
        self.nets = {key: net for key, net in like.nets.items() if key[0] not in changed}
        self._latest = {key: latest for key, latest in like._latest.items() if key[0] not in changed}
        return _joined(like.hours.held, gone, held)

    def _confirmed(self, channel: Channel) -> float:
        """Return how long a person may take to confirm what goes out by the channel; only their open hours count."""
        confirmation = channel.confirmed_by
        if confirmation is None:
            return 0.0
        if confirmation.within is None:
            return INFINITE
        limit = longest(confirmation.within, self.clocks.shift)
        spans = staffed(self.workspace.roles.get(confirmation.role.id) if confirmation.role else None)
        if not spans:
            return limit
        open_ = weekly(spans) if self.clocks.steady else self.clocks.dated(spans, self.clocks.home)
        return open_.longest_time(limit / 60) * 60 if open_ is not None else limit

    def _on_real_days(self) -> dict[str, Worst]:
        clocks = self.clocks
        known = {
            spans: Worst(tuple(clocks.dated(spans, one) for one in clocks.zones))
            for spans in dict.fromkeys(self.spans.values())
        }
        return {id_: known[spans] for id_, spans in self.spans.items()}

    def changed(self, courses: Mapping[str, Course]) -> Self:
        """Return the plan with other courses of its playbooks."""
        plan = copy(self)
        same = {root for root, course in courses.items() if course is self.courses.get(root)}
        plan.courses, plan._only = courses, {}
        plan.nets = {key: net for key, net in self.nets.items() if key[0] in same}
        plan._latest = {key: latest for key, latest in self._latest.items() if key[0] in same}
        return plan

    @cached_property
    def heard(self) -> Mapping[str, float]:
        """`heard_of` of the enforcing tool: nothing that hangs on playbooks."""
        return self._like.heard if self._like is not None else heard_of(self.workspace, self.clocks.shift)

    @cached_property
    def links(self) -> Links:
        """Which journeys start which."""
        return links_of(self.workspace, self._starts)

    def net(self, root: str, journey: Journey, beside: tuple[str, ...] = ()) -> Net:
        """Return the net of one run, in which some recurring steps are in place of their stages' chains."""
        key = root, beside
        if key not in self.nets:
            net = net_of(journey, root, self.courses[root], self.graph, self.hours, beside)
            if self.exits or journey.id in self.sent_away:
                for place in list(net.ways):
                    net.add(place, f"exit/{root}", 0.0)
            self.nets[key] = net
        return self.nets[key]

    def journey(self, root: str) -> Journey | None:
        """Return the journey of a node id, if its course is known."""
        return self.workspace.journeys.get(root.partition("/")[2]) if root in self.courses else None

    def only_before(self, root: str) -> str | None:
        """Return the journey whose only run, when it has ended, is the only thing that starts this one: every question asks."""
        if root not in self._only:
            self._only[root] = self._only_before(root)
        return self._only[root]

    def _only_before(self, root: str) -> str | None:
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

    def only_event(self, root: str) -> str | None:
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
            found = _at_most(event.at_most, window + self.late(event.id), self.clocks.shift)
            if found is None:
                return None
            total += found
        return total

    def late(self, event: str) -> float:
        """Return by how much a chain of syncs can gather occurrences that lay apart: all syncs that carry the event, one after another."""
        return sum(
            sync_latency(sync, self.clocks.shift)
            for sync in self.workspace.syncs.values()
            if sync.carries and any(ref.id == event for ref in sync.carries.events)
        )


def _joined(then: Mapping[str, T], gone: Collection[str], now: Mapping[str, T]) -> dict[str, T]:
    """Return what there was, but for what is gone, with what there is anew."""
    found = dict(then)
    for one in gone:
        found.pop(one, None)
    found.update(now)
    return found


def _at_most(rate: Rate, window: float, shift: float) -> int | None:
    if rate.per == "lifetime":
        return rate.count
    if window == INFINITE:
        return None
    if isinstance(rate.per, str):
        return rate.count * (ceil(window / (DAYS[rate.per] * 86400 - shift)) + 1)
    least = shortest(rate.per, shift)
    return rate.count * ceil(window / least) if least > 0 else None
