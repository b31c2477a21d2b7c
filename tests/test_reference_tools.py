"""The rows on tools and automation (R-T) of docs/sources.md: each is implemented, each figure stands at the field that gives it force."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.model.documents import Workspace
from sopkit.reader.files import find_sources
from tests import figures
from tests.figures import Figure

FAILURE: Final = "failure: answers differ by 20 minutes"
TAGS: Final = ("high-value", "silent", "churned", "prospect", "new")
FLOWS: Final = "daily; WeCom interactions flow to the CRM"

FIGURES: Final = (
    *(
        Figure("R-T1", "5 standard conversation scripts", "chat-service/answer", f"send.{tag}", f"chat-{tag}")
        for tag in TAGS
    ),
    Figure("R-T1", "matched by customer tag", "chat-service/answer", "match", "value-tier"),
    Figure("R-T1", "average response ≤ 30 s", "chat-service/answer", "within", "30s"),
    Figure("R-T1", "average response ≤ 30 s", "chat-service", "targets.first-response-time.target", "≤ 30s"),
    Figure("R-T1", "satisfaction ≥ 90 %", "chat-service", "targets.chat-satisfaction.target", "≥ 90%"),
    Figure("R-T1", FAILURE, "risks/slow-answers", "threshold", "≥ 1200s"),
    Figure("R-T1", FAILURE, "response-spread", "alert.when", "≥ 1200s"),
    Figure("R-T2", "coupon after purchase", "post-purchase-coupon", "starts_on", "order-received"),
    Figure("R-T2", "coupon after purchase", "post-purchase-coupon/repeat-coupon", "grant", "post-purchase-coupon"),
    Figure("R-T2", "flash-sale reminder after add-to-cart", "cart-reminder", "starts_on", "flash-sale-opened"),
    Figure("R-T2", "coupon use ≥ 25 %", "post-purchase-coupon", "targets.coupon-use.target", "≥ 25%"),
    Figure("R-T2", "cart conversion +18 %", "cart-reminder", "targets.cart-conversion.target", "+18% over baseline"),
    Figure("R-T2", "cart conversion +18 %", "cart-conversion", "baseline.value", "22%"),
    *(
        Figure("R-T3", "each matched to an automated message", "tier-message/by-tier", f"send.{tag}", f"map-{tag}")
        for tag in TAGS
    ),
    Figure("R-T3", "targeting accuracy ≥ 80 %", "tier-message", "targets.targeting-accuracy.target", "≥ 80%"),
    Figure("R-T3", "targeting accuracy ≥ 80 %", "tag-check", "targets.targeting-accuracy.target", "≥ 80%"),
    Figure("R-T3", "failure < 10 %", "risks/mistargeted", "threshold", "< 10%"),
    Figure("R-T3", "failure < 10 %", "targeting-accuracy", "alert.when", "< 10%"),
    *(
        Figure("R-T3", "click rate +22 %", place, "targets.personalised-click-rate.target", "+22% over baseline")
        for place in ("tier-message", "tag-check")
    ),
    Figure("R-T3", "click rate +22 %", "personalised-click-rate", "baseline.value", "5%"),
    Figure("R-T4", FLOWS, "wecom-to-crm", "every", "day"),
    Figure("R-T4", FLOWS, "wecom-to-crm", "carries.events", ["wecom-added", "chat-received", "chat-replied"]),
    Figure("R-T4", FLOWS, "wecom-to-crm", "if_failed", "sync-incident"),
    Figure("R-T4", FLOWS, "sync-check", "starts_on.every", "day"),
    *(
        Figure("R-T4", "sync rate 100 %", place, "targets.sync-rate.target", "= 100%")
        for place in ("wecom-to-crm", "sync-check", "sync-incident")
    ),
    Figure("R-T4", "sync rate 100 %", "sync-rate", "alert.when", "< 100%"),
    *(
        Figure("R-T4", "duplicate-touch rate ≤ 5 %", place, "targets.duplicate-touch-rate.target", "≤ 5%")
        for place in ("wecom-to-crm", "sync-check", "sync-incident")
    ),
    Figure("R-T4", "un-synced tools cause about 30 %", "risks/unsynced-tools", "threshold", "≥ 30%"),
    Figure("R-T5", "behaviour store", "tools/cdp", "source", ["R-T5", "R-T8"]),
    Figure("R-T5", "third-party feeds", "price-index", "measured_in", "market-feed"),
    Figure("R-T5", "tags, models", "data/value-tier", "record", "map"),
    Figure("R-T5", "data layer", "architecture-review/data-layer", "by", "analyst"),
    Figure("R-T5", "middle layer", "architecture-review/middle-layer", "by", "marketing-tech"),
    Figure("R-T5", "application layer", "architecture-review/application-layer", "by", "marketing-tech"),
    Figure("R-T6", "one key (unionid / member id) joins all tools", "identity-merge/merge", "by", "marketing-tech"),
    Figure("R-T6", "unified stock", "pos-to-erp", "every", "5m"),
    Figure("R-T6", "member benefits", "crm-to-pos", "carries.data", ["points-balance"]),
    Figure("R-T6", "member benefits", "click-and-collect/hand-over", "script", "member-benefits-at-till"),
    Figure("R-T6", "click-and-collect", "click-and-collect", "starts_on", "pickup-ordered"),
    Figure("R-T6", "shop try-on", "shop-try-on", "starts_on", "try-on-booked"),
    Figure("R-T6", "shop return", "shop-return", "starts_on", "returned-in-shop"),
    Figure("R-T7", "hand-over has a time limit", "ai-service/take-over", "within", "3m"),
    Figure("R-T7", "hand-over to a person", "ai-service/take-over", "by", "service-agent"),
    Figure("R-T7", "AI customer service", "scripts/ai-answer", "ai_written", value=True),
    Figure(
        "R-T8", "interfaces to existing systems are kept open", "interface-review/open-exports", "by", "marketing-tech"
    ),
)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = find_sources(figures.PLAYBOOKS)
    return pipeline.compile(found.sources, today=date(2026, 11, 27), found=found.findings).workspace


@pytest.mark.parametrize("row", figures.rows("T"))
def test_no_number_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []


@pytest.mark.parametrize("row", figures.rows("T"))
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())


@pytest.mark.long
def test_each_tag_has_one_opening_and_one_message_of_its_own(workspace: Workspace) -> None:
    """R-T1, R-T3: five of each, and every value of the tag has one."""
    assert workspace.data["value-tier"].values == TAGS
    assert len({f"chat-{tag}" for tag in TAGS} & set(workspace.scripts)) == 5
    assert len({f"map-{tag}" for tag in TAGS} & set(workspace.scripts)) == 5


@pytest.mark.long
def test_every_tool_names_its_interface_and_its_owner(workspace: Workspace) -> None:
    """R-T8."""
    assert len(workspace.tools) >= 16
    assert [tool.id for tool in workspace.tools.values() if not tool.interface or not tool.owner] == []


@pytest.mark.long
def test_every_field_has_one_system_of_record(workspace: Workspace) -> None:
    """R-T5."""
    assert [item.id for item in workspace.data.values() if item.record is None] == []


def test_every_sync_starts_the_answer_to_a_broken_sync(workspace: Workspace) -> None:
    """R-T4: but for the two by which customers' data leave the company, which the contracts see to."""
    without = {sync.id for sync in workspace.syncs.values() if sync.if_failed is None}
    assert without == {"crm-to-partner", "crm-to-hk"}


def test_syncs_between_tools_know_a_customer_by_one_key(workspace: Workspace) -> None:
    """R-T6: the phone number only where a tool knows nothing else."""
    keys = {sync.id: sync.key.id for sync in workspace.syncs.values() if sync.key}
    assert len(keys) == len(workspace.syncs)
    by_phone = {name for name, key in keys.items() if key not in {"unionid", "member-id"}}
    assert by_phone == {"sms-to-map", "map-to-sms", "crm-to-partner", "crm-to-hk"}


def test_the_ai_says_what_it_is_and_how_to_reach_a_person(workspace: Workspace) -> None:
    """R-T7."""
    text = workspace.scripts["ai-answer"].text
    assert text is not None
    assert "由AI生成" in text.pick("zh-CN")
    assert "转人工" in text.pick("zh-CN")
    assert "AI-generated" in text.pick("en")
    assert "tap for a person" in text.pick("en").lower()
