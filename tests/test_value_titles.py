"""Titles of a datum's values: what staff read instead of ids, and a finding where a value is not one of the datum's."""

from __future__ import annotations

import pytest

from sopkit.render.wording.conditions import condition
from sopkit.render.wording.names import Names
from tests.workspaces import compiled

DATUM = """\
kind: catalog
data:
  tier:
    title: 分层
    type: [high, low]
    value_titles: {high: {zh-CN: 高价值, en: High-value}}
    category: user.behavior
    record: map
    retention: 1y after order-paid
    computed: {from: [order-history], every: week, at: [mon 03:00], first_of: [{high: {order-paid: ever}}, {low: else}]}
segments:
  best: {title: 最好的, when: {tier: high}}
"""


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "“分层”是“高价值”"), ("en", "“High-value”")])
def test_conditions_call_a_value_by_its_title(lang: str, said: str) -> None:
    workspace = compiled(DATUM).workspace
    when = workspace.segments["best"].when
    assert when is not None
    assert said in condition(when, Names(workspace, "zh-CN" if lang == "zh-CN" else "en"))


def values_not_known(text: str) -> list[str]:
    findings = compiled(text).findings
    return [finding.message("en") for finding in findings if finding.rule.name == "unknown-data-value"]


def test_a_title_of_no_value_is_found() -> None:
    (said,) = values_not_known(DATUM.replace("{high: {zh-CN", "{hihg: {zh-CN"))
    assert "hihg" in said


def test_a_rule_for_no_value_is_found() -> None:
    (said,) = values_not_known(DATUM.replace("{low: else}", "{lwo: else}"))
    assert "lwo" in said


def test_known_values_are_silent() -> None:
    assert values_not_known(DATUM) == []
