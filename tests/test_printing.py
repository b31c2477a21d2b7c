"""Documents written by two processes are those that one writes; a form whose library is missing says what installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from unittest.mock import Mock

import pytest

from sopkit.cli import app
from sopkit.render import printing, typst_press
from sopkit.render.document import Document
from sopkit.render.printing import Piece, printed
from sopkit.render.templating import Templates
from sopkit.render.writers import APART, INSTALL, WRITERS, Form, Press
from tests.documents import SMALL
from tests.workspaces import TODAY

FORMS: Final[tuple[Form, ...]] = tuple(WRITERS)
PIECES = [Piece(Document("index", "en", f"page {number}", "", ()), "html", f"{number}.html") for number in range(7)]
"""As large as each other, so that the last is the one that is written between the first copy and the second."""


@pytest.mark.parametrize("made", [(), (5, 4, 3), range(6)])
def test_what_copies_did_not_make_is_made_here(made: Collection[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "relayed", lambda *_: ())
    alone = dict(printed(PIECES, Press(Templates(), TODAY)))
    assert sorted(alone) == [piece.path for piece in PIECES]
    came = [
        (number, None if number == 4 else b"by a copy") for number in made
    ]  # the fifth piece is one at which it failed
    monkeypatch.setattr(printing, "relayed", lambda *_: came)
    shared = list(printed(PIECES, Press(Templates(), TODAY)))
    assert len(dict(shared)) == len(shared)
    assert dict(shared).keys() == alone.keys()
    assert sum(data == b"by a copy" for _, data in shared) == len(set(made) - {4})
    assert all(data in (b"by a copy", alone[path]) for path, data in shared)


def test_what_is_made_already_is_put_down_while_copies_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "relayed", lambda *_: ((number, b"by a copy") for number in range(6)))
    came = [name for name, _ in printed(PIECES, Press(Templates(), TODAY), [("a", b""), ("b", b"")])]
    assert came == ["0.html", "b", "a", *(f"{number}.html" for number in range(1, 7))]
    monkeypatch.setattr(printing, "relayed", lambda *_: ())
    assert len(dict(printed(PIECES, Press(Templates(), TODAY), [("a", b""), ("b", b"")]))) == len(PIECES) + 2


def test_a_copy_makes_what_it_is_given_and_ends_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Callable[[Iterator[int]], Iterator[bytes]]] = []

    def relayed(
        _: int, work: Callable[[Iterator[int]], Iterator[bytes]], *_between: object
    ) -> Iterator[tuple[int, bytes]]:
        given.append(work)
        return iter(())

    monkeypatch.setattr(printing, "relayed", relayed)
    monkeypatch.setenv(printing.THREADS, "2")
    alone = [data for _, data in printed(PIECES, Press(Templates(), TODAY))]
    last, *others = alone
    assert list(given[0](iter([5, 0]))) == [others[5], others[0]]
    assert os.environ[printing.THREADS] == "1"
    monkeypatch.setattr(Press, "full", True)
    assert list(given[0](iter([5, 0]))) == [others[5]]
    assert last not in others


def test_one_of_each_form_is_written_before_there_is_a_second_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that those after the first have the libraries and templates; PDF is left to them, since setting it starts threads."""
    written: list[str] = []

    def write(piece: Piece, _: Press) -> bytes:
        written.append(piece.path)
        return b""

    def relayed(count: int, _: object, *between: Callable[[], None]) -> Iterator[tuple[int, bytes]]:
        between[0]()
        written.append(f"{count} by copies")
        return iter(())

    monkeypatch.setattr(printing, "_write", write)
    monkeypatch.setattr(printing, "relayed", relayed)
    pages = [Piece(piece.document, form, f"{number}.{form}") for number, piece in enumerate(PIECES) for form in FORMS]
    assert len(dict(printed(pages, Press(Templates(), TODAY)))) == len(pages)
    assert sorted(written[:4]) == ["6.docx", "6.html", "6.md", "6.xlsx"]
    assert written[4] == f"{len(pages) - 4} by copies"


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


def test_fonts_that_cannot_be_loaded_ahead_stop_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = Mock(side_effect=ValueError("unknown format"))
    monkeypatch.setattr(typst_press, "_blank", lambda _: Mock(compile=asked))
    typst_press.InProcess(tmp_path).load_fonts()
    assert asked.called


@pytest.mark.skipif(sys.platform != "linux", reason="asks what threads there are")
def test_fonts_are_loaded_without_a_thread() -> None:
    """Else no copy could be made any more."""
    code = """
import os
from datetime import date
from sopkit.render.templating import Templates
from sopkit.render.writers import Press

press = Press(Templates(), date(2026, 7, 1))
_ = press.typesetter
press.load_fonts()
print(len(os.listdir("/proc/self/task")))
press.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("1\n", "")
