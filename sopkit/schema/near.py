"""A word that the language does not know goes in; the words that may be meant come out, best first."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

MOST: Final = 3
CLOSE: Final = 0.66
MARGIN: Final = 0.12
SWAPPED: Final = 0.95
"""How alike words are that have the same letters in another order."""
MOST_SLIPS: Final = 2
"""What is further off is another word."""
LONGEST: Final = 48
"""Longer words are no misspelt keys, and comparing them would take long."""

GLUED: Final = re.compile(r"(?P<comma>，)? *(?P<key>[A-Za-z_][\w-]*)(?:[:：]+(?!//))", re.ASCII)
"""A key with a colon that does not count, as reading finds it."""


def plain(word: str) -> str:
    """Return `word` without what typing habits change: case, full-width forms, hyphens, underscores and blanks."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in folded if letter not in "-_ \t")


def glued(key: str) -> tuple[str, ...]:
    """Return the keys in one that holds its value: `title` of `title：导购`, `value` and `per` of `value：8%，per：day`."""
    return tuple(found["key"] for found in GLUED.finditer(key) if not found.start() or found["comma"])


def is_glued(key: str, value: object) -> bool:
    """Whether a value stands in its key for want of a plain colon or a space; reading has said so, or says so of its kind."""
    return value is None and bool(glued(key))


def near(word: str, known: Mapping[str, str], close: float = CLOSE) -> tuple[str, ...]:
    """Return at most three of `known` (name → what it is called in Chinese) that `word` may mean, best first.

    Only what is nearly as close as the best is named.
    """
    if len(word) > LONGEST:
        return ()
    target = plain(word)
    scored = sorted((-_likeness(target, name, called), name) for name, called in known.items())
    if scored and scored[0][0] <= -2:
        return (scored[0][1],)
    best = -scored[0][0] if scored else 0.0
    return tuple(name for score, name in scored if -score >= max(close, best - MARGIN))[:MOST]


def is_slip(word: str, name: str, called: str = "") -> bool:
    """Whether `word` is `name` but for a slip of the fingers, or its Chinese name: near enough to write the other for it.

    `wechat` and `wecom-chat` are alike, and two things.
    """
    one, other = plain(word), plain(name)
    return one == plain(called) or slips(one, other) <= min(MOST_SLIPS, min(len(one), len(other)) // 2)


def is_meant(word: str, names: Sequence[str]) -> bool:
    """Whether the first of the near names is `word` but for habits of typing, or the only one and but a slip away."""
    return bool(names) and (plain(names[0]) == plain(word) or (len(names) == 1 and is_slip(word, names[0])))


def slips(one: str, other: str) -> int:
    """Return how many letters are to be added, left out, changed or swapped to come from one to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            now.append(min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != wanted)))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                now[-1] = min(now[-1], before[column - 2] + 1)
        before, last = last, now
    return last[-1]


def _likeness(target: str, name: str, called: str) -> float:
    """Return 2 for the same word written otherwise or in Chinese, else how alike the words are, from 0 to 1."""
    candidate = plain(name)
    if target in (candidate, plain(called)):
        return 2.0
    if len(target) > 1 and called and (target in called or called in target):
        return 0.9
    if sorted(target) == sorted(candidate):
        return SWAPPED
    matcher = difflib.SequenceMatcher(None, target, candidate)
    if matcher.real_quick_ratio() < CLOSE or matcher.quick_ratio() < CLOSE:
        return 0.0
    return matcher.ratio()
