"""The lifecycle rows (R-L) of docs/sources.md: each is implemented, and each figure stands at the field that gives it force."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.model.documents import Journey, Workspace
from sopkit.model.formulas import Count, Funnel, Ratio, Reported, ShareOf
from sopkit.model.steps import Grant, Send, Step, inner
from sopkit.model.values import Ref
from sopkit.reader.files import find_sources
from tests import figures
from tests.figures import Figure

SUGGESTION: Final = "personalised suggestion within 24 h of the view"

FIGURES: Final = (
    Figure("R-L1", "SMS within 1 h of joining", "new-member/awareness/welcome", "within", "1h"),
    Figure("R-L1", "SMS within 1 h of joining", "new-member/awareness/welcome", "since", "stage"),
    Figure("R-L1", "video within 3 h", "new-member/awareness/film", "within", "3h"),
    Figure("R-L1", "video within 3 h", "new-member/awareness/film", "since", "stage"),
    Figure("R-L1", "benefit task within 24 h", "new-member/awareness/benefit", "within", "24h"),
    Figure("R-L1", "benefit task within 24 h", "new-member/awareness/benefit", "since", "stage"),
    Figure("R-L1", "benefit task within 24 h", "new-member/awareness/benefit-notice", "within", "24h"),
    Figure("R-L1", "benefit task within 24 h", "new-member/awareness/benefit-notice", "since", "stage"),
    Figure(
        "R-L1",
        "first-day interaction rate ≥ 15 %",
        "new-member/awareness",
        "targets.first-day-interaction.target",
        "≥ 15%",
    ),
    Figure("R-L1", "first-day interaction rate", "first-day-interaction", "window", "0h..24h"),
    Figure("R-L1", "next-day retention ≥ 10 %", "new-member/awareness", "targets.next-day-retention.target", "≥ 10%"),
    Figure("R-L1", "next-day retention", "next-day-retention", "window", "day 1"),
    Figure(
        "R-L2",
        "three mandatory tasks",
        "new-member/activation",
        "next.0.when.task",
        ["follow-account", "first-order", "one-interaction"],
    ),
    Figure("R-L2", "task completion ≥ 80 %", "new-member/activation", "targets.task-completion.target", "≥ 80%"),
    Figure("R-L2", "7-day retention ≥ 18 %", "new-member/activation", "targets.seven-day-retention.target", "≥ 18%"),
    Figure("R-L2", "7-day retention", "seven-day-retention", "window", "days 1..7"),
    Figure("R-L2", "each rewarded with points", "tasks/follow-account", "reward", "points-follow"),
    Figure("R-L2", "each rewarded with points", "tasks/first-order", "reward", "points-first-order"),
    Figure("R-L2", "each rewarded with points", "tasks/one-interaction", "reward", "points-interact"),
    Figure("R-L3", "weekly 1 industry-knowledge item", "retention-knowledge", "every", "week"),
    Figure("R-L3", "weekly 1 industry-knowledge item", "retention-knowledge", "at", ["mon 12:00"]),
    Figure("R-L3", "2 brand items", "retention-brand", "every", "week"),
    Figure("R-L3", "2 brand items", "retention-brand", "at", ["wed 12:00", "sun 12:00"]),
    Figure("R-L3", "one community event a month", "monthly-event", "every", "month"),
    Figure("R-L3", "one community event a month", "monthly-event", "at", ["second sat 14:00"]),
    Figure("R-L3", "30-day retention ≥ 25 %", "new-member/retention", "targets.thirty-day-retention.target", "≥ 25%"),
    Figure("R-L3", "30-day retention", "thirty-day-retention", "window", "days 1..30"),
    Figure("R-L3", "30-day retention ≥ 25 %", "retention-knowledge", "targets.thirty-day-retention.target", "≥ 25%"),
    Figure("R-L3", "30-day retention ≥ 25 %", "retention-drop", "targets.thirty-day-retention.target", "≥ 25%"),
    Figure(
        "R-L3",
        "monthly-active share ≥ 30 %",
        "new-member/retention",
        "targets.monthly-active-share.target",
        "≥ 30%",
    ),
    Figure("R-L3", "monthly-active share", "monthly-active-share", "per", "month"),
    Figure("R-L3", "monthly-active share ≥ 30 %", "retention-brand", "targets.monthly-active-share.target", "≥ 30%"),
    Figure("R-L3", "monthly-active share ≥ 30 %", "monthly-event", "targets.monthly-active-share.target", "≥ 30%"),
    Figure("R-L4", "conversion ≥ 15 %", "new-member/conversion", "targets.conversion-rate.target", "≥ 15%"),
    Figure("R-L4", "conversion ≥ 15 %", "conversion-path-check", "targets.conversion-rate.target", "≥ 15%"),
    Figure(
        "R-L4",
        "average order value +20 %",
        "new-member/conversion",
        "targets.average-order-value.target",
        "+20% over baseline",
    ),
    Figure("R-L4", "average order value +20 %", "average-order-value", "baseline.value", "186 CNY"),
    Figure("R-L5", "72-hour churn 35 %", "risks/no-standard-welcome", "threshold", "≥ 35%"),
    Figure("R-L5", "72-hour churn", "early-churn", "window", "0h..72h"),
    Figure("R-L5", "72-hour churn 35 %", "early-churn", "alert.when", "≥ 35%"),
    Figure("R-L5", "72-hour churn 35 %", "retention-drop", "targets.early-churn.target", "< 35%"),
    Figure("R-L5", "21 % never interact", "risks/no-activation-task", "threshold", "≥ 21%"),
    Figure("R-L5", "21 % never interact", "never-interacted", "alert.when", "≥ 21%"),
    Figure("R-L5", "21 % never interact", "retention-drop", "targets.never-interacted.target", "< 21%"),
    Figure("R-L5", "30-day retention < 20 %", "risks/no-retention-hook", "threshold", "< 20%"),
    Figure("R-L5", "30-day retention < 20 %", "thirty-day-retention", "alert.when", "< 20%"),
    Figure("R-L6", "conversion peaks in the 24 h after a product view", "browse-conversion", "window", "0h..24h"),
    Figure("R-L6", SUGGESTION, "browse-follow-up/suggest", "within", "24h"),
    Figure("R-L6", SUGGESTION, "browse-follow-up/suggest", "clock", "wall"),
    Figure("R-L6", SUGGESTION, "browse-follow-up", "starts_on", "product-viewed"),
    Figure("R-L7", "tiers are re-computed from behaviour", "data/activity-tier", "computed.every", "week"),
    Figure(
        "R-L7", "about 30 % of silent users are potential actives", "potential-active-share", "baseline.value", "30%"
    ),
    Figure(
        "R-L7",
        "about 30 % of silent users are potential actives",
        "tier-review",
        "targets.potential-active-share.target",
        "≥ 30%",
    ),
    Figure(
        "R-L7",
        "a personalised coupon raised activation by 15 %",
        "member-care/silent",
        "targets.silent-reactivation.target",
        "+15% over baseline",
    ),
    Figure("R-L7", "a personalised coupon raised activation by 15 %", "silent-reactivation", "baseline.value", "12%"),
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.mark.parametrize("row", figures.rows("L"))
def test_no_number_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []


@pytest.mark.parametrize("row", figures.rows("L"))
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())


def steps_of(journey: Journey) -> list[Step]:
    return [one for stage in journey.stages for step in stage.steps for one in inner(step)]


def test_new_members_go_through_the_four_periods_in_order(workspace: Workspace) -> None:
    """R-L1 to R-L4, whose reminder to buy again comes to those who have bought."""
    stages = [stage.id for stage in workspace.journeys["new-member"].stages if stage.id != "recall"]
    assert stages == ["awareness", "activation", "retention", "conversion", "repurchase"]


def test_each_failure_is_a_risk_with_a_counter_measure_in_a_playbook_of_the_row(workspace: Workspace) -> None:
    """R-L5: four failures."""
    risks = [risk for risk in workspace.risks.values() if "R-L5" in {source.id for source in risk.source}]
    playbooks = {**workspace.journeys, **workspace.cadences, **workspace.procedures}
    assert len(risks) == 4
    for risk in risks:
        assert risk.indicator is not None
        assert risk.measures
        for measure in risk.measures:
            assert "R-L5" in {source.id for source in playbooks[measure.id.partition("/")[0]].source}, measure.id


def test_each_asset_tier_is_treated_in_its_own_way(workspace: Workspace) -> None:
    """R-L7: a coupon, content, benefits, co-creation."""
    care = workspace.journeys["member-care"]
    sent = {stage.id: {s.id for step in stage.steps for s in _scripts(step)} for stage in care.stages}
    assert sent == {
        "silent": {"reactivation"},
        "active": {"active-personal-pick"},
        "loyal": {"loyal-benefits"},
        "core": {"co-creation-invite"},
    }
    granted = [step.verb.offer.id for step in care.stages[0].steps if isinstance(step.verb, Grant)]
    assert granted == ["reactivation-coupon"]


def _scripts(step: Step) -> tuple[Ref, ...]:
    return step.verb.all_scripts if isinstance(step.verb, Send) else ()


def test_the_funnel_has_a_kpi_for_each_step_and_each_conversion(workspace: Workspace) -> None:
    """R-L8."""
    whole = workspace.kpis["monetisation-funnel"].formula
    assert isinstance(whole, Funnel)
    names = [name for name, _ in whole.steps]
    assert names == ["exposure", "interest", "cart", "order", "repurchase", "referral"]
    assert all(isinstance(workspace.kpis[f"funnel-{name}"].formula, Count) for name in names)
    pairs = [f"{first}-to-{second}" for first, second in pairwise(names)]
    assert all(isinstance(workspace.kpis[pair].formula, ShareOf) for pair in pairs)
    measured = {
        kpi.id for step in workspace.procedures["funnel-review"].steps for kpi in getattr(step.verb, "kpis", ())
    }
    assert measured == {"monetisation-funnel", *(f"funnel-{name}" for name in names), *pairs}


@pytest.mark.parametrize("family", ["member-benefits", "content-commerce", "referral", "paid-care"])
def test_each_way_to_monetise_is_a_family_of_offers_with_rules(workspace: Workspace, family: str) -> None:
    """R-L9."""
    programme = workspace.programmes[family]
    assert "R-L9" in {source.id for source in programme.source}
    assert programme.rules
    assert any(offer.programme and offer.programme.id == family for offer in workspace.offers.values())


def test_points_are_earned_kept_and_redeemed_and_never_cash(workspace: Workspace) -> None:
    """R-L10."""
    points = workspace.programmes["aurora-points"]
    assert {event.id for event, _ in points.earns} == {"order-paid", "interaction-joined"}
    assert points.expires is not None
    assert points.tiers is not None
    assert any("不兑换现金" in str(rule) for rule in points.rules)
    redeemed = {
        one.verb.offer.id
        for step in workspace.procedures["points-redemption"].steps
        for one in inner(step)
        if isinstance(one.verb, Grant)
    }
    assert redeemed == {"sample-set", "care-treatment"}


def test_both_sides_of_a_referral_are_rewarded_and_no_one_else(workspace: Workspace) -> None:
    """R-L11."""
    grants = [step for step in steps_of(workspace.journeys["referral-reward"]) if isinstance(step.verb, Grant)]
    assert [step.to for step in grants] == [None, "referrer"]
    assert {step.verb.offer.id for step in grants if isinstance(step.verb, Grant)} == {"referral-reward"}


def test_each_source_of_members_has_its_cost_and_each_entry_asks_for_consent(workspace: Workspace) -> None:
    """R-L12."""
    for source in ("social", "search", "offline", "shop"):
        formula = workspace.kpis[f"acquisition-cost-{source}"].formula
        assert isinstance(formula, Ratio)
        assert isinstance(formula.top, Reported)
        assert formula.top.name == f"ad-spend-{source}"
    for entry in workspace.data["join-source"].collected_by:
        event = workspace.events[entry.id]
        assert event.shows, entry.id
        assert event.asks, entry.id
        assert event.asked_by is not None
        assert event.asked_by.filled_in_by == "customer", entry.id


@pytest.mark.parametrize("dimension", ["value-tier", "buying-power", "activity-tier"])
def test_each_level_of_a_dimension_has_a_treatment(workspace: Workspace, dimension: str) -> None:
    """R-L13."""
    levels = set(workspace.data[dimension].values)
    treated: set[str] = set()
    for journey in workspace.journeys.values():
        if journey.follows and journey.follows.id == dimension:
            treated |= {stage.id for stage in journey.stages if stage.steps}
        for step in steps_of(journey):
            if isinstance(step.verb, Send) and step.verb.match and step.verb.match.id == dimension:
                treated |= {value for value, _ in step.verb.scripts}
    assert treated == levels
