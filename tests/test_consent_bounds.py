"""Workspaces that are built to have more ways to a contact than are followed: nothing is said to hold there, and the end comes soon."""

from __future__ import annotations

import time

import pytest

from sopkit.audit import Status
from sopkit.graph.evidence import MANY_ROUNDS, MOST_WAYS
from sopkit.pipeline import Compilation
from tests.test_audit import of, statuses
from tests.test_consent_traps import EVENT, ONE_STEP, SEND
from tests.test_rules_consent import many_ways
from tests.workspaces import compiled

MOST_SECONDS = 30.0
"""Of the processor, on a slow machine; each takes a tenth of it."""
STARTED = ONE_STEP.replace("starts_on: sms-unsubscribed", "starts_on: sms-yes") + EVENT


def timed(workspace: str) -> Compilation:
    start = time.process_time()
    done = compiled({"sopkit.yaml": workspace})
    assert time.process_time() - start < MOST_SECONDS
    assert not [one for one in done.findings if one.rule.code < "SOP2" and one.weight.value == "error"]
    return done


def pauses(count: int) -> str:
    """Return forks one after another, of which each may make the customer wait: the longer a way, the older what it brings."""
    return "".join(
        f"- id: fork-{n}\n    choose:\n      - {{if: {{age-band: minor}}, steps: [{{id: pause-{n}, wait: 1m}}]}}\n"
        f"      - else: []\n  "
        for n in range(count)
    )


def anchored(count: int) -> str:
    """Return steps that may look at the consent, or not, and a step that counts from each: nothing is older in every respect."""
    looks = "".join(
        f"- id: fork-{n}\n    choose:\n      - {{if: {{consent: sms-marketing}}, steps: [{{id: mark-{n}, wait: 1m}}]}}\n"
        f"      - {{if: {{age-band: minor}}, steps: [{{id: later-{n}, wait: 7m}}]}}\n      - else: []\n  "
        f"- {{id: point-{n}, wait: {n + 1}m}}\n  "
        for n in range(count)
    )
    since = "".join(
        f"- {{id: since-{n}, send: news, via: sms, for: promotion, if: {{consent: sms-marketing}}, after: 1h, since: point-{n}}}\n  "
        for n in range(count)
    )
    return looks + since


@pytest.mark.long
@pytest.mark.parametrize(("forks", "settled"), [(MANY_ROUNDS + 10, True), (MOST_WAYS + 10, False)])
def test_more_ways_than_are_followed_are_not_assessed(forks: int, settled: bool) -> None:
    done = timed(STARTED.replace(SEND, pauses(forks) + SEND))
    of_ways = [one for one in done.not_assessed if one.rule.code == "SOP501"]
    assert [one.rule.code for one in done.findings if one.rule.code in ("SOP501", "SOP504")] == []
    assert ("SOP501" in {one.rule.code for one in done.proved}) is settled
    assert [one.subject for one in of_ways] == ([] if settled else ["automation/news/tell"])
    assert settled or [one.reason.en for one in of_ways] == ["too many ways lead there to follow them all"]


def test_an_audit_shows_no_pass_where_too_many_ways_lead() -> None:
    said = statuses(of({"sopkit.yaml": many_ways(14)}))
    assert {said[one] for one in ("CON01", "WDR01", "WDR02")} == {Status.NOT_ASSESSED}


@pytest.mark.long
def test_many_points_to_count_from_come_to_an_end() -> None:
    done = timed(STARTED.replace(SEND, anchored(12) + SEND))
    unsettled = [one.subject for one in done.not_assessed if one.rule.code == "SOP501"]
    assert ("SOP501" in {one.rule.code for one in done.proved}) is not bool(unsettled)
