"""Touches that were sent go in; whether the enforcing tool lets the next one out, holds it or drops it comes out.

A tool counts what it sends at once and what others send when a sync has told it; where no sync tells it, it never counts them.
"""

from __future__ import annotations

from collections import defaultdict

from sopkit.frozen import dataclass
from sopkit.model.documents import Cap
from sopkit.model.steps import CapRule
from sopkit.simulation.clock import NEVER, Zone
from sopkit.simulation.plan import Plan, Via
from sopkit.simulation.syncs import Syncs


@dataclass(frozen=True, slots=True)
class Stopped:
    """Which cap stops a touch, when it would be free, until when it may be held, whether the journey ends."""

    cap: str
    wait: int | None
    until: int
    exits: bool


class Caps:
    """The counted touches of one customer under each cap."""

    def __init__(self, plan: Plan, syncs: Syncs, zone: Zone) -> None:
        self.zone, self.syncs = zone, syncs
        self.enforce = plan.workspace.settings.enforce
        self.tool = self.enforce.in_.id if self.enforce and self.enforce.in_ else ""
        self.sent: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """Cap → (when, how often it is felt)."""
        self.news: dict[str, list[Via | int]] = defaultdict(list)
        """Cap → when the enforcing tool knows of each; until it is asked for, by which channel it was sent."""

    def count(self, via: Via, rule: CapRule | None, now: int) -> None:
        """Count a touch, unless the playbook says that it doesn't count."""
        if rule is None or rule.counts:
            for cap in via.caps:
                self.sent[cap.id].append((now, via.weight))
                self.news[cap.id].append(now if via.controlled else via)

    def _known(self, cap: str, number: int) -> int:
        """Return when the enforcing tool knows of a touch."""
        news = self.news[cap]
        known = news[number]
        if isinstance(known, Via):
            channel, now = known.channel, self.sent[cap][number][0]
            source = channel.tool.id if channel.tool else ""
            when = self.syncs.arrival("touches", channel.id, source, self.tool, now) if source else None
            known = news[number] = NEVER if when is None else when
        return known

    def judge(self, via: Via, rule: CapRule | None, now: int, first: int) -> Stopped | None:
        """Return what stops a touch now; None lets it out. `first` is when it was first due."""
        if self.enforce is None or not self.tool or not via.controlled:
            return None
        if rule is not None and not (rule.counts and rule.stopped):
            return None
        for cap in via.caps:
            free = self._free(cap, via.weight, now)
            if free > now:
                action = self.enforce.gap if cap.gap is not None else self.enforce.count
                waits = action is not None and action.action == "wait"
                at_most = action.at_most if action is not None else None
                until = NEVER if at_most is None else self.zone.later(first, at_most)
                exits = action is not None and action.action == "exit"
                return Stopped(cap.id, free if waits and free < NEVER else None, until, exits)
        return None

    def _free(self, cap: Cap, weight: int, now: int) -> int:
        """Return the first instant from `now` on at which one more is allowed, if nothing else is sent or heard of."""
        sent = [one for number, one in enumerate(self.sent.get(cap.id, ())) if self._known(cap.id, number) <= now]
        if cap.gap is not None:
            return max(now, self.zone.later(sent[-1][0], cap.gap)) if sent else now
        if cap.max is None or cap.per is None:
            return now
        if weight > cap.max:
            return NEVER
        if isinstance(cap.per, str):
            start, end = self.zone.unit(now, cap.per)
            return now if sum(size for at, size in sent if at >= start) + weight <= cap.max else end
        total = weight
        for at, size in reversed(sent):
            freed = self.zone.later(at, cap.per)
            if freed <= now:
                break
            total += size
            if total > cap.max:
                return freed
        return now
