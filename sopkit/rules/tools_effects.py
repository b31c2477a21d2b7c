"""A touch goes in; what holds of the customer once it is sent, and what its own sending is made to depend on, comes out."""

from __future__ import annotations

from collections.abc import Iterator

from sopkit.frozen import dataclass
from sopkit.graph.carriage import Item
from sopkit.model.predicates import ConsentTest, DataTest, Not, Predicate, StageTest, TagTest
from sopkit.model.steps import SetData, Tag
from sopkit.model.values import Ref
from sopkit.rules.case import Case
from sopkit.rules.tools_items import asked
from sopkit.rules.tools_occasions import Occasion, channels


@dataclass(frozen=True, slots=True)
class Effect:
    """What a touch leaves behind, and how other tools would hear of it."""

    state: Predicate
    item: Item
    home: str


def predicates_of(one: Occasion) -> Iterator[tuple[Predicate, bool]]:
    """Yield what must hold for the step to be done, and whether it is looked at only when the journey starts."""
    journey, step = one.journey, one.step
    if journey.audience is not None:
        yield journey.audience, True
    if one.trigger.where is not None:
        yield one.trigger.where, True
    if journey.while_ is not None:
        yield journey.while_, False
    if step.if_ is not None:
        yield step.if_, False


def effects_of(case: Case, one: Occasion) -> Iterator[Effect]:
    """Yield the tags and data that the stage writes, the place that the customer is in, the permissions that sending uses up."""
    home, mark = one.tool or one.source or "", one.step.at
    stage = one.subject.rpartition("/")[0]
    for node, step in case.steps(f"{one.journey.kind}/{one.journey.id}"):
        if node.id.rpartition("/")[0] != stage:
            continue
        match step.verb:
            case Tag(tags, removes):
                for ref in tags:
                    test = TagTest(ref, mark)
                    yield Effect(Not(test, mark) if removes else test, ("tags", ref.id), home)
            case SetData(values):
                for ref, value in values:
                    yield Effect(DataTest(ref, (value,), mark), ("data", ref.id), home)
    sent = channels(case, one.step)
    place = stage.partition("/")[2]
    for name in dict.fromkeys((place, place.partition("/")[0])):
        item: Item = ("touches", sent[0].id if sent else "")
        yield Effect(StageTest(Ref(name, mark), ever=False, at=mark), item, home)
    yield from _used_up(case, one)


def _used_up(case: Case, one: Occasion) -> Iterator[Effect]:
    """Yield the consents that the step asks for and that an event of its channel's tool, other than opting out, ends."""
    sent = channels(case, one.step)
    tools = {channel.tool.id for channel in sent if channel.tool}
    out = {channel.opt_out.event.id for channel in sent if channel.opt_out and channel.opt_out.event}
    guard = one.step.if_
    for kind, name in asked(case.workspace, guard) if guard is not None else ():
        consent = case.workspace.consents.get(name) if kind == "consents" else None
        for ref in consent.withdrawn_by if consent else ():
            event = case.workspace.events.get(ref.id)
            given = any(event is not None and g.id == name for e in case.workspace.events.values() for g in e.gives)
            if event is not None and event.tool is not None and given and event.tool.id in tools and ref.id not in out:
                state = ConsentTest(Ref(name, one.step.at), "withdrawn", one.step.at)
                yield Effect(state, ("events", ref.id), event.tool.id)
