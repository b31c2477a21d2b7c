"""The documents that the examples of the KPI rules share: a playbook with targets, KPIs of a few kinds."""

from __future__ import annotations

from sopkit.rules.examples import AUTOMATION

STEP = "  - {id: call, do: 电话问候, by: guide, within: 1d}\n"
JOINED = "{customers: {member-joined: ever}}"


def promising(targets: str, *, step: str = STEP) -> str:
    """Return a playbook with these targets."""
    return AUTOMATION.replace("steps:\n", f"targets: [{targets}]\nsteps:\n") + step


def kpi(id_: str, *lines: str, unit: str = "percent", better: str = "higher", owned: bool = True) -> str:
    """Return a KPI of these further lines."""
    head = f"---\nkind: kpi\nid: {id_}\ntitle: 指标 {id_}\n"
    owner = "owner: guide\nreview_by: 2027-12-31\n" if owned else ""
    return head + owner + f"unit: {unit}\nbetter: {better}\n" + "".join(f"{line}\n" for line in lines)


def share(part: str, whole: str = JOINED) -> str:
    return f"formula: {{share: {part}, of: {whole}}}"


def retention(id_: str, window: str) -> str:
    """Return the share of the customers who joined and opened the app within the window."""
    part = "{customers: {chat-received: ever}}"
    return kpi(id_, share(part), "cohort: member-joined", f"window: {window}", "measured_in: bi")
