"""Outputs stand whole or not at all, and only where we wrote before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit import output
from sopkit.output import MARKER, File, OutputRefusedError, write_file, write_folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def failing(*names: str) -> Iterator[File]:
    """Yield a half-finished file of each name, then fail."""
    for name in names:
        yield name, b"half"
    raise RuntimeError("a template failed")


def test_a_folder_is_written_with_its_marker(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("index.html", b"1"), ("manuals/guide.zh-CN.html", b"2")])
    assert names(tmp_path / "out") == [MARKER, "index.html", "manuals/guide.zh-CN.html"]
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html", "out/manuals/guide.zh-CN.html"]


def test_the_next_build_replaces_the_whole_folder(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("old.html", b"1"), ("both.html", b"1")])
    write_folder(tmp_path / "out", [("both.html", b"2")])
    assert names(tmp_path) == [f"out/{MARKER}", "out/both.html"]
    assert (tmp_path / "out/both.html").read_bytes() == b"2"


def test_an_empty_folder_is_filled_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_folder(Path(), [("a/b.yaml", b"1"), ("c.yaml", b"2")], marker=False)
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["a", "c.yaml"]
    assert names(tmp_path) == ["here/a/b.yaml", "here/c.yaml"]


def test_a_build_that_fails_halfway_leaves_the_former_output_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("index.html", b"former")])

    with pytest.raises(RuntimeError, match="a template failed"):
        write_folder(tmp_path / "out", failing("index.html"))
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html"]
    assert (tmp_path / "out/index.html").read_bytes() == b"former"


def test_a_swap_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "out", [("index.html", b"former")])
    real = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if "sopkit-new" in self.name:
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path / "out", [("index.html", b"next")])
    assert "in use" in caught.value.reason.en
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html"]
    assert (tmp_path / "out/index.html").read_bytes() == b"former"


def test_a_build_killed_between_its_renames_is_mended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "out", [("index.html", b"former")])

    class Killed(BaseException):
        pass

    real = Path.rename

    def die(self: Path, target: Path) -> Path:
        if "sopkit-new" in self.name:
            raise Killed
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", die)
        with pytest.raises(Killed):
            write_folder(tmp_path / "out", [("index.html", b"next")])
    assert not (tmp_path / "out").exists()

    with pytest.raises(RuntimeError):
        write_folder(tmp_path / "out", failing())
    assert (tmp_path / "out/index.html").read_bytes() == b"former"


def test_what_killed_builds_left_is_swept_away_when_it_is_old(tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in (".out.sopkit-newab", ".out.sopkit-newcd", ".else.sopkit-newab"))
    for path in (old, fresh, other):
        path.mkdir()
    for path in (old, other):
        os.utime(path, (0, 0))
    write_folder(tmp_path / "out", [("index.html", b"1")])
    assert not old.exists()
    assert fresh.is_dir()
    assert other.is_dir()


@pytest.mark.parametrize("content", [{"sopkit.yaml": "kind: workspace"}, {"thesis.docx": "ten years of work"}])
def test_a_folder_of_other_things_is_never_replaced(tmp_path: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path, [("index.html", b"1")])
    assert "did not write" in caught.value.reason.en
    assert "不是 sopkit 生成" in caught.value.reason.zh
    assert names(tmp_path) == sorted(content)


def test_a_file_is_no_place_for_a_folder_nor_a_folder_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputRefusedError):
        write_folder(tmp_path / "file", [("index.html", b"1")])
    with pytest.raises(OutputRefusedError):
        write_file(tmp_path, b"1")
    with pytest.raises(OutputRefusedError):
        write_file(tmp_path / "file" / "inner", b"1")


def test_a_link_to_an_output_is_followed_not_replaced(tmp_path: Path) -> None:
    write_folder(tmp_path / "real", [("index.html", b"1")])
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    write_folder(tmp_path / "link", [("index.html", b"2")])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/index.html").read_bytes() == b"2"


@pytest.mark.parametrize(
    "name", ["../escape.html", "/etc/passwd", "a/../../b", "", "a/\u202eb.html", "a b.html", "..", "a/.."]
)
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a safe output path"):
        write_folder(tmp_path / "out", [(name, b"1")])
    assert names(tmp_path) == []


def test_a_file_replaces_the_former_one_with_ordinary_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    write_file(tmp_path / "deep/manifest.json", b"1")
    write_file(tmp_path / "deep/manifest.json", b"2")
    assert (tmp_path / "deep/manifest.json").read_bytes() == b"2"
    assert names(tmp_path / "deep") == ["manifest.json"]
    mode = stat.S_IMODE((tmp_path / "deep/manifest.json").stat().st_mode)
    assert mode == stat.S_IMODE(plain.stat().st_mode)


def test_a_file_whose_replacement_fails_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "manifest.json", b"former")

    def refuse(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputRefusedError) as caught:
        write_file(tmp_path / "manifest.json", b"next")
    assert "No space left" in caught.value.reason.zh
    assert names(tmp_path) == ["manifest.json"]
    assert (tmp_path / "manifest.json").read_bytes() == b"former"


def test_the_marker_speaks_both_languages() -> None:
    assert "sopkit" in output.MARKER_TEXT
    assert "替换" in output.MARKER_TEXT
