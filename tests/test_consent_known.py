"""How late a tool knows that a consent was given, or has ended, by the syncs of a workspace; by hand, to the second."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import pytest

from sopkit.graph.carriage import Carriage
from sopkit.graph.course import INFINITE
from sopkit.graph.latency import Hop
from sopkit.graph.shown import NEVER
from sopkit.rules import consent_copies
from sopkit.rules.case import Case
from sopkit.rules.consent_copies import Withdrawals
from sopkit.rules.doubts import Doubts
from tests.workspaces import SETTINGS, unjudged

HOUR = 3600.0
NOUNS = """\
---
kind: catalog
scripts: {ask: {title: 询问, text: 【示例】可以发给您吗？}}
events:
  'yes': {title: 同意, tool: crm, at_most: 1 per day, gives: [news]}
  asked: {title: 询问, tool: wecom, at_most: 1 per day, asks: [news]}
  'no': {title: 拒绝, tool: crm, at_most: 1 per day}
  left: {title: 离开, tool: wecom, at_most: 1 per day}
  said: {title: 口头拒绝, at_most: 1 per day}
channels:
  by-hand: {title: 手写, reach: direct}
consents:
  news: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: ['no', left], effective_within: 24h}
  days: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: ['no'], effective_within: 3 workdays, expires: 1d}
  bare: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: [said]}
