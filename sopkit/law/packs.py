"""Packs as typed values, and the law: what the packs that apply to a workspace say on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Final, Literal

from sopkit.diagnostics import Citation, Severity
from sopkit.frozen import dataclass
from sopkit.law.parameters import KNOWN, Number
from sopkit.text import Phrase

Gravity = Literal["critical", "high", "medium"]
Decided = Literal["plan", "plan-and-logs", "document", "between-versions", "manual"]
BY_PEOPLE: Final = frozenset(("between-versions", "manual"))
"""No rule decides these on the playbooks as they stand."""
UNSETTLED = "U"


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one version."""

    citation: Citation
    until: date | None = None
    """The last day on which it is in force."""

    def in_force(self, day: date) -> bool:
        start = self.citation.in_force_from
        return (start is None or start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    title: Phrase
    value: Number
    earlier: tuple[tuple[Number, date], ...]
    """(value, its last day), the earliest first."""
    set_by_law: bool

    def on(self, day: date) -> Number:
        return next((value for value, last in self.earlier if day <= last), self.value)


@dataclass(frozen=True, slots=True)
class Control:
    """One row of the catalogue of checks, as one pack has it."""

    id: str
    title: Phrase | None
    severity: Gravity | None
    decided: Decided | None
    practice: Phrase | None
    """What it still depends on once the playbooks keep it; None where it is about the declarations themselves."""
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Words that should not be used, and whether their use alone breaks the rule."""

    control: str
    sure: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allowed:
    phrase: str
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    path: str
    """Of its file; built-in packs begin with `sopkit:`."""
    title: Phrase
    partial: Phrase | None
    checked_on: date | None
    articles: Mapping[str, Article]
    parameters: Mapping[str, Parameter]
    controls: Mapping[str, Control]
    terms: tuple[Terms, ...]
    allowed: tuple[Allowed, ...]
    own: bool
    """A policy of the workspace, which holds whatever the jurisdiction."""


@dataclass(frozen=True)
class Law:
    """The packs that apply to one workspace, its own first, as of one day."""

    packs: tuple[Pack, ...]
    day: date

    @cached_property
    def controls(self) -> Mapping[str, tuple[tuple[Pack, Control], ...]]:
        """Id of a control → the packs in which it applies on the day: those with an article in force, or that need none."""
        found: dict[str, list[tuple[Pack, Control]]] = {}
        for pack in self.packs:
            for control in pack.controls.values():
                if not control.articles or any(one.in_force(self.day) for one in control.articles):
                    found.setdefault(control.id, []).append((pack, control))
        return {name: tuple(pairs) for name, pairs in found.items()}

    def applies(self, *controls: str) -> bool:
        """Whether any pack has any of these controls."""
        return any(name in self.controls for name in controls)

    def packs_with(self, control: str) -> tuple[Pack, ...]:
        return tuple(pack for pack, _ in self.controls.get(control, ()))

    def citations(self, *controls: str) -> tuple[Citation, ...]:
        """Return the articles in force behind the controls, each once."""
        found = (
            one.citation
            for name in controls
            for _, control in self.controls.get(name, ())
            for one in control.articles
            if one.in_force(self.day)
        )
        return tuple(dict.fromkeys(found))

    def heaviest(self, *controls: str) -> Severity:
        """Return how much a finding of these controls weighs at most.

        `critical` and `high` are errors, `medium` is a warning, and so is all that only unsettled articles stand behind.
        """
        pairs = [pair for name in controls for pair in self.controls.get(name, ())]
        cited = self.citations(*controls)
        if cited and all(one.status == UNSETTLED for one in cited):
            return Severity.WARNING
        stated = [control.severity for _, control in pairs if control.severity]
        return Severity.WARNING if stated and all(one == "medium" for one in stated) else Severity.ERROR

    def is_critical(self, *controls: str) -> bool:
        """Whether any of these controls is critical in a pack that applies."""
        return any(control.severity == "critical" for name in controls for _, control in self.controls.get(name, ()))

    def parameter(self, name: str) -> Number | None:
        """Return the value on the day; None where no pack has it.

        Of values that the law or the workspace sets the strictest counts; our own choice only where neither says anything.
        """
        known = KNOWN[name]
        found = [(pack, pack.parameters[name]) for pack in self.packs if name in pack.parameters]
        binding = [one for pack, one in found if pack.own or one.set_by_law]
        values = [one.on(self.day) for one in binding or [one for _, one in found]]
        return known.strictest(values) if values else None

    def terms(self, control: str) -> tuple[Terms, ...]:
        if not self.applies(control):
            return ()
        return tuple(one for pack in self.packs for one in pack.terms if one.control == control)

    @property
    def allowed(self) -> tuple[Allowed, ...]:
        return tuple(one for pack in self.packs for one in pack.allowed)


def law(packs: Iterable[Pack], day: date) -> Law:
    """Return the law of these packs, the workspace's own first."""
    return Law(tuple(sorted(packs, key=lambda one: (not one.own, one.id))), day)
