"""Runs that fit the declared order: the same as pm4py's token replay says, from a file that it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from sopkit.logs.case import LogCase
from sopkit.logs.working.adhering import runs_that_do_not_fit
from tests.logs.conformance import EDGES, ENDS, GOLDEN, PLAY, log_of, rows_of_runs
from tests.logs.stores import store_of
from tests.workspaces import compiled


@pytest.mark.long
def test_unfit_runs_are_those_of_a_token_replay(tmp_path: Path) -> None:
    runs = log_of(Random(7), 400)  # noqa: S311  runs, not secrets
    store = store_of(tmp_path, {"steps": rows_of_runs(runs)})
    with store.engine:
        found = runs_that_do_not_fit(LogCase(compiled({"sopkit.yaml": PLAY}), store))
    assert sorted(found) == json.loads(GOLDEN.read_text("utf-8"))
    allowed = {*EDGES}
    assert sorted(found) == [
        run for run, steps in sorted(runs.items())
        if not all(pair in allowed for pair in zip(["", *steps[:-1]], steps, strict=True)) or steps[-1] not in ENDS
    ]  # fmt: skip
