"""Hours in which platforms let marketing through, and channels that carry none."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Severity, Verdict
from sopkit.model.presets import HOURS_LIMITS, LIMITS, NO_MARKETING, TEXT_LIMITS
from sopkit.pipeline import Compilation
from tests.test_caps import SCRIPT, automation
from tests.workspaces import SETTINGS, compiled

CAP = "caps: [{id: c, max: 5, per: 7d}]\n"
QUIET = "quiet_hours: {hours: %s, of: {category: marketing}}\n"
NOUNS = (
    "---\nkind: catalog\nchannels:\n  text: {title: 短信, tool: sms-gateway, preset: %s, reach: direct, selects: customer%s}\n"
    "roles:\n  caller: {title: 外呼, hours: 10:00-18:00}\n"
)
ADVERT = automation("a", "").replace("for: care", "for: promotion")
WEEKLY = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nformat: post\n"
    "for: promotion\nevery: week\nat: [mon %s]\non_holiday: same\n"
)


def judged(*documents: str, more: str = "") -> Compilation:
    return compiled({"sopkit.yaml": SETTINGS + CAP + more + "".join(documents) + SCRIPT})


def outside(done: Compilation) -> list[Finding]:
    return [one for one in done.findings if one.rule.name == "outside-sending-hours"]


def proved(done: Compilation) -> list[str]:
    return [one.subject for one in done.proved if one.rule.name == "outside-sending-hours"]


def test_marketing_that_may_come_at_night_is_possible_and_names_its_source() -> None:
    done = judged(ADVERT, more=QUIET % "23:00-07:00")
    (one,) = outside(done)
    assert (one.weight, one.verdict) == (Severity.WARNING, Verdict.POSSIBLE)
    assert "08:00-21:00" in one.message("zh-CN")
    assert any("vendors" in given.en for given in one.assumptions)
    assert proved(done) == []


@pytest.mark.parametrize(
    ("quiet", "kept"), [("21:00-08:00", True), ("21:00-09:00", True), ("22:00-08:00", False), ("21:01-08:00", False)]
)
def test_quiet_hours_keep_it_inside(quiet: str, kept: bool) -> None:
    done = judged(ADVERT, more=QUIET % quiet)
    assert (outside(done) == []) is kept
    assert proved(done) == (["hours/sms-cn"] if kept else [])


def test_what_only_vendors_say_is_not_held_against_whoever_chose_no_hours() -> None:
    done = judged(ADVERT)
    assert (outside(done), proved(done)) == ([], [])
    (one,) = outside(judged(ADVERT.replace("via: sms", "via: text"), NOUNS % ("sms-us", "")))
    assert any("official text" in given.en for given in one.assumptions)


def test_what_is_no_marketing_may_come_at_any_hour() -> None:
    done = judged(automation("a", ""))
    assert (outside(done), proved(done)) == ([], [])


@pytest.mark.parametrize(
    ("hours", "kept"), [("", False), (", hours: 08:00-21:00", True), (", hours: 07:30-21:00", False)]
)
def test_hours_of_the_channel_count(hours: str, kept: bool) -> None:
    done = judged(ADVERT.replace("via: sms", "via: text"), NOUNS % ("sms-us", hours))
    assert (outside(done) == []) is kept


def test_another_preset_has_other_rules() -> None:
    done = judged(ADVERT.replace("via: sms", "via: text"), NOUNS % ("my-own", ""))
    assert (outside(done), proved(done)) == ([], [])


@pytest.mark.parametrize(
    ("zones", "kept"), [("", True), ("customer_timezones: [Asia/Shanghai, Europe/London]\n", False)]
)
def test_hours_of_staff_are_those_of_customers_only_by_one_clock(zones: str, kept: bool) -> None:
    called = ADVERT.replace("via: sms", "via: text").replace("via: text", "via: text, by: caller, within: 1h")
    done = judged(called, NOUNS % ("sms-us", ""), more=zones)
    assert (outside(done) == []) is kept


@pytest.mark.parametrize(("time", "kept"), [("10:00", True), ("20:59", True), ("21:00", False), ("07:59", False)])
def test_posts_come_at_their_slots(time: str, kept: bool) -> None:
    assert (outside(judged(WEEKLY % time)) == []) is kept


def test_what_starts_by_the_calendar_comes_at_an_hour_that_was_chosen() -> None:
    by_clock = ADVERT.replace("starts_on: member-joined", "starts_on: {every: week, at: [mon 10:00]}")
    assert outside(judged(by_clock)) == []


def test_a_channel_that_carries_no_marketing() -> None:
    def barred(text: str) -> list[Finding]:
        return [one for one in judged(text, NOUNS % ("wechat-template", "")).findings if one.rule.code == "SOP310"]

    (one,) = barred(ADVERT.replace("via: sms", "via: text"))
    assert one.weight is Severity.ERROR
    assert barred(ADVERT.replace("via: sms", "via: text").replace("promotion", "care")) == []


def test_every_fact_of_a_platform_says_who_says_so_and_how_sure_it_is() -> None:
    for one in (*LIMITS, *TEXT_LIMITS, *HOURS_LIMITS, *NO_MARKETING):
        assert one.source
        assert one.status in {"verified", "vendor", "unverified"}
