"""A workspace's noun that replaces a built-in one: silent where it says all that the other says, a note where it says less."""

from __future__ import annotations

from tests.workspaces import compiled

GUIDE = "kind: catalog\nroles:\n  guide: {{title: 美容顾问, of: shop{more}}}\n"
USE = """\
---
kind: automation
id: call
title: 回访
owner: guide
review_by: 2027-12-31
starts_on: order-paid
reentry: after 7d
steps:
  - {id: call, do: 电话问候, by: guide, within: 1d}
targets: [{kpi: called, target: ≥ 1}]
---
kind: kpi
id: called
title: 已回访
owner: guide
unit: count
formula: {count: {runs: call}}
"""


def messages(more: str) -> list[str]:
    findings = compiled(GUIDE.format(more=more) + USE).findings
    return [finding.message("en") for finding in findings if finding.rule.name == "replaced-noun"]


def test_saying_less_is_told_with_the_keys_that_are_lost() -> None:
    assert messages("") == ["replaces the built-in role `guide`, without its `hours`"]


def test_saying_as_much_is_silent() -> None:
    assert messages(", hours: mon-sun 10:00-22:00") == []


def test_a_title_or_summary_left_out_loses_nothing() -> None:
    assert messages(", hours: mon-fri 09:00-18:00, headcount: 80") == []
