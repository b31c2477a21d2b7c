"""How long between looking at a condition and the deed, and between the order and the sending; by hand, to the second."""

from __future__ import annotations

from functools import cache

import pytest

from sopkit.graph.carriage import Carriage
from sopkit.graph.course import INFINITE
from sopkit.rules.case import Case
from sopkit.rules.consent_times import Times
from sopkit.rules.doubts import Doubts
from tests.workspaces import SETTINGS, unjudged

HOUR = 3600.0
NOUNS = """\
---
kind: catalog
scripts: {hello: {title: 问候, text: 【示例】您好}}
roles:
  clerk: {title: 店员, hours: mon-fri 10:00-12:00}
  anybody: {title: 随时}
channels:
  plain: {title: 短信, tool: sms-gateway, reach: direct, address: phone}
  daily: {title: 白天, tool: map, reach: direct, hours: 09:00-21:00}
  drops: {title: 不等, tool: map, reach: direct, hours: 09:00-21:00, when_closed: drop}
  hand: {title: 群发, tool: sms-gateway, reach: direct, address: phone, confirmed_by: {role: clerk, within: 1h}}
  vague: {title: 群发, tool: sms-gateway, reach: direct, address: phone, confirmed_by: {role: clerk}}
  soon: {title: 群发, tool: sms-gateway, reach: direct, address: phone, confirmed_by: {role: anybody, within: 90m}}
  both:
    {title: 群发, tool: sms-gateway, reach: direct, address: phone, hours: 11:00-14:00, confirmed_by: {role: clerk, within: 1h}}
"""
CHANNELS = ("plain", "daily", "drops", "hand", "vague", "soon", "both")
HEAD = (
    "---\nkind: automation\nid: one\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\n"
    "runs_in: map\nsteps:\n"
)


def at(number: int) -> str:
    return f"automation/one/s{number}"


@cache
def times(*steps: str, settings: str = "enforce: none\n") -> Times:
    rows = "".join(f"  - {{id: s{number}, for: care, {one}}}\n" for number, one in enumerate(steps))
    done = unjudged({"sopkit.yaml": SETTINGS.replace("enforce: none\n", settings) + HEAD + rows + NOUNS})
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    return Times(case, Carriage(case.workspace, case.today))


def by_each() -> Times:
    return times(*(f"send: hello, via: {name}" for name in CHANNELS))


@pytest.mark.parametrize(
    ("limits", "of_the_clerk", "at_any_hour"),
    [
        ("after: 1h..5h, ", 4 + 70, 4),  # from Friday noon to Monday 10:00
        ("within: 3h, ", 95, 3),  # from Thursday noon on
        ("within: 3h, clock: wall, ", 3 + 70, 3),
        ("after: 3h, within: 4h, ", 115, 1),
        ("after: 3h, within: 3h, clock: wall, ", 70, 0),
        ("after: 1 workday, ", INFINITE, INFINITE),
        ("after: 2h, ", INFINITE, INFINITE),
        ("", INFINITE, INFINITE),
    ],
)
def test_the_most_time_from_the_issue_of_a_task_to_the_deed(
    limits: str, of_the_clerk: float, at_any_hour: float
) -> None:
    for who, most in (("by: clerk", of_the_clerk), ("by: anybody", at_any_hour)):
        made = times(f"send: hello, via: plain, {limits}{who}")
        step = made.case.graph.nodes[at(0)].step
        assert step is not None
        assert made.window(at(0), step) / HOUR == most


def test_a_tool_looks_at_a_condition_when_it_acts() -> None:
    made = times("send: hello, via: plain, after: 1h..5h")
    step = made.case.graph.nodes[at(0)].step
    assert step is not None
    assert made.window(at(0), step) == 0


