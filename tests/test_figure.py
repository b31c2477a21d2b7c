"""Flow figures: well-formed whatever stands in the labels, the same each time, and told in words as well."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.render.chart import Chart, Home
from sopkit.render.figure import Edge, Figure, Node, Panel, to_text
from sopkit.render.flow_svg import PanelDrawing, to_svg
from sopkit.render.lanes import in_lanes
from sopkit.render.lettering import text_width, wrap
from sopkit.render.panels import to_figure

SVG = "{http://www.w3.org/2000/svg}"


def figure(label: str = "欢迎短信", edge: str = "1 小时内") -> Figure:
    nodes = (
        Node("t", "入会", "小程序", "trigger"),
        Node("w", label, "短信", "tool"),
        Node("c", "高价值？", "", "choice"),
        Node("e", "结束", "", "exit"),
    )
    edges = (
        Edge("t", "w", edge, "flow"),
        Edge("w", "c", "", "flow"),
        Edge("c", "e", "其余", "flow"),
        Edge("c", "w", "", "interrupt"),
    )
    return Figure("新客", (Panel("认知期", nodes, edges), Panel("激活期", nodes[:1], ())), "zh-CN")


def test_names_itself_and_tells_its_content() -> None:
    root = ET.fromstring(to_svg(figure()))  # noqa: S314  # our own bytes
    assert root.findtext(f"{SVG}title") == "新客"
    told = root.findtext(f"{SVG}desc")
    assert told == to_text(figure())
    assert "- 触发: 入会 (小程序) → [1 小时内] 欢迎短信" in told.splitlines()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_well_formed_svg(label: str, edge: str) -> None:
    root = ET.fromstring(to_svg(figure(label, edge)))  # noqa: S314  # our own bytes
    assert not root.findall(f".//{SVG}script")


def test_hostile_text_stays_text() -> None:
    root = ET.fromstring(to_svg(figure('</text><script>alert(1)</script>" onload="x')))  # noqa: S314  # our own bytes
    assert not list(root.iter(f"{SVG}script"))
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_same_figure_same_bytes() -> None:
    assert to_svg(figure()) == to_svg(figure())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc 品牌短片，。W", max_size=60), st.floats(4, 20))
def test_lines_are_no_wider_than_asked(text: str, widest: float) -> None:
    for line in wrap(text, widest):
        too_wide = text_width(line, 1.0) > widest
        assert not too_wide or len(line.split()) <= 1 or text_width(line.split()[0], 1.0) > widest


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc 品牌短片，。W", max_size=60), st.floats(4, 20))
def test_wrapping_loses_nothing(text: str, widest: float) -> None:
    assert "".join("".join(wrap(text, widest)).split()) == "".join(text.split())


def test_chinese_stops_do_not_begin_a_line() -> None:
    assert all(
        not line.startswith(("，", "。")) for line in wrap("先看上月数据，再写三条改进。写明负责人，和日期。", 6.0)
    )


def chain(length: int, *roles: str) -> Chart:
    """A procedure of so many steps, done by the roles in turn, each step leading back to the first as well."""
    ids = [f"procedure/p/s{n}" for n in range(length)]
    nodes = [Node(id_, id_[-3:], "", "person", role=roles[n % len(roles)]) for n, id_ in enumerate(ids)]
    edges = [Edge(a, b, "", "flow") for a, b in itertools.pairwise(ids)]
    edges += [Edge(id_, ids[0], "redo", "interrupt") for id_ in ids[1:]]
    homes = {id_: Home("procedure/p") for id_ in ids}
    return Chart(tuple(nodes), tuple(edges), homes, {"procedure/p": "P"}, "en")


@pytest.mark.parametrize("length", [5, 20, 60, 200])
def test_a_long_flow_is_drawn_in_parts_that_a_page_holds(length: int) -> None:
    made = chain(length, "Guide", "Manager", "Analyst")
    panels = to_figure(made).panels
    edges = [edge for panel in panels for edge in panel.edges]
    assert sorted(map(str, edges)) == sorted(map(str, made.edges))
    order = [lane.title for lane in max(panels, key=lambda panel: len(panel.lanes)).lanes]
    own = [node.id for panel in panels for node in panel.nodes if not node.elsewhere]
    assert sorted(own) == sorted(node.id for node in made.nodes)
    for panel in panels:
        drawing = PanelDrawing(panel)
        assert drawing.height < 1400
        assert drawing.drawing.width < 1000
        assert {lane.title for lane in panel.lanes} == {node.role for node in panel.nodes}
        assert [lane.title for lane in panel.lanes] == [
            title for title in order if title in {n.role for n in panel.nodes}
        ]
    away = [node for panel in panels for node in panel.nodes if node.elsewhere]
    assert all(node.detail.startswith("see ") for node in away)
    assert bool(away) == (len(panels) > 1)


def test_one_role_alone_needs_no_lane_and_the_boxes_name_it() -> None:
    (panel,) = to_figure(chain(5, "Guide")).panels
    assert panel.lanes == ()
    assert "person: /s1 (Guide)" in to_text(Figure("P", (panel,), "en"))


def test_with_lanes_the_boxes_do_not_repeat_who_does_them() -> None:
    made = Figure("P", to_figure(chain(4, "Guide", "Manager")).panels, "en")
    assert to_svg(made).count(">Guide</text>") == 1
    told = to_text(made).splitlines()
    assert told[1] == "Lanes by role, from left to right: Guide, Manager"
    assert told[3].startswith("- person · Manager: /s1 →")


def test_what_happens_between_steps_stands_with_what_comes_before_it() -> None:
    nodes = (
        Node("t", "Joined", "", "trigger"),
        Node("a", "Call", "", "person", role="Guide"),
        Node("w", "Wait", "", "wait"),
        Node("b", "Send", "", "tool", tool="SMS gateway"),
        Node("e", "End", "", "exit"),
    )
    panel = Panel("P", nodes, tuple(Edge(a.id, b.id, "", "flow") for a, b in itertools.pairwise(nodes)))
    by_role, by_tool = (in_lanes(panel, wish, "en") for wish in ("role", "tool"))
    assert {lane.title: sorted(lane.nodes) for lane in by_role.lanes} == {
        "Guide": ["a", "t", "w"],
        "Automatic": ["b", "e"],
    }
    assert [lane.title for lane in by_tool.lanes] == ["By hand", "SMS gateway"]
    assert in_lanes(panel, "none", "en") is panel
    assert in_lanes(panel, "best", "en").by == "role"


def test_lines_are_about_as_long_as_each_other() -> None:
    lines = wrap("开始，2 个工作日内完成", 10.0)
    assert len(lines) == 2
    assert abs(text_width(lines[0], 1.0) - text_width(lines[1], 1.0)) < 2


def test_brackets_stay_with_what_they_hold() -> None:
    for line in wrap("营销自动化平台（MAP）“参与一次互动”平台（短信）", 7.0):
        assert not line.endswith(("（", "“"))
        assert not line.startswith(("）", "”"))


def test_a_long_word_is_broken_at_its_hyphen() -> None:
    assert wrap("alert on “Duplicate-touch rate”", 9.0) == ("alert on", "“Duplicate-", "touch rate”")
