"""The logs beside the reference workspace: made by `tests/reference_logs.py`, read as declared, and broken where faults were planted.

`SOPKIT_REGENERATE=1 pytest tests/test_reference_logs.py` writes them anew.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sopkit.logs import touching, working
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.reading import open_logs
from sopkit.pipeline import Compilation
from tests.logs.test_recovery import broken
from tests.reference_logs import FOLDER, HEADERS, logs_of
from tests.test_simulation_witnesses import ROOT, folder
from tests.workspaces import compiled


@cache
def reference() -> Compilation:
    return compiled(folder(ROOT / "playbooks"))


@pytest.mark.long
def test_they_are_as_the_workspace_makes_them() -> None:
    files, sower = logs_of(reference())
    assert not sower.refused
    if os.environ.get("SOPKIT_REGENERATE"):
        for name, data in files.items():
            (FOLDER / name).write_bytes(data)
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == files


def test_the_touches_are_in_the_encoding_of_a_chinese_tool() -> None:
    raw = (FOLDER / "2026-11-touches.csv").read_bytes()
    assert raw.decode("gb18030").startswith("会员号,发送时间")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


@pytest.mark.long
def test_the_audit_finds_what_was_planted(tmp_path: Path) -> None:
    done = reference()
    _, sower = logs_of(done)
    with Engine(tmp_path) as engine:
        store, reading = open_logs(done, ROOT / "playbooks", [], engine, tmp_path)
        assert {one.path.name: one.of for one in reading.files} == {f"2026-11-{of}.csv": of for of in HEADERS}
        assert not reading.aside
        case = LogCase(done, store)
        found = broken([one for observe in (*touching.FAMILIES, *working.FAMILIES) for one in observe(case)])
    assert found == Counter(each for one, _ in sower.planted for each in one.breaks)
