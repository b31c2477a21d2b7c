"""Whether the targets of all playbooks can be met together: SOP801–SOP802."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Final

from sopkit.diagnostics import Finding, Outcome, Proof, Related, Rule, Severity, Unassessed, Verdict
from sopkit.graph.linear import ONE, Effort, EffortSpentError, Group, Terms, combine, conflict, needless, row
from sopkit.graph.promises import Crowd, Promise, crowds, promises, spell_out
from sopkit.graph.variables import UndecidedError
from sopkit.rules.case import Case
from sopkit.rules.kpi_examples import promising, retention
from sopkit.text import Phrase

EFFORT: Final = 1_000_000
"""Numbers that are computed for one crowd of customers before the question is left open."""

CONTRADICTORY: Final = Rule(
    code="SOP801",
    name="contradictory-targets",
    severity=Severity.ERROR,
    summary=Phrase("目标互相矛盾，不可能都达到", "targets that cannot all be met"),
    message=Phrase("{targets}，不可能同时做到：{reason}", "{targets} cannot all be met: {reason}"),
    why=Phrase(
        "无论怎么做，总有一个目标达不到；考核和复盘都会被它带偏。",
        "Whatever anybody does, one of them is missed, and appraisals and reviews blame the wrong people.",
    ),
    fix=Phrase(
        "改掉其中一个数；如果两边数的不是一回事，就改指标的算法、分组或窗口",
        "change one of the numbers; or, if they were meant to count something else, a formula, cohort or window",
    ),
    bad=promising("{kpi: back-in-7, target: ≥ 40%}, {kpi: back-in-30, target: = 30%}")
    + retention("back-in-7", "days 1..7")
    + retention("back-in-30", "days 1..30"),
    good=promising("{kpi: back-in-7, target: ≥ 20%}, {kpi: back-in-30, target: ≥ 30%}")
    + retention("back-in-7", "days 1..7")
    + retention("back-in-30", "days 1..30"),
)
NEVER_BINDING: Final = Rule(
    code="SOP802",
    name="never-binding-target",
    severity=Severity.NOTE,
    summary=Phrase("目标永远不起作用", "a target that never binds"),
    message=Phrase("{target} 不起作用：{cause}", "{target} never binds: {cause}"),
    why=Phrase(
        "它一定先于别的目标达到，看着是一项要求，其实什么也没要求。",
        "It is met before the others are, so it looks like a demand and asks for nothing.",
    ),
    fix=Phrase("去掉它，或把数字改到真正要求的水平", "drop it, or move it to what is really asked for"),
    bad=promising("{kpi: kept-7, target: ≥ 18%}, {kpi: kept-30, target: ≥ 25%}")
    + retention("kept-7", "from day 7")
    + retention("kept-30", "from day 30"),
    good=promising("{kpi: kept-7, target: ≥ 40%}, {kpi: kept-30, target: ≥ 25%}")
    + retention("kept-7", "from day 7")
    + retention("kept-30", "from day 30"),
)
RULES: Final = (CONTRADICTORY, NEVER_BINDING)


def check(case: Case) -> Iterator[Outcome]:
    """Yield targets that contradict each other or never bind; or that nothing does, once for the workspace."""
    known = sorted((one for one in promises(case.workspace) if not _in_doubt(case, one)), key=_name)
    together = crowds(known)
    clean = True
    for crowd in together:
        for outcome in _judge(case, crowd):
            clean &= not isinstance(outcome, Unassessed) and getattr(outcome, "rule", None) is not CONTRADICTORY
            yield outcome
    if together and clean and not case.doubts.anywhere:
        settings = case.workspace.settings
        yield Proof(
            CONTRADICTORY,
            f"workspace/{settings.id}",
            Phrase("各目标之间没有矛盾", "no contradiction among the targets"),
            tuple(_assumptions(known, together)),
        )


def _name(promise: Promise) -> tuple[str, str, str]:
    """Return what sorts promises alike wherever their documents stand."""
    return promise.root, promise.kpi.id, str(promise.target)


def _in_doubt(case: Case, promise: Promise) -> bool:
    return case.doubts.inside(promise.at) or case.doubts.of_document(promise.kpi.at)


def _assumptions(known: Sequence[Promise], together: Sequence[Crowd]) -> Iterator[Phrase]:
    yield Phrase("这不等于说目标一定做得到", "this does not say that they can be reached")
    if any(len({_form(one) for one in crowd.asked}) > 1 for crowd in together):
        yield Phrase(
            "不同写法的窗口（如 day 7、days 1..7 和 from day 7）各算各的，不互相比",
            "windows of different forms, as `day 7`, `days 1..7` and `from day 7`, are not held against each other",
        )
    compared = {one.same for crowd in together for one in crowd.asked}
    left = sum(one.same not in compared for one in known)
    if left:
        yield Phrase(f"{left} 个读不出数的目标没有算在内", f"{left} targets without a number to compare are left out")


def _form(promise: Promise) -> tuple[str, int | None, str]:
    """Return what windows share that may lie in each other."""
    window = promise.kpi.window
    if window is None:
        return "", None, ""
    first = None if window.form == "survival" else window.first_day
    return window.form, first, str(window.span.low) if window.span else ""


def _judge(case: Case, crowd: Crowd) -> Iterator[Outcome]:
    effort = Effort(EFFORT)
    try:
        spell_out(crowd, case.workspace, effort)
        clashes = list(_clashes(crowd, effort))
        idle = [] if clashes else list(_idle(crowd, effort))
    except (UndecidedError, EffortSpentError):
        first = crowd.asked[0]
        reason = Phrase(
            f"“{first.kpi.id}”等 {len(crowd.asked)} 个目标能不能同时做到，牵涉的条件太多，没有算完；把指标的条件写简单些",
            f"whether the {len(crowd.asked)} targets beside `{first.kpi.id}` can all be met: too many conditions are involved; "
            "make those of the KPIs simpler",
        )
        yield Unassessed(CONTRADICTORY, first.root, reason, case.forest.span(first.at))
        return
    for clash in clashes:
        yield _contradiction(case, crowd, clash)
    for number, cause in idle:
        yield _never_binding(case, crowd, number, cause)


def _clashes(crowd: Crowd, effort: Effort) -> Iterator[tuple[int, ...]]:
    """Yield sets of groups that contradict each other, as small as can be, no group in two of them."""
    left = list(range(len(crowd.groups)))
    while found := conflict([crowd.groups[one] for one in left], crowd.given, effort):
        clash = tuple(left[one] for one in found)
        yield clash
        left = [one for one in left if one not in clash or one >= len(crowd.asked)]
        if all(one >= len(crowd.asked) for one in clash):
            return


def _idle(crowd: Crowd, effort: Effort) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield targets that are met whenever the others are, with those that see to it."""
    numbers = range(len(crowd.asked))
    idle = [*needless(crowd.groups, crowd.given, numbers, effort)]
    kept = [one for one in range(len(crowd.groups)) if one not in idle]
    for number in idle:
        causes: set[int] = set()
        for missed in crowd.denied[number]:
            found = conflict([*(crowd.groups[one] for one in kept), missed], crowd.given, effort) or ()
            causes |= {kept[one] for one in found if one < len(kept)}
        yield number, tuple(sorted(causes))


