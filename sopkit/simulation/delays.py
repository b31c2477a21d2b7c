"""A step, the instant before it and the anchors go in; when it is issued, and between which instants it is done, come out."""

from __future__ import annotations

from collections.abc import Mapping

from sopkit.model.steps import Step
from sopkit.simulation.clock import Zone
from sopkit.simulation.openings import Opening


def due(step: Step, now: int, anchors: Mapping[str, int], opening: Opening, zone: Zone) -> tuple[int, int, int]:
    """Return (issued, earliest, latest): [max(now, anchor + a), max(now, anchor + b)].

    `within` counts open time unless `clock: wall`. A person's step without `within` is taken as done at its earliest.
    """
    base = anchors.get(step.since.id, now) if step.since else now
    low = zone.later(base, step.after.low) if step.after else base
    if step.within is not None:
        seconds = step.within.seconds
        wall = seconds is None or step.clock == "wall"
        high = zone.later(base, step.within) if wall else opening.open_after(base, seconds or 0)
    else:
        high = zone.later(base, step.after.high) if step.after else base
    low = max(now, low)
    return low, low, max(low, high)
