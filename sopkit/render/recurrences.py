"""Dates of what recurs: a plan and a span of days go in; each engagement's rule, and the days on which it really falls, come out.

The rule is what a calendar repeats; holidays, replaced weeks, days off and clocks put forward make the dates differ from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sopkit.frozen import dataclass
from sopkit.graph import clock
from sopkit.model.documents import Cadence, Procedure, Workspace
from sopkit.model.triggers import CalendarReached
from sopkit.model.values import WEEKDAYS, Calendar, Duration, Every, Hours, Slot
from sopkit.render.agenda import Engagement
from sopkit.render.manual.book import Plan
from sopkit.simulation.clock import DAY, Zone, date_of, day_of, slots_between
from sopkit.simulation.holidays import Holidays, holidays_of
from sopkit.simulation.issues import issue_times

EPOCH: Final = datetime(1970, 1, 1)
SHORTEST_MONTH: Final = 28
AROUND: Final = timedelta(days=70)
"""How far beyond the span is looked: holidays and days off move things, and work is done ahead of an issue."""
OFFICE: Final = frozenset(("mon", "tue", "wed", "thu", "fri"))
BYDAY: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MIDNIGHT: Final = 1440
UTC_NAME: Final = "UTC"

Moments = frozenset[datetime]
"""By the workspace's clock."""
Group = tuple[Slot, ...]
"""What one rule says; none: at any time of its day, week or month."""
Offset = tuple[Duration, int] | None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What recurs, without the days: `rule` is the part of an RRULE that says when, '' where only dates do."""

    engagement: Engagement
    number: int
    """Of those of the same cadence, step or KPI, from 1: one for each time of day, or each slot of a month."""
    all_day: bool
    rule: str
    pattern: tuple[datetime, ...]
    """What the rule gives, from the last that is not after the first date."""
    dates: tuple[datetime, ...]
    """When it falls in the span, in order."""


def recurrences(plan: Plan, first: date, last: date) -> tuple[Recurrence, ...]:
    """Return what falls on [first, last), in the order of the agenda; nothing that never does."""
    days = Days(plan.workspace, first, last)
    seen: dict[tuple[str, ...], Engagement] = {}
    for each in plan.agenda:
        if each.roles:
            seen.setdefault(_key(each), each)
    return tuple(one for each in seen.values() for one in _recurring(each, days) if one.dates)


def _key(each: Engagement) -> tuple[str, ...]:
    return (
        each.deed,
        each.cadence.id if each.cadence else "",
        each.placed.path if each.placed else "",
        each.kpi.id if each.kpi else "",
    )


class Days:
    """The workspace's calendar: its clock, its holidays, and when its people are at work."""

    def __init__(self, workspace: Workspace, first: date, last: date) -> None:
        self.workspace = workspace
        self.first, self.last = datetime.combine(first, time()), datetime.combine(last, time())
        settings = workspace.settings
        self.holidays = holidays_of(settings.holidays)
        self.begin, self.end = day_of(first) * DAY - _seconds(AROUND), day_of(last) * DAY + _seconds(AROUND)
        name = settings.timezone if settings.timezone and clock.zone(settings.timezone) is not UTC else UTC_NAME
        self.zone = Zone.load(name, self.begin, self.end, self.holidays)
        self.flat = Zone.load(UTC_NAME, self.begin, self.end, Holidays())
        """A clock that is never put forward, in a year without holidays: what a rule goes by."""
        self._issues: dict[tuple[str, Group, str], list[int]] = {}
        self._slots: dict[tuple[Calendar, Group, str], Moments] = {}

    def local(self, instants: Iterable[int], zone: Zone) -> Moments:
        return frozenset(EPOCH + timedelta(seconds=zone.local(when)) for when in instants)

    def issues(self, cadence: Cadence, slots: Group, zone: Zone) -> list[int]:
        """Return the issues that these slots of a cadence bring, by its engine: holidays kept, replaced weeks left out."""
        key = (cadence.id, slots, zone.name if zone is self.zone else "")
        if key not in self._issues:
            replacing = () if zone is self.flat else self._replacing(cadence)
            only = {one.id: one for one in (*replacing, replace(cadence, at_slots=slots))}
            times = issue_times(replace(self.workspace, cadences=only), zone, self.begin, self.end)
            self._issues[key] = times[cadence.id]
        return self._issues[key]

    def slots(self, unit: Calendar, slots: Group, zone: Zone) -> Moments:
        """Return when slots fall."""
        key = (unit, slots, zone.name if zone is self.zone else "")
        if key not in self._slots:
            self._slots[key] = self.local(slots_between(slots, unit, zone, self.begin, self.end), zone)
        return self._slots[key]

    def _replacing(self, cadence: Cadence) -> list[Cadence]:
        return [one for one in self.workspace.cadences.values() if cadence.id in {ref.id for ref in one.replaces}]

    def at_work(self, roles: Sequence[str], day: date, *, holidays: bool) -> bool:
        """Tell whether any of the roles works that day; offices are closed on holidays, and open on days that make up for them."""
        hours = [role.hours for id_ in roles if (role := self.workspace.roles.get(id_))]
        return not hours or any(one is None or self._open(one, day, holidays) for one in hours)

    def _open(self, hours: Hours, day: date, holidays: bool) -> bool:
        usual = WEEKDAYS[day.weekday()] in hours.days
        if not holidays or not OFFICE.issuperset(hours.days):
            return usual
        made_up = set(hours.days) == OFFICE and day in self.holidays.workdays
        return made_up or (usual and day not in self.holidays.days)

    def to_work(self, roles: Sequence[str], moments: Moments, *, holidays: bool) -> Moments:
        """Return the moments, each on the next day on which somebody of the roles works."""
        return frozenset(self._next(roles, moment, holidays) for moment in moments)

    def _next(self, roles: Sequence[str], moment: datetime, holidays: bool) -> datetime:
        ahead = (moment + timedelta(days=days) for days in range(AROUND.days))
        return next((each for each in ahead if self.at_work(roles, each.date(), holidays=holidays)), moment)


