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
