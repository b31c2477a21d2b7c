"""A workspace, its graph, a number of customers and a seed go in; counts over all their courses come out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.simulation.chance import Chance
from sopkit.simulation.clock import DAY, day_of
from sopkit.simulation.issues import Due
from sopkit.simulation.machine import Machine
from sopkit.simulation.plan import compile_plan
from sopkit.simulation.rates import rates_of
from sopkit.simulation.tally import Counts, Tally
from sopkit.simulation.world import World


@dataclass(frozen=True, slots=True)
class Question:
    """What is simulated: so many customers, from a day on, for so many days."""

    customers: int
    seed: int
    start: date
    days: int


class Population:
    """Customers that can be run in any order and in any portions: each has a number, and its course depends on nothing else."""

    def __init__(self, workspace: Workspace, graph: ExecutionGraph, question: Question) -> None:
        self.question = question
        self.plan = compile_plan(workspace, graph)
        self.rates = rates_of(self.plan, question.customers)
        settings = workspace.settings
        zones = settings.customer_timezones if isinstance(settings.customer_timezones, tuple) else ()
        self.worlds = [self._world(zone) for zone in zones or (settings.timezone,)]
        self.common: list[Due] = self.worlds[0].set_aside() if len(self.worlds) == 1 else []
        """What goes to every customer alike."""

    def _world(self, zone: str | None) -> World:
        """Return the world of one zone; days are counted from the midnight of each."""
        first = day_of(self.question.start)
        rough = World.of(self.plan, zone, first * DAY, first * DAY)
        start, end = rough.zone.midnight(first), rough.zone.midnight(first + self.question.days)
        return World(self.plan, rough.zone, start, end)

    def run(self, first: int, last: int) -> Counts:
        """Run the customers with the numbers [first, last). Raises `EndlessError`."""
        tally = Tally(self.plan, self.worlds[0].start)
        for number in range(first, last):
            world = self.worlds[number % len(self.worlds)]
            chance = Chance(self.rates, world, self.question.seed, number)
            machine = Machine(world, tally.note, chance.draw)
            machine.deeds.worked = tally.work
            chance.fill(machine)
            machine.run()
            tally.close(machine, number)
        for due in self.common:
            tally.everyone(due)
        return tally.counts

    def portions(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield the numbers of all customers in portions."""
        for first in range(0, self.question.customers, size):
            yield first, min(first + size, self.question.customers)
