"""The whole compiler on one screen: sources in; a workspace, its execution graph and everything found out come out."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sopkit import catalogue, graph, resources, rules, schema
from sopkit.diagnostics import Finding, Severity, in_order
from sopkit.graph import ExecutionGraph
from sopkit.model.documents import Workspace
from sopkit.reader import read
from sopkit.resolve import resolve, used_catalogs
from sopkit.rules import waivers
from sopkit.rules.waivers import Waived
from sopkit.source import Source
from sopkit.tree import Forest


@dataclass(frozen=True, slots=True)
class Compilation:
    """What one run of the compiler knows."""

    forest: Forest
    workspace: Workspace
    graph: ExecutionGraph
    findings: tuple[Finding, ...]
    """By place and code, each once; waived ones are not among them."""
    waived: tuple[Waived, ...]
    held_back: int
    """Findings that only follow from others and are not shown."""
    files: int
    """Files of the workspace; built-in catalogs are not counted."""
    today: date

    def count(self, severity: Severity) -> int:
        """Return how many open findings weigh exactly `severity`."""
        return sum(finding.weight is severity for finding in self.findings)


def compile(sources: Iterable[Source], *, today: date, found: Collection[Finding] = ()) -> Compilation:  # noqa: A001  the word for it
    """Compile one workspace. Bad input never raises; `found` is what kept files from being sources."""
    with without_collections():
        readings = [read(source) for source in sorted(sources, key=lambda source: source.path)]
        own = [tree for reading in readings for tree in reading.trees]
        shapes = [schema.check(tree) for tree in own]
        builtin = [tree for source in _catalogs(used_catalogs(own)) for tree in read(source).trees]

        forest = Forest((*own, *builtin))
        broken = frozenset(number for number, findings in enumerate(shapes) if findings)
        complete = not found and all(reading.complete for reading in readings)
        resolution = resolve(forest, broken, frozenset(range(len(own), len(forest.trees))), complete)
        execution = graph.build(resolution.workspace)

        read_and_resolved = (
            *found,
            *(finding for reading in readings for finding in reading.findings),
            *(finding for findings in shapes for finding in findings),
            *resolution.findings,
        )
        flow = rules.check(resolution.workspace, execution, forest, today, read_and_resolved)
        judged = waivers.apply((*read_and_resolved, *flow), resolution.documents, forest, catalogue.BY_NAME, today)
    return Compilation(
        forest=forest,
        workspace=resolution.workspace,
        graph=execution,
        findings=in_order(judged.open),
        waived=judged.waived,
        held_back=resolution.held_back,
        files=len(readings),
        today=today,
    )


def _catalogs(names: Iterable[str]) -> Iterator[Source]:
    for name in names:
        data = resources.catalog(name)
        if data is not None:
            yield Source(f"{resources.BUILTIN}{name}.yaml", data)


@contextmanager
def without_collections() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, over values that all stay: twice as fast at 5,000 documents."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
