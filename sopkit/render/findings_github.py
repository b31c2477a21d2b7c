"""A report goes in; workflow commands of GitHub Actions come out, which show each finding at its line of a pull request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Severity
from sopkit.render.columns import visible
from sopkit.render.report import NOT_ASSESSED, Report, Spot

LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(report: Report) -> Iterator[str]:
    """Yield one command a line, the gravest first: GitHub shows no more than ten of a level for each step of a job."""
    made: list[tuple[int, str]] = []
    for one in report.unsettled:
        level = Severity.ERROR if one.fails else Severity.WARNING
        title = f"{NOT_ASSESSED.within(report.lang)} {one.title}"
        made.append((level.rank, _command(level, report.spot(one.span), title, report.doubt(one))))
    for entry in report.open:
        finding = entry.finding
        title = f"{finding.rule.code} {finding.rule.name}"
        text = report.text(finding)
        made.append((finding.weight.rank, _command(finding.weight, report.spot(finding.span), title, text)))
    yield from (line for _, line in sorted(made, key=lambda one: one[0]))


def without_commands(text: str) -> str:
    """Return lines for a person so that GitHub takes none of them, whatever is quoted in them, for a command.

    The word that ends the quotation is a hash of all of it, so that no part of it can hold the word.
    """
    word = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"::stop-commands::{word}\n{text}\n::{word}::"


def _command(level: Severity, spot: Spot, title: str, text: str) -> str:
    place = {
        "file": spot.path,
        "line": str(spot.line),
        "endLine": str(spot.end_line),
        # GitHub counts the end in, and takes columns only where there is one line.
        **(
            {"col": str(spot.column), "endColumn": str(max(spot.column, spot.end_column - 1))}
            if spot.line == spot.end_line
            else {}
        ),
        "title": visible(title),
    }
    return f"::{LEVELS[level]} {','.join(f'{name}={_property(value)}' for name, value in place.items())}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
