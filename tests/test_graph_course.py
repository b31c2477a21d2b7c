"""The edges of one playbook: where they lead, how soon, and which lead round in circles."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx
import pytest

from sopkit.graph.course import INFINITE, MOST_CYCLES, Course, courses, cycles, is_instant, longest, shortest
from sopkit.graph.nodes import Delay, Edge
from sopkit.model.parse import duration
from sopkit.tree import Mark
from tests.workspaces import unjudged

HERE = Mark(0)
HOUR, DAY = 3600, 86_400


def edge(source: str, target: str, low: str = "", since: str = "", held: str = "", kind: str = "then") -> Edge:
    delay = Delay(duration(low, HERE) if low else None, since=since)
    holds = Delay(duration(held, HERE) if held else None)
    return Edge(source, target, kind, HERE, delay=delay, held=holds)  # type: ignore[arg-type]  # one of its kinds


def course(*edges: Edge) -> Course:
    leaving: dict[str, list[Edge]] = {}
    for one in edges:
        leaving.setdefault(one.source, []).append(one)
    return Course("a", leaving)


def anywhere(_: str) -> bool:
    return True


def test_the_earliest_time_is_by_the_shortest_way() -> None:
    one = course(edge("a", "b", "5h"), edge("a", "c", "1h"), edge("c", "b", "2h", held="1h"), edge("b", "d", "1h"))
    assert one.earliest("a", anywhere) == {"a": 0, "c": HOUR, "b": 4 * HOUR, "d": 5 * HOUR}
    assert one.earliest("b", anywhere) == {"b": 0, "d": HOUR}


def test_only_what_is_next_inside_counts() -> None:
    one = course(edge("a", "b", "1h"), edge("a", "c", "1h", kind="interrupt"), edge("b", "d", "1h"))
    assert one.earliest("a", anywhere) == {"a": 0, "b": HOUR, "d": 2 * HOUR}
    assert one.earliest("a", lambda place: place != "b") == {"a": 0}


@pytest.mark.parametrize(
    ("since", "time"),
    [
        ("", 2 + 3 + 10),  # the wait at the step before, and the delay
        ("stage", 10),  # from the entry, which was two hours before
        ("start", 2 + 3),  # from a start that may lie long ago: only the wait is sure
        ("a/b", 2 + 10),  # from the step before
    ],
)
def test_an_anchor_counts_from_its_own_time(since: str, time: int) -> None:
    one = course(edge("a", "a/a/b", "2h"), edge("a/a/b", "z", "10h", since=since, held="3h"))
    assert one.earliest("a", anywhere)["z"] == time * HOUR


def test_an_anchor_that_has_passed_adds_nothing() -> None:
    late = course(edge("a", "a/b", "1h"), edge("a/b", "c", "20h"), edge("c", "d", "2h", since="b"))
    assert late.earliest("a", anywhere)["d"] == 21 * HOUR
    stage = course(edge("a", "b", "20h"), edge("b", "c", "2h", since="stage"))
    assert stage.earliest("a", anywhere)["c"] == 20 * HOUR
    unknown = course(edge("a", "b", "20h"), edge("b", "c", "2h", since="gone"))
    assert unknown.earliest("a", anywhere)["c"] == 20 * HOUR
    assert course(edge("a", "b", "2h", since="gone")).earliest("a", anywhere)["b"] == 2 * HOUR


@pytest.mark.parametrize("since", ["", "stage", "b"])
def test_months_are_the_shortest_and_workdays_may_begin_at_once(since: str) -> None:
    month = course(edge("a", "a/b", "1mo"), edge("a/b", "c", "2mo", since=since))
    assert month.earliest("a", anywhere)["c"] == {"": 84, "stage": 56, "b": 84}[since] * DAY
    work = course(edge("a", "a/b", "1h"), edge("a/b", "c", "9 workdays", since=since, held="1mo" if not since else ""))
    assert work.earliest("a", anywhere)["c"] == HOUR + (28 * DAY if not since else 0)


def test_what_is_reached() -> None:
    one = course(edge("a", "b"), edge("b", "a"), edge("b", "c", kind="interrupt"), edge("x", "d"))
    assert one.reached == {"a", "b", "c"}
    assert one.reach("x") == {"x", "d"}
    assert one.reach("a", lambda way: way.kind == "then") == {"a", "b"}
    assert {target: [way.source for way in ways] for target, ways in one.arriving.items()} == {
        "b": ["a"], "a": ["b"], "c": ["b"], "d": ["x"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("90m", 5400, 5400),
        ("2w", 14 * DAY, 14 * DAY),
        ("0d", 0, 0),
        ("2mo", 56 * DAY - HOUR, 62 * DAY + HOUR),
        ("2y", 730 * DAY - HOUR, 732 * DAY + HOUR),
        ("3 workdays", 0, INFINITE),
    ],
)
def test_the_least_and_the_most_of_a_time(text: str, least: float, most: float) -> None:
    """Where clocks are moved by an hour; what passes in seconds is not moved."""
    one = duration(text, HERE)
    assert (shortest(one, HOUR), longest(one, HOUR)) == (least, most)


def test_no_time_is_none() -> None:
    assert (shortest(None), longest(None)) == (0, 0)
    assert shortest(duration("1mo", HERE)) == 28 * DAY
    assert longest(duration("1mo", HERE)) == 31 * DAY


HOURS = duration("2h", HERE)
NOTHING = duration("0h", HERE)
WORK = duration("1 workday", HERE)


@pytest.mark.parametrize(
    ("delay", "instant"),
    [
        (Delay(), True),
        (Delay(NOTHING, NOTHING), True),
        (Delay(NOTHING, NOTHING, since="stage"), True),
        (Delay(HOURS, HOURS), False),
        (Delay(NOTHING, HOURS), False),
        (Delay(HOURS, None), False),
        (Delay(bounded=False), False),
        (Delay(since="start"), False),
        (Delay(since="hello"), False),
        (Delay(before=HOURS), False),
        (Delay(WORK, NOTHING), False),
        (Delay(NOTHING, WORK), False),
    ],
)
def test_what_is_at_once(delay: Delay, instant: bool) -> None:
    assert is_instant(delay) is instant


def test_courses_hold_what_leads_on_in_their_own_playbook() -> None:
    done = unjudged("""
        kind: automation
        id: first
        title: 一
        owner: guide
        review_by: 2027-12-31
        starts_on: member-joined
        steps:
          - {id: one, do: 记录, by: guide, within: 1d}
          - {id: two, do: 记录, by: guide, within: 1d}
        ---
        kind: automation
        id: second
        title: 二
        owner: guide
        review_by: 2027-12-31
        starts_on: order-paid
        steps:
          - {id: one, do: 记录, by: guide, within: 1d}
        """)
    found = courses(done.graph)
    assert {root: one.root for root, one in found.items() if root.startswith("automation/")} == {
        "automation/first": "automation/first", "automation/second": "automation/second",
    }  # fmt: skip
    first = found["automation/first"]
    assert {"automation/first/one", "automation/first/two"} <= first.reached
    assert not any("second" in place for place in first.reached)
    assert {way.kind for ways in first.leaving.values() for way in ways} <= {"then", "interrupt"}


def network(rng: random.Random) -> list[Edge]:
    size = rng.randint(2, 6)
    pairs = [(rng.randrange(size), rng.randrange(size)) for _ in range(rng.randint(1, 9))]
    return [Edge(str(one), str(other), "then", HERE, rank=n) for n, (one, other) in enumerate(pairs)]


def test_every_edge_on_a_cycle_lies_on_one_that_is_shown() -> None:
    """Against all cycles of random networks: each shown is one, from its first place on, as short as through its edge may be."""
    shown = 0
    for seed in range(300):
        edges = network(random.Random(seed))  # noqa: S311
        order = {str(n): n for n in range(6)}
        whole: networkx.DiGraph[str] = networkx.DiGraph([(one.source, one.target) for one in edges])
        every = [tuple(one) for one in networkx.simple_cycles(whole)]
        found = list(cycles(edges, order))
        places = [tuple(one.source for one in way) for way in found]
        shown += len(found)
        assert all(one.target == other.source for way in found for one, other in pairwise([*way, way[0]])), seed
        assert all(min(order[one] for one in way) == order[way[0]] for way in places), seed
        assert len({tuple(way) for way in found}) == len(found), seed
        turned = {min(way[n:] + way[:n] for n in range(len(way))) for way in every}
        assert {min(way[n:] + way[:n] for n in range(len(way))) for way in places} <= turned, seed
        for one in edges:
            through = [len(way) for way in every if (one.source, one.target) in pairwise([*way, way[0]])]
            mine = [len(way) for way in found if one in way]
            assert (min(mine) if mine else None) == (min(through) if through else None), seed
    assert shown > 300


def test_of_a_knot_that_is_too_large_a_part_is_tried() -> None:
    size = MOST_CYCLES + 20
    order = {str(n): n for n in range(size + 2)}
    ring = [Edge(str(n), str((n + 1) % size), "then", HERE) for n in range(size)]
    assert len(list(cycles(ring, order))) == 1
    chords = [Edge("0", str(n), "then", HERE) for n in range(2, size)]
    apart = [Edge(str(size), str(size + 1), "then", HERE), Edge(str(size + 1), str(size), "then", HERE)]
    found = list(cycles([*ring, *chords, *apart], order))
    assert len(found) == MOST_CYCLES + 1
    assert [one.source for one in found[-1]] == [str(size), str(size + 1)]
    assert list(cycles(ring[:-1], order)) == []
