"""What an audit says was looked at is what the rules look at: each finding lies there, and each rule of law says where it looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.audit import Audit, Status, audit
from sopkit.audit.populations import LOOKS_AT, PROVED_BY
from sopkit.catalogue import RULES
from sopkit.diagnostics import Rule, Severity
from sopkit.diff.rules import RULES as OF_TWO_VERSIONS
from sopkit.law import builtin
from tests.test_rule_examples import files_of
from tests.workspaces import Files, compiled

HERE = Path(__file__).parent
OF_LAW = [rule for rule in RULES if rule.decides and rule not in OF_TWO_VERSIONS]
NOWHERE = {"missing-policy"}
"""What is found missing lies nowhere."""
OF_A_TOOL = {"late-withdrawal"}
"""What is found of a consent in one tool."""
MENDED_AWAY = {"needless-field-in-sync"}
"""The mended example leaves out what the rule looks at."""
TRAPS = sorted((HERE / "consent").glob("*.yaml"))


def audited(files: Files | str) -> Audit:
    return audit(compiled(files), lambda _: True)


def test_every_rule_of_law_says_what_it_looks_at() -> None:
    """A control whose rules do not is never shown as kept: add the rule to `sopkit/audit/populations.py`."""
    assert {rule.name for rule in OF_LAW} == set(LOOKS_AT)
    assert set(PROVED_BY) | set(PROVED_BY.values()) <= {rule.name for rule in OF_LAW}


def found_where_it_looked(made: Audit) -> int:
    """Hold every finding of a rule of law against the places that its control's evidence lists; return how many there are."""
    count = 0
    for result in made.results:
        places = dict(result.looked)
        for finding in result.findings:
            looked = places[finding.rule]
            subjects = {name for place in (*looked.judged, *looked.unseen) for name in (place.subject, *place.also)}
            subject = finding.subject.partition("/")
            at_tool = finding.rule.name in OF_A_TOOL and f"consent/{subject[2].partition('/')[0]}" in subjects
            assert finding.subject in subjects or at_tool or finding.rule.name in NOWHERE, (result.id, finding.subject)
            count += 1
        if any(one.weight is not Severity.NOTE for one in result.findings):
            assert result.status in {Status.FAIL, Status.MANUAL, Status.NOT_ASSESSED}
    return count


@pytest.mark.parametrize("rule", OF_LAW, ids=lambda rule: rule.code)
def test_what_a_rule_finds_lies_where_it_looks(rule: Rule) -> None:
    assert found_where_it_looked(audited(files_of(rule.bad))) >= 1


@pytest.mark.parametrize("rule", OF_LAW, ids=lambda rule: rule.code)
def test_the_mended_example_is_no_failure(rule: Rule) -> None:
    made = audited(files_of(rule.good))
    for result in made.results:
        if rule in result.rules:
            assert result.status is not Status.FAIL
            assert result.looked
            judged = [looked.judged for one, looked in result.looked if one is rule]
            assert any(judged) or rule.name in MENDED_AWAY


@pytest.mark.parametrize("path", TRAPS, ids=lambda path: path.stem)
def test_the_traps_of_consent_lie_where_the_rules_look(path: Path) -> None:
    found_where_it_looked(audited({"sopkit.yaml": path.read_text("utf-8")}))


def test_the_controls_of_the_packs_are_those_of_the_report() -> None:
    made = audited(files_of(OF_LAW[0].good))
    assert {one.id for one in made.results} == {name for pack in builtin("cn") for name in pack.controls}
