"""Kinds of change are made here: what each says of itself goes in, a rule and the group that it is listed in come out."""

from __future__ import annotations

from enum import Enum
from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.rules.examples import WORKSPACE as BARE
from sopkit.text import Phrase


class Group(Enum):
    """Whom a change concerns; in the order in which changes are listed."""

    CUSTOMERS = "customers"
    STAFF = "staff"
    PROOFS = "proofs"
    LAW = "law"


TITLES: Final = {
    Group.CUSTOMERS: Phrase("客户", "customers"),
    Group.STAFF: Phrase("员工", "staff"),
    Group.PROOFS: Phrase("证明", "proofs"),
    Group.LAW: Phrase("法规", "law"),
}
LOOK: Final = Phrase("看一眼是不是本意；不是就改回去", "see that it is meant, and undo it where it is not")
WORKSPACE: Final = BARE + "caps: [{id: weekly, max: 3, per: 7d}]\n"
PLAYBOOK: Final = """\
---
kind: automation
id: follow-up
title: 跟进
owner: guide
review_by: 2027-12-31
starts_on: member-joined
steps:
  - {id: hi, send: hello, via: sms, for: care, within: 1h}
  - {id: call, do: 电话问候, by: guide, after: 1d, within: 1d}
"""
JOURNEY: Final = """\
---
kind: lifecycle
id: newcomers
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
stages:
  start:
    title: 认知期
    steps: [{id: call, do: 电话问候, by: guide, within: 1d}]
    next: [{after: 7d, go: end}]
"""
CATALOG: Final = """\
---
kind: catalog
scripts:
  hello: {title: 问候, text: 【示例】您好，有问题随时找我}
"""
BEFORE: Final = WORKSPACE + PLAYBOOK + CATALOG


def kind(
    code: str, name: str, severity: Severity, summary: Phrase, *, why: Phrase, before: str, after: str,
    message: Phrase | None = None, fix: Phrase = LOOK, aliases: tuple[str, ...] = (),
) -> Rule:  # fmt: skip
    """Return a kind of change as a rule: its examples are two versions of one workspace."""
    said = message or Phrase(f"{{subject}}：{summary.zh}", f"{{subject}}: {summary.en}")
    return Rule(code, name, severity, summary, said, why, fix, bad=after, good=before, aliases=aliases)


def changed(before: str, old: str, new: str) -> tuple[str, str]:
    """Return two versions of an example, the second with `new` in place of `old`."""
    return before, before.replace(old, new)
