"""How many touches one customer can get in a window at most: bounds by hand, one coupling of journeys after the other."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import pytest

from sopkit.graph import worst
from sopkit.graph.course import INFINITE, Course, courses
from sopkit.graph.touches import touches_of
from sopkit.graph.worst import Bound, Plan, chains_of
from sopkit.graph.zones import Clocks
from tests.workspaces import SETTINGS, TODAY, unjudged

HOUR, DAY = 3600.0, 86_400.0
RATES = {
    "once": "1 per lifetime", "twice": "2 per lifetime", "daily": "1 per 1d", "often": "3 per 1d", "weekly": "1 per week",
    "day": "2 per day", "month": "1 per month", "mo": "1 per 1mo", "free": "",
}  # fmt: skip
CATALOG = """\
---
kind: catalog
scripts: {hello: {title: 问候, text: 【示例】您好}}
channels: {group: {title: 群, tool: wecom, reach: group, joins: 3}}
data:
  kind: {title: 类型, type: [one, other], category: user.behavior, record: crm, retention: 1y, changes: never}
events:
""" + "".join(
    f"  {name}: {{title: 事件, tool: crm{f', at_most: {rate}' if rate else ''}}}\n" for name, rate in RATES.items()
)


def automation(id_: str, *waits: str, on: str = "once", more: str = "") -> str:
    """Return a journey with a touch after each wait, such as `2d` or `1d..3d`; `''` is at once."""
    head = f"---\nkind: automation\nid: {id_}\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: {on}\n"
    steps = [
        f"  - {{id: s{n}, send: hello, via: sms, for: care{f', after: {one}' if one else ''}}}\n"
        for n, one in enumerate(waits)
    ]
    return head + more + "steps:\n" + "".join(steps)


def lifecycle(id_: str, stages: str, more: str = "", on: str = "once") -> str:
    head = f"---\nkind: lifecycle\nid: {id_}\ntitle: 周期\nowner: guide\nreview_by: 2027-12-31\nstarts_on: {on}\n"
    return head + more + "stages:\n" + stages


SEND = "send: hello, via: sms, for: care"
QUIET = "quiet_hours: {hours: '21:00-09:00', of: {reach: direct}}\n"


@cache
def plan(*texts: str, settings: str = "") -> Plan:
    done = unjudged({"sopkit.yaml": SETTINGS + settings + "".join(texts) + CATALOG})
    clocks = Clocks(done.workspace, TODAY)
    return Plan(done.workspace, done.graph, courses(done.graph), touches_of(done.workspace, done.graph), clocks)


def bound(made: Plan, days: float, enough: int = 1000, unit: str = "") -> Bound:
    return made.most(list(made.touches), days * DAY, enough, unit=unit)


def most(*texts: str, days: float, settings: str = "") -> int | str:
    """Return the bound, or `open` where there is none."""
    found = bound(plan(*texts, settings=settings), days)
    return "open" if found.open else found.count


# One run


def test_one_run_gives_what_its_least_delays_let_through() -> None:
    chain = automation("a", "", "1d..5d", "2d")
    assert [most(chain, days=days) for days in (1, 1.01, 3, 3.01, 99)] == [1, 2, 2, 3, 3]


def test_a_journey_without_counted_touches_gives_none() -> None:
    made = plan(automation("a", "", "1d"))
    assert made.most([], DAY, 9).count == 0
    assert made.most(["automation/a/s1"], 9 * DAY, 9).parts == {"automation/a": 1}


def test_enough_is_enough() -> None:
    chain = automation("a", *[""] * 9)
    assert bound(plan(chain), 1, enough=4).count == 4


def test_a_post_counts_in_each_group() -> None:
    assert most(automation("a", "", "1d").replace("via: sms", "via: group"), days=1) == 3


# Runs that come again


@pytest.mark.parametrize(
    ("reentry", "on", "days", "expected"),
    [
        ("never", "free", 99, 2),
        ("after 5d", "free", 5, 2),  # the pause counts from the end
        ("after 5d", "free", 6, 2),
        ("after 5d", "free", 6.01, 3),
        ("after 5d", "free", 7.01, 4),
        ("after 1mo", "free", 29, 2),
        ("after 1mo", "free", 29.01, 3),
        ("after 5d", "once", 99, 2),  # the event comes only once
        ("after 5d", "twice", 99, 4),
        ("always", "once", 99, 2),
        ("always", "twice", 1, 2 * 1),  # of each run one
        ("always", "daily", 1, 2 * 1),  # of those that began in two days
        ("always", "daily", 1.5, 3 * 2),
        ("always", "daily", 9, 10 * 2),
        ("always", "often", 1, 2 * 3 * 1),
        ("always", "free", 1, "open"),
        ("always", "day", 1, 3 * 2 * 1),  # two days can lie on three of the calendar
        ("always", "weekly", 1, 2 * 1),
        ("always", "month", 40, 3 * 2),
        ("always", "mo", 40, 2 * 2),
        ("always\noverlap: false", "free", 1, 2),
        ("always\noverlap: false", "daily", 9, 18),
    ],
)
def test_runs_that_come_again(reentry: str, on: str, days: float, expected: int | str) -> None:
    """Two touches, a day apart."""
    assert most(automation("a", "", "1d", on=on, more=f"reentry: {reentry}\n"), days=days) == expected


def test_a_journey_that_another_starts_may_run_at_any_time() -> None:
    one = automation("a", "1d", on="free", more="reentry: always\n") + "  - {id: on, start: b}\n"
    assert most(one, automation("b", "", on="once", more="reentry: always\n"), days=1) == "open"
    starts = automation("a", "1d") + "  - {id: on, start: b}\n"
    assert most(starts, automation("b", "", on="once", more="reentry: always\n"), days=1) == "open"
    assert most(starts, automation("b", ""), days=1) == 2


# Journeys beside each other


def test_journeys_on_different_events_are_added_up() -> None:
    made = bound(plan(automation("a", "", ""), automation("b", "", on="daily")), 1)
    assert (made.count, made.parts) == (3, {"automation/a": 2, "automation/b": 1})


TOGETHER = automation("a", ""), automation("b", "5d")


def test_journeys_that_start_together_are_put_beside_each_other() -> None:
    """Their touches are five days apart: only where that is asked for, since the sum may do."""
    assert bound(plan(*TOGETHER), 5, enough=3).count == 2
    found = bound(plan(*TOGETHER), 5, enough=2)
    assert (found.count, found.parts) == (1, {"event/once": 1})
    assert bound(plan(*TOGETHER), 5.01, enough=2).count == 2


def test_only_so_many_are_put_beside_each_other() -> None:
    at_once = automation("x", "", on="daily"), automation("y", "", on="daily")
    third = automation("c", "10d")
    with patch.object(worst, "MOST_TOGETHER", 2):
        found = bound(plan(*TOGETHER, *at_once), 5, enough=4)
        assert found.parts == {"event/once": 1, "automation/x": 1, "automation/y": 1}
        assert bound(plan(*TOGETHER, third), 5, enough=3).count == 3
        other = automation("d", "", on="daily"), automation("e", "5d", on="daily")
        found = bound(plan(*TOGETHER, third, *other), 5, enough=5)
        assert found.parts == {**dict.fromkeys(("automation/a", "automation/b", "automation/c"), 1), "event/daily": 1}
    assert bound(plan(*TOGETHER, third), 5, enough=3).count == 1


@pytest.mark.parametrize(
    ("on", "more", "count"),
    [
        ("once", "", 1),
        ("free", "", 1),  # both start at the first, and never again
        ("free", "audience: {kind: one}\n", 2),  # they need not start at the same occurrence
        ("once", "audience: {kind: one}\n", 1),  # there is only one
        ("twice", "audience: {kind: one}\n", 2),
        ("free", "reentry: after 99d\n", 2),
        ("once", "reentry: after 99d\n", 1),
        ("[once, daily]", "", 2),
        ("{event: once, where: {kind: one}}", "", 1),
        ("{event: free, where: {kind: one}}", "", 2),
        ("manual", "", 2),
    ],
)
def test_what_starts_together_for_certain(on: str, more: str, count: int) -> None:
    both = automation("a", "", on=on, more=more), automation("b", "5d", on=on, more=more)
    assert bound(plan(*both), 5, enough=2).count == count


def test_one_of_a_group_may_start_later_than_the_others() -> None:
    group = "one_at_a_time:\n  g: {journeys: [a, c], if_busy: drop}\n"
    both = *TOGETHER, automation("c", on="daily")
    assert bound(plan(*both, settings=group), 5, enough=2).count == 2


def test_touches_of_one_start_may_have_ranges() -> None:
    """The second may come on any day from the second to the ninth: within five days of the first, on the fourth."""
    both = automation("a", "4d"), automation("b", "1d..9d")
    assert bound(plan(*both), 3, enough=2).count == 2
    far = automation("a", "4d"), automation("b", "8d..9d")
    assert bound(plan(*far), 4, enough=2).count == 1
    assert bound(plan(*far), 4.01, enough=2).count == 2


def test_what_comes_at_any_time_may_come_together() -> None:
    waits = [automation(name) + f"  - {{id: rest, wait: daily}}\n  - {{id: x, {SEND}}}\n" for name in ("a", "b")]
    assert bound(plan(*waits), 1, enough=2).count == 2


def test_what_comes_at_any_time_meets_what_comes_long_after_its_start() -> None:
    waits = automation("a") + f"  - {{id: rest, wait: daily}}\n  - {{id: x, {SEND}}}\n"
    late = automation("b") + f"  - {{id: rest, wait: daily}}\n  - {{id: x, after: 5d, {SEND}}}\n"
    assert bound(plan(waits, late), 1, enough=2).count == 2


# One after another

AFTER = automation("a", "", ""), automation("b", "3d", on="{ended: a}")


def test_what_only_an_end_starts_comes_behind_it() -> None:
    assert [most(*AFTER, days=days) for days in (3, 3.01)] == [2, 3]
    found = bound(plan(*AFTER), 4)
    assert found.parts == {"automation/a": 3}


@pytest.mark.parametrize(
    ("first", "second", "on"),
    [
        ("", "", "[{ended: a}, daily]"),
        ("", "", "{entered: a}"),
        ("", "", "{left: a}"),
        ("reentry: after 1d\n", "", "{ended: a}"),
        ("", "reentry: after 1d\n", "{ended: a}"),
    ],
)
def test_what_something_else_may_start_is_added_up(first: str, second: str, on: str) -> None:
    both = automation("a", "", "", more=first), automation("b", "3d", on=on, more=second)
    assert bound(plan(*both), 3).parts["automation/b"] == 1
    assert bound(plan(*both), 1).count == 3


def test_a_third_comes_behind_the_second() -> None:
    third = automation("c", "2d", on="{ended: b}")
    assert [most(*AFTER, third, days=days) for days in (2, 2.01, 3.01, 5, 5.01)] == [2, 2, 3, 3, 4]
    beside = automation("d", "", on="{ended: a}")
    assert bound(plan(*AFTER, beside), 1).count == 4  # two at one end run side by side
    assert bound(plan(*AFTER, automation("c", "2d", on="{ended: b}")), 9).parts == {"automation/a": 4}


def test_chains_follow_the_one_before() -> None:
    assert chains_of({"a": None, "b": "a", "c": "b", "d": "x"}) == [["a", "b", "c"], ["d"]]
    assert chains_of({"a": None, "b": "a", "c": "a"}) == [["a"], ["b"], ["c"]]
    assert chains_of({"a": None, "b": "a", "c": "a", "d": "c"}) == [["a"], ["b"], ["c"], ["d"]]
    assert chains_of({"a": "a", "b": "c", "c": "b"}) == [["a"], ["b"], ["c"]]


# One at a time

PAIR = automation("a", "", "1d", on="daily", more="reentry: always\n"), automation("b", "", on="daily")


def one_at_a_time(more: str, members: str = "[a, b]") -> str:
    return f"one_at_a_time:\n  g: {{journeys: {members}, {more}}}\n"


@pytest.mark.parametrize(
    ("more", "days", "count"),
    [
        ("cool_down: 3d, if_busy: drop", 1, 1),
        ("cool_down: 3d, if_busy: drop", 1.01, 2),
        ("cool_down: 3d, if_busy: drop", 3.01, 2),
        ("cool_down: 3d, if_busy: drop", 4.01, 3),
        ("if_busy: drop", 1, 2),
    ],
)
def test_of_a_group_one_runs_after_the_other(more: str, days: float, count: int) -> None:
    """A run may end at once after its second touch, a day after its first; the next begins after the pause."""
    slow = (
        automation("a", "", "1d", on="often", more="reentry: after 0d\n"),
        automation("b", "", "1d", on="often", more="reentry: after 0d\n"),
    )
    found = bound(plan(*slow, settings=one_at_a_time(more)), days)
    assert not found.open
    assert found.count == count


# Recurring steps and steps on events


def stages(*steps: str, after: str = "30d") -> str:
    rows = "".join(f"      - {{{one}}}\n" for one in steps)
    return f"  first:\n    steps:\n{rows}    next: [{{after: {after}, go: end}}]\n"


def test_a_recurring_step_comes_by_its_clock() -> None:
    alone = lifecycle("a", stages(f"id: often, every: 2d, {SEND}"))
    assert [most(alone, days=days) for days in (2, 2.01, 4.01, 6)] == [1, 2, 3, 3]
    beside = lifecycle("a", stages(f"id: often, every: 2d, {SEND}", f"id: x, {SEND}"))
    assert [most(beside, days=days) for days in (2, 2.01, 4.01)] == [2, 3, 4]


def test_recurring_steps_that_are_alone_in_their_stages_come_one_after_the_other() -> None:
    two = f"  first:\n    steps: [{{id: o, every: 2d, {SEND}}}]\n    next: [{{after: 30d, go: second}}]\n"
    two += f"  second:\n    steps: [{{id: o, every: 2d, {SEND}}}]\n    next: [{{after: 30d, go: end}}]\n"
    assert [most(lifecycle("a", two), days=days) for days in (4, 4.01)] == [2, 3]


def test_a_step_on_an_event_comes_as_often_as_the_event() -> None:
    asked = lifecycle("a", stages(f"id: x, {SEND}", f"id: answer, on: often, {SEND}"))
    assert [most(asked, days=days) for days in (1, 1.01, 2.5)] == [1 + 3, 1 + 6, 1 + 9]
    late = lifecycle("a", stages(f"id: answer, on: daily, after: 0h..12h, {SEND}"))
    assert [most(late, days=days) for days in (0.5, 0.51, 1.5)] == [1, 2, 2]
    unbounded = lifecycle("a", stages(f"id: answer, on: free, {SEND}"))
    assert most(unbounded, days=1) == "open"
    branch = f"id: which, on: daily, choose: [{{if: {{kind: one}}, steps: [{{id: x, {SEND}}}]}}]"
    assert most(lifecycle("a", stages(branch)), days=1) == "open"


# What can come before a touch


def before(node: str, days: float, *texts: str, enough: int = 99, settings: str = "") -> int:
    made = plan(*texts, settings=settings)
    return made.before(list(made.touches), days * DAY, enough)(node)


def test_what_can_come_before_a_touch_in_the_window_that_ends_with_it() -> None:
    chain = automation("a", "", "1d", "2d")
    assert [before("automation/a/s2", days, chain) for days in (2, 2.01, 3, 3.01)] == [0, 1, 1, 2]
    assert before("automation/a/s2", 9, chain, enough=1) == 1
    assert before("automation/a/s0", 9, chain) == 0
    assert before("automation/a/s1", 9, automation("a", "", "1d").replace("via: sms", "via: group")) == 3


def test_what_others_send_comes_before_it_too() -> None:
    chain, other = automation("a", "", "1d"), automation("b", "", "", on="daily")
    assert before("automation/a/s1", 9, chain, other) == 3
    assert before("automation/a/s0", 9, chain, other) == 2
    assert before("automation/a/s0", 9, chain, other, enough=2) == 2
    assert before("automation/a/s0", 9, chain, automation("b", "", on="free", more="reentry: always\n"), enough=7) == 7


def test_what_comes_before_in_the_chain_of_journeys() -> None:
    assert [before("automation/b/s0", days, *AFTER) for days in (3, 3.01)] == [0, 2]
    assert before("automation/a/s1", 9, *AFTER) == 1  # what only its end starts does not
    answers = lifecycle("b", stages(f"id: x, {SEND}", f"id: o, on: often, {SEND}"), on="{ended: a}")
    assert before("automation/a/s1", 9, AFTER[0], answers) == 1


@pytest.mark.parametrize(("reentry", "count"), [("never", 1), ("after 9d", 1), ("always", 37)])
def test_of_a_journey_that_may_run_again_all_its_runs_come_before(reentry: str, count: int) -> None:
    """As many as any window holds, the touch itself apart: after 9 days the next run begins when this one's window is over."""
    chain = automation("a", "", "9d", on="daily", more=f"reentry: {reentry}\n")
    assert before("automation/a/s1", 10, chain) == count
    assert before("automation/a/s1", 10, chain, enough=1) == 1


