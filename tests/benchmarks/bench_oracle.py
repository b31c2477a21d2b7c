"""Random small workspaces against every course that their customers can take: constructs by verdict, and whatever was said wrongly.

    python -m tests.benchmarks.bench_oracle [--plays 100000] [--first 0] [--states 1500] [--processes 2]

Ends with 1 where anything was wrong. Plays that take more states than allowed are left out of the table.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.touch_verdicts import Table, compare

BATCH = 250


def _batch(first: int, states: int) -> Table:
    return compare(range(first, first + BATCH), states)


def main() -> int:
    """Print the table of as many plays as asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--states", type=int, default=1500)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    whole = Table()
    with ProcessPoolExecutor(asked.processes) as pool:
        firsts = range(asked.first, asked.first + asked.plays, BATCH)
        for table in pool.map(_batch, firsts, [asked.states] * len(firsts)):
            whole.add(table)
            for line in table.wrong:
                print(line, flush=True)
    print(whole)
    return 1 if whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
