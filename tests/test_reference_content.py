"""The content rows (R-C) of docs/sources.md: each is implemented, and each figure stands at the field that gives it force."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.graph.satisfiability import leaves
from sopkit.model.documents import Cadence, Procedure, Workspace
from sopkit.model.predicates import SegmentTest
from sopkit.model.steps import Approve, Send, Step
from sopkit.model.values import WEEKDAYS, Slot
from sopkit.reader.files import find_sources
from tests import figures
from tests.figures import Figure

TIP: Final = "one useful item and one topic prompt a day"
LABEL: Final = "AI-generated content is labelled (labelling measures in force 2025-09-01)"
REVIEWED: Final = "reviewed before publishing, always"
WORKFLOWS: Final = (
    "content-production", "video-production", "post-production", "live-run", "members-event-run", "monthly-event-run", "hot-topic-run",
    "platform-reuse-run", "kol-cooperation", "ai-writing",
)  # fmt: skip
"""Every procedure that ends in something published."""

FIGURES: Final = (
    Figure("R-C1", "3 a week", "articles", "every", "week"),
    Figure("R-C1", "3 a week", "articles", "at", ["tue 10:00", "thu 10:00", "sat 10:00"]),
    Figure("R-C1", "click-through ≥ 15 %", "articles", "targets.article-click-through.target", "≥ 15%"),
    Figure("R-C1", "cover target ≥ 20 %", "articles", "targets.article-cover-click.target", "≥ 20%"),
    Figure("R-C1", "interaction ≥ 8 %", "articles", "targets.article-interaction.target", "≥ 8%"),
    Figure("R-C2", "carries the viewer through 30 s", "short-video", "lasts", "30s"),
    Figure("R-C2", "completion ≥ 50 %", "short-video", "targets.video-completion.target", "≥ 50%"),
    Figure("R-C2", "click ≥ 25 %", "short-video", "targets.video-click.target", "≥ 25%"),
    Figure("R-C3", "suspense opening", "live-run/open", "send", "live-opening"),
    Figure("R-C3", "three closing scripts", "live-run/close-one", "send", "live-close-scarce"),
    Figure("R-C3", "three closing scripts", "live-run/close-two", "send", "live-close-value"),
    Figure("R-C3", "three closing scripts", "live-run/close-three", "send", "live-close-safe"),
    Figure("R-C3", "prize draw", "live-run/draw", "offer", "live-draw-prize"),
    Figure("R-C3", "conversion ≥ 12 %", "live", "targets.live-conversion.target", "≥ 12%"),
    Figure("R-C3", "GMV a session +30 %", "live", "targets.live-gmv.target", "+30% over baseline"),
    Figure("R-C3", "GMV a session +30 %", "live-gmv", "baseline.value", "42000 CNY"),
    Figure("R-C4", TIP, "community-tip", "every", "day"),
    Figure("R-C4", TIP, "community-tip", "at", ["10:30"]),
    Figure("R-C4", TIP, "community-topic", "every", "day"),
    Figure("R-C4", TIP, "community-topic", "at", ["16:00"]),
    Figure("R-C4", TIP, "community-topic", "except", ["sat"]),
    Figure("R-C4", "one members' event a week", "members-event", "every", "week"),
    Figure("R-C4", "one members' event a week", "members-event", "at", ["sat 19:30"]),
    Figure("R-C4", "one members' event a week", "monthly-event", "replaces", ["members-event"]),
    Figure("R-C4", "group activity ≥ 15 %", "community-tip", "targets.group-activity.target", "≥ 15%"),
    Figure("R-C4", "group activity ≥ 15 %", "community-topic", "targets.group-activity.target", "≥ 15%"),
    Figure("R-C4", "referral rate +20 %", "members-event", "targets.referral-rate.target", "+20% over baseline"),
    *(
        Figure("R-C4", "referral rate +20 %", place, "targets.referral-rate.target", "+20% over baseline")
        for place in ("referral-invite", "referral-reward", "member-care/core", "co-creator-nomination")
    ),
    Figure("R-C4", "referral rate +20 %", "referral-rate", "baseline.value", "4%"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.0.audience", "followers"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.0.shares.value", "≥ 40%"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.1.audience", "group-members"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.1.shares.value", "≥ 40%"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.1.shares.interactive", "≥ 30%"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.2.audience", "in-retention"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.2.shares.value", "≥ 30%"),
    Figure("R-C5", "a mix per audience tier", "aurora", "content_mix.2.shares.emotional", "≥ 30%"),
    Figure(
        "R-C5",
        "40 % of feed readers are potential interactors",
        "content-weekly",
        "targets.potential-interactors.target",
        "≥ 40%",
    ),
    Figure(
        "R-C5",
        "topic prompts raised interaction by 25 %",
        "community-topic",
        "targets.topic-interaction.target",
        "+25% over baseline",
    ),
    Figure("R-C5", "topic prompts raised interaction by 25 %", "topic-interaction", "baseline.value", 640),
    *(Figure("R-C6", REVIEWED, f"{name}/review", "required", True) for name in WORKFLOWS),
    *(Figure("R-C6", REVIEWED, name, "targets.reviewed-before-publishing.target", "= 100%") for name in WORKFLOWS),
    Figure("R-C6", REVIEWED, "content-production/quality", "required", True),
    Figure("R-C6", "A/B test on headlines", "experiments/article-headline", "step", "articles"),
    Figure("R-C6", "A/B test on headlines", "experiments/article-headline", "metric", "article-click-through"),
    Figure("R-C6", "A/B test on headlines", "experiments/article-headline", "stop.after", "56d"),
    Figure("R-C6", "A/B test on headlines", "headline-test/run", "within", "56d"),
    Figure("R-C6", "an ad is labelled as an ad", "scripts/article-frame", "advertising", True),
    Figure("R-C6", "an ad is labelled as an ad", "scripts/video-frame", "advertising", True),
    Figure("R-C6", "an ad is labelled as an ad", "scripts/scenario-post", "advertising", True),
    Figure("R-C7", "complaints +30 %", "risks/over-pushing", "threshold", "+30% over baseline"),
    Figure("R-C7", "complaints +30 %", "complaint-rate", "alert.when", "+30% over baseline"),
    Figure("R-C7", "complaints +30 %", "complaint-rate", "baseline.value", "0.4%"),
    Figure("R-C7", "headline open rate < 20 %", "risks/weak-headlines", "threshold", "< 20%"),
    Figure("R-C7", "headline open rate < 20 %", "article-cover-click", "alert.when", "< 20%"),
    Figure("R-C7", "watched 18 s on average", "risks/short-watch", "threshold", "≤ 18s"),
    Figure("R-C7", "watched 18 s on average", "video-watch-time", "alert.when", "≤ 18s"),
    Figure("R-C7", "conversion < 10 %", "risks/live-off-script", "threshold", "< 10%"),
    Figure("R-C7", "conversion < 10 %", "live-conversion", "alert.when", "< 10%"),
    Figure("R-C7", "activity < 5 %", "risks/no-group-templates", "threshold", "< 5%"),
    Figure("R-C7", "activity < 5 %", "group-activity", "alert.when", "< 5%"),
    Figure("R-C8", "one owner for each platform", "channels/official-account", "owner", "content-lead"),
    Figure("R-C8", "one owner for each platform", "channels/video-account", "owner", "content-lead"),
    Figure("R-C8", "one owner for each platform", "channels/live-room", "owner", "content-lead"),
    Figure("R-C8", "one owner for each platform", "channels/xiaohongshu", "owner", "social-lead"),
    Figure("R-C8", "one owner for each platform", "channels/douyin", "owner", "social-lead"),
    Figure("R-C8", "one owner for each platform", "channels/weibo", "owner", "social-lead"),
    Figure("R-C9", "a person reviews it before publishing", "ai-writing/review", "by", "compliance-lead"),
    Figure("R-C9", "a person reviews it before publishing", "ai-writing/review", "required", True),
    Figure("R-C9", LABEL, "artefacts/ai-labelling-policy", "date", "2025-09-01"),
    Figure("R-C9", LABEL, "scenario-notes", "ai_written", True),
    Figure("R-C9", LABEL, "scripts/scenario-post", "ai_written", True),
    Figure("R-C9", LABEL, "ai-writing/label", "required", True),
    Figure("R-C9", LABEL, "scenario-notes", "targets.ai-label-rate.target", "= 100%"),
    Figure("R-C9", LABEL, "ai-writing", "targets.ai-label-rate.target", "= 100%"),
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.mark.parametrize("row", figures.rows("C"))
def test_no_number_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []


@pytest.mark.parametrize("row", figures.rows("C"))
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())


# The calendar

DAYS: Final = [date(2026, 12, 1) + timedelta(days=n) for n in range(120)]
"""Four months, so that every second Saturday is among them several times."""


def comes_out(cadence: Cadence, day: date) -> int:
    """Return how many issues a cadence has on a day by its own slots; holidays change nothing where it says `same`."""
    assert cadence.every is not None
    if WEEKDAYS[day.weekday()] in cadence.except_:
        return 0
    return sum(_falls_on(slot, day) for slot in cadence.at_slots)


def _falls_on(slot: Slot, day: date) -> bool:
    if slot.month_day is not None:
        return day.day == slot.month_day
    if slot.weekday is not None and WEEKDAYS[day.weekday()] != slot.weekday:
        return False
    return slot.nth is None or (day.day - 1) // 7 + 1 == slot.nth


def issues(workspace: Workspace, day: date) -> list[Cadence]:
    """Return the cadences that have an issue on a day, once for each; in the week of one that `replaces`, the others have none."""
    week = [day - timedelta(days=day.weekday()) + timedelta(days=n) for n in range(7)]
    replaced = {
        other.id
        for cadence in workspace.cadences.values()
        if any(comes_out(cadence, one) for one in week)
        for other in cadence.replaces
    }
    return [
        cadence
        for cadence in workspace.cadences.values()
        if cadence.id not in replaced
        for _ in range(comes_out(cadence, day))
    ]


def test_a_group_gets_a_tip_and_a_topic_or_an_event_every_day_and_never_more(workspace: Workspace) -> None:
    """R-C4, within the cap on group posts."""
    cap = next(cap for cap in workspace.settings.caps if cap.id == "group-daily")
    for day in DAYS:
        posts = sorted(
            cadence.id
            for cadence in issues(workspace, day)
            if any(workspace.channels[via.id].reach == "group" for via in cadence.via)
        )
        second = "community-topic" if day.weekday() != 5 else "monthly-event" if 8 <= day.day <= 14 else "members-event"
        assert posts == sorted(["community-tip", second]), day
        assert cap.max is not None
        assert len(posts) <= cap.max


def test_no_cadence_is_a_one_to_one_message(workspace: Workspace) -> None:
    """R-C7: articles, videos and posts can't add to what the caps on direct marketing count."""
    for cadence in workspace.cadences.values():
        assert {workspace.channels[via.id].reach for via in cadence.via} <= {"feed", "group"}, cadence.id


