"""A text goes in; the findings about the marks of a merge, a pasted table and a fence in it come out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.reader import rules
from sopkit.reader.notes import Notes, RefusedError
from sopkit.reader.scene import DOCUMENT, Line, Scene, shortened
from sopkit.text import Phrase

OURS: Final = "<<<<<<< "
CONFLICT_MARK: Final = re.compile(r"^(<<<<<<<|=======|>>>>>>>)(?= |\r?$)[^\r\n]*", re.MULTILINE)
"""No playbook has such lines at the start of a line."""

MIDDLE: Final = Phrase("另一种写法从这里开始", "the other version begins here")
END: Final = Phrase("到这里结束", "and ends here")

FENCE: Final = re.compile(r"^[ ]*```[^`\r\n]*\r?$", re.MULTILINE)
LINE_END: Final = re.compile(r"\r\n|\r|\n")
DELETE_FENCES: Final = Phrase("删掉 ``` 行", "delete the ``` lines")

ROW: Final = re.compile(r"^(?![ \t]*[-#\"'\[{|>&*!?])[^\t\r\n]*[^\t\r\n:：](?<!: )\t+[^\t\r\n#]")
"""A line with a tab between two cells; behind the colon of a key a tab is but an odd blank."""


def note_conflicts(text: str, notes: Notes) -> bool:
    """Note each conflict of a merge, if it has both versions and their marks; return whether there is one."""
    if OURS not in text:
        return False
    ours: re.Match[str] | None = None
    middle: re.Match[str] | None = None
    for mark in CONFLICT_MARK.finditer(text):
        if mark[1] == "<<<<<<<":
            ours, middle = mark, None
        elif mark[1] == "=======":
            middle = mark if ours else None
        elif ours and middle:
            related = ((*middle.span(1), MIDDLE), (*mark.span(1), END))
            notes.add(rules.MERGE_CONFLICT, ours.start(), ours.end(), related=related)
            ours = None
    return bool(notes.findings)


def explain_pasted(scene: Scene) -> RefusedError | None:
    """Return the finding about a fence or a table, if that is what stands at the problem."""
    here = scene.line(scene.at)
    if scene.sign == "`" and scene.at == here.lead and FENCE.match(scene.text, here.start):
        return _fence(scene, here)
    candidates = [here, scene.line(scene.origin), scene.above(here)]
    rows = [line for line in candidates if line is not None and is_row(scene.notes.source.text, line)]
    if not rows:
        return None
    first = min(rows, key=lambda line: line.start)
    while (above := scene.above(first)) is not None and is_row(scene.notes.source.text, above):
        first = above
    return RefusedError(rules.PASTED_TABLE, first.lead, first.end)


def is_row(text: str, line: Line) -> bool:
    """Whether the line has cells with tabs between them, before any comment."""
    return ROW.match(text[line.start : line.end]) is not None and ": " not in text[line.start : line.end]


def _fence(scene: Scene, line: Line) -> RefusedError:
    following = DOCUMENT.search(scene.text, scene.at)
    end = following.start() if following else len(scene.text)
    fences = [line.start]
    closing = FENCE.search(scene.text, line.end, end)
    if closing and scene.line(closing.start()).indent == line.indent:
        fences.append(closing.start())
    edits = []
    for start in fences:
        line_end = LINE_END.search(scene.text, start)
        edits.append((start, line_end.end() if line_end else len(scene.text), ""))
    fixes = scene.notes.replacing(DELETE_FENCES, *edits, safe=True)
    args = {"text": shortened(scene.text[line.lead : line.end])}
    return RefusedError(rules.CODE_FENCE, line.lead, line.end, args, fixes=fixes)
