"""Steps by channels that a platform opens only after the customer has acted go in; those outside of that time come out: SOP312."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import Final

from sopkit.diagnostics import Extent, Finding, Outcome, Proof, Rule, Severity, Unassessed, Verdict, farthest
from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest
from sopkit.graph.schedule import Schedule
from sopkit.graph.touches import REACHES, match_step
from sopkit.model.documents import Journey
from sopkit.model.nouns import Channel
from sopkit.model.predicates import All, DataTest, EventTest, Predicate, SegmentTest, StageTest, TagTest, TaskTest
from sopkit.model.presets import REPLY_WINDOWS, ReplyWindow
from sopkit.model.steps import Choose, Go, Step, Wait
from sopkit.model.triggers import (
    AlertRaised,
    Becomes,
    ConsentMoved,
    IssueDue,
    JourneyMoved,
    Manual,
    OfferMoved,
    OnEvent,
    SegmentCrossed,
    StepReported,
    Trigger,
)
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.rules.sending_hours import SURE
from sopkit.text import Phrase

ASKED: Final = (
    WORKSPACE
    + "caps: [{id: weekly, max: 2, per: 7d}]\n---\n"
    + AUTOMATION.replace("starts_on: member-joined", "starts_on: oa-message\nreentry: always")
    + "  - {id: answer, send: hello, via: oa-service, for: care, %s}\n"
    + SCRIPT
    + "events:\n  oa-message: {title: 公众号来信, tool: official-account, at_most: 1 per day}\n"
    + "channels:\n  oa-service:\n    {title: 公众号客服消息, tool: official-account, preset: wechat-customer-service, reach: reply,\n"
    + "     selects: customer, address: oa-openid, opened_by: {message: oa-message}}\n"
)
CLOSED: Final = Rule(
    code="SOP312",
    name="outside-reply-window",
    severity=Severity.ERROR,
    summary=Phrase("平台不再让回复的时候才发", "a message when the platform no longer lets it through"),
    message=Phrase(
        "步骤“{step}”用 {channel} 发送，但{reason}（{source}）",
        "`{step}` sends by `{channel}`, but {reason} ({source})",
    ),
    why=Phrase(
        "过了平台给的时间或条数，消息发不出去，客户等不到答复，后面的步骤却照常走。",
        "Past the time or the number that the platform allows nothing goes out: customers wait, and the steps behind it go on.",
    ),
    fix=Phrase(
        "放到客户动作之后的时间以内、少发几条，或者在步骤上写 if: {{事件: within 48h}}；来不及的换一个渠道",
        "send it within the time after the customer's act, send fewer, or write `if: {{EVENT: within 48h}}` on the step; "
        "what comes later needs another channel",
    ),
    bad=ASKED % "after: 3d",
    good=ASKED % "within: 1h",
)
RULES: Final = (CLOSED,)
UNDECLARED: Final = Phrase(
    "没有写 opened_by，不知道客户的哪些动作打开了它",
    "it says no `opened_by`: which acts of the customer open it is not known",
)

UNSURE: Final = Phrase(
    "不能确定在它之前客户有动作把渠道打开", "it is not certain that the customer has opened the channel before it"
)
HELD: Final = Phrase(
    "渠道有自己的时段、静默时段或要人确认，消息可能要等：等多久没有计算",
    "the channel's hours, quiet hours or a person who confirms may hold a message back: for how long was not worked out",
)
AGAIN: Final = Phrase(
    "条件只问客户最近是否有过动作，旅程又能一再开始：一次动作之后会发几条，没有判断",
    "its condition asks only for an act of late, and the journey may start again and again: how many follow one act was not judged",
)


def check(case: Case, plan: Schedule) -> Iterator[Outcome]:
    """Yield of each such channel in use what goes out too late or too often; that all is in time; or that it is not known."""
    presets = {one.preset for one in REPLY_WINDOWS}
    channels = [one for one in case.workspace.channels.values() if one.preset in presets]
    if not channels:
        return
    for channel in channels:
        uses = [*_uses(case, channel)]
        if uses and channel.opened_by is None:
            yield Unassessed(CLOSED, f"channel/{channel.id}", UNDECLARED, case.forest.span(channel.at))
        elif uses:
            yield from _Window(case, plan, channel).check(uses)


@dataclass(frozen=True, slots=True)
class Use:
    """A step that sends by the channel."""

    root: str
    node: str
    step: Step


def _uses(case: Case, channel: Channel) -> Iterator[Use]:
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            if any(ref.id == channel.id for ref in step.via):
                yield Use(root, node.id, step)


@dataclass(frozen=True, eq=False)
class _Window:
    """One channel, and what opens it."""

    case: Case
    plan: Schedule
    channel: Channel

    @cached_property
    def opening(self) -> dict[str, ReplyWindow]:
        """What each event opens; the longest where it is several acts."""
        opened, found = self.channel.opened_by, dict[str, ReplyWindow]()
        for one in sorted(REPLY_WINDOWS, key=lambda one: one.seconds):
            if opened is not None and one.preset == self.channel.preset:
                found |= {ref.id: one for ref in getattr(opened, one.act)}
        return found

    def check(self, uses: list[Use]) -> Iterator[Outcome]:
        counts: dict[str, list[Use]] = {}
        extents: list[Extent] = []
        clean = True
        for use in uses:
            time, openers = self._since(use)
            window = min((self.opening[event] for event in openers), key=lambda one: one.seconds, default=None)
            if window is None or time >= window.seconds:
                clean = False
                surely = self._is_sure(use, window)
                reason = _why(window) if window or surely else UNSURE
                yield self._finding(use, window, reason, Verdict.VIOLATED if surely else Verdict.POSSIBLE)
                continue
            extents.append(Extent("reply", use.node, time, window.seconds))
            for event in openers:
                counts.setdefault(event, []).append(use)
        again = next(
            (use for use in uses if self._asked(use.node, use.step) is not None and self._comes_again(use)), None
        )
        if clean and again is not None:
            clean = False
            span = self.case.forest.span(again.step.id_at)
            yield Unassessed(CLOSED, f"channel/{self.channel.id}", AGAIN, span)
        held = next((use for use in uses if self._may_be_held(use)), None)
        if clean and held is not None:
            clean = False
            yield Unassessed(CLOSED, f"channel/{self.channel.id}", HELD, self.case.forest.span(held.step.id_at))
        for event, many in counts.items():
            most = self.opening[event].most
            if most is not None and (len(many) > most or any(one.step.every for one in many)):
                clean = False
                yield self._finding(many[-1], self.opening[event], _often(event, most, len(many)), Verdict.POSSIBLE)
        if clean:
            facts = tuple(dict.fromkeys(_fact(one) for one in self.opening.values()))
            zh = f"用 {self.channel.id} 发的 {len(uses)} 处，都在客户的动作打开它以后的时间和条数之内"
            en = f"{len(uses)} messages by {self.channel.id} keep to the time and number that the customer's act opens"
            yield Proof(CLOSED, f"channel/{self.channel.id}", Phrase(zh, en), facts, extents=farthest(extents))

    def _may_be_held(self, use: Use) -> bool:
        """Return whether a message, or one before it that is no touch either, may have to wait: the plan knows the times of touches."""
        before = self.case.steps(use.root) if self._asked(use.node, use.step) is None else ()
        settings, channels = self.case.workspace.settings, self.case.workspace.channels
        ways = [
            (step, channels[ref.id])
            for step in (use.step, *(step for _, step in before))
            for ref in step.via
            if ref.id in channels and channels[ref.id].reach not in REACHES
        ]
        return any(
            channel.hours is not None
            or channel.confirmed_by is not None
            or any(
                one.hours and match_step(self.case.workspace, one.of, step, channel) != "no"
                for one in settings.quiet_hours
            )
            for step, channel in ways
        )

    def _comes_again(self, use: Use) -> bool:
        """Return whether a step may be done several times while one act still counts."""
        journey = self.plan.journey(use.root)
        return journey is None or journey.reentry.mode != "never" or bool(use.step.on or use.step.every)

    def _since(self, use: Use) -> tuple[float, tuple[str, ...]]:
        """Return how long after what opens the channel a step is done at most, and which events that may be; none if something else."""
        journey, step = self.plan.journey(use.root), use.step
        asked = self._asked(use.node, step)
        if asked is not None or not isinstance(journey, Journey):
            return asked or (INFINITE, ())
        own = self.plan.hours.time(use.node)
        if step.on:
            return own, self._openers(step.on)
        behind = self._behind_wait(journey, use)
        if behind is not None:
            return behind
        openers = () if journey.id in self.plan.started else self._openers(journey.starts_on)
        if self._may_queue(journey):
            return INFINITE, openers
        late = max((self.plan.late(event) for event in openers), default=0.0)
        return self.plan.latest(use.root, journey, use.node) + late, openers

    def _may_queue(self, journey: Journey) -> bool:
        """Return whether a journey, or a stage of it, may have to wait for its turn, for any time."""
        groups = [one for one in self.case.workspace.settings.one_at_a_time if one.if_busy == "queue"]
        return any(ref.id.partition("/")[0] == journey.id for one in groups for ref in one.journeys)

    def _is_sure(self, use: Use, window: ReplyWindow | None) -> bool:
        """Return whether a message surely comes outside of the time: no act but the start of its journey can open the channel."""
        journey = self.plan.journey(use.root)
        if journey is None or journey.id in self.plan.started or journey.follows or not journey.starts_on:
            return False
        if window is None:
            return self._opens_nothing(journey)
        return self._earliest(use) >= window.seconds and self._opens_nothing(replace(journey, starts_on=()))

    def _opens_nothing(self, journey: Journey) -> bool:
        """Return whether a journey speaks of no event that opens the channel, and of nothing behind which there may be one."""
        return not any(
            one.event.id in self.opening if isinstance(one, OnEvent | EventTest) else isinstance(one, UNCLEAR)
            for one in _within(journey)
        )

    def _earliest(self, use: Use) -> float:
        """Return how long after the start of its journey a step is done at least; nothing where that is not what counts."""
        course, nodes = self.plan.courses.get(use.root), self.case.graph.nodes
        if course is None or use.step.on or use.step.every:
            return 0.0
        return course.earliest(use.root, lambda node: nodes[node].playbook == use.root).get(use.node, 0.0)

    def _openers(self, triggers: tuple[Trigger, ...]) -> tuple[str, ...]:
        """Return the events of the triggers; none unless each opens the channel."""
        events = tuple(one.event.id for one in triggers if isinstance(one, OnEvent) and one.event.id in self.opening)
        return events if len(events) == len(triggers) else ()

    def _behind_wait(self, journey: Journey, use: Use) -> tuple[float, tuple[str, ...]] | None:
        """Return the time since the last wait for an event before it, where nothing but that event ends it."""
        for stage in journey.stages:
            chain = [one for one in stage.steps if not (one.on or one.every)]
            place = next((n for n, one in enumerate(chain) if one is use.step), None)
            waits = [n for n, one in enumerate(chain[:place]) if isinstance(one.verb, Wait) and one.verb.until]
            if place is None or not waits:
                continue
            verb, between = chain[waits[-1]].verb, chain[waits[-1] + 1 : place + 1]
            openers = self._openers(verb.until) if isinstance(verb, Wait) else ()
            if openers and chain[waits[-1]].up_to is None and all(map(_is_plain, between)):
                entry = use.node.rpartition("/")[0]
                late = max(self.plan.late(event) for event in openers)
                return sum(self.plan.hours.time(f"{entry}/{one.id}") for one in between) + late, openers
        return None

    def _asked(self, node: str, step: Step) -> tuple[float, tuple[str, ...]] | None:
        """Return what the step's own condition says of the last act; a person, or closed hours, may send later than it is looked at."""
        for test in _parts(step.if_):
            if isinstance(test, EventTest) and test.within and not test.negated and test.event.id in self.opening:
                hours = self.plan.hours
                later = self.plan.hours.time(node) if step.by else hours.spread(node, 0.0) + hours.late(node)
                return longest(test.within, self.plan.clocks.shift) - 1 + later, (test.event.id,)
        return None

    def _finding(self, use: Use, window: ReplyWindow | None, reason: Phrase, verdict: Verdict) -> Finding:
        one = window or next(each for each in REPLY_WINDOWS if each.preset == self.channel.preset)
        found = self.case.finding(
            CLOSED, use.step.id_at, use.node, (self.channel.at, THE_CHANNEL),
            severity=Severity.ERROR if verdict is Verdict.VIOLATED else Severity.WARNING,
            step=use.node.partition("/")[2], channel=self.channel.id, reason=reason, source=_fact(one),
        )  # fmt: skip
        return replace(found, verdict=verdict)


