"""A workspace and its graph go in; tables come out that the machine walks: courses of steps, who listens to what, caps, calendars."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import field

from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.graph.triggers import trigger_id
from sopkit.model.documents import Cadence, Cap, Journey, OneAtATime, Procedure, Stage, Workspace
from sopkit.model.formulas import Selector
from sopkit.model.nouns import Channel
from sopkit.model.predicates import DataTest, Predicate
from sopkit.model.steps import CapRule, Send, Step, Tag
from sopkit.model.triggers import Becomes, CalendarReached, DateReached, OnEvent, SegmentCrossed, Trigger
from sopkit.model.values import Duration, Every, PurposeRef, RoleRef, Slot
from sopkit.simulation.clock import Open, Schedule
from sopkit.simulation.customer import Condition, condition, lapses, parts_of, subjects

FELT = frozenset(("direct", "group", "feed"))


@dataclass(frozen=True, slots=True)
class Ear:
    """A trigger somebody listens to: the key of what is announced, and what must hold."""

    key: str
    where: Condition
    trigger: Trigger


@dataclass(frozen=True, slots=True, eq=False)
class Via:
    """One channel of a step: when it is open, which caps count it, whether the enforcing tool can stop it."""

    channel: Channel
    schedule: Schedule
    caps: tuple[Cap, ...]
    felt: bool
    weight: int
    controlled: bool


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One step, ready to be done."""

    node: str
    step: Step
    guard: Condition
    vias: tuple[Via, ...]
    hours: Schedule
    """Of a step without a channel: the hours of its role."""
    priority: int
    branches: tuple[tuple[Condition, tuple[Move, ...]], ...] = ()
    otherwise: tuple[Move, ...] = ()
    until: tuple[Ear, ...] = ()
    on: tuple[Ear, ...] = ()
    minutes: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One stage: its chain, what runs beside it, and its transitions."""

    node: str
    path: str
    stage: Stage
    chain: tuple[Move, ...]
    beside: tuple[Move, ...]
    ons: tuple[tuple[int, tuple[Ear, ...]], ...]
    """(index in `next`, triggers)."""
    whens: tuple[tuple[int, Condition], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """One journey, or a procedure for a customer."""

    node: str
    document: Journey | Procedure
    scenes: dict[str, Scene]
    first: str
    starts: tuple[Ear, ...]
    ends: tuple[Ear, ...]
    audience: Condition
    stays_while: Condition | None
    priority: int
    tool: str


@dataclass(frozen=True, slots=True, eq=False)
class Issue:
    """What a cadence sends: an issue, or a touch `before` it."""

    number: int
    node: str
    cadence: Cadence
    audience: Condition
    vias: tuple[Via, ...]
    rule: CapRule | None
    before: Duration | None
    asks: frozenset[str]
    """What its audience and its channels ask for (see `subjects`)."""
    lapsing: bool
    """Whether the audience may change by time alone."""

    @property
    def common(self) -> bool:
        """Whether it goes to every customer alike, and no cap counts it."""
        return not self.asks and not self.lapsing and not (self.vias and self.vias[0].caps)


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A segment that somebody waits for a customer to enter or to leave."""

    segment: str
    inside: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How a datum is computed: the first value whose condition holds; at which slots."""

    name: str
    values: tuple[tuple[str, Condition], ...]
    every: Every | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What an event does besides being heard: data it makes known, consents it gives and withdraws."""

    collects: tuple[str, ...]
    collected: frozenset[str]
    gives: tuple[str, ...]
    withdraws: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Plan:
    workspace: Workspace
    plays: dict[str, Play] = field(default_factory=dict)
    issues: dict[str, list[Issue]] = field(default_factory=dict)
    """Cadence → its issue, and its touches before."""
    starting: dict[str, list[tuple[Play, Ear]]] = field(default_factory=dict)
    groups: dict[str, OneAtATime] = field(default_factory=dict)
    """Journey or `journey/stage` → its group."""
    calendars: dict[str, tuple[Every, tuple[Slot, ...]]] = field(default_factory=dict)
    dates: dict[str, dict[str, DateReached]] = field(default_factory=dict)
    """Datum → what is announced, and when."""
    listeners: dict[str, list[str]] = field(default_factory=dict)
    """What is announced → the tools of the playbooks that listen to it, sorted; '' for one without a tool."""
    hearers: dict[str, set[str]] = field(default_factory=dict)
    """What is announced → the plays that start, move or end by it."""
    followed: set[str] = field(default_factory=set)
    """Data whose values are the stages of a lifecycle."""
    effects: dict[str, Effects] = field(default_factory=dict)
    becoming: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    """Datum → (what is announced, the values for which; none: any)."""
    crossings: dict[str, Crossing] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """All that any condition asks for, or a step needs (see `subjects`)."""
    data_tests: dict[str, list[DataTest]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    set_tags: set[str] = field(default_factory=set)
    """Tags that a step sets or removes."""
    dependents: dict[str, list[Issue]] = field(default_factory=dict)
    """What may change → the issues whose audience it may change."""
    watched: set[str] = field(default_factory=set)
    """What must be looked at again at once when it changes (see `subjects`)."""
    lapses: dict[str, set[Duration]] = field(default_factory=dict)
    """`event/x` or `consent/x` → after how long something that is watched changes by itself."""


def compile_plan(workspace: Workspace, graph: ExecutionGraph) -> Plan:
    """Return the tables. A step is known by the graph's node id, so that a log can be held against any analysis."""
    return _Compiler(workspace, graph).run()


class _Compiler:
    def __init__(self, workspace: Workspace, graph: ExecutionGraph) -> None:
        self.workspace = workspace
        self.nodes = {id(node.origin): node.id for node in graph.nodes.values() if node.step or node.stage}
        self.plan, self.issues = Plan(workspace), 0
        enforce = workspace.settings.enforce
        self.tool = enforce.in_.id if enforce and enforce.in_ else ""
        driven = workspace.tools[self.tool].drives if self.tool in workspace.tools else ()
        self.own = {self.tool, *(tool.id for tool, _ in driven)}

    def run(self) -> Plan:
        plan, workspace = self.plan, self.workspace
        for group in workspace.settings.one_at_a_time:
            for place in group.journeys:
                plan.groups[place.id] = group
        for event in workspace.events.values():
            collects = sorted(
                one.id for one in workspace.data.values() if any(e.id == event.id for e in one.collected_by)
            )
            plan.effects[event.id] = Effects(
                tuple(collects),
                frozenset(collects),
                tuple(consent.id for consent in event.gives),
                tuple(
                    sorted(c.id for c in workspace.consents.values() if any(e.id == event.id for e in c.withdrawn_by))
                ),
            )
        for datum in workspace.data.values():
            if datum.computed is not None:
                values = tuple((value, self._test(test)) for value, test in datum.computed.first_of)
                plan.rules.append(Rule(datum.id, values, datum.computed.every, datum.computed.slots))
        for journey in workspace.journeys.values():
            self._add(self._journey(journey))
        for procedure in workspace.procedures.values():
            if procedure.for_each in ("customer", "ticket"):
                self._add(self._procedure(procedure))
        for cadence in workspace.cadences.values():
            plan.issues[cadence.id] = list(self._issues(cadence))
            for issue in plan.issues[cadence.id]:
                for subject in sorted(issue.asks):
                    plan.dependents.setdefault(subject, []).append(issue)
        return plan

    def _issues(self, cadence: Cadence) -> Iterator[Issue]:
        workspace, root = self.workspace, f"cadence/{cadence.id}"
        audience, lapsing = self._test(cadence.audience), any(lapses(cadence.audience, workspace))
        vias = tuple(
            self._via(ref.id, cadence.for_, cadence.by, "", cadence.format or "")
            for ref in cadence.via
            if ref.id in workspace.channels
        )
        asks = {*subjects(cadence.audience, workspace), *_addresses(vias)}
        yield Issue(
            self._number(), f"issue/{cadence.id}", cadence, audience, vias, None, None, frozenset(asks), lapsing
        )
        for step in cadence.steps:
            move = self._move(step, root, 0, "")
            if move.vias:
                both = _both(audience, move.guard)
                changing = lapsing or any(lapses(step.if_, workspace))
                needs = frozenset({*asks, *subjects(step.if_, workspace), *_addresses(move.vias)})
                yield Issue(self._number(), move.node, cadence, both, move.vias, step.cap, step.before, needs, changing)

    def _test(self, predicate: Predicate | None) -> Condition:
        self.plan.asked.update(subjects(predicate, self.workspace))
        for part in parts_of(predicate, self.workspace):
            if isinstance(part, DataTest):
                self.plan.data_tests.setdefault(part.data.id, []).append(part)
        return condition(predicate, self.workspace)

    def _number(self) -> int:
        self.issues += 1
        return self.issues

    def _watch(self, predicate: Predicate | None) -> None:
        self.plan.watched.update(subjects(predicate, self.workspace))
        for subject, after in lapses(predicate, self.workspace):
            self.plan.lapses.setdefault(subject, set()).add(after)

    def _add(self, play: Play) -> None:
        self.plan.plays[play.node] = play
        for ear in play.starts:
            self.plan.starting.setdefault(ear.key, []).append((play, ear))
        if isinstance(play.document, Journey):
            self._watch(play.document.while_)
            for stage in play.document.stages:
                for move in stage.next:
                    self._watch(move.when)

    def _journey(self, journey: Journey) -> Play:
        root = f"{journey.kind}/{journey.id}"
        tool, priority = journey.runs_in.id if journey.runs_in else "", journey.priority or 0
        if journey.follows is not None:
            self.plan.asked.add(f"data/{journey.follows.id}")
            self.plan.followed.add(journey.follows.id)
        scenes = {stage.id: self._scene(journey, root, stage, priority, tool) for stage in journey.stages}
        return Play(
            root, journey, scenes, journey.stages[0].id if journey.stages else "", self._ears(journey.starts_on, root, tool),
            self._ears(journey.ends_on, root, tool), self._test(journey.audience),
            self._test(journey.while_) if journey.while_ is not None else None, priority, tool,
        )  # fmt: skip

    def _procedure(self, procedure: Procedure) -> Play:
        root = f"procedure/{procedure.id}"
        stage = Stage(id="", at=procedure.at, steps=procedure.steps)
        scene = self._scene(None, root, stage, 0, "")
        return Play(root, procedure, {"": scene}, "", self._ears(procedure.starts_on, root, ""), (),
                    self._test(procedure.audience), None, 0, "")  # fmt: skip

    def _scene(self, journey: Journey | None, root: str, stage: Stage, priority: int, tool: str) -> Scene:
        moves = [self._move(step, root, priority, tool) for step in stage.steps]
        name = root.partition("/")[2]
        return Scene(
            f"{root}/{stage.id}" if stage.id else root,
            f"{name}/{stage.id}" if stage.id else name,
            stage,
            tuple(one for one in moves if not one.step.on and not one.step.every),
            tuple(one for one in moves if one.step.on or one.step.every),
            tuple((n, self._ears(move.on, root, tool)) for n, move in enumerate(stage.next) if move.on),
            tuple((n, self._test(move.when)) for n, move in enumerate(stage.next) if move.when is not None),
        )  # fmt: skip

    def _move(self, step: Step, root: str, priority: int, tool: str) -> Move:
        verb = step.verb
        branches = getattr(verb, "branches", ())
        if isinstance(verb, Tag):
            self.plan.set_tags.update(tag.id for tag in verb.tags)
        if isinstance(verb, Send) and verb.match is not None:
            self.plan.asked.add(f"data/{verb.match.id}")
        role = self.workspace.roles.get(step.by.id) if step.by else None
        hours = Schedule((Open.of(role.hours, staff=True),)) if role and role.hours else Schedule()
        return Move(
            self.nodes.get(id(step), f"{root}/{step.id}"), step, self._test(step.if_),
            self._vias(step, self.tool != "" and tool == self.tool), hours, priority,
            tuple((self._test(one.if_), tuple(self._move(s, root, priority, tool) for s in one.steps))
                  for one in branches),
            tuple(self._move(one, root, priority, tool) for one in step.otherwise),
            self._ears(getattr(verb, "until", ()), root, tool), self._ears(step.on, root, tool), step.minutes or 0.0,
        )  # fmt: skip

    def _ears(self, triggers: Sequence[Trigger], root: str, tool: str) -> tuple[Ear, ...]:
        found = []
        for trigger in triggers:
            key = trigger_id(trigger, root)
            tools = self.plan.listeners.setdefault(key, [])
            if tool not in tools:
                insort(tools, tool)
            self.plan.hearers.setdefault(key, set()).add(root)
            if isinstance(trigger, Becomes) and (key, trigger.values) not in self.plan.becoming.setdefault(
                trigger.data.id, []
            ):
                self.plan.becoming[trigger.data.id].append((key, trigger.values))
            if isinstance(trigger, CalendarReached):
                self.plan.calendars[key] = (trigger.every, trigger.slots)
            if isinstance(trigger, Becomes | DateReached):
                self.plan.asked.add(f"data/{trigger.data.id}")
            if isinstance(trigger, DateReached):
                self.plan.dates.setdefault(trigger.data.id, {})[key] = trigger
            if isinstance(trigger, SegmentCrossed) and trigger.segment.id in self.workspace.segments:
                when = self.workspace.segments[trigger.segment.id].when
                self.plan.crossings[trigger.segment.id] = Crossing(trigger.segment.id, self._test(when))
                self._watch(when)
            where = trigger.where if isinstance(trigger, OnEvent) else None
            found.append(Ear(key, self._test(where), trigger))
        return tuple(found)

    def _vias(self, step: Step, runs_in_tool: bool) -> tuple[Via, ...]:
        tool = self.tool if runs_in_tool else ""
        return tuple(
            self._via(ref.id, step.for_, step.by, tool, "") for ref in step.via if ref.id in self.workspace.channels
        )

    def _via(self, name: str, purpose: PurposeRef | None, by: RoleRef | None, runs_in: str, form: str) -> Via:
        settings, channel = self.workspace.settings, self.workspace.channels[name]
        if channel.address is not None:
            self.plan.asked.add(f"data/{channel.address.id}")
        facts = {
            "channel": name, "reach": channel.reach, "format": form, "sent_by": "staff" if by else "tool",
            "purpose": purpose.id if purpose else "",
            "category": (self.workspace.purposes[purpose.id].category or "")
            if purpose and purpose.id in self.workspace.purposes else "",
        }  # fmt: skip
        role = self.workspace.roles.get(by.id) if by else None
        hours = [Open.of(channel.hours)] if channel.hours else []
        if role and role.hours:
            hours.append(Open.of(role.hours, staff=True))
        quiet = [one.hours for one in settings.quiet_hours if one.hours and selects(one.of, facts)]
        own = channel.tool is not None and channel.tool.id in self.own
        return Via(
            channel, Schedule(tuple(hours), tuple(map(Open.of, quiet))),
            tuple(cap for cap in settings.caps if selects(cap.of, facts)), channel.reach in FELT,
            (channel.joins or 1) if channel.reach == "group" else 1,
            by is None and runs_in != "" and own,
        )  # fmt: skip


def _addresses(vias: tuple[Via, ...]) -> list[str]:
    return [f"data/{via.channel.address.id}" for via in vias if via.channel.address is not None]


def _both(one: Condition, other: Condition) -> Condition:
    return lambda who, now: one(who, now) and other(who, now)


def selects(selector: Selector | None, facts: dict[str, str]) -> bool:
    """Return whether a touch is selected; without `reach` only a direct one."""
    if selector is None or not selector.reach:
        if facts["reach"] != "direct":
            return False
        if selector is None:
            return True
    wanted = {
        "channel": [one.id for one in selector.channel], "purpose": [one.id for one in selector.purpose],
        "category": selector.category, "reach": selector.reach, "format": selector.format, "sent_by": selector.sent_by,
    }  # fmt: skip
    return all(not values or facts[name] in values for name, values in wanted.items())
