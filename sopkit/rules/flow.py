"""The execution graph goes in; what is wrong with its flow and with who answers for it comes out: SOP201–SOP219."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Rule
from sopkit.rules import bounds, cycles, governance, guards, reach, waits
from sopkit.rules.case import Case

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (*reach.RULES, *cycles.RULES, *waits.RULES, *bounds.RULES, *guards.RULES, *governance.RULES),
        key=lambda rule: rule.code,
    )
)


def check(case: Case) -> Iterator[Finding]:
    """Yield the findings of all parts; what only follows from an earlier stage's finding is held back."""
    yield from reach.check(case)
    yield from cycles.check(case)
    yield from waits.check(case)
    yield from bounds.check(case)
    yield from guards.check(case)
    yield from governance.check(case)
