"""pre-commit and CI: the hook of this repository and the files that `init` writes, run for real."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sopkit.cli import app
from tests.commands import GOOD, MISSPELT, Run, runner
from tests.workspaces import SETTINGS, write

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CAPPED = SETTINGS + "caps: [{id: daily, max: 3, per: day}]\n"


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def environment(home: Path) -> dict[str, str]:
    """Return one in which commands find this sopkit, and pre-commit keeps its own things in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHONPATH"))}
    return kept | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(home),
        "PYTHONUTF8": "1",
        "LANG": "en_US.UTF-8",
    }


def pre_commit(folder: Path, home: Path, *arguments: str, path: str = "") -> tuple[int, str]:
    env = environment(home) | ({"PYTHONPATH": path} if path else {})
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_each_workspace_of_the_files_is_checked_once(
    sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("good", GOOD), ("bad", MISSPELT), ("good/inner", MISSPELT)):
        write(tmp_path / name, {"sopkit.yaml": CAPPED, "a/play.yaml": text, "b/note.yaml": "kind: catalog\n"})
    (tmp_path / "other.yaml").write_text("anything: {}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    code, out, _ = sopkit(
        "hook", "good/a/play.yaml", "good/b/note.yaml", "good/sopkit.yaml", "other.yaml", "--lang", "en"
    )
    assert code == 0
    assert out.count("checked 3 files") == 1
    assert "workspace good" not in out
    code, out, _ = sopkit("hook", "bad/b/note.yaml", "good/a/play.yaml", "--lang", "en")
    assert code == 1
    assert "bad/a/play.yaml:4:8" in out, "what the change breaks may stand in another file"
    assert out.count("checked 3 files") == 2
    assert [line for line in out.splitlines() if line.startswith("workspace ")] == ["workspace bad/", "workspace good/"]
    assert sopkit("hook", "good/inner/a/play.yaml")[0] == 1, "the nearest one"
    code, out, err = sopkit("hook", "other.yaml", "--lang", "en")
    assert (code, out) == (0, "")
    assert "nothing to check" in err
    assert sopkit("hook")[0] == 2


def test_what_fails_is_decided_as_for_a_check(sopkit: Run, tmp_path: Path) -> None:
    late = GOOD.replace("review_by: 2027", "review_by: 2025")
    folder = write(tmp_path / "late", {"sopkit.yaml": CAPPED, "play.yaml": late})
    assert sopkit("hook", folder / "play.yaml")[0] == 0
    assert sopkit("hook", folder / "play.yaml", "--fail-on", "warning")[0] == 1


def test_what_the_baseline_knows_stops_nobody(sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = GOOD.replace("review_by: 2027", "review_by: 2025")
    folder = write(tmp_path / "old", {"sopkit.yaml": CAPPED, "play.yaml": late})
    monkeypatch.chdir(folder)
    assert sopkit("hook", "play.yaml", "--fail-on", "warning")[0] == 1
    assert sopkit("baseline")[0] == 0
    assert sopkit("hook", "play.yaml", "--fail-on", "warning")[0] == 0


@pytest.mark.long
def test_the_hook_that_init_writes_stops_a_commit_that_breaks_something(tmp_path: Path) -> None:
    folder, home = tmp_path / "repo/my-brand", tmp_path / "home"
    assert app.main(["init", str(folder), "--lang", "en"]) == 0
    repository(folder)
    assert pre_commit(folder, home, "install", path=str(ROOT))[0] == 0
    code, said = pre_commit(folder, home, "run", path=str(ROOT))
    assert code == 0, said
    settings = folder / "sopkit.yaml"
    settings.write_text(settings.read_text("utf-8").replace("max: 5", "max: 2"), "utf-8")
    git(folder, "add", "--all")
    code, said = pre_commit(folder, home, "run", path=str(ROOT))
    assert code == 1
    assert "welcome.yaml:" in said, "the cap was changed, the journey breaks it"
    assert "SOP301" in said


@pytest.mark.long
def test_the_hook_of_this_repository_is_installed_and_run(tmp_path: Path) -> None:
    """As another repository names it: pre-commit clones it, builds it and runs it in an environment of its own."""
    ours = tmp_path / "sopkit-repository"
    git(ROOT, "clone", "--quiet", str(ROOT), str(ours))
    for name in git(ROOT, "ls-files", "--modified", "--others", "--exclude-standard", "-z").split("\0"):
        if name and (ROOT / name).is_file():
            (ours / name).parent.mkdir(parents=True, exist_ok=True)
            (ours / name).write_bytes((ROOT / name).read_bytes())
    git(ours, "add", "--all")
    git(ours, "commit", "--quiet", "--allow-empty", "--message", "as it is now")
    folder = tmp_path / "theirs"
    write(folder / "ops", {"sopkit.yaml": CAPPED, "play.yaml": GOOD})
    write(folder / "broken", {"sopkit.yaml": CAPPED, "play.yaml": MISSPELT})
    config = {
        "repos": [{"repo": str(ours), "rev": git(ours, "rev-parse", "HEAD").strip(), "hooks": [{"id": "sopkit"}]}]
    }
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    repository(folder)
    code, said = pre_commit(folder, tmp_path / "home", "run", "--files", "ops/play.yaml", ".pre-commit-config.yaml")
    assert code == 0, said
    assert "Passed" in said
    code, said = pre_commit(folder, tmp_path / "home", "run", "--all-files")
    assert code == 1
    assert "broken/play.yaml:4:8" in said


def test_the_pages_show_the_files_as_they_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "my-brand"
    assert app.main(["init", str(folder)]) == 0
    written = [
        (folder / name).read_text("utf-8")
        for name in (".github/workflows/sopkit.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml")
    ]
    for page in ("git.md", "git.zh-CN.md"):
        assert (
            re.findall(r"^```yml\n(.*?)^```$", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
            == written
        )


def scripts(path: Path) -> list[str]:
    """Return the commands of sopkit in a CI file, in order."""
    read = yaml.safe_load(path.read_text("utf-8"))
    lines = (
        [step["run"] for job in read["jobs"].values() for step in job["steps"] if "run" in step]
        if "jobs" in read
        else read["sopkit"]["script"]
    )
    return [line for text in lines for line in text.splitlines() if line.startswith("sopkit ")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "variable", "reports"),
    [
        (".github/workflows/sopkit.yml", "GITHUB_ACTIONS", ["sopkit.sarif"]),
        (".gitlab-ci.yml", "GITLAB_CI", ["gl-code-quality-report.json"]),
    ],
)
def test_the_commands_of_the_ci_files_run(tmp_path: Path, file: str, variable: str, reports: list[str]) -> None:
    folder = tmp_path / "my-brand"
    assert app.main(["init", str(folder), "--lang", "en"]) == 0
    commands = scripts(folder / file)
    env = environment(tmp_path) | {"PYTHONPATH": str(ROOT), variable: "true"}
    for line in commands:
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(line)], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for report in reports:
        assert (folder / report).stat().st_size
    ignored = (folder / ".gitignore").read_text("utf-8")
    assert all(f"/{report}\n" in ignored for report in reports)
    broken = folder / "sopkit.yaml"
    broken.write_text(broken.read_text("utf-8").replace("max: 5", "max: 2"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(commands[0])],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert bool(re.search("^::error file=", done.stdout, re.MULTILINE)) is (variable == "GITHUB_ACTIONS")
    assert "SOP301" in done.stdout
    assert all("SOP301" in (folder / one).read_text("utf-8") for one in reports[:1])
