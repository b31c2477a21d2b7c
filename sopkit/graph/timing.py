"""A step goes in; the interval of time in which it is done, after the step before it or after its anchor, comes out."""

from __future__ import annotations

from sopkit.graph.nodes import NO_TIME, Delay
from sopkit.model.steps import Step


def delay_of(step: Step) -> Delay:
    """Return when a step is done after the one before it, or after its anchor, by the rules of the language.

    No timing is no time for a tool; a person's step with nothing that says by when has no bound.
    """
    after, within = step.after, step.within
    if after is None and within is None and step.before is None and step.since is None and step.by is None:
        return NO_TIME
    low = after.low if after else None
    high = within or (after.high if after else None)
    bounded = step.by is None or within is not None or step.before is not None or ranged(step)
    since = step.since.id if step.since else ""
    return Delay(low, high, bounded, since, step.clock == "wall", step.before)


def every_delay(step: Step) -> Delay:
    """Return the period of a recurring step: first one period after entry; its own delay comes on top, in the step."""
    interval = step.every.interval if step.every else None
    return Delay(interval, interval, since="stage") if interval else Delay(since="stage")


def ranged(step: Step) -> bool:
    """Return whether `after` has a latest time of its own, as `1d..2d`."""
    return step.after is not None and step.after.low is not step.after.high
