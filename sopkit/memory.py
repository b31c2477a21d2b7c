"""How memory is looked after: while values are made that all stay, and when many were made that do not."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def without_collections() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, over values that all stay: twice as fast at 5,000 documents."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Return to the system what was freed, where the C library keeps it for later and can be asked to."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such thing
            ctypes.CDLL(None).malloc_trim(0)
