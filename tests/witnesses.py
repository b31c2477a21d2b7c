"""A course that the engines show as breaking a cap goes in; a trace of the simulator that goes the same way comes out, or none.

A course says what came and what was sent, not how long each silent step took: delays are looked for until every touch falls where the
course has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sopkit.diagnostics import Finding, Verdict
from sopkit.graph.replay import Course
from sopkit.rules import excess
from sopkit.rules.limits import Limit
from sopkit.simulation import Happening, Log, Trace, replay
from sopkit.simulation.clock import instant
from sopkit.simulation.happenings import move_consent, move_tag, occur, set_data
from sopkit.simulation.machine import EVENT, Machine
from sopkit.simulation.plan import compile_plan
from sopkit.simulation.world import World
from tests.workspaces import Files, compiled

from sopkit.pipeline import Compilation  # isort: skip

ZONE: Final = ZoneInfo("Asia/Shanghai")
MOST_RUNS: Final = 600
Touches = Counter[tuple[int, str]]
"""(instant, node)."""
Data = tuple[tuple[str, str], ...]
"""What is known of the customer from the start: datum and value, a consent and `given`, or a tag and `tagged`."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A course that breaks a limit, as a rule put it in a finding."""

    done: Compilation
    limit: Limit
    course: Course


def witnesses(files: Files) -> list[Witness]:
    """Return the courses of all findings of broken limits in a workspace."""
    shown: list[tuple[Limit, Course, Finding]] = []
    real = excess.violated

    def spy(case, rule, limit, course, changes):  # type: ignore[no-untyped-def]
        found = real(case, rule, limit, course, changes)
        shown.append((limit, course, found))
        return found

    with patch.object(excess, "violated", spy):
        done = compiled(files)
    assert sum(one.verdict is Verdict.VIOLATED and one.rule.code == "SOP301" for one in done.findings) <= len(shown)
    return [Witness(done, limit, course) for limit, course, _ in shown]


def local(at: datetime) -> datetime:
    return at.replace(tzinfo=ZONE)


def expected(course: Course) -> Touches:
    return Counter((instant(local(at)), touch.node) for at, touch, _ in course.done)


@dataclass
class _Choice:
    """A delay that was drawn: when, of what, what was taken, and what else may be."""

    now: int
    node: str
    taken: int
    others: tuple[int, ...]


class _Clocked(Machine):
    """A machine that says what time it is."""

    now = 0

    def at(self, time: int, order: int, act, priority: int = 0) -> None:  # type: ignore[no-untyped-def]
        def kept(when: int) -> None:
            self.now = when
            act(when)

        super().at(time, order, kept, priority)


@dataclass
class Search:
    """Looks for delays with which the simulator sends what the course shows."""

    witness: Witness
    data: Data
    runs: int = 0
    choices: list[_Choice] = field(default_factory=list)

    def __post_init__(self) -> None:
        course, done = self.witness.course, self.witness.done
        times = [local(at) for at, _ in course.came] + [local(at) for at, _, _ in course.done]
        self.start = min(times).replace(hour=0, minute=0, second=0) - timedelta(days=1)
        self.end = max(times) + timedelta(seconds=1)
        self.plan = compile_plan(done.workspace, done.graph)
        self.world = World.of(self.plan, None, instant(self.start), instant(self.end))
        self.world.leave_out({name for name, _ in self.data})
        self.wanted = expected(course)

    def _is_consent(self, name: str) -> bool:
        return name in self.witness.done.workspace.consents

    def trace(self) -> Trace | None:
        """Return a trace that goes as the course does."""
        return next(self._traces([]), None)

    def _traces(self, fixed: Sequence[int]) -> Iterator[Trace]:
        if self.runs >= MOST_RUNS:
            return
        self.runs += 1
        choices, got = self._run(fixed)
        missing = self.wanted - got
        if not missing:
            yield self._written(choices)
            return
        first = min(at for at, _ in missing)
        for number in range(len(choices) - 1, len(fixed) - 1, -1):
            one = choices[number]
            if one.now > first:
                continue
            before = [choice.taken for choice in choices[:number]]
            for other in one.others:
                yield from self._traces([*before, other])

    def _run(self, fixed: Sequence[int]) -> tuple[list[_Choice], Touches]:
        choices: list[_Choice] = []
        got: Touches = Counter()
        due: dict[str, list[int]] = {}
        for at, node in self.wanted:
            due.setdefault(node, []).append(at)

        def draw(node: str, low: int, high: int) -> int:
            exact = [at - machine.now for at in due.get(node, ()) if low <= at - machine.now <= high]
            options = list(dict.fromkeys([*exact, low, high]))
            taken = fixed[len(choices)] if len(choices) < len(fixed) else options[0]
            choices.append(_Choice(machine.now, node, taken, tuple(one for one in options if one != taken)))
            return taken

        def note(now: int, kind: str, node: str, _detail: str, _weight: int, _controlled: bool) -> None:
            if kind == "touch":
                got[now, node] += 1

        machine = _Clocked(self.world, note, draw)
        machine.begin()
        for name, value in self.data:
            known = partial(move_consent if self._is_consent(name) else set_data, machine, name, value)
            if value == "tagged":
                known = partial(move_tag, machine, name, removes=False)
            machine.at(instant(self.start), EVENT, known)
        for when, event in self.witness.course.came:
            machine.at(instant(local(when)), EVENT, partial(occur, machine, event.event.id))
        machine.run()
        return choices, got

    def _written(self, choices: Sequence[_Choice]) -> Trace:
        delays: dict[str, tuple[int, ...]] = {}
        for one in choices:
            delays[one.node] = (*delays.get(one.node, ()), one.taken)
        happened = [
            Happening(self.start, "given", name)
            if self._is_consent(name)
            else Happening(self.start, "tag", name)
            if value == "tagged"
            else Happening(self.start, "data", name, value)
            for name, value in self.data
        ]
        happened += [Happening(local(at), "event", event.event.id) for at, event in self.witness.course.came]
        return Trace(self.start, self.end, tuple(happened), delays=delays)


def replayed(witness: Witness, customers: Sequence[Data] = ((),)) -> Log | None:
    """Return the log of a replay with every touch of the course at its instant, for one of the customers; None: there is none."""
    reached = {
        one.address.id for _, touch, _ in witness.course.done for one in touch.channels if one.address is not None
    }
    for data in customers:
        # who is sent a message has an address for it
        trace = Search(witness, (*data, *((name, "known") for name in sorted(reached)))).trace()
        if trace is None:
            continue
        log = replay(witness.done.workspace, witness.done.graph, trace)
        sent: Touches = Counter((one.at, one.node) for one in log.touches)
        if not log.illegal and not expected(witness.course) - sent:
            return log
    return None
