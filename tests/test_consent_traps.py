"""Ways on which a consent looks fresher, or older, than it is: holding tools, counts, late syncs, tasks, groups, loops; bad beside good."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Verdict
from tests.test_rules_consent import codes, of_consent, run, text

UNGUARDED = text("guard-before-a-wait")
ONE_STEP = text("after-a-withdrawal")
SEND = "- {id: tell, send: news, via: sms, for: promotion"
EVENT = (
    "---\nkind: catalog\nevents:\n"
    "  sms-yes: {title: 同意, tool: mini-program, at_most: 1 per day, gives: [sms-marketing], shows: [privacy-notice]}\n"
)


def stale(workspace: str) -> Finding:
    (finding,) = [one for one in run(workspace).findings if one.rule.code in ("SOP501", "SOP502", "SOP503", "SOP504")]
    assert finding.rule.code == "SOP504"
    return finding


def proof(workspace: str) -> tuple[str, list[str]]:
    (one,) = [one for one in run(workspace).proved if one.rule.code == "SOP501"]
    return one.statement.en.partition("; ")[2], [said.en for said in one.assumptions]


# What holds a touch back


def held(enforce: str) -> str:
    gap = "caps: [{id: spacing, gap: 24h}]"
    short = UNGUARDED.replace("wait: 3d", "wait: 20h").replace("caps: [{id: weekly, max: 5, per: 7d}]", gap)
    return short.replace("enforce: none", f"enforce: {{in: map, {enforce}}}")


def test_a_touch_that_the_tool_holds_back_comes_later_than_the_condition_was_looked_at() -> None:
    assert stale(held("gap: wait 48h")).verdict is Verdict.POSSIBLE
    assert proof(held("gap: skip"))[0].endswith("within 20 h 30 s before")
    assert proof(held("gap: wait 2h"))[0].endswith("within 22 h 30 s before")


def test_a_condition_of_the_step_itself_is_looked_at_when_the_tool_lets_it_go() -> None:
    guarded = held("gap: wait 48h").replace(SEND, f"{SEND}, if: {{consent: sms-marketing}}")
    assert proof(guarded)[0].endswith("within 30 s before")


# What a count shows


@pytest.mark.parametrize("count", ["≥ 1", "> 0", "= 1", "= 2"])
def test_a_count_of_at_least_one_shows_that_it_was_given(count: str) -> None:
    assert codes(counted(count)) == []


@pytest.mark.parametrize("count", ["≥ 0", "= 0", "< 1", "≤ 1"])
def test_a_count_that_may_be_none_shows_nothing(count: str) -> None:
    assert codes(counted(count)) == ["SOP501"]


def counted(count: str) -> str:
    asked = ONE_STEP.replace("starts_on: sms-unsubscribed", "starts_on: member-joined")
    return asked.replace(f"{SEND}}}", f'{SEND}, if: {{sms-yes: "{count} within 1h"}}}}') + EVENT


# What a sync brings late


SYNC = """\
---
kind: sync
id: to-map
title: 同步
owner: guide
review_by: 2027-12-31
from: mini-program
to: map
carries: {consents: [sms-marketing], events: [sms-yes, member-settings-off, account-closed]}
key: unionid
TIMES
"""


@pytest.mark.parametrize("starts", ["{given: sms-marketing}", "sms-yes"])
def test_what_a_consent_starts_begins_as_late_as_the_tool_learns_of_it(starts: str) -> None:
    waits = ONE_STEP.replace("starts_on: sms-unsubscribed", f"starts_on: {starts}").replace(
        SEND, f"- {{id: pause, wait: 20h}}\n  {SEND}"
    )
    daily = SYNC.replace("TIMES", 'every: day\nat: ["02:00"]\ntakes: 10m..30m')
    found = [one for one in run(waits + EVENT + daily).findings if one.rule.code == "SOP504"]
    assert [one.verdict for one in found] == [Verdict.POSSIBLE]
    soon = SYNC.replace("TIMES", "every: event\ntakes: 10s..1m")
    assert [one for one in run(waits + EVENT + soon).findings if one.rule.code == "SOP504"] == []
    assert [one for one in run(waits + EVENT).findings if one.rule.code == "SOP504"] == []


# What ends a journey before its end


HANDED_OVER = ONE_STEP.replace("starts_on: sms-unsubscribed", "starts_on: {ended: ask}") + EVENT
FIRST = """\
---
kind: automation
id: ID
title: 询问
owner: guide
review_by: 2027-12-31
audience: members
starts_on: ON
runs_in: map
steps:
  - {id: STEP, wait: sms-yes, up_to: 3d, otherwise: [{id: stay, wait: order-paid}]}
