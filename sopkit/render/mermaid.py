"""A chart goes in; a Mermaid flowchart, to paste into a wiki or a merge request, comes out.

Ids of the workspace stand in texts only: nodes are numbered. Everything in a text that Mermaid, Markdown or HTML could take for
markup is written as a character code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sopkit.render.chart import Chart, Home
from sopkit.render.figure import Look, Node, Stroke
from sopkit.render.marks import clean

SHAPES: Final[dict[Look, tuple[str, str]]] = {
    "trigger": ("([", "])"), "calendar": ("([", "])"), "exit": ("((", "))"), "stage": ("(", ")"), "choice": ("{{", "}}"),
    "wait": ("[/", "/]"), "tool": ("[", "]"), "person": ("[", "]"), "measure": ("[(", ")]"), "noun": ("[", "]"),
}  # fmt: skip
ARROWS: Final[dict[Stroke, str]] = {"flow": "-->", "interrupt": "-.->", "effect": "-.-o"}
STYLES: Final = (
    "classDef person fill:#fdf1e0,stroke:#77838f,color:#1c2530",
    "classDef tool fill:#eaf2fb,stroke:#77838f,color:#1c2530",
    "classDef trigger fill:#e6f5ec,stroke:#77838f,color:#1c2530",
    "classDef stage fill:#efeafa,stroke:#77838f,color:#1c2530",
    "classDef measure fill:#e4f4f6,stroke:#77838f,color:#1c2530",
)
CLASSES: Final[dict[Look, str]] = {
    "person": "person", "tool": "tool", "trigger": "trigger", "calendar": "trigger", "stage": "stage", "measure": "measure",
    "noun": "measure",
}  # fmt: skip
PLAIN: Final = re.compile(r"[0-9A-Za-z ,.\-]|[^\x00-\x7f]")
LIST_MARK: Final = re.compile(r"^(\d+)\.|^-")
"""What Markdown takes for the start of a list."""
ICON: Final = re.compile(r"\bfa[a-z]*:(?=fa-)")
"""What Mermaid replaces by a picture, codes or not, unless an invisible joiner stands behind it."""


def to_mermaid(chart: Chart) -> str:
    """Return the flowchart; the same chart gives the same text."""
    numbers = {node.id: f"n{at}" for at, node in enumerate(chart.nodes)}
    lines = ["flowchart TD", *(f"  {line}" for line in _grouped(chart, numbers))]
    for edge in chart.edges:
        words = f'|"{quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"  {numbers[edge.source]} {ARROWS[edge.stroke]}{words} {numbers[edge.target]}")
    used = {CLASSES[node.look] for node in chart.nodes if node.look in CLASSES}
    lines += [f"  {style}" for style in STYLES if style.split()[1] in used]
    return "\n".join(lines) + "\n"


def _grouped(chart: Chart, numbers: dict[str, str]) -> Iterator[str]:
    """Yield the nodes, those of a playbook and of a stage in a box around them."""
    homes = dict.fromkeys(chart.homes[node.id] for node in chart.nodes)
    playbooks = dict.fromkeys(home.playbook for home in homes)
    for at, playbook in enumerate(playbooks):
        if playbook:
            yield f'subgraph p{at}["{quoted(chart.titles[playbook])}"]'
        for stage in dict.fromkeys(home.stage for home in homes if home.playbook == playbook):
            inside = [node for node in chart.nodes if chart.homes[node.id] == Home(playbook, stage)]
            boxed = bool(stage) and len(inside) > 1
            if boxed:
                yield f'  subgraph s{numbers.get(stage, f"{at}")}["{quoted(chart.titles[stage])}"]'
            for node in inside:
                yield ("    " if boxed else "  " if playbook else "") + _node(node, numbers[node.id])
            if boxed:
                yield "  end"
        if playbook:
            yield "end"


def _node(node: Node, number: str) -> str:
    left, right = SHAPES[node.look]
    words = quoted(node.label) + (f"<br/>{quoted(node.small())}" if node.small() else "")
    styled = f":::{CLASSES[node.look]}" if node.look in CLASSES else ""
    return f'{number}{left}"{words}"{right}{styled}'


def quoted(text: str) -> str:
    """Return a text that Mermaid shows as it is, inside quotation marks."""
    lines = [" ".join(line.split()) for line in clean(text).splitlines()]
    return "<br/>".join(_line(line) for line in lines if line) or " "


def _line(line: str) -> str:
    apart = ICON.sub("\\g<0>\u2060", line)
    coded = "".join(char if PLAIN.match(char) else f"#{ord(char)};" for char in apart)
    return LIST_MARK.sub(lambda mark: f"{mark[1]}#46;" if mark[1] else "#45;", coded)
