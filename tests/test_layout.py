"""The layered drawing: nothing overlaps, no line runs through a box or a label, every link arrives, the same each time."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.render.layout import draw
from sopkit.render.lines import curved
from sopkit.render.shapes import Box, Drawing, Link

Graph = tuple[list[Box], list[Link]]


@st.composite
def graphs(drawer: st.DrawFn) -> Graph:
    size = drawer(st.integers(1, 12))
    boxes = [
        Box(f"n{n}", drawer(st.sampled_from([60.0, 120.0, 180.0])), drawer(st.sampled_from([30.0, 50.0])))
        for n in range(size)
    ]
    ends = drawer(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=24))
    links = [Link(f"n{a}", f"n{b}", drawer(st.sampled_from([0.0, 50.0, 90.0])), 14.0) for a, b in ends]
    return boxes, links


def boxes_of(graph: Graph, drawing: Drawing) -> list[tuple[str, float, float, float, float]]:
    """(id, left, top, right, bottom) of every box."""
    places = [(box, drawing.boxes[box.id]) for box in graph[0]]
    return [
        (box.id, at.x - box.width / 2, at.y - box.height / 2, at.x + box.width / 2, at.y + box.height / 2)
        for box, at in places
    ]


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(graphs())
def test_boxes_lie_inside_and_apart(graph: Graph) -> None:
    drawing = draw(*graph)
    boxes = boxes_of(graph, drawing)
    for _, left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height
    for a, b in itertools.combinations(boxes, 2):
        assert a[3] < b[1] or b[3] < a[1] or a[4] < b[2] or b[4] < a[2], (a, b)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(graphs())
def test_upright_stretches_run_through_no_foreign_box(graph: Graph) -> None:
    drawing = draw(*graph)
    for link, way in zip(graph[1], drawing.links, strict=True):
        for (x, y), (x2, y2) in itertools.pairwise(way.points):
            if x != x2:
                continue
            for name, left, top, right, bottom in boxes_of(graph, drawing):
                inside = left < x < right and min(y, y2) < bottom and max(y, y2) > top
                assert not inside or name in {link.source, link.target}


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(graphs())
def test_slanting_stretches_stay_between_layers(graph: Graph) -> None:
    """A slanting stretch may only lie where no box and no label stands."""
    drawing = draw(*graph)
    labels = [
        (link, way.label)
        for link, way in zip(graph[1], drawing.links, strict=True)
        if way.label and link.source != link.target
    ]
    for link, way in zip(graph[1], drawing.links, strict=True):
        if link.source == link.target:
            continue
        for (x, y), (x2, y2) in itertools.pairwise(way.points):
            if x == x2:
                continue
            (left, right), (low, high) = sorted((x, x2)), sorted((y, y2))
            assert all(
                bottom <= low or top >= high or right <= its_left or left >= its_right
                for _, its_left, top, its_right, bottom in boxes_of(graph, drawing)
            )
            assert all(
                at.y + 7 <= low
                or at.y - 7 >= high
                or abs(at.x - (x + x2) / 2) >= (right - left + other.label_width) / 2
                for other, at in labels
                if other is not link
            )


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(graphs())
def test_links_run_from_source_to_target(graph: Graph) -> None:
    drawing = draw(*graph)
    for link, way in zip(graph[1], drawing.links, strict=True):
        source, target = drawing.boxes[link.source], drawing.boxes[link.target]
        if link.source != link.target:
            assert way.points[0][0] == source.x
            assert way.points[-1][0] == target.x
        assert (way.label is not None) == (link.label_width > 0)


@pytest.mark.long
@settings(max_examples=50, deadline=None)
@given(graphs())
def test_drawing_is_repeatable(graph: Graph) -> None:
    assert draw(*graph) == draw(*graph)


def test_a_chain_is_straight() -> None:
    boxes = [Box(f"n{n}", 100.0, 40.0) for n in range(6)]
    links = [Link(f"n{n}", f"n{n + 1}", 40.0, 14.0) for n in range(5)]
    assert len({at.x for at in draw(boxes, links).boxes.values()}) == 1


def test_nothing_to_draw() -> None:
    assert draw([], []).boxes == {}


def test_what_is_not_connected_stands_in_rows_of_about_a_square() -> None:
    drawing = draw([Box(f"n{n}", 120.0, 40.0) for n in range(100)], [])
    assert 0.7 < drawing.width / drawing.height < 2.5


def test_links_of_parts_that_alternate_keep_their_order() -> None:
    boxes = [Box(id_, 100.0, 40.0) for id_ in "abcd"]
    links = [Link("a", "b"), Link("c", "d"), Link("b", "a"), Link("d", "c")]
    drawing = draw(boxes, links)
    for link, way in zip(links, drawing.links, strict=True):
        assert way.points[0][0] == drawing.boxes[link.source].x
        assert way.points[-1][0] == drawing.boxes[link.target].x


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_line_ends_in_a_stretch_that_has_a_direction_for_its_head(graph: Graph) -> None:
    boxes = [Box(each.id, each.width, each.height * 0.97 + 0.1) for each in graph[0]]  # as high as letters make them
    for link, way in zip(graph[1], draw(boxes, graph[1]).links, strict=True):
        said = curved(way, link.label_width, link.label_height)
        if len(set(way.points)) > 1:
            *_, before, last = re.findall(r"(-?[\d.]+) (-?[\d.]+)(?=[A-Z]|$| -?\d)", said)
            assert before != last, said
