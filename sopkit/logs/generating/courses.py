"""A population goes in; the course of each of its customers comes out, whoever is run before it."""

from __future__ import annotations

from math import gcd

from sopkit.graph import ExecutionGraph
from sopkit.logs.generating.course import Course
from sopkit.logs.generating.ground import Ground
from sopkit.logs.generating.members import Members
from sopkit.logs.generating.planting import Sower
from sopkit.logs.generating.recording import Recorder, Words, words_of
from sopkit.logs.generating.writing import Portion, portion_of
from sopkit.model.documents import Workspace
from sopkit.simulation.chance import Chance
from sopkit.simulation.machine import Machine
from sopkit.simulation.population import Population, Question


class Courses:
    """Customers by number. Their names do not follow their numbers, so that faults of the first are spread over all."""

    def __init__(self, workspace: Workspace, graph: ExecutionGraph, question: Question) -> None:
        self.population = Population(workspace, graph, question)
        world = self.population.worlds[0]
        self.ground = Ground(self.population.plan, graph, world.start, world.end)
        """What faults are planted in."""
        self.members = Members(self.ground)
        self.words: Words = words_of(workspace, {id_: node.step for id_, node in graph.nodes.items() if node.step})
        self.stride, self.offset = _stride(question.customers), question.seed % question.customers

    def name(self, number: int) -> str:
        return f"C{(number * self.stride + self.offset) % self.population.question.customers + 1:07}"

    def course(self, number: int) -> Course:
        """Run one customer. Raises `EndlessError`."""
        people = self.population
        world, seed = people.worlds[number % len(people.worlds)], people.question.seed
        recorder = Recorder(self.words, seed, number, self.name(number), world.zone)
        chance = Chance(people.rates, world, seed, number)
        machine = Machine(world, recorder.note, chance.draw)
        recorder.attend(machine)
        chance.fill(machine)
        machine.run()
        return self.members.join(recorder.close())

    def sow(self, first: int, last: int, sower: Sower) -> Portion:
        """Run the customers with the numbers [first, last), with what is still to be planted. Raises `EndlessError`."""
        return portion_of(sower.sow(self.course(number)) for number in range(first, last))

    def run(self, first: int, last: int) -> Portion:
        """Run the customers with the numbers [first, last) and write down their rows. Raises `EndlessError`."""
        return portion_of(self.course(number) for number in range(first, last))


def _stride(customers: int) -> int:
    """Return a number that leads from one customer to the next over all of them, in no order that the eye sees."""
    stride = int(customers * 0.6180339887) or 1
    while gcd(stride, customers) != 1:
        stride += 1
    return stride
