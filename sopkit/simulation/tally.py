"""Lines of many customers' logs go in, one by one; counts come out: touches, what caps met, work, ways through the playbooks."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Cap
from sopkit.simulation.clock import WEEK, Zone
from sopkit.simulation.issues import Due
from sopkit.simulation.machine import Machine
from sopkit.simulation.plan import Move, Plan
from sopkit.simulation.trace import EntryKind

Sent = list[tuple[int, int]]
"""(when, how often it is felt), in order of time."""

REACHES: Final = ("direct", "group", "feed")
"""Of the channels whose sends are felt."""


@dataclass(slots=True)
class Extreme:
    """The most that a customer met in one window of a cap, or the least gap, and who met it first."""

    seen: Counter[int] = field(default_factory=Counter)
    """Most in a window, or least gap in seconds → customers. No gap: −1."""
    worst: tuple[int, int, int] | None = None
    """(−most or least gap, customer, when the window begins): the least of these is the worst."""


@dataclass(slots=True)
class Counts:
    """Plain counts over customers; those of two groups add up."""

    customers: int = 0
    lines: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(kind, node, detail) → how often."""
    spread: dict[str, Counter[int]] = field(default_factory=lambda: {reach: Counter() for reach in REACHES})
    """Reach → (touches of one customer → customers)."""
    extremes: dict[str, Extreme] = field(default_factory=dict)
    minutes: dict[tuple[str, int], float] = field(default_factory=dict)
    """(role, week) → minutes."""

    def add(self, other: Counts) -> None:
        """Add the counts of other customers."""
        self.customers += other.customers
        self.lines.update(other.lines)
        for key, minutes in other.minutes.items():
            self.minutes[key] = self.minutes.get(key, 0.0) + minutes
        for reach, counts in other.spread.items():
            self.spread[reach].update(counts)
        for name, extreme in other.extremes.items():
            mine = self.extremes.setdefault(name, Extreme())
            mine.seen.update(extreme.seen)
            if mine.worst is None or (extreme.worst is not None and extreme.worst < mine.worst):
                mine.worst = extreme.worst


class Tally:
    """Takes the lines of one customer after another."""

    def __init__(self, plan: Plan, start: int) -> None:
        self.plan, self.start = plan, start
        self.reach = {name: channel.reach for name, channel in plan.workspace.channels.items()}
        self.counts = Counts(extremes={cap.id: Extreme() for cap in plan.workspace.settings.caps})
        self._felt: dict[str, int] = {}

    def note(self, _now: int, kind: EntryKind, node: str, detail: str, weight: int, _controlled: bool) -> None:
        self.counts.lines[kind, node, detail] += 1
        if kind == "touch":
            self._felt[detail] = self._felt.get(detail, 0) + weight

    def work(self, move: Move, now: int) -> None:
        if move.step.by is not None:
            key = (move.step.by.id, (now - self.start) // WEEK)
            self.counts.minutes[key] = self.counts.minutes.get(key, 0.0) + move.minutes

    def close(self, machine: Machine, number: int) -> None:
        """Add up what one customer met, after its run."""
        self.counts.customers += 1
        sums: dict[str, int] = dict.fromkeys(self.counts.spread, 0)
        for channel, count in self._felt.items():
            sums[self.reach[channel]] += count
        for reach, count in sums.items():
            self.counts.spread[reach][count] += 1
        self._felt.clear()
        for cap in self.plan.workspace.settings.caps:
            self._meet(cap, machine.caps.sent.get(cap.id, []), machine.zone, number)

    def _meet(self, cap: Cap, sent: Sent, zone: Zone, number: int) -> None:
        extreme = self.counts.extremes[cap.id]
        met, when = least_gap(sent) if cap.gap is not None else most_within(cap, sent, zone)
        extreme.seen[met] += 1
        if sent and met >= 0:
            candidate = (met if cap.gap is not None else -met, number, when)
            if extreme.worst is None or candidate < extreme.worst:
                extreme.worst = candidate

    def everyone(self, due: Due) -> None:
        """Count an issue that went to all customers counted so far."""
        issue = due.issue
        via = issue.vias[0] if issue.vias else None
        if via is not None and via.felt:
            self.counts.lines["touch", issue.node, via.channel.id] += self.counts.customers
            spread = self.counts.spread[via.channel.reach]
            self.counts.spread[via.channel.reach] = Counter(
                {count + via.weight: number for count, number in spread.items()}
            )


def least_gap(sent: Sent) -> tuple[int, int]:
    """Return the least time between two touches and when it begins; −1 where there are no two."""
    least, when = -1, 0
    for number, (at, weight) in enumerate(sent):
        gap = 0 if weight > 1 else at - sent[number - 1][0] if number else -1
        if gap >= 0 and (least < 0 or gap < least):
            least, when = gap, at if weight > 1 else sent[number - 1][0]
    return least, when


def most_within(cap: Cap, sent: Sent, zone: Zone) -> tuple[int, int]:
    """Return the most touches in any window of a cap, and when that window begins."""
    if cap.per is None or not sent:
        return 0, 0
    if isinstance(cap.per, str):
        return _most_in_unit(cap.per, sent, zone)
    most, when, first, total = 0, 0, 0, 0
    for number, (at, weight) in enumerate(sent):
        total += weight
        while first <= number and zone.later(sent[first][0], cap.per) <= at:  # half-open
            total -= sent[first][1]
            first += 1
        if total > most:
            most, when = total, sent[first][0]
    return most, when


def _most_in_unit(per: str, sent: Sent, zone: Zone) -> tuple[int, int]:
    most, when, total, end, begun = 0, 0, 0, -1, 0
    for at, weight in sent:
        if at >= end:
            begun, end = zone.unit(at, per)  # type: ignore[arg-type]
            total = 0
        total += weight
        if total > most:
            most, when = total, begun
    return most, when
