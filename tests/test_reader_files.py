"""Which files make a workspace, and what the user reads about those that can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sopkit.diagnostics import Severity
from sopkit.output import MARKER, marker_of
from sopkit.reader import files
from sopkit.reader.files import Found, find_sources
from sopkit.render.terminal import Screen, findings_text


def write(root: Path, *paths: str) -> None:
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("kind: kpi\n", "utf-8")


def paths(found: Found) -> list[str]:
    return [source.path for source in found.sources]


def shown(found: Found) -> list[str]:
    """Return each finding's first two lines in Chinese, then in English: what, where, and why not."""
    blocks = [block for lang in ("zh-CN", "en") for block in findings_text(found.findings, Screen(lang))]
    return [line for block in blocks for line in block.splitlines()[:2]]


def test_every_yaml_file_below_belongs_to_the_workspace_but_for_what_is_not_playbooks(tmp_path: Path) -> None:
    inside = ["b.yml", "sopkit.yaml", "流程/新客.yaml", "deep/er/A.YAML", "deep/rules/kept.yaml"]
    outside = [
        ".hidden.yaml",
        ".git/x.yaml",
        "rules/r.yaml",
        "packs/p.yaml",
        "templates/t.yaml",
        "notes.txt",
        "a.yaml.bak",
    ]
    write(tmp_path, *inside, *outside, "other/sopkit.yaml", "other/theirs.yaml")
    (tmp_path / "other/sopkit.yaml").write_text("# ours\n{id: a, kind: workspace}\n", "utf-8")
    found = find_sources(tmp_path)
    assert paths(found) == sorted(inside)
    assert found.findings == ()
    assert found.sources[0].data == b"kind: kpi\n"


def test_a_link_is_read_once_and_only_inside(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    write(root, "a.yaml", ".kept/b.yaml")
    write(tmp_path, "secret.yaml", "elsewhere/c.yaml")
    (root / "same.yaml").symlink_to(root / "a.yaml")
    (root / "linked.yaml").symlink_to(root / ".kept" / "b.yaml")
    (root / "loop").symlink_to(root)
    assert paths(find_sources(root)) == ["a.yaml", "linked.yaml"]
    assert find_sources(root).findings == ()
    (root / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "gone.yaml").symlink_to(root / "nothing.yaml")
    (root / "round.yaml").symlink_to(root / "round.yaml")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    found = find_sources(root)
    assert paths(found) == ["a.yaml", "linked.yaml"]
    assert shown(found) == [
        "警告 SOP004 outward-link  folder:1:1",
        "  这个链接指向工作区外面，没有读",
        "错误 SOP004 outward-link  gone.yaml:1:1",
        "  这个链接指不到任何文件，没有读",
        "错误 SOP004 outward-link  out.yaml:1:1",
        "  这个链接指向工作区外面，没有读",
        "错误 SOP004 outward-link  round.yaml:1:1",
        "  这个链接指不到任何文件，没有读",
        "warning SOP004 outward-link  folder:1:1",
        "  this link leads out of the workspace and was not followed",
        "error SOP004 outward-link  gone.yaml:1:1",
        "  this link leads nowhere and was not followed",
        "error SOP004 outward-link  out.yaml:1:1",
        "  this link leads out of the workspace and was not followed",
        "error SOP004 outward-link  round.yaml:1:1",
        "  this link leads nowhere and was not followed",
    ]


def test_a_marker_of_an_output_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path, "sopkit.yaml", "out/mine.yaml")
    for place in (tmp_path / MARKER, tmp_path / "out" / MARKER):
        place.write_bytes(marker_of(["index.html"]))
    assert paths(find_sources(tmp_path)) == ["out/mine.yaml", "sopkit.yaml"]


def test_only_a_file_makes_a_folder_a_workspace_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "sopkit.yaml", "a/play.yaml", "b/play.yaml")
    (tmp_path / "a/sopkit.yaml").mkdir()
    (tmp_path / "b/sopkit.yaml").symlink_to("gone.yaml")
    found = find_sources(tmp_path)
    assert paths(found) == ["a/play.yaml", "b/play.yaml", "sopkit.yaml"]
    assert [(one.rule.code, one.span.path) for one in found.findings] == [("SOP004", "b/sopkit.yaml")]


@pytest.mark.parametrize("text", ["", "# kind: workspace\n", "kind: catalog\n", "kind:\n"])
def test_only_what_says_that_it_is_a_workspace_hides_its_folder(tmp_path: Path, text: str) -> None:
    write(tmp_path, "sopkit.yaml", "a/sopkit.yaml", "a/play.yaml")
    (tmp_path / "a/sopkit.yaml").write_text(text, "utf-8")
    found = find_sources(tmp_path)
    assert (paths(found), found.apart) == (["a/play.yaml", "a/sopkit.yaml", "sopkit.yaml"], 0)


