"""Playbooks beside each other: what is found between them, what is left alone, what is proved and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from sopkit.diagnostics import Finding, Severity, Verdict
from sopkit.pipeline import Compilation
from sopkit.rules import conflicts_writes
from sopkit.rules.conflicts_causes import Deed, Deeds, Placed
from sopkit.rules.examples import AUTOMATION, WORKSPACE
from tests.workspaces import SETTINGS, compiled

NOUNS = """\
kind: catalog
events:
  asked: {title: 提问, tool: wecom, at_most: 1 per day, volume: 300 per day}
  bought: {title: 买过, tool: wecom, at_most: 1 per day}
data:
  tier: {title: 等级, type: [gold, silver], category: user.behavior, record: crm, retention: 1y}
  cohort: {title: 批次, type: [red, blue], category: user.behavior, record: crm, retention: 1y, changes: never}
tags:
  marked: {title: 标记, record: crm}
roles:
  adviser: {title: 顾问, of: headquarters, headcount: 6, hours: mon-fri 09:00-18:00, minutes_a_day: 400}
scripts:
  hello: {title: 问候, text: 【示例】您好，有问题随时找我}
  news: {title: 新品, text: 【示例】新品到店，欢迎来看}
---
"""
HEAD = "title: 流程\nowner: guide\nreview_by: 2027-12-31\n"
STAGES = "stages:\n  first:\n    steps: [{id: call, do: 电话问候, by: guide, within: 1d}]\n    next: [{after: 7d, go: end}]\n---\n"
LAST = "kind: catalog\nid: rest\n"


def lifecycle(id_: str, *lines: str, starts: str = "asked") -> str:
    return f"kind: lifecycle\nid: {id_}\n{HEAD}starts_on: {starts}\n" + "".join(f"{line}\n" for line in lines) + STAGES


def automation(id_: str, *steps: str, starts: str = "asked", more: str = "") -> str:
    listed = "".join(f"  - {{{step}}}\n" for step in steps)
    return f"kind: automation\nid: {id_}\n{HEAD}starts_on: {starts}\n{more}steps:\n{listed}---\n"


def procedure(id_: str, starts: str, for_each: str, step: str) -> str:
    return f"kind: procedure\nid: {id_}\n{HEAD}starts_on: {starts}\nfor_each: {for_each}\nsteps: [{{{step}}}]\n---\n"


def judged(*documents: str, settings: str = "") -> Compilation:
    done = compiled({"sopkit.yaml": SETTINGS + settings, "play.yaml": NOUNS + "".join(documents) + LAST})
    assert [one.rule.code for one in done.findings if one.weight is Severity.ERROR and one.rule.code < "SOP4"] == []
    return done


def of(done: Compilation, code: str) -> list[Finding]:
    return [one for one in done.findings if one.rule.code == code]


def is_proved(done: Compilation, code: str) -> bool:
    return any(one.rule.code == code for one in done.proved)


def test_what_follows_on_two_events_is_shown_at_one_time() -> None:
    """It is said to come within a day: so it does in the course of it, however long after its event either is sent."""
    late = automation("two", FIRST + ", after: 5d", starts="bought")
    found, *_ = of(judged(automation("one", FIRST), late), "SOP405")
    assert [moment.what.en.partition(" ")[2] for moment in found.timeline] == [
        "occurs",
        "occurs",
        "sends it",
        "sends it",
    ]
    begun, begun_later, sent, sent_too = (moment.at for moment in found.timeline)
    assert sent == sent_too == begun_later
    assert (begun_later - begun).days == 5


def test_what_follows_on_no_event_is_shown_without_one() -> None:
    (found,) = of(judged(automation("one", FIRST), automation("two", f"{SEND}, every: 7d")), "SOP405")
    assert [moment.what.en for moment in found.timeline] == [
        "asked occurs",
        "automation/one/hi sends it",
        "automation/two/hi sends it",
    ]


# Lifecycles that hold one customer


def test_two_lifecycles_on_one_event_share_their_customers() -> None:
    (one,) = of(judged(lifecycle("one"), lifecycle("two")), "SOP401")
    assert one.verdict is Verdict.VIOLATED
    assert [moment.what.en for moment in one.timeline] == ["asked starts `one`", "asked starts `two`"]


@pytest.mark.parametrize(
    ("first", "second", "settings"),
    [
        (("priority: 2",), ("priority: 1",), ""),
        ((), (), "one_at_a_time:\n  nurture: {journeys: [one, two]}\n"),
        (("audience: {cohort: red}",), ("audience: {cohort: blue}",), ""),
        (("while: {tier: gold}",), ("while: {tier: silver}",), ""),
        (("audience: {not: {in: two}}",), ("audience: {not: {in: one}}", "starts_on: bought"), ""),
        ((), ("starts_on: {ended: one}",), ""),
    ],
    ids=["priority", "one at a time", "never changes", "while", "not in the other", "hand-over"],
)
def test_an_order_or_what_keeps_them_apart_is_enough(
    first: tuple[str, ...], second: tuple[str, ...], settings: str
) -> None:
    starts = next((line.removeprefix("starts_on: ") for line in second if line.startswith("starts_on")), "asked")
    rest = [line for line in second if not line.startswith("starts_on")]
    done = judged(lifecycle("one", *first), lifecycle("two", *rest, starts=starts), settings=settings)
    assert of(done, "SOP401") == []
    assert is_proved(done, "SOP401")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("audience: {tier: gold}",), ("audience: {tier: silver}",)),
        (("reentry: always", "overlap: false"), ("audience: {tag: marked}", "starts_on: {ended: one}")),
        (("priority: 1",), ()),
    ],
    ids=["tiers change", "the first runs again", "one has a priority"],
)
def test_what_keeps_them_apart_only_for_a_time_is_not(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    starts = next((line.removeprefix("starts_on: ") for line in second if line.startswith("starts_on")), "asked")
    rest = [line for line in second if not line.startswith("starts_on")]
    done = judged(lifecycle("one", *first), lifecycle("two", *rest, starts=starts))
    assert len(of(done, "SOP401")) == 1
    assert not is_proved(done, "SOP401")


def test_tiers_that_change_are_named_as_what_it_rests_on() -> None:
    (one,) = of(
        judged(lifecycle("one", "audience: {tier: gold}"), lifecycle("two", "audience: {tier: silver}")), "SOP401"
    )
    assert one.verdict is Verdict.POSSIBLE
    assert [fact.en for fact in one.assumptions] == ["a customer comes to meet `two` before `one` is over"]


def test_beyond_the_bound_lifecycles_are_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopkit.rules.conflicts_owners.MOST_PAIRS", 0)
    done = judged(lifecycle("one"), lifecycle("two"))
    assert [one.rule.code for one in done.not_assessed] == ["SOP401"]
    assert not is_proved(done, "SOP401")


# Opposite writes

MARK, UNMARK = "id: mark, tag: marked", "id: unmark, untag: marked"


def test_a_change_to_any_value_is_a_change_to_each() -> None:
    any_, gold = "{becomes: {tier: any}}", "{becomes: {tier: gold}}"
    (one,) = of(judged(automation("one", MARK, starts=any_), automation("two", UNMARK, starts=gold)), "SOP402")
    assert one.verdict is Verdict.POSSIBLE


@pytest.mark.parametrize(
    "documents",
    [
        (automation("one", MARK, UNMARK),),
        (automation("one", MARK), automation("two", UNMARK, starts="bought")),
        (automation("one", MARK), automation("two", "id: again, tag: marked")),
        (automation("one", MARK), automation("two", f"{UNMARK}, after: 1h")),
        (automation("one", f"{MARK}, if: {{tier: gold}}"), automation("two", f"{UNMARK}, if: {{tier: silver}}")),
        (automation("one", "id: a, set: {tier: gold}"), automation("two", "id: b, set: {cohort: red}")),
        (
            automation("one", MARK, more="priority: 2\nruns_in: crm\n"),
            automation("two", UNMARK, more="priority: 1\nruns_in: crm\n"),
        ),
    ],
    ids=["one playbook", "two events", "the same", "later", "other customers", "other data", "priority in one tool"],
)
def test_writes_in_order_or_apart_are_left_alone(documents: tuple[str, ...]) -> None:
    assert of(judged(*documents), "SOP402") == []


def test_a_datum_set_to_two_values_is_found_in_a_stage_that_an_event_opens() -> None:
    stages = (
        "stages:\n  first:\n    next: [{on: bought, go: second}]\n  second:\n    steps: [{id: a, set: {tier: gold}}]\n"
        "    next: [{after: 7d, go: end}]\n---\n"
    )
    moved = lifecycle("one").replace(STAGES, stages)
    (one,) = of(judged(moved, automation("two", "id: b, set: {tier: silver}", starts="bought")), "SOP402")
    assert one.verdict is Verdict.POSSIBLE
    assert "writes `tier` as gold" in one.message("en")


# Two roles for one work

CALL = "id: call, do: 打电话, within: 1d"


def test_a_workflow_of_every_issue_and_the_cadences_own_step_are_one_work() -> None:
    cadence = (
        f"kind: cadence\nid: weekly\n{HEAD}via: moments\nfor: promotion\nevery: week\nat: [mon 10:00]\nworkflow: make\n"
        "steps: [{id: write, do: 写稿, by: guide, before: 1d}]\n---\n"
    )
    make = procedure("make", "{issue: any}", "issue", "id: w, do: 写稿, by: adviser, before: 1d")
    (one,) = of(judged(cadence, make), "SOP403")
    assert (one.args["first"], one.args["second"]) == ("guide", "adviser")
    assert one.verdict is Verdict.VIOLATED
    assert of(judged(cadence, make.replace("by: adviser", "by: adviser, accountable: guide")), "SOP403") == []


@pytest.mark.parametrize(
    "other",
    [
        automation("two", f"{CALL}, by: adviser", starts="bought"),
        automation("two", "id: call, do: 上门, within: 1d, by: adviser"),
        automation("two", f"{CALL}, by: adviser, if: {{cohort: blue}}"),
        automation("two", f"{CALL}, by: guide"),
    ],
    ids=["another event", "another work", "other customers", "the same role"],
)
def test_other_work_is_left_alone(other: str) -> None:
    assert of(judged(automation("one", f"{CALL}, by: guide, if: {{cohort: red}}"), other), "SOP403") == []


# The same item twice

SEND = "id: hi, send: hello, via: mp-notice, for: care"
FIRST = f"{SEND}, topic: greeting"
"""About something else than the other, in name: two on one topic after one event are what SOP703 is about."""


@pytest.mark.parametrize(
    ("other", "weight"),
    [
        (automation("two", SEND), Severity.ERROR),
        (automation("two", f"{SEND}, if: {{tier: gold}}"), Severity.WARNING),
        (automation("two", SEND, starts="bought"), Severity.NOTE),
        (automation("two", f"{SEND}, after: 2d"), None),
        (automation("two", SEND.replace("hello", "news")), None),
        (automation("two", SEND.replace("mp-notice", "mp-page")), None),
        (
            automation("two", "id: hi, match: tier, send: {gold: news, silver: hello}, via: mp-notice, for: care"),
            Severity.ERROR,
        ),
    ],
    ids=["the same", "perhaps", "another event", "days later", "another text", "a page", "matched"],
)
def test_the_same_text_on_one_event(other: str, weight: Severity | None) -> None:
    done = judged(automation("one", FIRST), other)
    assert [one.weight for one in of(done, "SOP405")] == ([] if weight is None else [weight])


def test_what_is_said_twice_right_after_one_event_is_told_once() -> None:
    done = judged(automation("one", SEND), automation("two", SEND))
    assert [one.rule.code for one in done.findings if one.rule.code in {"SOP405", "SOP703"}] == ["SOP703"]


LATER: Final = f"{SEND}, after: 1h, within: 4h, by: adviser"


@pytest.mark.parametrize(
    ("second", "settings", "certain"),
    [
        (f"{SEND}, by: guide, within: 4h", "", True),
        (f"{SEND}, after: 1h", "", True),
        (LATER, "", True),
        (f"{SEND}, after: 1h", "quiet_hours: {hours: 12:30-14:00}\n", False),
        (LATER.replace("after: 1h, within: 4h", "after: 8h, within: 9h"), "", False),
        (f"{SEND}, if: {{tier: gold}}, after: 1h", "", False),
        (f"id: ask, wait: bought, up_to: 1h }}\n  - {{{SEND}, after: 1h", "", False),
    ],
    ids=["by hand", "an hour later", "by hand, later", "quiet hours", "not at work", "a condition", "after a wait"],
)
def test_what_a_tool_sends_and_a_person_sends_again_is_certain_where_nothing_holds_it(
    second: str, settings: str, *, certain: bool
) -> None:
    """The event comes at noon, so that both are at work; what a condition or a wait may keep back is only possible."""
    (found,) = of(judged(automation("one", FIRST), automation("two", second), settings=settings), "SOP405")
    assert (found.verdict is Verdict.VIOLATED) is certain


def test_what_an_enforcing_tool_may_hold_is_not_certain() -> None:
    rule = "caps: [{id: weekly, max: 9, per: 7d}]\n"
    in_map = automation("one", FIRST, more="runs_in: map\n").replace("mp-notice", "sms")
    by_hand = automation("two", f"{SEND}, by: guide, within: 4h").replace("mp-notice", "sms")

    def verdict(enforce: str) -> Verdict | None:
        done = compiled({
            "sopkit.yaml": SETTINGS.replace("enforce: none", f"enforce: {enforce}") + rule,
            "play.yaml": NOUNS + in_map + by_hand + LAST,
        })  # fmt: skip
        return of(done, "SOP405")[0].verdict

    assert verdict("none") is Verdict.VIOLATED
    assert verdict("{in: map, count: skip}") is Verdict.POSSIBLE


SYNC: Final = (
    f"kind: sync\nid: told\n{HEAD}from: wecom\nto: map\ncarries: {{events: [asked]}}\nkey: unionid\nevery: %s\n---\n"
)


@pytest.mark.parametrize(
    ("sync", "runs_in", "certain"),
    [
        ("event\ntakes: 1m..5m", "map", True),
        ("15m", "map", True),
        ("day\nat: ['02:00']", "map", False),
        ("6h", "map", False),
        ("event\ntakes: 1h..30h", "map", False),
        ("day\nat: ['02:00']", "wecom", True),
    ],
)
def test_an_event_that_a_sync_brings_later_starts_nothing_at_once(sync: str, runs_in: str, *, certain: bool) -> None:
    """One of the two runs where the event is known at once, the other where a sync brings it; it may be over by then."""
    one, two = automation("one", FIRST, more="runs_in: wecom\n"), automation("two", SEND, more=f"runs_in: {runs_in}\n")
    (found,) = of(judged(one, two.replace("for: care", "for: care, after: 1h"), SYNC % sync), "SOP405")
    assert (found.verdict is Verdict.VIOLATED) is certain


@pytest.mark.parametrize(
    ("first", "more", "certain"),
    [
        ("set: {tier: silver}", "while: {tier: gold}\n", False),
        ("tag: marked", "while: {not: {tag: marked}}\n", False),
        ("tag: marked", "audience: {not: {tag: marked}}\n", False),
        ("set: {tier: silver}", "", True),
        ("do: 记一笔, by: guide, within: 1h", "while: {tier: gold}\n", True),
        ("do: 起草 }\n  - { id: check, approve: mark, by: guide, within: 1h, if_rejected: mark", "", False),
    ],
)
def test_what_a_step_writes_may_end_what_asks_about_it(first: str, more: str, *, certain: bool) -> None:
    one = automation("one", f"id: mark, {first}", f"{FIRST}, after: 1h", more=more)
    for pair in ((one, automation("two", SEND)), (automation("two", SEND), one)):
        found = of(judged(*pair), "SOP405")
        assert [each.verdict is Verdict.VIOLATED for each in found] == [certain]


def test_a_matched_text_is_not_sent_to_those_who_get_another() -> None:
    one = automation("one", f"{SEND}, if: {{tier: gold}}")
    two = automation("two", "id: hi, match: tier, send: {gold: news, silver: hello}, via: mp-notice, for: care")
    assert of(judged(one, two), "SOP405") == []


def test_a_topic_that_both_name_counts_as_the_text_does() -> None:
    one, two = (f"{SEND.replace('hello', text)}, topic: arrivals" for text in ("hello", "news"))
    gold = "{becomes: {tier: gold}}"
    (found,) = of(judged(automation("one", one, starts=gold), automation("two", two, starts=gold)), "SOP405")
    assert found.args["item"] == "topic: arrivals"


def test_a_recurring_text_is_no_proof_that_it_comes_once() -> None:
    often = automation("two", f"{SEND}, every: 7d")
    done = judged(automation("one", SEND), often)
    assert [one.weight for one in of(done, "SOP405")] == [Severity.NOTE]
    assert not is_proved(done, "SOP405")


# Work and hands

ANSWER = "id: answer, do: 回答, by: adviser, within: 1d"


def test_the_week_is_counted_to_the_minute() -> None:
    """300 a day, 7 days; 6 people, 5 days, 400 minutes: 12,000 minutes is 40/7 minutes each."""
    assert of(judged(automation("one", f"{ANSWER}, minutes: 5.7")), "SOP409") == []
    (found,) = of(judged(automation("one", f"{ANSWER}, minutes: 5.8")), "SOP409")
    assert (found.args["needed"], found.args["there"], found.verdict) == ("12,180", "12,000", Verdict.VIOLATED)


def test_what_fits_is_proved_with_what_it_rests_on() -> None:
    done = judged(automation("one", f"{ANSWER}, minutes: 5"))
    (proof,) = (one for one in done.proved if one.rule.code == "SOP409")
    assert "`adviser` comes closest, with 10,500 of 12,000" in proof.statement.en
    assert len(proof.assumptions) == 2


@pytest.mark.parametrize(
    "document",
    [
        automation("one", f"{ANSWER}, minutes: 90", starts="bought"),
        automation("one", ANSWER),
        automation("one", "id: answer, do: 回答, by: guide, within: 1d, minutes: 90"),
        automation("one", f"{ANSWER}, minutes: 90, on: asked", starts="bought"),
    ],
    ids=["no volume", "no minutes", "no headcount", "beside a stage"],
)
def test_what_is_not_declared_is_not_applicable(document: str) -> None:
    done = judged(document)
    assert of(done, "SOP409") == []
    assert not is_proved(done, "SOP409")
    assert done.not_assessed == ()


def test_of_branches_one_alone_is_taken_and_of_guarded_steps_one_is_certain() -> None:
    steps = [f"steps: [{{id: {id_}, do: 回答, by: adviser, within: 1d, minutes: 4}}]" for id_ in ("a", "b")]
    fork = f"id: fork, choose: [{{if: {{tier: gold}}, {steps[0]}}}, {{else: [{steps[1][8:-1]}]}}]"
    done = judged(automation("one", fork))
    assert of(done, "SOP409") == []
    assert not is_proved(done, "SOP409"), "the sum of both branches is an upper bound that does not fit"


def test_what_comes_once_a_month_is_never_added_up_to_one_week() -> None:
    count = "id: w, do: 盘点, by: adviser, within: 1d, minutes: 7000"
    both = [procedure(f"p{day}", f"{{every: month, at: [day {day} 09:00]}}", "period", count) for day in (1, 15)]
    done = judged(*both)
    assert of(done, "SOP409") == []
    assert not is_proved(done, "SOP409")


def test_a_daily_run_counts_every_day() -> None:
    run = procedure(
        "p", '{every: day, at: ["09:00"]}', "period", "id: w, do: 盘点, by: adviser, within: 1d, minutes: 1715"
    )
    (found,) = of(judged(run), "SOP409")
    assert found.args["needed"] == "12,005"


def test_a_round_leaves_no_upper_bound_and_a_rejection_is_none() -> None:
    again = "id: again, go: first, if: {tier: gold}"
    round_ = "stages:\n  first:\n    steps: [{%s, minutes: 1}, {%s}]\n    next: [{after: 7d, go: end}]\n---\n"
    for line, shown in ((again, False), ("id: note, tag: marked", True)):
        done = judged(lifecycle("one").replace(STAGES, round_ % (ANSWER, line)))
        assert is_proved(done, "SOP409") is shown


RECURRING = (
    "  first:\n    steps: [{id: o, every: 2d, do: 回答, by: adviser, within: 1d, minutes: 1}]\n    next: [%s]\n---\n"
)


@pytest.mark.parametrize(
    ("moves", "minutes"),
    [
        ("{after: 7d, go: end}", "6,300"),  # on the second, fourth and sixth day
        ("{after: 9d, go: end}", "8,400"),
        ("{on: bought, go: end}, {after: 6d, go: end}", "4,200"),  # on the sixth the stage is left first
        ("{on: bought, go: end}", None),
    ],
)
def test_what_recurs_is_done_until_the_stage_is_left(moves: str, minutes: str | None) -> None:
    done = judged(lifecycle("one").replace(STAGES, "stages:\n" + RECURRING % moves))
    said = [one.statement.en for one in done.proved if one.rule.code == "SOP409"]
    assert [f"with {minutes} of 12,000" in one for one in said] == ([True] if minutes else [])


@pytest.mark.parametrize(("in_shops", "proved"), [(False, True), (True, False)])
def test_what_each_shop_does_is_done_by_everybody_there(in_shops: bool, proved: bool) -> None:
    """A run of the whole firm may be for each of the six; a customer's is for one of them."""
    of_shops = NOUNS.replace("of: headquarters, headcount: 6", "of: shop, headcount: 6") if in_shops else NOUNS
    run = procedure(
        "p", "{every: day, at: ['09:00']}", "period", "id: w, do: 盘点, by: adviser, within: 1d, minutes: 300"
    )
    done = compiled({"sopkit.yaml": SETTINGS, "play.yaml": of_shops + run + LAST})
    assert is_proved(done, "SOP409") is proved
    once = compiled(
        {"sopkit.yaml": SETTINGS, "play.yaml": of_shops + automation("one", f"{ANSWER}, minutes: 5") + LAST}
    )
    assert is_proved(once, "SOP409")


