"""Cadences, procedures, syncs and KPIs go in; their issues, steps, runs, measurements and alerts are added to the graph."""

from __future__ import annotations

from sopkit.graph.builder import PLACE, Builder
from sopkit.graph.measures import measured
from sopkit.graph.nodes import Delay, Edge, Node
from sopkit.graph.sequence import Sequence, Way
from sopkit.model.documents import Alert, Cadence, Kpi, Procedure, Sync
from sopkit.model.triggers import AlertRaised, CalendarReached, IssueDue
from sopkit.model.values import Ref


def add_cadence(builder: Builder, cadence: Cadence) -> None:
    """Add a cadence, its issue, the steps beside each issue and what the issue starts."""
    root = builder.playbook("cadence", cadence)
    issue = f"issue/{cadence.id}"
    builder.nodes[issue] = Node(issue, "issue", cadence.at, root, cadence)
    if cadence.every:
        calendar = CalendarReached(cadence.every, cadence.at_slots, cadence.every.at)
        builder.occurs(calendar, root, root, "every")
    builder.edges.append(Edge(root, issue, "then", cadence.at, "issue", guard=cadence.audience))
    builder.reads(cadence.audience, issue, "audience")
    for replaced in cadence.replaces:
        builder.link(issue, f"issue/{replaced.id}", "interrupt", replaced.at, "replaces")
    if cadence.workflow:
        builder.link(issue, f"procedure/{cadence.workflow.id}", "emits", cadence.workflow.at, "workflow")
    Sequence(builder, root, root, None).lay(cadence.steps, [Way(issue)])


def add_procedure(builder: Builder, procedure: Procedure) -> None:
    """Add a procedure and its steps. `issue: any` is the cadences' own `workflow`."""
    root = builder.playbook("procedure", procedure)
    leave = builder.exit(root)
    for trigger in procedure.starts_on:
        if not (isinstance(trigger, IssueDue) and trigger.cadence is None):
            builder.occurs(trigger, root, root, "starts_on")
    builder.reads(procedure.audience, root, "audience")
    first = Way(root, guard=procedure.audience, label="entry")
    ways = Sequence(builder, root, root, leave).lay(procedure.steps, [first])
    builder.edges += [way.edge(leave, procedure.at) for way in ways]


def add_sync(builder: Builder, sync: Sync) -> None:
    """Add a sync and its runs."""
    root = builder.playbook("sync", sync)
    if sync.every and sync.every.unit != "event":
        builder.occurs(CalendarReached(sync.every, sync.at_slots, sync.every.at), root, root, "every")
    if sync.if_failed:
        builder.link(root, f"procedure/{sync.if_failed.id}", "emits", sync.if_failed.at, "if_failed")


def add_kpi(builder: Builder, kpi: Kpi) -> None:
    """Add a KPI's measurement, what it counts, when it is reviewed, and its alert."""
    root = builder.playbook("kpi", kpi)
    if kpi.review and kpi.review.every:
        calendar = CalendarReached(kpi.review.every, kpi.review.at_slots, kpi.review.every.at)
        builder.occurs(calendar, root, root, "review")
    builder.reads(kpi.cohort, root, "cohort")
    for prefix, ref in measured(kpi.formula):
        if prefix == PLACE:
            builder.from_places.append(Edge(PLACE + ref.id, root, "data", ref.at, "formula"))
        else:
            builder.link(f"{prefix}/{ref.id}", root, "data", ref.at, "formula")
    if kpi.alert:
        _add_alert(builder, kpi, root, kpi.alert)


def _add_alert(builder: Builder, kpi: Kpi, root: str, alert: Alert) -> None:
    id_ = f"alert/{kpi.id}"
    builder.nodes[id_] = Node(id_, "alert", alert.at, root, AlertRaised(Ref(kpi.id, kpi.id_at), alert.at))
    builder.link(root, id_, "emits", alert.at, "alert")
    ahead = Delay(before=alert.before) if alert.before else Delay()
    for role in alert.to:
        builder.link(id_, f"role/{role.id}", "staffed-by", role.at, "to", delay=ahead)
    if alert.start:
        builder.link(id_, f"procedure/{alert.start.id}", "emits", alert.start.at, "start")
