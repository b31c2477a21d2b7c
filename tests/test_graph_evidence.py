"""How much longer a consent may be relied on at each place, by hand: what shows it, what takes from it, and what ends it."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import pytest

from sopkit.graph import evidence
from sopkit.graph.course import INFINITE
from sopkit.graph.evidence import is_come_to, ways
from sopkit.graph.flow import Flow
from sopkit.graph.openings import DAY, Openings
from sopkit.graph.passing import Way, course_of
from sopkit.graph.shown import NEVER, OLD, WITHDRAWN, Copies
from sopkit.model.predicates import Predicate
from sopkit.model.triggers import ConsentMoved, OnEvent, Trigger
from sopkit.model.values import Ref
from sopkit.pipeline import Compilation
from sopkit.tree import Mark
from tests.workspaces import SETTINGS, unjudged

HERE = Mark(0)
HOUR = 3600.0
WHOLE, COPY = 24 * HOUR, 20 * HOUR
"""What a consent is worth that is given this instant; and one of which a tool has a copy."""
CATALOG = """\
---
kind: catalog
scripts: {hello: {title: 问候, text: 【示例】您好}}
data:
  kind: {title: 类型, type: [one, other], category: user.behavior, record: crm, retention: 1y}
segments:
  agreed: {title: 同意的人, when: {consent: news}}
  either: {title: 一类, when: {any: [{consent: news}, {kind: one}]}}
events:
  start: {title: 开始, tool: crm, at_most: 1 per 1d}
  other: {title: 别的, tool: crm, at_most: 1 per 1d}
  yes: {title: 同意, tool: crm, at_most: 1 per 1d, gives: [news]}
  no: {title: 拒绝, tool: crm, at_most: 1 per 1d}
consents:
  news: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: ["no"], effective_within: 24h}
  calls: {title: 电话, channels: [sms], purposes: [promotion], withdrawn_by: [other], effective_within: 24h}
