"""Journeys go in; which of their steps follow which event at a time that can be told, and in which tool, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sopkit.frozen import dataclass
from sopkit.graph.carriage import Item
from sopkit.graph.course import longest, shortest
from sopkit.model.documents import Journey, Stage
from sopkit.model.nouns import Channel
from sopkit.model.steps import Choose, Go, Step, Wait
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.rules.case import Case, Playbook


@dataclass(frozen=True, slots=True)
class Occasion:
    """One step that one event leads to, with nothing between them but times that the playbook says."""

    subject: str
    step: Step
    journey: Journey
    trigger: OnEvent
    source: str | None
    """The tool in which the event occurs."""
    tool: str | None
    """The tool that runs the journey: it hears of the event, tests guards and gives orders."""
    least: int
    """Seconds between hearing of the event and the step, at least."""
    anchored: bool
    """The times count from entry, which may be when the event occurred."""
    due: bool
    """The step's `within` counts from the event."""
    settled: bool
    """Nothing before the step in its chain takes longer than `least` says."""
    entry: bool
    """The event starts the journey."""

    @property
    def event(self) -> Item:
        return ("events", self.trigger.event.id)


@dataclass(frozen=True, slots=True)
class _Place:
    """One step of a stage, before it is known which event."""

    step: Step
    triggers: tuple[Trigger, ...]
    least: int
    anchored: bool
    due: bool
    settled: bool
    entries: tuple[Trigger, ...]


def occasions(case: Case) -> Iterator[Occasion]:
    """Return the steps of all journeys with each event that leads to them; those that follow data have none."""
    return case.each("occasions", partial(_occasions, case))


def occasions_in(case: Case, root: str, playbook: Playbook) -> Sequence[Occasion]:
    """Return those of one playbook."""
    return case.made_of("occasions", root, playbook, partial(_occasions, case))


def _occasions(case: Case, root: str, playbook: Playbook) -> Iterator[Occasion]:
    if not isinstance(playbook, Journey) or playbook.follows:
        return
    for number, stage in enumerate(playbook.stages):
        starts = playbook.starts_on if number == 0 else ()
        into = (
            *starts,
            *(on for one in playbook.stages for move in one.next if move.go.id == stage.id for on in move.on),
        )
        path = f"{root}/{stage.id}" if stage.id else root
        for place in _places(stage, into, starts):
            yield from _of_events(case, playbook, f"{path}/{place.step.id}", place)


def _of_events(case: Case, journey: Journey, subject: str, place: _Place) -> Iterator[Occasion]:
    for trigger in place.triggers:
        event = case.workspace.events.get(trigger.event.id) if isinstance(trigger, OnEvent) else None
        if event is not None and isinstance(trigger, OnEvent):
            yield Occasion(
                subject, place.step, journey, trigger,
                event.tool.id if event.tool else None, journey.runs_in.id if journey.runs_in else None,
                place.least, place.anchored, place.due, place.settled, trigger in place.entries,
            )  # fmt: skip


def _places(stage: Stage, into: tuple[Trigger, ...], starts: tuple[Trigger, ...]) -> Iterator[_Place]:
    """Yield the steps up to the first that leads elsewhere; by `starts` the journey begins, by `into` the stage."""
    whole = len(into) == len(starts)
    for step in stage.steps:
        if step.on and step.since is None and not isinstance(step.verb, Wait | Choose | Go):
            yield _Place(step, step.on, _after(step), anchored=False, due=True, settled=True, entries=())
    spent, settled, triggers, fresh = 0, True, into, True
    for step in stage.steps:
        if step.on or step.every:
            continue
        if isinstance(step.verb, Choose | Go) or (isinstance(step.verb, Wait) and step.verb.until and step.if_):
            return
        since = step.since.id if step.since else ""
        anchored = (since == "stage" and triggers is into) or (since == "start" and whole and triggers is into)
        known = anchored or not since
        least = max(spent, _after(step)) if anchored else spent + _after(step)
        settled = settled and known and _is_exact(step)
        if isinstance(step.verb, Wait):
            if step.verb.until:
                spent, settled, triggers, fresh = 0, True, step.verb.until, True
                continue
            spent = (least if known else spent) + _wait(step.verb)
        elif known:
            yield _Place(
                step,
                triggers,
                least,
                anchored,
                due=anchored or fresh,
                settled=settled,
                entries=starts if triggers is into else (),
            )
            spent = least
        fresh = False
        settled = settled and not (step.by or step.via or step.within)


def _after(step: Step) -> int:
    return int(shortest(step.after.low)) if step.after else 0


def _wait(wait: Wait) -> int:
    return int(shortest(wait.for_.low)) if wait.for_ else 0


def _is_exact(step: Step) -> bool:
    """Return whether the times of a step last as long whenever they begin."""
    waits = step.verb.for_ if isinstance(step.verb, Wait) else None
    return all(one is None or shortest(one.low) == longest(one.low) for one in (step.after, waits))


def channels(case: Case, step: Step) -> tuple[Channel, ...]:
    """Return the channels of a step that are declared, in the order in which they are tried."""
    return tuple(case.workspace.channels[ref.id] for ref in step.via if ref.id in case.workspace.channels)
