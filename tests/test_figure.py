"""Flow figures: well-formed whatever stands in the labels, the same each time, and told in words as well."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.render.figure import Edge, Figure, Node, Panel, to_text
from sopkit.render.flow_svg import to_svg
from sopkit.render.lettering import text_width, wrap

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
