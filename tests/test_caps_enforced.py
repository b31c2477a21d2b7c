"""Caps that a tool enforces: what it fills and others go beyond, what never can be, and that each course shown goes the same way there."""

from __future__ import annotations

import random
from collections.abc import Iterable
from unittest.mock import patch

import pytest

from sopkit import rules
from sopkit.diagnostics import Finding, Verdict
from sopkit.graph.runs import SpentError
from sopkit.rules import caps, put_off
from tests.test_caps import automation
from tests.test_caps_limits import IN_MAP, judged, of_rule, proved
from tests.test_simulation_witnesses import enforced, exceeds
from tests.test_witness_replays import SIDES
from tests.touch_plays import Play, play
from tests.witnesses import replayed, witnesses
from tests.workspaces import SETTINGS

SKIPPING = SETTINGS.replace("enforce: none", "enforce: {in: map, count: skip}")
ONE = "{id: c, max: 1, per: 7d}"
TWO = "{id: c, max: 2, per: 7d}"
TOLD = (
    "---\nkind: sync\nid: told\ntitle: 同步\nowner: guide\nreview_by: 2027-12-31\nfrom: sms-gateway\nto: map\n"
    "carries: {touches: [sms]}\nkey: unionid\nevery: event\ntakes: 1m..5m\n"
)
TOOL_THEN_STAFF = automation("a", "", ", after: 1h, within: 2h, by: guide", more=IN_MAP)
STAFF_THEN_TOOL = automation("a", ", within: 1h, by: guide", ", after: 2h", more=IN_MAP)


def only(caps_: str, *journeys: str, settings: str = SKIPPING) -> Finding:
    (found,) = of_rule(judged(caps_, *journeys, settings=settings), "over-touch")
    return found


def sent(found: Finding) -> list[str]:
    return [one.what.en.split(",")[0] for one in found.timeline if one.counted]


def test_what_people_send_breaks_a_count_that_a_tool_enforces() -> None:
    """The tool's own send is the first and fills the cap; what a person sends can't be held."""
    found = only(ONE, TOOL_THEN_STAFF)
    assert found.verdict is Verdict.VIOLATED
    assert sent(found) == ["a s0", "a s1"]
    assert "there can be 2, and map holds only what it sends itself" in found.message("en")
    assert "却可能有 2 次，map 只拦得住自己发的" in found.message("zh-CN")


def test_a_tool_that_never_hears_of_it_sends_on_top() -> None:
    found = only(ONE, STAFF_THEN_TOOL)
    assert found.verdict is Verdict.VIOLATED
    assert "of these it never learns: a" in found.message("en")


def test_a_tool_that_hears_in_time_keeps_the_cap() -> None:
    done = judged(ONE, STAFF_THEN_TOOL, TOLD, settings=SKIPPING)
    assert of_rule(done, "over-touch") == []
    assert "what others send (a) never comes when it is used up" in proved(done)["cap/c"].statement.en


def test_a_tool_that_may_hear_too_late_is_only_in_doubt() -> None:
    at_once = automation("a", ", within: 1h, by: guide", ", after: 2m", more=IN_MAP)
    assert only(ONE, at_once, TOLD).verdict is Verdict.POSSIBLE


@pytest.mark.parametrize(
    ("every", "proof"),
    [
        ("day\nat: ['02:00']", True),
        ("week\nat: [mon 02:00]", False),
        ("month\nat: [day 5 02:00]", False),
        ("1 workday", False),
    ],
)
def test_what_the_tool_hears_of_a_week_later_does_not_keep_its_own_away(every: str, *, proof: bool) -> None:
    """A person sends at once, the tool two days later: within the week, and before a weekly sync has told it."""
    two_days = automation("a", ", within: 1h, by: guide", ", after: 2d", more=IN_MAP)
    sync = TOLD.replace("every: event", f"every: {every}")
    done = judged(ONE, two_days, sync, settings=SKIPPING)
    assert ("cap/c" in proved(done)) is proof
    assert [one.verdict for one in of_rule(done, "over-touch")] == ([] if proof else [Verdict.POSSIBLE])


def test_that_the_tool_hears_at_no_known_time_is_said() -> None:
    found = only(ONE, STAFF_THEN_TOOL, TOLD.replace("every: event", "every: 1 workday"))
    assert "of these it learns at no known time: a" in found.message("en")
    assert "其中这些它说不准何时才知道：a" in found.message("zh-CN")


def test_two_playbooks_fill_the_cap_before_a_person_sends() -> None:
    """What the tool would hold counts for nothing: only three that go out for certain show it."""
    other = automation("b", "", ", after: 2h", on="order-paid", more=IN_MAP)
    found = only(TWO, STAFF_THEN_TOOL, other, TOLD)
    assert found.verdict is Verdict.VIOLATED
    assert sent(found) == ["b s0", "b s1", "a s0"]


