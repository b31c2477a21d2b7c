"""How far a slow command has come: a line on standard error after the first second, on a terminal only, gone at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from sopkit.cli.console import Console
from sopkit.text import Phrase

Item = TypeVar("Item")

PATIENCE: Final = 1.0
"""Seconds before the line appears."""
EVERY: Final = 0.1
"""Seconds between two changes of it."""


def watched(console: Console, items: Iterable[Item], what: Phrase, total: int | None = None) -> Iterator[Item]:
    """Yield the items, telling how many have been asked for."""
    if console.quiet or not sys.stderr.isatty():
        yield from items
        return
    shown, due = False, time.monotonic() + PATIENCE
    for number, item in enumerate(items, 1):
        yield item
        if time.monotonic() >= due:
            share = f"{number}/{total}" if total else str(number)
            sys.stderr.write(f"\r{console.word(what)} {share} ")
            sys.stderr.flush()
            shown, due = True, time.monotonic() + EVERY
    if shown:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
