"""Families of rules stand in one list, know nothing of each other, and give findings the weight that their verdict means."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sopkit import rules
from sopkit.diagnostics import Finding, Rule, Severity, Verdict
from sopkit.rules.guards import GAP
from sopkit.source import Source, Span

ROOT = Path(__file__).parents[1]
PLACE = Span(Source("play.yaml", b"id: x\n"), 1, 1, 1, 3)


def test_the_import_contract_names_every_family() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (modules,) = (one["modules"] for one in contracts if one["id"] == "families")
    families = {getattr(family, "__name__", "") for family in rules.FAMILIES}
    assert set(modules) == families | {"sopkit.rules.waivers"}


@pytest.mark.parametrize("rule", [rules.RULES[0], GAP], ids=lambda rule: rule.severity.value)
def test_a_verdict_says_how_grave_a_finding_is(rule: Rule) -> None:
    assert Finding(rule, PLACE).weight is rule.severity
    assert Finding(rule, PLACE, verdict=Verdict.VIOLATED).weight is Severity.ERROR
    assert Finding(rule, PLACE, verdict=Verdict.POSSIBLE).weight is Severity.WARNING
    assert Finding(rule, PLACE, verdict=Verdict.VIOLATED, severity=Severity.NOTE).weight is Severity.NOTE
