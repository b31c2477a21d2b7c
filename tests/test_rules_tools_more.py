"""Tools that know nothing of each other: the same said twice, copies too old, data that never arrive, alerts too late; and what is fine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Finding, Verdict
from sopkit.rules.tools_examples import (
    ALERT,
    BACK,
    BOTH,
    KPI,
    LEVEL,
    MARK,
    MEASURED,
    NIGHTLY,
    PUSH,
    RECENT,
    SCRIPTS,
    SYNC,
    SYNC_ORDERS,
    TAGS_OUT,
    TWICE,
    WELCOME,
)
from tests.workspaces import SETTINGS, compiled


def found(text: str, code: str, settings_: str = SETTINGS) -> list[Finding]:
    compilation = compiled({"sopkit.yaml": settings_, "play.yaml": text})
    broken = [one for one in compilation.findings if one.rule.code < "SOP2" and one.weight.value == "error"]
    assert broken == []
    return [one for one in compilation.findings if one.rule.code == code]


# Deadlines: commands, confirmations, channels

SMS = WELCOME.replace("runs_in: crm", "runs_in: map").replace("via: service-chat", "via: sms")
TO_MAP = PUSH.replace("to: crm", "to: map").replace("[member-joined]", "[member-joined], data: [phone]")


def test_a_command_takes_its_time() -> None:
    assert found(SMS.replace("1h}", "90s}") + TO_MAP, "SOP701") == []
    (finding,) = found(SMS.replace("1h}", "89s}") + TO_MAP, "SOP701")
    assert finding.message("en").endswith("needs 1 min 30 s at worst")


MASS = WELCOME.replace("runs_in: crm", "runs_in: map").replace("via: service-chat", "via: wecom-mass")


def test_a_confirmation_takes_the_time_that_staff_have_for_it_while_they_are_at_work() -> None:
    """Asked just after 18:00, a guide has until 10:00 and what is left of four hours: 16 h of the night count for the customer."""
    (finding,) = found(MASS.replace("1h}", "4h}") + TO_MAP, "SOP701")
    assert finding.message("en").endswith("needs 16 h 2 min at worst")
    assert any("confirm" in one.what.en for one in finding.timeline)
    assert found(MASS.replace("1h}", "962m}") + TO_MAP, "SOP701") == []
    assert len(found(MASS.replace("1h}", "961m}") + TO_MAP, "SOP701")) == 1


def test_whoever_sends_by_hand_needs_no_confirmation() -> None:
    by_hand = MASS.replace("via: wecom-mass", "by: guide, via: wecom-mass")
    assert found(by_hand.replace("1h}", "4h}") + TO_MAP, "SOP701") == []


FIRST = WELCOME.replace("runs_in: crm", "runs_in: map").replace("via: service-chat", "via: [sms, wecom-mass]")


def test_the_second_channel_is_judged_for_those_whom_the_first_does_not_reach() -> None:
    (finding,) = found(FIRST.replace("1h}", "4h}") + TO_MAP, "SOP701")
    assert [one.note.en for one in finding.related][1] == "for customers whom the channels before it do not reach"
    guarded = FIRST.replace("1h}", "4h, if: {reachable: sms}}")
    assert found(guarded + TO_MAP, "SOP701") == []


def test_what_a_closed_channel_throws_away_is_not_late() -> None:
    channel = """\
---
kind: catalog
channels:
  desk:
    {title: 柜台短信, tool: crm, reach: direct, selects: customer, hours: 09:00-21:00,
    when_closed: drop, opt_out: {how: 回T, event: sms-unsubscribed}}
