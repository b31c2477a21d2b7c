"""What is said of ways to a contact: each place once, what a proof takes for granted, how old a copy is, and where else it counts."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Verdict
from sopkit.graph import evidence
from tests.test_consent_timelines import TELL, journey
from tests.test_rules_consent import run, text

GUARDED = TELL.replace("}", ", if: {consent: sms-marketing}}")
STAFF = text("staff-act-days-later")
RECHECKED = STAFF.replace("within: 3d,", "within: 3d, recheck: wecom,")
ONE_WORLD = "no syncs are declared: all tools are taken to know at once"
LOOKS = "staff look again where a step says so (`recheck:`)"


def of_ways(workspace: str) -> list[Finding]:
    return [one for one in run(workspace).findings if one.rule.code in ("SOP501", "SOP502", "SOP503", "SOP504")]


def proof(workspace: str) -> tuple[str, list[str]]:
    (one,) = [one for one in run(workspace).proved if one.rule.code == "SOP501"]
    return one.statement.en.rpartition(", was ")[2], [said.en for said in one.assumptions]


def test_each_place_is_told_once_and_those_after_it_as_well() -> None:
    by_both = TELL.replace("via: sms", "via: [sms, wecom-chat]")
    more = TELL.replace("id: tell", "id: more").replace("}", ", after: 1d}")
    found = of_ways(journey(by_both, more, on="member-joined"))
    assert [(one.rule.code, one.subject) for one in found] == [
        ("SOP501", "automation/news/tell"),
        ("SOP501", "automation/news/more"),
    ]


def test_each_place_that_was_not_settled_is_told_and_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_WAYS", 0)
    more = "{id: more, send: news, via: wecom-chat, for: promotion, after: 1d}"
    done = run(journey(TELL, more, on="member-joined"))
    assert sorted((one.rule.code, one.subject) for one in done.not_assessed) == [
        ("SOP501", "automation/news/more"),
        ("SOP501", "automation/news/tell"),
    ]
    assert not [one for one in done.proved if one.rule.code == "SOP501"]


def test_a_declaration_is_offered_where_nobody_has_agreed() -> None:
    (never,) = of_ways(text("contract-for-a-promotion").replace("basis: contract", "basis: consent"))
    (old,) = of_ways(journey("{id: pause, wait: 30h}", TELL))
    assert "purposes: [news]" in never.stub
    assert old.stub == ""


def test_a_proof_names_the_oldest_way() -> None:
    fork = (
        "{id: fork, choose: [{if: {age-band: adult}, steps: [{id: short, wait: 1h}]}, {else: [{id: long, wait: 3h}]}]}"
    )
    assert proof(journey(fork, TELL)) == ("seen within 3 h 30 s before", [ONE_WORLD])


def test_a_proof_says_what_it_takes_for_granted() -> None:
    assert proof(RECHECKED) == ("seen within 0 s before", [ONE_WORLD, LOOKS])
    both = RECHECKED.replace("steps:\n", f"steps:\n  - {GUARDED}\n").replace(
        "id: tell, send: news, via: we", "id: other, send: news, via: we"
    )
    assert proof(both) == ("seen within 30 s before", [ONE_WORLD, LOOKS])
    assert proof(journey(GUARDED)) == ("seen within 30 s before", [ONE_WORLD])
    synced = text("withdrawal-a-day-late").replace('every: day\nat: ["02:00"]', "every: event")
    assert proof(synced)[1] == ["no sync run fails, and staff are on time"]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("sms-marketing", Verdict.VIOLATED), ("{sms-marketing: given}", Verdict.VIOLATED)],
)
def test_what_was_given_in_this_instant_is_seen_and_hardly_ever_missed(state: str, verdict: Verdict) -> None:
    fork = (
        f"{{id: fork, choose: [{{if: {{consent: {state}}}, steps: [{{id: pause, wait: 30h}}, {TELL}]}}, {{else: []}}]}}"
    )
    (found,) = of_ways(journey(fork))
    assert (found.rule.code, found.verdict) == ("SOP504", verdict)


# How old a copy is for certain

COPY = text("copy-half-an-hour-too-old").replace(
    GUARDED[1:-1],
    "id: fork, choose: [{if: {consent: sms-marketing}, steps: [{id: pause, wait: 1410m}, " + TELL + "]}, {else: []}]",
)
OTHER = """\
---
kind: catalog
consents:
  other:
    title: 别的
    channels: [sms]
    purposes: [promotion]
    notice: privacy-notice
    withdrawn_by: [account-closed]
    effective_within: 24h
