"""`sopkit diff` on repositories and folders: what it prints, what it refuses, and the comment that the documentation shows."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from sopkit.cli import app
from tests.demo_repository import make
from tests.repositories import committed, git
from tests.workspaces import write

DOCS = Path(__file__).resolve().parents[1] / "docs"
REGENERATE = bool(os.environ.get("SOPKIT_REGENERATE"))
SHOWN = re.compile(r"(?<=<!-- the comment, as it is made -->\n)(.*?)(?=<!-- end of the comment -->)", re.DOTALL)
DAY = ("--as-of", "2026-07-01")


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make(tmp_path / "demo")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.long
@pytest.mark.parametrize(("page", "lang"), [("git.md", "en"), ("git.zh-CN.md", "zh-CN")])
def test_the_documentation_shows_the_comment_of_the_second_commit(
    demo: Path, page: str, lang: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert app.main(["diff", "HEAD~2", "HEAD~1", "--format", "md", "--lang", lang, *DAY]) == 1
    made = capfdbinary.readouterr().out.decode()
    text = (DOCS / page).read_text("utf-8")
    assert SHOWN.search(text)
    now = SHOWN.sub(lambda _: f"\n{made}\n", text)
    if REGENERATE:
        (DOCS / page).write_text(now, "utf-8")
    assert (DOCS / page).read_text("utf-8") == now


@pytest.mark.long
def test_exit_codes(demo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The second commit breaks the cap, the third mends it; the same is no change; kinds can be made errors."""
    assert app.main(["diff", "HEAD~2", "HEAD~1", *DAY]) == 1
    assert app.main(["diff", "HEAD~1", *DAY]) == 0  # to the working tree
    assert app.main(["diff", "HEAD", *DAY, "--fail-on", "note"]) == 0
    assert app.main(["diff", "HEAD~1", *DAY, "--error", "time-changed"]) == 1
    capfd.readouterr()
    assert app.main(["diff", "HEAD~1", "--error", "time-chnged", "--lang", "en"]) == 2
    assert "did you mean “time-changed”?" in capfd.readouterr().err


@pytest.mark.long
def test_a_dirty_tree_and_a_folder_beside_it(
    demo: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (demo / "welcome.yaml").rename(demo / "joining.yaml")
    assert app.main(["diff", "HEAD", *DAY, "--lang", "en", "--format", "json"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["changes"] == []
    text = (demo / "joining.yaml").read_text("utf-8")
    other = write(tmp_path / "other", {**{path.name: path.read_bytes() for path in demo.glob("*.yaml")}})
    (other / "joining.yaml").write_text(text.replace("within: 1h", "within: 2h"), "utf-8")
    app.main(["diff", str(demo), str(other), *DAY, "--format", "json", "-o", str(tmp_path / "out.json")])
    changes = json.loads((tmp_path / "out.json").read_text("utf-8"))["changes"]
    assert [one["rule"] for one in changes if one["group"] == "customers"] == ["time-changed"]
    assert changes[0]["details"] == [{"key": "within", "before": "1h", "after": "2h"}]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing-such"], "is no folder, and git knows no revision"),
        (["mian"], "did you mean main?"),
        (["HEAD", "gone"], "is no folder, and git knows no revision"),
        ([""], "“” is no revision"),
        (["HEAD", ""], "“” is no revision"),
        ([".git"], "the folder “.git” holds no sopkit.yaml"),
    ],
)
def test_wrong_versions_are_refused_in_a_sentence(
    demo: Path, words: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert app.main(["diff", *words, "--lang", "en"]) == 2
    assert told in capfd.readouterr().err


def test_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(write(tmp_path / "shop", {}))
    assert app.main(["diff", "HEAD", "--lang", "zh-CN"]) == 2
    assert "不在 git 仓库里" in capfd.readouterr().err


def test_a_folder_that_is_not_there_is_called_that(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert app.main(["diff", "demo", "gone", "--lang", "en"]) == 2
    assert "there is no folder “gone”" in capfd.readouterr().err
    monkeypatch.chdir(demo)
    assert app.main(["diff", ".", "HEAD", *DAY]) == 0


@pytest.mark.long
def test_the_demo_has_three_commits(demo: Path) -> None:
    assert git(demo, "log", "--format=%s").split("\n") == [
        "The last reminder later", "One more reminder", "Welcome of new members"
    ]  # fmt: skip


OWN_RULE = """\
kind: rule
id: no-step
title: No step
severity: warning
select: "kind:step"
message: "{step} is a step"
why: It shows whether rules are read at a revision.
fix: Leave it out.
good: "{kind: catalog, id: none}"
bad: "{kind: automation, id: some, steps: [{id: one, wait: 1d}]}"
"""


def test_own_rules_judge_the_former_version_too(demo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (demo / "rules").mkdir()
    (demo / "rules/no-step.yaml").write_text(OWN_RULE, "utf-8")
    committed(demo, "A rule of our own")
    capfd.readouterr()
    assert app.main(["--lang", "en", "check", str(demo)]) in (0, 1)
    assert "own/no-step" in capfd.readouterr().out
    app.main(["--lang", "en", "diff", "HEAD", "--format", "json"])
    assert json.loads(capfd.readouterr().out)["changes"] == []
