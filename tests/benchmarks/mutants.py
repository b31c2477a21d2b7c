"""Seeded mutants of the analyses: how many the tests notice, by module, and which they do not.

    python -m tests.benchmarks.mutants [--of proofs|consent] [--count 600] [--seed 1] [--into FILE] [--map FILE] [--only MODULE]

A mutant is one small change of one function: a comparison, an operator, a number, `min` for `max`, a statement left out. The tests
are imported and collected once and nothing is run in this process: a fork runs them all and tells which enter which statements;
then, for each mutant, a fork puts the changed code in the place of the function's, in memory, and runs the tests that enter what is
changed, the quick ones first, until one fails or 6 seconds are spent. A mutant under which a test takes ten times as long is
noticed too. Files keep what is learnt of the tests (`--map`) and which mutants are noticed (`--into`), so that a run goes on where
it was stopped. Ends with 1 where fewer than 85 % are noticed or one that is not has no line in `mutants.txt`.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import json
import os
import re
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.benchmarks.changes import ROOT, Mutant, code_of, live, sample, telling_code_of

GRAPH = (
    "clock", "consistency", "course", "issues", "latency", "lengths", "openings", "pacing", "prices", "replay", "runs",
    "satisfiability", "schedule", "selection", "sorts", "timing", "touches", "worst",
)  # fmt: skip
RULES = (
    "budgets", "caps", "conflicts_offers", "conflicts_workload", "excess", "limits", "tools_deadlines",
    "tools_duplicates", "tools_stale",
)  # fmt: skip
CONSENT = (
    "consent", "consent_asking", "consent_bases", "consent_copies", "consent_paths", "consent_reach", "consent_replay",
    "consent_times", "consent_uses",
)  # fmt: skip
TARGETS = {
    "proofs": (*(f"sopkit.graph.{name}" for name in GRAPH), *(f"sopkit.rules.{name}" for name in RULES)),
    "consent": ("sopkit.graph.evidence", *(f"sopkit.rules.{name}" for name in CONSENT)),
}
TESTS = (
    "prices", "rules_conflicts*", "rules_times", "rules_tools*", "rules_waits", "rules_frequency", "rules_cycles",
    "graph_satisfiability", "caps*", "conflicts_property", "latency", "rules_consent", "consent_property",
    "model_cases", "rule_examples",
)  # fmt: skip
LEFT_OUT = re.compile(r"_stub_|_fix_|reads_this\[(?!consent|conflicts|flow|tools)|_texts_|_filling|\[SOP[01689]")
"""Tests in these files that enter nothing of the analyses that others do not."""
MOST_SECONDS = 6.0
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

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests that enter what a mutant changes, the quick ones first."""
        return sorted(self.entered.get(mutant.block, ()), key=lambda one: (self.seconds[one], one))


def caches() -> list[functools._lru_cache_wrapper[object]]:
    """Return what keeps results of the analyses and the tests from one call to the next."""
    kept = (one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper))
    return [one for one in kept if one.__module__.startswith(("tests", "sopkit.graph", "sopkit.rules"))]


def learn(items: Sequence[pytest.Item], modules: Sequence[str]) -> Tested:
    """Run the tests each for itself, every block telling when it is entered."""
    tested = Tested()
    hits: set[str] = set()
    for module in modules:
        vars(importlib.import_module(module))["_entered"] = hits.add
        for name, code in telling_code_of(module).items():
            live(module, name).__code__ = code
    every = caches()
    for number, item in enumerate(items):
        for one in every:
            one.cache_clear()
        hits.clear()
        before = time.process_time()
        reports = runtestprotocol(item, log=False, nextitem=None)
        tested.seconds[item.nodeid] = time.process_time() - before
        if any(one.failed for one in reports):
            tested.failed.append(item.nodeid)
        else:
            for block in hits:
                tested.entered.setdefault(block, []).append(item.nodeid)
        if number % 100 == 0:
            print(f"{number} of {len(items)} tests", flush=True)
    return tested


def run(mutant: Mutant | None, items: Sequence[pytest.Item], tested: Tested) -> int:
    """Run tests until one fails; return 1 then, else 0. No mutant: to see that a failure comes of one."""
    if mutant is not None:
        live(mutant.module, mutant.function).__code__ = code_of(mutant)
    spent = 0.0
    for item, after in zip(items, [*items[1:], None], strict=True):
        seconds = tested.seconds[item.nodeid]
        if spent and spent + seconds > MOST_SECONDS:
            break
        signal.setitimer(signal.ITIMER_PROF, 5 + 10 * seconds)
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

    asked: argparse.Namespace
    results: dict[Mutant, str] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge the mutants."""
        items = {item.nodeid: item for item in session.items if not LEFT_OUT.search(item.nodeid)}
        for one in caches():
            one.cache_clear()
        gc.collect()
        gc.freeze()
        tested = self.learnt([*items.values()])
        print(
            f"{len(tested.seconds)} tests in {sum(tested.seconds.values()):.0f} s; failed: {tested.failed}", flush=True
        )
        modules = [one for one in TARGETS[self.asked.of] if self.asked.only in one]
        known = _known(self.asked.into)
        for number, mutant in enumerate(sample(modules, self.asked.seed, self.asked.count)):
            tests = [items[one] for one in tested.of(mutant) if one in items]
            if number % 100 == 0 and apart(lambda tests=tests: run(None, tests, tested)) != "not noticed":  # type: ignore[misc]
                raise AssertionError(f"tests fail without a mutant: {tests}")
            told = known.get(mutant.name) or ("not entered" if not tests else "")
            if not told:
                told = apart(lambda mutant=mutant, tests=tests: run(mutant, tests, tested))  # type: ignore[misc]
                _keep(self.asked.into, mutant, told)
            self.results[mutant] = told
        return True

    def learnt(self, items: Sequence[pytest.Item]) -> Tested:
        """Return what a file keeps of the tests, or learn and keep it."""
        kept: Path = self.asked.map
        if not kept.exists():
            modules = [one for some in TARGETS.values() for one in some]
            process = os.fork()
            if process == 0:
                kept.write_text(json.dumps(vars(learn(items, modules))), "utf-8")
                os._exit(0)
            os.waitpid(process, 0)
        return Tested(**json.loads(kept.read_text("utf-8")))


def _known(into: Path | None) -> dict[str, str]:
    """Return what a file already has: mutants that were noticed are not run again."""
    if into is None or not into.exists():
        return {}
    lines = [json.loads(line) for line in into.read_text("utf-8").splitlines()]
    return {line["mutant"]: line["told"] for line in lines if line["told"] in SEEN}


def _keep(into: Path | None, mutant: Mutant, told: str) -> None:
    if into is not None:
        with into.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"mutant": mutant.name, "told": told}, ensure_ascii=False) + "\n")


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


def chosen(names: Sequence[str]) -> Iterator[str]:
    """Yield the files of tests."""
    for name in names:
        yield from sorted(str(one.relative_to(ROOT)) for one in (ROOT / "tests").glob(f"test_{name}.py"))


def main() -> int:
    """Print how many mutants are noticed, by module, and those that are not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--of", choices=sorted(TARGETS), default="proofs")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--map", type=Path, default=Path("tests.json"))
    parser.add_argument("--only", default="")
    judge = Judge(parser.parse_args())
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "first"
    without = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "randomly")]
    pytest.main(["-q", "-s", *without, "-m", "not long and not browser", *chosen(TESTS)], plugins=[judge])
    return report(judge.results)


if __name__ == "__main__":
    sys.exit(main())
