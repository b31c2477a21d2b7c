"""Work that a second process shares: numbered pieces go in; the bytes that it made of those it did come out.

This process takes pieces from the front, the copy from the back, and when they meet hardly any is left, however unlike they are: of a
piece that both want in the same moment, each may think that the other does it. So whoever asked does what did not come back, be it
that one, or all of them where no second process can be had, or where it fails; the result is the same.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import signal
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any, Final, NoReturn, TypeVar

Work = Callable[[Iterator[int]], Iterator[bytes]]
"""The numbers of pieces come in as the copy takes them; what it makes of them goes out in parts, of one piece or of several."""

Made = TypeVar("Made")

MARK: Final = struct.Struct("q")
LENGTH: Final = struct.Struct("Q")


class Aside:
    """A copy of this process, which does its share and ends."""

    def __init__(self, process: int, answer: IO[bytes], marks: mmap.mmap, count: int) -> None:
        self._process = process
        self._answer = answer
        self._marks = marks
        self._count = count

    @classmethod
    def start(cls, count: int, work: Work) -> Aside | None:
        """Begin with the last of `count` pieces; None where a copy would be slower (one processor) or unsafe (threads, not Linux)."""
        if not can_copy():
            return None
        try:
            answer = tempfile.TemporaryFile()  # noqa: SIM115  a pipe would make the copy wait for its reader
            marks = mmap.mmap(-1, 2 * MARK.size)
            process = os.fork()
        except OSError:
            return None
        if process == 0:
            end_after(partial(_work_out, work, answer, marks, count))
        return cls(process, answer, marks, count)

    def takes(self, number: int) -> bool:
        """Whether this process is to do that piece, the next from the front; not when the copy has taken it, and all behind it."""
        MARK.pack_into(self._marks, 0, number + 1)
        taken: int = MARK.unpack_from(self._marks, MARK.size)[0]
        return number < self._count - taken

    def result(self) -> list[bytes] | None:
        """Wait for the copy and return what it made, in the order of its making; None when it did not come to its end."""
        with self._answer as answer, suppress(ChildProcessError):
            _, status = os.waitpid(self._process, 0)
            if status == 0:
                answer.seek(0)
                return list(_parts(answer))
        return None

    def stop(self) -> None:
        """End the copy where it is, when nobody wants its share any more."""
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        self.result()


def shared(tasks: Sequence[Callable[[], Made]]) -> list[Made]:
    """Do every task, the last of them in a second process where there is one; return what each made, in their order.

    What the copy made is equal to what would have been made here, and never the same object. What a task raises goes through.
    """
    second = Aside.start(len(tasks), partial(_made_aside, tasks))
    there: dict[int, Made] = {}
    done: list[Made] = []
    try:
        for number, task in enumerate(tasks):
            if second is not None and not second.takes(number):
                there = dict(pickle.loads(part) for part in second.result() or ())  # noqa: S301  our own process made it
                second = None
            done.append(there[number] if number in there else task())
    finally:
        if second is not None:
            second.stop()
    return done


def begun(task: Callable[[], Made], known: Sequence[object]) -> Callable[[], Made]:
    """Begin a task in a second process, where there is one; return what waits for what it made, or raised.

    What is `known` here is in it the very same.
    """
    second = Aside.start(1, partial(_made_of_known, task, known))

    def made() -> Made:
        for part in second.result() or () if second is not None else ():
            there: Made = unpacked(part, known)
            return there
        return task()

    return made


def packed(made: object, known: Sequence[object]) -> bytes:
    """Return the bytes of what a copy made; what both processes have `known` since before they parted is named in them, not written out."""
    stream = io.BytesIO()
    _Pickler(stream, known).dump(made)
    return stream.getvalue()


def unpacked(made: bytes, known: Sequence[object]) -> Any:
    """Return what was packed, what is `known` in it as the very same."""
    return _Unpickler(made, known).load()


class _Pickler(pickle.Pickler):
    def __init__(self, stream: IO[bytes], known: Sequence[object]) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(one): number for number, one in enumerate(known)}

    def persistent_id(self, one: object) -> int | None:
        return self._numbers.get(id(one))


class _Unpickler(pickle.Unpickler):
    def __init__(self, made: bytes, known: Sequence[object]) -> None:
        super().__init__(io.BytesIO(made))
        self._known = known

    def persistent_load(self, number: int) -> object:
        return self._known[number]


def _made_of_known(task: Callable[[], object], known: Sequence[object], taken: Iterator[int]) -> Iterator[bytes]:
    for _ in taken:
        yield packed(task(), known)


def _made_aside(tasks: Sequence[Callable[[], object]], taken: Iterator[int]) -> Iterator[bytes]:
    for number in taken:
        yield pickle.dumps((number, tasks[number]()), pickle.HIGHEST_PROTOCOL)


def can_copy() -> bool:
    """Whether a copy of this process would be of use, and safe: there is a second processor, and no other thread.

    A copy would wait for a thread, of Python or of a library, as typesetting starts them.
    """
    if sys.platform != "linux":
        return False
    return len(os.sched_getaffinity(0)) > 1 and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  no need of paths


def end_after(work: Callable[[], None]) -> NoReturn:
    """Do the work in the copy, which never returns to what its parent was about to do, whatever happens."""
    failed = 1
    with suppress(BaseException):  # the parent meets the same, and tells
        work()
        failed = 0
    os._exit(failed)


def _work_out(work: Work, answer: IO[bytes], marks: mmap.mmap, count: int) -> None:
    answer.writelines(LENGTH.pack(len(part)) + part for part in work(_from_the_back(marks, count)))
    answer.flush()


def _from_the_back(marks: mmap.mmap, count: int) -> Iterator[int]:
    for number in reversed(range(count)):
        MARK.pack_into(marks, MARK.size, count - number)
        if number < MARK.unpack_from(marks, 0)[0]:
            return
        yield number


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    while length := stream.read(LENGTH.size):
        yield stream.read(*LENGTH.unpack(length))
