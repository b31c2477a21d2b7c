"""Scripted runs of the simulator against logs worked out by hand from the semantics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Severity
from sopkit.simulation import EndlessError, Happening, Log, Trace, replay
from tests.workspaces import SETTINGS, compiled

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 7, 1, tzinfo=ZONE)  # a Wednesday

CATALOG = """\
kind: catalog
id: nouns
owner: guide
tools: {map: {title: 平台, drives: {map-sms: 30s}}, map-sms: {title: 短信}}
events:
  a: {title: 甲, tool: map, at_most: 9 per day}
  b: {title: 乙, tool: map, at_most: 9 per day}
channels:
  line: {title: 线, tool: map-sms, reach: direct}
  day-line: {title: 白天, tool: map-sms, reach: direct, hours: 09:00-21:00}
  drop-line: {title: 丢弃, tool: map-sms, reach: direct, hours: 09:00-21:00, when_closed: drop}
  page: {title: 页面, tool: map, reach: pull}
data: {level: {title: 级, type: [low, high], category: user.behavior, record: map, retention: 1y}}
tags: {vip: {title: 贵宾, record: map}}
scripts: {hi: {text: 您好}}
consents: {agree: {title: 同意, channels: [line], purposes: [promotion], notice: privacy-notice, effective_within: 1d}}
"""


def when(text: str) -> datetime:
    """`2 10:30` is the second of July, 10:30 local time."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return START + timedelta(days=int(day) - 1, hours=int(hour), minutes=int(minute))


def run(
    play: str,
    *happenings: tuple[str, str],
    more: str = "",
    delays: Mapping[str, tuple[int, ...]] | None = None,
    days: int = 40,
    catalog: str = CATALOG,
) -> Log:
    """Replay events, written as (time, event), through the playbooks."""
    base = SETTINGS.replace("enforce: none\n", "") + (dedent(more) if more else "enforce: none\n")
    compilation = compiled({"sopkit.yaml": base, "nouns.yaml": catalog, "play.yaml": play})
    broken = [f for f in compilation.findings if f.rule.code < "SOP200" and f.weight is Severity.ERROR]
    assert not broken, [f"{f.rule.code} {f.message('en')}" for f in broken]
    trace = Trace(
        START, START + timedelta(days=days), tuple(_happening(at, name) for at, name in happenings), delays=delays or {}
    )
    return replay(compilation.workspace, compilation.graph, trace)


def _happening(at: str, name: str) -> Happening:
    if "=" in name:
        name, value = name.split("=")
        return Happening(when(at), "data", name, value)
    if name[0] in "+-":
        return Happening(when(at), "tag" if name[0] == "+" else "untag", name[1:])
    return Happening(when(at), "event", name)


def shown(log: Log, kind: str = "touch") -> list[str]:
    """Return the entries of a kind as `2 10:30 step`."""
    found = []
    for entry in log.entries:
        if entry.kind == kind:
            local = datetime.fromtimestamp(entry.at, ZONE)
            found.append(f"{(local.date() - START.date()).days + 1} {local:%H:%M} {entry.node.rpartition('/')[2]}")
    return found


def automation(steps: str, keys: str = "", name: str = "auto") -> str:
    return dedent(f"kind: automation\nid: {name}\ntitle: 自动\nstarts_on: a\nruns_in: map\n{keys}steps:\n") + "".join(
        f"  - {line}\n" for line in dedent(steps).strip().splitlines()
    )


ONE = "{id: one, send: hi, via: line}"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", ["1 10:00 one"]),
        ("reentry: after 2d\n", ["1 10:00 one", "3 10:00 one"]),
        ("reentry: always\n", ["1 10:00 one", "2 10:00 one", "3 10:00 one"]),
    ],
)
def test_reentry(keys: str, expected: list[str]) -> None:
    log = run(automation(ONE, keys), ("1 10:00", "a"), ("2 10:00", "a"), ("3 10:00", "a"))
    assert shown(log) == expected
    assert log.illegal == ()


