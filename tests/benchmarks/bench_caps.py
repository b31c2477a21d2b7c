"""What judging caps costs: many journeys of many steps against five caps, after reading and compiling, which are not measured.

    python -m tests.benchmarks.bench_caps [--journeys 5000] [--steps 20]

Prints processor seconds, the most memory of the whole process, and what was said of each cap. Every 25 journeys share an event, so
that no cap is kept: the sum is too much, and courses are looked for.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import date

from sopkit import pipeline
from sopkit.diagnostics import Finding
from sopkit.rules import caps
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.source import Source
from tests.touch_plays import HEAD

CAPS = """\
caps:
  - {id: weekly, max: 5, per: 7d}
  - {id: daily, max: 1, per: day}
  - {id: spacing, gap: 4h}
  - {id: monthly, max: 10, per: month}
  - {id: way, max: 3, per: 2d, of: {channel: way}}
"""
NOUNS = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好}
roles:
  guide: {title: 导购}
tools:
  crm: {title: 会员系统, relation: own, hosted_in: cn}
purposes:
  talk: {title: 服务, category: service, basis: contract}
channels:
  way: {title: 渠道, tool: crm, reach: direct}
events:
"""
A_FILE = 100
"""Journeys that one file holds."""


def sources(journeys: int, steps: int) -> list[Source]:
    """Return a workspace of so many journeys."""
    events = "".join(
        f"  e{n}: {{title: 事件, tool: crm, at_most: 1 per lifetime}}\n" for n in range(journeys // 25 + 1)
    )
    texts = [
        f"---\nkind: automation\nid: j{n}\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: [e{n // 25}]\nsteps:\n"
        + "".join(
            f"  - {{id: s{k}, send: hello, via: way, for: talk, after: {24 + (n + k) % 7}h}}\n" for k in range(steps)
        )
        for n in range(journeys)
    ]
    files = [Source("sopkit.yaml", (HEAD + CAPS + NOUNS + events).encode())]
    for first in range(0, journeys, A_FILE):
        files.append(Source(f"journeys-{first}.yaml", "".join(texts[first : first + A_FILE]).encode()))  # noqa: PERF401
    return files


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--journeys", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=20)
    asked = parser.parse_args()
    done = pipeline.compile(sources(asked.journeys, asked.steps), today=date(2026, 7, 1))
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    before = time.process_time()
    outcomes = [*caps.check(case)]
    seconds = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{asked.journeys} journeys of {asked.steps} steps: {seconds:.1f} s, {memory:.2f} GB")
    for one in outcomes:
        said = one.verdict.value if isinstance(one, Finding) and one.verdict else type(one).__name__
        print(f"  {one.rule.name} {one.subject}: {said}")


if __name__ == "__main__":
    main()
