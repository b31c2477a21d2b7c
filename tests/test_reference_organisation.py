"""The rows on organisation, service and commerce (R-O) of docs/sources.md: implemented, each figure where it has force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.model.documents import Workspace
from sopkit.model.steps import Approve, Do, Measure, Step, inner
from sopkit.reader.files import find_sources
from tests import figures
from tests.figures import Figure

STEPS: Final = (
    ("objective", "objective"),
    ("audience", "choose-audience"),
    ("creative", "creative"),
    ("plan (time, place, content, budget)", "plan-campaign"),
    ("resources", "resources"),
    ("execution", "execution"),
    ("risk control", "risk-control"),
)
"""The seven steps of a campaign (R-O5) and what they are called there."""
MEASURES: Final = (
    ("participation", "event-participation"),
    ("exposure", "funnel-exposure"),
    ("sales", "sales"),
    ("spread", "referral-rate"),
    ("satisfaction", "customer-satisfaction"),
    ("goal completion", "goal-completion"),
)
"""Its six measures."""
SLA: Final = "an SLA for each channel"

FIGURES: Final = (
    Figure(
        "R-O1", "roles, RACI, incentive linked to KPI", "organisation-review/incentive", "by", "head-of-private-domain"
    ),
    Figure("R-O1", "execution rate tracked", "execution-review/read-execution", "measure", "execution-rate"),
    Figure("R-O1", "published failure: < 10 %", "risks/not-executed", "threshold", "< 10%"),
    Figure("R-O2", "a standard manual for each role", "training-run/hand-out", "by", "shop-manager"),
    Figure("R-O2", "a test of mastery", "courses/guide-course", "pass_mark", "80%"),
    Figure("R-O2", "sign-off", "training-run/sign-off", "by", "shop-manager"),
    Figure("R-O2", "mastery tracked", "training-run/read-mastery", "measure", "mastery-rate"),
    Figure("R-O2", "published failure: < 30 %", "risks/not-mastered", "threshold", "< 30%"),
    Figure("R-O3", "policy", "artefacts/service-policy", "file", "policies/service.md"),
    Figure("R-O3", "satisfaction survey", "complaint/ask-score", "send", "chat-survey"),
    Figure("R-O3", "after-sales tracking", "complaint/track", "within", "3d"),
    Figure("R-O3", "care calls", "complaint/care-call", "after", "3d"),
    Figure("R-O3", SLA, "hotline-answer/pick-up", "within", "20s"),
    Figure("R-O3", SLA, "counter-service/greet", "within", "3m"),
    Figure("R-O3", SLA, "complaint/acknowledge", "within", "30m"),
    Figure("R-O4", "limited-time discount", "offers/flash-sale", "valid", "2h"),
    Figure("R-O4", "spend-threshold discount", "offers/spend-300-save-40", "threshold", "300 CNY"),
    Figure("R-O4", "gift", "offers/first-benefit", "type", "gift"),
    Figure("R-O4", "coupon", "offers/post-purchase-coupon", "type", "coupon"),
    Figure("R-O4", "joint promotion", "offers/joint-set", "type", "joint"),
    Figure(
        "R-O4",
        "promotions must agree with the price strategy",
        "promotion-approval/price-check",
        "by",
        "promotion-lead",
    ),
    Figure("R-O4", "the law", "promotion-approval/legal-check", "required", value=True),
    *(
        Figure("R-O5", words, f"campaign/{step}", "title.en", TITLE)
        for (words, step), TITLE in zip(
            STEPS, ("Objective", "Audience", "Creative", "Plan", "Resources", "Execution", "Risk control"), strict=True
        )
    ),
    *(
        Figure("R-O5", words, "campaign/evaluate-campaign", f"measure.{number}", kpi)
        for number, (words, kpi) in enumerate(MEASURES)
    ),
    Figure("R-O5", "budget", "campaign", "budget", "120000 CNY"),
    Figure("R-O5", "sales", "campaign", "targets.sales.target", "+10% over baseline"),
    Figure("R-O5", "sales", "sales", "baseline.value", "3600000 CNY"),
    Figure("R-O6", "one policy for all channels", "artefacts/channel-policy", "file", "policies/channels.md"),
    Figure("R-O6", "shared resources", "channel-review/share-resources", "by", "head-of-private-domain"),
    Figure("R-O6", "monitored conflicts", "channel-review", "targets.channel-conflicts.target", "= 0"),
    Figure("R-O7", "resources and customers shared", "joint-campaign/run-joint", "offer", "joint-set"),
    Figure("R-O7", "shared customers need the basis of SHA01", "joint-campaign/basis-check", "required", value=True),
    Figure("R-O7", "shared customers need the basis of SHA01", "crm-to-partner", "consent", "partner-sharing"),
    *(
        Figure("R-O8", "weights of a role sum to 100 %", f"roles/{role}", f"appraisal.{kpi}", weight)
        for role, kpi, weight in (
            ("social-lead", "member-growth", "40%"),
            ("content-lead", "video-completion", "30%"),
            ("lifecycle-lead", "conversion-rate", "40%"),
        )
    ),
    Figure("R-O8", "weights for each role", "appraisal/compute-marks", "by", "analyst"),
    Figure("R-O9", "seasonal", "price-change", "starts_on.0.every", "quarter"),
    Figure("R-O9", "in answer to competitors", "price-change", "starts_on.1.alert", "price-index"),
    Figure("R-O9", "approved", "price-change/approve-price", "required", value=True),
    Figure("R-O9", "approved", "price-change", "targets.price-changes-approved.target", "= 100%"),
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.mark.parametrize("row", figures.rows("O"))
def test_no_number_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []


@pytest.mark.parametrize("row", figures.rows("O"))
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())


def steps_of(workspace: Workspace) -> Iterator[tuple[str, Step]]:
    lists = [(one.id, one.steps) for one in workspace.procedures.values()]
    lists += [(one.id, one.steps) for one in workspace.cadences.values()]
    lists += [(one.id, stage.steps) for one in workspace.journeys.values() for stage in one.stages]
    for playbook, steps in lists:
        yield from ((playbook, one) for step in steps for one in inner(step))


@pytest.mark.long
def test_every_piece_of_staff_work_has_one_accountable_role(workspace: Workspace) -> None:
    """R-O1: one role does it and answers for it, or another is named that answers; nobody is asked or told twice."""
    work = [(name, step) for name, step in steps_of(workspace) if isinstance(step.verb, (Do, Approve, Measure))]
    assert len(work) > 250
    for name, step in work:
        assert step.by is not None, (name, step.id)
        asked = {role.id for role in (*step.consult, *step.inform)}
        assert (step.accountable or step.by).id not in asked, (name, step.id)


@pytest.mark.long
def test_weights_of_every_role_are_whole(workspace: Workspace) -> None:
    """R-O8: growth, spread and conversion are among them."""
    assert len(workspace.roles) == 16
    for role in workspace.roles.values():
        assert sum(share.value for _, share in role.appraisal) == 100, role.id
        assert len(role.appraisal) <= 4, role.id
    given = {kpi.id for role in workspace.roles.values() for kpi, _ in role.appraisal}
    assert {"member-growth", "referral-rate", "conversion-rate"} <= given


@pytest.mark.long
def test_nobody_is_paid_for_consents(workspace: Workspace) -> None:
    given = {kpi.id for role in workspace.roles.values() for kpi, _ in role.appraisal}
    assert "consent-by-source" not in given


def test_every_role_has_a_course_with_a_test(workspace: Workspace) -> None:
    """R-O2."""
    taught = {role.id for course in workspace.courses.values() for role in course.for_}
    assert taught == set(workspace.roles)
    assert all(course.pass_mark and course.covers for course in workspace.courses.values())


def test_all_kinds_of_promotion_are_refused_together_at_the_till(workspace: Workspace) -> None:
    """R-O4: whatever takes something off a price is refused with all others that do."""
    priced = {
        offer.id: {other.id for other in offer.till_refuses or ()}
        for offer in workspace.offers.values()
        if offer.type in ("coupon", "discount", "threshold", "flash-sale", "joint")
    }
    assert len(priced) == 7
    for name, refused in priced.items():
        assert set(priced) - {name} - refused <= {other for other, they in priced.items() if name in they}, name


def test_a_campaign_has_its_seven_steps_in_order_and_six_measures(workspace: Workspace) -> None:
    """R-O5."""
    steps = [step.id for step in workspace.procedures["campaign"].steps]
    assert [step for step in steps if step in {id_ for _, id_ in STEPS}] == [id_ for _, id_ in STEPS]
    campaign = workspace.procedures["campaign"]
    assert campaign.objective
    assert campaign.audience
    assert campaign.budget
    assert campaign.dates


def test_every_channel_on_which_customers_turn_to_us_has_its_time(workspace: Workspace) -> None:
    """R-O3: what answers on a channel, or greets in a shop, says within when."""
    answered = {
        via.id: step.within
        for _, step in steps_of(workspace)
        for via in step.via
        if workspace.channels[via.id].reach == "reply" or via.id == "hotline"
    }
    assert set(answered) == {"service-chat", "mp-service", "hotline"}
    assert all(answered.values())
