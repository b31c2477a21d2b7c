"""A workspace, its graph and one customer's trace go in; the log of what the playbooks do comes out, with nothing left to chance."""

from __future__ import annotations

from collections import Counter
from functools import partial

from sopkit.graph import ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.model.values import Rate
from sopkit.simulation.clock import DAY, Zone, instant, slots_between
from sopkit.simulation.coverage import unmodelled
from sopkit.simulation.customer import KNOWN
from sopkit.simulation.holidays import holidays_of
from sopkit.simulation.machine import EVENT, Machine
from sopkit.simulation.plan import Plan, compile_plan
from sopkit.simulation.trace import Happening, Log, Trace

UTC_ZONE = "UTC"


def replay(workspace: Workspace, graph: ExecutionGraph, trace: Trace) -> Log:
    """Run one customer through the trace. Raises `EndlessError` where the playbooks go round without time passing.

    Delays that the trace does not choose are the shortest. A log with `illegal` is no witness: the trace breaks what is declared.
    """
    plan = compile_plan(workspace, graph)
    start, end = instant(trace.start), instant(trace.end)
    name = trace.zone or workspace.settings.timezone or UTC_ZONE
    zone = Zone.load(name, start - 400 * DAY, end + 800 * DAY, holidays_of(workspace.settings.holidays))
    illegal: list[str] = []
    taken: Counter[str] = Counter()

    def choose(node: str, low: int, high: int) -> int:
        given = trace.delays.get(node, ())
        number = taken[node]
        taken[node] += 1
        if number >= len(given):
            return low
        if not low <= given[number] <= high:
            illegal.append(f"{node}: {given[number]} s is outside [{low}, {high}]")
        return given[number]

    machine = Machine(plan, zone, end, choose)
    for happening in sorted(trace.happenings, key=lambda one: one.at):
        when = instant(happening.at)
        if when < start:
            illegal.append(f"{happening.name}: before the start of the trace")
        machine.at(when, EVENT, partial(_happen, machine, plan, happening, illegal))
    for key, (every, slots) in plan.calendars.items():
        if every.unit is not None and every.unit != "event":
            for when in slots_between(slots, every.unit, zone, start, end):
                machine.at(when, EVENT, partial(machine.announce, key))
    machine.run()
    return Log(tuple(machine.log), tuple(illegal), unmodelled(plan))


def _happen(machine: Machine, plan: Plan, one: Happening, illegal: list[str], now: int) -> None:
    who, name = machine.who, one.name
    match one.kind:
        case "event":
            _occur(machine, plan, name, now, illegal)
        case "data":
            machine.set_data(name, one.value, now)
        case "tag":
            who.tags.add(name)
            machine.changed(now)
        case "untag":
            who.tags.discard(name)
            machine.changed(now)
        case "used":
            machine.announce(f"trigger/used/{name}", now)
        case "given" | "refused" | "withdrawn":
            _consent(machine, name, one.kind, now)


def _consent(machine: Machine, name: str, state: str, now: int) -> None:
    machine.who.consents[name] = state
    if state == "given":
        machine.who.given_at[name] = now
    machine.announce(f"trigger/{state}/{name}", now)
    machine.changed(now)


def _occur(machine: Machine, plan: Plan, name: str, now: int, illegal: list[str]) -> None:
    who, workspace = machine.who, plan.workspace
    noun = workspace.events.get(name)
    times = who.events.setdefault(name, [])
    times.append(now)
    if noun is not None and noun.at_most is not None and _too_many(noun.at_most, times, machine.zone):
        illegal.append(f"{name}: more than {noun.at_most}")
    for datum in workspace.data.values():
        if any(event.id == name for event in datum.collected_by):
            who.data.setdefault(datum.id, KNOWN)
    for consent in noun.gives if noun else ():
        _consent(machine, consent.id, "given", now)
    for consent_id, declared in workspace.consents.items():
        if who.consents.get(consent_id) == "given" and any(event.id == name for event in declared.withdrawn_by):
            _consent(machine, consent_id, "withdrawn", now)
    machine.announce(f"event/{name}", now)
    machine.changed(now)


def _too_many(rate: Rate, times: list[int], zone: Zone) -> bool:
    """Whether the last occurrence is one too many; windows are half-open: exactly one window apart is legal."""
    now = times[-1]
    if rate.per == "lifetime":
        return len(times) > rate.count
    if isinstance(rate.per, str):
        start, _ = zone.unit(now, rate.per)
        return sum(time >= start for time in times) > rate.count
    return sum(time > zone.earlier(now, rate.per) for time in times) > rate.count
