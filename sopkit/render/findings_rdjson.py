"""A report goes in; JSON in the diagnostic format of reviewdog (`rdjson`) comes out, for comments in a review.

Its columns count bytes of UTF-8 (`proto/rdf/reviewdog.proto` of reviewdog), those of findings code points.
"""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Finding, Severity
from sopkit.render.findings_json import Json, json_text
from sopkit.render.report import Report
from sopkit.resources import BUILTIN
from sopkit.source import Span

SEVERITIES: Final = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def findings_rdjson(report: Report) -> str:
    """Return a diagnostic for each finding that counts, and for all that could not be judged."""
    diagnostics: list[Json] = [
        {
            "message": report.text(one.finding),
            "location": _location(report, one.finding.span),
            "severity": SEVERITIES[one.finding.weight],
            "code": {"value": f"{one.finding.rule.code} {one.finding.rule.name}"},
            "suggestions": _suggestions(one.finding),
        }
        for one in report.open
    ]
    diagnostics += [
        {
            "message": report.doubt(one),
            "location": _location(report, one.span),
            "severity": "ERROR" if one.fails else "WARNING",
            "code": {"value": one.title},
        }
        for one in report.unsettled
    ]
    return json_text({"source": {"name": "sopkit"}, "diagnostics": diagnostics})


def _location(report: Report, span: Span | None) -> Json:
    path = report.spot(span).path
    if span is None or span.path.startswith(BUILTIN):
        return {"path": path}
    return {"path": path, "range": _range(span)}


def _suggestions(finding: Finding) -> Json:
    """Return the fixes that are one edit in the file of the finding: what a reviewer can take with one click."""
    edits = [fix.edits[0] for fix in finding.fixes if len(fix.edits) == 1]
    return [{"range": _range(one.span), "text": one.text} for one in edits if one.span.path == finding.span.path]


def _range(span: Span) -> Json:
    return {
        "start": {"line": span.line, "column": _bytes_before(span, span.line, span.column) + 1},
        "end": {"line": span.end_line, "column": _bytes_before(span, span.end_line, span.end_column) + 1},
    }


def _bytes_before(span: Span, line: int, column: int) -> int:
    lines = span.source.lines
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text[: column - 1].encode("utf-8", "replace"))
