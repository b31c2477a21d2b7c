"""The tools and the syncs between them go in; what comes too late or twice because of them comes out: SOP701–SOP703."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.rules import tools_deadlines, tools_duplicates, tools_stale
from sopkit.rules.case import Case
from sopkit.rules.tools_items import items_of

RULES: Final[tuple[Rule, ...]] = (
    tools_deadlines.INFEASIBLE,
    tools_stale.STALE,
    tools_duplicates.DUPLICATE,
)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts; nothing where a document is wrong already, since every one may matter here."""
    if case.doubts.anywhere:
        return
    items = items_of(case)
    carriage = items.carriage
    yield from tools_duplicates.check(case, carriage)
    if not carriage.syncs:
        return
    yield from tools_deadlines.check(case, carriage)
    yield from tools_stale.check(case, carriage, items)
