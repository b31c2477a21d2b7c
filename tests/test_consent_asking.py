"""When a step asks somebody again too soon: to the second, by the same run, the next one or another; and what spares whoever refused."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Proof, Verdict
from sopkit.graph.course import Course
from sopkit.graph.nodes import Delay, Edge
from sopkit.model.values import Duration
from sopkit.rules import consent_asking
from sopkit.rules.case import Case
from sopkit.rules.consent_asking import _soonest, shortest_of
from sopkit.rules.doubts import Doubts
from sopkit.tree import Mark
from tests.workspaces import SETTINGS, unjudged

DAY = 86_400.0
CATALOG = """\
---
kind: catalog
scripts: {please: {title: 征求, text: 可以发给您吗？}}
events:
  began: {title: 开始, tool: crm, at_most: 1 per day}
  once: {title: 一次, tool: crm, at_most: 1 per lifetime}
  twice: {title: 两次, tool: crm, at_most: 2 per lifetime}
  monthly: {title: 每月, tool: crm, at_most: 1 per 30d}
  weekly: {title: 每周, tool: crm, at_most: 1 per 29d}
  quarterly: {title: 每季, tool: crm, at_most: 1 per quarter}
  on-the-phone: {title: 电话里问, tool: crm, at_most: 1 per day, asks: [calls]}
consents:
  news: {title: 新品, channels: [sms], purposes: [promotion], withdrawn_by: [oa-unfollowed], effective_within: 24h}
  calls: {title: 电话, channels: [sms], purposes: [promotion], withdrawn_by: [oa-unfollowed], effective_within: 24h}
