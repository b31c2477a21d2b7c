"""What a step works with: a step goes in, edges to the people, channels, texts, offers and data that it needs or writes are added."""

from __future__ import annotations

from sopkit.graph.builder import Builder
from sopkit.graph.nodes import Delay
from sopkit.model.steps import Ask, Erase, Grant, Measure, Send, SetData, Start, Step, Tag


def attach(builder: Builder, step: Step, node: str) -> None:
    """Add the edges between a step and nouns, KPIs and playbooks."""
    link = builder.link
    builder.reads(step.if_, node, "if")
    if step.by:
        _attach_people(builder, step, node)
    if step.via or step.for_:
        builder.link_all(node, "channel", step.via, "uses", "via")
        if step.for_:
            link(node, f"purpose/{step.for_.id}", "uses", step.for_.at, "for")
    if step.offer:
        link(node, f"offer/{step.offer.id}", "uses", step.offer.at, "offer")
    if step.script:
        link(node, f"script/{step.script.id}", "uses", step.script.at, "script")
    if step.kept_in:
        link(node, f"tool/{step.kept_in.id}", "uses", step.kept_in.at, "kept_in")
    for datum in step.uses:
        link(f"data/{datum.id}", node, "data", datum.at, "uses")
    if step.recheck:
        link(node, f"tool/{step.recheck.id}", "uses", step.recheck.at, "recheck")
    builder.link_all(node, "tool", step.in_, "uses", "in")
    _attach_verb(builder, step, node)


def _attach_people(builder: Builder, step: Step, node: str) -> None:
    link = builder.link
    if step.by:
        link(node, f"role/{step.by.id}", "staffed-by", step.by.at, "by")
    if step.accountable:
        link(node, f"role/{step.accountable.id}", "staffed-by", step.accountable.at, "accountable")
    builder.link_all(node, "role", step.consult, "staffed-by", "consult")
    builder.link_all(node, "role", step.inform, "staffed-by", "inform")
    if step.escalate and step.escalate.to:
        late = Delay(step.escalate.after, step.escalate.after)
        link(node, f"role/{step.escalate.to.id}", "staffed-by", step.escalate.at, "escalate", delay=late)
    if step.evidence and step.evidence.kept_in:
        link(node, f"tool/{step.evidence.kept_in.id}", "uses", step.evidence.kept_in.at, "evidence")


def _attach_verb(builder: Builder, step: Step, node: str) -> None:
    link = builder.link
    match step.verb:
        case Send() as send:
            builder.link_all(node, "script", send.all_scripts, "uses", "send")
            if send.match:
                link(f"data/{send.match.id}", node, "data", send.match.at, "match")
        case Grant(offer):
            link(node, f"offer/{offer.id}", "emits", offer.at, "grant")
        case Tag(tags, removes):
            builder.link_all(node, "tag", tags, "data", "untag" if removes else "tag")
        case SetData(values):
            builder.link_all(node, "data", (datum for datum, _ in values), "data", "set")
        case Ask(what):
            for asked in what:
                kind = _asked_kind(builder, asked.id)
                link(node, f"{kind}/{asked.id}", "consent" if kind == "consent" else "data", asked.at, "ask")
        case Erase(data):
            builder.link_all(node, "data", data, "data", "erase")
        case Measure(kpis):
            for kpi in kpis:
                link(f"kpi/{kpi.id}", node, "measures", kpi.at, "measure")
        case Start(playbook):
            journey = builder.workspace.journeys.get(playbook.id)
            kind = journey.kind if journey else "procedure"
            link(node, f"{kind}/{playbook.id}", "emits", playbook.at, "start")


def _asked_kind(builder: Builder, name: str) -> str:
    if name in builder.workspace.consents:
        return "consent"
    return "task" if name in builder.workspace.tasks else "data"
