"""Which uses of customers' data rest on which consents."""

from __future__ import annotations

import pytest

from sopkit.rules.case import Case
from sopkit.rules.consent_sensitive import UNSEPARATE
from sopkit.rules.consent_uses import uses_of
from sopkit.rules.doubts import Doubts
from tests.workspaces import SETTINGS, compiled, unjudged

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
  thanks: {title: 感谢, text: 【示例】感谢入会}
data:
  size: {title: 尺码, type: [one, two], category: user.behavior, record: crm, retention: 1y}
purposes:
  selling: {title: 营销, category: marketing, basis: consent, data: [size]}
consents:
  by-sms: {title: 短信, channels: [sms], purposes: [selling], withdrawn_by: [sms-unsubscribed], effective_within: 24h}
  by-wecom: {title: 微信, channels: [wecom-mass], purposes: [selling], withdrawn_by: [wecom-do-not-disturb], effective_within: 24h}
  profile: {title: 画像, purposes: [selling], data: [size], withdrawn_by: [profiling-off], effective_within: 24h}
"""

STRANGE = """\
---
kind: catalog
scripts:
  sized: {title: 尺码, text: '【示例】给您的{customer.size|}码，{customer.lost|您好}'}
"""


def judged(*steps: str, wrong: bool = False) -> Case:
    rows = "".join(f"  - {{id: s{number}, {step}}}\n" for number, step in enumerate(steps))
    done = unjudged({"sopkit.yaml": SETTINGS + HEAD + rows + CATALOG + (STRANGE if wrong else "")})
    assert any(one.weight.value == "error" for one in done.findings) is wrong
    return Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)


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


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("ask: [size, by-sms], script: thanks, via: sms, proof: [time], kept_in: crm", ("size",)),
        ("send: sized, via: sms", ("size",)),
        ("send: {one: thanks, two: sized}, match: size, via: sms, uses: [phone]", ("phone", "size")),
        ("send: lost, via: sms", ()),
    ],
)
def test_the_data_of_a_step_are_those_it_names_matches_asks_for_and_fills_in(
    step: str, fields: tuple[str, ...]
) -> None:
    """Even where what it names is found nowhere."""
    (use,) = uses_of(judged(f"{step}, for: selling", wrong=True))
    assert use.fields == fields


def test_a_channel_that_is_found_nowhere_is_none() -> None:
    (use,) = uses_of(judged("send: thanks, via: [lost, sms], for: selling", wrong=True))
    assert use.channel is not None
    assert use.channel.id == "sms"


def test_a_use_of_sensitive_data_rests_on_a_consent_as_well() -> None:
    agreed = UNSEPARATE.good
    found = [
        [
            (one.rule.code, one.subject)
            for one in compiled({"sopkit.yaml": text}).findings
            if one.weight.value == "error"
        ]
        for text in (agreed, agreed.replace("{allergy: known, consent: skin-care}", "{allergy: known}"))
    ]
    assert found == [[], [("SOP510", "automation/news/call")]]
