"""One edit of the reference workspace at a time: each row of the catalogue of law fires, with its consequences and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sopkit import pipeline
from sopkit.diagnostics import Severity
from sopkit.pipeline import Compilation
from sopkit.reader.files import find_sources
from sopkit.source import Source

PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
TODAY = date(2026, 11, 27)
FILES = find_sources(PLAYBOOKS)

SCRIPTS = "catalog/scripts-journeys.yaml"
DATA = "catalog/personal-data.yaml"
TOOLS = "catalog/tools-channels.yaml"
LAW = "catalog/compliance.yaml"
OFFERS = "catalog/offers.yaml"
SETTINGS = "sopkit.yaml"
NEWCOMERS = "lifecycle/new-member.yaml"
SYNCS = "sync/lifecycle.yaml"
CLEANING = "procedure/personal-data.yaml"
AUTOMATIONS = "automation/nurture.yaml"
CHOOSE = (
    "  - id: by-tier\n    choose:\n"
    "      - {if: {value-tier: high-value}, steps: [{id: price-high, grant: reactivation-coupon}]}\n"
    "      - {else: [{id: price-low, grant: limited-time-coupon}]}\n"
)
TERMS = """\
    terms:
      - {zh-CN: 开播前4小时在直播间公告奖品、数量、中奖概率与开奖时间，公布后不更改, en: "Prizes, number, odds and time are pinned 4 hours before the live and not changed"}
      - {zh-CN: 免费参与，不以购买为条件；奖品按市场价标价, en: "Free to enter, no purchase needed; prizes are stated at market value"}
"""  # noqa: E501  as it is written there
JOINT = "proof: [time, wording, device], kept_in: crm, for: 3y}"

SHOE = (
    "  shoe-size: {title: {zh-CN: 鞋码, en: Shoe size}, type: number, category: user.demographic, record: mini-program, "
    "retention: 1y, collected_by: [member-joined]}\n"
)
STAFF = "asks: [partner-sharing]\n    asked_by: {where: mp-page, filled_in_by: customer, "
BARE = "asks: [partner-sharing, sms-marketing]\n    asked_by: {where: mp-page, filled_in_by: customer}"

WIN_BACK = """\
---
kind: automation
id: win-back
title: {zh-CN: 挽回, en: Win back}
owner: lifecycle-lead
review_by: 2027-03-31
audience: members
starts_on: profiling-off
priority: 1
runs_in: map
steps:
  - {id: back, title: {zh-CN: 再推荐, en: Suggest again}, send: page-high, via: mp-page, for: personalised-promotion}
