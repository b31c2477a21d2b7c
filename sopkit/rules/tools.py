"""The tools and the syncs between them go in; what comes too late or twice because of them comes out: SOP701–SOP703."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Outcome, Rule
from sopkit.graph.carriage import Carriage
from sopkit.rules import tools_deadlines
from sopkit.rules.case import Case

RULES: Final[tuple[Rule, ...]] = (tools_deadlines.INFEASIBLE,)


def check(case: Case) -> Iterator[Outcome]:
    """Yield the outcomes of all parts; nothing where a document is wrong already, since every one may matter here."""
    if case.doubts.any:
        return
    carriage = Carriage(case.workspace, case.today)
    yield from tools_deadlines.check(case, carriage)
