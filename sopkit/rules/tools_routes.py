"""A step that follows an event goes in; by which channel it goes out, when at the earliest, and what is told of that, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from sopkit.diagnostics import Moment
from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage, Item
from sopkit.graph.clock import Opening, wall, zone
from sopkit.graph.course import longest
from sopkit.graph.latency import MOST_INSTANTS, Leg, TooMuchError, missed, offsets
from sopkit.model.nouns import Channel
from sopkit.model.predicates import Not, Predicate, ReachableTest
from sopkit.model.values import Ref
from sopkit.rules.case import Case
from sopkit.rules.tools_occasions import Occasion
from sopkit.text import Phrase

ALWAYS: Final = Opening(())


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one occurrence of the event comes to the step."""

    legs: tuple[Leg, ...]
    ordered: int
    """When the tool that runs the journey does the step."""
    asked: int
    """When the channel's tool has the order, and asks whoever must confirm it."""
    sent: int
    opening: Opening
    dropped: bool = False
    """The channel is closed, and throws away what comes then."""


NEVER: Final = Delivery((), 0, 0, 0, ALWAYS, dropped=True)


@dataclass(frozen=True, eq=False)
class Route:
    """One step by one of its channels."""

    carriage: Carriage
    occasion: Occasion
    number: int
    """Which channel of `via`."""
    channel: Channel | None
    reach: bool | None
    """Whether some customer is reached by this channel and by none before it; None where that was not decided."""
    source: str
    tool: str

    @property
    def sender(self) -> str:
        return self.channel.tool.id if self.channel and self.channel.tool else self.tool

    @property
    def confirms(self) -> str:
        """The role that must confirm each send; empty where none must, or where a person sends it anyway."""
        asked = self.channel.confirmed_by if self.channel else None
        return asked.role.id if asked and asked.role and asked.within and not self.occasion.step.by else ""

    @property
    def patience(self) -> int:
        """Seconds that the confirmation may take."""
        asked = self.channel.confirmed_by if self.channel else None
        return int(longest(asked.within)) if asked and asked.within and self.confirms else 0

    @property
    def heard(self) -> bool:
        return self.tool in self.carriage.reach(self.occasion.event, {self.source})

    @cached_property
    def address(self) -> Item | None:
        """What the sender needs and this event alone collects."""
        channel, data = self.channel, self.carriage.workspace.data
        if channel is None or channel.address is None or channel.address.id not in data:
            return None
        collected = [ref.id for ref in data[channel.address.id].collected_by]
        return ("data", channel.address.id) if collected == [self.occasion.trigger.event.id] else None

    @property
    def limited(self) -> bool:
        zones = self.carriage.zones or (self.carriage.workspace.settings.timezone,)
        return any(self.carriage.opening(self.occasion.step, self.channel, one)[1] for one in zones)

    @property
    def key(self) -> tuple[object, ...]:
        """All that the times of deliveries depend on."""
        step, one = self.occasion.step, self.occasion
        return (
            one.event, self.source, self.tool, self.channel.id if self.channel else "", step.by.id if step.by else "",
            step.for_.id if step.for_ else "", one.least, one.anchored, step.clock,
        )  # fmt: skip

    def ways(self, customer: str | None, *, lenient: bool) -> Way:
        """Return the way for customers of a time zone; `lenient`: syncs whose times nobody declared run at once."""
        return Way(self, self.carriage.opening(self.occasion.step, self.channel, customer)[0], lenient)


