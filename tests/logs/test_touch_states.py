"""Logs that write a row for each state, logs that overwrite it, and logs of which nobody can tell: what counts as a touch in each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.logs import states, touching
from sopkit.logs.case import LogCase
from sopkit.logs.observed import Observation
from sopkit.logs.overview import touches_by_week
from sopkit.logs.states import UNCLEAR, states_of
from sopkit.logs.working import kpis
from tests.logs import oracle
from tests.logs.oracle import DAY, HOUR, Row
from tests.logs.shop import CAPS, HOURS, NOUNS, RICH, case_of
from tests.logs.stores import store_of

START: Final = 1782871200
MOMENTS: Final = st.builds(
    lambda hours, off: START + hours * HOUR + off, st.sampled_from((0, 0, 1, 12, 48)), st.sampled_from((-1, 0, 0, 1))
)
ROWS: Final = st.lists(
    st.fixed_dictionaries({
        "customer": st.sampled_from(("ann", "bob")), "channel": st.sampled_from(("sms", "sms", "chat")),
        "time": MOMENTS,
        "step": st.sampled_from(("hi", "hi", "again", None)), "tool": st.sampled_from(("crm", "crm", "desk", None)),
        "state": st.sampled_from(("sent", "sent", "delivered", "opened", "clicked", "replied", "failed", None)),
    }), min_size=1, max_size=12,
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=80, deadline=None)
@given(ROWS, st.sampled_from((1, 2)))
def test_which_rows_are_touches(rows: list[Row], parts: int) -> None:
    assert_as_in_plain_loops(rows, parts)


@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(ROWS, st.integers(8, 40))
def test_which_rows_of_many_customers_are_touches(rows: list[Row], times: int) -> None:
    many = [{**row, "customer": f"{row['customer']}{n}", "channel": "sms"} for n in range(times) for row in rows]
    assert_as_in_plain_loops(many, 1)


def assert_as_in_plain_loops(rows: Sequence[Row], parts: int) -> None:
    store = store_of(Path(tempfile.mkdtemp()), {"touches": rows}, parts)
    answers = {True: "yes", False: "no", None: "maybe"}
    with store.engine:
        reached = states_of(store).reached("sent")
        kinds: dict[int, int] = dict(
            row for _ in store.each() for row in store.engine.run("SELECT line, kind FROM touches")
        )
        found = [reached[kinds[line]] for line in range(1, len(rows) + 1)]
    assert found == [answers[one] for one in oracle.touches_of(rows)]


KPI: Final = """\
---
kind: kpi
id: {state}
title: 触达
owner: guide
review_by: 2027-12-31
better: higher
unit: count
formula: {{count: {{touches: {{channel: sms}}, state: {state}}}}}
per: day
measured_in: crm
target: ≥ 1
"""
KPIS: Final = "".join(KPI.format(state=state) for state in ("sent", "delivered", "opened"))


def sms(who: str, day: float, state: str, step: str = "hi") -> dict[str, Any]:
    return {"customer": who, "time": int(START + day * DAY), "channel": "sms", "step": step, "state": state}


def written_apart(who: str, day: float, states: str) -> list[dict[str, Any]]:
    names = {"s": "sent", "d": "delivered", "o": "opened"}
    return [sms(who, day + n / 100, names[one]) for n, one in enumerate(states)]


FOUR: Final = tuple(enumerate(("sd", "sdo", "sd", "s"), 1))
APART: Final = [row for day, states in FOUR for who in ("ann", "bob") for row in written_apart(who, day, states)]
OVER: Final = [
    sms(f"{who}{n}", day, state)
    for n in range(5)
    for day, state in ((1, "delivered"), (2, "opened"), (3, "delivered"), (4, "sent"))
    for who in (("ann", "bob") if state != "sent" else ("eve", "joe"))
]
UNSURE: Final = [*written_apart("ann", 1, "sd"), *(sms("bob", day, "delivered") for day in (1.5, 2, 2.5, 3, 4))]


def asked(folder: Path, rows: list[dict[str, Any]]) -> tuple[dict[str, Observation], dict[str, kpis.Measured], LogCase]:
    case = case_of(folder, {"touches": rows}, settings=CAPS, nouns=NOUNS + KPIS)
    said = {one.subject: one for one in touching.caps.observe(case)}
    return said, {one.kpi: one for one in kpis.measures(case)}, case


def values(one: kpis.Measured) -> list[float]:
    return [each.estimate.value for each in one.readings]


def test_a_row_for_each_state_is_one_touch(tmp_path: Path) -> None:
    said, measured, case = asked(tmp_path, APART)
    with case.store.engine:
        assert (said["cap/weekly"].looked, said["cap/weekly"].broken) == (8, 4)
        assert sum(one.touches for one in touches_by_week(case)) == 8
        assert values(measured["sent"]) == [2, 2, 2, 2]
        assert values(measured["delivered"]) == [2, 2, 2, 0]
        assert values(measured["opened"]) == [0, 2, 0, 0]


def test_a_row_that_is_overwritten_is_a_touch_whatever_it_says(tmp_path: Path) -> None:
    said, measured, case = asked(tmp_path, OVER)
    with case.store.engine:
        assert (said["cap/weekly"].looked, said["cap/weekly"].broken) == (40, 10)
        assert sum(one.touches for one in touches_by_week(case)) == 40
        assert values(measured["sent"]) == [10, 10, 10, 10]
        assert values(measured["delivered"]) == [10, 10, 10, 0]
        assert values(measured["opened"]) == [0, 10, 0, 0]


def test_steps_that_come_again_are_still_told_apart(tmp_path: Path) -> None:
    """Every customer gets the same step each week, and most rows stay at the first state."""
    rows = [
        sms(f"c{who}", 7 * week, "opened" if (week + who) % 4 == 3 else "sent")
        for week in range(12)
        for who in range(40)
    ]
    store = store_of(tmp_path, {"touches": rows})
    with store.engine:
        assert set(states_of(store).reached("sent").values()) == {"yes"}


def test_what_became_of_touches_before_the_log_began_is_no_touch(tmp_path: Path) -> None:
    rows = [row for who in range(40) for row in written_apart(f"c{who}", 1, "sdo")] + [sms("old", 1, "opened")]
    store = store_of(tmp_path, {"touches": rows})
    with store.engine:
        assert set(states_of(store).written) == {"apart"}


def test_of_a_large_log_a_stretch_is_looked_at_and_it_is_the_same_in_any_number_of_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its ends the log is written otherwise."""
    monkeypatch.setattr(states, "MOST", 200)
    rows = [row for day in range(60) for who in range(10) for row in written_apart(f"c{who}", day + who / 20, "sdo")]
    rows += [sms(f"z{who}", day, "opened") for who in range(99) for day in (0, 60)]
    for parts in (1, 2, 3):
        (tmp_path / str(parts)).mkdir()
        store = store_of(tmp_path / str(parts), {"touches": rows}, parts)
        with store.engine:
            assert set(states_of(store).written) == {"apart"}


