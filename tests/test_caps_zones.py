"""Caps by the clocks of customers: several zones, unknown ones, days of 23 and 25 hours, months; bounds and courses by real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sopkit.diagnostics import Finding, Severity, Verdict
from tests.test_caps import SCRIPT, automation
from tests.workspaces import SETTINGS, compiled

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
CADENCE = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nformat: post\n"
    "for: care\nevery: %s\nat: [%s]\non_holiday: same\n"
)
CLERK = (
    "---\nkind: catalog\nroles:\n  clerk: {title: 店员, hours: %s}\n"
    "channels:\n  day: {title: 渠道, tool: crm, reach: direct, hours: %s}\n"
)


def judged(
    cap: str, *documents: str, home: str = SHANGHAI, customers: str = "", more: str = ""
) -> tuple[str, Finding | None]:
    settings = SETTINGS.replace(SHANGHAI, home) + (f"customer_timezones: {customers}\n" if customers else "") + more
    done = compiled({"sopkit.yaml": settings + f"caps: [{{id: cap, {cap}}}]\n" + "".join(documents) + SCRIPT})
    assert [
        one.message("en") for one in done.findings if one.rule.code < "SOP200" and one.weight is Severity.ERROR
    ] == []
    found = [one for one in done.findings if one.rule.name == "over-touch"]
    if found:
        assert found[0].verdict is not None
        return found[0].verdict.value, found[0]
    proved = [one for one in done.proved if one.subject == "cap/cap"]
    return ("proved" if proved else "not assessed"), None


def verdict(cap: str, *documents: str, home: str = SHANGHAI, customers: str = "", more: str = "") -> str:
    return judged(cap, *documents, home=home, customers=customers, more=more)[0]


# Days and weeks that are shorter or longer


def test_a_week_in_which_the_clock_is_put_forward_is_an_hour_short() -> None:
    """Every Tuesday at 10:00 is 6 days and 23 hours apart once a year: rolling time is time that passes."""
    weekly = CADENCE % ("week", "tue 10:00")
    assert verdict("max: 1, per: 7d", weekly) == "proved"
    said, found = judged("max: 1, per: 7d", weekly, home=BERLIN)
    assert said == "violated"
    assert found is not None
    first, last = (one.at.replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC) for one in found.timeline if one.counted)
    assert last - first == timedelta(days=7, hours=-1)
    assert verdict("max: 1, per: week", weekly, home=BERLIN) == "proved"
    assert verdict("max: 1, per: 167h", weekly, home=BERLIN) == "proved"


def test_a_day_of_25_hours_holds_what_a_day_of_24_does_not() -> None:
    daily = automation("a", "", ", after: 24h")
    assert verdict("max: 1, per: day", daily) == "proved"
    said, found = judged("max: 1, per: day", daily, home=BERLIN)
    assert said == "violated"
    assert found is not None
    first, last = (one.at for one in found.timeline if one.counted)
    assert first.date() == last.date()
    assert any("Europe/Berlin" in one.en for one in found.assumptions)
    assert verdict("max: 1, per: day", automation("a", "", ", after: 25h"), home=BERLIN) == "proved"


def test_days_of_a_cadence_are_days_whatever_their_length() -> None:
    assert verdict("max: 2, per: day", CADENCE % ("day", "'00:00', '23:59'"), home=BERLIN) == "proved"


def test_the_end_of_a_month_may_come_an_hour_early() -> None:
    """From 28 February to 28 March, over the night in which the clock is put forward where that is so."""
    monthly = automation("a", "", ", after: 1mo")
    assert verdict("max: 1, per: 672h", monthly) == "proved"
    assert verdict("max: 1, per: 672h", monthly, home=BERLIN) != "proved"
    assert verdict("max: 1, per: 671h", monthly, home=BERLIN) == "proved"


@pytest.mark.parametrize("pause", ["reentry: after 1mo\n"])
def test_months_between_runs_are_as_short_as_they_can_be(pause: str) -> None:
    again = automation("a", "", on="order-paid", more=pause)
    assert verdict("max: 1, per: 672h", again) == "proved"
    assert verdict("max: 1, per: 672h", again, home=BERLIN) != "proved"
    assert verdict("max: 1, per: 671h", again, home=BERLIN) == "proved"


def test_a_month_is_an_anchor_too() -> None:
    """A month from the start, the touch before it up to 20 days after: at least 8 days, an hour less where clocks are moved."""
    anchored = automation("a", ", after: 0d..20d", ", after: 1mo, since: start")
    assert verdict("gap: 8d", anchored) == "proved"
    assert verdict("gap: 8d", anchored, home=BERLIN) != "proved"
    assert verdict("gap: 191h", anchored, home=BERLIN) == "proved"
    assert verdict("gap: 9d", anchored) != "proved"


def test_a_unit_of_the_calendar_between_events_is_as_short_as_it_can_be() -> None:
    event = "---\nkind: catalog\nevents:\n  seen: {title: 看, tool: crm, at_most: 1 per 1mo}\n"
    again = automation("a", "", on="seen", more="reentry: always\n")
    assert verdict("max: 1, per: 672h", again, event) == "proved"
    assert verdict("max: 2, per: 672h", again, event, home=BERLIN) == "proved"
    assert verdict("max: 1, per: 672h", again, event, home=BERLIN) != "proved"


# Open hours


def test_an_hour_that_the_clock_leaves_out_makes_a_touch_wait_two_days() -> None:
    """Open from 02:00 to 03:00 alone: on the last Sunday of March it does not open, and the wait is 47 hours in place of 23."""
    hours = CLERK % ("09:00-18:00", "02:00-03:00")
    pair = automation("a", "", ", after: 36h, since: start").replace("via: sms", "via: day", 1)
    assert verdict("gap: 12h", pair, hours) == "proved"
    assert verdict("gap: 12h", pair, hours, home=BERLIN) != "proved"
    later = pair.replace("36h", "60h")
    assert verdict("gap: 12h", later, hours, home=BERLIN) == "proved"


def test_a_night_in_which_the_clock_is_put_back_is_an_hour_longer() -> None:
    """Quiet from 21:00 to 09:00 is 13 hours then."""
    quiet = "quiet_hours: {hours: 21:00-09:00, of: {category: marketing}}\n"
    pair = automation("a", "", ", after: 37h, since: start").replace("for: care", "for: promotion", 1)
    assert verdict("gap: 25h", pair, more=quiet) == "proved"
    assert verdict("gap: 25h", pair, more=quiet, home=BERLIN) != "proved"
    assert verdict("gap: 24h", pair, more=quiet, home=BERLIN) == "proved"


@pytest.mark.long
def test_a_deadline_in_open_time_is_longest_when_the_clock_takes_an_hour() -> None:
    """Two open hours a day, from 02:00 to 04:00: of three such hours one is missing on the last Sunday of March."""
    hours = CLERK % ("02:00-04:00", "00:00-24:00")
    call = automation("a", "", ", after: 72h, since: start").replace(
        "for: care}", "for: care, by: clerk, within: 3h}", 1
    )
    assert verdict("gap: 20h", call, hours.replace(", hours: 00:00-24:00", "")) == "proved"
    assert verdict("gap: 20h", call, hours.replace(", hours: 00:00-24:00", ""), home=BERLIN) != "proved"


# Several zones


@pytest.mark.long
def test_each_zone_is_asked_about() -> None:
    """Staff work from 9 to 18 in Shanghai, customers are called from 9 to 21: in Berlin that is two hours of the day."""
    hours = CLERK % ("09:00-18:00", "09:00-21:00")
    call = (
        automation("a", "", ", after: 40h, since: start, within: 40h")
        .replace("via: sms", "via: day")
        .replace("for: care}", "for: care, by: clerk, within: 1h}", 1)
        .replace("within: 40h}", "by: clerk, within: 40h}")
    )
    assert "by: clerk" in call
    assert verdict("gap: 18h", call, hours, customers="[Asia/Tokyo]") == "proved"
    assert verdict("gap: 18h", call, hours, customers=f"[Asia/Tokyo, {BERLIN}]") != "proved"


def test_a_course_is_told_by_the_clock_of_its_customer() -> None:
    late = automation("a", "", ", after: 23h")
    said, found = judged("max: 1, per: day", late, home=SHANGHAI, customers="[Asia/Tokyo]")
    assert said == "violated"
    assert found is not None
    assert [one.en for one in found.assumptions] == ["times are by the clock of Asia/Tokyo"]


def test_a_post_at_one_time_is_another_day_elsewhere() -> None:
    """23:00 and 01:00 in Shanghai are two days there and one in Berlin."""
    posts = CADENCE % ("week", "tue 23:00, wed 01:00")
    assert verdict("max: 1, per: day", posts) == "proved"
    said, found = judged("max: 1, per: day", posts, customers=f"[{BERLIN}]")
    assert said == "violated"
    assert found is not None
    assert {one.at.hour for one in found.timeline if one.counted} <= {16, 17, 18, 19}


def test_zones_of_which_none_is_known_are_named() -> None:
    said, found = judged("max: 1, per: day", automation("a", "", ", after: 24h"), customers="unknown")
    assert (said, found is not None) == ("possible", True)
    assert found is not None
    assert any("time zones are not known" in one.en for one in found.assumptions)
    assert verdict("max: 1, per: 24h", automation("a", "", ", after: 24h"), customers="unknown") == "proved"
    assert verdict("max: 1, per: day", automation("a", "", ", after: 26h"), customers="unknown") == "proved"


def test_the_verdict_of_a_course_is_not_certain_only_where_a_fact_is_missing() -> None:
    said, found = judged("max: 1, per: 7d", automation("a", "", ", after: 1d"), home=BERLIN)
    assert said == "violated"
    assert found is not None
    assert found.verdict is Verdict.VIOLATED
    assert min(one.at for one in found.timeline) > datetime(2026, 7, 1)
