"""What the world does to a customer goes in, as events, data, tags and consents; the customer's state and who is told of it change."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from sopkit.model.triggers import DateReached
from sopkit.simulation.clock import day_of
from sopkit.simulation.customer import KNOWN

if TYPE_CHECKING:
    from sopkit.simulation.machine import Machine
    from sopkit.simulation.plan import Rule
    from sopkit.simulation.syncs import Kind

EVENT, SYNC, TURN = 0, 1, 2
"""Order at one instant, as the machine has it."""
ANY: Final = "any"


def change(machine: Machine, subject: str, now: int) -> None:
    """Note that something predicates ask for has changed, and have what watches it looked at again."""
    plan = machine.plan
    if subject in plan.dependents:
        for issue in plan.dependents[subject]:
            machine.reached.pop(issue.number, None)
    if subject in plan.watched:
        if subject.startswith("in/"):
            machine.at(now, TURN, machine.changed)  # never inside the move that causes it
        else:
            machine.changed(now)


def remember(machine: Machine, subject: str, now: int) -> None:
    """Look again when what has just happened lies too long ago for a condition that is watched."""
    for after in sorted(machine.plan.lapses.get(subject, ()), key=lambda one: (one.amount, one.unit)):
        machine.at(machine.zone.later(now, after), TURN, machine.changed)


def occur(machine: Machine, name: str, now: int) -> None:
    """Let an event happen: it makes data known, gives and withdraws consents, and is heard in each tool when a sync brings it."""
    who, plan, key = machine.who, machine.plan, f"event/{name}"
    who.events.setdefault(name, []).append(now)
    if machine.happened is not None:
        machine.happened("event", name, now)
    effects = plan.effects.get(name)
    if effects is not None:
        for datum in effects.collects if not effects.collected <= who.data.keys() else ():
            if datum not in who.data:
                who.data[datum] = KNOWN
                change(machine, f"data/{datum}", now)
        for consent in effects.gives:
            move_consent(machine, consent, "given", now)
        for consent in effects.withdraws:
            if who.consents.get(consent) == "given":
                move_consent(machine, consent, "withdrawn", now)
    if key in plan.listeners:
        noun = plan.workspace.events.get(name)
        tell(machine, key, ("events", name), noun.tool.id if noun is not None and noun.tool else "", now)
    change(machine, key, now)
    if key in plan.lapses:
        remember(machine, key, now)


def tell(machine: Machine, key: str, item: tuple[Kind, str], source: str, now: int) -> None:
    """Announce what happened in the tool `source`: to playbooks of another tool when a sync that carries it is done.

    Where no sync carries it the playbooks hear of it at once: how it reaches them is not declared.
    """
    tools = machine.plan.listeners.get(key)
    if not tools:
        return
    if len(tools) == 1:
        when = machine.syncs.arrival(*item, source, tools[0], now)
        if when is None or when == now:
            machine.announce(key, now)
        else:
            machine.at(when, SYNC, partial(_announce, machine, key, tools[0]))
        return
    later: dict[str, int] = {}
    for tool in tools:  # each may draw how long a sync takes
        when = machine.syncs.arrival(*item, source, tool, now)
        later[tool] = now if when is None else when
    if all(when == now for when in later.values()):
        machine.announce(key, now)
        return
    for tool, when in sorted(later.items(), key=lambda one: (one[1], one[0])):
        if when == now:
            machine.announce(key, now, tool)
        else:
            machine.at(when, SYNC, partial(_announce, machine, key, tool))


def _announce(machine: Machine, key: str, tool: str, now: int) -> None:
    machine.announce(key, now, tool)


def move_consent(machine: Machine, name: str, state: str, now: int) -> None:
    """Give, refuse or withdraw a consent."""
    machine.who.consents[name] = state
    if machine.happened is not None:
        machine.happened(state, name, now)
    if state == "given":
        machine.who.given_at[name] = now
        remember(machine, f"consent/{name}", now)
    machine.announce(f"trigger/{state}/{name}", now)
    change(machine, f"consent/{name}", now)


def move_tag(machine: Machine, name: str, now: int, *, removes: bool) -> None:
    """Set or remove a tag."""
    tags = machine.who.tags
    if (name in tags) is removes:
        (tags.discard if removes else tags.add)(name)
        change(machine, f"tag/{name}", now)


def set_data(machine: Machine, name: str, value: str | None, now: int, *, silent: bool = False) -> None:
    """Change a datum, and tell who waits for it or follows it."""
    data, plan = machine.who.data, machine.plan
    if value == data.get(name):
        return
    if value is None:
        del data[name]
    else:
        data[name] = value
    _plan_dates(machine, name, value, now)
    if silent:
        return
    noun = plan.workspace.data.get(name)
    record = noun.record.id if noun is not None and noun.record else ""
    for key, values in plan.becoming.get(name, ()) if value is not None else ():
        if not values or value in values:
            tell(machine, key, ("data", name), record, now)
    for instance in tuple(machine.running) if name in plan.followed else ():
        follows = getattr(instance.play.document, "follows", None)
        if follows is not None and follows.id == name:
            machine.at(now, TURN, partial(machine.follow_value, instance))
    change(machine, f"data/{name}", now)


def _plan_dates(machine: Machine, name: str, value: str | None, now: int) -> None:
    """Plan what is due before or after a date that has become known."""
    if value is None or name not in machine.plan.dates:
        return
    for key, trigger in machine.plan.dates[name].items():
        when = _due(machine, trigger, value)
        if when is not None and when >= now:
            machine.at(when, EVENT, partial(_reach, machine, key, name, value))


def _due(machine: Machine, trigger: DateReached, value: str) -> int | None:
    try:
        when = machine.zone.midnight(day_of(date.fromisoformat(value)))
    except ValueError:
        return None
    if trigger.before is not None:
        return machine.zone.earlier(when, trigger.before)
    return when if trigger.after is None else machine.zone.later(when, trigger.after)


def _reach(machine: Machine, key: str, name: str, value: str, now: int) -> None:
    if machine.who.data.get(name) == value:  # else the date was moved meanwhile
        machine.announce(key, now)


def compute(machine: Machine, rule: Rule, now: int, *, silent: bool = False) -> None:
    """Compute a datum anew: the first value whose condition holds."""
    who, found = machine.who, None
    for value, holds in rule.values:
        if holds(who, now):
            found = value
            break
    if found != who.data.get(rule.name):
        set_data(machine, rule.name, found, now, silent=silent)
