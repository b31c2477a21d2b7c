"""Scripted runs through what all tools and the calendar share: syncs, issues, groups of stages, computed data, what lapses by time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.simulation.clock import DAY, Open, Schedule, Zone
from sopkit.simulation.holidays import Holidays
from sopkit.simulation.openings import Opening
from tests.test_simulation import CATALOG, ONE, START, automation, run, shown

SYNCS = """\
---
kind: sync
id: to-crm
title: 同步
from: map
to: crm
carries: {events: [a]}
key: member-id
every: day
at: ["02:00"]
takes: 10m..30m
"""
TOOLS = CATALOG.replace("tools: {", "tools: {crm: {title: 客户库}, ")


def crm(steps: str, keys: str = "") -> str:
    return automation(steps, keys).replace("runs_in: map", "runs_in: crm")


def synced(
    play: str, *happenings: tuple[str, str], delays: Mapping[str, tuple[int, ...]] | None = None, more: str = ""
) -> list[str]:
    log = run(play, *happenings, more=more, delays=delays, catalog=TOOLS)
    assert log.illegal == ()
    return shown(log)


# Syncs


def test_a_trigger_waits_for_the_first_run_that_starts_strictly_later() -> None:
    play = crm(ONE) + SYNCS
    assert synced(play, ("1 10:00", "a")) == ["2 02:10 one"]
    assert synced(play, ("1 02:00", "a")) == ["2 02:10 one"]
    assert synced(play, ("1 01:59", "a"), delays={"sync/to-crm": (1800,)}) == ["1 02:30 one"]


def test_two_occurrences_that_one_run_carries_arrive_together() -> None:
    play = crm(ONE, "reentry: always\n") + SYNCS
    assert synced(play, ("1 10:00", "a"), ("1 23:00", "a")) == ["2 02:10 one"] * 2


def test_a_push_takes_its_time_and_an_interval_begins_where_the_trace_says() -> None:
    push = SYNCS.replace('every: day\nat: ["02:00"]', "every: event")
    assert synced(crm(ONE) + push, ("1 10:00", "a")) == ["1 10:10 one"]
    interval = SYNCS.replace('every: day\nat: ["02:00"]', "every: 1h").replace("takes: 10m..30m", "takes: 5m..5m")
    first = int(START.timestamp()) % 3600
    assert synced(crm(ONE) + interval, ("1 10:00", "a"), delays={"sync/to-crm/start": ((first + 1200) % 3600,)}) == [
        "1 10:25 one"
    ]


def test_in_its_own_tool_and_where_no_sync_is_declared_an_event_is_heard_at_once() -> None:
    assert synced(automation(ONE) + SYNCS, ("1 10:00", "a")) == ["1 10:00 one"]
    assert synced(crm(ONE), ("1 10:00", "a")) == ["1 10:00 one"]


def test_a_chain_of_syncs_is_followed_by_the_fastest_way() -> None:
    catalog_tools = TOOLS.replace("tools: {", "tools: {erp: {title: 仓}, ")
    slow = SYNCS.replace("id: to-crm", "id: slow")
    first = (
        SYNCS.replace("id: to-crm", "id: first")
        .replace("to: crm", "to: erp")
        .replace('every: day\nat: ["02:00"]', "every: event")
    )
    second = first.replace("id: first", "id: second").replace("from: map", "from: erp").replace("to: erp", "to: crm")
    log = run(crm(ONE) + slow + first + second, ("1 10:00", "a"), catalog=catalog_tools)
    assert shown(log) == ["1 10:20 one"]


ENFORCED = "caps: [{id: cap, gap: 4h}]\nenforce: {in: map, gap: skip, count: skip}\n"


@pytest.mark.parametrize(
    ("carried", "expected"),
    [
        ("touches: [line]", ["1 10:00 note"]),
        ("events: [b]", ["1 10:00 note", "1 11:00 one"]),
    ],
)
def test_the_enforcing_tool_counts_what_others_send_once_a_sync_has_told_it(carried: str, expected: list[str]) -> None:
    staff = automation("{id: note, send: hi, via: line, by: guide, within: 1h}", name="staff").replace(
        "starts_on: a", "starts_on: b"
    )
    sync = SYNCS.replace("from: map", "from: map-sms").replace("to: crm", "to: map").replace("events: [a]", carried)
    sync = sync.replace('every: day\nat: ["02:00"]', "every: event").replace("id: to-crm", "id: back")
    course = (("1 10:00", "b"), ("1 11:00", "a"))
    assert synced(automation(ONE) + "---\n" + staff + sync, *course, more=ENFORCED) == expected


def test_until_the_sync_has_run_the_tool_does_not_know() -> None:
    staff = automation("{id: note, send: hi, via: line, by: guide, within: 1h}", name="staff").replace(
        "starts_on: a", "starts_on: b"
    )
    sync = (
        SYNCS.replace("from: map", "from: map-sms")
        .replace("to: crm", "to: map")
        .replace("events: [a]", "touches: [line]")
    )
    sync = sync.replace('every: day\nat: ["02:00"]', "every: event").replace("takes: 10m..30m", "takes: 1h..1h")
    play = automation(ONE) + "---\n" + staff + sync
    assert synced(play, ("1 10:00", "b"), ("1 10:59", "a"), more=ENFORCED) == ["1 10:00 note", "1 10:59 one"]
    assert synced(play, ("1 10:00", "b"), ("1 11:00", "a"), more=ENFORCED) == ["1 10:00 note"]


# Cadences

CADENCE = """\
kind: cadence
id: weekly
title: 周更
via: line
format: post
every: week
at: [wed 10:00, sat 10:00]
"""


def issues(text: str, *happenings: tuple[str, str], more: str = "", days: int = 15) -> list[str]:
    return shown(run(dedent(text), *happenings, more=more, days=days))


def test_an_issue_reaches_whoever_is_in_its_audience_at_that_instant() -> None:
    assert issues(CADENCE) == [
        "1 10:00 weekly",
        "4 10:00 weekly",
        "8 10:00 weekly",
        "11 10:00 weekly",
        "15 10:00 weekly",
    ]
    tagged = CADENCE + "audience: {tag: vip}\n"
    assert issues(tagged, ("2 10:00", "+vip"), ("8 10:00", "-vip"), ("14 10:00", "+vip")) == [
        "4 10:00 weekly",
        "15 10:00 weekly",
    ]


def test_an_audience_may_lapse_by_time_alone() -> None:
    assert issues(CADENCE + "audience: {a: within 3d}\n", ("1 09:00", "a"), ("5 10:00", "a")) == ["1 10:00 weekly"]


def test_an_issue_replaces_those_of_its_week_and_leaves_days_out() -> None:
    monthly = CADENCE.replace("id: weekly", "id: monthly").replace(
        "every: week\nat: [wed 10:00, sat 10:00]", "every: month\nat: [day 11 14:00]"
    )
    both = CADENCE + "---\n" + monthly + "replaces: [weekly]\n"
    assert issues(both) == ["1 10:00 weekly", "4 10:00 weekly", "11 14:00 monthly", "15 10:00 weekly"]
    assert issues(CADENCE + "except: [sat]\n") == ["1 10:00 weekly", "8 10:00 weekly", "15 10:00 weekly"]


@pytest.mark.parametrize(
    ("on_holiday", "expected"),
    [
        ("same", ["93 10:00 weekly", "100 10:00 weekly"]),
        ("skip", ["100 10:00 weekly"]),
        ("next-workday", ["100 10:00 weekly"]),
        ("previous-workday", ["92 10:00 weekly", "100 10:00 weekly"]),
    ],
)
def test_holidays_move_or_drop_an_issue(on_holiday: str, expected: list[str]) -> None:
    # Thursday 1 October is day 93 and a holiday until the 7th; Wednesday 30 September and Thursday 8 October are workdays.
    play = CADENCE.replace("at: [wed 10:00, sat 10:00]", "at: [thu 10:00]") + f"on_holiday: {on_holiday}\n"
    log = run(play, more="holidays: cn\nenforce: none\n", days=101)
    assert [line for line in shown(log) if int(line.split()[0]) >= 92] == expected


def test_a_step_before_an_issue_is_a_touch_of_its_own() -> None:
    steps = "steps: [{id: tell, send: hi, via: line, before: 1d, if: {tag: vip}}]\n"
    assert issues(CADENCE + steps, ("2 10:00", "+vip"), days=5) == ["1 10:00 weekly", "3 10:00 tell", "4 10:00 weekly"]


# One at a time, by stage

TIERS = """\
kind: lifecycle
id: tiers
title: 分层
starts_on: a
runs_in: map
follows: level
stages:
  low: {steps: [{id: down, send: hi, via: line, after: 1d}]}
  high: {steps: [{id: up, send: hi, via: line, after: 1d}]}
