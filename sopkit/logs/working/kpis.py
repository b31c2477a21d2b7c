"""KPIs as the logs have them against their targets, period by period: SOP991.

A target is missed only where the whole interval lies beyond it, and met only where none of it does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.graph.clock import zone
from sopkit.graph.measures import countables
from sopkit.graph.promises import Promise, bound, promises
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation, not_assessed
from sopkit.logs.tables import Of
from sopkit.logs.working import estimates
from sopkit.logs.working.counting import NOT_IN_LOGS, UNLOGGED, Counting, Total
from sopkit.logs.working.estimates import METHODS, Estimate
from sopkit.logs.working.lookups import lay_clock
from sopkit.logs.working.periods import Period, named, periods
from sopkit.logs.working.predicates import UncountableError
from sopkit.model.documents import Kpi
from sopkit.model.formulas import (
    Count,
    Customers,
    Elapsed,
    Events,
    Formula,
    Growth,
    Ratio,
    ShareOf,
    Steps,
    Sum,
    Touches,
)
from sopkit.rules.practice import TARGET_MISSED
from sopkit.text import Phrase

UNIT: Final = Phrase("期", "periods")
NO_FORMULA: Final = Phrase("没写怎么数（formula）", "it does not say how it is counted (`formula`)")
NO_BOUND: Final = Phrase("目标换算不成一个数", "its target is not a number that can be compared")
PER_RUN: Final = Phrase(
    "按每期或每次流程数，日志里分不出来", "it is counted for each issue or run, which the logs do not tell apart"
)
NO_PERIOD: Final = Phrase("日志没有覆盖一个完整的周期", "the logs cover no whole period")
BEYOND: Final = Phrase("数出来的部分比全部还多", "more were counted than there were")
NOTHING: Final = Phrase("没有可数的", "there was nothing to count")
SCOPED: Final = Phrase(
    "目标只管一次活动，日志里分不出来", "the target is about one campaign, which the logs do not tell apart"
)
Verdict = Literal["met", "missed", "open"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One KPI in one period."""

    period: str
    """`2026-09`, `2026-Q3`, a week's Monday, a day; '' for the whole log."""
    start: int
    end: int
    estimate: Estimate
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """One target, and what the logs say of it: shares as fractions of one, times in seconds."""

    kpi: str
    root: str
    """The node of the document that sets the target."""
    comparator: str
    bound: float | None
    unit: str
    readings: tuple[Reading, ...]
    reason: Phrase | None = None
    """Why there are none."""
    aside: tuple[Phrase, ...] = ()
    """Of each period that was set aside, why."""
    queries: tuple[str, ...] = ()


def observe(case: LogCase) -> Iterator[Observation]:
    """Yield what the logs say of each target."""
    return (_observation(one) for one in measures(case))


def measures(case: LogCase) -> Iterator[Measured]:
    """Yield each target of the workspace with its readings; the same target, set by several documents, once."""
    known: set[object] = set()
    for promise in promises(case.compilation.workspace):
        if promise.same not in known:
            known.add(promise.same)
            yield _measured(case, promise)


def _measured(case: LogCase, promise: Promise) -> Measured:
    kpi, least = promise.kpi, bound(promise.target, promise.kpi)
    found = Measured(
        kpi.id, promise.root, promise.target.comparator, None if least is None else float(least), kpi.unit or "", ()
    )
    counting = Counting(case)
    if least is None:
        return replace(found, reason=NO_BOUND)
    if promise.scope and kpi.per not in ("issue", "run"):
        return replace(found, reason=SCOPED)
    try:
        readings = tuple(_readings(case, kpi, promise.target.comparator, float(least), counting))
    except UncountableError as error:
        return replace(found, reason=error.reason, queries=tuple(counting.queries))
    aside = tuple(reason for _, reason in sorted(counting.aside.items()))
    found = replace(found, readings=readings, aside=aside, queries=tuple(counting.queries))
    return found if readings else replace(found, reason=_set_aside(found) if aside else NOTHING)


