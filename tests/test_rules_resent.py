"""Marketing by another way after a refusal: what sets it off, in the same playbook, in another stage, and in another journey."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Verdict
from sopkit.rules.consent_examples import journey
from sopkit.rules.consent_resent import ELSEWHERE
from tests.workspaces import compiled

HEAD = """\
---
kind: {kind}
id: {id}
title: 前一段
owner: guide
review_by: 2027-12-31
audience: members
starts_on: {starts}
runs_in: crm
"""
LOOK = "steps: [{id: look, do: 看, by: guide, within: 1h}]"


def before(starts: str, rest: str, kind: str = "automation") -> str:
    return HEAD.format(kind=kind, id="first", starts=starts) + rest


def verdicts(*documents: str, starts: str = "member-joined") -> list[Verdict | None]:
    done = compiled({"sopkit.yaml": journey(ELSEWHERE, starts=starts) + "".join(documents)})
    assert [one for one in done.findings if one.rule.code < "SOP2"] == []
    return [one.verdict for one in done.findings if one.rule.code == "SOP511"]


def stages(event: str) -> str:
    """Return a lifecycle that an event moves on, and time from there to a stage that sells."""
    return before(
        "order-paid",
        f"""\
stages:
  one:
    title: 甲
    {LOOK}
    next: [{{on: {event}, go: two}}, {{after: 90d, go: end}}]
  two:
    title: 乙
    {LOOK.replace("look", "again")}
    next: [{{after: 1h, go: three}}]
  three:
    title: 丙
    steps:
      - {{id: sell, send: news, via: wecom-chat, for: promotion, if: {{consent: wecom-marketing}}}}
    next: [{{after: 90d, go: end}}]
""",
        "lifecycle",
    )


@pytest.mark.parametrize(
    ("event", "expected"), [("sms-unsubscribed", [Verdict.VIOLATED]), ("account-closed", []), ("order-paid", [])]
)
def test_the_end_of_a_journey_that_a_refusal_ends(event: str, expected: list[Verdict]) -> None:
    first = before("order-paid", f"ends_on: {event}\nsteps:\n  - {{id: pause, wait: 30d}}\n")
    assert verdicts(first, starts="{ended: first}") == expected


@pytest.mark.parametrize(("event", "expected"), [("sms-unsubscribed", [Verdict.VIOLATED]), ("order-paid", [])])
def test_a_journey_that_another_one_starts(event: str, expected: list[Verdict]) -> None:
    assert verdicts(before(event, "steps:\n  - {id: go-on, start: news}\n")) == expected


@pytest.mark.parametrize(("event", "expected"), [("sms-unsubscribed", [Verdict.POSSIBLE]), ("order-received", [])])
def test_a_later_stage_is_for_a_person_to_judge(event: str, expected: list[Verdict]) -> None:
    assert verdicts(stages(event)) == expected
