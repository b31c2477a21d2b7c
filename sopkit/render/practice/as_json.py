"""What is known of practice goes in; JSON as `schemas/practice-v1.schema.json` says comes out, the same bytes for the same logs and key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from sopkit import __version__
from sopkit.audit import Audit
from sopkit.logs.observed import Case, Group, Observation
from sopkit.logs.practice import Practice
from sopkit.render.findings_json import Json, json_text
from sopkit.render.practice import tables
from sopkit.render.practice.page import Telling
from sopkit.text import Lang

VERSION: Final = 1


def practice_json(practice: Practice, audit: Audit, telling: Telling, lang: Lang) -> str:
    """Return version 1 of the report; instants are in UTC, shares from 0 to 1."""
    compilation = practice.compilation
    document: dict[str, Json] = {
        "version": VERSION,
        "tool": {"name": "sopkit", "version": __version__},
        "workspace": compilation.workspace.settings.id,
        "language": lang,
        "as_of": compilation.today.isoformat(),
        "logs": {
            of: {"rows": rows, "first": _instant(first), "last": _instant(last)}
            for of, (rows, first, last) in practice.spans.items()
        },
        "files": [
            {
                "file": one.path.name,
                "of": one.of,
                "rows": one.rows,
                "set_aside": [
                    {"reason": each.reason.within(lang), "rows": each.rows, "first": each.line} for each in one.aside
                ],
            }
            for one in telling.reading.files
        ],
        "customers": practice.customers,
        "counts": {status: len(practice.of(status)) for status in ("broken", "kept", "not assessed")},
        "controls": [
            {
                "id": one.id,
                "plan": one.status.value,
                "practice": tables.of_control(one, practice) or None,
                "rules": _codes(practice.about(one.rules)),
            }
            for one in audit.results
            if one.logs or practice.about(one.rules)
        ],
        "adherence": _adherence(practice),
        "observations": [_observation(one, practice, telling, lang) for one in practice.observations],
    }
    return json_text(document)


def _codes(found: Iterable[Observation]) -> list[Json]:
    return [*dict.fromkeys(one.rule.code for one in found)]


def _adherence(practice: Practice) -> Json:
    found = practice.adherence
    return {
        "planned": [
            {
                "by": one.by,
                "of": practice.shops.get(one.of, one.of),
                "planned": one.planned,
                "done": one.done,
                "late": one.late,
                "missed": one.missed,
                "open": one.open,
            }
            for one in found.planned
        ],
        "fitting": [{"playbook": one.playbook, "runs": one.runs, "fitting": one.fitting} for one in found.fitting],
        "deviations": [
            {
                "playbook": one.playbook,
                "steps": [*one.steps],
                "differs": one.differs,
                "expected": [*one.expected],
                "runs": one.runs,
            }
            for one in found.deviations
        ],
        "training": [
            {
                "by": one.by,
                "of": practice.staff.get(one.of, "") if one.by == "staff" else practice.shops.get(one.of, one.of),
                "role": one.role,
                "planned": one.planned,
                "failed": one.failed,
                "steps": [
                    {"step": each.step, "planned": each.planned, "failed": each.failed} for each in one.weaknesses
                ],
                "courses": [*one.courses],
            }
            for one in found.training
        ],
    }


def _group(group: Group, practice: Practice) -> str:
    match group.by:
        case "staff":
            return practice.staff.get(group.of, "")
        case "shop":
            return practice.shops.get(group.of, group.of)
        case _:
            return group.of


def _observation(one: Observation, practice: Practice, telling: Telling, lang: Lang) -> Json:
    return {
        "rule": one.rule.code,
        "name": one.rule.name,
        "subject": one.subject,
        "status": one.status,
        "message": one.message.within(lang),
        "unit": one.unit.within(lang),
        "looked": one.looked,
        "unsure": one.unsure,
        "broken": one.broken,
        "share": one.rate,
        "customers": one.customers,
        "reason": one.reason.within(lang) if one.reason else None,
        "cases": [_case(case, practice, lang) for case in one.cases],
        "groups": [
            {
                "by": group.by,
                "of": _group(group, practice),
                "looked": group.looked,
                "broken": group.broken,
            }
            for group in one.groups
        ],
        "queries": list(one.queries) if telling.queries else [],
    }


def _case(case: Case, practice: Practice, lang: Lang) -> Json:
    return {
        "customer": practice.people[case.who] if case.who else None,
        "at": _instant(case.at),
        "left": case.left,
        "deeds": [
            {
                "at": _instant(deed.at),
                "what": deed.what.within(lang),
                "counted": deed.counted,
                "source": deed.source,
                "line": deed.line,
            }
            for deed in case.deeds
        ],
    }


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
