"""A workspace's tables go in; by which ways customers are touched, and what a touch must keep to, comes out: for faults to be planted.

What is judged here is judged plainly, touch by touch, and apart from the rules that audit logs: these are tested by what is planted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.graph.touches import touches_of
from sopkit.logs.generating.course import ConsentRow, Course, TouchRow
from sopkit.model.documents import Cap
from sopkit.model.nouns import Channel, Consent, Purpose
from sopkit.model.presets import HOURS_LIMITS, LIMITS, HoursLimit, PlatformLimit
from sopkit.model.steps import CapRule, Send, Step
from sopkit.model.values import Calendar, Duration
from sopkit.rules.consent_uses import Fields, lacking
from sopkit.rules.personal_fields import PERSONAL
from sopkit.rules.sending_hours import is_held
from sopkit.simulation.clock import Open, Schedule, Zone
from sopkit.simulation.plan import Move, Plan, Via, selects

Broken = Counter[tuple[str, str]]
"""(what is broken, its subject) → by how many touches."""
OVER: Final = "over-touch"
LAST: Final = {"given": 0, "refused": 2, "withdrawn": 2}
"""At one instant: consent, then touch, then withdrawal."""
TOUCH: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One step, or the issues of one cadence, by one channel."""

    node: str
    via: Via
    step: Step | None
    purpose: Purpose | None
    role: str
    counts: bool
    covered_by: tuple[Consent, ...]
    """Consents that allow it, where the purpose rests on consent."""
    quiet: dict[int, Schedule]
    """Number of the quiet hours that it has to keep, as they are written, from 1."""
    hours: Schedule
    """Those of the channel and of its kind; not of the person who does it."""
    traits: bool
    """Whether its purpose uses data that describe the person."""
    country: str
    """In which the channel's tool is."""

    @property
    def needs_consent(self) -> bool:
        return self.purpose is not None and self.purpose.basis == "consent"

    @property
    def is_personal(self) -> bool:
        """Whether it is marketing that is chosen by traits of the person."""
        if self.purpose is None or not self.purpose.is_marketing:
            return False
        return (
            self.step is not None and isinstance(self.step.verb, Send) and self.step.verb.match is not None
        ) or self.traits

    @property
    def of_purpose(self) -> str:
        """The subject of findings on consent."""
        return f"purpose/{self.purpose.id}" if self.purpose else ""

    @property
    def tool(self) -> str:
        return self.via.channel.tool.id if self.via.channel.tool else ""

    def touch(self, course: Course, now: int) -> TouchRow:
        """Return the row of a touch by this way."""
        return TouchRow(
            course.name, now, self.via.channel.id, self.node, self.purpose.id if self.purpose else "", self.tool,
            "sent", "staff" if self.role else "tool", f"{self.role}-01" if self.role else "", self.role,
            country=self.country,
        )  # fmt: skip


