"""What `sopkit simulate --format json` prints is what its schema says: for the reference, both examples, and workspaces of little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sopkit import resources
from sopkit.cli import app
from tests.workspaces import write

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((resources.folder("schemas") / "simulation-v1.schema.json").read_text("utf-8"))
LITTLE = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
locale: zh-CN
timezone: Asia/Shanghai
jurisdictions: [cn]
holidays: cn
enforce: none
caps: [{id: spacing, gap: 4h}, {id: weekly, max: 2, per: 7d}, {id: monthly, max: 3, per: month}]
"""


def simulated(capfd: pytest.CaptureFixture[str], folder: Path, day: str = "2026-07-01") -> dict[str, Any]:
    capfd.readouterr()
    line = ["--as-of", day, "simulate", str(folder), "--customers", "30", "--format", "json", "--lang", "zh-CN"]
    assert app.main(line) == 0
    data: dict[str, Any] = json.loads(capfd.readouterr().out)
    return data


def faults(data: dict[str, Any]) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in Draft202012Validator(SCHEMA).iter_errors(data)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.long
@pytest.mark.parametrize("place", ["playbooks", "minimal", "retail", "email", "little"])
def test_what_is_printed_is_what_the_schema_says(place: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = ROOT / place
    if place == "little":
        folder = write(tmp_path, {"sopkit.yaml": LITTLE})
    elif place != "playbooks":
        folder = tmp_path / place
        assert app.main(["init", str(folder), "--example", place, "--lang", "en"]) == 0
    data = simulated(capfd, folder)
    assert faults(data) == []
    assert data["years_without_holidays"] == []


def test_a_year_whose_holidays_are_not_known_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = simulated(capfd, write(tmp_path, {"sopkit.yaml": LITTLE}), "2031-12-20")
    assert faults(data) == []
    assert data["years_without_holidays"] == [2031, 2032]


def test_what_the_schema_does_not_say_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = simulated(capfd, write(tmp_path, {"sopkit.yaml": LITTLE}))
    for wrong in (
        {**data, "more": 1},
        {key: value for key, value in data.items() if key != "caps"},
        {**data, "version": 2},
        {**data, "touches": {"reply": data["touches"]["direct"]}},
        {**data, "caps": [{**data["caps"][0], "met": "3"}]},
    ):
        assert faults(wrong) != []


def test_the_schema_can_be_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert app.main(["schema", "simulation-v1"]) == 0
    assert json.loads(capfd.readouterr().out) == SCHEMA
