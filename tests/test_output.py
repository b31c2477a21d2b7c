"""Outputs stand whole or not at all, and only where we wrote before."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopkit import output
from sopkit.output import (
    MARKER,
    File,
    OutputRefusedError,
    marker_of,
    write_file,
    write_folder,
    write_result,
)
from sopkit.placing import refuse_changed, write_beside


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


def test_a_file_that_stays_the_same_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_folder(out, [("same.html", b"same"), ("other.html", b"one"), ("longer.html", b"one")])
    former = {path.name: path.stat() for path in out.iterdir()}
    write_folder(
        out, [("same.html", b"same"), ("other.html", b"two"), ("longer.html", b"one more"), ("new.html", b"same")]
    )
    assert out.joinpath("same.html").stat().st_ino == former["same.html"].st_ino
    assert out.joinpath("same.html").stat().st_nlink == 1
    assert [out.joinpath(f"{name}.html").read_bytes() for name in ("other", "longer", "new")] == [
        b"two",
        b"one more",
        b"same",
    ]

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no second names here")

    monkeypatch.setattr("os.link", refuse)
    write_folder(out, [("same.html", b"same")])
    assert out.joinpath("same.html").read_bytes() == b"same"


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
            raise OSError(16, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path / "out", [("index.html", b"next")])
    assert "another program is using it" in caught.value.reason.en
    assert "别的程序正在使用" in caught.value.reason.zh
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
    assert "磁盘满了" in caught.value.reason.zh
    assert "the disk is full" in caught.value.reason.en
    assert names(tmp_path) == ["manifest.json"]
    assert (tmp_path / "manifest.json").read_bytes() == b"former"


def test_the_marker_speaks_both_languages() -> None:
    assert "sopkit" in output.MARKER_HEAD
    assert "替换" in output.MARKER_HEAD


def test_the_marker_lists_what_was_written_in_order() -> None:
    assert marker_of(["b/c.html", "a.html"]) == marker_of(["a.html", "b/c.html"])
    assert marker_of(["b/c.html", "a.html"]).endswith(b"\n\na.html\nb/c.html\n")
    with pytest.raises(ValueError, match="no YAML"):
        marker_of(["a.html", "b/C.YML"])


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("notes.txt", "notes.txt"),
        ("brand2/sopkit.yaml", "brand2/"),
        ("manuals/mine/sopkit.yaml", "manuals/mine/"),
        ("manuals/mine.html", "manuals/mine.html"),
        (".git/config", ".git/"),
    ],
)
def test_what_others_put_into_an_output_is_kept_and_named(tmp_path: Path, name: str, named: str) -> None:
    write_folder(tmp_path / "out", [("index.html", b"1"), ("manuals/guide.html", b"1")])
    (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "out" / name).write_text("mine")
    before = names(tmp_path)
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path / "out", [("index.html", b"2")])
    assert f"did not write ({named})" in caught.value.reason.en
    assert f"（{named}）" in caught.value.reason.zh
    assert names(tmp_path) == before
    assert (tmp_path / "out/index.html").read_bytes() == b"1"


@pytest.mark.parametrize("text", ["", "Written by sopkit: the next build replaces this whole folder.\n"])
def test_a_marker_that_lists_nothing_gives_nothing_away(tmp_path: Path, text: str) -> None:
    (tmp_path / MARKER).write_text(text)
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(OutputRefusedError):
        write_folder(tmp_path, [("index.html", b"1")])
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_marker_gives_away_neither_yaml_nor_links(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "sopkit.yaml").write_text("kind: workspace")
    (out / "index.html").symlink_to("sopkit.yaml")
    (out / MARKER).write_bytes(marker_of(["index.html"]) + b"sopkit.yaml\n")
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(out, [("index.html", b"1")])
    assert "(index.html, sopkit.yaml)" in caught.value.reason.en
    assert names(out) == [MARKER, "index.html", "sopkit.yaml"]


def test_what_was_deleted_or_looked_at_by_hand_keeps_nobody_from_building(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("index.html", b"1"), ("manuals/guide.html", b"1")])
    (tmp_path / "out/manuals/guide.html").unlink()
    (tmp_path / "out/manuals/.DS_Store").write_bytes(b"\0")
    marker = tmp_path / "out" / MARKER
    marker.write_bytes(marker.read_bytes().replace(b"\n", b"\r\n"))  # as git checks it out on Windows
    write_folder(tmp_path / "out", [("index.html", b"2")])
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html"]


def test_what_comes_while_a_build_runs_is_kept(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("index.html", b"former")])

    def slow() -> Iterator[File]:
        yield "index.html", b"next"
        (tmp_path / "out/notes.txt").write_text("mine")

    with pytest.raises(OutputRefusedError):
        write_folder(tmp_path / "out", slow())
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html", "out/notes.txt"]
    assert (tmp_path / "out/index.html").read_bytes() == b"former"


def test_what_a_former_output_still_holds_of_others_is_never_swept_away(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("index.html", b"1")])
    aside = tmp_path / ".out.sopkit-former"
    (tmp_path / "out").rename(aside)
    write_folder(tmp_path / "out", [("index.html", b"2")])
    assert not aside.exists()
    aside.mkdir()
    (aside / "notes.txt").write_text("mine")
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path / "out", [("index.html", b"3")])
    assert "notes.txt" in caught.value.reason.en
    assert (aside / "notes.txt").read_text() == "mine"
    assert (tmp_path / "out/index.html").read_bytes() == b"2"


def test_a_full_disk_is_named_with_the_file_and_the_former_output_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "out", [("index.html", b"former")])

    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputRefusedError) as caught:
        write_folder(tmp_path / "out", [("manuals/guide.html", b"next")])
    assert caught.value.reason.en.endswith(
        "out/manuals/guide.html: cannot be written (the disk is full; free some space)"
    )
    assert names(tmp_path) == [f"out/{MARKER}", "out/index.html"]
    assert (tmp_path / "out/index.html").read_bytes() == b"former"


def test_what_fails_while_a_file_is_made_is_no_fault_of_the_place(tmp_path: Path) -> None:
    def unmade() -> Iterator[File]:
        yield "index.html", (tmp_path / "no-template").read_bytes()

    with pytest.raises(FileNotFoundError):
        write_folder(tmp_path / "out", unmade())


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"1")
    (tmp_path / "link.json").symlink_to("real.json")
    (tmp_path / "new.json").symlink_to("deep/unborn.json")
    write_file(tmp_path / "link.json", b"2")
    write_file(tmp_path / "new.json", b"3")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "new.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"2"
    assert (tmp_path / "deep/unborn.json").read_bytes() == b"3"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputRefusedError) as caught:
        write_file(tmp_path / "a", b"1")
    assert "in a circle" in caught.value.reason.en
    assert (tmp_path / "a").is_symlink()


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, b"1")
        assert os.read(reader, 10) == b"1"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_stays_a_device() -> None:
    with pytest.raises(OutputRefusedError) as caught:
        write_file(Path("/dev/full"), b"1")
    assert caught.value.reason.en == "/dev/full: cannot be written (the disk is full; free some space)"
    write_file(Path(os.devnull), b"1")
    assert not Path(os.devnull).is_file()


def test_an_open_file_keeps_what_it_holds(tmp_path: Path) -> None:
    with (tmp_path / "log").open("ab") as log:
        log.write(b"before ")
        log.flush()
        write_file(Path(f"/dev/fd/{log.fileno()}"), b"result")
    assert (tmp_path / "log").read_bytes() == b"before result"
    assert names(tmp_path) == ["log"]


def test_permissions_are_kept_and_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    private = tmp_path / "private.yaml"
    private.write_bytes(b"1")
    private.chmod(0o600)
    write_file(private, b"2")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    private.chmod(0o400)
    with pytest.raises(OutputRefusedError) as caught:
        write_file(private, b"3")
    assert "access is denied" in caught.value.reason.en
    assert private.read_bytes() == b"2"


@pytest.mark.parametrize("name", ["play.yaml", "link.json"])
def test_no_result_is_written_over_a_playbook_not_even_through_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "play.yaml").write_text("kind: kpi")
    (tmp_path / "link.json").symlink_to("play.yaml")
    with pytest.raises(OutputRefusedError):
        write_result(tmp_path / name, b"{}")
    assert (tmp_path / "play.yaml").read_text() == "kind: kpi"


def test_a_fix_is_written_only_over_what_was_read_and_inside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.yaml").write_bytes(b"1")
    (root / "link.yaml").symlink_to("a.yaml")
    (tmp_path / "outside.yaml").write_bytes(b"1")
    (root / "out.yaml").symlink_to("../outside.yaml")
    refuse_changed(root, root / "a.yaml", b"1")
    refuse_changed(root, root / "link.yaml", b"1")
    for path, before, why in (
        ("a.yaml", b"0", "changed"),
        ("gone.yaml", b"1", "moved away"),
        ("out.yaml", b"1", "outside of the workspace"),
    ):
        with pytest.raises(OutputRefusedError) as caught:
            refuse_changed(root, root / path, before)
        assert why in caught.value.reason.en


def test_a_folder_that_another_command_made_inside_its_own_is_written_anew_by_both(tmp_path: Path) -> None:
    build, audit = tmp_path / "build", tmp_path / "build" / "audit"
    whole = [("index.html", b"1"), ("audit/report.html", b"1"), ("audit/data/list.csv", b"1")]
    for _ in range(2):
        write_folder(build, whole)
        assert names(build) == [MARKER, "audit/data/list.csv", "audit/report.html", "index.html"]
        write_folder(audit, [("report.html", b"2")])
        write_folder(audit, [("report.html", b"3"), ("more.html", b"3")])
        assert names(audit) == [MARKER, "more.html", "report.html"]
        assert names(tmp_path) == [f"build/{one}" for one in names(build)]
    (audit / "mine.txt").write_text("mine", encoding="utf-8")
    for target in (audit, build):
        with pytest.raises(OutputRefusedError, match=r"mine\.txt"):
            write_folder(target, whole)
    assert (audit / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_when_one_of_several_playbooks_cannot_be_put_in_place_all_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.yaml").write_bytes(b"before")
    put = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == "c.yaml":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return put(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputRefusedError):
        write_beside(tmp_path, [(name, b"after") for name in ("a.yaml", "b.yaml", "c.yaml")], replace=True)
    assert names(tmp_path) == ["b.yaml"]
    assert (tmp_path / "b.yaml").read_bytes() == b"before"
