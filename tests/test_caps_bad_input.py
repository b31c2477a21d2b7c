"""Bad input: what says nothing, or what can never be, is a finding of its own or an answer that was not given, and no silent pass."""

from __future__ import annotations

from datetime import date

import pytest

from sopkit.diagnostics import Finding
from sopkit.pipeline import Compilation
from tests.test_caps import SCRIPT, automation
from tests.workspaces import SETTINGS, compiled

TWO = "{id: c, max: 2, per: 7d}"
CADENCE = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: sms\nformat: post\n"
    "for: care\nevery: %s\n%son_holiday: %s\n"
)
DESK = "---\nkind: catalog\nchannels:\n  desk: {title: 前台, tool: crm, reach: direct, hours: 09:00-21:00}\n"
LONG = DESK + "  phone: {title: 电话, tool: crm, reach: direct, hours: 10:00-20:00}\n"
NIGHT = "roles:\n  watch: {title: 夜班, hours: 22:00-06:00}\n"


def judged(*documents: str, caps: str = TWO, more: str = "", today: date = date(2026, 7, 1)) -> Compilation:
    said = f"caps: [{caps}]\n" if caps else ""
    return compiled({"sopkit.yaml": SETTINGS + said + more + "".join(documents) + SCRIPT}, today)


def codes(done: Compilation) -> set[str]:
    return {one.rule.code for one in done.findings if one.rule.code not in {"SOP219", "SOP141"}}


def found(done: Compilation, name: str) -> list[Finding]:
    return [one for one in done.findings if one.rule.name == name]


def test_a_deadline_before_the_step_may_begin() -> None:
    assert codes(judged(automation("a", ", after: 3d, within: 1d"))) == {"SOP220"}
    assert codes(judged(automation("a", ", after: 1d, within: 3d"))) == set()


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        ("{id: c, max: 0, per: 7d}", "SOP115"),
        ("{id: c, max: 2, per: 0d}", "SOP303"),
        ("{id: c, gap: 0h}", "SOP303"),
        ("{id: c, per: 7d}", "SOP102"),
        ("{id: c, max: 2, per: 7d, of: {channel: sms, reach: group}}", "SOP302"),
        ("{id: c, max: 2, per: 7d, of: {purpose: nothing}}", "SOP140"),
    ],
)
def test_a_cap_that_says_nothing(cap: str, expected: str) -> None:
    done = judged(automation("a", ""), caps=cap)
    assert expected in codes(done)
    assert [one for one in done.proved if one.subject == "cap/c"] == []


def test_quiet_hours_that_hold_nothing_back() -> None:
    nobody = "quiet_hours: {hours: 21:00-09:00, of: {channel: sms, reach: group}}\n"
    (one,) = found(judged(automation("a", ""), more=nobody), "idle-cap")
    assert "quiet hours" in one.message("en")
    assert "静默时段" in one.message("zh-CN")
    assert codes(judged(automation("a", ""), more=nobody.replace(", reach: group", ""))) == set()


@pytest.mark.parametrize("hours", ["09:00-09:00", "25:00-26:00"])
def test_hours_that_are_no_span(hours: str) -> None:
    assert {"SOP123", "SOP124"} & codes(judged(automation("a", ""), more=f"quiet_hours: {{hours: {hours}}}\n"))


def test_what_may_be_done_at_no_hour() -> None:
    all_day = "quiet_hours: {hours: 00:00-24:00}\n"
    assert codes(judged(automation("a", ""), more=all_day)) == {"SOP221"}
    at_night = automation("a", ", by: watch, within: 1h").replace("via: sms", "via: desk")
    assert codes(judged(at_night, DESK + NIGHT)) == {"SOP221"}
    by_day = "quiet_hours: {hours: 09:00-21:00}\n"
    either = automation("a", "").replace("via: sms", "via: [desk, phone]")
    assert codes(judged(either, LONG, more=by_day)) == {"SOP221"}
    assert codes(judged(either, LONG, more=by_day.replace("21:00", "20:30"))) == set()


@pytest.mark.parametrize("where", [", if: %s", ""])
def test_conditions_that_nobody_meets(where: str) -> None:
    nobody = "{all: [{order-paid: ever}, {order-paid: never}]}"
    text = automation("a", where % nobody) if where else automation("a", "", more=f"audience: {nobody}\n")
    assert codes(judged(text)) == {"SOP213"}


def test_rhythms_that_take_no_time() -> None:
    event = "---\nkind: catalog\nevents:\n  seen: {title: 看, tool: crm, at_most: 2 per %s}\n"
    again = automation("a", "", on="seen", more="reentry: always\n")
    assert found(judged(again, event % "0d"), "period-without-time")
    assert not found(judged(again, event % "1d"), "period-without-time")
    life = (
        "---\nkind: lifecycle\nid: l\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\nstages:\n  s:\n"
        "    title: 一\n    steps:\n      - {id: e, send: hello, via: sms, for: care, every: %s}\n    next: [{after: 9d, go: end}]\n"
    )
    (one,) = found(judged(life % "0h"), "period-without-time")
    assert one.subject == "lifecycle/l/s/e"
    assert not found(judged(life % "3d"), "period-without-time")
    assert found(judged(automation("a", ""), CADENCE % ("0d", "", "same")), "period-without-time")
    sync = (
        "---\nkind: sync\nid: s\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: crm\nto: map\n"
        "carries: {data: [phone]}\nkey: unionid\nevery: 0m\n"
    )
    assert found(judged(automation("a", ""), sync), "period-without-time")


def test_a_year_of_which_no_holidays_are_known() -> None:
    moved = CADENCE % ("week", "at: [mon 10:00]\n", "skip")
    assert "declares no" in found(judged(moved), "year-without-holidays")[0].message("en")
    assert "us" in found(judged(moved, more="holidays: us\n"), "year-without-holidays")[0].message("en")
    assert found(judged(moved, more="holidays: cn\n"), "year-without-holidays") == []
    later = found(judged(moved, more="holidays: cn\n", today=date(2033, 1, 5)), "year-without-holidays")
    assert "2033" in later[0].message("en")
    workdays = automation("a", ", after: 2 workdays")
    assert found(judged(workdays), "year-without-holidays") == []
    assert found(judged(workdays, more="holidays: us\n"), "year-without-holidays")
    assert found(judged(automation("a", ", after: 2d"), more="holidays: us\n"), "year-without-holidays") == []


@pytest.mark.parametrize("every", ["week", "3d"])
def test_a_cadence_without_slots_is_not_assessed(every: str) -> None:
    done = judged(automation("a", ""), CADENCE % (every, "", "same"))
    (one,) = done.not_assessed
    assert one.subject == "cap/c"
    assert one.span is not None, "it is told where the cap is written"
    assert "cap/c" not in [one.subject for one in done.proved]


def test_a_cadence_once_a_quarter_is_counted_by_its_dates() -> None:
    text = CADENCE % ("quarter", "at: [day 5 10:00, day 9 10:00]\n", "same")
    assert "cap/c" in [one.subject for one in judged(text).proved]
    (one,) = found(judged(text, caps="{id: c, max: 1, per: 7d}"), "over-touch")
    assert {moment.at.month for moment in one.timeline} <= {1, 4, 7, 10}
