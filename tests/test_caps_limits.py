"""What is said beside the caps themselves: limits of platforms, enforcement by a tool, changes that are offered, and bad input."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Proof, Severity, Unassessed, Verdict
from sopkit.pipeline import Compilation
from tests.test_caps import SCRIPT, automation, verdict
from tests.workspaces import SETTINGS, compiled

ENFORCED = SETTINGS.replace("enforce: none", "enforce: {in: map, gap: wait 12h, count: skip}")
IN_MAP = "runs_in: map\n"
CADENCE = (
    "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: %s\nformat: post\n"
    "for: care\n%severy: day\nat: ['10:00', '15:00']\non_holiday: same\n"
)


def judged(caps: str, *journeys: str, settings: str = SETTINGS) -> Compilation:
    return compiled({"sopkit.yaml": settings + f"caps: [{caps}]\n" + "".join(journeys) + SCRIPT})


def of_rule(done: Compilation, name: str) -> list[Finding]:
    return [one for one in done.findings if one.rule.name == name]


def proved(done: Compilation) -> dict[str, Proof]:
    return {one.subject: one for one in done.proved if one.rule.name == "over-touch"}


# Platforms


def mass(after: str) -> str:
    return automation("a", "", f", after: {after}").replace("via: sms", "via: wecom-mass")


def test_a_limit_of_a_platform_is_judged_beside_the_caps() -> None:
    weekly = "{id: weekly, max: 5, per: 7d}"
    done = judged(weekly, mass("1h"))
    (found,) = of_rule(done, "over-touch")
    assert found.subject == "limit/wecom-mass-daily"
    assert found.verdict is Verdict.POSSIBLE  # a person confirms the send at a time of their own
    assert "96997" in found.assumptions[0].en
    kept = proved(judged(weekly, mass("4d")))
    assert set(kept) == {"cap/weekly", "limits"}
    assert "WeCom mass" in kept["limits"].statement.en


def test_a_cap_with_the_id_of_a_limit_takes_its_place() -> None:
    done = judged("{id: wecom-mass-daily, max: 2, per: day, of: {channel: wecom-mass}}", mass("1h"))
    assert of_rule(done, "over-touch") == []
    assert set(proved(done)) == {"cap/wecom-mass-daily"}


def test_of_two_caps_with_one_id_each_counts_its_own_touches() -> None:
    idle, broken = (f"{{id: weekly, max: 1, per: 7d, of: {{channel: {one}}}}}" for one in ("wecom-mass", "sms"))
    done = judged(f"{idle}, {broken}", automation("a", "", ", after: 1h"))
    assert [len(of_rule(done, name)) for name in ("idle-cap", "over-touch")] == [1, 1]


@pytest.mark.parametrize(("by", "expected"), [("by: guide\n", []), ("", ["limit/wecom-group-monthly"])])
def test_posts_written_by_hand_are_no_mass_messages(by: str, expected: list[str]) -> None:
    done = judged("{id: daily, max: 2, per: day, of: {reach: group}}", CADENCE % ("group", by))
    assert [
        one.subject if one.verdict is Verdict.POSSIBLE else "limit/wecom-group-monthly"
        for one in of_rule(done, "over-touch")
    ] == expected


# Enforcement


def test_a_tool_keeps_a_cap_of_what_it_sends_itself() -> None:
    both = automation("a", "", ", after: 1h", more=IN_MAP)
    assert (
        "the tool that sends keeps it"
        in proved(judged("{id: c, max: 1, per: 7d}", both, settings=ENFORCED))["cap/c"].statement.en
    )


def test_a_post_that_is_felt_in_several_groups_at_once_is_no_gap_that_a_tool_keeps() -> None:
    """The tool spaces its sends; the customer of two groups gets one of them twice at one instant."""

    def judge(joins: int) -> list[str]:
        group = f"---\nkind: catalog\nchannels:\n  room: {{title: 群, tool: map, reach: group, selects: nobody, joins: {joins}}}\n"
        post = automation("a", "", ", after: 1h", more=IN_MAP).replace("via: sms", "via: room")
        done = judged("{id: c, gap: 4h, of: {reach: group}}", post, group, settings=ENFORCED)
        return [one.message("en") for one in of_rule(done, "over-touch")]

    assert judge(1) == []
    (said,) = judge(2)
    assert "one post is felt at one time in each of the groups" in said


def test_what_people_send_alone_breaks_a_cap_whatever_a_tool_holds() -> None:
    """Two by hand within the week: the tool has nothing to stop, and what it sends between them is not listed."""
    by_hand = automation(
        "a", ", within: 1h, by: guide", ", after: 2h", ", after: 1d, within: 2d, by: guide", more=IN_MAP
    )
    skipping = ENFORCED.replace("gap: wait 12h, ", "")
    (found,) = of_rule(judged("{id: c, max: 1, per: 7d}", by_hand, settings=skipping), "over-touch")
    assert found.verdict is Verdict.VIOLATED
    assert [one.what.en.split(",")[0] for one in found.timeline[1:]] == ["a s0", "a s2"]


def test_what_a_tool_hears_late_or_never_is_told_apart() -> None:
    sync = (
        "---\nkind: sync\nid: told\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: sms-gateway\nto: map\n"
        "carries: {touches: [sms]}\nkey: unionid\nevery: 30m\ntakes: 5m..10m\n"
    )
    mixed = automation("a", "", ", after: 1h, within: 2h, by: guide", more=IN_MAP)
    (deaf,) = of_rule(judged("{id: c, max: 1, per: 7d}", mixed, settings=ENFORCED), "over-touch")
    assert "of these it never learns: a" in deaf.message("en")
    assert "根本不知道" in deaf.message("zh-CN")
    (late,) = of_rule(judged("{id: c, max: 1, per: 7d}", mixed, sync, settings=ENFORCED), "over-touch")
    assert "up to 40 minutes late" in late.message("en")


def test_what_is_sent_all_the_same_is_nothing_that_a_tool_can_hold() -> None:
    mixed = automation("a", "", ", after: 1h, cap: {stopped: false, reason: 通知}", more=IN_MAP)
    assert of_rule(judged("{id: c, max: 1, per: 7d}", mixed, settings=ENFORCED), "over-touch")


def test_a_required_step_that_others_crowd_out_is_a_warning_and_any_other_a_note() -> None:
    def weights(more: str) -> list[Severity]:
        both = automation("a", "", f", after: 1h{more}", more=IN_MAP)
        return [
            one.weight for one in of_rule(judged("{id: c, max: 1, per: 7d}", both, settings=ENFORCED), "starved-touch")
        ]

    assert weights(", required: true") == [Severity.WARNING]
    assert weights("") == [Severity.NOTE]


def test_nothing_that_only_follows_crowds_a_step_out() -> None:
    first = automation("a", ", required: true", ", after: 1h", more=IN_MAP)
    later = automation("b", "", on="{ended: a}", more=IN_MAP)
    done = judged("{id: c, max: 1, per: 7d}", first, later, settings=ENFORCED)
    assert "automation/a/s0" not in [one.subject for one in of_rule(done, "starved-touch")]


STAGED = """\
---
kind: lifecycle
id: a
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
reentry: never
runs_in: map
stages:
  first:
    title: 先
    steps:
      - {id: hi, send: hello, via: sms, for: care, within: 1h}
      - {id: call, do: 电话问候, by: guide, within: 9d}
    next: [{after: %s, go: second}%s]
  second:
    title: 后
    steps: [{id: again, send: hello, via: sms, for: care, within: 1h}]
    next: [{after: 9d, go: end}]
