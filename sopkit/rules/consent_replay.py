"""A way on which a use has no fresh consent goes in; the dates of one customer on it, and whether they bear the verdict out, come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sopkit.diagnostics import Moment
from sopkit.frozen import dataclass
from sopkit.graph.course import INFINITE, longest, shortest
from sopkit.graph.flow import Flow
from sopkit.graph.nodes import Edge
from sopkit.graph.openings import Openings
from sopkit.graph.passing import Way, course_of
from sopkit.graph.satisfiability import tests_of
from sopkit.graph.shown import FLOOR, NEVER, OLD, WITHDRAWN, Copies
from sopkit.graph.timing import delay_of
from sopkit.model.nouns import Event
from sopkit.model.predicates import ConsentTest
from sopkit.model.steps import Ask, Choose, Send, Step, Wait
from sopkit.model.triggers import DateReached, OnEvent
from sopkit.model.values import Duration
from sopkit.rules.case import Case
from sopkit.rules.consent_times import Times
from sopkit.rules.consent_uses import Use
from sopkit.rules.titles import title_or_id, titled
from sopkit.source import Span
from sopkit.text import Phrase

MORNING: Final = 10 * 3600.0
"""When a way that needs no particular time begins: on a Monday at ten."""
STARTS: Final = tuple(hour * 3600.0 + beside for hour in range(168) for beside in (0.0, 3540.0))
"""When a way is begun on trial, in seconds after Monday 00:00."""
DAY: Final = 86400.0
MOST_BEFORE: Final = 3
"""Moments told before the consent was last seen, after the first."""


@dataclass(frozen=True, slots=True)
class Dated:
    """When one customer comes to each place of a way, in seconds after a Monday, 00:00."""

    arrivals: tuple[float, ...]
    evidence: float | None
    """When a consent was last known to be given; None: never."""
    used: float
    looked: float | None = None
    """When the step's own condition was looked at, where that is the evidence."""
    shown: tuple[str, ...] = ()
    """The consents that it asks about."""

    @property
    def age(self) -> float:
        return INFINITE if self.evidence is None else self.used - self.evidence


