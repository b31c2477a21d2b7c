"""The store of logs: numbers, kinds, parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


ROW = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(["a", "b", "7", "007", "7.0", "o'x", "\u5ba2\n"]),
        "time": st.integers(0, 50),
        "channel": st.sampled_from(["sms", "wecom", "'", "", "nul\0"]),
        "staff": st.sampled_from([None, "", "li", "wang"]),
    }
)


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, max_size=20), st.integers(1, 5))
def test_rows_come_out_as_they_went_in_whatever_the_number_of_parts(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], parts: int
) -> None:
    store = store_of(tmp_path_factory.mktemp("store"), {"touches": rows}, parts)
    with store.engine as engine:
        kinds, found, seen = store.kinds("touches"), [], []
        for _ in store.each():
            here = engine.run("SELECT who, ts, kind, staff, line FROM touches")
            seen.append({row[0] for row in here})
            people, staff = (
                store.names(table, [row[at] for row in here]) for table, at in (("people", 0), ("staff", 3))
            )
            found += [
                (line, people[who], at, kinds[kind]["channel"], staff.get(by)) for who, at, kind, by, line in here
            ]
    said = [(n, row["customer"], row["time"], row["channel"], row["staff"] or None) for n, row in enumerate(rows, 1)]
    assert sorted(found) == said
    assert sum(map(len, seen)) == len({row["customer"] for row in rows})


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_all_rows_of_a_run_are_of_the_customer_whom_some_name(tmp_path: Path, parts: int) -> None:
    steps = [
        {"time": number, "step": "visit", "run": run, "customer": who}
        for number, (run, who) in enumerate([("r1", None), ("r1", "b"), ("r1", None), ("r2", "c"), ("r2", "a"), ("r2", None)], 1)
    ]  # fmt: skip
    store = store_of(tmp_path, {"steps": [*steps, {"time": 7, "step": "visit", "customer": "b"}]}, parts)
    with store.engine as engine:
        found = [row for _ in store.each() for row in engine.run("SELECT line, run, who FROM steps")]
        people, runs = (store.names(of, [row[at] for row in found]) for of, at in (("people", 2), ("runs", 1)))
        assert sorted((line, runs.get(run), people.get(who)) for line, run, who in found) == [
            (1, "r1", "b"), (2, "r1", "b"), (3, "r1", "b"), (4, "c\x1fr2", "c"), (5, "a\x1fr2", "a"), (6, None, None), (7, None, "b"),
        ]  # fmt: skip
        assert engine.run("SELECT count(*) FROM runs") == [(3,)]
