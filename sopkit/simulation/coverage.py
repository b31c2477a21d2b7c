"""Tables go in; what the workspace declares and the machine does not carry out comes out, so that no log claims more than it ran."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.model.documents import Journey
from sopkit.model.predicates import All, Any, ConsentTest, EventTest, Not, Predicate, SegmentTest
from sopkit.model.steps import Approve, Step, inner
from sopkit.model.triggers import AlertRaised, DateReached, IssueDue, Manual, SegmentCrossed, StepReported, Trigger
from sopkit.simulation.plan import Plan


def unmodelled(plan: Plan) -> tuple[str, ...]:
    """Return, sorted, the ids of what is not carried out, each with its key: where any bears on a question, the log settles nothing."""
    return tuple(sorted(set(_found(plan))))


def _found(plan: Plan) -> Iterator[str]:
    workspace = plan.workspace
    yield from (f"cadence/{name}" for name in workspace.cadences)
    yield from (f"sync/{name}" for name in workspace.syncs)
    yield from (f"procedure/{name}" for name in workspace.procedures if f"procedure/{name}" not in plan.plays)
    yield from (f"data/{datum.id}: computed" for datum in workspace.data.values() if datum.computed)
    yield from (f"one_at_a_time: {place}" for place in plan.groups if "/" in place)
    for play in plan.plays.values():
        document = play.document
        triggers = list(document.starts_on)
        if isinstance(document, Journey):
            triggers += document.ends_on
            yield from _lapsing(document.while_, plan, f"{play.node}: while")
        for scene in play.scenes.values():
            triggers += [one for move in scene.stage.next for one in move.on]
            for move in scene.stage.next:
                yield from _lapsing(move.when, plan, f"{scene.node}: when")
            for top in scene.stage.steps:
                for step in inner(top):
                    triggers += [*step.on, *getattr(step.verb, "until", ())]
                    yield from _of_step(step, f"{scene.node}/{step.id}")
                    channels = [workspace.channels[ref.id] for ref in step.via if ref.id in workspace.channels]
                    yield from (f"channel/{one.id}: confirmed_by" for one in channels if one.confirmed_by)
        yield from (f"{play.node}: {name}" for trigger in triggers if (name := _of_trigger(trigger)))


def _of_step(step: Step, node: str) -> Iterator[str]:
    if step.every is not None and step.every.interval is None:
        yield f"{node}: every"
    if step.before is not None:
        yield f"{node}: before"
    if step.again_after is not None:
        yield f"{node}: again_after"
    if isinstance(step.verb, Approve):
        yield f"{node}: approve"
    if step.to not in (None, "customer"):
        yield f"{node}: to"
    if len(step.via) > 1:
        yield f"{node}: via"  # decided when planned, not when sent


def _of_trigger(trigger: Trigger) -> str:
    match trigger:
        case DateReached():
            return "date"
        case SegmentCrossed(_, way):
            return way
        case IssueDue():
            return "issue"
        case AlertRaised():
            return "alert"
        case Manual():
            return "manual"
        case StepReported(_, "late"):
            return "late"
    return ""


def _lapsing(predicate: Predicate | None, plan: Plan, place: str) -> Iterator[str]:
    """Yield a place whose condition may change by time alone: it is looked at again only when something happens."""
    match predicate:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _lapsing(part, plan, place)
        case Not(part):
            yield from _lapsing(part, plan, place)
        case SegmentTest(segment) if segment.id in plan.workspace.segments:
            yield from _lapsing(plan.workspace.segments[segment.id].when, plan, place)
        case EventTest(within=within) if within is not None:
            yield place
        case ConsentTest(consent) if consent.id in plan.workspace.consents:
            if plan.workspace.consents[consent.id].expires is not None:
                yield place
