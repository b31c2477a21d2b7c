"""What sopkit costs, as ratios measured side by side in one run: reading, whole commands, start-up, the first quarter of an hour.

    python -m tests.benchmarks.bench_check [--small 1000] [--large 10000] [--rounds 5]

Prints one table in Markdown. What is compared takes turns, and each figure is the least of all rounds, so that other work on the
machine disturbs both sides alike. Needs the `fast` and `bench` extras.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the published types leave it out

from sopkit import cache, memory, schema
from sopkit.cache import Cache
from sopkit.reader import read
from sopkit.reader.files import find_sources
from sopkit.source import Source
from sopkit.tree import Tree
from tests.benchmarks.synthesis import write

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schemas" / "playbook.schema.json"
PYTHON = [sys.executable]
SOPKIT = [*PYTHON, "-m", "sopkit"]
CHECK = [*SOPKIT, "check", ".", "--quiet", "--as-of", "2026-07-01"]
FOUND = frozenset({0, 1})
"""Exit codes of tools that came to their end: playbooks written by chance meet, and have lines that are long to others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `ratio` is what `target` bounds."""

    what: str
    figure: str
    ratio: str = ""
    target: str = ""


def least(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the least seconds that each work took, all of them taking turns."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def least_each(rounds: int, sources: Sequence[Source], *works: Callable[[Source], object]) -> list[float]:
    """Return the seconds that each work took for all sources: the sum of the least of each source."""
    best = [[float("inf")] * len(sources) for _ in works]
    for _ in range(rounds):
        for at, source in enumerate(sources):
            for times, work in zip(best, works, strict=True):
                start = time.perf_counter()
                kept = work(source)
                times[at] = min(times[at], time.perf_counter() - start)
                del kept  # outside the time: a compiler keeps what it has read
    return [sum(times) for times in best]


def run(
    command: Sequence[str], folder: Path, caches: Path | None = None, expect: frozenset[int] = frozenset({0})
) -> int:
    """Run one command in `folder`, with caching off unless there is a place for it; return its peak memory in bytes."""
    place = {"SOPKIT_CACHE": "off"} if caches is None else {"SOPKIT_CACHE": "on", "SOPKIT_CACHE_DIR": str(caches)}
    with (
        (folder.parent / "printed").open("wb") as printed,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **place}, stdout=printed, stderr=printed
        ) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expect:
        said = (folder.parent / "printed").read_text(encoding="utf-8", errors="replace")
        sys.exit(f"{' '.join(command)} exited {process.returncode}:\n{said[-2000:]}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def commands(rounds: int, folder: Path, *given: Sequence[str], caches: Path | None = None) -> list[float]:
    """Return the least wall time of each command."""
    return least(rounds, *(lambda command=command: run(command, folder, caches) for command in given))


def reading(folder: Path, rounds: int) -> list[Row]:
    """Compare reading with positions and the schema to libyaml's own parse of the same bytes."""
    sources = find_sources(folder).sources

    def parse(source: Source) -> None:
        CParser(source.data).raw_parse()  # libyaml's events one by one, and nothing made of them

    def with_positions(source: Source) -> tuple[Tree, ...]:
        return read(Source(source.path, source.data)).trees

    def and_schema(source: Source) -> tuple[Tree, ...]:
        trees = with_positions(source)
        for tree in trees:
            schema.check(tree)
        return trees

    least_each(1, sources, and_schema)
    with memory.without_collections():
        floor, positions, both = least_each(max(rounds, 9), sources, parse, with_positions, and_schema)
    each = 1e6 / len(sources)
    return [
        Row("libyaml's own parse, a file", f"{floor * each:.0f} µs", "1"),
        Row("read with positions, a file", f"{positions * each:.0f} µs", f"{positions / floor:.1f}"),
        Row("read with positions, and schema, a file", f"{both * each:.0f} µs", f"{both / floor:.1f}", "≤ 6.5"),
    ]


def caching(folder: Path, caches: Path, rounds: int) -> list[Row]:
    """Compare recalling files that did not change to reading and validating them."""
    sources = find_sources(folder).sources
    version = cache.version(b"benchmark")

    def cold() -> dict[Source, tuple[Tree, ...]]:
        read_now = {source: read(Source(source.path, source.data)).trees for source in sources}
        if any(schema.check(tree) for trees in read_now.values() for tree in trees):
            sys.exit("a synthetic workspace must be clean")
        return read_now

    def warm() -> None:
        remembered = Cache.open(folder, version, {cache.PLACE: str(caches)})
        if len(remembered.recall(sources)) < len(sources):
            sys.exit("the cache forgot a file")

    with memory.without_collections():
        Cache.open(folder, version, {cache.PLACE: str(caches)}).keep(cold())
        first, again = least(rounds, cold, warm)
    each = 1e6 / len(sources)
    return [
        Row(f"cold read and validation of {len(sources)} files, a file", f"{first * each:.0f} µs", "1"),
        Row(
            "the same files unchanged, from the cache, a file",
            f"{again * each:.0f} µs",
            f"{again / first:.3f}",
            "≤ 0.1",
        ),
    ]