targets: [{kpi: benefit-claim-rate, target: ≥ 60%}]
"""
BIRTHDAY = "---\nkind: automation\nid: birthday\n"
RECALL = "        offer: first-benefit\n        within: 1d\n"
AGREED = "        if: {consent: sms-marketing}\n"
AGAIN = (
    "  - {id: again, title: {zh-CN: 再征求, en: Ask again}, ask: profiling, script: page-high, via: mp-page, "
    "for: customer-service, proof: [time, wording], kept_in: crm}\n"
)

MUTANTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "CON01": (NEWCOMERS, RECALL + AGREED, RECALL, ("SOP501",)),
    "CON02": (LAW, "    shows: [joint-gift-notice]\n", "", ("SOP520",)),
    "CON04": (LAW, "pre_ticked: false", "pre_ticked: true", ("SOP522",)),
    "CON05": (
        NEWCOMERS,
        "        for: onboarding\n",
        "        for: onboarding\n        if: {consent: sms-marketing}\n",
        ("SOP523",),
    ),
    "CON06": (AUTOMATIONS, "  - id: suggest\n", AGAIN + "  - id: suggest\n", ("SOP509",)),
    "CON07": (LAW, JOINT, "proof: [time], kept_in: crm, for: 3y}", ("SOP524",)),
    "CON08": (LAW, STAFF + JOINT, BARE, ("SOP524", "SOP525")),
    "CON10": (
        DATA,
        "    category: marketing\n    basis: consent\n",
        "    category: marketing\n    basis: contract\n",
        ("SOP505",),
    ),
    "PUR01": (NEWCOMERS, RECALL + AGREED, RECALL + AGREED.replace("sms", "wecom"), ("SOP502",)),
    "PUR02": (
        DATA,
        "data:\n",
        "data:\n" + SHOE,
        ("SOP529", "SOP534"),
    ),
    "PUR03": (SYNCS, "data: [activity-tier]", "data: [activity-tier, orders-180d]", ("SOP530",)),
    "PUR04": (DATA, "    category: user.behavior\n", "", ("SOP531",)),
    "SEN01": (
        DATA,
        "    category: user.behavior\n",
        "    category: user.health_and_medical\n",
        ("SOP510", "SOP540", "SOP541", "SOP910"),
    ),
    "SEN02": (
        DATA,
        "    category: user.behavior\n",
        "    category: user.health_and_medical\n",
        ("SOP510", "SOP540", "SOP541", "SOP910"),
    ),
    "SEN03": (
        DATA,
        "    category: user.behavior\n",
        "    category: user.health_and_medical\n",
        ("SOP510", "SOP540", "SOP541", "SOP910"),
    ),
    "MIN01": (
        DATA,
        "    category: user.behavior\n",
        "    category: user.childrens\n",
        ("SOP510", "SOP540", "SOP541", "SOP542", "SOP544", "SOP910"),
    ),
    "MIN02": (
        AUTOMATIONS,
        "audience: members\n",
        "audience: {any: [{member-joined: ever}, {member-joined-in-shop: ever}]}\n",
        ("SOP543",),
    ),
    "MIN03": (
        DATA,
        "    category: user.behavior\n",
        "    category: user.childrens\n",
        ("SOP510", "SOP540", "SOP541", "SOP542", "SOP544", "SOP910"),
    ),
    "SHA01": (LAW, "consent: partner-sharing\n", "", ("SOP545",)),
    "SHA02": (LAW, "covers: [wecom, official-account,", "covers: [official-account,", ("SOP546",)),
    "SHA03": (LAW, "    relation: processor\n", "", ("SOP547",)),
    "SHA04": (
        "procedure/content-live.yaml",
        "    send: live-opening\n",
        "    send: live-opening\n    uses: [survey-score]\n",
        ("SOP548",),
    ),
    "XBD01": (LAW, "    transfer: {route: exempt, people: 3000}\n", "", ("SOP549",)),
    "XBD02": (LAW, "consent: hk-transfer\n", "", ("SOP550",)),
    "XBD03": (LAW, "people: 3000", "people: 300000", ("SOP551",)),
    "RET01": (DATA, "    retention: 1y after app-opened\n", "", ("SOP533",)),
    "RET02": (CLEANING, "spent-365d, orders-180d]", "spent-365d]", ("SOP534",)),
    "WDR01": ("automation/membership.yaml", BIRTHDAY, WIN_BACK + BIRTHDAY, ("SOP503",)),
    "WDR02": (NEWCOMERS, "        recheck: wecom\n", "", ("SOP504",)),
    "WDR05": (
        SYNCS,
        "  touches: [sms]\nkey: phone\nevery: 15m",
        "  touches: [sms]\nkey: phone\nevery: 2d",
        ("SOP507",),
    ),
    "WDR06": (
        "automation/referral.yaml",
        "starts_on: {event: survey-answered, where: {survey-score: ≥ 4}}\n",
        "starts_on: sms-unsubscribed\n",
        ("SOP511", "SOP530"),
    ),
    "WDR04": (LAW, "steps_to_withdraw: 1", "steps_to_withdraw: 4", ("SOP527",)),
    "AUT01": (
        SCRIPTS,
        "温馨提示：可在会员中心关闭个性化推荐\n      en: |\n        [Ad] You looked at",
        "温馨提示：点开看看\n      en: |\n        [Ad] You looked at",
        ("SOP528",),
    ),
    "AUT02": (
        AUTOMATIONS,
        "targets: [{kpi: browse-conversion",
        CHOOSE + "targets: [{kpi: browse-conversion",
        ("SOP614",),
    ),
    "AD01": (SCRIPTS, "拒收请回复T【广告】", "拒收请回复T", ("SOP601",)),
    "AD02": (SCRIPTS, "好久不见，送您一张", "好久不见，送您一张史上最佳的", ("SOP603",)),
    "AD03": (SCRIPTS, "【广告】您看过的商品：", "【广告】能治愈痘痘的商品：", ("SOP604",)),
    "AD04": (TOOLS, "    tool: weibo\n", "    tool: weibo\n    preset: pop-up\n", ("SOP912",)),
    "WDR03": (
        SCRIPTS,
        "客服{brand.service_line}，拒收请回复T【广告】",
        "客服{brand.service_line}【广告】",
        ("SOP602",),
    ),
    "LNK01": (
        SCRIPTS,
        "  referral-invite-text:\n",
        '  referral-invite-text:\n    links: ["https://example.com/invite"]\n',
        ("SOP606",),
    ),
    "AI01": (SCRIPTS, "  loyal-benefits:\n", "  loyal-benefits:\n    ai_written: true\n", ("SOP605",)),
    "PRM01": (OFFERS, "value: 468 CNY, count: 1", "value: 60000 CNY, count: 1", ("SOP610",)),
    "PRM02": (SETTINGS, ", baseline: lowest-7d", "", ("SOP612",)),
    "PRM03": (OFFERS, TERMS, "", ("SOP613",)),
    "GOV01": (LAW, "covers: [personalised-promotion, wecom,", "covers: [wecom,", ("SOP910",)),
    "GOV02": (LAW, "    file: policies/incident-plan.md\n", "", ("SOP911",)),
}
"""Row → file, what is written, what stands there instead, the codes of what is found, in order."""


def compiled(file: str = "", old: str = "", new: str = "") -> Compilation:
    sources = []
    for source in FILES.sources:
        if source.path == file:
            text = source.text
            assert old in text, f"{file} says so no longer"
            source = Source(source.path, text.replace(old, new, 1).encode())  # noqa: PLW2901  the edited one
        sources.append(source)
    return pipeline.compile(sources, packs=FILES.packs, today=TODAY, found=FILES.findings)


def codes(done: Compilation) -> list[str]:
    return sorted(one.rule.code for one in done.findings if one.weight is not Severity.NOTE)


@pytest.mark.long
def test_the_reference_is_clean_before() -> None:
    assert codes(compiled()) == []


@pytest.mark.long
@pytest.mark.parametrize("row", MUTANTS)
def test_one_edit_fires_the_row(row: str) -> None:
    file, old, new, expected = MUTANTS[row]
    done = compiled(file, old, new)
    assert codes(done) == sorted(expected)
    assert row in {control for one in done.findings for control in one.rule.decides}


@pytest.mark.long
def test_the_pack_alone_decides_whether_a_row_fires() -> None:
    """A stricter parameter in a pack of the workspace changes the verdict; an earlier day has another law."""
    policy = b"kind: pack\nid: policy\ntitle: policy\nparameters: {top-prize: {value: 300 CNY}}\n"
    strict = pipeline.compile(
        FILES.sources, packs=[Source("packs/policy.yaml", policy)], today=TODAY, found=FILES.findings
    )
    assert codes(strict) == ["SOP610"]
    sources = [one for one in FILES.sources if one.path != LAW]
    before = pipeline.compile(sources, today=date(2021, 10, 31))
    assert not [one for one in before.findings if "GOV02" in one.rule.decides]
