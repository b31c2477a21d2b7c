"""Whether what a KPI counts reaches the tool that measures it: SOP810."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.measures import measured
from sopkit.graph.satisfiability import tests_of
from sopkit.model.documents import Kpi, Sync, Workspace
from sopkit.model.formulas import Count, Countable, Customers, Funnel, Growth, Ratio, ShareOf, Sum
from sopkit.model.predicates import DataTest, EventTest, Predicate, TagTest
from sopkit.model.values import Ref
from sopkit.rules.case import Case
from sopkit.rules.kpi_examples import kpi, promising, share
from sopkit.text import Phrase
from sopkit.tree import Mark

CAME_BACK: Final = share("{customers: {chat-received: ever}}", "{customers: {chat-replied: ever}}")
SYNC: Final = """\
---
kind: sync
id: chats-to-bi
title: 会话进看板
from: wecom
to: bi
carries: {events: [%s]}
every: day
at: ["05:00"]
"""

NOT_SYNCED: Final = Rule(
    code="SOP810",
    name="unmeasurable-kpi",
    severity=Severity.WARNING,
    summary=Phrase("指标要数的东西没有同步到统计的系统", "a KPI whose data do not reach the tool that measures it"),
    message=Phrase(
        "{tool} 统计“{id}”，但没有同步把{what} 送过去", "`{tool}` measures `{id}`, and no sync brings it {what}"
    ),
    why=Phrase(
        "数据到不了，看板上不是空的就是旧的，预警也不会响。",
        "Without the data the dashboard is empty or out of date, and no alert rings.",
    ),
    fix=Phrase(
        "加一条送到 {tool} 的同步（或在已有的同步里写上），或把 measured_in 改成有这些数据的系统",
        "add it to a sync that ends in `{tool}`, or let `measured_in` name a tool that has it",
    ),
    bad=promising("{kpi: replies, target: ≥ 15%}")
    + kpi("replies", CAME_BACK, "per: month", "measured_in: bi")
    + SYNC % "chat-received",
    good=promising("{kpi: replies, target: ≥ 15%}")
    + kpi("replies", CAME_BACK, "per: month", "measured_in: bi")
    + SYNC % "chat-received, chat-replied",
)
RULES: Final = (NOT_SYNCED,)

KINDS: Final = {
    "event": Phrase("事件", "the event"),
    "data": Phrase("数据项", "the datum"),
    "tag": Phrase("标签", "the tag"),
    "channel": Phrase("触达记录，渠道", "touches by"),
}


def check(case: Case) -> Iterator[Finding]:
    """Yield KPIs that count what does not reach their tool; nothing where no sync is declared."""
    workspace = case.workspace
    if not workspace.syncs or any(case.doubts.of_document(sync.at) for sync in workspace.syncs.values()):
        return
    known = cache(lambda kind, name: _knowing(kind, name, workspace))
    for one in workspace.kpis.values():
        tool = one.measured_in
        if one.builtin or tool is None or tool.id not in workspace.tools or case.doubts.of_document(one.at):
            continue
        missing = [
            (kind, name)
            for kind, name in _items(one, workspace)
            if known(kind, name) and tool.id not in known(kind, name)
        ]
        if missing:
            what = Phrase(
                "、".join(f"{KINDS[kind].zh} {name}" for kind, name in missing),
                ", ".join(f"{KINDS[kind].en} `{name}`" for kind, name in missing),
            )
            yield case.finding(
                NOT_SYNCED, tool.at, f"kpi/{one.id}", *_alert(one), id=one.id, tool=tool.id, what=what
            )  # fmt: skip


def _alert(one: Kpi) -> tuple[tuple[Mark, Phrase], ...]:
    if one.alert is None:
        return ()
    return ((one.alert.at, Phrase("这个预警靠的就是这些数据", "this alert depends on it")),)


def _items(one: Kpi, workspace: Workspace) -> list[tuple[str, str]]:
    """Return what a KPI must know of, each once: events, data and tags that it asks about, channels whose touches it counts."""
    found = [(kind, ref.id) for kind, ref in measured(one.formula) if kind in ("event", "channel")]
    for who in _people(one):
        for test in tests_of(workspace, who):
            found += _asked(test)
    return list(dict.fromkeys(found))


def _people(one: Kpi) -> Iterator[Predicate]:
    for countable in _countables(one):
        if isinstance(countable, Customers):
            yield countable.who
    if one.cohort is not None:
        yield one.cohort


def _countables(one: Kpi) -> tuple[Countable | Sum, ...]:
    match one.formula:
        case Count(of) | Growth(of):
            return (of,)
        case ShareOf(part, whole) | Ratio(part, whole):
            return (part, whole)
        case Funnel(steps):
            return tuple(of for _, of in steps)
    return ()


def _asked(test: Predicate) -> Iterator[tuple[str, str]]:
    match test:
        case EventTest(event):
            yield "event", event.id
        case DataTest(data):
            yield "data", data.id
        case TagTest(tag):
            yield "tag", tag.id


def _knowing(kind: str, name: str, workspace: Workspace) -> set[str]:
    """Return the tools that know of something: it arises there, or syncs carry it there; none where nobody said where it arises."""
    known = _origins(kind, name, workspace)
    carrying = [sync for sync in workspace.syncs.values() if name in _carried(kind, sync)]
    grown = True
    while grown:
        grown = False
        for sync in carrying:
            if sync.from_ and sync.to and sync.from_.id in known and sync.to.id not in known:
                known.add(sync.to.id)
                grown = True
    return known


def _origins(kind: str, name: str, workspace: Workspace) -> set[str]:
    """Return the tools in which something arises; none where that is not declared."""
    refs: list[Ref | None] = []
    if kind == "event" and name in workspace.events:
        refs = [workspace.events[name].tool]
    elif kind == "data" and name in workspace.data:
        datum = workspace.data[name]
        refs = [datum.record, *(event.tool for one in datum.collected_by if (event := workspace.events.get(one.id)))]
    elif kind == "tag" and name in workspace.tags:
        refs = [workspace.tags[name].record]
    elif kind == "channel" and name in workspace.channels:
        refs = [workspace.channels[name].tool]
    return {ref.id for ref in refs if ref is not None}


def _carried(kind: str, sync: Sync) -> set[str]:
    if sync.carries is None:
        return set()
    refs = {
        "event": sync.carries.events,
        "data": sync.carries.data,
        "tag": sync.carries.tags,
        "channel": sync.carries.touches,
    }[kind]
    return {ref.id for ref in refs}