def _recurring(engagement: Engagement, days: Days) -> Iterator[Recurrence]:
    number = 0
    for every, slots in _rhythms(engagement):
        if every.unit is None or every.unit == "event":
            continue
        for group in _groups(every.unit, slots):
            number += 1
            yield _recurrence(engagement, number, every.unit, group, days)


def _rhythms(engagement: Engagement) -> Iterator[tuple[Every, tuple[Slot, ...]]]:
    """Yield by which rhythms an engagement comes; one around an issue goes by the issue's."""
    cadence, placed, kpi = engagement.cadence, engagement.placed, engagement.kpi
    if cadence and cadence.every:
        yield cadence.every, cadence.at_slots
    elif placed:
        if placed.step.every:
            yield placed.step.every, placed.step.at_slots
        if isinstance(placed.playbook, Procedure) and placed.step is placed.playbook.steps[0]:
            triggers = placed.playbook.starts_on
            yield from ((each.every, each.slots) for each in triggers if isinstance(each, CalendarReached))
    elif kpi and kpi.review and kpi.review.every:
        yield kpi.review.every, kpi.review.at_slots


def _groups(unit: Calendar, slots: Group) -> Iterator[Group]:
    """Yield the slots that one rule can say: those of a week at one time of day, else each by itself."""
    if unit in ("day", "week") and slots:
        for minute in dict.fromkeys(slot.time.minutes for slot in slots):
            yield tuple(slot for slot in slots if slot.time.minutes == minute)
    elif slots:
        yield from ((slot,) for slot in slots)
    else:
        yield ()


