"""A text with characters that do not print goes in; it comes out as every YAML parser reads it, odd indents and blanks noted."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import yaml

from sopkit.diagnostics import Fix, Rule
from sopkit.frozen import dataclass
from sopkit.reader import rules
from sopkit.reader.characters import HIDDEN, WIDE_BLANKS, note_hidden, without_hidden
from sopkit.reader.documents import MOST_RESUMPTIONS
from sopkit.reader.events import ParserName, ScalarEvent, parse, problem
from sopkit.reader.notes import Notes
from sopkit.reader.scene import DOCUMENT
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Tree

ODD: Final = f"\\t{WIDE_BLANKS}"

LAYOUT: Final = re.compile(  # possessive, so that it takes linear time on any line
    rf"^(?=[ \-]*[{ODD}])(?P<indent>(?:[ {ODD}]|-(?=[ {ODD}]))*+)(?=[^\s#])"
    rf"|^[ \-]*[A-Za-z_][\w-]*:(?P<gap>[ \t]*[{WIDE_BLANKS}][ {ODD}]*)"
    rf"|(?<![ {ODD}])(?P<tail>[ {ODD}]++)\r?$",
    re.MULTILINE,
)
"""Tabs and wide blanks where they lay the file out, and are not part of a text."""

ODD_INDENT: Final = re.compile(f"[{ODD}]")
WIDE: Final = re.compile(f"[{WIDE_BLANKS}]")

BLOCK_LINE: Final = re.compile(r"[\r\n] *([^ \r\n][^\r\n]*)")

COMMENT: Final = re.compile(r"(?:^|(?<=\s))#")

USE_SPACES: Final = Phrase("换成普通空格", "use plain spaces")
USE_SPACES_EVERYWHERE: Final = Phrase("所有缩进都换成普通空格", "use plain spaces in every indent")
NO_MORE: Final = Phrase("", "")

NARROW: Final = dict.fromkeys(map(ord, WIDE_BLANKS), " ")
WIDTHS: Final = ((2, 2), (4, 2), (8, 1))
"""How many spaces authors may take a tab and an ideographic blank for; the first is what a fix writes."""


class Literals:
    """Where quoted texts and blocks stand, as far as the text can be read: there every character counts."""

    def __init__(self, text: str, parser: ParserName | None) -> None:
        self.text = text
        self.parser = parser
        self.stretches: list[tuple[int, int]] = []
        self.unknown: list[tuple[int, int]] = []
        self._read()
        self._held = [stretch for start, end in self.stretches for stretch in self._characters(start, end)]
        self._starts = [start for start, _ in self._held]

    def _read(self) -> None:
        start = 0
        for _ in range(MOST_RESUMPTIONS):
            failed = self._read_on(start, self.text[start:])
            if failed is None:
                return
            following = DOCUMENT.search(self.text, max(failed, start + 1))
            end = following.start() if following else len(self.text)
            self._read_again(failed, end)
            start = end
        self.unknown.append((start, len(self.text)))

    def _read_again(self, failed: int, end: int) -> None:
        """Read the document in which reading broke off as if its odd blanks were plain ones."""
        begun = max((found.start() for found in DOCUMENT.finditer(self.text, 0, failed)), default=0)
        before, self.stretches = self.stretches, [one for one in self.stretches if one[0] < begun]
        failed_again = self._read_on(begun, LAYOUT.sub(_as_plain, self.text[begun:end]))
        if failed_again is not None and failed_again <= failed:
            self.stretches, failed_again = before, failed
        if failed_again is not None:
            line_end = self.text.find("\n", failed_again, end)
            self.unknown.append((line_end if line_end >= 0 else end, end))

    def _read_on(self, start: int, text: str) -> int | None:
        """Add the literals of `text`, which begins at offset `start`; return where reading broke off."""
        try:
            for event in iter(parse(text, self.parser), None):
                if isinstance(event, ScalarEvent) and event.style:
                    self.stretches.append((start + event.start_mark.index, start + event.end_mark.index))
        except yaml.YAMLError as error:
            return start + problem(error, text).at
        return None

    def unknown_at(self, at: int) -> bool:
        return any(start < at < end for start, end in self.unknown)

    def hold(self, at: int) -> bool:
        """Return whether the character at offset `at` stands in one, and not in the indent or the first line of a block."""
        number = bisect_right(self._starts, at) - 1
        return number >= 0 and at < self._held[number][1]

    def _characters(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        if self.text[start] not in "|>":
            yield start, end
            return
        for line in BLOCK_LINE.finditer(self.text, start, end):
            yield line.span(1)


def _as_plain(found: re.Match[str]) -> str:
    return "".join(one if one in "\r-" or one.isalnum() or one in "_:" else " " for one in found.group())


def clean(text: str, notes: Notes, parser: ParserName | None) -> str:
    """Note what should not be there, and return the text as it is meant, every offset kept."""
    if HIDDEN.search(text):
        text = note_hidden(text, notes)
    tabs = "\t" in text
    if not tabs and not any(blank in text for blank in WIDE_BLANKS):
        return text
    literals = Literals(text.replace("\t", " "), parser)
    characters = list(text)
    found = [one for one in LAYOUT.finditer(text) if _is_odd(one)]
    for one in found:
        for at in range(*one.span(one.lastgroup or 0)):
            if characters[at] != "-" and not literals.hold(at):
                characters[at] = " "
    if tabs:
        for at, character in enumerate(characters):
            if character == "\t" and not literals.hold(at):
                characters[at] = " "
    cleaned = "".join(characters)
    _note_layout([Odd.of(one) for one in found if _counts(one, literals)], cleaned, notes, parser)
    return cleaned


def _is_odd(found: re.Match[str]) -> bool:
    sign = ODD_INDENT if found.lastgroup == "indent" else WIDE
    return sign.search(found.group(found.lastgroup or 0)) is not None


def _counts(found: re.Match[str], literals: Literals) -> bool:
    start = found.start(found.lastgroup or 0)
    return (
        not literals.hold(start) and not literals.unknown_at(start) and not _in_comment(found.string, start, literals)
    )


@dataclass(frozen=True, slots=True)
class Odd:
    """A stretch of layout with tabs or wide blanks in it."""

    kind: str
    start: int
    blanks: str
    at: int
    """Where its first odd character stands."""

    @classmethod
    def of(cls, found: re.Match[str]) -> Odd:
        kind = found.lastgroup or "tail"
        start, blanks = found.start(kind), found.group(kind)
        at = next(at for at, one in enumerate(blanks) if one not in " -" and (kind == "indent" or one != "\t"))
        return cls(kind, start, blanks, start + at)

    @property
    def sign(self) -> str:
        return self.blanks[self.at - self.start]

    @property
    def rule(self) -> Rule:
        return rules.TAB_INDENT if self.sign == "\t" else rules.WIDE_BLANK

    @property
    def end(self) -> int:
        """Where the run of its first odd character ends."""
        rest = self.blanks[self.at - self.start :]
        return self.at + len(rest) - len(rest.lstrip(self.sign))

    def replaced(self, tab: int = WIDTHS[0][0], wide: int = WIDTHS[0][1]) -> tuple[int, int, str]:
        """Return the edit that makes it plain."""
        spaces = {"gap": " ", "tail": ""}.get(self.kind)
        if spaces is None:
            spaces = self.blanks.translate({**NARROW, 0x3000: " " * wide, 0x09: " " * tab})
        return self.start, self.start + len(self.blanks), spaces


def _note_layout(odd: list[Odd], cleaned: str, notes: Notes, parser: ParserName | None) -> None:
    """Note each wide blank, and the first odd indent of each kind: it stands for all, as they can only be mended together."""
    for one in odd:
        notes.layout.append(one.start)
        if one.kind != "indent":
            _note(one, notes.replacing(USE_SPACES, one.replaced(), safe=True), notes)
    indents = [one for one in odd if one.kind == "indent"]
    if not indents:
        return
    fixes = notes.replacing(
        USE_SPACES_EVERYWHERE, *(one.replaced() for one in indents), safe=_read_alike(indents, cleaned, parser)
    )
    for rule in (rules.TAB_INDENT, rules.WIDE_BLANK):
        alike = [one for one in indents if one.rule is rule]
        if alike:
            _note(alike[0], fixes, notes, _and_more(len(alike) - 1))


def _and_more(lines: int) -> Phrase:
    if not lines:
        return NO_MORE
    return Phrase(
        f"，后面还有 {lines} 行也是", f", and so {'is 1 more line' if lines == 1 else f'are {lines} more lines'}"
    )


def _note(one: Odd, fixes: tuple[Fix, ...], notes: Notes, more: Phrase = NO_MORE) -> None:
    args: dict[str, str | Phrase] = {"more": more}
    if one.rule is rules.WIDE_BLANK:
        args["code"] = f"U+{ord(one.sign):04X}"
    notes.add(one.rule, one.at, one.end, args, fixes=fixes)


def _read_alike(indents: list[Odd], cleaned: str, parser: ParserName | None) -> bool:
    """Whether the text means the same however wide a tab or an ideographic blank was meant to be, as far as it can be read."""
    meanings = [_meaning(_with(cleaned, [one.replaced(*widths) for one in indents]), parser) for widths in WIDTHS]
    return meanings[0] is not None and all(one is None or one == meanings[0] for one in meanings)


def _with(text: str, edits: list[tuple[int, int, str]]) -> str:
    parts, last = [], 0
    for start, end, new in edits:
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def _meaning(text: str, parser: ParserName | None) -> list[tuple[type, str | None]] | None:
    """Return the events of a text, their places left out; None when it can't be read."""
    try:
        return [
            (type(event), event.value if isinstance(event, ScalarEvent) else None)
            for event in iter(parse(text, parser), None)
        ]
    except yaml.YAMLError:
        return None


