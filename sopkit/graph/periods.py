"""How often something runs goes in; how long two of its runs lie apart comes out: one table for every question about syncs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sopkit.graph.course import INFINITE, longest
from sopkit.model.values import Every, Slot

DAY: Final = 86_400
LAST_ORDINAL: Final = 5
"""A fifth weekday, which not every month has."""


class Days(NamedTuple):
    """Most days between two runs, by what is known of their moments."""

    evenly: int
    """Each run a unit after the last: the longest such unit."""
    at_slot: int
    """At a moment that is declared: a weekday of a month moves by up to six days."""
    anywhere: int
    """At no declared moment: at the start of one unit and at the end of the next."""


APART: Final = {
    "day": Days(1, 1, 2),
    "week": Days(7, 7, 14),
    "month": Days(31, 35, 62),
    "quarter": Days(92, 98, 184),
    "year": Days(366, 371, 732),
}


def most_apart(every: Every, slots: Iterable[Slot] = (), shift: float = 0.0) -> float:
    """Return the most seconds between two runs, clocks moved by `shift` meanwhile; 0 for a push.

    INFINITE where holidays, or months without such a day, may lie between.
    """
    if every.unit == "event":
        return 0.0
    if every.unit is None:
        return longest(every.interval, shift)
    slots = tuple(slots)
    if any(slot.nth == LAST_ORDINAL for slot in slots):
        return INFINITE
    apart = APART[every.unit]
    return (apart.at_slot if slots else apart.anywhere) * DAY + shift


def evenly_apart(every: Every) -> float:
    """Return the most seconds between two runs that keep an even pace; 0 for a push."""
    if every.unit == "event":
        return 0.0
    return longest(every.interval) if every.unit is None else float(APART[every.unit].evenly * DAY)
