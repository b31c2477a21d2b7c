"""What the simulator notes of one customer goes in, as it happens; rows of logs come out, as tools and staff would keep them."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

from sopkit.frozen import dataclass
from sopkit.logs.generating.course import (
    ConsentRow,
    Course,
    CustomerRow,
    EventRow,
    StepRow,
    SyncRow,
    TouchRow,
)
from sopkit.model.documents import Workspace
from sopkit.model.steps import Step
from sopkit.simulation.clock import Zone, day_of
from sopkit.simulation.deeds import Assignment
from sopkit.simulation.instance import Instance
from sopkit.simulation.machine import Machine
from sopkit.simulation.plan import Move
from sopkit.simulation.trace import EntryKind

STAFF: Final = 5
"""People in a role that does not say how many it has."""
SHOPS: Final = 10
"""Of a workspace that names none."""
BORN: Final = (day_of(date(1956, 1, 1)), day_of(date(2004, 12, 31)))
"""Between these days: nobody is a minor."""
SPENT: Final = (20, 600)
"""What an event is worth that makes an amount known."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a log says of each touch by one step, or of each issue of one cadence."""

    purpose: str
    role: str
    sent_by: str


UNTOLD: Final = Told("", "", "tool")


class Words:
    """What logs call things; all customers share it."""

    def __init__(self, workspace: Workspace, nodes: dict[str, Told]) -> None:
        self.workspace, self.nodes = workspace, nodes
        self.tools = {name: one.tool.id if one.tool else "" for name, one in workspace.channels.items()}
        hosted = {name: one.hosted_in or "" for name, one in workspace.tools.items()}
        self.countries = {channel: hosted.get(tool, "") for channel, tool in self.tools.items()}
        self.shops = sorted(workspace.shops) or [f"shop-{number:02}" for number in range(1, SHOPS + 1)]
        self.people = {name: one.headcount or STAFF for name, one in workspace.roles.items()}
        self.in_shops = {name for name, one in workspace.roles.items() if one.of == "shop"}
        self.worth = {
            event.id
            for datum in workspace.data.values()
            if datum.type in ("money", "number")
            for event in datum.collected_by
        }


def words_of(workspace: Workspace, steps: dict[str, Step]) -> Words:
    """Return them; `steps` are all steps by the node under which the simulator notes them."""
    nodes = {
        node: _told(step.for_.id if step.for_ else "", step.by.id if step.by else "") for node, step in steps.items()
    }
    for cadence in workspace.cadences.values():
        said = _told(cadence.for_.id if cadence.for_ else "", cadence.by.id if cadence.by else "")
        nodes[f"issue/{cadence.id}"] = said
    return Words(workspace, nodes)


def _told(purpose: str, role: str) -> Told:
    return Told(purpose, role, "staff" if role else "tool")


class Recorder:
    """Writes down one customer's course."""

    def __init__(self, words: Words, seed: int, number: int, name: str, zone: Zone) -> None:
        self.words = words
        self.random = Random(f"{seed}/{number}").random  # noqa: S311  beside the simulation's own chance, so that both stay as they are
        self.shop = self._one_of(words.shops)
        born = BORN[0] + int(self.random() * (BORN[1] - BORN[0] + 1))
        self.course = Course(number, name, zone, CustomerRow(name, zone.name, born, shop=self.shop))
        self.runs: dict[Instance, str] = {}
        self.open: dict[Assignment, tuple[Instance, int, Move]] = {}
        self.staff: dict[str, str] = {}
        self.end = 0

    def _one_of(self, names: list[str]) -> str:
        return names[int(self.random() * len(names))]

    def attend(self, machine: Machine) -> None:
        """Have the machine tell what it does."""
        self.end = machine.end
        machine.happened = self.happen
        machine.deeds.assigned = self.assign
        machine.deeds.performed = self.perform
        machine.syncs.carried = self.carry

    def note(self, now: int, kind: EntryKind, node: str, detail: str, _weight: int, _controlled: bool) -> None:
        """Take a line of the simulator: of a touch."""
        if kind != "touch":
            return
        words = self.words
        told = words.nodes.get(node, UNTOLD)
        self.course.touches.append(
            TouchRow(
                self.course.name, now, detail, node, told.purpose, words.tools[detail], "sent", told.sent_by,
                self._member(told.role), told.role, self._shop(told.role), "", words.countries.get(detail, ""),
            )
        )  # fmt: skip

    def happen(self, kind: str, name: str, now: int) -> None:
        """Take an event, or what the customer says to a consent."""
        course, words = self.course, self.words
        if kind == "event":
            value = round(SPENT[0] + self.random() * (SPENT[1] - SPENT[0]), 2) if name in words.worth else None
            course.events.append(EventRow(now, name, course.name, value, self.shop))
            return
        noun = words.workspace.consents.get(name)
        given = kind == "given" and noun is not None
        expires = course.zone.later(now, noun.expires) if given and noun is not None and noun.expires else None
        by = noun.given_by if given and noun is not None else ""
        course.consents.append(ConsentRow(course.name, now, kind, name, expires=expires, given_by=by))

    def assign(self, instance: Instance, move: Move, task: Assignment) -> None:
        if move.step.by is not None and move.step.within is not None:
            self.open[task] = (instance, instance.visit, move)

    def perform(self, instance: Instance, move: Move, task: Assignment, now: int) -> None:
        """Take a step that is done; that it was due, and begun, stood in the log before."""
        self.open.pop(task, None)
        due = task.latest if move.step.within is not None else None
        if move.step.by is not None and task.issued < now:
            self._step(task.issued, "due", instance, move, due)
            begun = now - int(move.minutes * 60)
            if move.minutes and task.issued <= begun:
                self._step(begun, "started", instance, move, due)
        self._step(now, "done", instance, move, due)

    def close(self) -> Course:
        """Return the course; what is still to be done on the last day is due."""
        for task, (instance, visit, move) in self.open.items():
            if instance.acts(visit) and task.issued < self.end <= task.latest:
                self._step(task.issued, "due", instance, move, task.latest)
        return self.course

    def carry(self, sync: str, changed: int, arrived: int) -> None:
        if arrived < self.end:
            self.course.syncs.append(SyncRow(sync, changed, arrived, self.course.name))

    def _step(self, now: int, state: str, instance: Instance, move: Move, due: int | None) -> None:
        course, role = self.course, move.step.by.id if move.step.by else ""
        run = self.runs.get(instance)
        if run is None:
            run = self.runs[instance] = f"{course.name}-{len(self.runs) + 1}"
        course.steps.append(
            StepRow(now, move.node, state, course.name, run, due, self._member(role), role, self._shop(role))
        )

    def _member(self, role: str) -> str:
        """Return who of a role looks after this customer."""
        if not role:
            return ""
        member = self.staff.get(role)
        if member is None:
            number = int(self.random() * self.words.people.get(role, STAFF)) + 1
            member = self.staff[role] = f"{role}-{number:02}"
        return member

    def _shop(self, role: str) -> str:
        return self.shop if role in self.words.in_shops else ""