@pytest.mark.parametrize(
    "text", ["kind: workspace\n", "id: a\r\nkind: 'workspace'\r\n", "not: [closed\nkind: workspace\n"]
)
def test_a_workspace_inside_is_left_out_and_counted_and_so_is_a_link_to_it(tmp_path: Path, text: str) -> None:
    write(tmp_path, "sopkit.yaml", "a/sopkit.yaml", "a/play.yaml")
    (tmp_path / "a/sopkit.yaml").write_bytes(text.encode())
    (tmp_path / "same").symlink_to("a")
    found = find_sources(tmp_path)
    assert (paths(found), found.apart) == (["sopkit.yaml"], 1)
    assert [(one.rule.code, one.span.path) for one in found.findings] == [("SOP004", "same")]


def test_a_link_to_a_folder_that_is_read_nowhere_is_told(tmp_path: Path) -> None:
    write(tmp_path, "sopkit.yaml", "kept/a.yaml", ".store/b.yaml", ".store/c.yaml")
    (tmp_path / "same").symlink_to("kept")
    (tmp_path / "flows").symlink_to(".store")
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).symlink_to(".store/b.yaml")
    found = find_sources(tmp_path)
    assert paths(found) == ["kept/a.yaml", "one.yaml", "sopkit.yaml"]
    assert shown(found) == [
        "警告 SOP004 outward-link  flows:1:1",
        "  这个链接指向工作区里不读的文件夹，没有读",
        "warning SOP004 outward-link  flows:1:1",
        "  this link leads to a folder of the workspace that is not read and was not followed",
    ]


def test_nothing_to_read_is_no_reason_to_pass(tmp_path: Path) -> None:
    write(tmp_path, "rules/r.yaml", "notes.txt")
    assert shown(find_sources(tmp_path))[2:] == [
        "error SOP001 unreadable-file  sopkit.yaml:1:1",
        "  this file can't be opened: it has just been moved away",
    ]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    found = find_sources(tmp_path)
    assert found.sources == ()
    assert shown(found) == [
        "错误 SOP001 unreadable-file  pipe.yaml:1:1",
        "  打不开这个文件：它不是普通文件",
        "error SOP001 unreadable-file  pipe.yaml:1:1",
        "  this file can't be opened: it is no regular file",
    ]


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        (PermissionError(13, "x"), "没有访问权限", "access is denied"),
        (FileNotFoundError(2, "x"), "文件刚刚被移走了", "it has just been moved away"),
        (OSError(5, "x"), "磁盘或电脑出错", "the disk or the system failed"),
    ],
)
def test_a_file_that_the_system_does_not_give_is_a_finding(
    error: OSError, zh: str, en: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.yaml", "b.yaml")
    opened = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("a.yaml"):
            raise error
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    found = find_sources(tmp_path)
    assert paths(found) == ["b.yaml"]
    assert shown(found) == [
        "错误 SOP001 unreadable-file  a.yaml:1:1",
        f"  打不开这个文件：{zh}",
        "error SOP001 unreadable-file  a.yaml:1:1",
        f"  this file can't be opened: {en}",
    ]


def test_a_file_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "large.yaml").open("wb") as stream:
        stream.truncate(10**12)  # a hole, which takes no room
    found = find_sources(tmp_path)
    assert shown(found)[:2] == [
        "错误 SOP002 file-too-large  large.yaml:1:1",
        "  这个文件有 1000000.0 MB，超过了 1 MB 的上限",
    ]


def test_too_many_files_are_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, *(f"{number}.yaml" for number in range(6)))
    monkeypatch.setattr(files, "MAX_FILES", 3)
    found = find_sources(tmp_path)
    assert len(found.sources) == 3
    assert shown(found) == [
        "错误 SOP003 too-many-files  .:1:1",
        "  工作区里的文件超过了上限（3 个文件或 250 MB），后面的没有读",
        "error SOP003 too-many-files  .:1:1",
        "  the workspace goes beyond 3 files or 250 MB; the rest was not read",
    ]


def test_a_name_that_would_steer_the_terminal_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path, "a\x1b[2J\u202e.yaml")
    assert paths(find_sources(tmp_path)) == ["a\ufffd[2J\ufffd.yaml"]


def test_a_playbook_saved_as_text_is_a_note(tmp_path: Path) -> None:
    write(tmp_path, "sopkit.yaml", "flows/new.yaml.TXT", "b.yml.txt", "notes.txt", ".c.yaml.txt")
    found = find_sources(tmp_path)
    assert paths(found) == ["sopkit.yaml"]
    assert [(one.span.path, one.weight, one.fix("en")) for one in found.findings] == [
        ("b.yml.txt", Severity.NOTE, "if it is a playbook, rename it to b.yml"),
        ("flows/new.yaml.TXT", Severity.NOTE, "if it is a playbook, rename it to new.yaml"),
    ]
