"""What the logs say of one customer: rows of each kind of log, as they are made and before they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final, NamedTuple

from sopkit.frozen import dataclass
from sopkit.logs.tables import FIELDS, Of
from sopkit.simulation.clock import Zone


class TouchRow(NamedTuple):
    """Times of all rows are seconds of UTC since 1970; empty text: the log says nothing."""

    customer: str
    time: int
    channel: str
    step: str = ""
    purpose: str = ""
    tool: str = ""
    state: str = ""
    sent_by: str = ""
    staff: str = ""
    role: str = ""
    shop: str = ""
    arm: str = ""
    country: str = ""
    data: str = ""


class ConsentRow(NamedTuple):
    customer: str
    time: int
    action: str
    consent: str = ""
    purpose: str = ""
    channel: str = ""
    expires: int | None = None
    given_by: str = ""


class StepRow(NamedTuple):
    time: int
    step: str
    state: str
    customer: str
    run: str
    due: int | None = None
    staff: str = ""
    role: str = ""
    shop: str = ""


class EventRow(NamedTuple):
    time: int
    event: str
    customer: str
    value: float | None = None
    shop: str = ""
    arm: str = ""


class CustomerRow(NamedTuple):
    customer: str
    timezone: str = ""
    born: int | None = None
    """Days since 1970."""
    minor: bool | None = None
    country: str = ""
    shop: str = ""


class SyncRow(NamedTuple):
    sync: str
    changed: int
    arrived: int | None
    customer: str


Row = TouchRow | ConsentRow | StepRow | EventRow | CustomerRow | SyncRow
LOGS: Final[tuple[Of, ...]] = ("touches", "consents", "steps", "events", "customers", "syncs")
COLUMNS: Final[Mapping[Of, tuple[str, ...]]] = {of: tuple(one.name for one in FIELDS[of]) for of in LOGS}
TIMES: Final[Mapping[Of, frozenset[int]]] = {
    of: frozenset(number for number, one in enumerate(FIELDS[of]) if one.form == "time") for of in LOGS
}
"""Which columns hold times."""


@dataclass(slots=True, eq=False)
class Course:
    """All rows of one customer; those of one kind stand in order of time, except where faults were planted."""

    number: int
    name: str
    zone: Zone
    customer: CustomerRow
    touches: list[TouchRow] = field(default_factory=list)
    consents: list[ConsentRow] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    syncs: list[SyncRow] = field(default_factory=list)

    def rows(self, of: Of) -> Iterator[Row]:
        """Yield what one kind of log says, in order of time."""
        match of:
            case "touches":
                yield from sorted(self.touches, key=lambda one: one.time)
            case "consents":
                yield from sorted(self.consents, key=lambda one: one.time)
            case "steps":
                yield from sorted(self.steps, key=lambda one: one.time)
            case "events":
                yield from sorted(self.events, key=lambda one: one.time)
            case "syncs":
                yield from sorted(self.syncs, key=lambda one: one.changed)
            case "customers":
                yield self.customer
