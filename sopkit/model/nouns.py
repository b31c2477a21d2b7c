"""The nouns of a catalog: roles, channels, tools, events, data, consents, scripts, offers and the rest."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.predicates import Predicate
from sopkit.model.values import (
    ArtefactRef,
    ChannelRef,
    Comparison,
    ConsentRef,
    DataRef,
    DateValue,
    Duration,
    EventRef,
    Every,
    Hours,
    KpiRef,
    Money,
    NoticeRef,
    OfferRef,
    ProgrammeRef,
    PurposeRef,
    Rate,
    Ref,
    Retention,
    RoleRef,
    ScriptRef,
    Share,
    Slot,
    SourceRef,
    StepRef,
    SubjectRef,
    Text,
    ToolRef,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """What every noun may say; `id` is its key in the catalog."""

    id: str
    at: Mark
    """The key that declares it."""
    builtin: bool = False
    """Comes from a catalog that `uses:` brings in."""
    title: Text | None = None
    summary: Text | None = None
    owner: RoleRef | None = None
    review_by: DateValue | None = None
    source: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Noun):
    of: Literal["shop", "headquarters", "agency", "partner"] | None = None
    headcount: int | None = None
    hours: Hours | None = None
    minutes_a_day: float | None = None
    appraisal: tuple[tuple[KpiRef, Share], ...] = ()
    reports_to: RoleRef | None = None
    duties: tuple[Text, ...] = ()
    contact: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop(Noun):
    address: Text | None = None
    region: Text | None = None
    hours: Hours | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    at: Mark
    route: Literal["contract", "certification", "assessment", "exempt"] | None = None
    artefact: ArtefactRef | None = None
    people: int | None = None
    """Whose data go abroad in a year, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Noun):
    interface: Text | None = None
    relation: Literal["processor", "controller", "own"] | None = None
    hosted_in: str | None = None
    """ISO 3166 alpha-2, lower case."""
    agreement: Text | None = None
    drives: tuple[tuple[ToolRef, Duration], ...] = ()
    """Tools that it commands, and how long a command takes at most."""
    transfer: Transfer | None = None
    reports: tuple[str, ...] = ()
    """Names of totals that it can report, for `reported:` in formulas."""
    report_titles: tuple[tuple[str, Text], ...] = ()
    """(total, what people call it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    at: Mark
    how: Text | None = None
    do: Text | None = None
    """What staff do about it; None: a tool stops by itself."""
    event: EventRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person must confirm each send."""

    at: Mark
    role: RoleRef | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBy:
    """What lets a company write to a customer for a while, where the platform opens that only then."""

    at: Mark
    message: tuple[EventRef, ...] = ()
    """The customer writes."""
    tap: tuple[EventRef, ...] = ()
    """The customer taps the menu, follows, scans or enters the chat."""
    payment: tuple[EventRef, ...] = ()


Reach = Literal["direct", "group", "feed", "reply", "pull"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Noun):
    tool: ToolRef | None = None
    preset: str | None = None
    reach: Reach = "direct"
    selects: Literal["customer", "list", "nobody"] = "customer"
    address: DataRef | None = None
    cost: Money | None = None
    opt_out: OptOut | None = None
    confirmed_by: Confirmation | None = None
    opened_by: OpenedBy | None = None
    joins: int | None = None
    hours: Hours | None = None
    when_closed: Literal["wait", "drop"] = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Noun):
    version: str | None = None
    shown_in: tuple[ToolRef, ...] = ()
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBy:
    """How a consent is collected, so that it can be proved."""

    at: Mark
    role: RoleRef | None = None
    where: str | None = None
    filled_in_by: Literal["customer", "staff"] | None = None
    proof: tuple[str, ...] = ()
    kept_in: ToolRef | None = None
    for_: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Noun):
    tool: ToolRef | None = None
    at_most: Rate | None = None
    volume: Rate | None = None
    """Of all customers together."""
    shows: tuple[NoticeRef, ...] = ()
    asks: tuple[ConsentRef, ...] = ()
    gives: tuple[ConsentRef, ...] = ()
    asked_by: AskedBy | None = None
    other: str | None = None
    """A second customer in the event, as `referrer`, whom `to:` may name."""


