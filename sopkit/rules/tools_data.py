"""The tools and the syncs between them go in; data that do not come where they are needed or belong come out: SOP704–SOP709."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.rules import tools_alerts, tools_fields, tools_records
from sopkit.rules.case import Case
from sopkit.rules.tools_items import items_of

RULES: Final[tuple[Rule, ...]] = (
    tools_fields.OUT_OF_REACH,
    tools_fields.UNMEASURED,
    tools_alerts.LATE,
    tools_records.NO_RECORD,
    tools_records.NO_WINNER,
    tools_records.LOST,
)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts; nothing where a document is wrong already, since every one may matter here."""
    items = items_of(case)
    if case.doubts.anywhere or not items.carriage.syncs:
        return
    yield from tools_fields.check(case, items.carriage, items)
    yield from tools_records.check(case, items.carriage, items)
    yield from tools_alerts.check(case, items.carriage, items)
