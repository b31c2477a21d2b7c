"""Templates of a workspace: they are rendered in a process of their own, with limits on time, memory and length.

What goes in is plain data, what comes out is text, or `DocumentFailedError` with template and line. Whoever wrote such a template may
not be known: nothing of this process, its files or its memory is within their reach.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from sopkit.frozen import dataclass
from sopkit.reader.templates import failed
from sopkit.render.templating import Plain, Templates
from sopkit.text import Phrase

SECONDS: Final = 20.0
"""That one document may take."""
MEMORY: Final = 1 << 30
"""Bytes that the process may hold, where the system keeps to it (Linux)."""
LENGTH: Final = 30_000_000
"""Characters of one document."""

TOO_SLOW: Final = Phrase(
    f"{SECONDS:.0f} 秒还没有完成；里面可能有循环没完没了",
    f"it took more than {SECONDS:.0f} seconds; is there an endless loop?",
)
TOO_MUCH: Final = Phrase(f"用的内存超过 {MEMORY >> 30} GB", f"it needs more than {MEMORY >> 30} GB of memory")
TOO_LONG: Final = Phrase(
    f"写出的内容超过 {LENGTH // 1_000_000}00 万字符", f"it writes more than {LENGTH // 1_000_000} million characters"
)
ENDED: Final = Phrase("渲染中断了", "its rendering broke off")

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

How = Literal["html", "text"]
Answer = str | tuple[str, int, Phrase]
"""The text; or template, line and reason."""


class OwnTemplates(Templates):
    """The templates of a workspace, and the package's where it has none."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(texts.get)
        self.own = frozenset(texts)
        self._texts = dict(texts)
        self._workers: dict[int, _Worker] = {}

    def html(self, name: str, values: Mapping[str, Plain]) -> str:
        return self._ask("html", name, values)

    def text(self, name: str, values: Mapping[str, str | bool]) -> str:
        return self._ask("text", name, values)

    def _ask(self, how: How, name: str, values: Mapping[str, Plain]) -> str:
        if os.getpid() not in self._workers:  # a copy of this process has its own
            self._workers = {os.getpid(): _Worker.start(self._texts)}
        answer = self._workers[os.getpid()].ask(how, name, values)
        if isinstance(answer, str):
            return answer
        self._workers.pop(os.getpid()).stop()
        template, line, reason = answer
        raise failed(template, reason, line)


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    line: Connection

    @classmethod
    def start(cls, texts: Mapping[str, str]) -> _Worker:
        import multiprocessing  # noqa: PLC0415  few workspaces have templates of their own

        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, texts), daemon=True)
        process.start()
        there.close()
        return cls(process, here)

    def ask(self, how: How, name: str, values: Mapping[str, Plain]) -> Answer:
        try:
            self.line.send((how, name, dict(values)))
            if not self.line.poll(SECONDS):
                return name, 0, TOO_SLOW
            answer: Answer = self.line.recv()
        except (EOFError, OSError):  # the system ended it
            return name, 0, ENDED
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


def serve(line: Connection, texts: Mapping[str, str]) -> None:
    """Render what is asked for until nobody asks any more: the other process."""
    from sopkit.render.html import FILTERS  # noqa: PLC0415  which knows this module's `Templates`

    _limit_memory()
    templates = Templates(texts.get)
    templates.add_filters(FILTERS)
    while True:
        try:
            how, name, values = line.recv()
        except (EOFError, OSError):
            return
        line.send(_answer(templates, how, name, values, frozenset(texts)))


def _answer(templates: Templates, how: How, name: str, values: dict[str, Plain], own: frozenset[str]) -> Answer:
    try:
        said = templates.html(name, values) if how == "html" else templates.text(name, values)  # type: ignore[arg-type]
    except MemoryError:
        return name, 0, TOO_MUCH
    except RecursionError:
        return name, 0, Phrase("模板一层套一层，没有尽头", "its parts include each other without end")
    except Exception as error:
        return _blamed(error, name, own)
    return said if len(said) <= LENGTH else (name, 0, TOO_LONG)


def _blamed(error: Exception, name: str, own: frozenset[str]) -> Answer:
    """Return the innermost template, and its line, in which it happened."""
    found = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    at, line = next((place for place in reversed(found) if place[0] in own), (name, 0))
    at, line = getattr(error, "name", None) or at, getattr(error, "lineno", None) or line
    said = str(error) or type(error).__name__
    return str(at), line, Phrase(said, said)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  Windows has none

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