def _contradiction(case: Case, crowd: Crowd, clash: tuple[int, ...]) -> Finding:
    asked = [crowd.asked[one] for one in clash if one < len(crowd.asked)]
    funnels = [crowd.rules[one - len(crowd.asked)].funnel for one in clash if one >= len(crowd.asked)]
    last = asked[-1]
    related = [Related(case.forest.span(one.at), _here(one)) for one in asked[:-1]]
    for funnel in dict.fromkeys(one.id for one in funnels):
        note = Phrase(f"漏斗“{funnel}”在这里", f"the funnel `{funnel}` is here")
        related.append(Related(case.forest.span(case.workspace.kpis[funnel].id_at), note))
    related += [
        Related(case.forest.span(kpi.id_at), Phrase(f"“{kpi.id}”这样计算", f"what `{kpi.id}` counts"))
        for kpi in {one.kpi.id: one.kpi for one in asked}.values()
    ]
    args: dict[str, str | Phrase] = {"targets": _list(asked), "reason": _reason(crowd, clash)}
    span = case.forest.span(last.at)
    return Finding(CONTRADICTORY, span, args, last.root, verdict=Verdict.VIOLATED, related=tuple(related))


def _never_binding(case: Case, crowd: Crowd, number: int, causes: tuple[int, ...]) -> Finding:
    promise = crowd.asked[number]
    others = [crowd.asked[one] for one in causes if one < len(crowd.asked)]
    said = _list(others)
    cause = (
        Phrase(f"只要达到 {said.zh}，它就一定达到", f"whenever {said.en} is met, so is this")
        if others
        else Phrase("它在任何情况下都成立", "it is met whatever happens")
    )
    places = ((other.at, _here(other)) for other in others)
    return case.finding(NEVER_BINDING, promise.at, promise.root, *places, target=_quote(promise), cause=cause)