def _readings(case: LogCase, kpi: Kpi, comparator: str, least: float, counting: Counting) -> Iterator[Reading]:
    if kpi.formula is None:
        raise UncountableError(NO_FORMULA)
    if kpi.per in ("issue", "run"):
        raise UncountableError(PER_RUN)
    unit = None if kpi.per is None else kpi.per
    logs = _logs(kpi.formula)
    spans = {of: case.store.spans[of] for of in logs if of in case.store.spans}
    if not spans:
        raise UncountableError(_lacking(logs))
    first, last = max(map(case.store.since, spans)), min(one[2] for one in spans.values())
    name = case.compilation.workspace.settings.timezone
    covered = periods(unit, name, first, last)  # type: ignore[arg-type]  # issues and runs were refused
    if not covered:
        raise UncountableError(NO_PERIOD)
    counting.lay(covered)
    lay_clock(case.store.engine, name, min(one[1] for one in spans.values()), max(one[2] for one in spans.values()))
    for number, estimate in sorted(_values(kpi, kpi.formula, counting, covered, first).items()):
        if number in counting.aside:
            continue
        start, end = covered[number]
        period = named(start, unit, zone(name))  # type: ignore[arg-type]
        yield Reading(period, start, end, estimate, _verdict(estimate, comparator, least))


def _logs(formula: Formula) -> list[Of]:
    """Return the logs that a formula counts in. Raises `UncountableError` where there is none."""
    sources: Mapping[type, Of] = {
        Customers: "events", Events: "events", Sum: "events", Elapsed: "events", Touches: "touches", Steps: "steps",
    }  # fmt: skip
    found: list[Of] = []
    for one in countables(formula):
        if type(one) not in sources:
            raise UncountableError(UNLOGGED.get(type(one), NOT_IN_LOGS))
        found.append(sources[type(one)])
    if not found:
        raise UncountableError(NOT_IN_LOGS)
    return sorted(set(found))


def _lacking(logs: list[Of]) -> Phrase:
    titles = {"events": ("事件", "events"), "touches": ("触达", "touches"), "steps": ("步骤", "steps")}
    zh, en = zip(*(titles[of] for of in logs), strict=True)
    return Phrase(f"没有{'、'.join(zh)}日志", f"there is no log of {' or of '.join(en)}")


def _values(kpi: Kpi, formula: Formula, counting: Counting, covered: list[Period], first: int) -> dict[int, Estimate]:
    """Return the value of each period in which there is something to count. Raises `UncountableError`."""
    match formula:
        case ShareOf(Customers(part), Customers(whole)):
            found = counting.shares(part, whole, kpi, first)
            return {period: estimates.share(m, n) for period, (n, m) in found.items() if n}
        case ShareOf(part, whole):
            return _shares(counting.totals(part, kpi, first), counting.totals(whole, kpi, first), counting)
        case Ratio(Sum(event) as top, Events(counted)) if event.id == counted.id:
            totals = counting.totals(top, kpi, first)
            return {period: estimates.mean(one.total, one.squares, one.n) for period, one in totals.items()}
        case Ratio(top, bottom):
            above, below = counting.totals(top, kpi, first), counting.totals(bottom, kpi, first)
            return {
                period: estimates.in_full((above[period].total if period in above else 0) / one.total, one.n)
                for period, one in below.items()
                if one.total
            }
        case Count(of):
            return _all_periods(counting.totals(of, kpi, first), covered)
        case Sum():
            return _all_periods(counting.totals(formula, kpi, first), covered)
        case Growth(of):
            return _growth(counting.totals(of, kpi, first), len(covered), counting)
        case Elapsed():
            return counting.elapsed(formula)
    raise UncountableError(NOT_IN_LOGS)


def _shares(part: dict[int, Total], whole: dict[int, Total], counting: Counting) -> dict[int, Estimate]:
    found = {}
    for period in {*part, *whole}:
        among, of = (one[period].n if period in one else 0 for one in (part, whole))
        if among > of:
            counting.aside[period] = BEYOND
        elif of:
            found[period] = estimates.share(among, of)
    return found


def _all_periods(totals: dict[int, Total], covered: list[Period]) -> dict[int, Estimate]:
    empty = Total(0, 0, 0)
    every = {number: totals.get(number, empty) for number in range(len(covered))}
    return {number: estimates.in_full(one.total, one.n) for number, one in every.items()}


def _growth(totals: dict[int, Total], count: int, counting: Counting) -> dict[int, Estimate]:
    found = {}
    counting.aside |= {number + 1: reason for number, reason in counting.aside.items() if number + 1 < count}
    for number in range(1, count):
        before, now = totals.get(number - 1), totals.get(number)
        if before is not None and before.total:
            value = ((now.total if now else 0) - before.total) / before.total
            found[number] = estimates.in_full(value, before.n + (now.n if now else 0))
    return found


