"""Counts over a population go in; the outcome comes out: touches, caps, work and ways through the playbooks, in order."""

from __future__ import annotations

from collections import Counter
from math import ceil

from sopkit.frozen import dataclass
from sopkit.model.documents import Cap
from sopkit.simulation.clock import WEEK, date_of
from sopkit.simulation.coverage import unmodelled
from sopkit.simulation.population import Population, Question
from sopkit.simulation.rates import Ground, seconds_of
from sopkit.simulation.silence import Silent, silent
from sopkit.simulation.staffing import calendar_work, capacity
from sopkit.simulation.tally import REACHES, Counts, Extreme


@dataclass(frozen=True, slots=True)
class Spread:
    """How many touches of one reach a customer gets."""

    reach: str
    mean: float
    median: int
    nine_in_ten: int
    most: int
    customers: tuple[tuple[int, int], ...]
    """(touches of one customer, customers)."""


@dataclass(frozen=True, slots=True)
class CapMet:
    """What one cap allows, and the most that any customer met."""

    cap: Cap
    met: int | None
    """Most touches in a window, or the least gap in seconds; None: no customer had two touches."""
    beyond: int
    """Customers for whom it was broken."""
    customer: int | None
    """Number of the customer who met it."""
    at: int | None
    """When that window, or that gap, begins."""
    held_back: int
    """Sends that the enforcing tool dropped because of it."""


@dataclass(frozen=True, slots=True)
class Load:
    role: str
    weeks: tuple[float, ...]
    """Minutes in each week of the span."""
    capacity: float | None
    """Minutes that the role has in a week, where that is declared."""


@dataclass(frozen=True, slots=True)
class Way:
    """One stage of a lifecycle, or an automation: who came in, and where they went."""

    node: str
    entered: int
    on: tuple[tuple[str, int], ...]
    """(next stage, or `done`, customers)."""
    ended: int
    """Taken out before the end."""
    inside: int
    """Still there on the last day."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one playbook or cadence sent."""

    node: str
    touches: int
    held_back: int
    unsent: int
    refused: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """How often an event came to one customer on average in 30 days, and why so."""

    event: str
    ground: Ground
    a_month: float
    capped: bool
    """Whether `at_most` allows fewer than its volume asks for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    question: Question
    end: int
    spreads: tuple[Spread, ...]
    caps: tuple[CapMet, ...]
    loads: tuple[Load, ...]
    ways: tuple[Way, ...]
    sent: tuple[Sent, ...]
    silent: tuple[Silent, ...]
    drawn: tuple[Drawn, ...]
    left_out: tuple[str, ...]
    unknown_years: tuple[int, ...]
    """Years of the span whose holidays are declared and not known here."""


def outcome_of(population: Population, counts: Counts) -> Outcome:
    """Return what the counts of all portions together say."""
    world = population.worlds[0]
    return Outcome(
        population.question,
        world.end,
        tuple(_spread(reach, counts.spread[reach]) for reach in REACHES),
        tuple(_cap(cap, counts) for cap in population.plan.workspace.settings.caps),
        _loads(population, counts),
        _ways(population, counts),
        _sent(counts),
        silent(population, counts),
        _drawn(population),
        unmodelled(population.plan),
        _unknown_years(population),
    )


def _unknown_years(population: Population) -> tuple[int, ...]:
    world = population.worlds[0]
    if population.plan.workspace.settings.holidays is None:
        return ()
    years = {date_of(world.zone.day(at)).year for at in (world.start, world.end - 1)}
    return tuple(sorted(set(range(min(years), max(years) + 1)) - world.zone.holidays.years))


def _spread(reach: str, seen: Counter[int]) -> Spread:
    customers = tuple(sorted(seen.items()))
    number, total = sum(seen.values()), sum(touches * many for touches, many in customers)
    return Spread(
        reach, total / number if number else 0.0, _at(customers, number, 0.5), _at(customers, number, 0.9),
        customers[-1][0] if customers else 0, customers,
    )  # fmt: skip


def _at(customers: tuple[tuple[int, int], ...], number: int, share: float) -> int:
    """Return the touches that this share of customers doesn't exceed."""
    passed = 0
    for touches, many in customers:
        passed += many
        if passed >= share * number:
            return touches
    return 0


def _cap(cap: Cap, counts: Counts) -> CapMet:
    extreme = counts.extremes.get(cap.id, Extreme())
    held = sum(many for (kind, _, detail), many in counts.lines.items() if kind == "skip" and detail == cap.id)
    seen = [(met, many) for met, many in extreme.seen.items() if met >= 0]
    if cap.gap is not None:
        least = seconds_of_gap(cap)
        beyond = sum(many for met, many in seen if met < least)
    else:
        beyond = sum(many for met, many in seen if cap.max is not None and met > cap.max)
    if extreme.worst is None:
        return CapMet(cap, None if cap.gap is not None else 0, 0, None, None, held)
    met, customer, at = extreme.worst
    return CapMet(cap, abs(met), beyond, customer, at, held)


def seconds_of_gap(cap: Cap) -> int:
    return (cap.gap.seconds or 0) if cap.gap is not None else 0


def _loads(population: Population, counts: Counts) -> tuple[Load, ...]:
    world = population.worlds[0]
    weeks = ceil((world.end - world.start) / WEEK)
    minutes = dict(counts.minutes)
    for key, more in calendar_work(world).items():
        minutes[key] = minutes.get(key, 0.0) + more
    roles = population.plan.workspace.roles
    return tuple(
        Load(
            role,
            tuple(round(minutes.get((role, week), 0.0), 6) for week in range(weeks)),
            capacity(roles[role]) if role in roles else None,
        )
        for role in sorted({role for role, _ in minutes})
    )


def _ways(population: Population, counts: Counts) -> tuple[Way, ...]:
    found: list[Way] = []
    for play in population.plan.plays.values():
        staged = any(scene.stage.id for scene in play.scenes.values())
        nodes = [scene.node for scene in play.scenes.values()] if staged else [play.node]
        into, out = ("enter", "leave") if staged else ("start", "end")
        found += [_way(node, counts, into, out) for node in nodes]
    return tuple(found)


def _way(node: str, counts: Counts, into: str, out: str) -> Way:
    entered = counts.lines[into, node, ""]
    went = {detail: many for (kind, where, detail), many in counts.lines.items() if kind == out and where == node}
    ended = went.pop("ended", 0)
    return Way(node, entered, tuple(sorted(went.items())), ended, entered - ended - sum(went.values()))


def _sent(counts: Counts) -> tuple[Sent, ...]:
    sums: dict[str, Counter[str]] = {}
    for (kind, node, _), many in counts.lines.items():
        kinds = sums.setdefault(root_of(node), Counter())
        kinds[kind] += many
    return tuple(
        Sent(node, kinds["touch"], kinds["skip"], kinds["unsent"], kinds["refuse"])
        for node, kinds in sorted(sums.items())
        if kinds["touch"] or kinds["skip"] or kinds["unsent"] or kinds["refuse"]
    )


def root_of(node: str) -> str:
    """Return the playbook or cadence that a node is of."""
    kind, name = node.split("/")[:2]
    return f"{'cadence' if kind == 'issue' else kind}/{name}"


def _drawn(population: Population) -> tuple[Drawn, ...]:
    found = []
    for one in population.rates.events:
        capped = (
            one.at_most is not None
            and one.at_most.per != "lifetime"
            and seconds_of(one.at_most) > one.mean * one.at_most.count
        )
        found.append(Drawn(one.event, one.ground, 30 * 86400 / one.mean, one.ground == "volume" and capped))
    return tuple(found)
