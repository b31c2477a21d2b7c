"""Shortcuts that would be unsound: each has a case here, or in the tests of its construct, that it would get wrong."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Severity
from tests.test_caps import SCRIPT, automation, verdict
from tests.workspaces import SETTINGS, compiled

DAY = "---\nkind: catalog\nchannels:\n  day: {title: 渠道, tool: crm, reach: direct, hours: 09:00-21:00}\n"
MOOD = (
    "---\nkind: catalog\ndata:\n  mood: {title: 状态, type: [fine, bad], category: user.behavior, record: crm, retention: 1y, "
    "changes: 1 per 7d}\n"
)


def doubtful(cap: str, *documents: str) -> set[str]:
    """Return which rules find something graver than a doubt about the cap, which is not proved."""
    done = compiled({"sopkit.yaml": SETTINGS + f"caps: [{{id: cap, {cap}}}]\n" + "".join(documents) + SCRIPT})
    assert "cap/cap" not in [one.subject for one in done.proved]
    return {one.rule.code for one in done.findings if one.weight is Severity.ERROR and one.rule.name != "over-touch"}


def test_the_last_instant_before_closing_is_no_multiple_of_anything() -> None:
    """Open from 9 to 21, the second exactly 12 h after the first: 20:58, then 9:00. Ticks as long as the greatest common part miss it."""
    pair = automation("a", "", ", after: 12h").replace("via: sms", "via: day")
    assert verdict("gap: 725m", pair, DAY) != "proved"
    assert verdict("gap: 721m", pair, DAY) != "proved"
    assert verdict("gap: 12h", pair, DAY) == "proved"


def test_the_time_between_two_changes_is_no_cool_down() -> None:
    """One change a week fits between two touches: who is fine now and bad in a minute gets both."""
    pair = (
        automation("a", "", on="order-paid", more="while: {mood: fine}\n"),
        automation("b", "", on="cart-added", more="while: {mood: bad}\n"),
    )
    assert verdict("max: 1, per: 7d", *pair, MOOD) != "proved"
    assert verdict("max: 1, per: 7d", *pair, MOOD.replace("1 per 7d", "never")) in {"proved", "possible"}


def test_runs_that_wait_for_one_thing_wake_together() -> None:
    """They pile up before the wait, one a day, and all touch when it ends."""
    waiting = (
        "---\nkind: automation\nid: w\ntitle: 等\nowner: guide\nreview_by: 2027-12-31\nstarts_on: seen\nreentry: always\nsteps:\n"
        "  - {id: until, wait: order-paid}\n  - {id: hi, send: hello, via: sms, for: care}\n"
    )
    seen = "---\nkind: catalog\nevents:\n  seen: {title: 看, tool: crm, at_most: 1 per 1d}\n"
    assert doubtful("max: 20, per: 1d", waiting, seen) == {"SOP209"}


@pytest.mark.parametrize("again", ["always", "after 1h"])
def test_journeys_that_start_each_other_go_round(again: str) -> None:
    def one(name: str, other: str, on: str) -> str:
        return (
            f"---\nkind: automation\nid: {name}\ntitle: 转\nowner: guide\nreview_by: 2027-12-31\nstarts_on: {on}\nreentry: {again}\n"
            f"steps:\n  - {{id: hi, send: hello, via: sms, for: care}}\n  - {{id: on, start: {other}, after: 2h}}\n"
        )

    found = doubtful("max: 3, per: 7d", one("p", "q", "member-joined"), one("q", "p", "cart-added"))
    assert ("SOP209" in found) is (again == "always")


def test_a_batch_brings_occurrences_of_several_days_together() -> None:
    """One a day at most, told to the tool once a week: all of the week's start at one time."""
    daily = automation("a", "", on="seen", more="reentry: always\nruns_in: map\n")
    nouns = "---\nkind: catalog\nevents:\n  seen: {title: 看, tool: crm, at_most: 1 per 1d}\n"
    sync = (
        "---\nkind: sync\nid: weekly\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: crm\nto: map\n"
        "carries: {events: [seen], data: [phone]}\nkey: unionid\nevery: week\nat: [mon 02:00]\n"
    )
    assert verdict("max: 1, per: 1d", daily, nouns) == "proved"
    assert verdict("max: 6, per: 1d", daily, nouns, sync) != "proved"


def test_the_sum_of_journeys_is_asked_of_each_window_and_not_of_averages() -> None:
    """Two a day on two days side by side: four within an hour around midnight."""
    often = automation("a", "", on="seen", more="reentry: always\n")
    nouns = "---\nkind: catalog\nevents:\n  seen: {title: 看, tool: crm, at_most: 2 per day}\n"
    assert verdict("max: 3, per: 1h", often, nouns) != "proved"
    assert verdict("max: 4, per: 1h", often, nouns) == "proved"
