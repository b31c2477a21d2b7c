"""Wider caps and fewer touches never make what is proved of random workspaces doubtful; narrower caps and more never save a broken one."""

from __future__ import annotations

import random
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.touch_plays import Play, Step, counted, play
from tests.touch_verdicts import verdict


def made(seed: int) -> Play:
    return play(random.Random(seed))  # noqa: S311


def eased(before: str, after: str) -> bool:
    """Return whether a change that only eases a cap may turn one answer into the other."""
    if before == "proved":
        return after == "proved"
    return True


def tightened(before: str, after: str) -> bool:
    return not (before in {"violated", "possible"} and after == "proved")


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1_000_000), st.integers(1, 3))
def test_a_cap_of_more_touches_is_kept_where_one_of_fewer_is(seed: int, more: int) -> None:
    one = made(seed)
    if one.gap:
        return
    wider = deepcopy(one)
    wider.most += more
    before, after = verdict(one), verdict(wider)
    assert eased(before, after), (before, after)
    assert tightened(after, before), (before, after)


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1_000_000), st.integers(1, 4))
def test_a_cap_over_a_shorter_time_is_kept_where_one_over_a_longer_is(seed: int, less: int) -> None:
    one = made(seed)
    if one.calendar or one.window - less < 1:
        return
    shorter = deepcopy(one)
    shorter.window -= less
    before, after = verdict(one), verdict(shorter)
    assert eased(before, after), (before, after)


def _touches(one: Play) -> list[Step]:
    return [step for step in one.every_step() if counted(one, step)]


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1_000_000), st.integers(0, 9))
def test_a_touch_that_no_longer_counts_breaks_nothing(seed: int, which: int) -> None:
    one = made(seed)
    fewer = deepcopy(one)
    mine = _touches(fewer)
    if len(mine) < 2:
        return
    mine[which % len(mine)].counts = False
    before, after = verdict(one), verdict(fewer)
    assert eased(before, after), (before, after)
    assert tightened(after, before), (before, after)


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_journey_more_saves_nothing(seed: int, other: int) -> None:
    """One that stands by itself: no group, and nothing that it starts or that starts it."""
    one, more = made(seed), made(other)
    added = next((journey for journey in more.journeys if journey.starts_on in more.events), None)
    whole = deepcopy(one)
    if added is None or any(step.kind == "start" for step in more.every_step()):
        return
    added = deepcopy(added)
    added.id = "extra"
    whole.journeys.append(added)
    before, after = verdict(one), verdict(whole)
    if before != "not assessed":
        assert eased(after, before), (before, after)
        assert tightened(before, after), (before, after)
