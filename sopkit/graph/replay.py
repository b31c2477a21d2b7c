"""A cap goes in; one customer's course that breaks it comes out, from the start of every journey in it, or none.

Runs of single journeys (`runs.py`) are put beside each other so that their touches meet in one window, by greed: nothing is claimed
where that finds nothing. A course is returned only when `consistency.py` lets it pass as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph.consistency import Start, Trace, customer_of, happenings
from sopkit.graph.crowds import crowded
from sopkit.graph.face import Face, Timetable
from sopkit.graph.held import Holding, Late, deeds_of
from sopkit.graph.links import Links
from sopkit.graph.openings import INFINITE
from sopkit.graph.purse import Purse
from sopkit.graph.runs import MOST_STEPS, Came, Done, Manner, Run, SpentError, Walker
from sopkit.graph.satisfiability import NOBODY, Customer, meet
from sopkit.graph.touches import Chosen, Touch
from sopkit.graph.zones import Clocks
from sopkit.model import steps
from sopkit.model.documents import Journey, Workspace
from sopkit.model.predicates import Not
from sopkit.model.triggers import OnEvent
from sopkit.tree import Mark

DAY: Final = 86400.0
HOUR: Final = 3600.0
WEEK: Final = 7 * DAY
MOST_JOURNEYS: Final = 6
"""Journeys that are put beside each other."""
EFFORT: Final = 6000
"""Runs that are walked for one cap, by the first clock; by each other a quarter."""
MOST_WAYS: Final = 60
MOST_JOINED: Final = 2_000
"""Ways through one journey with those that its steps start."""
MOST_LOOKS: Final = 1_000_000
"""Ways that are looked at for one cap, in all windows together: a second."""
Window = tuple[float, float]
"""Half-open."""
MOST_TRIES: Final = 40
"""Courses that are checked as a whole for one cap."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: more than `most` of `counted` within `window` seconds, or within one `unit` of the calendar."""

    workspace: Workspace
    links: Links
    clocks: Clocks
    openings: Timetable
    touches: Mapping[str, Touch]
    counted: Chosen
    most: int
    window: float
    unit: str
    """'' for a window that rolls."""
    face: Face
    """The customer's clock."""
    purse: Purse
    """What is left to spend; the search takes from it."""
    thrift: int = 1
    """What the effort is divided by."""
    holding: Holding | None = None
    """The tool that holds touches back: then only those count that go out for certain."""
    late: Late | None = None
    """The touch that is to be the last, put off past its time."""


@dataclass(frozen=True, slots=True)
class Course:
    """What one customer goes through, in order of time."""

    came: tuple[tuple[datetime, OnEvent], ...]
    done: tuple[tuple[datetime, Touch, bool], ...]
    """Touches, and whether each is one of those that break the cap."""
    customer: Customer
    zone: str = ""
    """Whose clock it is told by, where that is not the workspace's on plain days."""


def replay(question: Question, roots: Sequence[str]) -> Course | None:
    """Return a course through some of the journeys `roots` that breaks the cap; None where none was found.

    Raises SpentError where a bound on effort ended the search.
    """
    found = _of_cadences(question) if question.holding is None else None
    if found is None:
        search = _Search(question, roots[:MOST_JOURNEYS])
        try:
            found = search.course()
        finally:
            search.pay()
    face = question.face
    told = face.name if face.moving or face.name != question.clocks.home else None
    return replace(found, zone=told) if found is not None and told else found


def _of_cadences(question: Question) -> Course | None:
    """Return issues of cadences that break the cap by themselves."""
    workspace = question.workspace
    issues = question.counted.issues
    face, window = question.face, question.window
    inside = crowded(workspace, issues, face, question.clocks, window, question.unit, question.most) if issues else []
    if not inside:
        return None
    cadences = [workspace.cadences[name] for name in {touch.root.partition("/")[2] for _, touch in inside}]
    customer = meet(workspace, *(one.audience for one in cadences if one.audience is not None))
    if not isinstance(customer, Customer):
        return None
    return Course((), tuple((at, touch, True) for at, touch in inside), customer)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way through a journey and those that it starts, with the times of the touches that count."""

    runs: tuple[Run, ...]
    times: tuple[float, ...]
    """Sorted; as often as the touch is felt."""

    def count(self, shift: float, window: Window) -> int:
        return bisect_left(self.times, window[1] - shift) - bisect_left(self.times, window[0] - shift)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one occurrence starts: a way for each journey, `shift` seconds later than it was walked."""

    event: OnEvent
    start: float
    ways: tuple[tuple[Journey, _Way, float], ...]