"""
SYNC = """\
---
kind: sync
id: ID
title: 同步
owner: guide
review_by: 2027-12-31
from: FROM
to: TO
carries: CARRIES
key: member-id
TIMES
"""


def sync(name: str, from_: str, to: str, carries: str, times: str) -> str:
    values = {"ID": name, "FROM": from_, "TO": to, "CARRIES": f"{{{carries}}}", "TIMES": times}
    text = SYNC
    for word, value in values.items():
        text = text.replace(word, value)
    return text


SOON = "every: event\ntakes: 10s..1m"
NIGHTLY = 'every: day\nat: ["02:00"]\ntakes: 10m..30m'
EVENTS = sync("events", "crm", "map", "events: ['no', 'yes']", SOON)
STATE = sync("state", "crm", "bi", "consents: [news]", "every: 4h\ntakes: 10m")
ON = sync("on", "wecom", "crm", "events: [left]", SOON)


@cache
def known(*syncs: str) -> Withdrawals:
    done = unjudged({"sopkit.yaml": SETTINGS + "".join(syncs) + NOUNS})
    wrong = {one.message("en") for one in done.findings if one.weight.value == "error"}
    assert "missing in this consent: `effective_within`" in wrong
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    return Withdrawals(case, Carriage(case.workspace, case.today))


def late(made: Withdrawals, event: str, tool: str) -> float | None:
    found = made.lateness("news", event, tool)
    return found.seconds if found is not None else None


def test_how_late_a_tool_learns_of_a_withdrawal() -> None:
    made = known(EVENTS, STATE, ON)
    assert late(made, "no", "crm") == 0  # it occurs there
    assert late(made, "no", "map") == 60  # as the event
    assert late(made, "no", "bi") == 4 * HOUR + 600  # as the consent
    assert late(made, "left", "bi") == 4 * HOUR + 660  # as the event, then as the consent
    assert late(made, "left", "map") == INFINITE
    assert late(made, "said", "map") is None  # in no tool
    assert late(known(), "no", "map") == 0  # without any sync all tools are one


def test_the_latest_of_all_events_that_end_a_consent() -> None:
    made = known(EVENTS, STATE, ON)
    news = made.case.workspace.consents["news"]
    assert [made.latest(news, tool)[0].seconds for tool in ("crm", "bi", "map")] == [60, 4 * HOUR + 660, INFINITE]
    assert made.latest(news, "bi")[1] == "left"
    even = known(EVENTS, ON, sync("left", "wecom", "map", "events: [left]", SOON))
    assert even.latest(news, "map") == (even.lateness("news", "no", "map"), "no")
    here = known(sync("on", "crm", "wecom", "events: ['no']", "every: event\ntakes: 0s"))
    assert here.latest(made.case.workspace.consents["days"], "wecom")[1] == ""
    assert made.latest(made.case.workspace.consents["bare"], "map")[0].seconds == 0


def test_what_the_copy_of_a_tool_is_worth() -> None:
    made = known(EVENTS, STATE, ON)
    assert made.worth("news", None) == 24 * HOUR
    assert made.worth("news", "crm") == 24 * HOUR - 60
    assert made.worth("news", "bi") == 24 * HOUR - 4 * HOUR - 660
    assert made.worth("news", "map") == 24 * HOUR  # never told: a finding of its own
    assert [made.allowed(one) for one in ("news", "days", "bare", "none")] == [24 * HOUR, 48 * HOUR, 0, 0]
    assert [made.whole(one) for one in ("news", "days", "bare", "none")] == [24 * HOUR, 24 * HOUR, 0, NEVER]


def test_what_is_known_just_in_time_leaves_nothing_and_is_not_too_late() -> None:
    whole = known(sync("day", "crm", "map", "events: ['no'], consents: [days]", "every: event\ntakes: 48h"))
    assert (whole.worth("days", "map"), whole.told("days", "map")) == (0, 0)
    more = known(sync("day", "crm", "map", "events: ['no'], consents: [days]", "every: event\ntakes: 172801s"))
    assert (more.worth("days", "map"), more.told("days", "map")) == (48 * HOUR, NEVER)


def test_how_late_a_tool_hears_of_an_event() -> None:
    made = known(EVENTS, STATE, ON)
    assert [made.hears("no", tool) for tool in ("crm", "map", "bi", None)] == [0, 60, 0, 0]
    assert [made.hears("left", tool) for tool in ("wecom", "crm", "bi")] == [0, 60, 0]
    assert [made.hears("said", "crm"), made.hears("none", "crm"), known().hears("no", "map")] == [0, 0, 0]


def test_what_hearing_of_no_withdrawal_is_worth() -> None:
    made = known(EVENTS, sync("left", "wecom", "map", "events: [left]", NIGHTLY), ON)
    assert made.told("days", "map") == 48 * HOUR - 60
    assert made.told("news", "crm") == 24 * HOUR - 60
    assert made.told("news", "map") == NEVER  # a day and half an hour late
    assert made.told("days", "bi") == NEVER


def test_how_late_a_tool_learns_that_a_consent_was_given() -> None:
    """Of all events that give it or ask for it, in whatever tool, and of the steps that ask."""
    made = known(EVENTS, STATE, ON)
    assert made.learns("news", None) == 0
    assert made.learns("news", "crm") == 0  # given there; nothing tells it of what is asked in the other
    assert made.learns("news", "map") == 60
    assert made.learns("news", "bi") == 4 * HOUR + 600
    assert made.learns("bare", "map") == 0
    both = known(EVENTS, STATE, ON, sync("asked", "wecom", "map", "events: [asked]", NIGHTLY))
    assert both.learns("news", "map") == 24.5 * HOUR
    assert known().learns("news", "map") == 0
    asking = "---\nkind: automation\nid: one\ntitle: 询问\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\nsteps:\n"
    asking += (
        "  - {id: ask, ask: bare, script: ask, via: wecom-chat, for: care, proof: [time, wording], kept_in: crm}\n"
    )
    state = sync("state", "wecom", "map", "consents: [bare]", NIGHTLY)
    assert known(state, asking).learns("bare", "map") == 24.5 * HOUR
    by_more = asking.replace("via: wecom-chat", "via: [lost, by-hand, wecom-chat]")
    assert known(state, by_more).learns("bare", "map") == 24.5 * HOUR


HOPS = {
    "a": [Hop("x", "a", "b", 10, None, 5), Hop("y", "a", "c", 1)],
    "b": [Hop("z", "b", "d", 7, (0, 100, 250, 300)), Hop("back", "b", "a", 0)],
    "c": [Hop("v", "c", "d", 1000), Hop("w", "c", "e", 1, (50,))],
    "d": [Hop("u", "d", "f", 3)],
}


@pytest.mark.parametrize(
    ("target", "most"),
    [("a", 0), ("b", 15), ("c", 1), ("d", 15 + 150 + 7), ("e", INFINITE), ("f", 15 + 150 + 7 + 3), ("g", INFINITE)],
)
def test_every_run_just_missed_is_no_less_than_what_it_takes(target: str, most: float) -> None:
    assert consent_copies._at_most(HOPS, "a", target) == most


def test_where_there_are_too_many_instants_every_run_counts_as_just_missed() -> None:
    nightly = sync("nightly", "crm", "map", "events: ['no', 'yes']", NIGHTLY)
    made = known(
        nightly, sync("state", "crm", "bi", "consents: [news]", NIGHTLY), sync("more", "bi", "wecom", "tags: []", SOON)
    )
    with patch("sopkit.graph.latency.MOST_INSTANTS", 0):
        assert made.lateness("news", "no", "map") == consent_copies.Lateness(24.5 * HOUR, settled=False)
        assert made.hears("no", "map") == 24.5 * HOUR
        assert made.learns("news", "bi") == 24.5 * HOUR
