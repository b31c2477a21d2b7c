"""Budgets of caps: each is kept or broken by its owner alone, and together they fit the cap of whoever can meet them."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Proof, Verdict
from sopkit.pipeline import Compilation
from tests.test_caps import SCRIPT, automation
from tests.workspaces import SETTINGS, compiled

SIDE = (
    "---\nkind: catalog\ndata:\n  side: {title: 类别, type: [left, middle, right], category: user.behavior, record: crm, "
    "retention: 1y, changes: never}\n"
)


def judged(most: int, budgets: str, *journeys: str, extra: str = "", settings: str = SETTINGS) -> Compilation:
    caps = f"caps: [{{id: weekly, max: {most}, per: 7d}}]\nbudgets: {{weekly: {{{budgets}}}}}\n{extra}"
    done = compiled({"sopkit.yaml": settings + caps + "".join(journeys) + SCRIPT})
    assert [one.message("en") for one in done.findings if one.rule.code < "SOP200"] == []
    return done


def found(done: Compilation, name: str) -> list[Finding]:
    return [one for one in done.findings if one.rule.name == name]


def proofs(done: Compilation, name: str) -> list[Proof]:
    return [one for one in done.proved if one.rule.name == name]


TWICE = automation("a", "", ", after: 1d")
ONCE = automation("b", "", on="member-joined-in-shop")


@pytest.mark.parametrize(("most", "kept"), [(2, True), (1, False), (0, False)])
def test_a_budget_is_judged_by_its_owner_alone(most: int, kept: bool) -> None:
    done = judged(9, f"a: {most}", TWICE, ONCE)
    assert bool(proofs(done, "over-budget")) is kept
    for one in found(done, "over-budget"):
        assert one.verdict is Verdict.VIOLATED
        assert one.subject == "automation/a/s1"
        assert sum(moment.counted for moment in one.timeline) > most
    assert bool(found(done, "over-budget")) is not kept


def test_what_was_not_shown_to_keep_a_budget_is_possible() -> None:
    """A person confirms at a time of their own: the bound says two, and no course is shown."""
    slow = automation("a", "", ", after: 8d").replace("via: sms", "via: wecom-mass")
    (one,) = found(judged(9, "a: 1", slow.replace("after: 8d", "after: 7d")), "over-budget")
    assert one.verdict is Verdict.POSSIBLE


def test_a_budget_is_kept_by_the_plan_and_not_by_a_tool() -> None:
    enforced = SETTINGS.replace("enforce: none", "enforce: {in: map, count: skip}")
    own = automation("a", "", ", after: 1d", more="runs_in: map\n")
    done = judged(9, "a: 1", own, settings=enforced)
    assert [one.verdict for one in found(done, "over-budget")] == [Verdict.VIOLATED]


def test_a_budget_of_what_sends_nothing_under_the_cap_is_idle() -> None:
    silent = automation("a", "").replace("send: hello, via: sms, for: care", "do: 记录")
    (one,) = found(judged(2, "a: 1", silent, ONCE), "idle-cap")
    assert "the budget of a under the cap weekly" in one.message("en")


def test_a_stage_that_a_group_lists_counts_there_and_not_for_its_journey() -> None:
    steps = "      - {id: hi, send: hello, via: sms, for: care}\n      - {id: more, send: hello, via: sms, for: care, after: 1d}\n"
    life = (
        "---\nkind: lifecycle\nid: l\ntitle: 旅程\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\nstages:\n"
        f"  one:\n    title: 一\n    steps:\n{steps}    next: [{{after: 2d, go: two}}]\n"
        "  two:\n    title: 二\n    steps:\n      - {id: ho, send: hello, via: sms, for: care}\n    next: [{after: 9d, go: end}]\n"
    )
    group = "one_at_a_time:\n  g: {journeys: [l/two, b], cool_down: 8d}\n"
    done = judged(9, "l: 2, g: 1", life, ONCE, extra=group)
    assert found(done, "over-budget") == []
    assert found(judged(9, "l: 1, g: 1", life, ONCE, extra=group), "over-budget")[0].subject == "lifecycle/l/one/more"
    assert found(judged(9, "l: 2, g: 0", life, ONCE, extra=group), "over-budget")


# Together


def test_budgets_of_those_that_meet_must_fit_the_cap() -> None:
    (one,) = found(judged(3, "a: 2, b: 2", TWICE, ONCE), "budgets-beyond-cap")
    assert one.verdict is Verdict.VIOLATED
    assert {moment.what.en.split()[0] for moment in one.timeline if moment.counted} == {"a", "b"}
    fitting = judged(3, "a: 2, b: 1", TWICE, ONCE)
    assert found(fitting, "budgets-beyond-cap") == []


def test_one_budget_above_its_cap_is_no_share() -> None:
    (one,) = found(judged(2, "a: 3", TWICE), "budgets-beyond-cap")
    assert "a" in one.message("en")


def test_those_that_never_meet_need_not_fit_together() -> None:
    left = automation("a", "", ", after: 1d", more="audience: {side: left}\n")
    right = automation("b", "", ", after: 1d", on="member-joined-in-shop", more="audience: {side: right}\n")
    done = judged(2, "a: 2, b: 2", left, right, SIDE)
    assert found(done, "budgets-beyond-cap") == []
    assert len(proofs(done, "budgets-beyond-cap")) == 1
    moving = judged(2, "a: 2, b: 2", left, right, SIDE.replace(", changes: never", ""))
    assert len(found(moving, "budgets-beyond-cap")) == 1


def test_three_of_which_each_two_can_meet_need_not_meet_all() -> None:
    three = [
        automation(name, "", on=event, more=f"audience: {{side: [{sides}]}}\n")
        for name, event, sides in (
            ("a", "member-joined", "left, middle"),
            ("b", "member-joined-in-shop", "middle, right"),
            ("c", "account-closed", "left, right"),
        )
    ]
    assert found(judged(2, "a: 1, b: 1, c: 1", *three, SIDE), "budgets-beyond-cap") == []
    assert found(judged(1, "a: 1, b: 1, c: 1", *three, SIDE), "budgets-beyond-cap")


@pytest.mark.parametrize(("gap", "apart"), [("7d", True), ("6d", False)])
def test_one_that_follows_far_enough_behind_another_does_not_meet_it(gap: str, apart: bool) -> None:
    first, then = automation("a", "", ", after: 1d"), automation("b", f", after: {gap}", on="{ended: a}")
    assert (found(judged(2, "a: 2, b: 1", first, then), "budgets-beyond-cap") == []) is apart


def test_members_of_a_group_are_apart_by_its_cool_down() -> None:
    pair = [
        automation("a", "", on="order-paid", more="reentry: after 1d\n"),
        automation("b", "", on="cart-added", more="reentry: after 1d\n"),
    ]
    group = "one_at_a_time:\n  g: {journeys: [a, b], cool_down: %s}\n"
    assert found(judged(1, "a: 1, b: 1", *pair, extra=group % "7d"), "budgets-beyond-cap") == []
    assert found(judged(1, "a: 1, b: 1", *pair, extra=group % "6d"), "budgets-beyond-cap")


def test_a_journey_inside_its_group_does_not_count_twice() -> None:
    pair = [automation("a", ""), automation("b", "", on="cart-added", more="reentry: after 1d\n")]
    group = "one_at_a_time:\n  g: {journeys: [a, b], cool_down: 8d}\n"
    done = judged(1, "g: 1, a: 1", *pair, extra=group)
    assert found(done, "budgets-beyond-cap") == []


@pytest.mark.parametrize(("budgets", "fits"), [("g: 1, a: 1", True), ("g: 9, a: 1", True), ("g: 2, a: 9", False)])
def test_of_two_budgets_of_the_same_touches_the_least_counts(budgets: str, fits: bool) -> None:
    """Of the group only `a` sends anything."""
    silent = automation("b").removesuffix("steps:\n") + "steps: [{id: n, do: 记录, by: guide, within: 1d}]\n"
    group = "one_at_a_time:\n  g: {journeys: [a, b], cool_down: 8d}\n"
    done = judged(1, budgets, automation("a", "", ", after: 1d"), silent, extra=group)
    assert (found(done, "budgets-beyond-cap") == []) is fits


def test_more_budgets_than_sets_are_looked_at_are_not_assessed() -> None:
    many = [automation(f"j{n}", "", on="member-joined-in-shop") for n in range(16)]
    done = judged(9, ", ".join(f"j{n}: 1" for n in range(16)), *many)
    assert "budget/weekly" in [one.subject for one in done.not_assessed]