"""
HEAD = "---\nkind: %s\nid: %s\ntitle: 征求\nowner: guide\nreview_by: 2027-12-31\nstarts_on: %s\n"
NEVER, ALWAYS = "reentry: never\n", "reentry: always\n"


def asks(step: str, consent: str = "news", more: str = "") -> str:
    return f"{{id: {step}, ask: {consent}, script: please, via: mp-page, for: onboarding, proof: [time], kept_in: crm{more}}}"


def automation(*steps: str, on: str = "began", more: str = NEVER, name: str = "one") -> str:
    rows = "".join(f"  - {one}\n" for one in steps)
    return f"{HEAD % ('automation', name, on)}{more}steps:\n{rows}"


def judged(text: str) -> Case:
    done = unjudged({"sopkit.yaml": f"{SETTINGS}jurisdictions: [cn]\n{text}{CATALOG}"})
    assert not [one for one in done.findings if one.weight.value == "error"]
    return Case(done.workspace, done.graph, done.forest, done.today, Doubts(done.forest), done.law)


def said(text: str) -> list[tuple[str, str, str]]:
    """Return the step, how it asks again, and the verdict of each finding; of a proof, its rule alone."""
    found = []
    for one in consent_asking.check(judged(text)):
        assert isinstance(one, Finding | Proof)
        if isinstance(one, Proof):
            found.append(("proved", one.statement.en, one.subject))
        else:
            where = one.args["where"]
            assert not isinstance(where, str)
            assert one.verdict is not None
            found.append((str(one.args["step"]), where.en, one.verdict.value))
    return found


PROVED = [("proved", "no step asks for a consent within 30d of its refusal", "workspace")]
VIOLATED, POSSIBLE = Verdict.VIOLATED.value, Verdict.POSSIBLE.value
REENTERED = [("a", "the journey may start again (`reentry: always`)", VIOLATED)]


def test_where_nobody_asks_there_is_nothing_to_prove() -> None:
    assert said(automation("{id: note, do: 记录, by: guide, within: 1h}")) == []


def test_who_asks_once_in_a_life_asks_nobody_again() -> None:
    assert said(automation(asks("a"))) == PROVED


def test_the_time_between_two_steps_counts_to_the_second() -> None:
    found = [
        said(automation(asks("a"), f"{{id: pause, wait: {wait}}}", asks("b", more=f", after: {then}")))
        for wait, then in (("30d", "0s"), ("29d", "86400s"), ("29d", "86399s"))
    ]
    from_a, from_b = ("a", "`b` has asked, too", POSSIBLE), ("b", "`a` has asked, too", POSSIBLE)
    assert found[:2] == [[from_a, from_b], [from_a, from_b]]
    assert found[2] == [from_a, ("b", "it follows soon on `a`", VIOLATED)]


def test_another_consent_is_another_question() -> None:
    found = said(automation(asks("a"), asks("b", "calls"), asks("c", "sms-marketing")))
    assert found == [
        ("b", "`on-the-phone` has asked, too", POSSIBLE),
        ("c", "`member-joined` has asked, too", POSSIBLE),
    ]


def test_two_steps_of_different_journeys_may_meet() -> None:
    other = automation(asks("b"), name="two")
    assert said(automation(asks("a")) + other) == [
        ("a", "`b` has asked, too", POSSIBLE),
        ("b", "`a` has asked, too", POSSIBLE),
    ]


@pytest.mark.parametrize(
    ("wait", "found"),
    [
        ("29d", [("a", "the journey starts on `on-the-phone`, which has just asked", VIOLATED)]),
        ("30d", [("a", "`on-the-phone` has asked, too", POSSIBLE)]),
    ],
)
def test_what_starts_the_journey_may_have_asked(wait: str, found: list[tuple[str, str, str]]) -> None:
    assert said(automation(asks("a", "calls", f", after: {wait}"), on="on-the-phone")) == found


@pytest.mark.parametrize(("every", "found"), [("29d", [("a", "it asks every 29d", VIOLATED)]), ("30d", PROVED)])
def test_a_step_that_is_repeated_asks_again(every: str, found: list[tuple[str, str, str]]) -> None:
    assert said(automation(asks("a", more=f", every: {every}"), "{id: stay, wait: 90d}")) == found


@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("began", REENTERED), ("once", PROVED), ("twice", REENTERED), ("monthly", PROVED), ("weekly", REENTERED),
        ("quarterly", PROVED), ("[began, once]", PROVED),
    ],
)  # fmt: skip
def test_a_journey_comes_again_as_often_as_what_starts_it(on: str, found: list[tuple[str, str, str]]) -> None:
    assert said(automation(asks("a"), on=on, more=ALWAYS)) == found


@pytest.mark.parametrize(
    ("after", "found"),
    [("29d", [("a", "the journey may start again (`reentry: after 29d`)", VIOLATED)]), ("30d", PROVED)],
)
def test_a_journey_that_starts_again_after_a_time_asks_again_then(
    after: str, found: list[tuple[str, str, str]]
) -> None:
    assert said(automation(asks("a"), more=f"reentry: after {after}\n")) == found


UNKNOWN = "{consent: {news: unknown}}"
FORK = f"{{id: fork, choose: [{{if: IF, steps: [{asks('a')}]}}, {{else: [{{id: note, do: 记录, by: guide, within: 1h}}]}}]}}"
DENIED = f"{{id: fork, choose: [{{if: {UNKNOWN}, steps: [{{id: note, do: 记录, by: guide, within: 1h}}]}}, {{else: [{asks('a')}]}}]}}"


@pytest.mark.parametrize(
    "text",
    [
        automation(asks("a", more=f", if: {UNKNOWN}"), more=ALWAYS),
        automation(asks("a"), more=f"{ALWAYS}while: {UNKNOWN}\n"),
        automation(FORK.replace("IF", UNKNOWN), more=ALWAYS),
        automation(asks("a", more=", again_after: 30d"), more=ALWAYS),
    ],
)
def test_who_leaves_out_whoever_has_refused_may_ask_at_any_time(text: str) -> None:
    assert said(text) == PROVED


@pytest.mark.parametrize(
    "text",
    [
        automation(asks("a", more=", if: {tag: in-community}"), more=ALWAYS),
        automation(asks("a"), more=f"{ALWAYS}while: {{tag: in-community}}\n"),
        automation(FORK.replace("IF", "{tag: in-community}"), more=ALWAYS),
        automation(DENIED, more=ALWAYS),
        automation(asks("a", more=", again_after: 29d"), more=ALWAYS),
    ],
)
def test_another_condition_leaves_in_whoever_has_refused(text: str) -> None:
    assert said(text) == REENTERED


def edge(source: str, target: str, delay: Delay, held: Delay | None = None) -> Edge:
    one = Edge(source, target, "then", Mark(0), delay=delay)
    return one._replace(held=held) if held is not None else one


def days(amount: int) -> Duration:
    return Duration(amount, "d", Mark(0))


@pytest.mark.parametrize(("since", "least"), [("", 5), ("stage", 5), ("start", 2), ("first", 2)])
def test_an_edge_that_counts_from_an_anchor_may_take_no_time_but_for_the_wait(since: str, least: int) -> None:
    assert shortest_of(edge("a", "b", Delay(days(3), days(4), since=since), Delay(days(2), days(9)))) == least * DAY


def test_the_soonest_way_counts_and_a_circle_is_gone_round_once() -> None:
    edges = {
        "a": [edge("a", "b", Delay(days(9))), edge("a", "c", Delay(days(1)))],
        "b": [edge("b", "a", Delay(days(1)))],
        "c": [edge("c", "b", Delay(days(2))), edge("c", "a", Delay())],
    }
    assert _soonest(Course("a", edges), "a", "b") == 3 * DAY
    assert _soonest(Course("a", edges), "b", "c") == 2 * DAY
    assert _soonest(Course("a", edges), "a", "a") == 0
    assert _soonest(Course("a", edges), "a", "nowhere") == float("inf")