def test_customers_see_at_most_one_moments_post_a_day(workspace: Workspace) -> None:
    """R-C7: what WeCom lets through for one customer a day is not published, so that one is what we plan for."""
    for day in DAYS:
        seen = [one.id for one in issues(workspace, day) if "moments" in {via.id for via in one.via}]
        # The Friday announcement of the live and the invitation two days before the monthly event, a Thursday.
        seen += ["live"] if day.weekday() == 4 else []
        seen += ["invite"] if 8 <= (day + timedelta(days=2)).day <= 14 and day.weekday() == 3 else []
        assert len(seen) <= 1, (day, seen)


def test_every_audience_s_mix_holds_in_every_week(workspace: Workspace) -> None:
    """R-C5: the mix is checked against the plan."""
    mixes = workspace.settings.content_mix
    assert len(mixes) == 3
    for mix in mixes:
        assert mix.audience is not None
        for monday in (day for day in DAYS[:-7] if day.weekday() == 0):
            layers = Counter(
                cadence.layer
                for n in range(7)
                for cadence in issues(workspace, monday + timedelta(days=n))
                if mix.audience.id in segments(cadence)
            )
            assert layers, mix.audience.id
            for layer, least in mix.shares:
                share = 100 * layers[layer] / layers.total()
                assert share >= least.number, (mix.audience.id, layer, monday)


