"""Triggers: what starts a journey, moves it on, or ends a wait; one grammar everywhere."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.predicates import Predicate
from sopkit.model.values import (
    CadenceRef,
    ConsentRef,
    DataRef,
    Duration,
    EventRef,
    Every,
    KpiRef,
    OfferRef,
    SegmentRef,
    Slot,
    StageRef,
    StepRef,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True)
class OnEvent:
    """`EVENT`, or `{event: EVENT, where: P}`."""

    event: EventRef
    where: Predicate | None
    at: Mark


@dataclass(frozen=True, slots=True)
class Becomes:
    """`{becomes: {DATA: v}}`; no value: any change."""

    data: DataRef
    values: tuple[str, ...]
    """Empty for `any`."""
    at: Mark


@dataclass(frozen=True, slots=True)
class SegmentCrossed:
    segment: SegmentRef
    way: Literal["enters", "leaves"]
    at: Mark


@dataclass(frozen=True, slots=True)
class JourneyMoved:
    """`{entered|left|ended: JOURNEY[/STAGE]}`."""

    place: StageRef
    way: Literal["entered", "left", "ended"]
    at: Mark


@dataclass(frozen=True, slots=True)
class DateReached:
    """`{date: DATA, before: 7d}` or `after:`."""

    data: DataRef
    before: Duration | None
    after: Duration | None
    at: Mark


@dataclass(frozen=True, slots=True)
class CalendarReached:
    """`{every: quarter, at: [day 5 09:00]}`."""

    every: Every
    slots: tuple[Slot, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class OfferMoved:
    offer: OfferRef
    way: Literal["granted", "used", "expired"]
    at: Mark


@dataclass(frozen=True, slots=True)
class ConsentMoved:
    consent: ConsentRef
    way: Literal["given", "refused", "withdrawn"]
    at: Mark


@dataclass(frozen=True, slots=True)
class StepReported:
    """`{done|late: STEP}`."""

    step: StepRef
    way: Literal["done", "late"]
    at: Mark


@dataclass(frozen=True, slots=True)
class IssueDue:
    """`{issue: CADENCE}`; None: any cadence whose `workflow` names this procedure."""

    cadence: CadenceRef | None
    at: Mark


@dataclass(frozen=True, slots=True)
class AlertRaised:
    kpi: KpiRef
    at: Mark


@dataclass(frozen=True, slots=True)
class Manual:
    """A person starts it."""

    at: Mark


Trigger = (
    OnEvent
    | Becomes
    | SegmentCrossed
    | JourneyMoved
    | DateReached
    | CalendarReached
    | OfferMoved
    | ConsentMoved
    | StepReported
    | IssueDue
    | AlertRaised
    | Manual
)
