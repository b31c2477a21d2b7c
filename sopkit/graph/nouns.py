"""The nouns of all catalogs go in; their nodes, and the edges between them, are added to the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sopkit.graph.builder import Builder
from sopkit.graph.nodes import Delay, Node, NodeKind
from sopkit.model.documents import Workspace
from sopkit.model.nouns import Channel, Consent, Datum, Event, Noun, Offer, Script
from sopkit.model.triggers import CalendarReached

NOUNS: Final[tuple[tuple[NodeKind, str], ...]] = (
    ("event", "events"), ("role", "roles"), ("shop", "shops"), ("tool", "tools"), ("channel", "channels"), ("notice", "notices"),
    ("data", "data"), ("tag", "tags"), ("segment", "segments"), ("consent", "consents"), ("purpose", "purposes"), ("task", "tasks"),
    ("programme", "programmes"), ("script", "scripts"), ("offer", "offers"), ("partner", "partners"), ("risk", "risks"),
    ("experiment", "experiments"), ("artefact", "artefacts"), ("course", "courses"), ("source", "sources"),
)  # fmt: skip
"""Kinds of noun, and where the workspace holds them."""

PLACEHOLDER: Final = re.compile(r"\{(?:customer|event)\.([a-z0-9_-]+)")
"""The start of a placeholder that a datum fills."""


def table(workspace: Workspace, section: str) -> Mapping[str, Noun]:
    """Return the nouns of one section by id."""
    found: Mapping[str, Noun] = getattr(workspace, section)
    return found


def add_nouns(builder: Builder) -> None:
    """Add every noun as a node, and how nouns hang together."""
    workspace = builder.workspace
    for kind, section in NOUNS:
        for name, noun in table(workspace, section).items():
            id_ = f"{kind}/{name}"
            builder.nodes[id_] = Node(id_, kind, noun.at, "", noun)
    for tool in workspace.tools.values():
        for driven, longest in tool.drives:
            builder.link(
                f"tool/{tool.id}", f"tool/{driven.id}", "uses", driven.at, "drives", delay=Delay(None, longest)
            )
    for channel in workspace.channels.values():
        _add_channel(builder, channel)
    for event in workspace.events.values():
        _add_event(builder, event)
    for datum in workspace.data.values():
        _add_datum(builder, datum)
    for consent in workspace.consents.values():
        _add_consent(builder, consent)
    for script in workspace.scripts.values():
        _add_placeholders(builder, script)
    for offer in workspace.offers.values():
        _add_offer(builder, offer)
    _add_conditions(builder, workspace)
    _add_people(builder, workspace)
    _add_schemes(builder, workspace)


def _add_channel(builder: Builder, channel: Channel) -> None:
    id_ = f"channel/{channel.id}"
    if channel.tool:
        builder.link(id_, f"tool/{channel.tool.id}", "uses", channel.tool.at, "tool")
    if channel.address:
        builder.link(f"data/{channel.address.id}", id_, "data", channel.address.at, "address")
    if channel.opt_out and channel.opt_out.event:
        builder.link(id_, f"event/{channel.opt_out.event.id}", "emits", channel.opt_out.event.at, "opt_out")
    opened = channel.opened_by
    for event in (*opened.message, *opened.tap, *opened.payment) if opened else ():
        builder.link(id_, f"event/{event.id}", "uses", event.at, "opened_by")
    confirmed = channel.confirmed_by
    if confirmed and confirmed.role:
        by_when = Delay(None, confirmed.within, confirmed.within is not None)
        builder.link(id_, f"role/{confirmed.role.id}", "staffed-by", confirmed.at, "confirmed_by", delay=by_when)


def _add_event(builder: Builder, event: Event) -> None:
    id_ = f"event/{event.id}"
    if event.tool:
        builder.link(id_, f"tool/{event.tool.id}", "uses", event.tool.at, "tool")
    builder.link_all(id_, "notice", event.shows, "uses", "shows")
    builder.link_all(id_, "consent", event.asks, "consent", "asks")
    builder.link_all(id_, "consent", event.gives, "consent", "gives")
    if event.asked_by and event.asked_by.kept_in:
        builder.link(id_, f"tool/{event.asked_by.kept_in.id}", "uses", event.asked_by.kept_in.at, "kept_in")
    if event.asked_by and event.asked_by.role:
        builder.link(id_, f"role/{event.asked_by.role.id}", "staffed-by", event.asked_by.role.at, "asked_by")


def _add_datum(builder: Builder, datum: Datum) -> None:
    id_ = f"data/{datum.id}"
    if datum.record:
        builder.link(id_, f"tool/{datum.record.id}", "uses", datum.record.at, "record")
    for collected in datum.collected_by:
        builder.link(f"event/{collected.id}", id_, "data", collected.at, "collected_by")
    if datum.protection:
        builder.link(id_, f"artefact/{datum.protection.id}", "uses", datum.protection.at, "protection")
    if datum.computed and datum.computed.every:
        every = datum.computed.every
        builder.occurs(CalendarReached(every, datum.computed.slots, every.at), id_, id_, "computed")
    if datum.computed:
        for source in datum.computed.from_:
            builder.link(f"data/{source.id}", id_, "data", source.at, "computed")
        for _, rule in datum.computed.first_of:
            builder.reads(rule, id_, "computed")


def _add_consent(builder: Builder, consent: Consent) -> None:
    id_ = f"consent/{consent.id}"
    builder.link_all(id_, "channel", consent.channels, "consent", "channels")
    builder.link_all(id_, "purpose", consent.purposes, "consent", "purposes")
    builder.link_all(id_, "data", consent.data, "consent", "data")
    if consent.notice:
        builder.link(id_, f"notice/{consent.notice.id}", "uses", consent.notice.at, "notice")
    longest = Delay(None, consent.effective_within, consent.effective_within is not None)
    for event in consent.withdrawn_by:
        builder.link(f"event/{event.id}", id_, "consent", event.at, "withdrawn_by", delay=longest)


def _add_placeholders(builder: Builder, script: Script) -> None:
    """Link the data that fill a script's placeholders to it."""
    if script.text is None:
        return
    names = {name for _, words in script.text.variants if "{" in words for name in PLACEHOLDER.findall(words)}
    for name in sorted(names):
        builder.link(f"data/{name}", f"script/{script.id}", "data", script.text.at, "placeholder")


