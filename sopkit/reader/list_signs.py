"""Lines that an author meant as a list go in; the finding about the signs that they begin with, and the list as YAML has it, come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.reader import rules
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import DOCUMENT, Line, Scene
from sopkit.text import Phrase
from sopkit.tree import NUMBERS_A_NODE, Tree

SIGNS: Final = "•·●▪◦∙・—–－"
"""What other programs, and other keyboards, begin the items of a list with."""

ITEM: Final = re.compile(rf"[ ]*(?P<sign>[{SIGNS}]|\*(?= )|-(?=[^\s-]))(?P<blank> ?)[ ]*(?P<rest>[^\s][^\r\n]*)")

LISTED: Final = re.compile(rf"^([ ]*)([{SIGNS}]|-(?=[^\s\-0-9]))[^\r\n]*\r?\n\1\2", re.MULTILINE)
"""Two lines one below the other that begin with the same sign."""

LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
OWN_KEY: Final = re.compile(r"\{?[a-z][a-z_]*:(?: |$)")

REPLACE: Final = Phrase("每一项都以“- ”开头", "begin each item with `- `")
NO_SPACE: Final = Phrase("这里短横线后面少了空格", "here the hyphen has no space behind it")


def explain_list(scene: Scene) -> RefusedError | None:
    """Return the finding about an odd list sign in the line of the problem, or in the one above, if that made it."""
    here = scene.line(scene.at)
    for line in (here, scene.line(scene.origin), scene.above(here)):
        item = ITEM.match(scene.text, line.start, line.end) if line is not None else None
        if line is not None and item is not None and _makes_list(scene, line):
            return _refusal(item, scene.notes)
    return None


def _makes_list(scene: Scene, line: Line) -> bool:
    """Whether a list may begin or go on with the line: below a key with nothing behind it, or in the column of other items."""
    above = scene.above(line)
    while above is not None and above.indent > line.indent:
        above = scene.above(above)
    if above is None:
        return True
    said = scene.words(above)
    in_column = above.indent == line.indent
    return said.endswith((":", "：")) or (
        in_column and (above.first > above.lead or ITEM.match(scene.text, above.start, above.end) is not None)
    )


def refuse_lists(tree: Tree, text: str, notes: Notes) -> None:
    """Raise `RefusedError` for lines that read as one unquoted text, each beginning with the sign of a list."""
    begun, end = tree.places[0], tree.places[1]
    found = LISTED.search(text, begun, end) if len(tree.places) > NUMBERS_A_NODE else None
    starts = set(tree.places[::NUMBERS_A_NODE]) if found else set()
    while found:
        item = ITEM.match(text, found.start())
        if item is not None and found.start(2) in starts:
            raise _refusal(item, notes)
        found = LISTED.search(text, found.end(1) + 1, end)


def _refusal(item: re.Match[str], notes: Notes) -> RefusedError:
    text, sign = item.string, item["sign"]
    found = NO_SPACE if sign == "-" else Phrase(f"这里用的是“{sign}”", f"here it is `{sign}`")
    fixes = notes.replacing(REPLACE, *_edits(text, item.start()), safe=OWN_KEY.match(item["rest"]) is not None)
    end = item.start("rest") + len(item["rest"].rstrip())
    return RefusedError(rules.LIST_SIGN, item.start("sign"), end, {"found": found}, fixes=fixes)


def _edits(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that mend the signs of one list, and the indent of lines that a wider sign moves away from."""
    column, shift = -1, 0
    at, document = start, DOCUMENT.search(text, start)
    end = document.start() if document else len(text)
    while at < end:
        line = LINE.match(text, at)
        if line is None or line.end() == at:
            return
        said = line.group().rstrip()
        indent = len(said) - len(said.lstrip(" "))
        item = ITEM.match(text, at, at + len(said))
        if (
            said
            and column >= 0
            and (indent < column or (indent == column and not item and not said[indent:].startswith("- ")))
        ):
            return
        if said and item and column in (-1, indent):
            column = indent
            yield (*item.span("sign"), "-" if item["blank"] else "- ")
            shift = 0
            if not item["blank"]:
                shift = _shift(text, line.end(), item.start("rest") - at)
        elif said and indent == column:
            shift = 0
        elif said and shift:
            yield at, at, " " * shift
        at = line.end()


def _shift(text: str, at: int, first: int) -> int:
    """Return by how much the lines below an item must move to stay below its first word, which moves by one."""
    following = re.compile(r"\s*?^( *)(?=\S)", re.MULTILINE).match(text, at)
    return 1 if following and len(following[1]) == first else 0
