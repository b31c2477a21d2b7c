"""What KPIs count and how they combine counts; and the selectors of touches that caps and quiet hours use."""

from __future__ import annotations

from typing import Literal

from sopkit.frozen import dataclass
from sopkit.model.predicates import Predicate
from sopkit.model.values import (
    CadenceRef,
    ChannelRef,
    DataRef,
    EventRef,
    OfferRef,
    PlaybookRef,
    PurposeRef,
    RoleRef,
    Text,
)
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which touches; several keys must all hold, several values of a key are alternatives. No `reach`: direct."""

    at: Mark
    channel: tuple[ChannelRef, ...] = ()
    category: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    sent_by: tuple[str, ...] = ()
    """`staff`, `tool`."""
    purpose: tuple[PurposeRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSelector:
    """Which steps, for `steps:`; several keys must all hold."""

    at: Mark
    by: tuple[RoleRef, ...] = ()
    playbook: tuple[PlaybookRef, ...] = ()
    step: tuple[str, ...] = ()
    required: bool | None = None


@dataclass(frozen=True, slots=True)
class Customers:
    """`customers: P`; a bare event means customers with it in the window."""

    who: Predicate
    at: Mark


@dataclass(frozen=True, slots=True)
class Events:
    event: EventRef
    at: Mark


@dataclass(frozen=True, slots=True)
class Touches:
    of: Selector
    state: Literal["sent", "delivered", "opened", "clicked", "replied", "failed", "duplicate"] | None
    at: Mark


@dataclass(frozen=True, slots=True)
class Grants:
    offer: OfferRef
    at: Mark


@dataclass(frozen=True, slots=True)
class Runs:
    playbook: PlaybookRef
    state: Literal["started", "done", "on-time", "late", "approved", "rejected"] | None
    at: Mark


@dataclass(frozen=True, slots=True)
class Steps:
    of: StepSelector
    state: Literal["due", "done", "late", "skipped"] | None
    at: Mark


@dataclass(frozen=True, slots=True)
class Issues:
    cadence: CadenceRef
    at: Mark


@dataclass(frozen=True, slots=True)
class Reported:
    """A total that a tool reports (`reports:` of the tool)."""

    name: str
    at: Mark


@dataclass(frozen=True, slots=True)
class Playbooks:
    """Playbooks in a state: `all`, `with-owner`, `with-review`, `reviewed`."""

    state: str
    at: Mark


@dataclass(frozen=True, slots=True)
class ByHand:
    """Counted by a person, as the text says."""

    how: Text
    at: Mark


Countable = Customers | Events | Touches | Grants | Runs | Steps | Issues | Reported | Playbooks | ByHand


@dataclass(frozen=True, slots=True)
class Count:
    of: Countable
    at: Mark


@dataclass(frozen=True, slots=True)
class Sum:
    """`sum: EVENT.DATA`."""

    event: EventRef
    data: DataRef
    at: Mark


@dataclass(frozen=True, slots=True)
class ShareOf:
    """`share: … of: …`: the part is among the whole."""

    part: Countable
    whole: Countable
    at: Mark


@dataclass(frozen=True, slots=True)
class Ratio:
    """`ratio: … to: …`; either side may be a count or a sum."""

    top: Countable | Sum
    bottom: Countable | Sum
    at: Mark


@dataclass(frozen=True, slots=True)
class Elapsed:
    """`mean|median|p90: {from: EVENT, to: EVENT}`."""

    statistic: Literal["mean", "median", "p90"]
    start: EventRef
    end: EventRef
    at: Mark


@dataclass(frozen=True, slots=True)
class Growth:
    """Against the period before."""

    of: Countable | Sum
    at: Mark


@dataclass(frozen=True, slots=True)
class Funnel:
    steps: tuple[tuple[str, Countable], ...]
    """(name, who got so far)."""
    at: Mark


Formula = Count | Sum | ShareOf | Ratio | Elapsed | Growth | Funnel
