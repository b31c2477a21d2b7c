"""A journey and the instant of its start go in; ways in which one customer can go through it come out, each with all its times.

These are examples, not all: every delay is taken at one of its ends, and what is not plain (months, workdays, people who confirm,
triggers other than events) ends the search. What is found is declared behaviour, step by step. Times are seconds from one Monday,
00:00, on the customer's clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from sopkit.frozen import dataclass
from sopkit.graph.face import DatedHours
from sopkit.graph.openings import Openings
from sopkit.graph.touches import Touch
from sopkit.model.documents import Journey, Stage, Transition
from sopkit.model.predicates import All, Else, Not, Predicate
from sopkit.model.steps import Branch, Choose, Go, Start, Step, Wait
from sopkit.model.triggers import OnEvent, Trigger
from sopkit.model.values import Duration

MOST_RUNS: Final = 60
"""Ways through one journey from one start."""
MOST_DEEDS: Final = 400
"""Steps of one run: a journey that leads round in circles is not followed for ever."""
MOST_STEPS: Final = 100_000
"""Steps that are walked for one cap, in all runs together: a second or two."""
HORIZON: Final = 60 * 86400
"""How long a run is followed, in seconds."""
NEVER: Final = float("inf")


class NotPlainError(Exception):
    """The journey does something that is not followed."""


class SpentError(Exception):
    """A bound on effort was reached, and nothing was found: nothing is known."""


@dataclass(frozen=True, slots=True)
class Done:
    """A touch: when, and which."""

    at: float
    touch: Touch


@dataclass(frozen=True, slots=True)
class Came:
    """An occurrence of an event that a run needs."""

    at: float
    event: OnEvent


class Run(NamedTuple):
    """One way through a journey. Named tuples are made in a fraction of the time, and many are made."""

    root: str
    journey: Journey
    start: float
    now: float
    """The end of it, where it ended."""
    ended: bool = False
    done: tuple[Done, ...] = ()
    came: tuple[Came, ...] = ()
    asked: tuple[Predicate, ...] = ()
    """What must hold for the customer."""
    begun: tuple[tuple[float, str], ...] = ()
    """Journeys that its steps start, and when."""
    marks: Mapping[str, float] = MappingProxyType({})
    deeds: int = 0


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run takes its time: as late as may be up to the touch number `late`, and as soon as may be from then on."""

    late: int
    only_last: bool
    """Late for that touch only, and soon for those before it."""
    pause: float
    """How long after a deed an event comes that must not come before it."""


class Times(Protocol):
    """When steps may be done."""

    def get(self, node: str, /) -> Openings | DatedHours | None: ...


