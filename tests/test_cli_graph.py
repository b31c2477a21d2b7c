"""`sopkit graph` and `sopkit ls`: what they print for which selector, and that every picture stays what it is whatever its words are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit import pipeline
from sopkit.cli import app
from sopkit.graph.manifest import node_link
from sopkit.graph.nodes import FLOW
from sopkit.graph.part import around, everything, flow
from sopkit.graph.selection import select
from sopkit.render import dot, figure, flow_svg, mermaid
from sopkit.render.chart import Chart, Home, chart
from sopkit.render.columns import width
from sopkit.render.graphml import to_graphml
from sopkit.render.panels import to_figure
from sopkit.render.wording.relations import RELATIONS
from sopkit.source import Source
from sopkit.text import Lang
from sopkit.tree import Value
from tests.workspaces import TODAY, Files, compiled

FOLDER = Path(__file__).parent / "everything"
HOSTILE = ("\"]; end\n%% {x} --> <script>alert(1)</script> #quot; `a` **b** fa:fa-ban \\N &amp; 1. - 中文“引号”】; \u202e|"
           "\n- [x](javascript:1)")  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
Write = Callable[[Files | str], Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command line in this process: (exit code, out, err)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(["--as-of", "2026-07-01", *map(str, arguments)])
        return code, *capfd.readouterr()

    return run


def whole() -> pipeline.Compilation:
    sources = [Source(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
    return pipeline.compile(sources, today=TODAY)


# ls


def test_ls_lists_id_kind_title_and_place(sopkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    code, out, err = sopkit("ls", "kind:lifecycle", "kind:automation")
    assert (code, err.strip()) in ((0, "as of 2026-07-01"), (0, "按 2026-07-01 计"))
    assert [line.split() for line in out.splitlines()] == [
        ["nurture", "automation", "培育", "journeys.yaml:65"],
        ["asset", "lifecycle", "等级", "journeys.yaml:50"],
        ["first-steps", "lifecycle", "起步", "journeys.yaml:1"],
    ]


@pytest.mark.parametrize(
    ("lang", "hint"),
    [
        ("en", "`导购` is the title of guide: write the id, as role:guide"),
        ("zh-CN", "“导购”是 guide 的名称；请写编号，如 role:guide"),
    ],
)
def test_a_title_as_selector_is_told_its_id(sopkit: Run, lang: str, hint: str) -> None:
    code, _, err = sopkit("--lang", lang, "ls", FOLDER, "role:导购")
    assert (code, hint in err) == (2, True)


@pytest.mark.parametrize(
    ("lang", "hint"),
    [
        ("en", "`起步` is no id; it stands in the title of first-steps (起步)"),
        ("zh-CN", "“起步”不是编号；名称里有它的：first-steps（起步）"),
    ],
)
def test_words_of_a_title_are_told_their_ids(sopkit: Run, lang: str, hint: str) -> None:
    code, _, err = sopkit("--lang", lang, "ls", FOLDER, "起步")
    assert (code, hint in err) == (2, True)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "from 7 days on, within 9 days"), ("zh-CN", "7 天后开始，9 天内完成")]
)
def test_an_arrow_says_delay_and_deadline_as_the_manual_does(
    write_workspace: Write, sopkit: Run, lang: str, said: str
) -> None:
    folder = write_workspace(
        """\
        kind: automation
        id: hello
        title: 欢迎
        owner: guide
        review_by: 2027-12-31
        starts_on: member-joined
        steps:
          - {id: a, do: 联系, by: guide, within: 1d}
          - {id: b, do: 回访, by: guide, after: 7d, within: 9d}
        """
    )
    _, out, _ = sopkit("--lang", lang, "graph", folder, "--format", "mermaid")
    assert f'"{said}"' in out


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "审批"), ("en", "approves")])
def test_lines_beside_the_flow_are_said_in_words(sopkit: Run, lang: str, said: str) -> None:
    _, out, _ = sopkit("--lang", lang, "graph", FOLDER, "production", "--format", "mermaid")
    labels = set(re.findall(r'-\.-o\|"([^"]*)"\|', out))
    assert said in labels
    assert "approve" not in labels


def test_every_label_of_the_graph_has_words() -> None:
    labels = {edge.label for edge in whole().graph.edges if edge.kind not in (*FLOW, "occurs")}
    assert len(labels) > 80
    assert not labels - set(RELATIONS)


def test_ls_aligns_by_display_width(sopkit: Run) -> None:
    _, out, _ = sopkit("ls", FOLDER, "kind:script", "kind:lifecycle")
    places = [width(line[: line.index(".yaml:")].rpartition(" ")[0]) for line in out.splitlines()]
    assert len(set(places)) == 1
    assert len(places) > 4


def test_ls_without_a_selector_lists_what_is_written_here(sopkit: Run) -> None:
    listed = json.loads(sopkit("ls", FOLDER, "--format", "json")[1])["listed"]
    assert {"first-steps", "tips", "nightly", "reply-rate", "gift"} <= {one["id"] for one in listed}
    assert not [one for one in listed if one.get("builtin") or one["kind"] in ("stage", "step", "exit")]


def test_ls_as_json_says_where(sopkit: Run) -> None:
    report = json.loads(sopkit("ls", FOLDER, "first-steps/awake/welcome", "--format", "json")[1])
    (listed,) = report["listed"]
    assert (report["version"], report["as_of"]) == (1, "2026-07-01")
    assert listed["file"].endswith("tests/everything/journeys.yaml")
    assert {key: listed[key] for key in ("id", "kind", "node", "playbook", "line", "column")} == {
        "id": "first-steps/awake/welcome", "kind": "step", "node": "lifecycle/first-steps/awake/welcome",
        "playbook": "lifecycle/first-steps", "line": 18, "column": 9,
    }  # fmt: skip


def test_ls_speaks_the_language_asked_for(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace("kind: catalog\ntags:\n  vip: {title: {zh-CN: 贵宾, en: Honoured guest}}\n")
    assert "贵宾" in sopkit("ls", folder, "vip")[1]
    assert "Honoured guest" in sopkit("ls", folder, "vip", "--lang", "en")[1]
    assert "Honoured guest" in sopkit("--lang", "en", "ls", folder, "vip")[1]


@pytest.mark.long
@pytest.mark.parametrize("command", ["ls", "graph", "check --select"])
@pytest.mark.parametrize(
    ("selector", "near"),
    [("first-step", "first-steps"), ("kind:lifecycel", "lifecycle"), ("rol:guide", "role"), ("role:guid", "guide"),
     ("stage:awak", "awake"), ("a+b", "+"), (",x", ",")],
)  # fmt: skip
def test_what_selects_nothing_gives_near_names(
    sopkit: Run, monkeypatch: pytest.MonkeyPatch, command: str, selector: str, near: str
) -> None:
    monkeypatch.chdir(FOLDER)
    for lang in ("zh-CN", "en"):
        code, out, err = sopkit(*command.split(), selector, "--lang", lang)
        assert (code, out) == (2, "")
        assert near in err
        assert any("\u4e00" <= char <= "\u9fff" for char in err) is (lang == "zh-CN")


def test_braces_in_a_selector_are_no_template(sopkit: Run) -> None:
    code, _, err = sopkit("ls", FOLDER, "{place}{0}")
    assert code == 2
    assert "{place}{0}" in err


def test_a_folder_named_like_an_id_is_a_selector_inside_a_workspace(
    sopkit: Run, write_workspace: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_workspace("kind: catalog\ntags:\n  vip: {title: 贵宾}\n")
    (folder / "vip").mkdir()
    monkeypatch.chdir(folder)
    assert sopkit("ls", "vip")[1].split()[0] == "vip"
    monkeypatch.chdir(folder.parent)
    assert sopkit("ls", folder.name, "vip")[1].split()[0] == "vip"
    code, _, err = sopkit("ls", "workspace/vip")
    assert code == 2
    assert "workspace/vip is a part of the workspace" in err


def test_errors_of_the_workspace_are_mentioned_and_no_hindrance(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace("kind: automation\nid: a\ntitle: 甲\nowner: nobody\nstarts_on: order-paid\nsteps: []\n")
    for command in ("ls", "graph"):
        code, out, err = sopkit(command, folder, "a", "--lang", "en")
        assert code == 0
        assert "甲" in out
        assert "errors" in err


# graph


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("f.svg", "<svg"), ("f.mmd", "flowchart"), ("f.dot", "digraph"), ("f.gv", "digraph"), ("f.graphml", "<?xml"), ("f.json", "{"),
        ("f", "<svg"),
    ],
)  # fmt: skip
def test_the_suffix_says_the_format(sopkit: Run, tmp_path: Path, name: str, start: str) -> None:
    assert sopkit("graph", FOLDER, "first-steps", "-o", tmp_path / name)[0] == 0
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert sopkit("graph", FOLDER, "first-steps", "-o", tmp_path / name, "--format", "dot")[0] == 0
    assert (tmp_path / name).read_text("utf-8").startswith("digraph")


def test_the_svg_names_itself_and_tells_all(sopkit: Run) -> None:
    root = ET.fromstring(sopkit("graph", FOLDER, "first-steps")[1])  # noqa: S314  our own bytes
    assert "起步" in (root.findtext(f"{SVG}title") or "")
    told = root.findtext(f"{SVG}desc") or ""
    for words in ("认识", "活跃", "沉睡", "30 天后", "等了 14 天", "如果已同意", "每月", "不再符合", "离开"):
        assert words in told, words
    english = ET.fromstring(sopkit("graph", FOLDER, "first-steps", "--lang", "en")[1])  # noqa: S314  our own bytes
    assert "after 30 days" in (english.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize(
    ("lanes", "told"),
    [("role", "泳道（按岗位，从左到右）："), ("tool", "泳道（按系统，从左到右）："), ("none", "")],
)
def test_lanes_are_as_wished_and_said_in_words(sopkit: Run, lanes: str, told: str) -> None:
    root = ET.fromstring(sopkit("graph", FOLDER, "first-steps", "--lanes", lanes)[1])  # noqa: S314  our own bytes
    words = root.findtext(f"{SVG}desc") or ""
    heads = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "h"]
    named = [line.partition("：")[2].split("、") for line in words.splitlines() if line.startswith("泳道")]
    assert all(line.startswith(told) for line in words.splitlines() if line.startswith("泳道"))
    assert bool(named) == bool(told)
    assert all(lane in heads for each in named for lane in each)


def test_lanes_are_for_pictures_of_ours_alone(sopkit: Run) -> None:
    code, _, err = sopkit("graph", FOLDER, "first-steps", "--lanes", "role", "--format", "dot", "--lang", "en")
    assert code == 2
    assert "--lanes is for svg only, and this is dot" in err


def test_a_part_is_what_is_selected_with_what_triggers_it() -> None:
    compilation = whole()
    part = around(select("nurture", compilation.graph))
    ids = {node.id for node in part.nodes}
    assert {
        "automation/nurture",
        "automation/nurture/greet",
        "trigger/granted/gift",
        "trigger/manual/automation/nurture",
    } <= ids
    assert "event/member-joined" not in ids
    assert {edge.source for edge in part.edges} | {edge.target for edge in part.edges} <= ids


def test_json_without_a_selector_is_the_node_link_part_of_the_manifest(sopkit: Run) -> None:
    graph, manifest = (
        json.loads(sopkit(*command)[1]) for command in (("graph", FOLDER, "--format", "json"), ("compile", FOLDER))
    )
    assert graph == {key: manifest[key] for key in ("version", "as_of", "nodes", "edges")}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_graphml_comes_back_whole_from_networkx(lang: Lang, tmp_path: Path) -> None:
    compilation = whole()
    said: dict[str, list[Any]] = node_link(everything(compilation.graph), compilation.forest)
    (tmp_path / "g.graphml").write_text(to_graphml(**said, lang=lang, as_of=TODAY), "utf-8")
    graph = networkx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert graph.graph["as_of"] == "2026-07-01"
    assert {(id_, data["kind"]) for id_, data in graph.nodes(data=True)} == {
        (one["id"], one["kind"]) for one in said["nodes"]
    }
    back = sorted(
        (source, target, data["kind"], data.get("label", ""), data["line"])
        for source, target, data in graph.edges(data=True)
    )
    assert back == sorted(
        (one["from"], one["to"], one["kind"], one.get("label", ""), one["origin"]["line"]) for one in said["edges"]
    )
    film = next(
        data
        for source, target, data in graph.edges(data=True)
        if target.endswith("awake/film") and data["kind"] == "then"
    )
    assert (film["delay_low"], film["delay_high"], film["delay_since"], film["delay_bounded"]) == (
        "1h",
        "1d",
        "stage",
        True,
    )


# Pictures say the same, whatever the words are


def drawn(title: str, lang: Lang = "zh-CN") -> Chart:
    quoted = json.dumps(title, ensure_ascii=False)
    step = f"{{id: a, title: {quoted}, do: x, by: guide}}"
    text = f"kind: automation\nid: hostile\ntitle: {quoted}\nstarts_on: order-paid\nsteps: [{step}]\n"
    compilation = compiled(text)
    return chart(flow(compilation.graph), compilation.workspace, lang)


def plainly(words: str, detail: str = "") -> Chart:
    """Return a chart of two boxes and a line, all with the same words."""
    boxes = (figure.Node("lifecycle/a", words, detail, "stage"), figure.Node("lifecycle/a/b", words, detail, "choice"))
    lines = (figure.Edge("lifecycle/a", "lifecycle/a/b", words, "flow"),)
    homes = {box.id: Home("lifecycle/a") for box in boxes}
    return Chart(boxes, lines, homes, {"lifecycle/a": words}, "zh-CN")


LABEL = r'"(?:[0-9A-Za-z ,.\-]|[^\x00-\x7f]|#\d+;|<br/>)*"'
MERMAID = re.compile(
    rf"flowchart TD|  subgraph p\d+\[{LABEL}\]|  end|  classDef .*"
    rf"|    n\d+(?:\(|\{{\{{){LABEL}(?:\)|\}}\}})(?::::stage)?|  n0 -->(?:\|{LABEL}\|)? n1"
)
STRING = r'"(?:[^"\\\n]|\\[\\"n])*"'
DOT = re.compile(
    rf"digraph \{{|  rankdir=TB;|  (?:node|edge) \[.*\];|  subgraph cluster_\d+ \{{|    label={STRING};|  \}}|\}}"
    rf"|    n\d+ \[label={STRING}, shape=.*, tooltip={STRING}\];|  n0 -> n1(?: \[label={STRING}\])?;"
)


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet=HOSTILE, max_size=60), st.just(HOSTILE)))
def test_any_words_stay_words(words: str) -> None:
    made = plainly(words, words)
    assert [line for line in mermaid.to_mermaid(made).split("\n")[:-1] if not MERMAID.fullmatch(line)] == []
    assert [line for line in dot.to_dot(made).split("\n")[:-1] if not DOT.fullmatch(line)] == []
    root = ET.fromstring(flow_svg.to_svg(to_figure(made)))  # noqa: S314  our own bytes
    assert not list(root.iter(f"{SVG}script"))
    node: dict[str, Value] = {"id": f"event/{words}", "kind": "event", "title": words, "says": {"any": [words]}}
    edge: dict[str, Value] = {"from": node["id"], "to": node["id"], "kind": "data", "label": words}
    xml = ET.fromstring(to_graphml([node], [edge], "zh-CN", TODAY))  # noqa: S314  our own bytes
    assert len(list(xml.iter())) == 16


def test_mermaid_and_dot_say_hostile_words_in_full() -> None:
    said = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), mermaid.quoted('a"b];%{c} 1. <d> 中文'))
    assert said == 'a"b];%{c} 1. <d> 中文'
    assert dot.quoted('a"b\\N\n&lt;') == '"a\\"b\\\\N\\n&amp;lt;"'
    assert mermaid.quoted("fa:fa-ban fabulous: fa-x") == "fa#58;\u2060fa-ban fabulous#58; fa-x"
    assert mermaid.quoted("- a\n2. b").split("<br/>") == ["#45; a", "2#46; b"]


def test_hostile_titles_of_a_workspace_reach_every_picture() -> None:
    made = drawn('a"]; end <b>x</b>\n中文')
    for text in (mermaid.to_mermaid(made), dot.to_dot(made), flow_svg.to_svg(to_figure(made))):
        assert "中文" in text
        assert "<b>" not in text.replace('\\"', "") or text.startswith("digraph")


def test_all_that_is_charted_is_in_a_panel() -> None:
    compilation = whole()
    for selector in ("kind:lifecycle", "+first-steps", "@nurture", "role:guide", "kind:*"):
        made = chart(around(select(selector, compilation.graph)), compilation.workspace, "en")
        panels = to_figure(made).panels
        assert {node.id for panel in panels for node in panel.nodes} == {node.id for node in made.nodes}
        edges = [edge for panel in panels for edge in panel.edges]
        assert len(edges) == len(set(edges))
        assert set(edges) == set(made.edges)
        for panel in panels:
            ids = {node.id for node in panel.nodes}
            assert all({edge.source, edge.target} <= ids for edge in panel.edges)
