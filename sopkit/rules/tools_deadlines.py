"""Whether a deadline can be met by a tool that hears of the trigger through a sync: SOP701."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sopkit.diagnostics import Finding, Moment, Outcome, Proof, Related, Rule, Severity, Unassessed, Verdict
from sopkit.graph.carriage import Carriage, Item
from sopkit.graph.clock import Opening, wall, zone
from sopkit.graph.course import shortest
from sopkit.graph.latency import MOST_INSTANTS, Leg, TooMuchError, missed, offsets
from sopkit.graph.satisfiability import tests_of
from sopkit.model.documents import Journey, Stage
from sopkit.model.nouns import Channel
from sopkit.model.predicates import EventTest
from sopkit.model.steps import Step, Wait
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.rules.case import Case
from sopkit.rules.tools_examples import NIGHTLY, PUSH, WELCOME
from sopkit.text import Phrase

INFEASIBLE: Final = Rule(
    code="SOP701",
    name="infeasible-deadline",
    severity=Severity.ERROR,
    summary=Phrase("系统来不及做到的时限", "a deadline that the tools cannot meet"),
    message=Phrase(
        "步骤“{step}”要求 {within} 内完成，但{tool}要等同步才知道，最慢要 {needs}",
        "the step `{step}` is due within {within}, but `{tool}` hears of it by sync, and needs {needs} at worst",
    ),
    why=Phrase(
        "写着的时限做不到，客户等不到，员工却以为系统已经发了。",
        "The promise cannot be kept: customers wait while staff believe that the tool has sent.",
    ),
    fix=Phrase(
        "让同步跑得勤一些（例如 every: event 或 every: 15m），或者把时限放宽到 {needs} 以上",
        "let the sync run more often (`every: event` or `every: 15m`, say), or allow at least {needs}",
    ),
    bad=WELCOME + NIGHTLY,
    good=WELCOME + PUSH,
)
ON_TIME: Final = Phrase("同步不失败，员工按时", "no sync run fails, and staff are on time")
UNNAMED: Final = Phrase("同步的开始时刻没有写明", "when the syncs start is not declared")
NO_ZONE: Final = Phrase("客户的时区没有写明", "the customers' time zones are not declared")
NO_LENGTH: Final = Phrase("没写 takes 的同步不费时间", "a sync without `takes` takes no time")
SAME_EVENT: Final = Phrase("前提在触发时成立", "the guard holds when the trigger occurs")


@dataclass(frozen=True, slots=True)
class Question:
    """One step that is due some time after one event, in a tool that hears of it by sync."""

    subject: str
    step: Step
    journey: Journey
    trigger: OnEvent
    tool: str
    source: str
    event: Item
    address: Item | None
    sender: str
    channel: Channel | None
    anchored: bool
    """The step's `after` counts from the event, not from when the tool hears of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The worst instant of one question."""

    late: int
    """Seconds counted between event and send."""
    at: int
    send: int
    legs: tuple[Leg, ...]
    opening: Opening
    limited: bool


def check(case: Case, carriage: Carriage) -> Iterator[Outcome]:
    """Yield a finding for each step whose deadline cannot be met, what was not settled, and one proof for the rest."""
    slack: list[tuple[int, str]] = []
    assumed: set[Phrase] = {ON_TIME}
    broken = False
    told: set[str] = set()
    for question in _questions(case):
        if question.subject in told:
            continue
        outcome = _answer(case, carriage, question)
        if isinstance(outcome, Finding | Unassessed):
            told.add(question.subject)
            broken = True
            yield outcome
        elif outcome is not None:
            slack.append((outcome, question.subject))
            assumed |= set(_assumptions(carriage, question))
    if slack and not broken:
        least, name = min(slack)
        yield _proof(len({subject for _, subject in slack}), name.rpartition("/")[2], least, assumed)


def _proof(count: int, name: str, least: int, assumed: set[Phrase]) -> Proof:
    spare = length(least)
    steps = "1 step" if count == 1 else f"{count} steps"
    statement = Phrase(
        f"有 {count} 个步骤要等别的系统同步，时限都做得到；最紧的“{name}”还余 {spare.zh}",
        f"every deadline of {steps} waiting for another tool can be met: the tightest, `{name}`, has {spare.en} to spare",
    )
    return Proof(INFEASIBLE, "workspace", statement, tuple(sorted(assumed, key=lambda one: one.en)))


def _assumptions(carriage: Carriage, question: Question) -> Iterator[Phrase]:
    if not carriage.zones:
        yield NO_ZONE
    if any(sync.takes is None for sync in carriage.syncs):
        yield NO_LENGTH


