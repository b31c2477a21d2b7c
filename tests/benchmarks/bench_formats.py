"""What the formats for machines cost: 10,000 findings as SARIF and the others, against `json.dumps` of that very SARIF, in one run.

    python -m tests.benchmarks.bench_formats [--findings 10000] [--rounds 5]

Prints one table in Markdown. What is compared takes turns, and each figure is the least of all rounds.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from sopkit.cli.report_formats import FORMATS, ON_SCREEN, written
from sopkit.pipeline import Compilation
from sopkit.render.report import Report
from tests.benchmarks.bench_check import least
from tests.commands import MISSPELT
from tests.workspaces import compiled

TARGET = 2.0
"""Seconds for SARIF of 10,000 findings."""


def many(count: int) -> Compilation:
    """Return a compilation with so many findings, each about another automation."""
    compilation = compiled({"a.yaml": MISSPELT.replace("order-paid", "order-payd")})
    some = compilation.findings
    found = tuple(replace(some[number % len(some)], subject=f"automation/a{number}") for number in range(count))
    return replace(compilation, findings=found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    compilation = many(arguments.findings)
    forms = ["sarif", *(one for one in FORMATS if one not in {*ON_SCREEN, "sarif"})]
    document = json.loads(written(Report(compilation, "zh-CN"), "sarif"))
    floor, *times = least(
        arguments.rounds,
        lambda: json.dumps(document, ensure_ascii=False, indent=2),
        *(lambda form=form: written(Report(compilation, "zh-CN"), form) for form in forms),
    )
    print("| measured | least | ratio | target |\n|---|---|---|---|")
    print(f"| `json.dumps` of that SARIF | {floor:.2f} s | 1 |  |")
    for form, time in zip(forms, times, strict=True):
        target = f"≤ {TARGET:g} s" if form == "sarif" else ""
        print(f"| {form} of {arguments.findings:,} findings | {time:.2f} s | {time / floor:.1f} | {target} |")


if __name__ == "__main__":
    main()