def _verdict(estimate: Estimate, comparator: str, least: float) -> Verdict:
    """Return what is sure; a hair's breadth counts as equal."""
    low, high = estimate.low, estimate.high
    slack = 1e-9 * max(1.0, abs(least))
    if comparator == "=":
        return (
            "met"
            if abs(low - least) <= slack and abs(high - least) <= slack
            else "missed"
            if least < low - slack or least > high + slack
            else "open"
        )
    up = comparator in ("≥", ">")
    edge = slack if comparator in ("≥", "≤") else -slack
    if up:
        return "met" if low >= least - edge else "missed" if high < least - edge else "open"
    return "met" if high <= least + edge else "missed" if low > least + edge else "open"


# What is said


def _observation(one: Measured) -> Observation:
    subject, missed = f"kpi/{one.kpi}", sum(each.verdict == "missed" for each in one.readings)
    if one.reason is not None:
        return not_assessed(TARGET_MISSED, subject, one.reason, UNIT, queries=one.queries)
    said, reason = _said(one), _set_aside(one) if one.aside else None
    if reason is None and any(each.verdict == "open" for each in one.readings):
        reason = Phrase(f"还说不准：{said.zh}", f"it can't be told yet: {said.en}")
    if one.aside:
        said = Phrase(f"{said.zh}；{_set_aside(one).zh}", f"{said.en}; not assessed: {_set_aside(one).en}")
    return Observation(
        TARGET_MISSED, subject, "broken" if missed else "not assessed" if reason else "kept", said, looked=len(one.readings),
        unit=UNIT, broken=missed, figure=_figure(one), reason=None if missed else reason, queries=one.queries,
    )  # fmt: skip


def _set_aside(one: Measured) -> Phrase:
    """Return in how many of the periods nothing is said, and why; the first reason where there are several."""
    count, whole, why = len(one.aside), len(one.aside) + len(one.readings), one.aside[0]
    return Phrase(f"{whole} 期里有 {count} 期没有判断：{why.zh}", f"in {count} of {whole} periods {why.en}")


def _said(one: Measured) -> Phrase:
    """Return the worst or the last reading in words, with its interval, method and number of cases."""
    if not one.readings:
        return Phrase("", "")
    reading, target = _telling(one), _target(one)
    estimate = reading.estimate
    value, method = shown(estimate.value, one.unit), METHODS[estimate.method]
    at = f"{reading.period} " if reading.period else ""
    if estimate.method == "full":
        return Phrase(f"{at}实际 {value}，目标 {target}（{method.zh}）", f"{at}{value}, target {target} ({method.en})")
    low, high = shown(estimate.low, one.unit), shown(estimate.high, one.unit)
    zh, en = "", ""
    if estimate.unended:
        zh = f"，其中 {estimate.unended} 次到日志结束还没完"
        en = f", of which {estimate.unended} had not ended when the log does"
    return Phrase(
        f"{at}实际 {value}（95% 置信区间 {low} 到 {high}，{method.zh}，n={estimate.n}{zh}），目标 {target}",
        f"{at}{value} (95% interval {low} to {high}, {method.en}, n={estimate.n}{en}), target {target}",
    )


def _telling(one: Measured) -> Reading:
    """Return the last reading that misses the target, else the last."""
    return ([each for each in one.readings if each.verdict == "missed"] or list(one.readings))[-1]


def _target(one: Measured) -> str:
    return f"{one.comparator} {shown(one.bound or 0.0, one.unit)}"


def _figure(one: Measured) -> Phrase | None:
    """Return the same value and the target, and nothing else."""
    if not one.readings:
        return None
    value = shown(_telling(one).estimate.value, one.unit)
    return Phrase(f"{value}，目标 {_target(one)}", f"{value}, target {_target(one)}")


def shown(value: float, unit: str) -> str:
    """Return a value of a KPI's unit: shares as percent, times in seconds."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "percent":
        return f"{value * 100:.1f}%"
    number = f"{value:.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.2f}"
    return f"{number}s" if unit == "seconds" else f"{number} {unit}" if len(unit) == 3 else number
