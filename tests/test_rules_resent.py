"""Marketing by another way after a refusal: what sets it off, in the same playbook, in another stage, and in another journey."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Severity, Verdict
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
    assert not [one for one in done.findings if one.rule.code < "SOP2" and one.weight is Severity.ERROR]
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


# What is written down on the way


NOUNS = """\
---
kind: catalog
tags:
  gone: {title: 退订过}
data:
  mood: {title: 状态, type: [fine, lost], category: user.behavior, record: crm, retention: 1y}
  sort: {title: 类别, type: [one, other], category: user.behavior, record: crm, retention: 1y}
segments:
  lost: {title: 走了的人, when: {mood: lost}}
  young: {title: 年轻的, when: {all: [{mood: lost}, {sort: one}]}}
"""


def writes(step: str, guard: str = "") -> str:
    return before("sms-unsubscribed", f"steps:\n  - {{id: note, {step}{guard}}}\n") + NOUNS


@pytest.mark.parametrize(
    ("step", "starts", "expected"),
    [
        ("set: {mood: lost}", "{becomes: {mood: lost}}", [Verdict.VIOLATED]),
        ("set: {mood: lost}", "{becomes: {mood: any}}", [Verdict.VIOLATED]),
        ("set: {mood: fine}", "{becomes: {mood: lost}}", []),
        ("set: {mood: lost}", "{enters: lost}", [Verdict.VIOLATED]),
        ("set: {mood: fine}", "{enters: lost}", []),
        ("set: {mood: fine}", "{leaves: lost}", [Verdict.VIOLATED]),
        ("set: {mood: lost}", "{enters: young}", [Verdict.POSSIBLE]),
        ("tag: gone", "{enters: lost}", []),
    ],
)
def test_what_starts_as_a_step_behind_a_refusal_writes(step: str, starts: str, expected: list[Verdict]) -> None:
    assert verdicts(writes(step), starts=starts) == expected


def test_what_only_some_write_is_for_a_person_to_judge() -> None:
    written = writes("set: {mood: lost}", ", if: {sort: one}")
    assert verdicts(written, starts="{becomes: {mood: lost}}") == [Verdict.POSSIBLE]


@pytest.mark.parametrize(
    ("step", "audience", "expected"),
    [
        ("tag: gone", "{tag: gone}", [Verdict.POSSIBLE]),
        ("tag: gone", "{not: {tag: gone}}", []),
        ("tag: gone", "{any: [{tag: gone}, {sort: one}]}", []),
        ("untag: gone", "{not: {tag: gone}}", []),
        ("set: {mood: lost}", "lost", [Verdict.POSSIBLE]),
        ("set: {mood: lost}", "young", [Verdict.POSSIBLE]),
        ("set: {mood: fine}", "lost", []),
    ],
)
def test_a_journey_for_those_of_whom_it_is_written(step: str, audience: str, expected: list[Verdict]) -> None:
    done = compiled(
        {"sopkit.yaml": journey(ELSEWHERE).replace("audience: members", f"audience: {audience}") + writes(step)}
    )
    assert not [one for one in done.findings if one.rule.code < "SOP2" and one.weight is Severity.ERROR]
    found = [one for one in done.findings if one.rule.code == "SOP511"]
    assert [one.verdict for one in found] == expected
    for one in found:
        assert [note.note.en for note in one.related][1:] == ["they were chosen by what this step writes down"]


def test_a_step_and_a_branch_for_those_of_whom_it_is_written() -> None:
    send = "{{id: {id}, send: news, via: wecom-chat, for: promotion{guard}}}"
    consent = "{consent: wecom-marketing}"
    step = send.format(id="told", guard=f", if: {{all: [{consent}, {{tag: gone}}]}}")
    inner = send.format(id="forked", guard=f", if: {consent}")
    other = send.format(id="others", guard=f", if: {consent}")
    fork = f"{{id: fork, choose: [{{if: {{tag: gone}}, steps: [{inner}]}}, {{else: [{other}]}}]}}"
    rest = before("order-paid", f"steps:\n  - {step}\n  - {fork}\n").replace("id: first", "id: second")
    done = compiled({"sopkit.yaml": journey(ELSEWHERE) + writes("tag: gone") + rest})
    assert not [one for one in done.findings if one.rule.code < "SOP2" and one.weight is Severity.ERROR]
    found = {one.subject.rpartition("/")[2]: one.verdict for one in done.findings if one.rule.code == "SOP511"}
    assert found == {"told": Verdict.POSSIBLE, "forked": Verdict.POSSIBLE}
