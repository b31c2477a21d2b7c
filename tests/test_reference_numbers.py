"""Every figure that a playbook of a row promises is a figure of the row, or its own for a reason given here."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Final

import pytest

from tests import (
    figures,
    test_reference_content,
    test_reference_data,
    test_reference_lifecycle,
    test_reference_organisation,
    test_reference_risk,
    test_reference_tools,
)

FIGURES: Final = (
    *test_reference_content.FIGURES,
    *test_reference_data.FIGURES,
    *test_reference_lifecycle.FIGURES,
    *test_reference_organisation.FIGURES,
    *test_reference_risk.FIGURES,
    *test_reference_tools.FIGURES,
)

OUR_TARGETS: Final = "the row names the thing and no level to reach, so the level is the brand's"
OUR_ALERTS: Final = "the row names a target or nothing; from which level on someone is told is the brand's"
OUR_TIMES: Final = "the row asks for the message or the deed and leaves open how soon"
OUR_RHYTHM: Final = "the row asks for it and leaves open how often"
OUR_WORK: Final = "how long a piece of staff work may take is agreed with those who do it"
REVIEWS: Final = "how often someone looks at a KPI is agreed with those who look"
EARLY_WARNING: Final = "two hours are a figure of the data rows, which ask for early warning of every KPI"

REASONS: Final[dict[str, tuple[str, ...]]] = {
    OUR_TARGETS: (
        "acquisition-launch/targets/acquisition-cost-offline/target",
        "acquisition-launch/targets/acquisition-cost-search/target",
        "acquisition-launch/targets/acquisition-cost-shop/target",
        "acquisition-launch/targets/acquisition-cost-social/target",
        "acquisition-launch/targets/source-known-share/target",
        "ai-service/targets/hand-over-on-time/target",
        "appraisal/targets/goal-completion/target",
        "architecture-review/targets/identity-match-rate/target",
        "birthday/targets/birthday-gift-collected/target",
        "birthday-gift-handover/targets/birthday-gift-collected/target",
        "browse-follow-up/targets/browse-conversion/target",
        "buying-power-page/targets/interest-to-cart/target",
        "campaign/targets/customer-satisfaction/target",
        "campaign-calendar/targets/douyin-reach/target",
        "campaign-calendar/targets/weibo-reach/target",
        "campaign-calendar/targets/xiaohongshu-reach/target",
        "care-card-sale/targets/care-cards-sold/target",
        "cart-reminder/targets/cart-to-order/target",
        "click-and-collect/targets/pickup-on-time/target",
        "click-and-collect/targets/stock-accuracy/target",
        "complaint/targets/complaint-on-time/target",
        "complaint/targets/customer-satisfaction/target",
        "counter-service/targets/customer-satisfaction/target",
        "data-quality/targets/data-quality-pass/target",
        "douyin-recut/targets/douyin-reach/target",
        "execution-review/targets/execution-rate/target",
        "feedback-loop/targets/feedback-on-time/target",
        "friend-welcome/targets/source-known-share/target",
        "funnel-review/targets/cart-to-order/target",
        "funnel-review/targets/exposure-to-interest/target",
        "funnel-review/targets/interest-to-cart/target",
        "funnel-review/targets/order-to-repurchase/target",
        "funnel-review/targets/repurchase-to-referral/target",
        "goal-setting/targets/goal-completion/target",
        "hotline-answer/targets/hotline-in-time/target",
        "identity-merge/targets/identity-match-rate/target",
        "interface-review/targets/interfaces-documented/target",
        "joint-campaign/targets/joint-gift-claims/target",
        "live/targets/live-script-adherence/target",
        "member-care/active/targets/mass-click-rate/target",
        "member-care/loyal/targets/repurchase-rate/target",
        "member-day/targets/member-day-use/target",
        "members-event/targets/event-participation/target",
        "membership/dawn/targets/tier-upgrade-rate/target",
        "membership/morning/targets/tier-upgrade-rate/target",
        "membership/sunrise/targets/repurchase-rate/target",
        "new-member/recall/targets/benefit-claim-rate/target",
        "offer-review/targets/content-orders/target",
        "offer-review/targets/offers-within-rules/target",
        "organisation-review/targets/execution-rate/target",
        "points-expiry/targets/points-redeemed-share/target",
        "points-redemption/targets/points-redeemed-share/target",
        "promotion-approval/targets/offers-within-rules/target",
        "referral-check/targets/referral-friends/target",
        "scenario-notes/targets/xiaohongshu-reach/target",
        "service-review/targets/customer-satisfaction/target",
        "shop-enrolment/targets/source-known-share/target",
        "shop-return/targets/stock-accuracy/target",
        "shop-try-on/targets/try-on-kept/target",
        "tier-review/targets/tier-movement/target",
        "training-run/targets/mastery-rate/target",
        "weibo-topics/targets/weibo-reach/target",
    ),
    OUR_ALERTS: (
        "acquisition-cost/alert/when",
        "ai-label-rate/alert/when",
        "article-click-through/alert/when",
        "average-order-value/alert/when",
        "benefit-claim-rate/alert/when",
        "browse-conversion/alert/when",
        "cart-to-order/alert/when",
        "chat-satisfaction/alert/when",
        "complaint-on-time/alert/when",
        "conversion-rate/alert/when",
        "coupon-use/alert/when",
        "customer-lifetime-value/alert/when",
        "customer-satisfaction/alert/when",
        "daily-activity/alert/when",
        "duplicate-touch-rate/alert/when",
        "event-participation/alert/when",
        "execution-rate/alert/when",
        "exposure-to-interest/alert/when",
        "feedback-on-time/alert/when",
        "first-day-interaction/alert/when",
        "first-response-time/alert/when",
        "funnel-exposure/alert/when",
        "goal-completion/alert/when",
        "hand-over-on-time/alert/when",
        "hotline-in-time/alert/when",
        "interest-to-cart/alert/when",
        "live-script-adherence/alert/when",
        "mass-click-rate/alert/when",
        "mastery-rate/alert/when",
        "member-growth/alert/when",
        "monthly-active-share/alert/when",
        "next-day-retention/alert/when",
        "order-to-repurchase/alert/when",
        "personalised-click-rate/alert/when",
        "pickup-on-time/alert/when",
        "price-index/alert/when",
        "referral-rate/alert/when",
        "repurchase-rate/alert/when",
        "repurchase-to-referral/alert/when",
        "reviewed-before-publishing/alert/when",
        "seven-day-retention/alert/when",
        "silent-reactivation/alert/when",
        "source-known-share/alert/when",
        "task-completion/alert/when",
    ),
    OUR_TIMES: (
        "ai-service/ai-answer/within",
        "birthday/wish/within",
        "cart-reminder/remind/within",
        "friend-welcome/hello/within",
        "friend-welcome/source-check/within",
        "member-care/core/co-create/within",
        "member-care/loyal/benefits/within",
        "member-care/silent/wake/within",
        "member-day/tell/within",
        "membership/morning/notice-morning/within",
        "membership/sunrise/notice-sunrise/within",
        "new-member/activation/invite-tasks/within",
        "new-member/activation/remind-tasks/within",
        "new-member/conversion/coupon-note/within",
        "new-member/conversion/follow-up/within",
        "new-member/recall/recall-sms/within",
        "new-member/repurchase/remind-repurchase/within",
        "new-member/retention/two-week-care/within",
        "points-expiry/remind-points/within",
        "post-purchase-coupon/repeat-coupon/within",
        "referral-invite/invite/within",
        "referral-reward/reward-friend/within",
        "referral-reward/reward-referrer/within",
        "tier-message/by-tier/within",
    ),
    OUR_RHYTHM: (
        "appraisal/starts_on/every",
        "architecture-review/starts_on/every",
        "campaign-calendar/starts_on/every",
        "channel-review/starts_on/every",
        "co-creator-nomination/starts_on/every",
        "content-weekly/starts_on/every",
        "continuity-drill/starts_on/every",
        "conversion-path-check/starts_on/1/every",
        "data-quality/starts_on/every",
        "douyin-recut/every",
        "execution-review/starts_on/every",
        "funnel-review/starts_on/every",
        "goal-setting/starts_on/every",
        "headline-test/starts_on/every",
        "identity-merge/starts_on/every",
        "interface-review/starts_on/every",
        "live/every",
        "member-care/active/picks/every",
        "member-care/core/co-create/every",
        "member-care/loyal/benefits/every",
        "member-day/starts_on/every",
        "membership/morning/care-morning/every",
        "membership/sunrise/care-sunrise/every",
        "new-member/retention/two-week-care/every",
        "offer-review/starts_on/every",
        "organisation-review/starts_on/every",
        "referral-check/starts_on/every",
        "scenario-notes/every",
        "service-review/starts_on/every",
        "short-video/every",
        "tag-check/starts_on/every",
        "tier-review/starts_on/every",
        "touch-cost-review/starts_on/every",
        "training-run/starts_on/every",
        "weibo-topics/every",
    ),
    OUR_WORK: (
        "ab-test/*/within",
        "acquisition-launch/*/within",
        "ai-writing/*/within",
        "appraisal/*/within",
        "architecture-review/*/within",
        "birthday-gift-handover/*/within",
        "campaign/*/within",
        "campaign-calendar/*/within",
        "care-card-sale/*/within",
        "channel-review/*/within",
        "chat-service/*/within",
        "click-and-collect/*/within",
        "co-creator-nomination/*/within",
        "complaint/*/within",
        "compliance-check/*/within",
        "content-correction/*/within",
        "content-production/*/within",
        "content-weekly/*/within",
        "continuity-drill/*/within",
        "conversion-path-check/*/within",
        "counter-service/*/within",
        "dashboard-watch/*/within",
        "data-quality/*/within",
        "execution-review/*/within",
        "feedback-loop/*/within",
        "feedback-publish/*/within",
        "funnel-review/*/within",
        "goal-setting/*/within",
        "headline-test/*/within",
        "hotline-answer/*/within",
        "hot-topic-run/*/within",
        "identity-merge/*/within",
        "interface-review/*/within",
        "joint-campaign/*/within",
        "kol-cooperation/*/within",
        "live-run/*/within",
        "members-event-run/*/within",
        "monthly-event-run/*/within",
        "offer-review/*/within",
        "organisation-review/*/within",
        "platform-reuse-run/*/within",
        "points-redemption/*/within",
        "post-production/*/within",
        "price-change/*/within",
        "promotion-approval/*/within",
        "quarterly-analysis/*/within",
        "referral-check/*/within",
        "retention-drop/*/within",
        "risk-review/*/within",
        "service-review/*/within",
        "shop-enrolment/*/within",
        "shop-return/*/within",
        "shop-try-on/*/within",
        "sop-retrospective/*/within",
        "sync-check/*/within",
        "sync-incident/*/within",
        "tag-check/*/within",
        "tier-review/*/within",
        "touch-cost-review/*/within",
        "training-run/*/within",
        "video-production/*/within",
    ),
    REVIEWS: ("*/review/every",),
    EARLY_WARNING: ("*/alert/before",),
}
"""Names of places, as `figures.promises` gives them; `*` stands for a step or a KPI, never for what is promised."""

PATTERNS: Final = tuple(pattern for patterns in REASONS.values() for pattern in patterns)


@cache
def unbound() -> dict[str, object]:
    among = figures.documents()
    bound = {figures.bound(figure, among) for figure in FIGURES}
    return {name: value for name, value in figures.promises(among) if name not in bound}


def test_every_figure_is_of_a_row_or_has_a_reason() -> None:
    assert [name for name in unbound() if not any(fnmatchcase(name, pattern) for pattern in PATTERNS)] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_reason_is_given_only_for_what_stands_there(pattern: str) -> None:
    assert any(fnmatchcase(name, pattern) for name in unbound())


def test_no_baseline_is_excused() -> None:
    """A target over a baseline is worth what the baseline is."""
    names = [name for name, _ in figures.promises(figures.documents()) if "/baseline/" in name]
    assert len(names) == 12
    assert set(names).isdisjoint(unbound())


def test_no_target_of_a_row_is_excused_elsewhere() -> None:
    """A KPI whose target a row gives has that target in every playbook that promises it."""
    given = {part for figure in FIGURES if figure.field.startswith("targets.") for part in [figure.field.split(".")[1]]}
    assert [name for name in unbound() if "/targets/" in name and name.split("/")[-2] in given] == []


def test_every_alert_comes_two_hours_before_the_review() -> None:
    alerts = [value for name, value in figures.promises(figures.documents()) if name.endswith("/alert/before")]
    assert alerts
    assert set(alerts) == {"2h"}


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_stands_where_it_has_force(figure: figures.Figure) -> None:
    assert figures.standing(figure, figures.documents()) == figure.value


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_fails_when_the_figure_is_changed(figure: figures.Figure) -> None:
    assert figures.standing(figure, figures.altered(figure, figures.documents())) != figure.value