@dataclass(frozen=True, eq=False)
class Replay:
    """Puts dates to ways."""

    case: Case
    flow: Flow
    times: Times

    def dated(self, use: Use, way: Way, copies: Copies, allowed: float, sure: float) -> Dated:
        """Return dates by which the evidence is too old, else those by which it is oldest.

        `sure` is how old the copy that showed it is, whenever it is looked at.
        """
        course, own = course_of(way), self._own(use, way, copies)
        if way.slack == NEVER or (way.slack < OLD and not own):
            seen = own or way.slack != NEVER
            one = self._put(use, course, MORNING, given=len(course), allowed=allowed, sure=0.0, seen=seen)
            return one if own else replace(one, looked=None, shown=())
        given = self._evidence(use, course, copies)
        oldest: Dated | None = None
        for start in (MORNING, *STARTS):
            one = self._put(use, course, start, given=given, allowed=allowed, sure=sure)
            if oldest is None or one.age > oldest.age:
                oldest = one
            if one.age > allowed:
                break
        return oldest or self._put(use, course, MORNING, given=given, allowed=allowed, sure=sure)

    def _own(self, use: Use, way: Way, copies: Copies) -> bool:
        """Return whether the step's own condition is what shows the consent."""
        step = use.step
        gain = copies.gain(step.if_, self.flow.tool_at(use.place)) if step is not None else NEVER
        return step is not None and gain > FLOOR and max(OLD, gain - self.times.window(use.place, step)) > way.slack

    def _evidence(self, use: Use, course: Sequence[Way], copies: Copies) -> int:
        """Return the number of the place behind which the evidence only grows old: that of the use where it is its own."""
        if self._own(use, course[-1], copies):
            return len(course)
        return max(n for n in range(1, len(course)) if course[n].slack > course[n - 1].slack or course[n].kept > NEVER)

    def _put(
        self,
        use: Use,
        course: Sequence[Way],
        start: float,
        *,
        given: int,
        allowed: float,
        sure: float,
        seen: bool = True,
    ) -> Dated:
        now, arrivals, marks = start, [start], {"start": start, "stage": start}
        evidence: float | None = None
        for number in range(1, len(course)):
            edge, place = course[number].edge, course[number].place
            if edge is None:
                continue
            late = number > given
            left = now
            now = self._arrive(edge, now, marks, late=late, allowed=allowed)
            if number == given:
                evidence = left + (now - left if edge.kind != "then" or edge.held.high is not None else 0.0)
            arrivals.append(now)
            node = self.flow.graph.nodes[place]
            if node.kind == "stage":
                marks["stage"] = now
            elif node.step is not None:
                marks[node.step.id] = now
            elif node.playbook == "" and node.kind not in ("event", "trigger", "offer"):
                marks |= {"start": now, "stage": now}
        used = now
        if given == len(course):
            evidence = now if seen else None
            used = self._deed(use, now)
        if evidence is not None and given < len(course):
            used = self._sent(use, now)
        own = given == len(course) and evidence is not None
        guard = use.step.if_ if own and use.step is not None else None
        shown = (
            [test.consent.id for test in tests_of(self.case.workspace, guard) if isinstance(test, ConsentTest)]
            if guard
            else []
        )
        return Dated(
            tuple(arrivals), None if evidence is None else evidence - sure, used, now if own else None, tuple(shown)
        )

    def _arrive(self, edge: Edge, now: float, marks: dict[str, float], *, late: bool, allowed: float) -> float:
        held, delay = edge.held, edge.delay
        hours = self.flow.openings(edge.target) if not self.flow.drops(edge.target) else None
        if not late:
            due = now + shortest(held.low)
            due = max(
                due, marks.get(delay.since, due) + shortest(delay.low) if delay.since else due + shortest(delay.low)
            )
            return due + _wait(hours, due)
        beyond = allowed + DAY
        if edge.kind == "interrupt" and (delay.high is None or edge.on is not None):
            return now + beyond
        if edge.label in ("every", "on") or not held.bounded or not delay.bounded or delay.before is not None:
            return now + beyond + shortest(delay.high)
        due = now + _at_most(held.high)
        step = self.flow.graph.nodes[edge.target].step
        zero = marks.get(delay.since, due) if delay.since else due
        lasts = _at_most(delay.high if delay.high is not None else delay.low)
        if hours is not None and step is not None and step.within is not None and step.clock == "open":
            return max(due, _open_time(hours, zero, lasts))
        due = max(due, zero + lasts)
        return due + _wait(hours, due)

    def _deed(self, use: Use, issued: float) -> float:
        """Return when a step is done whose condition was looked at on issue."""
        step = use.step
        if step is None or step.by is None:
            return self._sent(use, issued)
        delay = delay_of(step)
        if not delay.bounded:
            return issued + 400 * DAY
        low, high = shortest(delay.low), _at_most(delay.high)
        hours = self.flow.openings(use.place)
        if hours is not None and step.within is not None and step.clock == "open":
            return max(issued, _open_time(hours, issued - low, high))
        due = issued + max(0.0, high - low)
        return due + _wait(hours, due)

    def _sent(self, use: Use, ordered: float) -> float:
        if use.step is not None and use.step.by is not None:
            return ordered
        return self.times.confirmed(use.place, use.channel, ordered)

    # What is told

    def moments(self, use: Use, way: Way, dated: Dated, consents: Sequence[str], allowed: float) -> tuple[Moment, ...]:
        """Return the timeline of a way."""
        agreed = dated.evidence is not None
        told = [
            Moment(self._clock(at), what, self._span(one))
            for one, at in zip(course_of(way), dated.arrivals, strict=True)
            for what in self._told(use, one, consents, agreed=agreed)
        ]
        on_the_way = way.slack == WITHDRAWN and dated.looked is None  # it is told as what sets something off
        if dated.evidence is not None and consents and not on_the_way:
            told = [*told[:1], *told[1:][-MOST_BEFORE:]]
            told += self._withdrawal(use, dated, consents, allowed)
        spot = self.case.forest.span(use.at)
        workspace = self.case.workspace
        channel = title_or_id(workspace, use.channel.title, use.channel.id) if use.channel is not None else None
        by = Phrase(f"，经{channel.zh}", f", by {channel.en}") if channel is not None else Phrase("", "")
        purpose = title_or_id(workspace, use.purpose.title, use.purpose.id)
        last = Phrase(f"{use.name}（{purpose.zh}{by.zh}）", f"{use.name} ({purpose.en}{by.en})")
        told.sort(key=lambda moment: moment.at)
        return (*told, Moment(self._clock(dated.used), last, spot, counted=True))

    def _withdrawal(self, use: Use, dated: Dated, consents: Sequence[str], allowed: float) -> Iterator[Moment]:
        known = self.case.workspace.consents
        noun = next((known[one] for one in consents if one in dated.shown), known[consents[0]])
        evidence = dated.evidence or 0.0
        journey = self.flow.journey_of(use.place)
        ending = {one.event.id for one in (journey.ends_on if journey else ()) if isinstance(one, OnEvent)}
        events = sorted((ref.id for ref in noun.withdrawn_by), key=lambda one: one in ending)
        how = Phrase("", "")
        if events:
            event = self._event(events[0])
            how = Phrase(f"：{event.zh}", f": {event.en}")
        consent = self._consent(noun.id)
        if dated.looked is not None and use.step is not None:
            looks = Phrase(
                f"看到{consent.zh}已同意，派出任务", f"{consent.en} is seen to be given, and the task goes out"
            )
            seen = Phrase(f"看到{consent.zh}已同意", f"{consent.en} is seen to be given")
            yield Moment(self._clock(dated.looked), looks if use.step.by is not None else seen)
        yield Moment(
            self._clock(evidence + 1),
            Phrase(f"客户撤回{consent.zh}{how.zh}", f"the customer withdraws {consent.en}{how.en}"),
            self.case.forest.span(noun.at),
        )
        if evidence + 1 + allowed <= dated.used:  # what a withdrawal sets off itself comes sooner
            due = Phrase("撤回最迟此时生效", "by now the withdrawal must have taken effect")
            yield Moment(self._clock(evidence + 1 + allowed), due)

    def _day(self, trigger: DateReached) -> Phrase:
        """Return the day that sets a journey off, in words."""
        datum = self.case.workspace.data.get(trigger.data.id)
        day = titled(self.case.workspace, datum.title if datum else None, trigger.data.id, ("“", "”"))
        if trigger.before:
            return Phrase(f"到了{day.zh}前 {trigger.before}", f"it is {trigger.before} before {day.en}")
        if trigger.after:
            return Phrase(f"到了{day.zh}后 {trigger.after}", f"it is {trigger.after} after {day.en}")
        return Phrase(f"到了{day.zh}那天", f"the day of {day.en} has come")

    def _clock(self, at: float) -> datetime:
        today = self.case.today
        monday = datetime.combine(today, datetime.min.time()) + timedelta(days=(7 - today.weekday()) % 7 or 7)
        return (monday + timedelta(seconds=at)).replace(microsecond=0)

    def _span(self, one: Way) -> Span | None:
        mark = self.flow.graph.nodes[one.place].at
        if one.edge is not None and one.edge.kind == "interrupt":
            mark = one.edge.at
        return self.case.forest.span(mark) if mark is not None else None

    def _told(self, use: Use, one: Way, consents: Sequence[str], *, agreed: bool) -> Iterator[Phrase]:
        """Yield what is worth telling of a place: what sets something off, where time passes, where customers may say no."""
        node = self.flow.graph.nodes[one.place]
        name = one.place.partition("/")[2]
        came = one.edge.on if one.edge is not None else None
        if isinstance(came, OnEvent) and node.kind not in ("lifecycle", "automation", "procedure"):
            yield self._event(came.event.id)
        if isinstance(node.origin, Event):
            yield self._event(name)
            yield from self._asked((ref.id for ref in node.origin.asks), consents, agreed=agreed)
        elif node.kind == "trigger":
            yield (
                self._day(node.origin)
                if isinstance(node.origin, DateReached)
                else Phrase(f"触发：{name}", f"set off: {name}")
            )
        elif node.kind == "stage":
            stage = titled(self.case.workspace, node.title, name)
            yield Phrase(f"进入阶段：{stage.zh}", f"enters the stage {stage.en}")
        elif node.kind in ("lifecycle", "automation", "procedure") and one.before is not None:
            if one.before.place.startswith("event/"):
                return
            playbook = titled(self.case.workspace, node.title, name)
            yield Phrase(f"进入{playbook.zh}", f"enters {playbook.en}")
        elif node.step is not None and one.place != use.place:
            yield from self._passed(node.step, consents, agreed=agreed)

    def _event(self, name: str) -> Phrase:
        noun = self.case.workspace.events.get(name)
        said = titled(self.case.workspace, noun.title if noun is not None else None, name)
        return Phrase(f"发生 {name}" if said.zh == name else said.zh, f"{name} occurs" if said.en == name else said.en)

    def _consent(self, name: str) -> Phrase:
        noun = self.case.workspace.consents.get(name)
        return titled(self.case.workspace, noun.title if noun is not None else None, name, ("“", "”"))

    def _asked(self, asked: Iterable[str], consents: Sequence[str], *, agreed: bool) -> Iterator[Phrase]:
        for name in asked:
            if name not in consents:
                continue
            consent = self._consent(name)
            if agreed:
                yield Phrase(f"问到{consent.zh}，客户同意", f"{consent.en} is asked for, and the customer agrees")
            else:
                yield Phrase(
                    f"问到{consent.zh}，客户没有同意", f"{consent.en} is asked for, and the customer does not agree"
                )

    def _passed(self, step: Step, consents: Sequence[str], *, agreed: bool) -> Iterator[Phrase]:
        match step.verb:
            case Ask(what):
                yield from self._asked((ref.id for ref in what), consents, agreed=agreed)
            case Wait():
                yield Phrase(f"{step.id} 等待", f"{step.id} waits")
            case Choose():
                yield Phrase(f"{step.id} 分支", f"{step.id} branches")
            case Send() if step.if_ is not None:
                yield Phrase(
                    f"{step.id}：不符合条件的跳过", f"{step.id}: whoever does not meet its condition passes by"
                )


def _at_most(duration: Duration | None) -> float:
    """Return the most seconds that are sure to be possible: of a workday or month, whose length varies, the fewest."""
    return min(longest(duration), shortest(duration) if longest(duration) == INFINITE else INFINITE)


def _wait(hours: Openings | None, at: float) -> float:
    return hours.wait(at / 60) * 60 if hours is not None and not hours.empty else 0.0


def _open_time(hours: Openings, start: float, seconds: float) -> float:
    """Return the instant by which it was open for so long since `start`, moved to where it is open."""
    if hours.empty:
        return start + seconds
    return start + hours.time_from(start / 60, seconds / 60) * 60