def test_what_events_set_off_beside_a_touch_comes_before_it_as_often_as_they_do() -> None:
    first = lifecycle("a", stages(f"id: x, {SEND}", f"id: y, after: 1d, {SEND}", f"id: o, on: often, {SEND}"))
    assert before("lifecycle/a/first/y", 2, first) == 1 + 2 * 3
    assert before("lifecycle/a/first/o", 2, first) == 99  # where it stands is not worked out
    recurring = lifecycle("a", stages(f"id: x, {SEND}", f"id: y, after: 1d, {SEND}", f"id: o, every: 2d, {SEND}"))
    assert before("lifecycle/a/first/y", 2, recurring) == 99


def test_what_a_person_lets_go_late_may_be_overtaken_by_what_the_end_starts() -> None:
    """`a` is confirmed within four hours by somebody who works in the day; `b` comes when it has ended, and three days after that."""
    channel = (
        "---\nkind: catalog\nroles: {clerk: {title: 店员}}\nchannels:\n"
        "  x: {title: 渠道, tool: map, reach: direct, confirmed_by: {role: clerk, within: %s}}\n"
    )
    first = automation("a", "", "").replace("via: sms", "via: x")
    later = automation("b", "3d", on="{ended: a}")
    assert before("automation/a/s1", 9, first, later, channel % "71h") == 1
    assert before("automation/a/s1", 9, first, later, channel % "72h") == 99


