"""A KPI goes in; the crowd and the time it looks at, and its predicates as facts about that time, come out.

Within one crowd the facts of different windows are told apart, unless one window certainly lies within the other: then they count
the same event within nested times. What occurs in `days 1..7` has occurred in `days 1..30`, what occurs from day 30 on has occurred
from day 7 on; `day 7` is a day of its own. A segment, a task, a datum, a tag, a consent or a stage is read at some moment of its own,
which no other window shares, and means what it means outside the KPI: `ever` in a segment is a lifetime, not the window.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from sopkit.graph.plain import condition
from sopkit.model.documents import Kpi
from sopkit.model.formulas import Customers, ShareOf
from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    DataTest,
    Else,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Duration, Ref, Window
from sopkit.tree import Mark

NOWHERE: Final = Mark(0)
EVERYBODY: Final = All((), NOWHERE)
FURTHEST: Final = 1_000_000
"""Days; later than any `from day N`."""


def wording(predicate: Predicate) -> str:
    """Return a text that is the same for predicates that are written alike, in whatever order."""
    return json.dumps(condition(predicate), ensure_ascii=False)


def cohort_of(kpi: Kpi) -> Predicate | None:
    """Return whom a windowed KPI follows: its cohort, else the whole of its share; None where it looks at all customers of a period."""
    if kpi.cohort is not None:
        return kpi.cohort
    if kpi.window is not None and isinstance(kpi.formula, ShareOf) and isinstance(kpi.formula.whole, Customers):
        return kpi.formula.whole.who
    return None


def crowd_of(kpi: Kpi) -> str:
    """Return a name of the crowd that the KPI is about: KPIs of one name look at the same customers.

    A KPI that does not say which days of whom it looks at, or which period, stands alone.
    """
    cohort = cohort_of(kpi)
    if (cohort is None) != (kpi.window is None) or (kpi.per is None and kpi.window is None):
        return f"kpi {kpi.id}"
    return f"{kpi.per or ''} {wording(cohort) if cohort is not None else ''}"


def is_cohort(predicate: Predicate, kpi: Kpi) -> bool:
    """Return whether a predicate names the cohort itself, that is everybody in the crowd."""
    cohort = cohort_of(kpi)
    return cohort is not None and wording(predicate) == wording(cohort)


def as_measured(predicate: Predicate, window: Window | None) -> Predicate:
    """Return a predicate as facts about the time that the KPI looks at."""

    def aside(ref: Ref) -> Ref:
        return replace(ref, id=f"{ref.id} @{window}") if window else ref

    match predicate:
        case All(parts) | Any(parts):
            return replace(predicate, parts=tuple(as_measured(part, window) for part in parts))
        case Not(part):
            return replace(predicate, part=as_measured(part, window))
        case EventTest():
            return _occurrence(predicate, window)
        case DataTest():
            return replace(predicate, data=aside(predicate.data))
        case TagTest():
            return replace(predicate, tag=aside(predicate.tag))
        case ConsentTest():
            return replace(predicate, consent=aside(predicate.consent))
        case StageTest():
            return replace(predicate, place=aside(predicate.place))
        case SegmentTest():
            return replace(predicate, segment=aside(predicate.segment))
        case TaskTest():
            return replace(predicate, task=aside(predicate.task))
        case ReachableTest():
            return replace(predicate, channel=aside(predicate.channel))
        case Else():
            return predicate


def _occurrence(test: EventTest, window: Window | None) -> EventTest:
    event = test.event
    if test.within is not None:
        other = f"{event.id} within {test.within} @{window or ''}"
        return replace(test, event=replace(event, id=other), within=None)
    if window is None:
        return test
    start, length = _stretch(window)
    return replace(test, event=replace(event, id=f"{event.id} {start}"), within=length)


def _stretch(window: Window) -> tuple[str, Duration | None]:
    """Return what windows that may lie in each other have in common, and the length by which they do."""
    first, last, span = window.first_day, window.last_day, window.span
    if window.form == "any" and first is not None and last is not None:
        return f"days {first}..", Duration(max(last - first, 0) + 1, "d", NOWHERE)
    if window.form == "survival" and first is not None:
        return "from day", Duration(max(FURTHEST - first, 1), "d", NOWHERE)
    if span is not None and span.low.seconds is not None and span.high.seconds is not None:
        return f"{span.low.seconds}s..", Duration(max(span.high.seconds - span.low.seconds, 1), "s", NOWHERE)
    return f"@{window}", None
