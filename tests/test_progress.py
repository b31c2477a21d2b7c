"""How far a slow command has come is told on a terminal, to those who did not ask for quiet, and leaves nothing behind."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from sopkit.cli import progress
from sopkit.cli.console import Console
from sopkit.text import Phrase

WHAT = Phrase("正在读", "reading")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert capsys.readouterr().err == ""  # its stream is laid before the stream is changed
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "EVERY", 0)


def run(*, quiet: bool = False) -> None:
    console = Console("en", date(2026, 7, 1), quiet=quiet)
    assert list(progress.watched(console, "ab", WHAT, 2)) == ["a", "b"]
    with progress.measured(console, WHAT) as told:
        told(0.256)
        told(1)


@pytest.mark.usefixtures("terminal")
def test_a_terminal_shows_numbers_and_shares_and_is_left_clean(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    assert capsys.readouterr().err == ("\rreading 1/2 \rreading 2/2 \r\x1b[K\rreading 26% \rreading 100% \r\x1b[K")


@pytest.mark.usefixtures("terminal")
def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    run(quiet=True)
    assert capsys.readouterr().err == ""


def test_what_is_no_terminal_is_told_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    run()
    assert capsys.readouterr().err == ""
