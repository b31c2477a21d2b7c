"""Who hears of an event is asked in one order, so that what is drawn for each does not hang on how a set happens to lie."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from sopkit.simulation.happenings import tell
from sopkit.simulation.machine import Machine


def test_tools_hear_in_the_order_of_their_names() -> None:
    asked: list[str] = []

    def arrival(kind: str, item: str, source: str, target: str, now: int) -> int:
        asked.append(target)
        return now

    tools = {f"tool-{number}" for number in range(9)}
    machine = SimpleNamespace(
        plan=SimpleNamespace(listeners={"event/bought": tools}),
        syncs=SimpleNamespace(arrival=arrival),
        announce=lambda *_: None,
    )
    tell(cast(Machine, machine), "event/bought", ("events", "bought"), "till", 0)
    assert asked == sorted(tools)
