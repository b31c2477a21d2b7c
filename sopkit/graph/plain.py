"""Typed values of the model go in; the same in plain lists and mappings, by the keys of the language, come out."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from sopkit.graph.triggers import is_trigger
from sopkit.model import triggers as on
from sopkit.model.documents import Document, Enforcement, Stage
from sopkit.model.nouns import Noun
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
from sopkit.model.steps import (
    Approve,
    Ask,
    Choose,
    Do,
    Erase,
    Go,
    Grant,
    Measure,
    Send,
    SetData,
    Start,
    Step,
    Tag,
    Verb,
    Wait,
)
from sopkit.model.values import (
    Clock,
    Comparison,
    DateValue,
    Duration,
    DurationRange,
    Every,
    Hours,
    Money,
    NumberRange,
    Rate,
    Ref,
    Share,
    Slot,
    Text,
    Window,
)
from sopkit.tree import Value

WRITTEN: Final = (
    Duration, DurationRange, Clock, Hours, Slot, DateValue, Share, Money, Comparison, NumberRange, Rate, Every, Window,
)  # fmt: skip
"""Values that read as their author wrote them."""
PREDICATES: Final = (
    All, Any, Not, Else, DataTest, EventTest, TagTest, SegmentTest, StageTest, TaskTest, ReachableTest, ConsentTest,
)  # fmt: skip

LEFT_OUT: Final = frozenset(
    ("kind", "at", "broken", "builtin", "stages", "steps", "next", "otherwise", "waive", "verb")
)
"""Fields that are bookkeeping, or that nodes and edges show; `at` is a place, not the key of that name."""
ON_THE_NODE: Final = frozenset(("id", "title"))
UNORDERED: Final = frozenset(
    ("drives", "appraisal", "shares", "columns", "budgets", "one_at_a_time", "arms", "logs", "earns")
)
"""Fields that are written as mappings, whose order means nothing."""


def plain(value: object) -> Value:
    """Return a value of the model for JSON; texts in several languages are mappings by locale."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, Text):
        return words(value)
    if isinstance(value, WRITTEN):
        return str(value)
    if isinstance(value, tuple):
        return [_entry(one) for one in value]
    if isinstance(value, PREDICATES):
        return condition(value)
    if isinstance(value, Enforcement) and value.in_ is None:
        return "none"
    if is_trigger(value):
        return cause(value)
    if isinstance(value, Decimal | date):
        return str(value)
    return record(value)


def _entry(value: object) -> Value:
    """Return one element of a list; a pair is a mapping of one key."""
    match value:
        case (Ref(key) | str(key), one):
            return {key: plain(one)}
    return plain(value)


def words(text: Text) -> Value:
    """Return a text: a string where it has no locales, else a mapping."""
    return text.pick("") if text.find("") is not None else dict(sorted(text.variants))


