"""Text with marks in it: what a person reads, with stretches of another language, ids, blanks and links; parsed into runs.

Marks are Unicode noncharacters, which no text may contain, so sentences are put together with f-strings and still keep
their marks; `clean` takes them out of whatever an author wrote.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final, Literal

from sopkit.frozen import dataclass

OPEN: Final = "\ufdd0"
BODY: Final = "\ufdd1"
CLOSE: Final = "\ufdd2"
MARKS: Final = re.compile(f"[{OPEN}{BODY}{CLOSE}]")

REMEMBERED: Final = 32_768
"""Texts whose runs are kept: what stands in one document stands in others."""
UNWANTED: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
"""Controls, marks that turn the direction of writing, our own marks and halves of surrogate pairs."""

Style = Literal["plain", "strong", "quiet", "id", "slot"]
STYLES: Final[tuple[Style, ...]] = ("plain", "strong", "quiet", "id", "slot")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; `lang` only where it differs from the document's, `href` only in a link."""

    text: str
    style: Style = "plain"
    lang: str = ""
    href: str = ""

    def __reduce__(self) -> tuple[type[Run], tuple[str, Style, str, str]]:
        """Say what a copy is made of: for the usual way through all slots, pickling a document takes three times as long."""
        return Run, (self.text, self.style, self.lang, self.href)


Line = tuple[Run, ...]


def clean(text: str) -> str:
    """Return an author's text without what must not reach a page; newlines and tabs stay."""
    if text.isprintable():  # then nothing is unwanted, which is quicker to know
        return text
    return UNWANTED.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def strong(text: str) -> str:
    return _mark("strong", text)


def quiet(text: str) -> str:
    return _mark("quiet", text)


def ident(text: str) -> str:
    """An id as it stands in the playbooks."""
    return _mark("id", clean(text))


def slot(text: str) -> str:
    """A blank that a person or tool fills in."""
    return _mark("slot", text)


def foreign(text: str, lang: str) -> str:
    """A text that exists in another language only."""
    return _mark(f"lang:{lang}", text)


def link(text: str, href: str) -> str:
    return _mark(f"href:{href}", text)


def _mark(style: str, text: str) -> str:
    return f"{OPEN}{style}{BODY}{text}{CLOSE}" if text else ""


@lru_cache(maxsize=REMEMBERED)
def line(text: str) -> Line:
    """Parse marked text into runs; unbalanced marks, which only a bug of ours can make, read as plain text."""
    if not MARKS.search(text):
        return (Run(text),) if text else ()
    runs: list[Run] = []
    stack: list[Run] = [Run("")]
    for piece in re.split(f"([{OPEN}{CLOSE}])", text):
        if piece == OPEN:
            stack.append(stack[-1])
        elif piece == CLOSE:
            if len(stack) > 1:
                stack.pop()
        else:
            style, body, rest = piece.partition(BODY)
            if body:
                stack[-1] = _styled(stack[-1], style)
            _append(runs, stack[-1], rest if body else piece)
    return tuple(runs)


def _styled(around: Run, style: str) -> Run:
    name, colon, value = style.partition(":")
    if colon:
        return (
            Run("", around.style, value, around.href) if name == "lang" else Run("", around.style, around.lang, value)
        )
    known: Style = next(each for each in STYLES if each == style)
    return Run("", known, around.lang, around.href)


def _append(runs: list[Run], like: Run, text: str) -> None:
    if not text:
        return
    new = Run(text, like.style, like.lang, like.href)
    last = runs[-1] if runs else None
    if last and (last.style, last.lang, last.href) == (new.style, new.lang, new.href):
        runs[-1] = Run(last.text + text, new.style, new.lang, new.href)
    else:
        runs.append(new)


def plain(words: Line | str) -> str:
    """Return the bare text of a line or of marked text."""
    runs = line(words) if isinstance(words, str) else words
    return runs[0].text if len(runs) == 1 else "".join([run.text for run in runs])


def unlinked(words: Line) -> Line:
    """Return the line without its links, for paper on which nothing can be followed."""
    return tuple(replace(run, href="") for run in words)


def has_foreign(words: Line) -> bool:
    return any(run.lang for run in words)