"""
BOTH = FIRST.replace("ID", "ask").replace("ON", "member-joined").replace("STEP", "hear").replace(
    "wait: order-paid", "wait: sms-yes"
) + FIRST.replace("ID", "rival").replace("ON", "order-paid").replace("STEP", "listen")


@pytest.mark.parametrize("busy", ["preempt", "drop"])
def test_what_the_end_of_a_journey_starts_knows_no_more_than_where_its_group_cuts_it_off(busy: str) -> None:
    group = f"one_at_a_time: {{one: {{journeys: [ask, rival], if_busy: {busy}}}}}\n---\nkind: automation\nid: news"
    found = of_consent(run(HANDED_OVER.replace("---\nkind: automation\nid: news", group) + BOTH))
    if busy == "drop":
        assert found == []
        return
    (one,) = found
    assert (one.rule.code, one.verdict) == ("SOP501", Verdict.POSSIBLE)
    assert [said.en for said in one.assumptions] == [
        "another playbook takes its place, or has used the cap up, just then"
    ]


# What closed hours do


def test_a_step_of_which_one_channel_waits_for_open_hours_may_come_in_the_morning() -> None:
    channel = "title: 短信, tool: sms-gateway, preset: sms-cn, selects: customer, address: phone, hours: 09:00-21:00"
    leaves = "opt_out: {how: 回T退订, event: sms-unsubscribed}"
    consent = "title: 短信, channels: [sms, other], purposes: [promotion], withdrawn_by: [sms-unsubscribed], effective_within: 4h"
    nouns = (
        f"---\nkind: catalog\nchannels:\n  sms: {{{channel}, when_closed: WHEN, {leaves}}}\n"
        f"  other: {{{channel}, when_closed: drop, {leaves}}}\nconsents:\n  sms-marketing: {{{consent}}}\n"
    )
    soon = UNGUARDED.replace("wait: 3d", "wait: 2h").replace("via: sms", "via: [other, sms]")
    assert stale(soon + nouns.replace("WHEN", "wait")).subject == "automation/news/tell"
    assert [one for one in run(soon + nouns.replace("WHEN", "drop")).findings if one.rule.code == "SOP504"] == []


# Who is in a group


def test_that_all_in_a_group_came_in_by_the_event_that_gives_the_consent_is_said() -> None:
    group = ONE_STEP.replace("via: sms, for: promotion", "via: group, for: promotion").replace(
        "starts_on: sms-unsubscribed", "starts_on: member-joined"
    )
    assert "all who are in `group` came in by `group-joined`" in proof(group)[1]
    other = "---\nkind: catalog\nevents:\n  group-joined: {title: 进群, tool: wecom, at_most: 5 per day}\n"
    assert [one.rule.code for one in of_consent(run(group + other))] == ["SOP501"]
    voted = (
        other
        + "  poll: {title: 投票, tool: wecom, at_most: 1 per day, gives: [group-marketing], shows: [privacy-notice]}\n"
    )
    assert "all who are in `group` came in by `poll`" in proof(group + voted)[1]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("withdrawn_by: [group-left]", []),
        ("withdrawn_by: [group-left, member-settings-off]", ["SOP501"]),
        ("withdrawn_by: [member-settings-off]", ["SOP501"]),
        ("withdrawn_by: [group-left], expires: 30d", ["SOP501"]),
    ],
)
def test_being_in_a_group_shows_no_consent_that_ends_otherwise_than_by_leaving(ends: str, expected: list[str]) -> None:
    consent = (
        "---\nkind: catalog\nconsents:\n  group-marketing: {title: 群, channels: [group], purposes: [promotion, care], "
        f"notice: privacy-notice, effective_within: 24h, {ends}}}\n"
    )
    group = ONE_STEP.replace("via: sms, for: promotion", "via: group, for: promotion").replace(
        "starts_on: sms-unsubscribed", "starts_on: member-joined"
    )
    assert [one for one in codes(group + consent) if one == "SOP501"] == expected


# Tasks of staff


def test_a_task_ends_with_its_journey_and_so_with_every_withdrawal() -> None:
    task = ONE_STEP.replace("starts_on: sms-unsubscribed", "starts_on: member-joined\nends_on: [ENDS]").replace(
        f"{SEND}}}", f"{SEND}, by: guide, within: 3d, if: {{consent: sms-marketing}}}}"
    )
    assert codes(task.replace("ENDS", "sms-unsubscribed, member-settings-off, account-closed")) == []
    assert codes(task.replace("ENDS", "sms-unsubscribed, account-closed")) == ["SOP504"]


# Loops


@pytest.mark.parametrize(("guard", "found"), [(", if: {consent: sms-marketing}", []), ("", ["SOP501"])])
def test_a_procedure_that_goes_back_is_settled(guard: str, found: list[str]) -> None:
    head, _, tail = ONE_STEP.partition("---\n")
    steps = (
        "  - {id: draft, do: 写, by: guide, within: 1d}\n  - {id: agreed, approve: draft, by: guide, within: 1d, if_rejected: draft}\n"
        f"  {SEND}{guard}}}\n"
    )
    about = "kind: procedure\nid: camp\ntitle: 活动\nowner: guide\nreview_by: 2027-12-31\nstarts_on: manual\nsteps:\n"
    done = run(f"{head}---\n{about}{steps}---\n{tail.partition('---')[2]}")
    assert [one.rule.code for one in done.findings if one.rule.code in ("SOP501", "SOP504")] == found
    assert not [one for one in done.not_assessed if one.rule.code == "SOP501"]


def test_what_one_cadence_has_in_place_of_another_is_asked_about_and_the_other_as_well() -> None:
    cadence = (
        "---\nkind: cadence\nid: tips\ntitle: 贴士\nowner: guide\nreview_by: 2027-12-31\nvia: wecom-mass\nfor: care\nby: guide\n"
        "every: week\nat: [tue 12:00]\n"
    )
    both = cadence + cadence.replace("id: tips", "id: more") + "replaces: [tips]\n"
    found = of_consent(run(ONE_STEP.partition("---")[0] + both))
    assert [(one.rule.code, one.subject) for one in found] == [("SOP501", "issue/tips"), ("SOP501", "issue/more")]