@pytest.mark.parametrize(("overlap", "count"), [("true", 2), ("false", 1)])
def test_always_overlaps_unless_refused(overlap: str, count: int) -> None:
    play = automation("{id: one, send: hi, via: line, after: 1d}", f"reentry: always\noverlap: {overlap}\n")
    assert len(run(play, ("1 10:00", "a"), ("1 11:00", "a")).touches) == count


def test_audience_is_tested_at_entry_only_and_while_all_along() -> None:
    step = "{id: one, send: hi, via: line, after: 1d}"
    course = (("1 09:00", "+vip"), ("1 10:00", "a"), ("1 12:00", "-vip"))
    assert shown(run(automation(step, "audience: {tag: vip}\n"), *course)) == ["2 10:00 one"]
    assert shown(run(automation(step, "while: {tag: vip}\n"), *course)) == []


def test_a_closed_hour_moves_a_touch_and_later_delays_count_from_there() -> None:
    play = automation("{id: one, send: hi, via: day-line}\n{id: two, send: hi, via: line, after: 1h}")
    assert shown(run(play, ("1 21:00", "a"))) == ["2 09:00 one", "2 10:00 two"]
    assert shown(run(play, ("1 20:59", "a"))) == ["1 20:59 one", "1 21:59 two"]


def test_a_channel_may_drop_in_closed_hours() -> None:
    play = automation("{id: one, send: hi, via: drop-line}\n{id: two, send: hi, via: line, after: 1h}")
    assert shown(run(play, ("1 22:00", "a"))) == ["1 23:00 two"]


def test_a_guard_is_tested_after_the_move_to_an_open_hour() -> None:
    play = automation("{id: one, send: hi, via: day-line, if: {tag: vip}}")
    assert shown(run(play, ("1 22:00", "a"), ("2 08:00", "+vip"))) == ["2 09:00 one"]
    assert shown(run(play, ("1 20:00", "+vip"), ("1 22:00", "a"), ("2 08:00", "-vip"))) == []


def test_a_guarded_out_step_takes_its_time() -> None:
    play = automation(
        "{id: one, send: hi, via: line, after: 2h, if: {tag: vip}}\n{id: two, send: hi, via: line, after: 1h}"
    )
    assert shown(run(play, ("1 10:00", "a"))) == ["1 13:00 two"]


def test_a_person_is_asked_at_issue_and_acts_later() -> None:
    play = automation("{id: one, send: hi, via: line, by: guide, within: 3h, if: {tag: vip}}")
    log = run(play, ("1 10:00", "+vip"), ("1 11:00", "a"), ("1 12:00", "-vip"), delays={"automation/auto/one": (7200,)})
    assert shown(log) == ["1 13:00 one"]
    assert log.illegal == ()


@pytest.mark.parametrize(
    ("happenings", "expected"),
    [
        ((("1 9:00", "+vip"),), ["1 12:00 one"]),
        ((("1 9:00", "+vip"), ("1 11:00", "-vip")), []),
        ((("1 11:00", "+vip"),), []),
    ],
)
def test_a_person_who_looks_again_does_not_do_what_no_longer_holds(
    happenings: tuple[tuple[str, str], ...], expected: list[str]
) -> None:
    play = automation("{id: one, send: hi, via: line, by: guide, within: 3h, if: {tag: vip}, recheck: map}")
    log = run(play, *happenings, ("1 10:00", "a"), delays={"automation/auto/one": (2 * 3600,)})
    assert shown(log) == expected


def test_within_counts_open_time_and_a_longer_delay_is_no_witness() -> None:
    play = automation("{id: one, send: hi, via: day-line, within: 2h}")
    late = {"automation/auto/one": (13 * 3600,)}
    log = run(play, ("1 20:00", "a"), delays=late)
    assert (shown(log), log.illegal) == (["2 09:00 one"], ())
    assert run(
        automation("{id: one, send: hi, via: day-line, within: 2h, clock: wall}"), ("1 20:00", "a"), delays=late
    ).illegal


def test_since_moves_only_the_zero_of_the_clock() -> None:
    play = automation(
        "{id: one, send: hi, via: line, after: 5h}\n{id: two, send: hi, via: line, after: 2h, since: start}"
    )
    assert shown(run(play, ("1 10:00", "a"))) == ["1 15:00 one", "1 15:00 two"]


