"""The word list beside this module goes in; what a header, a channel, a role, a stage or an event is called comes out as an id."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, Literal

Family = Literal["headers", "channels", "roles", "stages", "events", "nobody"]
LIST: Final = Path(__file__).with_name("words.toml")
IGNORED: Final = re.compile(r"[\s\W_]+")


def plain(text: str) -> str:
    """Return a name as names are compared: lower case, without blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return IGNORED.sub("", folded) or folded.strip()


@cache
def known(family: Family) -> dict[str, str]:
    """Return plain name → id."""
    listed = tomllib.loads(LIST.read_text("utf-8"))[family]
    return {plain(name): key for key, names in listed.items() for name in (*names, key)}


def find(family: Family, text: str) -> str | None:
    """Return what the text names, None where it is no word of the list; a number, brackets, a second language are passed over."""
    words = known(family)
    folded = unicodedata.normalize("NFKC", text)
    variants = (
        folded,
        re.sub(r"^[\d.、)）\s第一二三四五六七八九十]+[.、)\s]|^\d+", "", folded),
        re.sub(r"\([^)]*\)", "", folded),
        *re.findall(r"\(([^)]*)\)", folded),
        *re.split(r"[/|\n]", folded),
        re.sub(r"[^\u4e00-\u9fff]", "", folded),
        re.sub(r"[\u4e00-\u9fff]", "", folded),
    )
    for said in variants:
        if plain(said) and plain(said) in words:
            return words[plain(said)]
    return None
