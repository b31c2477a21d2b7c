"""How soon touches can follow each other: nets against every walk through them, and the latest times of steps by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from sopkit.graph.course import INFINITE, Course, courses
from sopkit.graph.nodes import Delay, Edge
from sopkit.graph.openings import DAY, Openings
from sopkit.graph.pacing import Hours, Latest, Net, Stay, net_of
from sopkit.model.parse import duration
from sopkit.tree import Mark
from tests.workspaces import unjudged

HERE = Mark(0)
HOUR = 3600.0


def network(rng: random.Random, most: int = 5) -> Net:
    """Return a small net in which every way takes a while, so that walks end."""
    size = rng.randint(2, most)
    net = Net(weights={str(n): rng.randint(0, 2) for n in range(size)})
    net.weights[str(rng.randrange(size))] = 1
    net.lags = {str(n): float(rng.randint(0, 3)) for n in range(size) if rng.random() < 0.4}
    for _ in range(rng.randint(1, 7)):
        net.add(str(rng.randrange(size)), str(rng.randrange(size)), rng.randint(1, 4))
    return net


def walks(net: Net, start: str, begun: float, window: float) -> Iterator[list[tuple[str, float]]]:
    """Yield every walk from a place, each place with its time, as long as it stays in the window."""
    todo = [[(start, begun)]]
    while todo:
        walk = todo.pop()
        yield walk
        place, time = walk[-1]
        todo += [[*walk, (to, time + more)] for to, more in net.ways.get(place, ()) if time + more < window]


def felt(net: Net, walk: list[tuple[str, float]]) -> int:
    return sum(net.weights[place] for place, _ in walk)


def test_touches_that_can_come_late_are_begun_with_in_the_order_of_time() -> None:
    """From `a`, the earliest, `c` comes within the window; from `b`, which is felt more, it does not."""
    net = Net(weights={"a": 1, "b": 2, "c": 4}, lags={"a": 9.0, "b": 1.0})
    net.add("a", "b", 2)
    net.add("b", "c", 5)
    assert net.most(1.0, 99) == 7
    for seed in range(400):
        rng = random.Random(seed)  # noqa: S311
        net, window = network(rng, 7), float(rng.randint(1, 6))
        net.lags = {place: float(rng.randint(0, 9)) for place in net.weights}
        best = max(
            felt(net, walk)
            for place, weight in net.weights.items()
            if weight
            for walk in walks(net, place, -net.lags[place], window)
        )
        assert net.most(window, 999) == best, seed


@pytest.mark.long
def test_the_shortest_span_of_so_many_touches() -> None:
    for seed in range(200):
        net = network(random.Random(seed), 4)  # noqa: S311
        for place in [one for one, weight in net.weights.items() if not weight]:
            del net.weights[place]  # most places are no touches
        for touches in (1, 2, 4):
            spans = [
                walk[-1][1]
                for place in net.weights
                for walk in walks(net, place, 0.0, 13.0)
                if sum(net.weights.get(one, 0) for one, _ in walk) >= touches
            ]
            assert net.shortest_span(touches) == min(spans, default=INFINITE) or min(spans, default=INFINITE) > 12, seed


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_the_most_touches_of_any_walk(first: int) -> None:
    for seed in range(first, first + 50):
        rng = random.Random(seed)  # noqa: S311
        net, window = network(rng), float(rng.randint(1, 9))
        best = max(
            felt(net, walk)
            for place, weight in net.weights.items()
            if weight
            for walk in walks(net, place, -net.lags.get(place, 0.0), window)
        )
        assert net.most(window, 99) == best, seed
        assert net.most(window, best) == best, seed
        assert net.most(window, max(1, best - 1)) == max(1, best - 1), seed

        start = float(rng.randint(0, 6))
        times = {
            place: (float(early), float(early + rng.randint(0, 5)))
            for place in net.weights
            if (early := rng.randint(0, 9)) < 8
        }
        begun = [
            (place, max(-net.lags.get(place, 0.0), early - start))
            for place, (early, late) in times.items()
            if late >= start and early < start + window and net.weights[place]
        ]
        best = max((felt(net, walk) for place, at in begun for walk in walks(net, place, at, window)), default=0)
        assert net.most_from(start, times, window, 99) == best, seed


def test_the_shortest_ways_between_places() -> None:
    """By trying each place in between, as Floyd and Warshall do."""
    for seed in range(200):
        net = network(random.Random(seed))  # noqa: S311
        places = sorted(net.weights)
        far = {(one, other): INFINITE for one in places for other in places}
        for one, ways in net.ways.items():
            for other, time in ways:
                far[one, other] = min(far[one, other], time)
        for middle in places:
            for one in places:
                for other in places:
                    far[one, other] = min(far[one, other], far[one, middle] + far[middle, other])
        soonest = {other: far["0", other] for other in places if far["0", other] < INFINITE} | {"0": 0.0}
        assert net.earliest("0") == soonest, seed
        assert {place: net.apart("0", place) for place in places} == {place: far["0", place] for place in places}, seed


def test_what_is_kept_apart_is_so_on_every_walk() -> None:
    answers = set()
    for seed in range(200):
        rng = random.Random(seed)  # noqa: S311
        net, window = network(rng), float(rng.randint(1, 9))
        some, others = [rng.choice([*net.weights])], {rng.choice([*net.weights])}
        near = {place for one in some for walk in walks(net, one, -net.lags.get(one, 0.0), window) for place, _ in walk}
        answer = net.keeps_apart(some, others, window)
        assert answer is not bool(near & others), seed
        answers.add(answer)
    assert answers == {True, False}
    assert not Net(weights={"a": 1}).keeps_apart(["a"], ["b"], 1.0)


def test_the_clock_of_a_stage_keeps_what_comes_after_it_away() -> None:
    """From `x`, done at most an hour after the entry, the stage's two days are not over for 47 hours."""
    net = Net(weights={"x": 1, "y": 1, "z": 1})
    for source, target, hours in (("x", "y", 40), ("y", "z", 0), ("x", "z", 0), ("z", "x", 5)):
        net.add(source, target, hours * HOUR)
    assert net.apart("x", "z") == 0
    net.stays["x"] = Stay(frozenset(("x", "y")), {"z": 47 * HOUR})
    assert net.apart("x", "z") == 47 * HOUR
    assert net.apart("x", "y") == 40 * HOUR
    assert net.apart("x", "x") == 52 * HOUR  # outside the stage its clock counts no more
    net.stays["x"] = Stay(frozenset(("x",)), {"z": 47 * HOUR})
    net.ways["x"] = [("y", 40 * HOUR)]
    assert net.apart("x", "z") == 40 * HOUR


