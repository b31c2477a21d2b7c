"""One customer's run through the tables, by small steps: what happens to the customer goes in, what the playbooks do is noted.

At one instant: events, then ends of sync runs, then timeouts and transitions, then due steps; among due steps the higher priority first.
A step that an event asks for at once is done before the transition that the same event causes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Final

from sopkit.model.documents import Journey
from sopkit.simulation.caps import Caps
from sopkit.simulation.customer import Customer
from sopkit.simulation.deeds import Deeds
from sopkit.simulation.groups import Groups
from sopkit.simulation.happenings import change, compute
from sopkit.simulation.instance import Instance
from sopkit.simulation.issues import Due
from sopkit.simulation.plan import Ear, Issue, Play, Scene, Via
from sopkit.simulation.syncs import Draw, Syncs
from sopkit.simulation.trace import Record
from sopkit.simulation.world import World

EVENT, SYNC, TURN, STEP = 0, 1, 2, 3
"""Order at one instant."""
MOST_AT_ONCE: Final = 20_000
"""Things that happen to one customer at one instant; playbooks that do more run in a circle without time."""

UNKNOWN: Final = "?"


class EndlessError(Exception):
    """The playbooks go round without time passing: the run has no end."""


class Machine:
    """The state of one customer and what is pending."""

    def __init__(self, world: World, record: Record, draw: Draw) -> None:
        self.world, self.plan, self.zone, self.end = world, world.plan, world.zone, world.end
        self.note, self.draw = record, draw
        self.who = Customer(world.zone)
        self.queue: list[tuple[int, int, int, int, Callable[[int], None]]] = []
        self.number = 0
        self.running: list[Instance] = []
        self.last_exit: dict[str, int] = {}
        self.started: set[str] = set()
        self.syncs = Syncs(world.timetable, draw)
        self.caps = Caps(self.plan, self.syncs, world.zone)
        self.groups = Groups(self)
        self.deeds = Deeds(self)
        self.inside: dict[str, bool] = {}
        self.reached: dict[int, Via | None] = {}
        """Number of an issue → the channel by which it reaches the customer, until something changes that."""
        self.happened: Callable[[str, str, int], None] | None = None
        """Told of each event, as `event` and its name, and of each consent that is given, refused or withdrawn."""

    def at(self, time: int, order: int, act: Callable[[int], None], priority: int = 0) -> None:
        if time < self.end:
            self.number += 1
            heappush(self.queue, (time, order, -priority, self.number, act))

    def begin(self) -> None:
        """Compute what is computed, silently, and plan what the calendar brings."""
        for rule in self.world.rules:
            compute(self, rule, self.world.start, silent=True)
        for name, crossing in self.plan.crossings.items():
            self.inside[name] = crossing.inside(self.who, self.world.start)
        for when, rule in self.world.computings:
            self.at(when, EVENT, partial(compute, self, rule))
        for when, key in self.world.calls:
            self.at(when, EVENT, partial(self.announce, key))

    def run(self) -> None:
        """Do everything that is pending before the end. Raises `EndlessError`."""
        queue, calendar, reached = self.queue, self.world.calendar, self.reached
        instant, count = -1, 0
        coming = iter(calendar)
        due = next(coming, None)
        while queue or due is not None:
            if due is not None and (not queue or queue[0] > due.key):
                known = reached.get(due.issue.number, UNKNOWN)
                if known is not None:
                    self._issue(due, known)
                due = next(coming, None)
                continue
            time, _, _, _, act = heappop(queue)
            count = count + 1 if time == instant else 0
            instant = time
            if count > MOST_AT_ONCE:
                raise EndlessError
            act(time)

    def _issue(self, due: Due, via: Via | str | None) -> None:
        """Send what a cadence sends next, if the customer is in its audience."""
        issue, now = due.issue, due.at
        if isinstance(via, str):
            via = self._reached(issue, now)
            if not issue.lapsing:
                self.reached[issue.number] = via
        if via is None:
            return
        if via.felt:
            self.note(now, "touch", issue.node, via.channel.id, via.weight, via.controlled)
            self.caps.count(via, issue.rule, now)
        if issue.before is None and issue.node in self.plan.listeners:
            self.announce(issue.node, now)

    def _reached(self, issue: Issue, now: int) -> Via | None:
        """Return the channel by which an issue reaches the customer; None outside of its audience."""
        if not issue.audience(self.who, now):
            return None
        return next(
            (one for one in issue.vias if one.channel.address is None or one.channel.address.id in self.who.data), None
        )

    # What is announced, and who hears it

    def announce(self, key: str, now: int, tool: str | None = None) -> None:
        """Tell every running instance of an occurrence, then start what starts on it: who starts now hears later ones only.

        With a tool, only the playbooks that run in it are told.
        """
        hearers = self.plan.hearers.get(key)
        if hearers is None:
            return
        for instance in tuple(self.running):
            if instance.play.node in hearers and not instance.over and (tool is None or instance.play.tool == tool):
                self._hear(instance, key, now)
        for play, ear in self.plan.starting.get(key, ()):
            if (tool is None or play.tool == tool) and ear.where(self.who, now):
                self.start(play, now)

    def _heard(self, ears: tuple[Ear, ...], key: str, now: int) -> bool:
        for ear in ears:  # faster than `any` over a generator, and asked millions of times  # noqa: SIM110
            if ear.key == key and ear.where(self.who, now):
                return True
        return False

    def _hear(self, instance: Instance, key: str, now: int) -> None:
        if self._heard(instance.play.ends, key, now):
            self.finish(instance, now, "ended")
            return
        scene, visit = instance.scene, instance.visit
        if scene is None:
            return
        for move in scene.beside:
            if move.on and not instance.muted and self._heard(move.on, key, now):
                self.deeds.schedule(instance, move, now, None, beside=True)
        if not instance.in_stage(visit):
            return
        for index, ears in scene.ons:
            if self._heard(ears, key, now):
                self.at(now, TURN, partial(self.turn, instance, visit, scene.stage.next[index].go.id))
                break
        waiting = instance.waiting
        if waiting and not instance.muted and now > waiting.since and self._heard(waiting.move.until, key, now):
            instance.waiting = None
            self.deeds.follow(instance, waiting.place, now)

    def changed(self, now: int) -> None:
        """Look again at what must hold all along, at transitions taken as soon as something holds, at segments that are crossed."""
        for instance in tuple(self.running):
            if instance.over:
                continue
            keeps = instance.play.stays_while
            if keeps is not None and not keeps(self.who, now):
                self.finish(instance, now, "ended")
            elif instance.scene is not None and instance.scene.whens:
                self.at(now, TURN, partial(self._look, instance, instance.visit))
        for name, crossing in self.plan.crossings.items():
            inside = crossing.inside(self.who, now)
            if inside is not self.inside.get(name, False):
                self.inside[name] = inside
                self.announce(f"trigger/{'enters' if inside else 'leaves'}/{name}", now)

    def _look(self, instance: Instance, visit: int, now: int) -> None:
        scene = instance.scene
        if not instance.in_stage(visit) or scene is None:
            return
        for index, test in scene.whens:
            if test(self.who, now):
                self.turn(instance, visit, scene.stage.next[index].go.id, now)
                return

    # Journeys

    def start(self, play: Play, now: int) -> None:
        """Start a play, or note why not: re-entry, audience, another of its group that runs."""
        name = play.document.id
        reason = self._refusal(play, now)
        if reason:
            self.note(now, "refuse", play.node, reason, 1, False)
            return
        instance = Instance(play, now)
        self.running.append(instance)
        self.started.add(name)
        self.note(now, "start", play.node, "", 1, False)
        self._count(name, 1, now)
        self.announce(f"trigger/entered/{name}", now)
        document = play.document
        if instance.over:
            return
        if play.stays_while is not None and not play.stays_while(self.who, now):
            self.finish(instance, now, "ended")
        elif isinstance(document, Journey) and document.follows:
            self.follow_value(instance, now)
        elif play.scenes:
            self._enter(instance, play.scenes[play.first], now)

    def _refusal(self, play: Play, now: int) -> str:
        document, name = play.document, play.document.id
        if isinstance(document, Journey):
            mode, runs = document.reentry.mode, self.who.inside.get(name, 0) > 0
            if mode == "never" and name in self.started:
                return "reentry"
            if mode == "after" and (runs or self._too_soon(document, now)):
                return "reentry"
            if runs and not document.overlap:
                return "overlap"
        if not play.audience(self.who, now):
            return "audience"
        return self.groups.claim(name, now, partial(self.start, play))

    def _too_soon(self, document: Journey, now: int) -> bool:
        last, after = self.last_exit.get(document.id), document.reentry.after
        return last is not None and after is not None and now < self.zone.later(last, after)

    def finish(self, instance: Instance, now: int, why: str) -> None:
        """End an instance, `done` or `ended` before its end; what was pending in it is void."""
        if instance.over:
            return
        self._leave(instance, now, why)
        if instance not in self.running:  # what the leaving started has ended it
            return
        instance.over = True
        self.running.remove(instance)
        name = instance.play.document.id
        self.last_exit[name] = now
        self.note(now, "end", instance.play.node, why, 1, False)
        self._count(name, -1, now)
        self.groups.free(name, now)
        for way in ("left", "ended"):
            self.announce(f"trigger/{way}/{name}", now)

    def _count(self, place: str, by: int, now: int) -> None:
        who = self.who
        who.inside[place] = who.inside.get(place, 0) + by
        who.been.add(place)
        change(self, f"in/{place}", now)

    # Stages

    def _enter(self, instance: Instance, scene: Scene, now: int) -> None:
        instance.scene, instance.entered, instance.muted = scene, now, True
        instance.visit += 1
        instance.done = {}
        visit = instance.visit
        if not scene.stage.id:
            instance.muted = False
        else:
            self.note(now, "enter", scene.node, "", 1, False)
            reason = self.groups.claim(scene.path, now, partial(self._unmute, instance, visit))
            instance.muted = reason != ""
            if reason:
                self.note(now, "refuse", scene.node, reason, 1, False)
            self._count(scene.path, 1, now)
            self.announce(f"trigger/entered/{scene.path}", now)
            if not instance.in_stage(visit):
                return
        for move in scene.stage.next:
            if move.after is not None:
                later = self.zone.later(now, move.after)
                self.at(later, TURN, partial(self.turn, instance, visit, move.go.id))
        if scene.whens:
            self.at(now, TURN, partial(self._look, instance, visit))
        if not instance.muted:
            self.deeds.open(instance, now)

    def _unmute(self, instance: Instance, visit: int, now: int) -> None:
        """Let the steps of a stage begin that waited for its turn in a group."""
        if instance.in_stage(visit) and instance.muted:
            instance.muted = False
            self.deeds.open(instance, now)

    def _leave(self, instance: Instance, now: int, why: str) -> None:
        scene, muted = instance.scene, instance.muted
        instance.visit += 1
        instance.waiting, instance.scene, instance.held = None, None, False
        if scene is not None and scene.stage.id:
            self.note(now, "leave", scene.node, why, 1, False)
            self._count(scene.path, -1, now)
            if not muted:
                self.groups.free(scene.path, now)
            self.announce(f"trigger/left/{scene.path}", now)

    def turn(self, instance: Instance, visit: int, target: str, now: int) -> None:
        """Take a transition, unless the stage was left; before the end of `stays` the first that wants waits for it."""
        scene = instance.scene
        if not instance.in_stage(visit) or scene is None:
            return
        stays = scene.stage.stays
        free = self.zone.later(instance.entered, stays) if stays else now
        if now < free:
            if not instance.held:
                instance.held = True
                self.at(free, TURN, partial(self.turn, instance, visit, target))
            return
        self.go(instance, target, now)

    def go(self, instance: Instance, target: str, now: int) -> None:
        """Leave for a stage, for a step of the same procedure, or for the end."""
        play = instance.play
        if target in play.scenes:
            self._leave(instance, now, target)
            if not instance.over:
                self._enter(instance, play.scenes[target], now)
            return
        chain = instance.scene.chain if instance.scene else ()
        place = next((number for number, move in enumerate(chain) if move.step.id == target), None)
        if target == "end" or place is None:
            self.finish(instance, now, "done")
        else:
            self.deeds.follow(instance, (chain, place), now)

    def follow_value(self, instance: Instance, now: int) -> None:
        """Move to the stage of the value that the lifecycle follows."""
        document = instance.play.document
        if not isinstance(document, Journey) or document.follows is None or instance.over:
            return
        value = self.who.data.get(document.follows.id, "")
        if instance.scene is not None and instance.scene.stage.id == value:
            return
        if value in instance.play.scenes:
            if instance.scene is None:
                self._enter(instance, instance.play.scenes[value], now)
            else:
                self.turn(instance, instance.visit, value, now)
