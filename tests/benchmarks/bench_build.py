"""What a build of everything in `playbooks` costs: each form by itself, and all of them, first and again.

    python -m tests.benchmarks.bench_build [--rounds 3]

Prints two tables in Markdown. By form: how many files of it, how large, and how much processor time writing them takes, in one process.
As a whole: the command as people type it, with an empty folder for caches and then once more; least of all rounds.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

from sopkit.aside import Aside
from sopkit.cli import app
from sopkit.render import printing
from sopkit.render.writers import Press

ROOT: Final = Path(__file__).resolve().parents[2]
AS_OF: Final = "2026-07-01"
NAMES: Final = {
    "html": "HTML",
    "pdf": "PDF",
    "docx": "Word",
    "xlsx": "Excel",
    "md": "Markdown",
    "ics": "iCalendar",
    "svg": "SVG",
}

ALONE: Final = """
import sys
from tests.benchmarks.bench_build import measure_forms
measure_forms(sys.argv[1])
"""


def measure_forms(output: str) -> None:
    """Build in this process alone; print the processor seconds that each form took to write."""
    taken: defaultdict[str, float] = defaultdict(float)
    write = printing._write

    def timed(piece: printing.Piece, press: Press) -> bytes:
        begun = time.process_time()
        made = write(piece, press)
        taken[piece.form] += time.process_time() - begun
        return made

    def alone(_count: int, _work: object) -> None:
        return None

    setattr(printing, "_write", timed)  # noqa: B010  no other way to see each form
    setattr(Aside, "start", alone)  # noqa: B010
    setattr(printing, "relayed", lambda *_: ())  # noqa: B010
    app.main(("--quiet", "build", str(ROOT / "playbooks"), "-o", output, "--as-of", AS_OF))
    for form, seconds in taken.items():
        print(f"{form} {seconds}")


def run(arguments: list[str], cache: Path) -> tuple[float, float, float, str]:
    """Return seconds by the clock, of processors, the most memory of one process in MB, and what was printed."""
    environment = os.environ | {"SOPKIT_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([sys.executable, *arguments], stdout=said, cwd=ROOT, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if child.returncode:
        raise SystemExit(f"ended with {child.returncode}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, _megabytes(used), text


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


def forms(folder: Path) -> None:
    """Print the table by form."""
    *_, said = run(["-c", ALONE, str(folder / "alone")], folder / "unused")
    taken = {line.split()[0]: float(line.split()[1]) for line in said.splitlines() if len(line.split()) == 2}
    files = [path for path in (folder / "alone").rglob("*") if path.is_file()]
    print("| form | files | MB | seconds of a processor |\n| --- | --- | --- | --- |", flush=True)
    for form, name in NAMES.items():
        sizes = [path.stat().st_size for path in files if path.suffix == f".{form}"]
        seconds = f"{taken[form]:.1f}" if form in taken else ""
        print(f"| {name} | {len(sizes)} | {sum(sizes) / 1e6:.1f} | {seconds} |")
    print(f"| all | {len(files)} | {sum(path.stat().st_size for path in files) / 1e6:.1f} | |\n", flush=True)


def whole(folder: Path, rounds: int) -> None:
    """Print the table of the command, cold and warm; the two must give the same bytes."""
    command = ["-m", "sopkit", "--quiet", "build", "playbooks", "--as-of", AS_OF, "-o"]
    found: dict[str, list[tuple[float, float, float, str]]] = {"the first time": [], "again, unchanged": []}
    for _ in range(rounds):
        shutil.rmtree(folder / "cache", ignore_errors=True)
        for count, name in enumerate(found):
            found[name].append(run([*command, str(folder / f"out{count}")], folder / "cache"))
        subprocess.run(["diff", "-rq", folder / "out0", folder / "out1"], check=True)
    print("| build | by the clock | of processors | largest process |\n| --- | --- | --- | --- |")
    for name, times in found.items():
        clock, processor, memory = (min(each[number] for each in times) for number in range(3))
        print(f"| {name} | {clock:.0f} s | {processor:.0f} s | {memory:.0f} MB |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        forms(Path(folder))
        whole(Path(folder), rounds)


if __name__ == "__main__":
    main()
