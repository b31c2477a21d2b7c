"""Findings as a machine reads them: a finished compilation goes in, JSON as `schemas/findings-v1.schema.json` says comes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from sopkit import __version__
from sopkit.diagnostics import Citation, Finding, Fix, Moment, Severity, fingerprint
from sopkit.frozen import dataclass
from sopkit.render.unjudged import unjudged
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.comparison import Since
    from sopkit.model.documents import Waiver
    from sopkit.pipeline import Compilation

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

VERSION = 1


def findings_json(
    compilation: Compilation,
    findings: tuple[Finding, ...],
    *,
    lang: Lang,
    prefix: str = "",
    left_over: Iterable[Phrase] = (),
) -> str:
    """Return the report as JSON text with a final newline.

    `findings` are those of the compilation that the caller wants listed; `prefix` is put before every path, so that it is
    relative to the repository. Lines and columns are 1-based, columns count code points, ends are exclusive.
    """
    settings = compilation.workspace.settings
    document: dict[str, Json] = {
        "version": VERSION,
        "tool": {"name": "sopkit", "version": __version__},
        "workspace": settings.id,
        "as_of": compilation.today.isoformat(),
        "findings": [record for _, record in finding_records(compilation, findings, lang, prefix)],
        "proved": [
            {
                "rule": one.rule.name,
                "subject": one.subject,
                "statement": one.statement.within(lang),
                "assumptions": [phrase.within(lang) for phrase in one.assumptions],
            }
            for one in compilation.proved
        ],
        "not_assessed": [
            {
                "rule": one.rule.name,
                "subject": one.subject,
                "reason": one.reason.within(lang),
                **(place_json(one.span, prefix) if one.span else {}),
            }
            for one in compilation.not_assessed
        ],
        "unjudged": [phrase.within(lang) for phrase in unjudged(compilation)],
        "left_to_other_commands": [phrase.within(lang) for phrase in left_over],
        "changed_since": _since_json(compilation.since) if compilation.since else None,
        "stale_baseline": [
            {"fingerprint": one.fingerprint, "rule": one.rule, "subject": one.subject, "message": one.message}
            for one in (compilation.baseline.stale if compilation.baseline else ())
        ],
        "counts": {
            **{severity.value: sum(one.weight is severity for one in findings) for severity in Severity},
            "not_assessed": len(compilation.not_assessed),
            "waived": len(compilation.waived),
            "baselined": len(compilation.baseline.known) if compilation.baseline else 0,
            "held_back": compilation.held_back,
            "errors_elsewhere": compilation.errors_elsewhere,
            "files": compilation.files,
        },
    }
    return json_text(document)


def _since_json(since: Since) -> dict[str, Json]:
    return {
        "revision": since.revision,
        "commit": since.commit,
        "modified": list(since.modified.present),
        "deleted": list(since.modified.deleted),
        "affected": list(since.affected),
        "there_before": since.there_before,
        "not_assessed_before": since.unsettled_before,
        "mended": since.mended,
    }


def json_text(document: Json) -> str:
    """Return the document as JSON text with a final newline; the same document gives the same text."""
    text = indented(document)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = indented(_plain(document))
    return text + "\n"


def json_line(document: Json) -> str:
    """Return the document as one line of JSON text, in a tenth of the time: for what no person reads."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(_plain(document), ensure_ascii=False, separators=(",", ":"))
    return text + "\n"


def indented(value: Json, margin: str = "\n") -> str:
    """Return what `json.dumps(value, ensure_ascii=False, indent=2)` does, in a third of the time: that is slow where it indents."""
    inner = margin + "  "
    match value:
        case str():
            return encode_basestring(value)
        case int() if not isinstance(value, bool):
            return str(value)
        case Mapping() if value:
            rows = [f"{encode_basestring(key)}: {indented(one, inner)}" for key, one in value.items()]
            return f"{{{inner}{f',{inner}'.join(rows)}{margin}}}"
        case list() | tuple() if value:
            return f"[{inner}{f',{inner}'.join([indented(one, inner) for one in value])}{margin}]"
    return json.dumps(value)


