"""Work by what others wrote, done in a process of its own: questions go in, answers come out, or how it was ended.

Such a process has no more memory than it may have, where the system keeps such limits (Windows knows none, macOS not this one), and
no way to the network by a proxy; whoever waits for an answer waits so long and no longer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Question = TypeVar("Question")
Answer = TypeVar("Answer")

NO_PROXY_HERE: Final = "http://127.0.0.1:9"
"""Nothing listens there."""


class TooSlowError(Exception):
    """There was no answer in time."""


class BrokenOffError(Exception):
    """The process came to its end: the system gave it no more memory, or it crashed."""


class Confined(Generic[Question, Answer]):
    """A process that is started with the first question, and once more after it had to be ended."""

    def __init__(
        self, work: Callable[..., Callable[[Question], Answer]], *arguments: object, seconds: float, memory: int
    ) -> None:
        """Take a function of a module, which makes in the new process, of `arguments`, what answers; `memory` is in bytes."""
        self._start = (work, arguments, memory)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._of = 0
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, question: Question) -> Answer:
        """Return the answer. Raises `TooSlowError` or `BrokenOffError`, and the next question finds a new process."""
        with self._lock:
            line = self._started()
            try:
                line.send(question)
                in_time = line.poll(self._seconds)
                answer: Answer | None = line.recv() if in_time else None
            except (EOFError, OSError) as error:
                self.close()
                raise BrokenOffError from error
            if answer is None:
                self.close()
                raise TooSlowError
            return answer

    def _started(self) -> Connection:
        if self._line is None or self._of != os.getpid():  # a copy of this process has one of its own
            import multiprocessing  # noqa: PLC0415  few workspaces have templates of their own

            context = multiprocessing.get_context("spawn")
            self._of = os.getpid()
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=serve, args=(theirs, *self._start), daemon=True)
            self._process.start()
            theirs.close()
        return self._line

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None and self._line is not None and self._of == os.getpid():
            self._line.close()
            self._process.kill()
            self._process.join()
        self._process = self._line = None


def serve(
    line: Connection, work: Callable[..., Callable[[Question], Answer]], arguments: tuple[object, ...], memory: int
) -> None:
    """Answer until nobody asks any more: the other process, which ends with the one that asks, whatever it does just then."""
    threading.Thread(target=_end_after_asker, daemon=True).start()
    _limit(memory)
    answer = work(*arguments)
    while True:
        try:
            question: Question = line.recv()
        except (EOFError, OSError):
            return
        answered = answer(question)
        try:
            line.send(answered)
        except OSError:  # whoever asked has ended meanwhile
            return


def _end_after_asker() -> None:
    from multiprocessing import parent_process  # noqa: PLC0415

    asker = parent_process()
    if asker is not None:
        asker.join()
        os._exit(1)


def _limit(memory: int) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = NO_PROXY_HERE
    os.environ.pop("no_proxy", None)
    os.environ.pop("NO_PROXY", None)
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
