"""Which ways are followed and kept, and what each remembers: bounds on effort, beginnings, time in a stage, what has just ended."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from sopkit.graph import evidence
from sopkit.graph.evidence import _Found, ways
from sopkit.graph.passing import Way
from sopkit.graph.shown import OLD, WITHDRAWN
from tests.test_graph_evidence import CIRCLE, HOUR, SEND, automation, built, copies, flow, lifecycle, slacks

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
