"""How long an item travels between tools: the regression figures, and random schedules against a simulation minute by minute."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.graph import latency
from sopkit.graph.clock import Opening, common, hours_on, instant, merged, without
from sopkit.graph.latency import Hop, travel, worst
from sopkit.model.values import Clock, Hours
from sopkit.tree import Mark

MINUTE, HOUR, DAY = 60, 3600, 86_400
Network = dict[str, list[Hop]]


def daily(*hours: float, days: int = 8) -> tuple[int, ...]:
    return tuple(sorted(int(day * DAY + hour * HOUR) for day in range(days) for hour in hours))


def network(*hops: Hop) -> Network:
    found: Network = defaultdict(list)
    for hop in hops:
        found[hop.source].append(hop)
    return found


def test_two_daily_syncs_take_a_day_and_a_half_hour_and_one_not_the_sum() -> None:
    hops = network(Hop("one", "a", "b", 30 * MINUTE, daily(2)), Hop("two", "b", "c", 30 * MINUTE, daily(3)))
    assert worst(hops, "a", "c", 0, 3 * DAY) == (25 * HOUR + 30 * MINUTE, 2 * HOUR)


def test_unknown_offsets_give_the_sum() -> None:
    hops = network(Hop("one", "a", "b", 30 * MINUTE, wait=DAY), Hop("two", "b", "c", 30 * MINUTE, wait=DAY))
    assert worst(hops, "a", "c", 0, 3 * DAY) == (49 * HOUR, 0)


def test_a_run_that_starts_now_is_missed() -> None:
    hops = network(Hop("one", "a", "b", 0, (100, 200)))
    assert (travel(hops, "a", "b", 100) or ())[-1].end == 200
    assert (travel(hops, "a", "b", 99) or ())[-1].end == 100


def test_beyond_the_horizon_nothing_arrives() -> None:
    assert travel(network(Hop("one", "a", "b", 0, (100,))), "a", "b", 100) is None


def test_a_tool_that_was_come_to_sooner_is_not_come_to_again() -> None:
    """The slow way to `b` is still waiting when the quick one has been taken, and the way goes on all the same."""
    hops = network(
        Hop("slow", "a", "b", 10), Hop("to c", "a", "c", 1), Hop("to b", "c", "b", 1), Hop("on", "b", "d", 20)
    )
    legs = travel(hops, "a", "d", 0)
    assert [one.hop.name for one in legs or ()] == ["to c", "to b", "on"]
    assert [(one.start, one.end) for one in legs or ()] == [(0, 1), (1, 2), (2, 22)]


def test_of_two_ways_that_take_as_long_the_first_is_told() -> None:
    legs = travel(network(Hop("one", "a", "b", 5), Hop("two", "a", "b", 5)), "a", "b", 0)
    assert [one.hop.name for one in legs or ()] == ["one"]
    assert travel(network(), "a", "a", 0) == ()


def test_sums_of_fixed_delays_are_those_of_every_way_without_a_cycle() -> None:
    hops = network(
        Hop("1", "a", "b", 3, wait=5), Hop("2", "a", "c", 1, wait=1), Hop("3", "c", "b", 10, wait=20),
        Hop("4", "b", "a", 1), Hop("5", "b", "d", 0, (50,)),
    )  # fmt: skip
    assert latency.offsets(hops, "a") == {"a": {0}, "b": {8, 32}, "c": {2}}
    assert latency.missed(hops, "a", 0, 100) == {0, 50 - 8, 50 - 32}
    assert latency.missed(hops, "a", 18, 42) == {18, 42}
    assert latency.missed(hops, "a", 19, 41) == {19}


def test_too_many_ways_and_instants_are_given_up() -> None:
    hops = network(Hop("1", "a", "b", 3), Hop("2", "b", "c", 3), Hop("3", "a", "d", 0, (5, 6)))
    with patch.object(latency, "MOST_OFFSETS", 2):
        assert set(latency.offsets(hops, "a")) == {"a", "b", "c"}
    with patch.object(latency, "MOST_OFFSETS", 1), pytest.raises(latency.TooMuchError):
        latency.offsets(hops, "a")
    with patch.object(latency, "MOST_INSTANTS", 3):
        assert latency.missed(hops, "a", 0, 9) == {0, 5, 6}
    with patch.object(latency, "MOST_INSTANTS", 2), pytest.raises(latency.TooMuchError):
        latency.missed(hops, "a", 0, 9)


@st.composite
def schedules(draw: st.DrawFn) -> Network:
    """Up to six hops between four tools; time in minutes, a day of 24 of them."""
    hops = []
    for number in range(draw(st.integers(1, 6))):
        source, target = draw(st.permutations("abcd"))[:2]
        took = draw(st.integers(0, 9))
        if draw(st.booleans()):
            slots = draw(st.sets(st.integers(0, 23), min_size=1, max_size=3))
            runs = tuple(sorted(day * 24 + slot for day in range(12) for slot in slots))
            hops.append(Hop(str(number), source, target, took, runs))
        else:
            hops.append(Hop(str(number), source, target, took, wait=draw(st.integers(0, 9))))
    return network(*hops)


def simulated(hops: Network, at: int, goal: str, limit: int = 12 * 24) -> int | None:
    """Walk minute by minute: who knows it, and which runs are under way."""
    under_way: list[tuple[int, str]] = [(at, "a")]
    knows: set[str] = set()
    set_out: set[tuple[str, int]] = set()
    for minute in range(at, limit):
        fresh = True
        while fresh:
            fresh = False
            for end, tool in list(under_way):
                if end <= minute and tool not in knows:
                    knows.add(tool)
                    fresh = True
                    pushes = [hop for hop in hops.get(tool, ()) if hop.runs is None]
                    under_way += [(minute + hop.wait + hop.longest, hop.target) for hop in pushes]
        if goal in knows:
            return minute
        for tool in knows:
            for hop in hops.get(tool, ()):
                key = (hop.name, minute + 1)
                if hop.runs is not None and minute + 1 in hop.runs and key not in set_out:
                    set_out.add(key)
                    under_way.append((minute + 1 + hop.longest, hop.target))
    return None


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(schedules())
def test_the_worst_latency_is_what_a_simulation_of_every_minute_finds(hops: Network) -> None:
    agrees(hops)


@pytest.mark.long
@settings(max_examples=600, deadline=None)
@given(schedules())
def test_the_worst_latency_is_so_in_many_networks(hops: Network) -> None:
    agrees(hops)


def agrees(hops: Network) -> None:
    """Hold what is said of some hops against trying every minute."""
    every = [(at, simulated(hops, at, "d")) for at in range(48)]
    found = worst(hops, "a", "d", 0, 47)
    if any(end is None for _, end in every):
        assert found is None
    else:
        assert found is not None
        assert found[0] == max(end - at for at, end in every if end is not None)
        assert dict(every)[found[1]] == found[1] + found[0]


def hours(start: int, end: int) -> Hours:
    mark = Mark(0)
    return Hours(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), Clock(start, mark), Clock(end, mark), mark)


def test_a_local_time_that_does_not_exist_moves_on_and_a_doubled_one_is_the_first() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert instant(date(2026, 3, 29), 150, berlin) == int(datetime(2026, 3, 29, 3, 0, tzinfo=berlin).timestamp())
    assert instant(date(2026, 10, 25), 150, berlin) == int(
        datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    )


def test_hours_over_midnight_last_until_the_morning_also_when_the_clock_changes() -> None:
    (night,) = hours_on(hours(21 * 60, 9 * 60), ZoneInfo("Europe/Berlin"), date(2026, 3, 28), 1)
    assert night[1] - night[0] == 11 * HOUR


INTERVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6
)


@given(INTERVALS, INTERVALS, st.integers(0, 80), st.integers(0, 80))
def test_opening_is_what_counting_second_by_second_says(
    opened: list[tuple[int, int]], closed: list[tuple[int, int]], start: int, end: int
) -> None:
    intervals = without(merged(opened), closed, (0, 100))
    is_open = [any(a <= n < b for a, b in opened) and not any(a <= n < b for a, b in closed) for n in range(100)]
    opening = Opening(tuple(intervals))
    assert [any(a <= n < b for a, b in intervals) for n in range(100)] == is_open
    assert all(a[1] <= b[0] for a, b in pairwise(intervals))
    assert opening.next_open(start) == next((n for n in range(start, 100) if is_open[n]), None)
    if start <= end:
        spent = sum(is_open[start:end])
        assert opening.between(start, end) == spent
        reached = opening.reached(start, spent)
        assert reached is not None
        assert reached <= end
    assert common(intervals, [(0, 100)]) == intervals