"""
    desk = WELCOME.replace("via: service-chat", "clock: wall, via: desk") + channel
    assert found(desk.replace("1h}", "2m}") + PUSH, "SOP701") == []
    waits = desk.replace("when_closed: drop", "when_closed: wait")
    assert len(found(waits.replace("1h}", "2m}") + PUSH, "SOP701")) == 1
    assert len(found(desk.replace("1h}", "59s}") + PUSH, "SOP701")) == 1


def test_steps_before_an_anchored_one_take_their_time() -> None:
    wait = "  - {id: pause, wait: 2h}\n"
    text = WELCOME.replace("steps:\n", "steps:\n" + wait).replace("1h}", "1h, since: start}")
    (finding,) = found(text + PUSH, "SOP701")
    assert finding.message("en").endswith("needs 2 h 1 min at worst")
    assert found(text.replace("within: 1h", "within: 121m") + PUSH, "SOP701") == []


def test_after_may_count_from_the_event_or_from_hearing_of_it() -> None:
    text = WELCOME.replace("1h}", "24h30m}").replace("within: 24h30m", "within: 1500m, after: 1h, since: start")
    (finding,) = found(text + NIGHTLY, "SOP701")
    assert finding.verdict is Verdict.POSSIBLE
    assert [one.en for one in finding.assumptions] == ["`after` counts from when the tool hears of it"]


# The same said twice


def twice(first: str = "", second: str = "", tool: str = "mini-program", more: str = "") -> str:
    return (
        BOTH.format(id="one", tool="mini-program", script="hello", guard=first, more=more)
        + BOTH.format(id="two", tool=tool, script="welcome", guard=second, more="")
        + SCRIPTS
    )


TAG = "tags:\n  greeted: {title: 已问候, record: mini-program}\n"
GREETS = "  - {id: mark, tag: greeted}\n"
UNLESS = ", after: 1h, if: {not: {tag: greeted}}"


def test_two_playbooks_on_one_event_and_purpose_repeat_each_other() -> None:
    (finding,) = found(TWICE, "SOP703")
    assert finding.verdict is Verdict.VIOLATED
    assert sum(one.counted for one in finding.timeline) == 2


@pytest.mark.parametrize(
    "text",
    [
        twice(second=", topic: rules"),
        twice().replace("for: onboarding}\n---", "for: loyalty}\n---", 1),
        twice(second=", after: 25h"),
        twice(more=GREETS, second=UNLESS) + TAG,
        twice().replace("starts_on: member-joined", "starts_on: account-closed", 1),
        twice().replace("via: sms", "via: mp-page"),
        twice(first=", if: {age-band: adult}", second=", if: {age-band: minor}"),
        twice().replace("starts_on", "audience: {age-band: adult}\nstarts_on", 1).replace(
            "id: two\n", "id: two\naudience: {age-band: minor}\n"
        ),
        twice(second=", if: {not: {in: one}}"),
    ],
)  # fmt: skip
def test_what_is_no_repetition(text: str) -> None:
    assert found(text, "SOP703") == []


def test_a_short_time_is_what_the_workspace_says() -> None:
    text = twice(second=", after: 25h")
    assert len(found(text, "SOP703", SETTINGS + "duplicate_within: 26h\n")) == 1
    assert found(text, "SOP703", SETTINGS + "duplicate_within: 25h\n") == []


def test_a_deadline_lets_a_tool_send_late_and_so_near_to_the_other() -> None:
    assert len(found(twice(first=", within: 2h", second=", after: 25h"), "SOP703")) == 1


def test_journeys_that_run_one_at_a_time_do_not_repeat_each_other() -> None:
    group = "one_at_a_time:\n  hellos: {journeys: [one, two]}\n"
    assert found(twice(), "SOP703", SETTINGS + group) == []


def test_a_tool_that_throws_the_second_away_repeats_nothing() -> None:
    rule = "caps: [{id: daily-sms, max: 1, per: day, of: {channel: sms}}]\nenforce: {in: mini-program, count: skip}\n"
    assert found(twice(), "SOP703", SETTINGS.replace("enforce: none\n", rule)) == []
    wider = SETTINGS.replace("enforce: none\n", rule.replace("max: 1", "max: 2"))
    assert len(found(twice(), "SOP703", wider)) == 1


def synced(every: str) -> str:
    """Return syncs that bring the event at once, and the tag as told."""
    tags = TAGS_OUT.replace("from: crm\nto: mini-program", "from: mini-program\nto: map").replace("fresh", "greeted")
    return TO_MAP + tags.replace("every: 15m\n", every)


def test_a_guard_on_a_copy_that_lags_is_a_race() -> None:
    text = twice(more=GREETS, second=UNLESS, tool="map") + TAG
    (late,) = found(text + synced('every: day\nat: ["02:00"]\n'), "SOP703")
    assert late.verdict is Verdict.VIOLATED
    assert late.message("en").endswith("the tag greeted has not come to map by then")
    assert found(text + synced("every: event\n"), "SOP703") == []
    assert found(text + synced("every: 15m\n"), "SOP703") == []
    (never,) = found(text + TO_MAP, "SOP703")
    assert never.message("en").endswith("the tag greeted never comes to map")


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 23), st.integers(1, 59), st.integers(1, 23), st.integers(0, 5))
def test_every_minute_of_a_day_agrees_on_a_race(slot: int, takes: int, after: int, heard: int) -> None:
    text = twice(more=GREETS, second=f", after: {after}h, if: {{not: {{tag: greeted}}}}", tool="map") + TAG
    tags = synced(f'every: day\nat: ["{slot:02d}:00"]\n').replace("takes: 1m..2m", f"takes: 0m..{takes}m")
    tags = tags.replace("takes: 10s..1m", f"takes: 0m..{heard}m")
    races = []
    for minute in range(1440):
        run = next(n for n in range(minute + 1, minute + 1441) if n % 1440 == slot * 60)
        races.append(minute + heard + after * 60 <= run + takes)
    assert bool(found(text + tags, "SOP703", SETTINGS.replace("Asia/Shanghai", "UTC"))) == any(races)


# Copies too old


def test_a_copy_must_be_newer_than_the_time_that_its_condition_asks_about() -> None:
    nightly = SYNC_ORDERS.replace("every: event\ntakes: 10s..1m\n", 'every: day\nat: ["02:00"]\ntakes: 1m..30m\n')
    assert len(found(RECENT.replace("12h", "1470m") + nightly, "SOP702")) == 1
    assert found(RECENT.replace("12h", "1471m") + nightly, "SOP702") == []
    assert found(RECENT.replace("not within 12h", "never") + nightly, "SOP702") == []


def test_an_interval_may_begin_at_any_time() -> None:
    (finding,) = found(RECENT + SYNC_ORDERS.replace("every: event", "every: 12h"), "SOP702")
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.assumptions


COMPUTED = """\
---
kind: catalog
data:
  level:
    {title: 级别, type: [gold, silver], category: user.behavior, record: erp, retention: 1y,
    computed: {from: [order-amount], every: week, at: [mon 03:00], first_of: [{gold: {order-amount: ≥ 100 CNY}}, {silver: else}]}}