def _in_comment(text: str, at: int, literals: Literals) -> bool:
    line_start = text.rfind("\n", 0, at) + 1
    return any(not literals.hold(found.start()) for found in COMMENT.finditer(text, line_start, at))


def tidy(trees: tuple[Tree, ...], text: str, notes: Notes) -> tuple[Tree, ...]:
    """Note unquoted words that begin or end with a wide blank; return the trees as they read without such characters."""
    for tree in trees:
        for start, end in _words(tree, text):
            if text[start] in WIDE_BLANKS:
                _note_edge(start, end - len(text[start:end].lstrip(WIDE_BLANKS)), notes)
            elif text[end - 1] in WIDE_BLANKS:
                _note_edge(start + len(text[start:end].rstrip(WIDE_BLANKS)), end, notes)
    if not notes.findings:
        return trees
    return tuple(replace(tree, value=without_hidden(tree.value)) for tree in trees)


def _words(tree: Tree, text: str) -> Iterator[tuple[int, int]]:
    places = tree.places
    for at in range(0, len(places), NUMBERS_A_NODE):
        start, end, size = places[at : at + NUMBERS_A_NODE]
        if size == 1 and start < end and text[start] not in "\"'|>[{":
            yield start, end


def _note_edge(start: int, end: int, notes: Notes) -> None:
    fixes = notes.replacing(USE_SPACES, (start, end, ""), safe=True)
    args: dict[str, str | Phrase] = {"code": f"U+{ord(notes.text[start]):04X}", "more": NO_MORE}
    notes.add(rules.WIDE_BLANK, start, end, args, fixes=fixes)