def length(seconds: int) -> Phrase:
    """Return a length of time in words: every unit that is not nought."""
    parts = [(seconds // 86400, "天", "d"), (seconds // 3600 % 24, "小时", "h"), (seconds // 60 % 60, "分钟", "min"),
             (seconds % 60, "秒", "s")]  # fmt: skip
    shown = [part for part in parts if part[0]] or parts[-1:]
    return Phrase(" ".join(f"{n} {zh}" for n, zh, _ in shown), " ".join(f"{n} {en}" for n, _, en in shown))


# Which steps wait for which event


def _questions(case: Case) -> Iterator[Question]:
    for root, playbook in case.playbooks:
        if not isinstance(playbook, Journey) or playbook.runs_in is None or playbook.follows:
            continue
        entry = True
        for stage in playbook.stages:
            into = list(playbook.starts_on) if entry else []
            into += [on for other in playbook.stages for move in other.next if move.go.id == stage.id for on in move.on]
            path = f"{root}/{stage.id}" if stage.id else root
            for step, triggers, anchored in _due(stage, into, playbook.starts_on if entry else ()):
                for trigger in triggers:
                    yield from _question(case, playbook, f"{path}/{step.id}", step, trigger, anchored=anchored)
            entry = False


def _due(
    stage: Stage, into: list[Trigger], starts: tuple[Trigger, ...]
) -> Iterator[tuple[Step, tuple[Trigger, ...], bool]]:
    """Yield the steps whose clock starts at an event: first ones, those with an anchor, those beside the chain, those after a wait."""
    chain = [step for step in stage.steps if not (step.on or step.every)]
    for n, step in enumerate(chain):
        before = chain[n - 1] if n else None
        if step.since is None:
            if before is None:
                yield step, tuple(into), False
            elif isinstance(before.verb, Wait) and before.if_ is None:
                yield step, before.verb.until, False
        elif step.since.id == "stage":
            yield step, tuple(into), True
        elif step.since.id == "start" and starts:
            yield step, starts, True
    for step in stage.steps:
        if step.on and step.since is None:
            yield step, step.on, False


def _question(
    case: Case, journey: Journey, subject: str, step: Step, trigger: Trigger, *, anchored: bool
) -> Iterator[Question]:
    workspace = case.workspace
    if step.within is None or journey.runs_in is None or not isinstance(trigger, OnEvent):
        return
    event = workspace.events.get(trigger.event.id)
    if event is None or event.tool is None:
        return
    tool, source = journey.runs_in.id, event.tool.id
    channels = [workspace.channels[ref.id] for ref in step.via if ref.id in workspace.channels]
    channel = channels[0] if len(channels) == 1 and len(step.via) == 1 else None
    if len(step.via) > 1 and any(one.hours for one in channels):
        return
    if channel is not None and channel.when_closed == "drop":
        return
    address: Item | None = None
    if channel and channel.address and channel.address.id in workspace.data:
        collected = workspace.data[channel.address.id].collected_by
        if [ref.id for ref in collected] == [event.id]:
            address = ("data", channel.address.id)
    sender = channel.tool.id if channel and channel.tool else tool
    if source != tool:
        yield Question(
            subject, step, journey, trigger, tool, source, ("events", event.id), address, sender,
            channel or (channels[0] if channels else None), anchored,
        )  # fmt: skip


# When it can be done


def _answer(case: Case, carriage: Carriage, question: Question) -> Finding | Unassessed | int | None:
    """Return what is wrong, or how many seconds are to spare at worst; None where the tool never hears of it."""
    if question.tool not in carriage.reach(question.event, {question.source}) or question.step.within is None:
        return None
    within = question.step.within
    due = int(shortest(within))
    try:
        worst = _worst(carriage, question, prompt=False)
        if worst is None:
            return _unsettled(question, Phrase("同步的结果落在考察期以外", "the item arrives beyond the horizon"))
        if worst.late <= due:
            return due - worst.late
        if within.seconds is None:
            reason = Phrase("以工作日、月计的时限不作比较", "deadlines in workdays or months are not compared")
            return _unsettled(question, reason)
        sure = _worst(carriage, question, prompt=True)
    except TooMuchError:
        reason = Phrase(f"要考察的时刻超过 {MOST_INSTANTS} 个", f"more than {MOST_INSTANTS} instants to look at")
        return _unsettled(question, reason)
    certain = sure is not None and sure.late > due
    return _finding(case, carriage, question, sure if certain and sure else worst, certain=certain)


def _unsettled(question: Question, reason: Phrase) -> Unassessed:
    return Unassessed(INFEASIBLE, question.subject, reason)


def _worst(carriage: Carriage, question: Question, *, prompt: bool) -> Answer | None:
    """Return the worst instant for an event to occur; `prompt`: syncs whose times nobody declared run at once."""
    found: Answer | None = None
    for name in carriage.zones or (carriage.workspace.settings.timezone,):
        opening, limited = carriage.opening(question.step, question.channel, name)
        for at in sorted(_instants(carriage, question, opening, prompt=prompt)):
            answer = _at(carriage, question, opening, at, prompt=prompt, limited=limited)
            if answer is None:
                return None
            if found is None or answer.late > found.late:
                found = answer
    return found


def _instants(carriage: Carriage, question: Question, opening: Opening, *, prompt: bool) -> set[int]:
    """Return the instants among which the worst one is: what was counted only falls, or keeps, between two of them."""
    first, last = carriage.span
    after = int(shortest(question.step.after.low)) if question.step.after else 0
    found: set[int] = set()
    for item in (question.event, question.address):
        if item is not None:
            hops = carriage.hops(item, prompt=prompt)
            found |= missed(hops, question.source, first, last)
            sums = {total for totals in offsets(hops, question.source).values() for total in totals} | {0}
            found |= {
                edge - total - wait for edge in opening.edges for total in sums for wait in (0, after)
                if first <= edge - total - wait <= last
            }  # fmt: skip
            if len(found) > MOST_INSTANTS:
                raise TooMuchError
    return found


def _at(
    carriage: Carriage, question: Question, opening: Opening, at: int, *, prompt: bool, limited: bool
) -> Answer | None:
    legs = carriage.legs(question.event, question.source, question.tool, at, prompt=prompt)
    if legs is None:
        return None
    known = legs[-1].end if legs else at
    if question.address is not None:
        ways = [
            way
            for tool in {question.tool, question.sender}
            if (way := carriage.legs(question.address, question.source, tool, at, prompt=prompt)) is not None
        ]
        soonest = min(ways, key=lambda way: way[-1].end if way else at, default=())
        if soonest and soonest[-1].end > known:
            legs, known = soonest, soonest[-1].end
    after = int(shortest(question.step.after.low)) if question.step.after else 0
    send = opening.next_open(max(known, at + after) if question.anchored else known + after)
    if send is None:
        return None
    late = send - at if question.step.clock == "wall" else opening.between(at, send)
    return Answer(late, at, send, legs, opening, limited)


# What the reader sees


def _finding(case: Case, carriage: Carriage, question: Question, answer: Answer, *, certain: bool) -> Finding:
    step, needs = question.step, length(answer.late)
    assumptions = [ON_TIME] if step.by else []
    if not certain:
        assumptions.append(UNNAMED)
    if not carriage.zones and answer.limited:
        certain, assumptions = False, [*assumptions, NO_ZONE]
    if _asks_about(case, question):
        certain, assumptions = False, [*assumptions, SAME_EVENT]
    syncs = {sync.id: sync for sync in carriage.syncs}
    related = [Related(case.forest.span(question.trigger.at), Phrase("时限从这里算起", "the clock starts here"))]
    for leg in answer.legs:
        words = Phrase(f"经过同步 {leg.hop.name}", f"by way of the sync {leg.hop.name}")
        related.append(Related(case.forest.span(syncs[leg.hop.name].at), words))
    at = step.within.at if step.within else step.id_at
    return Finding(
        INFEASIBLE,
        case.forest.span(at),
        {"step": step.id, "within": str(step.within), "tool": question.tool, "needs": needs},
        question.subject,
        severity=None if certain else Severity.WARNING,
        verdict=Verdict.VIOLATED if certain else Verdict.POSSIBLE,
        related=tuple(related),
        timeline=tuple(_timeline(case, carriage, question, answer)),
        assumptions=tuple(assumptions),
    )


def _asks_about(case: Case, question: Question) -> bool:
    """Return whether the guard looks at the very event that starts the clock, and so may never hold."""
    guard = question.step.if_
    return guard is not None and any(
        isinstance(test, EventTest) and test.event.id == question.trigger.event.id
        for test in tests_of(case.workspace, guard)
    )


def _timeline(case: Case, carriage: Carriage, question: Question, answer: Answer) -> Iterator[Moment]:
    home = zone(carriage.workspace.settings.timezone)
    step, span = question.step, case.forest.span

    def clock(at: int) -> datetime:
        return wall(at, home)

    name = question.trigger.event.id
    moments = [
        Moment(clock(answer.at), Phrase(f"{name} 发生在 {question.source}", f"{name} occurs in {question.source}"),
               span(question.trigger.at))
    ]  # fmt: skip
    syncs = {sync.id: sync for sync in carriage.syncs}
    for leg in answer.legs:
        at = span(syncs[leg.hop.name].at)
        starts = Phrase(f"同步 {leg.hop.name} 开始", f"the sync {leg.hop.name} starts")
        ends = Phrase(
            f"同步 {leg.hop.name} 最迟结束，{leg.hop.target} 才知道",
            f"it ends at the latest, and {leg.hop.target} knows",
        )
        moments += [Moment(clock(leg.start), starts, at), Moment(clock(leg.end), ends, at)]
    sent = Phrase(f"步骤 {step.id} 最早这时才能做", f"the step {step.id} can be done, at the earliest")
    moments.append(Moment(clock(answer.send), sent, span(step.id_at), counted=True))
    seconds = (step.within.seconds if step.within else None) or 0
    due = answer.at + seconds if step.clock == "wall" else answer.opening.reached(answer.at, seconds)
    if due is not None and step.within is not None:
        words = Phrase(f"时限已到（{step.within}）", f"it is due (within {step.within})")
        moments.append(Moment(clock(due), words, span(step.within.at)))
    yield from sorted(moments, key=lambda moment: moment.at)
