"""Logs that hold what nobody should read go in, or none that can be read: no report repeats them, and no run ends in a traceback."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.failure import LogRefusedError
from sopkit.logs.observed import Group, Observation
from sopkit.logs.opening import open_file
from sopkit.logs.overview import UNDECLARED, touches_by_week
from sopkit.logs.practice import observe
from sopkit.logs.pseudonyms import Pseudonyms
from sopkit.rules.examples import WORKSPACE
from sopkit.rules.practice import LATE
from sopkit.source import Source
from tests.logs.stores import store_of

SECRET = "Li Lei 13800138000"


def case_of(folder: Path) -> LogCase:
    rows = [
        {"customer": "a", "time": 1_788_000_000, "channel": SECRET},
        {"customer": "a", "time": 1_788_000_001, "channel": f"{SECRET} 2"},
        {"customer": "a", "time": 1_788_000_002, "channel": "sms"},
    ]
    compilation = pipeline.compile([Source("sopkit.yaml", WORKSPACE.encode())], today=date(2026, 12, 1))
    return LogCase(compilation, store_of(folder, {"touches": rows}))


def test_a_channel_that_is_not_declared_is_not_repeated(tmp_path: Path) -> None:
    weeks = touches_by_week(case_of(tmp_path))
    assert [(one.channel, one.touches) for one in weeks] == [(UNDECLARED, 2), ("sms", 1)]


def test_a_shop_that_is_not_declared_stands_under_another_name(tmp_path: Path) -> None:
    groups = (Group("shop", SECRET, 3, 1), Group("shop", "", 2, 0), Group("week", "2026-09-07", 5, 1))
    one = Observation(LATE, "procedure/a/b", "broken", LATE.summary, looked=5, broken=1, groups=groups)
    names = Pseudonyms(b"0123456789abcdef")
    [found] = observe(case_of(tmp_path), names, (lambda _: iter((one,)),)).observations
    assert [each.of for each in found.groups] == [names.of("shop", SECRET), "", "2026-09-07"]


@pytest.mark.parametrize("content", [b"\xff\xfet\x00i", b"\xff\xfet", b"\xfe\xff\xd8\x00\x00t"])
def test_broken_utf16_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "touches.csv"
    path.write_bytes(content)
    with Engine(tmp_path) as engine, pytest.raises(LogRefusedError):
        open_file(engine, path, tmp_path, 0)
