"""The syncs of a workspace go in; how late a withdrawal, or a consent, is known in a tool comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage
from sopkit.graph.course import INFINITE, shortest
from sopkit.graph.latency import Hop, Leg, TooMuchError, travel, worst
from sopkit.graph.shown import NEVER, Copies
from sopkit.model.nouns import Consent
from sopkit.model.steps import Ask
from sopkit.model.values import SECONDS, Duration
from sopkit.rules.case import Case

STATE: Final = "\0"
"""Behind a tool's name in a network: there the consent itself is known to have ended, not only that the event occurred."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late one tool learns of one withdrawing event, at most."""

    seconds: float
    """Infinite where it never does."""
    at: int = 0
    """An instant at which it takes so long."""
    legs: tuple[Leg, ...] = ()
    settled: bool = True
    """False: it is no more than that, and perhaps less."""


@dataclass(frozen=True, eq=False)
class Withdrawals:
    """What tools hear of withdrawals. Without any sync in the workspace all tools are taken for one."""

    case: Case
    carriage: Carriage
    _known: dict[tuple[str, str, str, bool], Lateness | None] = field(default_factory=dict)
    _worth: dict[tuple[str, str | None], float] = field(default_factory=dict)
    _hearing: dict[tuple[str, str | None], float] = field(default_factory=dict)
    _learning: dict[tuple[str, str], float] = field(default_factory=dict)

    def lateness(self, consent: str, event: str, tool: str, *, prompt: bool = False) -> Lateness | None:
        """Return how late the tool learns that the event has ended the consent; None where nobody says in which tool it occurs."""
        key = (consent, event, tool, prompt)
        if key not in self._known:
            self._known[key] = self._lateness(*key)
        return self._known[key]

    def _lateness(self, consent: str, event: str, tool: str, prompt: bool) -> Lateness | None:
        noun = self.case.workspace.events.get(event)
        if noun is None or noun.tool is None:
            return None
        if noun.tool.id == tool or not self.carriage.syncs:
            return Lateness(0.0)
        hops = self.network(consent, event, prompt=prompt)
        try:
            found = worst(hops, noun.tool.id, tool + STATE, *self.carriage.span)
        except TooMuchError:
            return Lateness(_at_most(hops, noun.tool.id, tool + STATE), settled=False)
        if found is None:
            return Lateness(INFINITE)
        seconds, at = found
        return Lateness(float(seconds), at, _plain(travel(hops, noun.tool.id, tool + STATE, at) or ()))

    def network(self, consent: str, event: str, *, prompt: bool = False) -> dict[str, list[Hop]]:
        """Return the hops on which the end of a consent travels: as the event, and from any tool that knows it as the consent."""
        found: dict[str, list[Hop]] = {}
        for source, hops in self.carriage.hops(("events", event), prompt=prompt).items():
            found.setdefault(source, []).extend(hops)
        for source, hops in self.carriage.hops(("consents", consent), prompt=prompt).items():
            for hop in hops:
                inner = Hop(hop.name, source + STATE, hop.target + STATE, hop.longest, hop.runs, hop.wait)
                found.setdefault(inner.source, []).append(inner)
        for tool in self.case.workspace.tools:
            found.setdefault(tool, []).append(Hop("", tool, tool + STATE, 0))
        return found

    def latest(self, consent: Consent, tool: str, *, prompt: bool = False) -> tuple[Lateness, str]:
        """Return the greatest lateness of all events that end a consent, with the event; of events in no tool, none."""
        found = (Lateness(0.0), "")
        for ref in consent.withdrawn_by:
            late = self.lateness(consent.id, ref.id, tool, prompt=prompt)
            if late is not None and late.seconds > found[0].seconds:
                found = (late, ref.id)
        return found

    def allowed(self, consent: str) -> float:
        """Return within how many seconds the withdrawal of a consent must take effect."""
        noun = self.case.workspace.consents.get(consent)
        return _seconds(noun.effective_within) if noun is not None else 0.0

    def whole(self, consent: str) -> float:
        """Return how long the giving of a consent can be relied on without looking again: until it ends, or its end must count."""
        noun = self.case.workspace.consents.get(consent)
        if noun is None:
            return NEVER
        return min(_seconds(noun.effective_within), _seconds(noun.expires) if noun.expires else INFINITE)

    def worth(self, consent: str, tool: str | None) -> float:
        """Return what it brings that the tool's copy says a consent is given.

        A copy that is too old in itself is a finding of its own: it counts as mended here.
        """
        key = (consent, tool)
        if key not in self._worth:
            noun = self.case.workspace.consents[consent]
            allowed = self.allowed(consent)
            late = self.latest(noun, tool)[0].seconds if tool is not None else 0.0
            self._worth[key] = allowed - (late if late <= allowed else 0.0)
        return self._worth[key]

    def hears(self, event: str, tool: str | None) -> float:
        """Return how late a tool hears of an event, at most; of one that never comes there, nothing is asked."""
        late = self._heard(event, tool)
        return late if late < INFINITE else 0.0

    def _heard(self, event: str, tool: str | None) -> float:
        if (event, tool) not in self._hearing:
            self._hearing[event, tool] = self._latest_to_hear(event, tool)
        return self._hearing[event, tool]

    def _latest_to_hear(self, event: str, tool: str | None) -> float:
        noun = self.case.workspace.events.get(event)
        if noun is None or noun.tool is None or tool is None or noun.tool.id == tool or not self.carriage.syncs:
            return 0.0
        hops = self.carriage.hops(("events", event))
        try:
            found = worst(hops, noun.tool.id, tool, *self.carriage.span)
        except TooMuchError:
            return _at_most(hops, noun.tool.id, tool)
        return float(found[0]) if found is not None else INFINITE

    def learns(self, consent: str, tool: str | None) -> float:
        """Return how late a tool learns that a consent was given, at most; where nothing tells it, nothing is asked."""
        if tool is None:
            return 0.0
        if (consent, tool) not in self._learning:
            late = [self._late(consent, source, tool) for source in sorted(self._collecting.get(consent, ()))]
            self._learning[consent, tool] = max((one for one in late if one < INFINITE), default=0.0)
        return self._learning[consent, tool]

    def asked_in(self, consents: Iterable[str]) -> list[str]:
        """Return, as `consent/tool`, where steps of any playbook ask for some consents: all of their playbooks that `learns` hangs on."""
        return sorted(
            {f"{one}/{tool}" for one in consents for event, tool in self._collecting.get(one, ()) if not event}
        )

    @cached_property
    def _collecting(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        """Consent → the events by which it is given, each with its tool, and the tools (by no event) in which a step asks for it."""
        workspace, found = self.case.workspace, dict[str, set[tuple[str, str]]]()
        for event in workspace.events.values():
            for ref in (*event.gives, *event.asks):
                if event.tool is not None:
                    found.setdefault(ref.id, set()).add((event.id, event.tool.id))
        for _, step, ask in self.case.doing(Ask):
            channels = [workspace.channels[ref.id] for ref in step.via if ref.id in workspace.channels]
            tools = {("", one.tool.id) for one in channels if one.tool is not None}
            for ref in ask.what:
                found.setdefault(ref.id, set()).update(tools)
        return {consent: frozenset(sources) for consent, sources in found.items()}

    def _late(self, consent: str, source: tuple[str, str], tool: str) -> float:
        """Return how late a tool knows the state of a consent that changes by an event in another."""
        event, begins = source
        if begins == tool or not self.carriage.syncs:
            return 0.0
        hops = self.network(consent, event)
        try:
            found = worst(hops, begins, tool + STATE, *self.carriage.span)
        except TooMuchError:
            return _at_most(hops, begins, tool + STATE)
        return float(found[0]) if found is not None else INFINITE

    def told(self, consent: str, tool: str | None) -> float:
        """Return what it brings that a tool, to which a consent was given, has heard of none of the events that end it."""
        noun = self.case.workspace.consents[consent]
        late = max((self._heard(ref.id, tool) for ref in noun.withdrawn_by), default=INFINITE)
        left = self.allowed(consent) - late
        return left if left >= 0 else NEVER

    def copies(self, consents: frozenset[str]) -> Copies:
        """Return what tools know of the consents of one question."""
        return Copies(self.case.workspace, consents, self.worth, self.whole, self.hears, self.told, self.learns)


def _at_most(hops: Mapping[str, Sequence[Hop]], source: str, target: str) -> float:
    """Return what the soonest way takes where every run has just been missed: never less than what it really takes."""
    queue: list[tuple[float, str]] = [(0.0, source)]
    known: set[str] = set()
    while queue:
        spent, tool = heappop(queue)
        if tool == target:
            return spent
        if tool not in known:
            known.add(tool)
            for hop in hops.get(tool, ()):
                gap = hop.wait if hop.runs is None else max((b - a for a, b in pairwise(hop.runs)), default=INFINITE)
                heappush(queue, (spent + gap + hop.longest, hop.target))
    return INFINITE


def _plain(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Return the legs by syncs, with the names of tools alone."""
    found = []
    for leg in legs:
        hop = leg.hop
        if hop.name:
            plain = replace(hop, source=hop.source.removesuffix(STATE), target=hop.target.removesuffix(STATE))
            found.append(Leg(plain, leg.start, leg.end))
    return tuple(found)


def _seconds(duration: Duration | None) -> float:
    """Return the fewest seconds of a duration; a consent that does not say within what time its end counts gives no time at all."""
    if duration is None:
        return 0.0
    return (duration.amount - 1.0) * SECONDS["d"] if duration.unit == "workday" else shortest(duration)


__all__ = ["STATE", "Lateness", "Withdrawals"]
