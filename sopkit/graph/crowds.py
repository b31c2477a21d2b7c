"""Cadences go in; issues of theirs that break a cap by themselves come out, by the clock of one customer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sopkit.graph.clock import instant, unit_of, wall, zone
from sopkit.graph.face import Face
from sopkit.graph.issues import MOST_ISSUES, dates_of, kept_of, moved_by, replacers
from sopkit.graph.touches import Touch
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Workspace

LONGEST_UNIT: Final = timedelta(days=32)
"""Longer than a month of the calendar, with the hours by which clocks differ."""


def crowded(  # noqa: PLR0917  all that a cap says
    workspace: Workspace, touches: Sequence[Touch], face: Face, clocks: Clocks, window: float, unit: str, most: int
) -> list[tuple[datetime, Touch]]:
    """Return issues, more than `most` of them, that lie in one window, or one unit of the calendar, by the customer's clock.

    Nothing where there is none, or where dates are not certain.
    """
    dated = sorted(_dated(workspace, touches, face, clocks), key=lambda one: (one[0], one[1].node))
    if len(dated) > MOST_ISSUES:  # no window that begins with one of the first lasts longer
        over = dated[MOST_ISSUES - 1][0] + timedelta(seconds=window) + LONGEST_UNIT
        dated = dated[: bisect_right(dated, over, key=lambda one: one[0])]
    home, there = zone(clocks.home), zone(face.name)
    found = [(instant(at.date(), at.hour * 60 + at.minute, home), touch) for at, touch in dated]
    found.sort(key=lambda one: (one[0], one[1].node))
    instants = [when for when, _ in found]
    for begun in instants[:MOST_ISSUES]:
        first, last = float(begun), begun + window
        if unit:
            shown = wall(begun, there)
            first, last = (float(instant(one.date(), 0, there)) for one in unit_of(shown, unit))
        inside = found[bisect_left(instants, first) : bisect_left(instants, last)]
        if sum(touch.weight for _, touch in inside) > most:
            return [(wall(when, there), touch) for when, touch in inside[: most + 1]]
    return []


def _dated(
    workspace: Workspace, touches: Sequence[Touch], face: Face, clocks: Clocks
) -> Iterator[tuple[datetime, Touch]]:
    """Yield the issues whose dates are certain, from the customer's Monday on, by the workspace's clock."""
    replacing = replacers(workspace)
    for touch in touches:
        cadence = workspace.cadences[touch.root.partition("/")[2]]
        confirmed = any(one.confirmed_by for one in touch.channels)
        plain = touch.step is None and cadence.on_holiday == "same" and not confirmed
        if not plain or (touch.spans and (touch.drops or not clocks.one)):
            continue
        for due in kept_of(cadence, clocks.today, dates_of(cadence, clocks.today) or (), replacing):
            at = due + moved_by(touch, due)
            if at.date() >= face.monday.date():
                yield at, touch
