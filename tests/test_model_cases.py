"""Broken workspaces and what users read about them: `tests/{values,names,flow,conflicts,tools,law}`, with `.out` in both languages.

A case is one file, or a folder of files. A lone file is `sopkit.yaml` where it holds the workspace document, else it stands
beside the usual one. `SOPKIT_REGENERATE=1 pytest tests/test_model_cases.py` writes the outputs anew; read the difference.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from sopkit.diagnostics import Severity
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
            to_come=(),
            screen=screen,
        )
        blocks += [f"{block}\n" for block in findings_text(compilation.findings, screen)] + [f"{summary}\n\n"]
    return "".join(blocks)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_the_user_reads_this(case: Path) -> None:
    text = shown(compiled(files_of(case)))
    expected = case.with_suffix(".out")
    if REGENERATE:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def messages(compilation: Compilation) -> Counter[str]:
    return Counter(f"{one.span.path} {one.message('en')}" for one in compilation.findings)


def numbered(case: Path, *, with_fixes: bool) -> list[tuple[Path, int]]:
    findings = compiled(files_of(case)).findings
    return [(case, n) for n, one in enumerate(findings) if (one.fixes if with_fixes else one.stub)]


@pytest.mark.parametrize(
    ("case", "number"),
    [pytest.param(*pair, id=f"{pair[0].stem}-{pair[1]}") for case in CASES for pair in numbered(case, with_fixes=True)],
)
def test_a_fix_ends_its_finding_and_no_other(case: Path, number: int) -> None:
    files = files_of(case)
    before = compiled(files)
    finding = before.findings[number]
    (fixed,) = apply_fixes([finding], unsafe=True)
    after = compiled({**files, finding.span.path: fixed.data})
    assert messages(after) - messages(before) == Counter() or before.held_back
    lost = messages(before) - messages(after)
    assert f"{finding.span.path} {finding.message('en')}" in lost


@pytest.mark.parametrize(
    ("case", "number"),
    [
        pytest.param(*pair, id=f"{pair[0].stem}-{pair[1]}")
        for case in CASES
        for pair in numbered(case, with_fixes=False)
        if case.stem != "published-without-consent"  # a consent to paste is half of it: the step has to ask for it
    ],
)
def test_a_pasted_stub_ends_its_finding_and_brings_no_error(case: Path, number: int) -> None:
    files = files_of(case)
    before = compiled(files)
    after = compiled({**files, "pasted.yaml": before.findings[number].stub.encode()})
    assert messages(before) - messages(after) == Counter(
        [f"{before.findings[number].span.path} {before.findings[number].message('en')}"]
    )
    new = [one for one in after.findings if one.span.path == "pasted.yaml"]
    assert [one.message("en") for one in new if one.weight is Severity.ERROR] == []
    assert messages(after) - messages(before) == Counter(f"pasted.yaml {one.message('en')}" for one in new)
