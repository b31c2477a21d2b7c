"""What the execution graph is made of: nodes that happen, hold or answer for something, and typed edges between them.

Nodes and edges are named tuples, not dataclasses: a workspace has many edges a step, and a tuple is made in a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sopkit.frozen import dataclass
from sopkit.model.documents import Document, Stage
from sopkit.model.nouns import Noun
from sopkit.model.predicates import Predicate
from sopkit.model.steps import Step
from sopkit.model.triggers import Trigger
from sopkit.model.values import Duration, Text
from sopkit.tree import Mark

if TYPE_CHECKING:
    import networkx

NodeKind = Literal[
    "event", "trigger", "lifecycle", "automation", "stage", "step", "exit", "cadence", "issue", "procedure", "sync", "kpi", "alert",
    "role", "shop", "tool", "channel", "notice", "data", "tag", "segment", "consent", "purpose", "task", "programme", "script",
    "offer", "partner", "risk", "experiment", "artefact", "course", "source",
]  # fmt: skip
"""`trigger`: anything but a plain event that starts or moves something on; `exit`: the end of a journey or of a procedure's run;
`issue`: one issue of a cadence, a touch; `sync`: its runs; `kpi`: its measurement; `alert`: that measurement out of bounds."""

EdgeKind = Literal[
    "then", "interrupt", "occurs", "emits", "data", "consent", "measures", "mitigates", "staffed-by", "uses"
]
"""`then`: next in its own course; `interrupt`: cuts a stage or a whole journey off; `occurs`: a trigger starts or moves something;
`emits`: a step or playbook causes a trigger or starts a playbook; `data`, `consent`: read, written or carried; `measures`: a KPI
reads something; `mitigates`: counters a risk; `staffed-by`: who does or answers for it; `uses`: channel, script, offer or tool."""

FLOW: Final[frozenset[EdgeKind]] = frozenset(("then", "interrupt"))
"""Kinds of edge along which one customer, or one run, moves inside its own playbook."""
MOVES: Final[frozenset[EdgeKind]] = frozenset(("then", "interrupt", "occurs", "emits"))
"""Kinds of edge by which one thing comes after another, in other playbooks too; the rest is what playbooks work with."""


class Delay(NamedTuple):
    """A closed interval of time before the edge's target; None of a duration is no time at all."""

    low: Duration | None = None
    high: Duration | None = None
    bounded: bool = True
    """False where nothing says by when: a person's step without `within`, a wait for a trigger without `up_to`."""
    since: str = ""
    """`stage`, `start` or a step's id; empty for the step before."""
    wall: bool = False
    """The deadline counts closed hours too."""
    before: Duration | None = None
    """Counted back from the date or issue that the run is for."""


NO_TIME: Final = Delay()


class Node(NamedTuple):
    """One node. `id` is unique and stable: `lifecycle/new-member/awareness/welcome`, `event/order-paid`."""

    id: str
    kind: NodeKind
    at: Mark | None
    """Where it is declared; None for what is implied, such as an exit."""
    playbook: str = ""
    """Node id of the playbook that it is a part of; empty for nouns and for playbooks themselves."""
    origin: Document | Noun | Stage | Step | Trigger | None = None
    """What declares it."""

    @property
    def step(self) -> Step | None:
        return self.origin if isinstance(self.origin, Step) else None

    @property
    def stage(self) -> Stage | None:
        return self.origin if isinstance(self.origin, Stage) else None

    @property
    def title(self) -> Text | None:
        """The title as declared."""
        return self.origin.title if isinstance(self.origin, Document | Noun | Stage | Step) else None


class Edge(NamedTuple):
    """One edge, from node id to node id."""

    source: str
    target: str
    kind: EdgeKind
    at: Mark
    """What says so."""
    label: str = ""
    """The field or part that the edge stands for, such as `accountable`, `next` or `up_to`."""
    delay: Delay = NO_TIME
    guard: Predicate | None = None
    """What must hold for this way to be taken. A step's own `if` is the step's: guarded out, it is passed in silence."""
    on: Trigger | None = None
    """The trigger that an interruption or an end of a wait takes."""
    held: Delay = NO_TIME
    """How long a wait holds the customer at the source, before `delay` begins."""
    rank: int = 0
    """Place among the branches of a `choose` or the entries of a `next`, where the first that holds wins."""


