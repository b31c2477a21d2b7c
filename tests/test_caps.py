"""Caps on touches through the whole front end: what is proved, what is shown, and the shortcuts that would be unsound."""

from __future__ import annotations

import random

import pytest

from sopkit.diagnostics import Verdict
from sopkit.graph.pacing import Net
from tests.workspaces import SETTINGS, compiled

SCRIPT = "---\nkind: catalog\nscripts:\n  hello: {title: 问候, text: 【示例】您好}\n"
HEAD = "---\nkind: automation\nid: %s\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: %s\nsteps:\n"


def verdict(caps: str, *journeys: str, extra: str = "") -> str:
    """Return `proved`, `violated`, `possible` or `not assessed` of the only cap."""
    text = SETTINGS + f"caps: [{{id: cap, {caps}}}]\n" + extra + "".join(journeys) + SCRIPT
    done = compiled({"sopkit.yaml": text})
    found = [one for one in done.findings if one.rule.code == "SOP301" and not one.subject.startswith("limit/")]
    others = [one.rule.code for one in done.findings if one.rule.code != "SOP301" and one.weight.value == "error"]
    assert others == []
    proved = [one for one in done.proved if one.subject == "cap/cap"]
    assert len(found) + len(proved) + len(done.not_assessed) == 1
    if found:
        return found[0].verdict.value if found[0].verdict else ""
    return "proved" if proved else "not assessed"


def automation(id_: str, *steps: str, on: str = "member-joined", more: str = "") -> str:
    head = (HEAD % (id_, on)).replace("steps:\n", f"{more}steps:\n")
    return head + "".join(f"  - {{id: s{n}, send: hello, via: sms, for: care{one}}}\n" for n, one in enumerate(steps))


def test_exactly_seven_days_apart_is_legal_and_a_second_less_is_not() -> None:
    assert verdict("max: 1, per: 7d", automation("a", "", ", after: 7d")) == "proved"
    assert verdict("max: 1, per: 7d", automation("a", "", ", after: 604799s")) == "violated"


def test_an_anchor_takes_the_wait_before_it_into_account() -> None:
    """The second touch is an hour after entry, the first at any time up to then: a plain edge of 1 h is too high."""
    assert verdict("gap: 30m", automation("a", ", within: 1h", ", after: 1h, since: start")) != "proved"


def test_journeys_that_overlap_are_added_up() -> None:
    assert verdict("max: 1, per: 7d", automation("a", ""), automation("b", "", on="member-joined-in-shop")) != "proved"
    assert verdict("max: 2, per: 7d", automation("a", ""), automation("b", "", on="member-joined-in-shop")) == "proved"


def test_runs_that_overlap_each_count() -> None:
    one = automation("a", "", on="order-paid", more="reentry: always\n")
    assert verdict("max: 9, per: 1d", one) != "proved"  # five on each of two calendar days
    assert verdict("max: 10, per: 1d", one) == "proved"


def test_one_run_after_another_keeps_its_pause() -> None:
    one = automation("a", "", on="order-paid", more="reentry: after 3d\n")
    assert verdict("max: 1, per: 3d", one) == "proved"
    assert verdict("max: 1, per: 4d", one) != "proved"


def test_one_at_a_time_may_be_left_from_every_place() -> None:
    """`ends_on` frees the group at once: the touch after the wait is no help."""
    first = automation("a", "", ", after: 9d", on="order-paid", more="ends_on: [order-refunded]\nreentry: after 1d\n")
    other = automation("b", "", on="cart-added", more="reentry: after 1d\n")
    group = "one_at_a_time:\n  nurture: {journeys: [a, b], cool_down: 2d, if_busy: drop}\n"
    assert verdict("max: 1, per: 2d", first, other, extra=group) == "proved"
    assert verdict("max: 1, per: 3d", first, other, extra=group) != "proved"


NIGHTLY = """---
kind: sync
id: nightly
title: 每天同步
owner: guide
review_by: 2027-12-31
from: mini-program
to: map
carries: {events: [member-joined]}
key: unionid
every: day
at: ["02:00"]
---
kind: sync
id: phones
title: 手机号
owner: guide
review_by: 2027-12-31
from: crm
to: map
carries: {data: [phone]}
key: unionid
every: event
"""


