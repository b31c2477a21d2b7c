"""One customer's run through the tables, by small steps: what happens to the customer goes in, a log of what the playbooks do comes out.

At one instant: events, then ends of sync runs, then timeouts and transitions, then due steps; among due steps the higher priority first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from typing import Final

from sopkit.model.documents import Journey
from sopkit.model.steps import Choose, Go, Grant, SetData, Start, Tag, Wait
from sopkit.model.triggers import SegmentCrossed
from sopkit.simulation.caps import Caps
from sopkit.simulation.clock import NEVER, Zone
from sopkit.simulation.customer import Customer
from sopkit.simulation.delays import due
from sopkit.simulation.plan import Ear, Move, Plan, Play, Scene, Via
from sopkit.simulation.trace import Entry, EntryKind

EVENT, SYNC, TURN, STEP = 0, 1, 2, 3
"""Order at one instant."""
MOST_ENTRIES: Final = 100_000
"""Lines of one customer's log; playbooks that make more run in a circle without time."""

Choose_ = Callable[[str, int, int], int]
"""Node id, shortest and longest seconds → the seconds that it takes."""


class EndlessError(Exception):
    """The playbooks go round without time passing: the run has no end."""


@dataclass(slots=True, eq=False)
class Instance:
    """One run of a play. `visit` changes when the stage is left: what was pending for the former visit is void."""

    play: Play
    begun: int
    scene: Scene | None = None
    visit: int = 0
    entered: int = 0
    done: dict[str, int] = field(default_factory=dict)
    waiting: tuple[Move, int, tuple[tuple[Move, ...], int], tuple[object, ...]] | None = None
    over: bool = False
    held: tuple[int, str] | None = None
    """A transition that waits until the stage's `stays` is over: (when, where)."""


