"""Logs that hold what nobody should read go in, or none that can be read: no report repeats them, and no run ends in a traceback."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

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
from sopkit.logs.reading import open_logs
from sopkit.logs.zones import UNKNOWN, Zones
from sopkit.render.document import Document, Section
from sopkit.render.markdown import to_markdown
from sopkit.render.practice.tables import groups as groups_of
from sopkit.render.wording.names import Names
from sopkit.rules.examples import WORKSPACE
from sopkit.rules.practice import LATE
from sopkit.source import Source
from sopkit.text import Phrase
from tests.logs.stores import store_of

PLANTED: Final = "Li Lei 13800138000"


def case_of(folder: Path) -> LogCase:
    folder.mkdir(exist_ok=True)
    rows = [
        {"customer": "a", "time": 1_788_000_000, "channel": PLANTED},
        {"customer": "a", "time": 1_788_000_001, "channel": f"{PLANTED} 2"},
        {"customer": "a", "time": 1_788_000_002, "channel": "sms"},
    ]
    compilation = pipeline.compile([Source("sopkit.yaml", WORKSPACE.encode())], today=date(2026, 12, 1))
    return LogCase(compilation, store_of(folder, {"touches": rows}))


def test_a_channel_that_is_not_declared_is_not_repeated(tmp_path: Path) -> None:
    weeks = touches_by_week(case_of(tmp_path))
    assert [(one.channel, one.touches) for one in weeks] == [(UNDECLARED, 2), ("sms", 1)]


def test_a_shop_that_is_not_declared_stands_under_another_name(tmp_path: Path) -> None:
    groups = (Group("shop", PLANTED, 3, 1), Group("shop", "", 2, 0), Group("week", "2026-09-07", 5, 1))
    one = Observation(LATE, "procedure/a/b", "broken", LATE.summary, looked=5, broken=1, groups=groups)
    names = Pseudonyms(b"0123456789abcdef")
    found = observe(case_of(tmp_path), names, (lambda _: iter((one,)),))
    shown = groups_of(found.observations[0].groups, found, Names(found.compilation.workspace, "en"))
    said = to_markdown(Document("manual", "en", "t", "", (Section("s", (), shown),)))
    assert names.of("shop", PLANTED) in said
    assert PLANTED not in said


def test_one_is_one_in_whatever_is_said(tmp_path: Path) -> None:
    said = Phrase("1 期", "in 1 of 1 periods it failed; 1 rows say nothing")
    one = Observation(LATE, "procedure/a/b", "not assessed", said, reason=said)
    (found,) = observe(case_of(tmp_path), Pseudonyms(b"0123456789abcdef"), (lambda _: iter((one,)),)).observations
    assert found.message == found.reason == Phrase("1 期", "in 1 of 1 period it failed; 1 row says nothing")


@pytest.mark.parametrize("content", [b"\xff\xfet\x00i", b"\xff\xfet", b"\xfe\xff\xd8\x00\x00t"])
def test_broken_utf16_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "touches.csv"
    path.write_bytes(content)
    with Engine(tmp_path) as engine, pytest.raises(LogRefusedError):
        open_file(engine, path, tmp_path, 0)


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    head = "time,customer,channel\n2026-09-01T10:00:00Z,"
    (tmp_path / "touches[1].csv").write_text(f"{head}mine,sms\n", encoding="utf-8")
    (tmp_path / "touches1.csv").write_text(f"{head}other,sms\n", encoding="utf-8")
    with Engine(tmp_path) as engine:
        opened = open_file(engine, tmp_path / "touches[1].csv", tmp_path, 0)
        assert [row[1] for row in engine.run(opened.query)] == ["mine"]


def test_a_view_of_a_database_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "touches.duckdb"
    (tmp_path / "secret.txt").write_text(PLANTED, encoding="utf-8")
    with Engine(tmp_path) as engine:
        engine.run(f"ATTACH '{path}' AS made")
        engine.run(
            f"CREATE VIEW made.touches AS SELECT content AS customer, 1 AS time FROM read_text('{tmp_path}/secret.txt')"
        )
        engine.run("DETACH made")
        with pytest.raises(LogRefusedError):
            open_file(engine, path, tmp_path, 0)


@pytest.mark.parametrize(("value", "bad"), [("nan", 1), ("inf", 1), ("1e308", 1), ("1e9", 0), ("1,000", 0)])
def test_a_number_that_nobody_can_count_with_is_set_aside(tmp_path: Path, value: str, bad: int) -> None:
    rows = "".join(f"2026-09-01T10:00:00Z,x,a,{n}\n" for n in range(200))
    (tmp_path / "events.csv").write_text(
        f'time,event,customer,value\n{rows}2026-09-01T10:00:00Z,x,a,"{value}"\n', encoding="utf-8"
    )
    compilation = pipeline.compile([Source("sopkit.yaml", WORKSPACE.encode())], today=date(2026, 12, 1))
    (tmp_path / "work").mkdir()
    with Engine(tmp_path) as engine:
        _, reading = open_logs(compilation, tmp_path, [str(tmp_path / "events.csv")], engine, tmp_path / "work")
    assert reading.files[0].bad == bad


def test_a_zone_that_there_is_not_is_not_known(tmp_path: Path) -> None:
    case = case_of(tmp_path / "a")
    rows = [{"customer": "a", "timezone": f"{PLANTED}/x"}, {"customer": "b"}]
    (tmp_path / "b").mkdir()
    case = LogCase(case.compilation, store_of(tmp_path / "b", {"customers": rows}))
    said = case.store.engine.run(f"SELECT name, zone FROM ({Zones(case).lives}) JOIN people USING (who) ORDER BY 1")
    assert said == [("a", UNKNOWN), ("b", 1)]
