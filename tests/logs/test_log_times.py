"""Times as logs write them: each against Python's own reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.logs.engine import Engine
from sopkit.logs.times import from_wall, instant_of, is_shown_twice, wall_of

SHANGHAI = "Asia/Shanghai"
AT = int(datetime(2026, 11, 1, 10, 0, 5, tzinfo=ZoneInfo(SHANGHAI)).timestamp())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("times"))


def read(engine: Engine, text: object, zone: str = SHANGHAI, kind: str = "VARCHAR") -> int | None:
    wall = wall_of("t", kind)
    query = (
        f"SELECT coalesce({instant_of('t', kind)}, {from_wall(f'({wall})', zone)}) FROM (SELECT CAST(? AS {kind}) AS t)"
    )
    found: int | None = engine.run(query, [text])[0][0]
    return found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-01 10:00:05", 0),
        ("2026-11-01T10:00:05", 0),
        ("2026-11-01T10:00:05+08:00", 0),
        ("2026-11-01 02:00:05Z", 0),
        ("2026-11-01T02:00:05.999Z", 0),
        ("2026-10-31 21:00:05-0500", 0),
        ("2026-11-01 07:30:05+05:30", 0),
        ("2026-11-01 02:00:05+00", 0),
        ("2026/11/1 10:00:05", 0),
        ("2026/11/1 10:00", -5),
        ("2026年11月1日 10:00:05", 0),
        ("2026年11月1日10:00", -5),
        ("2026年11月1日", -36005),
        ("2026.11.01 10:00:05", 0),
        ("20261101100005", 0),
        ("20261101", -36005),
        ("2026-11-01", -36005),
        (" 2026-11-01 10:00:05 ", 0),
        (str(AT), 0),
        (f"{AT}123", 0),
        (f"{AT}123456", 0),
        (f"{AT}.9", 0),
        ("46327.4167245370", 0),
        ("46327", -36005),
    ],
)
def test_times_are_read_as_people_and_tools_write_them(engine: Engine, text: str, seconds: int) -> None:
    assert read(engine, text) == AT + seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30 10:00", "10:00", "2026-13-01", "'; DROP TABLE x --", "1", "00:00:00Z", "\x00"]
)
def test_what_is_no_time_is_none(engine: Engine, text: str) -> None:
    assert read(engine, text) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (AT, "BIGINT"),
        (AT * 1000 + 7, "BIGINT"),
        (AT * 1_000_000, "BIGINT"),
        (AT + 0.5, "DOUBLE"),
        (46327.416724537, "DOUBLE"),
        (datetime(2026, 11, 1, 10, 0, 5, 9), "TIMESTAMP"),
    ],
)
def test_columns_that_have_a_type_are_read_by_it(engine: Engine, value: object, kind: str) -> None:
    assert read(engine, value, kind=kind) == AT


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2059, 1, 1)).map(lambda one: one.replace(microsecond=0)),
    st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
)
def test_a_wall_clock_is_read_as_python_does(engine: Engine, wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    aware = wall.replace(tzinfo=zone)
    exists = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    assert read(engine, wall.isoformat(" "), name) == (int(aware.timestamp()) if exists else None)
    query = f"SELECT {is_shown_twice('w', name)} FROM (SELECT CAST(? AS BIGINT) AS w)"
    twice = exists and aware.utcoffset() != aware.replace(fold=1).utcoffset()
    assert engine.run(query, [int((wall - datetime(1970, 1, 1)) / timedelta(seconds=1))])[0][0] is twice


def test_the_hour_that_a_clock_jumps_over_is_none_and_the_one_that_it_shows_twice_is_the_first(engine: Engine) -> None:
    assert read(engine, "2026-03-29 02:30:00", "Europe/Berlin") is None
    assert read(engine, "2026-10-25 02:30:00", "Europe/Berlin") == int(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    )
