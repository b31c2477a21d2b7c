"""Templates of a workspace: plain data goes in, text comes out, or `DocumentFailedError` with template and line.

They are rendered in a process of their own, with limits on time, memory and length. Whoever wrote them may not be known: nothing of
this process, its files or its memory is within their reach.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Final, Literal

from jinja2 import TemplateNotFound

from sopkit.confined import BrokenOffError, Confined, TooSlowError
from sopkit.reader.templates import failed
from sopkit.render.templating import Plain, Templates
from sopkit.text import Phrase

SECONDS: Final = 20.0
"""That one document may take."""
MEMORY: Final = 1 << 30
"""Bytes that the process may hold."""
LENGTH: Final = 30_000_000
"""Characters of one document."""

TOO_SLOW: Final = Phrase(
    f"{SECONDS:.0f} 秒还没有完成；里面可能有循环没完没了",
    f"it took more than {SECONDS:.0f} seconds; is there an endless loop?",
)
TOO_MUCH: Final = Phrase(f"用的内存超过 {MEMORY >> 30} GB", f"it needs more than {MEMORY >> 30} GB of memory")
TOO_LONG: Final = Phrase(
    f"写出的内容超过 {LENGTH // 10_000} 万字符", f"it writes more than {LENGTH // 1_000_000} million characters"
)
TOO_DEEP: Final = Phrase("模板一层套一层，没有尽头", "its parts include each other without end")
ENDED: Final = Phrase("渲染中断了", "its rendering broke off")

Asked = tuple[Literal["html", "text"], str, dict[str, Plain]]
"""As what, by which template, with which values."""
Answer = str | tuple[str, int, Phrase]
"""The text; or template, line and reason."""


class OwnTemplates(Templates):
    """The templates of a workspace, and the package's where it has none."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(texts.get)
        self.own = frozenset(texts)
        self._apart: Confined[Asked, Answer] = Confined(rendering, dict(texts), seconds=SECONDS, memory=MEMORY)

    def html(self, name: str, values: Mapping[str, Plain]) -> str:
        return self._ask(("html", name, dict(values)))

    def text(self, name: str, values: Mapping[str, str | bool]) -> str:
        return self._ask(("text", name, dict(values)))

    def _ask(self, asked: Asked) -> str:
        try:
            answer = self._apart.ask(asked)
        except TooSlowError:
            raise failed(asked[1], TOO_SLOW) from None
        except BrokenOffError:
            raise failed(asked[1], ENDED) from None
        if isinstance(answer, str):
            return answer
        template, line, reason = answer
        raise failed(template, reason, line)


def rendering(texts: Mapping[str, str]) -> Callable[[Asked], Answer]:
    """Return what renders by these templates: the other process."""
    from sopkit.render.html import FILTERS  # noqa: PLC0415  which knows this module's `Templates`

    templates = Templates(texts.get)
    templates.add_filters(FILTERS)
    return lambda asked: _answer(templates, asked, frozenset(texts))


def _answer(templates: Templates, asked: Asked, own: frozenset[str]) -> Answer:
    how, name, values = asked
    try:
        said = templates.html(name, values) if how == "html" else templates.text(name, values)  # type: ignore[arg-type]
    except MemoryError:
        return name, 0, TOO_MUCH
    except RecursionError:
        return name, 0, TOO_DEEP
    except Exception as error:
        return _blamed(error, name, own)
    return said if len(said) <= LENGTH else (name, 0, TOO_LONG)


def _blamed(error: Exception, name: str, own: frozenset[str]) -> Answer:
    """Return the innermost template, and its line, in which it happened."""
    found = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    at, line = next((place for place in reversed(found) if place[0] in own), (name, 0))
    if isinstance(error, TemplateNotFound):  # its name is of what is missing, not of what asks for it
        missing = ", ".join(one for one in error.templates if isinstance(one, str))
        return at, line, Phrase(f"没有模板 {missing}", f"there is no template {missing}")
    at, line = getattr(error, "name", None) or at, getattr(error, "lineno", None) or line
    said = str(error) or type(error).__name__
    return str(at), line, Phrase(said, said)
