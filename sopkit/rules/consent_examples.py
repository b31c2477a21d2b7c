"""The documents that the examples of the consent rules share: a workspace under Chinese law, a journey of some steps, its texts."""

from __future__ import annotations

from typing import Final

from sopkit.rules.examples import UNDER_LAW

JOURNEY: Final = """\
---
kind: automation
id: news
title: 新品通知
owner: guide
review_by: 2027-12-31
audience: members
starts_on: {starts}
runs_in: {tool}
steps:
"""
SCRIPT: Final = """\
---
kind: catalog
scripts:
  news:
    title: 新品
    advertising: true
    text: 【示例】{customer.nickname|您好}，新品已到店。客服400-000-0000，拒收请回复T【广告】
"""
OPT_OUT: Final = """\
---
kind: sync
id: opt-outs-to-crm
title: 短信退订进会员系统
owner: guide
review_by: 2027-12-31
from: sms-gateway
to: crm
carries: {events: [sms-unsubscribed], consents: [sms-marketing]}
key: phone
every: 15m
takes: 1m..2m
"""
MEMBERS: Final = """\
---
kind: sync
id: members-to-crm
title: 会员进会员系统
owner: guide
review_by: 2027-12-31
from: mini-program
to: crm
carries:
  events: [member-joined, member-joined-in-shop, member-settings-off, account-closed]
  data: [age-band, phone, nickname]
  consents: [sms-marketing]
key: unionid
every: event
takes: 10s..1m
"""
SEND: Final = "  - {id: tell, send: news, via: sms, for: promotion}\n"
GUARDED_SEND: Final = "  - {id: tell, send: news, via: sms, for: promotion, if: {consent: sms-marketing}}\n"


def journey(*steps: str, starts: str = "member-joined", tool: str = "crm", beside: str = "") -> str:
    """Return a workspace with one journey of these steps."""
    head = JOURNEY.replace("{starts}", starts).replace("{tool}", tool)
    return UNDER_LAW + head + "".join(steps) + SCRIPT + beside


def purpose(basis: str, category: str = "marketing") -> str:
    """Return a catalog with the purpose `news`, which rests on a basis; none where that is empty."""
    said = f", basis: {basis}" if basis else ""
    return f"---\nkind: catalog\npurposes:\n  news: {{title: 新品通知, category: {category}{said}, data: [phone]}}\n"
