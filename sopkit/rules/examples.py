"""The documents that the examples of the flow rules share: a workspace, a journey's head, its KPI, one of its steps."""

from __future__ import annotations

from typing import Final

WORKSPACE: Final = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: Asia/Shanghai
enforce: none
"""
UNDER_LAW: Final = WORKSPACE.replace("enforce:", "jurisdictions: [cn]\nenforce:")
"""The same under Chinese law."""

LIFECYCLE: Final = """\
kind: lifecycle
id: newcomers
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
targets: [{kpi: replies, target: ≥ 15%}]
stages:
"""
AUTOMATION: Final = """\
kind: automation
id: follow-up
title: 跟进
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
"""
CALL: Final = "    steps: [{id: call, do: 电话问候, by: guide, within: 1d}]\n"
END: Final = "    next: [{after: 7d, go: end}]\n"
TIER: Final = """\
kind: catalog
data:
  tier: {title: 等级, type: [gold, silver, bronze], category: user.behavior, record: crm, retention: 1y}
---
"""
SCRIPT: Final = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好，有问题随时找我}
"""
KPI: Final = """\
---
kind: kpi
id: replies
title: 回复率
owner: guide
review_by: 2027-12-31
unit: percent
better: higher
formula: {share: {customers: {chat-replied: ever}}, of: {customers: {member-joined: ever}}}
per: month
measured_in: bi
"""


def lifecycle(*lines: str, before: str = "") -> str:
    """Return a lifecycle of these lines with the documents that it needs."""
    return before + LIFECYCLE + "".join(f"{line.removesuffix(chr(10))}\n" for line in lines) + KPI


def automation(*lines: str, before: str = "") -> str:
    """Return an automation of these step lines."""
    return before + AUTOMATION + "".join(f"{line}\n" for line in lines)


SYNC: Final = """\
---
kind: sync
id: members
title: 会员同步
owner: guide
review_by: 2027-12-31
from: crm
to: map
carries: {events: [member-joined]}
key: phone
every: 15m
takes: 1m..5m
"""
