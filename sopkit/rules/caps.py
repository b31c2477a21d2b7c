"""The execution graph and the caps go in; which caps the plan keeps for every customer, and which it may break, comes out: SOP3xx."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Extent, Outcome, Proof, Rule, Severity, Unassessed, Worst, farthest
from sopkit.graph.edits import edits
from sopkit.graph.held import Holding, Late
from sopkit.graph.replay import Course
from sopkit.graph.runs import SpentError
from sopkit.graph.touches import Chosen, Touch, match
from sopkit.graph.worst import Bound, Plan
from sopkit.graph.zones import Clocks
from sopkit.rules import budgets, calendars, enforced, excess, put_off, repairs, reply_windows, sending_hours
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.rules.limits import Limit, is_empty, of_budgets, of_platforms, of_workspace
from sopkit.rules.witness import course
from sopkit.text import Phrase

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
        "A cap is a promise to customers; playbooks that are each modest can break it together.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=WORKSPACE + "caps: [{id: weekly, max: 1, per: 7d}]\n" + TWO,
    good=WORKSPACE + "caps: [{id: weekly, max: 1, per: 7d}]\n" + TWO.replace("after: 2d", "after: 8d"),
)
ONE: Final = WORKSPACE + "caps: [%s]\n" + TWO
IDLE_CAP: Final = Rule(
    code="SOP302",
    name="idle-cap",
    severity=Severity.WARNING,
    summary=Phrase("上限没有管到任何触达", "a cap that covers no touch"),
    message=Phrase("{what} 选不中任何一次触达", "{what} selects no touch at all"),
    why=Phrase(
        "管不到任何东西的上限看上去像保证，其实什么也没有保证。",
        "A cap that covers nothing looks like a promise and is none.",
    ),
    fix=Phrase(
        "核对 of 里的渠道、类别和 reach（不写 reach 只算一对一）；用不着就删掉",
        "look at channel, category and reach in `of` (without `reach` only direct touches are meant), or delete the cap",
    ),
    bad=ONE % "{id: calls, max: 2, per: 7d}, {id: posts, max: 2, per: day, of: {reach: group}}",
    good=ONE % "{id: calls, max: 2, per: 7d}",
)
EMPTY_CAP: Final = Rule(
    code="SOP303",
    name="cap-without-time",
    severity=Severity.ERROR,
    summary=Phrase("上限的时间为零", "a cap over no time at all"),
    message=Phrase(
        "上限 {cap} 的时间是 0，永远不会超，等于没有",
        "the cap {cap} is over no time at all, in which nothing can exceed it",
    ),
    why=Phrase(
        "没有时间就没有次数可数，它什么也拦不住。", "With no time there is nothing to count, so that it stops nothing."
    ),
    fix=Phrase("写上真正的时间，如 per: 7d 或 gap: 4h", "say the time that is meant, such as `per: 7d` or `gap: 4h`"),
    bad=ONE % "{id: weekly, max: 2, per: 0d}",
    good=ONE % "{id: weekly, max: 2, per: 7d}",
)
STARVED: Final = Rule(
    code="SOP304",
    name="starved-touch",
    severity=Severity.NOTE,
    summary=Phrase("该发的消息可能被上限拦下", "a touch that a cap can crowd out"),
    message=Phrase(
        "{step} 可能发不出去：在它之前，别的触达就能用完“{cap}”",
        "{step} may never be sent: others before it can use up the cap {cap}",
    ),
    why=Phrase(
        "系统按上限拦下的消息不会补发；写着必做的一步也一样。",
        "What the tool holds back at a cap is not sent later, a step that is required included.",
    ),
    fix=Phrase(
        "让别的触达少一些或离它远一些；必须发的，写 cap: {{stopped: false, reason: …}}",
        "let the others be fewer or further from it; where it must be sent, write `cap: {{stopped: false, reason: …}}`",
    ),
    bad=(ONE % "{id: weekly, max: 1, per: 7d}")
    .replace("enforce: none", "enforce: {in: map, count: skip}")
    .replace("starts_on: member-joined", "starts_on: member-joined\nruns_in: map")
    .replace("after: 2d}", "after: 2d, required: true}"),
    good=(ONE % "{id: weekly, max: 2, per: 7d}")
    .replace("enforce: none", "enforce: {in: map, count: skip}")
    .replace("starts_on: member-joined", "starts_on: member-joined\nruns_in: map")
    .replace("after: 2d}", "after: 2d, required: true}"),
)
RULES: Final = (
    OVER_TOUCH,
    IDLE_CAP,
    EMPTY_CAP,
    STARVED,
    *put_off.RULES,
    *budgets.RULES,
    *calendars.RULES,
    *sending_hours.RULES,
    *reply_windows.RULES,
)

DAYLIGHT: Final = Phrase(
    "夏令时按今后 800 天的时区规则计", "clocks are moved as the time zones' rules of today say, over the next 800 days"
)
LASTING: Final = Phrase(
    "写明 changes: never 的资料和标签从一开始就已知", "data and tags that say `changes: never` are known from the start"
)

Keeps = Callable[[Plan, Mapping[str, Touch]], bool]
MOST_TOUCHES: Final = 100
"""A cap above this is not analysed: more touches than anybody counts."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield a proof, a finding or what could not be settled for every cap; nothing where earlier findings leave the plan in doubt."""
    if case.doubts.anywhere or not case.workspace.settings.id:
        return
    yield from calendars.check(case)
    settings = case.workspace.settings
    touches = case.touches_at
    plan = case.plan
    clocks = plan.clocks
    yield from sending_hours.check(case, touches, one_clock=clocks.one)
    yield from reply_windows.check(case, plan)
    if not settings.caps:
        if touches:
            reason = Phrase(
                "没有写触达上限（caps），客户会被打扰几次没有判断",
                "no caps are declared, so how often customers are touched was not judged",
            )
            yield Unassessed(OVER_TOUCH, "caps", reason)
        return
    for cap in settings.caps:
        if is_empty(cap):
            yield case.finding(EMPTY_CAP, cap.at, f"cap/{cap.id}", cap=cap.id)
    for quiet in settings.quiet_hours:
        if quiet.of is not None and touches and all(match(quiet.of, one) == "no" for one in touches.values()):
            what = Phrase("静默时段（quiet_hours）的 of", "the `of` of the quiet hours")
            yield case.finding(IDLE_CAP, quiet.at, "quiet_hours", what=what)
    for limit in of_workspace(case, plan.clocks):
        yield from _check_limit(case, plan, limit)
    yield from _check_platforms(case, plan)
    yield from _check_budgets(case, plan)