def test_a_wait_sees_later_occurrences_only() -> None:
    play = automation(
        "{id: hold, wait: b, up_to: 2d, otherwise: [{id: late, send: hi, via: line}]}\n{id: one, send: hi, via: line}"
    )
    assert shown(run(play, ("1 10:00", "a"), ("1 10:00", "b"))) == ["3 10:00 late", "3 10:00 one"]
    assert shown(run(play, ("1 10:00", "a"), ("1 11:00", "b"))) == ["1 11:00 one"]


def test_the_first_true_branch_is_taken() -> None:
    play = automation(
        "{choose: [{if: {tag: vip}, steps: [{id: one, send: hi, via: line}]}, {else: [{id: two, send: hi, via: line}]}]}\n"
        "{id: end-here, end: true}\n{id: never, send: hi, via: line}"
    )
    assert shown(run(play, ("1 10:00", "a"))) == ["1 10:00 two"]
    assert shown(run(play, ("1 09:00", "+vip"), ("1 10:00", "a"))) == ["1 10:00 one"]


def test_a_page_that_the_customer_opens_is_no_touch() -> None:
    assert run(automation("{id: one, send: hi, via: page}"), ("1 10:00", "a")).touches == ()


LIFECYCLE = """\
kind: lifecycle
id: life
title: 旅程
starts_on: a
runs_in: map
stages:
  first:
    {extra}steps:
      - {{id: chain, send: hi, via: line, after: 3d}}
      - {{id: again, send: hi, via: day-line, every: 1d}}
      - {{id: reply, send: hi, via: line, on: b}}
    next:
      {next}
  second:
    steps: [{{id: hello, send: hi, via: line}}]
"""


def test_what_recurs_in_a_stage_is_moved_one_by_one_and_a_timeout_comes_before_due_steps() -> None:
    log = run(LIFECYCLE.format(extra="", next="- {after: 3d, go: second}"), ("1 22:00", "a"), ("1 23:00", "b"))
    # again: due 22:00 on days 2 and 3, each moved to the next morning; day 4 22:00 is the timeout, which drops all that is due
    assert shown(log) == ["1 23:00 reply", "3 09:00 again", "4 09:00 again", "4 22:00 hello"]


def test_a_stay_holds_a_transition_and_pending_steps_are_dropped() -> None:
    log = run(
        LIFECYCLE.format(extra="stays: at least 2d\n    ", next="- {on: b, go: second}"),
        ("1 10:00", "a"),
        ("1 11:00", "b"),
    )
    assert shown(log) == ["1 11:00 reply", "2 10:00 again", "3 10:00 hello"]


def test_the_first_transition_that_holds_wins_also_when_already_true() -> None:
    moves = "- {when: {tag: vip}, go: second}\n      - {on: b, go: end}"
    log = run(LIFECYCLE.format(extra="", next=moves), ("1 09:00", "+vip"), ("1 10:00", "a"))
    assert shown(log) == ["1 10:00 hello"]


def test_stages_follow_a_value() -> None:
    play = """\
    kind: lifecycle
    id: tiers
    title: 分层
    starts_on: a
    follows: level
    stages:
      low: {steps: [{id: down, send: hi, via: line}]}
      high: {steps: [{id: up, send: hi, via: line, after: 1d}]}
    """
    log = run(play, ("1 09:00", "level=low"), ("1 10:00", "a"), ("2 10:00", "level=high"), ("5 10:00", "level=low"))
    assert shown(log) == ["1 10:00 down", "3 10:00 up", "5 10:00 down"]


CAPS = "caps: [{{id: cap, {cap}}}]\nenforce: {{in: map, gap: {gap}, count: {count}}}\n"


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("skip", ["1 10:00 one", "1 14:00 three"]),
        ("wait 12h", ["1 10:00 one", "1 14:00 two", "1 18:00 three"]),
        ("wait 1h", ["1 10:00 one", "1 14:00 three"]),
        ("exit", ["1 10:00 one"]),
    ],
)
def test_a_gap_is_enforced(gap: str, expected: list[str]) -> None:
    third = "after: 2h" if "12h" in gap else "after: 3h"
    steps = f"{ONE}\n{{id: two, send: hi, via: line, after: 1h}}\n{{id: three, send: hi, via: line, {third}}}"
    log = run(automation(steps), ("1 10:00", "a"), more=CAPS.format(cap="gap: 4h", gap=gap, count="skip"))
    assert shown(log) == expected


