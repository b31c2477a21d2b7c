"""Titles of the totals that a tool reports: what staff read instead of ids, and a finding where no tool reports the total."""

from __future__ import annotations

import pytest

from sopkit.render.wording.formulas import formula
from sopkit.render.wording.names import Names
from tests.workspaces import compiled

TOOL = """\
kind: catalog
tools:
  console:
    title: 后台
    reports: [opens, sends]
    report_titles: {opens: {zh-CN: 打开次数, en: Opens}}
---
kind: kpi
id: open-rate
title: 打开率
owner: guide
review_by: 2027-12-31
formula: {share: {reported: opens}, of: {reported: sends}}
measured_in: console
"""


@pytest.mark.parametrize(("lang", "title"), [("zh-CN", "打开次数"), ("en", "Opens")])
def test_a_formula_calls_a_total_by_its_title_and_else_by_its_id(lang: str, title: str) -> None:
    workspace = compiled(TOOL).workspace
    said = formula(workspace.kpis["open-rate"], Names(workspace, "zh-CN" if lang == "zh-CN" else "en"))
    assert title in said
    assert "sends" in said
    assert "opens" not in said


def test_a_title_of_a_total_that_no_tool_reports_is_found() -> None:
    findings = compiled(TOOL.replace("{opens: {zh-CN", "{opnes: {zh-CN")).findings
    (found,) = [finding for finding in findings if finding.rule.name == "undefined-name"]
    assert "opnes" in found.message("en")
    assert (found.span.line, found.span.excerpt()) == (6, "opnes")
    assert found.suggestions == ("opens",)


def test_known_totals_are_silent() -> None:
    assert not [finding for finding in compiled(TOOL).findings if finding.rule.name == "undefined-name"]
