"""Logs as people keep them: every sort of file, encoding and way to write a time comes to the same rows."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import duckdb
import openpyxl
import pytest

from sopkit.logs.engine import Engine, EngineError, Limits
from sopkit.logs.failure import LogRefusedError
from sopkit.logs.mapping import TOO_MANY, files_of
from sopkit.logs.reading import open_logs
from tests.logs.logged import HEAD, MANY, Made, Read, put, workspace

AT = 1793498405
"""2026-11-01 10:00:05 in Shanghai."""
TEXT = "customer,time,channel\n007,2026-11-01 10:00:05,短信\n8,2026-11-01T02:00:05Z,sms\n"
SAME = [("007", AT, "sms"), ("8", AT, "sms")]


def sheet(place: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["customer", "time", "channel"], ["007", datetime.datetime(2026, 11, 1, 10, 0, 5), "短信"], [None] * 3,
                [8.0, "2026/11/1 10:00:05", "sms"]):  # fmt: skip
        page.append(row)
    book.save(place)


def lite(place: Path) -> None:
    base = sqlite3.connect(place)
    base.execute('CREATE TABLE "the; log" (customer, time, channel)')
    base.executemany('INSERT INTO "the; log" VALUES (?, ?, ?)', [("007", AT, "短信"), (8.0, AT * 1000, "sms")])
    base.commit()
    base.close()


def duck(place: Path) -> None:
    with duckdb.connect(str(place)) as base:
        base.execute(
            f"CREATE TABLE log AS SELECT * FROM (VALUES ('007', {AT}, '短信'), ('8', {AT}, 'sms')) t(customer, time, channel)"
        )


def packed(place: Path) -> None:
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * FROM (VALUES ('007', to_timestamp({AT}), '短信'), ('8', to_timestamp({AT}), 'sms')) "
            f"t(customer, time, channel)) "
            f"TO '{place}' (FORMAT parquet)"
        )


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("touches.csv", TEXT),
        ("touches.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("touches.csv", TEXT.encode("gb18030")),
        ("touches.csv", TEXT.encode("utf-16")),
        ("touches.csv", TEXT.replace(",", ";").replace("\n", "\r\n")),
        ("touches.tsv", TEXT.replace(",", "\t")),
        ("touches.csv", TEXT.replace("\n", "\r\n", 1)),
        ("touches.csv", TEXT.replace("\n", "\r")),
        ("touches.csv", TEXT + "\n,,\n"),
        ("touches.xlsx", sheet),
        ("touches.sqlite", lite),
        ("touches.duckdb", duck),
        ("touches.parquet", packed),
        ("touches it's \"one\" *.csv", TEXT),
    ],
)  # fmt: skip
def test_a_log_reads_the_same_in_whatever_file_it_stands(tmp_path: Path, name: str, made: Made) -> None:
    with Read(tmp_path, {name: made}) as read:
        assert read.touches() == SAME
        assert read.reading.aside == ()
        assert [one.rows for one in read.reading.files] == [2]


def test_rows_of_a_sheet_are_numbered_as_in_the_sheet_whatever_is_left_empty_above(tmp_path: Path) -> None:
    def made(place: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        for number, row in enumerate(
            (HEAD.strip().split(","), ["a", "2026-11-01 10:00", "sms"], ["", "", ""], ["b", "soon", "sms"])
        ):
            for column, cell in enumerate(row, 2):
                page.cell(4 + number, column, cell)
        book.save(place)

    logs = "logs:\n  touches: {of: touches, file: touches.xlsx, at_most_bad: 50%}\n"
    with Read(tmp_path, {"touches.xlsx": made}, logs) as read:
        assert read.engine.run("SELECT line FROM touches") == [
            (4,)
        ]  # the fifth row of the sheet: the first line is not counted
        assert read.reasons() == [("time is no time that can be read", 6)]


def test_ids_of_mixed_type_stay_as_they_are_written_and_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{id_},2026-11-01 10:00,sms\n" for id_ in ("007", "7", "7.0", "8", "x7"))
    with Read(tmp_path, {"touches.csv": HEAD + rows}) as read:
        assert [who for who, _, _ in read.touches()] == ["007", "7", "7.0", "8", "x7"]
        assert read.store.written_twice == 1


def test_each_row_has_the_zone_that_it_says(tmp_path: Path) -> None:
    said = ("2026-11-01 10:00:05", "2026-11-01T10:00:05+08:00", str(AT), f"{AT}000", "2026-11-01 02:00:05Z")
    rows = "".join(f"{number},{one},sms\n" for number, one in enumerate(said))
    with Read(tmp_path, {"touches.csv": HEAD + rows}) as read:
        assert {at for _, at, _ in read.touches()} == {AT}
        told = [one.en for one in read.reading.files[0].told]
        assert "time: 1 row says no zone (taken in Asia/Shanghai); 4 say theirs" in told


def test_rows_out_of_order_are_rows(tmp_path: Path) -> None:
    rows = "a,2026-11-05 10:00,sms\na,2026-11-01 10:00,sms\na,2026-11-03 10:00,sms\n"
    with Read(tmp_path, {"touches.csv": HEAD + rows}) as read:
        assert read.store.spans["touches"][1:] == (AT - 5, AT - 5 + 4 * 86_400)


def test_several_files_number_customers_as_one(tmp_path: Path) -> None:
    files: dict[str, Made] = {
        "touches-1.csv": HEAD + "a,2026-11-01 10:00,sms\n",
        "touches-2.csv": HEAD + "b,2026-11-01 10:00,短信\n",
        "consents.csv": "customer,time,action,consent\na,2026-11-01 09:00,同意,sms-marketing\n",
        "customers.csv": "customer,timezone,born\nb,Asia/Tokyo,2001-02-03\n",
    }
    with Read(tmp_path, files) as read:
        assert [who for who, _, _ in read.touches()] == ["a", "b"]
        assert read.engine.run("SELECT count(*), count(DISTINCT kind) FROM touches") == [(2, 1)]
        who, born = read.engine.run("SELECT who, born FROM customers")[0]
        assert (read.store.names("people", [who]), born) == ({who: "b"}, 11_356)
        assert read.store.kinds("consents")[1]["action"] == "given"


DECLARED = """\
logs:
  out:
    of: touches
    file: exports/sent-*.csv
    timezone: Europe/Berlin
    columns: {customer: 会员, time: 时间, channel: 方式, state: 结果}
    values: {channel: {点对点: sms}}
    at_most_bad: 50%
