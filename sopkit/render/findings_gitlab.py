"""A report goes in; JSON for GitLab's code quality report comes out, a part of the format of Code Climate."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Severity
from sopkit.render.findings_json import Json, json_text
from sopkit.render.report import Report, Spot

SEVERITIES: Final = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}
NOT_ASSESSED: Final = "major"


def findings_gitlab(report: Report) -> str:
    """Return one issue for each finding that counts, and for all that could not be judged."""
    issues: list[Json] = [
        _issue(
            report.text(one.finding),
            f"{one.finding.rule.code} {one.finding.rule.name}",
            one.fingerprint,
            SEVERITIES[one.finding.weight],
            report.spot(one.finding.span),
        )
        for one in report.open
    ]
    issues += [
        _issue(report.doubt(one), one.title, one.fingerprint, NOT_ASSESSED, report.spot(one.span))
        for one in report.unsettled
    ]
    return json_text(issues)


def _issue(description: str, name: str, fingerprint: str, severity: str, spot: Spot) -> Json:
    return {
        "description": description,
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": spot.path, "lines": {"begin": spot.line, "end": spot.end_line}},
    }
