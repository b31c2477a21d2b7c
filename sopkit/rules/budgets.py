"""The shares that playbooks have of a cap go in; whether each keeps to its own, and whether they fit the cap together, comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice, product
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Rule, Severity, Unassessed, Verdict
from sopkit.graph.apart import apart, can_meet
from sopkit.graph.replay import Course
from sopkit.graph.touches import Chosen
from sopkit.graph.worst import Plan
from sopkit.rules import excess
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.rules.limits import Limit
from sopkit.text import Phrase

HEAD: Final = WORKSPACE + "caps: [{id: weekly, max: 3, per: 7d}]\n"
TWO: Final = (
    "---\n"
    + AUTOMATION
    + "  - {id: hi, send: hello, via: sms, for: care, within: 1h}\n  - {id: again, send: hello, via: sms, for: care, after: 2d}\n"
)
OTHER: Final = """\
---
kind: automation
id: refund
title: 退款关怀
owner: guide
review_by: 2027-12-31
starts_on: member-joined-in-shop
steps:
  - {id: sorry, do: 短信致意, via: sms, for: care, within: 1h}
"""

OVER_BUDGET: Final = Rule(
    code="SOP305",
    name="over-budget",
    severity=Severity.ERROR,
    summary=Phrase("一份剧本会用掉超过它那份的上限", "a playbook can use more of a cap than its share"),
    message=Phrase("{cap}：{case}", "{cap}: {case}"),
    why=Phrase(
        "预算是给其他剧本留的余地；一份用多了，别的就会被挤掉，或者一起超出上限。",
        "A budget leaves room for the other playbooks: where one takes more, the others are crowded out, or the cap is broken.",
    ),
    fix=Phrase("{advice}", "{advice}"),
    bad=HEAD + "budgets: {weekly: {follow-up: 1}}\n" + TWO + SCRIPT,
    good=HEAD + "budgets: {weekly: {follow-up: 2}}\n" + TWO + SCRIPT,
)
BEYOND_CAP: Final = Rule(
    code="SOP306",
    name="budgets-beyond-cap",
    severity=Severity.ERROR,
    summary=Phrase("几份预算加起来超过上限", "budgets that add up to more than their cap"),
    message=Phrase(
        "{cap} 的预算加起来是 {sum} 次，超过上限的 {most} 次，而同一位客户可能同时遇到：{owners}",
        "budgets of {cap} add up to {sum}, above the cap's {most}, and one customer can meet them at one time: {owners}",
    ),
    why=Phrase(
        "每份剧本都守住自己的预算，客户收到的合起来还是会超。",
        "Each playbook keeps its budget, and the customer still gets too many.",
    ),
    fix=Phrase(
        "减少其中一份的预算，或者让它们不在同一段时间里遇到同一位客户（one_at_a_time，或不同人群）",
        "give one of them less, or keep them from meeting one customer at one time (`one_at_a_time`, or other audiences)",
    ),
    bad=HEAD + "budgets: {weekly: {follow-up: 2, refund: 2}}\n" + TWO + OTHER + SCRIPT,
    good=HEAD + "budgets: {weekly: {follow-up: 2, refund: 1}}\n" + TWO + OTHER + SCRIPT,
)
RULES: Final = (OVER_BUDGET, BEYOND_CAP)
MOST_SHARES: Final = 14
"""Shares of one cap of which every set is looked at."""
MOST_PICKS: Final = 12
"""Choices of one touch of each owner for which a course is looked for."""

Find = Callable[[Limit, Chosen], Course | None]


def kept(shares: Sequence[Limit]) -> Phrase:
    """Return that all these shares are kept."""
    zh = "、".join(f"{one.owner} {one.most} 次" for one in shares)
    en = ", ".join(f"{one.owner} {one.most}" for one in shares)
    return Phrase(f"这些剧本都在各自的预算之内：{zh}", f"these playbooks keep to their budgets: {en}")


def together(case: Case, plan: Plan, shares: Sequence[Limit], whole: Limit, find: Find) -> Iterator[Outcome]:
    """Yield whether the shares of one cap fit it: all of those that one customer can meet within its time, added up.

    `find` returns a course on which more of the touches that it is given meet than the limit that it is given allows.
    """
    owners = _beside_each_other([one for one in shares if one.covered(plan.touches)])
    sum_ = sum(one.most for one in owners)
    if sum_ <= whole.most:
        return
    subject = f"budget/{whole.id}"
    if len(owners) > MOST_SHARES:
        reason = Phrase(
            f"{whole.name.zh} 的预算太多，没有判断合起来是否超上限",
            f"{whole.name.en} has too many budgets to be added up",
        )
        yield Unassessed(BEYOND_CAP, subject, reason)
        return
    separate = {
        frozenset((one.owner, other.owner))
        for one, other in combinations(owners, 2)
        if apart(plan, one.covered(plan.touches), other.covered(plan.touches), whole.window)
    }
    found = _greatest(plan, owners, whole, separate)
    if found:
        yield _beyond(case, plan, found, whole, find)
    else:
        statement = Phrase(
            f"{whole.name.zh}：会遇到同一位客户的剧本，预算加起来不超过 {whole.most} 次",
            f"{whole.name.en}: the budgets of playbooks that can meet one customer at one time add up to no more than {whole.most}",
        )
        yield Proof(BEYOND_CAP, subject, statement)


def _beside_each_other(shares: Sequence[Limit]) -> list[Limit]:
    """Return the shares that are part of no other; of those of the very same touches, the least."""
    least = {one.share.nodes: one for one in sorted(shares, key=lambda one: -one.most) if one.share is not None}
    return [
        one
        for one in shares
        if one.share is not None
        and least[one.share.nodes] is one
        and not any(one.share.nodes < nodes for nodes in least)
    ]


def _greatest(plan: Plan, owners: Sequence[Limit], whole: Limit, separate: set[frozenset[str]]) -> tuple[Limit, ...]:
    """Return the fewest owners, of these the greatest sum, that can meet and are too many for the cap; none where there are none."""
    for size in range(1, len(owners) + 1):
        sets = [
            some
            for some in combinations(owners, size)
            if sum(one.most for one in some) > whole.most
            and not any(frozenset((a.owner, b.owner)) in separate for a, b in combinations(some, 2))
        ]
        for some in sorted(sets, key=lambda some: -sum(one.most for one in some)):
            if can_meet(plan, [one.covered(plan.touches) for one in some]):
                return some
    return ()


def _beyond(case: Case, plan: Plan, owners: Sequence[Limit], whole: Limit, find: Find) -> Finding:
    course = _meeting(plan, owners, whole, find)
    named = excess.row_of(one.owner for one in owners)
    args: dict[str, str | Phrase] = {
        "cap": whole.name,
        "sum": str(sum(one.most for one in owners)),
        "most": str(whole.most),
        "owners": named,
    }
    return Finding(
        BEYOND_CAP,
        case.forest.span(owners[0].at),
        args,
        f"budget/{whole.id}",
        verdict=Verdict.POSSIBLE if course is None else Verdict.VIOLATED,
        related=excess.cap_place(case, whole),
        timeline=() if course is None else excess.moments(case, course),
        assumptions=() if course is None else excess.clock_of(course),
    )


def _meeting(plan: Plan, owners: Sequence[Limit], whole: Limit, find: Find) -> Course | None:
    """Return a course on which each of the owners has a touch within the cap's time."""
    sure = [[*one.covered(plan.touches, surely=True)][:3] for one in owners]
    for nodes in islice(product(*sure), MOST_PICKS):
        picked = Chosen({node: plan.touches[node] for node in nodes})
        course = find(whole.with_most(len(owners) - 1), picked)
        if course is not None and {touch.node for _, touch, counts in course.done if counts} == {*nodes}:
            return course
    return None
