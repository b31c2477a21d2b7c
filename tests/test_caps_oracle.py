"""What is proved of random small workspaces is never contradicted, and what is shown is always so: every course is tried."""

from __future__ import annotations

import random

import pytest

from tests import touch_cases
from tests.touch_oracle import Oracle, TooManyError
from tests.touch_plays import play
from tests.touch_table import compare

CASES = 2000
STATES = 300


# in 10438 the end of a run starts another, which sends away the next that was to be; in 34420 it takes the place of the newcomer;
# in 39864 a journey ends early, and begins again, since another of its group begins
FIRSTS = [
    *range(3000, 3040, 10),
    10430,
    *(pytest.param(first, marks=pytest.mark.long) for first in range(3040, 3080, 10)),
]


@pytest.mark.long
@pytest.mark.parametrize("first", FIRSTS)
def test_no_course_contradicts_what_is_said_of_some_random_workspaces(first: int) -> None:
    """A few of each kind, so that a mistake shows soon."""
    table = compare(range(first, first + 10), STATES)
    assert table.wrong == [], str(table)
    assert sum(table.tried.values()) >= 4, str(table)


@pytest.mark.long
def test_no_course_contradicts_what_is_said_of_random_workspaces() -> None:
    table = compare(range(CASES), STATES)
    tried = sum(table.tried.values())
    assert table.wrong == [], str(table)
    assert tried >= CASES * 0.55, str(table)
    assert table.tried["proved", False] >= 0.2 * tried, str(table)
    assert table.tried["violated", True] >= 0.2 * tried, str(table)
    assert table.exact >= 0.5, str(table)
    wanted = {*touch_cases.HOURLY, *touch_cases.DAILY, *touch_cases.ZONED}
    rare = [name for name in wanted if table.constructs[name].total() < 0.05 * tried]
    assert rare == [], str(table)


@pytest.mark.long
def test_courses_that_cannot_break_the_cap_any_more_are_left_out_rightly() -> None:
    """The whole exploration says the same; `_goes_on` saves most of it."""
    compared = 0
    for seed in range(60):
        for made in (play(random.Random(seed)), touch_cases.case(seed * 10).play):  # noqa: S311
            whole = Oracle(made, STATES)
            whole._goes_on = lambda world: True  # type: ignore[method-assign]
            try:
                broken = whole.breaks()
            except TooManyError:
                continue
            assert Oracle(made, STATES).breaks() == broken, seed
            compared += 1
    assert compared >= 40