"""


def test_a_declared_log_is_read_as_declared(tmp_path: Path) -> None:
    text = "会员,时间,方式,结果,备注\n7,2026-11-01 03:00:05,点对点,已发送,x\n8,2026-11-01 03:00:05,飞鸽,成功,y\n"
    with Read(tmp_path, {"exports/sent-1.csv": text}, DECLARED, given=False) as read:
        assert read.touches() == [("7", AT, "sms"), ("8", AT, "飞鸽")]
        (one,) = read.reading.files
        assert one.unused == ("备注",)
        assert one.unknown == (("channel", "飞鸽", 1),)


YEARS = """\
logs:
  old: {of: touches, file: "2025/log.csv", columns: {time: begun}}
  new: {of: touches, file: "2026/log.csv", columns: {time: ended}}
  one: {of: touches, file: all.csv}
  two: {of: consents, file: all.csv}
"""


def test_a_file_that_is_given_is_read_as_its_place_is_declared(tmp_path: Path) -> None:
    text = (
        "customer,begun,ended,time,channel,action\n7,2026-11-01 10:00,2026-11-01 10:00:05,2026-11-01 10:01,sms,given\n"
    )
    put(tmp_path, {"2025/log.csv": text, "elsewhere/2025/all.csv": text})
    with Read(tmp_path, {"2026/log.csv": text, "all.csv": text}, YEARS) as read:
        assert [one.of for one in read.reading.files] == ["touches", "touches", "consents"]
        assert [at for _, at, _ in read.touches()] == [AT, AT + 55]
    with Read(tmp_path / "elsewhere", {"2025/all.csv": text}, YEARS) as read:
        assert [one.of for one in read.reading.files] == ["touches", "consents"]
    with pytest.raises(LogRefusedError) as refused:
        Read(tmp_path / "more", {"log.csv": text}, YEARS)
    assert refused.value.args_of_reason["ids"] == "old, new"


def test_more_files_than_can_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopkit.logs.mapping.MOST_FILES", 1)
    row = f"{HEAD}x,2026-11-01 10:00,sms\n"
    put(tmp_path, {"some/a.csv": row, "some/b.csv": row})
    for given, logs in ((["some"], ""), ([], "logs: {all: {of: touches, file: 'some/*.csv'}}\n")):
        with pytest.raises(LogRefusedError) as refused:
            files_of(workspace(logs).workspace.settings.logs, tmp_path, [str(tmp_path / one) for one in given])
        assert refused.value.reason == TOO_MANY


def test_nothing_but_the_copies_can_be_reached_after_reading(tmp_path: Path) -> None:
    with Read(tmp_path, {"touches.csv": HEAD + MANY}) as read:
        outside = tmp_path / "touches.csv"
        with pytest.raises(EngineError):
            read.engine.run(f"SELECT * FROM read_csv('{outside}')")
        with pytest.raises(EngineError):
            read.engine.run("INSTALL httpfs")
        assert read.engine.run("SELECT count(*) FROM touches") == [(300,)]


def test_what_does_not_fit_into_memory_goes_to_disk_after_confining_too(tmp_path: Path) -> None:
    with Engine(tmp_path, Limits(memory="60MB")) as engine:
        engine.confine([tmp_path])
        query = "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY h) AS n FROM (SELECT hash(i) AS h, i FROM range(4000000) r(i)))"
        assert engine.run(query) == [(4_000_000,)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("strange", "in_pieces"),
    [
        ("", True),
        ('"q""q",2026-11-01 10:00,sms\n', True),
        ("  ,,\n", True),
        ("\n", False),
        ("short\n", False),
        ('"q\nq",2026-11-01 10:00,sms\n', False),
    ],
)
def test_rows_of_a_long_text_have_their_numbers_whether_it_is_read_in_pieces_or_not(
    tmp_path: Path, strange: str, in_pieces: bool
) -> None:
    rows = [f"{number}-{'x' * 60},2026-11-01 10:00,sms\n" for number in range(300_000)]
    text = "".join((*rows[:200_000], strange, *rows[200_000:]))
    with Read(tmp_path, {"touches.csv": HEAD + text}) as read:
        assert any("parallel = false" in query for query in read.engine.said) != in_pieces
        found = read.engine.run(
            "SELECT line - CAST(split_part(name, '-', 1) AS INTEGER), count(*), min(line), max(line) "
            "FROM touches JOIN people USING (who) WHERE name LIKE '%-%' GROUP BY 1 ORDER BY 3"
        )
        assert found == (
            [(1, 200_000, 1, 200_000), (2, 100_000, 200_002, 300_001)] if strange else [(1, 300_000, 1, 300_000)]
        )


def test_how_much_is_read_is_told_and_grows_to_all_of_it(tmp_path: Path) -> None:
    paths = put(tmp_path, {"touches-1.csv": HEAD + MANY, "touches-2.csv": HEAD})
    told: list[float] = []
    with Engine(tmp_path) as engine:
        open_logs(workspace(), tmp_path, paths, engine, tmp_path, watch=told.append)
    assert told == sorted(told)
    assert told[0] > 0.7
    assert told[-1] == pytest.approx(1)
    assert len(told) == 5


def test_a_value_may_be_said_to_mean_a_step_as_playbooks_name_steps(tmp_path: Path) -> None:
    said = "logs:\n  out:\n    of: touches\n    file: t.csv\n    values: {step: {谢谢: thank, 再谢: thanks/thank}}\n"
    rows = "a,2026-11-01 10:00,sms,谢谢\nb,2026-11-01 10:00,sms,再谢\n"
    with Read(tmp_path, {"t.csv": HEAD.replace("\n", ",step\n") + rows}, said, given=False) as read:
        assert {one["step"] for one in read.store.kinds("touches").values()} == {"automation/thanks/thank"}


def test_from_when_on_a_log_is_complete_is_the_first_midnight_that_its_files_declare(tmp_path: Path) -> None:
    logs = "logs:\n" + "".join(
        f"  {name}: {{of: touches, file: {name}.csv{more}}}\n"
        for name, more in (("a", ", complete_from: 2026-10-05"), ("b", ", complete_from: 2026-10-01"), ("c", ""))
    )
    row = f"{HEAD}x,2026-11-01 10:00,sms\n"
    with Read(tmp_path, {f"{name}.csv": row for name in "abc"}, logs, given=False) as read:
        assert read.store.since("touches") == 1790784000  # in Shanghai
    plain = tmp_path / "plain"
    with Read(plain, {"touches.csv": row}) as read:
        assert read.store.since("touches") == read.store.spans["touches"][1]
