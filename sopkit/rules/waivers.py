"""Waivers: findings and the `waive:` entries of the documents go in; what stays open, what is accepted, and stale waivers come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Final

from sopkit.diagnostics import Finding, Related, Rule, Severity
from sopkit.frozen import dataclass
from sopkit.model.documents import Document, Waiver
from sopkit.schema.places import path_to
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import MAX_NODES, Forest, Value

WAIVED: Final = """\
kind: automation
id: welcome
title: 入会欢迎
review_by: 2027-12-31
waive:
  - {rule: missing-owner, at: welcome, reason: 负责人下月到岗, approved_by: guide, until: 2026-01-31}
starts_on: member-joined
steps:
  - {id: call, do: 电话欢迎, by: guide, within: 1d}
"""
"""A playbook without an owner, and a waiver that says so; its day has passed."""

EXPIRED: Final = Rule(
    code="SOP901",
    name="expired-waiver",
    severity=Severity.WARNING,
    summary=Phrase("豁免已经过期", "a waiver whose day has passed"),
    message=Phrase(
        "对 {rule} 的豁免在 {until} 到期，已经失效", "the waiver of `{rule}` ended on {until} and no longer counts"
    ),
    why=Phrase(
        "豁免是有期限的例外。过期不清，例外就成了没人负责的惯例。",
        "A waiver is an exception for a time; left standing, the exception becomes a habit that nobody answers for.",
    ),
    fix=Phrase(
        "解决原来的问题并删掉这条豁免；确实还需要，就请 {approver} 重新批准并改 until",
        "mend what it excused and delete it; if it is still needed, have `{approver}` approve it again and move `until`",
    ),
    bad=WAIVED,
    good=WAIVED.replace("2026-01-31", "2027-06-30"),
)

UNUSED: Final = Rule(
    code="SOP902",
    name="unused-waiver",
    severity=Severity.WARNING,
    summary=Phrase("豁免没有对应的问题", "a waiver of something that is not found"),
    message=Phrase(
        "“{place}”没有 {rule} 的问题，这条豁免用不上",
        "no `{rule}` is found at `{place}`, so the waiver excuses nothing",
    ),
    why=Phrase(
        "用不上的豁免留着，等问题真的出现时会把它悄悄盖住。",
        "A waiver that is left lying about will silently cover the fault when it does come.",
    ),
    fix=Phrase(
        "问题已经解决就删掉这条豁免；写错了位置就改 at（文档内的路径，如 awareness/welcome）",
        "delete it if the fault is mended; if it stands at another place, correct `at`, a path such as awareness/welcome",
    ),
    bad=EXPIRED.good.replace("review_by", "owner: guide\nreview_by"),
    good=EXPIRED.good,
)

UNKNOWN: Final = Rule(
    code="SOP903",
    name="waiver-of-unknown-rule",
    severity=Severity.ERROR,
    summary=Phrase("豁免指的规则不存在", "a waiver of a rule that does not exist"),
    message=Phrase("没有规则“{rule}”", "there is no rule `{rule}`"),
    why=Phrase("规则名写错，这条豁免就什么也不会豁免。", "With a misspelt rule the waiver excuses nothing."),
    fix=Phrase(
        "写规则的名称或编号；用 sopkit rules 查看全部",
        "write the rule's name or code; `sopkit rules` lists them all",
    ),
    bad=EXPIRED.good.replace("missing-owner", "missing-ownr"),
    good=EXPIRED.good,
)

UNWAIVABLE: Final = Rule(
    code="SOP904",
    name="waiver-of-broken-text",
    severity=Severity.ERROR,
    summary=Phrase("写法错误不能豁免", "a waiver of a mistake in writing"),
    message=Phrase(
        "{rule} 是写法或引用错误，不能豁免",
        "`{rule}` is a mistake in writing or a broken reference and cannot be waived",
    ),
    why=Phrase(
        "读不懂的内容没法检查，也进不了手册：豁免等于让它悄悄消失。",
        "What can't be read is neither checked nor printed: a waiver would let it vanish in silence.",
    ),
    fix=Phrase("改正写法，删掉这条豁免", "mend the text and delete the waiver"),
    bad=EXPIRED.good.replace("missing-owner", "unknown-key"),
    good=EXPIRED.good,
)

RULES: Final = (EXPIRED, UNUSED, UNKNOWN, UNWAIVABLE)

FIRST_WAIVABLE: Final = "SOP2"
"""Codes below are about what can't be read or resolved."""
PARTS: Final = ("stages", "steps")
"""Keys below which a playbook has parts with names of their own."""
STAYS: Final = Phrase(
    "这里写了豁免；严重的问题豁免了也照样列出、照样计入",
    "it is waived here; what is critical is shown and counted all the same",
)


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that the playbooks accept, and the waiver that says so."""

    finding: Finding
    waiver: Waiver
    critical: bool = False
    """It stays among the open findings, too."""


@dataclass(frozen=True, slots=True)
class Waiving:
    """What waivers make of the findings."""

    open: tuple[Finding, ...]
    """Those that no waiver accepts, and critical ones whether accepted or not."""
    waived: tuple[Waived, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A waiver with the document that holds it and the codes of the rule that it names."""

    waiver: Waiver
    document: Document
    rule: Rule


