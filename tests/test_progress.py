"""How far a slow command has come is told on a terminal, to those who did not ask for quiet, and leaves nothing behind."""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace

import pytest

from sopkit.cli import progress
from sopkit.cli.console import Console
from sopkit.text import Phrase

WHAT = Phrase("正在读", "reading")


class Stream(io.StringIO):
    terminal = True

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=(made := Stream())))
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "EVERY", 0)
    return made


def run(*, quiet: bool = False) -> None:
    console = Console("en", date(2026, 7, 1), quiet=quiet)
    assert list(progress.watched(console, "ab", WHAT, 2)) == ["a", "b"]
    with progress.measured(console, WHAT) as told:
        told(0.256)
        told(1)


def test_a_terminal_shows_numbers_and_shares_and_is_left_clean(stream: Stream) -> None:
    run()
    numbers, shares = "\rreading 1/2 \rreading 2/2 ", "\rreading 26% \rreading 100% "
    assert stream.getvalue() == f"{numbers}\r\x1b[K{shares}\r\x1b[K"


def test_quiet_is_quiet(stream: Stream) -> None:
    run(quiet=True)
    assert stream.getvalue() == ""


def test_what_is_no_terminal_is_told_nothing(stream: Stream) -> None:
    stream.terminal = False
    run()
    assert stream.getvalue() == ""
