"""What a whole `sopkit audit --log` costs, by the clock and in memory: as logs grow, and as they are asked in more parts.

    python -m tests.benchmarks.bench_audit [--customers 27_000] [--copies 10 100] [--parts 1 2 4] [--folder FOLDER]

Logs of the reference workspace are generated once (some 37 touches and 9 consents a customer) and laid into Parquet as often as asked,
each time for other customers, so that ten times the rows are ten times the same work. Each figure is of one process that reads the
logs, puts every question to them, and writes the report in all forms. Needs the `logs` and `docs` extras.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from sopkit.logs.engine import Engine, Limits, quoted

ROOT: Final = Path(__file__).resolve().parents[2]
PLAYBOOKS: Final = ROOT / "playbooks"
LOGS: Final = ("touches", "consents", "customers", "steps", "events", "syncs")
CONTACTS: Final = LOGS[:3]
TIMES: Final = ("time", "changed", "arrived", "due", "expires")
CUT: Final = (
    "import sys, sopkit.logs.store as s; s.PART = int(sys.argv.pop(1)); from sopkit.__main__ import process; process()"
)
"""The command line, with another size of parts than its own."""


def lay(generated: Path, target: Path, copies: int, logs: tuple[str, ...]) -> int:
    """Write each log as Parquet, for `copies` times as many customers; return how many touches that are."""
    target.mkdir()
    with Engine(target.parent, Limits(memory="2GB")) as engine:
        for log in logs:
            read = f"read_csv({quoted(str(generated / f'{log}.csv'))}, all_varchar = true)"
            cells = ", ".join(_cell(str(row[0])) for row in engine.run(f"DESCRIBE FROM {read}"))
            place = quoted(str(target / f"{log}.parquet"))
            engine.run(f"COPY (SELECT {cells} FROM range({copies}) c(k), (FROM {read})) TO {place} (FORMAT parquet)")
        return int(engine.run("SELECT count(*) FROM read_parquet(?)", [str(target / "touches.parquet")])[0][0])


def _cell(column: str) -> str:
    """Return what stands in a column of the `k`-th copy."""
    if column in ("customer", "run"):
        return f"k || '-' || {column} AS {column}"
    return f"CAST({column} AS TIMESTAMPTZ) AS {column}" if column in TIMES else column


def measure(logs: Path, out: Path, part: int | None = None) -> tuple[float, float, float, str]:
    """Run one audit; return seconds by the clock, seconds of processors, MB at most, and its last line but those on what is missing."""
    run = ["-m", "sopkit"] if part is None else ["-c", CUT, str(part)]
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *run, "audit", str(PLAYBOOKS), "--log", str(logs), "-o", str(out), "--lang", "en"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    ) as process:
        assert process.stdout is not None
        told = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"the audit failed\n{told}")
    verdict = next((line for line in told.splitlines() if line.startswith(("✗", "✓"))), "")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, verdict


def main() -> None:
    parser = argparse.ArgumentParser(description="What a whole audit of logs costs.")
    parser.add_argument("--customers", type=int, default=27_000)
    parser.add_argument("--copies", type=int, nargs="*", default=[10, 100])
    parser.add_argument("--parts", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        place = Path(name)
        generated = place / "generated"
        command = ["logs", "generate", str(PLAYBOOKS), "--customers", str(chosen.customers), "--seed", "7"]
        subprocess.run([sys.executable, "-m", "sopkit", *command, "-o", str(generated), "-q"], cwd=ROOT, check=True)
        print("| logs | touches | parts | by the clock | processor | for a million touches | memory | verdict |")
        print("|---|---|---|---|---|---|---|---|")
        for copies in chosen.copies:
            for title, logs in (("touches, consents, customers", CONTACTS), ("all six", LOGS)):
                laid = place / "laid"
                touches = lay(generated, laid, copies, logs)
                for parts in (None, *(chosen.parts if copies == chosen.copies[0] else ())):
                    part = parts and -(-touches // parts)
                    clock, processor, memory, verdict = measure(laid, place / "out", part)
                    print(
                        f"| {title} | {touches:,} | {parts or 'by size'} | {clock:.1f} s | {processor:.1f} s | "
                        f"{clock / touches * 1e6:.2f} s | {memory:,.0f} MB | {verdict} |",
                        flush=True,
                    )
                for file in laid.iterdir():
                    file.unlink()
                laid.rmdir()


if __name__ == "__main__":
    main()