"""


@pytest.mark.parametrize(
    ("after", "more", "starved"),
    [
        ("9d", "", []),
        ("7d", "", ["lifecycle/a/second/again"]),
        ("9d", ", {on: order-paid, go: second}", ["lifecycle/a/second/again"]),
    ],
    ids=["the clock of the stage", "an hour too soon", "an event may cut it short"],
)
def test_a_stage_that_is_left_by_the_clock_keeps_apart_whatever_is_done_in_between(
    after: str, more: str, starved: list[str]
) -> None:
    """The call may come just before the stage is left: that makes the first message no later."""
    done = judged("{id: c, max: 1, per: 7d}", STAGED % (after, more), settings=ENFORCED)
    assert [one.subject for one in of_rule(done, "starved-touch")] == starved


@pytest.mark.parametrize("more", ["", ", {on: order-paid, go: end}"], ids=["by the clock", "at any time"])
def test_what_starts_when_a_journey_has_ended_is_not_before_its_steps(more: str) -> None:
    later = automation("b", ", required: true", on="{ended: a}", more=IN_MAP)
    done = judged("{id: c, max: 1, per: 7d}", STAGED % ("9d", more), later, settings=ENFORCED)
    assert [one.subject for one in of_rule(done, "starved-touch") if "/a/" in one.subject] == []


# Changes that are offered


def test_a_change_that_is_offered_keeps_the_cap_when_it_is_made() -> None:
    (found,) = of_rule(
        judged("{id: c, max: 2, per: 7d}", automation("a", "", ", after: 1d", ", after: 2d")), "over-touch"
    )
    assert found.fix("en") == "let a/s2 come `after: 6d`, or leave out a/s2"
    assert verdict("max: 2, per: 7d", automation("a", "", ", after: 1d", ", after: 6d")) == "proved"
    assert verdict("max: 2, per: 7d", automation("a", "", ", after: 1d")) == "proved"


def test_where_no_single_change_is_enough_none_is_offered() -> None:
    four = [automation(f"j{n}", "", ", after: 1h") for n in range(3)]
    (found,) = of_rule(judged("{id: c, max: 1, per: 7d}", *four), "over-touch")
    assert "no change of one step is enough" in found.fix("en")


def test_a_journey_that_starts_again_at_any_time_is_to_pause_first() -> None:
    again = automation("a", "", ", after: 1h").replace("steps:", "reentry: always\nsteps:", 1)
    again = again.replace("starts_on: member-joined", "starts_on: product-viewed")
    (found,) = of_rule(judged("{id: c, max: 2, per: 7d}", again), "over-touch")
    assert (
        "`a` may start again at any time (`reentry: always`): first let it pause, as `reentry: after 7d`"
        in found.fix("en")
    )


# Traps


def test_a_journey_behind_one_behind_another_is_counted() -> None:
    """Only the end of `b` starts `c`, and only that of `a` starts `b`."""
    chain = [automation("a", ""), automation("b", "", on="{ended: a}"), automation("c", "", on="{ended: b}")]
    assert verdict("max: 2, per: 7d", *chain) == "violated"
    assert verdict("max: 3, per: 7d", *chain) == "proved"


def test_two_that_start_at_one_end_both_count() -> None:
    fork = [automation("a", ""), automation("b", "", on="{ended: a}"), automation("c", "", on="{ended: a}")]
    assert verdict("max: 2, per: 7d", *fork) == "violated"
    assert verdict("max: 3, per: 7d", *fork) == "proved"


def test_journeys_on_one_event_start_together() -> None:
    """Each has a touch, ten days apart: adding them up would cry wolf."""
    pair = [automation("a", ""), automation("b", ", after: 10d")]
    assert verdict("max: 1, per: 7d", *pair) == "proved"
    assert verdict("max: 1, per: 11d", *pair) == "violated"


def test_journeys_on_one_event_that_comes_again_need_not_start_together() -> None:
    """Who is no member at the first order enters one of the two only at a later order."""
    pair = [
        automation("a", "", on="order-paid", more="audience: {member-joined: ever}\n"),
        automation("b", ", after: 10d", on="order-paid"),
    ]
    assert verdict("max: 1, per: 7d", *pair) != "proved"


def test_a_confirmation_may_bring_two_sends_together() -> None:
    pair = automation("a", "", ", after: 2h").replace("via: sms", "via: wecom-mass")
    assert verdict("gap: 1h", pair, extra="") != "proved"


def test_a_recurring_step_does_not_count_for_ever_because_a_chain_runs_beside_it() -> None:
    stages = (
        "---\nkind: lifecycle\nid: l\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\n"
        "stages:\n  s:\n    title: 阶段\n    steps:\n"
    )
    steps = [
        "      - {id: hi, send: hello, via: sms, for: care}\n",
        "      - {id: weekly, send: hello, via: sms, for: care, every: 7d}\n",
        "    next: [{after: 30d, go: end}]\n",
    ]
    assert verdict("max: 2, per: 7d", stages + "".join(steps)) == "proved"
    assert verdict("max: 1, per: 8d", stages + "".join(steps)) == "violated"


# Bad input


@pytest.mark.parametrize("cap", ["{id: c, max: 2, per: 0d}", "{id: c, gap: 0h}"])
def test_a_cap_over_no_time_is_found_and_not_proved(cap: str) -> None:
    done = judged(cap, automation("a", ""))
    assert [one.weight for one in of_rule(done, "cap-without-time")] == [Severity.ERROR]
    assert "cap/c" not in proved(done)


def test_a_cap_that_covers_nothing_is_found_and_not_proved() -> None:
    done = judged("{id: c, max: 2, per: 7d, of: {channel: group, reach: group}}", automation("a", ""))
    assert len(of_rule(done, "idle-cap")) == 1
    assert proved(done) == {}


def test_a_cadence_that_breaks_a_cap_by_itself_is_shown_with_its_dates() -> None:
    (found,) = of_rule(judged("{id: c, gap: 6h, of: {reach: group}}", CADENCE % ("group", "by: guide\n")), "over-touch")
    assert found.verdict is Verdict.VIOLATED
    assert [one.at.hour for one in found.timeline] == [10, 15]


def test_unknown_time_zones_are_named_and_nothing_is_shown_as_certain() -> None:
    settings = SETTINGS + "customer_timezones: unknown\n"
    (found,) = of_rule(
        judged("{id: c, max: 1, per: day}", automation("a", "", ", after: 20h"), settings=settings), "over-touch"
    )
    assert found.verdict is Verdict.POSSIBLE
    assert any("time zones" in one.en for one in found.assumptions)


def test_a_cap_too_large_to_count_is_not_assessed() -> None:
    done = judged("{id: c, max: 500, per: 7d}", automation("a", ""))
    assert [type(one) for one in done.not_assessed] == [Unassessed]


@pytest.mark.parametrize(("others", "told"), [(7, 10), (8, 3)])
def test_of_a_long_course_what_does_not_count_is_left_out(others: int, told: int) -> None:
    """What happens stays: without it nobody knows where it begins."""
    steps = [f"  - {{id: o{n}, send: hello, via: mp-notice, for: care}}\n" for n in range(others)]
    last = "  - {id: last, send: hello, via: sms, for: care, after: 1d}\n"
    journey = automation("a", "") + "".join((*steps, last))
    text = SETTINGS + "caps: [{id: cap, max: 1, per: 7d, of: {channel: sms}}]\n" + journey + SCRIPT
    (found,) = [one for one in compiled({"sopkit.yaml": text}).findings if one.subject == "automation/a/last"]
    assert len(found.timeline) == told
    assert sum(one.counted for one in found.timeline) == 2
    assert not found.timeline[0].counted


@pytest.mark.parametrize(("most", "said"), [(100, "proved"), (101, "not assessed")])
def test_a_cap_above_what_anybody_counts_is_not_analysed(most: int, said: str) -> None:
    assert verdict(f"max: {most}, per: 7d", automation("a", "")) == said


@pytest.mark.parametrize(
    ("of", "idle"), [("{channel: sms}", False), ("{channel: mp-notice}", False), ("{channel: wecom-mass}", True)]
)
def test_quiet_hours_are_idle_only_where_they_are_of_no_touch(of: str, idle: bool) -> None:
    both = automation("a", "") + "  - {id: o, send: hello, via: mp-notice, for: care}\n"
    quiet = f"caps: [{{id: cap, max: 2, per: 7d}}]\nquiet_hours: {{hours: '22:00-08:00', of: {of}}}\n"
    done = compiled({"sopkit.yaml": SETTINGS + quiet + both + SCRIPT})
    assert [one.subject for one in done.findings if one.rule.name == "idle-cap"] == ["quiet_hours"] * idle
