"""The tools and the syncs between them go in; what comes too late or twice because of them comes out: SOP701–SOP709."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.graph.carriage import Carriage
from sopkit.rules import tools_alerts, tools_deadlines, tools_duplicates, tools_fields, tools_records, tools_stale
from sopkit.rules.case import Case
from sopkit.rules.tools_items import Items
from sopkit.rules.tools_occasions import occasions

RULES: Final[tuple[Rule, ...]] = (
    tools_deadlines.INFEASIBLE,
    tools_stale.STALE,
    tools_duplicates.DUPLICATE,
    tools_fields.OUT_OF_REACH,
    tools_fields.UNMEASURED,
    tools_alerts.LATE,
    tools_records.NO_RECORD,
    tools_records.NO_WINNER,
    tools_records.LOST,
)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts; nothing where a document is wrong already, since every one may matter here."""
    if case.doubts.anywhere:
        return
    carriage = Carriage(case.workspace, case.today)
    found = [*occasions(case)]
    yield from tools_duplicates.check(case, carriage, found)
    if not carriage.syncs:
        return
    items = Items(case, carriage)
    yield from tools_deadlines.check(case, carriage, found)
    yield from tools_fields.check(case, carriage, items)
    yield from tools_records.check(case, carriage, items)
    yield from tools_alerts.check(case, carriage, items)
    yield from tools_stale.check(case, carriage, items, found)