class _Search:
    def __init__(self, question: Question, roots: Sequence[str]) -> None:
        self.question, self.workspace = question, question.workspace
        purse = question.purse
        self.steps = min(MOST_STEPS // question.thrift, purse.steps)
        self.walker = Walker(question.openings, question.touches, question.counted, self.steps)
        self.effort, self.tries = EFFORT // question.thrift, MOST_TRIES
        self.may_look = self.looks = min(MOST_LOOKS // question.thrift, purse.looks)
        self.questions = purse.questions
        self.starters: dict[str, tuple[OnEvent, list[Journey]]] = {}
        for root in roots:
            for journey, trigger in self._starters(root, 0):
                known = self.starters.setdefault(trigger.event.id, (trigger, []))[1]
                if journey not in known:
                    known.append(journey)
        names = {journey.id for _, journeys in self.starters.values() for journey in journeys}
        for _ in range(3):
            names |= {one for name in names for one in self._next(self.workspace.journeys[name])}
        self.family = [self.workspace.journeys[name] for name in sorted(names)]
        self.flexible = any(_is_flexible(one) for one in self.family)
        self.period = self._period()
        self.known: dict[tuple[str, float], list[_Way]] = {}
        self.somebody: dict[frozenset[tuple[Mark, bool]], bool] = {}

    def pay(self) -> None:
        """Take what was spent from the purse."""
        self.question.purse.steps -= self.steps - max(0, self.walker.left)
        self.question.purse.looks -= self.may_look - max(0, self.looks)

    def _starters(self, root: str, depth: int) -> Iterator[tuple[Journey, OnEvent]]:
        """Yield the journeys, with their events, by which a journey comes to run: itself, or one that starts it."""
        journey = self.workspace.journeys.get(root.partition("/")[2])
        if journey is None or depth > 2:
            return
        for trigger in journey.starts_on:
            if isinstance(trigger, OnEvent) and trigger.where is None and not self._batched(journey, trigger):
                yield journey, trigger
                break
        for other in self.question.links.starters.get(journey.id, ()):
            yield from self._starters(f"{other.kind}/{other.id}", depth + 1)

    def _next(self, journey: Journey) -> set[str]:
        """Return the journeys that one starts, by a step or by its end."""
        links = self.question.links
        return {one.id for one in links.at_end.get(journey.id, ())} | links.begun.get(journey.id, frozenset())

    def _batched(self, journey: Journey, trigger: OnEvent) -> bool:
        """Return whether a sync brings the event at hours of its own: then the journey cannot start at any time.

        A journey that runs in the event's own tool waits for no sync.
        """
        noun = self.workspace.events.get(trigger.event.id)
        if noun is not None and noun.tool is not None and journey.runs_in and noun.tool.id == journey.runs_in.id:
            return False
        return any(
            sync.every is not None and sync.every.interval is None and sync.every.unit != "event"
            for sync in self.workspace.syncs.values()
            if sync.carries and any(ref.id == trigger.event.id for ref in sync.carries.events)
        )

    def _period(self) -> float:
        """Return after how long starts are alike; 0 where every start is like every other."""
        if self.question.face.moving:
            return WEEK  # they never are: each is walked by itself
        roots = [f"{one.kind}/{one.id}" for one in self.family]
        hours = [one for root in roots for one in self.question.openings.of(root) if not one.always]
        if not hours and not self.question.unit:
            return 0.0
        return DAY if all(one.daily for one in hours) and self.question.unit in ("", "day") else 7 * DAY

    # Ways

    def _ways(self, journey: Journey, start: float) -> tuple[list[_Way], float]:
        """Return ways through a journey, and how much later they are than they were walked."""
        base = 7 * DAY + (start % self.period if self.period else 9 * HOUR)
        base = start if self.question.face.moving else base
        key = (journey.id, base)
        if key not in self.known:
            pause = HOUR if self.question.window >= 2 * HOUR else self.question.window / 4
            found: dict[tuple[object, ...], _Way] = {}
            for manner in self._manners(pause):
                for runs in self._families(journey, base, manner, 0):
                    way = _Way(runs, self._times(runs))
                    needs = tuple(sorted((one.at, one.event.event.id) for run in runs for one in run.came))
                    asks = _asks(runs)
                    if self._is_somebody(asks, runs):
                        found.setdefault((way.times, needs, asks), way)
            self.known[key] = list(found.values())
        return self.known[key], start - base

    def _is_somebody(self, asks: frozenset[tuple[Mark, bool]], runs: Sequence[Run]) -> bool:
        """Return whether there may be a customer who meets all that the runs ask."""
        if asks not in self.somebody:
            asked = [one for run in runs for one in run.asked]
            self.somebody[asks] = len(asked) < 2 or meet(self.workspace, *asked, effort=self.questions) != NOBODY
            if self.questions[0] < 0:
                raise SpentError
        return self.somebody[asks]

    def _manners(self, pause: float) -> Iterator[Manner]:
        yield Manner(0, only_last=False, pause=pause)
        if not self.flexible:
            return
        for late in range(1, self.question.most + 2):
            yield Manner(late, only_last=False, pause=pause)
            yield Manner(late, only_last=True, pause=pause)

    def _times(self, runs: Sequence[Run]) -> tuple[float, ...]:
        counted = self.question.counted
        return tuple(
            sorted(
                one.at for run in runs for one in run.done if one.touch.node in counted for _ in range(one.touch.weight)
            )
        )

    def _families(self, journey: Journey, start: float, manner: Manner, depth: int) -> list[tuple[Run, ...]]:
        found: list[tuple[Run, ...]] = []
        for run in self.walker.runs(f"{journey.kind}/{journey.id}", journey, start, manner):
            self.effort -= 1
            if self.effort < 0 or len(found) > MOST_WAYS:
                break
            ways: list[tuple[Run, ...]] = [(run,)]
            for at, child in self._children(run) if depth < 3 else ():
                more = self._families(child, at, manner, depth + 1)
                joined = ((*way, *other) for way in tuple(ways) for other in more[: MOST_WAYS // 6])
                ways += islice(joined, MOST_JOINED)
                if len(ways) > MOST_JOINED:
                    self.walker.cut = True
                    break
            found += ways
        return found

    def _children(self, run: Run) -> Iterator[tuple[float, Journey]]:
        for at, name in run.begun:
            child = self.workspace.journeys.get(name)
            if child is not None:
                yield at, child
        if run.ended:
            for other in self.question.links.at_end.get(run.journey.id, ()):
                yield run.now, other

    # Putting them beside each other

    def course(self) -> Course | None:
        hours = int(self.period // HOUR) or 1
        # courses that begin in the morning are tried first: they read best
        starts = [7 * DAY + HOUR * (9 + hour if hours == 1 else (9 + hour) % hours) for hour in range(hours)]
        if self.question.face.moving:  # it is moved on some night of this week, nearly always the last
            starts = [WEEK + HOUR * hour for hour in (*range(5 * 24, int(WEEK // HOUR)), *range(5 * 24))]
        firsts = [(event, start) for event in sorted(self.starters) for start in starts]
        if self.question.holding is not None:  # which event is to come first matters more than when
            firsts.sort(key=lambda first: starts.index(first[1]))
        for event, start in firsts:
            trigger, journeys = self.starters[event]
            for window in self._windows(journeys, start):
                parts = self._greedy(event, trigger, start, window)
                found = self._checked(parts, window) if parts else None
                if found is not None:
                    return found
                if self.effort < 0 or self.tries < 0:
                    raise SpentError
        if self.walker.cut or self.effort < 0:
            raise SpentError
        return None

    def _windows(self, journeys: Sequence[Journey], start: float) -> list[Window]:
        """Return windows that begin with a touch, or the calendar's units that hold one."""
        times: set[float] = set()
        for journey in journeys:
            ways, shift = self._ways(journey, start)
            times |= {at + shift for way in ways for at in way.times}
        if not self.question.unit:
            return [(at, at + self.question.window) for at in sorted(times)]
        return sorted({self.question.face.unit_of(at, self.question.unit) for at in times})

    def _greedy(self, event: str, trigger: OnEvent, start: float, window: Window) -> list[_Part] | None:
        """Return occurrences and what they start that together have enough touches in the window; None where there are too few."""
        parts = [self._part(event, trigger, start, window, [])]
        count = _count(parts[0], window)
        while count <= self.question.most:
            best: _Part | None = None
            gain = 0
            for other, (other_trigger, _) in sorted(self.starters.items()):
                for at in self._starts(other, window, parts):
                    part = self._part(other, other_trigger, at, window, parts)
                    more = _count(part, window)
                    if more > gain and self._allowed(other, at, parts):
                        best, gain = part, more
            if best is None:
                return None
            parts.append(best)
            count += gain
        return parts

    def _starts(self, event: str, window: Window, parts: Sequence[_Part]) -> Iterator[float]:
        """Yield instants at which one more occurrence may be worth while."""
        opens, closes = window
        found = {part.start for part in parts if part.event.event.id == event}
        for journey in self.starters[event][1]:
            if self.period:
                span = max(
                    (self._length(way) for way in self._ways(journey, opens)[0] if way.times),
                    default=0.0,
                )
                first = opens - min(span + self.period, 10 * DAY)
                found |= {first + HOUR * n - first % HOUR for n in range(int((closes - first) // HOUR) + 2)}
            else:
                ways, _ = self._ways(journey, 0.0)
                found |= {opens - (at - 7 * DAY - 9 * HOUR) for way in ways for at in way.times}
            pause = journey.reentry.after.seconds if journey.reentry.after else 0
            found |= {
                way.runs[0].now + shift + (pause or 0) + (0 if pause else HOUR)
                for part in parts
                for other, way, shift in part.ways
                if other is journey and way.runs[0].ended
            }
        starts = sorted(at for at in found if at >= 0)[:400]
        # beside a tool that fills the cap first, what others send should come late
        yield from starts if self.question.holding is None else reversed(starts)

    def _length(self, way: _Way) -> float:
        begun = way.runs[0].start if self.question.face.moving else 7 * DAY + self.period
        return way.times[-1] - begun

    def _part(self, event: str, trigger: OnEvent, start: float, window: Window, parts: Sequence[_Part]) -> _Part:
        chosen: list[tuple[Journey, _Way, float]] = []
        for journey in self.starters[event][1]:
            before = [pick for part in parts for pick in part.ways if pick[0] is journey]
            if before and not _may_run_again(journey, start, before):
                continue
            ways, shift = self._ways(journey, start)
            self.looks -= len(ways)
            if self.looks < 0:
                raise SpentError
            if ways:
                best = max(ways, key=lambda way: (way.count(shift, window), -len(way.runs), -_needs(way)))
                chosen.append((journey, best, shift))
        return _Part(trigger, start, tuple(chosen))

    def _allowed(self, event: str, at: float, parts: Sequence[_Part]) -> bool:
        """Return whether the event may occur once more, as far as starts go."""
        trace = Trace(self.workspace, self.question.face)
        starts = [part for part in parts if part.event.event.id == event]
        return trace.within(event, sorted([at, *(part.start for part in starts)]))

    def _checked(self, parts: Sequence[_Part], window: Window) -> Course | None:
        self.tries -= 1
        holding = self.question.holding
        runs: list[Run] = []
        starts: list[Start] = []
        for part in parts:
            starts.append(Start(part.start, part.event))
            runs += [
                _shifted(run, shift)
                for _, way, shift in part.ways
                if holding is not None or way.count(shift, window)
                for run in way.runs
            ]
        customer = customer_of(self.workspace, self.question.face, starts, runs, self.questions)
        if customer is None:
            return None
        shows = self.question.face.shows
        often = happenings(starts, runs)
        deeds = deeds_of(runs)
        inside = [one for one in deeds if one[1] in self.question.counted and window[0] <= one[0] < window[1]]
        if holding is not None and inside:
            sent = holding.sent(self.question.face, often, runs, inside[-1][0], self.question.late) or ()
            inside, deeds = ([one for one in some if one in sent] for some in (inside, deeds))
        if sum(self.question.touches[node].weight for _, node, *_ in inside) <= self.question.most:
            return None
        came = {(one.at, one.event.event.id): one.event for one in starts}
        came |= {(one.at, one.event.event.id): one.event for run in runs for one in run.came}
        last = inside[-1][0]
        marked = set(inside)
        return Course(
            tuple(
                (shows(at), event)
                for (at, name), event in sorted(came.items())
                for _ in range(often[at, name] if at <= last else 0)
            ),
            tuple((shows(one[0]), self.question.touches[one[1]], one in marked) for one in deeds if one[0] <= last),
            customer,
        )


def _count(part: _Part, window: Window) -> int:
    return sum(way.count(shift, window) for _, way, shift in part.ways)


def _asks(runs: Sequence[Run]) -> frozenset[tuple[Mark, bool]]:
    """Return what runs ask of the customer, by where it is written and whether it must hold."""
    return frozenset((one.at, isinstance(one, Not)) for run in runs for one in run.asked)


def _needs(way: _Way) -> int:
    return sum(len(run.came) + len(run.asked) for run in way.runs)


def _may_run_again(journey: Journey, start: float, before: Sequence[tuple[Journey, _Way, float]]) -> bool:
    if journey.reentry.mode == "never":
        return False
    if journey.reentry.mode == "always" and journey.overlap:
        return True
    pause = float(journey.reentry.after.seconds or 0) if journey.reentry.after else 0.0
    ends = [way.runs[0].now + shift if way.runs[0].ended else INFINITE for _, way, shift in before]
    return all(start > end and start >= end + pause for end in ends)


def _shifted(run: Run, shift: float) -> Run:
    return run._replace(
        start=run.start + shift,
        now=run.now + shift,
        done=tuple(Done(one.at + shift, one.touch) for one in run.done),
        came=tuple(Came(one.at + shift, one.event) for one in run.came),
        begun=tuple((at + shift, name) for at, name in run.begun),
    )


def _is_flexible(journey: Journey) -> bool:
    """Return whether a run of the journey can take more or less time."""
    for stage in journey.stages:
        for step in stage.steps:
            for one in steps.inner(step):
                delay = one.verb.for_ if isinstance(one.verb, steps.Wait) else one.after
                if one.within or (delay is not None and delay.low is not delay.high):
                    return True
    return False
