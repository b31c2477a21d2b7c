"""The published SOP, taken at its word with the caps of the reference: its seven faults are found, and nothing that is none.

`SOPKIT_REGENERATE=1 pytest tests/test_as_published.py` writes what the user reads anew.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sopkit.diagnostics import Finding, Verdict
from sopkit.graph.plain import record
from sopkit.model.documents import Enforcement
from sopkit.pipeline import Compilation
from sopkit.simulation import Happening, Trace, replay
from sopkit.simulation.clock import instant
from tests.test_model_cases import files_of, shown
from tests.workspaces import compiled

HERE = Path(__file__).parent
ZONE = ZoneInfo("Asia/Shanghai")
FOLDER = HERE / "as_published"
OUT = FOLDER / "findings.out"
FAULT_5 = ("contact-without-consent", "late-withdrawal")
RETENTION = ("next-day-retention", "seven-day-retention", "thirty-day-retention")


@cache
def published() -> Compilation:
    return compiled(files_of(FOLDER))


def of(name: str, done: Compilation | None = None) -> list[Finding]:
    return [one for one in (done or published()).findings if one.rule.name == name]


def told(finding: Finding) -> list[str]:
    """Return what the timeline marks as the fault itself."""
    return [moment.what.en for moment in finding.timeline if moment.counted]


def with_windows(*windows: str) -> Compilation:
    """Return the workspace with the retention KPIs counted so."""
    files = files_of(FOLDER)
    text = files["kpis.yaml"].decode()
    for id_, window in zip(RETENTION, windows, strict=True):
        text = text.replace(f"id: {id_}\n", f"id: {id_}\ncohort: member-joined\nwindow: {window}\n")
    return compiled({**files, "kpis.yaml": text.encode()})


@pytest.mark.long
def test_the_caps_are_those_of_the_reference_and_nothing_enforces_them() -> None:
    reference = compiled(files_of(HERE.parent / "playbooks")).workspace.settings
    ours = published().workspace.settings
    assert [record(one) for one in ours.caps] == [record(one) for one in reference.caps]
    assert len(ours.caps) == 4
    assert isinstance(ours.enforce, Enforcement)
    assert ours.enforce.in_ is None
    assert reference.enforce is not None
    assert reference.enforce.in_ is not None
    assert not ours.one_at_a_time


def test_the_user_reads_this() -> None:
    text = shown(published())
    if os.environ.get("SOPKIT_REGENERATE"):
        OUT.write_text(text, "utf-8")
    assert text == OUT.read_text("utf-8")


def test_nothing_else_is_found() -> None:
    assert published().held_back == 0
    assert not published().not_assessed
    beside = [one for one in published().findings if one.rule.name not in FAULT_5]
    assert [(one.rule.code, one.span.path) for one in beside] == [
        ("SOP301", "content.yaml"),  # three posts in the group on a Saturday
        ("SOP701", "journeys.yaml"),
        ("SOP301", "journeys.yaml"),  # no gap between marketing touches
        ("SOP301", "journeys.yaml"),  # more than five of them in a week
        ("SOP703", "journeys.yaml"),
        ("SOP803", "kpis.yaml"),
        ("SOP705", "kpis.yaml"),  # chat-received
        ("SOP705", "kpis.yaml"),  # member-joined
        ("SOP803", "kpis.yaml"),
        ("SOP803", "kpis.yaml"),
        ("SOP534", "nouns.yaml"),  # nothing is ever erased
        ("SOP408", "nouns.yaml"),
        ("SOP612", "nouns.yaml"),  # a flash sale off nobody says what
    ]


@pytest.mark.parametrize(
    ("cap", "place", "touches"),
    [
        ("weekly-marketing", "new-member/activation/", 6),
        ("spacing", "new-member/activation/", 2),
        ("group-daily", "community-topic", 3),
    ],
)
def test_fault_1_customers_are_touched_more_often_than_each_cap(cap: str, place: str, touches: int) -> None:
    (finding,) = [one for one in of("over-touch") if any(cap in other.span.excerpt() for other in one.related)]
    assert finding.verdict is Verdict.VIOLATED
    assert place in finding.subject
    assert len(told(finding)) >= touches


def test_fault_1_comes_of_several_playbooks_together() -> None:
    (finding,) = [one for one in of("over-touch") if "weekly-marketing" in one.related[0].span.excerpt()]
    assert {note.split(" ")[0] for note in told(finding)} == {"cart-flash-sale", "new-member"}


def test_fault_1_the_course_of_the_week_is_what_the_simulator_makes_of_it() -> None:
    (finding,) = [one for one in of("over-touch") if "weekly-marketing" in one.related[0].span.excerpt()]
    start = datetime(2026, 7, 1, tzinfo=ZONE)
    known = (
        ("age-band", "adult"),
        ("external-userid", "x"),
        ("mp-openid", "x"),
        ("phone", "1"),
        ("customer-tag", "new"),
    )
    happenings = [Happening(start, "data", name, value) for name, value in known]
    titles = {"Joined in the mini-program": "member-joined", "Added to cart": "cart-added"}
    happenings += [
        Happening(one.at.replace(tzinfo=ZONE), "event", titles[one.what.en])
        for one in finding.timeline
        if one.what.en in titles
    ]
    late = {"lifecycle/new-member/awareness/film": (3 * 3600,)}  # due when the guide has just closed
    trace = Trace(start, start + timedelta(days=20), tuple(happenings), delays=late)
    log = replay(published().workspace, published().graph, trace)
    assert (log.illegal, log.unmodelled) == ((), ())
    done = {(one.at, one.node.partition("/")[2].replace("/", " ", 1)) for one in log.touches}
    shown_ = {
        (instant(one.at.replace(tzinfo=ZONE)), one.what.en.partition(",")[0]) for one in finding.timeline if one.counted
    }
    assert len(shown_) == 6
    assert shown_ <= done


def test_fault_2_the_welcome_cannot_come_within_the_hour() -> None:
    (finding,) = of("infeasible-deadline")
    assert (finding.span.path, finding.span.excerpt()) == ("journeys.yaml", "1h")
    assert "welcome" in finding.subject
    assert any(moment.span is not None and moment.span.path == "syncs.yaml" for moment in finding.timeline)
    assert told(finding)


def test_fault_3_two_tools_say_the_same() -> None:
    (finding,) = of("duplicate-touch")
    assert finding.subject.endswith("tag-message/message")
    assert [other.span.excerpt() for other in finding.related] == ["remind"]
    assert len(told(finding)) == 2
    assert any(moment.span is not None and moment.span.path == "syncs.yaml" for moment in finding.timeline)


def test_fault_4_retention_targets_cannot_be_read() -> None:
    assert [one.span.excerpt() for one in of("retention-without-window")] == [*RETENTION]


def test_fault_4_taken_as_survival_the_third_target_implies_the_others() -> None:
    idle = of("never-binding-target", with_windows("from day 1", "from day 7", "from day 30"))
    assert [one.span.excerpt() for one in idle] == ["≥ 10%", "≥ 18%"]
    assert all("≥ 25%" in {other.span.excerpt() for other in one.related} for one in idle)


def test_fault_4_taken_as_days_on_which_they_came_the_targets_fit_and_bind() -> None:
    done = with_windows("day 1", "days 1..7", "days 1..30")
    assert not [one for one in done.findings if one.rule.code.startswith("SOP80")]
    assert "no contradiction among the targets" in {one.statement.en for one in done.proved}


def test_fault_5_customers_are_contacted_on_ways_on_which_they_never_agreed() -> None:
    found = of("contact-without-consent")
    assert {one.subject.split("/")[1] for one in found} >= {
        "new-member", "browse-follow-up", "coupon-after-purchase", "cart-flash-sale", "tag-message",
    }  # fmt: skip
    assert all(one.verdict is Verdict.VIOLATED for one in found)
    (suggestion,) = (one for one in found if one.subject == "automation/browse-follow-up/suggest")
    assert suggestion.message("en").endswith("it takes `profiling` or `mp-suggestion-once`")
    assert [moment.what.en for moment in suggestion.timeline] == [
        "Viewed a product (product-viewed)", "suggest (Personalised marketing, by Mini-program message)",
    ]  # fmt: skip
    (film,) = (one for one in found if one.subject == "lifecycle/new-member/awareness/film")
    asked = "“Consent to marketing on WeCom” (wecom-marketing) is asked for, and the customer does not agree"
    assert asked in [one.what.en for one in film.timeline]


def test_fault_5_withdrawals_never_reach_the_tools_that_send() -> None:
    never = {one.subject for one in of("late-withdrawal") if "never learns" in one.message("en")}
    assert never == {
        "consent/mp-suggestion-once/map", "consent/wecom-marketing/mini-program", "consent/wecom-marketing/wecom",
    }  # fmt: skip


def test_fault_6_offers_stack_with_no_floor() -> None:
    (finding,) = of("stacking-without-floor")
    assert (finding.span.path, finding.span.excerpt()) == ("nouns.yaml", "limited-time-coupon")
    assert {other.span.excerpt() for other in finding.related} == {"flash-sale", "purchase-coupon"}
    assert "109 CNY left" in told(finding)[-1]


def test_fault_7_alerts_and_targets_have_no_data() -> None:
    found = of("kpi-without-source")
    assert [one.span.excerpt() for one in found] == ["bi", "bi"]  # one finding for each event that the dashboard lacks
    for one in found:
        assert one.subject == f"kpi/{RETENTION[0]}"
        assert [other.note.en.split("`")[1] for other in one.related] == [*RETENTION[1:]]
