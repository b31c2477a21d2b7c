"""Rates, a seed and a customer's number go in; that customer's course comes out, drawn alike on every machine."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from functools import partial
from math import log
from random import Random
from typing import Final

from sopkit.model.steps import Ask
from sopkit.model.values import Rate
from sopkit.simulation.clock import EPOCH, Zone
from sopkit.simulation.customer import KNOWN
from sopkit.simulation.happenings import move_consent, move_tag, occur, set_data
from sopkit.simulation.machine import EVENT, Machine
from sopkit.simulation.rates import Frequency, Rates, Values
from sopkit.simulation.world import World

STEPS: Final = 1024
QUANTILES: Final = (*(round(-log(1 - number / STEPS), 6) for number in range(STEPS)), 8.0)
"""Of the exponential distribution, to six digits: the last digits of a logarithm differ between machines."""
SEEDS: Final = 1 << 40
YES: Final = 0.5
"""The share of customers who answer a question with yes, and of granted offers that are used."""


class Chance:
    """What happens to one customer, and how long everything takes."""

    def __init__(self, rates: Rates, world: World, seed: int, number: int) -> None:
        self.rates, self.world = rates, world
        self.random = Random(seed * SEEDS + number).random  # noqa: S311  a simulation, no secret

    def draw(self, _node: str, low: int, high: int) -> int:
        """Draw whole seconds between two bounds, both included."""
        return low + int(self.random() * (high - low + 1))

    def fill(self, machine: Machine) -> None:
        """Give the customer data to start with, and plan all that will happen to it."""
        start = self.world.start
        for values in self.rates.data:
            if values.known:
                set_data(machine, values.name, self._value(values), start, silent=True)
        for name, mean, at_most in self.rates.tags:
            if self.random() < YES:
                machine.who.tags.add(name)
            for when in self._times(mean, at_most) if mean else ():
                machine.at(when, EVENT, partial(self._flip, machine, name))
        machine.begin()
        machine.deeds.answer = partial(self._answer, machine)
        for frequency in self.rates.events:
            happen = partial(self._happen, machine, frequency)
            for when in self._times(frequency.mean, frequency.at_most):
                machine.at(when, EVENT, happen)
        for values in self.rates.data:
            if values.mean:
                for when in self._times(values.mean, values.at_most):
                    machine.at(when, EVENT, partial(self._change, machine, values))

    def _times(self, mean: float, at_most: Rate | None) -> list[int]:
        """Draw instants at which something happens, apart by exponential gaps; what `at_most` forbids does not happen."""
        random, world, found = self.random, self.world, list[int]()
        now, end = float(world.start), world.end
        while True:
            place = random() * STEPS
            low = int(place)
            first = QUANTILES[low]
            now += mean * (first + (QUANTILES[low + 1] - first) * (place - low))
            if now >= end:
                return found
            when = int(now)
            if at_most is None or (not found and at_most.count) or allowed(at_most, found, when, world.zone):
                found.append(when)

    def _value(self, values: Values) -> str:
        if values.date:
            day = self.world.zone.day(self.world.start) + int(self.random() * 365)
            return (EPOCH + timedelta(days=day)).isoformat()
        return values.choices[int(self.random() * len(values.choices))] if values.choices else KNOWN

    def _change(self, machine: Machine, values: Values, now: int) -> None:
        set_data(machine, values.name, self._value(values), now)

    def _flip(self, machine: Machine, tag: str, now: int) -> None:
        move_tag(machine, tag, now, removes=tag in machine.who.tags)

    def _happen(self, machine: Machine, frequency: Frequency, now: int) -> None:
        for name in frequency.collects:
            set_data(machine, name, self._value(self._of(name)), now)
        for consent in frequency.asks:
            self._say(machine, consent, now)
        occur(machine, frequency.event, now)

    def _of(self, name: str) -> Values:
        return self.rates.of[name]

    def _answer(self, machine: Machine, ask: Ask, now: int) -> None:
        workspace = self.world.plan.workspace
        for ref in ask.what:
            if ref.id in workspace.consents:
                self._say(machine, ref.id, now)
            elif ref.id in self.rates.of and self.random() < YES:
                set_data(machine, ref.id, self._value(self._of(ref.id)), now)

    def _say(self, machine: Machine, consent: str, now: int) -> None:
        """Answer a question: who has agreed is not asked again."""
        if machine.who.consents.get(consent) != "given":
            move_consent(machine, consent, "given" if self.random() < YES else "refused", now)


def allowed(rate: Rate, times: list[int], now: int, zone: Zone) -> bool:
    """Whether one more at `now` keeps the rate; windows are half-open: exactly one window apart is legal."""
    if rate.per == "lifetime":
        return len(times) < rate.count
    if isinstance(rate.per, str):
        start, _ = zone.unit(now, rate.per)
        return len(times) - bisect_left(times, start) < rate.count
    return len(times) < rate.count or times[-rate.count] <= zone.earlier(now, rate.per)
