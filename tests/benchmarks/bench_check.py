"""Whole commands on synthetic workspaces, side by side in one run: `sopkit check` against check-jsonschema and yamllint.

    python tests/benchmarks/bench_check.py [--small 1000] [--large 10000] [--rounds 3]

Prints a table of the least wall time of some rounds, ratios to `sopkit check`, and the peak memory of the large check.
Cold runs have the cache off; warm runs read a cache that a run before filled. Needs the `bench` extra.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synthesis import write

HERE = Path(__file__).resolve().parent
SCHEMA = HERE.parents[1] / "schemas" / "playbook.schema.json"
SOPKIT = [sys.executable, "-m", "sopkit"]


def run(command: list[str], folder: Path, *, cache: str, expect: set[int]) -> tuple[float, float]:
    """Return seconds of wall time and the peak memory in MB of one run of `command` in `folder`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"SOPKIT_CACHE": cache}, capture_output=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode not in expect:
        sys.exit(
            f"{' '.join(command)} exited {done.returncode}:\n{done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return seconds, max(peak, before) / 1024


def least(
    command: list[str], folder: Path, rounds: int, *, cache: str = "off", expect: set[int] | None = None
) -> float:
    return min(run(command, folder, cache=cache, expect=expect or {0})[0] for _ in range(rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name), options.small, options.large, options.rounds)


def compare(folder: Path, small: int, large: int, rounds: int) -> None:
    """Write both workspaces below `folder`, time every command, print the table."""
    few, many, cache = folder / "small", folder / "large", str(folder / "cache")
    write(few, small)
    write(many, large)
    files = sorted(str(path) for path in few.rglob("*.yaml"))
    check = [*SOPKIT, "check", ".", "--quiet"]
    rows = [("python -c pass", least([sys.executable, "-c", "pass"], few, 5))]
    rows.append(("sopkit --version", least([*SOPKIT, "--version"], few, 5)))
    base = least(check, few, rounds)
    rows.append((f"sopkit check, {small} playbooks, cold", base))
    run(check, few, cache=cache, expect={0})
    rows.append((f"sopkit check, {small} playbooks, warm", least(check, few, rounds, cache=cache)))
    large_cold, memory = run(check, many, cache="off", expect={0})
    rows.append((f"sopkit check, {large} playbooks, cold", large_cold))
    run(check, many, cache=cache, expect={0})
    rows.append((f"sopkit check, {large} playbooks, warm", least(check, many, rounds, cache=cache)))
    jsonschema = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), *files]
    rows.append((f"check-jsonschema, {small} playbooks", least(jsonschema, few, 1, expect={0, 1})))
    yamllint = [sys.executable, "-m", "yamllint", "-d", "relaxed", "."]
    rows.append((f"yamllint (relaxed), {small} playbooks", least(yamllint, few, 1, expect={0, 1})))
    print(f"{'command':45} {'seconds':>9} {'× check':>9}")
    for label, seconds in rows:
        print(f"{label:45} {seconds:9.3f} {seconds / base:9.2f}")
    print(f"{large} against {small} playbooks, cold: {large_cold / base:.1f} times; peak memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
