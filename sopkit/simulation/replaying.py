"""A workspace, its graph and one customer's trace go in; the log of what the playbooks do comes out, with nothing left to chance."""

from __future__ import annotations

from collections import Counter
from functools import partial

from sopkit.graph import ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.model.values import Rate
from sopkit.simulation.clock import Zone, instant
from sopkit.simulation.coverage import unmodelled
from sopkit.simulation.happenings import move_consent, move_tag, occur, set_data
from sopkit.simulation.machine import EVENT, Machine
from sopkit.simulation.plan import compile_plan
from sopkit.simulation.trace import Entry, EntryKind, Happening, Log, Trace
from sopkit.simulation.world import World


def replay(workspace: Workspace, graph: ExecutionGraph, trace: Trace) -> Log:
    """Run one customer through the trace. Raises `EndlessError` where the playbooks go round without time passing.

    Delays that the trace does not choose are the shortest. A log with `illegal` is no witness: the trace breaks what is declared.
    A computed datum that the trace sets is the trace's alone.
    """
    plan = compile_plan(workspace, graph)
    start, end = instant(trace.start), instant(trace.end)
    world = World.of(plan, trace.zone, start, end)
    entries: list[Entry] = []
    illegal: list[str] = []
    taken: Counter[str] = Counter()

    def draw(node: str, low: int, high: int) -> int:
        given = trace.delays.get(node, ())
        number = taken[node]
        taken[node] += 1
        if number >= len(given):
            return low
        if not low <= given[number] <= high:
            illegal.append(f"{node}: {given[number]} s is outside [{low}, {high}]")
        return given[number]

    def record(  # noqa: PLR0917  one line of a log
        now: int, kind: EntryKind, node: str, detail: str, weight: int, controlled: bool
    ) -> None:
        entries.append(Entry(now, kind, node, detail, weight, controlled))

    given = {one.name for one in trace.happenings if one.kind == "data"}
    world.leave_out(given)
    machine = Machine(world, record, draw)
    machine.begin()
    for happening in sorted(trace.happenings, key=lambda one: one.at):
        when = instant(happening.at)
        if when < start:
            illegal.append(f"{happening.name}: before the start of the trace")
        machine.at(when, EVENT, partial(_happen, machine, happening, illegal))
    machine.run()
    return Log(tuple(entries), tuple(illegal), unmodelled(plan, given))


def _happen(machine: Machine, one: Happening, illegal: list[str], now: int) -> None:
    name = one.name
    match one.kind:
        case "event":
            occur(machine, name, now)
            noun = machine.plan.workspace.events.get(name)
            if (
                noun is not None
                and noun.at_most is not None
                and _too_many(noun.at_most, machine.who.events[name], machine.zone)
            ):
                illegal.append(f"{name}: more than {noun.at_most}")
        case "data":
            set_data(machine, name, one.value, now)
        case "tag" | "untag":
            move_tag(machine, name, now, removes=one.kind == "untag")
        case "used":
            machine.announce(f"trigger/used/{name}", now)
        case "given" | "refused" | "withdrawn":
            move_consent(machine, name, one.kind, now)


def _too_many(rate: Rate, times: list[int], zone: Zone) -> bool:
    """Whether the last occurrence is one too many; windows are half-open: exactly one window apart is legal."""
    now = times[-1]
    if rate.per == "lifetime":
        return len(times) > rate.count
    if isinstance(rate.per, str):
        start, _ = zone.unit(now, rate.per)
        return sum(time >= start for time in times) > rate.count
    return sum(time > zone.earlier(now, rate.per) for time in times) > rate.count
