"""The store of logs: numbers, kinds, parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.logs.stores import store_of

TOUCHES = [
    {"customer": "a", "time": 100, "channel": "sms", "staff": "li"},
    {"customer": "b", "time": 50, "channel": "sms"},
    {"customer": "a", "time": 90, "channel": "wecom"},
]


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_all_that_a_customer_did_stands_in_one_part(tmp_path: Path, parts: int) -> None:
    store = store_of(tmp_path, {"touches": TOUCHES}, parts)
    with store.engine as engine:
        found = [row for _ in store.each() for row in engine.run("SELECT who, count(*) FROM touches GROUP BY who")]
        names = store.names("people", [who for who, _ in found])
        assert sorted((names[who], count) for who, count in found) == [("a", 2), ("b", 1)]
        assert store.spans == {"touches": (3, 50, 100)}
        assert [one["channel"] for one in store.kinds("touches").values()] == ["sms", "wecom"]


def test_what_a_row_does_not_say_is_empty(tmp_path: Path) -> None:
    store = store_of(tmp_path, {"steps": [{"time": 5, "step": "visit", "run": "r1"}], "customers": [{"customer": "x"}]})
    with store.engine as engine:
        assert engine.run("SELECT who, run, ts, due, staff, shop, source, line FROM steps") == [
            (0, 1, 5, None, 0, 0, 0, 1)
        ]
        assert engine.run("SELECT who, born, minor FROM customers") == [(1, None, None)]
        assert store.kinds("steps") == {1: {"step": "visit", "state": "", "role": ""}}