class Machine:
    """The state of one customer and what is pending."""

    def __init__(self, plan: Plan, zone: Zone, end: int, choose: Choose_) -> None:
        self.plan, self.zone, self.end, self.choose = plan, zone, end, choose
        self.who = Customer(zone)
        self.log: list[Entry] = []
        self.queue: list[tuple[int, int, int, int, Callable[[int], None]]] = []
        self.number = 0
        self.running: list[Instance] = []
        self.last_exit: dict[str, int] = {}
        self.started: set[str] = set()
        self.caps = Caps(plan, zone)
        self.free_at: dict[str, int] = {}
        self.queued: dict[str, list[Play]] = {}
        self.segments = {
            key: plan.workspace.segments[ear.trigger.segment.id]
            for key, pairs in plan.starting.items() for _, ear in pairs
            if isinstance(ear.trigger, SegmentCrossed) and ear.trigger.segment.id in plan.workspace.segments
        }  # fmt: skip

    def at(self, time: int, order: int, act: Callable[[int], None], priority: int = 0) -> None:
        if time < self.end:
            self.number += 1
            heappush(self.queue, (time, order, -priority, self.number, act))

    def run(self) -> None:
        """Do everything that is pending before the end. Raises `EndlessError`."""
        while self.queue:
            time, *_, act = heappop(self.queue)
            act(time)
            if len(self.log) > MOST_ENTRIES:
                raise EndlessError

    def note(
        self, now: int, kind: EntryKind, node: str, detail: str = "", weight: int = 1, *, controlled: bool = False
    ) -> None:
        self.log.append(Entry(now, kind, node, detail, weight, controlled))

    # What is announced, and who hears it

    def announce(self, key: str, now: int) -> None:
        """Tell every running instance of an occurrence, then start what starts on it: who starts now hears later ones only."""
        for instance in tuple(self.running):
            if not instance.over:
                self._hear(instance, key, now)
        for play, ear in self.plan.starting.get(key, ()):
            if ear.where(self.who, now):
                self.start(play, now)

    def _heard(self, ears: tuple[Ear, ...], key: str, now: int) -> bool:
        return any(ear.key == key and ear.where(self.who, now) for ear in ears)

    def _hear(self, instance: Instance, key: str, now: int) -> None:
        if self._heard(instance.play.ends, key, now):
            self.finish(instance, now)
            return
        scene = instance.scene
        if scene is None:
            return
        visit = instance.visit
        for move in scene.beside:
            if self._heard(move.on, key, now):
                self._schedule(instance, move, now, None, beside=True)
        for index, ears in scene.ons:
            if self._heard(ears, key, now):
                target = scene.stage.next[index].go.id
                self.at(now, TURN, partial(self._turn, instance, visit, target))
                break
        waiting = instance.waiting
        if waiting and now > waiting[1] and self._heard(waiting[0].until, key, now):
            instance.waiting = None
            self._follow(instance, waiting[2], now)

    def changed(self, now: int) -> None:
        """Look again at what must hold all along, and at transitions that are taken as soon as something holds."""
        for instance in tuple(self.running):
            if instance.over:
                continue
            keeps = instance.play.stays_while
            if keeps is not None and not keeps(self.who, now):
                self.finish(instance, now)
            elif instance.scene is not None and instance.scene.whens:
                self.at(now, TURN, partial(self._look, instance))

    def _look(self, instance: Instance, now: int) -> None:
        if instance.over or instance.scene is None:
            return
        for index, test in instance.scene.whens:
            if test(self.who, now):
                self._turn(instance, instance.visit, instance.scene.stage.next[index].go.id, now)
                return

    # Journeys

    def start(self, play: Play, now: int) -> None:
        """Start a play, or note why not: re-entry, audience, another of its group that runs."""
        name = play.document.id
        reason = self._refusal(play, now)
        if reason:
            self.note(now, "refuse", play.node, reason)
            return
        instance = Instance(play, now)
        self.running.append(instance)
        self.started.add(name)
        self._count(name, 1)
        self.note(now, "start", play.node)
        self.announce(f"trigger/entered/{name}", now)
        document = play.document
        if isinstance(document, Journey) and document.follows:
            self._follow_value(instance, now)
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
        return self._busy(play, now)

    def _too_soon(self, document: Journey, now: int) -> bool:
        last, after = self.last_exit.get(document.id), document.reentry.after
        return last is not None and after is not None and now < self.zone.later(last, after)

    def _busy(self, play: Play, now: int) -> str:
        group = self.plan.groups.get(play.document.id)
        if group is None:
            return ""
        others = [one for one in self.running for place in group.journeys
                  if not one.over and (place.id == one.play.document.id or (one.scene and place.id == one.scene.path))]  # fmt: skip
        if group.if_busy == "preempt":
            for other in others:
                self.finish(other, now)
            others = []
        free = self.free_at.get(group.id, now) if group.if_busy != "preempt" else now
        if not others and free <= now:
            return ""
        if group.if_busy == "queue":
            if others:
                self.queued.setdefault(group.id, []).append(play)
            else:
                self.at(free, TURN, lambda time: self.start(play, time))
            return "queued"
        return "busy"

    def finish(self, instance: Instance, now: int) -> None:
        """End an instance; what was pending in it is void."""
        if instance.over:
            return
        self._leave(instance, now)
        instance.over = True
        self.running.remove(instance)
        name = instance.play.document.id
        self._count(name, -1)
        self.last_exit[name] = now
        self.note(now, "end", instance.play.node)
        self._freed(name, now)
        for way in ("left", "ended"):
            self.announce(f"trigger/{way}/{name}", now)

    def _freed(self, place: str, now: int) -> None:
        group = self.plan.groups.get(place)
        if group is None:
            return
        free = self.zone.later(now, group.cool_down) if group.cool_down else now
        self.free_at[group.id] = free
        waiting = self.queued.get(group.id)
        if waiting:
            play = waiting.pop(0)
            self.at(free, TURN, lambda time: self.start(play, time))

    def _count(self, place: str, by: int) -> None:
        self.who.inside[place] = self.who.inside.get(place, 0) + by
        self.who.been.add(place)

    # Stages

    def _enter(self, instance: Instance, scene: Scene, now: int) -> None:
        instance.scene, instance.entered = scene, now
        instance.visit += 1
        visit = instance.visit
        instance.done = {key: time for key, time in instance.done.items() if key == ""}
        if scene.stage.id:
            self._count(scene.path, 1)
            self.note(now, "enter", scene.node)
            self.announce(f"trigger/entered/{scene.path}", now)
            if instance.over or instance.visit != visit:
                return
        for move in scene.stage.next:
            if move.after is not None:
                later = self.zone.later(now, move.after)
                self.at(later, TURN, partial(self._turn, instance, visit, move.go.id))
        if scene.whens:
            self.at(now, TURN, lambda time: self._look(instance, time))
        for beside in scene.beside:
            every = beside.step.every
            if every is not None and every.interval is not None:
                self._recur(instance, beside, visit, 1)
        if scene.chain or not scene.beside:
            self._follow(instance, (scene.chain, 0), now)

    def _recur(self, instance: Instance, move: Move, visit: int, number: int) -> None:
        """Plan one occurrence of a recurring step: at entry + D, + 2D …; a closed hour moves that occurrence alone."""
        interval = move.step.every.interval if move.step.every else None
        if interval is None:
            return
        when = self.zone.later(instance.entered, interval, interval.amount * number)

        def occur(time: int) -> None:
            if not instance.over and instance.visit == visit:
                self._recur(instance, move, visit, number + 1)
                self._schedule(instance, move, time, None, beside=True)

        self.at(when, STEP, occur, move.priority)

    def _leave(self, instance: Instance, now: int) -> None:
        scene = instance.scene
        instance.visit += 1
        instance.waiting = instance.held = None
        instance.scene = None
        if scene is not None and scene.stage.id:
            self._count(scene.path, -1)
            self.note(now, "leave", scene.node)
            self._freed(scene.path, now)
            self.announce(f"trigger/left/{scene.path}", now)

    def _turn(self, instance: Instance, visit: int, target: str, now: int) -> None:
        """Take a transition, unless the stage was left; before the end of `stays` the first that wants waits for it."""
        if instance.over or instance.visit != visit or instance.scene is None:
            return
        stays = instance.scene.stage.stays
        free = self.zone.later(instance.entered, stays) if stays else now
        if now < free:
            if instance.held is None:
                instance.held = (free, target)
                self.at(free, TURN, lambda time: self._turn(instance, visit, target, time))
            return
        self._go(instance, target, now)

    def _go(self, instance: Instance, target: str, now: int) -> None:
        if target == "end" or target not in instance.play.scenes:
            self.finish(instance, now)
        else:
            self._leave(instance, now)
            if not instance.over:
                self._enter(instance, instance.play.scenes[target], now)

    def _follow_value(self, instance: Instance, now: int) -> None:
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
                self._turn(instance, instance.visit, value, now)

    # Steps

    def _follow(self, instance: Instance, place: tuple[tuple[Move, ...], int], now: int) -> None:
        """Go on behind a step: plan the next of the chain; an automation whose chain is done ends."""
        chain, index = place
        if index < len(chain):
            self._schedule(instance, chain[index], now, (chain, index + 1), beside=False)
        elif not getattr(instance.scene and instance.scene.stage, "id", "") and not instance.over:
            self.finish(instance, now)

    def _schedule(
        self, instance: Instance, move: Move, now: int, after: tuple[tuple[Move, ...], int] | None, *, beside: bool
    ) -> None:
        """Choose when a step is done, and plan it."""
        visit, via = instance.visit, self._via(move)
        anchors = {"stage": instance.entered, "start": instance.begun, **instance.done}
        schedule = via.schedule if via else move.hours
        issue, low, high = due(move.step, now, anchors, schedule, self.zone)
        chosen = self.choose(move.node, low - now, high - now) + now
        staff = move.step.by is not None
        passed = [True]

        def test(time: int) -> None:
            passed[0] = move.guard(self.who, time)

        if staff:
            self.at(issue, STEP, test, move.priority)

        def act(time: int) -> None:
            if not instance.over and instance.visit == visit:
                self._attempt(instance, move, via, time, time, after, passed if staff else None)

        moved = schedule.next_open(chosen, self.zone)
        if moved != chosen and via is not None and via.channel.when_closed == "drop":
            self.at(chosen, STEP, lambda time: self._pass(instance, visit, move, time, "closed", after), move.priority)
        elif beside and moved == now and low == high:
            act(now)
        elif moved < NEVER:
            self.at(moved, STEP, act, move.priority)

    def _via(self, move: Move) -> Via | None:
        """Return the first channel that reaches the customer; the first of all where none does."""
        for via in move.vias:
            address = via.channel.address
            if address is None or address.id in self.who.data:
                return via
        return move.vias[0] if move.vias else None

    def _pass(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, visit: int, move: Move, now: int, why: str, after: tuple[tuple[Move, ...], int] | None
    ) -> None:
        if not instance.over and instance.visit == visit:
            self.note(now, "unsent", move.node, why)
            self._done(instance, move, now, after)

    def _attempt(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, move: Move, via: Via | None, now: int, first: int,
        after: tuple[tuple[Move, ...], int] | None, issued: list[bool] | None,
    ) -> None:  # fmt: skip
        """Do a step whose time has come, unless its guard or a cap forbids; a cap may hold it for a while."""
        visit = instance.visit
        holds = issued[0] if issued is not None else move.guard(self.who, now)
        verdict = self.caps.judge(via, move.step.cap, now, first) if via is not None else None
        if verdict is not None and verdict.wait is not None:
            later = via.schedule.next_open(verdict.wait, self.zone) if via else verdict.wait
            if later <= verdict.until:

                def again(time: int) -> None:
                    if not instance.over and instance.visit == visit:
                        self._attempt(instance, move, via, time, first, after, issued)

                self.at(later, STEP, again, move.priority)
                return
        if not holds:
            self._pass(instance, visit, move, now, "guard", after)
        elif verdict is not None:
            self.note(now, "skip", move.node, verdict.cap)
            if verdict.exits:
                self.finish(instance, now)
            else:
                self._done(instance, move, now, after)
        else:
            self._do(instance, move, via, now, after)

    def _do(
        self, instance: Instance, move: Move, via: Via | None, now: int, after: tuple[tuple[Move, ...], int] | None
    ) -> None:
        address = via.channel.address if via else None
        if via is not None and address is not None and address.id not in self.who.data:
            self._pass(instance, instance.visit, move, now, "unreachable", after)
            return
        if via is not None and via.felt:
            self.note(now, "touch", move.node, via.channel.id, via.weight, controlled=via.controlled)
            self.caps.count(via, move.step.cap, now)
        elif move.branches or isinstance(move.step.verb, Choose | Wait | Go):
            pass
        else:
            self.note(now, "step", move.node)
        visit = instance.visit
        self._effect(instance, move, now, after)
        if not instance.over and instance.visit == visit and not isinstance(move.step.verb, Choose | Wait | Go):
            self._done(instance, move, now, after)

    def _effect(self, instance: Instance, move: Move, now: int, after: tuple[tuple[Move, ...], int] | None) -> None:
        match move.step.verb:
            case Choose():
                chain = next((steps for test, steps in move.branches if test(self.who, now)), ())
                instance.done[move.step.id] = now
                self._follow(instance, self._joined(chain, after), now)
            case Wait() as wait:
                instance.done[move.step.id] = now
                self._wait(instance, move, wait, now, after)
            case Go(to):
                instance.done[move.step.id] = now
                self._go(instance, to.id, now)
            case Tag(tags, removes):
                for tag in tags:
                    (self.who.tags.discard if removes else self.who.tags.add)(tag.id)
                self.changed(now)
            case SetData(values):
                for datum, value in values:
                    self.set_data(datum.id, value, now)
            case Grant(offer):
                self.announce(f"trigger/granted/{offer.id}", now)
                noun = self.plan.workspace.offers.get(offer.id)
                if noun and noun.valid:
                    key = f"trigger/expired/{offer.id}"
                    self.at(self.zone.later(now, noun.valid), EVENT, lambda time: self.announce(key, time))
            case Start(playbook):
                for kind in ("automation", "lifecycle", "procedure"):
                    play = self.plan.plays.get(f"{kind}/{playbook.id}")
                    if play is not None:
                        self.start(play, now)

    @staticmethod
    def _joined(chain: tuple[Move, ...], after: tuple[tuple[Move, ...], int] | None) -> tuple[tuple[Move, ...], int]:
        return (*chain, *(after[0][after[1] :] if after else ())), 0

    def _wait(
        self, instance: Instance, move: Move, wait: Wait, now: int, after: tuple[tuple[Move, ...], int] | None
    ) -> None:
        place, visit = after or ((), 0), instance.visit
        if wait.for_ is not None and not wait.until:
            low, high = (self.zone.later(now, one) - now for one in (wait.for_.low, wait.for_.high))
            later = now + self.choose(f"{move.node}/wait", low, high)
            self.at(later, TURN, lambda time: self._resume(instance, visit, place, time))
            return
        token: tuple[object, ...] = ()
        instance.waiting = (move, now, place, token)
        current = instance.waiting
        if move.step.up_to is not None:

            def late(time: int) -> None:
                if instance.waiting is current and instance.visit == visit:
                    instance.waiting = None
                    self._follow(instance, self._joined(move.otherwise, place), time)

            self.at(self.zone.later(now, move.step.up_to), TURN, late)

    def _resume(self, instance: Instance, visit: int, place: tuple[tuple[Move, ...], int], now: int) -> None:
        if not instance.over and instance.visit == visit:
            self._follow(instance, place, now)

    def _done(self, instance: Instance, move: Move, now: int, after: tuple[tuple[Move, ...], int] | None) -> None:
        instance.done[move.step.id] = now
        path = move.node.partition("/")[2]
        visit = instance.visit
        self.announce(f"trigger/done/{path}", now)
        if after is not None and not instance.over and instance.visit == visit:
            self._follow(instance, after, now)

    def set_data(self, name: str, value: str | None, now: int) -> None:
        """Change a datum, and tell who waits for it or follows it."""
        before = self.who.data.get(name)
        if value == before:
            return
        if value is None:
            del self.who.data[name]
        else:
            self.who.data[name] = value
            prefix = f"trigger/becomes/{name}="
            listening = {
                ear.key for pairs in self.plan.starting.values() for _, ear in pairs if ear.key.startswith(prefix)
            }
            listening |= {ear.key for one in self.running for ear in self._all_ears(one) if ear.key.startswith(prefix)}
            for key in sorted(listening):
                if key.removeprefix(prefix) == "any" or value in key.removeprefix(prefix).split("|"):
                    self.announce(key, now)
        for instance in tuple(self.running):
            follows = getattr(instance.play.document, "follows", None)
            if follows is not None and follows.id == name:
                self.at(now, TURN, partial(self._follow_value, instance))
        self.changed(now)

    @staticmethod
    def _all_ears(instance: Instance) -> list[Ear]:
        scene = instance.scene
        found = list(instance.play.ends)
        if scene is not None:
            found += [ear for _, ears in scene.ons for ear in ears]
            found += [ear for move in scene.beside for ear in move.on]
        return found + list(instance.waiting[0].until if instance.waiting else ())