@pytest.mark.parametrize(("back", "proved"), [("end", True), ("third", False)])
def test_stages_in_another_order_than_written_are_no_round(back: str, proved: bool) -> None:
    """From the first to the third, from there to the second; from that to the end, or to the third again."""
    tags = ", ".join(f"{{id: t{n}, tag: marked}}" for n in range(6))
    stages = (
        f"stages:\n  first:\n    steps: [{tags}]\n    next: [{{after: 7d, go: third}}]\n"
        f"  second:\n    steps: [{{{ANSWER}, minutes: 1}}]\n    next: [{{after: 7d, go: {back}}}]\n"
        "  third:\n    steps: [{id: t, tag: marked}]\n    next: [{after: 7d, go: second}]\n---\n"
    )
    assert is_proved(judged(lifecycle("one").replace(STAGES, stages)), "SOP409") is proved


def test_the_largest_pieces_of_too_much_work_are_told_first() -> None:
    daily = procedure(
        "p", "{every: day, at: ['09:00']}", "period", "id: w, do: 盘点, by: adviser, within: 1d, minutes: 300"
    )
    idle = automation("a", "id: t, tag: marked")
    (found,) = of(judged(idle, automation("b", f"{ANSWER}, minutes: 5.8"), daily), "SOP409")
    assert found.args["needed"] == "14,280"
    assert [one.what.en for one in found.timeline] == [
        "this week automation/b/answer: 2,100 × 5.8 minutes = 12,180 minutes",
        "this week procedure/p/w: 7 × 300 minutes = 2,100 minutes",
    ]


