"""Tools, syncs and opening hours of a workspace go in; the hops on which an item travels, and when a touch may go out, come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.graph.clock import (
    DAY,
    Interval,
    Opening,
    common,
    hours_on,
    instant,
    merged,
    shifts,
    slot_instants,
    without,
    zone,
)
from sopkit.graph.course import longest
from sopkit.graph.latency import Hop, Leg, travel
from sopkit.graph.periods import most_apart
from sopkit.graph.touches import match_step
from sopkit.model.documents import Sync, Workspace
from sopkit.model.nouns import Channel
from sopkit.model.steps import Step
from sopkit.model.values import Every, Slot

Kind = Literal["events", "data", "tags", "consents", "touches"]
Item = tuple[Kind, str]
WEEK: Final = 8
YEAR: Final = 400
BEYOND: Final = 45
"""Days after the last instant asked about, in which what set out then arrives."""


@dataclass(frozen=True, eq=False)
class Carriage:
    """What flows where, over a horizon of days from `today`: a week where nothing depends on the date, else a year."""

    workspace: Workspace
    today: date
    _hops: dict[tuple[Item, bool], dict[str, list[Hop]]] = field(default_factory=dict)
    _legs: dict[tuple[Item, str, str, int, bool], tuple[Leg, ...] | None] = field(default_factory=dict)
    _reach: dict[tuple[Item, frozenset[str]], frozenset[str]] = field(default_factory=dict)
    _openings: dict[tuple[str, ...], tuple[Opening, bool]] = field(default_factory=dict)
    _of_steps: dict[tuple[str, str, str, str | None], tuple[Opening, bool]] = field(default_factory=dict)
    """By channel, who does it, purpose and the customer's zone."""
    _runs: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)
    _drives: dict[tuple[str, str], int] = field(default_factory=dict)

    @cached_property
    def syncs(self) -> tuple[Sync, ...]:
        return tuple(sync for sync in self.workspace.syncs.values() if sync.from_ and sync.to and sync.carries)

    @cached_property
    def horizon(self) -> int:
        """Days whose instants are asked about."""
        units = {sync.every.unit for sync in self.syncs if sync.every and sync.at_slots}
        names = {self.workspace.settings.timezone, *(self.zones or ())}
        return YEAR if units - {"day", "week"} or any(shifts(zone(name), self.today, YEAR) for name in names) else WEEK

    @cached_property
    def beyond(self) -> int:
        units = {sync.every.unit for sync in self.syncs if sync.every}
        return YEAR + 1 if units & {"quarter", "year"} else BEYOND * 3 if "month" in units else BEYOND

    @property
    def zones(self) -> tuple[str | None, ...]:
        """Time zones of customers; empty where they are said to be unknown."""
        named = self.workspace.settings.customer_timezones
        if named == "unknown":
            return ()
        return tuple(named) if named else (self.workspace.settings.timezone,)

    @cached_property
    def span(self) -> Interval:
        """First and last instant asked about."""
        where = zone(self.workspace.settings.timezone)
        return instant(self.today, 0, where), instant(self.today + timedelta(days=self.horizon), 0, where) - 1

    def hops(self, item: Item, *, prompt: bool = False) -> dict[str, list[Hop]]:
        """Return the hops that carry the item, by source; `prompt`: runs whose times nobody declared come at once."""
        key = (item, prompt)
        if key not in self._hops:
            found: dict[str, list[Hop]] = {}
            for sync in self.carrying(item):
                hop = self._hop(sync, prompt=prompt)
                found.setdefault(hop.source, []).append(hop)
            self._hops[key] = {tool: _soonest(hops) for tool, hops in found.items()}
        return self._hops[key]

    def carrying(self, item: Item) -> Sequence[Sync]:
        """Return the syncs that carry an item, in order."""
        return self._carrying.get(item, ())

    @cached_property
    def _carrying(self) -> Mapping[Item, list[Sync]]:
        found: dict[Item, dict[str, Sync]] = {}
        for sync in self.syncs:
            for item in cargo(sync):
                found.setdefault(item, {})[sync.id] = sync
        return {item: [*syncs.values()] for item, syncs in found.items()}

    def _hop(self, sync: Sync, *, prompt: bool) -> Hop:
        took = longest(sync.takes[1]) if sync.takes else 0.0
        name = (sync.id, sync.from_.id if sync.from_ else "", sync.to.id if sync.to else "", int(min(took, YEAR * DAY)))
        every = sync.every
        if every is None or every.unit == "event":
            return Hop(*name)
        if every.unit and sync.at_slots:
            return Hop(*name, self._runs_of(every, sync.at_slots))
        return Hop(*name, wait=0 if prompt else int(min(most_apart(every), YEAR * DAY)))

    def _runs_of(self, every: Every, slots: tuple[Slot, ...]) -> tuple[int, ...]:
        key = (str(every), *map(str, slots))
        if key not in self._runs:
            where = zone(self.workspace.settings.timezone)
            start, count = self.today - timedelta(days=2), self.horizon + self.beyond + 2
            self._runs[key] = tuple(slot_instants(every, slots, where, start, count))
        return self._runs[key]

    def legs(self, item: Item, source: str, target: str, at: int, *, prompt: bool = False) -> tuple[Leg, ...] | None:
        """Return how an item that changes at an instant soonest comes from tool to tool; None where it does not."""
        key = (item, source, target, at, prompt)
        if key not in self._legs:
            self._legs[key] = travel(self.hops(item, prompt=prompt), source, target, at)
        return self._legs[key]

    def reach(self, item: Item, sources: Set[str]) -> Set[str]:
        """Return the tools in which the item is known sooner or later."""
        key = (item, frozenset(sources))
        if key not in self._reach:
            self._reach[key] = frozenset(self._reached(item, sources))
        return self._reach[key]

    def _reached(self, item: Item, sources: Set[str]) -> set[str]:
        seen, stack = set(sources), list(sources)
        hops = self.hops(item)
        while stack:
            for hop in hops.get(stack.pop(), ()):
                if hop.target not in seen:
                    seen.add(hop.target)
                    stack.append(hop.target)
        return seen

    def drive(self, tool: str, sender: str) -> int:
        """Return how many seconds a command takes at most on its soonest way; nought where none is declared."""
        key = (tool, sender)
        if key not in self._drives:
            legs = travel(self._orders, tool, sender, 0)
            self._drives[key] = legs[-1].end if legs else 0
        return self._drives[key]

    @cached_property
    def _orders(self) -> Mapping[str, list[Hop]]:
        """The hops on which tools give each other commands, by the tool that gives them."""
        return {
            name: [Hop(name, name, to.id, int(min(longest(took), YEAR * DAY))) for to, took in noun.drives]
            for name, noun in self.workspace.tools.items()
        }

    @cached_property
    def _whole(self) -> Interval:
        home = zone(self.workspace.settings.timezone)
        start = self.today - timedelta(days=3)
        return instant(start, 0, home), instant(start + timedelta(days=self.horizon + self.beyond + 4), 0, home)

    def staffed(self, role: str) -> Opening:
        """Return when a role is at work."""
        return self._open(None, role, (), None)[0]

    def issues(self, channel: Channel, role: str, customer: str | None) -> Opening:
        """Return when a channel is open and a role at work, quiet hours apart, which cadences may be free of."""
        return self._open(channel, role, (), customer)[0]

    def opening(self, step: Step, channel: Channel | None, customer: str | None) -> tuple[Opening, bool]:
        """Return when a step may be done for a customer of that zone, and whether it is ever closed."""
        by, for_ = step.by.id if step.by else "", step.for_.id if step.for_ else ""
        key = (channel.id if channel else "", by, for_, customer)
        if key not in self._of_steps:  # most steps are like others in this
            applies = tuple(
                n
                for n, one in enumerate(self.workspace.settings.quiet_hours)
                if channel and one.hours and match_step(self.workspace, one.of, step, channel) != "no"
            )
            self._of_steps[key] = self._open(channel, by, applies, customer)
        return self._of_steps[key]

    def _open(
        self, channel: Channel | None, role_id: str, quiet: tuple[int, ...], customer: str | None
    ) -> tuple[Opening, bool]:
        key = (channel.id if channel else "", role_id, customer or "", *map(str, quiet))
        if key not in self._openings:
            home, start = zone(self.workspace.settings.timezone), self.today - timedelta(days=3)
            count = self.horizon + self.beyond + 4
            open_: list[Interval] = [self._whole]
            role = self.workspace.roles.get(role_id)
            for hours, where in (
                (channel.hours if channel else None, zone(customer)),
                (role.hours if role else None, home),
            ):
                if hours:
                    open_ = common(open_, merged(hours_on(hours, where, start - timedelta(days=1), count + 1)))
            for number in quiet:
                hours = self.workspace.settings.quiet_hours[number].hours
                if hours:
                    shut = hours_on(hours, zone(customer), start - timedelta(days=1), count + 1)
                    open_ = without(open_, shut, self._whole)
            self._openings[key] = Opening(tuple(open_)), open_ != [self._whole]
        return self._openings[key]


def cargo(sync: Sync) -> Iterator[Item]:
    """Yield what a sync carries."""
    carries = sync.carries
    if carries is not None:
        yield from (("events", ref.id) for ref in carries.events)
        yield from (("data", ref.id) for ref in carries.data)
        yield from (("tags", ref.id) for ref in carries.tags)
        yield from (("consents", ref.id) for ref in carries.consents)
        yield from (("touches", ref.id) for ref in carries.touches)


def _soonest(hops: Iterable[Hop]) -> list[Hop]:
    """Return the hops without those that another beside them always outruns."""
    at_any_time: dict[str, Hop] = {}
    by_plan: dict[tuple[str, tuple[int, ...]], Hop] = {}
    for hop in hops:
        if hop.runs is None:
            known = at_any_time.setdefault(hop.target, hop)
            if hop.wait + hop.longest < known.wait + known.longest:
                at_any_time[hop.target] = hop
        elif hop.longest < by_plan.setdefault((hop.target, hop.runs), hop).longest:
            by_plan[hop.target, hop.runs] = hop
    return [*at_any_time.values(), *by_plan.values()]