def segments(cadence: Cadence) -> set[str]:
    tests = leaves(cadence.audience) if cadence.audience else ()
    return {test.segment.id for test in tests if isinstance(test, SegmentTest)}


def test_all_four_layers_of_the_pyramid_are_published(workspace: Workspace) -> None:
    """R-C5."""
    layers = {cadence.layer for cadence in workspace.cadences.values()}
    assert layers == {"feed", "interactive", "value", "emotional"}


# The work


def test_nothing_is_published_that_no_one_has_approved(workspace: Workspace) -> None:
    """R-C6: each cadence has a workflow, in which a required approval comes before publishing."""
    for cadence in workspace.cadences.values():
        assert cadence.workflow is not None, cadence.id
        assert_reviewed(workspace.procedures[cadence.workflow.id])
    used = {cadence.workflow.id for cadence in workspace.cadences.values() if cadence.workflow}
    assert used == set(WORKFLOWS) - {"kol-cooperation"}


def assert_reviewed(workflow: Procedure) -> None:
    reviews = [step for step in workflow.steps if isinstance(step.verb, Approve) and step.required]
    assert reviews, workflow.id
    assert all(step.before and step.if_rejected for step in reviews), workflow.id
    published = next(n for n, step in enumerate(workflow.steps) if step.before is None)
    assert all(workflow.steps.index(step) < published for step in reviews), workflow.id