def test_of_guarded_steps_of_one_run_the_longest_is_certain() -> None:
    steps = [f"id: g{n}, do: 回答, by: adviser, within: 1d, if: {{tier: gold}}, minutes: {n}" for n in (3, 9, 2)]
    (found,) = of(judged(automation("one", *steps)), "SOP409")
    assert found.args["needed"] == "18,900"


def test_work_of_which_no_minutes_are_known_hides_no_other() -> None:
    timed = "id: w, do: 回答, by: adviser, within: 1d, minutes: 5.8"
    (found,) = of(judged(automation("one", ANSWER, timed)), "SOP409")
    assert found.args["needed"] == "12,180"


def test_the_role_with_the_least_room_for_what_it_has_to_do_is_named() -> None:
    more = NOUNS.replace(
        "roles:\n",
        "roles:\n  many: {title: 多人, of: headquarters, headcount: 60, hours: mon-fri 09:00-18:00, minutes_a_day: 400}\n",
    )
    both = automation("one", f"{ANSWER}, minutes: 5", "id: w, do: 回答, by: many, within: 1d, minutes: 6")
    done = compiled({"sopkit.yaml": SETTINGS, "play.yaml": more + both + LAST})
    (proof,) = (one for one in done.proved if one.rule.code == "SOP409")
    assert "`adviser` comes closest, with 10,500 of 12,000" in proof.statement.en


