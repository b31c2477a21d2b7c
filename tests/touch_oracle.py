"""A small play goes in; whether any course of any customer breaks its cap comes out, by trying every course, hour by hour.

Written from the meaning of the words alone; it shares nothing with what is tested. State is what can still make a difference, all
times counted back from now, so that a course that comes to a state again is not followed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from tests.touch_plays import CONFIRMED, HOURS, JOINS, ROLE_HOURS, Play, Step, counted
from tests.touch_potential import Potential

OLD = 60
"""Hours beyond which nothing in a play makes a difference."""


class TooManyError(Exception):
    """More states than are looked at."""


class Run(NamedTuple):
    """One customer in one journey. Times are hours of the play's clock."""

    journey: int
    stage: int
    path: tuple[tuple[int, str, int], ...]
    """Where it stands: a step's number, and inside it the list and number of an inner step."""
    due: int
    """When the step is done, or the wait over; OLD * 100 for nothing to come."""
    hears: bool
    entered: int
    started: int
    marks: tuple[tuple[str, int], ...]
    """When steps that anchors name were done."""
    every: tuple[tuple[int, int], ...] = ()
    """(step, next planned)."""
    beside: tuple[tuple[int, int], ...] = ()
    """(step, when it is done)."""
    leaving: int = -1
    """Transition that waits for the end of the stay."""


class World(NamedTuple):
    now: int
    side: int
    runs: tuple[Run, ...] = ()
    done: tuple[tuple[int, str], ...] = ()
    """(when, channel or '') of counted touches that the window still holds."""
    sent: tuple[tuple[int, int], ...] = ()
    """(when, weight) of touches that a person has still to let go, or that a closed hour moved."""
    came: tuple[tuple[str, int], ...] = ()
    """(event, when)."""
    spent: tuple[int, ...] = ()
    """Journeys that had their one run."""
    ended: tuple[tuple[int, int], ...] = ()
    """(journey, when it last ended)."""


NEVER = OLD * 100
State = TypeVar("State", World, Run)


def replace(state: State, **values: object) -> State:
    return state._replace(**values)  # type: ignore[arg-type]


def _without(world: World, run: Run) -> World:
    runs = list(world.runs)
    runs.remove(run)
    return replace(world, runs=tuple(runs))


