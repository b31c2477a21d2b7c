"""The value of a KPI's `formula:` goes in; what is counted, and how counts are combined, comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast, get_args

from sopkit.model import parse_amounts as amounts
from sopkit.model.bind_predicates import counted
from sopkit.model.bind_triggers import Entries
from sopkit.model.bind_values import Binding, attempt, collect, text
from sopkit.model.formulas import (
    ByHand,
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
    Playbooks,
    Ratio,
    Reported,
    Runs,
    Selector,
    ShareOf,
    Steps,
    StepSelector,
    Sum,
    Touches,
)
from sopkit.model.values import Ref
from sopkit.tree import Mark, Value

TouchState = Literal["sent", "delivered", "opened", "clicked", "replied", "failed", "duplicate"]
RunState = Literal["started", "done", "on-time", "late", "approved", "rejected"]
StepState = Literal["due", "done", "late", "skipped"]


def formula(b: Binding, value: Value, at: int) -> Formula | None:
    """Return the formula at `at`."""
    if type(value) is not dict:
        return None
    entries = _entries(b, value, at)
    read = next((FORMS[key] for key in FORMS if key in entries), None)
    return read(b, entries, Mark(b.base + at)) if read else None


def _entries(b: Binding, value: dict[str, Value], at: int) -> Entries:
    return {key: (item, index) for key, _, item, index in b.tree.items(at, value)}


def _count(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
    of = countable(b, *entries["count"])
    return Count(of, mark) if of else None


def _sum(b: Binding, entries: Entries, mark: Mark) -> Sum | None:
    value, at = entries["sum"]
    found = attempt(b, lambda text, _: amounts.total(text), value, at) if type(value) is str else None
    if found is None:
        return None
    place = Mark(b.base + at)
    return Sum(b.refer("event", found[0], place), b.refer("data", found[1], place), mark)


def _share(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
    part = countable(b, *entries["share"])
    whole = countable(b, *entries["of"]) if "of" in entries else None
    return ShareOf(part, whole, mark) if part and whole else None


def _ratio(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
    top = _amount(b, *entries["ratio"])
    bottom = _amount(b, *entries["to"]) if "to" in entries else None
    return Ratio(top, bottom, mark) if top and bottom else None


def _elapsed(statistic: Literal["mean", "median", "p90"]) -> Callable[[Binding, Entries, Mark], Formula | None]:
    def read(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
        value, at = entries[statistic]
        ends = _entries(b, value, at) if type(value) is dict else {}
        start, end = (_ref(b, "event", ends.get(key)) for key in ("from", "to"))
        return Elapsed(statistic, start, end, mark) if start and end else None

    return read


def _growth(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
    of = _amount(b, *entries["growth"])
    return Growth(of, mark) if of else None


def _funnel(b: Binding, entries: Entries, mark: Mark) -> Formula | None:
    value, at = entries["funnel"]
    levels: list[tuple[str, Countable]] = []
    for level, level_at in b.tree.elements(at, value) if type(value) is list else ():
        for name, _, who, who_at in b.tree.items(level_at, level) if type(level) is dict else ():
            found = countable(b, who, who_at)
            if found:
                levels.append((name, found))
    return Funnel(tuple(levels), mark) if levels else None


FORMS: Final[dict[str, Callable[[Binding, Entries, Mark], Formula | None]]] = {
    "count": _count,
    "sum": _sum,
    "share": _share,
    "ratio": _ratio,
    "mean": _elapsed("mean"),
    "median": _elapsed("median"),
    "p90": _elapsed("p90"),
    "growth": _growth,
    "funnel": _funnel,
}


def _amount(b: Binding, value: Value, at: int) -> Countable | Sum | None:
    if type(value) is dict and "sum" in value:
        return _sum(b, _entries(b, value, at), Mark(b.base + at))
    return countable(b, value, at)


def countable(b: Binding, value: Value, at: int) -> Countable | None:
    """Return what is counted at `at`."""
    if type(value) is not dict:
        return None
    entries = _entries(b, value, at)
    read = next((COUNTABLES[key] for key in COUNTABLES if key in entries), None)
    return read(b, entries, Mark(b.base + at)) if read else None


def _ref(b: Binding, namespace: str, entry: tuple[Value, int] | None) -> Ref | None:
    if entry is None or type(entry[0]) is not str or not entry[0]:
        return None
    return b.refer(namespace, entry[0], Mark(b.base + entry[1]))


def _customers(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    who = counted(b, *entries["customers"])
    return Customers(who, mark) if who else None


def _events(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    event = _ref(b, "event", entries["events"])
    return Events(event, mark) if event else None


def _touches(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    of = selector(b, *entries["touches"])
    return Touches(of, cast("TouchState | None", _state(entries, get_args(TouchState))), mark) if of else None


def selector(b: Binding, value: Value, at: int) -> Selector | None:
    """Return the selection of touches at `at`."""
    if type(value) is not dict:
        return None
    found = b.recipes[Selector].make(**collect(b, value, at, b.recipes[Selector]))
    return found if isinstance(found, Selector) else None


def _grants(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    offer = _ref(b, "offer", entries["grants"])
    return Grants(offer, mark) if offer else None


def _runs(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    playbook = _ref(b, "playbook", entries["runs"])
    return Runs(playbook, cast("RunState | None", _state(entries, get_args(RunState))), mark) if playbook else None


def _steps(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    value, at = entries["steps"]
    if type(value) is not dict:
        return None
    of = b.recipes[StepSelector].make(**collect(b, value, at, b.recipes[StepSelector]))
    state = cast("StepState | None", _state(entries, get_args(StepState)))
    return Steps(of, state, mark) if isinstance(of, StepSelector) else None


def _state(entries: Entries, states: tuple[str, ...]) -> str | None:
    value = entries["state"][0] if "state" in entries else None
    return value if type(value) is str and value in states else None


def _issues(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    cadence = _ref(b, "cadence", entries["issues"])
    return Issues(cadence, mark) if cadence else None


def _reported(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    name = _ref(b, "report", entries["reported"])
    return Reported(name.id, mark) if name else None


def _playbooks(_: Binding, entries: Entries, mark: Mark) -> Countable | None:
    state = entries["playbooks"][0]
    return Playbooks(state, mark) if type(state) is str else None


def _by_hand(b: Binding, entries: Entries, mark: Mark) -> Countable | None:
    how = text(b, *entries["by_hand"])
    return ByHand(how, mark) if how else None


COUNTABLES: Final[dict[str, Callable[[Binding, Entries, Mark], Countable | None]]] = {
    "customers": _customers,
    "events": _events,
    "touches": _touches,
    "grants": _grants,
    "runs": _runs,
    "steps": _steps,
    "issues": _issues,
    "reported": _reported,
    "playbooks": _playbooks,
    "by_hand": _by_hand,
}
