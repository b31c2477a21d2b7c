"""Budgets, and clocks that are moved, against every course of random workspaces: nothing that is proved is ever broken."""

from __future__ import annotations

import random
from collections import Counter
from copy import deepcopy

import pytest

from tests.touch_oracle import Oracle, TooManyError
from tests.touch_plays import HEAD, Play, counted, play, written
from tests.workspaces import compiled

STATES = 300
TWO_ZONES = "timezone: Asia/Shanghai\ncustomer_timezones: [Asia/Shanghai, Asia/Tokyo]\n"


def made(seed: int) -> Play:
    return play(random.Random(seed))  # noqa: S311


def broken(one: Play) -> bool | None:
    try:
        return Oracle(one, STATES).breaks()
    except TooManyError:
        return None


def said(text: str, rule: str) -> str:
    """Return the verdict on the only cap or budget."""
    done = compiled({"sopkit.yaml": text})
    found = [one.verdict.value for one in done.findings if one.rule.name == rule and one.verdict]
    return found[0] if found else "proved" if any(one.rule.name == rule for one in done.proved) else "not assessed"


def of_owner(one: Play, owner: str) -> Play:
    """Return the play in which nothing but the owner's touches counts."""
    alone = deepcopy(one)
    alone.issues = ()
    for journey in alone.journeys:
        if journey.id != owner:
            for step in Play(**{**vars(alone), "journeys": [journey]}).every_step():
                step.counts = False
    return alone


def with_budget(one: Play, owner: str) -> str:
    """Return the workspace in which the owner's budget is what the cap was, and the cap is out of reach."""
    text = written(one)
    limit = f"max: {one.most}, per"
    assert text.count(limit) == 1
    return text.replace(limit, "max: 90, per").replace("---\n", f"budgets: {{cap: {{{owner}: {one.most}}}}}\n---\n", 1)


@pytest.mark.long
def test_no_course_contradicts_what_is_said_of_budgets() -> None:
    table: Counter[tuple[str, bool]] = Counter()
    wrong = []
    for seed in range(5000, 5700):
        one = made(seed)
        owner = one.journeys[0].id
        alone = of_owner(one, owner)
        if one.gap or not any(counted(alone, step) for step in alone.every_step()):
            continue
        truth = broken(alone)
        if truth is None:
            continue
        verdict = said(with_budget(one, owner), "over-budget")
        table[verdict, truth] += 1
        if (verdict, truth) in {("proved", True), ("violated", False)}:
            wrong.append(seed)
    assert wrong == [], table
    assert table["proved", False] >= 0.2 * table.total(), table
    assert table["violated", True] >= 0.1 * table.total(), table


@pytest.mark.long
@pytest.mark.parametrize(
    "zones", ["timezone: Europe/Berlin\n", "timezone: Asia/Shanghai\ncustomer_timezones: [Asia/Shanghai, Asia/Tokyo]\n"]
)
def test_what_is_proved_by_clocks_of_all_kinds_holds_by_one_that_is_never_moved(zones: str) -> None:
    """Courses are tried on plain days: they are among those that a moved clock, or one more zone, allows."""
    table: Counter[tuple[str, bool]] = Counter()
    wrong = []
    for seed in range(7000, 7150):
        one = made(seed)
        truth = broken(one)
        if truth is None:
            continue
        text = written(one).replace("timezone: Asia/Shanghai\n", zones, 1)
        assert HEAD.count("timezone: Asia/Shanghai\n") == 1
        verdict = said(text, "over-touch")
        table[verdict, truth] += 1
        if (verdict, truth) == ("proved", True):
            wrong.append(seed)
    assert wrong == [], table
    assert table["proved", False] >= 0.15 * table.total(), table
    assert table["violated", True] >= 0.15 * table.total(), table
