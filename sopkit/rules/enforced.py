"""A cap that the plan alone does not keep, and a tool that enforces it, go in; what the tool makes of it comes out.

A tool holds only what it sends. What others send when the cap is used up can't be stopped; what it hears of late, or never, it counts late
or never. So a cap stays broken where that alone is too much, and is in doubt where it is not nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from heapq import nsmallest
from typing import Final

from sopkit.diagnostics import Extent, Outcome, Proof, Rule, Severity, Verdict, Worst
from sopkit.graph.held import Holding
from sopkit.graph.replay import Course
from sopkit.graph.touches import Chosen, Touch, seen
from sopkit.graph.worst import Bound, Plan
from sopkit.rules import excess
from sopkit.rules.case import Case
from sopkit.rules.limits import Limit
from sopkit.text import Phrase

MOST_STARVED: Final = 40
"""Steps of which it is asked, for each cap, whether it can crowd them out."""

Find = Callable[[Limit, Chosen, Bound, Holding | None], Course | None]


def check(  # noqa: PLR0917  all of one question
    case: Case, plan: Plan, limit: Limit, counted: Chosen, whole: Bound, rule: Rule, find: Find
) -> Iterator[Outcome | Bound]:
    """Yield what is to be said of the cap; a bound in place of it where the bound is not known. `whole`: that of all `counted`."""
    at_once = counted.where("at once", lambda one: one.weight > 1)
    if limit.gap and at_once:  # a tool spaces what it sends; one send is one to it, in however many groups it is felt
        yield excess.at_once(case, rule, limit, at_once)
        return
    unheld = counted.where("unheld", lambda one: one.node not in plan.held)
    heard = plan.heard
    unseen = unheld.where("unseen", lambda one: not seen(one, heard))
    # what the tool does not know of it can't keep its own touches away from
    alone = whole if unseen else plan.most(unheld, limit.window, limit.most + 1, unit=limit.unit)
    if not alone.open and (alone.count == 0 or (limit.gap and alone.count <= limit.most)):
        number = None if unheld else _held(case, limit)  # a gap may be less before what others send
        late = _late([*unheld.values()], heard)
        extents = (Extent("heard", limit.subject, late, limit.window),) if unheld else ()
        yield Proof(rule, limit.subject, _kept(limit, [*unheld.values()], late), worst=number, extents=extents)
        return
    skips = _skips(case)
    course = find(limit, unheld, alone, None) if unheld and skips else None
    if course is not None:
        others = tuple(one for one in course.done if one[1].node not in plan.held)
        yield excess.violated(case, rule, limit, replace(course, done=others), ())
        return
    if not unseen and not limit.gap and _never_on_top(plan, limit, counted, unheld, heard):
        yield Proof(rule, limit.subject, _never_follow(limit, [*unheld.values()]), worst=_held(case, limit))
        return
    asked = unheld if limit.gap else counted
    filled = find(limit, asked, alone, plan.holding) if unheld and not (limit.gap and skips) else None
    if filled is None and alone.open and not unseen:
        yield alone
    else:
        yield excess.unstoppable(case, rule, limit, unheld, unseen, heard, filled)


def _held(case: Case, limit: Limit) -> Worst:
    enforce = case.workspace.settings.enforce
    return Worst(limit.subject, limit.most, enforce.in_.id if enforce and enforce.in_ else "")


def _skips(case: Case) -> bool:
    """Return whether what the tool holds is left out and nothing else changes: what waits or leaves may change when others start."""
    enforce = case.workspace.settings.enforce
    return all(one.action == "skip" for one in (enforce.gap, enforce.count) if one) if enforce else True


def _never_on_top(plan: Plan, limit: Limit, counted: Chosen, unheld: Chosen, heard: Mapping[str, float]) -> bool:
    """Return whether none of what others send can be one too many, nor can the tool send one too many for not having heard of theirs."""
    if len(counted) > MOST_STARVED or any(one.step is None for one in counted.values()):
        return False
    before = plan.before(counted, limit.window, limit.most)
    late = max((heard[channel.id] for one in unheld.values() for channel in one.channels), default=0.0)
    return all(
        before(node) + touch.weight <= limit.most
        or (node not in unheld and plan.before({*unheld, node}, late + 1, 1)(node) == 0)
        for node, touch in counted.items()
    )


def starved(case: Case, plan: Plan, limit: Limit, counted: Chosen, rule: Rule) -> Iterator[Outcome]:
    """Yield required steps that others can crowd out, and one note for each other playbook of which that is so."""
    told: set[str] = set()
    held = counted.where("held steps", lambda one: one.step is not None and one.node in plan.held).values()
    before = plan.before(counted, limit.window, limit.most)
    for touch in nsmallest(MOST_STARVED, held, key=lambda one: (not (one.step and one.step.required), one.node)):
        required = touch.step is not None and touch.step.required
        if touch.root in told and not required:
            continue
        if before(touch.node) < limit.most:
            continue
        told.add(touch.root)
        name = touch.node.partition("/")[2]
        severity = Severity.WARNING if required else Severity.NOTE
        found = case.finding(rule, touch.at, touch.node, severity=severity, step=name, cap=limit.name)
        yield replace(found, verdict=Verdict.POSSIBLE) if required else found


def _never_follow(limit: Limit, unheld: list[Touch]) -> Phrase:
    names = excess.row_of(one.root.partition("/")[2] for one in unheld)
    return Phrase(
        f"{limit.name.zh}：系统自己发的由它守住；别人发的（{names.zh}）都不会在满了以后才来，也都及时告诉了它（{limit.words.zh}）",
        f"{limit.name.en}: the tool that sends keeps it, and what others send ({names.en}) never comes when it is used up, "
        f"nor unknown to the tool ({limit.words.en})",
    )


def _late(unheld: list[Touch], heard: Mapping[str, float]) -> float:
    """Return within how many seconds the tool knows of what others send; of a touch that it never hears of, nothing is proved."""
    return max((heard[channel.id] for one in unheld for channel in one.channels), default=0.0)


def _kept(limit: Limit, unheld: list[Touch], late: float) -> Phrase:
    if not unheld:
        return Phrase(
            f"{limit.name.zh}：由系统在发送时守住（{limit.words.zh}）",
            f"{limit.name.en}: the tool that sends keeps it ({limit.words.en})",
        )
    # a gap alone is proved of touches that the tool does not send, and only where it hears of all of them
    minutes = late / 60
    return Phrase(
        f"{limit.name.zh}：系统自己发的，离它已知的上一次至少隔 {limit.per}；别人发的彼此至少隔 {limit.per}，"
        f"它最晚 {minutes:.0f} 分钟后知道，但拦不住，所以可能紧跟在它发的后面",
        f"{limit.name.en}: the tool sends only when {limit.per} have passed since the last that it knows of; what others send "
        f"keeps {limit.per} among itself and is known to it within {minutes:.0f} minutes, but it cannot hold that back: "
        f"it may follow sooner on what the tool sent",
    )
