"""Two steps on one event go in; whether both certainly reach one customer, as soon after it as they may, comes out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.touches import Control, sync_latency
from sopkit.model.documents import Journey
from sopkit.model.steps import Ask, Choose, Erase, Go, Grant, SetData, Start, Step, Tag, Wait, inner
from sopkit.model.triggers import OnEvent
from sopkit.rules.case import Case
from sopkit.rules.conflicts_causes import Deed
from sopkit.rules.conflicts_meeting import run_together, start_of

NOON: Final = 12 * 60
LOOK: Final = 15
"""Minutes from one look at the opening hours to the next."""
PROMPT: Final = 15 * 60
"""Seconds within which a sync brings an event as good as at once."""
LONGEST: Final = 12 * 60
"""Minutes for which opening hours are looked at; what comes later is not certain."""


@dataclass(frozen=True, eq=False)
class Sending:
    """What certainly goes out in a workspace, when an event comes at noon."""

    case: Case

    def both_go_out(self, one: Deed, other: Deed, within: float) -> bool:
        """Return whether one customer surely gets both within the time: nothing holds either back, nor sends the customer elsewhere."""
        deeds = (one, other)
        if abs(one.earliest - other.earliest) >= within or not all(map(self._is_sent, deeds)):
            return False
        journeys = [deed.playbook for deed in deeds if isinstance(deed.playbook, Journey)]
        if any(map(_asks, journeys)) and any(_writes(journey) for journey in journeys):
            return False  # what one writes may be what the other, or itself, asks about
        return run_together(self.case, journeys) is not None

    def _is_sent(self, deed: Deed) -> bool:
        journey = deed.playbook
        if not isinstance(journey, Journey) or journey.follows is not None or start_of(journey) is not deed.trigger:
            return False
        moves = journey.stages[0].next
        if any(move.when or (move.after and (move.after.seconds or 0) <= deed.earliest) for move in moves):
            return False
        chain = [*_up_to(journey, deed.step)]
        plain = bool(chain) and deed.step.if_ is None and all(map(_is_plain, chain))
        return plain and self._is_heard(deed, journey) and not self._is_held(deed) and self._is_open(deed, chain)

    def _is_heard(self, deed: Deed, journey: Journey) -> bool:
        """Return whether the journey hears of its event at once: in the event's own tool, or by no sync but such as bring it in minutes."""
        workspace, trigger = self.case.workspace, deed.trigger
        event = workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        if event is None or (event.tool and journey.runs_in and event.tool.id == journey.runs_in.id):
            return event is not None
        return all(
            sync_latency(sync) <= PROMPT
            for sync in workspace.syncs.values()
            if sync.carries and any(ref.id == event.id for ref in sync.carries.events)
        )

    def _is_held(self, deed: Deed) -> bool:
        """Return whether the tool that enforces caps may hold it."""
        return bool(self.case.workspace.settings.caps) and self._control.holds(self.case.touches_at[deed.node.id])

    @cached_property
    def _control(self) -> Control:
        return Control(self.case.workspace)

    def _is_open(self, deed: Deed, chain: list[Step]) -> bool:
        """Return whether, from noon today until it is due, every step up to it may be done."""
        entry, minutes = deed.node.id.rpartition("/")[0], deed.earliest / 60
        hours = [touch.openings for one in chain if (touch := self.case.touches_at.get(f"{entry}/{one.id}"))]
        begun = self.case.today.weekday() * 1440 + NOON
        looks = [begun + look for look in (*range(0, int(min(minutes, LONGEST)), LOOK), minutes)]
        settings = self.case.workspace.settings
        if settings.customer_timezones and settings.timezone not in settings.customer_timezones:
            return all(one is None for one in hours)
        return all(one is None or (minutes <= LONGEST and not any(map(one.wait, looks))) for one in hours)


def _up_to(journey: Journey, step: Step) -> Iterator[Step]:
    """Yield the steps of the first stage's chain up to a step; none where it is not in it."""
    chain = [one for one in journey.stages[0].steps if not (one.on or one.every)]
    if any(one is step for one in chain):
        for one in chain:
            yield one
            if one is step:
                return


def _is_plain(step: Step) -> bool:
    """Return whether the step takes no longer than it says and sends the customer nowhere else."""
    elsewhere = isinstance(step.verb, Choose | Go) or (isinstance(step.verb, Wait) and step.verb.until)
    return not (elsewhere or step.before or step.since or step.if_rejected)


def _asks(journey: Journey) -> bool:
    """Return whether who is in it, or where they are in it, depends on what is known of a customer."""
    moves = any(move.when for stage in journey.stages for move in stage.next)
    return moves or journey.audience is not None or journey.while_ is not None or journey.follows is not None


def _writes(journey: Journey) -> bool:
    """Return whether a step of it changes what is known of a customer; an answer, too, may do so."""
    steps = [one for stage in journey.stages for step in stage.steps for one in inner(step)]
    return any(isinstance(one.verb, Ask | Erase | Grant | SetData | Start | Tag) for one in steps)
