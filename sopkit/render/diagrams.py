"""Drawings for manuals: the execution graph goes in; one diagram of each playbook with a flow worth drawing comes out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sopkit.graph.nodes import ExecutionGraph
from sopkit.graph.part import around
from sopkit.graph.selection import Selection
from sopkit.model.documents import Cadence, Journey, Workspace
from sopkit.render.chart import chart
from sopkit.render.document import Diagram
from sopkit.render.figure import Figure, Panel, to_svg, to_text
from sopkit.render.manual.book import anchor
from sopkit.render.panels import to_figure
from sopkit.render.walks import Playbook, playbooks_of
from sopkit.text import Lang, Phrase

FEWEST: Final = 5
"""Boxes; what has fewer is said faster than drawn."""
WIDEST: Final = 900.0
"""Pixels; what is wider becomes too small to read on paper."""
WIDTH: Final = re.compile(r'\bwidth="([\d.]+)"')
TITLE: Final = Phrase("流程图：{title}", "Flow: {title}")


def diagrams(graph: ExecutionGraph, workspace: Workspace, languages: Iterable[Lang]) -> dict[tuple[str, Lang], Diagram]:
    """Return (playbook, language) → its drawing; of a lifecycle its stages, since the steps of each stand below it."""
    found: dict[tuple[str, Lang], Diagram] = {}
    for lang in languages:
        for playbook in playbooks_of(workspace):
            drawn = _diagram(playbook, graph, workspace, lang)
            if drawn:
                found[playbook.id, lang] = drawn
    return found


def _diagram(playbook: Playbook, graph: ExecutionGraph, workspace: Workspace, lang: Lang) -> Diagram | None:
    kind = playbook.kind if isinstance(playbook, Journey) else "procedure"
    node = f"{kind}/{playbook.id}"
    if isinstance(playbook, Cadence) or node not in graph.nodes:
        return None
    part = around(Selection(frozenset((node,)), graph))
    panels = to_figure(chart(part, workspace, lang)).panels
    if not panels or not _worth_drawing(panels[0]):
        return None
    # The caption says the title already.
    figure = Figure(panels[0].title, (replace(panels[0], title=""),), lang)
    svg = to_svg(figure)
    width = WIDTH.search(svg)
    if width is None or float(width.group(1)) > WIDEST:
        return None
    title = TITLE.fill(lang, {"title": figure.title})
    return Diagram(anchor("flow", playbook.id), title, svg, to_text(figure).strip("\n"))


def _worth_drawing(panel: Panel) -> bool:
    """Tell whether a drawing says more than the steps below it: a plain chain does not."""
    ways = Counter(edge.source for edge in panel.edges)
    return len(panel.nodes) >= FEWEST and any(count > 1 for count in ways.values())
