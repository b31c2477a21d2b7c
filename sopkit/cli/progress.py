"""How far a slow command has come: a line on standard error after the first second, on a terminal only, gone at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sopkit.cli.console import Console
from sopkit.text import Phrase

Item = TypeVar("Item")

PATIENCE: Final = 1.0
"""Seconds before the line appears."""
EVERY: Final = 0.1
"""Seconds between two changes of it."""


class _Line:
    """The line, while it is there."""

    def __init__(self) -> None:
        self.shown, self.due = False, time.monotonic() + PATIENCE

    def show(self, text: str) -> None:
        """Change the line, where the last change is long enough ago."""
        if time.monotonic() >= self.due:
            sys.stderr.write(f"\r{text} ")
            sys.stderr.flush()
            self.shown, self.due = True, time.monotonic() + EVERY

    def clear(self) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _is_wanted(console: Console) -> bool:
    return not console.quiet and sys.stderr.isatty()


def watched(console: Console, items: Iterable[Item], what: Phrase, total: int | None = None) -> Iterator[Item]:
    """Yield the items, telling how many have been asked for."""
    if not _is_wanted(console):
        yield from items
        return
    line = _Line()
    for number, item in enumerate(items, 1):
        yield item
        line.show(f"{console.word(what)} {number}/{total}" if total else f"{console.word(what)} {number}")
    line.clear()


@contextmanager
def measured(console: Console, what: Phrase) -> Iterator[Callable[[float], None]]:
    """Give what is to be told which share is done, from 0 to 1."""
    if not _is_wanted(console):
        yield lambda _: None
        return
    line = _Line()
    try:
        yield lambda share: line.show(f"{console.word(what)} {share:.0%}")
    finally:
        line.clear()