def _recurrence(engagement: Engagement, number: int, unit: Calendar, group: Group, days: Days) -> Recurrence:
    offset = _offset(engagement)
    weekly = unit in ("day", "week") and (offset is None or offset[0].unit not in ("mo", "y"))
    if engagement.cadence:
        exact, plain = (_around(engagement.cadence, group, offset, zone, days) for zone in (days.zone, days.flat))
    else:
        raw = days.slots(unit, group, days.flat)
        exact = days.to_work(engagement.roles, days.slots(unit, group, days.zone), holidays=True)
        plain = days.to_work(engagement.roles, raw, holidays=False)
    dates = tuple(sorted(moment for moment in exact if days.first <= moment < days.last))
    rule, pattern = "", frozenset[datetime]()
    if weekly:
        rule, pattern = _by_weekdays(plain, days)
    elif offset is None:
        # Days that a cadence leaves out are in the rule, as in any calendar, and left out of it one by one.
        rule, pattern = _by_slot(unit, group), days.slots(unit, group, days.flat)
    all_day = not group and (offset is None or not _has_hours(offset[0]))
    return Recurrence(engagement, number, all_day, rule, _beginning(pattern if rule else (), dates, days), dates)


def _offset(engagement: Engagement) -> Offset:
    """Return how far from its issue a step is done: (time, -1 before or 1 after); None: with the issue, or of no issue."""
    step = engagement.placed.step if engagement.placed and engagement.cadence else None
    if step and step.before:
        return step.before, -1
    return (step.after.low, 1) if step and step.after else None


def _has_hours(length: Duration) -> bool:
    return length.seconds is not None and length.seconds % DAY != 0


def _around(cadence: Cadence, group: Group, offset: Offset, zone: Zone, days: Days) -> Moments:
    issues: Iterable[int] = days.issues(cadence, group, zone)
    if offset is not None:
        length, sign = offset
        issues = [zone.later(when, length, sign * length.amount) for when in issues]
    return days.local(issues, zone)


def _by_weekdays(moments: Moments, days: Days) -> tuple[str, Moments]:
    """Return the rule of what comes on the same weekdays of every week at the same time, and all that it gives."""
    weekdays = sorted({moment.weekday() for moment in moments})
    times = {moment.time() for moment in moments}
    if len(times) != 1:
        return "", frozenset()
    (at,) = times
    begin, end = date_of(days.begin // DAY), date_of(days.end // DAY)
    every = (begin + timedelta(days=count) for count in range((end - begin).days))
    pattern = frozenset(datetime.combine(day, at) for day in every if day.weekday() in weekdays)
    if len(weekdays) == len(BYDAY):
        return "FREQ=DAILY", pattern
    return f"FREQ=WEEKLY;BYDAY={','.join(BYDAY[day] for day in weekdays)}", pattern


def _by_slot(unit: Calendar, group: Group) -> str:
    """Return the rule of one slot of each month, quarter or year; '' where a day begins before it ends."""
    frequency = {"month": "FREQ=MONTHLY", "quarter": "FREQ=MONTHLY;INTERVAL=3"}.get(unit, "FREQ=YEARLY;BYMONTH=1")
    if not group:
        return f"{frequency};BYMONTHDAY=1"
    (slot,) = group
    if slot.time.minutes == MIDNIGHT:
        return ""
    if slot.weekday:
        return f"{frequency};BYDAY={slot.nth or 1}{BYDAY[WEEKDAYS.index(slot.weekday)]}"
    day = slot.month_day or 1
    if day <= SHORTEST_MONTH:
        return f"{frequency};BYMONTHDAY={day}"
    # A day that a month lacks is its last, and no calendar knows that: the last of the days there are.
    possible = ",".join(str(each) for each in range(SHORTEST_MONTH, day + 1))
    return f"{frequency};BYMONTHDAY={possible};BYSETPOS=-1"


def _beginning(pattern: Iterable[datetime], dates: Sequence[datetime], days: Days) -> tuple[datetime, ...]:
    """Return what a rule gives up to the end of the span; from the last that is not after the first date, since none may be earlier."""
    given = sorted(moment for moment in pattern if moment < days.last)
    first = dates[0] if dates else days.first
    start = max((moment for moment in given if moment <= first), default=first)
    return tuple(moment for moment in given if moment >= start)


def _seconds(length: timedelta) -> int:
    return length.days * DAY
