"""Which ways are followed and kept, and what each remembers: bounds on effort, beginnings, time in a stage, what has just ended."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest

from sopkit.graph import evidence
from sopkit.graph.evidence import _Found, is_come_to, ways
from sopkit.graph.passing import Way
from sopkit.graph.shown import NEVER, OLD, WITHDRAWN
from tests.test_graph_evidence import CATALOG, CIRCLE, HOUR, SEND, automation, built, copies, flow, lifecycle, slacks
from tests.workspaces import SETTINGS, unjudged

FOLLOWED = lifecycle(
    f"  one: {{steps: [{{id: x, {SEND}}}]}}\n  other: {{steps: [{{id: x, {SEND}}}]}}\n", on="kind"
).replace("starts_on:", "follows:")
AFTER = automation(SEND, on="{ended: one}").replace("id: one", "id: two")
TAKES_NONE_OF_THEM = 'audience: {"no": never}\nsteps:'


def at(text: str, place: str) -> list[Way]:
    done = built(text)
    one = flow(done)
    return ways(one, copies(done), one.leading_to([place]))[place]


@pytest.mark.parametrize(("anyhow", "on_average", "places", "most"), [(1, 2, 3, 7), (4, 0, 9, 4), (0, 3, 1, 3)])
def test_as_many_ways_are_kept_as_there_are_places_for(anyhow: int, on_average: int, places: int, most: int) -> None:
    done = built(automation(SEND))
    with patch.object(evidence, "MOST_ANYHOW", anyhow), patch.object(evidence, "MOST_ON_AVERAGE", on_average):
        found = _Found(flow(done), copies(done), places)
    for number in range(most):
        assert found.kept(Way(f"place {number}", 0.0, 0)) is not None
    with pytest.raises(evidence.TooManyWaysError):
        found.kept(Way("one more", 0.0, 0))


def test_a_way_may_begin_at_a_journey_that_only_its_own_stages_lead_back_to() -> None:
    """Which stage the customer is in follows a datum, so that the journey is begun by nothing."""
    (way,) = at(FOLLOWED, "lifecycle/one/other/x")
    assert way.length == 2


def test_nothing_is_known_of_what_lay_before_a_circle_that_goes_on_for_ever() -> None:
    *_, last = at(CIRCLE, "lifecycle/one/first/x")
    assert (last.slack, last.anchors) == (OLD, (OLD, OLD))


def test_time_in_a_stage_is_counted_from_its_entry() -> None:
    stage = (
        f"  first:\n    steps: [{{id: wait, wait: 3h..5h}}, {{id: x, {SEND}}}]\n    next: [{{after: 9h, go: second}}]\n"
    )
    text = lifecycle(f"{stage}  second: {{steps: [{{id: x, {SEND}}}]}}\n", on='"yes"')
    spent = {
        place: [way.spent for way in at(text, f"lifecycle/one/{place}")]
        for place in ("first", "first/wait", "first/x", "second")
    }
    assert spent == {"first": [0.0], "first/wait": [0.0], "first/x": [5 * HOUR], "second": [0.0]}


def test_whom_a_journey_shuts_out_does_not_come_to_it_from_one_that_the_same_event_has_ended() -> None:
    first = automation(SEND, "wait: 3h", on='"yes"', more='ends_on: ["no"]\n')
    assert slacks(first + AFTER, "automation/two/s0") == [WITHDRAWN]
    assert slacks(first + AFTER.replace("steps:", TAKES_NONE_OF_THEM), "automation/two/s0") == [21]


MORE = """\
---
kind: catalog
offers: {coupon: {title: 券, type: coupon, value: 5 元}}
events:
  a1: {title: 同意, tool: crm, at_most: 1 per 1d, gives: [news]}
  a2: {title: 又同意, tool: crm, at_most: 1 per 1d, gives: [news]}
  z: {title: 别的, tool: crm, at_most: 1 per 1d}
"""


def test_what_tells_nothing_new_hides_nothing_that_comes_later() -> None:
    done = built(automation(SEND, on="[a1, a2, z]") + MORE)
    one = flow(done)
    assert is_come_to(one, copies(done), "automation/one/s0", lambda way: way.slack == NEVER)
    assert not is_come_to(one, copies(done), "automation/one/s0", lambda way: way.slack == OLD)


def test_an_offer_may_come_from_elsewhere_than_the_playbooks() -> None:
    assert [way.slack for way in at(automation(SEND, on="{granted: coupon}") + MORE, "automation/one/s0")] == [NEVER]
    granting = automation("grant: coupon", on='"yes"').replace("id: one", "id: two")
    before = flow(built(automation(SEND, on="{granted: coupon}") + granting + MORE)).leading_to(["automation/one/s0"])
    assert [*before] == ["automation/one/s0", "automation/one", "trigger/granted/coupon", "offer/coupon"]


def test_who_waits_for_their_turn_may_have_withdrawn_before_the_journey_begins() -> None:
    """Else the journey keeps what the giving showed, since every withdrawal ends it."""
    queue = SETTINGS + "one_at_a_time: {turns: {journeys: [one, two], if_busy: queue}}\n"
    journey = automation(SEND, on="{given: news}", more='ends_on: ["no"]\n')
    done = unjudged({"sopkit.yaml": queue + journey + journey.replace("id: one", "id: two") + CATALOG})
    one = flow(done)
    known = replace(copies(done), told=lambda *_: 10 * HOUR)
    found = ways(one, known, one.leading_to(["automation/one/s0"]))["automation/one/s0"]
    assert [(way.slack, way.kept, way.by_rules) for way in found] == [
        (24 * HOUR, 10 * HOUR, False),
        (OLD, NEVER, True),
    ]


def test_whom_the_journey_lets_go_in_its_midst_was_looked_at_until_then() -> None:
    text = automation(SEND, f"{SEND}, after: 8h", on='"yes"', more="while: {consent: news}\n")
    assert slacks(text + AFTER, "automation/two/s0") == [24, 20]


def test_who_withdraws_in_a_stage_is_not_known_by_its_entry() -> None:
    stage = f'  first:\n    steps: [{{id: w, wait: "no"}}, {{id: x, {SEND}}}]\n    next: [{{after: 9h, go: end}}]\n'
    assert slacks(lifecycle(stage, on='"yes"'), "lifecycle/one/first/x") == [WITHDRAWN]
