"""Ways through journeys: which there are, and when each touch of them falls, by hand."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import pytest

from sopkit.graph import runs
from sopkit.graph.openings import Openings
from sopkit.graph.runs import MOST_STEPS, Manner, Run, SpentError, Walker
from sopkit.graph.touches import Touch, touches_of
from sopkit.model.predicates import DataTest, Not
from sopkit.pipeline import Compilation
from tests.workspaces import SETTINGS, unjudged

HOUR, DAY = 3600.0, 86_400.0
SEND = "send: hello, via: sms, for: care"
EVENTS = "".join(f"  {name}: {{title: 事件, tool: crm, at_most: 9 per 1d}}\n" for name in "abcd")
CATALOG = f"""\
---
kind: catalog
scripts:
  hello: {{title: 问候, text: 【示例】您好}}
data:
  kind: {{title: 类型, type: [one, other], category: user.behavior, record: crm, retention: 1y}}
events:
{EVENTS}"""
HEAD = "---\nkind: %s\nid: one\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: a\n"
OTHER = HEAD.replace("id: one", "id: other") % "automation" + f"steps:\n  - {{id: hi, {SEND}}}\n"
SOON, LATE = Manner(0, only_last=False, pause=HOUR), Manner(9, only_last=False, pause=HOUR)
Way = tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...], float | None]
"""Touches by step and hour, events by name and hour, and the hour of the end, if there is one."""


@cache
def made(text: str) -> Compilation:
    return unjudged({"sopkit.yaml": SETTINGS + text + OTHER + CATALOG})


def automation(*steps: str, more: str = "") -> str:
    return HEAD % "automation" + more + "steps:\n" + "".join(f"  - {{{one}}}\n" for one in steps)


def lifecycle(*stages: str) -> str:
    return HEAD % "lifecycle" + "stages:\n" + "".join(f"  {one}\n" for one in stages)


def walked(
    text: str,
    manner: Manner = SOON,
    hours: dict[str, Openings] | None = None,
    start: float = 0.0,
    steps: int = MOST_STEPS,
) -> list[Run]:
    done = made(text)
    journey = done.workspace.journeys["one"]
    root = f"{journey.kind}/one"
    touches: dict[str, Touch] = touches_of(done.workspace, done.graph)
    openings = {f"{root}/{step}": one for step, one in (hours or {}).items()}
    return Walker(openings, touches, touches, steps).runs(root, journey, start, manner)


def short(run: Run) -> Way:
    return (
        tuple(sorted(((one.touch.node.rpartition("/")[2], one.at / HOUR) for one in run.done), key=lambda one: one[1])),
        tuple((one.event.event.id, one.at / HOUR) for one in run.came),
        run.now / HOUR if run.ended else None,
    )


def ways(text: str, manner: Manner = SOON, hours: dict[str, Openings] | None = None) -> list[Way]:
    return [short(one) for one in walked(text, manner, hours)]


def times(text: str, manner: Manner = SOON, hours: dict[str, Openings] | None = None) -> list[float]:
    """Return when the touches of the only way fall, in hours."""
    ((touches, _, _),) = ways(text, manner, hours)
    return [at for _, at in touches]


# Delays


@pytest.mark.parametrize(
    ("second", "soon", "late"),
    [
        ("", 1, 1),
        (", after: 2h", 3, 3),
        (", after: 2h..5h", 3, 6),
        (", within: 4h", 1, 5),
        (", after: 2h, within: 4h", 3, 5),
        (", after: 2h, since: start", 2, 2),
        (", after: 0h..5h, since: start", 1, 5),
        (", after: 2h, since: first", 3, 3),
        (", after: 2h..9h, since: first", 3, 10),
    ],
)
def test_steps_are_done_as_soon_or_as_late_as_may_be(second: str, soon: float, late: float) -> None:
    text = automation(f"id: first, after: 1h, {SEND}", f"id: next, {SEND}{second}")
    assert times(text) == [1, soon]
    assert times(text, LATE) == [1, late]


def test_late_up_to_one_touch_and_soon_from_then_on() -> None:
    text = automation(*(f"id: s{n}, {SEND}, after: 1h..3h" for n in range(3)))
    assert times(text, Manner(0, only_last=False, pause=1)) == [1, 2, 3]
    assert times(text, Manner(1, only_last=False, pause=1)) == [3, 4, 5]
    assert times(text, Manner(2, only_last=False, pause=1)) == [3, 6, 7]
    assert times(text, Manner(1, only_last=True, pause=1)) == [3, 4, 5]
    assert times(text, Manner(2, only_last=True, pause=1)) == [1, 4, 5]
    assert times(text, Manner(3, only_last=True, pause=1)) == [1, 2, 5]


def test_an_anchor_in_a_stage_counts_from_its_entry() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: hi, after: 1h, {SEND}}}], next: [{{after: 4h, go: second}}]}}",
        f"second: {{steps: [{{id: hi, after: 2h, since: stage, {SEND}}}], next: [{{after: 9h, go: end}}]}}",
    )
    assert ways(text) == [((("hi", 1), ("hi", 6)), (), 13)]


def test_a_pause_takes_its_time_and_a_start_says_when() -> None:
    text = automation("id: rest, wait: 2h..5h", f"id: hi, {SEND}", "id: on, start: other")
    assert ways(text) == [((("hi", 2),), (), 2)]
    assert times(text, LATE) == [5]
    (run,) = walked(text)
    assert run.begun == ((2 * HOUR, "other"),)


def test_whether_a_chain_was_left_half_way_is_told() -> None:
    done = made(automation(f"id: x, {SEND}", f"id: y, {SEND}"))
    touches = touches_of(done.workspace, done.graph)
    walker = Walker({}, touches, touches, MOST_STEPS)
    for most, cut in ((2, False), (1, True)):
        with patch.object(runs, "MOST_DEEDS", most):
            walker.runs("automation/one", done.workspace.journeys["one"], 0.0, SOON)
        assert walker.cut is cut


def test_times_are_counted_from_the_start_of_the_run() -> None:
    (run,) = walked(automation(f"id: hi, after: 2h, since: start, {SEND}"), start=50 * DAY)
    assert [one.at for one in run.done] == [50 * DAY + 2 * HOUR]
    assert (run.start, run.now, run.ended) == (50 * DAY, 50 * DAY + 2 * HOUR, True)


# Open hours

MORNING = Openings(tuple((day * 1440 + 540, day * 1440 + 720) for day in range(7)))
"""From nine to twelve."""


def test_a_touch_waits_for_an_open_hour_and_later_delays_count_from_there() -> None:
    text = automation(f"id: first, after: 1h, {SEND}", f"id: next, after: 4h, {SEND}")
    assert times(text, hours={"first": MORNING}) == [9, 13]
    assert times(text, hours={"first": MORNING, "next": MORNING}) == [9, 33]
    assert ways(text, hours={"first": Openings(())}) == []


def test_a_touch_of_a_channel_that_drops_is_left_out() -> None:
    catalog = (
        "---\nkind: catalog\nchannels:\n  sms: {title: 短信, tool: sms-gateway, reach: direct, when_closed: drop}\n"
    )
    text = automation(f"id: first, after: 1h, {SEND}", f"id: next, after: 9h, {SEND}") + catalog
    assert all(one.drops for one in touches_of(made(text).workspace, made(text).graph).values() if "/one/" in one.node)
    assert times(text, hours={"first": MORNING, "next": MORNING}) == [10]


# Branches, waits and guards


def test_each_branch_is_a_way_and_asks_that_those_before_it_do_not_hold() -> None:
    branches = f"[{{if: {{kind: one}}, steps: [{{id: x, {SEND}}}]}}, {{else: [{{id: y, after: 2h, {SEND}}}]}}]"
    text = automation(f"id: which, choose: {branches}", f"id: z, {SEND}")
    assert [touches for touches, _, _ in ways(text)] == [(("x", 0), ("z", 0)), (("y", 2), ("z", 2))]
    assert [len(one.asked) for one in walked(text)] == [1, 2]
    open_ = automation(f"id: which, choose: [{{if: {{kind: one}}, steps: [{{id: x, {SEND}}}]}}]", f"id: z, {SEND}")
    assert [touches for touches, _, _ in ways(open_)] == [(("x", 0), ("z", 0)), (("z", 0),)]
    assert [len(one.asked) for one in walked(open_)] == [1, 1]


def test_a_guarded_step_is_done_or_passed_and_takes_its_time_all_the_same() -> None:
    text = automation(f"id: x, after: 2h, if: {{kind: one}}, {SEND}", f"id: z, {SEND}")
    assert [touches for touches, _, _ in ways(text)] == [(("x", 2), ("z", 2)), (("z", 2),)]


def test_who_is_meant_is_asked_first() -> None:
    text = automation(f"id: x, {SEND}", more="audience: {kind: one}\nwhile: {kind: one}\n")
    assert [len(one.asked) for one in walked(text)] == [2]


def test_a_wait_is_over_after_its_event_or_after_its_time() -> None:
    text = automation(
        f"id: rest, wait: b, up_to: 5h, otherwise: [{{id: no, {SEND}}}]",
        f"id: yes, {SEND}",
    )
    assert ways(text) == [
        ((("yes", 1),), (("b", 1),), 1), ((("yes", 5),), (("b", 5),), 5), ((("no", 5), ("yes", 5)), (), 5),
    ]  # fmt: skip


def test_a_wait_without_end_may_last_for_ever() -> None:
    text = automation(f"id: first, {SEND}", "id: rest, wait: b", f"id: next, {SEND}")
    assert ways(text) == [((("first", 0), ("next", 1)), (("b", 1),), 1), ((("first", 0),), (), None)]


def test_a_wait_may_be_shorter_than_the_pause() -> None:
    text = automation("id: rest, wait: b, up_to: 30m", f"id: next, {SEND}")
    assert ways(text) == [((("next", 0.5),), (("b", 0.5),), 0.5), ((("next", 0.5),), (), 0.5)]


# Stages


def test_a_stage_ends_by_its_clock_and_cuts_off_what_is_to_come() -> None:
    steps = f"[{{id: x, after: 1h, {SEND}}}, {{id: y, after: 3h, {SEND}}}, {{id: z, {SEND}}}]"
    text = lifecycle(f"first: {{steps: {steps}, next: [{{after: %s, go: end}}]}}")
    assert ways(text.replace("%s", "4h")) == [((("x", 1),), (), 4)]  # at the very instant the stage is left first
    assert ways(text.replace("%s", "5h")) == [((("x", 1), ("y", 4), ("z", 4)), (), 5)]


def test_the_sooner_of_two_clocks_counts() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: x, {SEND}}}], next: [{{after: 9h, go: second}}, {{after: 3h, go: end}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 9h, go: end}}]}}",
    )
    assert ways(text) == [((("x", 0),), (), 3)]


def test_an_event_leads_on_a_while_after_the_entry_and_after_each_touch() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: x, after: 3h, {SEND}}}], next: [{{on: b, go: second}}, {{after: 9h, go: end}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 2h, go: end}}]}}",
    )
    assert ways(text) == [
        ((("x", 3),), (), 9),
        ((("y", 1),), (("b", 1),), 3),
        ((("x", 3), ("y", 4)), (("b", 4),), 6),
    ]  # fmt: skip


def test_a_stage_is_left_no_sooner_than_it_may_be() -> None:
    text = lifecycle(
        f"first: {{stays: at least 2h, steps: [{{id: x, {SEND}}}], next: [{{on: b, go: second}}, {{after: 9h, go: end}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 2h, go: end}}]}}",
    )
    assert ways(text)[1:] == [((("x", 0), ("y", 2)), (("b", 2),), 4)]


def test_an_event_that_comes_after_the_clock_leads_nowhere() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: x, {SEND}}}], next: [{{on: b, go: second}}, {{after: 1h, go: end}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 2h, go: end}}]}}",
    )
    assert ways(text) == [((("x", 0),), (), 1)]


def test_a_step_leads_to_another_stage_or_to_the_end() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: x, {SEND}}}, {{id: jump, after: 1h, go: third}}], next: [{{after: 9h, go: end}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 2h, go: end}}]}}",
        f"third: {{steps: [{{id: z, {SEND}}}, {{id: stop, after: 2h, end: true}}, {{id: never, {SEND}}}], next: [{{after: 9h, go: end}}]}}",
    )
    assert ways(text) == [((("x", 0), ("z", 1)), (), 3)]


def test_a_stage_without_a_way_on_is_stayed_in() -> None:
    assert ways(lifecycle(f"first: {{steps: [{{id: x, {SEND}}}]}}")) == [((("x", 0),), (), None)]


def test_conditions_that_would_lead_on_do_not_hold() -> None:
    text = lifecycle(
        f"first: {{steps: [{{id: x, {SEND}}}], next: [{{when: {{kind: one}}, go: end}}, {{after: 1h, go: end}}]}}"
    )
    (run,) = walked(text)
    assert [isinstance(one, Not) and isinstance(one.part, DataTest) for one in run.asked] == [True]


# Beside the chain


def test_a_recurring_step_comes_by_the_clock_until_the_stage_is_left() -> None:
    steps = f"[{{id: x, after: 1h, {SEND}}}, {{id: often, every: 2h, {SEND}}}]"
    text = lifecycle(f"first: {{steps: {steps}, next: [{{after: 6h, go: end}}]}}")
    assert ways(text) == [((("x", 1), ("often", 2), ("often", 4)), (), 6)]


def test_a_closed_hour_moves_one_of_them_and_not_the_next() -> None:
    steps = f"[{{id: often, every: 8h, {SEND}}}]"
    text = lifecycle(f"first: {{steps: {steps}, next: [{{after: 34h, go: end}}]}}")
    assert ways(text, hours={"first/often": MORNING}) == [
        ((("often", 9), ("often", 33), ("often", 33), ("often", 33)), (), 34)
    ]


def test_what_a_person_confirms_does_not_recur_by_the_clock() -> None:
    steps = "[{id: often, every: 8h, send: hello, via: wecom-mass, for: care}]"
    assert ways(lifecycle(f"first: {{steps: {steps}, next: [{{after: 34h, go: end}}]}}")) == [((), (), 34)]


@pytest.mark.parametrize(
    ("via", "done"), [("sms", True), ("wecom-mass", False), ("[wecom-mass, sms]", False), ("[sms, wecom-mass]", False)]
)
def test_what_a_person_may_have_to_confirm_is_not_set_off_at_once(via: str, done: bool) -> None:
    steps = f"[{{id: answer, on: b, send: hello, via: {via}, for: care}}]"
    found = ways(lifecycle(f"first: {{steps: {steps}, next: [{{after: 34h, go: end}}]}}"))
    assert any(came for _, came, _ in found) is done


def test_an_event_sets_off_a_step_beside_the_chain_once() -> None:
    steps = f"[{{id: x, after: 3h, {SEND}}}, {{id: answer, on: b, after: 30m, {SEND}}}]"
    text = lifecycle(f"first: {{steps: {steps}, next: [{{after: 6h, go: end}}]}}")
    assert ways(text) == [
        ((("x", 3),), (), 6),
        ((("answer", 1.5), ("x", 3)), (("b", 1),), 6),
        ((("x", 3), ("answer", 3.5)), (("b", 3),), 6),
    ]


# What is not followed


def test_a_lifecycle_that_follows_a_datum_is_not_walked() -> None:
    stages = f"  one: {{steps: [{{id: x, {SEND}}}]}}\n  other: {{steps: [{{id: y, {SEND}}}]}}\n"
    assert ways((HEAD % "lifecycle").replace("starts_on: a", "follows: kind") + "stages:\n" + stages) == []


@pytest.mark.parametrize(
    "step",
    [
        f"id: x, after: 1mo, {SEND}",
        f"id: x, after: 2 workdays, {SEND}",
        f"id: x, after: 1h, since: later, {SEND}",
        "id: x, wait: b, up_to: 1mo",
        "id: x, wait: b, after: 1h",
        "id: x, wait: b, within: 1h",
        "id: x, wait: b, if: {kind: one}",
    ],
)
def test_what_is_not_plain_is_not_followed(step: str) -> None:
    assert ways(automation(f"id: first, {SEND}", step, f"id: later, {SEND}")) == []


def test_of_many_ways_the_first_are_taken() -> None:
    text = automation(*(f"id: x{n}, if: {{kind: one}}, {SEND}" for n in range(7)))
    assert len(ways(text)) == runs.MOST_RUNS


def test_what_takes_too_many_steps_is_given_up() -> None:
    text = automation(f"id: x, {SEND}", f"id: y, {SEND}")
    assert len(walked(text, steps=2)) == 1
    with pytest.raises(SpentError):
        walked(text, steps=1)
    with patch.object(runs, "MOST_DEEDS", 2):
        assert len(ways(text)) == 1
    two = lifecycle(
        f"first: {{steps: [{{id: x, {SEND}}}], next: [{{after: 1h, go: second}}]}}",
        f"second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 9h, go: end}}]}}",
    )
    with patch.object(runs, "MOST_DEEDS", 2):
        assert len(ways(two)) == 1
    with patch.object(runs, "MOST_DEEDS", 1):
        assert ways(two) == []  # only one chain is followed half-way
    with patch.object(runs, "MOST_DEEDS", 0):
        assert ways(two) == []
    with patch.object(runs, "MOST_DEEDS", 1):
        assert [touches for touches, _, _ in ways(text)] == [(("x", 0),)]
