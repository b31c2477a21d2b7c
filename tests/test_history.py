"""Earlier versions of a workspace: repositories go in; the same files as on disk then, and why some can't be read, come out."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from sopkit.history import Changed, HistoryError, changed_paths, repository, sources_at
from sopkit.reader.files import Found, find_sources
from sopkit.text import Phrase
from tests.pictures import png
from tests.repositories import committed, git
from tests.workspaces import SETTINGS, write

OTHER = "kind: catalog\nid: other\n"
FILES: dict[str, str | bytes] = {
    "sopkit.yaml": SETTINGS,
    "a.yaml": "kind: catalog\nid: a\n",
    "b/c.yml": "kind: catalog\nid: c\n",
    "b/名 字.yaml": "kind: catalog\nid: d\n",
    "b/line\nend.yaml": "kind: catalog\nid: e\n",
    "rules/own.yaml": "a: 1\n",
    "packs/own.yaml": "a: 1\n",
    "packs/deeper/own.yaml": "a: 1\n",
    "templates/x.yaml": "a: 1\n",
    ".hidden/x.yaml": "a: 1\n",
    ".shared/linked.yaml": "kind: catalog\nid: f\n",
    "inner/sopkit.yaml": "kind: workspace\nid: inner\n",
    "inner/x.yaml": "kind: catalog\nid: g\n",
    "inner/deeper/sopkit.yaml": "kind: workspace\nid: deeper\n",
    "half/sopkit.yaml": "# kind: workspace\n",
    "notes.yaml.txt": "a: 1\n",
    "windows.yaml": "kind: catalog\r\nid: h\r\n",
    "logo.png": png(),
    "large.yaml": b"# " + b"x" * 3_000_000,
}


def refused(folder: Path, revision: str) -> tuple[Phrase, str]:
    """Return why the files at a revision can't be had, and the whole sentence."""
    with pytest.raises(HistoryError) as told:
        sources_at(folder, revision)
    said = {lang: told.value.reason.fill(lang, told.value.args_of_reason) for lang in ("zh-CN", "en")}
    return told.value.reason, said["en"]


