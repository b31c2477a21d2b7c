"""What `check --changed-since` costs beside a whole check: one file of a large workspace changes.

    python -m tests.benchmarks.bench_changed [--playbooks 10000] [--rounds 2]

Prints one table in Markdown. Each figure is the least of all rounds; what is compared takes turns.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.bench_check import CHECK, FOUND, Row, least, run
from tests.benchmarks.synthesis import write
from tests.repositories import committed

SINCE = [*CHECK, "--changed-since", "HEAD"]


def changing(folder: Path, playbooks: int, rounds: int) -> list[Row]:
    """Compare a cold check to one of what is new since the last commit: that commit checked before, and not."""
    write(folder, playbooks)
    committed(folder)
    caches = folder.parent / "caches"
    cold: list[float] = []
    checked: list[float] = []
    unchecked: list[float] = []
    path = min(folder.rglob("lifecycle-*.yaml"))
    text = path.read_text("utf-8")
    for _ in range(rounds):
        path.write_text(text, "utf-8")
        shutil.rmtree(caches, ignore_errors=True)
        cold += least(1, lambda: run(CHECK, folder, caches, FOUND))
        path.write_text(text.replace("owner: ", "owner:  ").replace("title: ", "title: X"), "utf-8")
        checked += least(1, lambda: run(SINCE, folder, caches, FOUND))
        for answer in caches.glob("*.answer"):
            answer.unlink()
        unchecked += least(1, lambda: run(SINCE, folder, caches, FOUND))
    first = min(cold)
    return [
        Row("`sopkit check`, nothing known", f"{first:.1f} s", "1"),
        Row(
            "`--changed-since`, the commit checked before",
            f"{min(checked):.1f} s",
            f"{min(checked) / first:.2f}",
            "≤ 0.5",
        ),
        Row(
            "`--changed-since`, its files read before",
            f"{min(unchecked):.1f} s",
            f"{min(unchecked) / first:.2f}",
            "≤ 0.5",
        ),
    ]


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
