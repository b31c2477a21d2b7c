"""One procedure with a branch, a loop and a step that may be passed by; random runs of it, most of them as declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

from tests.workspaces import SETTINGS

GOLDEN: Final = Path(__file__).parent / "unfit_by_replay.json"
"""Runs of `log_of(Random(7), 400)` that pm4py 2.7.23 calls unfit by token replay: see tests/benchmarks/bench_conformance.py."""
PLAY: Final = (
    SETTINGS
    + """\
---
kind: procedure
id: care
title: 关怀
owner: guide
review_by: 2027-12-31
starts_on: member-joined
for_each: customer
steps:
  - {id: a, do: 记录, by: guide}
  - id: ways
    choose:
      - if: {order-paid: ever}
        steps:
          - {id: b, do: 回访, by: guide}
          - {id: c, do: 处理, by: guide}
      - else:
          - {id: d, do: 登记, by: guide}
  - {id: e, do: 通知, by: guide, if: {chat-received: ever}}
  - {id: f, do: 归档, by: guide}
"""
)
EDGES: Final = (
    ("", "a"), ("a", "b"), ("b", "c"), ("a", "d"), ("c", "e"), ("d", "e"), ("c", "f"), ("d", "f"), ("e", "f"),
)  # fmt: skip
"""What may come next, declared a second time."""
ENDS: Final = ("f",)


def log_of(random: Random, count: int) -> dict[str, list[str]]:
    """Return runs that end where the procedure does: as declared, or with a step left out, doubled or swapped."""
    found = {}
    for number in range(count):
        steps = [""]
        while steps[-1] not in ENDS:
            steps.append(random.choice([after for before, after in EDGES if before == steps[-1]]))
        steps = steps[1:]
        fault, at = random.random(), random.randrange(len(steps) - 1)
        if fault < 0.15:
            del steps[at]
        elif fault < 0.3:
            steps.insert(at, steps[at])
        elif fault < 0.45 and at + 2 < len(steps):
            steps[at], steps[at + 1] = steps[at + 1], steps[at]
        found[f"r{number:06}"] = steps
    return found


def rows_of_runs(runs: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    return [
        {
            "run": run,
            "customer": f"c-{run}",
            "step": f"care/{step}",
            "state": "done",
            "time": 1_790_000_000 + number * 600,
        }
        for run, steps in runs.items()
        for number, step in enumerate(steps)
    ]
