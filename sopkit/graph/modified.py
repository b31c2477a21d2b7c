"""The documents of two versions of a workspace go in; which of them, and which nouns of catalogs, are otherwise in the second comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sopkit.frozen import dataclass
from sopkit.graph.nodes import ExecutionGraph
from sopkit.model.names import SECTIONS
from sopkit.tree import Tree, Value


@dataclass(frozen=True, slots=True)
class Modified:
    """Ids as `lifecycle/new-member` or `role/guide`, sorted."""

    present: tuple[str, ...] = ()
    """What is new, or says something else than before."""
    deleted: tuple[str, ...] = ()

    def nodes(self, graph: ExecutionGraph) -> frozenset[str]:
        """Return those of them that the graph has."""
        return frozenset(one for one in self.present if one in graph.nodes)

    def affected(self, graph: ExecutionGraph) -> tuple[str, ...]:
        """Return the playbooks and KPIs that depend on what was modified, and are not modified themselves; sorted."""
        own = self.nodes(graph)
        seen = graph.dependent(own | {part.id for one in own for part in graph.parts.get(one, ())})
        roots = {graph.nodes[one].playbook or one for one in seen}
        kinds = ("lifecycle", "automation", "procedure", "cadence", "kpi")
        return tuple(
            sorted(one for one in roots if one in graph.nodes and graph.nodes[one].kind in kinds and one not in own)
        )


def modified(before: Iterable[Tree], after: Iterable[Tree]) -> Modified:
    """Return what differs. Where it stands, in which file and in which order of keys, makes no difference."""
    old, new = _named(before), _named(after)
    present = sorted(name for name, values in new.items() if old.get(name) != values)
    return Modified(tuple(present), tuple(sorted(old.keys() - new.keys())))


def _named(trees: Iterable[Tree]) -> Mapping[str, list[object]]:
    found: dict[str, list[object]] = {}
    for tree in trees:
        for name, value in _parts(tree.value):
            found.setdefault(name, []).append((value, _order(value)))
    return found


def _parts(value: Value) -> Iterator[tuple[str, Value]]:
    """Yield a document by kind and id; of a catalog its nouns, each by itself."""
    if not isinstance(value, dict):
        return
    if value.get("kind") != "catalog":
        yield f"{value.get('kind')}/{value.get('id')}", value
        return
    for section, namespace in SECTIONS.items():
        nouns = value.get(section)
        if isinstance(nouns, dict):
            yield from ((f"{namespace}/{name}", noun) for name, noun in nouns.items())


def _order(value: Value) -> tuple[str, ...]:
    """Return the stages in their order, which says where customers come in; of other keys the order says nothing."""
    stages = value.get("stages") if isinstance(value, dict) else None
    return tuple(map(str, stages)) if isinstance(stages, dict) else ()
