"""A chart goes in; a figure of panels comes out: for each playbook, a lifecycle's stages each apart, then what links them all.

What is too long for a page is drawn in parts: a line to another part ends at a copy of its box, which says where to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sopkit.render.chart import Chart
from sopkit.render.figure import Edge, Figure, Node, Panel
from sopkit.render.lanes import Wish, in_lanes
from sopkit.render.layers import assign_layers, break_cycles
from sopkit.text import Lang, Phrase

LINKS: Final = Phrase("相互联系", "What links them")
ALONE: Final = Phrase("流程图", "Flow")
ALL: Final = Phrase("{title} 等 {count} 项", "{title} and others ({count})")
STAGE: Final = Phrase("{playbook}：{stage}", "{playbook}: {stage}")
MOST_LINES: Final = 8
"""More boxes than this side by side are wider than a page."""
MOST_BOXES: Final = 24
"""More boxes than this with lines across each other are a web that nobody can follow."""
MOST_ROWS: Final = 9
"""More boxes than this below each other are higher than a page."""
SEE: Final = Phrase("见 {part}", "see {part}")
SMALL: Final = 12
"""A lifecycle with at most so many boxes is one drawing."""


def to_figure(chart: Chart, lanes: Wish = "best") -> Figure:
    """Return the figure; every box of the chart is in one of its panels, every line in exactly one."""
    panels = tuple(_panels(chart, lanes))
    titles = [panel.title for panel in panels]
    if not titles:
        return Figure(ALONE.within(chart.lang), (), chart.lang)
    title = titles[0] if len(titles) == 1 else ALL.fill(chart.lang, {"title": titles[0], "count": str(len(titles))})
    return Figure(title, panels, chart.lang)


def _panels(chart: Chart, lanes: Wish) -> Iterator[Panel]:
    drawn: set[Edge] = set()
    shown: set[str] = set()
    for panel in playbook_panels(chart, lanes):
        drawn.update(panel.edges)
        shown |= {node.id for node in panel.nodes}
        yield from parted(panel, chart.lang)
    labels = {node.id: node.label for node in chart.nodes}
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


def playbook_panels(chart: Chart, lanes: Wish) -> list[Panel]:
    """Return a panel for each playbook, of a lifecycle one for each stage after it, in lanes as wished."""
    homes = chart.homes
    drawn: set[Edge] = set()
    found: list[Panel] = []
    for playbook in dict.fromkeys(home.playbook for home in homes.values() if home.playbook):
        inside = {id_ for id_, home in homes.items() if home.playbook == playbook}
        starts = {edge.source for edge in chart.edges if edge.target in inside and edge.stroke == "flow"} - inside
        title = chart.titles[playbook]
        for name, ids in _drawings(chart, playbook, inside, starts):
            edges = [edge for edge in chart.edges if _belongs(edge, ids, inside, drawn)]
            if not edges:
                continue
            drawn.update(edges)
            heading = STAGE.fill(chart.lang, {"playbook": title, "stage": chart.titles[name]}) if name else title
            away = {id_ for id_ in ids & inside if name and homes[id_].stage not in {name, ""}}
            found.append(in_lanes(_marked(_panel(chart, heading, ids, edges), away), lanes, chart.lang))
    return found


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


def _marked(panel: Panel, away: Collection[str]) -> Panel:
    return replace(panel, nodes=tuple(replace(node, elsewhere=node.id in away) for node in panel.nodes))


def parted(panel: Panel, lang: Lang) -> Iterator[Panel]:
    """Yield the panel in parts of about the same height, each with the lines that leave its boxes."""
    portions = _portions(panel)
    part_of = {id_: number for number, ids in enumerate(portions) for id_ in ids}
    for number, ids in enumerate(portions):
        if len(portions) == 1:
            yield panel
            return
        edges = tuple(edge for edge in panel.edges if part_of[edge.source] == number)
        ends = {edge.target for edge in edges} - set(ids)
        nodes = [
            replace(node, detail=SEE.fill(lang, {"part": _count(part_of[node.id], portions)}), elsewhere=True)
            if node.id in ends
            else node
            for node in panel.nodes
            if node.id in ends or node.id in ids
        ]
        yield _in_fewer_lanes(
            replace(panel, title=f"{panel.title} {_count(number, portions)}", nodes=tuple(nodes), edges=edges)
        )


def _in_fewer_lanes(panel: Panel) -> Panel:
    """Return the panel with the lanes that it still needs, in their order; with none where all would be in one."""
    here = {node.id for node in panel.nodes}
    lanes = tuple(replace(lane, nodes=lane.nodes & here) for lane in panel.lanes if lane.nodes & here)
    return replace(panel, lanes=lanes) if len(lanes) > 1 else replace(panel, lanes=(), by="")


def _count(number: int, portions: Sequence[object]) -> str:
    return f"{number + 1}/{len(portions)}"


def _portions(panel: Panel) -> list[list[str]]:
    """Return the ids in portions of neighbouring layers, none higher than a page, none with more boxes than can be followed."""
    place = {node.id: n for n, node in enumerate(panel.nodes)}
    ends = [(place[edge.source], place[edge.target]) for edge in panel.edges]
    layers = assign_layers(len(place), break_cycles(len(place), ends))
    height = max(layers) + 1
    rows = -(-height // -(-height // MOST_ROWS))
    found: list[list[str]] = []
    band = 0
    for layer, number in sorted((layer, number) for number, layer in enumerate(layers)):
        if not found or layer >= rows * band + rows or len(found[-1]) >= MOST_BOXES:
            found.append([])
            band = layer // rows
        found[-1].append(panel.nodes[number].id)
    return found
