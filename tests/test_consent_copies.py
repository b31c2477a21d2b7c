"""How late tools learn of a giving and of a withdrawal: networks built by hand, and workspaces with and without syncs."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from sopkit.graph import latency
from sopkit.graph.carriage import Carriage
from sopkit.graph.course import INFINITE
from sopkit.graph.latency import Hop
from sopkit.graph.shown import NEVER
from sopkit.rules.case import Case
from sopkit.rules.consent_copies import STATE, Lateness, Withdrawals, _at_most, _seconds
from sopkit.rules.doubts import Doubts
from tests.workspaces import SETTINGS, unjudged

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CATALOG = """\
---
kind: catalog
events:
  agreed: {title: 同意, tool: mini-program, at_most: 1 per day, gives: [news]}
  in-shop: {title: 门店同意, tool: pos, at_most: 1 per day, gives: [news]}
  refused: {title: 拒绝, tool: mini-program, at_most: 1 per day}
  by-word: {title: 口头拒绝, at_most: 1 per day}
consents:
  news: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: [refused], effective_within: 24h}
  gone: {title: 过期, channels: [sms], purposes: [promotion], withdrawn_by: [refused], effective_within: 24h, expires: 5h}
  days: {title: 工作日, channels: [sms], purposes: [promotion], withdrawn_by: [by-word], effective_within: 3 workdays}
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
key: unionid
every: EVERY
takes: 1m..TAKES
"""


def sync(source: str, target: str, takes: str, carries: str = "{consents: [news]}", every: str = "event") -> str:
    text = SYNC.replace("ID", f"{source}-to-{target}").replace("FROM", source).replace("TO", target)
    return text.replace("CARRIES", carries).replace("EVERY", every).replace("TAKES", takes)


def copies(text: str = "") -> Withdrawals:
    done = unjudged({"sopkit.yaml": SETTINGS + text + CATALOG})
    assert not [one for one in done.findings if one.weight.value == "error"]
    case = Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)
    return Withdrawals(case, Carriage(case.workspace, case.today))


EVENTS = "{events: [refused, agreed], consents: [news]}"
CHAIN = sync("mini-program", "crm", "2m", EVENTS) + sync("crm", "sms-gateway", "5m")


def test_a_withdrawal_travels_as_the_event_and_from_where_it_is_known_as_the_state() -> None:
    one = copies(CHAIN)
    hops = {
        source: {(hop.name, hop.target) for hop in found} for source, found in one.network("news", "refused").items()
    }
    assert hops["mini-program"] == {("mini-program-to-crm", "crm"), ("", f"mini-program{STATE}")}
    assert hops["crm"] == {("", f"crm{STATE}")}
    assert hops[f"mini-program{STATE}"] == {("mini-program-to-crm", f"crm{STATE}")}
    assert hops[f"crm{STATE}"] == {("crm-to-sms-gateway", f"sms-gateway{STATE}")}
    assert set(hops) == {f"mini-program{STATE}", f"crm{STATE}", *one.case.workspace.tools}
    late = one.lateness("news", "refused", "sms-gateway")
    assert late is not None
    assert (late.seconds, late.settled) == (7 * MINUTE, True)
    assert [(leg.hop.source, leg.hop.target) for leg in late.legs] == [("mini-program", "crm"), ("crm", "sms-gateway")]
    assert one.lateness("news", "refused", "map") == Lateness(INFINITE)
    assert one.lateness("news", "refused", "mini-program") == Lateness(0.0)
    assert one.lateness("days", "by-word", "crm") is None


def test_what_a_copy_is_worth_is_what_its_lateness_leaves() -> None:
    one = copies(CHAIN)
    assert one.worth("news", None) == DAY
    assert one.worth("news", "mini-program") == DAY
    assert one.worth("news", "sms-gateway") == DAY - 7 * MINUTE
    assert one.worth("news", "map") == DAY  # too old in itself: a finding of its own
    exact = copies(sync("mini-program", "crm", "24h", EVENTS))
    assert exact.worth("news", "crm") == 0


@pytest.mark.parametrize(
    ("consent", "allowed", "whole"),
    [
        ("news", DAY, DAY),
        ("gone", DAY, 5 * HOUR),
        ("days", 2 * DAY, 2 * DAY),
        ("lost", 0.0, NEVER),
    ],
)
def test_how_long_a_giving_can_be_relied_on(consent: str, allowed: float, whole: float) -> None:
    assert (copies().allowed(consent), copies().whole(consent)) == (allowed, whole)


def test_a_consent_that_does_not_say_within_what_time_its_end_counts_gives_no_time_at_all() -> None:
    assert _seconds(None) == 0


def test_what_never_comes_is_not_waited_for() -> None:
    one = copies(CHAIN)
    assert [one.hears("refused", tool) for tool in ("crm", "sms-gateway", "map", None)] == [2 * MINUTE, 0.0, 0.0, 0.0]
    assert one.told("news", "crm") == DAY - 2 * MINUTE
    assert one.told("news", "map") == NEVER


def test_a_giving_is_learnt_as_late_as_from_the_last_tool_that_tells_it() -> None:
    one = copies(CHAIN + sync("pos", "crm", "4h", "{events: [in-shop], consents: [news]}"))
    learnt = [one.learns("news", tool) for tool in ("crm", "sms-gateway", "mini-program", "map", None)]
    assert learnt == [4 * HOUR, 4 * HOUR + 5 * MINUTE, 0.0, 0.0, 0.0]
    assert [copies().learns("news", tool) for tool in ("crm", "map", None)] == [0.0, 0.0, 0.0]


def test_where_too_much_would_have_to_be_tried_each_run_is_taken_to_be_just_missed() -> None:
    daily = sync("mini-program", "crm", "30m", EVENTS, 'day\nat: ["02:00", "20:00"]') + sync("crm", "map", "1m")
    exact = copies(daily).lateness("news", "refused", "map")
    assert exact is not None
    assert (exact.seconds, exact.settled) == (18 * HOUR + 31 * MINUTE, True)
    with patch.object(latency, "MOST_INSTANTS", 2):
        one = copies(daily)
        assert one.lateness("news", "refused", "map") == Lateness(18 * HOUR + 31 * MINUTE, settled=False)
        assert one.hears("refused", "crm") == one.learns("news", "crm") == 18 * HOUR + 30 * MINUTE


def network(*hops: Hop) -> dict[str, list[Hop]]:
    found: dict[str, list[Hop]] = {}
    for hop in hops:
        found.setdefault(hop.source, []).append(hop)
    return found


def test_at_most_is_the_soonest_way_with_each_run_just_missed() -> None:
    hops = network(
        Hop("daily", "a", "b", 10, (0, 100, 400)),
        Hop("at any time", "a", "c", 20, None, 300),
        Hop("on", "c", "b", 1),
        Hop("back", "b", "a", 0),
        Hop("once", "b", "d", 5, (7,)),
    )
    assert _at_most(hops, "a", "a") == 0
    assert _at_most(hops, "a", "b") == 310
    assert _at_most(hops, "a", "c") == 320
    assert _at_most(hops, "b", "c") == 320
    assert _at_most(hops, "a", "d") == INFINITE
    assert _at_most(hops, "c", "nowhere") == INFINITE


def test_at_most_goes_by_the_way_that_takes_least() -> None:
    hops = network(Hop("slow", "a", "b", 50), Hop("to c", "a", "c", 10), Hop("from c", "c", "b", 20, None, 5))
    assert _at_most(hops, "a", "b") == 35