def test_a_held_send_is_none_of_those_that_break_the_cap() -> None:
    """Three of the tool's and one by hand: the third of the tool's is held."""
    four = automation("a", "", ", after: 1h", ", after: 1h", ", after: 1h, within: 2h, by: guide", more=IN_MAP)
    assert sent(only(TWO, four)) == ["a s0", "a s1", "a s3"]


@pytest.mark.parametrize("action", ["wait 12h", "exit"])
def test_where_a_held_send_changes_the_rest_nothing_is_certain(action: str) -> None:
    settings = SKIPPING.replace("count: skip", f"count: {action}")
    four = automation("a", "", ", after: 1h", ", after: 1h", ", after: 1h, within: 2h, by: guide", more=IN_MAP)
    assert only(TWO, four, settings=settings).verdict is Verdict.POSSIBLE
    assert only(ONE, TOOL_THEN_STAFF, settings=settings).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    "other",
    [
        automation("b", "", on="member-joined", more=f"audience: {{order-paid: ever}}\n{IN_MAP}"),
        automation("b", "", on="{every: month, at: [day 5 09:00]}", more=IN_MAP),
        automation("b", "", on="{done: a/s0}", more=IN_MAP),
    ],
    ids=["the same event", "the calendar", "a step"],
)
def test_where_others_may_have_filled_the_cap_before_nothing_is_certain(other: str) -> None:
    assert only(ONE, TOOL_THEN_STAFF, other).verdict is Verdict.POSSIBLE
    later = automation("b", "", on="order-paid", more=IN_MAP)
    assert only(ONE, TOOL_THEN_STAFF, later).verdict is Verdict.VIOLATED


def test_the_end_of_a_cap_by_the_calendar_frees_the_tool() -> None:
    daily = "{id: c, max: 1, per: day}"
    found = only(daily, TOOL_THEN_STAFF)
    assert found.verdict is Verdict.VIOLATED
    assert found.timeline[-1].at.date() == found.timeline[0].at.date()


# Put off past a time limit

WAITING = SETTINGS.replace("enforce: none", "enforce: {in: map, gap: wait 12h, count: wait 1d}")
DAILY = "{id: c, max: 1, per: 1d}"


def late(caps_: str, *journeys: str, settings: str = WAITING) -> list[tuple[str, Verdict | None]]:
    found = of_rule(judged(caps_, *journeys, settings=settings), "put-off-past-deadline")
    return [(one.subject, one.verdict) for one in found]


def two(second: str, **more: str) -> str:
    return automation("a", "", second, more=IN_MAP, **more)


@pytest.mark.parametrize(
    ("caps_", "second", "expected"),
    [
        (DAILY, ", after: 30m, within: 2h", Verdict.VIOLATED),
        (DAILY, ", after: 23h, within: 24h", None),
        (DAILY, ", after: 22h, within: 23h", Verdict.VIOLATED),
        (DAILY, ", after: 1h", None),
        (DAILY, ", after: 1h, within: 2h, by: guide", None),
        (DAILY, ", after: 1h, within: 2h, cap: {stopped: false, reason: 验证码}", None),
        ("{id: c, max: 2, per: 1d}", ", after: 30m, within: 2h", None),
        ("{id: c, gap: 4h}", ", after: 1h, within: 2h", Verdict.VIOLATED),
        ("{id: c, gap: 4h}", ", after: 1h, within: 6h", None),
        ("{id: c, max: 1, per: day}", ", after: 1h, within: 2h", Verdict.VIOLATED),
    ],
)
def test_a_touch_that_a_cap_makes_wait_past_its_time_limit(caps_: str, second: str, expected: Verdict | None) -> None:
    """An hour to spare is enough where the first leaves the window an hour later, and no more."""
    assert late(caps_, two(second)) == ([("automation/a/s1", expected)] if expected else [])


def test_a_touch_that_is_skipped_at_once_is_not_put_off() -> None:
    assert late(DAILY, two(", after: 30m, within: 2h"), settings=SKIPPING) == []


def test_what_puts_a_touch_off_is_shown_with_dates() -> None:
    (found,) = of_rule(judged(DAILY, two(", after: 30m, within: 2h"), settings=WAITING), "put-off-past-deadline")
    told = [(one.at.strftime("%H:%M"), one.what.en) for one in found.timeline]
    assert told[1:] == [
        ("09:00", "a s0, SMS"),
        ("09:30", "a s1, SMS: due, and map makes it wait"),
        ("11:00", "by now its time limit has passed, and it still waits"),
    ]


