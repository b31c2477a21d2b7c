"""Deadlines in tools that hear by sync: what the published handbook gets wrong, false alarms, missed cases, and a check by the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Finding, Verdict
from sopkit.pipeline import Compilation
from sopkit.rules.tools_examples import NIGHTLY, PUSH, SYNC, WELCOME
from tests.workspaces import SETTINGS, compiled


def late(text: str, settings_: str = SETTINGS) -> list[Finding]:
    return [one for one in run(text, settings_).findings if one.rule.code == "SOP701"]


def run(text: str, settings_: str = SETTINGS) -> Compilation:
    return compiled({"sopkit.yaml": settings_, "play.yaml": text})


PUBLISHED = """\
kind: lifecycle
id: new-member
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
runs_in: map
stages:
  awareness:
    steps: [{id: welcome, send: hello, via: sms, for: onboarding, within: 1h}]
    next: [{after: 3d, go: end}]
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【晨曦】欢迎入会，拒收请回复T}
""" + NIGHTLY.replace("to: crm", "to: map")


def test_the_published_welcome_is_due_before_the_nightly_sync_tells_of_the_member() -> None:
    (finding,) = late(PUBLISHED)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.subject == "lifecycle/new-member/awareness/welcome"
    assert [(str(one.at), one.counted) for one in finding.timeline] == [
        ("2026-07-01 02:00:00", False),
        ("2026-07-01 03:00:00", False),
        ("2026-07-02 02:00:00", False),
        ("2026-07-02 02:30:00", False),
        ("2026-07-02 02:30:30", True),
    ]
    assert all(one.span is not None for one in finding.timeline)
    assert finding.message("en").endswith("needs 1 d 30 min 30 s at worst")


def test_two_nightly_syncs_need_what_the_second_run_leaves_not_the_sum() -> None:
    chain = NIGHTLY.replace("to: crm", "to: erp") + NIGHTLY.replace("members-to-crm", "erp-to-crm").replace(
        "from: mini-program", "from: erp"
    ).replace("02:00", "03:00").replace("{events", "{events")
    (finding,) = late(WELCOME + chain)
    assert finding.args["needs"] != ""
    assert finding.message("en").endswith("needs 1 d 1 h 30 min at worst")


def test_just_enough_time_is_enough_and_a_second_less_is_not() -> None:
    assert late(WELCOME.replace("1h}", "1470m}") + NIGHTLY) == []
    assert len(late(WELCOME.replace("1h}", "1469m}") + NIGHTLY)) == 1


def test_a_push_is_proved_and_the_proof_names_what_is_left() -> None:
    (proof,) = (one for one in run(WELCOME + PUSH).proved if one.rule.code == "SOP701")
    assert "1 step " in proof.statement.en
    assert "59 min to spare" in proof.statement.en


def test_a_journey_that_names_no_tool_or_hears_nothing_by_sync_is_not_judged() -> None:
    for text in (
        WELCOME.replace("runs_in: crm\n", "") + NIGHTLY,
        WELCOME.replace("runs_in: crm", "runs_in: mini-program") + NIGHTLY,
    ):
        compilation = run(text)
        assert [one for one in compilation.findings if one.rule.code == "SOP701"] == []
        assert [one for one in compilation.proved if one.rule.code == "SOP701"] == []


def test_closed_hours_do_not_count_unless_the_clock_is_on_the_wall() -> None:
    quiet = SETTINGS + "quiet_hours: {hours: 21:00-09:00, of: {reach: reply}}\n"
    nightly = WELCOME.replace("1h}", "12h}") + NIGHTLY
    assert late(nightly, quiet) == []
    assert len(late(nightly.replace("within: 12h", "clock: wall, within: 12h"), quiet)) == 1
    assert len(late(nightly.replace("12h}", "719m}"), quiet)) == 1


def test_an_interval_without_an_offset_makes_a_deadline_possible_to_miss_not_more() -> None:
    (finding,) = late(WELCOME + SYNC + "every: 2h\ntakes: 1m..5m\n")
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.assumptions
    assert late(WELCOME.replace("1h}", "125m}") + SYNC + "every: 2h\ntakes: 1m..5m\n") == []


@pytest.mark.long
@settings(max_examples=12, deadline=None)
@given(
    st.sets(st.integers(0, 23), min_size=1, max_size=4),
    st.integers(0, 90),
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(1, 30),
    st.booleans(),
)
def test_every_minute_of_two_days_agrees_with_the_verdict(
    slots: set[int], takes: int, closes: int, opens: int, within: int, on_the_wall: bool
) -> None:
    if closes == opens:
        opens = (opens + 1) % 24
    clock = "clock: wall, " if on_the_wall else ""
    at = ", ".join(f'"{slot:02d}:00"' for slot in sorted(slots))
    text = WELCOME.replace("within: 1h", f"{clock}within: {within}h") + SYNC
    text += f"every: day\nat: [{at}]\ntakes: 0m..{takes}m\n"
    quiet = f"quiet_hours: {{hours: {closes:02d}:00-{opens:02d}:00, of: {{reach: reply}}}}\n"
    compilation = run(text, SETTINGS.replace("Asia/Shanghai", "UTC") + quiet)
    found = [one for one in compilation.findings if one.rule.code == "SOP701"]
    assert bool(found) == any(
        _misses(minute, slots, takes, closes, opens, within, on_the_wall) for minute in range(1440)
    )


def _misses(minute: int, slots: set[int], takes: int, closes: int, opens: int, within: int, on_the_wall: bool) -> bool:
    start = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(minutes=minute)

    def is_open(at: datetime) -> bool:
        shut = closes <= at.hour < opens if closes < opens else at.hour >= closes or at.hour < opens
        return not shut

    at = start + timedelta(minutes=1)
    while not (at.hour in slots and at.minute == 0):
        at += timedelta(minutes=1)
    at += timedelta(minutes=takes)
    while not is_open(at):
        at += timedelta(minutes=1)
    passed = [start + timedelta(minutes=n) for n in range(int((at - start).total_seconds()) // 60)]
    return sum(on_the_wall or is_open(one) for one in passed) > within * 60
