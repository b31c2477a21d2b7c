"""The text of an unquoted scalar goes in; its value by the core schema of YAML 1.2 comes out."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from math import isinf
from typing import Final

AFTER_NUMBERS: Final = ":"
"""Every unquoted scalar that is no text sorts before this, or is one of `WORDS`."""

WORDS: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}

LONGEST_WORD: Final = max(map(len, WORDS))

NUMBER: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"  # an integer or a float
    r"|0o[0-7]+|0x[0-9a-fA-F]+"
)
INTEGER: Final = re.compile(r"[-+]?[0-9]+")

LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]")
SAFE_EXPONENT: Final = re.compile(r"[-+]?[0-9]*\.[0-9]*[eE][-+][0-9]+")
"""What YAML 1.1 reads as a number too."""

MOST_DIGITS: Final = 15
"""More are not kept by every program that reads a number."""


class Ambiguous(Enum):
    """A number that other readers of YAML take for something else, or cut short."""

    NUMBER = "number"


NoText = bool | int | float | Ambiguous | None
"""What an unquoted scalar can be, a text apart."""


@lru_cache(maxsize=4096)
def read(text: str) -> str | NoText:
    """Return the value of an unquoted scalar; what several readers would read in several ways is `Ambiguous`."""
    if text in WORDS:
        return WORDS[text]
    if not NUMBER.fullmatch(text):
        return text
    if LEADING_ZERO.match(text) or len(text.lstrip("+-")) > MOST_DIGITS:
        return Ambiguous.NUMBER
    if text.startswith(("0x", "0o")):
        return int(text, 0)
    if INTEGER.fullmatch(text):
        return int(text)
    if "e" in text.lower() and not SAFE_EXPONENT.fullmatch(text):
        return Ambiguous.NUMBER
    number = float(text)
    return Ambiguous.NUMBER if isinf(number) else number
