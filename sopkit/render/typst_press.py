"""Typst at work: the data of a document goes in, the bytes of a PDF come out; in this process, or in one with limits.

The only part of the program that knows Typst, which is imported when the first PDF is made.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from sopkit.confined import BrokenOffError, Confined, TooSlowError
from sopkit.frozen import dataclass
from sopkit.memory import give_back
from sopkit.render.fonts import fonts
from sopkit.text import Phrase

if TYPE_CHECKING:
    import typst

MAIN: Final = "document.typ"
FONTS: Final = "fonts"
"""The folder, beside the layouts, of a brand's own fonts."""
PLACE: Final = re.compile(r"┌─ (?:[^\n]*[/\\])?([\w.-]+\.typ:\d+:\d+)")
SECONDS: Final = 60.0
"""For one document with a workspace's layouts: the whole manual of a hundred pages takes two."""
MEMORY: Final = 2 << 30
"""Bytes of address space for the same, where the system keeps such limits; the compiler and the fonts alone map 300 MB."""
TOO_LONG: Final = Phrase("超过了 {seconds} 秒", "it takes more than {seconds} seconds")
BROKEN: Final = Phrase(
    "它用的内存超过了限制，或排版程序中断了", "it needs more memory than is allowed, or the typesetter broke off"
)
PANIC: Final = "pyo3_runtime"
"""Where the exception is at home that tells that the compiler met something its makers did not think of; it is no `Exception`."""
LARGE: Final = 300_000
"""Characters of data, of one document or several, that fill so much memory that it is given back before the next."""
FULL: Final = 1_000_000
"""The same for a process that ends then: nothing is to be walked through and freed."""
MEASURED: Final = (
    b'#context for each in ("Noto Sans CJK SC", "Noto Sans", "DejaVu Sans Mono") { measure(text(font: each)[a]) }'
)
"""A word in each font that the layouts name first."""
REMEMBERED: Final = 10
"""Typst keeps what it has laid out until so many documents did not use it."""


@dataclass(frozen=True, slots=True)
class Job:
    data: str
    """JSON."""
    made_at: int
    """Seconds since 1970."""


class LayoutError(Exception):
    """A layout does not work on this data."""

    def __init__(self, message: str, place: str = "", reason: Phrase | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        """File, line and column."""
        self.reason = reason or Phrase(message, message)


class Press(Protocol):
    """What sets documents by the layouts of a folder. Raises `LayoutError`."""

    @property
    def full(self) -> bool:
        """Whether so much was set that memory is given back before the next, which a process that ends now does for nothing."""

    def ends(self) -> None:
        """Say that this process ends when it is full."""

    def load_fonts(self) -> None:
        """Load the fonts that most documents need, starting no thread: copies of this process have them then."""

    def set(self, job: Job) -> bytes: ...

    def close(self) -> None: ...


class InProcess:
    """A compiler for each thread that asks; the fonts are shared, and the lock of Python is free while it works."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._each = threading.local()
        self._filled = 0
        self._most = LARGE
        fonts(folder / FONTS)  # found once, before the process is copied

    @property
    def full(self) -> bool:
        return self._filled > self._most

    def ends(self) -> None:
        self._most = FULL

    def load_fonts(self) -> None:
        import typst  # noqa: PLC0415

        # Only pages are laid out by threads, and there are none in HTML; but words are measured by their fonts.
        with suppress(typst.TypstError, ValueError):  # where there is no such form, each copy loads them
            _blank(self._folder).compile(MEASURED, format="html")

    def set(self, job: Job) -> bytes:
        if self.full:
            self._forget()
        self._filled += len(job.data)
        return _compiled(self._compiler(), job)

    def _forget(self) -> None:
        """Set so many small texts that all before them is forgotten."""
        compiler = _blank(self._folder)
        for number in range(REMEMBERED + 1):
            compiler.compile(b"%d" % number, format="pdf", timestamp=0)
        give_back()
        self._filled = 0

    def _compiler(self) -> typst.Compiler:
        if not hasattr(self._each, "compiler"):
            self._each.compiler = _compiler(self._folder)
        compiler: typst.Compiler = self._each.compiler
        return compiler

    def close(self) -> None:
        self._each = threading.local()


def _compiler(folder: Path) -> typst.Compiler:
    import typst  # noqa: PLC0415  80 MB that only a build of PDF needs

    # Packages would be looked for here, where there are none.
    return typst.Compiler(
        folder / MAIN, root=folder, font_paths=fonts(folder / FONTS), package_path=folder, package_cache_path=folder
    )


def _blank(folder: Path) -> typst.Compiler:
    import typst  # noqa: PLC0415

    return typst.Compiler(b"", root=folder, font_paths=fonts(folder / FONTS))


def why_not_shown(folder: Path, name: str) -> str:
    """Return what the compiler says of a picture, a file of the folder, set by itself; '' where it is shown."""
    import typst  # noqa: PLC0415

    try:
        _blank(folder).compile(f'#image("{name}")'.encode(), format="pdf", timestamp=0)
    except typst.TypstError as error:
        return " ".join(error.message.split())
    return ""


def _compiled(compiler: typst.Compiler, job: Job) -> bytes:
    import typst  # noqa: PLC0415

    try:
        made = compiler.compile(
            format="pdf", sys_inputs={"document": job.data}, pdf_standards=["a-2a", "ua-1"], timestamp=job.made_at
        )
    except typst.TypstError as error:
        found = PLACE.search(error.diagnostic)
        raise LayoutError(error.message, found[1] if found else "") from error
    except BaseException as error:
        if type(error).__module__ != PANIC:
            raise
        raise LayoutError("panic", reason=BROKEN) from error
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


class Apart:
    """A process of its own, which is ended when it takes too long or too much: for layouts that others wrote."""

    def __init__(self, folder: Path, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._apart: Confined[Job, bytes | tuple[str, str]] = Confined(setting, folder, seconds=seconds, memory=memory)

    @property
    def full(self) -> bool:
        return False

    def ends(self) -> None:
        pass

    def load_fonts(self) -> None:
        pass

    def set(self, job: Job) -> bytes:
        try:
            answer = self._apart.ask(job)
        except TooSlowError:
            raise LayoutError("time", reason=TOO_LONG.filled(seconds=f"{self._seconds:g}")) from None
        except BrokenOffError as error:
            raise LayoutError("memory", reason=BROKEN) from error
        if isinstance(answer, tuple):
            raise LayoutError(*answer)
        return answer

    def close(self) -> None:
        self._apart.close()


def setting(folder: Path) -> Callable[[Job], bytes | tuple[str, str]]:
    """Return what sets by the layouts of a folder: the other process."""
    compiler = _compiler(folder)

    def answer(job: Job) -> bytes | tuple[str, str]:
        try:
            return _compiled(compiler, job)
        except LayoutError as error:
            return error.message, error.place

    return answer
