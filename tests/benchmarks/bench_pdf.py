"""What a PDF costs, beside what Typst alone takes for the same content, and what all manuals and checklists of `playbooks` take.

    python -m tests.benchmarks.bench_pdf [--rounds 3]

Prints one table in Markdown. Typst alone: a process that has its fonts and gets the finished data, and only compiles; the two take
turns, and each figure is the least of all rounds. Processor time, since other work on the machine disturbs seconds by the clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

from sopkit import pipeline
from sopkit.reader.files import find_sources
from sopkit.render.checklist import PERIODS, checklist
from sopkit.render.diagrams import diagrams
from sopkit.render.document import Document
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.front import Edition
from sopkit.render.manual.manual import manual
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.print_data import print_data
from sopkit.render.publication import roles_with_work
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.text import LANGS

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 7, 1)
LAYOUTS = ROOT / "templates" / "typst"

ALONE = """
import json, sys, time
from sopkit.render.fonts import fonts
import typst
fonts()
data = sys.stdin.read()
compiler = typst.Compiler(sys.argv[1] + "/document.typ", root=sys.argv[1], font_paths=fonts())
compiler.compile(b"x", format="pdf", timestamp=0)
compiler = typst.Compiler(sys.argv[1] + "/document.typ", root=sys.argv[1], font_paths=fonts())
begun = time.process_time()
compiler.compile(format="pdf", sys_inputs={"document": data}, pdf_standards=["a-2a", "ua-1"], timestamp=0)
print(time.process_time() - begun)
"""

TOGETHER = """
import sys
from tests.benchmarks.bench_pdf import measure_one
measure_one(int(sys.argv[1]))
"""


def documents() -> Iterator[Document]:
    """Yield every manual and checklist of `playbooks`, the whole first."""
    found = find_sources(ROOT / "playbooks")
    compilation = pipeline.compile(found.sources, today=TODAY, found=found.findings)
    workspace, edition = compilation.workspace, Edition(TODAY, tool="sopkit bench")
    drawn = diagrams(compilation.graph, workspace, LANGS)
    for lang in LANGS:
        whole = Book(
            plan(workspace),
            Names(workspace, lang),
            "",
            {id_: each.parts for (id_, of), each in drawn.items() if of == lang},
        )
        for role in ("", *roles_with_work(workspace)):
            book = replace(whole, role=role)
            yield manual(book, edition, Templates())
            yield from (made for period in PERIODS if (made := checklist(book, period, edition)))


def alone(document: Document) -> float:
    """Return the processor seconds of Typst alone."""
    data = print_data(document) | {"date": [2026, 7, 1]}
    look = data["look"]
    assert isinstance(look, dict)
    look["logo"] = ""
    ran = subprocess.run(
        [sys.executable, "-c", ALONE, str(LAYOUTS)],
        input=json.dumps(data, ensure_ascii=False), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return float(ran.stdout)


def measure_one(number: int) -> None:
    """Print the processor seconds from the document to its bytes, in a process that has its fonts and its tables of characters."""
    document = list(documents())[number]
    with Typesetter(Templates(), TODAY) as typesetter:
        to_pdf(Document("index", "zh-CN", "x", "", ()), typesetter)
        begun = time.process_time()
        to_pdf(document, typesetter)
        print(time.process_time() - begun)


def together(number: int) -> float:
    ran = subprocess.run(
        [sys.executable, "-c", TOGETHER, str(number)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(ran.stdout)


def everything() -> None:
    """Print what all documents take, two at a time."""
    made = list(documents())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    begun, processor = time.perf_counter(), time.process_time()
    with Typesetter(Templates(), TODAY) as typesetter, ThreadPoolExecutor(2) as pool:
        size = sum(len(data) for data in pool.map(lambda one: to_pdf(one, typesetter), made))
    print(
        f"| all {len(made)} documents, two at a time, {size / 1e6:.1f} MB | {time.perf_counter() - begun:.1f} s by the clock, "
        f"{time.process_time() - processor:.1f} s of processors, at most "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB ({before} MB before) | | |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    made = list(documents())
    chosen = [0, 1, next(number for number, each in enumerate(made) if "导购手册" in each.title)]
    print("| what | sopkit | Typst alone | ratio (target ≤ 1.5) |\n| --- | --- | --- | --- |")
    for number in chosen:
        pairs = [(together(number), alone(made[number])) for _ in range(rounds)]
        ours, theirs = (min(each) for each in zip(*pairs, strict=True))
        print(f"| {made[number].title} | {ours:.2f} s | {theirs:.2f} s | {ours / theirs:.2f} |", flush=True)
    everything()


if __name__ == "__main__":
    main()
