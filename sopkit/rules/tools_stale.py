"""Conditions of steps go in; those that look at a copy which is too old for what they ask come out: SOP702."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import partial
from typing import Final

from sopkit.diagnostics import Extent, Finding, Moment, Outcome, Proof, Rule, Severity, Unassessed, Verdict, farthest
from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage, Item
from sopkit.graph.clock import slot_instants, wall, zone
from sopkit.graph.latency import MOST_INSTANTS, TooMuchError, worst
from sopkit.graph.periods import evenly_apart
from sopkit.graph.satisfiability import tests_of
from sopkit.model.documents import Journey
from sopkit.model.predicates import DataTest, EventTest, Predicate
from sopkit.model.steps import Grant, Step
from sopkit.rules.case import Case, Playbook
from sopkit.rules.tools_examples import RECENT, SYNC_ORDERS
from sopkit.rules.tools_items import WORDS, Items
from sopkit.rules.tools_occasions import Occasion, occasions_in
from sopkit.rules.tools_routes import length, routes, travels
from sopkit.text import Phrase

STALE: Final = Rule(
    code="SOP702",
    name="stale-segment",
    severity=Severity.ERROR,
    summary=Phrase("按过时的数据决定发不发", "a send that is decided on a copy too old"),
    message=Phrase(
        "步骤“{step}”要看{kind}“{item}”，{tool}里的最多会晚 {age}：{reason}",
        "`{step}` looks at the {kind} `{item}`, which comes to `{tool}` up to {age} late: {reason}",
    ),
    why=Phrase(
        "刚发生的事还没同步过来，条件按旧情况判断：该排除的人照样收到。",
        "What has just happened is not known yet, so the old state decides, and those who were to be left out are touched.",
    ),
    fix=Phrase(
        "让送来“{item}”的同步跑得勤一些（例如 every: event），或者把这一步放到它到了以后（after）",
        "let the sync that carries `{item}` run more often (`every: event`, say), or do the step later (`after`)",
    ),
    bad=RECENT + SYNC_ORDERS.replace("every: event\n", 'every: day\nat: ["02:00"]\n'),
    good=RECENT + SYNC_ORDERS,
)
NO_FAILURE: Final = Phrase("同步不失败", "no sync run fails")
TOO_MUCH: Final = Phrase(f"要考察的时刻超过 {MOST_INSTANTS} 个", f"more than {MOST_INSTANTS} instants to look at")
UNNAMED: Final = Phrase("同步的开始时刻没有写明", "when the syncs start is not declared")

MONTH: Final = 23
"""Days beyond the horizon of questions in which data are computed, so that a month has one time."""
Latency = tuple[int, int]
"""The greatest, and an instant at which it takes so long."""
Aged = tuple[Item, float, Phrase]
"""What is asked about, from which age on a copy is worth nothing, and why."""


@dataclass(frozen=True, eq=False)
class Ages:
    """How old copies can be, each worked out once."""

    carriage: Carriage
    _known: dict[tuple[Item, str, str, bool], Latency | None] = field(default_factory=dict)

    def of(self, item: Item, home: str, tool: str, *, prompt: bool = False) -> Latency | None:
        """Return the worst latency; None beyond the horizon. Raises TooMuchError."""
        key = (item, home, tool, prompt)
        if key not in self._known:
            changes = self._changes(item)
            if changes:
                self._known[key] = self._at(changes, key)
            else:
                self._known[key] = worst(self.carriage.hops(item, prompt=prompt), home, tool, *self.carriage.span)
        return self._known[key]

    def _changes(self, item: Item) -> list[int]:
        """Return when a datum is computed, where it says so: it changes at no other time."""
        noun = self.carriage.workspace.data.get(item[1]) if item[0] == "data" else None
        if noun is None or noun.computed is None or noun.computed.every is None or not noun.computed.slots:
            return []
        where, carriage = zone(self.carriage.workspace.settings.timezone), self.carriage
        return slot_instants(noun.computed.every, noun.computed.slots, where, carriage.today, carriage.horizon + MONTH)

    def _at(self, changes: Sequence[int], key: tuple[Item, str, str, bool]) -> Latency | None:
        item, home, tool, prompt = key
        ways = [(self.carriage.legs(item, home, tool, at, prompt=prompt), at) for at in changes]
        found = [(legs[-1].end - at, at) for legs, at in ways if legs]
        return max(found) if len(found) == len(ways) else None


def check(case: Case, carriage: Carriage, items: Items) -> Iterator[Outcome]:
    """Yield a finding for each step and item whose copy is too old, what was not settled, and one proof for the rest."""
    ages = Ages(carriage)
    count, wrong = 0, False
    extents: list[Extent] = []
    told: set[tuple[str, str]] = set()
    for subject, step, tool, (item, limit, reason) in case.each("tests within a time", partial(_tested, case)):
        home = next(iter(sorted(items.homes(item))), None)
        if home is None or home == tool or tool not in carriage.reach(item, {home}):
            continue
        count += 1
        outcome = _older(case, ages, Question(subject, step, tool, item, home, limit, reason))
        wrong |= isinstance(outcome, Finding | Unassessed)
        if isinstance(outcome, int):
            extents.append(Extent("copy", f"{item[0].removesuffix('s')}/{item[1]}", outcome, limit))
        elif (subject, item[1]) not in told:
            told.add((subject, item[1]))
            yield outcome
    for name, outcome in _overtaken(case, carriage):
        if (outcome.subject, name) not in told:
            yield outcome
            wrong |= isinstance(outcome, Unassessed)
    if count and not wrong:
        zh = "条件里限定时间的事件，都在时间过去之前送到"
        en = "every event that a condition asks about within a time is known before that time is over"
        yield Proof(STALE, "workspace", Phrase(zh, en), (NO_FAILURE,), extents=farthest(extents))


def _tested(case: Case, root: str, journey: Playbook) -> Iterator[tuple[str, Step, str, Aged]]:
    """Yield what conditions ask about under which a customer is touched or given something, with the tool that looks."""
    if isinstance(journey, Journey) and journey.runs_in is not None:
        lasting = tests_of(case.workspace, journey.while_) if journey.while_ is not None else ()
        for node, step in case.steps(root):
            if (step.if_ is not None or lasting) and (step.via or isinstance(step.verb, Grant)):
                tests = tests_of(case.workspace, step.if_) if step.if_ is not None else ()
                for test in (*tests, *lasting):
                    for aged in _limits(case, test):
                        yield node.id, step, journey.runs_in.id, aged


def _limits(case: Case, test: Predicate) -> Iterator[Aged]:
    """Yield what a test asks about, from which age on a copy is worth nothing to it, and why."""
    match test:
        case EventTest(event, _, within) if within is not None and within.seconds is not None:
            zh = f"比条件里的 within {within} 还长，发生过也看不到"
            en = f"no less than the `within {within}` of the condition, which then never sees it"
            yield ("events", event.id), within.seconds, Phrase(zh, en)
        case DataTest(data):
            noun = case.workspace.data.get(data.id)
            every = noun.computed.every if noun is not None and noun.computed is not None else None
            if every is not None and every.unit != "event":
                reason = Phrase(
                    f"那时已经又重算过一次（every: {every}）", f"by then it has been computed anew (`every: {every}`)"
                )
                yield ("data", data.id), evenly_apart(every), reason


@dataclass(frozen=True, slots=True)
class Question:
    """One step, and the copy that it looks at."""

    subject: str
    step: Step
    tool: str
    item: Item
    home: str
    limit: float
    reason: Phrase


def _older(case: Case, ages: Ages, asked: Question) -> Finding | Unassessed | int:
    """Return what is wrong, or how many seconds old the copy is at worst."""
    span = case.forest.span(asked.step.id_at)
    try:
        latency = ages.of(asked.item, asked.home, asked.tool)
        if latency is None:
            return Unassessed(
                STALE, asked.subject, Phrase("同步的结果落在考察期以外", "the data arrive beyond the horizon"), span
            )
        if latency[0] < asked.limit:
            return latency[0]
        sure = ages.of(asked.item, asked.home, asked.tool, prompt=True)
    except TooMuchError:
        return Unassessed(STALE, asked.subject, TOO_MUCH, span)
    certain = sure is not None and sure[0] >= asked.limit
    age, at = sure if sure is not None and certain else latency
    legs = ages.carriage.legs(asked.item, asked.home, asked.tool, at, prompt=certain) or ()
    home, name = zone(case.workspace.settings.timezone), asked.item[1]
    occurs = Phrase(f"{name} 在 {asked.home} 变了", f"{name} changes in {asked.home}")
    over = Phrase("条件看的时间到此为止", "the time that the condition looks at is over")
    moments = [
        Moment(wall(at, home), occurs),
        Moment(wall(at + int(asked.limit), home), over, span, counted=True),
        *travels(case, ages.carriage, legs),
    ]
    return _finding(case, asked, age, moments, certain=certain)


def _finding(case: Case, asked: Question, age: int, moments: list[Moment], *, certain: bool) -> Finding:
    guard = asked.step.if_
    return Finding(
        STALE,
        case.forest.span(guard.at if guard is not None else asked.step.id_at),
        {
            "step": asked.step.id, "kind": WORDS[asked.item[0]], "item": asked.item[1], "tool": asked.tool,
            "age": length(age), "reason": asked.reason,
        },
        asked.subject,
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        timeline=tuple(sorted(moments, key=lambda moment: moment.at)),
        assumptions=() if certain else (UNNAMED,),
    )  # fmt: skip


# The event comes first, what it changes later


def _overtaken(case: Case, carriage: Carriage) -> Iterator[tuple[str, Finding | Unassessed]]:
    """Yield the steps done before the tool knows the data that their own event collects, all runs as slow as can be.

    With each goes the datum. Where there are too many instants to look at, that is said instead.
    """
    for name, occasion in case.each("tests of what the event tells", partial(_telling, case)):
        try:
            yield from ((name, one) for one in _overtakes(case, carriage, occasion, ("data", name)))
        except TooMuchError:
            yield name, Unassessed(STALE, occasion.subject, TOO_MUCH, case.forest.span(occasion.step.id_at))


def _telling(case: Case, root: str, playbook: Playbook) -> Iterator[tuple[str, Occasion]]:
    """Yield, with its step, each datum that the step's condition asks about and the event before it collects, in another tool."""
    told: set[tuple[str, str]] = set()
    for occasion in occasions_in(case, root, playbook):
        guard, source, tool = occasion.step.if_, occasion.source, occasion.tool
        if guard is None or source is None or tool is None or source == tool:
            continue
        for test in tests_of(case.workspace, guard):
            noun = case.workspace.data.get(test.data.id) if isinstance(test, DataTest) else None
            if noun is None or noun.computed is not None or (occasion.subject, noun.id) in told:
                continue
            if any(ref.id == occasion.trigger.event.id for ref in noun.collected_by):
                told.add((occasion.subject, noun.id))
                yield noun.id, occasion