def _add_offer(builder: Builder, offer: Offer) -> None:
    id_ = f"offer/{offer.id}"
    builder.link_all(id_, "offer", offer.stacks_with or (), "uses", "stacks_with")
    builder.link_all(id_, "offer", offer.till_refuses or (), "uses", "till_refuses")
    if offer.programme:
        builder.link(id_, f"programme/{offer.programme.id}", "uses", offer.programme.at, "programme")


def _add_conditions(builder: Builder, workspace: Workspace) -> None:
    link = builder.link
    for segment in workspace.segments.values():
        builder.reads(segment.when, f"segment/{segment.id}", "when")
    for purpose in workspace.purposes.values():
        for datum in purpose.data:
            link(f"data/{datum.id}", f"purpose/{purpose.id}", "data", datum.at, "data")
    for tag in workspace.tags.values():
        if tag.record:
            link(f"tag/{tag.id}", f"tool/{tag.record.id}", "uses", tag.record.at, "record")
    for task in workspace.tasks.values():
        for event in task.done_on:
            link(f"event/{event.id}", f"task/{task.id}", "data", event.at, "done_on")
        if task.reward:
            link(f"task/{task.id}", f"offer/{task.reward.id}", "emits", task.reward.at, "reward")


def _add_people(builder: Builder, workspace: Workspace) -> None:
    """Link roles to whom they report to and what they are measured by, tools and partners to their contracts, notices to tools."""
    link = builder.link
    for role in workspace.roles.values():
        if role.reports_to:
            link(f"role/{role.id}", f"role/{role.reports_to.id}", "staffed-by", role.reports_to.at, "reports_to")
        for kpi, _ in role.appraisal:
            link(f"kpi/{kpi.id}", f"role/{role.id}", "measures", kpi.at, "appraisal")
    for tool in workspace.tools.values():
        if tool.transfer and tool.transfer.artefact:
            artefact = tool.transfer.artefact
            link(f"tool/{tool.id}", f"artefact/{artefact.id}", "uses", artefact.at, "transfer")
    for partner in workspace.partners.values():
        if partner.agreement:
            link(f"partner/{partner.id}", f"artefact/{partner.agreement.id}", "uses", partner.agreement.at, "agreement")
    for notice in workspace.notices.values():
        builder.link_all(f"notice/{notice.id}", "tool", notice.shown_in, "uses", "shown_in")


def _add_schemes(builder: Builder, workspace: Workspace) -> None:
    link = builder.link
    for programme in workspace.programmes.values():
        for event, _ in programme.earns:
            link(f"event/{event.id}", f"programme/{programme.id}", "data", event.at, "earns")
        if programme.tiers:
            link(f"data/{programme.tiers.id}", f"programme/{programme.id}", "data", programme.tiers.at, "tiers")
        builder.link_all(f"programme/{programme.id}", "offer", programme.offers, "uses", "offers")
    for course in workspace.courses.values():
        builder.link_all(f"course/{course.id}", "role", course.for_, "staffed-by", "for")
    for experiment in workspace.experiments.values():
        scripts = tuple(arm.script for arm in experiment.arms if arm.script)
        builder.link_all(f"experiment/{experiment.id}", "script", scripts, "uses", "arms")
        if experiment.metric:
            link(
                f"kpi/{experiment.metric.id}", f"experiment/{experiment.id}", "measures", experiment.metric.at, "metric"
            )
