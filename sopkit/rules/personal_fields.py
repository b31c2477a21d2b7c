"""The data of a workspace go in; what is collected without use, carried without need, unnamed or never erased comes out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Final

from sopkit.diagnostics import Outcome
from sopkit.law.vocabulary import is_known, nearest_categories
from sopkit.model.documents import Cadence, Journey
from sopkit.model.nouns import Datum, Purpose
from sopkit.model.steps import Erase, Send, Step
from sopkit.rules.case import Case
from sopkit.rules.personal_purposes import Purposes
from sopkit.rules.personal_rules import (
    NEEDLESS,
    NEVER_ERASED,
    NO_CATEGORY,
    NO_PURPOSE,
    NO_RETENTION,
    UNKNOWN_CATEGORY,
    UNUSED,
)
from sopkit.rules.personal_uses import NO_USE, PASSED_ON, Further, users, uses
from sopkit.text import Phrase

PERSONAL: Final = ("user.behavior", "user.demographic", "user.location", "user.content", "user.social")
ANYWHERE: Final = "*"
"""Somebody uses it, and nothing says in which tool."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield what is wrong with the workspace's own data."""
    further = uses(case.graph)
    purposes = Purposes(case, further)
    for datum in case.workspace.data.values():
        if not datum.builtin and not case.doubts.inside(datum.at):
            yield from _of_datum(case, datum, purposes)
    yield from _needless(case, further)
    yield from _never_erased(case)


def _of_datum(case: Case, datum: Datum, purposes: Purposes) -> Iterator[Outcome]:
    subject = f"data/{datum.id}"
    titles = [words for _, words in datum.title.variants] if datum.title else []
    if datum.category is None or not is_known(datum.category):
        keys = nearest_categories(*([datum.category] if datum.category else []), datum.id, *titles)
        near = Phrase(f"，例如 {'、'.join(keys)}", f", such as {', '.join(keys)}") if keys else Phrase("", "")
        if datum.category is None:
            yield case.finding(NO_CATEGORY, datum.at, subject, data=datum.id, near=near)
        else:
            yield case.finding(UNKNOWN_CATEGORY, datum.at, subject, data=datum.id, category=datum.category, near=near)
    if datum.retention is None:
        yield case.finding(NO_RETENTION, datum.at, subject, data=datum.id)
    if not datum.collected_by:
        return
    if not any(map(_is_use, purposes.further.get(subject, ()))):
        yield case.finding(UNUSED, datum.at, subject, data=datum.id)
    elif not purposes.of(datum.id):
        yield case.finding(NO_PURPOSE, datum.at, subject, data=datum.id)


def _is_use(node: str) -> bool:
    return node.partition("/")[0] not in NO_USE


def is_personal(case: Case, purpose: Purpose, step: Step) -> bool:
    """Whether a marketing step is chosen by traits of the person: its purpose uses such data, or it picks its text by one."""
    return (isinstance(step.verb, Send) and step.verb.match is not None) or uses_traits(case, purpose)


def uses_traits(case: Case, purpose: Purpose) -> bool:
    """Whether a purpose uses data that describe the person, and are not just an address or a name."""
    data = case.workspace.data
    return any((data[ref.id].category or "").startswith(PERSONAL) for ref in purpose.data if ref.id in data)


# What syncs carry


def _needless(case: Case, further: Further) -> Iterator[Outcome]:
    """Yield the data that a sync brings to a tool in which nothing uses them and from which nothing takes them on."""
    syncs = [
        (one, one.from_.id, one.to.id, one.carries.data)
        for one in case.workspace.syncs.values()
        if one.carries and one.from_ and one.to
    ]
    taken_on = {(source, ref.id) for _, source, _, data in syncs for ref in data}
    stands = cache(partial(_tools, case))  # most data are used by way of the same journeys

    @cache
    def used_in(datum: str) -> frozenset[str]:
        return frozenset(tool for user in users(further, f"data/{datum}") for tool in stands(user))

    for sync, _, here, data in syncs:
        if sync.builtin or sync.consent is not None:  # a consent names what it is for
            continue
        for ref in data:
            datum = case.workspace.data.get(ref.id)
            if datum is None or (datum.record and datum.record.id == here) or (sync.key and sync.key.id == ref.id):
                continue
            if (here, ref.id) not in taken_on and not {here, ANYWHERE} & used_in(ref.id):
                yield case.finding(NEEDLESS, ref.at, f"sync/{sync.id}", sync=sync.id, data=ref.id, tool=here)


def _tools(case: Case, node: str) -> set[str]:
    """Return where a user stands; nothing for what only stands for other users."""
    workspace = case.workspace
    kind, _, rest = node.partition("/")
    name = rest.partition("/")[0]
    match kind:
        case "channel":
            channel = workspace.channels.get(name)
            return {channel.tool.id} if channel and channel.tool else {ANYWHERE}
        case "data":
            datum = workspace.data.get(name)
            return {datum.record.id} if datum and datum.record else {ANYWHERE}
        case "kpi":
            kpi = workspace.kpis.get(name)
            return {kpi.measured_in.id} if kpi and kpi.measured_in else {ANYWHERE}
        case "sync":
            sync = workspace.syncs.get(name)
            return {end.id for end in (sync.from_, sync.to) if end} if sync else {ANYWHERE}
        case "lifecycle" | "automation":
            journey: Journey | None = workspace.journeys.get(name)
            return _of_journey(case, journey) if journey and journey.runs_in else {ANYWHERE}
        case "cadence":
            cadence: Cadence | None = workspace.cadences.get(name)
            tools = (
                {workspace.channels[ref.id].tool for ref in cadence.via if ref.id in workspace.channels}
                if cadence
                else set()
            )
            return {tool.id for tool in tools if tool} or {ANYWHERE}
    return set() if kind in PASSED_ON else {ANYWHERE}


def _of_journey(case: Case, journey: Journey) -> set[str]:
    """Return the tool that runs a journey, and those through which its steps reach customers: staff read there what they need."""
    via = {ref.id for _, step in case.steps(f"{journey.kind}/{journey.id}") for ref in step.via}
    tools = [case.workspace.channels[one].tool for one in via if one in case.workspace.channels]
    return {one.id for one in (journey.runs_in, *tools) if one}


# Erasure


def _never_erased(case: Case) -> Iterator[Outcome]:
    """Yield, for each tool of record, the data with a retention that no step erases there."""
    erased = {(name, tool) for _, name, tool in erasures(case)}
    kept: dict[str, list[Datum]] = {}
    for datum in case.workspace.data.values():
        if datum.builtin or datum.retention is None or datum.record is None:
            continue
        if not erased & {(datum.id, datum.record.id), (datum.id, ANYWHERE)}:
            kept.setdefault(datum.record.id, []).append(datum)
    for tool, data in kept.items():
        others = [(one.at, Phrase(f"{one.id} 也是", f"`{one.id}`, too")) for one in data[1:4]]
        yield case.finding(
            NEVER_ERASED, data[0].at, f"data/{data[0].id}", *others, data=data[0].id, count=str(len(data)), tool=tool
        )


def erasures(case: Case) -> Iterator[tuple[Step, str, str]]:
    """Yield (step, datum, tool) for what any step that is ever come to erases; one that names no tool erases everywhere."""
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            if not isinstance(step.verb, Erase):
                continue
            course = case.courses.get(root)
            if course is None or node.id in course.reached:
                tools = [ref.id for ref in step.in_] or [ANYWHERE]
                yield from ((step, ref.id, tool) for ref in step.verb.data for tool in tools)
