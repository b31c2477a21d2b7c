"""Random small journeys: what sopkit says of consent, against every way and every history of the consent tried hour by hour."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, reject, settings

from sopkit.diagnostics import Finding, Severity, Verdict
from tests.consent_plays import SETTINGS, Deed, Play, acts, as_yaml, at_length, breaks, plays
from tests.workspaces import compiled

MOST_HOURS = 8
"""Histories are tried bit by bit: with more hours there are too many."""
OF_WAYS = frozenset(("SOP501", "SOP502", "SOP503", "SOP504"))


def found(play: Play) -> dict[str, Finding]:
    """Return what sopkit finds, by the step's id; the play must be fit in all else."""
    done = compiled({"sopkit.yaml": SETTINGS, "play.yaml": as_yaml(play)})
    if any(one.weight is Severity.ERROR and one.rule.code < "SOP5" for one in done.findings):
        raise UnfitError
    assert not [one for one in done.not_assessed if one.rule.code in OF_WAYS]
    return {one.subject.rpartition("/")[2]: one for one in done.findings if one.rule.code in OF_WAYS}


class UnfitError(Exception):
    """The play is wrong in itself: a dead end, say."""


def check(play: Play) -> None:
    """Nothing that breaks is missed, and nothing is called a violation that no customer can meet."""
    broken, said = breaks(play), found(play)
    assert broken <= set(said)
    assert {step for step, one in said.items() if one.verdict is Verdict.VIOLATED} <= broken


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(plays())
def test_ways_and_histories_tried_one_by_one_agree(play: Play) -> None:
    assume(max((one.now for one in acts(play)), default=0) <= MOST_HOURS)
    try:
        check(play)
    except UnfitError:
        reject()


@pytest.mark.long
@settings(max_examples=at_length(1500, 150), deadline=None)
@given(plays())
def test_ways_and_histories_tried_one_by_one_agree_at_length(play: Play) -> None:
    assume(max((one.now for one in acts(play)), default=0) <= MOST_HOURS)
    try:
        check(play)
    except UnfitError:
        reject()


SEND = Deed("send")
PLAIN = Play(deeds=(SEND,), then=None, within=2, late=1, held=False, asked=False)


def test_the_trial_itself_breaks_what_is_unguarded_and_keeps_what_is_guarded() -> None:
    assert breaks(PLAIN) == {"first-0"}
    assert breaks(Play((Deed("send", guarded=True),), None, 2, 2, held=False, asked=False)) == set()
    assert breaks(Play((Deed("staff", high=1, guarded=True),), None, 2, 2, held=False, asked=False)) == {"first-0"}
    assert breaks(Play((SEND,), None, 1, 0, held=False, asked=True)) == set()
    assert breaks(Play((Deed("wait", 2, 2), SEND), None, 1, 0, held=False, asked=True)) == {"first-1"}


def test_a_journey_that_ends_because_consent_ended_hands_over_without_it() -> None:
    check(Play((Deed("wait", 1, 1),), (SEND,), 1, 0, held=True, asked=False))
    check(Play((Deed("wait", 0, 0),), (Deed("staff", 0, 1),), 3, 3, held=True, asked=True))