def apply(
    findings: Iterable[Finding],
    documents: Iterable[Document],
    forest: Forest,
    rules: Mapping[str, Rule],
    today: date,
    *,
    is_critical: Callable[[Rule], bool] = lambda _: False,
) -> Waiving:
    """Return the findings without those that a waiver in force accepts, and with one for each waiver that is amiss.

    `rules` finds a rule by code, name or alias, in lower case. A waiver accepts what its rule finds at its place of its own
    document. None counts as unused in a document that the schema refused in part: the very finding may be missing.
    A critical finding that is waived stays open, and names the waiver.
    """
    standing: list[_Standing] = []
    opened: list[Finding] = []
    for document, waiver in ((one, waiver) for one in documents for waiver in one.waive):
        judged = _judge(waiver, document, forest, rules, today)
        if isinstance(judged, Finding):
            opened.append(judged)
        elif judged is not None:
            standing.append(judged)
    waived: list[Waived] = []
    for finding in findings:
        found = next((one for one in standing if _covers(one, finding, forest)), None)
        if found is None:
            opened.append(finding)
        elif is_critical(finding.rule):
            named = Related(forest.span(found.waiver.at), STAYS)
            kept = replace(finding, related=(*finding.related, named))
            opened.append(kept)
            waived.append(Waived(kept, found.waiver, critical=True))
        else:
            waived.append(Waived(finding, found.waiver))
    used = {one.waiver.at for one in waived}
    opened.extend(_unused(one, forest) for one in standing if one.waiver.at not in used and not one.document.broken)
    return Waiving(tuple(opened), tuple(waived))


def _judge(
    waiver: Waiver, document: Document, forest: Forest, rules: Mapping[str, Rule], today: date
) -> _Standing | Finding | None:
    """Return the waiver if it is in force, else what is wrong with it; None for an incomplete one, which the schema refuses."""
    if (
        waiver.rule is None
        or waiver.place is None
        or waiver.approved_by is None
        or waiver.until is None
        or not waiver.reason
    ):
        return None
    subject = f"{document.kind}/{document.id}"
    rule = rules.get(waiver.rule.casefold())
    if rule is None:
        names = sorted({one.name for one in rules.values() if one.code >= FIRST_WAIVABLE})
        near = get_close_matches(waiver.rule.casefold(), names, n=3, cutoff=0.75)
        return Finding(UNKNOWN, _span(forest, waiver, "rule"), {"rule": waiver.rule}, subject, suggestions=tuple(near))
    if rule.code < FIRST_WAIVABLE:
        return Finding(UNWAIVABLE, _span(forest, waiver, "rule"), {"rule": rule.name}, subject)
    if waiver.until.value < today:
        args = {"rule": rule.name, "until": waiver.until.value.isoformat(), "approver": waiver.approved_by.id}
        return Finding(EXPIRED, forest.span(waiver.until.at), args, subject)
    return _Standing(waiver, document, rule)


def _span(forest: Forest, waiver: Waiver, key: str) -> Span:
    """Return where the value of one of the waiver's keys is written."""
    tree = forest.tree(waiver.at)
    path = path_to(tree, waiver.at & (MAX_NODES - 1))
    return tree.span(tree.find((*(path or ()), key))[1])


def _covers(standing: _Standing, finding: Finding, forest: Forest) -> bool:
    """Whether the finding is of the rule, in the document and at the place: a run of names in its path, kinds apart."""
    if finding.rule.code != standing.rule.code:
        return False
    document = standing.document
    parts = finding.subject.split("/")
    wanted = (standing.waiver.place or "").strip("/").split("/")
    if document.kind == "catalog":
        return _holds(forest.span(document.at), finding.span) and (
            parts[: len(wanted)] == wanted != parts[:1] or _runs(wanted, parts[1:])
        )
    parts, wanted = _of_cadence(parts), _of_cadence(wanted) if document.kind == "cadence" else wanted
    root = [document.kind, document.id]
    if parts[:2] != root:
        return False
    if _runs(wanted, parts[2:]) or (wanted[:2] == root and parts[: len(wanted)] == wanted):
        return True
    if wanted == root[1:] and _names(forest.tree(document.at).value, document.id):
        return False
    return parts[1 : 1 + len(wanted)] == wanted


def _holds(outer: Span, inner: Span) -> bool:
    """Whether a span begins in a document; a file may hold several."""
    start = (inner.line, inner.column)
    return inner.source is outer.source and (outer.line, outer.column) <= start <= (outer.end_line, outer.end_column)


def _of_cadence(parts: list[str]) -> list[str]:
    """Return the path with the issues of a cadence, which it consists of, named after it."""
    return ["cadence", *parts[1:]] if parts[0] == "issue" and len(parts) > 1 else parts


def _runs(wanted: list[str], parts: list[str]) -> bool:
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts)))


def _names(value: Value, name: str) -> bool:
    """Whether a playbook has a stage or a step of that name."""
    if not isinstance(value, dict):
        return False
    stages = value.get("stages")
    return (isinstance(stages, dict) and name in stages) or any(_has_id(value.get(key), name) for key in PARTS)


def _has_id(value: Value, name: str) -> bool:
    if isinstance(value, list):
        return any(_has_id(one, name) for one in value)
    if isinstance(value, dict):
        return value.get("id") == name or any(_has_id(one, name) for one in value.values())
    return False


def _unused(standing: _Standing, forest: Forest) -> Finding:
    args = {"rule": standing.rule.name, "place": standing.waiver.place or ""}
    subject = f"{standing.document.kind}/{standing.document.id}"
    return Finding(UNUSED, _span(forest, standing.waiver, "at"), args, subject)
