"""The repository that the documentation shows: a folder goes in; a workspace in git with three commits stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.repositories import committed
from tests.workspaces import write

SETTINGS: Final = """\
kind: workspace
id: shop
title: {zh-CN: 小店, en: Small shop}
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: Asia/Shanghai
enforce: none
caps: [{id: weekly, max: 2, per: 7d}]
"""
WELCOME: Final = """\
kind: automation
id: welcome
title: {zh-CN: 入会欢迎, en: Welcome}
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
  - {id: hello, send: hello, via: sms, for: care, within: 1h}
  - {id: call, do: {zh-CN: 电话问候, en: Greet by phone}, by: guide, after: 1d, within: 1d}
  - {id: reminder, send: reminder, via: sms, for: care, after: 3d}
"""
SCRIPTS: Final = """\
kind: catalog
scripts:
  hello: {title: {zh-CN: 问候, en: Greeting}, text: 【小店】您好，有问题随时找我，拒收请回复R}
  reminder: {title: {zh-CN: 提醒, en: Reminder}, text: 【小店】会员礼还没领，拒收请回复R}
"""
MORE: Final = "  - {id: last-call, send: reminder, via: sms, for: care, after: 2d}\n"


def make(folder: Path) -> Path:
    """Make the repository: a welcome; one more reminder, and more time for the call; the reminder put off until the cap allows it."""
    first = {"sopkit.yaml": SETTINGS, "welcome.yaml": WELCOME, "scripts.yaml": SCRIPTS}
    committed(write(folder, first), "Welcome of new members")
    second = WELCOME.replace("within: 1d}", "within: 2d}") + MORE
    committed(write(folder, {**first, "welcome.yaml": second}), "One more reminder")
    committed(
        write(folder, {**first, "welcome.yaml": second.replace("after: 2d}", "after: 8d}")}), "The last reminder later"
    )
    return folder