def test_reports_of_delivery_that_name_no_step_are_no_touches(tmp_path: Path) -> None:
    rows = [{**row, "step": row["step"] if row["state"] == "sent" else None} for row in APART]
    store = store_of(tmp_path, {"touches": rows})
    with store.engine:
        assert set(states_of(store).written) == {"apart"}


def four_a_day(states: tuple[str, ...]) -> list[dict[str, Any]]:
    return [sms(f"c{who}", day + n / 12, one) for who in range(30) for day in range(5) for n, one in enumerate(states)]


@pytest.mark.parametrize("states", [("sent", "sent", "sent", "opened"), ("sent", "sent", "opened", "opened")])
def test_touches_that_are_as_close_as_states_would_be_are_no_states(tmp_path: Path, states: tuple[str, ...]) -> None:
    said, _, case = asked(tmp_path, four_a_day(states))
    with case.store.engine:
        assert states_of(case.store).written == ("unclear",)
        assert said["cap/weekly"].status != "kept"


def test_states_that_come_much_later_are_no_touches(tmp_path: Path) -> None:
    """Half is opened, nearly all of it after 20 hours, once or every week."""
    for weeks in (1, 12):
        rows = [
            sms(f"c{who}", 7 * week + hours / 24, state)
            for week in range(weeks)
            for who in range(300)
            for state, hours in (("sent", 0), ("opened", 20 if who % 50 else 4))[: 1 + who % 2]
        ]
        (tmp_path / str(weeks)).mkdir()
        store = store_of(tmp_path / str(weeks), {"touches": rows})
        with store.engine:
            assert states_of(store).written == ("unclear",), weeks