# Journeys of which enough is known


def test_many_times_too_much_is_looked_at_no_further() -> None:
    five = [automation(name, "", on=on) for name, on in zip("abcde", RATES, strict=False)]
    for number, partial in ((4, False), (5, True)):
        found = bound(plan(*five[:number]), 1, enough=1)
        assert (found.count, found.partial) == (4, partial)


def test_the_one_event_that_starts_a_journey() -> None:
    made = plan(
        automation("a", "", on="daily"), automation("b", "", on="once", more="reentry: always\n"),
        automation("c", "", on="manual"), automation("d", "", on="undeclared"),
        automation("e", "", on="daily"), lifecycle("f", stages(f"id: x, {SEND}"), on="daily"),
        settings=one_at_a_time("if_busy: drop", "[e, f/first]"),
    )  # fmt: skip
    roots = {name: f"{'lifecycle' if name == 'f' else 'automation'}/{name}" for name in "abcdef"}
    assert {name: made.only_event(root) for name, root in roots.items()} == {
        "a": "daily", "b": "once", "c": None, "d": None, "e": None, "f": None,
    }  # fmt: skip


# Sorts of customers


def test_customers_who_are_told_apart_for_good_are_asked_about_apart() -> None:
    both = (
        automation("a", "", "", on="daily", more="audience: {kind: one}\n"),
        automation("b", "", on="often", more="audience: {kind: other}\n"),
    )
    assert bound(plan(*both), 1, enough=4).count == 3  # few enough as it is
    found = bound(plan(*both), 1, enough=3)
    assert (found.count, found.sorted) == (2, True)
    assert not bound(plan(automation("a", "", ""), automation("b", "", on="often")), 1, enough=3).sorted


