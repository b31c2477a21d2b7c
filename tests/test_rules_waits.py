"""Waits that may never end, and work of people that has no deadline."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Severity
from tests.flow_playbooks import AUTOMATION, LIFECYCLE, PROCEDURE, codes, judged


@pytest.mark.parametrize(
    ("wait", "severity"),
    [
        ("wait: order-paid", Severity.WARNING),
        ("wait: [order-paid, {expired: gift}]", None),
        ("wait: order-paid, up_to: 3d", None),
        ("wait: member-joined", Severity.ERROR),
        ("wait: [member-joined, order-paid]", Severity.WARNING),
        ("wait: {alert: replies}", Severity.ERROR),
        ("wait: {every: week, at: [mon 10:00]}", None),
        ("wait: 3d", None),
    ],
)
def test_waits(wait: str, severity: Severity | None) -> None:
    text = f"starts_on: member-joined\nsteps:\n  - {{id: pause, {wait}}}\n  - {{id: give, grant: gift}}\n"
    assert [(one.rule.code, one.weight) for one in judged(text, AUTOMATION)] == (
        [("SOP208", severity)] if severity else []
    )


def test_the_end_of_the_journey_is_a_way_out() -> None:
    text = "starts_on: member-joined\nends_on: account-closed\nsteps:\n  - {id: pause, wait: order-paid}\n"
    assert codes(text, AUTOMATION) == []


def test_transitions_are_a_way_out() -> None:
    text = "stages:\n  hello:\n    steps: [{id: pause, wait: order-paid}]\n    next: [{after: 9d, go: end}]\n"
    assert codes(text, LIFECYCLE) == []


@pytest.mark.parametrize(
    ("timing", "found_"),
    [("", True), (", after: 2h", True), (", after: 1d..2d", False), (", within: 2h", False), (", before: 1d", False), (", every: 7d", False)],  # noqa: E501
)  # fmt: skip
def test_deadlines_of_people(timing: str, found_: bool) -> None:
    text = f"steps:\n  - {{id: call, do: 电话问候, by: guide{timing}}}\n"
    assert codes(text, PROCEDURE) == (["SOP215:call"] if found_ else [])


def test_a_procedure_that_is_due_as_a_whole_sets_the_deadline() -> None:
    assert codes("due: 3d\nsteps:\n  - {id: call, do: 电话问候, by: guide}\n", PROCEDURE) == []


def test_a_tool_needs_no_deadline() -> None:
    assert codes("starts_on: member-joined\nsteps:\n  - {id: mark, tag: called}\n", AUTOMATION) == []
