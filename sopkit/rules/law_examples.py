"""The documents that the examples of the rules of law share: a workspace under Chinese law, a message that is in order, its nouns."""

from __future__ import annotations

from typing import Final

from sopkit.rules.examples import UNDER_LAW

TEXT: Final = "【示例】新品到店，欢迎试用。客服400-000-0000，拒收请回复T【广告】"
HEAD: Final = """\
---
kind: automation
id: news
title: 新品通知
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
"""
SEND: Final = "  - {id: tell, send: news, via: sms, for: promotion, within: 1h, if: {consent: sms-marketing}}\n"
CALL: Final = "  - {id: call, do: 电话问候, by: guide, within: 1d}\n"


def script(text: str, *lines: str) -> str:
    """Return a catalog with the script `news`."""
    further = "".join(f"    {line}\n" for line in lines)
    return f'---\nkind: catalog\nscripts:\n  news:\n    title: 新品\n    text: "{text}"\n{further}'


def catalog(*lines: str) -> str:
    """Return a catalog of these lines."""
    return "---\nkind: catalog\n" + "".join(f"{line}\n" for line in lines)


def playbook(*steps: str, before: str = "") -> str:
    """Return a workspace with one journey of these steps."""
    return UNDER_LAW + before + HEAD + "".join(steps)


def message(text: str = TEXT, *lines: str, step: str = SEND, before: str = "") -> str:
    """Return a workspace that sends one message."""
    return playbook(step, before=script(text, *lines) + before)