def test_what_others_may_put_off_is_told_of_required_steps_only() -> None:
    """That the calendar's touch comes first is not certain: no course shows it."""
    monthly = automation("b", "", on="{every: month, at: [day 5 09:00]}", more=IN_MAP)
    one = automation("a", ", within: 2h%s", more=IN_MAP)
    assert late(DAILY, one % ", required: true", monthly) == [("automation/a/s0", Verdict.POSSIBLE)]
    assert late(DAILY, one % "", monthly) == []


def test_steps_without_a_time_limit_do_not_take_the_place_of_those_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that is written may wait as long as it likes; the last is told of all the same."""
    monkeypatch.setattr(put_off, "MOST_ASKED", 1)
    assert late(DAILY, two(", after: 30m, within: 2h")) == [("automation/a/s1", Verdict.VIOLATED)]


def test_what_is_not_asked_any_more_is_named_and_required_steps_are_asked_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(put_off, "MOST_ASKED", 1)
    texts = [automation(id_, "", f", after: 30m, within: 2h{more}", more=IN_MAP) for id_, more in
             (("a", ""), ("b", ", required: true"))]  # fmt: skip
    assert [subject for subject, _ in late(DAILY, *texts)] == ["automation/b/s1"]
    assert unasked(DAILY, *texts) == ["c: whether it makes a wait past a time limit"]
    monkeypatch.setattr(put_off, "MOST_ASKED", 2)
    assert unasked(DAILY, *texts) == []


def test_where_not_all_ways_were_tried_nothing_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(*_: object) -> None:
        raise SpentError

    monkeypatch.setattr(caps, "course", spent)
    one = two(", after: 30m, within: 2h%s")
    assert late(DAILY, one % "") == []
    assert unasked(DAILY, one % "") == ["c: whether it makes a wait past a time limit"]
    assert late(DAILY, one % ", required: true") == [("automation/a/s1", Verdict.POSSIBLE)]
    assert unasked(DAILY, one % ", required: true") == []


def test_where_not_all_ways_were_tried_of_what_others_send_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(*_: object) -> None:
        raise SpentError

    monkeypatch.setattr(caps, "course", spent)
    done = judged(ONE, TOOL_THEN_STAFF, settings=SKIPPING)
    assert of_rule(done, "over-touch") == []
    assert [one.reason.en for one in done.not_assessed if one.subject == "cap/c"] == [
        "c: together a may exceed it, but there are more ways through them than were tried"
    ]


def unasked(caps_: str, *journeys: str) -> list[str]:
    done = judged(caps_, *journeys, settings=WAITING)
    return [one.reason.en.partition(";")[0] for one in done.not_assessed if one.rule.code == "SOP311"]


# Against the simulator


def with_people(seed: int) -> tuple[Play, str]:
    """Return a random play in which people send much, and it as a workspace whose tool enforces its cap."""
    rng = random.Random(seed)  # noqa: S311
    made = play(rng)
    for step in made.every_step():
        plain = step.kind == "touch" and not (step.by or step.event or step.every)
        if plain and rng.random() < 0.4:
            step.by, step.within, step.high = "clerk", max(step.low or 0, 1), step.low
    text = enforced(made, rng.choice(["skip", "skip", "wait 3h", "exit"]))
    if rng.random() < 0.5:  # the tool drives a gateway, of which it hears nothing
        text = text.replace("title: 渠道, tool: crm", "title: 渠道, tool: gate")
        text = text.replace("hosted_in: cn}\nroles", "hosted_in: cn, drives: {gate: 0m}}\nroles")
        text = text.replace("tools:\n", "tools:\n  gate: {title: 网关, relation: own, hosted_in: cn}\n")
    return made, text


def not_replayed(seeds: Iterable[int]) -> tuple[list[int], int]:
    """Return the seeds of courses that do not go the same way on the simulator, and how many courses there are."""
    wrong, count = [], 0
    for seed in seeds:
        with patch.object(rules, "FAMILIES", (caps,)):
            found = witnesses({"sopkit.yaml": with_people(seed)[1]})
        for witness in found:
            count += 1
            log = replayed(witness, SIDES)
            if log is None or log.unmodelled or not exceeds(witness, log):
                wrong.append(seed)
    return wrong, count


def test_courses_past_a_tool_go_the_same_way_on_the_simulator() -> None:
    wrong, count = not_replayed((13, 32, 63, 64))
    assert wrong == []
    assert count == 4


@pytest.mark.long
def test_courses_past_a_tool_of_many_random_plays_go_the_same_way_on_the_simulator() -> None:
    wrong, count = not_replayed(range(100, 500))
    assert wrong == []
    assert count >= 15
