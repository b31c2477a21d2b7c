"""The trees of a workspace go in; the workspace, with every name resolved, and what is wrong with names and values, come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sopkit.diagnostics import Finding, in_order
from sopkit.frozen import dataclass
from sopkit.model import bind
from sopkit.model.bind_values import Binding
from sopkit.model.documents import Document, Workspace
from sopkit.model.names import index
from sopkit.resolve.assembly import Assembly
from sopkit.resolve.judgement import judge
from sopkit.resources import catalog_names
from sopkit.tree import Forest, Mark, Tree

__all__ = ["Resolution", "resolve", "used_catalogs"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """A workspace and what was found out about its names."""

    workspace: Workspace
    findings: tuple[Finding, ...]
    held_back: int
    """Findings that may only follow from others: names that a lost or refused part may declare or use."""
    forest: Forest
    builtin: frozenset[int]
    binding: Binding
    assembly: Assembly

    @property
    def references(self) -> Mapping[str, Mapping[str, Sequence[Mark]]]:
        """Namespace → id → where it is referred to, in the order of the files. Paths stand under `stage` and `step` as written."""
        return self.binding.uses

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document of the workspace in order, those that share an id too; built-in catalogs apart."""
        return self.assembly.documents


def resolve(
    forest: Forest,
    broken: frozenset[int],
    builtin: frozenset[int],
    complete: bool,
    catalogs: Collection[str] | None = None,
    *,
    like: Resolution | None = None,
) -> Resolution:
    """Bind all trees and resolve all names; bad input never raises.

    `broken` are the numbers of the trees that the schema refused, `builtin` those of the catalogs that `uses:` brings in;
    `complete` says that every file could be read whole; `catalogs` are the built-in ones there are. What a tree holds that is
    `like` one of another version is not bound again.
    """
    order = sorted(
        range(len(forest.trees)), key=lambda number: (number not in builtin, forest.trees[number].source.path)
    )
    binding = bind.start(index(forest, order, broken, builtin))
    assembly = Assembly()
    same = _same(forest, builtin, binding, like)
    for number in order:
        bound = (
            like.assembly.bound.get(number)
            if like is not None and number in same
            else bind.bind(binding, forest, number, broken=number in broken, builtin=number in builtin)
        )
        if bound is not None:
            assembly.add(bound, number)
    if like is not None and same:
        binding.take_over(like.binding, same, order)
    workspace = assembly.workspace()
    known = catalog_names() if catalogs is None else tuple(sorted(catalogs))
    judged = judge(forest, binding, assembly, workspace, broken=broken, complete=complete, catalogs=known)
    return Resolution(
        workspace,
        in_order(judged.findings),
        judged.held_back,
        forest,
        builtin,
        binding,
        assembly,
    )


def _same(forest: Forest, builtin: frozenset[int], binding: Binding, like: Resolution | None) -> frozenset[int]:
    """Return the numbers of the trees that hold just what they held in another version.

    A tree is bound by what stands in it and by which names are declared; its marks hold its number.
    """
    if like is None or len(forest.trees) != len(like.forest.trees) or builtin != like.builtin:
        return frozenset()
    if not binding.names.declare_like(like.binding.names):
        return frozenset()
    if any(forest.trees[number] is not like.forest.trees[number] for number in builtin):
        return frozenset()  # catalogs come in the order in which they are named
    pairs = zip(forest.trees, like.forest.trees, strict=True)
    return frozenset([number for number, (now, then) in enumerate(pairs) if now is then])


def used_catalogs(trees: Iterable[Tree]) -> tuple[str, ...]:
    """Return the built-in catalogs that the workspace document names, in the order written."""
    for tree in trees:
        root = tree.value
        if isinstance(root, dict) and root.get("kind") == "workspace":
            uses = root.get("uses")
            named = uses if isinstance(uses, list) else [uses]
            return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))
    return ()
