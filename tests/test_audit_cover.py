"""The cover of an audit: whose operations, which version of the files, which day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sopkit.cli import app
from tests.repositories import git
from tests.workspaces import write

SHOP = (
    "kind: workspace\nid: shop\ntitle: 小店\nCOMPANYtimezone: Asia/Shanghai\njurisdictions: [cn]\nuses: [retail-cn]\n"
)
NAMED = SHOP.replace("COMPANY", "company: {zh-CN: 小店（杭州）有限公司, en: Shop Ltd.}\n")


def audited(folder: Path, lang: str = "en") -> tuple[Mapping[str, object], str]:
    """Return the scope in the JSON, and the cover."""
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    app.main(["audit", str(folder), "-o", str(out), "--as-of", "2026-07-01", "--lang", lang, "--quiet"])
    scope = json.loads((out / "report.json").read_text("utf-8"))["scope"]
    assert isinstance(scope, dict)
    return scope, (out / "report.md").read_text("utf-8").partition("\n## ")[0]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a workspace that is committed, below the root of its repository."""
    folder = write(tmp_path / "repository" / "shop", {"sopkit.yaml": NAMED, "more.yaml": "kind: catalog\nid: more\n"})
    git(folder.parent, "init", "-q")
    (folder.parent / "readme.txt").write_text("x")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-q", "-m", "first")
    return folder


@pytest.mark.long
def test_it_names_the_company_and_the_commit(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    scope, cover = audited(repository)
    assert (scope["company"], scope["revision"]) == ("Shop Ltd.", {"commit": commit, "changed": []})
    assert "Shop Ltd." in cover
    assert f"`{commit}` (the files audited are those of this commit)" in cover
    assert "no period of real operation is covered" in cover
    assert "小店（杭州）有限公司" in audited(repository, "zh-CN")[1]


@pytest.mark.long
def test_it_says_which_files_differ_from_the_commit(repository: Path) -> None:
    (repository.parent / "readme.txt").write_text("y")  # no file of the audit
    (repository / "notes.txt").write_text("z")
    assert audited(repository)[0]["revision"] == {"commit": git(repository, "rev-parse", "HEAD"), "changed": []}
    (repository / "new one.yaml").write_text("kind: catalog\nid: new\n")
    (repository / "more.yaml").unlink()
    with (repository / "sopkit.yaml").open("a") as file:
        file.write("# 改\n")
    scope, cover = audited(repository)
    changed = ["shop/more.yaml", "shop/new one.yaml", "shop/sopkit.yaml"]
    assert scope["revision"] == {"commit": git(repository, "rev-parse", "HEAD"), "changed": changed}
    assert "3 of the files audited differ from this commit" in cover


@pytest.mark.long
def test_no_program_of_the_repository_runs(repository: Path) -> None:
    trap = repository.parent / "trap.sh"
    trap.write_text("#!/bin/sh\ntouch ../../ran ../ran ran\n")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    shutil.copy(trap, repository.parent / ".git" / "hooks" / "post-index-change")
    audited(repository)
    assert not list(repository.parent.parent.rglob("ran"))


@pytest.mark.long
def test_without_company_and_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    scope, cover = audited(write(tmp_path / "shop", {"sopkit.yaml": SHOP.replace("COMPANY", "")}))
    assert (scope["company"], scope["revision"]) == (None, None)
    assert "not declared" in cover
    assert "in no git repository" in cover
    monkeypatch.setenv("PATH", "")
    assert audited(tmp_path / "shop")[0]["revision"] is None


@pytest.mark.long
def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", {"sopkit.yaml": NAMED})
    git(folder, "init", "-q")
    assert audited(folder)[0]["revision"] is None