def _overtakes(case: Case, carriage: Carriage, occasion: Occasion, item: Item) -> Iterator[Finding]:
    source, tool = occasion.source or "", occasion.tool or ""
    route = next(routes(case, carriage, occasion), None)
    if route is None or not route.heard or tool not in carriage.reach(item, {source}):
        return
    for prompt in (True, False):
        way = route.ways((carriage.zones or (case.workspace.settings.timezone,))[0], lenient=prompt)
        for at in sorted(way.instants):
            delivery, legs = way.deliver(at), carriage.legs(item, source, tool, at, prompt=prompt)
            if delivery is None or delivery.dropped or not legs or legs[-1].end <= delivery.ordered:
                continue
            home, event = zone(case.workspace.settings.timezone), occasion.trigger.event.id
            occurs = Phrase(f"{event} 发生在 {source}", f"{event} occurs in {source}")
            done = Phrase(f"步骤 {occasion.step.id} 按旧值判断", f"the step {occasion.step.id} looks at the old value")
            moments = [
                Moment(wall(at, home), occurs, case.forest.span(occasion.trigger.at)),
                *dict.fromkeys(travels(case, carriage, (*delivery.legs, *legs))),
                Moment(wall(delivery.ordered, home), done, case.forest.span(occasion.step.id_at), counted=True),
            ]
            reason = Phrase(f"引发这一步的 {event} 先到", f"`{event}`, which leads to the step, comes there first")
            asked = Question(occasion.subject, occasion.step, tool, item, source, 0, reason)
            yield _finding(case, asked, legs[-1].end - at, moments, certain=prompt)
            return
