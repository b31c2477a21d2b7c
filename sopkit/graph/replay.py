"""One journey and a cap go in; a course of one customer that breaks the cap comes out, done by declared behaviour step by step, or none.

Only plain chains are replayed: a journey that an event starts, its first stage's steps one after another, done as soon as may be,
from every hour of one week. Where that finds nothing, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sopkit.graph.course import shortest
from sopkit.graph.satisfiability import Customer, meet, tests_of
from sopkit.graph.touches import Touch
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import EventTest, Predicate, StageTest
from sopkit.model.steps import Choose, Go, Step, Wait
from sopkit.model.triggers import OnEvent


@dataclass(frozen=True, slots=True)
class Done:
    """One touch of the course: when, and which."""

    at: datetime
    touch: Touch


@dataclass(frozen=True, slots=True)
class Course:
    start: datetime
    event: OnEvent
    done: tuple[Done, ...]
    customer: Customer


def replay(  # noqa: PLR0917  each is a part of one question
    workspace: Workspace,
    journey: Journey,
    touches: Mapping[str, Touch],
    counted: Mapping[str, Touch],
    most: int,
    window: timedelta,
    monday: datetime,
) -> Course | None:
    """Return a course with more than `most` counted touches in the half-open window, or None where none was found."""
    event = next((one for one in journey.starts_on if isinstance(one, OnEvent) and one.where is None), None)
    steps = _chain(journey)
    if event is None or not steps or journey.follows or journey.while_ or _batched(workspace, event):
        return None
    customer = _customer(workspace, journey, steps, event)
    if customer is None:
        return None
    root = f"{journey.kind}/{journey.id}"
    prefix = root if journey.kind == "automation" else f"{root}/{journey.stages[0].id}"
    limit = _least_stay(journey)
    own = [touches.get(f"{prefix}/{step.id}") for step in steps]
    moved = any(one is not None and one.openings is not None for one in own)
    for hour in range(9, 9 + (7 * 24 if moved else 1)):  # without closed hours every start is like every other
        start = monday + timedelta(hours=hour)
        done = _run(steps, prefix, touches, start)
        if done is None:
            return None
        done = [one for one in done if limit is None or one.at - start < limit]
        marked = [one for one in done if one.touch.node in counted]
        for first, last in zip(marked, marked[most:], strict=False):
            if last.at - first.at < window:
                return Course(start, event, tuple(one for one in done if one.at <= last.at), customer)
    return None


def _batched(workspace: Workspace, event: OnEvent) -> bool:
    """Return whether a sync brings the event only at hours of its own: then the journey can't start at any time."""
    return any(
        sync.every is not None and sync.every.interval is None and sync.every.unit != "event"
        for sync in workspace.syncs.values()
        if sync.carries and any(ref.id == event.event.id for ref in sync.carries.events)
    )


def _chain(journey: Journey) -> list[Step]:
    """Return the steps up to the first that may lead elsewhere; none where there is no stage."""
    found: list[Step] = []
    for step in journey.stages[0].steps if journey.stages else ():
        if isinstance(step.verb, Choose | Go) or (isinstance(step.verb, Wait) and step.verb.until):
            break
        if not (step.on or step.every):
            found.append(step)
    return found


def _least_stay(journey: Journey) -> timedelta | None:
    """Return by when time alone may end the first stage; None where it does not."""
    times = [timedelta(seconds=shortest(one.after)) for one in journey.stages[0].next if one.after]
    if any(one.when is not None for one in journey.stages[0].next):
        return timedelta()
    return min(times, default=None)


def _customer(workspace: Workspace, journey: Journey, steps: list[Step], event: OnEvent) -> Customer | None:
    """Return somebody who may enter and whom no guard leaves out, whatever else happens; None where that is not plain."""
    asked = [one for one in (journey.audience, *(step.if_ for step in steps)) if one is not None]
    for predicate in asked:
        for test in tests_of(workspace, predicate):
            if isinstance(test, StageTest):
                return None
            if (
                isinstance(test, EventTest)
                and test.event.id == event.event.id
                and (test.within or test.count or test.negated)
            ):
                return None
    happened: Predicate = EventTest(event.event, None, None, negated=False, at=event.at)
    found = meet(workspace, *asked, happened)
    return found if isinstance(found, Customer) else None


def _run(steps: list[Step], prefix: str, touches: Mapping[str, Touch], start: datetime) -> list[Done] | None:
    """Do every step as soon as it may be done; None where a duration or anchor is of a kind that is not replayed."""
    now, done, times = start, list[Done](), dict[str, datetime]()
    for step in steps:
        low = step.after.low if step.after else None
        if (low is not None and low.seconds is None) or step.before or step.verb is None:
            return None
        after = timedelta(seconds=low.seconds or 0) if low is not None else timedelta()
        if step.since is None:
            now += after
        elif step.since.id in ("stage", "start") or step.since.id in times:
            now = max(now, times.get(step.since.id, start) + after)
        else:
            return None
        if isinstance(step.verb, Wait) and step.verb.for_ is not None:
            if step.verb.for_.low.seconds is None:
                return None
            now += timedelta(seconds=step.verb.for_.low.seconds)
        touch = touches.get(f"{prefix}/{step.id}")
        if touch is not None:
            if any(one.confirmed_by for one in touch.channels):
                return None
            if touch.openings is not None:
                if touch.drops or touch.openings.empty:
                    return None
                minute = now.weekday() * 1440 + now.hour * 60 + now.minute + now.second / 60
                now += timedelta(minutes=touch.openings.wait(minute))
            done.append(Done(now, touch))
        times[step.id] = now
    return done
