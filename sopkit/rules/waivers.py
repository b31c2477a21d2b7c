"""Waivers: findings and the `waive:` entries of the documents go in; what stays open, what is accepted, and stale waivers come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Final

from sopkit.diagnostics import Finding, Related, Rule, Severity
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.law.rules import RULES as OF_PACKS
from sopkit.model.documents import Document, Waiver
from sopkit.model.nouns import Noun
from sopkit.rules.waivers_rules import (
    AGAIN,
    ANOTHER,
    CRITICAL,
    EXPIRED,
    MEND,
    NEVER_AGAIN,
    OWN,
    RULES,
    UNENTITLED,
    UNKNOWN,
    UNUSED,
    UNWAIVABLE,
)
from sopkit.schema.places import path_to
from sopkit.source import Span
from sopkit.text import Phrase
from sopkit.tree import MAX_NODES, Forest, Value

__all__ = ["FIRST_WAIVABLE", "RULES", "Waived", "Waiving", "apply", "keeps_unjudged", "roles_behind"]

FIRST_WAIVABLE: Final = "SOP2"
"""Codes below are about what can't be read or resolved."""
PLAYBOOKS: Final = frozenset(("lifecycle", "automation", "procedure", "cadence", "issue"))
PARTS: Final = ("stages", "steps")
"""Keys below which a playbook has parts with names of their own."""
STAYS: Final = Phrase(
    "这里写了豁免；严重的问题豁免了也照样列出、照样计入",
    "it is waived here; what is critical is shown and counted all the same",
)

Asking = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""Subjects go in; the roles behind each of them come out."""


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


def keeps_unjudged(finding: Finding) -> bool:
    """Whether a finding keeps what follows from it from being judged: something can't be read or resolved, or a pack of law is wrong."""
    return finding.weight is Severity.ERROR and (finding.rule.code < FIRST_WAIVABLE or finding.rule in OF_PACKS)


def apply(
    findings: Iterable[Finding],
    documents: Iterable[Document],
    forest: Forest,
    rules: Mapping[str, Rule],
    today: date,
    *,
    is_critical: Callable[[Rule], bool] = lambda _: False,
    asking: Asking = lambda _: {},
) -> Waiving:
    """Return the findings without those that a waiver in force accepts, and with one for each waiver that is amiss.

    `rules` finds a rule by code, name or alias, in lower case; `asking` the roles that answer for subjects or do them. A waiver
    accepts what its rule finds at its place of its own document. None counts as unused in a document that the schema refused in
    part: the very finding may be missing. A critical finding that is waived stays open, and names the waiver.
    """
    standing: list[_Standing] = []
    opened: list[Finding] = []
    for document, waiver in ((one, waiver) for one in documents for waiver in one.waive):
        judged = _judge(waiver, document, forest, rules, today, is_critical=is_critical)
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
    opened.extend(_unentitled(waived, standing, forest, asking))
    used = {one.waiver.at for one in waived}
    opened.extend(_unused(one, forest) for one in standing if one.waiver.at not in used and not one.document.broken)
    return Waiving(tuple(opened), tuple(waived))


def _judge(
    waiver: Waiver,
    document: Document,
    forest: Forest,
    rules: Mapping[str, Rule],
    today: date,
    *,
    is_critical: Callable[[Rule], bool],
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
        args: dict[str, str | Phrase] = {"rule": rule.name, "until": waiver.until.value.isoformat()}
        args["again"] = NEVER_AGAIN if is_critical(rule) else AGAIN.filled(approver=waiver.approved_by.id)
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


def roles_behind(graph: ExecutionGraph, subjects: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return, for subjects of the graph, the roles that answer for them or do them, and those that do the steps which use them."""
    nodes = graph.nodes
    asked = {one: [one, nodes[one].playbook] if one in nodes else [one] for one in subjects}
    used = {one for one in asked if one in nodes and isinstance(nodes[one].origin, Noun)}
    for edge in graph.edges if used else ():  # all at once: to sort the edges for a few costs more
        if edge.target in used and edge.source.partition("/")[0] in PLAYBOOKS:
            asked[edge.target].append(edge.source)
    return {one: frozenset().union(*(_answering(graph, place) for place in of)) for one, of in asked.items()}


def _answering(graph: ExecutionGraph, place: str) -> Iterator[str]:
    """Yield the roles that answer for a place, or are to do what is done there."""
    for edge in graph.work_of(graph.nodes[place]) if place in graph.nodes else ():
        if edge.kind == "staffed-by" and edge.label in {"owner", "by"}:
            yield edge.target.removeprefix("role/")


def _unentitled(
    waived: Sequence[Waived], standing: Iterable[_Standing], forest: Forest, asking: Asking
) -> Iterator[Finding]:
    """Yield each waiver that accepts what nobody may, or that was approved by a role which answers for it or does it."""
    behind = asking({one.finding.subject for one in waived})
    for one in standing:
        accepted = [each for each in waived if each.waiver is one.waiver]
        role = one.waiver.approved_by.id if one.waiver.approved_by else ""
        owner = one.document.owner.id if one.document.owner else ""
        args: dict[str, str | Phrase] = {"rule": one.rule.name, "approver": role}
        if any(each.critical for each in accepted):
            args |= {"why": CRITICAL, "advice": MEND}
        elif accepted and (role == owner or any(role in behind.get(each.finding.subject, ()) for each in accepted)):
            args |= {"why": OWN, "advice": ANOTHER}
        else:
            continue
        subject = f"{one.document.kind}/{one.document.id}"
        yield Finding(UNENTITLED, _span(forest, one.waiver, "approved_by"), args, subject)


def _unused(standing: _Standing, forest: Forest) -> Finding:
    args = {"rule": standing.rule.name, "place": standing.waiver.place or ""}
    subject = f"{standing.document.kind}/{standing.document.id}"
    return Finding(UNUSED, _span(forest, standing.waiver, "at"), args, subject)
