"""Time limits, skipped steps and order against the oracle, on small logs of every kind: ties, gaps, disorder, clocks that are moved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.working import deadlines, order, responses, skipped
from sopkit.pipeline import Compilation
from tests.logs import oracle_steps as oracle
from tests.logs.stores import store_of
from tests.workspaces import compiled

BEGIN = int(datetime(2026, 10, 29, 12, tzinfo=UTC).timestamp())
"""Three days before clocks in New York go back."""
GRID = 1800
TIMES = st.integers(0, 6 * 48).map(lambda n: BEGIN + n * GRID)
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "run": st.sampled_from(["r1", "r2"]),
            "step": st.sampled_from([f"care/{one}" for one in "abcdef"]),
            "state": st.sampled_from(["due", "started", "done", "done", "done", "skipped"]),
            "time": TIMES,
        },
        optional={"due": st.one_of(TIMES, st.just(BEGIN - 4000 * oracle.DAY))},
    ),
    min_size=1,
    max_size=14,
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(["complaint-received", "chat-received", "order-paid"]),
            "customer": st.sampled_from(["c1", "c2"]),
            "time": TIMES,
        }
    ),
    max_size=6,
)
EARLY = [
    {"run": run, "step": f"care/{step}", "state": "done", "time": BEGIN + n * 20 * GRID}
    for run in ("r1", "r2")
    for n, step in enumerate("dcf")
]
"""`d` is done before `c`, which it should follow: out of order, and not missed."""


@cache
def play() -> Compilation:
    whole = compiled({"sopkit.yaml": oracle.PLAY})
    assert [one.rule.code for one in whole.findings if one.rule.code < "SOP2"] == []
    return whole


def counts(found: Iterator[Observation], code: str) -> dict[str, tuple[int, int, int]]:
    return {
        one.subject.rpartition("/")[2]: (one.looked, one.broken, one.unsure) for one in found if one.rule.code == code
    }


def told(steps: list[dict[str, object]], events: list[dict[str, object]], parts: int) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"steps": steps, "events": events}, parts)
        with store.engine:
            case = LogCase(play(), store)
            found = [one for ask in (deadlines, skipped, order, responses) for one in ask.observe(case)]
            people = store.names("people", [each.who for one in found for each in one.cases])
    return [
        (
            one.rule.code, one.subject, one.status, one.looked, one.broken, one.customers,
            sorted((each.at, people.get(each.who)) for each in one.cases),
        )
        for one in found
    ]  # fmt: skip


@pytest.mark.long
@settings(max_examples=12, deadline=None)
@given(
    named=st.lists(
        st.tuples(st.sampled_from([None, "c1", "c2", "c3"]), st.sampled_from([None, "r1", "r2", "r3"])), min_size=14
    ),
    steps=STEPS,
    events=EVENTS,
)
@example(
    named=[(None, "r1"), ("c1", "r1"), ("c2", "r2")],
    steps=[
        {"step": "care/a", "state": "done", "time": BEGIN + 50 * GRID},
        {"step": "care/b", "state": "done", "time": BEGIN},
        {"step": "care/b", "state": "done", "time": BEGIN + GRID},
    ],
    events=[],
)
def test_runs_that_name_their_customer_in_some_rows_are_found_the_same_in_any_number_of_parts(
    named: list[tuple[str | None, str | None]], steps: list[dict[str, object]], events: list[dict[str, object]]
) -> None:
    rows = [{**row, "customer": who, "run": run} for row, (who, run) in zip(steps, named, strict=False)]
    assert told(rows, events, 1) == told(rows, events, 2) == told(rows, events, 4)


def test_a_number_of_runs_that_several_customers_have_is_a_run_of_each() -> None:
    rows: list[dict[str, object]] = [
        {"customer": who, "step": f"care/{step}", "state": "done", "time": BEGIN + at * GRID}
        for who, begin in (("c1", 0), ("c2", 1), ("c3", 9))
        for at, step in enumerate("bacd", begin)
    ]
    apart = told([{**row, "run": f"{row['customer']}-1"} for row in rows], [], 1)
    counted = [{**row, "run": "1"} for row in rows]
    assert any(broken for _, _, _, _, broken, *_ in apart)
    for parts in (1, 2):
        assert told(counted, [], parts) == apart
    unowned: dict[str, object] = {"customer": None, "run": "1", "step": "care/a", "state": "done", "time": BEGIN}
    open_ = {one[:3] for one in told([*counted, unowned], [], 1)} - {one[:3] for one in apart}
    assert {status for _, _, status in open_} == {"not assessed"}


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(steps=STEPS, events=EVENTS, parts=st.sampled_from([1, 2]), nameless=st.frozensets(st.just("r2")))
@example(
    steps=[{"run": "r1", "step": "care/a", "state": "done", "time": BEGIN + 5 * GRID}],
    events=[{"event": "complaint-received", "customer": "c1", "time": BEGIN}],
    parts=1,
    nameless=frozenset(),
)
@example(steps=EARLY, events=[], parts=1, nameless=frozenset())
@example(steps=EARLY, events=[], parts=1, nameless=frozenset(["r2"]))
@example(
    steps=[
        {"run": "r1", "step": "care/a", "state": "due", "time": BEGIN, "due": BEGIN - 4000 * oracle.DAY},
        {"run": "r2", "step": "care/b", "state": "done", "time": BEGIN + oracle.DAY},
    ],
    events=[],
    parts=1,
    nameless=frozenset(),
)
def test_the_engine_finds_what_the_oracle_does(
    steps: list[dict[str, object]], events: list[dict[str, object]], parts: int, nameless: frozenset[str]
) -> None:
    steps = [{**row, "customer": "c1" if row["run"] == "r1" else "c2"} for row in steps]
    logged = [{**row, "run": None if row["run"] in nameless else row["run"]} for row in steps]
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(Path(folder), {"steps": logged, "events": events}, parts)
        with store.engine:
            case = LogCase(play(), store)
            timed = list(deadlines.observe(case))
            missing, disordered = list(skipped.observe(case)), list(order.observe(case))
    wanted = oracle.deadlines(steps, events, nameless)
    assert counts(iter(timed), "SOP985") == {step: late for step, (late, _) in wanted.items()}
    assert counts(iter(timed), "SOP986") == {step: missed for step, (_, missed) in wanted.items()}
    assert counts(iter(missing), "SOP205") == oracle.skipped(steps, nameless)
    assert counts(iter(disordered), "SOP987") == oracle.order(steps, nameless)
    for one in (*timed, *missing, *disordered):
        judged = one.looked and not one.unsure
        assert one.status == ("broken" if one.broken else "kept" if judged else "not assessed")
        assert (one.reason is not None) == (one.status == "not assessed")
        assert len(one.cases) == min(5, one.broken)
        for by in ("week", "shop", "role", "staff"):
            parts_ = [group for group in one.groups if group.by == by]
            assert not (parts_ or (by == "week" and one.looked)) or (
                sum(g.looked for g in parts_),
                sum(g.broken for g in parts_),
            ) == (
                one.looked,
                one.broken,
            )
