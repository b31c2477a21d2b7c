"""The documents: workspace settings, playbooks, syncs and KPIs, as typed values; and the workspace that holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model import nouns
from sopkit.model.formulas import Countable, Formula, Selector
from sopkit.model.policies import (
    Brand,
    Budget,
    Cap,
    ContentMix,
    Enforcement,
    LogFile,
    OnCap,
    OneAtATime,
    Outputs,
    Pricing,
    QuietHours,
)
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Step
from sopkit.model.triggers import Trigger
from sopkit.model.values import (
    CadenceRef,
    Calendar,
    ChannelRef,
    Comparison,
    ConsentRef,
    DataRef,
    DateValue,
    Duration,
    EventRef,
    Every,
    JourneyRef,
    KpiRef,
    Money,
    OfferRef,
    ProcedureRef,
    PurposeRef,
    Rate,
    Ref,
    RoleRef,
    Slot,
    SourceRef,
    TagRef,
    Text,
    ToolRef,
    Weekday,
    Window,
)
from sopkit.tree import Mark

Kind = Literal["workspace", "catalog", "lifecycle", "automation", "cadence", "sync", "kpi", "procedure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`waive:` one rule at one place, with a reason, an approver and an end."""

    at: Mark
    rule: str | None = None
    place: str | None = None
    """`at:`, a path inside the document."""
    reason: Text | None = None
    approved_by: RoleRef | None = None
    until: DateValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What every document may say."""

    kind: Kind
    at: Mark
    """The document's root."""
    id: str
    id_at: Mark
    broken: bool = False
    """The schema refused a part of it: what follows only from that is held back."""
    builtin: bool = False
    title: Text | None = None
    summary: Text | None = None
    owner: RoleRef | None = None
    review_by: DateValue | None = None
    source: tuple[SourceRef, ...] = ()
    waive: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    at: Mark
    kpi: KpiRef | None = None
    target: Comparison | None = None
    parent: KpiRef | None = None
    """The goal that this one is broken down from."""