def test_when_writes_come_is_asked_only_where_two_playbooks_write_otherwise_on_one_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    of = Deeds.of

    def noted(deeds: Deeds, placed: Placed) -> Sequence[Deed]:
        asked.append(placed.node.id)
        return of(deeds, placed)

    monkeypatch.setattr(Deeds, "of", noted)
    mark, unmark = "  - {id: mark, tag: called}\n", "  - {id: unmark, untag: called}\n"
    files = {
        "sopkit.yaml": WORKSPACE + conflicts_writes.TAG,
        "one.yaml": AUTOMATION + mark,
        "other.yaml": conflicts_writes.OTHER + unmark,
        "later.yaml": AUTOMATION.replace("follow-up", "later").replace("member-joined", "order-paid") + mark,
    }
    made = compiled({path: text.encode() for path, text in files.items()})
    assert [one.subject for one in made.findings if one.rule is conflicts_writes.WRITES] == ["automation/reset/unmark"]
    assert set(asked) == {"automation/follow-up/mark", "automation/reset/unmark"}
    asked.clear()
    files["one.yaml"] = files["one.yaml"].replace("member-joined", "order-paid")
    made = compiled({path: text.encode() for path, text in files.items()})
    assert conflicts_writes.WRITES in {one.rule for one in made.proved}
    assert not asked
