"""Minutes of work and the people there are for it go in; roles with more work in the busiest week than they can do come out: SOP409."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from fractions import Fraction
from functools import cache, partial
from typing import Final, NamedTuple

from sopkit.diagnostics import Extent, Finding, Moment, Outcome, Proof, Rule, Severity, Verdict, farthest
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.model.documents import Journey, Procedure, Stage
from sopkit.model.nouns import Role
from sopkit.model.steps import Choose, Start, Step, inner
from sopkit.rules.case import Case, Playbook
from sopkit.rules.conflicts_volume import NEVER, UNKNOWN, Times, occurrences, runs_of
from sopkit.rules.examples import AUTOMATION
from sopkit.rules.latest import latest_times
from sopkit.rules.parcel import Piece
from sopkit.rules.pieces import heaps
from sopkit.text import Phrase

NOUNS: Final = """\
kind: catalog
events:
  asked: {title: 提问, tool: wecom, at_most: 1 per day, volume: 300 per day}
roles:
  adviser: {title: 顾问, of: headquarters, headcount: 6, hours: mon-fri 09:00-18:00, minutes_a_day: 400}
---
"""
ANSWER: Final = (
    AUTOMATION.replace("member-joined", "asked")
    + "  - {id: answer, do: 回答问题, by: adviser, within: 1d, minutes: 8}\n"
)

OVERLOADED: Final = Rule(
    code="SOP409",
    name="overloaded-role",
    severity=Severity.ERROR,
    summary=Phrase("岗位的活比人手多", "a role with more work than its people can do"),
    message=Phrase(
        "岗位“{role}”最忙的一周要 {needed} 分钟，{people} 个人一周只有 {there} 分钟",
        "in its busiest week `{role}` needs {needed} minutes; its people ({people}) have {there}",
    ),
    why=Phrase(
        "做不完的活不会自己消失：时限一个个超，客户等着，员工挑着做。",
        "What cannot be done does not go away: deadlines pass one after another, customers wait, and staff pick what to leave out.",
    ),
    fix=Phrase(
        "加人（headcount）、减步骤，或者把一部分交给系统",
        "raise `headcount`, take steps out, or leave a part to a tool",
    ),
    bad=NOUNS + ANSWER,
    good=NOUNS.replace("headcount: 6", "headcount: 9") + ANSWER,
)

RULES: Final = (OVERLOADED,)

EVENLY: Final = Phrase(
    "活随到随做，按 volume 均匀到来；审批一次通过",
    "work comes as evenly as `volume` says and is done as it comes; approvals pass at the first time",
)
EVERY_DAY: Final = Phrase("每个人在 hours 写的每一天都上班", "everybody works on every day that `hours` names")
MOST_SHOWN: Final = 6
"""Pieces of work in a timeline, the largest first."""


class Work(NamedTuple):
    """What one step asks of a role in the busiest week."""

    subject: str
    step: Step
    minutes: Fraction
    times: Times
    guarded: bool
    """Whether only some come to it; of the steps of one run that ask for something, one alone is taken for certain."""


class Sum(NamedTuple):
    """The minutes that a role needs in the busiest week."""

    certain: Fraction
    """Where as many come as is declared, and meet what they are asked."""
    most: Fraction | None
    """None where nothing is declared that bounds it."""


def check(case: Case) -> Iterator[Outcome]:
    """Yield roles with too much to do, or that there is none among those whose work is declared in full."""
    shown: list[tuple[Fraction, Role, Fraction]] = []
    needed = _sums(case)
    for role in case.workspace.roles.values():
        room, mine = _minutes_there(role), needed.get(role.id)
        if room is None or mine is None or case.doubts.inside(role.at):
            continue
        if mine.certain > room:
            works = _works(case, case.playbooks, _started(case))
            yield _finding(case, role, works[role.id], mine.certain, room)
        elif mine.most is not None and mine.most <= room:
            shown.append((mine.most / room if room else Fraction(0), role, mine.most))
    if shown and not case.doubts.anywhere:
        yield _proof(shown)


def _sums(case: Case) -> Mapping[str, Sum]:
    """Return what each role needs that has work; of playbooks that nothing which is otherwise now matters to, it is known."""
    found: dict[str, Sum] = {}
    roles, started, playbooks = [*case.workspace.roles], _started(case), dict(case.playbooks)
    for name, roots in heaps(playbooks):
        some = [(root, playbooks[root]) for root in roots]
        piece = case.pieces.of(OVERLOADED.code, name, roots, partial(_sums_of, case, some, roles, started))
        assert piece is not None  # noqa: S101  it always comes to its end
        numbers = iter(piece[1])
        for role, certain, of, most, of_most in zip(*[numbers] * 5, strict=True):
            total = found.get(roles[int(role)], Sum(Fraction(0), Fraction(0)))
            bounded = total.most is not None and of_most
            found[roles[int(role)]] = Sum(
                total.certain + Fraction(int(certain), int(of)),
                (total.most or 0) + Fraction(int(most), int(of_most)) if bounded else None,
            )
    return found


def _sums_of(
    case: Case, playbooks: Iterable[tuple[str, Playbook]], roles: Sequence[str], started: Collection[str]
) -> Piece:
    """Return five whole numbers for each role with work in these playbooks: its place, what is certain, what is the most.

    The last two are fractions; nothing below the line: no bound is known.
    """
    numbers: list[int] = []
    for role, works in _works(case, playbooks, started).items():
        certain, most = _certain(works), _most(works)
        numbers += (roles.index(role), certain.numerator, certain.denominator)
        numbers += (0, 0) if most is None else (most.numerator, most.denominator)
    return (), tuple(numbers)


def _started(case: Case) -> frozenset[str]:
    """Return the playbooks that steps of others start."""
    return frozenset(start.playbook.id for *_, start in case.doing(Start))


def _minutes_there(role: Role) -> Fraction | None:
    """Return the minutes of a week; None where the plan does not say."""
    if role.headcount is None or role.minutes_a_day is None:
        return None
    days = len(role.hours.days) if role.hours is not None else 7
    return _exactly(role.minutes_a_day) * role.headcount * days


def _works(case: Case, playbooks: Iterable[tuple[str, Playbook]], started: Collection[str]) -> dict[str, list[Work]]:
    """Return the work in these playbooks of each role whose minutes are declared.

    A step without `minutes` is there, too: with it the whole is not known.
    """
    found: dict[str, list[Work]] = {}
    limited = {role.id for role in case.workspace.roles.values() if _minutes_there(role) is not None}
    for root, playbook in playbooks:
        theirs = [
            (node, step, step.by.id) for node, step in case.steps(root) if step.by is not None and step.by.id in limited
        ]
        reached = case.courses[root].reached if theirs else frozenset()
        theirs = [one for one in theirs if one[0].id in reached]
        if not theirs:
            continue
        runs = runs_of(case.workspace, playbook, started)
        again = _goes_round(case, root)
        guarded = _guarded(playbook)
        for node, step, role in theirs:
            if step.minutes is None:
                found.setdefault(role, []).append(Work(node.id, step, Fraction(0), UNKNOWN, guarded=False))
                continue
            entry = node.id.rpartition("/")[0]
            times = _times(case, playbook, entry.rpartition("/")[2], step, runs)
            if again:
                times = Times(times.least, None)
            if isinstance(playbook, Journey) and _may_be_late(case, playbook, entry, node.id):
                times = Times(Fraction(0), times.most)
            if not isinstance(playbook, Journey):
                times = _of_each(case.workspace.roles.get(role), playbook, times)
            minutes, some = _exactly(step.minutes), step.id in guarded or step.if_ is not None
            found.setdefault(role, []).append(Work(node.id, step, minutes, times, some))
    return found


@cache  # few numbers, on many steps
def _exactly(number: float) -> Fraction:
    """Return a number as it is written."""
    return Fraction(str(number))


def _goes_round(case: Case, root: str) -> bool:
    """Return whether a run may come to a step twice: not all places can be taken away one by one, each without a way to it.

    A rejected approval does not count.
    """
    course = case.courses.get(root)
    if course is None:
        return False
    ways = [edge for some in course.leaving.values() for edge in some if edge.label != "if_rejected"]
    order = {node.id: number for number, node in enumerate(case.graph.parts.get(root, ()))}
    if not any(
        edge.target in course.leaving and order.get(edge.source, -1) >= order.get(edge.target, -1) for edge in ways
    ):
        return False  # as most: every way leads on to what is written later, or out
    before = Counter(edge.target for edge in ways)
    free = [place for place in {edge.source for edge in ways} if not before[place]]
    taken = 0
    while free:
        for edge in course.leaving.get(free.pop(), ()):
            if edge.label != "if_rejected":
                taken += 1
                before[edge.target] -= 1
                if not before[edge.target]:
                    free.append(edge.target)
    return taken < len(ways)


def _guarded(playbook: Playbook) -> frozenset[str]:
    """Return the steps inside a `choose` or behind a wait that ran out: all that stand inside another step."""
    stages = [stage.steps for stage in playbook.stages] if isinstance(playbook, Journey) else [playbook.steps]
    return frozenset(
        step.id
        for steps in stages
        for first in steps
        if first.otherwise or isinstance(first.verb, Choose)
        for step in inner(first)
        if step is not first
    )


def _times(case: Case, playbook: Playbook, stage: str, step: Step, runs: Times) -> Times:
    """Return how often a step is done; for certain only on the way that every run begins with."""
    if step.on:
        found = NEVER
        for trigger in step.on:
            found += occurrences(case.workspace, trigger)
        return Times(Fraction(0), found.most)
    if not isinstance(playbook, Journey):
        return UNKNOWN if step.every else runs
    if playbook.follows is not None:
        return UNKNOWN
    at = next((one for one in playbook.stages if one.id == stage), playbook.stages[0])
    if step.every:
        rounds = _rounds(at, step)
        return Times(Fraction(0), None if runs.most is None or rounds is None else runs.most * rounds)
    return runs if at is playbook.stages[0] else Times(Fraction(0), runs.most)


def _rounds(stage: Stage, step: Step) -> int | None:
    """Return how often a recurring step is done at most before the stage's timer; transitions come before due steps."""
    timers = [longest(move.after) for move in stage.next if move.after is not None]
    period = shortest(step.every.interval) if step.every is not None and step.every.interval is not None else 0.0
    stay = max(min(timers, default=INFINITE), longest(stage.stays))
    if not period or stay == INFINITE:
        return None
    return int(-(-stay // period)) - 1


def _may_be_late(case: Case, journey: Journey, entry: str, node: str) -> bool:
    """Return whether the stage's timer may take a customer away before the step."""
    stage = next((one for one in journey.stages if one.id == entry.rpartition("/")[2]), journey.stages[0])
    timers = [shortest(move.after) for move in stage.next if move.after is not None]
    return bool(timers) and latest_times(case.courses[f"{journey.kind}/{journey.id}"], entry).get(
        node, INFINITE
    ) >= min(timers)


def _of_each(role: Role | None, playbook: Playbook, times: Times) -> Times:
    """Return what is done beside an issue or run of the whole firm: in shops perhaps by everybody there."""
    if role is None or role.of != "shop" or times.most is None:
        return times
    if isinstance(playbook, Procedure) and playbook.for_each in ("customer", "ticket", "shop"):
        return times
    return Times(times.least, times.most * (role.headcount or 1))


def _certain(works: Sequence[Work]) -> Fraction:
    """Return the minutes that are needed in a week in which as many come as is declared, and meet what they are asked."""
    certain = [one for one in works if one.times.least]
    total = sum((one.minutes * one.times.least for one in certain if not one.guarded), Fraction(0))
    guarded: dict[str, Fraction] = {}
    for one in certain:
        if one.guarded:
            run = "/".join(one.subject.split("/")[:2])
            guarded[run] = max(guarded.get(run, Fraction(0)), one.minutes * one.times.least)
    return total + sum(guarded.values(), Fraction(0))


def _most(works: Sequence[Work]) -> Fraction | None:
    total = Fraction(0)
    for one in works:
        if one.times.most is None:
            return None
        total += one.minutes * one.times.most
    return total


def _finding(case: Case, role: Role, works: Sequence[Work], needed: Fraction, room: Fraction) -> Finding:
    monday = datetime.combine(case.today - timedelta(days=case.today.weekday()), time(9))
    largest = sorted(works, key=lambda one: (-one.minutes * one.times.least, one.subject))[:MOST_SHOWN]
    moments = [
        Moment(monday, _told(one), case.forest.span(one.step.at), counted=True) for one in largest if one.times.least
    ]
    finding = case.finding(
        OVERLOADED,
        role.at,
        f"role/{role.id}",
        *((one.step.at, Phrase("这里的活", "work from here")) for one in largest[:1]),
        role=role.id,
        needed=_number(needed),
        people=str(role.headcount),
        there=_number(room),
    )
    return replace(finding, verdict=Verdict.VIOLATED, timeline=tuple(moments), assumptions=())


def _told(one: Work) -> Phrase:
    times, minutes = _number(one.times.least), _number(one.minutes)
    total = _number(one.minutes * one.times.least)
    return Phrase(
        f"这一周 {one.subject}：{times} 次 × {minutes} 分钟 = {total} 分钟",
        f"this week {one.subject}: {times} × {minutes} minutes = {total} minutes",
    )


def _number(number: Fraction) -> str:
    return f"{float(number):,.1f}".removesuffix(".0")


def _proof(shown: list[tuple[Fraction, Role, Fraction]]) -> Proof:
    _, role, most = max(shown, key=lambda one: (one[0], one[1].id))
    room = _minutes_there(role) or Fraction(0)
    ids = [one.id for _, one, _ in shown]
    named = Phrase("、".join(f"“{one}”" for one in ids), ", ".join(f"`{one}`" for one in ids))
    zh = f"最忙的一周里，步骤上写的分钟数没有超过{named.zh}的人手：“{role.id}”最紧，{_number(most)} 分钟，有 {_number(room)} 分钟"
    en = (
        f"in the busiest week the minutes that steps ask of {named.en} are no more than there are: "
        f"`{role.id}` comes closest, with {_number(most)} of {_number(room)}"
    )
    extents = [
        Extent("minutes", f"role/{one.id}", float(needed), float(_minutes_there(one) or 0)) for _, one, needed in shown
    ]
    return Proof(OVERLOADED, "workspace", Phrase(zh, en), (EVENLY, EVERY_DAY), extents=farthest(extents))
