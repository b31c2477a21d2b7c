"""A chart goes in; a figure of panels comes out: one for each playbook, a lifecycle's stages each apart, then what links them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from sopkit.render.chart import Chart
from sopkit.render.figure import Edge, Figure, Node, Panel
from sopkit.text import Phrase

LINKS: Final = Phrase("相互联系", "What links them")
ALONE: Final = Phrase("流程图", "Flow")
ALL: Final = Phrase("{title} 等 {count} 项", "{title} and others ({count})")
STAGE: Final = Phrase("{playbook}：{stage}", "{playbook}: {stage}")
MOST_LINES: Final = 8
"""More boxes than this side by side are wider than a page."""
MOST_BOXES: Final = 24
"""More boxes than this with lines across each other are a web that nobody can follow."""
SMALL: Final = 12
"""A lifecycle with at most so many boxes is one drawing."""


def to_figure(chart: Chart) -> Figure:
    """Return the figure; every box and every line of the chart is in one of its panels."""
    panels = tuple(_panels(chart))
    titles = [panel.title for panel in panels]
    if not titles:
        return Figure(ALONE.within(chart.lang), (), chart.lang)
    title = titles[0] if len(titles) == 1 else ALL.fill(chart.lang, {"title": titles[0], "count": str(len(titles))})
    return Figure(title, panels, chart.lang)


def _panels(chart: Chart) -> Iterator[Panel]:
    labels = {node.id: node.label for node in chart.nodes}
    homes = chart.homes
    drawn: set[Edge] = set()
    shown: set[str] = set()
    for playbook in dict.fromkeys(home.playbook for home in homes.values() if home.playbook):
        inside = {id_ for id_, home in homes.items() if home.playbook == playbook}
        starts = {edge.source for edge in chart.edges if edge.target in inside and edge.stroke == "flow"} - inside
        title = chart.titles[playbook]
        for name, ids in _drawings(chart, playbook, inside, starts):
            edges = [edge for edge in chart.edges if _belongs(edge, ids, inside, drawn)]
            if not edges:
                continue
            drawn.update(edges)
            shown |= ids
            heading = STAGE.fill(chart.lang, {"playbook": title, "stage": chart.titles[name]}) if name else title
            yield _panel(chart, heading, ids, edges)
    rest = [edge for edge in chart.edges if edge not in drawn]
    for title, edges in _stars(rest, labels):
        ids = {end for edge in edges for end in (edge.source, edge.target)}
        drawn.update(edges)
        shown |= ids
        yield _panel(chart, title, ids, edges)
    rest = [edge for edge in rest if edge not in drawn]
    ids = {end for edge in rest for end in (edge.source, edge.target)} | (labels.keys() - shown)
    if ids:
        yield _panel(chart, (LINKS if shown else ALONE).within(chart.lang), ids, rest)


def _stars(edges: Sequence[Edge], labels: Mapping[str, str]) -> Iterator[tuple[str, list[Edge]]]:
    """Yield what hangs on one box that has more lines than fit beside each other, in portions that do, and the box with each.

    Where many boxes hang together, so does what hangs on lesser ones, until only chains are left.
    """
    left = list(edges)
    while True:
        lines = Counter(end for edge in left for end in {edge.source, edge.target})
        hub, most = max(sorted(lines.items()), key=lambda pair: pair[1], default=("", 0))
        if most <= MOST_LINES and (len(lines) <= MOST_BOXES or most <= 2):
            return
        own = [edge for edge in left if hub in (edge.source, edge.target)]
        left = [edge for edge in left if hub not in (edge.source, edge.target)]
        count = -(-len(own) // MOST_LINES)
        for at in range(count):
            part = f" {at + 1}/{count}" if count > 1 else ""
            yield labels[hub] + part, own[at * MOST_LINES : (at + 1) * MOST_LINES]


def _belongs(edge: Edge, ids: Collection[str], inside: Collection[str], drawn: Collection[Edge]) -> bool:
    ends = edge.source in ids and edge.target in ids
    return ends and edge not in drawn and edge.stroke != "effect" and (edge.source in inside or edge.target in inside)


def _drawings(chart: Chart, playbook: str, inside: set[str], starts: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Yield (stage or nothing, ids): how the stages follow each other, then each stage with what its steps lead to."""
    homes = chart.homes
    stages = list(
        dict.fromkeys(homes[node.id].stage for node in chart.nodes if node.id in inside and homes[node.id].stage)
    )
    if not stages or len(inside) <= SMALL:
        yield "", inside | starts
        return
    steps = {id_ for id_ in inside if homes[id_].stage and id_ != homes[id_].stage}
    yield "", (inside - steps) | starts
    for stage in stages:
        own = {id_ for id_ in steps if homes[id_].stage == stage}
        if own:
            yield stage, own | {stage} | _led_to(chart.edges, own, inside)


def _led_to(edges: Iterable[Edge], own: set[str], inside: set[str]) -> set[str]:
    return {edge.target for edge in edges if edge.source in own and edge.target in inside and edge.stroke != "effect"}


def _panel(chart: Chart, title: str, ids: Collection[str], edges: Iterable[Edge]) -> Panel:
    nodes: tuple[Node, ...] = tuple(node for node in chart.nodes if node.id in ids)
    return Panel(title, nodes, tuple(edges))
