"""Runs that fit: the successor table against pm4py's token replay on the same small logs, and how long each takes.

    python -m tests.benchmarks.bench_conformance [RUNS]        compares and times
    python -m tests.benchmarks.bench_conformance --golden      writes tests/logs/unfit_by_replay.json

Needs `pip install pm4py`. Only complete runs are compared, since a replay counts a run that still goes on as unfit.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas
import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

from sopkit.logs.case import LogCase
from sopkit.logs.working.adhering import runs_that_do_not_fit
from tests.logs.conformance import GOLDEN, ENDS, EDGES, PLAY, log_of, rows_of_runs
from tests.logs.stores import store_of
from tests.workspaces import compiled

Runs = Mapping[str, Sequence[str]]


def net() -> tuple[PetriNet, Marking, Marking]:
    """Return the declared order as a net: a place after each step, transitions by what may come next."""
    found, sink = PetriNet("care"), PetriNet.Place("end")
    places = {
        name: PetriNet.Place(f"after {name}") for name in ("", *{step for pair in EDGES for step in pair if step})
    }
    found.places.update((*places.values(), sink))
    for number, (before, after) in enumerate(EDGES):
        step = PetriNet.Transition(f"t{number}", after)
        found.transitions.add(step)
        add_arc_from_to(places[before], step, found)
        add_arc_from_to(step, places[after], found)
    for name in ENDS:
        leave = PetriNet.Transition(f"leave {name}", None)
        found.transitions.add(leave)
        add_arc_from_to(places[name], leave, found)
        add_arc_from_to(leave, sink, found)
    return found, Marking({places[""]: 1}), Marking({sink: 1})


def replayed(runs: Runs) -> tuple[set[str], float]:
    """Return the runs that do not fit, by token replay, and the seconds that it took."""
    frame = pandas.DataFrame(rows_of_runs(runs))
    frame["time"] = pandas.to_datetime(frame["time"], unit="s", utc=True)
    frame["activity"] = frame["step"].str.rpartition("/")[2]
    log = pm4py.format_dataframe(frame, case_id="run", activity_key="activity", timestamp_key="time")
    start = time.perf_counter()
    traces: list[dict[str, Any]] = pm4py.conformance_diagnostics_token_based_replay(log, *net())
    spent = time.perf_counter() - start
    names = list(
        dict.fromkeys(log.sort_values(["case:concept:name", "time:timestamp"], kind="stable")["case:concept:name"])
    )
    return {name for name, trace in zip(names, traces, strict=True) if not trace["trace_is_fit"]}, spent


def stepped(runs: Runs) -> tuple[set[str], float]:
    """Return the runs that do not fit, by the successor table, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"steps": rows_of_runs(runs)})
        with store.engine:
            start = time.perf_counter()
            found = runs_that_do_not_fit(LogCase(compiled({"sopkit.yaml": PLAY}), store))
            return set(found), time.perf_counter() - start


def main() -> None:
    if "--golden" in sys.argv:
        runs = log_of(random.Random(7), 400)  # noqa: S311
        GOLDEN.write_text(json.dumps(sorted(replayed(runs)[0])) + "\n", "utf-8")
        return
    runs = log_of(random.Random(11), int(sys.argv[1]) if len(sys.argv) > 1 else 2000)  # noqa: S311
    by_replay, slow = replayed(runs)
    by_table, quick = stepped(runs)
    same = "the same" if by_replay == by_table else f"different: {sorted(by_replay ^ by_table)[:5]}"
    print(f"{len(runs)} runs, {len(by_table)} unfit, {same}; token replay {slow:.2f} s, successor table {quick:.2f} s")


if __name__ == "__main__":
    main()
