"""What the rules of tools say to the second, at the edge of each bound, and where no time zone or time is declared: SOP701 to SOP703."""

from __future__ import annotations

import pytest

from sopkit.diagnostics import Finding, Verdict
from sopkit.pipeline import Compilation
from sopkit.rules import tools_duplicates
from sopkit.rules.tools_examples import NIGHTLY, PUSH, RECENT, SYNC_ORDERS, WELCOME
from tests.test_rules_tools_more import AMOUNT, COMPUTED, FIRST, GREETS, MASS, PAYS, TAG, TO_MAP, found, synced, twice
from tests.workspaces import SETTINGS, compiled

UNKNOWN = SETTINGS + "customer_timezones: unknown\n"
NO_ZONE = "the customers' time zones are not declared"


def run(text: str, settings: str = SETTINGS) -> Compilation:
    return compiled({"sopkit.yaml": settings, "play.yaml": text})


def proofs(text: str, code: str, settings: str = SETTINGS) -> list[list[str]]:
    """Return what each proof of a rule takes for granted."""
    return [[said.en for said in one.assumptions] for one in run(text, settings).proved if one.rule.code == code]


def told(finding: Finding) -> list[tuple[str, str]]:
    return [(f"{one.at:%m-%d %H:%M:%S}", one.what.en) for one in finding.timeline]


# Deadlines


def test_each_step_is_told_once_however_many_ways_lead_to_it() -> None:
    """By SMS and by staff, both too late: one finding of it, and one of the step after it."""
    late = FIRST.replace(
        "1h}", "1s}\n  - {id: again, send: hello, via: sms, for: onboarding, within: 1s, since: start}"
    )
    assert [one.args["step"] for one in found(late + TO_MAP, "SOP701")] == ["hello", "again"]


def test_a_proof_says_what_is_not_declared() -> None:
    quick = "no sync run fails, and staff are on time"
    assert proofs(WELCOME + PUSH, "SOP701") == [[quick]]
    assert proofs(WELCOME + PUSH, "SOP701", UNKNOWN) == [[quick, NO_ZONE]]
    plain = PUSH.replace("takes: 10s..1m\n", "")
    assert proofs(WELCOME + plain, "SOP701") == [["a sync without `takes` takes no time", quick]]


def test_a_deadline_passes_in_open_hours_alone_unless_the_clock_is_on_the_wall() -> None:
    quiet = SETTINGS + "quiet_hours: {hours: 21:00-09:00, of: {reach: reply}}\n"
    text = WELCOME.replace("1h}", "11h}") + NIGHTLY
    (open_hours,) = found(text, "SOP701", quiet)
    (on_the_wall,) = found(text.replace("within", "clock: wall, within"), "SOP701", quiet)
    assert told(open_hours)[:2] == [
        ("07-01 02:00:00", "member-joined occurs in mini-program"),
        ("07-01 20:00:00", "it is due (within 11h)"),
    ]
    assert told(on_the_wall)[1] == ("07-01 13:00:00", "it is due (within 11h)")


def test_who_confirms_is_asked_when_the_order_comes() -> None:
    (finding,) = found(MASS.replace("1h}", "4h}") + TO_MAP, "SOP701")
    assert told(finding) == [
        ("07-01 17:58:01", "member-joined occurs in mini-program"),
        ("07-01 17:58:01", "the sync members-to-crm starts"),
        ("07-01 17:59:01", "it ends at the latest, and map knows"),
        ("07-01 18:00:01", "guide is to confirm it first, and is asked"),
        ("07-01 21:58:01", "it is due (within 4h)"),
        ("07-02 10:00:01", "the step hello can be done, at the earliest"),
    ]


# Copies


def test_a_proof_needs_a_question_and_no_wrong_answer() -> None:
    nothing = "no sync run fails"
    assert proofs(WELCOME + PUSH, "SOP702") == []
    assert proofs(RECENT + SYNC_ORDERS, "SOP702") == [[nothing]]
    assert proofs(RECENT + SYNC_ORDERS.replace("every: event", "every: 12h"), "SOP702") == []


