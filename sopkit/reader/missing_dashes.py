"""A line below the items of a list goes in; the finding that it lacks the dash of an item, if it does, comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.reader import rules
from sopkit.reader.indents import KEYED, reads
from sopkit.reader.notes import RefusedError
from sopkit.reader.scene import Line, Scene
from sopkit.text import Phrase

NO_DASH: Final = Phrase("这里没有", "here there is none")
ADD_DASH: Final = Phrase("加上“- ”", "add the `- `")
LINE: Final = re.compile(r"^( *)(?=([^\s#])?)[^\r\n]*", re.MULTILINE)


def explain_missing_dash(scene: Scene) -> RefusedError | None:
    """Return the finding about `{id: b}` or `id: b` where the items above are `- {id: a}` or `- id: a`."""
    return _lacks_dash(scene, scene.line(scene.at)) or _lacks_dash(scene, scene.line(scene.origin))


def _lacks_dash(scene: Scene, line: Line) -> RefusedError | None:
    item = _item_above(scene, line)
    if item is None or line.first > line.lead:
        return None
    key = KEYED.match(scene.words(line))
    again = key is not None and scene.words(item).startswith(f"{key[1]}:")
    if not again and not (scene.words(line).startswith("{") and scene.words(item).startswith("{")):
        return None
    edits = ((line.start, line.lead, f"{' ' * item.indent}- "), *_below(scene, line, item))
    whole = reads(scene, edits)
    if not again and not whole:
        return None
    fixes = scene.notes.replacing(ADD_DASH, *edits) if whole else ()
    return RefusedError(rules.LIST_SIGN, line.lead, line.end, {"found": NO_DASH}, fixes=fixes)


def _item_above(scene: Scene, line: Line) -> Line | None:
    """Return the item below which the line stands, in the column of its dash or of what follows that."""
    above = scene.above(line)
    while above is not None and (
        above.indent > line.indent or (above.indent == line.indent and above.first == above.lead)
    ):
        above = scene.above(above)
    if above is None or above.first == above.lead or line.indent not in (above.indent, above.first - above.start):
        return None
    return above


def _below(scene: Scene, line: Line, item: Line) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that move the lines of the same item along, when the line stands in the column of the dashes."""
    if line.indent != item.indent:
        return
    shift = item.first - item.lead
    for found in LINE.finditer(scene.text, min(scene.line_end(line) + 1, len(scene.text))):
        if found[2] is None:
            continue
        if len(found[1]) < line.indent or (len(found[1]) == line.indent and found[2] == "-"):
            return
        yield *found.span(1), " " * (len(found[1]) + shift)
