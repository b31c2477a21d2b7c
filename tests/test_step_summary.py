"""The summary of a job on GitHub: `check` adds its findings to the file that GITHUB_STEP_SUMMARY names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from sopkit.cli.step_summary import MOST_BYTES
from sopkit.render.findings_summary import summary_markdown
from sopkit.render.report import Report
from tests.commands import GOOD, MISSPELT, Run, Write, runner, writer
from tests.test_report_formats import WORKSPACE
from tests.workspaces import compiled


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh-CN"])


@LANGUAGES
@pytest.mark.parametrize("chosen", [("--format", "github"), ()], ids=["asked for", "by the variables of GitHub"])
def test_findings_are_added_behind_what_is_there(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, chosen: tuple[str, ...]
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("of another step\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    if not chosen:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, out, err = sopkit("check", WORKSPACE, "--lang", lang, *chosen)
    said = file.read_text("utf-8")
    assert (code, err) == (1, "")
    assert said.startswith("of another step\n### " + ("Check" if lang == "en" else "剧本检查"))
    assert out.count("::error ") == said.count("**error**" if lang == "en" else "**错误**") + said.count(
        "**not assessed**" if lang == "en" else "**没能判断**"
    )
    assert ("checked" if lang == "en" else "检查了") in said


def test_what_is_to_be_pasted_is_a_block_of_its_own(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    sopkit("check", write_workspace(GOOD.replace("owner: guide", "owner: merchandiser")), "--format", "github")
    blocks = [one.content for one in MarkdownIt().parse(file.read_text("utf-8")) if one.type == "fence"]
    assert blocks[0].startswith("kind: catalog\nroles:\n  merchandiser: {")


def test_no_other_format_writes_it(sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    sopkit("check", WORKSPACE)
    sopkit("check", WORKSPACE, "--format", "json")
    assert not (tmp_path / "summary.md").exists()


@LANGUAGES
@pytest.mark.parametrize("name", [".", "missing/summary.md", "a" * 300, "pipe", "full"])
def test_what_can_not_be_written_is_said_and_fails_nothing(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, lang: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "full").write_bytes(b"x" * MOST_BYTES)
    workspace = write_workspace(MISSPELT)
    plain = sopkit("check", workspace, "--lang", lang, "--format", "github")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / name))
    code, out, err = sopkit("check", workspace, "--lang", lang, "--format", "github")
    assert (code, out) == plain[:2]
    assert "GITHUB_STEP_SUMMARY" in err
    assert (tmp_path / "full").stat().st_size == MOST_BYTES


def test_text_of_authors_is_literal(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    hostile = MISSPELT.replace("owner: guid", '"<img src=x>@all [a](javascript:b)": guid')
    sopkit("check", write_workspace(hostile), "--format", "github", "--color", "always")
    text = file.read_text("utf-8")
    inner = [child for one in MarkdownIt("commonmark").parse(text) for child in one.children or ()]
    assert {one.content for one in inner if one.type == "html_inline"} == {"<br>"}
    assert not any(one.type in ("link_open", "image") for one in inner)
    assert "\x1b" not in text


@pytest.mark.parametrize("room", [0, 150, 700, 2_000, 100_000])
def test_it_is_never_larger_than_its_room_and_says_how_many_are_left_out(room: int) -> None:
    noun = "".join(f"  r{number}: {{title: 岗位, titel: x}}\n" for number in range(40))
    report = Report(compiled("kind: workspace\nid: demo\ntitle: 示例\n---\nkind: catalog\nroles:\n" + noun), "zh-CN")
    text = summary_markdown(report, "到此为止", room)
    assert len(text.encode()) <= room
    shown = text.count("\n- ") + text.startswith("- ")
    every = len(report.open) + len(report.unsettled)
    assert every > 40
    assert (f"还有 {every - shown} 项" in text) is (0 < shown < every or (shown == 0 and bool(text)))


@LANGUAGES
def test_what_errors_keep_from_being_judged_is_among_them(
    sopkit: Run, write_workspace: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    said = {
        "en": "- **not assessed** unjudged<br>caps, consents",
        "zh-CN": "- **没能判断** unjudged<br>触达上限、同意",
    }[lang]
    for text, expected in ((GOOD, False), (MISSPELT, True)):
        file.unlink(missing_ok=True)
        sopkit("check", write_workspace(text), "--format", "github", "--lang", lang)
        assert (said in file.read_text("utf-8")) is expected
