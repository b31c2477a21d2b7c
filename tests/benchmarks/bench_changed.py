"""What `check --changed-since` costs beside a whole check: one file of a large workspace changes.

    python -m tests.benchmarks.bench_changed [--playbooks 10000] [--rounds 2]

Prints one table in Markdown: seconds by the clock, and of the processors together. Each figure is the least of all rounds; what is
compared takes turns.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.bench_check import CHECK, FOUND, Row, run
from tests.benchmarks.synthesis import write
from tests.repositories import committed

SINCE = [*CHECK, "--changed-since", "HEAD"]
MORE = "      - {id: more, do: 电话, by: guide, within: 2d, minutes: 4}\n"
CHANGES: dict[str, Callable[[str], str]] = {
    "a comment": lambda text: f"# a remark\n{text}",
    "titles and reasons": lambda text: text.replace("title: ", "title: X").replace("why: ", "why: X"),
    "a time": lambda text: text.replace("after: 30d", "after: 31d"),
    "a step": lambda text: text.replace("      - {id: reward,", f"{MORE}      - {{id: reward,"),
}
"""What is changed in one file → the change."""


class Used(NamedTuple):
    """Seconds."""

    clock: float
    processors: float


def changing(folder: Path, playbooks: int, rounds: int) -> list[Row]:
    """Compare a cold check to those of what is new since the last commit, the rest known.

    That commit was checked before, or only a branch of it on which a time in another file is otherwise.
    """
    write(folder, playbooks)
    committed(folder)
    caches = folder.parent / "caches"
    path, other = sorted(folder.rglob("lifecycle-*.yaml"))[:2]
    text, beside = path.read_text("utf-8"), other.read_text("utf-8")
    cold: list[Used] = []
    found: dict[str, list[Used]] = {}
    for _ in range(rounds):
        for what, change in CHANGES.items():
            shutil.rmtree(caches, ignore_errors=True)
            cold.append(used(CHECK, folder, caches))
            path.write_text(change(text), "utf-8")
            found.setdefault(f"{what}; the commit checked before", []).append(used(SINCE, folder, caches))
            path.write_text(text, "utf-8")
            other.write_text(CHANGES["a time"](beside), "utf-8")
            used(CHECK, folder, caches)
            other.write_text(beside, "utf-8")
            for answer in caches.glob("*.answer"):
                answer.unlink()
            path.write_text(change(text), "utf-8")
            found.setdefault(f"{what}; the commit not checked", []).append(used(SINCE, folder, caches))
            path.write_text(text, "utf-8")
    first = _least(cold)
    rows = [Row("`sopkit check`, nothing known", _seconds(first), "1, 1")]
    for what, many in found.items():
        least = _least(many)
        ratios = f"{least.clock / first.clock:.2f}, {least.processors / first.processors:.2f}"
        rows.append(Row(f"`--changed-since`: {what}", _seconds(least), ratios, "≤ 0.5"))
    return rows


def used(words: list[str], folder: Path, caches: Path) -> Used:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(words, folder, caches, FOUND)
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Used(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _least(many: list[Used]) -> Used:
    return Used(min(one.clock for one in many), min(one.processors for one in many))


def _seconds(one: Used) -> str:
    return f"{one.clock:.2f} s, {one.processors:.2f} s"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--playbooks", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=2)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print("| measured | least | ratio | target |\n|---|---|---|---|")
        for row in changing(Path(place) / "workspace", given.playbooks, given.rounds):
            print(f"| {row.what} | {row.figure} | {row.ratio} | {row.target} |")


if __name__ == "__main__":
    main()
