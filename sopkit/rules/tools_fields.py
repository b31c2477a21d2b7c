"""What never comes to the tool that needs it, or to the tool that measures it: SOP704 and SOP705."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity
from sopkit.graph.carriage import Carriage, Item
from sopkit.graph.measures import countables
from sopkit.model import formulas
from sopkit.model import triggers as on
from sopkit.model.documents import Journey, Kpi, Stage
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Choose, Send, Step, Wait
from sopkit.model.values import ScriptRef
from sopkit.rules.case import Case, Playbook
from sopkit.rules.placeholders import named_in
from sopkit.rules.tools_examples import KPI, MEASURED, NIGHTLY, PUSH, SYNC_ORDERS, WELCOME
from sopkit.rules.tools_items import WORDS, Items, asked
from sopkit.text import Phrase
from sopkit.tree import Mark

OUT_OF_REACH: Final = Rule(
    code="SOP704",
    name="field-out-of-reach",
    severity=Severity.ERROR,
    summary=Phrase("用到的信息到不了系统", "something is needed where it never arrives"),
    message=Phrase(
        "“{user}”在 {tool} 里要用{kind}“{item}”，但没有同步把它送到那里",
        "`{user}` needs the {kind} `{item}` in `{tool}`, and no sync carries it there",
    ),
    why=Phrase(
        "系统看不到它，条件永远按“没有”来算：该发的不发，或者不该发的发了。",
        "The tool never sees it, so the condition always reads as if there were none: what is due is not sent, or the reverse.",
    ),
    fix=Phrase(
        "在某条到 {tool} 的同步的 carries 里写上 {item}（现在它只在：{homes}）",
        "name `{item}` under `carries` of a sync to `{tool}`; so far it is known in {homes} only",
    ),
    bad=WELCOME.replace("via: service-chat", "if: {order-paid: never}, via: service-chat") + PUSH,
    good=WELCOME.replace("via: service-chat", "if: {order-paid: never}, via: service-chat") + PUSH + SYNC_ORDERS,
)
UNMEASURED: Final = Rule(
    code="SOP705",
    name="kpi-without-source",
    severity=Severity.ERROR,
    summary=Phrase("指标的数据到不了看板", "a KPI whose data never reach the tool that shows it"),
    message=Phrase(
        "指标“{user}”在 {tool} 里看，要用{kind}“{item}”，但没有同步把它送到那里",
        "the KPI `{user}` is read in `{tool}` and needs the {kind} `{item}`, which no sync carries there",
    ),
    why=Phrase(
        "没有数据，看板上的数不是空的就是错的，目标和告警都成了摆设。",
        "Without its data the figure is empty or wrong, and neither target nor alert means anything.",
    ),
    fix=Phrase(
        "在某条到 {tool} 的同步的 carries 里写上 {item}（现在它只在：{homes}），或者改 measured_in",
        "name `{item}` under `carries` of a sync to `{tool}` (so far it is known in {homes} only), or change `measured_in`",
    ),
    bad=KPI + NIGHTLY,
    good=KPI + MEASURED,
)
MOST_OTHERS: Final = 4
"""Places shown beside the first that needs the same."""


class Need(NamedTuple):
    """One item that is needed in one of some tools, and that none of them ever has."""

    item: Item
    tools: tuple[str, ...]
    """Any of them will do; the first is meant."""
    at: Mark
    user: str
    subject: str


class Lacking:
    """Says of an item and some tools, any of which will do, whether none of them ever has it. Few needs are of that kind."""

    def __init__(self, items: Items) -> None:
        self.items = items
        self.asked: dict[tuple[Item, tuple[str, ...]], bool] = {}
        """What was asked so far, with the answers."""

    def __call__(self, item: Item, tools: tuple[str, ...]) -> bool:
        known = self.asked.get((item, tools))
        if known is None:
            known = bool(self.items.homes(item)) and self.items.known_in(item).isdisjoint(tools)
            self.asked[item, tools] = known
        return known


def check(case: Case, carriage: Carriage, items: Items) -> Iterator[Outcome]:
    """Yield a finding for each item that playbooks or data need and a tool never has, the same for KPIs; else a proof."""
    lacks = Lacking(items)
    found = [*_missing(case, items, OUT_OF_REACH, [*_of_journeys(case, lacks), *_of_data(case, lacks)])]
    yield from found
    if not found and lacks.asked and all(items.homes(item) for item, _ in lacks.asked):
        zh = "剧本要用的每一项信息，都有同步把它送到用它的系统"
        yield Proof(OUT_OF_REACH, "workspace", Phrase(zh, "all that playbooks ask about comes to the tool that asks"))
    yield from _missing(case, items, UNMEASURED, _of_kpis(case, Lacking(items)))


def _missing(case: Case, items: Items, rule: Rule, needs: Iterable[Need]) -> Iterator[Finding]:
    """Yield one finding for each item and tool that it never comes to; whoever else needs it there is named beside."""
    found: dict[tuple[Item, str], dict[str, Need]] = {}
    for need in needs:
        found.setdefault((need.item, need.tools[0]), {}).setdefault(need.subject, need)
    for ((kind, name), tool), needing in found.items():
        first, *others = sorted(needing.values(), key=lambda one: one.subject)
        homes = sorted(items.homes((kind, name)))
        listed = Phrase("、".join(homes), ", ".join(f"`{one}`" for one in homes))
        also = [(one.at, Phrase(f"{one.user} 也要用", f"`{one.user}` needs it, too")) for one in others[:MOST_OTHERS]]
        yield case.finding(
            rule, first.at, first.subject, *also, user=first.user, item=name, kind=WORDS[kind], tool=tool, homes=listed
        )


# What journeys need


def _of_journeys(case: Case, lacks: Lacking) -> list[Need]:
    found = [
        (number, Need(item, tools, at, root.partition("/")[2], root))
        for (item, tools), needing in case.by("needs", _needs).items()
        if lacks(item, tools)
        for root, places in needing.items()
        for number, at in places
    ]
    return [need for _, need in sorted(found, key=lambda one: one[0])]


def _needs(case: Case, root: str, journey: Playbook) -> Iterable[tuple[tuple[Item, tuple[str, ...]], tuple[int, Mark]]]:
    """Return the items that a journey needs, and in one of which tools; as the how-manieth, and where it first says so."""
    if not isinstance(journey, Journey) or journey.runs_in is None:
        return ()
    tools, found = (journey.runs_in.id,), dict[tuple[Item, tuple[str, ...]], tuple[int, Mark]]()
    for at, item in _tested(case, root, journey):
        found.setdefault((item, tools), (len(found), at))
    for _, step in case.steps(root):
        for at, item, any_of in _shown(case, step, tools):
            found.setdefault((item, any_of), (len(found), at))
    return found.items()


def _tested(case: Case, root: str, journey: Journey) -> Iterator[tuple[Mark, Item]]:
    """Yield what the tool that runs the journey must know, with the place that asks for it."""
    for trigger in (*journey.starts_on, *journey.ends_on):  # first: an audience may ask for the same without naming it
        yield from _heard(case, trigger)
    for predicate in (journey.audience, journey.while_):
        yield from _of(case, predicate)
    if journey.follows is not None:
        yield journey.follows.at, ("data", journey.follows.id)
    for stage in journey.stages:
        yield from _of_moves(case, stage)
    for _, step in case.steps(root):
        yield from _of(case, step.if_)
        for trigger in step.on:
            yield from _heard(case, trigger)
        match step.verb:
            case Wait(_, until):
                for trigger in until:
                    yield from _heard(case, trigger)
            case Choose(branches):
                for branch in branches:
                    yield from _of(case, branch.if_)
            case Send(_, match) if match is not None:
                yield match.at, ("data", match.id)


def _of_moves(case: Case, stage: Stage) -> Iterator[tuple[Mark, Item]]:
    for move in stage.next:
        yield from _of(case, move.when)
        for trigger in move.on:
            yield from _heard(case, trigger)


def _of(case: Case, predicate: Predicate | None) -> Iterable[tuple[Mark, Item]]:
    return [(predicate.at, item) for item in asked(case.workspace, predicate)] if predicate is not None else ()


def _heard(case: Case, trigger: on.Trigger) -> Iterator[tuple[Mark, Item]]:
    """Yield what must be known for a trigger to be heard; what a condition asks of the event's own data comes with the event."""
    match trigger:
        case on.OnEvent(event, where, at):
            yield at, ("events", event.id)
            if where is not None:
                for item in asked(case.workspace, where):
                    if not (item[0] == "data" and _comes_with(case, item[1], event.id)):
                        yield where.at, item
        case on.Becomes(data, _, at) | on.DateReached(data, _, _, at):
            yield at, ("data", data.id)
        case on.ConsentMoved(consent, _, at):
            yield at, ("consents", consent.id)
        case on.SegmentCrossed(segment, _, at):
            noun = case.workspace.segments.get(segment.id)
            for _, item in _of(case, noun.when if noun else None):
                yield at, item


