"""Generated logs: what the simulator did, to the last touch; the same seed, the same bytes; whole or not at all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sopkit.logs.engine import Engine
from sopkit.logs.generating.course import COLUMNS, LOGS
from sopkit.logs.generating.courses import Courses
from sopkit.logs.generating.writing import clock
from sopkit.logs.tables import Of
from sopkit.simulation.clock import Zone
from sopkit.simulation.holidays import Holidays
from sopkit.simulation.population import Population, Question
from tests.commands import Run, Write, runner, writer
from tests.test_simulation_population import FILES
from tests.workspaces import compiled

QUESTION = Question(40, 3, date(2026, 7, 1), 28)
SHANGHAI = ZoneInfo("Asia/Shanghai")
run = pytest.fixture(runner)
workspace = pytest.fixture(writer)
Table = list[dict[str, str]]


def table(data: bytes) -> Table:
    return list(csv.DictReader(io.StringIO(data.decode())))


def generated(question: Question = QUESTION) -> dict[Of, Table]:
    done = compiled(FILES)
    portion = Courses(done.workspace, done.graph, question).run(0, question.customers)
    return {of: table((",".join(COLUMNS[of]) + "\n").encode() + portion.text[of]) for of in LOGS}


def test_the_log_has_each_touch_of_the_simulation_and_no_other() -> None:
    done = compiled(FILES)
    counts = Population(done.workspace, done.graph, QUESTION).run(0, QUESTION.customers)
    touches = {(node, detail): many for (kind, node, detail), many in counts.lines.items() if kind == "touch"}
    logs = generated()
    assert Counter((row["step"], row["channel"]) for row in logs["touches"]) == touches
    assert sum(touches.values()) > 50
    started = sum(many for (kind, _, _), many in counts.lines.items() if kind == "start")
    assert len({row["run"] for row in logs["steps"]}) <= started


def test_a_step_is_due_then_done_within_the_same_run() -> None:
    rows = [row for row in generated()["steps"] if row["step"].endswith("/three")]
    done = [row for row in rows if row["state"] == "done"]
    assert done
    for row in done:
        before = [
            one for one in rows if one["run"] == row["run"] and one["state"] == "due" and one["due"] == row["due"]
        ]
        assert all(datetime.fromisoformat(one["time"]) < datetime.fromisoformat(row["time"]) for one in before)
        assert datetime.fromisoformat(row["time"]) <= datetime.fromisoformat(row["due"])
        assert (row["role"], row["staff"].rpartition("-")[0]) == ("guide", "guide")


def test_each_customer_stands_once_in_the_list_of_customers() -> None:
    logs = generated()
    assert sorted(row["customer"] for row in logs["customers"]) == [f"C{number:07}" for number in range(1, 41)]
    known = {row["customer"] for row in logs["customers"]}
    assert {row["customer"] for of in LOGS for row in logs[of]} == known


def test_a_customer_is_the_same_in_whatever_portion() -> None:
    done = compiled(FILES)
    whole, parts = (Courses(done.workspace, done.graph, QUESTION) for _ in range(2))
    first, second = parts.run(0, 13), parts.run(13, 40)
    assert whole.run(0, 40).text == {of: first.text[of] + second.text[of] for of in LOGS}


SYNC = """\
kind: sync
id: nightly
title: 夜里同步
owner: guide
review_by: 2027-12-31
from: map
to: bi
carries: {events: [a, b]}
key: member-id
every: day
at: ["04:00"]
takes: 10m
---
kind: catalog
id: more
owner: guide
tools: {bi: {title: 报表}}
---
kind: automation
id: next-day
title: 次日
starts_on: a
runs_in: bi
steps: [{id: hello, send: hi, via: line}]
"""


def test_a_nightly_sync_runs_at_one_instant_for_customers_of_all_zones() -> None:
    zones = "customer_timezones: [Asia/Shanghai, Europe/Berlin, America/New_York]\n"
    done = compiled({**FILES, "sopkit.yaml": FILES["sopkit.yaml"] + zones, "sync.yaml": SYNC})
    portion = Courses(done.workspace, done.graph, QUESTION).run(0, QUESTION.customers)
    rows = table((",".join(COLUMNS["syncs"]) + "\n").encode() + portion.text["syncs"])
    nightly = [row for row in rows if row["sync"] == "nightly"]
    assert len({datetime.fromisoformat(row["arrived"]).utcoffset() for row in nightly}) == 3
    home = {datetime.fromisoformat(row["arrived"]).astimezone(SHANGHAI).strftime("%H:%M") for row in nightly}
    assert home == {"04:10"}


def test_a_clock_that_is_put_back_tells_both_hours_apart() -> None:
    zone = Zone.load("Europe/Berlin", 1_760_000_000, 1_762_000_000, Holidays())
    assert clock(1761438600, zone) == "2025-10-26T02:30:00+02:00"
    assert clock(1761442200, zone) == "2025-10-26T02:30:00+01:00"


# The command


def test_the_same_seed_writes_the_same_bytes(run: Run, workspace: Write, tmp_path: Path) -> None:
    folder = workspace(FILES)
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        code, _, told = run(
            "logs", "generate", str(folder), "--customers", "30", "--seed", seed, "--from", "2026-07-01",
            "-o", str(tmp_path / name),
        )  # fmt: skip
        assert code == 0, told
    one, two, three = (
        {of: (tmp_path / name / f"{of}.csv").read_bytes() for of in LOGS} for name in ("one", "two", "three")
    )
    assert one == two
    assert one["touches"] != three["touches"]


def test_parquet_says_the_same_as_csv(run: Run, workspace: Write, tmp_path: Path) -> None:
    folder = workspace(FILES)
    for form in ("csv", "parquet"):
        arguments = ("--customers", "20", "--from", "2026-07-01", "--format", form, "-o", str(tmp_path / form))
        assert run("logs", "generate", str(folder), *arguments)[0] == 0
    with Engine(tmp_path) as engine:
        for of in LOGS:
            said = [
                {name: value for name, value in row.items() if value}
                for row in table((tmp_path / "csv" / f"{of}.csv").read_bytes())
            ]
            rows = engine.run(f"SELECT * FROM read_parquet('{tmp_path}/parquet/{of}.parquet')")
            packed = [dict(zip(COLUMNS[of], row, strict=True)) for row in rows]
            assert [{name: str(value) for name, value in row.items() if value is not None} for row in packed] == said


def test_without_duckdb_csv_is_written_and_parquet_says_what_to_install(
    run: Run, workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "installed", staticmethod(lambda: False))
    folder = workspace(FILES)
    assert run("logs", "generate", str(folder), "--customers", "5", "-o", str(tmp_path / "csv"))[0] == 0
    code, _, told = run("logs", "generate", str(folder), "--format", "parquet", "-o", str(tmp_path / "packed"))
    assert code == 2
    assert "pip install 'sopkit[logs]'" in told
    assert not (tmp_path / "packed").exists()


def test_what_stands_in_the_folder_is_not_replaced(run: Run, workspace: Write, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "touches.csv").write_text("customer\n")
    code, _, told = run("logs", "generate", str(workspace(FILES)), "-o", str(tmp_path / "mine"))
    assert code == 2
    assert "touches.csv" in told
    assert (tmp_path / "mine" / "touches.csv").read_text() == "customer\n"


@pytest.mark.parametrize("wrong", [("--customers", "0"), ("--days", "many"), ("--from", "yesterday")])
def test_wrong_usage_is_refused(run: Run, workspace: Write, tmp_path: Path, wrong: tuple[str, str]) -> None:
    code, _, told = run("logs", "generate", str(workspace(FILES)), *wrong, "-o", str(tmp_path / "out"))
    assert code == 2
    assert wrong[1] in told or wrong[0] in told
    assert not (tmp_path / "out").exists()
