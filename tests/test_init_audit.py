"""What the audit says of a new workspace, and that what the manual tells to declare is all that it lacks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import Run, runner

DOCS = Path(__file__).parent.parent / "docs"
LEFT = {"retail": "SHA02 GOV01 GOV02", "minimal": "SHA02 RET02 WDR05 GOV01 GOV02"}
DAY = "2026-07-01"


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("example", LEFT)
def test_a_new_workspace_fails_nothing_and_is_told_what_is_left(
    sopkit: Run, tmp_path: Path, lang: str, example: str
) -> None:
    _, out, _ = sopkit("init", tmp_path / "shop", "--example", example, "--lang", lang, "--as-of", DAY)
    assert f"sopkit audit {tmp_path / 'shop'} -o {tmp_path / 'shop'}/audit" in out
    code, out, err = sopkit("audit", tmp_path / "shop", "-o", tmp_path / "out", "--lang", "en", "--as-of", DAY)
    assert code == 1
    assert not re.search(r"\bfail \d", out)
    assert set(re.findall(r"\b[A-Z]{3}\d\d\b", err)) == set(LEFT[example].split())
    page = (DOCS / "audit.md").read_text("utf-8").partition("## What a control can be")[0]
    assert [one for one in LEFT[example].split() if one not in page] == []


@pytest.mark.long
@pytest.mark.parametrize(("lang", "page"), [("zh-CN", "audit.zh-CN.md"), ("en", "audit.md")])
def test_with_the_papers_that_the_manual_enters_the_retail_example_passes(
    sopkit: Run, tmp_path: Path, lang: str, page: str
) -> None:
    sopkit("init", tmp_path / "shop", "--example", "retail", "--lang", lang, "--as-of", DAY)
    entered = re.findall(r"```text\n(kind: catalog\n.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)[0]
    (tmp_path / "shop" / "papers.yaml").write_text(entered, "utf-8")
    (tmp_path / "shop" / "papers").mkdir()
    for name in re.findall(r"file: (\S+),?", entered):
        (tmp_path / "shop" / name.rstrip(",}")).write_text("…", "utf-8")
    code, _, err = sopkit("audit", tmp_path / "shop", "-o", tmp_path / "out", "--lang", lang, "--as-of", DAY)
    assert (code, err) == (0, "")
