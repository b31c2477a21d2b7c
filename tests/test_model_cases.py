"""Broken workspaces and what users read about them: `tests/{values,names,flow,conflicts,tools,law}`, with `.out` in both languages.

A case is one file, or a folder of files. A lone file is `sopkit.yaml` where it holds the workspace document, else it stands
beside the usual one. `SOPKIT_REGENERATE=1 pytest tests/test_model_cases.py` writes the outputs anew; read the difference.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from sopkit.diagnostics import Finding, Severity
from sopkit.fixing import apply_fixes
from sopkit.pipeline import Compilation
from sopkit.render.terminal import Screen, findings_text, summary_text
from sopkit.text import LANGS
from tests.workspaces import compiled

HERE = Path(__file__).parent
FOLDERS = ("values", "names", "flow", "conflicts", "tools", "law", "consent")
CASES = sorted(case for name in FOLDERS for case in (HERE / name).iterdir() if case.suffix == ".yaml" or case.is_dir())
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))


def files_of(case: Path) -> dict[str, bytes]:
    if case.is_dir():
        return {path.relative_to(case).as_posix(): path.read_bytes() for path in case.rglob("*.yaml")}
    data = case.read_bytes()
    return {"sopkit.yaml" if b"kind: workspace" in data else case.name: data}


def shown(compilation: Compilation) -> str:
    blocks = []
    for lang in LANGS:
        screen = Screen(lang)
        summary = summary_text(
            compilation.findings,
            files=compilation.files,
            held_back=compilation.held_back,
            waived=len(compilation.waived),
            left_over=(),
            screen=screen,
        )
        blocks += [f"{block}\n" for block in findings_text(compilation.findings, screen)] + [f"{summary}\n\n"]
    return "".join(blocks)


by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")


@lru_cache
def as_it_is(case: Path) -> Compilation:
    return compiled(files_of(case))


@by_case
def test_the_user_reads_this(case: Path) -> None:
    text = shown(as_it_is(case))
    expected = case.with_suffix(".out")
    if REGENERATE:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


@pytest.mark.long
@by_case
def test_each_fix_ends_its_finding_and_no_other(case: Path) -> None:
    before = as_it_is(case)
    for finding in (one for one in before.findings if one.fixes):
        (fixed,) = apply_fixes([finding], unsafe=True)
        after = compiled({**files_of(case), finding.span.path: fixed.data})
        assert messages(after) - messages(before) == Counter() or before.held_back
        assert message(finding) in messages(before) - messages(after)


@pytest.mark.long
@by_case
def test_each_pasted_stub_ends_its_finding_and_brings_no_error(case: Path) -> None:
    if case.stem == "published-without-consent":
        return  # a consent to paste is half of it: the step has to ask for it
    before = as_it_is(case)
    for finding in (one for one in before.findings if one.stub):
        after = compiled({**files_of(case), "pasted.yaml": finding.stub.encode()})
        assert messages(before) - messages(after) == Counter([message(finding)])
        new = [one for one in after.findings if one.span.path == "pasted.yaml"]
        assert [one.message("en") for one in new if one.weight is Severity.ERROR] == []
        assert messages(after) - messages(before) == Counter(message(one) for one in new)


def message(finding: Finding) -> str:
    return f"{finding.span.path} {finding.message('en')}"


def messages(compilation: Compilation) -> Counter[str]:
    return Counter(map(message, compilation.findings))


def test_there_are_fixes_and_stubs_to_try() -> None:
    names = [case for case in CASES if case.parent.name == "names"]
    assert any(one.fixes for case in names for one in as_it_is(case).findings)
    assert any(one.stub for case in names for one in as_it_is(case).findings)
