"""Cadences go in; issues of theirs that break a cap by themselves come out, by the clock of one customer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from sopkit.graph.clock import instant, unit_of, wall, zone
from sopkit.graph.face import Face
from sopkit.graph.issues import MOST_ISSUES, dates_of, kept_of, moved_by
from sopkit.graph.touches import Touch
from sopkit.graph.zones import Clocks
from sopkit.model.documents import Workspace


def crowded(  # noqa: PLR0917  all that a cap says
    workspace: Workspace, touches: Sequence[Touch], face: Face, clocks: Clocks, window: float, unit: str, most: int
) -> list[tuple[datetime, Touch]]:
    """Return issues, more than `most` of them, that lie in one window, or one unit of the calendar, by the customer's clock.

    Nothing where there is none, or where dates are not certain.
    """
    found: list[tuple[int, datetime, Touch]] = []
    for touch in touches:
        cadence = workspace.cadences[touch.root.partition("/")[2]]
        confirmed = any(one.confirmed_by for one in touch.channels)
        plain = touch.step is None and cadence.on_holiday == "same" and not confirmed
        if not plain or (touch.spans and (touch.drops or not clocks.one)):
            continue
        for due in kept_of(workspace, cadence, clocks.today, dates_of(cadence, clocks.today) or ()):
            at = due + moved_by(touch, due)
            if at.date() >= face.monday.date():
                when = instant(at.date(), at.hour * 60 + at.minute, zone(clocks.home))
                found.append((when, wall(when, zone(face.name)), touch))
    found.sort(key=lambda one: (one[0], one[2].node))
    times = [when for when, _, _ in found]
    before = list(accumulate((touch.weight for _, _, touch in found), initial=0))
    for begun, shown, _ in found[:MOST_ISSUES]:
        first, last = float(begun), begun + window
        if unit:
            first, last = (float(instant(one.date(), 0, zone(face.name))) for one in unit_of(shown, unit))
        start, end = bisect_left(times, first), bisect_left(times, last)
        if before[end] - before[start] > most:
            return [(there, touch) for _, there, touch in found[start:end][: most + 1]]
    return []
