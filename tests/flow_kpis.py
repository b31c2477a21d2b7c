"""KPIs and promises that tests of the KPI rules share: targets and KPIs as short texts go in; what is found and proved comes out."""

from __future__ import annotations

from datetime import date

from sopkit.pipeline import Compilation
from tests.workspaces import compiled

STEP = "steps:\n  - {id: call, do: 电话问候, by: guide, within: 1d}\n"
JOINED = "{customers: {member-joined: ever}}"
UNUSED = "SOP141"


def playbook(*targets: str, id_: str = "follow-up", extra: str = "") -> str:
    """Return an automation that promises `kpi ≥ 10%`, one text a target."""
    promised = ", ".join(f"{{kpi: {one.split(' ', 1)[0]}, target: {one.split(' ', 1)[1]}}}" for one in targets)
    head = f"kind: automation\nid: {id_}\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\n"
    return head + (f"targets: [{promised}]\n" if targets else "") + extra + STEP


def kpi(id_: str, formula: str, *lines: str, unit: str = "percent") -> str:
    head = f"---\nkind: kpi\nid: {id_}\ntitle: 指标 {id_}\nowner: guide\nreview_by: 2027-12-31\nunit: {unit}\n"
    return head + f"formula: {formula}\n" + "".join(f"{line}\n" for line in lines)


def share(id_: str, part: str, whole: str = JOINED, *lines: str) -> str:
    """Return a share of customers; `per: month` unless lines say otherwise."""
    return kpi(id_, f"{{share: {{customers: {part}}}, of: {whole}}}", *(lines or ("per: month",)))


def retention(id_: str, window: str, part: str = "{chat-received: ever}") -> str:
    return share(id_, part, JOINED, "cohort: member-joined", f"window: {window}")


def count(id_: str, who: str, *lines: str) -> str:
    return kpi(id_, f"{{count: {{customers: {who}}}}}", *(lines or ("per: month",)), unit="count")


def judged(*texts: str, today: date = date(2026, 7, 1)) -> Compilation:
    return compiled("".join(texts), today)


def codes(*texts: str) -> list[str]:
    """Return code and place of what is found, unused nouns apart."""
    findings = judged(*texts).findings
    return [f"{one.rule.code}:{one.span.excerpt()}" for one in findings if one.rule.code != UNUSED]