@dataclass(frozen=True, eq=False)
class Way:
    """One route in one time zone."""

    route: Route
    opening: Opening
    lenient: bool

    def deliver(self, at: int) -> Delivery | None:
        """Return how an event at `at` comes to the step, runs as slow as can be; None beyond the horizon."""
        route, one = self.route, self.route.occasion
        legs = self._legs(at)
        if legs is None:
            return None
        known = legs[-1].end if legs else at
        due = max(known, at + one.least) if one.anchored and self.lenient else known + one.least
        if route.channel is not None and route.channel.when_closed == "drop":
            arrives = due + self.drive
            closed = self.opening.next_open(arrives) != arrives
            return Delivery(legs, due, arrives, arrives, self.opening, dropped=closed)
        ordered = self.opening.next_open(due)
        if ordered is None:
            return None
        arrives = ordered + self.drive
        confirmed = self._staff.reached(arrives, route.patience) if route.patience else arrives
        sent = None if confirmed is None else self.opening.next_open(confirmed)
        return None if sent is None else Delivery(legs, ordered, arrives, sent, self.opening)

    def _legs(self, at: int) -> tuple[Leg, ...] | None:
        route, carriage = self.route, self.route.carriage
        legs = carriage.legs(route.occasion.event, route.source, route.tool, at, prompt=self.lenient)
        if legs is None or route.address is None:
            return legs
        known = legs[-1].end if legs else at
        ways = [
            way
            for tool in (route.tool, route.sender)
            if (way := carriage.legs(route.address, route.source, tool, at, prompt=self.lenient)) is not None
        ]
        soonest = min(ways, key=lambda way: way[-1].end if way else at, default=())
        return soonest if soonest and soonest[-1].end > known else legs

    @cached_property
    def drive(self) -> int:
        return self.route.carriage.drive(self.route.tool, self.route.sender)

    @cached_property
    def _staff(self) -> Opening:
        return self.route.carriage.staffed(self.route.confirms)

    @cached_property
    def instants(self) -> frozenset[int]:
        """The instants among which the worst one is: what was counted only falls, or keeps, between two of them."""
        first, last = self.route.carriage.span
        turns = set(self._turns())
        found: set[int] = set()
        for item in (self.route.occasion.event, self.route.address):
            if item is not None:
                hops = self.route.carriage.hops(item, prompt=self.lenient)
                found |= missed(hops, self.route.source, first, last)
                sums = {total for totals in offsets(hops, self.route.source).values() for total in totals} | {0}
                if len(turns) * len(sums) > MOST_INSTANTS:
                    raise TooMuchError
                found |= {turn - total for turn in turns for total in sums if first <= turn - total <= last}
        if len(found) > MOST_INSTANTS:
            raise TooMuchError
        return frozenset(found)

    def _turns(self) -> Iterable[int]:
        """Return the instants of hearing at which something opens or closes further on, and the seconds beside them."""
        edges = {at + beside for at in self.opening.edges for beside in (-1, 0)}
        later = set(edges)
        if self.route.patience:
            ends = {*later, *self._staff.edges}
            back = {one for end in ends if (one := self._staff.back(end, self.route.patience)) is not None}
            later = {at + beside for at in (*self._staff.edges, *back) for beside in (-1, 0, 1)}
        ordered = edges | {at - self.drive for at in later}
        return edges | {at - self.route.occasion.least for at in ordered} | ordered


def routes(case: Case, carriage: Carriage, occasion: Occasion) -> Iterator[Route]:
    """Yield the step by each channel that some customer may be reached by, and by none before it."""
    source, tool = occasion.source, occasion.tool
    if source is None or tool is None:
        return
    if not occasion.step.via:
        yield Route(carriage, occasion, 0, None, True, source, tool)
    guard = (occasion.step.if_,) if occasion.step.if_ else ()
    before: list[Predicate] = []
    for number, ref in enumerate(occasion.step.via):
        channel = case.workspace.channels.get(ref.id)
        if channel is None:
            return
        reached = ReachableTest(Ref(ref.id, ref.at), ref.at)
        none = case.excludes(*guard, *before, reached) if before else False
        if not none:
            yield Route(carriage, occasion, number, channel, None if none is None else True, source, tool)
        if channel.address is None:
            return
        before.append(Not(reached, ref.at))


def travels(case: Case, carriage: Carriage, legs: Sequence[Leg]) -> Iterator[Moment]:
    """Yield the runs of syncs by which something travels."""
    home = zone(carriage.workspace.settings.timezone)
    syncs = {sync.id: sync for sync in carriage.syncs}
    for leg in legs:
        at = case.forest.span(syncs[leg.hop.name].at)
        starts = Phrase(f"同步 {leg.hop.name} 开始", f"the sync {leg.hop.name} starts")
        ends = Phrase(
            f"同步 {leg.hop.name} 最迟结束，{leg.hop.target} 才知道",
            f"it ends at the latest, and {leg.hop.target} knows",
        )
        yield Moment(wall(leg.start, home), starts, at)
        yield Moment(wall(leg.end, home), ends, at)


def length(seconds: int) -> Phrase:
    """Return a length of time in words: every unit that is not nought."""
    parts = [(seconds // 86400, "天", "d"), (seconds // 3600 % 24, "小时", "h"), (seconds // 60 % 60, "分钟", "min"),
             (seconds % 60, "秒", "s")]  # fmt: skip
    shown = [part for part in parts if part[0]] or parts[-1:]
    return Phrase(" ".join(f"{n} {zh}" for n, zh, _ in shown), " ".join(f"{n} {en}" for n, _, en in shown))
