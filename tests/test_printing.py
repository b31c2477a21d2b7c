"""Documents written by two processes are those that one writes; a form whose library is missing says what installs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sopkit.aside import Aside
from sopkit.cli import app
from sopkit.render.document import Document
from sopkit.render.printing import NUMBER, Piece, printed
from sopkit.render.templating import Templates
from sopkit.render.writers import APART, INSTALL, WRITERS, Press
from tests.documents import SMALL
from tests.workspaces import TODAY

PIECES = [Piece(Document("index", "en", f"page {number}", "", ()), "html", f"{number}.html") for number in range(6)]


class Copy:
    """A second process that has taken the last pieces, and made what it was told of them."""

    def __init__(self, takes: int, parts: list[bytes] | None) -> None:
        self.first, self.parts = len(PIECES) - takes, parts

    def takes(self, number: int) -> bool:
        return number < self.first

    def result(self) -> list[bytes] | None:
        return self.parts

    def stop(self) -> None:
        self.parts = None


@pytest.mark.parametrize("made", [3, 2, 0, None])
def test_files_come_in_order_whatever_the_second_process_made(
    made: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Aside, "start", lambda *_: None)
    alone = list(printed(PIECES, Press(Templates(), TODAY)))
    back = [NUMBER.pack(number) + b"by the second" for number in (5, 4, 3)]
    monkeypatch.setattr(Aside, "start", lambda *_: Copy(3, None if made is None else back[:made]))
    shared = list(printed(PIECES, Press(Templates(), TODAY)))
    assert [path for path, _ in shared] == [path for path, _ in alone]
    assert sorted(path for path, _ in alone) == [piece.path for piece in PIECES]
    taken = {shared[number][0] for number in (5, 4, 3)[: made or 0]}
    assert all(data == (b"by the second" if path in taken else dict(alone)[path]) for path, data in shared)


def test_the_second_process_makes_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Callable[[Iterator[int]], Iterator[bytes]]] = []
    monkeypatch.setattr(Aside, "start", lambda _, work: given.append(work))
    alone = [data for _, data in printed(PIECES, Press(Templates(), TODAY))]
    made = list(given[0](iter([5, 0])))
    assert made == [NUMBER.pack(5) + alone[5], NUMBER.pack(0) + alone[0]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def built(*arguments: str | Path) -> int:
    return app.main(("--lang", "en", "build", *map(str, arguments), "--as-of", "2026-07-01"))


@pytest.mark.long
def test_only_the_forms_that_are_asked_for_are_written(workspace: Path, tmp_path: Path) -> None:
    assert built(workspace, "-o", tmp_path / "out", "--format", "md") == 0
    endings = {path.suffix for path in (tmp_path / "out/manuals").iterdir()}
    assert endings == {".md"}
    assert not (tmp_path / "out/checklists").exists()
    assert (tmp_path / "out/index.html").is_file()


@pytest.mark.long
def test_calendars_and_drawings_are_forms_to_ask_for(workspace: Path, tmp_path: Path) -> None:
    assert built(workspace, "-o", tmp_path / "out", "--format", "ics", "--format", "svg") == 0
    endings = {path.suffix for path in (tmp_path / "out").rglob("*.*") if path.parent != tmp_path / "out"}
    assert endings == {".ics", ".svg"}
    assert "calendar/guide.en.ics" in (tmp_path / "out/index.en.html").read_text("utf-8")


@pytest.mark.long
def test_calendars_and_codes_whose_libraries_are_missing_are_named(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(APART, "ics", replace(APART["ics"], libraries=("no_such_library",)))
    monkeypatch.setattr("sopkit.render.qr.find_spec", lambda _: None)
    assert built(workspace, "-o", tmp_path / "out") == 0
    assert f"no iCalendar, QR codes was written; to have it, run: {INSTALL}" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("*.ics"))
    assert built(workspace, "-o", tmp_path / "out", "--format", "html", "--only", "calendar") == 0
    assert "no QR codes was" not in capsys.readouterr().err
    assert built(workspace, "-o", tmp_path / "out", "--format", "ics") == 2


@pytest.mark.long
def test_a_form_whose_library_is_missing_says_what_installs_it(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(WRITERS, "md", replace(WRITERS["md"], libraries=("no_such_library",)))
    assert built(workspace, "-o", tmp_path / "out", "--format", "md") == 2
    assert INSTALL in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert built(workspace, "-o", tmp_path / "out") == 0
    assert f"no Markdown was written; to have it, run: {INSTALL}" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("*.md"))
