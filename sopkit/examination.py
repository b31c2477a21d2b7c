"""One file goes in; what reading it and holding it against the schema gave comes out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from sopkit import schema
from sopkit.diagnostics import Finding
from sopkit.frozen import dataclass
from sopkit.reader import Reading, read
from sopkit.reader.rules import AMBIGUOUS_NUMBER, QUOTES_IN_TEXT
from sopkit.source import Source
from sopkit.tree import Tree

Known = Callable[[Source], tuple[Tree, ...] | None]


@dataclass(frozen=True, slots=True)
class Examined:
    """One file, read and held against the schema."""

    source: Source
    reading: Reading
    shapes: tuple[tuple[Finding, ...], ...]
    """What the schema has against each tree."""

    def read(self, resolved: Collection[Finding]) -> Iterator[Finding]:
        """Yield what reading found; of a number or a name that does not belong at its place later stages say more."""
        if not self.reading.findings:
            return
        told = {one.span.sort_key for findings in (*self.shapes, resolved) for one in findings}
        for finding in self.reading.findings:
            if finding.rule not in (AMBIGUOUS_NUMBER, QUOTES_IN_TEXT) or finding.span.sort_key not in told:
                yield finding

    @property
    def clean(self) -> bool:
        return self.reading.complete and not self.reading.findings and not any(self.shapes)


def examine(source: Source, known: Known = lambda _: None) -> Examined:
    """Read one file and hold it against the schema, unless it is known to be clean."""
    trees = known(source)
    if trees is not None:
        return Examined(source, Reading(trees, (), True), ((),) * len(trees))
    reading = read(source)
    return Examined(source, reading, tuple([schema.check(tree) for tree in reading.trees]))
