"""Which uses of customers' data rest on which consents."""

from __future__ import annotations

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


def judged(*steps: str) -> Case:
    rows = "".join(f"  - {{id: s{number}, {step}}}\n" for number, step in enumerate(steps))
    done = unjudged({"sopkit.yaml": SETTINGS + HEAD + rows + CATALOG})
    assert not [one for one in done.findings if one.weight.value == "error"]
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
