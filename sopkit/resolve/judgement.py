"""A bound workspace goes in; everything that is wrong with its names and values comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sopkit.diagnostics import Finding
from sopkit.frozen import dataclass
from sopkit.model.bind_values import Binding
from sopkit.model.documents import Workspace
from sopkit.resolve import data, duplicates, names, paths, placeholders, settings, strings
from sopkit.resolve.assembly import Assembly
from sopkit.resolve.case import Case
from sopkit.tree import Forest

CHECKS: Final[tuple[Callable[[Case], Iterator[Finding]], ...]] = (
    strings.malformed,
    strings.slots_outside_periods,
    settings.check,
    duplicates.duplicates,
    names.ambiguous,
    names.replaced,
    placeholders.check,
    names.undefined,
    names.unused,
    paths.undefined_places,
    paths.undefined_destinations,
    paths.undefined_shares,
    data.unknown_values,
    data.unfit_tests,
    data.stages_without_value,
    data.unfit_units,
    data.other_currencies,
)
"""Placeholders come before names: what they name is used."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings, and how many were held back because they may only follow from others."""

    findings: tuple[Finding, ...]
    held_back: int


def judge(
    forest: Forest,
    binding: Binding,
    assembly: Assembly,
    workspace: Workspace,
    *,
    broken: frozenset[int],
    complete: bool,
    catalogs: tuple[str, ...],
) -> Judged:
    """Return what every check finds; built-in catalogs are not judged."""
    case = Case(forest, binding, assembly, workspace, broken, complete, catalogs)
    builtin = {forest.trees[number].source.path for number, document in assembly.by_tree.items() if document.builtin}
    found = tuple(finding for check in CHECKS for finding in check(case) if finding.span.path not in builtin)
    return Judged(found, case.held_back)