# Calendar


def test_issues_count_by_the_calendar() -> None:
    tips = (
        "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nformat: post\n"
        "for: care\nevery: day\nat: ['10:00', '15:00']\non_holiday: same\n"
    )
    found = bound(plan(automation("a", ""), tips), 1, unit="day")
    assert found.parts == {"cadences": 2, "automation/a": 1}
    assert bound(plan(tips.replace("day\nat: ['10:00', '15:00']", "3d")), 1).open == ["cadences"]


# What a schedule knows


def test_the_latest_time_of_a_step() -> None:
    made = plan(
        automation("a", "1d..2d", "3d"),
        lifecycle("b", stages(f"id: x, after: 4d, {SEND}", f"id: e, every: 2d, {SEND}")),
    )
    journey, other = made.workspace.journeys["a"], made.workspace.journeys["b"]
    assert made.latest("automation/a", journey, "automation/a/s1") == 5 * DAY
    assert made.latest("lifecycle/b", other, "lifecycle/b/first/x") == 4 * DAY
    assert made.latest("lifecycle/b", other, "lifecycle/b/first/e") == INFINITE
    assert made.latest("lifecycle/b", other, "lifecycle/b/other/x") == INFINITE


SYNC = (
    "---\nkind: sync\nid: %s\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: crm\nto: map\n"
    "carries: {events: [%s]}\nkey: unionid\nevery: %s\n"
)