class Walker:
    """Goes through journeys; `openings` says when a step may be done, by node id."""

    def __init__(
        self,
        openings: Times,
        touches: Mapping[str, Touch],
        counted: Mapping[str, Touch],
        steps: int,
    ) -> None:
        self.openings, self.touches, self.counted = openings, touches, counted
        self.left, self.cut = steps, False
        """Steps that may still be walked, and whether a journey was left half-way for its length."""

    def runs(self, root: str, journey: Journey, start: float, manner: Manner) -> list[Run]:
        """Return ways through the journey, the first `MOST_RUNS`; none where it does something that is not followed.

        Raises SpentError.
        """
        asked = [one for one in (journey.audience, journey.while_) if one is not None]
        first = Run(root, journey, start, start, asked=tuple(asked))
        if journey.follows or not journey.stages:
            return []
        found: list[Run] = []
        try:
            for run in self._stage(first, journey.stages[0], manner):
                found.append(run)
                if len(found) >= MOST_RUNS:
                    break
        except NotPlainError:
            return []
        return found

    def _stage(self, run: Run, stage: Stage, manner: Manner) -> Iterator[Run]:
        entry = run.now
        if entry - run.start > HORIZON or run.deeds > MOST_DEEDS:
            yield run
            return
        timer = min((move for move in stage.next if move.after), key=lambda one: _seconds(one.after), default=None)
        cut = entry + _seconds(timer.after) if timer else NEVER
        asked = tuple(Not(move.when, move.at) for move in stage.next if move.when is not None)
        stayed = run._replace(asked=(*run.asked, *asked))
        least = entry + (_seconds(stage.stays) if stage.stays else 0.0)
        place = _Place(stage, entry, cut, manner)
        plain = list(islice(self._steps(stayed, place.chain, place), MOST_RUNS))
        for one in plain:
            yield from self._on(one, place, timer)
        taken: set[str] = set()
        moments = {entry, *(done.at for one in plain for done in one.done if done.at > entry)}
        for move in stage.next:
            event = next((one for one in move.on if isinstance(one, OnEvent) and one.where is None), None)
            if event is None or event.event.id in taken:
                continue
            taken.add(event.event.id)
            for at in sorted({max(moment + manner.pause, least) for moment in moments}):
                if at < cut:
                    sooner = _Place(stage, entry, at, manner)
                    for one in self._steps(stayed, sooner.chain, sooner):
                        if not one.ended and one.now <= at and _JUMP not in one.marks:
                            there = one._replace(now=at, came=(*one.came, Came(at, event)))
                            yield from self._on(there, sooner, move)

    def _on(self, run: Run, place: _Place, move: Transition | None) -> Iterator[Run]:
        """Yield the ways on when the chain of a stage has been gone through."""
        if run.ended:
            yield from self._beside(run, place, run.now)
            return
        jump = run.marks.get(_JUMP)
        if jump is not None:
            target = run.journey.stages[int(jump)]
            for one in self._beside(run, place, run.now):
                yield from self._stage(one._replace(marks={}), target, place.manner)
            return
        if run.journey.kind == "automation":
            if _CUT in run.marks:  # it waits for ever
                yield run
                return
            yield from self._beside(run._replace(ended=True), place, run.now)
            return
        for one in self._beside(run, place, min(place.cut, run.start + HORIZON)):
            if move is None:
                yield one
            elif move.go.id == "end":
                yield one._replace(now=place.cut, ended=True)
            else:
                after = next(stage for stage in run.journey.stages if stage.id == move.go.id)
                yield from self._stage(one._replace(now=place.cut, marks={}), after, place.manner)

    def _steps(self, run: Run, steps: Sequence[Step], place: _Place) -> Iterator[Run]:
        if not steps or run.ended or _JUMP in run.marks or _CUT in run.marks:
            yield run
            return
        for one in self._step(run._replace(deeds=run.deeds + 1), steps[0], place):
            yield from self._steps(one, steps[1:], place)

    def _step(self, run: Run, step: Step, place: _Place) -> Iterator[Run]:
        if self._is_too_long(run):
            yield _cut_off(run)  # what comes later in the one chain changes nothing of what was done before
            return
        if step.verb is None or step.before:
            raise NotPlainError
        match step.verb:
            case Wait(_, until) if until:
                yield from self._hear(run, step, until, place)
                return
            case Choose(branches):
                yield from self._choose(run, branches, place)
                return
        node = f"{run.root}/{place.stage.id}/{step.id}" if place.stage.id else f"{run.root}/{step.id}"
        due = self._due(run, step, place, node)
        if due >= place.cut:
            yield _cut_off(run)
            return
        openings = self.openings.get(node)
        touch = self.touches.get(node)
        if openings is not None:
            if openings.empty:
                raise NotPlainError
            wait = openings.wait(due / 60) * 60
            if wait and touch is not None and touch.drops:
                touch = None
            else:
                due += wait
        if due >= place.cut:
            yield _cut_off(run)
            return
        marks = {**run.marks, step.id: due}
        there = run._replace(now=due, marks=marks)
        if step.if_ is not None:
            yield self._deed(there._replace(asked=(*there.asked, step.if_)), step, touch)
            yield there._replace(asked=(*there.asked, Not(step.if_, step.if_.at)))
        else:
            yield self._deed(there, step, touch)

    def _is_too_long(self, run: Run) -> bool:
        """Count one more step; return whether the run ends before it, since its one chain has been followed far enough."""
        self.left -= 1
        if self.left < 0:
            raise SpentError
        if run.deeds <= MOST_DEEDS:
            return False
        self.cut = True
        if run.journey.kind != "automation":
            raise NotPlainError
        return True

    def _due(self, run: Run, step: Step, place: _Place, node: str) -> float:
        low = _seconds(step.after.low) if step.after else 0.0
        high = _seconds(step.within) if step.within else _seconds(step.after.high) if step.after else 0.0
        zero = run.now
        if step.since is not None:
            known = {"start": run.start, "stage": place.entry}
            if step.since.id not in known and step.since.id not in run.marks:
                raise NotPlainError
            zero = known.get(step.since.id, run.marks.get(step.since.id, 0.0))
        late = self._is_late(run, node, place.manner)
        due = max(run.now, zero + (max(low, high) if late else low))
        if isinstance(step.verb, Wait) and step.verb.for_ is not None:
            due += _seconds(step.verb.for_.high if late else step.verb.for_.low)
        return due

    def _is_late(self, run: Run, node: str, manner: Manner) -> bool:
        before = sum(one.touch.node in self.counted for one in run.done)
        if manner.only_last:
            return before == manner.late - 1 and node in self.counted
        return before < manner.late

    def _deed(self, run: Run, step: Step, touch: Touch | None) -> Run:
        match step.verb:
            case Go(to):
                if to.id == "end":
                    return run._replace(ended=True)
                number = next((n for n, one in enumerate(run.journey.stages) if one.id == to.id), None)
                if number is None:
                    raise NotPlainError
                return run._replace(marks={**run.marks, _JUMP: float(number)})
            case Start(playbook):
                return run._replace(begun=(*run.begun, (run.now, playbook.id)))
        if touch is None:
            return run
        if any(one.confirmed_by for one in touch.channels):
            raise NotPlainError
        return run._replace(done=(*run.done, Done(run.now, touch)))

    def _hear(self, run: Run, step: Step, until: Sequence[Trigger], place: _Place) -> Iterator[Run]:
        if step.after or step.within or step.since or step.if_:
            raise NotPlainError
        limit = _seconds(step.up_to) if step.up_to else NEVER
        event = next((one for one in until if isinstance(one, OnEvent) and one.where is None), None)
        late = run.now + limit
        if event is not None:
            wait = min(place.manner.pause, limit)
            for at in sorted({run.now + wait, late} - {NEVER}):
                if run.now < at < place.cut:
                    yield run._replace(now=at, came=(*run.came, Came(at, event)))
        if limit == NEVER or late >= place.cut:
            yield _cut_off(run)
        else:
            yield from self._steps(run._replace(now=late), step.otherwise, place)

    def _choose(self, run: Run, branches: Sequence[Branch], place: _Place) -> Iterator[Run]:
        others: list[Predicate] = []
        for branch in branches:
            mine: Predicate = All((), branch.at) if isinstance(branch.if_, Else) else branch.if_
            yield from self._steps(run._replace(asked=(*run.asked, *others, mine)), branch.steps, place)
            others.append(Not(mine, branch.at))
        if not any(isinstance(branch.if_, Else) for branch in branches):
            yield run._replace(asked=(*run.asked, *others))

    def _beside(self, run: Run, place: _Place, end: float) -> Iterator[Run]:
        """Yield the run with what comes beside the chain until the stage is left; and with and without events that set something off."""
        stage, entry = place.stage, place.entry
        recurring: list[Done] = []
        sudden: list[tuple[Step, Touch, OnEvent]] = []
        for step in stage.steps:
            node = f"{run.root}/{stage.id}/{step.id}" if stage.id else f"{run.root}/{step.id}"
            touch = self.touches.get(node)
            if touch is None or step.if_ is not None or not (step.on or step.every):
                continue
            if step.every and step.every.interval and not (step.on or step.after or step.within):
                recurring += self._recurrences(touch, _seconds(step.every.interval), entry, end)
            elif step.on and isinstance(step.on[0], OnEvent) and step.on[0].where is None and not step.since:
                sudden.append((step, touch, step.on[0]))
        run = run._replace(done=(*run.done, *recurring))
        yield run
        for step, touch, event in sudden:
            for at in sorted({entry + place.manner.pause, *(one.at for one in run.done if one.at > entry)}):
                due = at + (_seconds(step.after.low) if step.after else 0.0)
                openings = self.openings.get(touch.node)
                due += openings.wait(due / 60) * 60 if openings is not None and not touch.drops else 0.0
                fits = openings is None or not openings.wait(due / 60)
                if at < end and due < end and fits and not any(one.confirmed_by for one in touch.channels):
                    yield run._replace(done=(*run.done, Done(due, touch)), came=(*run.came, Came(at, event)))

    def _recurrences(self, touch: Touch, period: float, entry: float, end: float) -> Iterator[Done]:
        if not period or any(one.confirmed_by for one in touch.channels):
            return
        at, openings = entry + period, self.openings.get(touch.node)
        for _ in range(MOST_DEEDS):
            if at >= end:
                return
            wait = openings.wait(at / 60) * 60 if openings is not None else 0.0
            if at + wait < end and not (wait and touch.drops):
                yield Done(at + wait, touch)
            at += period


@dataclass(frozen=True, slots=True)
class _Place:
    """The stage that a run is in, since when, and when something cuts it off."""

    stage: Stage
    entry: float
    cut: float
    manner: Manner

    @property
    def chain(self) -> list[Step]:
        """Its steps one after another, those beside them left out."""
        return [step for step in self.stage.steps if not (step.on or step.every)]


_JUMP: Final = "go:"
"""Mark of the stage to go to; no id of a step holds a colon."""
_CUT: Final = "cut:"


def _cut_off(run: Run) -> Run:
    return run._replace(marks={**run.marks, _CUT: run.now})


def _seconds(duration: Duration | None) -> float:
    if duration is None or duration.seconds is None:
        raise NotPlainError
    return float(duration.seconds)
