"""Channels that a platform opens only after the customer has acted: how late and how often, and what is not known."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Verdict
from sopkit.model.presets import REPLY_WINDOWS
from sopkit.rules.reply_windows import CLOSED
from tests.workspaces import compiled

GOOD = CLOSED.good or ""
OTHER = GOOD.replace("starts_on: oa-message\nreentry: always", "starts_on: order-paid")
MINI = GOOD.replace("wechat-customer-service", "mini-program-customer-service")


def judged(text: str) -> str:
    """Return the verdict on the only channel with such a preset."""
    done = compiled({"sopkit.yaml": text})
    found = [one for one in done.findings if one.rule is CLOSED]
    assert [one.rule.code for one in done.findings if one.rule.code < "SOP200"] == []
    if found:
        assert len(found) == 1
        return found[0].verdict.value if found[0].verdict else ""
    unsure = [one for one in done.not_assessed if one.rule is CLOSED]
    proved = [one for one in done.proved if one.rule is CLOSED]
    assert len(unsure) + len(proved) == 1
    return "proved" if proved else "not assessed"


def answers(number: int) -> str:
    more = "".join(f"  - {{id: more-{n}, send: hello, via: oa-service, for: care}}\n" for n in range(1, number))
    return GOOD.replace("within: 1h}\n", "within: 1h}\n" + more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, "proved"),
        (GOOD.replace("within: 1h", "after: 47h, within: 2879m"), "proved"),
        (GOOD.replace("within: 1h", "after: 48h"), "violated"),
        (GOOD.replace("within: 1h", "by: guide, within: 47h"), "possible"),  # the hours of a guide last ten a day
        (GOOD.replace("within: 1h", "by: guide, within: 10h"), "proved"),
        (GOOD.replace("message: oa-message", "tap: oa-message"), "possible"),
        (GOOD.replace("message: oa-message", "tap: oa-message").replace("within: 1h", "within: 30s"), "proved"),
        (GOOD.replace(", opened_by: {message: oa-message}", ""), "not assessed"),
        (OTHER, "violated"),
        (OTHER.replace("oa-message}}", "oa-message, payment: order-paid}}"), "proved"),
        (MINI.replace("message: oa-message", "payment: oa-message"), "violated"),  # a payment opens nothing there
        (MINI, "proved"),
    ],
)
def test_a_message_comes_in_time_after_what_opens_the_channel(text: str, expected: str) -> None:
    assert judged(text) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{oa-message: within 48h}", "proved"),
        ("{oa-message: within 49h}", "possible"),
        ("{oa-message: ever}", "possible"),
        ("{any: [{oa-message: within 1h}, {oa-message: within 2h}]}", "possible"),
        ("{product-viewed: ever}", "violated"),
    ],
)
def test_a_condition_may_ask_whether_the_channel_is_open(condition: str, expected: str) -> None:
    assert judged(OTHER.replace("within: 1h", f"if: {condition}")) == expected


def test_how_many_follow_one_act_is_not_known_where_a_journey_starts_again() -> None:
    asked = OTHER.replace("within: 1h", "if: {oa-message: within 48h}")
    assert judged(asked.replace("starts_on: order-paid", "starts_on: order-paid\nreentry: after 1h")) == "not assessed"


@pytest.mark.parametrize(("wait", "expected"), [("wait: oa-message", "proved"), ("wait: product-viewed", "violated")])
def test_a_wait_for_the_customer_opens_the_channel_anew(wait: str, expected: str) -> None:
    text = OTHER.replace("  - {id: answer", f"  - {{id: hear, {wait}}}\n  - {{id: answer")
    assert judged(text) == expected


@pytest.mark.parametrize(("number", "expected"), [(5, "proved"), (6, "possible")])
def test_only_so_many_go_out_after_one_act(number: int, expected: str) -> None:
    assert judged(answers(number)) == expected


def test_a_step_beside_the_chain_follows_each_act() -> None:
    staged = GOOD.replace("within: 1h", "on: oa-message, within: %s")
    assert judged(staged % "1h") == "proved"
    assert judged(staged % "2d") == "possible"


def test_windows_are_data_with_who_says_so() -> None:
    assert all(one.source.zh and one.status == "verified" for one in REPLY_WINDOWS)
    (proof,) = [one for one in compiled({"sopkit.yaml": GOOD}).proved if one.rule is CLOSED]
    assert "within 48 h after the customer has written at most 5; official text" in proof.assumptions[0].en
    assert Verdict.VIOLATED.value == judged(CLOSED.bad or "")


STAGED = OTHER.replace("kind: automation", "kind: lifecycle").replace(
    "steps:\n  - {id: answer, send: hello, via: oa-service, for: care, within: 1h}\n",
    """stages:
  first:
    steps: [{id: call, do: 电话问候, by: guide, within: 1d}]
    next: [{on: %s, go: second}, {after: 7d, go: end}]
  second:
    steps: [{id: answer, send: hello, via: oa-service, for: care}]
    next: [{after: 7d, go: end}]
""",
)
FORKED = OTHER.replace(
    "  - {id: answer, send: hello, via: oa-service, for: care, within: 1h}\n",
    """  - {id: hear, wait: %s}
  - id: fork
    choose:
      - {if: {consent: sms-marketing}, steps: [{id: answer, send: hello, via: oa-service, for: care}]}
      - {else: [{id: bye, end: true}]}
""",
)
CALLED = GOOD.replace("starts_on: oa-message\nreentry: always", "starts_on: manual")
STARTED = OTHER.replace(
    "---\nkind: catalog",
    """---