def test_when_a_copy_of_what_is_computed_weekly_is_too_old() -> None:
    text = WELCOME.replace("via: service-chat", "if: {level: gold}, via: service-chat").replace("1h}", "3d}") + PUSH
    (finding,) = found(text + COMPUTED.replace("mon 04:00", "mon 03:00"), "SOP702")
    assert told(finding) == [
        ("07-27 03:00:00", "level changes in erp"),
        ("08-03 03:00:00", "the time that the condition looks at is over"),
        ("08-03 03:00:00", "the sync level-to-crm starts"),
        ("08-03 03:30:00", "it ends at the latest, and crm knows"),
    ]


def test_what_is_computed_every_few_workdays_is_never_found_too_old() -> None:
    text = WELCOME.replace("via: service-chat", "if: {level: gold}, via: service-chat").replace("1h}", "3d}") + PUSH
    often = COMPUTED.replace("every: week, at: [mon 03:00]", "every: 3 workday")
    assert found(text + often, "SOP702") == []


def test_a_time_that_is_no_number_of_seconds_is_compared_with_nothing() -> None:
    assert found(RECENT.replace("12h", "1 workday") + SYNC_ORDERS.replace("every: event", "every: 2d"), "SOP702") == []


def test_of_all_that_a_guard_asks_what_the_event_collects_is_overtaken() -> None:
    nightly = AMOUNT.replace("every: event\n", 'every: day\nat: ["02:00"]\n')
    for every in ("{tag: in-community}, {order-amount: ≥ 100 CNY}", "{order-amount: ≥ 100 CNY}, {tag: in-community}"):
        guarded = PAYS.replace("{order-amount: ≥ 100 CNY}", f"{{all: [{every}]}}")
        assert [one.args["item"] for one in found(guarded + SYNC_ORDERS + nightly, "SOP702")] == ["order-amount"]


def test_a_sync_of_undeclared_moments_may_be_overtaken() -> None:
    (finding,) = found(PAYS + SYNC_ORDERS + AMOUNT.replace("every: event", "every: 12h"), "SOP702")
    assert finding.verdict is Verdict.POSSIBLE
    assert [one.en for one in finding.assumptions] == ["when the syncs start is not declared"]


def test_an_event_overtakes_wherever_customers_live() -> None:
    nightly = AMOUNT.replace("every: event\n", 'every: day\nat: ["02:00"]\n')
    assert len(found(PAYS + SYNC_ORDERS + nightly, "SOP702", UNKNOWN)) == 1


# The same said twice


def not_settled(text: str) -> list[str]:
    return [one.reason.en for one in run(text).not_assessed if one.rule.code == "SOP703"]


@pytest.mark.parametrize(("bound", "least"), [("MOST_LOOKS", 1), ("MOST_PAIRS", 0)])
def test_pairs_beyond_the_bound_are_not_settled(monkeypatch: pytest.MonkeyPatch, bound: str, least: int) -> None:
    monkeypatch.setattr(tools_duplicates, bound, least)
    assert found(twice(), "SOP703") == []
    assert ["pairs on one event and topic" in one for one in not_settled(twice())] == [True]
    monkeypatch.setattr(tools_duplicates, bound, least + 1)
    assert len(found(twice(), "SOP703")) == 1
    assert not_settled(twice()) == []


def test_a_journey_that_names_no_tool_hears_of_the_event() -> None:
    nowhere = twice().replace("runs_in: mini-program\n", "")
    assert len(found(nowhere, "SOP703")) == 1
    deaf = twice(tool="map")
    assert found(deaf, "SOP703") == []


@pytest.mark.parametrize(("action", "count"), [("gap: wait 12h", 0), ("count: wait 12h", 1), ("count: skip", 0)])
def test_only_what_waits_for_a_cap_still_goes_out(action: str, count: int) -> None:
    rule = (
        f"caps: [{{id: daily-sms, max: 1, per: day, of: {{channel: sms}}}}]\nenforce: {{in: mini-program, {action}}}\n"
    )
    assert len(found(twice(), "SOP703", SETTINGS.replace("enforce: none\n", rule))) == count


def test_a_tag_that_comes_while_staff_confirm_comes_too_late() -> None:
    """The tool has asked when the tag is not there yet; the message goes out hours later, when it is."""
    text = twice(more=GREETS, second=", after: 30m, if: {not: {tag: greeted}}", tool="map") + TAG
    hand = text.replace("send: welcome, via: sms", "send: welcome, via: wecom-mass")
    assert found(hand + synced("every: 15m\n"), "SOP703") == []
    (late,) = found(hand + synced("every: 1h\n"), "SOP703")
    assert late.message("en").endswith("the tag greeted has not come to map by then")