class Laid(NamedTuple):
    """What one document, or all nouns, have in a graph."""

    nodes: tuple[Node, ...]
    paths: tuple[tuple[str, str], ...]
    """How references name a playbook, stage or step, and its node's id."""
    edges: tuple[Edge, ...]
    jumps: tuple[Edge, ...]
    from_places: tuple[Edge, ...]


Made = tuple[tuple[object, ...], Laid]
"""The very documents or nouns that something was made of, and it."""


@dataclass(frozen=True, eq=False)
class ExecutionGraph:
    """All nodes by id, in the workspace's order, and all edges: first those along which things happen, then what they work with.

    The graph stands on networkx: `network` is the whole as a `MultiDiGraph`, `lineage` what depends on what as a `DiGraph`. Both are
    built when first asked for, since importing networkx takes as long as checking hundreds of playbooks, and since its dictionaries
    need several times the memory of the tuples here.
    """

    nodes: Mapping[str, Node]
    happening: tuple[Edge, ...]
    """Edges of `MOVES`, those from what a condition asks about to what it decides on, and those between nouns."""
    work_of: Callable[[Node], Iterable[Edge]]
    """What a node works with: edges to what may not exist among them."""
    laid: Mapping[str, Made] = field(default_factory=dict)
    """What the graph was put together from, by the kind and id of a document; `nouns` for all nouns."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """How references name a playbook, stage or step, and its node's id."""
    is_whole: bool = False
    """Whether every edge that was laid leads somewhere."""

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        known = self.nodes
        work = [edge for node in known.values() for edge in self.work_of(node)]
        return self.happening + tuple([edge for edge in work if edge[0] in known and edge[1] in known])

    @cached_property
    def network(self) -> networkx.MultiDiGraph[str]:
        """Node ids with `data=Node`, edges with `data=Edge`."""
        import networkx  # noqa: PLC0415  dear, and seldom needed

        network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        network.add_nodes_from((id_, {"data": node}) for id_, node in self.nodes.items())
        network.add_edges_from((edge.source, edge.target, {"data": edge}) for edge in self.edges)
        return network

    @cached_property
    def lineage(self) -> networkx.DiGraph[str]:
        """An edge from each node to what depends on it: flow and data run forward; who uses, measures or is staffed depends."""
        import networkx  # noqa: PLC0415  dear, and seldom needed

        network: networkx.DiGraph[str] = networkx.DiGraph()
        network.add_nodes_from(self.nodes)
        network.add_edges_from(
            (edge.target, edge.source) if edge.kind in BACKWARD else (edge.source, edge.target) for edge in self.edges
        )
        return network

    def dependent(self, names: Iterable[str]) -> Set[str]:
        """Return these nodes and all that depend on them, along `lineage`; without networkx, which few need."""
        onward: dict[str, list[str]] = {}
        for edge in self.edges:
            source, target = (edge.target, edge.source) if edge.kind in BACKWARD else (edge.source, edge.target)
            onward.setdefault(source, []).append(target)
        frontier: Set[str] = set(names)
        seen = set(frontier)
        while frontier:
            frontier = {other for one in frontier for other in onward.get(one, ())} - seen
            seen |= frontier
        return seen

    @cached_property
    def moves(self) -> tuple[Edge, ...]:
        """Edges of `MOVES`: a third of all, in the workspace's order."""
        return tuple([edge for edge in self.happening if edge.kind in MOVES])

    @cached_property
    def onward(self) -> Mapping[str, Sequence[Edge]]:
        """Edges of `happening` by source."""
        return _by_source(self.happening)

    @cached_property
    def leaving(self) -> Mapping[str, Sequence[Edge]]:
        """Edges by source."""
        return _by_source(self.edges)

    @cached_property
    def arriving(self) -> Mapping[str, Sequence[Edge]]:
        """Edges by target."""
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def parts(self) -> Mapping[str, Sequence[Node]]:
        """Nodes by the playbook that they are a part of, in the order written."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.playbook:
                found.setdefault(node.playbook, []).append(node)
        return found


def _by_source(edges: Iterable[Edge]) -> Mapping[str, Sequence[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.source, []).append(edge)
    return found


BACKWARD: Final[frozenset[EdgeKind]] = frozenset(("uses", "measures", "staffed-by"))
"""Kinds of edge whose source depends on its target."""
