"""A report goes in; Markdown for the summary of a job comes out: findings, the gravest first, what was not assessed, and how it ended.

Whatever an author wrote is literal, as in the comment of a pull request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Severity
from sopkit.render.changes.comment import literal
from sopkit.render.columns import visible
from sopkit.render.findings_json import Entry
from sopkit.render.markdown import code_span
from sopkit.render.report import NOT_ASSESSED, Report
from sopkit.render.terminal import PASTE, SEVERITIES
from sopkit.text import Phrase

HEADING: Final = Phrase("剧本检查", "Check of the playbooks")
CLEAN: Final = Phrase("没有发现问题", "nothing found")
MORE: Final = Phrase(
    "还有 {count} 项没有列在这里，日志里是全的。", "{count} more are not listed here; the log has all."
)
RESERVE: Final = 200
"""Bytes that are kept for the line that says how many are left out."""


def summary_markdown(report: Report, ending: str, room: int) -> str:
    """Return the summary in at most `room` bytes of UTF-8; '' where there is no room for its head. `ending` closes the page for people."""
    lang = report.lang
    last = _as_it_is(ending)
    head = f"### {HEADING.within(lang)}\n\n"
    items = list(_items(report)) or [f"{CLEAN.within(lang)}\n"]
    left = room - len((head + last).encode()) - RESERVE
    if left < 0:
        return ""
    kept: list[str] = []
    for item in items:
        left -= len(item.encode())
        if left < 0:
            break
        kept.append(item)
    missing = len(items) - len(kept)
    more = "\n" + MORE.fill(lang, {"count": str(missing)}) + "\n" if missing else ""
    return f"{head}{''.join(kept)}{more}\n{last}\n"


def _as_it_is(text: str) -> str:
    """Return lines as a block of code, between more backticks than stand together in them."""
    lines = [visible(line) for line in text.split("\n") if line.strip()]
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return "\n".join([f"{fence}text", *lines, fence]) + "\n" if lines else ""


def _items(report: Report) -> Iterator[str]:
    """Yield what was not assessed and what is open, each as an item of a list."""
    for one in report.unsettled:
        yield f"- **{NOT_ASSESSED.within(report.lang)}** {literal(one.title)}<br>{literal(one.said)}\n"
    for entry in sorted(report.open, key=lambda one: one.finding.weight.rank):
        yield _item(report, entry)


def _item(report: Report, entry: Entry) -> str:
    finding = entry.finding
    name = f"**{SEVERITIES[finding.weight].within(report.lang)}** {finding.rule.code} {finding.rule.name}"
    said, *more = report.lines(finding)
    lines = [f"- {name} ({code_span(visible(report.place(finding.span)))})<br>{literal(said)}"]
    if finding.weight is not Severity.NOTE:
        lines += [f"  - {literal(line)}" for line in more]
        if stub := report.stub(finding):
            lines += [
                f"  - {PASTE.within(report.lang)}",
                "",
                *(f"    {line}" for line in _as_it_is("\n".join(stub)).splitlines()),
                "",
            ]
    return "\n".join(lines) + "\n"
