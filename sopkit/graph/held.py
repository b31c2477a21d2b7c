"""A course on plan and the tool that enforces caps go in; those of its touches that go out for certain come out, or nothing is certain.

A touch of the tool's is sent for certain where all that may have been sent before it leaves room under every cap, and held for
certain where what the tool itself has sent fills one. Between the two nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from math import inf, nextafter
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.consistency import Happened, is_open, written_by
from sopkit.graph.course import longest, shortest
from sopkit.graph.face import Face
from sopkit.graph.runs import Run
from sopkit.graph.schedule import Schedule
from sopkit.graph.touches import heard_of, match
from sopkit.model.documents import Cap, Journey
from sopkit.model.steps import inner
from sopkit.model.triggers import JourneyMoved, OnEvent, Trigger

Deed = tuple[float, str, int, int]
"""When, by which node, in which run, and its number there."""


@dataclass(frozen=True, slots=True)
class Late:
    """A touch that is asked about: whether a cap puts it off for more than `slack` seconds."""

    node: str
    cap: Cap
    slack: float


SENT, HELD, UNKNOWN = "sent", "held", "unknown"
AT_END: Final = "ended"


class Holding:
    """What the enforcing tool of a workspace does to courses."""

    def __init__(self, plan: Schedule) -> None:
        self.workspace, self.touches, self.held, self.links = plan.workspace, plan.touches, plan.held, plan.links
        self.shift, self.beside = plan.clocks.shift, plan.beside
        enforce = self.workspace.settings.enforce
        self.skips = {
            gap: (action := (enforce.gap if gap else enforce.count) if enforce else None) is None
            or action.action == "skip"
            for gap in (True, False)
        }
        """Whether a touch that a gap, or another cap, stops changes nothing else."""

    @cached_property
    def deaf_to(self) -> frozenset[str]:
        """What others send and no sync tells it."""
        told = {ref.id for sync in self.workspace.syncs.values() if sync.carries for ref in sync.carries.touches}
        told |= heard_of(self.workspace).keys()
        return frozenset(
            id_
            for id_, one in self.touches.items()
            if id_ not in self.held and told.isdisjoint([each.id for each in one.channels])
        )

    @cached_property
    def caps(self) -> Sequence[tuple[Cap, frozenset[str], frozenset[str]]]:
        """The caps by which the tool may hold something, with the touches that they count, and those that they surely count."""
        found = []
        for cap in self.workspace.settings.caps:
            answers = {node: match(cap.of, one) for node, one in self.touches.items() if one.counts}
            counted = frozenset(node for node, answer in answers.items() if answer != "no")
            if counted & self.held:
                found.append((cap, counted, frozenset(node for node in counted if answers[node] == "yes")))
        return found

    @cached_property
    def weighty(self) -> Mapping[str, Journey]:
        """The journeys whose touches may fill such a cap, and those that lead to one."""
        roots = {self.touches[node].root.partition("/")[2] for _, counted, _ in self.caps for node in counted}
        journeys = self.workspace.journeys
        todo = [name for name in roots if name in journeys]
        found = set(todo)
        while todo:
            for one in self.links.starters.get(todo.pop(), ()):
                if one.id not in found:
                    found.add(one.id)
                    todo.append(one.id)
        return {name: journeys[name] for name in sorted(found)}

    @cached_property
    def loose(self) -> frozenset[str]:
        """The playbooks with touches beside a stage's chain that may fill such a cap: a course need not show all of those."""
        every = frozenset(node for _, counted, _ in self.caps for node in counted)
        return frozenset(
            root
            for root, steps in self.beside.items()
            for step, node in steps
            if any(f"{node.rpartition('/')[0]}/{one.id}" in every for one in inner(step))
        )

    @cached_property
    def dated(self) -> bool:
        """Whether cadences fill such a cap, too: what comes by the calendar is not laid beside a course."""
        return any(self.touches[node].root.startswith("cadence/") for _, counted, _ in self.caps for node in counted)

    def sent(
        self, face: Face, happened: Happened, runs: Sequence[Run], until: float, late: Late | None = None
    ) -> set[Deed] | None:
        """Return the touches that go out for certain up to an instant; None where more may be on the way than the runs show.

        `late`: those up to a touch that is certainly put off past its time, which is among them; None where it is not.
        """
        if self.dated or any(run.root in self.loose for run in runs) or not self._is_all(happened, runs, until):
            return None
        deeds = [one for one in deeds_of(runs) if one[0] <= until]
        if late is None:
            return self._sent(face, deeds)
        for number, deed in enumerate(deeds):
            sent = self._sent(face, deeds[:number]) if deed[1] == late.node else None
            if sent is not None and self._frees(face, late.cap, deed, sent) - deed[0] > late.slack:
                return {*sent, deed}
        return None

    def _sent(self, face: Face, deeds: Sequence[Deed]) -> set[Deed] | None:
        state: dict[Deed, str] = {}
        for deed in deeds:
            state[deed] = SENT
            if deed[1] not in self.held:
                continue
            for cap, counted, surely in self.caps:
                if deed[1] in counted:
                    verdict = self._judge(face, cap, (counted, surely), deed, deeds, state)
                    if verdict != SENT and not self.skips[cap.gap is not None]:
                        return None
                    if state[deed] != HELD and verdict != SENT:
                        state[deed] = verdict
        return {deed for deed in deeds if state[deed] == SENT}

    def _frees(self, face: Face, cap: Cap, deed: Deed, sent: Collection[Deed]) -> float:
        """Return the earliest instant at which the tool lets a touch out, by what it has sent itself."""
        surely = next((surely for one, _, surely in self.caps if one is cap), frozenset())
        own = [
            (at, self.touches[node].weight)
            for at, node, *_ in sorted(sent)
            if node in surely & self.held and at < deed[0]
        ]
        per = cap.gap or cap.per
        if isinstance(per, str):
            first, last = face.unit_of(deed[0], per)
            return last if sum(size for at, size in own if at >= first) >= (cap.max or 0) else deed[0]
        total, room = 0, 0 if cap.gap is not None else (cap.max or 0) - self.touches[deed[1]].weight
        for at, size in reversed(own):
            total += size
            if per is not None and total > room:
                return max(deed[0], at + shortest(per, self.shift))
        return deed[0]

    def _judge(  # noqa: PLR0917  all that a cap says of one touch
        self,
        face: Face,
        cap: Cap,
        covered: tuple[frozenset[str], frozenset[str]],
        deed: Deed,
        deeds: Sequence[Deed],
        state: Mapping[Deed, str],
    ) -> str:
        """Return what the tool does with a touch as far as one cap goes; the state of what comes later is not known yet."""
        at, node = deed[:2]
        per = cap.gap or cap.per
        if per is None:
            return SENT
        if isinstance(per, str):
            since = surely_since = nextafter(face.unit_of(at, per)[0], -inf)
        else:
            since, surely_since = at - longest(per, self.shift), at - shortest(per, self.shift)
        counted, surely = covered
        weight = {one: self.touches[one].weight for one in counted}
        room = 0 if cap.gap is not None else (cap.max or 0) - weight[node]
        before = [one for one in deeds if one != deed and since < one[0] <= at and one[1] in counted - self.deaf_to]
        if sum(weight[one[1]] for one in before if state.get(one) != HELD) <= room:
            return SENT
        own = [one for one in before if one[0] < at and one[1] in surely & self.held and state[one] == SENT]
        return HELD if sum(weight[one[1]] for one in own if one[0] > surely_since) > room else UNKNOWN

    def _is_all(self, happened: Happened, runs: Sequence[Run], until: float) -> bool:
        """Return whether no journey that can fill a cap comes to run by what happens, but for the runs shown."""
        names = {run.journey.id for run in runs}
        written = {name for run in runs for name in written_by(run.journey)}
        begun = [(at, name) for run in runs for at, name in run.begun]
        begun += [(run.now, one.id) for run in runs if run.ended for one in self.links.at_end.get(run.journey.id, ())]
        begun += [
            (at, journey.id)
            for (at, event) in happened
            for journey in self.weighty.values()
            if any(isinstance(one, OnEvent) and one.event.id == event for one in journey.starts_on)
        ]
        return not any(
            journey.follows is not None or any(self._may_come(one, names, written) for one in journey.starts_on)
            for journey in self.weighty.values()
        ) and all(_is_shown(self.weighty[name], at, runs) for at, name in begun if at <= until and name in self.weighty)

    def _may_come(self, trigger: Trigger, names: set[str], written: set[str]) -> bool:
        """Return whether something but an event may be what starts a journey here, and nothing tells when."""
        if isinstance(trigger, JourneyMoved):
            name, slash, _ = trigger.place.id.partition("/")
            return name in names and (trigger.way != AT_END or bool(slash))
        return not is_open(self.workspace, trigger, written)


def deeds_of(runs: Sequence[Run]) -> list[Deed]:
    """Return the touches of all runs in order of time."""
    return sorted(
        (done.at, done.touch.node, n, number) for n, run in enumerate(runs) for number, done in enumerate(run.done)
    )


def _is_shown(journey: Journey, at: float, runs: Sequence[Run]) -> bool:
    """Return whether a start of the journey is that of a run, or is refused since one has begun."""
    own = [run for run in runs if run.journey is journey]
    if any(run.start == at for run in own):
        return True
    if journey.reentry.mode == "never":
        return any(run.start < at for run in own)
    going = any(run.start < at and (not run.ended or at < run.now) for run in own)
    return going and (journey.reentry.mode == "after" or not journey.overlap)