def test_what_is_done_before_an_issue_looks_at_a_condition_as_it_is_done() -> None:
    cadence = (
        "---\nkind: cadence\nid: tips\ntitle: 贴士\nowner: guide\nreview_by: 2027-12-31\nvia: daily\nfor: care\nevery: week\n"
        "at: [tue 12:00]\nsteps:\n  - {id: write, do: 写稿, by: guide, before: 1d}\n"
    )
    made = times("do: 记录", settings=f"enforce: none\n{cadence}")
    steps = {id_: node.step for id_, node in made.case.graph.nodes.items() if node.step is not None and "tips" in id_}
    assert {id_: made.window(id_, step) for id_, step in steps.items()} == {"cadence/tips/write": 0}


def test_the_most_time_from_the_order_to_the_sending() -> None:
    made = by_each()
    channels = made.case.workspace.channels
    assert [made.sending(at(number), channels[name]) for number, name in enumerate(CHANNELS)] == [
        30, 0, 0, 71 * HOUR + 30, 30, 1.5 * HOUR + 30, 72 * HOUR - 60 + 30,
    ]  # fmt: skip
    assert made.sending(at(0), None) == 0


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("plain", ["0 00:00:30", "0 10:30:30", "0 11:30:30", "4 11:30:30"]),
        ("daily", ["0 00:00:00", "0 10:30:00", "0 11:30:00", "4 11:30:00"]),
        ("hand", ["0 11:00:00", "0 11:30:30", "1 10:30:30", "7 10:30:30"]),
        ("vague", ["0 00:00:30", "0 10:30:30", "0 11:30:30", "4 11:30:30"]),
        ("soon", ["0 01:30:30", "0 12:00:30", "0 13:00:30", "4 13:00:30"]),
        ("both", ["0 11:00:00", "0 11:30:30", "1 11:00:00", "7 11:00:00"]),
    ],
)
def test_when_what_is_ordered_is_sent(name: str, sent: list[str]) -> None:
    """Ordered on Monday at midnight, 10:30 and 11:30, and on Friday at 11:30; days since the Monday."""
    made = by_each()
    channel = made.case.workspace.channels[name]
    found = [made.confirmed(at(CHANNELS.index(name)), channel, hour * HOUR) for hour in (0, 10.5, 11.5, 4 * 24 + 11.5)]
    said = [
        f"{int(one // 86400)} {int(one // 3600 % 24):02d}:{int(one // 60 % 60):02d}:{int(one % 60):02d}"
        for one in found
    ]
    assert said == sent
    assert made.confirmed(at(0), None, 7.0) == 7.0


def test_when_steps_can_be_done_and_what_is_thrown_away() -> None:
    made = by_each()
    day = [made.openings(at(number)) for number in range(len(CHANNELS))]
    assert [one is not None for one in day] == [False, True, True, False, False, False, True]
    assert day[1] is not None
    assert [day[1].wait(hour * 60) / 60 for hour in (8, 9, 20, 21)] == [1, 0, 0, 12]
    assert [made.drops(at(number)) for number in range(len(CHANNELS))] == [False, False, True, *[False] * 4]


CAP = "caps: [{id: spacing, gap: 1d}]\n"


@pytest.mark.parametrize(
    ("enforce", "holds", "turned_away"),
    [
        ("none", 0, False),
        ("{in: map, gap: wait 48h, count: skip}", 48, False),
        ("{in: map, gap: skip, count: wait 2h}", 2, False),
        ("{in: map, gap: wait 2h, count: wait 48h}", 48, False),
        ("{in: map, gap: exit}", 0, True),
        ("{in: sms-gateway, gap: wait 48h}", 0, False),
    ],
)
def test_what_the_tool_that_keeps_the_caps_holds_back(enforce: str, holds: float, *, turned_away: bool) -> None:
    """What a tool sends, and neither what a person sends nor what is no touch."""
    steps = "send: hello, via: plain", "send: hello, via: daily, by: clerk, within: 1h", "do: 记录"
    made = times(*steps, settings=f"enforce: {enforce}\n{CAP}")
    assert [made.holds(at(number)) / HOUR for number in range(3)] == [holds, 0, 0]
    assert [made.turns_away(at(number)) for number in range(3)] == [turned_away, False, False]