def record(value: object) -> dict[str, Value]:
    """Return what a dataclass of the model declares, by the keys of the language; what it leaves at its default is left out."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"no value of the model: {value!r}")
    found: dict[str, Value] = {}
    for name, key, default in _keys(type(value)):
        one: object = getattr(value, name)
        if one is not None and one not in ((), default):
            found[key] = in_order(plain(one)) if key in UNORDERED else plain(one)
    if isinstance(value, Step) and value.verb is not None:
        found |= deed(value.verb)
    return found


@cache
def _keys(cls: type) -> tuple[tuple[str, str, object], ...]:
    """Return name, key and default of the fields of a dataclass that are keys of the language."""
    out = LEFT_OUT | ON_THE_NODE if issubclass(cls, Document | Noun | Stage | Step) else LEFT_OUT
    kept = [one for one in fields(cls) if one.name not in out and not one.name.endswith("_at")]
    return tuple((one.name, _key(one.name), _default(one)) for one in kept)


def in_order(value: Value) -> Value:
    """Return a list in the order of what its elements say, whatever order they were written in."""
    return sorted(value, key=lambda one: json.dumps(one, sort_keys=True)) if isinstance(value, list) else value


def _key(name: str) -> str:
    return "at" if name in ("at_slots", "slots") else name.rstrip("_")


def _default(field: Field[object]) -> object:
    return None if field.default is MISSING else field.default


def deed(verb: Verb) -> dict[str, Value]:  # noqa: PLR0912  one case a verb
    """Return a verb as key and value; what a `choose` holds are nodes and edges."""
    match verb:
        case Send(script, match, scripts):
            if match is not None:
                return {
                    "match": match.id,
                    "send": {value: ref.id for value, ref in sorted(scripts, key=lambda pair: pair[0])},
                }
            return {"send": plain(script)}
        case Ask(what):
            return {"ask": plain(what)}
        case Grant(offer):
            return {"grant": offer.id}
        case Tag(tags, removes):
            return {"untag" if removes else "tag": plain(tags)}
        case SetData(values):
            return {"set": {datum.id: value for datum, value in sorted(values, key=lambda pair: pair[0].id)}}
        case Do(text):
            return {"do": words(text)}
        case Wait(for_, until):
            return {"wait": str(for_) if for_ else plain(until)}
        case Choose(branches):
            return {"choose": [condition(branch.if_) for branch in branches]}
        case Approve(step):
            return {"approve": step.id}
        case Measure(kpis):
            return {"measure": plain(kpis)}
        case Erase(data):
            return {"erase": plain(data)}
        case Start(playbook):
            return {"start": playbook.id}
        case Go(to):
            return {"go": to.id}


def condition(predicate: Predicate) -> Value:
    """Return a predicate in the words of the language, each test as a mapping of one key."""
    match predicate:
        case All(parts):
            return {"all": in_order([condition(part) for part in parts])}
        case Any(parts):
            return {"any": in_order([condition(part) for part in parts])}
        case Not(part):
            return {"not": condition(part)}
        case Else():
            return "else"
        case DataTest(data, test):
            return {data.id: plain(test)}
        case EventTest():
            return {predicate.event.id: occurrence(predicate)}
        case TagTest(tag):
            return {"tag": tag.id}
        case SegmentTest(segment):
            return {"segment": segment.id}
        case StageTest(place, ever):
            return {"been_in" if ever else "in": place.id}
        case TaskTest(task):
            return {"task": task.id}
        case ReachableTest(channel):
            return {"reachable": channel.id}
        case ConsentTest(consent, state):
            return {"consent": {consent.id: state}}


def occurrence(test: EventTest) -> str:
    """Return what is asked of an event, as `≥ 2 within 90d` or `never`."""
    if test.within is None and test.count is None:
        return "never" if test.negated else "ever"
    parts = ("not" if test.negated else "", str(test.count or ""), f"within {test.within}" if test.within else "")
    return " ".join(part for part in parts if part)


def cause(trigger: on.Trigger) -> Value:
    """Return a trigger in the words of the language."""
    match trigger:
        case on.OnEvent(event, where):
            return {"event": event.id} if where is None else {"event": event.id, "where": condition(where)}
        case on.Becomes(data, values):
            return {"becomes": {data.id: [*sorted(values)] or "any"}}
        case on.SegmentCrossed(segment, way):
            return {way: segment.id}
        case on.JourneyMoved(place, way):
            return {way: place.id}
        case on.DateReached(data, before, after):
            said: dict[str, Value] = {"date": data.id}
            said |= {"before": str(before)} if before else {}
            return said | ({"after": str(after)} if after else {})
        case on.CalendarReached(every, slots):
            at: list[Value] = [*sorted(map(str, slots))]
            return {"every": str(every), "at": at} if at else {"every": str(every)}
        case on.OfferMoved(offer, way):
            return {way: offer.id}
        case on.ConsentMoved(consent, way):
            return {way: consent.id}
        case on.StepReported(step, way):
            return {way: step.id}
        case on.IssueDue(cadence):
            return {"issue": cadence.id if cadence else "any"}
        case on.AlertRaised(kpi):
            return {"alert": kpi.id}
        case on.Manual():
            return "manual"
