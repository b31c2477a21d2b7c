"""Shortcuts that would be unsound: each has a case here, or in the tests of its construct, that it would get wrong."""

from __future__ import annotations

import ast
from pathlib import Path

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


def test_a_recurring_step_keeps_its_own_clock_whatever_the_chain_does() -> None:
    """Every day since entry, beside a touch after 36 h: 12 h apart. In one chain each touch would start the day anew."""
    life = (
        "---\nkind: lifecycle\nid: l\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\nstages:\n  s:\n"
        "    title: 一\n    steps:\n      - {id: late, send: hello, via: sms, for: care, after: 36h}\n"
        "      - {id: daily, send: hello, via: sms, for: care, every: 1d}\n    next: [{after: 9d, go: end}]\n"
    )
    assert verdict("max: 1, per: 13h", life) != "proved"
    assert verdict("max: 2, per: 13h", life) == "proved"


def test_a_tool_that_makes_touches_wait_moves_them_towards_others() -> None:
    """Seven days apart by the plan; the first is held for up to twelve hours, and the next comes when it was due."""
    caps = "caps: [{id: spacing, gap: 4h}, {id: cap, max: 5, per: 7d}]\nbudgets: {cap: {a: 1}}\n"
    pair = automation("a", ", within: 1h", ", after: 169h, since: start", more="runs_in: map\n")

    def proved(settings: str) -> bool:
        done = compiled({"sopkit.yaml": settings + caps + pair + SCRIPT})
        return "budgets" in [one.subject for one in done.proved]

    assert proved(SETTINGS)
    assert not proved(SETTINGS.replace("enforce: none", "enforce: {in: map, gap: wait 12h, count: skip}"))


# Where each shortcut that the rules of the analyses rule out has its case

CASES = {
    "ticks as long as the greatest common part of all times": ".test_the_last_instant_before_closing_is_no_multiple_of_anything",
    "plain edges for delays since an anchor": "test_caps.test_an_anchor_takes_the_wait_before_it_into_account",
    "recurring steps as part of the chain": ".test_a_recurring_step_keeps_its_own_clock_whatever_the_chain_does",
    "a window that holds both its ends": "test_caps.test_exactly_seven_days_apart_is_legal_and_a_second_less_is_not",
    "one instance where runs overlap": "test_caps.test_runs_that_overlap_each_count",
    "journeys on one event as if independent": "test_caps_limits.test_journeys_on_one_event_start_together",
    "journeys on one event as if always together": "test_caps_limits.test_journeys_on_one_event_that_comes_again_need_not_start_together",
    "groups that run one at a time are left at their ends only": "test_caps.test_one_at_a_time_may_be_left_from_every_place",
    "pairs of audiences in place of all together": "test_caps_sorts.test_three_of_which_each_two_can_meet_do_not_all_meet",
    "an audience at entry as an exclusion": "test_caps_sorts.test_an_audience_that_changes_excludes_nothing",
    "the time between two changes as a cool-down": ".test_the_time_between_two_changes_is_no_cool_down",
    "a wait as a pause between runs": ".test_runs_that_wait_for_one_thing_wake_together",
    "journeys that start each other as a chain": ".test_journeys_that_start_each_other_go_round",
    "occurrences as they come, though a sync brings them in batches": ".test_a_batch_brings_occurrences_of_several_days_together",
    "averages over windows": ".test_the_sum_of_journeys_is_asked_of_each_window_and_not_of_averages",
    "days of 24 hours": "test_caps_zones.test_a_day_of_25_hours_holds_what_a_day_of_24_does_not",
    "one time zone for all": "test_caps_zones.test_each_zone_is_asked_about",
    "an unknown time zone as an exemption": "test_caps_limits.test_unknown_time_zones_are_named_and_nothing_is_shown_as_certain",
    "a group post as one touch": "test_caps_limits.test_a_post_that_is_felt_in_several_groups_at_once_is_no_gap_that_a_tool_keeps",
    "enforcement that stops what people send": "test_caps_enforced.test_what_people_send_breaks_a_count_that_a_tool_enforces",
    "enforcement that knows at once what others send": "test_caps_limits.test_what_a_tool_hears_late_or_never_is_told_apart",
    "waiting at a cap that moves nothing else": ".test_a_tool_that_makes_touches_wait_moves_them_towards_others",
    "a confirmation as the time of sending": "test_caps_limits.test_a_confirmation_may_bring_two_sends_together",
    "latency as the sum of periods and durations": "test_latency.test_two_daily_syncs_take_a_day_and_a_half_hour_and_one_not_the_sum",
    "offsets that nobody declared as the best ones": "test_latency.test_unknown_offsets_give_the_sum",
    "a guard as a proof against repetition": "test_rules_tools_more.test_a_guard_on_a_copy_that_lags_is_a_race",
    "consent as a state": "test_consent_property.test_ways_and_histories_tried_one_by_one_agree",
    "lower bounds of shares as a contradiction": "test_rules_targets.test_targets_that_fit",
    "offers two by two": "test_effort.test_too_many_offers_are_not_compared",
    "past the bound on effort as clean": "test_effort.test_a_search_that_a_bound_ends_is_not_assessed",
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_shortcut_has_a_case_that_still_stands(case: str) -> None:
    module, _, name = case.partition(".")
    tree = ast.parse((Path(__file__).parent / f"{module or Path(__file__).stem}.py").read_text("utf-8"))
    assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
