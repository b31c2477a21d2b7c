"""Heads of playbooks and nouns that the tests of the flow rules share: the rest of a playbook goes in, what is found in it comes out."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

from sopkit.diagnostics import Finding
from sopkit.rules.examples import KPI, SCRIPT
from tests.workspaces import compiled

LIFECYCLE = """\
kind: lifecycle
id: newcomers
title: 新客
owner: guide
review_by: 2027-12-31
starts_on: member-joined
targets: [{kpi: replies, target: ≥ 15%}]
"""
AUTOMATION = """\
kind: automation
id: follow-up
title: 跟进
owner: guide
review_by: 2027-12-31
"""
PROCEDURE = """\
kind: procedure
id: work
title: 工作
owner: guide
review_by: 2027-12-31
starts_on: manual
"""
NOUNS = (
    SCRIPT
    + """\
data:
  tier: {title: 等级, type: [gold, silver, bronze], category: user.behavior, record: crm, retention: 1y}
  spent: {title: 消费额, type: money, category: user.behavior, record: crm, retention: 1y}
offers:
  gift: {title: 小礼, type: gift, terms: 到店领取}
tags:
  called: {title: 已致电, record: crm}
segments:
  buyers: {title: 买过的人, when: {order-paid: ever}}
"""
    + KPI
)
UNUSED = "SOP141"


def judged(text: str, head: str = "", *, nouns: str = NOUNS, today: date = date(2026, 7, 1)) -> list[Finding]:
    """Return what is found in a playbook, unused nouns of the shared catalog apart."""
    whole = head + dedent(text) + nouns
    return [one for one in compiled(whole, today).findings if one.rule.code != UNUSED]


def codes(text: str, head: str = "", *, nouns: str = NOUNS) -> list[str]:
    return [f"{one.rule.code}:{one.span.excerpt().splitlines()[0]}" for one in judged(text, head, nouns=nouns)]
