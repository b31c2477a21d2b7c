"""Broken files and what the user reads about them: `tests/reader/*.yaml`, each with its `.out` in both languages.

`SOPKIT_REGENERATE=1 pytest tests/test_reader_cases.py` writes the outputs anew instead of comparing them; read the difference.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from sopkit.diagnostics import Finding, Rule
from sopkit.fixing import apply_fixes
from sopkit.reader import read, rules
from sopkit.render.terminal import Screen, findings_text
from sopkit.source import Source
from sopkit.text import LANGS
from tests.readings import everything

CASES = sorted((Path(__file__).parent / "reader").glob("*.yaml"))
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))

ABOUT_FOLDERS = {rules.UNREADABLE_FILE, rules.TOO_MANY_FILES, rules.OUTWARD_LINK, rules.TEXT_ENDING}
"""`test_reader_files.py` has their cases."""

ABOUT_SIZE = {rules.FILE_TOO_LARGE, rules.TOO_MANY_DOCUMENTS}
"""Too large to be kept as files."""


def source_of(case: Path) -> Source:
    return Source(case.name, case.read_bytes())


def shown(findings: tuple[Finding, ...]) -> str:
    return "\n".join("".join(f"{block}\n" for block in findings_text(findings, Screen(lang))) for lang in LANGS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_user_reads_this(case: Path) -> None:
    text = shown(read(source_of(case)).findings)
    expected = case.with_suffix(".out")
    if REGENERATE:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def test_every_code_has_a_case() -> None:
    found = {finding.rule.code for case in CASES for finding in read(source_of(case)).findings}
    assert found == {rule.code for rule in rules.RULES if rule not in ABOUT_FOLDERS | ABOUT_SIZE}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_both_parsers_say_the_same(case: Path) -> None:
    assert everything(read(source_of(case), parser="python")) == everything(read(source_of(case)))


FIXABLE = [
    pytest.param(case, number, id=f"{case.stem}-{number}")
    for case in CASES
    for number, finding in enumerate(read(source_of(case)).findings)
    if finding.fixes
]


@pytest.mark.parametrize(("case", "number"), FIXABLE)
def test_a_fix_ends_its_finding(case: Path, number: int) -> None:
    """What stood behind it in the document can be read now: that may show more, and takes away only what followed from it."""
    source = source_of(case)
    before = read(source).findings
    (fixed,) = apply_fixes([before[number]], unsafe=True)
    here = before[number]
    after = read(Source(case.name, fixed.data)).findings
    assert (here.rule.code, here.message("en"), here.span.line) not in {
        (one.rule.code, one.message("en"), one.span.line) for one in after
    }
    earlier = Counter((one.rule.code, one.message("en")) for one in before[:number])
    assert not earlier - Counter((one.rule.code, one.message("en")) for one in after)


@pytest.mark.parametrize("rule", [rule for rule in rules.RULES if rule.bad], ids=lambda rule: rule.code)
def test_the_examples_of_a_rule_show_it_and_nothing_else(rule: Rule) -> None:
    assert [finding.rule.code for finding in read(Source("bad.yaml", rule.bad.encode())).findings] == [rule.code]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.code)
def test_the_good_example_of_a_rule_is_good(rule: Rule) -> None:
    reading = read(Source("good.yaml", rule.good.encode()))
    assert reading.findings == ()
    assert reading.trees
    assert reading.complete


def test_a_file_that_is_too_large_is_refused_whole() -> None:
    reading = read(Source("large.yaml", b"kind: kpi\n" + "# 每天十点到店\n".encode() * 50_000))
    assert (reading.trees, reading.complete) == ((), False)
    (block,) = findings_text(reading.findings, Screen("zh-CN"))
    assert block.splitlines()[:2] == [
        "错误 SOP002 file-too-large  large.yaml:1:1",
        "  这个文件有 1.1 MB，超过了 1 MB 的上限",
    ]


def test_of_too_many_documents_the_first_thousand_are_read() -> None:
    reading = read(Source("many.yaml", b"---\nid: a\n" * 1200))
    assert (len(reading.trees), reading.complete) == (1000, False)
    (block,) = findings_text(reading.findings, Screen("en"))
    assert block.splitlines()[:5] == [
        "error SOP059 too-many-documents  many.yaml:2001:1",
        "  `---` splits this file into more than 1,000 documents; from here on they were not read",
        "  2001 │ ---",
        "       │ ^^^",
        "  why    A playbook that was not read was not checked, and must not pass.",
    ]
