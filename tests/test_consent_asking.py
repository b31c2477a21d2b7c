"""Steps that ask for a consent: how soon after a refusal, by what, and what leaves out whoever has refused; each bound on both sides."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Verdict
from sopkit.graph.nodes import Delay, Edge
from sopkit.model.values import Duration
from sopkit.rules.consent_asking import shortest_of
from sopkit.tree import Mark
from tests.test_rules_consent import run, text

HEAD, _, REST = text("asked-day-after-day").partition("  - {id: please")
TAIL = "---" + REST.partition("---")[2]
EVENTS = (
    "---\nkind: catalog\nevents:\n"
    "  begun: {title: 开始, tool: mini-program, at_most: RATE}\n"
    "  offered: {title: 问过, tool: mini-program, at_most: 1 per day, asks: [sms-marketing]}\n"
)
ASK = "ask: sms-marketing, script: ask, via: mp-page, for: onboarding, proof: [time, wording], kept_in: crm"


def journey(*steps: str, on: str = "begun", rate: str = "1 per day", more: str = "", events: str = EVENTS) -> str:
    rows = "".join(f"  - {one}\n" for one in steps)
    return (
        HEAD.replace("starts_on: member-joined", f"starts_on: {on}{more}") + rows + TAIL + events.replace("RATE", rate)
    )


def asked(workspace: str) -> list[tuple[str, Verdict | None, str]]:
    """Return which step asks too soon, how sure that is, and by what."""
    found = [one for one in run(workspace).findings if one.rule.code == "SOP509"]
    return [(str(one.args["step"]), one.verdict, one.message("en").partition("refused it: ")[2]) for one in found]


def proved(workspace: str) -> list[str]:
    return [one.statement.en for one in run(workspace).proved if one.rule.code == "SOP509"]


JUST_ASKED = "the journey starts on `offered`, which has just asked"
OTHERS = [("ask", Verdict.POSSIBLE, "`member-joined` has asked, too")]


def test_a_proof_is_given_where_somebody_is_asked_and_nobody_too_soon() -> None:
    again = journey(f"{{id: ask, again_after: 30d, {ASK}}}")
    assert proved(again) == ["no step asks for a consent within 30d of its refusal"]
    assert proved(journey(f"{{id: ask, {ASK}}}")) == []
    assert proved(journey("{id: note, do: 记录}")) == []
    assert [one[0] for one in asked(journey(f"{{id: ask, again_after: 29d, {ASK}}}"))] == ["ask"]


@pytest.mark.parametrize(
    ("step", "more", "spared"),
    [
        ("if: {consent: {sms-marketing: unknown}}, ", "", True),
        ("if: {consent: {wecom-marketing: unknown}}, ", "", False),
        ("", "\nwhile: {consent: {sms-marketing: unknown}}", True),
        ("", "\nwhile: {consent: {wecom-marketing: unknown}}", False),
    ],
)
def test_who_has_refused_is_left_out_by_a_condition(step: str, more: str, *, spared: bool) -> None:
    assert (asked(journey(f"{{id: ask, {step}{ASK}}}", more=more)) == []) is spared


def test_who_has_refused_is_left_out_by_the_branch() -> None:
    fork = f"{{id: fork, choose: [{{if: {{consent: {{sms-marketing: STATE}}}}, steps: [{{id: ask, {ASK}}}]}}, {{else: []}}]}}"
    assert asked(journey(fork.replace("STATE", "unknown"))) == []
    assert [one[0] for one in asked(journey(fork.replace("STATE", "refused")))] == ["ask"]


def test_whom_the_audience_leaves_out_at_the_start_may_have_refused_since() -> None:
    audience = "audience: {consent: {sms-marketing: unknown}}"
    found = asked(journey(f"{{id: ask, after: 1d, {ASK}}}").replace("audience: members", audience))
    assert found == [("ask", Verdict.POSSIBLE, "`offered` has asked, too")]


@pytest.mark.parametrize(
    ("after", "soon"), [("0h", True), ("29d", True), ("719h", True), ("30d", False), ("31d", False)]
)
def test_how_soon_after_the_event_that_asks(after: str, *, soon: bool) -> None:
    """The days are counted along the chain, and an end is no shorter way to a step."""
    found = asked(journey(f"{{id: wait, wait: {after}}}", "{id: note, do: 记录}", f"{{id: ask, {ASK}}}", on="offered"))
    assert (found == [("ask", Verdict.VIOLATED, JUST_ASKED)]) is soon
    by_step = asked(journey("{id: note, do: 记录}", f"{{id: ask, after: {after}, {ASK}}}", on="offered"))
    assert (by_step == [("ask", Verdict.VIOLATED, JUST_ASKED)]) is soon


@pytest.mark.parametrize(("seconds", "soon"), [(3599, True), (3600, False)])
def test_a_second_too_soon_is_too_soon(seconds: int, *, soon: bool) -> None:
    found = asked(journey("{id: wait, wait: 719h}", f"{{id: ask, after: {seconds}s, {ASK}}}", on="offered"))
    assert (found == [("ask", Verdict.VIOLATED, JUST_ASKED)]) is soon


def test_what_counts_from_an_anchor_may_follow_at_once() -> None:
    found = asked(journey("{id: wait, wait: 20d}", f"{{id: ask, after: 40d, since: start, {ASK}}}", on="offered"))
    assert found == [("ask", Verdict.VIOLATED, JUST_ASKED)]


@pytest.mark.parametrize(("after", "soon"), [("1d", True), ("719h", True), ("30d", False)])
def test_how_soon_after_another_step(after: str, *, soon: bool) -> None:
    found = asked(journey(f"{{id: first, again_after: 30d, {ASK}}}", f"{{id: ask, after: {after}, {ASK}}}"))
    assert (found == [("ask", Verdict.VIOLATED, "it follows soon on `first`")]) is soon
    other = asked(
        journey(
            f"{{id: first, again_after: 30d, {ASK.replace('sms-', 'wecom-')}}}", f"{{id: ask, after: {after}, {ASK}}}"
        )
    )
    assert not [one for one in other if one[1] is Verdict.VIOLATED and "first" in one[2]]


@pytest.mark.parametrize(("every", "soon"), [("7d", True), ("719h", True), ("30d", False), ("45d", False)])
def test_what_is_asked_every_so_often(every: str, *, soon: bool) -> None:
    lifecycle = journey().replace("kind: automation", "kind: lifecycle")
    stage = f"  one: {{steps: [{{id: ask, every: {every}, {ASK}}}], next: [{{after: 90d, go: end}}]}}\n"
    found = asked(lifecycle.replace("steps:\n", f"stages:\n{stage}"))
    assert (found == [("ask", Verdict.VIOLATED, f"it asks every {every}")]) is soon


@pytest.mark.parametrize(
    ("reentry", "rate", "again"),
    [
        ("never", "1 per day", None),
        ("always", "1 per day", "always"),
        ("always", "1 per lifetime", None),
        ("always", "1 per year", "always"),
        ("always", "1 per quarter", "always"),
        ("always", "1 per month", "always"),
        ("always", "2 per year", "always"),
        ("always", "1 per 30d", None),
        ("always", "1 per 29d", "always"),
        ("after 30d", "1 per day", None),
        ("after 29d", "1 per day", "after 29d"),
    ],
)
def test_a_journey_that_may_start_again(reentry: str, rate: str, again: str | None) -> None:
    found = asked(journey(f"{{id: ask, {ASK}}}", rate=rate, more=f"\nreentry: {reentry}"))
    certain = [one for one in found if one[1] is Verdict.VIOLATED]
    assert [one[2] for one in certain] == ([f"the journey may start again (`reentry: {again}`)"] if again else [])


def test_who_else_has_asked() -> None:
    """Of the workspace's own events first, then steps, then what the catalog brings."""
    one = f"{{id: ask, {ASK}}}"
    assert asked(journey(one)) == [("ask", Verdict.POSSIBLE, "`offered` has asked, too")]
    none = EVENTS.partition("  offered")[0]
    assert asked(journey(one, events=none)) == OTHERS
    two = journey(one, events=none).replace(
        "---\nkind: catalog",
        "---\n"
        + journey(f"{{id: more, again_after: 30d, {ASK}}}").split("---\n")[1].replace("id: news", "id: second")
        + "---\nkind: catalog",
        1,
    )
    assert [(said[0], said[2]) for said in asked(two)] == [("ask", "`more` has asked, too")]


def test_a_circle_of_stages_that_takes_no_time_is_gone_round_once() -> None:
    stages = (
        f"  one: {{steps: [{{id: ask, after: 1d, {ASK}}}], next: [{{on: order-paid, go: two}}, {{after: 9d, go: end}}]}}\n"
        "  two: {next: [{on: order-paid, go: one}, {after: 9d, go: end}]}\n"
    )
    lifecycle = journey(on="offered").replace("kind: automation", "kind: lifecycle")
    assert asked(lifecycle.replace("steps:\n", f"stages:\n{stages}")) == [("ask", Verdict.VIOLATED, JUST_ASKED)]


@pytest.mark.parametrize(("since", "days"), [("", 5), ("stage", 5), ("start", 2), ("first", 2)])
def test_an_edge_that_counts_from_an_anchor_takes_no_time_but_for_the_wait(since: str, days: int) -> None:
    two, three = (Duration(amount, "d", Mark(0)) for amount in (2, 3))
    edge = Edge("a", "b", "then", Mark(0), delay=Delay(three, since=since), held=Delay(two))
    assert shortest_of(edge) == days * 86_400
