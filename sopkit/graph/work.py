"""What happens goes in, node by node; edges to the people, tools, channels, texts, offers and data that it works with come out.

They follow from the node alone, and most questions are about the order of things: so they are made when first asked for, not laid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sopkit.graph.linking import Linking
from sopkit.graph.nodes import Delay, Edge, EdgeKind, Node
from sopkit.model.documents import Cadence, Carries, Document, Journey, Kpi, Procedure, Stage, Sync, Target, Workspace
from sopkit.model.nouns import Noun
from sopkit.model.steps import Ask, Erase, Measure, Send, SetData, Step, Tag


def work_of(workspace: Workspace, node: Node) -> Sequence[Edge]:
    """Return the edges between what happens, or is declared, and what it works with; how nouns hang together is not among them."""
    work = _Work(workspace)
    origin = node.origin
    if isinstance(origin, Step):
        work.of_step(node.id, origin)
    elif isinstance(origin, Stage):
        work.promises(node.id, origin.targets)
    elif node.kind == "issue" and isinstance(origin, Cadence):
        work.of_issue(node.id, origin)
    elif isinstance(origin, Document | Noun):
        work.of_declared(node.id, origin)
    return work.edges


class _Work(Linking):
    """The edges of one node so far."""

    __slots__ = ()

    def promises(self, root: str, targets: Iterable[Target]) -> None:
        """Link KPIs to the playbook or stage that promises a target for them."""
        for target in targets:
            if target.kpi:
                self.link(f"kpi/{target.kpi.id}", root, "measures", target.at, "targets")
                if target.parent:
                    self.link(f"kpi/{target.parent.id}", f"kpi/{target.kpi.id}", "measures", target.parent.at, "parent")

    # Documents and nouns

    def of_declared(self, root: str, declared: Document | Noun) -> None:
        if declared.owner:
            self.link(root, f"role/{declared.owner.id}", "staffed-by", declared.owner.at, "owner")
        match declared:
            case Journey():
                self.promises(root, declared.targets)
                if declared.runs_in:
                    self.link(root, f"tool/{declared.runs_in.id}", "uses", declared.runs_in.at, "runs_in")
            case Cadence() | Procedure():
                self.promises(root, declared.targets)
            case Sync():
                self.promises(root, declared.targets)
                self._of_sync(root, declared)
            case Kpi():
                self._of_kpi(root, declared)

    def of_issue(self, issue: str, cadence: Cadence) -> None:
        self.link_all(issue, "channel", cadence.via, "uses", "via")
        if cadence.for_:
            self.link(issue, f"purpose/{cadence.for_.id}", "uses", cadence.for_.at, "for")
        if cadence.by:
            self.link(issue, f"role/{cadence.by.id}", "staffed-by", cadence.by.at, "by")

    def _of_sync(self, root: str, sync: Sync) -> None:
        """Add from tool to tool, and what is carried."""
        if sync.from_:
            self.link(f"tool/{sync.from_.id}", root, "data", sync.from_.at, "from")
        if sync.to:
            longest = Delay(*sync.takes) if sync.takes else Delay()
            self.link(root, f"tool/{sync.to.id}", "data", sync.to.at, "to", delay=longest)
        if sync.key:
            self.link(f"data/{sync.key.id}", root, "data", sync.key.at, "key")
        if sync.consent:
            self.link(f"consent/{sync.consent.id}", root, "consent", sync.consent.at, "consent")
        if sync.carries:
            self._carried(root, sync.carries)

    def _carried(self, root: str, carries: Carries) -> None:
        for kind, refs in (
            ("event", carries.events), ("data", carries.data), ("tag", carries.tags), ("consent", carries.consents),
            ("channel", carries.touches),
        ):  # fmt: skip
            for ref in refs:
                edge: EdgeKind = "consent" if kind == "consent" else "data"
                self.link(f"{kind}/{ref.id}", root, edge, ref.at, "touches" if kind == "channel" else "carries")

    def _of_kpi(self, root: str, kpi: Kpi) -> None:
        if kpi.measured_in:
            self.link(root, f"tool/{kpi.measured_in.id}", "uses", kpi.measured_in.at, "measured_in")
        if kpi.parent:
            self.link(f"kpi/{kpi.parent.id}", root, "measures", kpi.parent.at, "parent")
        if kpi.review and kpi.review.by:
            self.link(root, f"role/{kpi.review.by.id}", "staffed-by", kpi.review.by.at, "review")

    # Steps

    def of_step(self, node: str, step: Step) -> None:
        link = self.link
        if step.by:
            self._people(node, step)
        if step.via or step.for_:
            self.link_all(node, "channel", step.via, "uses", "via")
            if step.for_:
                link(node, f"purpose/{step.for_.id}", "uses", step.for_.at, "for")
        if step.offer:
            link(node, f"offer/{step.offer.id}", "uses", step.offer.at, "offer")
        if step.script:
            link(node, f"script/{step.script.id}", "uses", step.script.at, "script")
        if step.kept_in:
            link(node, f"tool/{step.kept_in.id}", "uses", step.kept_in.at, "kept_in")
        for datum in step.uses:
            link(f"data/{datum.id}", node, "data", datum.at, "uses")
        if step.recheck:
            link(node, f"tool/{step.recheck.id}", "uses", step.recheck.at, "recheck")
        self.link_all(node, "tool", step.in_, "uses", "in")
        self._verb(node, step)

    def _people(self, node: str, step: Step) -> None:
        link = self.link
        if step.by:
            link(node, f"role/{step.by.id}", "staffed-by", step.by.at, "by")
        if step.accountable:
            link(node, f"role/{step.accountable.id}", "staffed-by", step.accountable.at, "accountable")
        self.link_all(node, "role", step.consult, "staffed-by", "consult")
        self.link_all(node, "role", step.inform, "staffed-by", "inform")
        if step.escalate and step.escalate.to:
            late = Delay(step.escalate.after, step.escalate.after)
            link(node, f"role/{step.escalate.to.id}", "staffed-by", step.escalate.at, "escalate", delay=late)
        if step.evidence and step.evidence.kept_in:
            link(node, f"tool/{step.evidence.kept_in.id}", "uses", step.evidence.kept_in.at, "evidence")

    def _verb(self, node: str, step: Step) -> None:
        link = self.link
        match step.verb:
            case Send() as send:
                self.link_all(node, "script", send.all_scripts, "uses", "send")
                if send.match:
                    link(f"data/{send.match.id}", node, "data", send.match.at, "match")
            case Tag(tags, removes):
                self.link_all(node, "tag", tags, "data", "untag" if removes else "tag")
            case SetData(values):
                self.link_all(node, "data", (datum for datum, _ in values), "data", "set")
            case Ask(what):
                for asked in what:
                    kind = self._asked_kind(asked.id)
                    link(node, f"{kind}/{asked.id}", "consent" if kind == "consent" else "data", asked.at, "ask")
            case Erase(data):
                self.link_all(node, "data", data, "data", "erase")
            case Measure(kpis):
                for kpi in kpis:
                    link(f"kpi/{kpi.id}", node, "measures", kpi.at, "measure")

    def _asked_kind(self, name: str) -> str:
        if name in self.workspace.consents:
            return "consent"
        return "task" if name in self.workspace.tasks else "data"
