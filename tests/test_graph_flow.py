"""What one customer's way leads along, and what shows a consent on it: the parts by which `evidence.py` goes, each asked by itself."""

from __future__ import annotations

import pytest

from sopkit.graph.shown import NEVER, Copies
from sopkit.model.predicates import SegmentTest
from sopkit.model.values import Ref
from sopkit.pipeline import Compilation
from tests.test_graph_evidence import CATALOG, HERE, SEND, automation, copies, flow, lifecycle
from tests.workspaces import SETTINGS, unjudged

DAY = 86_400.0
CADENCE = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: %s\nformat: post\n"
    "for: care\nevery: day\nat: ['10:00']\non_holiday: same\n"
)


def built(*texts: str) -> Compilation:
    return unjudged({"sopkit.yaml": SETTINGS + "".join(texts) + CATALOG})


@pytest.mark.parametrize(
    ("via", "tool"),
    [("sms", "sms-gateway"), ("[wecom-mass, sms]", "wecom"), ("[lost, sms]", "sms-gateway"), ("lost", None)],
)
def test_the_tool_of_an_issue_is_that_of_its_first_channel(via: str, tool: str | None) -> None:
    assert flow(built(CADENCE % via)).tool_at("issue/tips") == tool


@pytest.mark.parametrize(("more", "tool"), [("runs_in: map\n", "map"), ("", None)])
def test_the_tool_of_a_step_is_that_of_its_journey(more: str, tool: str | None) -> None:
    assert flow(built(automation(SEND, more=more))).tool_at("automation/one/s0") == tool


def test_the_last_timer_of_a_place_counts_a_month_as_short_as_can_be() -> None:
    stages = (
        f"  first:\n    steps: [{{id: x, {SEND}}}]\n    next: [{{after: 3d, go: second}}, {{after: 1mo, go: end}}]\n"
    )
    stages += f"  second:\n    steps: [{{id: x, {SEND}}}]\n    next: [{{on: other, go: end}}]\n"
    one = flow(built(lifecycle(stages)))
    assert one.last_timer("lifecycle/one/first/x") == 28 * DAY
    assert one.last_timer("lifecycle/one/second/x") == 0
    assert one.stays("lifecycle/one/first") == 3 * DAY


def lasting(more: str, news: str = "") -> Copies | None:
    """Return what shows the consents all through a journey."""
    text = CATALOG.replace('withdrawn_by: ["no"]', f'withdrawn_by: ["no"]{news}') if news else CATALOG
    done = unjudged({"sopkit.yaml": SETTINGS + automation(SEND, more=more) + text})
    return copies(done).lasting(done.workspace.journeys["one"])


@pytest.mark.parametrize(
    ("more", "news", "lasts"),
    [
        ('ends_on: ["no"]\n', "", True),
        ('ends_on: [other, "no"]\n', "", True),
        ("", "", False),
        ("ends_on: [other]\n", "", False),
        ('ends_on: [{event: "no", where: {kind: one}}]\n', "", False),  # only of some is the end
        ("ends_on: [{becomes: {kind: one}}]\n", "", False),
        ('ends_on: ["no"]\n', ", expires: 1y", False),
    ],
)
def test_what_every_withdrawal_ends_lasts_as_long_as_the_journey(more: str, news: str, lasts: bool) -> None:
    found = lasting(more, news)
    assert (found is not None) is lasts
    assert found is None or found.consents == {"news"}


def test_of_two_withdrawals_both_must_end_it() -> None:
    text = CATALOG.replace('withdrawn_by: ["no"]', 'withdrawn_by: ["no", other]')
    for ends, lasts in (('["no"]', False), ('["no", other]', True)):
        done = unjudged({"sopkit.yaml": SETTINGS + automation(SEND, more=f"ends_on: {ends}\n") + text})
        assert (copies(done).lasting(done.workspace.journeys["one"]) is not None) is lasts


def test_a_consent_that_nobody_declared_does_not_last() -> None:
    done = built(automation(SEND, more='ends_on: ["no"]\n'))
    lost = Copies(done.workspace, frozenset(("lost",)), lambda *_: 1.0, lambda _: 1.0, lambda *_: 0.0)
    assert lost.lasting(done.workspace.journeys["one"]) is None


def test_segments_that_are_each_in_the_other_show_nothing() -> None:
    circle = (
        "---\nkind: catalog\nsegments:\n  here: {title: 甲, when: {any: [{segment: there}, {consent: news}]}}\n"
        "  there: {title: 乙, when: {segment: here}}\n"
    )
    assert copies(built(circle)).gain(SegmentTest(Ref("here", HERE), HERE), "crm") == NEVER


@pytest.mark.parametrize(
    ("audience", "shut"), [("audience: {other: never}\n", True), ("audience: {other: ever}\n", False), ("", False)]
)
def test_who_has_had_an_event_is_shut_out_where_the_audience_has_not(audience: str, shut: bool) -> None:
    assert flow(built(automation(SEND, more=audience))).shuts_out("automation/one", "other") is shut
