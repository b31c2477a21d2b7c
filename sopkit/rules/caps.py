"""The execution graph and the caps go in; which caps the plan keeps for every customer, and which it may break, comes out: SOP301."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sopkit.diagnostics import Finding, Moment, Outcome, Proof, Related, Rule, Severity, Unassessed, Verdict
from sopkit.graph.course import longest
from sopkit.graph.replay import Course, Question, replay
from sopkit.graph.touches import Touch, controlled, heard_of, match, seen, touches_of
from sopkit.graph.worst import Bound, Plan
from sopkit.model.documents import Cap
from sopkit.model.triggers import OnEvent
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT
from sopkit.text import Phrase

SETTINGS: Final = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: Asia/Shanghai
jurisdictions: [cn]
enforce: none
"""
TWO: Final = (
    "---\n"
    + AUTOMATION
    + "  - {id: hi, send: hello, via: sms, for: care, within: 1h}\n  - {id: again, send: hello, via: sms, for: care, after: 2d}\n"
    + SCRIPT
)

OVER_TOUCH: Final = Rule(
    code="SOP301",
    name="over-touch",
    severity=Severity.ERROR,
    summary=Phrase("同一位客户收到的触达会超过上限", "a customer can be touched more often than a cap allows"),
    message=Phrase("{cap}：{case}", "{cap}: {case}"),
    why=Phrase(
        "上限是对客户的承诺；几份剧本各自都不多，合在一起就会超。",
        "a cap is a promise to customers; playbooks that are each modest can break it together.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=SETTINGS + "caps: [{id: weekly, max: 1, per: 7d}]\n" + TWO,
    good=SETTINGS + "caps: [{id: weekly, max: 2, per: 7d}]\n" + TWO,
)
RULES: Final = (OVER_TOUCH,)

UNITS: Final[Mapping[str, int]] = {"day": 1, "week": 7, "month": 31}
SECONDS_A_DAY: Final = 86400
MOST_TOUCHES: Final = 100
"""A cap above this is not analysed: more touches than anybody counts."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One cap as the analysis reads it: at most `most` in a half-open window."""

    cap: Cap
    most: int
    window: float
    by_day: bool

    @property
    def name(self) -> Phrase:
        title = self.cap.title
        return Phrase(title.pick("zh-CN"), title.pick("en")) if title else Phrase(self.cap.id, self.cap.id)

    @property
    def words(self) -> Phrase:
        if self.cap.gap:
            return Phrase(f"两次之间至少隔 {self.cap.gap}", f"at least {self.cap.gap} apart")
        if isinstance(self.cap.per, str):
            zh = {"day": "每天", "week": "每周", "month": "每月"}[self.cap.per]
            return Phrase(f"{zh}最多 {self.most} 次", f"at most {self.most} a {self.cap.per}")
        return Phrase(f"任意 {self.cap.per} 内最多 {self.most} 次", f"at most {self.most} in any {self.cap.per}")


def check(case: Case) -> Iterator[Outcome]:
    """Yield a proof, a finding or what could not be settled for every cap; nothing where earlier findings leave the plan in doubt."""
    if case.doubts.any or not case.workspace.settings.id:
        return
    caps = case.workspace.settings.caps
    touches = touches_of(case.workspace, case.graph)
    if not caps:
        if touches:
            reason = Phrase(
                "没有写触达上限（caps），客户会被打扰几次没有判断",
                "no caps are declared, so how often customers are touched was not judged",
            )
            yield Unassessed(OVER_TOUCH, "caps", reason)
        return
    plan = Plan(case.workspace, case.graph, case.courses, touches, case.today, steady=_steady(case))
    for cap in caps:
        limit = _limit(case, cap)
        if limit is None:
            yield Unassessed(
                OVER_TOUCH,
                f"cap/{cap.id}",
                Phrase(f"触达上限 {cap.id} 的时间单位不支持", f"the cap {cap.id} has a time that is not supported"),
            )
        else:
            yield from _check_cap(case, plan, limit)


def _limit(case: Case, cap: Cap) -> Limit | None:
    slack = 0 if _steady(case) else 3600
    if cap.gap is not None:
        return None if cap.gap.seconds is None else Limit(cap, 1, cap.gap.seconds, by_day=False)
    if cap.max is None or cap.per is None:
        return None
    if isinstance(cap.per, str):
        return Limit(cap, cap.max, UNITS[cap.per] * SECONDS_A_DAY + slack, by_day=cap.per == "day" and _steady(case))
    return Limit(cap, cap.max, longest(cap.per) + slack, by_day=False)


def _steady(case: Case) -> bool:
    """Return whether all customers live by one clock that is never moved."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415  costs more to import than a run without caps

    settings = case.workspace.settings
    if settings.customer_timezones not in (None, (), (settings.timezone,)):
        return False
    zone = ZoneInfo(settings.timezone or "UTC")
    hours = {
        datetime(case.today.year + year, month, 15, tzinfo=zone).utcoffset()
        for year in (0, 1, 2)
        for month in range(1, 13)
    }
    return len(hours) == 1


def _check_cap(case: Case, plan: Plan, limit: Limit) -> Iterator[Outcome]:
    counted = {id_: one for id_, one in plan.touches.items() if one.counts and match(limit.cap.of, one) != "no"}
    subject = f"cap/{limit.cap.id}"
    if limit.most > MOST_TOUCHES:
        reason = Phrase(
            f"上限 {limit.cap.id} 超过 {MOST_TOUCHES} 次", f"the cap {limit.cap.id} is above {MOST_TOUCHES}"
        )
        yield Unassessed(OVER_TOUCH, subject, reason)
        return
    if not counted:
        reason = Phrase(
            f"上限 {limit.cap.id} 没有管到任何触达，请核对它的 of",
            f"the cap {limit.cap.id} covers no touch at all; look at its `of`",
        )
        yield Unassessed(OVER_TOUCH, subject, reason)
        return
    bound = plan.most(counted, limit.window, limit.most + 1, by_day=limit.by_day)
    if not bound.open and bound.count <= limit.most:
        yield Proof(OVER_TOUCH, subject, _kept(limit, bound), _assumptions())
        return
    judged = _unheld(case, counted)
    heard = heard_of(case.workspace)
    if not all(seen(case.workspace, one, heard) for one in judged.values()):
        judged = counted  # what the tool does not know of it can't keep its own touches away from
    enforced = case.workspace.settings.enforce is not None and case.workspace.settings.enforce.in_ is not None
    if enforced:
        alone = plan.most(judged, limit.window, limit.most + 1, by_day=limit.by_day)
        if not alone.open and (alone.count == 0 or (limit.cap.gap is not None and alone.count <= limit.most)):
            yield Proof(OVER_TOUCH, subject, _enforced(case, limit, counted), _assumptions())
            return
    found = None if enforced else _worst(case, plan, limit, counted, bound)
    if found is not None:
        yield _violated(case, limit, found)
        return
    if bound.open:
        names = ", ".join(sorted({one.partition("/")[2] for one in bound.open}))
        reason = Phrase(
            f"{limit.name.zh}：算不出最多几次，{names} 来多少次没有上限或这一版还不会算",
            f"{limit.name.en}: no greatest number is known, since how often {names} comes has no bound that this version can work out",
        )
        yield Unassessed(OVER_TOUCH, subject, reason)
        return
    yield _possible(case, limit, counted, bound)


def _unheld(case: Case, counted: Mapping[str, Touch]) -> dict[str, Touch]:
    """Return the touches that an enforcing tool cannot stop."""
    return {id_: one for id_, one in counted.items() if not controlled(case.workspace, one)}


def _kept(limit: Limit, bound: Bound) -> Phrase:
    return Phrase(
        f"{limit.name.zh}：无论哪位客户，全部剧本合计最多 {bound.count} 次，不超过上限（{limit.words.zh}）",
        f"{limit.name.en}: over all playbooks, no customer gets more than {bound.count}; the cap ({limit.words.en}) holds",
    )


def _enforced(case: Case, limit: Limit, counted: Mapping[str, Touch]) -> Phrase:
    heard = heard_of(case.workspace)
    unseen = any(not seen(case.workspace, one, heard) for one in _unheld(case, counted).values())
    late = max(
        (
            heard[channel.id]
            for one in _unheld(case, counted).values()
            for channel in one.channels
            if channel.id in heard
        ),
        default=0.0,
    )
    leak_zh = (
        "；人工发送的它拦不住，也看不到全部"
        if unseen
        else f"；人工发送的它最晚 {late / 60:.0f} 分钟后才知道"
        if late
        else ""
    )
    leak_en = (
        "; of what people send it does not see all"
        if unseen
        else f"; of what people send it hears within {late / 60:.0f} minutes"
        if late
        else ""
    )
    return Phrase(
        f"{limit.name.zh}：由工具在发送时守住（{limit.words.zh}）{leak_zh}",
        f"{limit.name.en}: the tool that sends keeps it ({limit.words.en}){leak_en}",
    )


def _assumptions() -> tuple[Phrase, ...]:
    return (
        Phrase("员工按时限完成", "people keep their time limits"),
        Phrase("没写 joins 的群渠道按每人一个群计", "a customer is in one group where no `joins` is written"),
        Phrase("one_at_a_time 的判断没有延迟", "what runs one at a time is known at once"),
        Phrase("内容节奏按今后 800 天计", "cadences over the next 800 days"),
    )


def _worst(case: Case, plan: Plan, limit: Limit, counted: Mapping[str, Touch], bound: Bound) -> Course | None:
    """Return a course that breaks the cap, if one is found."""
    if not _one_clock(case):
        return None
    sure = {id_: one for id_, one in counted.items() if match(limit.cap.of, one) == "yes"}
    monday = datetime.combine(case.today, datetime.min.time()) + timedelta(days=7 - case.today.weekday())
    if limit.cap.per is not None and not isinstance(limit.cap.per, str) and limit.cap.per.seconds is None:
        return None
    window = limit.cap.gap or limit.cap.per
    seconds = (
        float(UNITS[window] * SECONDS_A_DAY)
        if isinstance(window, str)
        else float(window.seconds or 0)
        if window
        else 0.0
    )
    unit = limit.cap.per if isinstance(limit.cap.per, str) else ""
    roots = sorted(
        {one.root for one in sure.values() if plan.journey(one.root)},
        key=lambda root: (-bound.parts.get(root, 0), root),
    )
    question = Question(case.workspace, plan.openings, plan.touches, sure, limit.most, seconds, unit, monday)
    found = replay(question, roots)
    return found if found is not None and _same_offset(case, found) else None


def _one_clock(case: Case) -> bool:
    settings = case.workspace.settings
    return settings.customer_timezones in (None, (), (settings.timezone,))


def _same_offset(case: Case, course: Course) -> bool:
    """Return whether no clock is moved in the course of it."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415  costs more to import than a run without caps

    zone = ZoneInfo(case.workspace.settings.timezone or "UTC")
    times = [at for at, _ in course.came] + [at for at, _, _ in course.done]
    return len({at.replace(tzinfo=zone).utcoffset() for at in times}) == 1


def _violated(case: Case, limit: Limit, course: Course) -> Finding:
    marked = [touch for _, touch, counts in course.done if counts]
    moments = [(at, 0, Moment(at, _named(case, event), case.forest.span(event.at))) for at, event in course.came]
    moments += [
        (at, 1, Moment(at, _said(touch, touch.root), case.forest.span(touch.at), counted=counts))
        for at, touch, counts in course.done
    ]
    edits = Phrase(
        f"少发其中一次；或者把后面的往后移，让这几次不落在同一段时间里；或者把上限改到 {limit.most + 1}"
        if not limit.cap.gap
        else "把其中一次往后移，隔开这么久",
        f"leave out one of them, or move the later ones so that they do not meet, or raise the cap to {limit.most + 1}"
        if not limit.cap.gap
        else "move one of them so that they are that far apart",
    )
    felt = sum(touch.weight for touch in marked)
    many = Phrase(f"{limit.words.zh}，却可能有 {felt} 次", f"{limit.words.en}, and there can be {felt}")
    return Finding(
        OVER_TOUCH,
        case.forest.span(marked[-1].at),
        {"cap": limit.name, "case": many, "advice": edits},
        marked[-1].node,
        verdict=Verdict.VIOLATED,
        related=(Related(case.forest.span(limit.cap.at), Phrase("上限写在这里", "the cap")),),
        timeline=tuple(moment for _, _, moment in sorted(moments, key=lambda one: one[:2])),
    )


def _named(case: Case, event: OnEvent) -> Phrase:
    noun = case.workspace.events.get(event.event.id)
    title = noun.title if noun else None
    return Phrase(title.pick("zh-CN"), title.pick("en")) if title else Phrase(event.event.id, event.event.id)


def _said(touch: Touch, root: str) -> Phrase:
    title = touch.step.title if touch.step else None
    step = touch.step.id if touch.step else touch.node.partition("/")[2]
    zh, en = (title.pick("zh-CN"), title.pick("en")) if title else (step, step)
    way = touch.channels[0].title
    zh_way, en_way = (way.pick("zh-CN"), way.pick("en")) if way else (touch.channels[0].id, touch.channels[0].id)
    playbook = root.partition("/")[2]
    return Phrase(f"{playbook} {zh}，{zh_way}", f"{playbook} {en}, {en_way}")


def _possible(case: Case, limit: Limit, counted: Mapping[str, Touch], bound: Bound) -> Finding:
    names = "、".join(sorted({one.partition("/")[2] or one for one in bound.parts}))
    english = names.replace("、", ", ")
    text = Phrase(
        f"{limit.words.zh}，而分别计算之和会到 {bound.count} 次，没能证明合在一起不超",
        f"{limit.words.en}, and the playbooks' own numbers add up to {bound.count}: that they keep within it together was not proved",
    )
    advice = Phrase(
        f"把这几份剧本隔开，或者列入 one_at_a_time：{names}",
        f"keep these playbooks apart, or list them under `one_at_a_time`: {english}",
    )
    places = tuple(
        Related(case.forest.span(one.at), Phrase("算在内的触达", "a touch that counts"))
        for _, one in sorted(counted.items())[:4]
    )
    return Finding(
        OVER_TOUCH,
        case.forest.span(limit.cap.at),
        {"cap": limit.name, "case": text, "advice": advice},
        f"cap/{limit.cap.id}",
        severity=Severity.WARNING,
        verdict=Verdict.POSSIBLE,
        related=places,
    )
