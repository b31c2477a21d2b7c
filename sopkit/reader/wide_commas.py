"""Ids between brackets with full-width commas between them go in; the finding about the commas comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.reader import rules
from sopkit.reader.notes import Notes, RefusedError
from sopkit.tree import NUMBERS_A_NODE, Tree

GLUED_IDS: Final = re.compile(
    r"(?<=[\[,\s])(?P<ids>[a-z][a-z0-9-]*(?:[ ]?，[ ]?[a-z][a-z0-9-]*)+)(?=\s*[,\]])", re.ASCII
)
"""Ids of the language, as an entry of a list in brackets; `[新品，首单]` may be one text."""

BEFORE_ID: Final = re.compile(r"，[ ]?[a-z]")
"""Looked for in no time, since it begins with one sign that is seldom followed by a letter."""

COMMA: Final = re.compile(r"，")

FAR: Final = 200
"""So far before an entry the comma or bracket stands at most."""


def may_join_ids(text: str) -> bool:
    """Whether a comma of full width may stand between two ids."""
    return "，" in text and BEFORE_ID.search(text) is not None and GLUED_IDS.search(text) is not None


def refuse_wide_commas(tree: Tree, text: str, notes: Notes) -> None:
    """Raise `RefusedError` for `[member-joined，app-opened]`, which reads as a list of one text."""
    glued = {found.start("ids"): found.end("ids") for found in GLUED_IDS.finditer(text)}
    places = tree.places
    for at in range(0, len(places), NUMBERS_A_NODE):
        start, end, size = places[at : at + NUMBERS_A_NODE]
        if size == 1 and glued.get(start) == end and _in_list(text, start):
            raise _refusal(text, start, end, notes)


def _in_list(text: str, start: int) -> bool:
    """Whether what stands before, on this line or those above, is a comma or the bracket of a list."""
    return text[max(start - FAR, 0) : start].rstrip(" \r\n")[-1:] in ("[", ",")


def _refusal(text: str, start: int, end: int, notes: Notes) -> RefusedError:
    commas = tuple(found.start() for found in COMMA.finditer(text, start, end))
    edits = [(at, at + 1, "," if text[at + 1] == " " else ", ") for at in commas]
    fixes = notes.replacing(rules.USE_COMMA, *edits, safe=True)
    first = commas[0]
    args = {"wrong": "，", "right": ","}
    return RefusedError(rules.FULL_WIDTH_PUNCTUATION, first, first + 1, args, fixes=fixes, commas=commas)
