"""Which offers one customer can hold at one time: a course of events that grants them, or what keeps it from being certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sopkit.diagnostics import Moment
from sopkit.graph import Node
from sopkit.graph.course import longest, shortest
from sopkit.graph.satisfiability import Customer, meet, tests_of
from sopkit.graph.variables import key_of
from sopkit.model.documents import Journey
from sopkit.model.nouns import Offer
from sopkit.model.steps import Grant, Step
from sopkit.model.triggers import OnEvent
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.text import Phrase

CALENDAR_DAYS: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
"""Fewest days of each."""
STEADY: Final = frozenset(("data", "tag", "consent"))
"""What a customer can keep through a short course of events; counts of events and stages move by it."""
BRIEF: Final = 3600.0
"""Seconds; what is valid for less may be over before the till."""
UNSETTLED: Final = Phrase("同一位客户同时持有这些优惠", "one customer holds these offers at one time")


@dataclass(frozen=True, slots=True)
class Holding:
    """A course of events that ends with all offers held; not certain where there are `facts`."""

    moments: tuple[Moment, ...]
    facts: tuple[Phrase, ...]


def copies_held(offer: Offer) -> int | None:
    """Return how many of one offer a customer can hold at most; None where nothing bounds it.

    Live at an instant is what was granted in the time `valid` before it, half-open: c per W gives at most c·⌈valid/W⌉,
    and one period more where the periods are the calendar's.
    """
    rate = offer.per_customer
    if rate is None:
        return None
    if rate.per == "lifetime":
        return rate.count
    valid = longest(offer.valid)
    if offer.valid is None or valid == float("inf"):
        return None
    if isinstance(rate.per, Duration):
        period = shortest(rate.per)
        return rate.count * ceil(valid / period) if period else None
    return rate.count * (ceil(valid / (CALENDAR_DAYS[rate.per] * 86400)) + 1)


def held_together(case: Case, offers: Sequence[Offer], *, several: bool, paid: datetime) -> Holding:
    """Return a course of events that ends with the offers held at `paid`; `several`: one of them more than once."""
    moments: list[Moment] = []
    facts: list[Phrase] = [UNSETTLED] if several else []
    journeys: list[Journey] = []
    granted = _granted(case)
    for offer in offers:
        node, step, journey = granted.get(offer.id, (None, None, None))
        span = case.forest.span(offer.at)
        if node is None or step is None:
            facts.append(
                Phrase(
                    f"“{offer.id}”当时人人可用（没有步骤发放它）",
                    f"`{offer.id}` is open to everybody then (no step grants it)",
                )
            )
            moments.append(Moment(paid, Phrase(f"“{offer.id}”正在进行", f"`{offer.id}` is on"), span))
            continue
        moments.append(
            Moment(paid - timedelta(minutes=1), Phrase(f"获得“{offer.id}”（{node.id}）", f"`{offer.id}` is granted ({node.id})"),
                   case.forest.span(step.at))
        )  # fmt: skip
        brief = offer.valid is not None and shortest(offer.valid) <= BRIEF
        if journey is None or brief or not _at_once(journey, step):
            facts.append(UNSETTLED)
            continue
        journeys.append(journey)
        trigger = journey.starts_on[0]
        if isinstance(trigger, OnEvent):
            what = Phrase(f"{trigger.event.id} 开始了“{journey.id}”", f"{trigger.event.id} starts `{journey.id}`")
            moments.append(Moment(paid - timedelta(minutes=2), what, case.forest.span(trigger.at)))
    if not _can_run_together(case, journeys):
        facts.append(UNSETTLED)
    return Holding(tuple(sorted(dict.fromkeys(moments), key=lambda one: one.at)), tuple(dict.fromkeys(facts)))


def _granted(case: Case) -> dict[str, tuple[Node, Step, Journey | None]]:
    """Return a step that grants each offer; one whose course is certain before others."""
    found: dict[str, tuple[Node, Step, Journey | None]] = {}
    for root, playbook in case.playbooks:
        journey = playbook if isinstance(playbook, Journey) else None
        for node, step in case.steps(root):
            if isinstance(step.verb, Grant) and node.id in case.courses[root].reached:
                id_ = step.verb.offer.id
                old = found.get(id_)
                if old is None or (journey and _at_once(journey, step) and not (old[2] and _at_once(old[2], old[1]))):
                    found[id_] = (node, step, journey)
    return found


def _at_once(journey: Journey, step: Step) -> bool:
    """Return whether the step is certainly done in the minute in which the journey starts, for whoever starts it."""
    trigger = journey.starts_on[0] if journey.starts_on else None
    if journey.kind != "automation" or not isinstance(trigger, OnEvent) or trigger.where is not None:
        return False
    for one in journey.stages[0].steps:
        plain = one.if_ is None and not (one.on or one.every or one.after or one.by or one.before or one.since)
        if not plain or not isinstance(one.verb, Grant) or one.to is not None:
            return False
        if one is step:
            return True
    return False


def _can_run_together(case: Case, journeys: Sequence[Journey]) -> bool:
    """Return whether it is certain that one customer can start all of them at one time, and keeps what they ask for."""
    apart = {place.id for group in case.workspace.settings.one_at_a_time for place in group.journeys}
    if any(one.id in apart or one.while_ is not None for one in journeys):
        return False
    started = {trigger.event.id for one in journeys for trigger in one.starts_on if isinstance(trigger, OnEvent)}
    ends = [trigger for one in journeys for trigger in one.ends_on]
    if any(not isinstance(trigger, OnEvent) or trigger.event.id in started for trigger in ends):
        return False
    audiences = [one.audience for one in journeys if one.audience is not None]
    kinds = {key_of(test)[0] for audience in audiences for test in tests_of(case.workspace, audience)}
    return kinds <= STEADY and isinstance(meet(case.workspace, *audiences), Customer)