# Journeys


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of `next:`; exactly one of `on`, `when`, `after`."""

    on: tuple[Trigger, ...]
    when: Predicate | None
    after: Duration | None
    go: Ref
    """A stage of the same lifecycle, or `end`."""
    at: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    id: str
    at: Mark
    """The key."""
    title: Text | None = None
    summary: Text | None = None
    source: tuple[SourceRef, ...] = ()
    steps: tuple[Step, ...] = ()
    targets: tuple[Target, ...] = ()
    next: tuple[Transition, ...] = ()
    stays: Duration | None = None
    """`stays: at least 7d`."""


@dataclass(frozen=True, slots=True)
class Reentry:
    mode: Literal["never", "after", "always"]
    after: Duration | None
    at: Mark | None
    """None where it is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey(Document):
    """A lifecycle, or an automation: one stage with the id ''."""

    audience: Predicate | None = None
    while_: Predicate | None = None
    starts_on: tuple[Trigger, ...] = ()
    ends_on: tuple[Trigger, ...] = ()
    reentry: Reentry = Reentry("never", None, None)
    overlap: bool = True
    priority: int | None = None
    runs_in: ToolRef | None = None
    follows: DataRef | None = None
    stages: tuple[Stage, ...] = ()
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence(Document):
    via: tuple[ChannelRef, ...] = ()
    format: str | None = None
    audience: Predicate | None = None
    for_: PurposeRef | None = None
    layer: str | None = None
    by: RoleRef | None = None
    """Who publishes; without it a tool."""
    every: Every | None = None
    at_slots: tuple[Slot, ...] = ()
    except_: tuple[Weekday, ...] = ()
    on_holiday: Literal["same", "skip", "previous-workday", "next-workday"] = "same"
    replaces: tuple[CadenceRef, ...] = ()
    """Cadences that have no issue in a calendar week in which this one has."""
    lasts: Duration | None = None
    headline: tuple[Literal["number", "question"], ...] = ()
    standards: tuple[Text, ...] = ()
    workflow: ProcedureRef | None = None
    steps: tuple[Step, ...] = ()
    targets: tuple[Target, ...] = ()
    ai_written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    at: Mark
    from_: DateValue | None = None
    to: DateValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Document):
    starts_on: tuple[Trigger, ...] = ()
    for_each: Literal["customer", "ticket", "shop", "campaign", "period", "incident", "issue"] | None = None
    steps: tuple[Step, ...] = ()
    due: Duration | None = None
    """The whole run, from its start."""
    objective: Text | None = None
    audience: Predicate | None = None
    budget: Money | None = None
    dates: Dates | None = None
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carries:
    at: Mark
    events: tuple[EventRef, ...] = ()
    data: tuple[DataRef, ...] = ()
    tags: tuple[TagRef, ...] = ()
    consents: tuple[ConsentRef, ...] = ()
    touches: tuple[ChannelRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync(Document):
    from_: ToolRef | None = None
    to: ToolRef | None = None
    carries: Carries | None = None
    key: DataRef | None = None
    every: Every | None = None
    at_slots: tuple[Slot, ...] = ()
    takes: tuple[Duration, Duration] | None = None
    """Shortest and longest."""
    if_failed: ProcedureRef | None = None
    consent: ConsentRef | None = None
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    at: Mark
    value: Comparison | None = None
    """A bare value, read as `= value`."""
    period: str | None = None
    """`2026-Q2`, `2026-06`, `2026`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    at: Mark
    every: Every | None = None
    at_slots: tuple[Slot, ...] = ()
    by: RoleRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    at: Mark
    when: Comparison | None = None
    before: Duration | None = None
    to: tuple[RoleRef, ...] = ()
    start: ProcedureRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi(Document):
    unit: str | None = None
    """`percent`, `count`, `seconds`, `points`, a currency."""
    better: Literal["higher", "lower"] | None = None
    formula: Formula | None = None
    cohort: Predicate | None = None
    """A bare event means the customers of that event."""
    window: Window | None = None
    per: Calendar | Literal["issue", "run"] | None = None
    measured_in: ToolRef | None = None
    baseline: Baseline | None = None
    review: Review | None = None
    alert: Alert | None = None
    target: Comparison | None = None
    parent: KpiRef | None = None
    """The goal that this KPI contributes to."""


# The workspace's own settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Document):
    """The `workspace` document."""

    company: Text | None = None
    """The legal entity that answers for it."""
    uses: tuple[Ref, ...] = ()
    locale: str = "zh-CN"
    locales: tuple[str, ...] = ()
    timezone: str | None = None
    customer_timezones: tuple[str, ...] | Literal["unknown"] | None = None
    jurisdictions: tuple[str, ...] = ()
    holidays: str | None = None
    currency: str | None = None
    quiet_hours: tuple[QuietHours, ...] = ()
    caps: tuple[Cap, ...] = ()
    enforce: Enforcement | None = None
    one_at_a_time: tuple[OneAtATime, ...] = ()
    budgets: tuple[Budget, ...] = ()
    pricing: Pricing | None = None
    content_mix: tuple[ContentMix, ...] = ()
    duplicate_within: Duration | None = None
    """Two touches on one cause and topic count as a duplicate within this time; undeclared: 24 h."""
    brand: Brand | None = None
    outputs: Outputs | None = None
    logs: tuple[LogFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything declared, by namespace and id; ids in insertion order of sorted files."""

    settings: Settings
    roles: Mapping[str, nouns.Role]
    shops: Mapping[str, nouns.Shop]
    channels: Mapping[str, nouns.Channel]
    tools: Mapping[str, nouns.Tool]
    notices: Mapping[str, nouns.Notice]
    events: Mapping[str, nouns.Event]
    data: Mapping[str, nouns.Datum]
    consents: Mapping[str, nouns.Consent]
    purposes: Mapping[str, nouns.Purpose]
    tags: Mapping[str, nouns.TagNoun]
    segments: Mapping[str, nouns.Segment]
    tasks: Mapping[str, nouns.Task]
    programmes: Mapping[str, nouns.Programme]
    scripts: Mapping[str, nouns.Script]
    offers: Mapping[str, nouns.Offer]
    partners: Mapping[str, nouns.Partner]
    risks: Mapping[str, nouns.Risk]
    experiments: Mapping[str, nouns.Experiment]
    artefacts: Mapping[str, nouns.Artefact]
    courses: Mapping[str, nouns.Course]
    sources: Mapping[str, nouns.SourceRow]
    journeys: Mapping[str, Journey]
    cadences: Mapping[str, Cadence]
    procedures: Mapping[str, Procedure]
    syncs: Mapping[str, Sync]
    kpis: Mapping[str, Kpi]
    catalogs: tuple[Document, ...] = ()
    """The workspace's own catalog documents, for what they say of themselves: owner, review date, waivers."""


__all__ = [
    "Alert",
    "Baseline",
    "Brand",
    "Budget",
    "Cadence",
    "Cap",
    "Carries",
    "ContentMix",
    "Countable",
    "Dates",
    "Document",
    "Enforcement",
    "Formula",
    "Journey",
    "JourneyRef",
    "Kind",
    "Kpi",
    "LogFile",
    "OfferRef",
    "OnCap",
    "OneAtATime",
    "Outputs",
    "Pricing",
    "Procedure",
    "QuietHours",
    "Rate",
    "Reentry",
    "Review",
    "Selector",
    "Settings",
    "Stage",
    "Sync",
    "Target",
    "Transition",
    "Waiver",
    "Workspace",
]  # fmt: skip
