"""A comparison as a machine reads it: JSON as `schemas/diff-v1.schema.json` says comes out."""

from __future__ import annotations

from datetime import date
from typing import Final

from sopkit import __version__
from sopkit.diagnostics import Severity
from sopkit.diff.change import Change, Comparison
from sopkit.diff.rules import GROUPS
from sopkit.render.changes.words import Frame, grouped
from sopkit.render.findings_json import Json, citation_json, json_text, moment_json, place_json
from sopkit.text import Lang

VERSION: Final = 1


def changes_json(comparison: Comparison, frame: Frame, workspace: str, today: date, lang: Lang) -> str:
    """Return the report as JSON text with a final newline; `file` is relative to the repository, or to its folder."""
    changes: list[Json] = [_change(one, frame, lang) for one in comparison.changes]
    document: dict[str, Json] = {
        "version": VERSION,
        "tool": {"name": "sopkit", "version": __version__},
        "workspace": workspace,
        "as_of": today.isoformat(),
        "old": frame.old,
        "new": frame.new,
        "changes": changes,
        "not_judged": [
            {"rule": one.rule.name, "subject": one.subject, "reason": one.reason.within(lang)}
            for one in comparison.unjudged
        ],
        "counts": {
            **{severity.value: comparison.count(severity) for severity in Severity},
            "not_judged": len(comparison.unjudged),
            "groups": {group.value: len(found) for group, found in grouped(comparison.changes)},
        },
    }
    return json_text(document)


def _change(change: Change, frame: Frame, lang: Lang) -> dict[str, Json]:
    return {
        "rule": change.rule.name,
        "code": change.rule.code,
        "aliases": list(change.rule.aliases),
        "severity": change.weight.value,
        "group": GROUPS[change.rule.code].value,
        "subject": change.subject,
        "message": change.message(lang),
        "why": change.rule.why.within(lang),
        "fix": change.fix(lang),
        "details": [{"key": one.key, "before": one.before, "after": one.after} for one in change.details],
        "before": place_json(change.before, frame.old_prefix) if change.before else None,
        "after": place_json(change.after, frame.new_prefix) if change.after else None,
        "timeline": [moment_json(one, lang, frame.new_prefix) for one in change.timeline],
        "timeline_before": [moment_json(one, lang, frame.old_prefix) for one in change.timeline_before],
        "assumptions": [phrase.within(lang) for phrase in change.assumptions],
        "law": [citation_json(one, lang) for one in change.law],
    }