def test_nets_are_joined() -> None:
    one, other = Net(), Net()
    one.add("a", "b", 5)
    other.add("a", "c", -5)
    other.weights, other.lags, other.stays = {"c": 1}, {"c": 2.0}, {"c": Stay(frozenset(), {})}
    one.take_in(other)
    assert one.ways == {"a": [("b", 5), ("c", 0.0)]}
    assert (one.weights, one.lags, one.stays) == (other.weights, other.lags, other.stays)


# Hours

MORNING = Openings(tuple((day * DAY + 540, day * DAY + 720) for day in range(7)))
"""From nine to twelve."""


def hours(held: float = 0.0, shift: float = 0.0, **openings: Openings) -> Hours:
    named = {f"s/{step}": one for step, one in openings.items()}
    return Hours(named, {f"s/{step}": held for step in openings} if held else {}, {}, shift)


def test_how_long_open_hours_and_a_tool_hold_a_step() -> None:
    one = hours(x=MORNING)
    assert (one.wait("s/x"), one.wait("s/y")) == (21 * HOUR, 0)
    assert (one.late("s/x"), one.late("s/y")) == (0, 0)
    assert hours(5 * HOUR, x=MORNING).late("s/x") == 26 * HOUR
    assert one.spread("s/x", 2 * HOUR) == 23 * HOUR
    assert one.spread("s/x", 3 * HOUR) == 45 * HOUR  # three open hours, and the next open instant
    assert one.spread("s/x", 0) == 21 * HOUR
    assert one.spread("s/y", 2 * HOUR) == 2 * HOUR
    assert one.spread("s/x", INFINITE) == INFINITE


# The latest times of a stage's steps


def edge(source: str, target: str, high: str = "", since: str = "", label: str = "", held: str = "") -> Edge:
    delay = Delay(None, duration(high, HERE) if high else None, since=since)
    holds = Delay(None, duration(held, HERE)) if held else Delay()
    return Edge(source, target, "then", HERE, label, delay=delay, held=holds)


