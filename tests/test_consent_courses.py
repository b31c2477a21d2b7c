"""Random small lifecycles, with loops, re-entry and a journey that they start: what sopkit says of consent, against all that can happen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings

from sopkit.diagnostics import Finding, Severity, Verdict
from tests.consent_courses import (
    END,
    LAST,
    Course,
    Move,
    Stage,
    TooLargeError,
    as_yaml,
    breaks,
    courses,
    longest,
    settings_of,
)
from tests.consent_plays import Deed, at_length
from tests.workspaces import compiled

OF_WAYS = frozenset(("SOP501", "SOP502", "SOP503", "SOP504"))
UNFIT = frozenset(("SOP201", "SOP202"))
"""A stage or a step that nobody comes to."""


class UnfitError(Exception):
    """The course is wrong in itself."""


def found(course: Course) -> dict[str, Finding]:
    done = compiled({"sopkit.yaml": settings_of(course), "play.yaml": as_yaml(course)})
    if UNFIT & {one.rule.code for one in done.findings}:
        raise UnfitError
    assert not [one for one in done.findings if one.weight is Severity.ERROR and one.rule.code < "SOP2"]
    assert not [one for one in done.not_assessed if one.rule.code in OF_WAYS]
    return {one.subject.rpartition("/")[2]: one for one in done.findings if one.rule.code in OF_WAYS}


def check(course: Course) -> set[str]:
    """Nothing that breaks is missed, and nothing is called a violation that no customer can meet. Return what breaks."""
    (broken, after), said = breaks(course), found(course)
    assert broken <= set(said)
    if longest(course) <= LAST:
        sure = {step: one.rule.code for step, one in said.items() if one.verdict is Verdict.VIOLATED}
        # behind a withdrawal that was heard of, it may be given and ended anew within one hour, which whole hours do not show
        known = broken | after if course.late else broken
        assert {step for step, code in sure.items() if code != "SOP503"} <= known
        assert {step for step, code in sure.items() if code == "SOP503"} <= broken | after
    return broken


def tried(course: Course) -> None:
    try:
        check(course)
    except (UnfitError, TooLargeError):
        reject()


@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(courses())
def test_stages_and_histories_tried_one_by_one_agree(course: Course) -> None:
    tried(course)


@pytest.mark.long
@settings(
    max_examples=at_length(1000, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(courses())
def test_stages_and_histories_tried_one_by_one_agree_at_length(course: Course) -> None:
    assume(len(course.stages) > 1)
    tried(course)


SEND, GUARDED, WAIT = Deed("send"), Deed("send", guarded=True), Deed("wait", 2, 2)
FORK = Deed("fork", yes=(WAIT, SEND))
CALLED, TIMED = Move("called", 0, END), Move("", 2, END)


def course(*stages: Stage, within: int = 1, late: int = 0, asked: bool = True, ends: bool = False) -> Course:
    return Course(stages, None, "ended", within, late, asked, ends)


ONE = course(Stage((WAIT, SEND), (CALLED,)))
BACK = course(Stage((SEND,), (Move("", 2, 1),)), Stage((Deed("wait", 0, 0),), (Move("agreed", 0, 0), CALLED)))
LOOP = course(Stage((SEND,), (Move("", 1, 1),)), Stage((Deed("wait", 0, 0),), (Move("", 1, 0), CALLED)))
HANDED = replace(course(Stage((Deed("wait", 0, 0),), (Move("", 1, END),))), then=(SEND,))
UNTIL_AGREED = (Move("agreed", 0, END),)
UNTIL = replace(course(Stage((Deed("wait", 0, 0),), UNTIL_AGREED), asked=False), then=(SEND,))
CAPPED = replace(UNTIL, stages=(Stage((SEND,), UNTIL_AGREED),))
AT_ONCE = course(Stage((SEND,), (CALLED,)))
HEARD = course(
    Stage((Deed("hear", 0, 1, no=(Deed("leave"),)),), (Move("", 2, 1),)),
    Stage((SEND,), (CALLED,)),
    within=3,
    asked=False,
)
LEFT = replace(course(Stage((Deed("wait", 0, 0),), (CALLED,))), then=(SEND,))
FIXED = {
    "what waits is too old": (ONE, {"first-1"}),
    "each withdrawal ends it": (replace(ONE, ends=True), set()),
    "each withdrawal ends it, too late": (replace(ONE, ends=True, late=2), {"first-1"}),
    "the end keeps what was shown": (replace(course(Stage((FORK,), (CALLED,)), asked=False), ends=True), set()),
    "the end keeps nothing that was not": (replace(ONE, ends=True, asked=False), {"first-1"}),
    "asked anew before each round": (BACK, set()),
    "older in the second round": (LOOP, {"first-0"}),
    "older in the second round, but ended": (replace(LOOP, ends=True), set()),
    "handed over while fresh": (HANDED, set()),
    "handed over too old": (replace(HANDED, then=(WAIT, SEND)), {"second-1"}),
    "the next journey is not ended": (replace(HANDED, then=(WAIT, SEND), ends=True), {"second-1"}),
    "a timer bounds the stay": (course(Stage((WAIT,), (TIMED,)), within=2), set()),
    "entered with what is known": (
        Course(
            (Stage((Deed("wait", 0, 0),), (Move("", 1, 1),)), Stage((Deed("wait", 0, 0),), (TIMED,))),
            (Deed("send", 0, 1),), "entered", 1, 0, asked=True, ends=False,
        ),
        {"second-0"},
    ),
    "staff look when the task goes out": (course(Stage((Deed("staff", 0, 2, guarded=True),), (CALLED,)), asked=False), {"first-0"}),
    "a delay from the start makes it older": (course(Stage((Deed("send", 2, 2, since="start"),), (CALLED,))), {"first-0"}),
    "a delay from the start is no delay twice": (course(Stage((WAIT, Deed("send", 2, 2, since="start")), (CALLED,)), within=2), set()),
    "a fork that leads nowhere is rested at": (
        course(Stage((Deed("fork", yes=(SEND,)),), (Move("", 2, 1),)), Stage((SEND,), (CALLED,)), within=2, asked=False),
        {"first-2"},
    ),
    "the end of a wait is rested at": (
        course(Stage((Deed("hear", 0, 1, no=(Deed("leave"),)),), (Move("", 2, 1),)), Stage((SEND,), (CALLED,)), within=1, asked=False),
        {"first-2"},
    ),
    "no longer in a stage than its timer says": (
        course(Stage((Deed("send", 1, 2, guarded=True), Deed("send", 0, 1)), (TIMED,)), within=2),
        set(),
    ),
    "denied in the instant of the giving": (course(Stage((Deed("fork", yes=(WAIT,), no=(WAIT, SEND)),), (CALLED,))), set()),
    "its group cuts it off": (replace(UNTIL, rival="preempt"), {"second-0"}),
    "nothing cuts it off": (UNTIL, set()),
    "a cap cuts it off": (replace(CAPPED, exits=True), {"first-0", "second-0"}),
    "a cap cuts it off behind its condition": (replace(CAPPED, stages=(Stage((GUARDED,), UNTIL_AGREED),), exits=True), set()),
    "no cap cuts it off": (CAPPED, {"first-0"}),
    "it waits for its turn": (replace(AT_ONCE, rival="queue"), {"first-0"}),
    "its steps wait for their turn": (replace(AT_ONCE, rival="stage queue"), {"first-0"}),
    "nothing waits": (AT_ONCE, set()),
    "its steps are stopped": (replace(HEARD, rival="stage preempt"), {"first-2"}),
    "its steps do not begin": (replace(HEARD, rival="stage drop"), {"first-2"}),
    "its steps go on": (HEARD, set()),
    "what the leaving of a stage starts": (replace(LEFT, starts_then="left"), {"second-0"}),
    "what the leaving of a stage starts at once": (replace(UNTIL, starts_then="left"), set()),
    "what the leaving of a stage starts, cut off": (replace(UNTIL, starts_then="left", rival="preempt"), {"second-0"}),
    "denied in the instant of the giving, and rested at": (
        course(Stage((Deed("fork", yes=(Deed("leave"),)),), (Move("", 2, 1),)), Stage((SEND,), (CALLED,))),
        set(),
    ),
    "seen in the instant of the giving, and rested at": (
        course(Stage((Deed("fork", yes=(Deed("wait", 0, 0),), no=(Deed("leave"),)),), (Move("", 2, 1),)), Stage((SEND,), (CALLED,))),
        {"first-3"},
    ),
    "a tool looks when it sends": (course(Stage((WAIT, GUARDED), (CALLED,)), asked=False), set()),
}  # fmt: skip
"""Name → a course, and the steps that break."""


@pytest.mark.parametrize("name", FIXED)
def test_it_agrees_on_what_is_known(name: str) -> None:
    one, expected = FIXED[name]
    assert check(one) == expected


@pytest.mark.long
def test_a_circle_of_many_rounds_is_followed_to_its_end() -> None:
    assert {step: one.rule.code for step, one in found(replace(LOOP, within=200)).items()} == {"first-0": "SOP504"}
    assert found(replace(LOOP, within=200, ends=True)) == {}
