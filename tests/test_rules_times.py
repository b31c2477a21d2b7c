"""Times that never come: deadlines before the start, hours that never open, fixed times in closed hours; and what is fine."""

from __future__ import annotations

import pytest

from sopkit.rules.examples import automation
from sopkit.rules.times import CADENCE, NIGHT
from tests.workspaces import SETTINGS, compiled


def codes(text: str, settings: str = SETTINGS) -> list[str]:
    found = compiled({"sopkit.yaml": settings, "play.yaml": text}).findings
    return [one.rule.code for one in found if one.rule.code < "SOP2" or one.rule.code in {"SOP220", "SOP221", "SOP222"}]


def call(times: str, by: str = "guide") -> str:
    return automation(f"  - {{id: call, do: 电话问候, by: {by}, {times}}}")


@pytest.mark.parametrize(
    "times",
    [
        "after: 3d, within: 1d",
        "after: 90d, within: 40d",
        "after: 3mo, within: 1mo",
        "after: 25h, within: 1d, clock: wall",
    ],
)
def test_a_deadline_before_the_start(times: str) -> None:
    assert codes(call(times)) == ["SOP220"]


@pytest.mark.parametrize(
    "times",
    [
        "after: 1d, within: 1d",
        "after: 30h, within: 1d",
        "after: 1mo, within: 30d",
        "after: 1d, within: 3 workdays",
        "within: 1d",
    ],
)
def test_closed_hours_and_months_give_time(times: str) -> None:
    """A guide is at work half the day, so that 30 hours hold at most 18 of them, and a month may have 28 days."""
    assert codes(call(times)) == []


def test_a_deadline_before_the_journey_that_counts_to_a_date() -> None:
    text = call("before: 10d").replace("starts_on: member-joined", "starts_on: {date: birthday, before: 7d}")
    assert codes(text) == ["SOP220"]
    assert codes(text.replace("before: 10d", "before: 7d")) == []


def test_hours_that_share_nothing_and_hours_that_touch() -> None:
    text = automation("  - {id: call, do: 叫号, by: watch, via: desk, within: 1d}") + NIGHT
    assert codes(text) == ["SOP221"]
    assert codes(text.replace("22:00-06:00", "21:00-09:00")) == ["SOP221"]
    assert codes(text.replace("22:00-06:00", "21:00-09:01")) == []


def test_quiet_hours_all_day_leave_none() -> None:
    quiet = SETTINGS + "quiet_hours: {hours: 00:00-24:00, of: {category: service}}\n"
    text = automation("  - {id: hello, send: hello, via: sms, for: onboarding}")
    text += "---\nkind: catalog\nscripts:\n  hello: {title: 问候, text: 【示例】您好，拒收请回复T}\n"
    assert codes(text, quiet) == ["SOP221"]
    assert codes(text, quiet.replace("00:00-24:00", "00:00-23:59")) == []


@pytest.mark.parametrize(
    ("slot", "closed"), [("tue 22:00", True), ("tue 21:00", True), ("tue 10:00", False), ("tue 20:59", False)]
)
def test_a_slot_is_closed_from_the_minute_of_closing(slot: str, closed: bool) -> None:
    assert codes(CADENCE.replace("tue 22:00", slot)) == (["SOP222"] if closed else [])


def test_a_slot_by_the_day_of_the_month_is_judged_on_every_weekday() -> None:
    monthly = CADENCE.replace("every: week", "every: month").replace("tue 22:00", "day 5 22:00")
    assert codes(monthly) == ["SOP222"]
    weekdays = monthly.replace("hours: 10:00-21:00", "hours: mon-fri 10:00-23:00")
    assert codes(weekdays) == []
    assert codes(CADENCE.replace("tue 22:00", "sat 12:00").replace("hours: 10", "hours: mon-fri 10")) == ["SOP222"]