def finding_records(
    compilation: Compilation, findings: Iterable[Finding], lang: Lang, prefix: str
) -> list[tuple[Finding, dict[str, Json]]]:
    """Return these findings and the waived ones, in order, each with what a machine reads of it."""
    return [(one.finding, _finding(one, lang, prefix)) for one in entries(compilation, findings)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as machines are told of it."""

    finding: Finding
    fingerprint: str
    waiver: Waiver | None
    accepted: bool
    """Whether the waiver does accept it: a critical finding stays open whoever waives it."""


def entries(compilation: Compilation, findings: Iterable[Finding]) -> list[Entry]:
    """Return these findings and the waived ones, in order."""
    waivers = {id(one.finding): one.waiver for one in compilation.waived}
    accepted = {id(one.finding): one.finding for one in compilation.waived if not one.critical}
    listed = sorted((*findings, *accepted.values()), key=lambda one: one.sort_key)
    return [Entry(one, fingerprint(one), waivers.get(id(one)), id(one) in accepted) for one in listed]


def _finding(entry: Entry, lang: Lang, prefix: str) -> dict[str, Json]:
    finding, waiver = entry.finding, entry.waiver
    return {
        "rule": finding.rule.name,
        "code": finding.rule.code,
        "aliases": list(finding.rule.aliases),
        "severity": finding.weight.value,
        "verdict": finding.verdict.value if finding.verdict else None,
        "state": "waived" if waiver else "open",
        "waiver": _waiver(waiver, lang) if waiver else None,
        "message": finding.message(lang),
        "why": finding.rule.why.within(lang),
        "fix": finding.fix(lang),
        **place_json(finding.span, prefix),
        "subject": finding.subject,
        "related": [{"message": one.note.within(lang), **place_json(one.span, prefix)} for one in finding.related],
        "timeline": [moment_json(one, lang, prefix) for one in finding.timeline],
        "assumptions": [phrase.within(lang) for phrase in finding.assumptions],
        "suggestions": list(finding.suggestions),
        "stub": finding.stub,
        "fixes": [_fix(one, lang, prefix) for one in finding.fixes],
        "law": [citation_json(one, lang) for one in finding.law],
        "fingerprint": entry.fingerprint,
    }


def moment_json(moment: Moment, lang: Lang, prefix: str) -> dict[str, Json]:
    return {
        "at": moment.at.isoformat(timespec="minutes"),
        "what": moment.what.within(lang),
        "counted": moment.counted,
        **(place_json(moment.span, prefix) if moment.span else {}),
    }


def citation_json(one: Citation, lang: Lang) -> dict[str, Json]:
    return {
        "pack": one.pack,
        "law": one.law.within(lang),
        "article": one.article,
        "summary": one.summary.within(lang),
        "status": one.status,
        "in_force_from": one.in_force_from.isoformat() if one.in_force_from else None,
        "source": one.source,
        "checked_on": one.checked_on.isoformat() if one.checked_on else None,
    }


def _waiver(waiver: Waiver, lang: Lang) -> dict[str, Json]:
    return {
        "reason": waiver.reason.pick(lang) if waiver.reason else "",
        "approved_by": waiver.approved_by.id if waiver.approved_by else "",
        "until": waiver.until.value.isoformat() if waiver.until else "",
    }


def _fix(fix: Fix, lang: Lang, prefix: str) -> dict[str, Json]:
    edits: list[Json] = [{**place_json(edit.span, prefix), "text": edit.text} for edit in fix.edits]
    return {"label": fix.label.within(lang), "safe": fix.safe, "edits": edits}


def place_json(span: Span, prefix: str) -> dict[str, Json]:
    """Return a span as machines read it: 1-based, ends exclusive."""
    return {
        "file": span.path if span.path.startswith(BUILTIN) else prefix + span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _plain(value: Json) -> Json:
    """Return `value` with lone surrogates, which UTF-8 can't hold, written as they are in JSON escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value
