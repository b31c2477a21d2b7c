"""A small workspace in which every kind of fault finds a place."""

from __future__ import annotations

from typing import Final

from tests.workspaces import SETTINGS

CAPS: Final = """\
caps:
  - {id: weekly, max: 3, per: 7d, of: {category: marketing}}
  - {id: daily-sms, max: 1, per: day, of: {channel: sms, category: marketing}}
  - {id: spacing, gap: 4h, of: {category: marketing}}
  - {id: starting, max: 2, per: 7d, of: {purpose: onboarding}}
budgets: {starting: {gift: 1}}
quiet_hours: {hours: 21:00-09:00, of: {category: marketing}}
duplicate_within: 1h
"""
NOUNS: Final = """\
kind: catalog
id: nouns
title: 名词
owner: guide
review_by: 2027-12-31
purposes:
  season: {title: 季节活动, category: marketing, basis: consent}
  club: {title: 会员须知, category: marketing, basis: contract}
channels:
  notice: {title: 模板消息, tool: official-account, preset: wechat-template, reach: direct, selects: customer}
  desk: {title: 客服, tool: official-account, preset: wechat-customer-service, reach: reply, selects: customer,
    opened_by: {message: chat-received}}
consents:
  season-offers: {title: 季节活动同意, channels: [wecom-mass], purposes: [season], notice: privacy-notice,
    withdrawn_by: [wecom-do-not-disturb], effective_within: 24h, expires: 10d, steps_to_give: 1, steps_to_withdraw: 1, pre_ticked: false}
data:
  skin-report: {title: 测肤结果, category: user.health_and_medical, record: crm,
    retention: 1y after order-paid, collected_by: [order-paid]}
scripts:
  news: {title: 上新, text: "【示例】上新，退订回T", advertising: true}
  thanks: {title: 感谢, text: "【示例】谢谢下单"}
  present: {title: 入会礼, text: 【示例】您的入会礼到了}
  greeting: {title: 问候, text: 【示例】欢迎入会}
  arrived: {title: 到货, text: 您的货到了}
  answered: {title: 答复, text: 收到，马上为您处理}
"""
PLAYS: Final = """\
kind: automation
id: welcome
title: 入会
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [member-joined]
runs_in: map
steps:
  - {id: first, send: news, via: sms, for: promotion, after: 1d, within: 36h, if: {consent: sms-marketing}}
  - {id: second, send: news, via: wecom-mass, for: promotion, after: 3d, within: 4d, if: {consent: wecom-marketing}}
  - {id: third, send: news, via: wecom-mass, for: season, after: 3d, within: 4d, if: {consent: season-offers}}
  - {id: fourth, send: news, via: wecom-mass, for: personalised-promotion, after: 8d, within: 9d, if: {consent: profiling}}
---
kind: automation
id: thanks
title: 下单感谢
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [order-paid]
runs_in: map
steps:
  - {id: thank, send: thanks, via: sms, for: transaction, within: 1h}
---
kind: automation
id: gift
title: 入会礼
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [member-joined]
runs_in: map
steps:
  - {id: give, send: present, via: sms, for: onboarding, after: 3d, within: 4d}
---
kind: automation
id: hello
title: 入会问候
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [member-joined]
runs_in: map
steps:
  - {id: greet, send: greeting, via: sms, for: onboarding, within: 1h}
---
kind: automation
id: arrival
title: 到货通知
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [order-received]
runs_in: map
steps:
  - {id: tell, send: arrived, via: notice, for: transaction, within: 1h}
---
kind: automation
id: answer
title: 自动答复
owner: guide
review_by: 2027-12-31
audience: members
starts_on: [chat-received]
runs_in: map
steps:
  - {id: reply, send: answered, via: desk, for: customer-service, within: 1h}
---
kind: procedure
id: visit
title: 到店
owner: guide
review_by: 2027-12-31
for_each: customer
starts_on: [order-received]
steps:
  - {id: greet, do: 打招呼, by: guide, within: 4h, required: true, minutes: 5}
  - {id: note, do: 记下来, by: guide, after: 2h}
  - {id: call, do: 回访, by: guide, within: 2d, minutes: 10}
---
kind: procedure
id: repair
title: 维修
owner: guide
review_by: 2027-12-31
for_each: customer
due: 3d
starts_on: [order-refunded]
steps:
  - {id: take, do: 收件, by: guide, within: 4h}
  - {id: back, do: 寄回, by: guide, after: 1d}
---
kind: sync
id: orders
title: 订单
owner: guide
review_by: 2027-12-31
from: erp
to: map
carries: {events: [order-paid]}
key: member-id
every: 15m
takes: 10s..2m
"""
FILES: Final = {"sopkit.yaml": SETTINGS + CAPS + "jurisdictions: [cn]\n", "nouns.yaml": NOUNS, "plays.yaml": PLAYS}
