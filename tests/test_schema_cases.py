"""Broken playbooks and what the user reads about them: `tests/schema/*.yaml`, each with its `.out` in both languages.

`SOPKIT_REGENERATE=1 pytest tests/test_schema_cases.py` writes the outputs anew instead of comparing them; read the difference.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from sopkit import schema
from sopkit.diagnostics import Finding, Rule, in_order
from sopkit.fixing import apply_fixes
from sopkit.reader import read
from sopkit.render.terminal import Screen, findings_text
from sopkit.schema.judgement import check
from sopkit.schema.rules import MISSING_KIND, RULES, UNKNOWN_KIND
from sopkit.source import Source
from sopkit.text import LANGS
from sopkit.tree import Tree

CASES = sorted((Path(__file__).parent / "schema").glob("*.yaml"))
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))


def trees(source: Source) -> tuple[Tree, ...]:
    reading = read(source)
    assert not reading.findings, "these cases are well-formed YAML"
    return reading.trees


def findings(source: Source) -> tuple[Finding, ...]:
    return in_order(finding for tree in trees(source) for finding in schema.check(tree))


def source_of(case: Path) -> Source:
    return Source(case.name, case.read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_user_reads_this(case: Path) -> None:
    found = findings(source_of(case))
    shown = "\n".join("".join(f"{block}\n" for block in findings_text(found, Screen(lang))) for lang in LANGS)
    expected = case.with_suffix(".out")
    if REGENERATE:
        expected.write_text(shown, "utf-8")
    assert shown == expected.read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_without_the_fast_validator_the_findings_are_the_same(case: Path) -> None:
    for tree in trees(source_of(case)):
        assert check(tree, fast=False) == check(tree)


def test_every_code_has_a_case() -> None:
    shown = {finding.rule.code for case in CASES for finding in findings(source_of(case))}
    assert shown == {rule.code for rule in RULES}


FIXABLE = [
    pytest.param(case, number, id=f"{case.stem}-{number}")
    for case in CASES
    for number, finding in enumerate(findings(source_of(case)))
    if finding.fixes
]


@pytest.mark.parametrize(("case", "number"), FIXABLE)
def test_a_fix_ends_its_finding_and_no_other(case: Path, number: int) -> None:
    source = source_of(case)
    before = findings(source)
    (fixed,) = apply_fixes([before[number]], unsafe=True)
    told = sorted(finding.message("en") for finding in before)
    told.remove(before[number].message("en"))
    left = sorted(finding.message("en") for finding in findings(Source(case.name, fixed.data)))
    if before[number].rule in {MISSING_KIND, UNKNOWN_KIND}:
        assert not Counter(told) - Counter(left), "now that the kind is known more may be found, not less"
        assert left.count(before[number].message("en")) == told.count(before[number].message("en"))
    else:
        assert left == told


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_examples_of_a_rule_show_it_and_nothing_else(rule: Rule) -> None:
    assert [finding.rule.code for finding in findings(Source("bad.yaml", rule.bad.encode()))] == [rule.code]
    assert findings(Source("good.yaml", rule.good.encode())) == ()
