"""A place where reading broke off goes in; the finding about a line there that was meant as `---` and is not comes out."""

from __future__ import annotations

import re
from typing import Final

from sopkit.reader import rules
from sopkit.reader.notes import RefusedError
from sopkit.reader.scene import Line, Scene
from sopkit.text import Phrase

ODD_MARK: Final = re.compile(r"-{2}|-{4,}|[—–－―]{1,}|[_=*~]{3,}|-{3}")
"""Three hyphens count at the start of a line alone."""

WRITE_MARK: Final = Phrase("写成 ---", "write `---`")
TAKE_OUT: Final = Phrase(
    "删掉这一行，或者在前面加“# ”让它成为注释", "take the line out, or put `# ` before it to make it a remark"
)


def explain_mark(scene: Scene) -> RefusedError | None:
    """Return the finding about `--`, `————` or ` ---`, in the line of the problem or right above it."""
    here = scene.line(scene.at)
    for line in (here, scene.line(scene.origin), scene.above(here)):
        if line is not None and ODD_MARK.fullmatch(scene.text[line.lead : line.end].strip()) and line.end > line.lead:
            if scene.text.startswith("---", line.start) and line.end - line.start == 3:
                continue
            return _refusal(scene, line)
    return None


def _refusal(scene: Scene, line: Line) -> RefusedError:
    said = scene.text[line.lead : line.end]
    found = Phrase(
        f"这一行是“{said}”，不是顶格的三个英文短横线",
        f"this line is `{said}`, and not three plain hyphens at its very start",
    )
    head = re.compile(r"(?:\s|#[^\n]*\n)*kind *[:：]").match(scene.text, scene.line_end(line))
    fixes = scene.notes.replacing(WRITE_MARK, (line.start, line.end, "---")) if head else ()
    args: dict[str, str | Phrase] = {"found": found, "otherwise": TAKE_OUT}
    return RefusedError(rules.MISSING_DOCUMENT_MARK, line.lead, line.end, args, fixes=fixes)
