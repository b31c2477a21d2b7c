"""Triggers as nodes: a trigger goes in, the id of the node that all its uses share comes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeGuard

from sopkit.model.triggers import (
    AlertRaised,
    Becomes,
    CalendarReached,
    ConsentMoved,
    DateReached,
    IssueDue,
    JourneyMoved,
    Manual,
    OfferMoved,
    OnEvent,
    SegmentCrossed,
    StepReported,
    Trigger,
)

KINDS: Final = (
    AlertRaised, Becomes, CalendarReached, ConsentMoved, DateReached, IssueDue, JourneyMoved, Manual, OfferMoved, OnEvent,
    SegmentCrossed, StepReported,
)  # fmt: skip


def trigger_id(trigger: Trigger, playbook: str) -> str:
    """Return the node's id; equal triggers of different playbooks share it, a manual start is the playbook's own.

    Events, issues and alerts have nodes of their own, the rest stands below `trigger/`.
    """
    match trigger:
        case OnEvent(event):
            return f"event/{event.id}"
        case Becomes(data, values):
            return f"trigger/becomes/{data.id}={'|'.join(sorted(values)) or 'any'}"
        case SegmentCrossed(segment, way):
            return f"trigger/{way}/{segment.id}"
        case JourneyMoved(place, way):
            return f"trigger/{way}/{place.id}"
        case DateReached(data, before, after):
            return f"trigger/date/{data.id}{f'-{before}' if before else ''}{f'+{after}' if after else ''}"
        case CalendarReached(every, slots):
            return f"trigger/calendar/{every}{_at(slots)}"
        case OfferMoved(offer, way):
            return f"trigger/{way}/{offer.id}"
        case ConsentMoved(consent, way):
            return f"trigger/{way}/{consent.id}"
        case StepReported(step, way):
            path = step.id if "/" in step.id else f"{playbook.partition('/')[2]}/{step.id}"
            return f"trigger/{way}/{path}"
        case IssueDue(cadence):
            return f"issue/{cadence.id}" if cadence else f"trigger/issue/any-of-{playbook.partition('/')[2]}"
        case AlertRaised(kpi):
            return f"alert/{kpi.id}"
        case Manual():
            return f"trigger/manual/{playbook}"


def _at(slots: Iterable[object]) -> str:
    written = sorted(map(str, slots))
    return f" at {', '.join(written)}" if written else ""


def is_trigger(value: object) -> TypeGuard[Trigger]:
    """Return whether a value of the model is a trigger."""
    return isinstance(value, KINDS)