"""


@pytest.mark.parametrize(
    ("if_busy", "expected"),
    [
        ("drop", ["4 10:00 one"]),
        ("queue", ["4 10:00 one", "7 10:00 down"]),
        ("preempt", ["2 11:00 down"]),
    ],
)
def test_a_stage_of_a_group_waits_gives_way_or_takes_over(if_busy: str, expected: list[str]) -> None:
    other = automation("{id: one, send: hi, via: line, after: 3d}", name="auto").replace("starts_on: a", "starts_on: b")
    group = f"enforce: none\none_at_a_time: {{g: {{journeys: [auto, tiers/low], cool_down: 2d, if_busy: {if_busy}}}}}\n"
    course = (("1 09:00", "level=low"), ("1 10:00", "b"), ("1 11:00", "a"))
    assert shown(run(TIERS + "---\n" + other, *course, more=group)) == expected


def test_a_stage_outside_of_the_group_is_free() -> None:
    other = automation("{id: one, send: hi, via: line, after: 3d}", name="auto").replace("starts_on: a", "starts_on: b")
    group = "enforce: none\none_at_a_time: {g: {journeys: [auto, tiers/low], cool_down: 2d}}\n"
    course = (("1 09:00", "level=high"), ("1 10:00", "b"), ("1 11:00", "a"))
    assert shown(run(TIERS + "---\n" + other, *course, more=group)) == ["2 11:00 up", "4 10:00 one"]


def test_who_is_sent_away_leaves_a_cool_down_that_binds_those_who_find_nobody_running() -> None:
    two = automation("{id: two, send: hi, via: line}", "reentry: always\n", name="other").replace(
        "starts_on: a", "starts_on: b"
    )
    play = automation("{id: one, send: hi, via: line, after: 1d}") + "---\n" + two
    group = "enforce: none\none_at_a_time: {g: {journeys: [auto, other], cool_down: 2d, if_busy: preempt}}\n"
    assert shown(run(play, ("1 10:00", "a"), ("1 11:00", "b"), ("2 11:00", "b"), ("3 11:00", "b"), more=group)) == [
        "1 11:00 two", "3 11:00 two",
    ]  # fmt: skip


# One instant

STAGED = """\
kind: lifecycle
id: life
title: 旅程
starts_on: a
runs_in: map
stages:
  first:
    steps: [{id: reply, send: hi, via: line, on: b, within: 1h}]
    next: [{on: b, go: second}]
  second: {steps: [{id: hello, send: hi, via: line}]}
