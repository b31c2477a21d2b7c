"""A chart goes in; a Graphviz graph in the DOT language comes out. Ids of the workspace stand in texts only: nodes are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.render.chart import Chart, Home
from sopkit.render.figure import Look, Node, Stroke
from sopkit.render.lettering import wrap
from sopkit.render.marks import clean

SHAPES: Final[dict[Look, str]] = {
    "trigger": 'shape=box, style="rounded,filled", fillcolor="#e6f5ec"',
    "calendar": 'shape=box, style="rounded,filled", fillcolor="#e6f5ec"',
    "exit": 'shape=oval, style=filled, fillcolor="#f1f3f5"',
    "stage": 'shape=box, style="rounded,filled", fillcolor="#efeafa"',
    "choice": 'shape=hexagon, style=filled, fillcolor="#f1f3f5"',
    "wait": 'shape=box, style=filled, fillcolor="#f1f3f5"',
    "tool": 'shape=box, style=filled, fillcolor="#eaf2fb"',
    "person": 'shape=box, style=filled, fillcolor="#fdf1e0"',
    "measure": 'shape=box, style=filled, fillcolor="#e4f4f6"',
    "noun": 'shape=note, style=filled, fillcolor="#e4f4f6"',
}
LINES: Final[dict[Stroke, str]] = {
    "flow": "",
    "interrupt": 'style=dashed, color="#b3402e"',
    "effect": "style=dotted, arrowhead=open",
}
HEAD: Final = (
    "digraph {",
    "  rankdir=TB;",
    '  node [fontname="Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif", fontsize=12];',
    '  edge [fontname="Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif", fontsize=10];',
)


def to_dot(chart: Chart) -> str:
    """Return the graph; the same chart gives the same text."""
    numbers = {node.id: f"n{at}" for at, node in enumerate(chart.nodes)}
    lines = [*HEAD, *(f"  {line}" for line in _grouped(chart, numbers))]
    for edge in chart.edges:
        said = [f"label={quoted(_wrapped(edge.label))}"] if edge.label else []
        look = ", ".join([*said, *([LINES[edge.stroke]] if LINES[edge.stroke] else [])])
        lines.append(f"  {numbers[edge.source]} -> {numbers[edge.target]}{f' [{look}]' if look else ''};")
    return "\n".join([*lines, "}", ""])


def _grouped(chart: Chart, numbers: dict[str, str]) -> Iterator[str]:
    """Yield the nodes, those of a playbook and of a stage in a cluster."""
    homes = dict.fromkeys(chart.homes[node.id] for node in chart.nodes)
    for at, playbook in enumerate(dict.fromkeys(home.playbook for home in homes)):
        if playbook:
            yield f"subgraph cluster_{at} {{"
            yield f"  label={quoted(chart.titles[playbook])};"
        for number, stage in enumerate(dict.fromkeys(home.stage for home in homes if home.playbook == playbook)):
            inside = [node for node in chart.nodes if chart.homes[node.id] == Home(playbook, stage)]
            boxed = bool(stage) and len(inside) > 1
            if boxed:
                yield f"  subgraph cluster_{at}_{number} {{"
                yield f"    label={quoted(chart.titles[stage])};"
            for node in inside:
                yield ("    " if boxed else "  " if playbook else "") + _node(node, numbers[node.id])
            if boxed:
                yield "  }"
        if playbook:
            yield "}"


def _node(node: Node, number: str) -> str:
    words = _wrapped(node.label) + (f"\n{_wrapped(node.small())}" if node.small() else "")
    return f"{number} [label={quoted(words)}, {SHAPES[node.look]}, tooltip={quoted(node.id)}];"


def _wrapped(text: str, widest: float = 16.0) -> str:
    return "\n".join(wrap(clean(text), widest))


def quoted(text: str) -> str:
    """Return a quoted string that Graphviz shows as it is: no escapes, no entities of its own."""
    escaped = clean(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n") + '"'