def test_windows_are_half_open_and_days_are_the_calendars() -> None:
    steps = f"{ONE}\n{{id: two, send: hi, via: line, after: 7d}}"
    week = CAPS.format(cap="max: 1, per: 7d", gap="skip", count="skip")
    assert shown(run(automation(steps), ("1 10:00", "a"), more=week)) == ["1 10:00 one", "8 10:00 two"]
    day = CAPS.format(cap="max: 1, per: day", gap="skip", count="skip")
    steps = f"{ONE}\n{{id: two, send: hi, via: line, after: 1m}}"
    assert len(run(automation(steps), ("1 23:59", "a"), more=day).touches) == 2
    assert len(run(automation(steps), ("1 23:58", "a"), more=day).touches) == 1


def test_a_touch_may_go_past_the_caps_and_count_all_the_same() -> None:
    day = CAPS.format(cap="max: 1, per: day", gap="skip", count="skip")
    rule = "cap: {stopped: false, reason: 通知}"
    steps = f"{ONE}\n{{id: two, send: hi, via: line, {rule}}}\n{{id: three, send: hi, via: line}}"
    assert shown(run(automation(steps), ("1 10:00", "a"), more=day)) == ["1 10:00 one", "1 10:00 two"]


@pytest.mark.parametrize(
    ("if_busy", "expected"),
    [
        ("drop", ["2 10:00 one"]),
        ("queue", ["2 10:00 one", "4 10:00 two"]),
        ("preempt", ["1 11:00 two"]),
    ],
)
def test_one_at_a_time(if_busy: str, expected: list[str]) -> None:
    other = automation("{id: two, send: hi, via: line}", name="other").replace("starts_on: a", "starts_on: b")
    play = automation("{id: one, send: hi, via: line, after: 1d}") + "---\n" + other
    group = f"enforce: none\none_at_a_time: {{g: {{journeys: [auto, other], cool_down: 2d, if_busy: {if_busy}}}}}\n"
    assert shown(run(play, ("1 10:00", "a"), ("1 11:00", "b"), more=group)) == expected


def test_a_trace_that_breaks_a_bound_is_no_witness() -> None:
    events = [("1 10:00", "a")] * 10
    assert run(automation(ONE), *events).illegal == ("a: more than 9 per day",)


def test_what_is_left_out_is_named() -> None:
    assert run(automation(ONE), ("1 10:00", "a")).unmodelled == ()
    play = automation("{id: one, send: hi, via: line}\n{id: again, ask: agree, via: line, again_after: 3d}").replace(
        "starts_on: a", "starts_on: [a, manual]"
    )
    assert run(play, ("1 10:00", "a")).unmodelled == ("automation/auto/again: again_after", "automation/auto: manual")


@pytest.mark.long
def test_a_circle_without_time_is_told() -> None:
    play = LIFECYCLE.format(extra="", next="- {when: {a: ever}, go: second}").replace(
        "steps: [{id: hello, send: hi, via: line}]", "next: [{when: {a: ever}, go: first}]"
    )
    with pytest.raises(EndlessError):
        run(play, ("1 10:00", "a"))


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 96), max_size=12), st.integers(0, 10), st.sampled_from(["skip", "wait 12h", "exit"]))
def test_no_two_controlled_touches_fall_into_a_gap(hours: list[int], delay: int, gap: str) -> None:
    steps = f"{ONE}\n{{id: two, send: hi, via: day-line, after: {delay}h}}"
    course = tuple((f"{1 + hour // 24} {hour % 24}:00", "a") for hour in hours)
    log = run(automation(steps, "reentry: always\n"), *course, more=CAPS.format(cap="gap: 5h", gap=gap, count="skip"))
    times = [entry.at for entry in log.touches]
    assert all(later - earlier >= 5 * 3600 for earlier, later in pairwise(times))
    assert all(entry.controlled for entry in log.touches)