def checking(few: Path, many: Path, caches: Path, rounds: int) -> list[Row]:
    """Compare the whole command to other tools, and a large workspace to a small one."""
    files = sorted(path.relative_to(few).as_posix() for path in few.rglob("*.yaml"))
    others = (
        [*PYTHON, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), *files],
        [*PYTHON, "-m", "yamllint", "-d", "relaxed", "."],
    )
    check, jsonschema, yamllint = least(
        min(rounds, 3),
        lambda: run(CHECK, few, expect=FOUND),
        *(lambda command=command: run(command, few, expect=FOUND) for command in others),
    )
    memory: list[int] = []
    check_again, large = least(
        2, lambda: run(CHECK, few, expect=FOUND), lambda: memory.append(run(CHECK, many, expect=FOUND))
    )
    check = min(check, check_again)
    for folder in (few, many):
        run(CHECK, folder, caches, FOUND)
    warm, warm_large = least(2, lambda: run(CHECK, few, caches, FOUND), lambda: run(CHECK, many, caches, FOUND))
    small, big = len(files), sum(1 for _ in many.rglob("*.yaml"))
    return [
        Row(f"`sopkit check`, {small} files", f"{check:.2f} s", "1"),
        Row("check-jsonschema, the same files", f"{jsonschema:.1f} s", f"{jsonschema / check:.1f}", "≥ 10"),
        Row("yamllint (relaxed), the same files", f"{yamllint:.1f} s", f"{yamllint / check:.1f}", "≥ 10"),
        Row(f"`sopkit check`, {big} files", f"{large:.1f} s", f"{large / check:.1f}", "≤ 12"),
        Row("its peak memory", f"{max(memory) / 1e9:.2f} GB", "", "< 2 GB"),
        Row(f"`sopkit check`, {small} files, none changed", f"{warm:.2f} s", f"{warm / check:.2f}"),
        Row(f"`sopkit check`, {big} files, none changed", f"{warm_large:.1f} s", f"{warm_large / check:.1f}"),
    ]


def starting(folder: Path, rounds: int) -> list[Row]:
    """Compare the start of the command to that of a bare Python."""
    bare, version, package = commands(
        max(rounds, 10), folder, [*PYTHON, "-c", "pass"], [*SOPKIT, "--version"], [*PYTHON, "-c", "import sopkit"]
    )
    return [
        Row("`python -c pass`", f"{bare * 1e3:.0f} ms", "1"),
        Row("`sopkit --version`", f"{version * 1e3:.0f} ms", f"{version / bare:.1f}", "≤ 4"),
        Row("`import sopkit`", f"{package * 1e3:.0f} ms", f"{package / bare:.1f}"),
    ]


def first_quarter(folder: Path, rounds: int) -> list[Row]:
    """Time what a newcomer types, each in the workspace that `init` made."""
    folder.mkdir()
    made = iter(range(1000))
    (init,) = least(rounds, lambda: run([*SOPKIT, "init", f"brand-{next(made)}"], folder))
    check, build = commands(
        rounds, folder, [*SOPKIT, "check", "brand-0"], [*SOPKIT, "build", "brand-0", "-o", str(folder / "out")]
    )
    return [
        Row("`sopkit init my-brand`", f"{init:.2f} s", "", "≤ 2 s"),
        Row("`sopkit check my-brand`", f"{check:.2f} s", "", "≤ 1 s"),
        Row("`sopkit build my-brand -o out`", f"{build:.2f} s", "", "≤ 10 s"),
    ]


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        few, many, caches = Path(name) / "small", Path(name) / "large", Path(name) / "caches"
        write(few, options.small)
        write(many, options.large)
        rows = [
            *reading(few, options.rounds),
            *caching(many, caches, options.rounds),
            *checking(few, many, caches, options.rounds),
            *starting(few, options.rounds),
            *first_quarter(Path(name) / "first", options.rounds),
        ]
    print("| measured | least | ratio | target |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.figure} | {row.ratio} | {row.target} |")


if __name__ == "__main__":
    main()