events:
  sms-yes: {title: 同意, tool: sms-gateway, at_most: 1 per day, gives: [other], shows: [privacy-notice]}
"""


@pytest.mark.parametrize(
    ("times", "more", "expected"),
    [
        ("every: 4h\ntakes: 1m", "", (Verdict.VIOLATED, "1 d 3 h 31 min 30 s")),
        ("every: 4h\ntakes: 1m", OTHER, (Verdict.POSSIBLE, "1 d 3 h 31 min 30 s")),
        # where runs have their times, the withdrawal may fall so that it is just missed, or not
        ('every: day\nat: ["02:00", "10:00", "18:00"]\ntakes: 10m..30m', "", (Verdict.POSSIBLE, "1 d 8 h 30 s")),
        ("every: event\ntakes: 10s..1m", "", None),
    ],
)
def test_how_old_a_copy_is(times: str, more: str, expected: tuple[Verdict, str] | None) -> None:
    found = of_ways(COPY.replace('every: day\nat: ["02:00"]\ntakes: 10m..30m', times) + more)
    said = [(one.verdict, one.message("en").partition("last seen ")[2].partition(" before")[0]) for one in found]
    assert said == ([expected] if expected else [])


# Where else a late withdrawal counts

LATE = text("withdrawal-a-day-late").replace(
    f"  - {GUARDED}\n",
    f"  - {GUARDED.replace('id: tell', 'id: first')}\n  - {GUARDED.replace('via: sms', 'via: sms, after: 1h')}\n",
)


def test_the_other_steps_that_send_on_a_consent_are_shown() -> None:
    (found,) = [one for one in run(LATE).findings if one.rule.code == "SOP507"]
    own = LATE + (
        "---\nkind: catalog\nconsents:\n  sms-marketing: {title: 短信, channels: [sms], purposes: [promotion], "
        "notice: privacy-notice, withdrawn_by: [member-settings-off], effective_within: 24h}\n"
    )
    (of_own,) = [one for one in run(own).findings if one.rule.code == "SOP507"]
    lines = own.splitlines()
    first, second = (n for n, line in enumerate(lines, 1) if "send: news" in line)
    declared = next(n for n, line in enumerate(lines, 1) if "sms-marketing: {title" in line)
    assert (found.span.line, [one.span.line for one in found.related]) == (first, [second])
    assert (of_own.span.line, [one.span.line for one in of_own.related]) == (declared, [first, second])


def test_cadences_and_what_goes_out_by_no_channel_are_uses_too() -> None:
    cadence = (
        "---\nkind: cadence\nid: tips\ntitle: 贴士\nowner: guide\nreview_by: 2027-12-31\nvia: wecom-mass\nfor: care\nby: guide\n"
        "every: week\nat: [tue 12:00]\n"
    )
    workspace = journey(GUARDED).split("---")[0] + cadence
    assert [(one.rule.code, one.subject) for one in of_ways(workspace)] == [("SOP501", "issue/tips")]


def test_where_a_document_is_wrong_nothing_is_asked() -> None:
    broken = "---\nkind: automation\nid: broken\n"
    assert len(of_ways(journey(TELL, on="member-joined"))) == 1
    assert of_ways(journey(TELL, on="member-joined") + broken) == []


def test_data_that_a_text_is_filled_with_must_be_covered() -> None:
    consent = (
        "---\nkind: catalog\nconsents:\n  sms-marketing: {title: 短信, channels: [sms], purposes: [promotion], data: [DATA], "
        "notice: privacy-notice, withdrawn_by: [sms-unsubscribed], effective_within: 24h}\n"
    )
    said = [
        [
            "the data `nickname`" in one.message("en")
            for one in of_ways(journey(GUARDED) + consent.replace("DATA", data))
        ]
        for data in ("nickname", "age-band")
    ]
    assert said == [[], [True]]


def test_what_was_seen_exactly_as_long_ago_as_it_may_be_is_not_yet_due() -> None:
    thrice = 'every: day\nat: ["02:00", "10:00", "18:00"]\ntakes: 10m..30m'
    (found,) = of_ways(COPY.replace("1410m", "86370s").replace('every: day\nat: ["02:00"]\ntakes: 10m..30m', thrice))
    assert found.verdict is Verdict.POSSIBLE
    assert not [one for one in found.timeline if one.what.en.startswith("by now")]
