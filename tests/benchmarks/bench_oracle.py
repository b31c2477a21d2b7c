"""Random small workspaces against every course that their customers can take: constructs by verdict, and whatever was said wrongly.

    python -m tests.benchmarks.bench_oracle [--plays 100000] [--first 0] [--states 300] [--effort 1000] [--processes 2] [--into FILE]

With `--into`, each batch of seeds is written to FILE as a line of JSON when it is done, and what FILE already has is not done again:
a run can be stopped, and ranges of seeds can be run apart and their lines put together. Ends with 1 where anything was wrong. Plays
that take more states than allowed are left out of the table. Less effort finds fewer courses that break a cap: then "violated" turns
to "possible" or "not assessed"; what is proved is not touched by it.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.touch_table import EFFORT, compare
from tests.touch_verdicts import Table

BATCH = 250


def _batch(first: int, states: int, effort: int) -> tuple[int, Table]:
    gc.collect()
    gc.disable()
    return first, compare(range(first, first + BATCH), states, effort)


def _known(into: Path | None, states: int, effort: int) -> dict[int, Table]:
    """Return the batches that a file has, by their first seed."""
    if into is None or not into.exists():
        return {}
    lines = [json.loads(line) for line in into.read_text("utf-8").splitlines()]
    asked = [states, effort]
    return {line["first"]: Table.of_data(line["table"]) for line in lines if [line["states"], line["effort"]] == asked}


def _done(firsts: Iterable[int], states: int, effort: int, processes: int) -> Iterator[tuple[int, Table]]:
    with ProcessPoolExecutor(processes) as pool:
        try:
            for one in as_completed([pool.submit(_batch, first, states, effort) for first in firsts]):
                yield one.result()
        finally:  # what went wrong in one is told at once
            pool.shutdown(wait=False, cancel_futures=True)


def main() -> int:
    """Print the table of as many plays as asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--states", type=int, default=300)
    parser.add_argument("--effort", type=int, default=EFFORT)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    firsts = range(asked.first, asked.first + asked.plays, BATCH)
    known = _known(asked.into, asked.states, asked.effort)
    whole = Table()
    for table in (table for first, table in known.items() if first in firsts):
        whole.add(table)
    left = [first for first in firsts if first not in known]
    for first, table in _done(left, asked.states, asked.effort, asked.processes):
        whole.add(table)
        for line in table.wrong:
            print(line, flush=True)
        if asked.into is not None:
            with asked.into.open("a", encoding="utf-8") as file:
                row = {"first": first, "states": asked.states, "effort": asked.effort, "table": table.as_data()}
                file.write(json.dumps(row) + "\n")
    print(whole)
    return 1 if whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