kind: automation
id: caller
title: 叫起
owner: guide
review_by: 2027-12-31
starts_on: oa-message
steps: [{id: call, start: follow-up}]
---
kind: catalog""",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STAGED % "oa-message", "possible"),
        (STAGED % "product-viewed", "violated"),
        (FORKED % "oa-message", "possible"),
        (FORKED % "product-viewed", "violated"),
        (
            OTHER.replace("starts_on: order-paid", "starts_on: order-paid\naudience: {oa-message: within 1h}"),
            "possible",
        ),
        (OTHER.replace("starts_on: order-paid", "starts_on: order-paid\naudience: {product-viewed: ever}"), "violated"),
        (OTHER.replace("starts_on: order-paid", "starts_on: [order-paid, oa-message]"), "possible"),
        (STARTED, "possible"),
        (CALLED, "possible"),  # a person may start it since the customer has written
    ],
)
def test_only_where_nothing_can_open_the_channel_is_a_message_surely_late(text: str, expected: str) -> None:
    assert judged(text) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("  - {id: hear, wait: oa-message}\n  - {id: answer, by: guide, within: 3d, ", "possible"),
        ("  - {id: answer, if: {oa-message: within 49h}, ", "possible"),
        ("  - {id: hear, wait: product-viewed}\n  - {id: answer, ", "violated"),
    ],
)
def test_time_before_the_act_does_not_make_a_message_late(steps: str, expected: str) -> None:
    text = "  - {id: text, send: hello, via: sms, for: care, after: 3d}\n" + steps
    assert judged(GOOD.replace(", within: 1h}", "}").replace("  - {id: answer, ", text)) == expected


@pytest.mark.parametrize(
    ("busy", "start", "steps", "expected"),
    [
        ("queue", "oa-message", "", "possible"),
        ("drop", "oa-message", "", "proved"),
        ("queue", "order-paid", "  - {id: hear, wait: oa-message}\n", "proved"),  # its turn has come when it hears
    ],
)
def test_a_journey_that_waits_for_its_turn_may_begin_at_any_time(
    busy: str, start: str, steps: str, expected: str
) -> None:
    turns = f"one_at_a_time: {{talks: {{journeys: [follow-up, visit], if_busy: {busy}}}}}\ncaps:"
    other = """---
kind: automation
id: visit
title: 到访
owner: guide
review_by: 2027-12-31
starts_on: order-paid
steps: [{id: call, do: 电话问候, by: guide, within: 10d}]
---
kind: catalog"""
    text = (
        GOOD.replace("caps:", turns)
        .replace("starts_on: oa-message", f"starts_on: {start}")
        .replace("---\nkind: catalog", other)
    )
    assert judged(text.replace("  - {id: answer", steps + "  - {id: answer")) == expected


OWN_HOURS = "hours: mon-fri 09:00-18:00, "
CONFIRMED = "confirmed_by: {role: guide, within: 3d}, "
ASKING = OTHER.replace("within: 1h", "if: {oa-message: within 47h}")
HEARING = OTHER.replace("  - {id: answer", "  - {id: hear, wait: oa-message}\n  - {id: answer")


@pytest.mark.parametrize("text", [GOOD, ASKING, HEARING])
@pytest.mark.parametrize("held", [OWN_HOURS, CONFIRMED])
def test_how_long_the_channel_itself_holds_a_message_is_not_known(text: str, held: str) -> None:
    assert judged(text) == "proved"
    assert (
        judged(text.replace("selects: customer, address: oa-openid", f"{held}selects: customer, address: oa-openid"))
        == "not assessed"
    )


@pytest.mark.parametrize(("reach", "expected"), [("reply", "not assessed"), ("direct", "proved")])
def test_quiet_hours_hold_the_messages_that_they_are_of(reach: str, expected: str) -> None:
    assert (
        judged(GOOD.replace("caps:", f"quiet_hours: {{hours: 21:00-09:00, of: {{reach: {reach}}}}}\ncaps:")) == expected
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(GOOD, "not assessed"), (GOOD.replace("within: 1h", "if: {oa-message: within 1h}, within: 1h"), "proved")],
)
def test_what_holds_a_message_before_it_comes_ahead_of_its_own_condition(asked: str, expected: str) -> None:
    chat = "shop-chat: {title: 客服会话, tool: wecom, preset: wecom-reply, reach: reply, selects: customer, hours: mon-fri 09:00-18:00}"
    text = asked.replace("channels:\n", f"channels:\n  {chat}\n").replace("reentry: always\n", "")
    assert (
        judged(
            text.replace("  - {id: answer", "  - {id: chat, send: hello, via: shop-chat, for: care}\n  - {id: answer")
        )
        == expected
    )


@pytest.mark.parametrize(
    ("by", "expected"), [("by: guide, within: 10h", "proved"), ("by: guide, within: 20h", "possible")]
)
def test_a_person_sends_in_open_hours_what_was_asked_before(by: str, expected: str) -> None:
    assert judged(OTHER.replace("within: 1h", f"if: {{oa-message: within 20h}}, {by}")) == expected


@pytest.mark.parametrize(("asked", "expected"), [("within 30h", "proved"), ("within 47h", "possible")])
def test_quiet_hours_lie_between_the_look_and_the_sending(asked: str, expected: str) -> None:
    direct = OTHER.replace("reach: reply", "reach: direct").replace("caps:", "quiet_hours: {hours: 21:00-09:00}\ncaps:")
    assert judged(direct.replace("within: 1h", f"if: {{oa-message: {asked}}}")) == expected
