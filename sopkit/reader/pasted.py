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
BARE_FENCE: Final = re.compile(r"[ ]*```[A-Za-z]*[ \t]*(?:\r\n|\r|\n|\Z)")
"""A fence on which nothing stands that somebody wrote: at most the name of a language."""
FENCE_MARK: Final = re.compile(r"```(?:ya?ml\b)?[ \t]*")
DELETE_FENCES: Final = Phrase("删掉 ``` 行", "delete the ``` lines")
DELETE_MARKS: Final = Phrase(
    "只删掉 ```，留下同一行的其他内容", "delete the ``` alone and keep what else is on their lines"
)

ROW: Final = re.compile(r"^(?![ \t]*[-#\"'\[{|>&*!?])[^\t\r\n]*[^\t\r\n:：](?<!: )\t+[^\t\r\n#]")
"""A line with a tab between two cells; behind the colon of a key a tab is but an odd blank."""


def note_conflicts(text: str, notes: Notes) -> bool:
    """Note each conflict of a merge, if it has both versions and their marks; return whether there is one."""
    if "<" not in text or OURS not in text:  # one character is found sooner than eight
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
    bare = [BARE_FENCE.match(scene.text, start) for start in fences]
    marks = [FENCE_MARK.search(scene.text, start) for start in fences]
    edits = [(*found.span(), "") for whole, mark in zip(bare, marks, strict=True) if (found := whole or mark)]
    safe = all(bare)
    fixes = scene.notes.replacing(DELETE_FENCES if safe else DELETE_MARKS, *edits, safe=safe)
    args = {"text": shortened(scene.text[line.lead : line.end])}
    return RefusedError(rules.CODE_FENCE, line.lead, line.end, args, fixes=fixes)
