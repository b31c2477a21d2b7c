"""The drawing with lanes: every box in its lane, no line through a text or a foreign box, no two links taken for one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.render.lines import rounded
from sopkit.render.shapes import Box, Drawing, Link, Routed
from sopkit.render.swimlanes import Lane, draw_in_lanes
from sopkit.render.tracks import Shift, assign_tracks

Graph = tuple[list[Box], list[Link], list[Lane]]
Area = tuple[float, float, float, float]
Stretch = tuple[tuple[float, float], tuple[float, float]]

LABEL_HEIGHT = 14.0


@st.composite
def graphs(drawer: st.DrawFn) -> Graph:
    size = drawer(st.integers(2, 12))
    boxes = [
        Box(f"n{n}", drawer(st.sampled_from([64.0, 120.0, 180.0])), drawer(st.sampled_from([30.0, 50.0])))
        for n in range(size)
    ]
    # Two strokes at most between the same two boxes: what is of one stroke is one line.
    pair = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    ends = drawer(st.lists(pair, max_size=20).filter(lambda each: all(each.count(one) < 3 for one in each)))
    links = [Link(f"n{a}", f"n{b}", drawer(st.sampled_from([0.0, 50.0, 90.0])), LABEL_HEIGHT) for a, b in ends]
    count = drawer(st.integers(1, 5))
    lane_of = [drawer(st.integers(0, count - 1)) for _ in boxes]
    lanes = [
        Lane(80.0, frozenset(box.id for box, number in zip(boxes, lane_of, strict=True) if number == lane))
        for lane in range(count)
    ]
    return boxes, links, lanes


def areas(graph: Graph, drawing: Drawing) -> dict[str, Area]:
    return {
        box.id: (at.x - box.width / 2, at.y - box.height / 2, at.x + box.width / 2, at.y + box.height / 2)
        for box in graph[0]
        for at in [drawing.boxes[box.id]]
    }


def labels(graph: Graph, drawing: Drawing) -> dict[int, Area]:
    return {
        n: (
            way.label.x - link.label_width / 2,
            way.label.y - LABEL_HEIGHT / 2,
            way.label.x + link.label_width / 2,
            way.label.y + LABEL_HEIGHT / 2,
        )
        for n, (link, way) in enumerate(zip(graph[1], drawing.links, strict=True))
        if way.label
    }


def apart(a: Area, b: Area) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def stretches(way: Routed) -> list[Stretch]:
    return [(a, b) for a, b in itertools.pairwise(way.points) if a != b]


def covers(stretch: Stretch, area: Area) -> bool:
    """Whether a stretch runs through the inside of an area."""
    (x, y), (x2, y2) = stretch
    return not apart((min(x, x2), min(y, y2), max(x, x2), max(y, y2)), area) and (
        area[0] < max(x, x2) and min(x, x2) < area[2] and area[1] < max(y, y2) and min(y, y2) < area[3]
    )


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(graphs())
def test_boxes_and_labels_stand_apart_and_in_their_lanes(graph: Graph) -> None:
    drawing = draw_in_lanes(*graph)
    boxes, words = areas(graph, drawing), labels(graph, drawing)
    for a, b in itertools.combinations([*boxes.values(), *words.values()], 2):
        assert apart(a, b)
    for lane, column in zip(graph[2], drawing.columns, strict=True):
        assert column.right - column.left > lane.width
        for id_ in lane.boxes:
            assert column.left < boxes[id_][0]
            assert boxes[id_][2] < column.right
    for left, _, right, bottom in [*boxes.values(), *words.values()]:
        assert left >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height
    assert all(one.right == other.left for one, other in itertools.pairwise(drawing.columns))


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(graphs())
def test_no_line_runs_through_a_foreign_box_or_label(graph: Graph) -> None:
    drawing = draw_in_lanes(*graph)
    boxes, words = areas(graph, drawing), labels(graph, drawing)
    for n, (link, way) in enumerate(zip(graph[1], drawing.links, strict=True)):
        for stretch in stretches(way):
            assert stretch[0][0] == stretch[1][0] or stretch[0][1] == stretch[1][1], "neither upright nor level"
            assert all(not covers(stretch, area) for area in boxes.values()), (link, stretch)
            assert all(not covers(stretch, area) for m, area in words.items() if m != n), (link, stretch)


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(graphs())
def test_links_arrive_and_are_not_taken_for_each_other(graph: Graph) -> None:
    """Lines of two links lie on each other only where the links leave or enter the same box."""
    drawing = draw_in_lanes(*graph)
    boxes = areas(graph, drawing)
    for link, way in zip(graph[1], drawing.links, strict=True):
        for id_, (x, y) in ((link.source, way.points[0]), (link.target, way.points[-1])):
            left, top, right, bottom = boxes[id_]
            assert left <= x <= right
            assert top <= y <= bottom
    levels = [
        (link, stretch)
        for link, way in zip(graph[1], drawing.links, strict=True)
        if link.source != link.target
        for stretch in stretches(way)
        if stretch[0][1] == stretch[1][1]
    ]
    for (one, a), (other, b) in itertools.combinations(levels, 2):
        if a[0][1] == b[0][1] and {one.source, one.target}.isdisjoint({other.source, other.target}):
            assert max(a[0][0], a[1][0]) < min(b[0][0], b[1][0]) or max(b[0][0], b[1][0]) < min(a[0][0], a[1][0])


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_drawing_is_repeatable(graph: Graph) -> None:
    assert draw_in_lanes(*graph) == draw_in_lanes(*graph)


def test_two_boxes_that_change_columns_are_joined_by_lines_that_are_told_apart() -> None:
    """Left above leads to right below and right above to left below: each would come down where the other one started."""
    boxes = [Box(id_, 100.0, 40.0) for id_ in "abcd"]
    drawing = draw_in_lanes(
        boxes, [Link("a", "d"), Link("b", "c")], [Lane(50, frozenset("ac")), Lane(50, frozenset("bd"))]
    )
    uprights = [[(a[0], *sorted((a[1], b[1]))) for a, b in stretches(way) if a[0] == b[0]] for way in drawing.links]
    for (x, top, bottom), (x2, top2, bottom2) in itertools.product(*uprights):
        assert x != x2 or bottom <= top2 or bottom2 <= top


def test_a_chain_in_one_lane_is_straight_beside_what_passes() -> None:
    boxes = [Box(f"n{n}", 100.0, 40.0) for n in range(5)]
    links = [Link(f"n{n}", f"n{n + 1}", 40.0, 14.0) for n in range(4)] + [
        Link("n0", "n4", 60.0, 14.0),
        Link("n3", "n1"),
    ]
    lanes = [Lane(80.0, frozenset(box.id for box in boxes)), Lane(80.0, frozenset())]
    drawing = draw_in_lanes(boxes, links, lanes)
    assert len({at.x for at in drawing.boxes.values()}) == 1


def test_lines_that_would_cross_without_need_do_not() -> None:
    """Of two that go to the right, the one that starts farther right is above."""
    tracks = assign_tracks([Shift(0, 100, ("alone", 0)), Shift(50, 150, ("alone", 1))])
    assert tracks["alone", 1] < tracks["alone", 0]
    apart_ = assign_tracks([Shift(0, 40, ("alone", 0)), Shift(60, 100, ("alone", 1)), Shift(5, 5, ("alone", 2))])
    assert apart_ == {("alone", 0): 0, ("alone", 1): 0}


def test_a_path_is_broken_where_its_label_stands() -> None:
    boxes = [Box("a", 100.0, 40.0), Box("b", 100.0, 40.0)]
    (way,) = draw_in_lanes(
        boxes, [Link("a", "b", 60.0, 14.0)], [Lane(80.0, frozenset("a")), Lane(80.0, frozenset("b"))]
    ).links
    assert way.label is not None
    path = rounded(way, 60.0, 14.0)
    assert path.count("M") == 2
    assert f"L{way.label.x:g} {way.label.y - 7:g}M{way.label.x:g} {way.label.y + 7:g}" in path
