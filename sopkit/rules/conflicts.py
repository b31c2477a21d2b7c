"""Playbooks that get in each other's way: SOP4xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.rules import (
    conflicts_entries,
    conflicts_items,
    conflicts_offers,
    conflicts_owners,
    conflicts_roles,
    conflicts_workload,
    conflicts_writes,
)
from sopkit.rules.case import Case
from sopkit.rules.conflicts_causes import Deeds

PARTS: Final = (
    conflicts_owners,
    conflicts_writes,
    conflicts_roles,
    conflicts_workload,
    conflicts_entries,
    conflicts_items,
    conflicts_offers,
)
RULES: Final[tuple[Rule, ...]] = tuple(rule for part in PARTS for rule in part.RULES)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts."""
    deeds = Deeds(case)
    yield from conflicts_owners.check(case)
    yield from conflicts_writes.check(case, deeds)
    yield from conflicts_roles.check(case, deeds)
    yield from conflicts_entries.check(case)
    yield from conflicts_items.check(case, deeds)
    yield from conflicts_offers.check(case)
    yield from conflicts_workload.check(case)
