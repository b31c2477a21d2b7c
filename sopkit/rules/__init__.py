"""A workspace and its execution graph go in; what is wrong with them comes out, family by family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sopkit.diagnostics import Finding, Outcome
from sopkit.graph import ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.rules import flow, tools
from sopkit.rules.case import Case
from sopkit.rules.doubts import Doubts
from sopkit.tree import Forest


def check(
    workspace: Workspace, graph: ExecutionGraph, forest: Forest, today: date, found: Iterable[Finding] = ()
) -> Iterator[Outcome]:
    """Yield what the rules find, prove, or cannot settle as of `today`.

    `found` is what earlier stages found, whose consequences are held back.
    """
    case = Case(workspace, graph, forest, today, Doubts(forest, found))
    yield from flow.check(case)
    yield from tools.check(case)
