"""Which offers one customer can hold at one time: a course of events that grants them, or what keeps it from being certain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from math import ceil
from typing import Final

from sopkit.diagnostics import Moment
from sopkit.frozen import dataclass
from sopkit.graph import Node
from sopkit.graph.course import longest, shortest
from sopkit.model.documents import Journey
from sopkit.model.nouns import Offer
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Grant, Step
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.rules.conflicts_meeting import at_once, run_together, start_of, unchanging
from sopkit.text import Phrase

CALENDAR_DAYS: Final = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
"""Fewest days of each."""
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


Granters = dict[str, list[tuple[Node, Step, Journey | None]]]
"""The steps that grant each offer, with their journey; those whose course is certain first."""


def granters(case: Case) -> Granters:
    """Return which steps grant which offer, of those that are ever come to."""
    found: Granters = {}
    playbooks = dict(case.playbooks)
    for node, step, grant in case.doing(Grant):
        if node.id in case.courses[node.playbook].reached:
            playbook = playbooks[node.playbook]
            journey = playbook if isinstance(playbook, Journey) else None
            found.setdefault(grant.offer.id, []).append((node, step, journey))
    for granting in found.values():
        granting.sort(key=lambda one: not _is_certain(one[1], one[2]))
    return found


def _is_certain(step: Step, journey: Journey | None) -> bool:
    return (
        journey is not None
        and journey.kind == "automation"
        and step.to in (None, "customer")
        and at_once(journey, step)
    )


def never_held_by_one(case: Case, granted: Granters, one: Offer, other: Offer) -> bool:
    """Return whether all who are granted the one differ, in what never changes, from all who are granted the other."""
    pairs = list(product(granted.get(one.id, ()), granted.get(other.id, ())))
    return bool(pairs) and all(_differ(case, first, second) for first, second in pairs)


def _differ(case: Case, *granting: tuple[Node, Step, Journey | None]) -> bool:
    asked: list[Predicate] = []
    for _, step, journey in granting:
        if journey is None or step.to not in (None, "customer"):
            return False
        conditions = (journey.audience, journey.while_, step.if_)
        asked += [part for one in conditions if one is not None for part in unchanging(case.workspace, one)]
    return bool(asked) and case.excludes(*asked) is True


def held_together(case: Case, granted: Granters, offers: Sequence[Offer], *, several: bool, paid: datetime) -> Holding:
    """Return a course of events that ends with the offers held at `paid`; `several`: one of them more than once."""
    moments: list[Moment] = []
    facts: list[Phrase] = [UNSETTLED] if several else []
    journeys: list[Journey] = []
    for offer in offers:
        if offer.id not in granted:
            fact = Phrase(
                f"“{offer.id}”当时人人可用（没有步骤发放它）",
                f"`{offer.id}` is open to everybody then (no step grants it)",
            )
            facts.append(fact)
            on = Phrase(f"“{offer.id}”正在进行", f"`{offer.id}` is on")
            moments.append(Moment(paid, on, case.forest.span(offer.at)))
            continue
        node, step, journey = granted[offer.id][0]
        what = Phrase(f"获得“{offer.id}”（{node.id}）", f"`{offer.id}` is granted ({node.id})")
        moments.append(Moment(paid - timedelta(minutes=1), what, case.forest.span(step.at)))
        brief = offer.valid is not None and shortest(offer.valid) <= BRIEF
        if journey is None or brief or not _is_certain(step, journey):
            facts.append(UNSETTLED)
            continue
        journeys.append(journey)
        trigger = start_of(journey)
        if trigger is not None:
            what = Phrase(f"{trigger.event.id} 开始了“{journey.id}”", f"{trigger.event.id} starts `{journey.id}`")
            moments.append(Moment(paid - timedelta(minutes=2), what, case.forest.span(trigger.at)))
    if run_together(case, journeys) is None:
        facts.append(UNSETTLED)
    return Holding(tuple(sorted(dict.fromkeys(moments), key=lambda one: one.at)), tuple(dict.fromkeys(facts)))
