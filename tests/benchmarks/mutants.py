"""Seeded mutants of the analyses: how many the tests notice, by module, and which they do not.

    python -m tests.benchmarks.mutants [--of proofs|consent] [--count 600] [--seed 1] [--into FILE] [--only MODULE]
        [--again]

A mutant is one small change of one function: a comparison, an operator, a number, `min` for `max`, a statement left out. For each
set of tests (`mutants_tests.py`) a fork imports and collects them once; a fork of it runs them all and tells which enter which
statements; then, for each mutant, a fork puts the changed code in the place of the function's, in memory, and runs the tests that
enter what is changed, the quick ones first, until one fails or 12 seconds are spent. A mutant under which a test takes five times as
long is noticed too. `--into` keeps the answers, so that a run goes on where it was stopped. Ends with 1 where fewer than 85 % are
noticed or one that is not has no line in `mutants.txt`.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.benchmarks.changes import ROOT, Mutant, code_of, live, path_of, sample, telling_code_of
from tests.benchmarks.mutants_tests import LEFT_OUT, TESTS

MOST_SECONDS = 12.0
"""Of tests for one mutant."""
ENOUGH = 0.85
SEEN = ("noticed", "too slow")
EXPLAINED = Path(__file__).with_suffix(".txt")


@dataclass
class Tested:
    """What is learnt of the tests: which enter which blocks, how long each takes, which fail without a mutant."""

    entered: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, into: Path) -> None:
        """Take in what a file keeps."""
        for line in into.read_text("utf-8").splitlines() if into.exists() else ():
            told = json.loads(line)
            self.seconds[told["test"]] = told["seconds"]
            self.failed += [told["test"]] if told["failed"] else []
            for block in told["entered"]:
                self.entered.setdefault(block, []).append(told["test"])

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests that enter what a mutant changes, the quick ones first."""
        return sorted(self.entered.get(mutant.block, ()), key=lambda one: (self.seconds[one], one))


def caches() -> list[functools._lru_cache_wrapper[object]]:
    """Return what keeps results of the analyses and the tests from one call to the next."""
    kept = (one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper))
    return [one for one in kept if one.__module__.startswith(("tests", "sopkit.graph", "sopkit.rules"))]


def learn(items: Sequence[pytest.Item], into: Path) -> None:
    """Run the tests each for itself, every block telling when it is entered."""
    hits: set[str] = set()
    for module in TESTS:
        vars(importlib.import_module(module))["_entered"] = hits.add
        for name, code in telling_code_of(module).items():
            live(module, name).__code__ = code
    every = caches()
    for item in items:
        for one in every:
            one.cache_clear()
        hits.clear()
        before = time.process_time()
        failed = any(one.failed for one in runtestprotocol(item, log=False, nextitem=None))
        seconds = time.process_time() - before
        note(into, {"test": item.nodeid, "seconds": seconds, "failed": failed, "entered": sorted(hits)})


def note(into: Path, told: dict[str, object]) -> None:
    """Add a line to a file."""
    with into.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")


def run(mutant: Mutant | None, items: Sequence[pytest.Item], tested: Tested) -> int:
    """Run tests until one fails; return 1 then, else 0. No mutant: to see that a failure comes of one."""
    if mutant is not None:
        live(mutant.module, mutant.function).__code__ = code_of(mutant)
    spent = 0.0
    for item, after in zip(items, [*items[1:], None], strict=True):
        seconds = tested.seconds[item.nodeid]
        if spent and spent + seconds > MOST_SECONDS:
            break
        signal.setitimer(signal.ITIMER_PROF, 2 + 5 * seconds)
        before = time.process_time()
        if any(one.failed for one in runtestprotocol(item, log=False, nextitem=after)):
            return 1
        spent += time.process_time() - before
    return 0


