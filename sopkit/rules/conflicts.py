"""Playbooks that get in each other's way: SOP4xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.rules import conflicts_offers
from sopkit.rules.case import Case

RULES: Final[tuple[Rule, ...]] = tuple(sorted(conflicts_offers.RULES, key=lambda rule: rule.code))


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts."""
    yield from conflicts_offers.check(case)