# In words


def _quote(promise: Promise) -> Phrase:
    return Phrase(f"“{promise.kpi.id}”{promise.target}", f"`{promise.kpi.id}` {promise.target}")


def _here(promise: Promise) -> Phrase:
    said = _quote(promise)
    return Phrase(f"这里要求 {said.zh}", f"{said.en} is asked for here")


def _list(asked: Sequence[Promise]) -> Phrase:
    said = [_quote(one) for one in asked]
    return Phrase("、".join(one.zh for one in said), " and ".join(one.en for one in said))


def _reason(crowd: Crowd, clash: tuple[int, ...]) -> Phrase:
    """Return why the targets clash, as far as it can be said in few words."""
    targets = [one for one in clash if one < len(crowd.asked)]
    kpis = {crowd.asked[one].kpi.id: one for one in targets}
    reasons: list[Phrase] = []
    if len(targets) < len(clash):
        reasons.append(Phrase("漏斗里后一层不会比前一层多", "no level of a funnel is larger than the one before"))
    if len(kpis) == 1 and len(targets) > 1:
        reasons.append(Phrase("两处说的是同一个指标", "both are about one KPI"))
    reasons += [
        Phrase(f"“{one}”不会高于“{other}”", f"`{one}` is never above `{other}`")
        for one, other in permutations(kpis, 2)
        if _never_above(crowd, kpis[one], kpis[other])
    ]
    if not reasons:
        reasons += _sums(crowd, [*kpis.values()])
    if not reasons:
        reasons.append(Phrase("没有哪种人数能让它们都成立", "no numbers of customers satisfy them all"))
    return Phrase("；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons))


def _never_above(crowd: Crowd, one: int, other: int) -> bool:
    """Return whether the one KPI can't be above the other, whatever the targets; both are parts of the same whole, or no parts."""
    (top, bottom), (higher, below) = crowd.values[one], crowd.values[other]
    return bottom == below and _impossible(crowd, combine((ONE, top), (-ONE, higher)), bottom)


def _sums(crowd: Crowd, kpis: Sequence[int]) -> Iterator[Phrase]:
    """Yield that the KPIs together never go beyond the whole, or never fall short of it."""
    tops, bottom = [crowd.values[one][0] for one in kpis], crowd.values[kpis[0]][1]
    if not bottom or any(crowd.values[one][1] != bottom for one in kpis):
        return
    together = combine(*((ONE, top) for top in tops))
    several = len(kpis) > 1
    if _impossible(crowd, combine((ONE, together), (-ONE, bottom)), bottom):
        yield (
            Phrase("它们各数各的人，合计不会超过 100%", "they count different customers, never more than 100% in all")
            if several
            else Phrase("占比不会超过 100%", "a share is never above 100%")
        )
    if several and _impossible(crowd, combine((ONE, bottom), (-ONE, together)), bottom):
        yield Phrase("它们合计不会低于 100%", "they are never below 100% in all")


def _impossible(crowd: Crowd, excess: Terms, bottom: Terms) -> bool:
    some: Group = (row(bottom, strict=True),) if bottom else ()
    groups: list[Group] = [(*some, row(excess, Fraction(0), strict=True))]
    try:
        return conflict(groups, crowd.given, Effort(EFFORT)) is not None
    except EffortSpentError:
        return False
