"""The terminal that the tool talks to: its language, its width, its colours, and what to print where it lacks a character."""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TextIO

from sopkit.frozen import dataclass
from sopkit.output import write_result
from sopkit.render.columns import visible, width
from sopkit.render.terminal import Screen
from sopkit.text import LANGS, Lang, Phrase

READABLE: Final = "sopkit-readable"
"""The name of our codec error handler."""

PLAIN_MARKS: Final = {
    "→": ">", "│": "|", "…": "~", "✓": "+", "·": "-", "•": "*", "—": "-", "–": "-", "≥": ">=", "≤": "<=", "×": "x",
    "“": '"', "”": '"', "‘": "'", "’": "'", "，": ", ", "。": ". ", "：": ": ", "；": "; ", "、": ", ", "（": " (",
    "）": ") ", "％": "% ",
}  # fmt: skip
"""What stands for our marks on a terminal that can't show them: as wide as the mark wherever that is possible."""

EPOCH: Final = "SOURCE_DATE_EPOCH"
"""Environment: the time that counts as now, in seconds since 1970."""

LONGEST_EPOCH: Final = 11
"""Digits; with 13 they would be milliseconds."""

CHINESE_ON_WINDOWS: Final = 0x04
NARROWEST, WIDEST, USUAL = 60, 120, 100

WRITTEN: Final = Phrase("已写好 {place}", "wrote {place}")


def _plain_marks(error: UnicodeError) -> tuple[str, int]:
    """Return a readable stand-in, as wide as what it replaces, so that carets stay where they belong."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(PLAIN_MARKS.get(char, "?" * width(char)) for char in lost), error.end


codecs.register_error(READABLE, _plain_marks)


def environment_lang(environment: Mapping[str, str], stdout: TextIO) -> Lang:
    """Return the language of the environment; English where it names none, or where Chinese can't be shown."""
    name = next((environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "")
    chinese = name.lower().startswith("zh") if name else _windows_speaks_chinese()
    return "zh-CN" if chinese and _can_show("中文", stdout) else "en"


def _windows_speaks_chinese() -> bool:
    if sys.platform == "win32":
        return ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == CHINESE_ON_WINDOWS
    return False


def _can_show(text: str, stream: TextIO) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@dataclass(slots=True)
class Console:
    """How to talk to whoever typed the command; options of the command line change it while they are parsed."""

    lang: Lang
    today: date
    as_of_given: bool = False
    color: str = "auto"
    quiet: bool = False
    debug: bool = False

    @classmethod
    def open(cls, arguments: Iterable[str]) -> Console:
        """Return the console of this process; its streams never fail on a character that they lack, nor when they are closed."""
        sys.stdout = sys.stdout or _nowhere()
        sys.stderr = sys.stderr or _nowhere()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors=READABLE)
        return cls(asked_lang(arguments) or environment_lang(os.environ, sys.stdout), date.today())

    def word(self, phrase: Phrase, **args: str | Phrase) -> str:
        """Return the phrase in the reader's language, its placeholders filled."""
        return phrase.fill(self.lang, args)

    def say(self, text: str = "") -> None:
        """Print a line for a person, on standard output."""
        sys.stdout.write(text + "\n")

    def tell(self, text: str) -> None:
        """Print a line beside the result, on standard error; nothing when asked to be quiet."""
        if not self.quiet:
            self.complain(text)

    def complain(self, text: str) -> None:
        """Print a line on standard error; where that can't be written there is nowhere left to say so."""
        with contextlib.suppress(OSError):
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def hand_over(self, data: bytes) -> None:
        """Print a result for a machine: UTF-8, whatever the terminal's encoding is."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def deliver(self, data: bytes, output: str | None) -> None:
        """Write a result to the file that was named, else print it. Raises `OutputRefusedError`."""
        if output is None:
            self.hand_over(data)
        else:
            write_result(Path(output), data)
            self.tell(self.word(WRITTEN, place=output))

    def hand_over_text(self, text: str) -> None:
        """Print a result that quotes an input file: as it is into a file or pipe, harmless on a terminal."""
        if sys.stdout.isatty():
            self.say("\n".join(visible(line) for line in text.removesuffix("\n").split("\n")))
        else:
            self.hand_over(text.encode())

    def screen(self, prefix: str = "") -> Screen:
        """Return what the renderer must know about standard output."""
        terminal = sys.stdout.isatty()
        columns = shutil.get_terminal_size((USUAL, 24)).columns if terminal else USUAL
        colour = self.color == "always" or (self.color == "auto" and terminal and not os.environ.get("NO_COLOR"))
        if colour and sys.platform == "win32":
            import colorama  # noqa: PLC0415  exists on Windows only

            colorama.just_fix_windows_console()
        return Screen(self.lang, max(NARROWEST, min(columns, WIDEST)), colour, prefix, fits=terminal)


def asked_lang(arguments: Iterable[str]) -> Lang | None:
    """Return the language that `--lang` asks for, read before the command line is parsed, since help texts depend on it."""
    given = list(arguments)
    for position, argument in enumerate(given):
        name, _, value = argument.partition("=")
        if name == "--lang":
            wanted = (value or "".join(given[position + 1 : position + 2])).lower()
            return next((lang for lang in LANGS if lang.lower() == wanted), None)
        if argument == "--":
            break
    return None


def fixed_day(environment: Mapping[str, str]) -> date | None:
    """Return the day, in UTC, of SOURCE_DATE_EPOCH where a reproducible build sets it. Raises `ValueError` where it is no such time."""
    epoch = environment.get(EPOCH, "")
    if not epoch:
        return None
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= LONGEST_EPOCH):
        raise ValueError(epoch)
    return datetime.fromtimestamp(int(epoch), UTC).date()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
