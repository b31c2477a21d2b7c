"""What was never done has no row where a log lists what was done: that none was missed is said only where it tells what fell due."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.logs.observed import Observation
from sopkit.logs.working import deadlines
from tests.logs.shop import case_of

AT = 1782871200
HOUR = 3600
STEP = "automation/caring/talk"
Row = dict[str, object]


def asked(folder: Path, steps: list[Row]) -> dict[str, Observation]:
    """Return what is said of the time limit of a first step, of a hundred customers to whom it applied."""
    events: list[Row] = [{"customer": f"c{n}", "time": AT + n, "event": "joined"} for n in range(100)]
    later: Row = {"customer": "z", "time": AT + 99 * HOUR, "step": "automation/welcome/hi", "state": "done"}
    case = case_of(folder, {"events": events, "steps": [*steps, later]})
    with case.store.engine:
        return {one.rule.code: one for one in deadlines.observe(case) if one.subject == STEP}


def rows(people: range, state: str | None, at: int, **more: object) -> list[Row]:
    return [
        {"customer": f"c{n}", "time": AT + n + at, "step": STEP, "state": state, "run": f"r{n}", **more} for n in people
    ]


@pytest.mark.parametrize("state", [None, "done"])
@pytest.mark.parametrize("due", [None, AT + HOUR])
def test_a_log_of_what_was_done_does_not_tell_that_nothing_was_missed(
    tmp_path: Path, state: str | None, due: int | None
) -> None:
    found = asked(tmp_path, rows(range(60), state, 600, due=due))
    assert (found["SOP985"].status, found["SOP985"].looked) == ("kept", 60)
    missed = found["SOP986"]
    assert (missed.status, missed.looked, missed.unsure) == ("not assessed", 0, 60)
    assert missed.reason is not None
    assert "only tells that they were done" in missed.reason.en


def test_a_log_of_what_fell_due_tells_it(tmp_path: Path) -> None:
    opened, done = rows(range(60), "due", 0), rows(range(60), "done", 600)
    missed = asked(tmp_path, opened + done)["SOP986"]
    assert (missed.status, missed.looked, missed.unsure) == ("kept", 60, 0)


def test_a_row_for_each_task_tells_it_where_those_not_done_are_listed_as_due(tmp_path: Path) -> None:
    done, waiting = rows(range(60), "done", 600, due=AT + HOUR), rows(range(60, 61), "due", 0, due=AT + 200 * HOUR)
    missed = asked(tmp_path, done + waiting)["SOP986"]
    assert (missed.status, missed.looked, missed.unsure) == ("kept", 60, 0)


def test_one_that_is_sure_to_be_missed_is_broken_all_the_same(tmp_path: Path) -> None:
    missed = asked(tmp_path, rows(range(60), "done", 600) + rows(range(60, 61), "due", 0))["SOP986"]
    assert (missed.status, missed.looked, missed.broken, missed.unsure) == ("broken", 1, 1, 60)
    assert missed.message.en.startswith("0 in time, 0 late, 1 missed")