class Ground:
    """What all customers have in common, for faults to be planted in."""

    def __init__(self, plan: Plan, graph: ExecutionGraph, start: int, end: int) -> None:
        self.plan, self.graph, self.workspace, self.start, self.end = plan, graph, plan.workspace, start, end
        self.touches = touches_of(self.workspace, graph)
        self._fields = Fields(self.workspace)
        self.ways: dict[tuple[str, str], Way] = {(one.node, one.via.channel.id): one for one in self._ways()}
        self.strays: dict[tuple[str, str, str], Way] = {}
        """Ways that no playbook declares, by node, channel and purpose."""

    def _ways(self) -> Iterator[Way]:
        for play in self.plan.plays.values():
            for scene in play.scenes.values():
                for move in (*scene.chain, *scene.beside):
                    yield from self._of_move(move)
        for issues in self.plan.issues.values():
            for issue in issues:
                for via in issue.vias:
                    cadence = issue.cadence
                    yield self._way(issue.node, via, None, cadence.for_, cadence.by, issue.rule, cadence.format or "")

    def _of_move(self, move: Move) -> Iterator[Way]:
        step = move.step
        if step.to in (None, "customer"):
            for via in move.vias:
                yield self._way(move.node, via, step, step.for_, step.by, step.cap, "")
        for _, inside in move.branches:
            for one in inside:
                yield from self._of_move(one)
        for one in move.otherwise:
            yield from self._of_move(one)

    def _way(  # noqa: PLR0917  what makes a touch
        self, node: str, via: Via, step: Step | None, for_: object, by: object, rule: CapRule | None, form: str
    ) -> Way:
        workspace, channel = self.workspace, via.channel
        purpose = workspace.purposes.get(getattr(for_, "id", ""))
        role = getattr(by, "id", "")
        fields = self._fields.of(step) if step is not None else ()
        covered = tuple(
            one for one in workspace.consents.values() if purpose and not lacking(one, purpose, channel, fields)
        )
        facts = facts_of(channel, purpose, "staff" if role else "tool", form)
        quiet = {
            number: Schedule((), (Open.of(one.hours),))
            for number, one in enumerate(workspace.settings.quiet_hours, 1)
            if one.hours and selects(one.of, facts)
        }
        hours = [Open.of(channel.hours)] if channel.hours else []
        if purpose is not None and purpose.is_marketing:
            every_day = frozenset(range(7))
            hours += [Open(every_day, one.start * 60, one.end * 60) for one in self.limits_of(node, channel)]
        return Way(
            node, via, step, purpose, role, rule is None or rule.counts, covered,
            quiet, Schedule(tuple(hours)), self._uses_traits(purpose), self._country(channel),
        )  # fmt: skip

    def limits_of(self, node: str, channel: Channel) -> list[HoursLimit]:
        """Return the platforms' hours that marketing of a step or cadence by a channel is held to."""
        touch, mine = self.touches.get(node), [one for one in HOURS_LIMITS if one.preset == channel.preset]
        return [one for one in mine if touch is not None and is_held(one, touch, self.workspace)]

    def stray(self, way: Way, channel: Channel, purpose: Purpose | None) -> Way:
        """Return the way by which the same step would go by another channel, or for another purpose; it is judged like all others."""
        step, of = way.step, (way.node, channel.id, purpose.id if purpose else "")
        if step is not None and of not in self.strays:
            facts = facts_of(channel, purpose, "staff" if way.role else "tool", "")
            caps = tuple(cap for cap in self.workspace.settings.caps if selects(cap.of, facts))
            via = replace(way.via, channel=channel, caps=caps)
            self.strays[of] = self._way(way.node, via, step, purpose, step.by, step.cap, "")
        return self.strays[of]

    def _uses_traits(self, purpose: Purpose | None) -> bool:
        known = self.workspace.data
        used = [known[ref.id].category or "" for ref in (purpose.data if purpose else ()) if ref.id in known]
        return any(one.startswith(PERSONAL) for one in used)

    def _country(self, channel: Channel) -> str:
        tool = self.workspace.tools.get(channel.tool.id) if channel.tool else None
        return (tool.hosted_in or "") if tool else ""

    @cached_property
    def felt(self) -> tuple[Way, ...]:
        """The ways by which customers are touched, in order of their nodes."""
        return tuple(one for _, one in sorted(self.ways.items()) if one.via.felt)

    def leads(self, start: str, target: str) -> bool:
        """Whether a run may come from one node to another, inside its playbook."""
        root = "/".join(start.split("/")[:2])
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            for edge in self.graph.leaving.get(here, ()):
                to = edge.target
                if edge.kind in ("then", "interrupt") and to.startswith(f"{root}/") and to not in seen:
                    seen.add(to)
                    waiting.append(to)
            stage = here.rpartition("/")[0]  # a transition leaves the stage from wherever a run is in it
            if stage != root and stage.startswith(f"{root}/") and stage not in seen and stage != target:
                seen.add(stage)
                waiting.extend(e.target for e in self.graph.leaving.get(stage, ()) if e.kind == "interrupt")
        return target in seen - {start}

    def broken(self, course: Course) -> Broken:
        """Return by how many touches of a customer each limit, each hour and each consent is broken."""
        found: Broken = Counter()
        touches = sorted(course.touches, key=lambda one: one.time)
        ways = [(one, way) for one in touches if (way := self._way_of(one)) is not None]
        for subject, per, most, counted in self._limits(ways):
            beyond = most_beyond(per, most, counted, course.zone)
            if beyond:
                found[OVER, subject] += beyond
        consents = sorted(course.consents, key=lambda one: (one.time, LAST.get(one.action, 2)))
        for touch, way in ways:
            for number, hours in way.quiet.items():
                if hours.next_open(touch.time, course.zone) != touch.time:
                    found["quiet-hours", f"quiet_hours/{number}"] += 1
            if way.hours.next_open(touch.time, course.zone) != touch.time:
                found["hours", way.node] += 1
            why = self.unconsented(way, consents, touch.time, course.zone)
            if why:
                found[why, way.of_purpose] += 1
        return found

    def _way_of(self, touch: TouchRow) -> Way | None:
        stray = self.strays.get((touch.step, touch.channel, touch.purpose))
        return stray or self.ways.get((touch.step, touch.channel))

    def _limits(
        self, ways: Sequence[tuple[TouchRow, Way]]
    ) -> Iterator[tuple[str, Duration | Calendar, int, list[tuple[int, int]]]]:
        """Yield (subject, window, most, counted touches) of each cap, each budget and each platform; a gap is a window of one."""
        settings = self.workspace.settings
        counted = [(touch, way) for touch, way in ways if way.counts and way.via.felt]
        caps = {cap.id: cap for cap in settings.caps}
        for cap in settings.caps:
            per = cap.gap or cap.per
            if per is not None:
                of_cap = [(touch.time, way.via.weight) for touch, way in counted if cap in way.via.caps]
                yield f"cap/{cap.id}", per, _most(cap), of_cap
        for budget in settings.budgets:
            cap_of = caps.get(budget.cap.id)
            per = (cap_of.gap or cap_of.per) if cap_of else None
            if cap_of is not None and per is not None:
                inside = [
                    (touch.time, way.via.weight)
                    for touch, way in counted
                    if cap_of in way.via.caps and self.is_of(budget.of.id, way.node)
                ]
                yield f"budget/{cap_of.id}/{budget.of.id}", per, budget.max, inside
        for limit in LIMITS:
            if limit.id not in caps:
                through = [(touch.time, way.via.weight) for touch, way in counted if _through(limit, way)]
                yield f"limit/{limit.id}", limit.per, limit.max, through

    def is_of(self, owner: str, node: str) -> bool:
        """Whether a step is one of the owner of a budget: a playbook, a stage or a group."""
        groups = {one.id: [ref.id for ref in one.journeys] for one in self.workspace.settings.one_at_a_time}
        members = groups.get(owner, [owner])
        elsewhere = [one for names in groups.values() for one in names if "/" in one and one not in members]
        place = node.partition("/")[2] + "/"
        return any(place.startswith(f"{one}/") for one in members) and not any(
            place.startswith(f"{one}/") for one in elsewhere
        )

    def unconsented(self, way: Way, consents: Sequence[ConsentRow], now: int, zone: Zone) -> str:
        """Return how a touch lacks its consent; '' where it has one, or needs none. `consents` are in order."""
        if not way.needs_consent:
            return ""
        standing = {one.id: _standing(one, consents, now, zone) for one in self.workspace.consents.values()}
        mine = [standing[one.id] for one in way.covered_by]
        if "given" in mine:
            return ""
        ended = [one for one in mine if one in ("withdrawn", "expired")]
        if ended:
            return "after-withdrawal" if ended[-1] == "withdrawn" else "stale-consent"
        return "beyond-consent" if "given" in standing.values() else "without-consent"