def test_what_is_sent_before_an_issue_has_been_reviewed_by_then(workspace: Workspace) -> None:
    """R-C6: so many working days are never less than so many days, so they can be compared as days."""
    days = {"d": 1.0, "h": 1 / 24, "m": 1 / 1440, "workday": 1.0}
    compared = 0
    for cadence in workspace.cadences.values():
        sent = [step.before for step in cadence.steps if isinstance(step.verb, Send) and step.before]
        if not sent or cadence.workflow is None:
            continue
        review = next(step for step in workspace.procedures[cadence.workflow.id].steps if step.id == "review")
        assert review.before is not None
        for before in sent:
            assert review.before.amount * days[review.before.unit] > before.amount * days[before.unit], cadence.id
            compared += 1
    assert compared == 3


def test_articles_go_through_every_step_of_the_content_workflow(workspace: Workspace) -> None:
    """R-C6: theme, plan, draft, review for quality and law, publish, engage, evaluate, iterate."""
    steps = [step.id for step in workspace.procedures["content-production"].steps]
    named = ["theme", "plan", "draft", "quality", "review", "publish", "engage", "evaluate", "iterate"]
    assert [step for step in steps if step in named] == named


def test_each_failure_is_a_risk_with_a_counter_measure_in_a_playbook_of_the_row(workspace: Workspace) -> None:
    """R-C7: five failures, each watched by an alert that starts the correction."""
    risks = [risk for risk in workspace.risks.values() if "R-C7" in {source.id for source in risk.source}]
    playbooks = {**workspace.journeys, **workspace.cadences, **workspace.procedures}
    assert len(risks) == 5
    for risk in risks:
        assert risk.measures
        for measure in risk.measures:
            assert "R-C7" in {source.id for source in playbooks[measure.id.partition("/")[0]].source}, measure.id
        assert risk.indicator is not None
        alert = workspace.kpis[risk.indicator.id].alert
        assert alert is not None
        assert alert.start is not None
        assert alert.start.id == "content-correction"


def test_hosts_and_groups_say_what_scripts_say(workspace: Workspace) -> None:
    """R-C7: scripts by reference, on air and in groups."""
    live = [step for step in workspace.procedures["live-run"].steps if step.via]
    assert len(live) == 5
    assert all(isinstance(step.verb, Send) and step.by and step.by.id == "live-host" for step in live)
    for cadence in (workspace.cadences["community-tip"], workspace.cadences["community-topic"]):
        assert [step.script.id for step in cadence.steps if step.script] == [cadence.id]


def test_each_platform_has_one_owner_and_content_of_its_own(workspace: Workspace) -> None:
    """R-C8."""
    platforms = {
        channel.id: channel.owner
        for channel in workspace.channels.values()
        if "R-C8" in {source.id for source in channel.source}
    }
    assert len(platforms) == 6
    assert all(platforms.values())
    published = {via.id for cadence in workspace.cadences.values() for via in cadence.via}
    assert set(platforms) <= published
    assert all(workspace.channels[name].summary for name in platforms), "for whom the platform is"


def test_hot_topics_creators_and_reuse_work_from_their_scripts(workspace: Workspace) -> None:
    """R-C8."""
    for procedure, script in (
        ("hot-topic-run", "hot-topic-post"),
        ("kol-cooperation", "kol-brief"),
        ("platform-reuse-run", "platform-reuse"),
    ):
        assert script in {step.script.id for step in workspace.procedures[procedure].steps if step.script}


def test_ai_drafts_are_rewritten_and_labelled_before_a_person_reviews_them(workspace: Workspace) -> None:
    """R-C9."""
    steps = [step.id for step in workspace.procedures["ai-writing"].steps]
    assert steps.index("generate") < steps.index("rewrite") < steps.index("label") < steps.index("review")
    text = workspace.scripts["scenario-post"].text
    assert text is not None
    assert "本文由AI辅助生成" in text.pick("zh-CN")
    assert "help of AI" in text.pick("en")


def test_every_step_of_a_person_says_by_when_and_how_long(workspace: Workspace) -> None:
    for name in (*WORKFLOWS, "content-weekly", "content-correction", "campaign-calendar", "headline-test"):
        for step in workspace.procedures[name].steps:
            assert_timed(step)


def assert_timed(step: Step) -> None:
    assert step.by is not None, step.id
    assert step.minutes, step.id
    assert step.within or step.before or step.after, step.id
    assert step.title is not None, step.id
    assert step.title.find("zh-CN"), step.id
    assert step.title.find("en"), step.id
