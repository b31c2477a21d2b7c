"""Steps that are due go in, of one customer's running playbooks; touches, effects and the steps that follow come out.

Who is pending holds the visit it belongs to: once the stage is left it does nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Final

from sopkit.frozen import dataclass
from sopkit.model.steps import Ask, Choose, Erase, Go, Grant, Send, SetData, Start, Tag, Wait
from sopkit.simulation.clock import NEVER
from sopkit.simulation.delays import due
from sopkit.simulation.happenings import move_tag, set_data
from sopkit.simulation.instance import Instance, Place, Waiting
from sopkit.simulation.plan import Move, Via

if TYPE_CHECKING:
    from collections.abc import Callable

    from sopkit.simulation.machine import Machine

EVENT, TURN, STEP = 0, 2, 3
"""Order at one instant, as the machine has it."""
SILENT: Final = (Choose, Wait, Go)
"""Verbs that only steer."""


@dataclass(slots=True, eq=False)
class Assignment:
    """One time that a step is to be done."""

    issued: int
    latest: int
    """Until when it is to be done, as declared, and confirmed where that is for a person."""
    holds: bool | None = None
    """Whether its guard held when a person was told to do it; None: it is asked when it is done."""


class Deeds:
    """The steps of one customer."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.who, self.zone = machine, machine.who, machine.zone
        enforce = machine.plan.workspace.settings.enforce
        self.by_priority = enforce is None or enforce.order == "priority"
        self.answer: Callable[[Ask, int], None] | None = None
        """What the customer says to a question; None: the trace says it."""
        self.worked: Callable[[Move, int], None] | None = None
        """Told of each step that a person does."""
        self.assigned: Callable[[Instance, Move, Assignment], None] | None = None
        """Told of each step, except those that only steer, when it is to be done."""
        self.performed: Callable[[Instance, Move, Assignment, int], None] | None = None
        """Told of each of them that is done."""

    def open(self, instance: Instance, now: int) -> None:
        """Begin a stage: what recurs beside the chain, and the chain."""
        scene, visit = instance.scene, instance.visit
        if scene is None:
            return
        for beside in scene.beside:
            if beside.step.every is not None:
                self._recur(instance, beside, visit, now, 1)
        if scene.chain or not scene.beside:
            self.follow(instance, (scene.chain, 0), now)

    def _recur(self, instance: Instance, move: Move, visit: int, now: int, number: int) -> None:
        """Plan one occurrence of a recurring step: at entry + D, + 2D …, or at the next slot; a closed hour moves that occurrence alone."""
        every = move.step.every
        if every is None:
            return
        if every.interval is not None:
            when = self.zone.later(instance.entered, every.interval, every.interval.amount * number)
        else:
            slots = self.machine.world.slots(every, move.step.at_slots)
            place = bisect_left(slots, now + 1)
            when = slots[place] if place < len(slots) else NEVER

        def occur(time: int) -> None:
            if instance.acts(visit):
                self._recur(instance, move, visit, time, number + 1)
                self.schedule(instance, move, time, None, beside=True)

        self._at(when, move, occur)

    def _at(self, when: int, move: Move, act: Callable[[int], None]) -> None:
        self.machine.at(when, STEP, act, move.priority if self.by_priority else 0)

    def follow(self, instance: Instance, place: Place, now: int) -> None:
        """Go on behind a step: plan the next of the chain; an automation whose chain is done ends."""
        chain, index = place
        if index < len(chain):
            self.schedule(instance, chain[index], now, (chain, index + 1), beside=False)
        elif instance.scene is not None and not instance.scene.stage.id and not instance.over:
            self.machine.finish(instance, now, "done")

    def schedule(self, instance: Instance, move: Move, now: int, after: Place | None, *, beside: bool) -> None:
        """Draw when a step is done, and plan it."""
        visit, via, draw = instance.visit, self._via(move), self.machine.draw
        anchors = {"stage": instance.entered, "start": instance.begun, **instance.done} if move.step.since else {}
        opening = self.machine.world.opening(via.schedule if via else move.hours)
        issue, low, high = due(move.step, now, anchors, opening, self.zone)
        drawn = now + (draw(move.node, low - now, high - now) if high > now else 0)
        moved = opening.next_open(drawn)
        dropped = moved != drawn and via is not None and via.channel.when_closed == "drop"
        confirmed = via.channel.confirmed_by if via else None
        if confirmed is not None and confirmed.within is not None and moved < NEVER and not dropped:
            longest = confirmed.within.seconds or 0
            moved = opening.next_open(moved + draw(f"{move.node}/confirm", 0, longest))
            high = opening.next_open(opening.next_open(high) + longest)
        task: Assignment | None = None
        if self.assigned is not None and not isinstance(move.step.verb, SILENT):
            task = Assignment(issue, high)
            self.assigned(instance, move, task)
        if move.step.by is not None and issue < moved:
            task = task or Assignment(issue, high)
            self._at(issue, move, partial(self._issue, move, task))

        def act(time: int) -> None:
            if instance.acts(visit):
                self._attempt(instance, move, via, time, time, after, task)

        if dropped:
            self._at(drawn, move, lambda time: self._pass(instance, visit, move, time, "closed", after))
        elif beside and moved == now:
            act(now)
        elif moved < NEVER:
            self._at(moved, move, act)

    def _issue(self, move: Move, task: Assignment, now: int) -> None:
        """Tell a person to do a step, if its guard holds."""
        task.holds = move.guard(self.who, now)

    def _via(self, move: Move) -> Via | None:
        """Return the first channel that reaches the customer; the first of all where none does."""
        for via in move.vias:
            address = via.channel.address
            if address is None or address.id in self.who.data:
                return via
        return move.vias[0] if move.vias else None

    def _pass(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, visit: int, move: Move, now: int, why: str, after: Place | None
    ) -> None:
        if instance.acts(visit):
            self.machine.note(now, "unsent", move.node, why, 1, False)
            self._done(instance, move, now, after)

    def _attempt(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, move: Move, planned: Via | None, now: int, first: int,
        after: Place | None, task: Assignment | None,
    ) -> None:  # fmt: skip
        """Do a step whose time has come, unless its guard or a cap forbids; a cap may hold it for a while."""
        visit, via = instance.visit, self._via(move)
        held = partial(self._again, instance, visit, move, via, first, after, task)
        if via is not None and via is not planned:
            moved = self.machine.world.opening(via.schedule).next_open(now)
            if moved != now:
                self._at(moved, move, held)
                return
        verdict = self.machine.caps.judge(via, move.step.cap, now, first) if via is not None and via.felt else None
        if via is not None and verdict is not None and verdict.wait is not None:
            later = self.machine.world.opening(via.schedule).next_open(verdict.wait)
            if later <= verdict.until:
                self._at(later, move, held)
                return
        told = task.holds if task is not None else None
        if told is None or (told and move.step.recheck is not None):
            told = move.guard(self.who, now)
        why = self._unsendable(move, via) if told else "guard"
        if why:
            self._pass(instance, visit, move, now, why, after)
        elif verdict is None:
            self._do(instance, move, via, now, after, task)
        else:
            self.machine.note(now, "skip", move.node, verdict.cap, 1, False)
            if verdict.exits:
                self.machine.finish(instance, now, "ended")
            else:
                self._done(instance, move, now, after)

    def _again(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, visit: int, move: Move, via: Via | None, first: int,
        after: Place | None, task: Assignment | None, now: int,
    ) -> None:  # fmt: skip
        if instance.acts(visit):
            self._attempt(instance, move, via, now, first, after, task)

    def _unsendable(self, move: Move, via: Via | None) -> str:
        """Return why there is nothing to send or no way to send it."""
        address = via.channel.address if via else None
        if address is not None and address.id not in self.who.data:
            return "unreachable"
        verb = move.step.verb
        if isinstance(verb, Send) and verb.match is not None:
            value = self.who.data.get(verb.match.id)
            if all(value != given for given, _ in verb.scripts):
                return "no-script"
        return ""

    def _do(  # noqa: PLR0917  what a pending step knows
        self, instance: Instance, move: Move, via: Via | None, now: int, after: Place | None, task: Assignment | None
    ) -> None:
        machine, verb = self.machine, move.step.verb
        elsewhere = move.step.to not in (None, "customer")
        if via is not None and via.felt and not elsewhere:
            machine.note(now, "touch", move.node, via.channel.id, via.weight, via.controlled)
            machine.caps.count(via, move.step.cap, now)
        elif not isinstance(verb, SILENT):
            machine.note(now, "step", move.node, "", 1, False)
        if self.worked is not None and move.minutes:
            self.worked(move, now)
        if self.performed is not None and task is not None:
            self.performed(instance, move, task, now)
        visit = instance.visit
        if not elsewhere:
            self._effect(instance, move, now, after)
        if instance.acts(visit) and not isinstance(verb, SILENT):
            self._done(instance, move, now, after)

    def _effect(self, instance: Instance, move: Move, now: int, after: Place | None) -> None:
        machine = self.machine
        match move.step.verb:
            case Choose():
                chain = next((steps for test, steps in move.branches if test(self.who, now)), ())
                instance.done[move.step.id] = now
                self.follow(instance, _joined(chain, after), now)
            case Wait() as wait:
                instance.done[move.step.id] = now
                self._wait(instance, move, wait, now, after)
            case Go(to):
                instance.done[move.step.id] = now
                machine.go(instance, to.id, now)
            case Start(playbook):
                for kind in ("automation", "lifecycle", "procedure"):
                    play = machine.plan.plays.get(f"{kind}/{playbook.id}")
                    if play is not None:
                        machine.start(play, now)
            case Ask() as ask if self.answer is not None:
                self.answer(ask, now)
            case _:
                self._write(move, now)

    def _write(self, move: Move, now: int) -> None:
        """Change what is known of the customer."""
        machine = self.machine
        match move.step.verb:
            case Tag(tags, removes):
                for tag in tags:
                    move_tag(machine, tag.id, now, removes=removes)
            case SetData(values):
                for datum, value in values:
                    set_data(machine, datum.id, value, now)
            case Erase(data):
                for datum in data:
                    set_data(machine, datum.id, None, now)
            case Grant(offer):
                self._grant(offer.id, now)
            case _:
                pass

    def _grant(self, offer: str, now: int) -> None:
        machine = self.machine
        machine.announce(f"trigger/granted/{offer}", now)
        noun = machine.plan.workspace.offers.get(offer)
        key = f"trigger/expired/{offer}"
        if noun and noun.valid and key in machine.plan.listeners:
            machine.at(self.zone.later(now, noun.valid), EVENT, partial(machine.announce, key))

    def _wait(self, instance: Instance, move: Move, wait: Wait, now: int, after: Place | None) -> None:
        place, visit = after or ((), 0), instance.visit
        if wait.for_ is not None and not wait.until:
            low, high = (self.zone.later(now, one) - now for one in (wait.for_.low, wait.for_.high))
            later = now + self.machine.draw(f"{move.node}/wait", low, high)
            self.machine.at(later, TURN, partial(self._resume, instance, visit, place))
            return
        waiting = instance.waiting = Waiting(move, now, place)
        if move.step.up_to is not None:

            def late(time: int) -> None:
                if instance.waiting is waiting and instance.acts(visit):
                    instance.waiting = None
                    self.follow(instance, _joined(move.otherwise, place), time)

            self.machine.at(self.zone.later(now, move.step.up_to), TURN, late)

    def _resume(self, instance: Instance, visit: int, place: Place, now: int) -> None:
        if instance.acts(visit):
            self.follow(instance, place, now)

    def _done(self, instance: Instance, move: Move, now: int, after: Place | None) -> None:
        instance.done[move.step.id] = now
        visit = instance.visit
        self.machine.announce(f"trigger/done/{move.node.partition('/')[2]}", now)
        if after is not None and instance.acts(visit):
            self.follow(instance, after, now)


def _joined(chain: tuple[Move, ...], after: Place | None) -> Place:
    """Return the chain with what follows behind it."""
    return (*chain, *(after[0][after[1] :] if after else ())), 0
