"""The outcome of a simulation goes in; lines for a terminal come out: the tables, each under its heading."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.render.columns import wrap
from sopkit.render.document import Bullets, Paragraph, Table
from sopkit.render.marks import plain
from sopkit.render.simulation.tables import tables
from sopkit.render.terminal import BOLD, Screen, table
from sopkit.render.wording.names import Names
from sopkit.simulation.outcome import Outcome


def simulation_text(outcome: Outcome, names: Names, screen: Screen) -> Iterator[str]:
    """Yield the lines; a blank one between two sections."""
    for number, section in enumerate(tables(outcome, names)):
        if number:
            yield ""
        yield screen.paint(plain(section.title), BOLD)
        for block in section.blocks:
            match block:
                case Table(_, columns, groups):
                    heads = tuple(plain(column.head) for column in columns)
                    rows = [tuple(map(plain, row)) for group in groups for row in group.rows]
                    yield from table([heads, *rows], screen)
                case Paragraph(words):
                    yield from wrap(plain(words), screen.columns)
                case Bullets(lines):
                    for line in lines:
                        first, *rest = wrap(plain(line), screen.columns - 2)
                        yield f"- {first}"
                        yield from (f"  {more}" for more in rest)