def _comes_with(case: Case, datum: str, event: str) -> bool:
    noun = case.workspace.data.get(datum)
    return noun is not None and any(ref.id == event for ref in noun.collected_by)


def _shown(case: Case, step: Step, runs_in: tuple[str]) -> Iterator[tuple[Mark, Item, tuple[str, ...]]]:
    """Yield what a step's texts name and what its channels need: the tool that runs it or the one that sends must know it."""
    channels = [case.workspace.channels[ref.id] for ref in step.via if ref.id in case.workspace.channels]
    tools = (*runs_in, *[channel.tool.id for channel in channels if channel.tool])
    for ref in step.uses:
        yield ref.at, ("data", ref.id), tools
    for name in _placeholders(case, step):
        yield step.verb_at, ("data", name), tools
    for channel, via in zip(channels, step.via, strict=False):
        if channel.address is not None:
            yield via.at, ("data", channel.address.id), (*runs_in, channel.tool.id) if channel.tool else runs_in


def _placeholders(case: Case, step: Step) -> Iterator[str]:
    sent: tuple[ScriptRef, ...] = step.verb.all_scripts if isinstance(step.verb, Send) else ()
    for ref in (*sent, *((step.script,) if step.script else ())):
        script = case.workspace.scripts.get(ref.id)
        if script is not None and script.text is not None:
            yield from named_in(script.text)


