"""Triggers and playbooks go in; how often each comes in the busiest week, of all customers together, comes out.

Two numbers: what comes for certain where work is spread as evenly as `volume` says, and what never comes more often. None: not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, NamedTuple

from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.model.documents import Cadence, Journey, Procedure, Workspace
from sopkit.model.triggers import CalendarReached, IssueDue, OnEvent, Trigger
from sopkit.model.values import Duration, Every, Slot
from sopkit.rules.case import Playbook

WEEK: Final = 604_800
DAYS: Final = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (90, 92), "year": (365, 366)}
"""Fewest and most days of each."""


class Times(NamedTuple):
    """How often in the busiest week."""

    least: Fraction
    most: Fraction | None
    """None where nothing is declared that bounds it."""

    # The sum of the numbers, where tuples would be joined.
    def __add__(self, other: object) -> Times:
        assert isinstance(other, Times)  # noqa: S101  nothing else is ever added
        most = None if self.most is None or other.most is None else self.most + other.most
        return Times(self.least + other.least, most)


NEVER: Final = Times(Fraction(0), Fraction(0))
UNKNOWN: Final = Times(Fraction(0), None)


def runs_of(workspace: Workspace, playbook: Playbook, started: Iterable[str]) -> Times:
    """Return how many runs, issues or customers start; `started` are the playbooks that steps of others start, too."""
    if isinstance(playbook, Cadence):
        return issues_of(playbook)
    found = UNKNOWN if playbook.id in started else NEVER
    for trigger in playbook.starts_on:
        found += _of(workspace, playbook, trigger)
    if isinstance(playbook, Procedure) and playbook.for_each == "shop":
        shops = len(workspace.shops)
        return Times(found.least * shops, found.most * shops) if shops and found.most is not None else UNKNOWN
    return found


def _of(workspace: Workspace, playbook: Journey | Procedure, trigger: Trigger) -> Times:
    match trigger:
        case OnEvent():
            return occurrences(workspace, trigger)
        case CalendarReached(every, slots):
            one_run = isinstance(playbook, Procedure) and playbook.for_each not in ("customer", "ticket")
            return _on_calendar(every, slots, 7) if one_run else UNKNOWN
        case IssueDue(cadence):
            found = NEVER
            for one in workspace.cadences.values():
                workflow = one.workflow is not None and one.workflow.id == playbook.id
                if workflow if cadence is None else one.id == cadence.id:
                    found += issues_of(one)
            return found
    return UNKNOWN


def occurrences(workspace: Workspace, trigger: Trigger) -> Times:
    """Return how often an event occurs; only so far as its `where` lets pass, which may be all."""
    noun = workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
    if noun is None or noun.volume is None:
        return UNKNOWN
    rate = noun.volume
    if isinstance(rate.per, Duration):
        fewest, most = int(shortest(rate.per)), longest(rate.per)
        if not fewest or most == INFINITE:
            return UNKNOWN
        return Times(Fraction(rate.count * WEEK, int(most)), Fraction(rate.count * WEEK, fewest))
    if rate.per == "lifetime":
        return UNKNOWN
    few, many = DAYS[rate.per]
    return Times(Fraction(rate.count * 7, many), Fraction(rate.count * 7, few))


def issues_of(cadence: Cadence) -> Times:
    """Return how many issues a cadence has; one that holidays move may come to the week of another."""
    if cadence.every is None:
        return UNKNOWN
    found = _on_calendar(cadence.every, cadence.at_slots, 7 - len(cadence.except_))
    moved = cadence.on_holiday in ("previous-workday", "next-workday") and found.most is not None
    return Times(found.least, found.most * 2) if moved and found.most is not None else found


def _on_calendar(every: Every, slots: tuple[Slot, ...], days: int) -> Times:
    count = Fraction(max(1, len(slots)))
    if every.interval is not None:
        seconds = int(shortest(every.interval))
        share = Fraction(WEEK, seconds) if seconds else None
        return UNKNOWN if share is None else Times(Fraction(int(share)), Fraction(int(share) + 1))
    if every.unit == "day":
        return Times(count * days, count * days)
    if every.unit == "week":
        return Times(count, count)
    # Two that come once a month may never fall into one week.
    return UNKNOWN if every.unit in ("event", None) else Times(Fraction(0), count)
