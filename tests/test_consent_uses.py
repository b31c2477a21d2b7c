"""Which uses of customers' data rest on which consents, whether the basis of each can carry it, and when nothing is asked at all."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Proof, Unassessed
from sopkit.rules import consent, consent_bases
from sopkit.rules.case import Case
from sopkit.rules.consent_uses import uses_of
from sopkit.rules.doubts import Doubts
from tests.workspaces import SETTINGS, unjudged

HEAD = """\
---
kind: automation
id: one
title: 通知
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
"""
CATALOG = """\
---
kind: catalog
scripts:
  sale: {title: 促销, advertising: true, text: 【示例】新品，拒收请回复T【广告】}
  thanks: {title: 感谢, text: 【示例】感谢入会}
data:
  size: {title: 尺码, type: [one, two], category: user.behavior, record: crm, retention: 1y}
purposes:
  unsaid: {title: 未写, category: service, data: [phone]}
  serving: {title: 服务, category: service, basis: contract, data: [phone]}
  selling: {title: 营销, category: marketing, basis: consent, data: [phone, size]}
  forced: {title: 强推, category: marketing, basis: contract, data: [phone]}
consents:
  by-sms: {title: 短信, channels: [sms], purposes: [selling], withdrawn_by: [sms-unsubscribed], effective_within: 24h}
  by-wecom: {title: 微信, channels: [wecom-mass], purposes: [selling], withdrawn_by: [wecom-do-not-disturb], effective_within: 24h}
  profile: {title: 画像, purposes: [selling], data: [size], withdrawn_by: [profiling-off], effective_within: 24h}
"""
SALE = "send: sale, via: sms, for: serving"


def judged(*steps: str, law: str = "jurisdictions: [cn]\n", doubtful: bool = False) -> Case:
    rows = "".join(f"  - {{id: s{number}, {step}}}\n" for number, step in enumerate(steps))
    done = unjudged({"sopkit.yaml": SETTINGS + law + HEAD + rows + CATALOG})
    wrong = [one for one in done.findings if one.weight.value == "error"]
    assert bool(wrong) is doubtful
    return Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest, wrong), done.law)


def told(case: Case) -> list[str]:
    found = []
    for one in consent_bases.check(case, uses_of(case)):
        assert isinstance(one, Finding | Proof)
        found.append(f"{one.rule.code} {one.message('en') if isinstance(one, Finding) else one.statement.en}")
    return found


# Uses


def test_each_channel_of_a_step_has_its_own_consents() -> None:
    case = judged("send: thanks, via: [sms, wecom-mass, mp-notice], for: selling")
    found = [(one.channel.id if one.channel else "", [each.id for each in one.consents]) for one in uses_of(case)]
    assert found == [
        ("sms", ["by-sms", "profile"]),
        ("wecom-mass", ["by-wecom", "profile"]),
        ("mp-notice", ["profile"]),
    ]


def test_a_use_of_data_by_no_channel_rests_on_what_covers_the_data() -> None:
    case = judged(
        "do: 记录, by: guide, within: 1h, for: selling, uses: [size]", "do: 记录, by: guide, within: 1h, for: selling"
    )
    found = [(one.name, one.channel, one.fields, [each.id for each in one.consents]) for one in uses_of(case)]
    assert found == [("s0", None, ("size",), ["by-sms", "by-wecom", "profile"])]


# What their bases carry


def test_a_purpose_without_a_basis_is_told_once_however_many_use_it() -> None:
    again = told(judged("send: thanks, via: sms, for: unsaid", "send: thanks, via: mp-notice, for: unsaid"))
    assert again == ["SOP506 the purpose `unsaid` names no basis, yet `s0` contacts customers or uses data for it"]


def test_a_basis_that_carries_no_marketing_is_told_once() -> None:
    assert told(judged("send: thanks, via: sms, for: forced", "send: thanks, via: mp-notice, for: forced")) == [
        "SOP505 the purpose `forced` rests on `contract`: marketing is not necessary for a contract or a legal duty"
    ]


ADVERTISED = "SOP505 `s0`, for `serving`, rests on `contract`: what it sends is an advertisement, not a message about the service"
PROVED = "SOP505 the basis of every marketing purpose can carry it: `selling`"
MARKETING = "send: sale, via: sms, for: selling"


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (SALE, [ADVERTISED]),
        ("match: size, send: {one: thanks, two: sale}, via: sms, for: serving", [ADVERTISED]),
        ("do: 说, script: sale, via: sms, by: guide, within: 1h, for: serving", [ADVERTISED]),
        (SALE.replace("sale", "thanks"), [PROVED]),
        (SALE.replace("sms", "moments"), [PROVED]),
        (SALE.replace("sms", "[moments, sms]"), [ADVERTISED]),
        ("do: 记录, by: guide, within: 1h, for: serving, uses: [phone]", [PROVED]),
    ],
)
def test_an_advertisement_needs_a_purpose_of_marketing(step: str, found: list[str]) -> None:
    """Nothing is proved of the marketing beside it as long as one advertises under another name."""
    assert told(judged(step, MARKETING)) == found


def test_an_advertisement_by_several_channels_is_told_once() -> None:
    assert told(judged("send: sale, via: [sms, mp-notice], for: serving")) == [ADVERTISED]


# When all is asked


def asked(case: Case) -> set[str]:
    return {one.rule.code for one in consent.check(case) if not isinstance(one, Unassessed)}


def test_nothing_is_asked_where_something_is_wrong_already_or_no_law_asks() -> None:
    assert "SOP501" in asked(judged(MARKETING))
    assert asked(judged(MARKETING, "send: lost, via: sms, for: serving", doubtful=True)) == set()
    assert asked(judged(MARKETING, law="")) == set()
