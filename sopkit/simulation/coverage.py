"""Tables go in; what the workspace declares and the machine does not carry out comes out, so that no log claims more than it ran."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sopkit.model.documents import Journey
from sopkit.model.steps import Approve, Step, inner
from sopkit.model.triggers import AlertRaised, IssueDue, Manual, StepReported, Trigger
from sopkit.simulation.plan import FELT, Plan


def unmodelled(plan: Plan, given: Collection[str] = ()) -> tuple[str, ...]:
    """Return, sorted, the ids of what is not carried out, each with its key: where any bears on a question, the log settles nothing.

    `given` are data that the trace sets.
    """
    return tuple(sorted(set(_found(plan, given))))


def _found(plan: Plan, given: Collection[str]) -> Iterator[str]:
    workspace = plan.workspace
    for name, procedure in workspace.procedures.items():
        steps = [step for top in procedure.steps for step in inner(top)]
        if f"procedure/{name}" not in plan.plays and any(_touches(step, plan) for step in steps):
            yield f"procedure/{name}"
    yield from (f"data/{one.id}: computed" for one in workspace.data.values() if one.computed and one.id in given)
    for play in plan.plays.values():
        document = play.document
        triggers = list(document.starts_on)
        if isinstance(document, Journey):
            triggers += document.ends_on
        for scene in play.scenes.values():
            triggers += [one for move in scene.stage.next for one in move.on]
            for top in scene.stage.steps:
                for step in inner(top):
                    triggers += [*step.on, *getattr(step.verb, "until", ())]
                    yield from _of_step(step, f"{scene.node}/{step.id}")
        yield from (f"{play.node}: {name}" for trigger in triggers if (name := _of_trigger(trigger)))


def _touches(step: Step, plan: Plan) -> bool:
    channels = (plan.workspace.channels.get(ref.id) for ref in step.via)
    return any(channel is not None and channel.reach in FELT for channel in channels)


def _of_step(step: Step, node: str) -> Iterator[str]:
    if step.before is not None:
        yield f"{node}: before"
    if step.again_after is not None:
        yield f"{node}: again_after"
    if isinstance(step.verb, Approve):
        yield f"{node}: approve"
    if step.to not in (None, "customer"):
        yield f"{node}: to"


def _of_trigger(trigger: Trigger) -> str:
    match trigger:
        case IssueDue(cadence) if cadence is None:
            return "issue"
        case AlertRaised():
            return "alert"
        case Manual():
            return "manual"
        case StepReported(_, "late"):
            return "late"
    return ""