---
kind: sync
id: level-to-crm
title: 级别同步
owner: guide
review_by: 2027-12-31
from: erp
to: crm
carries: {data: [level]}
key: member-id
every: week
at: [mon 04:00]
takes: 10m..30m
"""


def test_what_is_computed_weekly_is_old_only_where_the_sync_misses_it() -> None:
    text = WELCOME.replace("via: service-chat", "if: {level: gold}, via: service-chat").replace("1h}", "3d}") + PUSH
    assert found(text + COMPUTED, "SOP702") == []
    (finding,) = found(text + COMPUTED.replace("mon 04:00", "mon 03:00"), "SOP702")
    assert finding.message("en").startswith(
        "`hello` looks at the data item `level`, which comes to `crm` up to 7 d 30 min"
    )


PAYS = WELCOME.replace("starts_on: member-joined", "starts_on: order-paid").replace(
    "via: service-chat", "if: {order-amount: ≥ 100 CNY}, via: service-chat"
)
AMOUNT = SYNC_ORDERS.replace("orders-to-crm", "amounts").replace("{events: [order-paid]}", "{data: [order-amount]}")


def test_an_event_may_overtake_what_it_collects() -> None:
    nightly = AMOUNT.replace("every: event\n", 'every: day\nat: ["02:00"]\n')
    (finding,) = found(PAYS + SYNC_ORDERS + nightly, "SOP702")
    assert finding.verdict is Verdict.VIOLATED
    assert found(PAYS + SYNC_ORDERS + AMOUNT, "SOP702") == []
    together = SYNC_ORDERS.replace("{events: [order-paid]}", "{events: [order-paid], data: [order-amount]}")
    assert found(PAYS + together + nightly, "SOP702") == []
    assert (
        found(PAYS.replace("within", "after: 25h, within").replace("1h}", "3d}") + SYNC_ORDERS + nightly, "SOP702")
        == []
    )


# What never arrives, and who keeps it


def test_a_trigger_that_is_never_heard_and_one_item_for_all_who_need_it() -> None:
    (finding,) = found(WELCOME + SYNC_ORDERS, "SOP704")
    assert finding.args["item"] == "member-joined"
    two = WELCOME + "---\n" + WELCOME.partition("---")[0].replace("id: welcome", "id: again") + SYNC_ORDERS
    (both,) = found(two, "SOP704")
    assert [one.note.en for one in both.related] == ["`welcome` needs it, too"]


def test_a_workspace_without_syncs_says_nothing_of_them() -> None:
    guarded = WELCOME.replace("via: service-chat", "if: {order-paid: never}, via: service-chat")
    assert found(guarded, "SOP704") == []
    assert found(KPI, "SOP705") == []


def test_a_name_in_a_text_must_be_known_where_it_is_sent() -> None:
    text = WELCOME.replace("【示例】您好，有问题随时找我", '"【示例】{customer.order-amount|您好}，有问题随时找我"')
    (finding,) = found(text + PUSH, "SOP704")
    assert finding.args["item"] == "order-amount"
    assert found(text + PUSH + AMOUNT, "SOP704") == []
    assert found(text + PUSH + AMOUNT.replace("to: crm", "to: wecom"), "SOP704") == []


def test_a_segment_brings_all_that_it_asks_about_and_two_syncs_make_a_way() -> None:
    text = WELCOME.replace("starts_on", "audience: {segment: buyers}\nstarts_on").replace(
        "scripts:", "segments:\n  buyers: {title: 买过的人, when: {order-paid: ever}}\nscripts:"
    )
    assert len(found(text + PUSH, "SOP704")) == 1
    hop = SYNC_ORDERS.replace("to: crm", "to: bi")
    assert len(found(text + PUSH + hop, "SOP704")) == 1
    assert (
        found(
            text + PUSH + hop + hop.replace("orders-to-crm", "on").replace("from: erp\nto: bi", "from: bi\nto: crm"),
            "SOP704",
        )
        == []
    )


def test_a_kpi_needs_its_cohort_and_its_touches() -> None:
    assert found(KPI + MEASURED, "SOP705") == []
    (cohort,) = found(KPI + "cohort: {order-paid: ever}\n" + MEASURED, "SOP705")
    assert cohort.args["item"] == "order-paid"
    (touches,) = found(KPI.replace("events: member-joined", "touches: {channel: sms}") + MEASURED, "SOP705")
    assert touches.args["item"] == "sms"
    assert found(KPI.replace("measured_in: bi", "measured_in: mini-program") + MEASURED, "SOP705") == []


def test_a_circle_has_a_winner_where_the_record_is_in_it() -> None:
    assert found(LEVEL + BACK, "SOP708") == []
    assert len(found(LEVEL.replace("record: crm", "record: erp") + BACK, "SOP708")) == 1
    assert found(LEVEL.replace("record: crm", "record: erp"), "SOP708") == []


def test_one_writer_needs_no_record_and_two_do() -> None:
    assert found(LEVEL.replace(", record: crm", "").replace(", order-paid]", "]"), "SOP707") == []
    assert len(found(LEVEL.replace(", record: crm", ""), "SOP707")) == 1


def test_a_write_comes_to_its_record_by_any_way() -> None:
    assert len(found(MARK + TAGS_OUT, "SOP709")) == 1
    assert found(MARK.replace("runs_in: mini-program", "runs_in: crm") + TAGS_OUT, "SOP709") == []


# Alerts


def test_an_alert_without_a_review_or_without_data_is_not_judged() -> None:
    late = MEASURED.replace("02:00", "08:00")
    assert found(ALERT.replace("review: {every: week, at: [mon 10:00], by: guide}\n", "") + late, "SOP706") == []
    assert found(ALERT + PUSH, "SOP706") == []
    assert len(found(ALERT + late, "SOP706")) == 1


def test_an_interval_makes_an_alert_possible_to_miss() -> None:
    (finding,) = found(ALERT + MEASURED.replace('every: day\nat: ["02:00"]', "every: 8h"), "SOP706")
    assert finding.verdict is Verdict.POSSIBLE
    assert found(ALERT + MEASURED.replace('every: day\nat: ["02:00"]', "every: 7h"), "SOP706") == []


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 23), min_size=1, max_size=3), st.integers(0, 120), st.integers(0, 23), st.integers(1, 12))
def test_walking_through_the_night_agrees_on_an_alert(slots: set[int], takes: int, review: int, before: int) -> None:
    at = ", ".join(f'"{slot:02d}:00"' for slot in sorted(slots))
    text = ALERT.replace("mon 10:00", f"mon {review:02d}:00").replace("before: 2h", f"before: {before}h")
    text += SYNC.replace("members-to-crm", "members-to-bi").replace("to: crm", "to: bi")
    text += f"every: day\nat: [{at}]\ntakes: 0m..{takes}m\n"
    monday = datetime(2026, 7, 6, tzinfo=UTC)
    run = next(one for n in range(25) if (one := monday + timedelta(hours=n)).hour in slots)
    late = run + timedelta(minutes=takes) > monday + timedelta(hours=review - before)
    assert bool(found(text, "SOP706", SETTINGS.replace("Asia/Shanghai", "UTC"))) == late


def test_a_web_of_syncs_with_too_many_instants_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    nightly = AMOUNT.replace("every: event\n", 'every: day\nat: ["02:00"]\n')
    text = PAYS.replace(", within: 1h", "") + SYNC_ORDERS + nightly
    assert len(found(text, "SOP702")) == 1
    monkeypatch.setattr("sopkit.graph.latency.MOST_OFFSETS", 0)
    compilation = compiled({"sopkit.yaml": SETTINGS, "play.yaml": text})
    assert [one for one in compilation.findings if one.rule.code == "SOP702"] == []
    (left,) = [one for one in compilation.not_assessed if one.rule.code == "SOP702"]
    assert left.subject.startswith("automation/")
    assert left.span is not None
    assert "instants" in left.reason.en
