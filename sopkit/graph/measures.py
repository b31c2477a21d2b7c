"""A KPI's formula goes in; what it counts, as kinds of noun and references to them, comes out."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.graph.builder import PLACE
from sopkit.model.formulas import (
    Count,
    Countable,
    Customers,
    Elapsed,
    Events,
    Formula,
    Funnel,
    Grants,
    Growth,
    Issues,
    Ratio,
    Runs,
    ShareOf,
    Steps,
    Sum,
    Touches,
)
from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    DataTest,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.values import Ref

Counted = Iterator[tuple[str, Ref]]
"""(prefix of the node's id, reference); `PLACE` for a playbook, stage or step."""


def measured(formula: Formula | None) -> Counted:
    """Yield what the formula reads, in the order written."""
    for one in countables(formula):
        if isinstance(one, Elapsed):
            yield "event", one.start
            yield "event", one.end
        else:
            yield from _counted(one)


def countables(formula: Formula | None) -> Iterator[Countable | Sum | Elapsed]:
    """Yield the counts, sums and times that a formula is made of, in the order written."""
    match formula:
        case Count(of) | Growth(of):
            yield of
        case ShareOf(one, other) | Ratio(one, other):
            yield one
            yield other
        case Sum() | Elapsed():
            yield formula
        case Funnel(steps):
            yield from (countable for _, countable in steps)


def _counted(countable: Countable | Sum) -> Counted:
    match countable:
        case Sum(event, data):
            yield "event", event
            yield "data", data
        case Customers(who):
            yield from _asked(who)
        case Events(event):
            yield "event", event
        case Touches(of):
            yield from (("channel", channel) for channel in of.channel)
            yield from (("purpose", purpose) for purpose in of.purpose)
        case Grants(offer):
            yield "offer", offer
        case Issues(cadence):
            yield PLACE, cadence
        case Runs(playbook):
            yield PLACE, playbook
        case Steps(of):
            yield from ((PLACE, playbook) for playbook in of.playbook)
            yield from (("role", role) for role in of.by)


def _asked(predicate: Predicate) -> Counted:
    match predicate:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _asked(part)
        case Not(part):
            yield from _asked(part)
        case DataTest(data):
            yield "data", data
        case EventTest(event):
            yield "event", event
        case ConsentTest(consent):
            yield "consent", consent
        case TagTest(tag):
            yield "tag", tag
        case SegmentTest(segment):
            yield "segment", segment
        case TaskTest(task):
            yield "task", task
        case ReachableTest(channel):
            yield "channel", channel
        case StageTest(place):
            yield PLACE, place