def _check_budgets(case: Case, plan: Plan) -> Iterator[Outcome]:
    """Yield of each share of a cap whether it is kept, by the plan alone, and of each cap whether the shares fit it."""
    shares = [*of_budgets(case, plan.clocks, plan.touches)]
    kept: list[Limit] = []
    extents: list[Extent] = []
    for share in shares:
        outcomes = [*_check_limit(case, plan, share, budgets.OVER_BUDGET)]
        if all(isinstance(one, Proof) for one in outcomes):
            kept.append(share)
            extents += _numbers(share, outcomes)
        else:
            yield from outcomes
    if kept:
        assumptions = _assumptions(plan.clocks)
        yield Proof(budgets.OVER_BUDGET, "budgets", budgets.kept(kept), assumptions, extents=farthest(extents))

    def find(limit: Limit, counted: Chosen) -> Course | None:
        try:
            return course(case, plan, limit, counted, Bound())
        except SpentError:
            return None  # that the shares add up to more than the cap is so with and without a course

    for limit in of_workspace(case, plan.clocks):
        yield from budgets.together(case, plan, [one for one in shares if one.id == limit.id], limit, find)


def _check_platforms(case: Case, plan: Plan) -> Iterator[Outcome]:
    """Yield one proof for all limits of platforms that the plan keeps, and what is to be said of each other one."""
    kept: list[Limit] = []
    extents: list[Extent] = []
    for limit in of_platforms(case, plan.clocks):
        if limit.covered(plan.touches):
            outcomes = [*_check_limit(case, plan, limit)]
            if all(isinstance(one, Proof) for one in outcomes):
                kept.append(limit)
                extents += _numbers(limit, outcomes)
            else:
                yield from outcomes
    if kept:
        statement = Phrase(
            f"平台的限制都不超：{'、'.join(one.name.zh for one in kept)}",
            f"limits of the platforms hold: {', '.join(one.name.en for one in kept)}",
        )
        facts = tuple(fact for one in kept for fact in excess.platform_facts(one))
        yield Proof(OVER_TOUCH, "limits", statement, (*_assumptions(plan.clocks), *facts), extents=farthest(extents))


def _numbers(limit: Limit, outcomes: Iterable[Outcome]) -> Iterator[Extent]:
    """Yield the number of a limit that is proved together with others: their one proof can't have it as its own."""
    for one in outcomes:
        if isinstance(one, Proof) and one.worst is not None:
            yield Extent("touches", limit.subject, one.worst.most, limit.most)


