"""A workspace and its graph go in; tables come out that the machine walks: courses of steps, who listens to what, caps, calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sopkit.graph import ExecutionGraph
from sopkit.graph.triggers import trigger_id
from sopkit.model.documents import Cadence, Cap, Journey, OneAtATime, Procedure, Stage, Workspace
from sopkit.model.formulas import Selector
from sopkit.model.nouns import Channel
from sopkit.model.steps import Step, inner
from sopkit.model.triggers import CalendarReached, DateReached, OnEvent, Trigger
from sopkit.model.values import Every, PurposeRef, RoleRef, Slot
from sopkit.simulation.clock import Open, Schedule
from sopkit.simulation.customer import Condition, condition

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
    node: str
    cadence: Cadence
    audience: Condition
    vias: tuple[Via, ...]
    beside: tuple[Move, ...]


@dataclass(slots=True, eq=False)
class Plan:
    workspace: Workspace
    plays: dict[str, Play] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    starting: dict[str, list[tuple[Play, Ear]]] = field(default_factory=dict)
    groups: dict[str, OneAtATime] = field(default_factory=dict)
    """Journey or `journey/stage` → its group."""
    calendars: dict[str, tuple[Every, tuple[Slot, ...]]] = field(default_factory=dict)
    dates: dict[str, DateReached] = field(default_factory=dict)


def compile_plan(workspace: Workspace, graph: ExecutionGraph) -> Plan:
    """Return the tables. A step is known by the graph's node id, so that a log can be held against any analysis."""
    return _Compiler(workspace, graph).run()