def shown(found: Found) -> object:
    return (
        [(one.path, one.data) for one in found.sources],
        [(one.rule, one.span.path, one.message("en")) for one in found.findings],
        [(one.path, one.data) for one in found.packs],
        found.apart,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workspace below the root of a repository, with files of every kind, committed."""
    folder = write(tmp_path / "repository" / "ops" / "shop", FILES)
    (folder / "link.yaml").symlink_to(".shared/linked.yaml")
    (folder / "again.yaml").symlink_to("a.yaml")
    (folder / "out.yaml").symlink_to("../outside.yaml")
    (folder / "nowhere.yaml").symlink_to("gone.yaml")
    (folder.parent / "outside.yaml").write_text(OTHER)
    committed(tmp_path / "repository")
    return folder


def test_the_files_of_a_commit_are_those_on_disk(folder: Path) -> None:
    then = sources_at(folder, "HEAD")
    assert shown(then.found) == shown(find_sources(folder))
    assert then.folder == "ops/shop"
    assert then.commit == git(folder, "rev-parse", "HEAD")
    assert then.exists("logo.png")
    assert not then.exists("gone.png")
    assert getattr(then.look("logo.png"), "media_type", "") == "image/png"


@pytest.mark.parametrize("hash_", ["sha1", "sha256"])
def test_git_is_not_asked_for_the_files_that_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hash_: str
) -> None:
    git(tmp_path, "init", "-q", f"--object-format={hash_}")
    write(tmp_path, {"sopkit.yaml": OTHER.replace("catalog", "workspace"), "a.yaml": OTHER, "b.yaml": OTHER + "# b\n"})
    committed(tmp_path)
    asked: list[bytes] = []
    ask = repository.Repository.ask

    def noted(self: repository.Repository, *words: str, given: bytes = b"") -> bytes:
        asked.extend(given.split())
        return ask(self, *words, given=given)

    monkeypatch.setattr(repository.Repository, "ask", noted)
    before = sources_at(tmp_path, "HEAD").found
    assert len(asked) == 3
    asked.clear()
    (tmp_path / "b.yaml").write_text(OTHER + "# other\n")
    here = find_sources(tmp_path).sources
    then = sources_at(tmp_path, "HEAD", here).found
    assert shown(then) == shown(before) != shown(find_sources(tmp_path))
    assert asked == [git(tmp_path, "rev-parse", "HEAD:b.yaml").encode()]
    assert {one.path for one in then.sources if one in here} == {"sopkit.yaml", "a.yaml"}


def test_what_is_on_disk_does_not_change_what_was(folder: Path) -> None:
    before = shown(sources_at(folder, "HEAD").found)
    (folder / "a.yaml").unlink()
    (folder / "new.yaml").write_text(OTHER)
    assert shown(sources_at(folder, "HEAD").found) == before


def test_paths_that_differ(folder: Path) -> None:
    assert changed_paths(folder, "HEAD") == Changed((), (), (), ())
    (folder / "a.yaml").rename(folder / "b" / "moved.yaml")
    (folder / "again.yaml").unlink()
    (folder / "b" / "c.yml").write_text("kind: catalog\nid: changed\n")
    (folder / "b" / "名 字.yaml").unlink()
    (folder / "new.yaml").write_text(OTHER)
    (folder / "windows.yaml").write_bytes(b"kind: catalog\nid: h\n")  # as git may check it out
    found = changed_paths(folder, "HEAD")
    assert found == Changed(("new.yaml",), ("b/名 字.yaml",), ("b/c.yml",), (("a.yaml", "b/moved.yaml"),))
    assert found.now == ("b/c.yml", "b/moved.yaml", "new.yaml")
    assert changed_paths(folder, "HEAD", find_sources(folder).sources).deleted == ("b/名 字.yaml", "packs/own.yaml")


def test_a_renamed_folder_is_found_by_its_settings(folder: Path) -> None:
    before = shown(sources_at(folder, "HEAD").found)
    folder.rename(folder.parent / "store")
    then = sources_at(folder.parent / "store", "HEAD")
    assert then.folder == "ops/shop"
    assert shown(then.found) == before


def test_a_folder_that_may_have_been_several_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", {})
    write(tmp_path / "two", {})
    committed(tmp_path)
    (tmp_path / "one").rename(tmp_path / "three")
    assert sources_at(tmp_path / "three", "HEAD").folder == "one"
    shutil.rmtree(tmp_path / "two")
    reason, said = refused(tmp_path / "three", "HEAD")
    assert reason is repository.SEVERAL_THEN
    assert "one, two" in said


def test_a_folder_that_was_not_there_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", {})
    committed(tmp_path)
    write(tmp_path / "two", {})
    assert refused(tmp_path / "two", "HEAD")[0] is repository.NOT_THEN


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = write(tmp_path / "shop", {})
    assert refused(folder, "HEAD")[0] is repository.NO_REPOSITORY
    monkeypatch.setenv("PATH", "")
    assert refused(folder, "HEAD")[0] is repository.NO_GIT


@pytest.mark.parametrize("revision", ["--output=x", "-", "", "a\nb", "x" * 1000])
def test_words_that_are_no_revisions(folder: Path, revision: str) -> None:
    assert refused(folder, revision)[0] is repository.DASHED


def test_a_missing_revision_names_near_ones(folder: Path) -> None:
    git(folder, "branch", "spring-sale")
    git(folder, "update-ref", "refs/remotes/origin/trunk", "HEAD")
    assert "spring-sale" in refused(folder, "spring-sales")[1]
    assert "origin/trunk" in refused(folder, "trunk")[1]
    assert refused(folder, "HEAD~5")[0] is repository.NO_REVISION
    assert refused(folder, "HEAD:ops")[0] is repository.NO_REVISION  # a tree is none


def test_a_repository_without_commits(tmp_path: Path) -> None:
    git(write(tmp_path, {}), "init", "-q")
    assert refused(tmp_path, "HEAD")[0] is repository.NO_COMMIT


def test_a_repository_that_lost_what_a_branch_names(folder: Path) -> None:
    commit = committed(folder.parent.parent, "second")
    (folder.parent.parent / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    for revision in ("HEAD", "no-such"):
        assert refused(folder, revision)[0] is repository.DAMAGED
    assert "bad object" in refused(folder, "HEAD")[1]


def test_a_shallow_clone_says_how_to_get_the_rest(folder: Path, tmp_path: Path) -> None:
    committed(folder.parent.parent, "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path / 'repository'}", "clone")
    assert refused(tmp_path / "clone" / "ops" / "shop", "HEAD~1")[0] is repository.SHALLOW
    assert shown(sources_at(tmp_path / "clone" / "ops" / "shop", "HEAD").found) == shown(find_sources(folder))


def test_a_clone_without_the_files_fetches_nothing(folder: Path, tmp_path: Path) -> None:
    git(tmp_path / "repository", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{tmp_path / 'repository'}", "clone")
    here = write(tmp_path / "clone" / "ops" / "shop", {})
    before = sorted(path.name for path in (tmp_path / "clone" / ".git" / "objects").rglob("*"))
    assert refused(here, "HEAD")[0] is repository.INCOMPLETE
    assert sorted(path.name for path in (tmp_path / "clone" / ".git" / "objects").rglob("*")) == before


def test_a_submodule_is_refused_and_one_that_is_never_read_is_not(folder: Path) -> None:
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{commit},ops/shop/shared")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{commit},ops/shop/templates/shared")
    git(folder, "commit", "-q", "-m", "module")
    reason, said = refused(folder, "HEAD")
    assert reason is repository.SUBMODULE
    assert said.startswith("shared is")
    git(folder, "update-index", "--force-remove", "shared")
    git(folder, "commit", "-q", "-m", "no module")
    assert sources_at(folder, "HEAD").found.sources


def test_no_program_of_the_repository_runs(folder: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.gitProxy", "diff.external", "diff.x.textconv",
                 "diff.x.command", "filter.x.clean", "filter.x.smudge", "filter.x.process", "core.editor", "core.askPass",
                 "credential.helper", "alias.cat-file", "alias.ls-tree"):  # fmt: skip
        git(folder, "config", name, str(trap))
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout"):
        shutil.copy(trap, folder.parent.parent / ".git" / "hooks" / hook)
    (folder / ".gitattributes").write_text("*.yaml diff=x filter=x\n")
    os.utime(folder / "a.yaml", (1, 1))
    assert changed_paths(folder, "HEAD") == Changed((), (), (), ())
    assert not (tmp_path / "ran").exists()


def test_a_hook_may_ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert sources_at(folder, "HEAD").found.sources


@pytest.mark.long
def test_ten_thousand_files_take_less_than_a_second(tmp_path: Path) -> None:
    write(tmp_path, {f"{number % 100}/{number}.yaml": f"kind: catalog\nid: x{number}\n" for number in range(10_000)})
    committed(tmp_path)
    started = time.perf_counter()
    found = sources_at(tmp_path, "HEAD").found
    taken = time.perf_counter() - started
    assert len(found.sources) == 10_001
    assert taken < 5.0, "many times what it takes, for a busy machine"
