"""Proofs that still hold, but by a worse number: each number that a proof shows is told where it is worse, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest

from sopkit.diagnostics import Extent, Measure, Rule, farthest
from sopkit.diff.change import Change
from sopkit.diff.extents import WORDS
from sopkit.diff.rules_promises import PROOF_BY_LESS, PROOF_LOST
from sopkit.rules.budgets import OVER_BUDGET
from sopkit.rules.conflicts_offers import BELOW
from sopkit.rules.conflicts_workload import OVERLOADED
from sopkit.rules.consent_reach import LATE
from sopkit.rules.reply_windows import CLOSED
from sopkit.rules.tools_alerts import LATE as LATE_ALERT
from sopkit.rules.tools_deadlines import INFEASIBLE
from sopkit.rules.tools_stale import STALE
from tests.test_caps import SCRIPT
from tests.test_caps_enforced import SKIPPING, STAFF_THEN_TOOL, TOLD
from tests.test_diff import between
from tests.test_rule_examples import files_of
from tests.workspaces import as_files

Case = tuple[str, str, str, str, str]


def of(rule: Rule, old: str, new: str, subject: str, said: str) -> Case:
    return rule.good, old, new, subject, said


HELD = SKIPPING + "caps: [{id: c, gap: 12h}]\n" + STAFF_THEN_TOOL + TOLD + SCRIPT
CASES: Mapping[Measure, Case] = {
    "deadline": of(
        INFEASIBLE, "10s..1m", "10s..12m", "automation/welcome/hello",
        "done after 1 min at worst (time limit 1 h); now: done after 12 min at worst (time limit 1 h)",
    ),
    "withdrawal": of(
        LATE, "takes: 1m..2m", "takes: 1m..2h", "consent/sms-marketing",
        "send on it after 17 min at worst (1 d allowed); now: a withdrawal reaches the tools that send on it after 2 h 15 min at worst",
    ),
    "consent": of(
        LATE, "takes: 1m..2m", "takes: 1m..2h", "workspace",
        "the oldest consent at a contact was seen 17 min before (1 d allowed); now: the oldest consent at a contact was seen 2 h 15 min",
    ),
    "copy": of(
        STALE, "member-id\nevery: event\ntakes: 10s..1m", "member-id\nevery: event\ntakes: 10s..1h", "event/order-paid",
        "knows it after 1 min at worst (12 h allowed); now: the tool that asks about it knows it after 1 h at worst (12 h allowed)",
    ),
    "alert": of(
        LATE_ALERT, "takes: 10m..30m", "takes: 10m..40m", "kpi/joined",
        "its data are there 2 h 30 min after the period at worst (8 h allowed); now: its data are there 2 h 40 min",
    ),
    "reply": of(
        CLOSED, "within: 1h}", "within: 20h}", "automation/follow-up/answer", "sent 1 h after the customer's act at worst (2 d allowed)"
    ),
    "heard": (HELD, "1m..5m", "1m..9m", "cap/c", "what others send after 5 min at worst; now: the tool knows of what others send after 9"),
    "minutes": of(OVERLOADED, "minutes: 8", "minutes: 8.5", "role/adviser", "16,800 minutes of 18,000 in the busiest week; now: 17,850"),
    "price": of(BELOW, "value: 20 CNY", "value: 25 CNY", "workspace", "take off 20% at worst (30% allowed); now: offers take off 25%"),
    "touches": (
        OVER_BUDGET.good.replace("after: 2d", "after: 8d"), "after: 8d", "after: 2d", "budget/weekly/follow-up",
        "a customer gets at most 1 (2 allowed); now: a customer gets at most 2 (2 allowed)",
    ),
}  # fmt: skip


def told(before: str, after: str) -> list[Change]:
    comparison = between(as_files(files_of(before)), as_files(files_of(after)))
    return [one for one in comparison.changes if one.rule in {PROOF_BY_LESS, PROOF_LOST}]


@pytest.mark.parametrize("measure", CASES)
def test_a_worse_number_is_told_and_a_better_one_is_not(measure: Measure) -> None:
    text, old, new, subject, said = CASES[measure]
    worse = text.replace(old, new)
    assert worse != text
    found = told(text, worse)
    assert {one.rule for one in found} == {PROOF_BY_LESS}
    (change,) = (one for one in found if one.subject == subject)
    assert said in change.message("en")
    assert "以前：" in change.message("zh-CN")
    assert told(worse, text) == told(text, text) == []


def test_what_is_there_may_grow_as_well() -> None:
    """More work for more hands is no weaker, fewer hands for the same work are; a time is compared with itself, whatever its limit."""
    text = OVERLOADED.good
    assert told(text, text.replace("headcount: 9", "headcount: 18").replace("minutes: 8", "minutes: 12")) == []
    (change,) = told(text.replace("headcount: 9", "headcount: 10"), text)
    assert "16,800 minutes of 20,000" in change.message("en")
    text = INFEASIBLE.good
    assert told(text, text.replace("within: 1h", "within: 30m")) == []
    (change,) = told(text, text.replace("within: 1h", "within: 7d").replace("10s..1m", "10s..3d"))
    assert change.message("zh-CN").endswith("以前：最慢 1 分钟做到（时限 1 小时）；现在：最慢 3 天做到（时限 7 天）")


def test_of_a_cap_the_worst_case_is_told_once() -> None:
    text = OVER_BUDGET.good.replace("budgets: {weekly: {follow-up: 2}}\n", "")
    assert told(text.replace("after: 2d", "after: 8d"), text) == []


def test_what_was_renamed_is_the_same_and_what_is_new_was_no_better() -> None:
    text = INFEASIBLE.good
    slower = text.replace("10s..1m", "10s..2m")
    (change,) = told(text, slower.replace("id: welcome", "id: greeting"))
    assert change.subject == "automation/greeting/hello"
    another = text.partition("---")[0].replace("id: welcome", "id: other").replace("within: 1h", "within: 2h")
    assert told(text, f"{another}---\n{text}") == []


def test_of_several_numbers_of_one_thing_the_worst_is_kept() -> None:
    one, other, apart = Extent("deadline", "b", 3, 9), Extent("deadline", "b", 3, 5), Extent("deadline", "a", 1, 9)
    assert farthest((one, apart, other)) == (apart, other)
    assert farthest(()) == ()


def test_every_number_has_words_and_a_case() -> None:
    assert set(WORDS) == set(CASES) == set(get_args(Measure))
