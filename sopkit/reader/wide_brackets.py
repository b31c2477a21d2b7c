"""Full-width brackets where plain ones belong go in; the finding about them, and the same in plain signs, come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.reader import rules
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import DOCUMENT, Scene
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Tree

PLAIN: Final = {"｛": "{", "｝": "}", "［": "[", "］": "]"}
DEPTH: Final = {"｛": 1, "{": 1, "［": 1, "[": 1, "｝": -1, "}": -1, "］": -1, "]": -1}

KEY: Final = r"[A-Za-z_][\w-]*"
OPENED: Final = re.compile(
    rf"(?:^|(?<=[:\-,\[{{(] )|(?<=[,\[{{]))[ ]*(?P<sign>｛)\s*{KEY}\s*[:：]", re.ASCII | re.MULTILINE
)
MAPPING: Final = re.compile(rf"｛\s*{KEY}\s*[:：]", re.ASCII)
LIST: Final = re.compile(r"［\s*[a-z][a-z0-9-]*(?:\s*[,，]\s*[a-z][a-z0-9-]*)+\s*］", re.ASCII)
"""Ids of the language; `［新品］` is a text."""

INSIDE: Final = re.compile(
    rf"(?P<bracket>[｛｝［］])|(?:(?<=[｛{{,，])|(?<=[,，] ))(?P<key>{KEY})(?P<colon>：)|(?P<comma>，)(?=\s*{KEY}\s*[:：])",
    re.ASCII,
)

LONGEST: Final = 2_000
"""No mapping in brackets is longer; many that are never closed must not be searched to the end of the file, each."""

USE_PLAIN: Final = Phrase("换成英文括号和标点", "use plain brackets and signs")


def explain_wide_bracket(scene: Scene) -> RefusedError | None:
    """Return the finding about a full-width brace that opens the keys in the line of the problem."""
    line = scene.line(scene.at)
    found = OPENED.search(scene.text, line.lead, line.end)
    return _refusal(scene.text, found.start("sign"), scene.notes) if found else None


def refuse_wide_brackets(tree: Tree, text: str, notes: Notes) -> None:
    """Raise `RefusedError` for `｛zh-CN：入会率，en：Join rate｝` and `［sms, wecom］`, which read as texts."""
    for start, end in _unquoted(tree, text):
        mapping = MAPPING.match(text, start)
        if (mapping and _closed(text, start) >= end) or LIST.fullmatch(text, start, end):
            raise _refusal(text, start, notes)


def _unquoted(tree: Tree, text: str) -> Iterator[tuple[int, int]]:
    places = tree.places
    for at in range(0, len(places), NUMBERS_A_NODE):
        start, end, size = places[at : at + NUMBERS_A_NODE]
        if size == 1 and start < end and text[start] in "｛［":
            yield start, end


def _closed(text: str, start: int) -> int:
    """Return the offset behind the bracket that closes the one at `start`, in whatever width; -1 where there is none."""
    document = DOCUMENT.search(text, start, start + LONGEST)
    depth = 0
    for at in range(start, document.start() if document else min(len(text), start + LONGEST)):
        depth += DEPTH.get(text[at], 0)
        if not depth:
            return at + 1
    return -1


def _refusal(text: str, start: int, notes: Notes) -> RefusedError:
    closed = _closed(text, start)
    edits = []
    for found in INSIDE.finditer(text, start, max(closed, start + 1)):
        if found["bracket"]:
            edits.append((*found.span("bracket"), PLAIN[found["bracket"]]))
        elif found["comma"]:
            edits.append((*found.span("comma"), ", "))
        else:
            gap = "" if text[found.end() : found.end() + 1] == " " else " "
            edits.append((*found.span("colon"), ":" + gap))
    args = {"wrong": text[start], "right": PLAIN[text[start]]}
    fixes = notes.replacing(USE_PLAIN, *edits, safe=True) if closed > 0 else ()
    return RefusedError(rules.FULL_WIDTH_PUNCTUATION, start, start + 1, args, fixes=fixes)
