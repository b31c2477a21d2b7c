"""The rows on risk and compliance (R-K) of docs/sources.md: each word of a row stands at the field that gives it force."""

from __future__ import annotations

import re
from typing import Final

import pytest

from sopkit.tree import Value
from tests import figures
from tests.figures import Figure

TOLD: Final = "tell the customer the purpose and scope before collecting"
PASSED: Final = "nothing used or passed on without consent"
ALL: Final[tuple[Value, ...]] = ("identity", "purposes", "data", "retention", "rights", "recipients")

FIGURES: Final = (
    Figure("R-K1", "technical", "risks/data-loss", "type", "technical"),
    Figure("R-K1", "market", "risks/price-war", "type", "market"),
    Figure("R-K1", "legal", "risks/contact-without-consent", "type", "legal"),
    Figure("R-K1", "operational risks", "risks/guide-leaves", "type", "operational"),
    Figure("R-K1", "identify", "risk-review/identify", "by", "head-of-private-domain"),
    Figure("R-K1", "assess (likelihood × impact)", "risks/data-loss", "likelihood", "low"),
    Figure("R-K1", "assess (likelihood × impact)", "risks/data-loss", "impact", "high"),
    Figure("R-K1", "assess (likelihood × impact)", "risk-review/assess", "by", "head-of-private-domain"),
    Figure("R-K1", "respond", "risk-review/respond", "by", "head-of-private-domain"),
    Figure("R-K1", "avoid", "risks/contact-without-consent", "response", "avoid"),
    Figure("R-K1", "spread", "risks/price-war", "response", "spread"),
    Figure("R-K1", "transfer", "risks/guide-leaves", "response", "transfer"),
    Figure("R-K1", "reserve", "risks/supply-break", "response", "reserve"),
    Figure("R-K1", "monitor", "risk-review/watch", "by", "analyst"),
    Figure("R-K1", "monitor", "risk-review", "starts_on.every", "quarter"),
    Figure("R-K1", "monitor", "risks/price-war", "threshold", "< 186 CNY"),
    Figure("R-K2", TOLD, "events/joint-gift-claimed", "shows", ["joint-gift-notice"]),
    Figure("R-K2", TOLD, "notices/privacy-notice", "tells", [*ALL]),
    Figure("R-K2", "explicit consent before use", "consents/profiling", "pre_ticked", value=False),
    Figure("R-K2", "security measures", "artefacts/personal-data-policy", "file", "policies/personal-data.md"),
    Figure("R-K2", "security measures", "artefacts/incident-plan", "file", "policies/incident-plan.md"),
    Figure("R-K2", "retention", "data/activity-tier", "retention", "1y after app-opened"),
    Figure("R-K2", "retention", "data-cleaning", "starts_on.every", "month"),
    Figure("R-K2", PASSED, "consents/partner-sharing", "effective_within", "24h"),
    Figure("R-K2", PASSED, "crm-to-partner", "consent", "partner-sharing"),
    Figure("R-K3", "an ad is identifiable as one", "scripts/benefit-recall-sms", "advertising", value=True),
    Figure("R-K3", "content is reviewed before publishing", "artefacts/content-review-policy", "type", "policy"),
    Figure("R-K3", "content is reviewed before publishing", "compliance-check/ads-check", "by", "compliance-lead"),
    Figure("R-K3", "staff are trained", "artefacts/training-2026", "type", "training-record"),
    Figure("R-K3", "staff are trained", "compliance-check/train", "by", "compliance-lead"),
    Figure("R-K4", "data transfer follows the law", "tools/hk-desk", "transfer.route", "exempt"),
    Figure("R-K4", "data transfer follows the law", "crm-to-hk", "consent", "hk-transfer"),
    Figure("R-K4", "contracts", "artefacts/processor-contracts", "type", "processor-contract"),
    Figure("R-K4", "intellectual property", "compliance-check/abroad-check", "by", "compliance-lead"),
    Figure("R-K5", "responsible person", "artefacts/personal-data-policy", "owner", "compliance-lead"),
    Figure("R-K5", "policies", "artefacts/personal-data-policy", "type", "policy"),
    Figure("R-K5", "periodic checks", "compliance-check", "starts_on.every", "quarter"),
    Figure("R-K5", "training", "compliance-check/train", "by", "compliance-lead"),
    Figure("R-K5", "legal counsel", "compliance-check/counsel", "by", "compliance-lead"),
    Figure("R-K6", "backups", "continuity-drill/restore", "by", "marketing-tech"),
    Figure("R-K6", "staff turnover (hand-over of customers)", "continuity-drill/hand-over", "by", "shop-manager"),
    Figure("R-K6", "supply break", "continuity-drill/supply", "by", "promotion-lead"),
)
ROWS: Final = tuple(f"R-K{number}" for number in range(1, 7))


@pytest.mark.parametrize("row", ROWS)
def test_no_word_of_the_row_is_left_unbound(row: str) -> None:
    assert figures.unbound(row, FIGURES) == []
    said = figures.row_text(row).partition("**: ")[2]
    for words in sorted({one.words for one in FIGURES if one.row == row}, key=len, reverse=True):
        said = said.replace(words, "")
    assert re.findall(r"\w+", said) == []


@pytest.mark.parametrize("row", ROWS)
def test_a_playbook_implements_the_row(row: str) -> None:
    assert row in figures.cited_rows(figures.documents())
