"""Predicates over one customer, as trees; whatever a guard, an audience or a segment may test."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.values import (
    ChannelRef,
    Comparison,
    ConsentRef,
    DataRef,
    Duration,
    EventRef,
    NumberRange,
    SegmentRef,
    StageRef,
    TagRef,
    TaskRef,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; a mapping of several keys reads so too. No parts: always true."""

    parts: tuple[Predicate, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Predicate, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Not:
    part: Predicate
    at: Mark


@dataclass(frozen=True, slots=True)
class Else:
    """The branch taken where no earlier one is."""

    at: Mark


@dataclass(frozen=True, slots=True)
class DataTest:
    """`DATA: v | [v] | ≥ n | a..b | known | unknown`."""

    data: DataRef
    test: tuple[str, ...] | Comparison | NumberRange | Literal["known", "unknown"]
    """A tuple lists the values that pass; booleans are 'true' and 'false'."""
    at: Mark


@dataclass(frozen=True, slots=True)
class EventTest:
    """`EVENT: ever | never | within 30d | not within 90d | ≥ 2 within 90d | ≥ 2`."""

    event: EventRef
    count: Comparison | None
    """None: at least once."""
    within: Duration | None
    """None: ever."""
    negated: bool
    at: Mark


@dataclass(frozen=True, slots=True)
class TagTest:
    tag: TagRef
    at: Mark


@dataclass(frozen=True, slots=True)
class SegmentTest:
    segment: SegmentRef
    at: Mark


@dataclass(frozen=True, slots=True)
class StageTest:
    """`stage:` (is in it now), `in:` (a journey or stage, now), `been_in:` (was in it at some time)."""

    place: StageRef
    ever: bool
    at: Mark


@dataclass(frozen=True, slots=True)
class TaskTest:
    """The customer has done the task."""

    task: TaskRef
    at: Mark


@dataclass(frozen=True, slots=True)
class ReachableTest:
    """The channel has an address for the customer."""

    channel: ChannelRef
    at: Mark


ConsentState = Literal["given", "refused", "withdrawn", "expired", "unknown"]


@dataclass(frozen=True, slots=True)
class ConsentTest:
    consent: ConsentRef
    state: ConsentState
    at: Mark


Predicate = (
    All
    | Any
    | Not
    | Else
    | DataTest
    | EventTest
    | TagTest
    | SegmentTest
    | StageTest
    | TaskTest
    | ReachableTest
    | ConsentTest
)
