"""A report goes in; JUnit's XML comes out, which nearly every CI shows: a suite for each file, a case for each rule and subject.

JUnit knows no warnings: a case fails if the check fails by it, else it passes and keeps its words as output. What could not be judged
is an error, what is waived is skipped; files in which nothing was found and all that was proved are cases that pass. While errors keep
the workspace from being judged, files in which nothing was found are skipped: what would break in them nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sopkit.frozen import dataclass
from sopkit.render.columns import visible
from sopkit.render.findings_json import Entry
from sopkit.render.report import NOT_ASSESSED, Report
from sopkit.render.unjudged import unjudged_said
from sopkit.resources import BUILTIN
from sopkit.text import Phrase

CLEAN: Final = Phrase("没有发现问题", "nothing found")
PROVED: Final = Phrase("已经证明", "proved")
FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, not even as a reference."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case: what it is called, how it ended (`failure`, `error`, `skipped`; empty where it passed), and its words."""

    name: str
    ended: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""


def findings_junit(report: Report) -> str:
    """Return the XML text; cases fail, or are in error, exactly where the check fails."""
    suites = [*_files(report), (PROVED.within(report.lang), list(_proved(report)))]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="sopkit"{_counts(suites)}>']
    for name, cases in suites:
        lines.append(f"  <testsuite name={_attribute(name)}{_counts([(name, cases)])}>")
        for case in cases:
            lines += _case(case, name)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _files(report: Report) -> Iterator[tuple[str, list[_Case]]]:
    cases: dict[str, list[_Case]] = {path: [] for path in _paths(report)}
    grouped: dict[tuple[str, str, str], list[Entry]] = {}
    for one in report.open:
        finding = one.finding
        key = (report.spot(finding.span).path, f"{finding.rule.code} {finding.rule.name}", finding.subject)
        grouped.setdefault(key, []).append(one)
    for (path, title, subject), group in grouped.items():
        cases.setdefault(path, []).append(_found(report, _name(title, subject), group))
    for entry in report.waived:
        finding = entry.finding
        reason = entry.waiver.reason.pick(report.lang) if entry.waiver and entry.waiver.reason else ""
        name = _name(f"{finding.rule.code} {finding.rule.name}", finding.subject)
        cases.setdefault(report.spot(finding.span).path, []).append(_Case(name, "skipped", "", visible(reason)))
    for doubt in report.unsettled:
        name = _name(f"{NOT_ASSESSED.within(report.lang)} {doubt.title}", doubt.subject)
        place = f"{report.place(doubt.span)}\n" if doubt.span else ""
        ended = "error" if doubt.fails else "skipped"
        case = _Case(name, ended, doubt.name, report.doubt(doubt), place + report.doubt(doubt))
        cases.setdefault(report.spot(doubt.span).path, []).append(case)
    clean = _Case(CLEAN.within(report.lang))
    if said := unjudged_said(report.compilation):
        clean = _Case(NOT_ASSESSED.within(report.lang), "skipped", "", visible(said.within(report.lang)))
    for path in sorted(cases):
        yield path, cases[path] or [clean]


def _paths(report: Report) -> list[str]:
    """Return every file that was read and holds a document."""
    trees = report.compilation.forest.trees
    read = {tree.source.path for tree in trees if not tree.source.path.startswith(BUILTIN)}
    return sorted(report.prefix + path for path in read)


def _found(report: Report, name: str, group: list[Entry]) -> _Case:
    failing = [one for one in group if report.fails(one.finding)]
    first = (failing or group)[0].finding
    text = "\n\n".join(
        f"{one.finding.weight.value} {report.place(one.finding.span)}\n{report.text(one.finding)}" for one in group
    )
    ended = "failure" if failing else ""
    return _Case(name, ended, first.weight.value, visible(first.message(report.lang)), text)


def _proved(report: Report) -> Iterator[_Case]:
    for one in report.compilation.proved:
        given = "\n".join(visible(phrase.within(report.lang)) for phrase in one.assumptions)
        name = _name(f"{one.rule.code} {one.rule.name}", one.subject)
        yield _Case(name, text="\n".join(part for part in (visible(one.statement.within(report.lang)), given) if part))


def _name(title: str, subject: str) -> str:
    return visible(f"{title}: {subject}" if subject else title)


def _case(case: _Case, suite: str) -> Iterator[str]:
    head = f"    <testcase classname={_attribute(suite)} name={_attribute(case.name)}"
    if not case.ended and not case.text:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if case.ended == "skipped":
        yield f"      <skipped message={_attribute(case.message)}/>"
    elif case.ended:
        told = f"type={_attribute(case.kind)} message={_attribute(case.message)}"
        yield f"      <{case.ended} {told}>{_text(case.text)}</{case.ended}>"
    else:
        yield f"      <system-out>{_text(case.text)}</system-out>"
    yield "    </testcase>"


def _counts(suites: list[tuple[str, list[_Case]]]) -> str:
    ended = [case.ended for _, cases in suites for case in cases]
    counts = {"tests": len(ended)} | {
        name: ended.count(one) for name, one in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    return "".join(f' {name}="{count}"' for name, count in counts.items())


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("", text))


def _text(text: str) -> str:
    return escape(FORBIDDEN.sub("", text))
