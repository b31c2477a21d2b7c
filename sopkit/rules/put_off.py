"""A cap whose tool makes touches wait goes in; those that may wait past their own time limit come out: SOP311."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sopkit.diagnostics import Finding, Moment, Rule, Severity, Unassessed, Verdict
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.held import Late
from sopkit.graph.replay import Course
from sopkit.graph.runs import SpentError
from sopkit.graph.touches import Chosen, Touch
from sopkit.graph.worst import Plan
from sopkit.model.steps import Step
from sopkit.rules import excess
from sopkit.rules.case import Case
from sopkit.rules.examples import AUTOMATION, SCRIPT, WORKSPACE
from sopkit.rules.limits import Limit
from sopkit.text import Phrase

WAITING: Final = (
    WORKSPACE.replace("enforce: none", "enforce: {in: map, gap: wait 12h}")
    + "caps: [{id: spacing, gap: %s}]\n---\n"
    + AUTOMATION.replace("starts_on: member-joined", "starts_on: member-joined\nruns_in: map")
    + "  - {id: hi, send: hello, via: sms, for: care}\n"
    + "  - {id: code, send: hello, via: sms, for: care, after: 30m, within: 2h}\n"
    + SCRIPT
)

PUT_OFF: Final = Rule(
    code="SOP311",
    name="put-off-past-deadline",
    severity=Severity.WARNING,
    summary=Phrase("上限会让消息等过它自己的时限", "a touch that a cap makes wait past its own time limit"),
    message=Phrase(
        "{step} 要在 {within} 内发出，但“{cap}”可能让它等上 {wait}，{outcome}",
        "{step} has to go out within {within}, but the cap {cap} may make it wait for {wait}: {outcome}",
    ),
    why=Phrase(
        "时限是对客户的承诺；等过了头，消息就没有用了，例如验证码和当天的提醒。",
        "A time limit is a promise; what comes after it is of no use, such as a code, or a reminder of today.",
    ),
    fix=Phrase(
        "让别的触达离它远一些，或者放宽 within、缩短 enforce 的 wait；必须准时的，写 cap: {{stopped: false, reason: …}}",
        "let the others be further from it, give it a longer `within` or the enforcement a shorter `wait`; "
        "where it must be in time, write `cap: {{stopped: false, reason: …}}`",
    ),
    bad=WAITING % "4h",
    good=WAITING % "20m",
)
RULES: Final = (PUT_OFF,)

MOST_ASKED: Final = 40
"""Steps of which it is asked, for each cap, whether it can make them late."""
LATER: Final = Phrase("那时已经过了时限", "by then it is late")
DROPPED: Final = Phrase("等到头也不发了", "and then it is not sent at all")

Find = Callable[[Late], Course | None]
"""Raises SpentError."""


def check(case: Case, plan: Plan, limit: Limit, counted: Chosen, find: Find) -> Iterator[Finding | Unassessed]:
    """Yield of each playbook a step that the cap puts off past its time limit, as a course shows; a required one without a course, too."""
    enforce = case.workspace.settings.enforce
    action = (enforce.gap if limit.gap else enforce.count) if enforce else None
    if action is None or action.action != "wait" or limit.cap is None:
        return
    patience = longest(action.at_most, plan.clocks.shift) if action.at_most else INFINITE
    waits = min(patience, limit.window)
    late = counted.where("put off", lambda one: one.node in plan.held and waits > _slack(one.step))
    asked = sorted(late.values(), key=lambda one: (not _is_required(one), one.node))
    before = plan.before(counted, limit.window, limit.most)
    told: set[str] = set()
    unknown: set[str] = set()
    left = MOST_ASKED
    for touch in asked:
        if touch.root in told:
            continue
        if left == 0:
            unknown.add(touch.root)
            continue
        left -= 1
        if before(touch.node) < limit.most:
            continue
        course = None
        try:
            course = find(Late(touch.node, limit.cap, _slack(touch.step)))
        except SpentError:
            unknown.add(touch.root)
        if course is not None or _is_required(touch):
            told.add(touch.root)
            yield _finding(case, limit, touch, patience, course)
    if unknown - told:
        yield Unassessed(PUT_OFF, limit.subject, _unasked(limit, unknown - told))


def _is_required(touch: Touch) -> bool:
    return touch.step is not None and touch.step.required


def _unasked(limit: Limit, roots: Iterable[str]) -> Phrase:
    names = excess.row_of(root.partition("/")[2] for root in roots)
    return Phrase(
        f"{limit.name.zh}：会不会让 {names.zh} 等过时限，步骤或走法太多，没有查完",
        f"{limit.name.en}: whether it makes {names.en} wait past a time limit; there are more steps, or ways through them, than were tried",
    )


def _slack(step: Step | None) -> float:
    """Return how long a step may be put off, from its earliest on; for ever where it has no time limit."""
    if step is None or step.within is None or step.within.seconds is None:
        return INFINITE
    return step.within.seconds - (shortest(step.after.low) if step.after else 0.0)


def _finding(case: Case, limit: Limit, touch: Touch, patience: float, course: Course | None) -> Finding:
    longest_wait = min(patience, limit.window)
    args: dict[str, str | Phrase] = {
        "step": touch.node.partition("/")[2],
        "cap": limit.name,
        "within": str(touch.step.within) if touch.step else "",
        "wait": _hours(longest_wait),
        "outcome": DROPPED if patience < limit.window else LATER,
    }
    found = replace(case.finding(PUT_OFF, touch.at, touch.node), args=args, related=excess.cap_place(case, limit))
    if course is None:
        return replace(found, verdict=Verdict.POSSIBLE)
    return replace(
        found, verdict=Verdict.VIOLATED, timeline=_timeline(case, touch, course), assumptions=excess.clock_of(course)
    )


def _timeline(case: Case, touch: Touch, course: Course) -> tuple[Moment, ...]:
    """Return the course, of which the last touch is due and held, and when its time limit has passed at the latest."""
    enforce = case.workspace.settings.enforce
    tool = enforce.in_.id if enforce and enforce.in_ else ""
    *before, due = excess.moments(case, course)
    waits = Phrase(f"{due.what.zh}：该发了，被 {tool} 拦下等着", f"{due.what.en}: due, and {tool} makes it wait")
    passed = Phrase("最晚到这时，它的时限过了，它还在等", "by now its time limit has passed, and it still waits")
    late = due.at + timedelta(seconds=_slack(touch.step))
    return (*before, replace(due, what=waits), Moment(late, passed, case.forest.span(touch.at)))


def _hours(seconds: float) -> Phrase:
    number = seconds / 3600
    text = f"{number:.0f}" if number == int(number) else f"{number:.1f}"
    return Phrase(f"{text} 小时", f"{text} h")
