"""Work on many pieces that copies of this process do, two at a time: a number of pieces goes in; what was made of each comes out.

Each copy takes the next piece when it has done one, and ends when it likes: what a library has heaped up goes with it, at no cost,
and another takes over. What no copy made is left to whoever asked: the result is the same.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import IO, Final

from sopkit.aside import can_copy, end_after

Work = Callable[[Iterator[int]], Iterator[bytes]]
"""The numbers of pieces come in as a copy takes them; what it made of each goes out. It may stop before they do."""

AT_A_TIME: Final = 2
NUMBER: Final = struct.Struct("I")
LENGTH: Final = struct.Struct("Q")
AHEAD: Final = 1 << 20
"""Bytes that a copy may be ahead of its reader; so many are read at a time."""


def relayed(count: int, work: Work, *between: Callable[[], None]) -> Iterator[tuple[int, bytes | None]]:
    """Yield (piece, what was made of it) as it comes, the first begun first; None where a copy failed at it.

    What later copies would each do for themselves, this process does once `between` two of them: the first task before the second copy,
    the next before the third, and so on, while others work. A task starts no thread; it is not done where no copy follows.
    Nothing comes where copies would be slower (one processor) or unsafe (threads, not Linux), or where none can be had.
    """
    with tempfile.TemporaryFile() as queue, selectors.DefaultSelector() as heard, ExitStack() as stack:
        queue.write(b"".join(map(NUMBER.pack, range(count))))
        queue.seek(0)
        pieces = queue.fileno()  # its place is shared: each copy reads on where another stopped
        failed = False
        begun, tasks = False, iter(between)
        while True:
            while not failed and len(heard.get_map()) < AT_A_TIME and _are_left(pieces, count):
                if begun:
                    next(tasks, _nothing)()
                copy = _start(pieces, work, [key.fd for key in heard.get_map().values()])
                if copy is None:
                    break
                begun = True
                stack.callback(copy.stop)
                heard.register(copy.answer, selectors.EVENT_READ, copy)
            if not heard.get_map():
                return
            for key, _ in heard.select():
                copy = key.data
                yield from copy.made()
                if copy.silent:
                    heard.unregister(copy.answer)
                    failed |= not copy.ended_well()
                    if copy.at is not None:
                        yield copy.at, None


def _nothing() -> None:
    pass


def _are_left(pieces: int, count: int) -> bool:
    return os.lseek(pieces, 0, os.SEEK_CUR) < count * NUMBER.size


class _Copy:
    """A copy of this process, and what was heard of it."""

    def __init__(self, process: int, answer: int) -> None:
        self.answer = answer
        self.at: int | None = None
        """The piece that it has begun."""
        self.silent = False
        self._process = process
        self._heard = bytearray()

    def made(self) -> Iterator[tuple[int, bytes]]:
        """Yield what it has made since, of which there is something to read; it is `silent` where nothing more will come."""
        part = os.read(self.answer, AHEAD)
        self.silent = not part
        self._heard += part
        while (number := self._begun()) is not None and len(self._heard) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self._heard)[0]
            if len(self._heard) < end:
                return
            made = bytes(self._heard[LENGTH.size : end])
            del self._heard[:end]
            self.at = None
            yield number, made

    def _begun(self) -> int | None:
        if self.at is None and len(self._heard) >= NUMBER.size:
            self.at = NUMBER.unpack_from(self._heard)[0]
            del self._heard[: NUMBER.size]
        return self.at

    def ended_well(self) -> bool:
        """Wait for its end, and tell whether it meant to."""
        os.close(self.answer)
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return status == 0

    def stop(self) -> None:
        """End it where it is, if it has not ended."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            self.ended_well()


def _start(pieces: int, work: Work, others: list[int]) -> _Copy | None:
    if not can_copy():
        return None
    import fcntl  # noqa: PLC0415  not everywhere

    try:
        answer, to_answer = os.pipe()
        with suppress(OSError):  # where its user has no room for that
            fcntl.fcntl(to_answer, fcntl.F_SETPIPE_SZ, AHEAD)
        process = os.fork()
    except OSError:
        return None
    if process == 0:
        for each in (answer, *others):  # else a copy whose parent was killed would wait for itself or another to read
            os.close(each)
        end_after(partial(_work_out, pieces, to_answer, work))
    os.close(to_answer)
    return _Copy(process, answer)


def _work_out(pieces: int, to_answer: int, work: Work) -> None:
    gc.freeze()  # else a collection would copy all that the two share
    with open(to_answer, "wb") as answer:
        for made in work(_taken(pieces, answer)):
            answer.write(LENGTH.pack(len(made)))
            answer.write(made)
            answer.flush()


def _taken(pieces: int, answer: IO[bytes]) -> Iterator[int]:
    while number := os.read(pieces, NUMBER.size):
        answer.write(number)
        answer.flush()
        yield NUMBER.unpack(number)[0]