"""


def test_a_step_and_a_transition_on_one_event_are_both_carried_out() -> None:
    assert shown(run(STAGED, ("1 10:00", "a"), ("1 11:00", "b"))) == ["1 11:00 reply", "1 11:00 hello"]


def test_a_step_that_takes_its_time_is_dropped_by_the_transition() -> None:
    late = {"lifecycle/life/first/reply": (60,)}
    assert shown(run(STAGED, ("1 10:00", "a"), ("1 11:00", "b"), delays=late)) == ["1 11:00 hello"]


def test_an_automation_of_steps_beside_lives_until_it_is_ended() -> None:
    play = automation("{id: reply, send: hi, via: line, on: b}", "ends_on: {event: b, where: {tag: vip}}\n")
    course = (
        ("1 10:00", "a"),
        ("2 10:00", "b"),
        ("9 10:00", "b"),
        ("9 11:00", "+vip"),
        ("9 12:00", "b"),
        ("9 13:00", "b"),
    )
    assert shown(run(play, *course)) == ["2 10:00 reply", "9 10:00 reply"]


# What changes by time alone


def test_while_lapses_and_segments_are_crossed_by_time_alone() -> None:
    keep = automation("{id: one, send: hi, via: line, after: 4d}", "while: {b: within 3d}\n")
    assert shown(run(keep, ("1 09:00", "b"), ("1 10:00", "a"))) == []
    assert shown(run(keep, ("1 09:00", "b"), ("1 10:00", "a"), ("3 10:00", "b"))) == ["5 10:00 one"]
    leaves = automation(ONE).replace("starts_on: a", "starts_on: {leaves: fresh}")
    catalog = CATALOG + "segments: {fresh: {title: 新, when: {b: within 3d}}}\n"
    assert shown(run(leaves, ("1 09:00", "b"), ("2 09:00", "b"), catalog=catalog)) == ["5 09:00 one"]


def test_a_datum_is_computed_at_its_slots_and_its_change_is_heard() -> None:
    rule = "computed: {from: [phone], every: week, at: [mon 03:00], first_of: [{high: {b: within 7d}}, {low: else}]}"
    catalog = CATALOG.replace("retention: 1y}", f"retention: 1y, {rule}}}")
    play = automation(ONE, "reentry: always\n").replace("starts_on: a", "starts_on: {becomes: {level: any}}")
    assert shown(run(play, ("5 10:00", "b"), catalog=catalog)) == ["6 03:00 one", "13 03:00 one"]  # 6 July is a Monday


def test_a_date_is_reached_ahead_of_it_unless_it_was_moved() -> None:
    catalog = CATALOG.replace(
        "data: {", "data: {due: {title: 到期, type: date, category: user.behavior, record: map, retention: 1y}, "
    )
    play = automation(ONE, "reentry: always\n").replace("starts_on: a", "starts_on: {date: due, before: 2d}")
    assert shown(run(play, ("1 10:00", "due=2026-07-10"), catalog=catalog)) == ["8 00:00 one"]
    assert shown(run(play, ("1 10:00", "due=2026-07-10"), ("2 10:00", "due=2026-07-12"), catalog=catalog)) == [
        "10 00:00 one"
    ]


def test_a_slot_of_the_calendar_recurs_in_a_stage() -> None:
    play = STAGED.replace("on: b, within: 1h", "every: week, at: [fri 10:00]").replace(
        "next: [{on: b, go: second}]", "next: [{on: b, go: end}]"
    )
    assert shown(run(play, ("1 10:00", "a"), ("18 10:00", "b"))) == [
        "3 10:00 reply",
        "10 10:00 reply",
        "17 10:00 reply",
    ]


def test_a_script_that_no_value_chooses_is_not_sent() -> None:
    play = automation("{id: by-level, match: level, send: {high: hi}, via: line}\n{id: one, send: hi, via: line}")
    assert shown(run(play, ("1 10:00", "a"))) == ["1 10:00 one"]
    assert shown(run(play, ("1 09:00", "level=high"), ("1 10:00", "a"))) == ["1 10:00 by-level", "1 10:00 one"]


def test_a_person_confirms_within_a_time() -> None:
    mass = "mass: {title: 群发, tool: map-sms, reach: direct, confirmed_by: {role: guide, within: 4h}}"
    catalog = CATALOG.replace("channels:\n", f"channels:\n  {mass}\n")
    play = automation("{id: one, send: hi, via: mass}")
    assert shown(run(play, ("1 10:00", "a"), catalog=catalog)) == ["1 10:00 one"]
    late = {"automation/auto/one/confirm": (7200,)}
    assert shown(run(play, ("1 10:00", "a"), catalog=catalog, delays=late)) == ["1 12:00 one"]
    assert run(play, ("1 10:00", "a"), catalog=catalog, delays={"automation/auto/one/confirm": (5 * 3600,)}).illegal


# Hours from a table

HOURS = st.builds(
    lambda days, start, length: Open(frozenset(days), start * 1800, start * 1800 + length * 1800),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 47),
    st.integers(1, 48),
)


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(
    st.lists(HOURS, max_size=2),
    st.lists(HOURS, max_size=2),
    st.lists(st.integers(0, 60 * DAY), min_size=1, max_size=8),
    st.integers(0, 5 * DAY),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)
def test_the_table_of_hours_says_what_the_hours_say(
    opened: list[Open], closed: list[Open], times: list[int], amount: int, name: str
) -> None:
    first = int(datetime(2026, 3, 1, tzinfo=ZoneInfo(name)).timestamp())
    zone = Zone.load(name, first - 400 * DAY, first + 900 * DAY, Holidays())
    schedule = Schedule(tuple(opened), tuple(closed))
    table = Opening(schedule, zone, first)
    for time in times:
        now = first + time
        assert table.next_open(now) == schedule.next_open(now, zone)
        assert table.open_after(now, amount) == schedule.open_after(now, amount, zone)
