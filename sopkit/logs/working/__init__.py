"""Rules on steps, syncs, KPIs and experiments, asked of the logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.working import deadlines, experiments, kpis, order, responses, skipped, syncs

FAMILIES: Final[tuple[Callable[[LogCase], Iterator[Observation]], ...]] = (
    deadlines.observe,
    skipped.observe,
    order.observe,
    responses.observe,
    syncs.observe,
    kpis.observe,
    experiments.observe,
)
