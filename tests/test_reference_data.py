"""The rows on data-driven work (R-D) of docs/sources.md: each is implemented, each figure stands at the field that gives it force."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.model.documents import Workspace
from sopkit.reader.files import find_sources
from tests import figures
from tests.figures import Figure

METRICS: Final = {
    "activity": "daily-activity",
    "retention": "thirty-day-retention",
    "conversion": "conversion-rate",
    "customer lifetime value": "customer-lifetime-value",
    "growth rate": "member-growth",
    "referral": "referral-rate",
    "participation": "event-participation",
    "exposure": "funnel-exposure",
    "satisfaction": "customer-satisfaction",
    "goal completion": "goal-completion",
}
"""The metric set of R-D6, which the dashboard of R-D1 watches."""
READ: Final = "dashboard-watch/read-core"

FIGURES: Final = (
    Figure("R-D1", "10 core metrics", READ, "measure", [*METRICS.values()]),
    Figure("R-D1", "10 core metrics", "dashboard-watch", "starts_on.every", "day"),
    *(
        Figure("R-D1", "early warning of a key metric's movement 2 h ahead", kpi, "alert.before", "2h")
        for kpi in METRICS.values()
    ),
    Figure(
        "R-D1",
        "100 % of the core metrics monitored",
        "dashboard-watch",
        "targets.core-metrics-monitored.target",
        "= 100%",
    ),
    Figure("R-D2", "apply", "ab-test/apply", "by", "lifecycle-lead"),
    Figure("R-D2", "run", "ab-test/run-test", "by", "marketing-tech"),
    Figure("R-D2", "analyse", "ab-test/analyse-test", "measure", ["test-uplift", "test-deviation"]),
    Figure("R-D2", "roll out", "ab-test/roll-out-test", "by", "lifecycle-lead"),
    Figure("R-D2", "significance level 0.05", "experiments/article-headline", "alpha", 0.05),
    Figure("R-D2", "test approval ≥ 85 %", "ab-test", "targets.test-approval.target", "≥ 85%"),
    Figure("R-D2", "uplift ≥ 15 %", "ab-test", "targets.test-uplift.target", "≥ 15%"),
    Figure("R-D2", "uplift ≥ 15 %", "experiments/article-headline", "min_effect", "+15%"),
    Figure("R-D2", "results 25 % off for want of a plan", "risks/unplanned-test", "threshold", "≥ 25%"),
    Figure("R-D2", "results 25 % off for want of a plan", "test-deviation", "alert.when", "≥ 25%"),
    Figure("R-D3", "collect", "feedback-loop/collect", "by", "service-agent"),
    Figure("R-D3", "classify", "feedback-loop/classify", "by", "service-agent"),
    Figure("R-D3", "handle", "feedback-loop/handle", "by", "service-lead"),
    Figure("R-D3", "publish", "feedback-publish", "starts_on.every", "month"),
    Figure("R-D3", "within 3 days", "feedback-loop", "due", "3d"),
    *(
        Figure("R-D3", "adoption ≥ 10 % a month", place, "targets.feedback-adoption.target", "≥ 10%")
        for place in ("feedback-loop", "feedback-publish")
    ),
    Figure("R-D3", "adoption ≥ 10 % a month", "feedback-adoption", "per", "month"),
    *(
        Figure("R-D3", "satisfaction after adoption ≥ 85 %", place, "targets.adoption-satisfaction.target", "≥ 85%")
        for place in ("feedback-loop", "feedback-publish")
    ),
    Figure("R-D3", "failure: < 5 % adopted", "risks/feedback-ignored", "threshold", "< 5%"),
    Figure("R-D3", "failure: < 5 % adopted", "feedback-adoption", "alert.when", "< 5%"),
    Figure("R-D4", "quarterly report", "quarterly-analysis", "starts_on.every", "quarter"),
    Figure("R-D4", "segmentation", "quarterly-analysis/segment", "by", "analyst"),
    Figure("R-D4", "path", "quarterly-analysis/path", "by", "analyst"),
    Figure("R-D4", "attribution", "quarterly-analysis/attribute", "by", "analyst"),
    Figure("R-D4", "reading accuracy ≥ 80 %", "quarterly-analysis", "targets.reading-accuracy.target", "≥ 80%"),
    Figure("R-D5", "quarterly retrospective of the SOP itself", "sop-retrospective", "starts_on.every", "quarter"),
    Figure(
        "R-D5",
        "every playbook has a review date and an owner",
        "sop-retrospective",
        "targets.playbooks-reviewed.target",
        "= 100%",
    ),
    *(Figure("R-D6", words, READ, f"measure.{number}", kpi) for number, (words, kpi) in enumerate(METRICS.items())),
    Figure("R-D7", "sources checked", "data-quality/check-sources", "by", "analyst"),
    Figure("R-D7", "cleaned", "data-quality/clean", "by", "marketing-tech"),
    Figure("R-D7", "owned", "data-quality/name-owners", "by", "analyst"),
    Figure("R-D8", "goals are set", "goal-setting/set-goals", "by", "head-of-private-domain"),
    Figure("R-D8", "broken down by stage", "goal-setting/by-stage", "by", "lifecycle-lead"),
    Figure("R-D8", "role", "goal-setting/by-role", "by", "head-of-private-domain"),
    Figure("R-D8", "tracked", "goal-setting/track-goals", "measure", "goal-completion"),
    Figure(
        "R-D9",
        "cost of a touch and reaction time",
        "touch-cost-review/read-cost",
        "measure",
        ["touch-cost", "touch-response", "reaction-time"],
    ),
    Figure("R-D9", "touch cost −40 %", "touch-cost-review", "targets.touch-cost.target", "-40% over baseline"),
    Figure("R-D9", "touch cost −40 %", "touch-cost", "baseline.value", "0.35 CNY"),
    Figure("R-D9", "response +50 %", "touch-cost-review", "targets.touch-response.target", "+50% over baseline"),
    Figure("R-D9", "response +50 %", "touch-response", "baseline.value", "4%"),
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.mark.parametrize("row", figures.rows("D"))
def test_no_number_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []


@pytest.mark.parametrize("row", figures.rows("D"))
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())


@pytest.mark.long
def test_ten_core_metrics_are_defined_owned_and_watched(workspace: Workspace) -> None:
    """R-D1, R-D6: the formula cannot be left out in the language; where it is read, who answers and who is told can."""
    assert len(METRICS) == 10
    for name in METRICS.values():
        kpi = workspace.kpis[name]
        assert "R-D6" in {source.id for source in kpi.source}, name
        assert kpi.measured_in, name
        assert kpi.owner, name
        assert kpi.alert, name
        assert kpi.alert.to, name


@pytest.mark.long
def test_tests_are_approved_before_they_run_and_looked_at_again_after(workspace: Workspace) -> None:
    """R-D2."""
    steps = [step.id for step in workspace.procedures["ab-test"].steps]
    named = ["apply", "approve-request", "run-test", "analyse-test", "roll-out-test", "recheck-test"]
    assert [step for step in steps if step in named] == named


@pytest.mark.long
def test_every_playbook_has_a_review_date_and_an_owner(workspace: Workspace) -> None:
    """R-D5."""
    playbooks = [*workspace.journeys.values(), *workspace.cadences.values(), *workspace.procedures.values()]
    assert len(playbooks) > 70
    assert [one.id for one in playbooks if one.owner is None or one.review_by is None] == []


def test_every_kpi_serves_a_goal_up_to_the_one_above_all(workspace: Workspace) -> None:
    """R-D8."""
    for kpi in workspace.kpis.values():
        seen = [kpi.id]
        while (above := workspace.kpis[seen[-1]].parent) is not None:
            assert above.id not in seen, seen
            seen.append(above.id)
        assert seen[-1] == "goal-completion"


def test_goals_are_broken_down_to_every_stage_and_every_role(workspace: Workspace) -> None:
    """R-D8: a stage has targets of its own but the last, in which one reminder is left; each role is appraised by KPIs."""
    stages = {stage.id: stage.targets for stage in workspace.journeys["new-member"].stages}
    assert [name for name, targets in stages.items() if not targets] == ["repurchase"]
    assert [role.id for role in workspace.roles.values() if not role.appraisal] == []