def test_syncs_gather_what_lay_apart() -> None:
    made = plan(
        automation("a", ""), SYNC % ("quick", "daily", "4h") + "takes: 5m..30m\n", SYNC % ("push", "daily", "event"),
        SYNC % ("night", "daily, often", "day") + "at: ['02:00']\n", SYNC % ("other", "weekly", "1h"),
    )  # fmt: skip
    assert made.late("daily") == 4.5 * HOUR + DAY
    assert made.late("often") == DAY
    assert made.late("weekly") == HOUR
    assert made.late("once") == 0
    starts = made.workspace.journeys["a"].starts_on
    assert made.arrivals(starts, 99 * DAY) == 1
    assert made.arrivals([], DAY) == 0


def test_what_a_tool_lets_wait_comes_later() -> None:
    enforced = "enforce: {in: map, gap: wait 12h, count: %s}\n"
    own = automation("a", "", "1d", more="runs_in: map\n").replace("via: sms", "via: own")
    channel = "---\nkind: catalog\nchannels: {own: {title: 自有, tool: map, reach: direct}}\n"
    texts = SETTINGS.replace("enforce: none\n", "")
    for count, held, exits in (("skip", 12, False), ("wait 6h", 18, False), ("exit", 12, True)):
        done = unjudged({"sopkit.yaml": texts + enforced % count + own + channel + CATALOG})
        made = Plan(
            done.workspace,
            done.graph,
            courses(done.graph),
            touches_of(done.workspace, done.graph),
            Clocks(done.workspace, TODAY),
        )
        assert made.hours.held["automation/a/s0"] == held * HOUR
        assert made.exits is exits
        root = "automation/a"
        assert (made.net(root, made.workspace.journeys["a"]).earliest(root)[f"exit/{root}"] == 0) is exits