""".replace("  yes:", '  "yes":').replace("  no:", '  "no":')
HEAD = "---\nkind: %s\nid: one\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\n"
SEND = "send: hello, via: sms, for: care"


@cache
def built(text: str = "") -> Compilation:
    return unjudged({"sopkit.yaml": SETTINGS + text + CATALOG})


def automation(*steps: str, on: str = "start", more: str = "") -> str:
    rows = "".join(f"  - {{id: s{n}, {one}}}\n" for n, one in enumerate(steps))
    return f"{HEAD % 'automation'}starts_on: {on}\n{more}steps:\n{rows}"


def lifecycle(stages: str, on: str = "start", more: str = "") -> str:
    return f"{HEAD % 'lifecycle'}starts_on: {on}\n{more}stages:\n{stages}"


def copies(done: Compilation, hears: float = 0.0) -> Copies:
    return Copies(done.workspace, frozenset(("news",)), lambda *_: COPY, lambda _: WHOLE, lambda *_: hears)


def flow(done: Compilation, hours: Openings | None = None, drops: bool = False) -> Flow:
    return Flow(done.graph, done.workspace, lambda _: hours, lambda _: drops)


def slack(text: str, place: str, hears: float = 0.0, hours: Openings | None = None) -> float:
    """Return the least slack with which a place is come to, in hours; whoever asks for no more than that is told the same."""
    done = built(text)
    one, shown = flow(done, hours), copies(done, hears)
    least = min(way.slack for way in ways(one, shown, one.leading_to([place]))[place])
    assert is_come_to(one, shown, place, lambda way: way.slack <= least)
    assert not is_come_to(one, shown, place, lambda way: way.slack < least)
    return least if least in (NEVER, OLD, WITHDRAWN) else least / HOUR


LAST = "automation/one/s1"

# What conditions show


def asked(text: str) -> Predicate:
    step = built(automation(f"{SEND}, if: {text}")).workspace.journeys["one"].stages[0].steps[0].if_
    assert step is not None
    return step


@pytest.mark.parametrize(
    ("condition", "shows"),
    [
        ("{consent: news}", COPY),
        ("{consent: calls}", NEVER),  # it is not asked about
        ("{consent: {news: given}}", COPY),
        ("{consent: {news: refused}}", NEVER),
        ("{not: {consent: news}}", NEVER),
        ("{not: {not: {consent: news}}}", COPY),
        ("{kind: one}", NEVER),
        ("{all: [{kind: one}, {consent: news}]}", COPY),
        ("{any: [{kind: one}, {consent: news}]}", NEVER),
        ("{any: [{consent: news}, {consent: news}]}", COPY),
        ("{not: {any: [{kind: one}, {not: {consent: news}}]}}", COPY),
        ("{not: {all: [{kind: one}, {not: {consent: news}}]}}", NEVER),
        ("{yes: within 4h}", WHOLE - 4 * HOUR),
        ("{yes: ever}", OLD),
        ("{yes: never}", NEVER),
        ("{not: {yes: never}}", OLD),
        ("{not: {yes: ever}}", NEVER),
        ("{yes: ≥ 2 within 4h}", WHOLE - 4 * HOUR),
        ("{yes: = 2 within 4h}", WHOLE - 4 * HOUR),
        ("{yes: '> 2 within 4h'}", WHOLE - 4 * HOUR),
        ("{yes: '< 2 within 4h'}", NEVER),
        ("{yes: ≤ 2 within 4h}", NEVER),
        ("{yes: within 900d}", OLD),
        ("{other: within 4h}", NEVER),
        ("{segment: agreed}", COPY),
        ("{segment: either}", NEVER),
        ("{all: [{yes: within 10h}, {consent: news}]}", COPY),
    ],
)
def test_what_a_condition_shows(condition: str, shows: float) -> None:
    assert copies(built()).gain(asked(condition.replace("yes:", '"yes":')), "crm") == shows


def test_no_condition_shows_nothing() -> None:
    assert copies(built()).gain(None, "crm") == NEVER


def test_conditions_that_do_not_hold() -> None:
    one = copies(built())
    assert one.gain(asked("{not: {consent: news}}"), None, wanted=False) == COPY
    assert one.gain(asked("{consent: news}"), None, wanted=False) == NEVER
    assert one.gain(asked("{any: [{kind: one}, {not: {consent: news}}]}"), None, wanted=False) == COPY


# What triggers do


def on(event: str) -> OnEvent:
    return OnEvent(Ref(event, HERE), None, HERE)


def moved(consent: str, way: str) -> ConsentMoved:
    return ConsentMoved(Ref(consent, HERE), way, HERE)  # type: ignore[arg-type]  # one of its ways


@pytest.mark.parametrize(
    ("trigger", "after"),
    [
        (None, 5 * HOUR),
        (on("other"), 5 * HOUR),
        (on("no"), WITHDRAWN),
        (on("yes"), WHOLE - 2 * HOUR),
        (moved("news", "given"), WHOLE),
        (moved("news", "withdrawn"), WITHDRAWN),
        (moved("news", "refused"), NEVER),
        (moved("calls", "withdrawn"), 5 * HOUR),
    ],
)
def test_what_a_trigger_does(trigger: Trigger | None, after: float) -> None:
    """Events are heard two hours late; five hours are left before."""
    assert copies(built(), hears=2 * HOUR).after(trigger, 5 * HOUR, "crm") == after


def test_a_giving_heard_late_takes_nothing_away() -> None:
    assert copies(built(), hears=22 * HOUR).after(on("yes"), 5 * HOUR, "crm") == 5 * HOUR
    assert copies(built()).after(moved("news", "given"), WHOLE + 1, "crm") == WHOLE + 1


# Along a chain


def test_what_a_step_asks_shows_nothing_to_those_behind_it() -> None:
    """It is passed by where its condition does not hold."""
    assert slack(automation(f"{SEND}, if: {{consent: news}}", SEND), LAST) == NEVER


def test_a_start_shows_what_its_event_gives_and_time_takes_from_it() -> None:
    assert slack(automation(SEND, SEND, on='"yes"'), LAST) == 24
    assert slack(automation(SEND, f"{SEND}, after: 5h", on='"yes"'), LAST) == 19
    assert slack(automation(f"{SEND}, after: 1h..3h", f"{SEND}, after: 5h", on='"yes"'), LAST) == 16
    assert slack(automation(SEND, f"{SEND}, after: 30h", on='"yes"'), LAST) == -6
    assert slack(automation(SEND, f"{SEND}, after: 900d", on='"yes"'), LAST) == OLD
    assert slack(automation(SEND, f"{SEND}, after: 2 workdays", on='"yes"'), LAST) == OLD
    assert slack(automation("wait: 5h..7h", SEND, on='"yes"'), LAST) == 17
    assert slack(automation(SEND, SEND, on='"yes"'), LAST, hears=3 * HOUR) == 21


def test_of_several_starts_the_worst_counts() -> None:
    assert slack(automation(SEND, SEND, on='["yes", start]'), LAST) == NEVER


def test_an_audience_is_tested_at_the_start() -> None:
    assert slack(automation(SEND, f"{SEND}, after: 2h", more="audience: {consent: news}\n"), LAST) == 18
    assert slack(automation(SEND, f"{SEND}, after: 2h", more="while: {consent: news}\n"), LAST) == 20


def test_an_anchor_counts_from_its_own_time() -> None:
    late = automation(f"{SEND}, after: 0h..9h", f"{SEND}, after: 10h, since: start", on='"yes"')
    assert slack(late, LAST) == 14
    step = automation(f"{SEND}, after: 0h..9h", f"{SEND}, after: 10h, since: s0", on='"yes"')
    assert slack(step, LAST) == 5


def test_closed_hours_take_time() -> None:
    morning = Openings(tuple((day * DAY + 540, day * DAY + 720) for day in range(7)))
    text = automation(SEND, f"{SEND}, after: 2h", on='"yes"')
    assert slack(text, "automation/one/s0", hours=morning) == 24 - 21
    assert slack(text, LAST, hours=morning) == 24 - 21 - 2 - 21


def test_the_most_time_of_a_step() -> None:
    morning = Openings(tuple((day * DAY + 540, day * DAY + 720) for day in range(7)))
    text = automation(
        f"{SEND}, within: 2h", f"{SEND}, within: 2h, clock: wall", f"{SEND}, after: 1h..2h", "do: 记录, by: guide"
    )
    done = built(text)
    edges = {
        edge.target.rpartition("/")[2]: edge for edge in done.graph.edges if edge.kind == "then" and "/s" in edge.target
    }
    plain, closed, drops = flow(done), flow(done, morning), flow(done, morning, drops=True)
    assert [plain.delay(edges[f"s{n}"]) / HOUR for n in range(3)] == [2, 2, 2]
    assert [closed.delay(edges[f"s{n}"]) / HOUR for n in range(3)] == [23, 23, 23]
    assert [drops.delay(edges[f"s{n}"]) / HOUR for n in range(3)] == [2, 2, 2]
    assert plain.delay(edges["s3"]) == INFINITE
    longer = built(automation(f"{SEND}, within: 4h", f"{SEND}, within: 4h, clock: wall"))
    ends = {
        edge.target.rpartition("/")[2]: edge
        for edge in longer.graph.edges
        if edge.kind == "then" and "/s" in edge.target
    }
    assert [flow(longer, morning).delay(ends[f"s{n}"]) / HOUR for n in range(2)] == [46, 25]


# Waits, branches, stages


def test_a_wait_for_the_giving_shows_it_and_one_that_ends_otherwise_does_not() -> None:
    assert slack(automation('wait: "yes"', SEND), LAST) == 24
    assert slack(automation('wait: "yes", up_to: 5h', SEND), LAST) == NEVER
    assert slack(automation('wait: "no"', SEND, on='"yes"'), LAST) == WITHDRAWN
    assert slack(automation("wait: other, up_to: 5h", SEND, on='"yes"'), LAST) == 19
    assert slack(automation("wait: other", SEND, on='"yes"'), LAST) == OLD


def test_each_branch_has_its_own_condition_and_that_those_before_it_do_not_hold() -> None:
    branches = f"choose: [{{if: {{consent: news}}, steps: [{{id: x, {SEND}}}]}}, {{else: [{{id: y, {SEND}}}]}}]"
    text = automation(branches, SEND)
    assert slack(text, "automation/one/x") == 20
    assert slack(text, "automation/one/y") == NEVER
    assert slack(text, LAST) == NEVER
    denied = f"choose: [{{if: {{not: {{consent: news}}}}, steps: [{{id: x, {SEND}}}]}}, {{else: [{{id: y, {SEND}}}]}}]"
    assert slack(automation(denied, SEND), "automation/one/y") == 20
    only = "choose: [{if: {not: {consent: news}}, steps: [{id: x, end: true}]}]"
    assert slack(automation(only, SEND), LAST) == 20


STAGES = f"""\
  first:
    steps: [{{id: x, {SEND}}}, {{id: often, every: 5h, {SEND}}}, {{id: answer, on: other, {SEND}}}]
    next: [{{after: 10h, go: second}}, {{on: "no", go: third}}, {{on: "yes", go: fourth}}]
  second: {{steps: [{{id: x, {SEND}}}], next: [{{after: 9h, go: end}}]}}
  third: {{steps: [{{id: x, {SEND}}}], next: [{{after: 9h, go: end}}]}}
  fourth: {{steps: [{{id: x, after: 1h, since: stage, {SEND}}}], next: [{{after: 9h, go: end}}]}}
