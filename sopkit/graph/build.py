"""A workspace goes in; its execution graph, with every playbook, step, trigger, sync, KPI and noun as nodes, comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import is_
from typing import Final

from sopkit.graph.builder import PLACE, Builder
from sopkit.graph.documents import add_cadence, add_kpi, add_procedure, add_sync
from sopkit.graph.journeys import add_journey
from sopkit.graph.nodes import Edge, ExecutionGraph, Made, Node
from sopkit.graph.nouns import NOUNS, add_nouns, table
from sopkit.model.documents import Workspace
from sopkit.model.triggers import (
    AlertRaised,
    Becomes,
    ConsentMoved,
    DateReached,
    IssueDue,
    JourneyMoved,
    OfferMoved,
    SegmentCrossed,
    StepReported,
)

SUBJECTS: Final = (*(kind for kind, _ in NOUNS), "sync", "kpi")
"""Kinds of node, besides playbooks and their parts, that training and artefacts may cover."""


def build(workspace: Workspace, like: ExecutionGraph | None = None) -> ExecutionGraph:
    """Return the graph; names that are not declared give no edge, since they are findings already.

    What the graph of another version has of the very same document is taken over.
    """
    known = like.laid if like is not None else {}
    laid: dict[str, Made] = {}
    for name, made_of, lay in _units(workspace):
        found = known.get(name)
        if found is None or len(found[0]) != len(made_of) or not all(map(is_, found[0], made_of)):
            apart = Builder(workspace)
            lay(apart)
            found = made_of, apart.laid
        laid[name] = found
    builder = Builder(workspace)
    builder.put_together(laid, like)
    _add_references(builder)
    _add_causes(builder)
    return builder.finish(laid)


def _units(workspace: Workspace) -> Iterator[tuple[str, tuple[object, ...], Callable[[Builder], None]]]:
    """Yield what is laid by itself: its name, all that it is made of, and how."""
    nouns = tuple([noun for _, section in NOUNS for noun in table(workspace, section).values()])
    yield "nouns", nouns, add_nouns
    for journey in workspace.journeys.values():
        yield f"journey/{journey.id}", (journey,), partial(add_journey, journey=journey)
    for cadence in workspace.cadences.values():
        yield f"cadence/{cadence.id}", (cadence,), partial(add_cadence, cadence=cadence)
    for procedure in workspace.procedures.values():
        yield f"procedure/{procedure.id}", (procedure,), partial(add_procedure, procedure=procedure)
    for sync in workspace.syncs.values():
        yield f"sync/{sync.id}", (sync,), partial(add_sync, sync=sync)
    for kpi in workspace.kpis.values():
        yield f"kpi/{kpi.id}", (kpi,), partial(add_kpi, kpi=kpi)


def _add_references(builder: Builder) -> None:
    """Link nouns that name playbooks, stages and steps to them."""
    for risk in builder.workspace.risks.values():
        id_ = f"risk/{risk.id}"
        for measure in risk.measures:
            builder.from_places.append(Edge(PLACE + measure.id, id_, "mitigates", measure.at, "measures"))
        if risk.indicator:
            builder.link(f"kpi/{risk.indicator.id}", id_, "measures", risk.indicator.at, "indicator")
    for kind, covering in (("course", builder.workspace.courses), ("artefact", builder.workspace.artefacts)):
        for noun in covering.values():
            for subject in noun.covers:
                for source in _subjects(builder, subject.id):
                    builder.link(source, f"{kind}/{noun.id}", "data", subject.at, "covers")
    for experiment in builder.workspace.experiments.values():
        if experiment.step:
            at = experiment.step.at
            builder.from_places.append(
                Edge(PLACE + experiment.step.id, f"experiment/{experiment.id}", "data", at, "step")
            )


def _subjects(builder: Builder, name: str) -> Iterator[str]:
    """Yield the nodes that `covers:` means by a name: a playbook, stage or step, or a noun, sync or KPI of any kind."""
    if name in builder.paths:
        yield builder.paths[name]
    else:
        yield from (id_ for kind in SUBJECTS if (id_ := f"{kind}/{name}") in builder.nodes)


def _add_causes(builder: Builder) -> None:
    """Link what causes a trigger to it: a stage to its `entered`, an offer to `granted`, a step to `done`."""
    for node in [node for node in builder.nodes.values() if node.kind == "trigger"]:
        source, label = _cause(builder, node)
        if source and node.at is not None:
            builder.link(source, node.id, "emits", node.at, label)


def _cause(builder: Builder, node: Node) -> tuple[str, str]:
    """Return the node that causes a trigger and the label of the edge between them; nothing for the calendar and people."""
    match node.origin:
        case JourneyMoved(place, way):
            moved = builder.paths.get(place.id, "")
            ended = way in ("ended", "left") and f"exit/{moved}" in builder.nodes
            return (f"exit/{moved}" if ended else moved), way
        case StepReported(_, way):
            return builder.paths.get(node.id.split("/", 2)[2], ""), way
        case OfferMoved(offer, way):
            return f"offer/{offer.id}", way
        case ConsentMoved(consent, way):
            return f"consent/{consent.id}", way
        case Becomes(data) | DateReached(data):
            return f"data/{data.id}", "becomes" if isinstance(node.origin, Becomes) else "date"
        case SegmentCrossed(segment, way):
            return f"segment/{segment.id}", way
        case AlertRaised(kpi):
            return f"kpi/{kpi.id}", "alert"
        case IssueDue(cadence):
            return (f"issue/{cadence.id}" if cadence else ""), "issue"
    return "", ""
