"""The documents that the examples of the tool rules share: a welcome run in one tool, and the sync it hears through."""

from __future__ import annotations

from typing import Final

HEAD: Final = """\
kind: automation
id: {id}
title: {id}
owner: guide
review_by: 2027-12-31
starts_on: member-joined
runs_in: {tool}
steps:
  - {{id: hello, send: hello, via: {via}, for: onboarding, within: {within}}}
"""
SCRIPT: Final = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好，有问题随时找我}
"""
WELCOME: Final = HEAD.format(id="welcome", tool="crm", via="service-chat", within="1h") + SCRIPT
SYNC: Final = """\
---
kind: sync
id: members-to-crm
title: 会员同步
owner: guide
review_by: 2027-12-31
from: mini-program
to: crm
carries: {events: [member-joined]}
key: unionid
"""
NIGHTLY: Final = SYNC + 'every: day\nat: ["02:00"]\ntakes: 10m..30m\n'
PUSH: Final = SYNC + "every: event\ntakes: 10s..1m\n"
SYNC_ORDERS: Final = """\
---
kind: sync
id: orders-to-crm
title: 订单同步
owner: guide
review_by: 2027-12-31
from: erp
to: crm
carries: {events: [order-paid]}
key: member-id
every: event
takes: 10s..1m
"""
KPI: Final = """\
kind: kpi
id: joined
title: 入会人数
owner: guide
review_by: 2027-12-31
unit: count
better: higher
formula: {count: {events: member-joined}}
per: week
measured_in: bi
"""
MEASURED: Final = NIGHTLY.replace("members-to-crm", "members-to-bi").replace("to: crm", "to: bi")
LEVEL: Final = """\
kind: catalog
data:
  level: {title: 级别, type: [gold, silver], category: user.behavior, record: crm, retention: 1y, collected_by: [points-earned, order-paid]}
---
kind: sync
id: level-to-map
title: 级别同步
owner: guide
review_by: 2027-12-31
from: crm
to: map
carries: {data: [level]}
key: member-id
every: 15m
takes: 1m..2m
"""
BACK: Final = """\
---
kind: sync
id: level-back
title: 级别回流
owner: guide
review_by: 2027-12-31
from: map
to: crm
carries: {data: [level]}
key: member-id
every: 15m
takes: 1m..2m
"""
MARK: Final = """\
kind: automation
id: mark
title: 打标签
owner: guide
review_by: 2027-12-31
starts_on: member-joined
runs_in: mini-program
steps:
  - {id: mark-new, tag: fresh}
---
kind: catalog
tags:
  fresh: {title: 新入会, record: crm}
"""
TAGS_OUT: Final = """\
---
kind: sync
id: tags
title: 标签同步
owner: guide
review_by: 2027-12-31
from: crm
to: mini-program
carries: {tags: [fresh]}
key: member-id
every: 15m
takes: 1m..2m
"""
ALERT: Final = (
    KPI
    + """\
review: {every: week, at: [mon 10:00], by: guide}
alert: {when: < 100, before: 2h, to: guide}
"""
)
BOTH: Final = """\
kind: automation
id: {id}
title: 入会问候
owner: guide
review_by: 2027-12-31
starts_on: member-joined
runs_in: {tool}
steps:
  - {{id: hello, send: {script}, via: sms, for: onboarding{guard}}}
{more}---
"""
SCRIPTS: Final = """\
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】欢迎入会，拒收请回复T}
  welcome: {title: 欢迎, text: 【示例】很高兴认识您，拒收请回复T}
"""
TWICE: Final = (
    BOTH.format(id="crm-hello", tool="mini-program", script="hello", guard="", more="")
    + BOTH.format(id="map-hello", tool="mini-program", script="welcome", guard="", more="")
    + SCRIPTS
)
TWICE_AND_GUARDED: Final = (
    BOTH.format(id="crm-hello", tool="mini-program", script="hello", guard="", more="  - {id: mark, tag: greeted}\n")
    + BOTH.format(
        id="map-hello", tool="mini-program", script="welcome", guard=", after: 1h, if: {not: {tag: greeted}}", more=""
    )
    + SCRIPTS
    + "tags:\n  greeted: {title: 已问候, record: mini-program}\n"
)
RECENT: Final = (
    WELCOME.replace("via: service-chat", "if: {order-paid: not within 12h}, via: service-chat").replace("1h}", "3d}")
    + PUSH
)
