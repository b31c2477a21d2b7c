"""The execution graph goes in; one diagram of each playbook with a flow worth drawing comes out, for manuals and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from sopkit.aside import shared
from sopkit.frozen import dataclass
from sopkit.graph.nodes import ExecutionGraph
from sopkit.graph.part import around
from sopkit.graph.selection import Selection
from sopkit.model.documents import Cadence, Journey, Workspace
from sopkit.render.chart import chart
from sopkit.render.document import Diagram
from sopkit.render.figure import Figure, Panel, to_text
from sopkit.render.flow_svg import PanelDrawing, to_svg
from sopkit.render.manual.book import anchor
from sopkit.render.marks import plain
from sopkit.render.panels import parted, playbook_panels
from sopkit.render.walks import Playbook, playbooks_of
from sopkit.render.wording.names import Names
from sopkit.text import Lang, Phrase

FEWEST: Final = 5
"""Boxes; what has fewer is said faster than drawn."""
HANDS: Final = 3
"""Lanes; who hands over to whom is then worth a drawing of its own, even where nothing branches."""
WIDEST: Final = 1000.0
"""Pixels; what is wider becomes too small to read on paper."""
TITLE: Final = Phrase("流程图：{title}", "Flow: {title}")


@dataclass(frozen=True, slots=True)
class Flow:
    """A playbook's flow in one language."""

    title: Phrase
    """The playbook's, in every language."""
    parts: tuple[Diagram, ...]
    """What manuals show: none where the steps below say as much; of a lifecycle its stages, since their steps stand below."""
    svg: str
    """All of it, as a file."""


def diagrams(graph: ExecutionGraph, workspace: Workspace, languages: Iterable[Lang]) -> dict[tuple[str, Lang], Flow]:
    """Return (playbook, language) → its drawing; two processes make them, where there are two."""
    wanted = [(playbook, lang) for lang in languages for playbook in playbooks_of(workspace)]
    drawn = shared([partial(_flow, playbook, graph, workspace, lang) for playbook, lang in wanted])
    return {(playbook.id, lang): flow for (playbook, lang), flow in zip(wanted, drawn, strict=True) if flow}


def _flow(playbook: Playbook, graph: ExecutionGraph, workspace: Workspace, lang: Lang) -> Flow | None:
    kind = playbook.kind if isinstance(playbook, Journey) else "procedure"
    node = f"{kind}/{playbook.id}"
    if isinstance(playbook, Cadence) or node not in graph.nodes:
        return None
    made = chart(around(Selection(frozenset((node,)), graph)), workspace, lang)
    panels = playbook_panels(made, "best")
    if not panels or not (_branches(panels[0]) or any(len(panel.lanes) >= HANDS for panel in panels)):
        return None
    title = panels[0].title
    first = tuple(parted(panels[0], lang))
    drawn = [PanelDrawing(panel) for panel in (*first, *(part for panel in panels[1:] for part in parted(panel, lang)))]
    svg = to_svg(Figure(title, tuple(each.panel for each in drawn), lang), drawn)
    shown = drawn[: len(first)] if _branches(panels[0]) else []
    fits = all(each.drawing.width <= WIDEST for each in shown)
    said = Phrase(*(_title(playbook, workspace, each) for each in ("zh-CN", "en")))
    return Flow(said, tuple(_shown(playbook.id, title, shown, lang)) if fits else (), svg)


def _title(playbook: Playbook, workspace: Workspace, lang: Lang) -> str:
    names = Names(workspace, lang)
    return plain(names.title(names.playbooks, playbook.id))


def _shown(id_: str, title: str, drawn: list[PanelDrawing], lang: Lang) -> Iterator[Diagram]:
    """Yield the drawings for a manual, each under its caption, which says the title."""
    for number, each in enumerate(drawn, start=1):
        figure = Figure(each.panel.title or title, (replace(each.panel, title=""),), lang)
        place = anchor("flow", id_) if number == 1 else anchor("flow", f"{id_}-{number}")
        caption = TITLE.fill(lang, {"title": each.panel.title})
        yield Diagram(place, caption, to_svg(figure, [each], headed=False), to_text(figure).strip("\n"))


def _branches(panel: Panel) -> bool:
    """Tell whether a drawing says more than the steps below it: a plain chain does not."""
    ways = Counter(edge.source for edge in panel.edges)
    return len(panel.nodes) >= FEWEST and any(count > 1 for count in ways.values())
