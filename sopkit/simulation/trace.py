"""What goes into a scripted run and what comes out: a trace of happenings and choices; a log of touches and moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sopkit.frozen import dataclass

EMPTY: Mapping[str, tuple[int, ...]] = MappingProxyType({})


EntryKind = Literal["touch", "step", "start", "end", "enter", "leave", "refuse", "skip", "unsent"]


Record = Callable[[int, EntryKind, str, str, int, bool], None]
"""Takes one line of a log: see `Entry`."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that the world does to the customer. Times are aware; equal times happen in the order given."""

    at: datetime
    kind: Literal["event", "data", "tag", "untag", "given", "refused", "withdrawn", "used"]
    name: str
    """The id of the event, datum, tag, consent or offer."""
    value: str | None = None
    """Of a datum; None makes it unknown."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One customer's course, from its start; nothing is left to chance."""

    start: datetime
    end: datetime
    happenings: tuple[Happening, ...] = ()
    zone: str | None = None
    """The customer's time zone; None: the workspace's."""
    delays: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: EMPTY)
    """Node id → seconds after its base at each time it is done; then the shortest.

    A step under its node, its confirmation by a person under `node/confirm`, a wait of ranged length under `node/wait`, a run of a sync
    under `sync/id`, and the first run of one that has an interval and no hour under `sync/id/start`, seconds after 1970-01-01.
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: int
    """Seconds of UTC since 1970."""
    kind: EntryKind
    """`skip`: a cap stopped it; `unsent`: a guard, a closed channel that drops, or no channel that reaches."""
    node: str
    """Node id of the step, issue, stage or playbook."""
    detail: str = ""
    """The channel of a touch; the cap of a skip; the reason of a refusal or of what was not sent; where a customer went from a stage,
    else `done` or `ended` (before its end)."""
    weight: int = 1
    """How many times a touch is felt: once in each group of the customer."""
    controlled: bool = False
    """Whether the enforcing tool could have stopped this touch."""


@dataclass(frozen=True, slots=True)
class Log:
    """What happened. `illegal` names every way in which the trace itself broke what is declared: then it witnesses nothing.

    `unmodelled` must be empty, or have no bearing, before a log is taken for a witness.
    """

    entries: tuple[Entry, ...]
    illegal: tuple[str, ...] = ()
    unmodelled: tuple[str, ...] = ()
    """What the workspace declares and this run left out, as `sync/x` or `automation/y/step: before`."""

    @property
    def touches(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind == "touch")
