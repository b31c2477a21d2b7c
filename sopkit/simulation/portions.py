"""Customers go in by portions; what comes of each comes out, in order, run on all processors where the system can fork."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from multiprocessing import get_all_start_methods, get_context
from os import cpu_count
from typing import Any, Final, Protocol, TypeVar

Result = TypeVar("Result")
Made_co = TypeVar("Made_co", covariant=True)

SIZE: Final = 500
"""Customers in a portion; fixed, since sums of fractions depend on it."""


class Portioned(Protocol[Made_co]):
    """Customers by number: those of [first, last) can be run alone."""

    def run(self, first: int, last: int) -> Made_co: ...


_shared: list[Portioned[Any]] = []
"""What forked processes inherit: tables of functions can't be sent to them."""


def run_portions(customers: Portioned[Result], portions: Iterable[tuple[int, int]]) -> Iterator[Result]:
    """Yield what comes of each portion. Raises `EndlessError`."""
    portions = list(portions)
    processes = min(cpu_count() or 1, len(portions))
    if processes <= 1 or "fork" not in get_all_start_methods() or sys.platform == "darwin":
        yield from (customers.run(*portion) for portion in portions)
        return
    _shared[:] = [customers]
    try:
        with get_context("fork").Pool(processes, _ignore_interrupts) as pool:
            yield from pool.imap(_run, portions)
    finally:
        _shared.clear()


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops them


def _run(portion: tuple[int, int]) -> Any:
    return _shared[0].run(*portion)
