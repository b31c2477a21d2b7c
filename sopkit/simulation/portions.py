"""A population goes in; the counts of its portions come out, in their order, run on all processors where the system can fork."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from multiprocessing import get_all_start_methods, get_context
from os import cpu_count
from typing import Final

from sopkit.simulation.population import Population
from sopkit.simulation.tally import Counts

SIZE: Final = 500
"""Customers in a portion; fixed, since sums of fractions depend on it."""

_shared: list[Population] = []
"""What forked processes inherit: tables of functions can't be sent to them."""


def run_portions(population: Population) -> Iterator[Counts]:
    """Yield the counts of each portion. Raises `EndlessError`."""
    portions = list(population.portions(SIZE))
    processes = min(cpu_count() or 1, len(portions))
    if processes == 1 or "fork" not in get_all_start_methods() or sys.platform == "darwin":
        yield from (population.run(*portion) for portion in portions)
        return
    _shared[:] = [population]
    try:
        with get_context("fork").Pool(processes, _ignore_interrupts) as pool:
            yield from pool.imap(_run, portions)
    finally:
        _shared.clear()


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops them


def _run(portion: tuple[int, int]) -> Counts:
    return _shared[0].run(*portion)
