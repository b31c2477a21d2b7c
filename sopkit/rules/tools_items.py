"""A workspace goes in; in which tools each event, datum, tag and consent is known of itself, and what predicates ask about, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.carriage import Carriage, Item, Kind
from sopkit.graph.satisfiability import tests_of
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import ConsentTest, DataTest, EventTest, Predicate, TagTest
from sopkit.model.steps import Ask, SetData, Step, Tag
from sopkit.rules.case import Case, V
from sopkit.text import Phrase
from sopkit.tree import Mark

WORDS: Final[dict[Kind, Phrase]] = {
    "events": Phrase("事件", "event"),
    "data": Phrase("数据项", "data item"),
    "tags": Phrase("标签", "tag"),
    "consents": Phrase("同意", "consent"),
    "touches": Phrase("触达", "touches by"),
}


@dataclass(frozen=True, slots=True)
class Write:
    """One place that changes an item."""

    tool: str
    at: Mark
    by: str
    """Id of the step that does it, or of the event that collects it."""
    step: str | None = None
    """The path of the step; None for an event."""

    @property
    def what(self) -> Phrase:
        if self.step is None:
            return Phrase(f"{self.by} 在 {self.tool} 收集", f"{self.by} collects it in {self.tool}")
        return Phrase(f"步骤 {self.by} 在 {self.tool} 写入", f"the step {self.by} writes it in {self.tool}")


@dataclass(frozen=True, eq=False)
class Items:
    """Where everything that travels is known first."""

    case: Case
    carriage: Carriage
    _homes: dict[Item, frozenset[str]] = field(default_factory=dict)
    _known_in: dict[Item, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def writes(self) -> dict[Item, list[Write]]:
        """What collects, computes or sets data and tags, by item, with the tool in which that is done."""
        found: dict[Item, list[Write]] = {}
        workspace = self.case.workspace
        for datum in workspace.data.values():
            for ref in datum.collected_by:
                event = workspace.events.get(ref.id)
                if event is not None and event.tool is not None:
                    found.setdefault(("data", datum.id), []).append(Write(event.tool.id, ref.at, event.id))
        for kind in (Tag, SetData):
            for path, step, _, tool in self._doing(kind):
                for item in written(step):
                    found.setdefault(item, []).append(Write(tool, step.verb_at, step.id, path))
        return found

    def _doing(self, kind: type[V]) -> Iterator[tuple[str, Step, V, str]]:
        """Yield the steps of journeys with a kind of verb, it, and the tool that runs them."""
        for node, step, verb in self.case.doing(kind):
            journey = self.case.graph.nodes[node.playbook].origin
            if isinstance(journey, Journey) and journey.runs_in is not None:
                yield node.id, step, verb, journey.runs_in.id

    def homes(self, item: Item) -> frozenset[str]:
        """Return the tools in which an item is known without any sync; empty where nobody says."""
        if item not in self._homes:
            self._homes[item] = frozenset(self._find(item))
        return self._homes[item]

    def _find(self, item: Item) -> Iterator[str]:
        kind, name = item
        workspace = self.case.workspace
        if kind == "events" and name in workspace.events:
            tool = workspace.events[name].tool
            yield from (tool.id,) if tool else ()
        elif kind in ("data", "tags"):
            record = self.record(item)
            yield from (record,) if record else ()
            yield from (write.tool for write in self.writes.get(item, ()))
        elif kind == "touches" and name in workspace.channels:
            tool = workspace.channels[name].tool
            yield from (tool.id,) if tool else ()
        elif kind == "consents":
            yield from self._asking(name)

    def _asking(self, consent: str) -> Iterator[str]:
        for event in self.case.workspace.events.values():
            if event.tool is not None and any(ref.id == consent for ref in (*event.asks, *event.gives)):
                yield event.tool.id
        yield from self._asked_by_steps.get(consent, ())

    @cached_property
    def _asked_by_steps(self) -> dict[str, set[str]]:
        """The tools of the steps that ask for each consent, and those in which the answer is kept."""
        found: dict[str, set[str]] = {}
        for _, step, ask, tool in self._doing(Ask):
            for ref in ask.what:
                found.setdefault(ref.id, set()).update((tool, step.kept_in.id) if step.kept_in else (tool,))
        return found

    def record(self, item: Item) -> str | None:
        """Return the system of record of a datum or tag."""
        kind, name = item
        workspace = self.case.workspace
        noun = workspace.data.get(name) if kind == "data" else workspace.tags.get(name) if kind == "tags" else None
        return noun.record.id if noun is not None and noun.record is not None else None

    def known_in(self, item: Item) -> Set[str]:
        """Return the tools in which an item is known sooner or later; empty where nobody says where it begins."""
        if item not in self._known_in:
            self._known_in[item] = frozenset(self._reached(item))
        return self._known_in[item]

    def _reached(self, item: Item) -> Set[str]:
        homes = self.homes(item)
        if not homes:
            return homes
        found = self.carriage.reach(item, homes)
        if item[0] == "consents":
            for event in self.case.workspace.events.values():
                if event.tool is not None and any(ref.id == item[1] for ref in event.gives):
                    found |= self.carriage.reach(("events", event.id), {event.tool.id})
        return found


@lru_cache(maxsize=1)  # two families ask
def items_of(case: Case) -> Items:
    """Return the items of a case, with what carries them as of its day."""
    return Items(case, case.carriage)


def written(step: Step) -> Iterator[Item]:
    """Yield the data and tags that a step changes."""
    match step.verb:
        case Tag(tags):
            yield from (("tags", ref.id) for ref in tags)
        case SetData(values):
            yield from (("data", ref.id) for ref, _ in values)


def asked(workspace: Workspace, predicate: Predicate) -> Iterable[Item]:
    """Return what a predicate asks about, segments, tasks and reachability spelt out; each once."""
    items = map(item_of, tests_of(workspace, predicate))
    return dict.fromkeys([item for item in items if item is not None])


def item_of(test: Predicate) -> Item | None:
    """Return what a single test asks about; None for stages and journeys, which no sync carries."""
    match test:
        case EventTest(event):
            return "events", event.id
        case DataTest(data):
            return "data", data.id
        case TagTest(tag):
            return "tags", tag.id
        case ConsentTest(consent):
            return "consents", consent.id
    return None