@pytest.mark.parametrize(("tool", "expected"), [("mini-program", "violated"), ("map", "possible")])
def test_a_journey_in_the_events_own_tool_waits_for_no_sync(tool: str, expected: str) -> None:
    """In the other tool it starts when the sync ends, so that no course from another hour may be shown."""
    two = automation("a", "", ", after: 1d", more=f"runs_in: {tool}\n")
    assert verdict("max: 1, per: 7d", two, NIGHTLY) == expected


def test_journeys_that_hear_of_one_event_at_different_times_are_not_shown_side_by_side() -> None:
    here = automation("a", ", topic: one", more="runs_in: mini-program\n")
    there = automation("b", ", topic: two", more="runs_in: map\n").replace("send: hello", "do: 问候")
    assert verdict("max: 1, per: 7d", here, there, NIGHTLY) == "possible"


@pytest.mark.parametrize(("most", "expected"), [(2, "proved"), (1, "violated")])
def test_days_of_a_cadence_are_counted_by_the_calendar(most: int, expected: str) -> None:
    """23:59 and 00:00 are two days; three posts fall into 24 hours all the same."""
    cadence = (
        "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: group\nformat: post\n"
        "for: care\nby: guide\nevery: day\nat: ['00:00', '23:59']\non_holiday: same\n"
    )
    text = SETTINGS + f"caps: [{{id: cap, max: {most}, per: day, of: {{reach: group}}}}]\n" + cadence
    done = compiled({"sopkit.yaml": text})
    found = [one for one in done.findings if one.rule.code == "SOP301"]
    assert (found[0].verdict is Verdict.VIOLATED if found else bool(done.proved)) is True
    assert ("violated" if found else "proved") == expected


def test_a_start_by_the_calendar_may_come_before_the_one_that_would_be_shown() -> None:
    """The only run may have been started on the first of the month, with the second touch at a time of its own: nothing is claimed."""
    one = automation("a", "", ", after: 2d", on="[member-joined, {every: month, at: [day 1 09:00]}]")
    assert verdict("max: 1, per: 7d", one) == "possible"


def test_without_caps_nothing_is_clean() -> None:
    done = compiled({"sopkit.yaml": SETTINGS + automation("a", "") + SCRIPT})
    assert [one.subject for one in done.not_assessed] == ["caps"]


@pytest.mark.long
def test_what_is_proved_is_never_beaten_by_trying() -> None:
    """Chains with ranges, through YAML, against every choice of both ends of every delay (the extremes are where spans are least)."""
    rng = random.Random(20260701)  # noqa: S311
    seen = {"proved": 0, "violated": 0, "possible": 0, "not assessed": 0}
    for _ in range(150):
        delays = [
            (low, low + rng.choice((0, 0, 2, 9))) for low in (rng.randrange(0, 30) for _ in range(rng.randint(2, 5)))
        ]
        most, hours = rng.randint(1, 3), rng.randrange(4, 60)
        said = [f", after: {low}h..{high}h" if high > low else f", after: {low}h" for low, high in delays]
        got = verdict(f"max: {most}, per: {hours}h", automation("a", *said))
        seen[got] += 1
        spans = [sum(low for low, _ in delays[n + 1 : n + 1 + most]) for n in range(len(delays) - most)]
        assert got == ("violated" if any(span < hours for span in spans) else "proved")
    assert seen["proved"] >= 30
    assert seen["violated"] >= 30


@pytest.mark.long
def test_a_net_counts_the_least_span_of_every_number_of_touches() -> None:
    rng = random.Random(7)  # noqa: S311
    for _ in range(500):
        size = rng.randint(2, 5)
        net = Net(weights={str(n): rng.randint(0, 2) for n in range(size)})
        for _ in range(rng.randint(1, 7)):
            net.add(str(rng.randrange(size)), str(rng.randrange(size)), rng.randint(1, 5))
        wanted = rng.randint(1, 5)
        best = float("inf")
        todo = [(place, weight, 0.0) for place, weight in net.weights.items() if weight]
        while todo:
            place, count, span = todo.pop()
            if count >= wanted:
                best = min(best, span)
            elif span < 25 and span < best:
                todo += [(to, count + net.weights[to], span + time) for to, time in net.ways.get(place, ())]
        assert net.shortest_span(wanted) == best or net.shortest_span(wanted) >= 25
