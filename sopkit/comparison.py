"""What a check says of two versions of a workspace goes in; what is new in the second, and what was there before, comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sopkit.diagnostics import Unassessed, fingerprint
from sopkit.frozen import dataclass
from sopkit.graph import ExecutionGraph
from sopkit.graph.modified import Modified

if TYPE_CHECKING:
    from sopkit.pipeline import Compilation

Stored = tuple[tuple[str, ...], tuple[str, ...]]
"""A `Verdicts` as the cache keeps it."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is known of one version: enough to tell what is new in another."""

    open: frozenset[str]
    """Fingerprints of the open findings, those alike numbered."""
    unsettled: tuple[str, ...]
    """What was not assessed, sorted, each as often as it was not."""

    @property
    def stored(self) -> Stored:
        return tuple(sorted(self.open)), self.unsettled

    @classmethod
    def of(cls, stored: Stored) -> Verdicts:
        return cls(frozenset(stored[0]), stored[1])


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a workspace since a revision."""

    revision: str
    commit: str
    modified: Modified
    graph: ExecutionGraph
    there_before: int
    """Open findings that the revision had already, and that are not among the findings any more."""
    mended: int
    """Findings of the revision that are not there any more: mended, or others in their place."""
    unsettled_before: int
    """What was not assessed at the revision either, and is not listed any more."""

    @property
    def affected(self) -> tuple[str, ...]:
        """The playbooks and KPIs that depend on what was modified. Each call goes through the graph: few formats tell them."""
        return self.modified.affected(self.graph)


def verdicts(compilation: Compilation) -> Verdicts:
    prints = frozenset(fingerprint(one) for one in compilation.findings)
    return Verdicts(prints, tuple(sorted(_name(one) for one in compilation.not_assessed)))


def only_new(compilation: Compilation, before: Verdicts, since: Since) -> Compilation:
    """Return the compilation with the findings, and what was not assessed, that were not there before; `since` gets their numbers.

    What was proved before, or not asked, and can't be settled now counts as new. Errors that were there before and keep playbooks
    from being judged are counted as `errors_elsewhere`: what they hold back may be new.
    """
    new = tuple(one for one in compilation.findings if fingerprint(one) not in before.open)
    unsettled = tuple(_unseen(compilation.not_assessed, Counter(before.unsettled)))
    now = {fingerprint(one) for one in compilation.findings}
    if compilation.baseline:
        now |= {fingerprint(one) for one in compilation.baseline.known}
    counted = replace(
        since,
        there_before=len(compilation.findings) - len(new),
        mended=len(before.open - now),
        unsettled_before=len(compilation.not_assessed) - len(unsettled),
    )
    seen = replace(compilation, findings=new, not_assessed=unsettled, since=counted)
    return replace(seen, errors_elsewhere=compilation.unjudged_for - seen.unjudged_for)


def _unseen(unsettled: Iterable[Unassessed], before: Counter[str]) -> Iterable[Unassessed]:
    for one in unsettled:
        if before[_name(one)]:
            before[_name(one)] -= 1
        else:
            yield one


def _name(one: Unassessed) -> str:
    return f"{one.rule.code} {one.subject}"