def _check_limit(case: Case, plan: Plan, limit: Limit, rule: Rule = OVER_TOUCH) -> Iterator[Outcome]:
    counted = limit.covered(plan.touches)
    if limit.most > MOST_TOUCHES:
        reason = Phrase(f"上限 {limit.id} 超过 {MOST_TOUCHES} 次", f"the cap {limit.id} is above {MOST_TOUCHES}")
        yield _open(case, limit, reason, rule)
        return
    if plan.touches and not counted:
        yield case.finding(IDLE_CAP, limit.at, limit.subject, what=_covering(limit))
        return
    bound = plan.most(counted, limit.window, limit.most + 1, unit=limit.unit)
    if not bound.open and bound.count <= limit.most:
        yield Proof(
            rule,
            limit.subject,
            _kept(limit, bound),
            (*_assumptions(plan.clocks), *((LASTING,) if bound.sorted else ())),
            Worst(limit.subject, bound.count),
        )
        return
    enforce = case.workspace.settings.enforce
    if limit.cap is not None and limit.share is None and enforce is not None and enforce.in_ is not None:
        yield from _check_enforced(case, plan, limit, counted, bound)
        return
    try:
        found = course(case, plan, limit, counted, bound)
    except SpentError:
        yield _open(case, limit, _spent(limit, bound), rule)
        return
    if found is not None:
        marked = [(at, touch) for at, touch, counts in found.done if counts]
        others = min(bound.count - bound.parts.get(root, 0) for root in {touch.root for _, touch in marked})
        # where the others break the cap without it, no change of one step is enough
        worth = not bound.open and not bound.partial and others <= limit.most
        changes = [*edits(plan, marked, limit.window, _keeps(limit), counted)] if worth else []
        finding = excess.violated(case, rule, limit, found, [repairs.in_words(one) for one in changes])
        yield replace(finding, fixes=tuple(fix for one in changes for fix in repairs.repair(case, one)))
    elif bound.open:
        yield _open(case, limit, _unknown(limit, bound), rule)
    else:
        yield excess.possible(case, rule, limit, bound, counted.values(), [])


def _covering(limit: Limit) -> Phrase:
    if limit.share is not None:
        return Phrase(
            f"上限 {limit.id} 里 {limit.owner} 的预算", f"the budget of {limit.owner} under the cap {limit.id}"
        )
    return Phrase(f"上限 {limit.id} 的 of", f"the `of` of the cap {limit.id}")


def _keeps(limit: Limit) -> Keeps:
    def keeps(plan: Plan, counted: Mapping[str, Touch]) -> bool:
        bound = plan.most(counted, limit.window, limit.most + 1, unit=limit.unit)
        return not bound.open and bound.count <= limit.most

    return keeps


def _check_enforced(case: Case, plan: Plan, limit: Limit, counted: Chosen, whole: Bound) -> Iterator[Outcome]:
    """Yield what a tool that holds touches back makes of a cap that the plan alone does not keep."""

    spent: list[Bound] = []

    def find(one: Limit, some: Chosen, bound: Bound, holding: Holding | None) -> Course | None:
        try:
            return course(case, plan, one, some, bound, holding)
        except SpentError:
            if holding is None:
                spent.append(bound)
            return None

    for outcome in enforced.check(case, plan, limit, counted, whole, OVER_TOUCH, find):
        if spent:
            yield _open(case, limit, _spent(limit, spent[0]))
        elif isinstance(outcome, Bound):
            yield _open(case, limit, _unknown(limit, outcome))
        elif isinstance(outcome, Proof):
            yield replace(outcome, assumptions=_assumptions(plan.clocks))
        else:
            yield outcome
    if not limit.gap:
        yield from enforced.starved(case, plan, limit, counted, STARVED)

    def find_late(late: Late) -> Course | None:
        first = Bound(parts={plan.touches[late.node].root: 1})
        return course(case, plan, limit, counted, first, plan.holding, late)

    yield from put_off.check(case, plan, limit, counted, find_late)


def _open(case: Case, limit: Limit, reason: Phrase, rule: Rule = OVER_TOUCH) -> Unassessed:
    return Unassessed(rule, limit.subject, reason, case.forest.span(limit.at))


def _unknown(limit: Limit, bound: Bound) -> Phrase:
    names = excess.row_of(one.partition("/")[2] or one for one in bound.open)
    return Phrase(
        f"{limit.name.zh}：算不出最多几次，{names.zh} 来多少次没有上限或这一版还不会算",
        f"{limit.name.en}: no greatest number is known, since how often {names.en} comes has no bound that this version can work out",
    )


def _spent(limit: Limit, bound: Bound) -> Phrase:
    names = excess.row_of(one.partition("/")[2] or one for one in bound.parts)
    return Phrase(
        f"{limit.name.zh}：{names.zh} 加起来可能超过，但走法太多，没有找完",
        f"{limit.name.en}: together {names.en} may exceed it, but there are more ways through them than were tried",
    )


def _kept(limit: Limit, bound: Bound) -> Phrase:
    return Phrase(
        f"{limit.name.zh}：无论哪位客户，全部剧本合计最多 {bound.count} 次，不超过上限（{limit.words.zh}）",
        f"{limit.name.en}: over all playbooks, no customer gets more than {bound.count}; the cap ({limit.words.en}) holds",
    )


def _assumptions(clocks: Clocks) -> tuple[Phrase, ...]:
    return (
        Phrase("员工按时限完成", "people keep their time limits"),
        Phrase("没写 joins 的群渠道按每人一个群计", "a customer is in one group where no `joins` is written"),
        Phrase("one_at_a_time 的判断没有延迟", "what runs one at a time is known at once"),
        Phrase("系统下达指令到送达的时间差不计", "the time from a tool's command to its delivery does not vary"),
        Phrase("内容节奏按今后 800 天计", "cadences over the next 800 days"),
        *(() if clocks.shift == 0 else (DAYLIGHT,)),
    )