def _standing(consent: Consent, consents: Sequence[ConsentRow], now: int, zone: Zone) -> str:
    """Return what a consent is at an instant: `given`, `withdrawn`, `refused`, `expired`; '' where there never was any."""
    before = [one for one in consents if one.consent == consent.id and (one.time, LAST[one.action]) <= (now, TOUCH)]
    agreed = next((number for number in range(len(before) - 1, -1, -1) if before[number].action == "given"), None)
    if agreed is None:
        return ""
    given, ended = before[agreed], before[agreed + 1 : agreed + 2]
    if ended:
        until = zone.later(ended[0].time, consent.effective_within) if consent.effective_within else ended[0].time
        return "given" if now <= until else before[-1].action
    expires = given.expires or (zone.later(given.time, consent.expires) if consent.expires else None)
    return "given" if expires is None or now < expires else "expired"


def facts_of(channel: Channel, purpose: Purpose | None, sent_by: str, form: str) -> dict[str, str]:
    """Return what selectors of touches ask for."""
    return {
        "channel": channel.id, "reach": channel.reach, "format": form, "sent_by": sent_by,
        "purpose": purpose.id if purpose else "", "category": (purpose.category or "") if purpose else "",
    }  # fmt: skip


def most_beyond(per: Duration | Calendar, most: int, counted: Sequence[tuple[int, int]], zone: Zone) -> int:
    """Return how many touches, (when, how often felt) in order, are more than `most` in a window that ends with them."""
    beyond = 0
    for number, (now, weight) in enumerate(counted):
        since = zone.unit(now, per)[0] - 1 if isinstance(per, str) else zone.earlier(now, per)
        total = weight + sum(size for at, size in counted[:number] if at > since)
        beyond += total > most
    return beyond


def _most(cap: Cap) -> int:
    return 1 if cap.gap is not None else cap.max or 1


def _through(limit: PlatformLimit, way: Way) -> bool:
    return way.via.channel.preset == limit.preset and (limit.by_hand or not way.role)
