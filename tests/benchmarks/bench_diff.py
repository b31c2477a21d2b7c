"""What `sopkit diff` costs: two revisions of a workspace against one check of it, measured side by side in one run.

    python -m tests.benchmarks.bench_diff [--playbooks 1000] [--rounds 3]

Prints one table in Markdown. The second revision changes times in one playbook of fifty. Caching is off: both read every file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.bench_check import FOUND, SOPKIT, least, run
from tests.benchmarks.synthesis import write
from tests.repositories import committed

DAY = ("--as-of", "2026-07-01")
EACH = 50
TARGET = 3.0


def change(folder: Path) -> int:
    """Change a time in one playbook of fifty and return how many were changed."""
    files = [path for path in sorted(folder.rglob("*.yaml")) if b"within: 1d" in path.read_bytes()][::EACH]
    for path in files:
        path.write_bytes(path.read_bytes().replace(b"within: 1d", b"within: 2d", 1))
    return len(files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--playbooks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "many"
        write(folder, arguments.playbooks)
        committed(folder, "first")
        changed = change(folder)
        committed(folder, "second")
        check = [*SOPKIT, "check", ".", "--quiet", *DAY]
        diff = [*SOPKIT, "diff", "HEAD~1", "HEAD", "--quiet", *DAY]
        one, two = least(
            arguments.rounds,
            lambda: run(check, folder, expect=FOUND),
            lambda: run(diff, folder, expect=FOUND),
        )
    print("| what | figure | ratio | at most |\n|---|---|---|---|")
    print(f"| check, {arguments.playbooks} playbooks | {one:.2f} s | | |")
    print(f"| diff of two revisions, {changed} playbooks changed | {two:.2f} s | {two / one:.2f} | {TARGET:g} |")


if __name__ == "__main__":
    main()
