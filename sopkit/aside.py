"""Work that a second process does while this one goes on: what to do goes in; the bytes it makes come out, or nothing.

Where no second process can be had, or it fails, there is nothing to wait for: who asked does the work alone, with the same result.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

Work = Callable[[], bytes]


class Aside:
    """A copy of this process, which works out some bytes and ends."""

    def __init__(self, process: int, answer: int) -> None:
        self._process = process
        self._answer = answer

    @classmethod
    def start(cls, work: Work) -> Aside | None:
        """Begin the work; None where a copy would be slower (one processor) or unsafe (threads, systems other than Linux)."""
        if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or threading.active_count() > 1:
            return None
        try:
            answer, end = os.pipe()
        except OSError:
            return None
        try:
            process = os.fork()
        except OSError:
            os.close(answer)
            os.close(end)
            return None
        if process == 0:
            os.close(answer)
            _work_out(work, end)
        os.close(end)
        return cls(process, answer)

    def result(self) -> bytes | None:
        """Wait for the bytes; None when the copy did not come to its end."""
        with os.fdopen(self._answer, "rb") as stream:
            made = stream.read()
        try:
            _, status = os.waitpid(self._process, 0)
        except ChildProcessError:
            return None
        return made if status == 0 else None


def _work_out(work: Work, end: int) -> None:
    """Do the work in the copy, which never returns to what its parent was about to do, whatever happens."""
    failed = 1
    with suppress(BaseException):  # the parent meets the same, and tells
        with os.fdopen(end, "wb") as stream:
            stream.write(work())
        failed = 0
    os._exit(failed)