UNCLEAR: Final = (
    Becomes, SegmentCrossed, JourneyMoved, OfferMoved, ConsentMoved, StepReported, IssueDue, AlertRaised, Manual,
    DataTest, TagTest, SegmentTest, StageTest, TaskTest,
)  # fmt: skip
"""What may hold, or come about, since the customer has acted."""


def _within(value: object) -> Iterator[object]:
    """Yield a part of the model and all that is in it."""
    yield value
    if isinstance(value, tuple):
        for one in value:
            yield from _within(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _within(getattr(value, field.name))


THE_CHANNEL: Final = Phrase("渠道写在这里", "the channel")


def _parts(predicate: Predicate | None) -> Iterator[Predicate]:
    if isinstance(predicate, All):
        for part in predicate.parts:
            yield from _parts(part)
    elif predicate is not None:
        yield predicate


def _is_plain(step: Step) -> bool:
    return not step.since and not isinstance(step.verb, Choose | Go | Wait)


def _hours(seconds: int) -> Phrase:
    minutes, hours = seconds // 60, seconds // 3600
    return Phrase(f"{hours} 小时", f"{hours} h") if hours else Phrase(f"{minutes} 分钟", f"{minutes} min")


ACTS: Final = {
    "message": Phrase("客户来信", "the customer has written"),
    "tap": Phrase("客户点击或进入", "the customer has tapped or come in"),
    "payment": Phrase("客户付款", "the customer has paid"),
}


def _why(window: ReplyWindow | None) -> Phrase:
    if window is None:
        return Phrase("在它之前没有哪个动作把渠道打开", "nothing that the customer does before it opens the channel")
    time, act = _hours(window.seconds), ACTS[window.act]
    return Phrase(f"可能已过{act.zh}后的 {time.zh}", f"it may come {time.en} or more after {act.en}")


def _often(event: str, most: int, many: int) -> Phrase:
    return Phrase(
        f"{event} 之后最多只能发 {most} 条，剧本里有 {many} 处（或反复发）",
        f"after {event} at most {most} go out, and playbooks send {many} (or one again and again)",
    )


def _fact(window: ReplyWindow) -> Phrase:
    sure, when = SURE[window.status], f", {window.checked_on}" if window.checked_on else ""
    time, many = _hours(window.seconds), window.most
    zh = f"{window.source.zh}，{ACTS[window.act].zh}后 {time.zh}内" + (f"最多 {many} 条" if many else "")
    en = f"{window.source.en}, within {time.en} after {ACTS[window.act].en}" + (f" at most {many}" if many else "")
    return Phrase(f"{zh}；{sure.zh}{when}", f"{en}; {sure.en}{when}")