def apart(work: Callable[[], int]) -> str:
    """Do something in a fork that says nothing; return what came of it."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
            status = work()
        finally:
            os._exit(status)
    _, status = os.waitpid(process, 0)
    return "too slow" if os.WIFSIGNALED(status) else "noticed" if status else "not noticed"


@dataclass
class Judge:
    """Takes the place of pytest's own loop over the tests once they are collected."""

    mutants: Sequence[Mutant]
    into: Path

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge the mutants."""
        items = {item.nodeid: item for item in session.items if not LEFT_OUT.search(item.nodeid)}
        for one in caches():
            one.cache_clear()
        gc.collect()
        gc.freeze()
        tested = Tested()
        for file in dict.fromkeys(one.path for one in items.values()):
            self.learnt(file, [one for one in items.values() if one.path == file], tested)
        print(f"{len(items)} tests, {sum(tested.seconds.values()):.0f} s", flush=True)
        assert not tested.failed, tested.failed
        some = [*items.values()][:5]
        assert apart(lambda: run(None, some, tested)) == "not noticed", f"tests fail without a mutant: {some}"
        for mutant in self.mutants:
            tests = [items[one] for one in tested.of(mutant)]
            told = apart(lambda mutant=mutant, tests=tests: run(mutant, tests, tested)) if tests else "not entered"  # type: ignore[misc]
            note(self.into, {"mutant": mutant.name, "told": told})
        return True

    def learnt(self, file: Path, items: Sequence[pytest.Item], tested: Tested) -> None:
        """Add what is learnt of a file of tests, in a fork, so that nothing of it stays; or what was, of the same tests and code."""
        texts = (file, *(path_of(one) for one in TESTS))
        known = self.into.parent / f"{sha256(b''.join(one.read_bytes() for one in texts)).hexdigest()[:16]}.jsonl"
        before = Tested()
        before.add(known)
        todo = [one for one in items if one.nodeid not in before.seconds]
        process = os.fork() if todo else -1
        if process == 0:
            learn(todo, known)
            os._exit(0)
        if todo:
            os.waitpid(process, 0)
        tested.add(known)


def judge(tests: Sequence[str], mutants: Sequence[Mutant], into: Path) -> None:
    """Judge mutants by some files of tests in a process of its own, which imports what these need."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            files = [f"tests/test_{name}.py" for name in tests]
            without = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "randomly")]
            options = ["-q", "-s", *without, "-m", "not long and not browser"]
            status = int(pytest.main([*options, *files], plugins=[Judge(mutants, into)]))
        finally:
            os._exit(status)
    _, status = os.waitpid(process, 0)
    if status and os.waitstatus_to_exitcode(status) != pytest.ExitCode.NO_TESTS_COLLECTED:
        raise SystemExit(f"could not be judged by {tests}")


def kept(into: Path) -> dict[str, str]:
    """Return what a file has been told of mutants; the last word counts."""
    lines = [json.loads(line) for line in into.read_text("utf-8").splitlines()] if into.exists() else []
    return {line["mutant"]: line["told"] for line in lines}


def explained() -> dict[tuple[str, str, str, str], str]:
    """Return why some mutants change nothing that could be noticed, by what is changed."""
    found: dict[tuple[str, str, str, str], str] = {}
    for line in EXPLAINED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            module, function, part, what, why = line.split(" || ")
            found[f"sopkit.{module}", function, part, what] = why
    return found


def report(results: dict[Mutant, str]) -> int:
    """Print the table, and what nothing notices or explains; return the exit code."""
    known = explained()
    counts: dict[str, Counter[str]] = {}
    for mutant, told in results.items():
        mine = counts.setdefault(mutant.module, Counter())
        mine["seen" if told in SEEN else "explained" if mutant.kind in known else "open"] += 1
    print("| module | mutants | noticed | explained | share noticed |\n|---|---|---|---|---|")
    for module, mine in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
        print(
            f"| `{module}` | {mine.total()} | {mine['seen']} | {mine['explained']} | {mine['seen'] / mine.total():.0%} |"
        )
    missed = [one for one, told in results.items() if told not in SEEN and one.kind not in known]
    for mutant in sorted(missed, key=lambda one: (one.module, one.line)):
        print(f"{results[mutant]}: {' || '.join(mutant.kind).removeprefix('sopkit.')} (line {mutant.line})")
    seen = sum(told in SEEN for told in results.values())
    return 1 if missed or seen < ENOUGH * len(results) else 0


def main() -> int:
    """Print how many mutants are noticed, by module, and those that are not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--of", choices=("proofs", "consent"), default="proofs")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=Path(tempfile.mkdtemp()) / "mutants.jsonl")
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true", help="try those that were not noticed once more")
    asked = parser.parse_args()
    modules = [one for one in TESTS if ("consent" in one or "evidence" in one) is (asked.of == "consent")]
    chosen = sample([one for one in modules if one.endswith(asked.only)], asked.seed, asked.count)
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "first"
    known = kept(asked.into)
    done = SEEN if asked.again else (*SEEN, "not noticed", "not entered")
    for tests in dict.fromkeys(TESTS[one] for one in modules):
        todo = [one for one in chosen if TESTS[one.module] == tests and known.get(one.name) not in done]
        if todo:
            judge(tests, todo, asked.into)
    known = kept(asked.into)
    return report({one: known[one.name] for one in chosen})


if __name__ == "__main__":
    sys.exit(main())
