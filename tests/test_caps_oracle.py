"""What is proved of random small workspaces is never contradicted, and what is shown is always so: every course is tried."""

from __future__ import annotations

import pytest

from tests.touch_verdicts import compare

PLAYS = 2000
STATES = 300


@pytest.mark.long
def test_no_course_contradicts_what_is_said_of_random_workspaces() -> None:
    table = compare(range(PLAYS), STATES)
    tried = sum(table.tried.values())
    assert table.wrong == [], str(table)
    assert tried >= PLAYS * 0.3, str(table)
    assert table.tried["proved", False] >= 0.2 * tried, str(table)
    assert table.tried["violated", True] >= 0.2 * tried, str(table)
    assert table.exact >= 0.55, str(table)
    rare = [name for name, counts in table.constructs.items() if counts.total() < 0.05 * tried]
    assert rare == [], str(table)
