"""Who writes a datum or tag, and who keeps it, goes in; writes that contradict or lose each other come out: SOP707–SOP709."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Related, Rule, Severity
from sopkit.graph.carriage import Carriage, Item
from sopkit.model.nouns import Datum, TagNoun
from sopkit.rules.case import Case
from sopkit.rules.tools_examples import BACK, LEVEL, MARK, TAGS_OUT
from sopkit.rules.tools_items import WORDS, Items
from sopkit.text import Phrase

NO_RECORD: Final = Rule(
    code="SOP707",
    name="writers-without-record",
    severity=Severity.ERROR,
    summary=Phrase("几个系统都在写，没说以谁为准", "several tools write it, and none is the record"),
    message=Phrase(
        "{kind}“{item}”在 {tools} 都会写入，但没写以哪个系统为准",
        "the {kind} `{item}` is written in {tools}, and nothing says which of them is right",
    ),
    why=Phrase(
        "两边写得不一样时，没有人知道该信哪一个，同步一跑就互相覆盖。",
        "Where they differ nobody knows which to believe, and every sync overwrites one with the other.",
    ),
    fix=Phrase("写上 record（以哪个系统的记录为准）", "write `record`, the tool whose entry counts"),
    bad=LEVEL.replace(", record: crm", ""),
    good=LEVEL,
)
NO_WINNER: Final = Rule(
    code="SOP708",
    name="sync-loop-without-winner",
    severity=Severity.ERROR,
    summary=Phrase("同步绕成圈，没有谁为准", "syncs run in a circle, and nobody wins"),
    message=Phrase(
        "{kind}“{item}”在 {tools} 之间来回同步，它们都不是主数据系统",
        "the {kind} `{item}` is synced round {tools}, none of which is its record",
    ),
    why=Phrase(
        "新值可能被绕回来的旧值盖掉，同一位客户在各系统里越同步越不一样。",
        "A new value may be overwritten by an old one that comes back round, and the tools drift apart.",
    ),
    fix=Phrase(
        "把 record 定为圈里的一个系统，或者去掉一个方向的同步",
        "make one of these tools its `record`, or take it out of the sync in one direction",
    ),
    bad=LEVEL.replace("record: crm", "record: erp") + BACK,
    good=LEVEL + BACK,
)
LOST: Final = Rule(
    code="SOP709",
    name="write-past-the-record",
    severity=Severity.ERROR,
    summary=Phrase("写入到不了主数据系统", "a write that the record never hears of"),
    message=Phrase(
        "步骤“{step}”在{tool}写入{kind}“{item}”，但以{record}为准，没有同步把它送过去",
        "`{step}` writes the {kind} `{item}` in `{tool}`, but `{record}` keeps it, and no sync carries it there",
    ),
    why=Phrase(
        "主数据系统不知道这次写入，下一次同步就把它盖掉，等于没写。",
        "The record knows nothing of it: the next sync overwrites it, as if nothing had been written.",
    ),
    fix=Phrase(
        "加一条从{tool}到{record}的同步，在 carries 里写上 {item}；或者让剧本在{record}里运行",
        "let a sync from `{tool}` to `{record}` carry `{item}`, or run the playbook in `{record}`",
    ),
    bad=MARK + TAGS_OUT,
    good=MARK + TAGS_OUT.replace("from: crm\nto: mini-program", "from: mini-program\nto: crm"),
)


def check(case: Case, carriage: Carriage, items: Items) -> Iterator[Outcome]:
    """Yield what is written without a record, synced in a circle, or written past its record; else one proof."""
    found = [*_of_nouns(case, carriage, items), *_lost(case, carriage, items)]
    yield from found
    if not found and items.writes:
        zh = "每一项数据和标签，写它的系统都能送到主数据系统，同步没有无主的圈"
        en = "whatever playbooks write comes to its record, and no circle of syncs is without one"
        yield Proof(NO_WINNER, "workspace", Phrase(zh, en))


def _of_nouns(case: Case, carriage: Carriage, items: Items) -> Iterator[Finding]:
    workspace = case.workspace
    nouns: list[tuple[Item, Datum | TagNoun]] = [(("data", one.id), one) for one in workspace.data.values()]
    nouns += [(("tags", one.id), one) for one in workspace.tags.values()]
    for item, noun in nouns:
        record = items.record(item)
        writes = items.writes.get(item, [])
        tools = sorted({write.tool for write in writes})
        if record is None and len(tools) > 1 and not noun.builtin:
            where = {write.tool: (write.at, write.what) for write in reversed(writes)}
            yield case.finding(
                NO_RECORD, noun.at, f"{_kind(item)}/{noun.id}", *(where[tool] for tool in tools),
                kind=WORDS[item[0]], item=noun.id, tools=_listed(tools),
            )  # fmt: skip
        else:
            yield from _loops(case, carriage, items, item, noun)


def _loops(case: Case, carriage: Carriage, items: Items, item: Item, noun: Datum | TagNoun) -> Iterator[Finding]:
    """Yield the circles in which an item is synced, where its record is in none of their tools."""
    hops = carriage.hops(item)
    reach = {tool: carriage.reach(item, {hop.target for hop in hops[tool]}) for tool in hops}
    told: set[str] = set()
    for tool in sorted(hops):
        circle = {other for other in reach[tool] if tool in reach.get(other, ())}
        if tool in reach[tool] and tool not in told and items.record(item) not in circle:
            told |= circle
            related = [
                Related(case.forest.span(sync.at), Phrase(f"同步 {sync.id}", f"the sync {sync.id}"))
                for sync in carriage.carrying(item)
                if sync.from_ and sync.to and {sync.from_.id, sync.to.id} <= circle
            ]
            at = next(one for one in carriage.carrying(item) if one.from_ and one.from_.id == tool)
            args: dict[str, str | Phrase] = {"kind": WORDS[item[0]], "item": noun.id, "tools": _listed(sorted(circle))}
            span = case.forest.span(at.carries.at if at.carries else at.at)
            yield Finding(NO_WINNER, span, args, f"{_kind(item)}/{noun.id}", related=tuple(related))


def _lost(case: Case, carriage: Carriage, items: Items) -> Iterator[Finding]:
    for item, writes in items.writes.items():
        record = items.record(item)
        if record is None:
            continue
        lost = {tool for tool in {write.tool for write in writes} if record not in carriage.reach(item, {tool})}
        for write in writes:
            if write.step is not None and write.tool in lost:
                yield case.finding(
                    LOST, write.at, write.step, step=write.step.rpartition("/")[2], kind=WORDS[item[0]], item=item[1],
                    tool=write.tool, record=record,
                )  # fmt: skip


def _kind(item: Item) -> str:
    return "data" if item[0] == "data" else "tag"


def _listed(tools: list[str]) -> Phrase:
    return Phrase("、".join(tools), " and ".join(f"`{tool}`" for tool in tools))