"""


def test_stages_are_left_by_their_clock_and_by_events() -> None:
    root, text = "lifecycle/one", lifecycle(STAGES, on='"yes"')
    assert slack(text, f"{root}/first/x") == 24
    assert slack(text, f"{root}/second/x") == 14
    assert slack(text, f"{root}/third/x") == WITHDRAWN
    assert slack(text, f"{root}/fourth/x") == 23
    assert slack(text, f"{root}/first/often") == OLD
    assert slack(text, f"{root}/first/answer") == OLD


@pytest.mark.parametrize("move", ["after: 10h", "on: other"])
def test_a_withdrawal_that_a_stage_waits_for_is_not_forgotten_as_it_is_left(move: str) -> None:
    text = f"""\
  first: {{steps: [{{id: w, wait: "no"}}], next: [{{MOVE, go: second}}, {{after: 12h, go: end}}]}}
  second: {{steps: [{{id: x, {SEND}}}], next: [{{after: 9h, go: end}}]}}
"""
    assert slack(lifecycle(text.replace("MOVE", move), on='"yes"'), "lifecycle/one/second/x") == WITHDRAWN


@pytest.mark.parametrize(("wait", "left"), [("35999s", 10), ("36000s", NEVER)])
def test_what_takes_as_long_as_a_timer_may_be_cut_off_by_it(wait: str, left: float) -> None:
    """The fork behind the wait shows the consent: a second before the ten hours are over, everybody has come through it."""
    fork = "choose: [{if: {consent: news}, steps: []}, {else: [{id: e, end: true}]}]"
    text = (
        f"  first: {{steps: [{{id: w, wait: {wait}}}, {{id: f, {fork}}}], next: [{{after: 10h, go: second}}]}}\n"
        f"  second: {{steps: [{{id: x, {SEND}}}], next: [{{after: 9h, go: end}}]}}\n"
    )
    assert slack(lifecycle(text), "lifecycle/one/second/x") == left


def test_how_long_anybody_stays_in_a_stage() -> None:
    text = lifecycle(
        "  first: {stays: at least 12h, next: [{after: 10h, go: second}, {after: 30h, go: end}]}\n"
        "  second: {next: [{on: other, go: end}]}\n"
    )
    one = flow(built(text))
    assert one.stays("lifecycle/one/first") == 12 * HOUR
    assert one.stays("lifecycle/one/second") == INFINITE
    assert one.around("lifecycle/one/first") == ("lifecycle/one/first", "lifecycle/one")
    assert one.around("event/start") == ()
    done = flow(built(lifecycle(STAGES)))
    assert done.around("lifecycle/one/first/x") == ("lifecycle/one/first", "lifecycle/one")
    assert done.around("lifecycle/one/first/often") == ()
    assert flow(built(automation(SEND))).around("automation/one/s0") == ("automation/one",)


def test_steps_that_others_count_from_are_anchors() -> None:
    text = automation(SEND, f"{SEND}, after: 1h, since: s0", f"{SEND}, after: 1h, since: start")
    assert flow(built(text)).anchors("automation/one") == ("start", "stage", "s0")
    assert flow(built(automation(SEND))).anchors("automation/one") == ()
    assert flow(built(lifecycle(STAGES))).anchors("lifecycle/one") == ("start", "stage")


def test_the_tool_that_looks_at_conditions() -> None:
    one = flow(built(automation(SEND, more="runs_in: crm\n")))
    assert one.tool_at("automation/one/s0") == "crm"
    assert flow(built(automation(SEND))).tool_at("automation/one/s0") is None
    assert one.root_of("automation/one/s0") == one.root_of("automation/one") == "automation/one"
    assert one.root_of("event/start") == ""


def test_a_journey_is_entered_with_what_starts_it() -> None:
    first = automation("wait: other, up_to: 5h", "start: two", on='"yes"')
    second = automation(f"{SEND}, after: 1h", on='"yes"').replace("id: one", "id: two")
    place = "automation/two/s0"
    done = built(first + second)
    one = flow(done)
    found = ways(one, copies(done), one.leading_to([place]))[place]
    assert [way.slack / HOUR for way in found] == [23, 18]
    assert [way.length for way in course_of(found[1])] == list(range(found[1].length + 1))
    assert course_of(found[1])[-1] is found[1]


def test_a_way_that_is_longer_and_no_staler_is_dropped() -> None:
    branches = f"choose: [{{if: {{kind: one}}, steps: [{{id: x, after: 1h, {SEND}}}]}}, {{else: [{{id: y, after: 2h, {SEND}}}]}}]"
    done = built(automation(branches, SEND, on='"yes"'))
    one = flow(done)
    found: list[Way] = ways(one, copies(done), one.leading_to([LAST]))[LAST]
    assert [way.slack / HOUR for way in found] == [23, 22]
    same = built(automation(branches.replace("2h", "1h"), SEND, on='"yes"'))
    other = flow(same)
    assert [way.slack / HOUR for way in ways(other, copies(same), other.leading_to([LAST]))[LAST]] == [23]


# From one journey to the next, and round in circles

NEXT = automation(SEND, on="{ended: one}").replace("id: one", "id: two")


def slacks(text: str, place: str) -> list[float]:
    """Return the slack of every way to a place that is kept, shortest first, in hours."""
    done = built(text)
    one = flow(done)
    found = ways(one, copies(done), one.leading_to([place]))[place]
    return [way.slack if way.slack in (NEVER, OLD, WITHDRAWN) else way.slack / HOUR for way in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (automation(SEND, f"{SEND}, after: 3h", on='"yes"'), [21]),
        # It may be left at once, or just before its last step is done
        (automation(SEND, f"{SEND}, after: 3h", on='"yes"', more="while: {consent: news}\n"), [24, 21]),
        (automation(SEND, f"{SEND}, after: 3h", on='"yes"', more="ends_on: [other]\n"), [24, 21]),
        (automation(SEND, "wait: 3h..5h", on='"yes"', more="ends_on: [other]\n"), [24, 19]),
        (automation(SEND, f"{SEND}, after: 3h", on='"yes"', more='ends_on: ["no"]\n'), [WITHDRAWN]),
    ],
)
def test_what_the_end_of_a_journey_leaves(text: str, expected: list[float]) -> None:
    assert slacks(text + NEXT, "automation/two/s0") == expected


def test_who_has_ended_a_journey_by_an_event_comes_to_none_that_it_keeps_away_from() -> None:
    first = automation(SEND, f"{SEND}, after: 3h", on='"yes"', more='ends_on: ["no"]\n')
    assert slacks(first + NEXT.replace("steps:", 'audience: {"no": never}\nsteps:'), "automation/two/s0") == [21]


def test_what_is_late_comes_at_no_certain_time() -> None:
    task = automation("do: 记录, by: guide, within: 1h", on='"yes"')
    assert slacks(task + NEXT.replace("ended: one", "done: one/s0"), "automation/two/s0") == [23]
    assert slacks(task + NEXT.replace("ended: one", "late: one/s0"), "automation/two/s0") == [OLD]


def test_the_condition_of_a_fork_holds_on_its_branches_and_not_behind_it() -> None:
    branches = f"choose: [{{if: {{kind: one}}, steps: [{{id: x, {SEND}}}]}}, {{else: [{{id: y, {SEND}}}]}}]"
    text = automation(f"{branches}, if: {{consent: news}}", SEND)
    assert [slack(text, f"automation/one/{step}") for step in ("x", "y", "s1")] == [20, 20, NEVER]


CIRCLE = lifecycle(
    f"  first: {{steps: [{{id: x, {SEND}}}], next: [{{after: 2h, go: second}}]}}\n"
    f"  second: {{steps: [{{id: y, {SEND}}}], next: [{{after: 3h, go: first}}, {{on: other, go: end}}]}}\n",
    on='"yes"',
)


def test_each_round_of_a_circle_takes_its_time_until_it_is_taken_to_go_on_for_ever() -> None:
    found = slacks(CIRCLE, "lifecycle/one/first/x")
    assert found == [*(24 - 5 * n for n in range(evidence.MANY_ROUNDS)), OLD]


def test_a_circle_that_shows_the_consent_anew_stays_as_fresh_as_that() -> None:
    asks = CIRCLE.replace("after: 3h, go: first", "when: {consent: news}, go: first")
    assert slacks(asks, "lifecycle/one/first/x") == [24, 22, 20]


def test_too_many_ways_are_given_up() -> None:
    with patch.object(evidence, "MOST_WAYS", 61):
        assert len(slacks(CIRCLE, "lifecycle/one/first/x")) == 61
    with patch.object(evidence, "MOST_WAYS", 60), pytest.raises(evidence.TooManyWaysError):
        slacks(CIRCLE, "lifecycle/one/first/x")


def test_so_many_ways_are_kept_in_all() -> None:
    done = built(automation(SEND))
    with patch.object(evidence, "MOST_ANYHOW", 1), patch.object(evidence, "MOST_ON_AVERAGE", 2):
        found = evidence._Found(flow(done), copies(done), 3)
    assert [found.kept(Way("event/start", -float(n), n)) is not None for n in range(7)] == [True] * 7
    with pytest.raises(evidence.TooManyWaysError):
        found.kept(Way("event/start", -7.0, 7))


def test_a_use_breaks_where_nothing_is_left() -> None:
    found = [Way("a", left, length) for length, left in enumerate((5.0, 0.0, -1.0, NEVER))]
    assert [way.length for way in evidence.first_below(found, lambda way: way.slack)] == [2, 3]
    assert [way.length for way in evidence.first_below(found, lambda way: way.slack - 1)] == [1, 2, 3]