# What data need


def _of_data(case: Case, lacks: Lacking) -> Iterator[Need]:
    """Yield what a tool needs that computes a datum."""
    for datum in case.workspace.data.values():
        if datum.builtin or datum.computed is None or datum.record is None:
            continue
        tools = (datum.record.id,)
        needed: list[tuple[Mark, Item]] = [(ref.at, ("data", ref.id)) for ref in datum.computed.from_]
        needed += [one for _, rule in datum.computed.first_of for one in _of(case, rule)]
        for at, item in needed:
            if lacks(item, tools):
                yield Need(item, tools, at, datum.id, f"data/{datum.id}")


# What KPIs need


def _of_kpis(case: Case, lacks: Lacking) -> Iterator[Need]:
    for kpi in case.workspace.kpis.values():
        if kpi.measured_in is not None and not kpi.builtin:
            for item in sources(case, kpi):
                if lacks(item, (kpi.measured_in.id,)):
                    yield Need(item, (kpi.measured_in.id,), kpi.measured_in.at, kpi.id, f"kpi/{kpi.id}")


def sources(case: Case, kpi: Kpi) -> Iterator[Item]:
    """Yield the items that a KPI is counted from, each once; what a tool counts by itself has none."""
    found: dict[Item, None] = {}
    for one in countables(kpi.formula):
        match one:
            case formulas.Sum(event, data):
                found |= {("events", event.id): None, ("data", data.id): None}
            case formulas.Events(event):
                found[("events", event.id)] = None
            case formulas.Customers(who):
                found |= dict.fromkeys(asked(case.workspace, who))
            case formulas.Touches(of):
                found |= {("touches", ref.id): None for ref in of.channel}
            case formulas.Elapsed(_, start, end):
                found |= {("events", start.id): None, ("events", end.id): None}
    if kpi.cohort is not None:
        found |= dict.fromkeys(asked(case.workspace, kpi.cohort))
    yield from found
