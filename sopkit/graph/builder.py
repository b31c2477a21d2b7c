"""A graph in the making: nodes and edges are added by the parts of this package, and the finished graph comes out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Final

from sopkit.graph.linking import Linking
from sopkit.graph.nodes import NO_TIME, Delay, Edge, ExecutionGraph, Laid, Made, Node, NodeKind
from sopkit.graph.timing import delay_of
from sopkit.graph.triggers import trigger_id
from sopkit.graph.work import work_of
from sopkit.model.documents import Document, Stage, Workspace
from sopkit.model.predicates import (
    All,
    Any,
    ConsentTest,
    DataTest,
    EventTest,
    Not,
    Predicate,
    ReachableTest,
    SegmentTest,
    StageTest,
    TagTest,
    TaskTest,
)
from sopkit.model.steps import Step, inner
from sopkit.model.triggers import OnEvent, StepReported, Trigger
from sopkit.model.values import Ref
from sopkit.tree import Mark

PLACE: Final = "place/"
"""Before a path in an edge whose end is a playbook, stage or step that may not be laid yet."""


class Builder(Linking):
    """The graph so far."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.nodes: dict[str, Node] = {}
        self.paths: dict[str, str] = {}
        """How references name a playbook, stage or step, as `new-member/awareness/welcome` → its node's id."""
        self.jumps: list[Edge] = []
        """Edges of `go` and `if_rejected`, whose target may not be laid yet: its own delay is theirs, too."""
        self.from_places: list[Edge] = []
        """Edges whose source is a path that follows `PLACE`."""
        self.like: ExecutionGraph | None = None
        """Another version that has the very same ids."""

    @property
    def laid(self) -> Laid:
        """What was laid so far."""
        return Laid(
            tuple(self.nodes.values()),
            tuple(self.paths.items()),
            tuple(self.edges),
            tuple(self.jumps),
            tuple(self.from_places),
        )

    def put_together(self, laid: Mapping[str, Made], like: ExecutionGraph | None) -> None:
        """Take the nodes of what was laid by itself, of triggers that several have the first one; from another version where it can be."""
        nodes = _nodes_like(laid, like) if like is not None else None
        if like is not None and nodes is not None:
            self.like, self.nodes, self.paths = like, nodes, dict(like.paths)
            return
        for _, made in laid.values():
            for node in made.nodes:
                self.nodes.setdefault(node.id, node)
            self.paths.update(made.paths)

    def finish(self, laid: Mapping[str, Made]) -> ExecutionGraph:
        """Return the graph, made of what was laid and added, without the edges to what does not exist."""
        known, added = self.nodes, self.edges
        for _, made in laid.values():
            for edge in made.jumps:
                step = known[edge.target].step if edge.target in known else None
                added.append(edge if step is None else edge._replace(delay=delay_of(step)))
        for edge in chain(*[made.from_places for _, made in laid.values()], self.from_places):
            source = self.paths.get(edge.source.removeprefix(PLACE))
            if source:
                added.append(edge._replace(source=source))
        edges = [*chain(*[made.edges for _, made in laid.values()], added)]
        loose = edges
        if self.like is not None and self.like.is_whole:
            anew = (made[1].edges for name, made in laid.items() if made is not self.like.laid[name])
            loose = [*chain(*anew, added)]
        leading = [edge for edge in loose if edge[0] in known and edge[1] in known]
        is_whole = len(leading) == len(loose)
        if not is_whole:
            edges = [edge for edge in edges if edge[0] in known and edge[1] in known]
        work = partial(work_of, self.workspace)
        return ExecutionGraph(known, tuple(edges), work, laid, self.paths, is_whole=is_whole)

    def playbook(self, kind: NodeKind, document: Document) -> str:
        """Add the node of a document and return its id."""
        root = f"{kind}/{document.id}"
        self.nodes[root] = Node(root, kind, document.at, "", document)
        self.paths[document.id] = root
        return root

    def part(self, id_: str, kind: NodeKind, at: Mark, playbook: str, origin: Stage | Step) -> str:
        """Add a stage or step and return its id: another than asked for where two have the same one, which is a finding."""
        while id_ in self.nodes:
            id_ += "~"
        self.nodes[id_] = Node(id_, kind, at, playbook, origin)
        self.paths[id_.partition("/")[2]] = id_
        return id_

    def exit(self, root: str) -> str:
        """Add the exit of a journey or procedure and return its id."""
        id_ = f"exit/{root}"
        self.nodes[id_] = Node(id_, "exit", None, root)
        return id_

    def trigger(self, trigger: Trigger, playbook: str) -> str:
        """Return the id of the trigger's node, which is added if it is new and no declared event."""
        if isinstance(trigger, OnEvent):
            self.reads(trigger.where, playbook, "where")
        if isinstance(trigger, StepReported) and "/" not in trigger.step.id:
            path = self._path_of(playbook, trigger.step.id)
            trigger = StepReported(Ref(path, trigger.step.at), trigger.way, trigger.at)
        id_ = trigger_id(trigger, playbook)
        if id_ not in self.nodes and id_.startswith("trigger/"):
            self.nodes[id_] = Node(id_, "trigger", trigger.at, "", trigger)
        return id_

    def _path_of(self, playbook: str, step: str) -> str:
        """Return the whole path of a step that is named by its bare id inside its playbook."""
        kind, _, name = playbook.partition("/")
        if kind == "lifecycle":
            for stage in self.workspace.journeys[name].stages:
                if any(one.id == step for first in stage.steps for one in inner(first)):
                    return f"{name}/{stage.id}/{step}"
        return f"{name}/{step}"

    def occurs(self, trigger: Trigger, target: str, playbook: str, label: str, *, delay: Delay = NO_TIME) -> None:
        """Link a trigger to what it starts or moves."""
        guard = trigger.where if isinstance(trigger, OnEvent) else None
        source = self.trigger(trigger, playbook)
        self.edges.append(Edge(source, target, "occurs", trigger.at, label, delay, guard, trigger))

    def reads(self, predicate: Predicate | None, target: str, label: str) -> None:
        """Link what a condition asks about to what it decides on."""
        match predicate:
            case None:
                pass
            case All(parts) | Any(parts):
                for part in parts:
                    self.reads(part, target, label)
            case Not(part):
                self.reads(part, target, label)
            case DataTest(data):
                self.link(f"data/{data.id}", target, "data", data.at, label)
            case EventTest(event):
                self.link(f"event/{event.id}", target, "data", event.at, label)
            case ConsentTest(consent):
                self.link(f"consent/{consent.id}", target, "consent", consent.at, label)
            case TagTest(tag):
                self.link(f"tag/{tag.id}", target, "data", tag.at, label)
            case SegmentTest(segment):
                self.link(f"segment/{segment.id}", target, "data", segment.at, label)
            case TaskTest(task):
                self.link(f"task/{task.id}", target, "data", task.at, label)
            case ReachableTest(channel):
                self.link(f"channel/{channel.id}", target, "data", channel.at, label)
            case StageTest(place):
                self.from_places.append(Edge(PLACE + place.id, target, "data", place.at, label))


def _nodes_like(laid: Mapping[str, Made], like: ExecutionGraph) -> dict[str, Node] | None:
    """Return the nodes of another version, but for what was laid anew; None where that has other ids or paths."""
    if [*laid] != [*like.laid]:
        return None
    nodes = dict(like.nodes)
    for (_, then), (_, now) in zip(like.laid.values(), laid.values(), strict=True):
        if then is now:
            continue
        if then.paths != now.paths or [node.id for node in then.nodes] != [node.id for node in now.nodes]:
            return None
        nodes.update({old.id: new for old, new in zip(then.nodes, now.nodes, strict=True) if nodes[old.id] is old})
    return nodes
