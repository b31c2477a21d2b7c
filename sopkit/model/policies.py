"""The parts of the workspace's settings, as typed values: limits on touches, prices, the brand, what documents say of themselves."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.formulas import Selector
from sopkit.model.values import (
    Calendar,
    Comparison,
    DateValue,
    Duration,
    Hours,
    Ref,
    RoleRef,
    SegmentRef,
    Share,
    StageRef,
    Text,
    ToolRef,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    at: Mark
    hours: Hours | None = None
    of: Selector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """`max` touches in `per` (a rolling duration or a calendar unit), or a `gap` between two touches."""

    id: str
    at: Mark
    title: Text | None = None
    max: int | None = None
    per: Duration | Literal["day", "week", "month"] | None = None
    gap: Duration | None = None
    of: Selector | None = None


@dataclass(frozen=True, slots=True)
class OnCap:
    """What happens to a touch that a cap stops: skipped, held for at most a time and then skipped, or the journey ends."""

    action: Literal["skip", "wait", "exit"]
    at_most: Duration | None
    at: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    """None of a tool: `enforce: none`, every cap is proved on the plan alone."""

    at: Mark
    in_: ToolRef | None = None
    gap: OnCap | None = None
    count: OnCap | None = None
    order: Literal["priority", "arrival"] = "priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAtATime:
    id: str
    at: Mark
    title: Text | None = None
    journeys: tuple[StageRef, ...] = ()
    cool_down: Duration | None = None
    if_busy: Literal["drop", "queue", "preempt"] = "drop"
    held_in: ToolRef | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `max` touches under `cap` come from `of`, a journey or a `one_at_a_time` group."""

    cap: Ref
    of: Ref
    max: int
    at: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    at: Mark
    floor: Share | None = None
    of: str | None = None
    baseline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentMix:
    at: Mark
    audience: SegmentRef | None = None
    per: Calendar | None = None
    shares: tuple[tuple[str, Comparison], ...] = ()
    """(layer, share of the audience's content)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    at: Mark
    name: Text | None = None
    logo: str | None = None
    """A file below the workspace."""
    colour: str | None = None
    """#rrggbb, of headings and marks."""
    fonts: tuple[str, ...] = ()
    """Names, the first that has a character is used."""
    font_files: tuple[str, ...] = ()
    """Files below the workspace, for what is printed."""
    header: Text | None = None
    footer: Text | None = None
    signature: Text | None = None
    service_line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What the printed documents say about themselves."""

    at: Mark
    number: str | None = None
    """Document number, as `AUR-SOP-001`."""
    approver: RoleRef | None = None
    effective: DateValue | None = None
    url: str | None = None
    """Where the live edition is published."""
    locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """Where a log of what really happened is found, and what its columns and values mean."""

    id: str
    at: Mark
    of: Literal["touches", "consents", "steps", "events", "customers", "syncs"] | None = None
    file: str | None = None
    """Below the workspace; `*` stands for any part of a name."""
    columns: tuple[tuple[str, str], ...] = ()
    """(our field, the file's column)."""
    values_: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(our field, (value in the file, our id))."""
    timezone: str | None = None
    """Of times that say none; None: the workspace's."""
    table: str | None = None
    """Of a database or a spreadsheet that has several."""
    complete_from: DateValue | None = None
    """From when on the log has everything: what is not in it did not happen. None: from its first row."""
    at_most_bad: Share | None = None
    """Share of rows that may be unreadable; None: one in a hundred."""
