"""Logs that are broken, hostile or something else: a sentence, or a row set aside and counted; never a traceback, never a guess."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.logs.engine import Engine, EngineError
from sopkit.logs.failure import LogRefusedError, TooManyBadError
from sopkit.logs.opening import BROKEN, unreadable
from sopkit.logs.reading import open_logs
from tests.logs.logged import HEAD, MANY, Made, Read, put, workspace
from tests.logs.test_reading import duck, lite, packed, sheet

LAYOUT = "the line has too few or too many columns, or a quote that is out of place"
QUOTE = "a quote begins that does not end: the lines from here on can't be read"


def refused(folder: Path, name: str, made: Made) -> str:
    with pytest.raises(LogRefusedError) as caught:
        Read(folder, {name: made})
    said = caught.value.reason.fill("en", caught.value.args_of_reason)
    assert caught.value.reason.fill("zh-CN", caught.value.args_of_reason)
    return said.replace(str(folder), "")


@pytest.mark.parametrize(
    ("name", "made", "said"),
    [
        ("touches.csv", b"customer,time,channel\n7,2026-11-01,\xff\xff\n", "the encoding of /touches.csv can't be told (from byte 36 on)"),
        ("touches.csv", "", "/touches.csv is empty"),
        ("touches.csv", "\n\n", "/touches.csv is empty"),
        ("touches.csv", "a,b\n1,2\n", "no column can be told to be customer, time, channel; it has: a, b"),
        ("touches.csv", "customer,tme,channel\n1,2,3\n", "no column can be told to be time"),
        ("touches.csv", "customer,time,channel,TIME\n1,2,3,4\n", "two columns that are called “TIME”"),
        ("touches.csv", "customer time channel\n1 2 3\n", "no column can be told to be customer, time, channel"),
        ("other.csv", "a,b\n1,2\n", "it can't be told what /other.csv is a log of"),
        ("touches.doc", "x", "is no log that can be read"),
        ("touches.parquet", b"PAR1 and no more", "can't be read and may be cut off"),
        ("touches.parquet", b"", "can't be read and may be cut off"),
        ("touches.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "it has a password"),
        ("touches.xlsx", b"PK\x03\x04nothing", "is no Excel file"),
        ("touches.xlsx", b"", "is no Excel file"),
        ("touches.db", b"no database at all, as anybody can see who looks", "file is not a database"),
        ("touches.db", b"", "holds no table"),
        ("touches.duckdb", b"no duck", "not a valid DuckDB database file"),
        ("touches.csv", Path.mkdir, "holds no log that can be read"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused_in_a_sentence(tmp_path: Path, name: str, made: Made, said: str) -> None:
    assert said in refused(tmp_path, name, made)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    for name, made in (
        ("touches.parquet", packed),
        ("touches.duckdb", duck),
        ("touches.sqlite", lite),
        ("touches.xlsx", sheet),
    ):
        place = tmp_path / f"whole-{name}"
        made(place)
        folder = tmp_path / name.replace(".", "-")
        data = place.read_bytes()
        assert refused(folder, name, data[: len(data) * 2 // 3])


def test_a_file_that_is_not_there_and_one_that_may_not_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no file /none.csv" in refused(tmp_path, "none.csv", lambda _: None)
    before = Path.open

    def closed(place: Path) -> None:
        place.write_text("x")

        def denied(path: Path, *how: Any, **more: Any) -> Any:  # root may read whatever mode a file has
            if path == place:
                raise PermissionError(errno.EACCES, "denied", str(path))
            return before(path, *how, **more)

        monkeypatch.setattr(Path, "open", denied)

    assert "there is no permission to read" in refused(tmp_path / "closed", "touches.csv", closed)


def test_a_database_that_is_locked_is_refused(tmp_path: Path) -> None:
    held: list[sqlite3.Connection] = []

    def locked(place: Path) -> None:
        lite(place)
        held.append(sqlite3.connect(place))
        held[0].execute("BEGIN EXCLUSIVE")

    try:
        assert "database is locked" in refused(tmp_path, "touches.db", locked)
    finally:
        held[0].close()


def test_several_tables_ask_for_one(tmp_path: Path) -> None:
    def two(place: Path) -> None:
        lite(place)
        with sqlite3.connect(place) as base:
            base.execute("CREATE TABLE other (a)")
        base.close()

    assert "holds several tables (other, the; log)" in refused(tmp_path, "touches.db", two)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("z,soon,sms\n", "time is no time that can be read"),
        ("z,1899-01-01 10:00,sms\n", "time is no time that can be read"),
        ("z,,sms\n", "no time"),
        (",2026-11-01 10:00,sms\n", "no customer"),
        ("z,2026-11-01 10:00,\n", "no channel"),
        ("z,2026-11-01 10:00\n", LAYOUT),
        ("z,2026-11-01 10:00,sms,more\n", LAYOUT),
        ('"z"z,2026-11-01 10:00,sms\n', LAYOUT),
        ('"z,2026-11-01 10:00,sms\n', QUOTE),
        ("x" * 100_000 + ",2026-11-01 10:00,sms\n", "customer is longer than 200 characters"),
        ("z,2026-11-01 10:00," + "x" * 100_000 + "\n", "channel is longer than 200 characters"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_with_its_number(tmp_path: Path, row: str, reason: str) -> None:
    with Read(tmp_path, {"touches.csv": HEAD + MANY + row}) as read:
        assert read.reasons() == [(reason, 301)]
        assert (read.reading.files[0].rows, read.reading.files[0].bad) == (301, 1)
        assert read.store.spans["touches"][0] == 300


@pytest.mark.parametrize(("name", "text"), [("notes.txt", "bring milk\n"), ("touches-old.csv", "a,b\n1,2\n")])
def test_of_a_stray_file_in_a_folder_it_is_said_what_to_do(tmp_path: Path, name: str, text: str) -> None:
    logs = tmp_path / "exports"
    files: dict[str, Made] = {"exports/touches.csv": HEAD + MANY, f"exports/{name}": text}
    paths = put(tmp_path, files)
    for asked, told in (([str(logs)], True), (paths, False)):
        work = tmp_path / f"work-{told}"
        work.mkdir()
        with pytest.raises(LogRefusedError) as caught, Engine(work) as engine:
            open_logs(workspace(), tmp_path, asked, engine, work)
        said = caught.value.reason.filled(**caught.value.args_of_reason)
        assert name in said.en
        assert ("one by one in place of the folder" in said.en) == told
        assert ("逐个写出" in said.zh) == told


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_rows_are_numbered_as_they_stand_be_those_before_them_blank_or_no_rows(
    tmp_path: Path, end: str, encoding: str
) -> None:
    rows = (HEAD + MANY * 2).splitlines()
    for row, said in (
        (3, "门"),
        (4, "x,y"),
        (5, ""),
        (6, ""),
        (9, "z,soon,sms"),
        (11, ",,"),
        (13, "z,soon,sms"),
        (600, ""),
    ):
        rows[row] = said
    logs = "logs:\n  touches: {of: touches, file: touches.csv, at_most_bad: 2%}\n"
    with Read(tmp_path, {"touches.csv": end.join(rows).encode(encoding)}, logs) as read:
        time = "time is no time that can be read"
        assert sorted(read.reasons(), key=lambda one: one[1]) == [(LAYOUT, 3), (LAYOUT, 4), (time, 9), (time, 13)]
        assert [one.line for one in read.reading.files[0].aside] == [9, 3]
        kept = [line for (line,) in read.engine.run("SELECT line FROM touches ORDER BY line")]
        assert kept == [row for row in range(1, 600) if row not in (3, 4, 5, 6, 9, 11, 13)]


@pytest.mark.long
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["7,2026-11-01,sms", "7,soon,sms", "", "x", "1,2,3,4", ",,", '"7","2026-11-01","s,m"', '"a\n\nb",soon,sms']
        ),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_numbers_of_rows_are_those_of_a_plain_count(rows: list[str], end: str) -> None:
    logs = "logs:\n  touches: {of: touches, file: touches.csv, at_most_bad: 100%}\n"
    bad = {number for number, row in enumerate(rows, 1) if "soon" in row or row in ("x", "1,2,3,4")}
    good = [number for number, row in enumerate(rows, 1) if row not in ("", ",,") and number not in bad]
    with TemporaryDirectory() as folder:
        made = HEAD + "".join(row.replace("\n", end) + end for row in rows)
        with Read(Path(folder), {"touches.csv": made}, logs) as read:
            assert {one.line for one in read.reading.aside} == bad
            found = read.engine.run("SELECT line FROM touches ORDER BY line") if good else []
            assert [line for (line,) in found] == good


def test_a_quote_that_does_not_end_costs_all_lines_behind_it(tmp_path: Path) -> None:
    rows = MANY.splitlines(keepends=True)
    rows[150] = '"' + rows[150]
    with pytest.raises(TooManyBadError) as caught:
        Read(tmp_path, {"touches.csv": HEAD + "".join(rows)})
    assert caught.value.args_of_reason["bad"] == "150"


def test_a_quote_inside_of_a_value_is_a_letter(tmp_path: Path) -> None:
    with Read(
        tmp_path, {"touches.csv": HEAD + MANY + 'the 5" one,2026-11-01 10:00,sms\n' + "z,2026-11-01 10:00,sms\n"}
    ) as read:
        assert read.store.spans["touches"][0] == 302


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE touches --", '"a""b\n,c"', "nul\0x", "=cmd|' /C calc'!A0", "@SUM(A1)", "\u202eevil", "🎉", "\x1b[31m", "%s{0}{x}",
        "NULL", "\\N", "\\", "a\tb",
    ],
)  # fmt: skip
def test_a_hostile_text_is_a_text_in_every_field(tmp_path: Path, text: str) -> None:
    head = "customer,time,channel,step,purpose,tool,state,sent_by,staff,role,shop,arm,country,data\n"
    fields = head.strip().split(",")
    plain = text.replace('""', '"').strip('"') if text.startswith('"') else text
    rows = "".join(
        ",".join(
            {"customer": f"c{number}", "time": "2026-11-01 10:00"}.get(field, "") if field != here else text
            for field in fields
        ).replace(",,", ",sms,", 1)
        + "\n"
        for number, here in enumerate(field for field in fields if field not in ("time", "state", "sent_by", "channel"))
    )
    with Read(tmp_path, {"touches.csv": head + MANY.replace("\n", "," * 11 + "\n") + rows}) as read:
        assert read.reading.aside == ()
        assert read.engine.run("SELECT count(*) FROM touches") == [(310,)]
        people = read.store.names("people", list(range(1, 400)))
        assert plain in people.values()
        assert plain in read.store.names("staff", [1, 2]).values()
        assert {plain, ""} == {one["country"] for one in read.store.kinds("touches").values()}


def test_too_many_bad_rows_stop_the_run_and_say_why_without_anybodys_data(tmp_path: Path) -> None:
    with pytest.raises(TooManyBadError) as caught:
        Read(tmp_path, {"touches.csv": HEAD + "13800000000,x,sms\n" * 3 + "b,2026-11-03 10:00,sms\n"})
    said = caught.value.reason.fill("en", caught.value.args_of_reason)
    assert "taken for touches: 3 of 4 rows can't be read, more than 1%" in said
    assert "time is no time that can be read: 3 rows (row 1, for one)" in said
    assert "13800000000" not in said


def test_a_column_that_does_not_repeat_is_no_channel(tmp_path: Path) -> None:
    rows = "".join(f"c{number},2026-11-01 10:00,dear customer {number}\n" for number in range(20_100))
    assert "channel take too many values" in refused(tmp_path, "touches.csv", HEAD + rows)


def test_a_header_without_rows_is_a_log_without_rows(tmp_path: Path) -> None:
    with Read(tmp_path, {"touches.csv": HEAD}) as read:
        assert read.reading.files[0].rows == 0
        assert read.store.spans == {}
        assert read.engine.run("SELECT count(*) FROM touches") == [(0,)]


def everything(folder: Path) -> Iterator[tuple[str, bytes, int]]:
    for one in sorted(folder.rglob("*")):
        if one.is_file() and "work" not in one.relative_to(folder).parts:
            yield one.name, one.read_bytes(), one.stat().st_mtime_ns


def test_sources_stay_as_they_are(tmp_path: Path) -> None:
    def ahead(place: Path) -> None:
        with sqlite3.connect(place) as base:
            base.execute("PRAGMA journal_mode = WAL")
        base.close()
        lite(place)

    files: dict[str, Made] = {
        "touches-1.csv": (HEAD + MANY).encode("gb18030"),
        "touches-2.xlsx": sheet,
        "touches-3.sqlite": ahead,
        "touches-4.duckdb": duck,
        "touches-5.parquet": packed,
        "touches-6.db": lite,
    }
    put(tmp_path, files)
    before = list(everything(tmp_path))
    for one in tmp_path.iterdir():
        one.chmod(0o444)
    with Read(tmp_path, {"customers.csv": "customer\nx\n", **dict.fromkeys(files, lambda _: None)}) as read:
        assert read.store.spans["touches"][0] == 310
    assert [one for one in everything(tmp_path) if one[0] != "customers.csv"] == before


@pytest.mark.parametrize(
    "error",
    [
        EngineError(
            'IO Error: Async write failed: {"exception_message":"Could not write file: No space left on device"}'
        ),
        EngineError("Out of Memory Error: failed to offload data block of size 256.0 KiB (3.5 MiB/3.5 MiB used)."),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_a_full_disk_is_no_fault_of_the_file(error: EngineError | OSError) -> None:
    refused = unreadable(Path("touches.csv"), error)
    assert refused.reason.fill("en", refused.args_of_reason).startswith("the disk ran full while touches.csv was read")
    assert unreadable(Path("touches.csv"), EngineError("no magic bytes")).reason is BROKEN


def test_a_disk_that_runs_full_while_a_file_is_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sopkit.logs.opening._delimiter", full)
    assert "the disk ran full" in refused(
        tmp_path, "touches.csv", (HEAD + "七,2026-11-01 10:00,sms\n").encode("gb18030")
    )


def packed_times(kind: str, *more: str) -> Made:
    """Return what writes a log whose last rows have these times, behind 300 good ones; both as SQL of the type `kind`."""

    def made(place: Path) -> None:
        good = "(1793498405 + n)" if kind[:2] in ("DE", "DO", "FL", "HU", "UB") else "TIMESTAMP '2026-11-01 02:00:05'"
        rows = " UNION ALL ".join(f"SELECT 'z', CAST({one} AS {kind}), 'sms'" for one in more)
        with duckdb.connect() as base:
            base.execute(
                f"COPY (SELECT 'c' || n AS customer, CAST({good} AS {kind}) AS time, 'sms' AS channel FROM range(300) r(n) "
                f"{'UNION ALL ' + rows if rows else ''}) TO '{place}' (FORMAT parquet)"
            )

    return made


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("DECIMAL(18, 3)", ["-1"]),
        ("DECIMAL(38, 0)", ["99999999999999999999999999999999999999"]),
        ("DOUBLE", ["'nan'", "'inf'", "'-inf'", "1e300"]),
        ("FLOAT", ["'inf'"]),
        ("HUGEINT", ["170141183460469231731687303715884105727"]),
        ("UBIGINT", ["18446744073709551615"]),
        ("DATE", ["'infinity'", "'1970-01-01'"]),
        ("TIMESTAMP", ["'infinity'", "'-infinity'"]),
        ("TIMESTAMP_NS", ["'1970-01-01'"]),
    ],
)
def test_a_value_of_a_typed_column_that_is_no_time_is_set_aside(tmp_path: Path, kind: str, bad: list[str]) -> None:
    rows = packed_times(kind, *bad[:3])
    with Read(tmp_path, {"touches.parquet": rows}) as read:
        lines = range(301, 301 + len(bad[:3]))
        assert read.reasons() == [("time is no time that can be read", line) for line in lines]
        assert read.store.spans["touches"][0] == 300


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("'a' AS customer, TIME '10:00' AS time, 'sms' AS channel", "column “time” is of the type TIME, which can't be read as time"),
        ("'a' AS customer, [now()] AS time, 'sms' AS channel", "“time” is of the type TIMESTAMP WITH TIME ZONE[]"),
        ("'a' AS customer, true AS time, 'sms' AS channel", "“time” is of the type BOOLEAN"),
        ("{'id': 'a'} AS customer, now() AS time, 'sms' AS channel", "column “customer” is of the type STRUCT(id VARCHAR)"),
        ("'a' AS customer, now() AS time, ['sms'] AS channel", "column “channel” is of the type VARCHAR[]"),
    ],
)  # fmt: skip
def test_a_column_of_a_type_that_cannot_be_the_field_is_refused(tmp_path: Path, columns: str, said: str) -> None:
    def made(place: Path) -> None:
        with duckdb.connect() as base:
            base.execute(f"COPY (SELECT {columns}) TO '{place}' (FORMAT parquet)")

    assert said in refused(tmp_path, "touches.parquet", made)


def test_numbers_of_any_type_are_ids(tmp_path: Path) -> None:
    def made(place: Path) -> None:
        with duckdb.connect() as base:
            base.execute(
                "COPY (SELECT x AS customer, now() AS time, 'sms' AS channel FROM (VALUES (7.00), (7.50)) t(x)) "
                f"TO '{place}' (FORMAT parquet)"
            )

    with Read(tmp_path, {"touches.parquet": made}) as read:
        assert [who for who, _, _ in read.touches()] == ["7", "7.50"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_of_two_bytes_without_a_mark_is_read(tmp_path: Path, encoding: str) -> None:
    text = "会员编号,time,channel\n客户一,2026-11-01 10:00:05,短信\n".replace("会员编号", "customer")
    with Read(tmp_path, {"touches.csv": text.encode(encoding)}) as read:
        assert read.touches() == [("客户一", 1793498405, "sms")]
        assert f"encoding {encoding.upper()}" in [one.en for one in read.reading.files[0].told]
    assert "the encoding of /touches.csv can't be told" in refused(
        tmp_path / "cut", "touches.csv", text.encode(encoding)[:-1]
    )