def latest(*edges: Edge, root: str = "s", by: Hours | None = None) -> Latest:
    leaving: dict[str, list[Edge]] = {}
    for one in edges:
        leaving.setdefault(one.source, []).append(one)
    return Latest(Course(root, leaving), "s", by or hours())


def test_the_latest_of_all_ways_counts() -> None:
    found = latest(
        edge("s", "s/x", "2h"), edge("s", "s/y", "5h"), edge("s/x", "s/z", "1h", held="3h"), edge("s/y", "s/z", "30m")
    )
    assert found.of("s/z") == 6 * HOUR
    assert (found.of("s"), found.of("s/x"), found.of("s/y")) == (0, 2 * HOUR, 5 * HOUR)
    assert found.of("s/nowhere") == INFINITE


def test_a_long_chain_and_a_circle_end() -> None:
    chain = [edge("s", "s/0", "1h"), *(edge(f"s/{n}", f"s/{n + 1}", "1h") for n in range(3000))]
    assert latest(*chain).of("s/3000") == 3001 * HOUR
    assert latest(edge("s", "s/a", "1h"), edge("s/a", "s/b", "1h"), edge("s/b", "s/a", "1h")).of("s/b") == INFINITE


@pytest.mark.parametrize(
    ("last", "time"),
    [
        (edge("s/x", "s/y", "4h"), 6),
        (edge("s/x", "s/y", "4h", since="stage"), 4),
        (edge("s/x", "s/y", "1h", since="stage"), 2),
        (edge("s/x", "s/y", "4h", since="start"), 4),
        (edge("s/x", "s/y", "4h", since="x"), 6),
        (edge("s/x", "s/y", "4h", since="elsewhere"), INFINITE),
        (edge("s/x", "s/y", "2mo"), 62 * 24 + 1 + 2),
        (edge("s/x", "s/y", "2 workdays"), INFINITE),
        (edge("s/x", "s/y", "4h", label="on"), INFINITE),
        (edge("s/x", "s/y", "4h", label="every"), INFINITE),
        (edge("s/x", "s/y", "4h", label="if_rejected"), INFINITE),
        (edge("s/x", "s/y", "4h", label="next"), 6),
        (edge("s/x", "s/y")._replace(delay=Delay(bounded=False)), INFINITE),
        (edge("s/x", "s/y")._replace(held=Delay(bounded=False)), INFINITE),
        (edge("s/x", "s/y")._replace(delay=Delay(before=duration("1d", HERE))), INFINITE),
        (edge("s/x", "s/y")._replace(kind="interrupt"), INFINITE),
    ],
)
def test_the_latest_time_by_anchor_and_kind_of_way(last: Edge, time: float) -> None:
    found = latest(edge("s", "s/x", "2h"), last, by=hours(shift=HOUR))
    assert found.of("s/y") == time * HOUR


def test_the_start_is_the_entry_only_of_what_begins_there() -> None:
    assert latest(edge("s", "s/x", "2h", since="start"), root="r").of("s/x") == INFINITE


def test_open_hours_and_a_tool_make_it_later() -> None:
    ways = edge("s", "s/x", "2h"), edge("s/x", "s/y", "1h")
    assert latest(*ways, by=hours(x=MORNING)).of("s/y") == 24 * HOUR
    assert latest(*ways, by=hours(5 * HOUR, x=MORNING)).of("s/y") == (23 + 26 + 1) * HOUR
    anchored = edge("s", "s/x", "2h"), edge("s/x", "s/y", "1h", since="stage")
    assert latest(*anchored, by=hours(y=MORNING)).of("s/y") == 23 * HOUR  # after `x`, and then the longest wait


# Nets of journeys

HEAD = "kind: %s\nid: one\ntitle: 跟进\nowner: guide\nreview_by: 2027-12-31\nstarts_on: member-joined\n"


def built(text: str, *beside: str) -> Net:
    done = unjudged(text)
    journey = done.workspace.journeys["one"]
    root = f"{journey.kind}/one"
    by = Hours({}, {}, done.graph.nodes, 0.0)
    return net_of(journey, root, courses(done.graph)[root], done.graph, by, [f"{root}/{one}" for one in beside])


def seconds(net: Net, start: str, goal: str) -> float | None:
    """Return the fewest hours from one place to another; None where none leads there."""
    found = net.earliest(start).get(goal)
    return None if found is None else found / HOUR