def test_what_another_tool_tells_of_touches_is_no_touch(tmp_path: Path) -> None:
    tools = {"sent": "crm", "opened": "desk"}
    rows = [{**row, "tool": tools[row["state"]]} for who in range(40) for row in written_apart(f"c{who}", 1, "so")]
    store = store_of(tmp_path, {"touches": rows})
    with store.engine:
        assert states_of(store).written == ("apart",)


def test_where_nobody_can_tell_nothing_is_kept(tmp_path: Path) -> None:
    said, measured, case = asked(tmp_path, UNSURE)
    with case.store.engine:
        for subject in ("cap/weekly", "cap/daily", "cap/apart"):
            one = said[subject]
            assert (one.status, one.looked, one.unsure, one.reason) == ("not assessed", 1, 6, UNCLEAR), subject
        assert measured["sent"].reason == UNCLEAR
        assert measured["opened"].readings == ()


def test_no_rule_takes_rows_that_may_be_none_for_touches(tmp_path: Path) -> None:
    """Such rows are by a step of no playbook, at night, of a minor, of sensitive data, abroad, and without consent."""
    unsure = [{**row, "step": "nowhere", "data": "allergy", "country": "sg", "purpose": "promo"} for row in UNSURE]
    unsure = [
        {**one, "time": one["time"] + 13 * HOUR} if one["state"] == "delivered" else {**sms("joe", 1, "sent")}
        for one in unsure
    ]
    unsure.append({**sms("joe", 1, "delivered"), "step": "hi"})
    unsure += [{**one, "channel": "line"} for one in unsure]
    logs: dict[str, Any] = {
        "touches": unsure,
        "consents": [{"customer": "zoe", "time": START - 90 * DAY, "action": "given", "consent": "sms-ok"}],
        "customers": [{"customer": "bob", "minor": True}, {"customer": "joe", "minor": False}],
        "events": [{"customer": "zoe", "time": START - 90 * DAY, "event": "wrote"}],
    }
    found = judged(tmp_path / "unsure", logs)
    as_touches, as_none = (
        judged(tmp_path / state, {**logs, "touches": [{**row, "state": first_or(row, state)} for row in unsure]})
        for state in ("sent", "unsent")
    )
    for subject, one in found.items():
        every, none = (counted(judgements.get(subject)) for judgements in (as_touches, as_none))
        assert one.broken <= none[1], subject
        assert every == none or one.status == ("broken" if one.broken else "not assessed"), subject
    doubtful = {code for (code, _), one in found.items() if one.reason is not None and UNCLEAR.en in one.reason.en}
    assert {"SOP301", "SOP309", "SOP543", "SOP980", "SOP982"} <= doubtful


def counted(one: Observation | None) -> tuple[int, int]:
    return (one.looked, one.broken) if one else (0, 0)


def first_or(row: dict[str, Any], state: str) -> str:
    return "sent" if row["state"] == "sent" else state


def judged(folder: Path, logs: dict[str, Any]) -> dict[tuple[str, str], Observation]:
    folder.mkdir()
    case = case_of(folder, logs, settings=HOURS + CAPS, nouns=RICH)
    with case.store.engine:
        return {(one.rule.code, one.subject): one for family in touching.FAMILIES for one in family(case)}
