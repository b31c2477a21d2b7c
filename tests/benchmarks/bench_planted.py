"""Logs of a million rows with planted faults: is each found, and nothing else? `python -m tests.benchmarks.bench_planted`."""

from __future__ import annotations

import argparse
import gc
import resource
import time
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.generating.course import LOGS
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.files import Log, write_logs
from sopkit.logs.generating.ground import Broken
from sopkit.logs.generating.planting import Sower, wanted_of
from sopkit.logs.reading import open_logs
from sopkit.pipeline import Compilation
from sopkit.simulation.population import Question
from tests.test_simulation_witnesses import ROOT, folder
from tests.workspaces import compiled

BY_CHANCE = ("SOP991", "SOP992", "SOP993")
START = date(2026, 10, 31)


def main() -> None:
    """Write logs of the reference workspace twice, without faults and with, audit both, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000, help="about 110 rows each")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--plant", type=int, default=20, help="faults of each kind")
    given = parser.parse_args()
    done = compiled(folder(ROOT / "playbooks"))
    question = Question(given.customers, given.seed, START, 28)
    with TemporaryDirectory() as place:
        clean, planted = Path(place, "clean"), Path(place, "planted")
        _generate(done, question, clean, 0)
        expected = _generate(done, question, planted, given.plant)
        before, after = _audit(done, clean), _audit(done, planted)
    found = {key: after[key] - before[key] for key in {*before, *after} if after[key] != before[key]}
    wrong = {
        key: (found.get(key, 0), expected[key]) for key in {*found, *expected} if found.get(key, 0) != expected[key]
    }
    print(f"planted {expected.total()} breaks of {len(expected)} subjects, found {sum(found.values())}")
    for key, (seen, wanted) in sorted(wrong.items()):
        print(f"  {' '.join(key)}: found {seen}, planted {wanted}")
    print("exact" if not wrong else "NOT exact")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _generate(done: Compilation, question: Question, target: Path, number: int) -> Broken:
    begun = time.perf_counter()
    courses = Courses(done.workspace, done.graph, question)
    sower = Sower(courses.ground, wanted_of([("all", number)]), question.seed)
    gc.freeze()
    written: tuple[Log, ...] = write_logs(target, courses.portions(sower), "csv")
    rows = sum(one.rows for one in written)
    print(f"{target.name}: {rows:,} rows, {written[0].rows:,} of them touches, in {time.perf_counter() - begun:.1f} s")
    for name, subject, why in sower.refused:
        print(f"  not planted {name} {subject}: {why.en}")
    return Counter(broken for one, _ in sower.planted for broken in one.breaks)


def _audit(done: Compilation, logs: Path) -> Broken:
    begun = time.perf_counter()
    work = logs.with_name(f"{logs.name}-work")
    work.mkdir()
    with Engine(work) as engine:
        store, _ = open_logs(done, logs, [str(logs / f"{of}.csv") for of in LOGS], engine, work)
        read = time.perf_counter()
        case = LogCase(done, store)
        every = [one for observe in (*touching.FAMILIES, *working.FAMILIES) for one in observe(case)]
    print(f"audit of {logs.name}: read in {read - begun:.1f} s, judged in {time.perf_counter() - read:.1f} s")
    broken = [one for one in every if one.status == "broken" and one.rule.code not in BY_CHANCE]
    return Counter({(one.rule.code, one.subject): one.broken for one in broken})


if __name__ == "__main__":
    main()
