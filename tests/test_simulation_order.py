"""Who hears of an event is asked in one order, so that what is drawn for each does not hang on how playbooks happen to lie."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from sopkit.simulation.happenings import tell
from sopkit.simulation.machine import Machine
from sopkit.simulation.plan import compile_plan
from tests.workspaces import SETTINGS, compiled

PLAY = "---\nkind: automation\nid: play-%d\ntitle: 跟进\nstarts_on: order-paid\nruns_in: tool-%d\nsteps: [{id: rest, wait: 1h}]\n"


def test_tools_hear_in_the_order_of_their_names() -> None:
    numbers = (5, 2, 8, 0, 7, 1, 6, 3, 4)
    tools = "".join(f"  tool-{n}: {{title: 系统}}\n" for n in numbers)
    done = compiled(
        {"sopkit.yaml": SETTINGS + "".join(PLAY % (n, n) for n in numbers) + "---\nkind: catalog\ntools:\n" + tools}
    )
    asked: list[str] = []

    def arrival(kind: str, item: str, source: str, target: str, now: int) -> int:
        asked.append(target)
        return now

    machine = SimpleNamespace(
        plan=compile_plan(done.workspace, done.graph),
        syncs=SimpleNamespace(arrival=arrival),
        announce=lambda *_: None,
    )
    tell(cast(Machine, machine), "event/order-paid", ("events", "order-paid"), "till", 0)
    assert asked == [f"tool-{n}" for n in sorted(numbers)]
