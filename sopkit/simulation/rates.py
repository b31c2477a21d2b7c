"""A workspace goes in; how often each event happens to one customer, and what its data may be, comes out: declared, else assumed.

Assumed is what nothing declares: an event comes once in 30 days on average, one that withdraws a consent or leaves a channel once in
365 days; half of the answers are yes; data take each value that playbooks tell apart equally often, and tags are half set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.model.nouns import Datum, Event
from sopkit.model.predicates import DataTest
from sopkit.model.values import Comparison, NumberRange, Rate
from sopkit.simulation.clock import DAY
from sopkit.simulation.plan import Plan

ASSUMED: Final = 30 * DAY
"""Seconds between two occurrences of an event that declares no volume."""
ASSUMED_LEAVING: Final = 365 * DAY
"""The same for one that withdraws a consent or leaves a channel."""
SECONDS: Final = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "quarter": 91 * DAY, "year": 365 * DAY}
Ground = Literal["volume", "assumed", "leaving"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """One event: seconds between two occurrences on average, never more often than `at_most`."""

    event: str
    mean: float
    ground: Ground
    at_most: Rate | None
    asks: tuple[str, ...]
    collects: tuple[str, ...]
    """Data whose value is drawn anew each time."""


@dataclass(frozen=True, slots=True)
class Values:
    """One datum: what it may be, and how often it changes; 0 seconds: only by the events that collect it, or never."""

    name: str
    choices: tuple[str, ...]
    mean: float
    at_most: Rate | None
    known: bool
    """Whether it is known from the first day."""
    date: bool


@dataclass(frozen=True, slots=True)
class Rates:
    events: tuple[Frequency, ...]
    data: tuple[Values, ...]
    tags: tuple[tuple[str, float, Rate | None], ...]
    """(tag that no playbook sets, seconds between two changes on average or 0, how often at most)."""
    of: Mapping[str, Values]
    """Datum → its values."""


def rates_of(plan: Plan, customers: int) -> Rates:
    """Return what is drawn for each of so many customers, who are taken for all that there are: a `volume` is shared among them."""
    workspace = plan.workspace
    choices = {name: _choices(workspace.data[name], plan) for name in _asked(plan, "data") if name in workspace.data}
    data = tuple(
        _values(workspace.data[name], values)
        for name, values in sorted(choices.items())
        if workspace.data[name].computed is None
    )
    leaving = {event.id for consent in workspace.consents.values() for event in consent.withdrawn_by}
    leaving |= {one.opt_out.event.id for one in workspace.channels.values() if one.opt_out and one.opt_out.event}
    drawn = {one.name for one in data if (one.choices or one.date) and not one.known}
    events = tuple(
        _frequency(
            event, customers, event.id in leaving, tuple(d for d in plan.effects[event.id].collects if d in drawn)
        )
        for _, event in sorted(workspace.events.items())
        if _matters(event, plan)
    )
    return Rates(events, data, _tags(plan), {one.name: one for one in data})


def _tags(plan: Plan) -> tuple[tuple[str, float, Rate | None], ...]:
    found = []
    for name in _asked(plan, "tag"):
        noun = plan.workspace.tags.get(name)
        if noun is not None and name not in plan.set_tags:
            never = noun.changes == "never"
            found.append(
                (name, 0.0 if never else float(ASSUMED), noun.changes if isinstance(noun.changes, Rate) else None)
            )
    return tuple(found)


def _asked(plan: Plan, kind: str) -> list[str]:
    prefix = f"{kind}/"
    return sorted(one.removeprefix(prefix) for one in plan.asked if one.startswith(prefix))


def _matters(event: Event, plan: Plan) -> bool:
    effects, asked = plan.effects[event.id], plan.asked
    if f"event/{event.id}" in plan.listeners or f"event/{event.id}" in asked:
        return True
    consents = {*effects.gives, *effects.withdraws, *(consent.id for consent in event.asks)}
    return any(f"data/{one}" in asked for one in effects.collects) or any(
        f"consent/{one}" in asked or f"trigger/{state}/{one}" in plan.listeners
        for one in consents
        for state in ("given", "refused", "withdrawn")
    )


def _frequency(event: Event, customers: int, leaving: bool, collects: tuple[str, ...]) -> Frequency:
    volume, asks = event.volume, tuple(consent.id for consent in event.asks)
    if volume is not None and volume.per != "lifetime":
        length = SECONDS[volume.per] if isinstance(volume.per, str) else seconds_of(volume)
        return Frequency(event.id, length * customers / volume.count, "volume", event.at_most, asks, collects)
    ground: Ground = "leaving" if leaving else "assumed"
    return Frequency(event.id, ASSUMED_LEAVING if leaving else ASSUMED, ground, event.at_most, asks, collects)


def seconds_of(rate: Rate) -> int:
    """Return the length of a rate's window; months and years as 30 and 365 days."""
    if isinstance(rate.per, str):
        return SECONDS.get(rate.per, 0)
    lengths = {"mo": 30 * DAY, "y": 365 * DAY, "workday": DAY}
    return rate.per.seconds or rate.per.amount * lengths.get(rate.per.unit, DAY)


def _values(datum: Datum, choices: tuple[str, ...]) -> Values:
    known, never, date = not datum.collected_by, datum.changes == "never", datum.type == "date"
    changes = datum.changes if isinstance(datum.changes, Rate) else None
    mean = 0.0 if never or not known or date or len(choices) < 2 else float(ASSUMED)
    return Values(datum.id, choices, mean, changes, known, date)


def _choices(datum: Datum, plan: Plan) -> tuple[str, ...]:
    """Return one value on each side of everything that playbooks tell apart; none where they only ask whether it is known."""
    if datum.values:
        return datum.values
    if datum.type == "boolean":
        return ("true", "false")
    found: set[str] = set()
    for test in plan.data_tests.get(datum.id, ()):
        found.update(_sides(test))
    return tuple(sorted(found))


def _sides(test: DataTest) -> Iterator[str]:
    match test.test:
        case Comparison() as wanted:
            yield from (str(wanted.number + step) for step in (Decimal(-1), Decimal(0), Decimal(1)))
        case NumberRange() as wanted:
            yield from map(str, (wanted.low - 1, wanted.low, wanted.high, wanted.high + 1))
        case tuple() as values:
            yield from values
