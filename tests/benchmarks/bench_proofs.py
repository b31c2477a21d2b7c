"""What the proofs cost, each figure beside its target: all analyses of a workspace, those of law, many journeys, one long journey.

    python -m tests.benchmarks.bench_proofs [--rounds 3]

Prints one table in Markdown. Times are processor seconds, the least of all rounds, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

from sopkit import memory, pipeline, rules, schema
from sopkit.audit import audit
from sopkit.graph.touches import touches_of
from sopkit.graph.worst import Plan
from sopkit.graph.zones import Clocks
from sopkit.model.values import SECONDS
from sopkit.pipeline import Compilation
from sopkit.reader import read
from sopkit.reader.files import find_sources
from sopkit.reader.pictures import find_picture
from sopkit.resolve import resolve
from sopkit.rules import caps
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.rules.limits import of_workspace
from sopkit.source import Source
from sopkit.tree import Forest
from tests.benchmarks import bench_caps
from tests.benchmarks.bench_check import Row
from tests.benchmarks.synthesis import write

TODAY = date(2026, 7, 1)


def least(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the least processor seconds that each work took, all of them taking turns, with the collector at rest."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            with memory.without_collections():
                start = time.process_time()
                kept = work()
                best[number] = min(best[number], time.process_time() - start)
            del kept
    return best


def analysing(folder: Path, rounds: int) -> Iterator[Row]:
    """Compare all analyses of a workspace to reading and validating it."""
    write(folder, 1000)
    found = find_sources(folder).sources
    done = pipeline.compile(found, today=TODAY, look=partial(find_picture, folder))

    def validate() -> object:
        forest = Forest(tuple(tree for one in found for tree in read(Source(one.path, one.data)).trees))
        return [schema.check(tree) for tree in forest.trees], resolve(forest, frozenset(), frozenset(), complete=True)

    def analyse() -> object:
        return rules.judge(rules.ask(done.workspace, done.graph, done.forest, done.law))[0]

    def lawful() -> object:
        case = case_of(done)
        return [list(family.check(case)) for family in rules.FAMILIES if any(one.decides for one in family.RULES)]

    def audited() -> object:
        return audit(done, lambda _: True)

    validate()
    reading, proofs, law, audits = least(rounds, validate, analyse, lawful, audited)
    yield Row(f"read, validate and resolve {len(found)} files", f"{reading:.2f} s", "1")
    yield Row("all analyses of them", f"{proofs:.2f} s", f"{proofs / reading:.1f}", "≤ 2")
    yield Row("the law among them", f"{law:.2f} s", f"{law / reading:.1f}", "≤ 1")
    yield Row("what `sopkit audit` judges besides", f"{audits:.2f} s", f"{audits / reading:.1f}")


def case_of(done: Compilation) -> Case:
    return Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)


def many_journeys() -> Iterator[Row]:
    """Judge five caps over 5,000 journeys of 20 steps."""
    done = pipeline.compile(bench_caps.sources(5000, 20), today=TODAY)
    (seconds,) = least(1, lambda: [*caps.check(case_of(done))])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    yield Row("five caps over 5,000 journeys of 20 steps", f"{seconds:.1f} s", "", "≤ 5 s")
    yield Row("memory of all this so far", f"{memory / 1e9:.2f} GB", "", "≤ 1 GB")


def one_journey(rounds: int) -> Iterator[Row]:
    """Bound the touches of one journey of 1,000 steps: at any time, and where a channel opens and closes at quarters of an hour."""
    for what, hours, target in (
        ("a journey of 1,000 steps, at any time", "", 0.1),
        ("the same, open from 09:15 to 20:45", ", hours: 09:15-20:45", 0.5),
    ):
        (only,) = bench_caps.sources(1, 1000)[1:]
        head = bench_caps.sources(1, 1000)[0].text.replace("reach: direct", f"reach: direct{hours}")
        done = pipeline.compile([Source("sopkit.yaml", head.encode()), only], today=TODAY)
        case = case_of(done)
        clocks = Clocks(case.workspace, TODAY)
        limit = next(one for one in of_workspace(case, clocks) if one.window == 7 * SECONDS["d"])

        def bound(
            case: Case = case, clocks: Clocks = clocks, window: float = limit.window, most: int = limit.most
        ) -> object:
            plan = Plan(case.workspace, case.graph, case.courses, touches_of(case.workspace, case.graph), clocks)
            return plan.most(plan.touches, window, most + 1)

        (seconds,) = least(rounds, bound)
        yield Row(what, f"{seconds:.3f} s", "", f"≤ {target} s")


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        rows = [*analysing(Path(name) / "many", rounds), *one_journey(rounds), *many_journeys()]
    print("| measured | least | ratio | target |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.figure} | {row.ratio} | {row.target} |")


if __name__ == "__main__":
    main()
