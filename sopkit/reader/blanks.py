"""A text with characters that do not print goes in; it comes out as every YAML parser reads it, odd indents and blanks noted."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import Final

import yaml

from sopkit.reader import rules
from sopkit.reader.characters import HIDDEN, WIDE_BLANKS, note_hidden, without_hidden
from sopkit.reader.events import ParserName, ScalarEvent, parse, problem
from sopkit.reader.notes import Notes
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Tree

ODD: Final = f"\\t{WIDE_BLANKS}"

LAYOUT: Final = re.compile(
    rf"^(?P<indent>[ \-{ODD}]*[{ODD}][ {ODD}]*)(?=[^\s#])"
    rf"|^[ \-]*[A-Za-z_][\w-]*:(?P<gap>[ {ODD}]*[{WIDE_BLANKS}][ {ODD}]*)"
    rf"|(?P<tail>[ {ODD}]*[{WIDE_BLANKS}][ {ODD}]*)\r?$",
    re.MULTILINE,
)
"""Tabs and wide blanks where they lay the file out, and are not part of a text."""

COMMENT: Final = re.compile(r"(?:^|(?<=\s))#")

USE_SPACES: Final = Phrase("换成普通空格", "use plain spaces")


class Literals:
    """Where quoted texts and blocks stand, as far as the text can be read: there every character counts."""

    def __init__(self, text: str, parser: ParserName | None) -> None:
        self.text = text
        self.stretches: list[tuple[int, int]] = []
        self.known_to = len(text)
        next_event = parse(text, parser)
        try:
            while (event := next_event()) is not None:
                if isinstance(event, ScalarEvent) and event.style:
                    self.stretches.append((event.start_mark.index, event.end_mark.index))
        except yaml.YAMLError as error:
            line_end = text.find("\n", problem(error, text).at)
            self.known_to = line_end if line_end >= 0 else len(text)
        self._starts = [start for start, _ in self.stretches]

    def hold(self, at: int) -> bool:
        """Return whether the character at offset `at` stands in one, and not in the indent or the first line of a block."""
        number = bisect_right(self._starts, at) - 1
        if number < 0 or at >= self.stretches[number][1]:
            return False
        line_start = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        in_quotes = self.text[self._starts[number]] not in "|>"
        return in_quotes or (line_start > self._starts[number] and bool(self.text[line_start : at + 1].strip(" ")))


def clean(text: str, notes: Notes, parser: ParserName | None) -> str:
    """Note what should not be there, and return the text as it is meant, every offset kept."""
    if HIDDEN.search(text):
        text = note_hidden(text, notes)
    tabs = "\t" in text
    if not tabs and not any(blank in text for blank in WIDE_BLANKS):
        return text
    literals = Literals(text.replace("\t", " "), parser)
    characters = list(text)
    for found in LAYOUT.finditer(text):
        _note_layout(found, literals, notes)
        for at in range(*found.span(found.lastgroup or 0)):
            if characters[at] != "-" and not literals.hold(at):
                characters[at] = " "
    if tabs:
        for at, character in enumerate(characters):
            if character == "\t" and not literals.hold(at):
                characters[at] = " "
    return "".join(characters)


def _note_layout(found: re.Match[str], literals: Literals, notes: Notes) -> None:
    text, name = found.string, found.lastgroup or "tail"
    start, end = found.span(name)
    if literals.hold(start) or start > literals.known_to or _in_comment(text, start, literals):
        return
    odd = next(at for at in range(start, end) if text[at] not in " -" and (name == "indent" or text[at] != "\t"))
    rule = rules.TAB_INDENT if text[odd] == "\t" else rules.WIDE_BLANK
    plain = {"gap": " ", "tail": ""}.get(name) if name != "indent" else _as_spaces(found.group(name))
    fixes = notes.replacing(USE_SPACES, (start, end, plain or ""), safe=name != "indent")
    last = odd + 1
    while last < end and text[last] == text[odd]:
        last += 1
    notes.layout.append(start)
    notes.add(rule, odd, last, {"code": f"U+{ord(text[odd]):04X}"}, fixes=fixes)


def _as_spaces(indent: str) -> str:
    return indent.translate(
        {ord("\t"): "  ", 0x3000: "  ", **{ord(blank): " " for blank in WIDE_BLANKS if blank != "\u3000"}}
    )


def _in_comment(text: str, at: int, literals: Literals) -> bool:
    line_start = text.rfind("\n", 0, at) + 1
    return any(not literals.hold(found.start()) for found in COMMENT.finditer(text, line_start, at))


def tidy(trees: tuple[Tree, ...], text: str, notes: Notes) -> tuple[Tree, ...]:
    """Note unquoted words that begin with a wide blank; return the trees as they read without such characters."""
    for tree in trees:
        places = tree.places
        for at in range(0, len(places), NUMBERS_A_NODE):
            start = places[at]
            if places[at + 2] == 1 and start < places[at + 1] and text[start] in WIDE_BLANKS:
                notes.add(rules.WIDE_BLANK, start, start + 1, {"code": f"U+{ord(text[start]):04X}"})
    if not notes.findings:
        return trees
    return tuple(replace(tree, value=without_hidden(tree.value)) for tree in trees)
