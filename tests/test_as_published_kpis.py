"""The published SOP, taken at its word: its retention targets cannot be read (fault 4), its alerts have no data (fault 7)."""

from __future__ import annotations

from pathlib import Path

from sopkit.diagnostics import Finding
from tests.workspaces import compiled

TEXT = (Path(__file__).parent / "as_published" / "kpis.yaml").read_text("utf-8")
RETENTION = ("next-day-retention", "seven-day-retention", "thirty-day-retention")


def findings(text: str) -> list[Finding]:
    return list(compiled({"sopkit.yaml": text}).findings)


def test_retention_targets_that_cannot_be_read() -> None:
    found = [one for one in findings(TEXT) if one.rule.name == "retention-without-window"]
    assert [one.span.excerpt() for one in found] == [*RETENTION]


def test_an_alert_and_targets_without_data() -> None:
    found = [one for one in findings(TEXT) if one.rule.name == "kpi-without-source"]
    assert {one.subject for one in found} == {f"kpi/{RETENTION[0]}"}
    for one in found:  # one finding for each item that the dashboard lacks, all that count it beside
        assert [other.note.en.split("`")[1] for other in one.related] == [*RETENTION[1:]]


def test_nothing_else_is_found() -> None:
    assert {one.rule.name for one in findings(TEXT)} == {"retention-without-window", "kpi-without-source"}


def test_taken_as_survival_the_third_target_implies_the_others() -> None:
    text = TEXT
    for id_, day in zip(RETENTION, (1, 7, 30), strict=True):
        text = text.replace(f"id: {id_}\n", f"id: {id_}\ncohort: member-joined\nwindow: from day {day}\n")
    idle = [one for one in findings(text) if one.rule.name == "never-binding-target"]
    assert [one.span.excerpt() for one in idle] == ["≥ 10%", "≥ 18%"]
    assert all(one.span.excerpt() == "≥ 25%" for finding in idle for one in (finding.related[0],))


def test_taken_as_days_on_which_they_came_the_targets_fit_and_bind() -> None:
    text = TEXT
    for id_, window in zip(RETENTION, ("day 1", "days 1..7", "days 1..30"), strict=True):
        text = text.replace(f"id: {id_}\n", f"id: {id_}\ncohort: member-joined\nwindow: {window}\n")
    assert {one.rule.name for one in findings(text)} == {"kpi-without-source"}
    assert "no contradiction among the targets" in {one.statement.en for one in compiled({"sopkit.yaml": text}).proved}
