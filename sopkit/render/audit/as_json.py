"""An audit goes in; JSON as `schemas/audit-v1.schema.json` says comes out, the same bytes for the same audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sopkit import __version__
from sopkit.audit import Audit, Place, Result, Status
from sopkit.audit.judging import topic_of
from sopkit.audit.questions import Question, questions
from sopkit.diagnostics import Finding
from sopkit.law import Pack
from sopkit.law.topics import OTHER, TOPICS
from sopkit.render.audit.annexes import fingerprint
from sopkit.render.audit.cover import Frame
from sopkit.render.audit.evidence import numbers
from sopkit.render.audit.words import DISCLAIMER, counted
from sopkit.render.finding_blocks import quoted
from sopkit.render.findings_json import Json, citation_json, finding_records, json_text, place_json
from sopkit.source import Span
from sopkit.text import Lang
from sopkit.tree import Forest

VERSION = 1


def audit_json(audit: Audit, frame: Frame, lang: Lang) -> str:
    """Return version 1 of the report: controls name findings by fingerprint and lists of evidence by number."""
    done = audit.compilation
    settings = done.workspace.settings
    records = finding_records(done, done.findings, lang, frame.prefix)
    prints = {id(finding): str(record["fingerprint"]) for finding, record in records}
    document: dict[str, Json] = {
        "version": VERSION,
        "tool": {"name": "sopkit", "version": __version__},
        "workspace": settings.id,
        "language": lang,
        "as_of": done.today.isoformat(),
        "disclaimer": DISCLAIMER.within(lang),
        "scope": {
            "company": settings.company.pick(lang) if settings.company else None,
            "revision": {"commit": frame.revision.commit, "changed": list(frame.revision.changed)}
            if frame.revision
            else None,
            "jurisdictions": [pack.id for pack in done.law.packs if not pack.own],
            "locales": list(settings.locales or (settings.locale,)),
            "catalogs": [ref.id for ref in settings.uses],
            "fingerprint": fingerprint(frame.inputs),
            "inputs": [
                {"path": one.path, "bytes": len(one.data), "sha256": one.sha256}
                for one in sorted(frame.inputs, key=lambda one: one.path)
            ],
        },
        "packs": [_pack(pack, lang) for pack in done.law.packs],
        "counts": {status.value: audit.count(status) for status in Status},
        "topics": [
            {"id": topic.id, "title": topic.title.within(lang), "controls": [one.id for one in audit.of(topic)]}
            for topic in (*TOPICS, OTHER)
            if topic.question is not None or audit.of(topic)
        ],
        "controls": [
            {**_control(one, prints, numbers(audit), lang), "shown": list(_shown(one, audit, frame.prefix, lang))}
            for one in audit.results
        ],
        "findings": [record for _, record in records],
        "evidence": list(_evidence(audit, frame.prefix, lang)),
        "questions": [_question(one, lang, frame.prefix) for one in questions(audit)],
    }
    return json_text(document)


def _pack(pack: Pack, lang: Lang) -> Json:
    statuses = [one.citation.status for one in pack.articles.values()]
    return {
        "id": pack.id,
        "title": pack.title.within(lang),
        "own": pack.own,
        "partial": pack.partial.within(lang) if pack.partial else None,
        "checked_on": pack.checked_on.isoformat() if pack.checked_on else None,
        "articles": {status: statuses.count(status) for status in ("V", "S", "U")},
    }


def _control(one: Result, prints: Mapping[int, str], lists: Mapping[str, str], lang: Lang) -> dict[str, Json]:
    populations = dict.fromkeys(looked.population.id for _, looked in one.looked if looked.judged or looked.unseen)
    return {
        "id": one.id,
        "title": one.title.within(lang),
        "topic": topic_of(one.id).id,
        "status": one.status.value,
        "severity": one.severity or None,
        "reasons": [reason.within(lang) for reason in one.reasons],
        "rules": [rule.code for rule in one.rules],
        "packs": [pack.id for pack in one.packs],
        "articles": [citation_json(article, lang) for article in one.articles],
        "logs": "not assessed" if one.logs else None,
        "practice": one.practice.within(lang) if one.practice else None,
        "unchecked": one.unchecked,
        "statements": [proof.statement.within(lang) for proof in one.proved],
        "assumptions": [phrase.within(lang) for phrase in one.premises],
        "evidence": [lists[name] for name in populations],
        "findings": [prints[id(finding)] for finding in one.findings],
        "waived": [prints[id(each.finding)] for each in one.waived],
        "critical_waived": one.critical_waived,
        "in_catalogue": [_said(each, lang) for each in one.in_catalogue],
    }


def _shown(one: Result, audit: Audit, prefix: str, lang: Lang) -> Iterator[Json]:
    for phrase, marks in one.says:
        places: list[Json] = [_at(audit.compilation.forest.span(mark), prefix) for mark in marks]
        yield {"statement": phrase.within(lang), "places": places}


def _said(finding: Finding, lang: Lang) -> Json:
    return {"rule": finding.rule.code, "message": finding.message(lang), **place_json(finding.span, "")}


def _evidence(audit: Audit, prefix: str, lang: Lang) -> Iterator[Json]:
    lists = numbers(audit)
    forest = audit.compilation.forest
    for one in audit.populations:
        yield {
            "number": lists[one.population.id],
            "id": one.population.id,
            "title": counted(one).within(lang),
            "places": [_place(place, forest, prefix, lang) for place in one.judged],
            "doubtful": [_place(place, forest, prefix, lang) for place in one.doubtful],
            "not_judged": [_place(place, forest, prefix, lang) for place in one.unseen],
        }


def _place(one: Place, forest: Forest, prefix: str, lang: Lang) -> Json:
    return {
        "subject": one.subject,
        **_at(forest.span(one.at), prefix),
        "rests_on": [{"why": why.within(lang), **_at(forest.span(mark), prefix)} for mark, why in one.rests_on],
    }


def _at(span: Span, prefix: str) -> dict[str, Json]:
    return {**place_json(span, prefix), "line_text": quoted(span)}


def _question(one: Question, lang: Lang, prefix: str) -> Json:
    return {
        "kind": one.kind,
        "about": one.about,
        "text": one.text.within(lang),
        **(place_json(one.span, prefix) if one.span else {}),
    }
