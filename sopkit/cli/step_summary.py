"""A report goes in; the Markdown of it is added to the file that GitHub shows as the summary of a job."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sopkit.cli.console import Console
from sopkit.output import cause
from sopkit.text import Phrase

if TYPE_CHECKING:
    from sopkit.render.report import Report

VARIABLE: Final = "GITHUB_STEP_SUMMARY"
MOST_BYTES: Final = 1_000_000
"""GitHub takes 1 MiB for each step, and shows nothing of what is larger."""
COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
FAILED: Final = Phrase(
    "没能把摘要写进 GITHUB_STEP_SUMMARY 指的文件（{file}）：{why}；检查结果不受影响",
    "the summary could not be written to {file}, which GITHUB_STEP_SUMMARY names: {why}; the check itself is not affected",
)
NO_FILE: Final = Phrase("那里不是普通文件", "what is there is no plain file")
FULL: Final = Phrase("别的内容已经把它写满了", "what others wrote has filled it")


def add_summary(console: Console, report: Report, ending: Sequence[str]) -> None:
    """Add the findings to the summary where a file for it is named; where that can't be done, say so and go on."""
    name = os.environ.get(VARIABLE)
    if not name:
        return
    try:
        why = _add(Path(name), report, COLOUR.sub("", "\n".join(ending)))
    except (OSError, ValueError) as error:
        why = cause(error) if isinstance(error, OSError) else NO_FILE
    if why is not None:
        console.complain(console.word(FAILED, file=name, why=why))


def _add(path: Path, report: Report, ending: str) -> Phrase | None:
    """Return why nothing was added; None where it was. Raises `OSError`, or `ValueError` where the name can be no file's."""
    from sopkit.render.findings_summary import summary_markdown  # noqa: PLC0415  on GitHub alone

    if path.exists() and not path.is_file():
        return NO_FILE
    used = path.stat().st_size if path.exists() else 0
    text = summary_markdown(report, ending, MOST_BYTES - used)
    if not text:
        return FULL
    with path.open("ab") as file:
        file.write(text.encode("utf-8", "replace"))
    return None
