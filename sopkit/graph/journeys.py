"""Lifecycles and automations go in; their stages, transitions, steps and exits are added to the graph."""

from __future__ import annotations

from sopkit.graph.builder import Builder
from sopkit.graph.nodes import NO_TIME, Delay, Edge
from sopkit.graph.sequence import Sequence, Way
from sopkit.model.documents import Journey, Stage, Transition
from sopkit.model.predicates import All, DataTest, Not, Predicate
from sopkit.model.triggers import Becomes, OnEvent, Trigger
from sopkit.model.values import Ref
from sopkit.tree import Mark


def add_journey(builder: Builder, journey: Journey) -> None:
    """Add a lifecycle or automation."""
    root = builder.playbook("automation" if journey.kind == "automation" else "lifecycle", journey)
    leave = builder.exit(root)
    for trigger in journey.starts_on:
        builder.occurs(trigger, root, root, "starts_on")
    builder.reads(journey.audience, root, "audience")
    _add_ends(builder, journey, root, leave)
    if journey.kind == "automation":
        ways = [Way(root, guard=journey.audience, label="entry")]
        for stage in journey.stages:
            ways = Sequence(builder, root, root, leave).lay(stage.steps, ways)
        builder.edges += [way.edge(leave, journey.at) for way in ways]
        return
    for number, stage in enumerate(journey.stages):
        _add_stage(builder, journey, root, stage, first=number == 0)


def _add_ends(builder: Builder, journey: Journey, root: str, leave: str) -> None:
    """Add what cuts the whole journey off."""
    for trigger in journey.ends_on:
        builder.edges.append(_cut(root, leave, trigger.at, "ends_on", trigger))
        builder.occurs(trigger, leave, root, "ends_on")
    if journey.while_ is not None:
        at = journey.while_.at
        builder.edges.append(Edge(root, leave, "interrupt", at, "while", guard=Not(journey.while_, at)))
        builder.reads(journey.while_, leave, "while")


def _cut(source: str, target: str, at: Mark, label: str, trigger: Trigger, *, rank: int = 0) -> Edge:
    guard = trigger.where if isinstance(trigger, OnEvent) else None
    return Edge(source, target, "interrupt", at, label, NO_TIME, guard, trigger, rank=rank)


def _add_stage(builder: Builder, journey: Journey, root: str, stage: Stage, *, first: bool) -> None:
    entry = builder.part(f"{root}/{stage.id}", "stage", stage.at, root, stage)
    if journey.follows:
        _add_followed(builder, journey, journey.follows, entry, stage)
    elif first:
        builder.edges.append(Edge(root, entry, "then", stage.at, "entry", guard=journey.audience))
    Sequence(builder, root, entry, f"exit/{root}").lay(stage.steps, [Way(entry)])
    for rank, move in enumerate(stage.next):
        _add_transition(builder, root, entry, move, rank)


def _add_followed(builder: Builder, journey: Journey, follows: Ref, entry: str, stage: Stage) -> None:
    """Add the way into a stage that stands for a value; a change of value leads back to the root, which knows the way.

    One edge there and one back for each stage: edges between every two stages would be their square.
    """
    at, root = stage.at, entry.removesuffix(f"/{stage.id}")
    value: Predicate = DataTest(follows, (stage.id,), at)
    guard = All((journey.audience, value), at) if journey.audience is not None else value
    builder.edges.append(Edge(root, entry, "then", at, "follows", guard=guard))
    change = Becomes(follows, (), follows.at)
    builder.edges.append(_cut(entry, root, follows.at, "follows", change))
    builder.occurs(Becomes(follows, (stage.id,), at), entry, root, "follows")
    builder.link(f"data/{follows.id}", entry, "data", follows.at, "follows")


def _add_transition(builder: Builder, root: str, entry: str, move: Transition, rank: int) -> None:
    target = f"exit/{root}" if move.go.id == "end" else f"{root}/{move.go.id}"
    if move.on:
        for trigger in move.on:
            builder.edges.append(_cut(entry, target, move.at, "next", trigger, rank=rank))
            builder.occurs(trigger, target, root, "next")
        return
    delay = Delay(move.after, move.after, since="stage") if move.after else NO_TIME
    builder.edges.append(Edge(entry, target, "interrupt", move.at, "next", delay, move.when, rank=rank))
    builder.reads(move.when, entry, "next")