def test_what_a_person_lets_go_comes_later() -> None:
    roles = "---\nkind: catalog\nroles: {clerk: {title: 店员, headcount: 2, hours: 10:00-12:00, minutes_a_day: 60}}\nchannels:\n"
    rows = "".join(
        f"  {name}: {{title: 渠道, tool: map, reach: direct, confirmed_by: {{{by}}}}}\n"
        for name, by in (("x", "role: clerk, within: 1h"), ("y", "role: guide, within: 4h"), ("z", "role: clerk"))
    )
    text = "".join(automation(name, "").replace("via: sms", f"via: {name}") for name in ("x", "y", "z"))
    made = plan(text, roles + rows)
    assert made.lags["automation/x/s0"] == 23 * HOUR  # an hour of two from noon on, and the next open instant
    assert made.lags["automation/z/s0"] == INFINITE
    assert 4 * HOUR <= made.lags["automation/y/s0"] < INFINITE


def test_a_touch_goes_out_when_its_channel_is_open() -> None:
    made = plan(automation("a", "") + "  - {id: t, do: 记录}\n", settings=QUIET)
    assert set(made.spans) == set(made.openings) == {"automation/a/s0"}
    hours = made.openings["automation/a/s0"]
    assert hours is not None
    assert hours.longest_wait() == 12 * 60
    assert made.hours.openings == made.openings


def test_limits_of_steps() -> None:
    steps = automation("a", "2h..5h") + (
        "  - {id: p, do: 记录, by: guide, within: 3h}\n  - {id: q, do: 记录, by: guide, after: 2h}\n  - {id: t, do: 记录}\n"
        "  - {id: m, do: 记录, by: guide, within: 1mo}\n"
    )
    made = plan(steps)
    assert {one: made.hours.limit(f"automation/a/{one}") for one in ("s0", "p", "q", "t", "m")} == {
        "s0": 5 * HOUR, "p": 3 * HOUR, "q": INFINITE, "t": 0.0, "m": 31 * DAY,
    }  # fmt: skip
    assert made.hours.limit("automation/a") == 0.0


def test_a_plan_with_another_course_works_out_that_one_anew() -> None:
    made = plan(automation("a", "", "1d"), automation("b", "", "1d"))
    for name in ("a", "b"):
        journey = made.workspace.journeys[name]
        made.net(f"automation/{name}", journey)
        made.latest(f"automation/{name}", journey, f"automation/{name}/s1")
    first = made.courses["automation/a"]
    other = made.changed({**made.courses, "automation/a": Course(first.root, first.leaving)})
    assert other.courses["automation/a"] is not first
    assert {root for root, _ in other.nets} == {root for root, _ in other._latest} == {"automation/b"}
    assert {root for root, _ in made.nets} == {root for root, _ in made._latest} == {"automation/a", "automation/b"}
