"""Waivers accept what their rule finds at their place until their day, and those that are amiss are found themselves."""

from __future__ import annotations

from datetime import date

import pytest

from sopkit.diagnostics import Severity
from tests.workspaces import compiled, found

HEAD = """\
kind: automation
id: welcome
title: 入会欢迎
review_by: 2027-12-31
"""
TAIL = """\
starts_on: member-joined
steps:
  - {id: call, do: 电话欢迎, by: guide, within: 1d}
"""


def waiver(rule: str = "missing-owner", at: str = "welcome", until: str = "2026-12-31") -> str:
    return f"waive:\n  - {{rule: {rule}, at: {at}, reason: 下月到岗, approved_by: guide, until: {until}}}\n"


def test_a_waiver_accepts_what_it_names() -> None:
    compilation = compiled(HEAD + waiver() + TAIL)
    assert compilation.findings == ()
    (waived,) = compilation.waived
    assert waived.finding.rule.code == "SOP216"
    assert waived.waiver.approved_by is not None
    assert waived.waiver.approved_by.id == "guide"


@pytest.mark.parametrize("rule", ["missing-owner", "Missing-Owner", "SOP216", "sop216"])
def test_a_rule_is_named_by_code_or_name_in_any_case(rule: str) -> None:
    assert found(HEAD + waiver(rule) + TAIL) == []


def test_it_counts_on_its_last_day_and_no_longer_on_the_next() -> None:
    text = HEAD + waiver(until="2026-06-30") + TAIL
    assert found(text, date(2026, 6, 30)) == []
    assert found(text, date(2026, 7, 1)) == ["SOP216 play.yaml:2:5", "SOP901 play.yaml:6:81"]


def test_it_covers_no_other_place_rule_or_document() -> None:
    assert found(HEAD + waiver(at="welcome/call") + TAIL) == ["SOP216 play.yaml:2:5", "SOP902 play.yaml:6:31"]
    assert found(HEAD + waiver("missing-review-date") + TAIL) == ["SOP216 play.yaml:2:5", "SOP902 play.yaml:6:37"]
    other = HEAD.replace("welcome", "other") + TAIL
    assert found({"play.yaml": HEAD + waiver() + TAIL, "z.yaml": other}) == ["SOP216 z.yaml:2:5"]


def test_one_waiver_covers_every_such_finding_at_its_place() -> None:
    steps = "steps:\n  - {id: call, do: 电话欢迎, by: guide}\n  - {id: again, do: 再打, by: guide}\n"
    text = (
        HEAD + "owner: guide\n" + waiver("person-step-without-deadline") + TAIL.split("steps:", maxsplit=1)[0] + steps
    )
    compilation = compiled(text)
    assert compilation.findings == ()
    assert len(compilation.waived) == 2


def test_a_step_alone_can_be_waived() -> None:
    steps = "steps:\n  - {id: call, do: 电话欢迎, by: guide}\n  - {id: again, do: 再打, by: guide}\n"
    text = (
        HEAD
        + "owner: guide\n"
        + waiver("person-step-without-deadline", "call")
        + TAIL.split("steps:", maxsplit=1)[0]
        + steps
    )
    assert found(text) == ["SOP215 play.yaml:11:10"]


def test_what_cannot_be_read_cannot_be_waived() -> None:
    compilation = compiled(HEAD.replace("title", "titel") + waiver("unknown-key") + TAIL)
    assert [finding.rule.code for finding in compilation.findings] == ["SOP101", "SOP904"]
    assert compilation.waived == ()


def test_a_misspelt_rule_is_found_with_what_was_meant() -> None:
    *_, finding = compiled(HEAD + waiver("missing-ownr") + TAIL).findings
    assert finding.rule.code == "SOP903"
    assert finding.weight is Severity.ERROR
    assert finding.suggestions == ("missing-owner",)
    assert finding.span.excerpt() == "missing-ownr"


def test_in_a_refused_document_no_waiver_counts_as_unused() -> None:
    assert found(HEAD + "x: 1\n" + waiver("dead-end") + TAIL) == ["SOP101 play.yaml:5:1"]


@pytest.mark.parametrize("key", ["rule", "at", "reason", "approved_by", "until"])
def test_every_part_of_a_waiver_is_needed(key: str) -> None:
    text = HEAD + waiver() + TAIL
    line = next(line for line in text.splitlines() if "rule:" in line)
    parts = [part for part in line.strip("- {}").split(", ") if not part.startswith(f"{key}:")]
    compilation = compiled(text.replace(line, f"  - {{{', '.join(parts)}}}"))
    assert "SOP102" in {finding.rule.code for finding in compilation.findings}
    if key != "reason":
        assert compilation.waived == ()