class _Compiler:
    def __init__(self, workspace: Workspace, graph: ExecutionGraph) -> None:
        self.workspace = workspace
        self.nodes = {id(node.origin): node.id for node in graph.nodes.values() if node.step or node.stage}
        self.plan = Plan(workspace)
        enforce = workspace.settings.enforce
        self.tool = enforce.in_.id if enforce and enforce.in_ else ""
        driven = workspace.tools[self.tool].drives if self.tool in workspace.tools else ()
        self.own = {self.tool, *(tool.id for tool, _ in driven)}

    def run(self) -> Plan:
        plan, workspace = self.plan, self.workspace
        for group in workspace.settings.one_at_a_time:
            for place in group.journeys:
                plan.groups[place.id] = group
        for journey in workspace.journeys.values():
            self._add(self._journey(journey))
        for procedure in workspace.procedures.values():
            touching = any(self._vias(step, False) for top in procedure.steps for step in inner(top))
            if procedure.for_each in ("customer", "ticket") and touching:
                self._add(self._procedure(procedure))
        for cadence in workspace.cadences.values():
            root = f"cadence/{cadence.id}"
            vias = tuple(self._via(ref.id, cadence.for_, cadence.by, "", cadence.format or "") for ref in cadence.via
                         if ref.id in workspace.channels)  # fmt: skip
            steps = tuple(self._move(step, root, 0, "") for step in cadence.steps)
            plan.issues[cadence.id] = Issue(
                f"issue/{cadence.id}", cadence, condition(cadence.audience, workspace), vias, steps
            )
        return plan

    def _add(self, play: Play) -> None:
        self.plan.plays[play.node] = play
        for ear in play.starts:
            self.plan.starting.setdefault(ear.key, []).append((play, ear))

    def _journey(self, journey: Journey) -> Play:
        root = f"{journey.kind}/{journey.id}"
        tool, priority = journey.runs_in.id if journey.runs_in else "", journey.priority or 0
        scenes = {stage.id: self._scene(journey, root, stage, priority, tool) for stage in journey.stages}
        return Play(
            root, journey, scenes, journey.stages[0].id if journey.stages else "", self._ears(journey.starts_on, root),
            self._ears(journey.ends_on, root), condition(journey.audience, self.workspace),
            condition(journey.while_, self.workspace) if journey.while_ is not None else None, priority, tool,
        )  # fmt: skip

    def _procedure(self, procedure: Procedure) -> Play:
        root = f"procedure/{procedure.id}"
        stage = Stage(id="", at=procedure.at, steps=procedure.steps)
        scene = self._scene(None, root, stage, 0, "")
        return Play(root, procedure, {"": scene}, "", self._ears(procedure.starts_on, root), (),
                    condition(procedure.audience, self.workspace), None, 0, "")  # fmt: skip

    def _scene(self, journey: Journey | None, root: str, stage: Stage, priority: int, tool: str) -> Scene:
        moves = [self._move(step, root, priority, tool) for step in stage.steps]
        name = root.partition("/")[2]
        return Scene(
            f"{root}/{stage.id}" if stage.id else root,
            f"{name}/{stage.id}" if stage.id else name,
            stage,
            tuple(one for one in moves if not one.step.on and not one.step.every),
            tuple(one for one in moves if one.step.on or one.step.every),
            tuple((n, self._ears(move.on, root)) for n, move in enumerate(stage.next) if move.on),
            tuple((n, condition(move.when, self.workspace)) for n, move in enumerate(stage.next) if move.when is not None),
        )  # fmt: skip

    def _move(self, step: Step, root: str, priority: int, tool: str) -> Move:
        verb = step.verb
        branches = getattr(verb, "branches", ())
        role = self.workspace.roles.get(step.by.id) if step.by else None
        hours = Schedule((Open.of(role.hours),)) if role and role.hours else Schedule()
        return Move(
            self.nodes.get(id(step), f"{root}/{step.id}"), step, condition(step.if_, self.workspace),
            self._vias(step, self.tool != "" and tool == self.tool), hours, priority,
            tuple((condition(one.if_, self.workspace), tuple(self._move(s, root, priority, tool) for s in one.steps))
                  for one in branches),
            tuple(self._move(one, root, priority, tool) for one in step.otherwise),
            self._ears(getattr(verb, "until", ()), root), self._ears(step.on, root), step.minutes or 0.0,
        )  # fmt: skip

    def _ears(self, triggers: Sequence[Trigger], root: str) -> tuple[Ear, ...]:
        found = []
        for trigger in triggers:
            key = trigger_id(trigger, root)
            if isinstance(trigger, CalendarReached):
                self.plan.calendars[key] = (trigger.every, trigger.slots)
            if isinstance(trigger, DateReached):
                self.plan.dates[key] = trigger
            where = trigger.where if isinstance(trigger, OnEvent) else None
            found.append(Ear(key, condition(where, self.workspace), trigger))
        return tuple(found)

    def _vias(self, step: Step, runs_in_tool: bool) -> tuple[Via, ...]:
        tool = self.tool if runs_in_tool else ""
        return tuple(
            self._via(ref.id, step.for_, step.by, tool, "") for ref in step.via if ref.id in self.workspace.channels
        )

    def _via(self, name: str, purpose: PurposeRef | None, by: RoleRef | None, runs_in: str, form: str) -> Via:
        settings, channel = self.workspace.settings, self.workspace.channels[name]
        facts = {
            "channel": name, "reach": channel.reach, "format": form, "sent_by": "staff" if by else "tool",
            "purpose": purpose.id if purpose else "",
            "category": (self.workspace.purposes[purpose.id].category or "")
            if purpose and purpose.id in self.workspace.purposes else "",
        }  # fmt: skip
        role = self.workspace.roles.get(by.id) if by else None
        hours = [one for one in (channel.hours, role.hours if role else None) if one]
        quiet = [one.hours for one in settings.quiet_hours if one.hours and selects(one.of, facts)]
        own = channel.tool is not None and channel.tool.id in self.own
        return Via(
            channel, Schedule(tuple(map(Open.of, hours)), tuple(map(Open.of, quiet))),
            tuple(cap for cap in settings.caps if selects(cap.of, facts)), channel.reach in FELT,
            (channel.joins or 1) if channel.reach == "group" else 1,
            by is None and runs_in != "" and own,
        )  # fmt: skip


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
