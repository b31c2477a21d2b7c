"""The outcome of a simulation goes in; a folder's files come out: a page with its tables and plots, and each plot apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.render.document import Block, Diagram, Document, Section
from sopkit.render.html import to_html
from sopkit.render.manual import front
from sopkit.render.marks import plain
from sopkit.render.simulation.head import asked
from sopkit.render.simulation.plots import Bar, Strip, bars, columns, strips
from sopkit.render.simulation.tables import share, tables, week
from sopkit.render.simulation.words import count, title
from sopkit.render.templating import Templates
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import Outcome, Spread
from sopkit.text import Phrase

TITLE: Final = Phrase("模拟结果", "Simulation")
STAMP: Final = Phrase("举例，不是证明", "Examples, not proofs")
TOUCHES: Final = Phrase("每位客户收到几次一对一触达", "One-to-one touches a customer")
TOUCHES_BELOW: Final = Phrase("收到的次数（纵轴：客户数）", "touches received (upright: customers)")
STAGES: Final = Phrase("进入各阶段的客户去了哪里", "Where the customers of each stage went")
STAGES_LEGEND: Final = (Phrase("继续或走完", "went on"), Phrase("中途退出", "taken out"), Phrase("还在", "still there"))
WORK: Final = Phrase("各岗位每周的分钟数（虚线：可用）", "Minutes a week by role (broken line: available)")
MOST_COLUMNS: Final = 40


def files(outcome: Outcome, names: Names) -> Iterator[tuple[str, bytes]]:
    """Yield the page and the plots, as (path, bytes)."""
    plots = _plots(outcome, names)
    for name, plot in plots.items():
        yield f"{name}.svg", plot.svg.encode()
    yield "index.html", to_html(_document(outcome, names, plots), Templates()).encode()


def _document(outcome: Outcome, names: Names, plots: dict[str, Diagram]) -> Document:
    settings = names.workspace.settings
    places = {"touches": "touches", "ways": "stages", "work": "work"}
    sections = []
    for section in tables(outcome, names):
        plot = plots.get(places.get(section.anchor, ""))
        blocks: tuple[Block, ...] = (*section.blocks, *((plot,) if plot else ()))
        sections.append(Section(section.anchor, section.title, blocks))
    return Document(
        form="manual",
        lang=names.lang,
        title=TITLE.within(names.lang),
        subtitle=plain(names.say(settings.title)),
        sections=tuple(sections),
        facts=asked(outcome, names),
        stamp=STAMP.within(names.lang),
        look=front.look(settings, names),
    )


def _plots(outcome: Outcome, names: Names) -> dict[str, Diagram]:
    found = {"touches": _touches(outcome.spreads[0], names)}
    if any(one.entered for one in outcome.ways):
        found["stages"] = _stages(outcome, names)
    if outcome.loads:
        found["work"] = _work(outcome, names)
    return found


def _touches(spread: Spread, names: Names) -> Diagram:
    size = max(1, -(-(spread.most + 1) // MOST_COLUMNS))
    seen = dict(spread.customers)
    made = []
    for low in range(0, spread.most + 1, size):
        many = sum(seen.get(each, 0) for each in range(low, low + size))
        made.append(Bar(str(low) if size == 1 else f"{low}–{low + size - 1}", (float(many),), count(many)))
    head = TOUCHES.within(names.lang)
    described = _lines(head, made)
    svg = columns(head, described, made, TOUCHES_BELOW.within(names.lang), names.lang)
    return Diagram("plot-touches", head, svg, described)


def _stages(outcome: Outcome, names: Names) -> Diagram:
    made = [
        Bar(
            plain(title(one.node, names)),
            (float(sum(many for _, many in one.on)), float(one.ended), float(one.inside)),
            count(one.entered),
        )
        for one in outcome.ways
        if one.entered
    ]
    head, legend = STAGES.within(names.lang), [word.within(names.lang) for word in STAGES_LEGEND]
    lines = [f"- {bar.name}: {bar.note} = {_shares(bar, legend, names)}" for bar in made]
    described = "\n".join([head, *lines])
    return Diagram("plot-stages", head, bars(head, described, made, legend, names.lang), described)


def _shares(bar: Bar, legend: list[str], names: Names) -> str:
    return names.listed([f"{word} {count(value)}" for word, value in zip(legend, bar.parts, strict=True)])


def _work(outcome: Outcome, names: Names) -> Diagram:
    made = [
        Strip(plain(names.role(one.role)), one.weeks, one.capacity, count(max(one.weeks)) + share(max(one.weeks), one))
        for one in outcome.loads
    ]
    head = WORK.within(names.lang)
    weeks = f"{week(outcome, 0, names)} …"
    described = "\n".join(
        [f"{head} {weeks}", *(f"- {strip.name}: " + ", ".join(map(count, strip.columns)) for strip in made)]
    )
    return Diagram("plot-work", head, strips(head, described, made, names.lang), described)


def _lines(head: str, made: list[Bar]) -> str:
    return "\n".join([head, *(f"- {bar.name}: {bar.note}" for bar in made)])