STEP = "do: 记录, by: guide, within: 1h"
STAGES = (
    HEAD % "lifecycle"
    + f"""stages:
  first:
    stays: at least 3h
    steps:
      - {{id: x, {STEP}}}
      - {{id: y, after: 2h, {STEP}}}
      - {{id: often, every: 5h, {STEP}}}
      - {{id: answer, on: order-paid, {STEP}}}
    next: [{{after: 10h, go: second}}, {{on: order-refunded, go: third}}]
  second:
    steps: [{{id: x, after: 4h, since: stage, {STEP}}}]
    next: [{{after: 9h, go: end}}]
  third:
    steps: [{{id: x, {STEP}}}]
    next: [{{after: 9h, go: first}}]
"""
)


def test_the_net_of_a_lifecycle() -> None:
    net = built(STAGES)
    root = "lifecycle/one"
    first, second, third = (f"{root}/{name}" for name in ("first", "second", "third"))
    assert seconds(net, root, first) == 0
    assert seconds(net, first, f"{first}/x") == 0
    assert seconds(net, first, f"{first}/y") == 2
    assert seconds(net, f"{first}/x", f"{first}/y") == 2
    assert net.apart(first, second) == 10 * HOUR
    assert (second, 10 * HOUR) in net.ways[first]
    assert seconds(net, f"{first}/x", second) == 9  # done within an hour of the entry
    assert net.apart(first, third) == 3 * HOUR  # the shortest stay
    assert (third, 3 * HOUR) in net.ways[first]
    assert seconds(net, f"{first}/x", third) == 2
    assert seconds(net, second, f"{second}/x") == 4
    assert net.apart(third, f"{first}/x") == 9 * HOUR
    assert f"{first}/often" not in net.earliest(root)
    assert f"{first}/answer" not in net.earliest(root)
    assert net.stays[f"{first}/x"].leaves == {second: 9 * HOUR, third: 2 * HOUR}
    assert net.stays[first].leaves == {second: 10 * HOUR, third: 3 * HOUR}
    assert f"{first}/y" in net.stays[first].places
    assert f"{second}/x" not in net.stays[first].places


def test_a_recurring_step_stands_in_the_place_of_the_chain() -> None:
    net = built(STAGES, "first/often")
    first = "lifecycle/one/first"
    assert seconds(net, first, f"{first}/often") == 5
    assert net.apart(f"{first}/often", f"{first}/often") == 4 * HOUR  # done within an hour, and the next by the clock


def test_from_a_recurring_step_the_journey_is_left_as_from_its_chain() -> None:
    text = HEAD % "automation" + f"steps:\n  - {{id: x, {STEP}}}\n  - {{id: often, every: 5h, {STEP}}}\n"
    root = "automation/one"
    net = built(text, "often")
    assert seconds(net, f"{root}/often", f"exit/{root}") == 0
    assert seconds(net, f"{root}/often", f"{root}/x") is None
    assert f"{root}/often" not in built(text).ways


def test_an_event_ends_a_journey_from_every_place() -> None:
    text = HEAD % "automation" + f"steps:\n  - {{id: x, {STEP}}}\n  - {{id: y, after: 2h, {STEP}}}\n"
    ends = text.replace("steps:\n", "ends_on: [order-paid]\nsteps:\n", 1)
    root = "automation/one"
    assert seconds(built(text), root, f"exit/{root}") == 2
    assert seconds(built(text), root, f"{root}/y") == 2
    for place in (root, f"{root}/x", f"{root}/y"):
        assert seconds(built(ends), place, f"exit/{root}") == 0


def test_months_of_a_net_are_the_shortest() -> None:
    text = (
        HEAD % "lifecycle"
        + f"""stages:
  first:
    stays: at least 1mo
    steps: [{{id: x, after: 2mo, {STEP}}}]
    next: [{{on: order-paid, go: second}}, {{after: 1y, go: end}}]
  second: {{next: [{{after: 3mo, go: end}}]}}
"""
    )
    net, root = built(text), "lifecycle/one"
    assert (f"{root}/first/x", 56 * 24 * HOUR) in net.ways[f"{root}/first"]
    assert net.apart(f"{root}/first", f"{root}/second") == 28 * 24 * HOUR
    assert net.apart(f"{root}/second", f"exit/{root}") == 84 * 24 * HOUR
