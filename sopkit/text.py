"""Sentences that the tool says in both of its languages, and how one of the two is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from sopkit.frozen import dataclass

Lang = Literal["zh-CN", "en"]
LANGS: Final[tuple[Lang, Lang]] = ("zh-CN", "en")


ONE: Final = re.compile(
    r"(?<![\d.,/-])1 (row|customer|touch|period|time|run|change|check|error|character"
    r"|finding|known finding|thing|file|document|schema)e?s\b"
)
VERB: Final = re.compile(
    r"(?<![\d.,/-])(1(?: (?:row|customer|touch|period|run|change|known finding|thing|more|of [\d,]+ \w+))?) (are|have|were|say|fall)\b"
)
"""What is said of one thing, and its verb."""
OF_ONE: Final[Mapping[str, str]] = {"are": "is", "have": "has", "were": "was", "say": "says", "fall": "falls"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence in Chinese and English; `{placeholders}` are the same in both (tested)."""

    zh: str
    en: str

    def within(self, lang: Lang) -> str:
        """Return the sentence in `lang`."""
        return self.zh if lang == "zh-CN" else self.en

    def fill(self, lang: Lang, args: Mapping[str, str | Phrase]) -> str:
        """Return the sentence in `lang` with every placeholder replaced; a missing one is a `KeyError`, our bug."""
        said = self.within(lang).format_map({name: say(value, lang) for name, value in args.items()})
        return singular(said) if lang == "en" and "1" in args.values() else said

    def filled(self, **args: str | Phrase) -> Phrase:
        """Return the sentence in both languages with every placeholder replaced."""
        return Phrase(*(self.fill(lang, args) for lang in LANGS))


def singular(said: str) -> str:
    """Return an English sentence that counts one row, customer, touch … as one."""
    return VERB.sub(lambda found: f"{found[1]} {OF_ONE[found[2]]}", ONE.sub(r"1 \1", said))


def say(value: str | Phrase, lang: Lang) -> str:
    """Return `value` in `lang`; a plain string is a name or a quotation and reads alike in both."""
    return value if isinstance(value, str) else value.within(lang)