@dataclass(frozen=True, slots=True)
class Computed:
    """How a tool derives a datum: from what, when, and by which first true rule."""

    from_: tuple[DataRef, ...]
    every: Every | None
    slots: tuple[Slot, ...]
    first_of: tuple[tuple[str, Predicate], ...]
    at: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum(Noun):
    type: Literal["text", "number", "money", "date", "boolean"] = "text"
    values: tuple[str, ...] = ()
    """The values in their order, where `type` lists them."""
    value_titles: tuple[tuple[str, Text], ...] = ()
    """(value, what people call it)."""
    category: str | None = None
    record: ToolRef | None = None
    """The system of record."""
    collected_by: tuple[EventRef, ...] = ()
    retention: Retention | None = None
    computed: Computed | None = None
    changes: Rate | Literal["never"] | None = None
    protection: ArtefactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Noun):
    channels: tuple[ChannelRef, ...] = ()
    purposes: tuple[PurposeRef, ...] = ()
    data: tuple[DataRef, ...] = ()
    notice: NoticeRef | None = None
    withdrawn_by: tuple[EventRef, ...] = ()
    effective_within: Duration | None = None
    expires: Duration | None = None
    given_by: Literal["customer", "guardian"] = "customer"
    pre_ticked: bool = False
    steps_to_give: int | None = None
    steps_to_withdraw: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Noun):
    category: Literal["marketing", "service", "transactional", "operations"] | None = None
    basis: (
        Literal[
            "consent",
            "contract",
            "legal-duty",
            "legitimate-interests",
            "vital-interests",
            "public-task",
            "public-information",
        ]
        | None
    ) = None
    data: tuple[DataRef, ...] = ()

    @property
    def is_marketing(self) -> bool:
        """Whether contacts for it are marketing, which law treats apart."""
        return self.category == "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagNoun(Noun):
    record: ToolRef | None = None
    changes: Rate | Literal["never"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Noun):
    when: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Noun):
    """Something that the customer is asked to do; done when its event occurs."""

    done_on: tuple[EventRef, ...] = ()
    reward: OfferRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(Noun):
    """A points scheme, member tiers, a referral scheme or a paid membership, with its rules in words."""

    type: Literal["points", "tiers", "referral", "membership", "co-creation"] | None = None
    rules: tuple[Text, ...] = ()
    earns: tuple[tuple[EventRef, Text], ...] = ()
    offers: tuple[OfferRef, ...] = ()
    tiers: DataRef | None = None
    expires: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(Noun):
    text: Text | None = None
    advertising: bool = False
    ai_written: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    at: Mark
    title: Text | None = None
    value: Money | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Noun):
    type: (
        Literal["coupon", "discount", "threshold", "gift", "joint", "flash-sale", "draw", "points", "paid-service"]
        | None
    ) = None
    value: Money | Share | None = None
    points: int | None = None
    """What `type: points` gives."""
    threshold: Money | None = None
    valid: Duration | None = None
    per_customer: Rate | None = None
    stacks_with: tuple[OfferRef, ...] | None = None
    """Empty: with none. None: nobody has said."""
    till_refuses: tuple[OfferRef, ...] | None = None
    """Empty: none. None: nobody has said."""
    terms: tuple[Text, ...] = ()
    prizes: tuple[Prize, ...] = ()
    programme: ProgrammeRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner(Noun):
    relation: Literal["processor", "controller", "joint-controller"] | None = None
    agreement: ArtefactRef | None = None
    contact: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Noun):
    type: Literal["technical", "market", "legal", "operational", "content", "lifecycle"] | None = None
    likelihood: Literal["low", "medium", "high"] | None = None
    impact: Literal["low", "medium", "high"] | None = None
    response: Literal["avoid", "spread", "transfer", "reserve", "reduce"] | None = None
    indicator: KpiRef | None = None
    threshold: Comparison | None = None
    """When the indicator reads so, the risk has come true."""
    measures: tuple[StepRef, ...] = ()
    """Steps, procedures or cadences that counter it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    at: Mark
    after: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    id: str
    at: Mark
    script: ScriptRef | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment(Noun):
    step: StepRef | None = None
    arms: tuple[Arm, ...] = ()
    split_by: Literal["customer", "shop", "group", "issue"] | None = None
    metric: KpiRef | None = None
    alpha: float | None = None
    power: Share | None = None
    min_effect: Comparison | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact(Noun):
    """A document that must exist outside the playbooks: a contract, an assessment, a policy."""

    type: Literal[
        "processor-contract", "impact-assessment", "policy", "incident-plan", "training-record", "audit",
        "protection-measure", "transfer-contract", "other",
    ] | None = None  # fmt: skip
    date: DateValue | None = None
    file: str | None = None
    """Relative to the workspace."""
    covers: tuple[SubjectRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Noun):
    for_: tuple[RoleRef, ...] = ()
    covers: tuple[SubjectRef, ...] = ()
    minutes: float | None = None
    pass_mark: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow(Noun):
    """A row of the handbook or policy that playbooks implement and cite with `source:`."""

    figures: Text | None = None


__all__ = [
    "Arm", "Artefact", "AskedBy", "Channel", "Computed", "Confirmation", "Consent", "Course", "Datum", "Event",
    "Experiment", "Notice", "Noun", "Offer", "OpenedBy", "OptOut", "Partner", "Prize", "Programme", "Purpose", "Reach", "Ref", "Risk",
    "Role", "Script", "Segment", "Shop", "SourceRow", "Stop", "TagNoun", "Task", "Tool", "Transfer",
]  # fmt: skip
