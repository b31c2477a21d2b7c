"""Conditions and triggers go in; how long the consents may be relied on that they show, as far as a tool knows, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import field
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import All, Any, ConsentTest, Else, EventTest, Not, Predicate, SegmentTest
from sopkit.model.triggers import ConsentMoved, OnEvent, Trigger
from sopkit.model.values import Comparison

NEVER: Final = -INFINITE
"""It was never established."""
WITHDRAWN: Final = -1e18
"""The way itself passes its withdrawal."""
OLD: Final = -1e15
"""It was given once, and nothing bounds how long ago."""
FLOOR: Final = -400 * 86400.0
"""Evidence that is older than this by far is not told apart from `OLD`."""


@dataclass(frozen=True, eq=False)
class Copies:
    """What tools know of the consents of one question.

    `worth` is how much slack it brings that a tool's copy says a consent is given; `hears` how many seconds after an event a tool
    knows of it, at most; `given` and `withdrawing` are ids of consents by event.
    """

    workspace: Workspace
    consents: frozenset[str]
    worth: Callable[[str, str | None], float]
    whole: Callable[[str], float]
    """Slack of a consent that is given this instant."""
    hears: Callable[[str, str | None], float]
    told: Callable[[str, str | None], float] = lambda _consent, _tool: NEVER
    """Slack of a consent that was given, and of whose withdrawal the tool has heard nothing since."""
    learns: Callable[[str, str | None], float] = lambda _consent, _tool: 0.0
    """How many seconds after a consent is given a tool knows of it, at most."""
    _lasting: dict[str, Copies | None] = field(default_factory=dict)

    def lasting(self, journey: Journey) -> Copies | None:
        """Return what shows the consents whose every withdrawal ends a journey: once shown in it, they are so while it goes on.

        An event that has happened shows nothing: the withdrawal may have been heard of before the journey began.
        """
        if journey.id not in self._lasting:
            ended = {one.event.id for one in journey.ends_on if isinstance(one, OnEvent) and one.where is None}
            kept = frozenset(name for name in self.consents if self._is_ended(name, ended))
            shown = Copies(self.workspace, kept, self.told, lambda _: NEVER, self.hears) if kept else None
            self._lasting[journey.id] = shown
        return self._lasting[journey.id]

    def _is_ended(self, consent: str, events: Set[str]) -> bool:
        noun = self.workspace.consents.get(consent)
        if noun is None or noun.expires is not None or not noun.withdrawn_by:
            return False
        return {ref.id for ref in noun.withdrawn_by} <= events

    @cached_property
    def given_by(self) -> Mapping[str, tuple[str, ...]]:
        """Event → the consents, of those asked about, that it is the giving of."""
        found: dict[str, tuple[str, ...]] = {}
        for event in self.workspace.events.values():
            gives = tuple(ref.id for ref in event.gives if ref.id in self.consents)
            if gives:
                found[event.id] = gives
        return found

    @cached_property
    def withdrawn_by(self) -> frozenset[str]:
        """Events by which one of the consents is withdrawn."""
        known = self.workspace.consents
        return frozenset(ref.id for name in self.consents if name in known for ref in known[name].withdrawn_by)

    def gain(self, predicate: Predicate | None, tool: str | None, *, wanted: bool = True, depth: int = 0) -> float:
        """Return the slack that is sure where a tool has found a predicate to hold, or not to; `NEVER` where it says nothing."""
        match predicate:
            case None | Else():
                return NEVER
            case All(parts) | Any(parts):
                gains = [self.gain(part, tool, wanted=wanted, depth=depth) for part in parts]
                both = isinstance(predicate, All) == wanted
                return max(gains, default=NEVER) if both else min(gains, default=NEVER)
            case Not(part):
                return self.gain(part, tool, wanted=not wanted, depth=depth)
            case ConsentTest(consent, state) if wanted and state == "given" and consent.id in self.consents:
                return self.worth(consent.id, tool)
            case EventTest(event, _, within, negated) if negated != wanted and event.id in self.given_by:
                if not _at_least_once(predicate.count):
                    return NEVER
                lasts = longest(within) if within is not None else INFINITE
                return aged(max(self.whole(one) for one in self.given_by[event.id]), lasts)
            case SegmentTest(segment) if segment.id in self.workspace.segments and depth < MOST_SEGMENTS:
                return self.gain(self.workspace.segments[segment.id].when, tool, wanted=wanted, depth=depth + 1)
        return NEVER

    def after(self, trigger: Trigger | None, slack: float, tool: str | None) -> float:
        """Return the slack once a trigger has come: giving makes it whole, withdrawing ends it."""
        match trigger:
            case OnEvent(event):
                if event.id in self.withdrawn_by:
                    return WITHDRAWN
                for one in self.given_by.get(event.id, ()):
                    slack = max(slack, aged(self.whole(one), self.hears(event.id, tool)))
            case ConsentMoved(consent, way) if consent.id in self.consents:
                if way == "given":
                    return max(slack, aged(self.whole(consent.id), self.learns(consent.id, tool)))
                return WITHDRAWN if way == "withdrawn" else NEVER
        return slack


MOST_SEGMENTS: Final = 20


def _at_least_once(count: Comparison | None) -> bool:
    """Return whether what is counted has happened."""
    if count is None:
        return True
    return count.number > 0 if count.comparator in ("≥", "=") else count.comparator == ">" and count.number >= 0


def aged(slack: float, seconds: float) -> float:
    """Return the slack after so long."""
    if slack <= OLD:
        return slack
    slack -= seconds
    return OLD if slack < FLOOR else slack


def unbounded(slack: float) -> float:
    """Return the slack after a time that nothing bounds."""
    return min(slack, OLD)