@dataclass
class Oracle:
    play: Play
    most_states: int
    seen: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.potential = Potential(self.play)
        self.index = {one.id: n for n, one in enumerate(self.play.journeys)}
        self.by_clock = bool(
            self.play.calendar
            or self.play.quiet
            or self.play.issues
            or any(per == "day" for _, per in self.play.events.values())
            or any(one.channel in HOURS or ROLE_HOURS.get(one.by) for one in self.play.every_step())
        )
        self.pauses = [
            max(
                one.reentry if isinstance(one.reentry, int) else 0,
                self.play.cool_down if one.id in self.play.group else 0,
            )
            for one in self.play.journeys
        ]
        self.anchors = {one.since for one in self.play.every_step()}
        self.heard = {one.event for one in self.play.every_step() if one.event}
        for journey in self.play.journeys:
            self.heard |= {journey.starts_on, journey.ends_on}
            self.heard |= {what for stage in journey.stages for kind, what, _ in stage.next if kind == "on"}  # type: ignore[misc]

    # The question

    def breaks(self) -> bool:
        """Return whether the cap can be broken; raise where that takes more states than allowed."""
        sides = (0, 1) if any(one.audience is not None for one in self.play.journeys) or self._sided() else (0,)
        todo = [world for world in (World(0, side) for side in sides) if self._goes_on(world)]
        while todo:
            world = todo.pop()
            for after in self._hour(world):
                if self._broken(after):
                    return True
                later = self._forget(replace(after, now=after.now + 1))
                key = self._key(later)
                if key not in self.seen and self._goes_on(later):
                    self.seen.add(key)
                    if len(self.seen) > self.most_states:
                        raise TooManyError
                    todo.append(later)
        return False

    def _goes_on(self, world: World) -> bool:
        """Return whether what comes after is looked at: only where enough touches can still come."""
        return len(world.done) + self.potential.most(world) > self.play.most

    def _sided(self) -> bool:
        return any(one.only is not None or one.kind == "choose" for one in self.play.every_step())

    def _broken(self, world: World) -> bool:
        return len(world.done) > self.play.most

    def _forget(self, world: World) -> World:
        now = world.now
        if self.play.calendar:
            done = tuple(one for one in world.done if one[0] // 24 == now // 24)
        else:
            done = tuple(one for one in world.done if now - one[0] < self.play.window)
        came = tuple((name, when) for name, when in world.came if self._remembered(name, when, now))
        ended = tuple((one, when) for one, when in world.ended if now - when < self.pauses[one])
        return replace(world, done=done, came=came, ended=ended)

    def _remembered(self, name: str, when: int, now: int) -> bool:
        per = self.play.events[name][1]
        if per == "lifetime":
            return True
        return when // 24 == now // 24 if per == "day" else now - when < int(per)

    def _key(self, world: World) -> object:
        now = world.now

        def ago(when: int) -> int:
            return min(now - when, OLD) if when < NEVER else NEVER

        runs = tuple(
            sorted(
                (
                    one.journey,
                    one.stage,
                    one.path,
                    ago(one.due),
                    one.hears,
                    ago(one.entered) if self.play.journeys[one.journey].lifecycle else min(1, ago(one.entered)),
                    ago(one.started) if "start" in self.anchors else 0,
                    tuple((name, ago(when)) for name, when in one.marks),
                    tuple((step, ago(when)) for step, when in one.every),
                    tuple(sorted((step, ago(when)) for step, when in one.beside)),
                    one.leaving,
                )
                for one in world.runs
            )
        )
        came = tuple(
            sorted((name, 0 if self.play.events[name][1] == "lifetime" else ago(when)) for name, when in world.came)
        )
        return (
            now % 24 if self.by_clock else 0,
            world.side,
            runs,
            tuple(sorted(ago(when) for when, _ in world.done)),
            tuple(sorted((ago(when), weight) for when, weight in world.sent)),
            came,
            world.spent,
            tuple(sorted((one, ago(when)) for one, when in world.ended)),
        )

    # One hour: events, then transitions, then steps

    def _hour(self, world: World) -> Iterator[World]:
        worlds = [self._issues(world)]
        for name in sorted(self.heard & set(self.play.events)):
            worlds = [after for one in worlds for after in self._occur(one, name)]
        worlds = [after for one in worlds for after in self._leave(one)]
        for one in worlds:
            yield from self._settle(one)

    def _issues(self, world: World) -> World:
        hour = world.now % 24
        if hour not in self.play.issues:
            return world
        feels = not self.play.selects or self.play.selects == "way"
        return replace(world, sent=(*world.sent, (self._moved(world.now, ("way",), ""), 1))) if feels else world

    def _occur(self, world: World, name: str) -> Iterator[World]:
        """Yield the world with the event occurring not, once, or as often as it may at one instant.

        An occurrence that does nothing is left out: it only uses up how often the event may come.
        """
        worlds = [world]
        yield world
        most, _ = self.play.events[name]
        for _ in range(min(most, 2)):
            worlds = [
                after
                for one in worlds
                if sum(event == name for event, _ in one.came) < most
                for after in self._heard(replace(one, came=(*one.came, (name, one.now))), name)
                if after.runs != one.runs or after[3:] != (*one[3:5], after.came, *one[6:])
            ]
            yield from worlds

    def _heard(self, world: World, name: str) -> list[World]:
        """Return the worlds after all that one occurrence does."""
        worlds = [world]
        for run in world.runs:
            worlds = [
                after
                for one in worlds
                for after in (self._run_hears(_without(one, run), run, name) if run in one.runs else [one])
            ]
        for number, journey in enumerate(self.play.journeys):
            if journey.starts_on == name:
                worlds = [after for one in worlds for after in self._start(one, number)]
        return worlds

    def _run_hears(self, world: World, run: Run, name: str) -> list[World]:
        journey = self.play.journeys[run.journey]
        stage = journey.stages[run.stage]
        if journey.ends_on == name:
            return self._exit(world, run)
        runs = [run]
        if run.started < world.now or run.entered < world.now:
            for number, step in enumerate(stage.steps):
                if step.event == name and step.kind != "hear" and run.entered < world.now:
                    runs = [
                        replace(one, beside=(*one.beside, (number, when)))
                        for one in runs
                        for when in self._times(step, one, world.now)
                    ]
        for number, (kind, what, to) in enumerate(stage.next):
            if kind == "on" and what == name and run.entered < world.now:
                if world.now - run.entered >= stage.stays:
                    return [after for one in runs for after in self._go(self._finish_beside(world, one), one, to)]
                runs = [replace(one, leaving=number if one.leaving < 0 else min(one.leaving, number)) for one in runs]
        if run.hears:
            step = self._step(run)
            if step.event == name:
                found = []
                for one in runs:
                    found += self._proceed(world, replace(one, hears=False, due=NEVER), one.path, came=True)
                return found
        return [replace(world, runs=(*world.runs, one)) for one in runs]

    def _finish_beside(self, world: World, run: Run) -> World:
        """A step that the same event sets off at once is done before the transition."""
        stage = self.play.journeys[run.journey].stages[run.stage]
        for number, when in run.beside:
            if when == world.now:
                world = self._touch(world, stage.steps[number])[0]
        return world

    def _leave(self, world: World) -> list[World]:
        """Return the worlds after timers, stays, waits that nothing ended, and whoever no longer belongs."""
        worlds = [world]
        for run in world.runs:
            worlds = [
                after
                for one in worlds
                for after in (self._run_leaves(_without(one, run), run) if run in one.runs else [one])
            ]
        return worlds

    def _run_leaves(self, world: World, run: Run) -> list[World]:
        journey = self.play.journeys[run.journey]
        stage = journey.stages[run.stage]
        found: list[World] = []
        if journey.leaves:
            found += self._exit(world, run)
        stays = world.now - run.entered
        if run.leaving >= 0 and stays >= stage.stays:
            return found + self._go(world, run, stage.next[run.leaving][2])
        for kind, what, to in stage.next:
            if kind == "after" and stays == what:
                return found + self._go(world, run, to)
        if run.hears and run.due == world.now:
            return found + self._proceed(world, replace(run, hears=False, due=NEVER), run.path, came=False)
        return [*found, replace(world, runs=(*world.runs, run))]

    def _settle(self, world: World) -> Iterator[World]:
        """Yield the worlds in which nothing is left to be done at this instant."""
        todo = [world]
        while todo:
            one = todo.pop()
            if self._broken(one):
                yield one
                continue
            sent = next((pair for pair in one.sent if pair[0] == one.now), None)
            if sent is not None:
                rest = list(one.sent)
                rest.remove(sent)
                todo.append(replace(one, sent=tuple(rest), done=(*one.done, *[(one.now, "")] * sent[1])))
                continue
            following = self._next_deed(one)
            if following is None:
                yield one
            else:
                todo += following

    def _next_deed(self, world: World) -> list[World] | None:
        for run in world.runs:
            others = _without(world, run)
            stage = self.play.journeys[run.journey].stages[run.stage]
            for beside in run.beside:
                if beside[0] >= 0 and beside[1] == world.now:
                    rest = list(run.beside)
                    rest.remove(beside)
                    kept = replace(run, beside=tuple(rest))
                    return [
                        replace(after, runs=(*after.runs, kept))
                        for after in self._touch(others, stage.steps[beside[0]])
                    ]
            for planned in run.every:
                if planned[1] == world.now:
                    step = stage.steps[planned[0]]
                    rest = [pair for pair in run.every if pair != planned]
                    at = self._moved(world.now, (step.channel,), step.by)
                    set_off = (*run.beside, (planned[0], at))
                    again = (planned[0], world.now + step.every)
                    return [replace(others, runs=(*others.runs, replace(run, every=(*rest, again), beside=set_off)))]
            if run.due == world.now and not run.hears:
                return self._deed(others, run)
        return None

    def _deed(self, world: World, run: Run) -> list[World]:
        """Return the worlds after the step at which a run stands is done."""
        step = self._step(run)
        if step.id in self.anchors:
            run = replace(run, marks=(*(pair for pair in run.marks if pair[0] != step.id), (step.id, world.now)))
        run = replace(run, due=NEVER)
        left_out = step.only is not None and step.only != world.side
        if step.kind == "go" and not left_out:
            return self._go(world, run, step.to)
        worlds = [world]
        if step.kind == "touch" and not left_out and not self._dropped(world.now, step):
            worlds = self._touch(world, step)
        if step.kind == "start" and not left_out:
            begun = self._start(replace(world, runs=(*world.runs, run)), self.index[step.to])
            worlds = [_without(one, run) for one in begun if run in one.runs]
            cut_off = [one for one in begun if run not in one.runs]
            return [*cut_off, *(after for one in worlds for after in self._proceed(one, run, run.path, came=True))]
        return [after for one in worlds for after in self._proceed(one, run, run.path, came=True)]

    def _touch(self, world: World, step: Step) -> list[World]:
        if not counted(self.play, step) or self._dropped(world.now, step):
            return [world]
        if step.channel == "slow":
            return [replace(world, sent=(*world.sent, (world.now + late, 1))) for late in range(CONFIRMED + 1)]
        many = JOINS if step.channel == "room" else 1
        return [replace(world, done=(*world.done, *[(world.now, step.channel)] * many))]

    # Journeys

    def _start(self, world: World, number: int) -> list[World]:
        journey = self.play.journeys[number]
        running = [run for run in world.runs if run.journey == number]
        if journey.audience is not None and journey.audience != world.side:
            return [world]
        if journey.reentry == "never" and number in world.spent:
            return [world]
        if isinstance(journey.reentry, int):
            ended = [when for one, when in world.ended if one == number]
            if running or any(world.now - when < journey.reentry for when in ended):
                return [world]
        if running and not journey.overlap:
            return [world]
        worlds = self._make_room(world) if journey.id in self.play.group else [world]
        found: list[World] = [] if worlds else [world]
        for one in worlds:
            started = number in one.spent and number not in world.spent
            if started or self._is_taken(one, journey.id):  # the end of one that made room has started it, or another
                found.append(one)
                continue
            once = journey.reentry == "never" and number not in one.spent
            spent = tuple(sorted((*one.spent, number))) if once else one.spent
            run = Run(number, 0, (), NEVER, False, one.now, one.now, ())
            found += self._enter(replace(one, spent=spent), run, 0)
        return found

    def _is_taken(self, world: World, name: str) -> bool:
        group = self.play.group
        return name in group and any(run.journey in {self.index[one] for one in group} for run in world.runs)

    def _make_room(self, world: World) -> list[World]:
        """Return the worlds in which nothing of the group runs; none where the start is refused."""
        members = {self.index[one] for one in self.play.group}
        busy = [run for run in world.runs if run.journey in members]
        if self.play.if_busy == "drop":
            ended = [when for one, when in world.ended if one in members]
            return [] if busy or any(world.now - when < self.play.cool_down for when in ended) else [world]
        worlds = [world]
        for run in busy:
            worlds = [
                after
                for one in worlds  # what the end of another started may have sent it away already
                for after in (self._exit(_without(one, run), run) if run in one.runs else [one])
            ]
        return worlds

    def _enter(self, world: World, run: Run, stage: int) -> list[World]:
        journey = self.play.journeys[run.journey]
        steps = journey.stages[stage].steps
        every = tuple((n, world.now + step.every) for n, step in enumerate(steps) if step.every)
        fresh = replace(
            run, stage=stage, path=(), due=NEVER, hears=False, entered=world.now, every=every, beside=(), leaving=-1
        )
        return self._come_to(world, fresh, ((0, "", 0),))

    def _exit(self, world: World, run: Run) -> list[World]:
        ended = (*(pair for pair in world.ended if pair[0] != run.journey), (run.journey, world.now))
        worlds = [replace(world, ended=ended)]
        name = f"ended:{self.play.journeys[run.journey].id}"
        for number, journey in enumerate(self.play.journeys):
            if journey.starts_on == name:
                worlds = [after for one in worlds for after in self._start(one, number)]
        return worlds

    def _go(self, world: World, run: Run, to: str) -> list[World]:
        if to == "end":
            return self._exit(world, run)
        stages = [one.id for one in self.play.journeys[run.journey].stages]
        return self._enter(world, run, stages.index(to))

    # Steps

    def _lists(self, run: Run, path: tuple[tuple[int, str, int], ...]) -> list[Step]:
        """Return the list of steps in which the last number of `path` counts."""
        steps = self.play.journeys[run.journey].stages[run.stage].steps
        for number, branch, _ in path[1:]:
            step = steps[number]
            steps = step.steps if branch == "steps" else step.other
        return steps

    def _step(self, run: Run) -> Step:
        return self._lists(run, run.path)[run.path[-1][2]]

    def _come_to(self, world: World, run: Run, path: tuple[tuple[int, str, int], ...]) -> list[World]:
        """Return the worlds with the run planned for the step at `path`, or for what follows where there is none."""
        steps = self._lists(run, path)
        number = path[-1][2]
        while number < len(steps) and (steps[number].every or (steps[number].event and steps[number].kind != "hear")):
            number += 1
        path = (*path[:-1], (path[-1][0], path[-1][1], number))
        if number >= len(steps):
            if len(path) == 1:
                journey = self.play.journeys[run.journey]
                if journey.lifecycle:
                    return [replace(world, runs=(*world.runs, replace(run, path=path, due=NEVER)))]
                return self._exit(world, run)
            outer = path[:-1]
            return self._come_to(world, run, (*outer[:-1], (outer[-1][0], outer[-1][1], outer[-1][2] + 1)))
        step, here = steps[number], replace(run, path=path)
        if step.kind == "hear":
            return [replace(world, runs=(*world.runs, replace(here, hears=True, due=world.now + step.up_to)))]
        if step.kind == "choose":
            branch = "steps" if world.side == 0 else "other"
            return self._come_to(world, here, (*path, (number, branch, 0)))
        return [
            replace(world, runs=(*world.runs, replace(here, due=when))) for when in self._times(step, run, world.now)
        ]

    def _proceed(self, world: World, run: Run, path: tuple[tuple[int, str, int], ...], *, came: bool) -> list[World]:
        step = self._lists(run, path)[path[-1][2]]
        if step.kind == "hear" and not came and step.steps:
            return self._come_to(world, run, (*path, (path[-1][2], "steps", 0)))
        last = path[-1]
        return self._come_to(world, run, (*path[:-1], (last[0], last[1], last[2] + 1)))

    def _times(self, step: Step, run: Run, now: int) -> list[int]:
        """Return all hours at which a step may be done that is come to now."""
        marks = dict(run.marks)
        zero = {"": now, "start": run.started, "stage": run.entered}.get(step.since, marks.get(step.since, now))
        low = max(now, zero + (step.low or 0))
        last = zero + (step.high or 0) if step.within is None else self._deadline(zero, step)
        high = max(low, last)
        if step.kind == "start" or (step.kind in ("wait", "go")):
            return list(range(low, high + 1))
        return sorted({self._moved(when, (step.channel,), step.by, keep=True) for when in range(low, high + 1)})

    def _deadline(self, zero: int, step: Step) -> int:
        """Return the last hour by which so many open ones have passed."""
        left, when = step.within or 0, zero
        while True:
            if self._open(when, (step.channel,), step.by, quiet=step.kind == "touch"):
                if left == 0:
                    return when
                left -= 1
            when += 1

    # Hours

    def _open(self, now: int, channels: Iterable[str], by: str, *, quiet: bool) -> bool:
        hour = now % 24
        spans = [HOURS[one] for one in channels if one in HOURS]
        if ROLE_HOURS.get(by):
            spans.append(ROLE_HOURS[by])  # type: ignore[arg-type]
        if any(not start <= hour < end for start, end in spans):
            return False
        if self.play.quiet and quiet and any(one != "room" for one in channels):
            start, end = self.play.quiet
            inside = start <= hour < end if start < end else hour >= start or hour < end
            return not inside
        return True

    def _moved(self, now: int, channels: tuple[str, ...], by: str, *, keep: bool = False) -> int:
        """Return when what is due now goes out; a channel that drops is left where it is (`_dropped` sees to it)."""
        if "cut" in channels and (keep or not self._open(now, channels, by, quiet=True)):
            return now
        quiet = bool(channels and channels[0])
        for when in range(now, now + 25):
            if self._open(when, channels, by, quiet=quiet):
                return when
        return now

    def _dropped(self, now: int, step: Step) -> bool:
        return step.channel == "cut" and not self._open(now, ("cut",), step.by, quiet=True)
