"""Steps: exactly one verb each, and what every step may say about time, people and guards."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.predicates import Predicate
from sopkit.model.triggers import Trigger
from sopkit.model.values import (
    AskRef,
    ChannelRef,
    DataRef,
    Duration,
    DurationRange,
    Every,
    HandoverRef,
    KpiRef,
    OfferRef,
    PurposeRef,
    Ref,
    RoleRef,
    ScriptRef,
    Slot,
    TagRef,
    Text,
    ToolRef,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRule:
    """How a touch meets the caps: `counts: false` is not counted, `stopped: false` is sent all the same."""

    at: Mark
    counts: bool = True
    stopped: bool = True
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What proves that the step was done, where it is kept, how long."""

    at: Mark
    what: Text | None = None
    kept_in: ToolRef | None = None
    for_: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Whom to tell, after how long without completion."""

    at: Mark
    to: RoleRef | None = None
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """`send: SCRIPT`, or `match: DATA` with a script for each value."""

    script: ScriptRef | None
    match: DataRef | None
    scripts: tuple[tuple[str, ScriptRef], ...]
    """(value of `match`, script)."""

    @property
    def all_scripts(self) -> tuple[ScriptRef, ...]:
        return (self.script,) if self.script else tuple(script for _, script in self.scripts)


@dataclass(frozen=True, slots=True)
class Ask:
    """`ask: CONSENT, DATA or TASK` (one or several)."""

    what: tuple[AskRef, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    offer: OfferRef


@dataclass(frozen=True, slots=True)
class Tag:
    tags: tuple[TagRef, ...]
    removes: bool
    """True for `untag`."""


@dataclass(frozen=True, slots=True)
class SetData:
    values: tuple[tuple[DataRef, str], ...]


@dataclass(frozen=True, slots=True)
class Do:
    text: Text


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause of exact or ranged length, or until a trigger, `up_to` a time, `otherwise` other steps."""

    for_: DurationRange | None
    until: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    if_: Predicate
    """`Else` for the last."""
    steps: tuple[Step, ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Choose:
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Approve:
    step: Ref
    """A step's id in the same playbook."""


@dataclass(frozen=True, slots=True)
class Measure:
    kpis: tuple[KpiRef, ...]


@dataclass(frozen=True, slots=True)
class Erase:
    data: tuple[DataRef, ...]


@dataclass(frozen=True, slots=True)
class Start:
    playbook: HandoverRef


@dataclass(frozen=True, slots=True)
class Go:
    """To a stage of the same lifecycle, a step of the same procedure, or `end`."""

    to: Ref

    @property
    def ends(self) -> bool:
        return self.to.id == "end"


Verb = Send | Ask | Grant | Tag | SetData | Do | Wait | Choose | Approve | Measure | Erase | Start | Go
"""`send`/`match`, `ask`, `grant`, `tag`/`untag`, `set`, `do`, `wait`, `choose`, `approve`, `measure`, `erase`, `start`, `go`/`end`."""

VERBS: tuple[str, ...] = (
    "send", "ask", "grant", "tag", "untag", "set", "do", "wait", "choose",
    "approve", "measure", "erase", "start", "go", "end",
)  # fmt: skip
"""The keys, exactly one a step; `end: true` is `go: end`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Field names are the keys of the language, with `_` behind a Python keyword; `verb` holds the verb key's value."""

    at: Mark
    """The step's mapping."""
    verb_at: Mark
    """The verb key."""
    verb: Verb | None
    """None only where the document was refused."""
    id: str
    """As written, else made from verb and position, such as `wait-3`; unique in its playbook's stage."""
    id_at: Mark
    title: Text | None = None
    if_: Predicate | None = None
    required: bool = False
    why: Text | None = None
    if_wrong: Text | None = None
    after: DurationRange | None = None
    within: Duration | None = None
    before: Duration | None = None
    since: Ref | None = None
    """`stage`, `start` or a step's id."""
    clock: Literal["open", "wall"] = "open"
    on: tuple[Trigger, ...] = ()
    every: Every | None = None
    at_slots: tuple[Slot, ...] = ()
    """`at:`, with a calendar `every`."""
    by: RoleRef | None = None
    via: tuple[ChannelRef, ...] = ()
    for_: PurposeRef | None = None
    cap: CapRule | None = None
    topic: str | None = None
    uses: tuple[DataRef, ...] = ()
    offer: OfferRef | None = None
    layer: str | None = None
    script: ScriptRef | None = None
    again_after: Duration | None = None
    proof: tuple[str, ...] = ()
    kept_in: ToolRef | None = None
    to: str | None = None
    """`customer`, a role in an event (`referrer`), …; of tag, set, grant."""
    amount: str | None = None
    up_to: Duration | None = None
    otherwise: tuple[Step, ...] = ()
    if_rejected: Ref | None = None
    in_: tuple[ToolRef, ...] = ()
    recheck: ToolRef | None = None
    """Where the person looks at `if` once more before doing it."""
    accountable: RoleRef | None = None
    consult: tuple[RoleRef, ...] = ()
    inform: tuple[RoleRef, ...] = ()
    minutes: float | None = None
    how: tuple[Text, ...] = ()
    checklist: tuple[Text, ...] = ()
    evidence: Evidence | None = None
    escalate: Escalation | None = None


def inner(step: Step) -> tuple[Step, ...]:
    """Return the step and every step inside it, in the order written."""
    inside = step.otherwise
    if isinstance(step.verb, Choose):
        inside = (*inside, *[one for branch in step.verb.branches for one in branch.steps])
    return (step, *[each for one in inside for each in inner(one)]) if inside else (step,)
