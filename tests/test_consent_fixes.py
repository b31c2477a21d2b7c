"""What is said of a contact without consent: the condition to write, where it is asked for, what to declare, by which titles it is told."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding
from sopkit.rules.consent_examples import SEND, journey, purpose
from tests.workspaces import compiled

TAGS = "---\nkind: catalog\ntags: {vip: {title: 贵宾}}\n"
NEWS = SEND.replace("promotion", "news")
"""For a purpose that no consent of the built-in catalogue covers."""


def without(workspace: str) -> Finding:
    (finding,) = [one for one in compiled({"sopkit.yaml": workspace}).findings if one.rule.code == "SOP501"]
    return finding


def codes(workspace: str) -> set[str]:
    return {one.rule.code for one in compiled({"sopkit.yaml": workspace}).findings}


@pytest.mark.parametrize(
    ("guard", "condition"),
    [
        ("", "if: {consent: sms-marketing}"),
        (", if: {tag: vip}", "if: {all: […, {consent: sms-marketing}]}"),
    ],
)
def test_the_condition_to_write_is_told_and_ends_the_finding(guard: str, condition: str) -> None:
    finding = without(journey(SEND.replace("}\n", f"{guard}}}\n"), beside=TAGS))
    assert f"write `{condition}` here" in finding.fix("en")
    assert "they are asked for it at `member-joined`" in finding.fix("en")
    assert not finding.stub
    mended = SEND.replace("}\n", f", {condition.replace('…', '{tag: vip}')}}}\n")
    assert "SOP501" not in codes(journey(mended, beside=TAGS))


def test_where_no_consent_covers_the_contact_there_is_one_to_paste() -> None:
    finding = without(journey(NEWS, beside=purpose("consent")))
    assert "write `if: {consent: sms-news}` here" in finding.fix("en")
    assert "declare that consent first" in finding.fix("en")
    assert finding.stub.startswith("kind: catalog\nconsents:\n  sms-news: {title: …, purposes: [news], channels: [sms]")
    guarded = NEWS.replace("}\n", ", if: {consent: sms-news}}\n")
    pasted = purpose("consent") + "---\n" + finding.stub.replace("…", "短信通知")
    assert not codes(journey(guarded, beside=pasted)) & {"SOP140", "SOP501", "SOP502"}


def test_a_consent_that_nobody_asks_for_is_to_be_asked_for() -> None:
    own = "---\nkind: catalog\nconsents:\n  sms-news: {title: 短信通知, purposes: [news], channels: [sms], effective_within: 24h}\n"
    finding = without(journey(NEWS, beside=purpose("consent") + own))
    assert "nobody is asked for it yet: write `asks: [sms-news]` on the event" in finding.fix("en")
    assert "在客户能选择的那个事件上写 asks: [sms-news]" in finding.fix("zh-CN")


def test_the_course_is_told_by_titles() -> None:
    timeline = without(journey(SEND)).timeline
    assert [timeline[at].what.en for at in (0, -1)] == [
        "Joined in the mini-program (member-joined)",
        "tell (Marketing, by SMS)",
    ]
    assert [timeline[at].what.zh for at in (0, -1)] == ["小程序入会（member-joined）", "tell（营销推广，经短信）"]


def test_a_title_that_is_not_written_in_the_language_gives_way_to_the_id() -> None:
    own = "---\nkind: catalog\nevents:\n  member-joined: {title: 扫码入会, tool: mini-program}\n"
    first = without(journey(SEND, beside=own)).timeline[0].what
    assert (first.zh, first.en) == ("扫码入会（member-joined）", "member-joined occurs")
