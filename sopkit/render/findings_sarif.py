"""A report goes in; SARIF 2.1.0 comes out: results with their rules, timelines as code flows, fixes and waivers.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0. What could not be judged stands there twice: as a result of kind
`open`, which viewers list, and as a notification, for those who ask whether the run was complete. What was proved is no result:
GitHub shows results of kind `pass` as alerts; it stands among the properties of the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sopkit import __version__
from sopkit.diagnostics import Finding, Fix, Moment, Rule, Severity
from sopkit.render.columns import visible
from sopkit.render.example_words import in_language
from sopkit.render.findings_json import Entry, Json, citation_json, json_line
from sopkit.render.report import UNJUDGED, Report, Spot, Unsettled
from sopkit.render.rule_page import BAD, FIX, GOOD, WHY, advice
from sopkit.render.unjudged import unjudged
from sopkit.resources import BUILTIN
from sopkit.source import Span
from sopkit.text import Lang, Phrase

if TYPE_CHECKING:
    from sopkit.model.documents import Waiver

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT: Final = "SRCROOT"
ROOT_IS: Final = Phrase("仓库的根目录", "the root of the repository")
LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
MEANS: Final = {
    "not-assessed": Phrase(
        "有一项分析没有完成，或者缺少它要的内容；没能判断，不等于没有问题",
        "An analysis did not finish, or lacked what it needs; not assessed is not clean",
    ),
    UNJUDGED: Phrase("有错误，一部分因此没能判断", "Errors keep a part from being judged"),
}
"""Id of a notification → what it says."""
DESCRIBED: Final = ("shortDescription", "fullDescription", "help")
"""What GitHub wants said of a notification; it has but one sentence."""
LINK: Final = re.compile(r"\[(?=[^\[\]]*\]\()")
"""The bracket that would begin a link in a message."""
LONGEST_SNIPPET: Final = 500
"""Characters of a quoted place; a longer one is found by its numbers."""


def findings_sarif(report: Report) -> str:
    """Return one log of one run as JSON text."""
    rules = _rules(report)
    index = {rule.code: number for number, rule in enumerate(rules)}
    results: list[Json] = [_result(report, one, index) for one in report.entries]
    results += [_open(report, one, one.rule, index) for one in report.unsettled if one.rule]
    rule_records: list[Json] = [_rule(one, report.lang) for one in rules]
    run: dict[str, Json] = {
        "tool": {
            "driver": {
                "name": "sopkit",
                "version": __version__,
                "semanticVersion": __version__,
                "language": report.lang,
                "rules": rule_records,
                "notifications": [
                    {"id": name, **dict.fromkeys(DESCRIBED, _message(means.within(report.lang)))}
                    for name, means in MEANS.items()
                ],
            }
        },
        "automationDetails": {"id": f"sopkit/{report.compilation.workspace.settings.id}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(report, index)),
            }
        ],
        "originalUriBaseIds": {ROOT: {"description": _message(ROOT_IS.within(report.lang))}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": _properties(report),
    }
    return json_line({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rules(report: Report) -> list[Rule]:
    """Return every rule that the run has something to say of, by code."""
    compilation = report.compilation
    said = [one.finding.rule for one in report.entries]
    said += [one.rule for one in compilation.not_assessed]
    said += [one.rule for one in compilation.proved]
    return sorted({one.code: one for one in said}.values(), key=lambda one: one.code)


def _rule(rule: Rule, lang: Lang) -> Json:
    why, fix = rule.why.within(lang), advice(rule, lang)
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": _message(rule.summary.within(lang)),
        "fullDescription": _message(why),
        "help": {"text": "\n".join(part for part in (why, fix) if part), "markdown": _help(rule, why, fix, lang)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"slug": rule.name, "controls": list(rule.decides), "tags": list(rule.decides)},
    }


def _help(rule: Rule, why: str, fix: str, lang: Lang) -> str:
    """Return the page of a rule in Markdown."""
    lines = [rule.summary.within(lang), ""]
    for title, text in ((WHY, why), (FIX, fix)):
        lines += [f"**{title.within(lang)}**", "", text, ""] if text else []
    bad, good = in_language(rule, lang)
    for title, text in ((BAD, bad), (GOOD, good)) if bad else ():
        fence = "````" if "```" in text else "```"
        lines += [f"**{title.within(lang)}**", "", f"{fence}yaml", _visible_lines(text), fence, ""]
    return "\n".join([*lines, f"`sopkit explain {rule.code}`"])


def _visible_lines(text: str) -> str:
    """Return lines of a file with nothing in them that hides or steers."""
    return "\n".join(visible(line) for line in text.strip("\n").split("\n"))


def _result(report: Report, entry: Entry, index: dict[str, int]) -> dict[str, Json]:
    finding, lang = entry.finding, report.lang
    fix = finding.fix(lang)
    told = (finding.message(lang), f"{FIX.within(lang)}: {fix}" if fix else "", *report.stub(finding))
    text = "\n".join(part for part in told if part)
    result: dict[str, Json] = {
        "ruleId": finding.rule.code,
        "ruleIndex": index[finding.rule.code],
        "kind": "fail",
        "level": LEVELS[finding.weight],
        "message": _message(text),
        "locations": [{**_location(report, finding.span), **_logical(finding.subject)}],
        "partialFingerprints": {"sopkit/v1": entry.fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(report, one.span), "message": _message(one.note.within(lang))}
            for number, one in enumerate(finding.related, 1)
        ]
    if finding.timeline:
        steps: list[Json] = [_step(report, finding, one, number) for number, one in enumerate(finding.timeline, 1)]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.fixes:
        result["fixes"] = [_fix(report, one) for one in finding.fixes]
    if entry.waiver and entry.accepted:
        result["suppressions"] = [_suppression(entry.waiver, lang)]
    result["properties"] = {
        "verdict": finding.verdict.value if finding.verdict else None,
        "assumptions": [one.within(lang) for one in finding.assumptions],
        "suggestions": list(finding.suggestions),
        "law": [citation_json(one, lang) for one in finding.law],
    }
    return result


def _open(report: Report, one: Unsettled, rule: Rule, index: dict[str, int]) -> dict[str, Json]:
    return {
        "ruleId": rule.code,
        "ruleIndex": index[rule.code],
        "kind": "open",
        "level": "none",
        "message": _message(report.doubt(one)),
        "locations": [{**_location(report, one.span), **_logical(one.subject)}],
        "partialFingerprints": {"sopkit/v1": one.fingerprint},
    }


def _notifications(report: Report, index: dict[str, int]) -> Iterator[Json]:
    for one in report.unsettled:
        name = "not-assessed" if one.rule else UNJUDGED
        about: dict[str, Json] = (
            {"associatedRule": {"id": one.rule.code, "index": index[one.rule.code]}} if one.rule else {}
        )
        yield {
            "descriptor": {"id": name, "index": list(MEANS).index(name)},
            **about,
            "level": "error" if one.fails else "warning",
            "message": _message(report.doubt(one)),
            "locations": [{**_location(report, one.span), **_logical(one.subject)}],
        }


def _step(report: Report, finding: Finding, moment: Moment, number: int) -> Json:
    """Return one moment of a timeline; what is written nowhere stands at the finding, since viewers want a place."""
    return {
        "location": {
            **_location(report, moment.span or finding.span),
            "message": _message(report.moment(moment)),
        },
        "executionOrder": number,
        "importance": "essential" if moment.counted else "important",
        # No `executionTimeUtc`: the clock is the customer's, and no zone is known.
        "properties": {"at": moment.at.isoformat(timespec="minutes"), "counted": moment.counted},
    }


def _fix(report: Report, fix: Fix) -> Json:
    files: dict[str, list[Json]] = {}
    for edit in fix.edits:
        replacement: Json = {"deletedRegion": _region(report.spot(edit.span)), "insertedContent": {"text": edit.text}}
        files.setdefault(edit.span.path, []).append(replacement)
    changes: list[Json] = [
        {"artifactLocation": _artifact(report, path), "replacements": replacements}
        for path, replacements in files.items()
    ]
    return {"description": _message(fix.label.within(report.lang)), "artifactChanges": changes}


def _suppression(waiver: Waiver, lang: Lang) -> Json:
    return {
        "kind": "inSource",
        "status": "accepted",
        "justification": waiver.reason.pick(lang) if waiver.reason else "",
        "properties": {
            "approved_by": waiver.approved_by.id if waiver.approved_by else "",
            "until": waiver.until.value.isoformat() if waiver.until else "",
        },
    }


def _location(report: Report, span: Span | None) -> dict[str, Json]:
    """Return the physical part of a location."""
    if span is None:
        return {"physicalLocation": {"artifactLocation": _uri(report.spot(None).path)}}
    region = _region(Spot("", span.line, span.column, span.end_line, span.end_column))
    quoted = span.excerpt()
    if 0 < len(quoted) <= LONGEST_SNIPPET:
        region["snippet"] = {"text": quoted}
    return {"physicalLocation": {"artifactLocation": _artifact(report, span.path), "region": region}}


def _artifact(report: Report, path: str) -> dict[str, Json]:
    return {"uri": quote(path, safe=":/")} if path.startswith(BUILTIN) else _uri(report.prefix + path)


def _uri(path: str) -> dict[str, Json]:
    return {"uri": quote(path, errors="replace"), "uriBaseId": ROOT}


def _region(spot: Spot) -> dict[str, Json]:
    return {
        "startLine": spot.line,
        "startColumn": spot.column,
        "endLine": spot.end_line,
        "endColumn": spot.end_column,
    }


def _logical(subject: str) -> dict[str, Json]:
    return {"logicalLocations": [{"fullyQualifiedName": subject}]} if subject else {}


def _properties(report: Report) -> dict[str, Json]:
    compilation, lang = report.compilation, report.lang
    return {
        "as_of": compilation.today.isoformat(),
        "files": compilation.files,
        "held_back": compilation.held_back,
        "unjudged": [phrase.within(lang) for phrase in unjudged(compilation)],
        "baselined": len(compilation.baseline.known) if compilation.baseline else 0,
        "proved": [
            {
                "rule": one.rule.code,
                "subject": one.subject,
                "statement": one.statement.within(lang),
                "assumptions": [phrase.within(lang) for phrase in one.assumptions],
            }
            for one in compilation.proved
        ],
        "left_to_other_commands": [phrase.within(lang) for phrase in report.left_over],
    }


def _message(text: str) -> dict[str, Json]:
    """Return a message of plain text: nothing that an author wrote becomes a link."""
    return {"text": LINK.sub(r"\\[", "\n".join(visible(line) for line in text.split("\n")))}
