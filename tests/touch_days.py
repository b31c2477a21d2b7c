"""A seed goes in; a small random play whose times are whole days comes out: workdays, holidays, months, weeks; and whether its cap breaks.

The plays and the courses are those of `touch_plays` and `touch_oracle`; only the clock is another. Everything happens at midnight.
"""

from __future__ import annotations

import random
import re
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from tests import touch_plays
from tests.touch_oracle import OLD, Oracle, Run, World
from tests.touch_plays import Play, Step, counted

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPEN = {"shut": 4, "cut": 5, "timed": 5}
"""How many days from Monday on a channel or a person works."""
OFF = frozenset(date(2026, 9, 25) + timedelta(days=n) for n in (0, 1, 2, 6, 7, 8, 9, 10, 11, 12))
"""Days off in autumn 2026, by the State Council's notice; then 20 September and 10 October are worked."""
MADE_UP = frozenset((date(2026, 9, 20), date(2026, 10, 10)))
STARTS = (*(date(2026, 9, 14) + timedelta(days=n) for n in range(28)), date(2027, 1, 25), date(2027, 2, 20))
TODAY = date(2026, 7, 6)
"""The Monday after what tests take for today."""
HORIZON = 45
FIRST_WEEK = 7
"""Days within which something comes, where the calendar makes no day like another."""
RATES: list[tuple[int, int | str]] = [*[(1, "lifetime")] * 12, (1, 5), (1, 12), (1, "week"), (2, "week"), (1, "month")]


@dataclass
class Days(Play):
    """A play of which each hour is a day."""

    units: dict[str, str] = field(default_factory=dict)
    """Steps whose times are `workdays` or `mo`; no other step has their ids."""
    unit: str = ""
    """`week` or `month` of a cap by the calendar."""
    slots: tuple[str, ...] = ()
    """Weekdays, or `day 5`, on which a cadence comes."""
    on_holiday: str = "same"
    start: date = STARTS[0]

    def constructs(self) -> set[str]:
        """Return the names of what occurs in the play, for the table."""
        found = super().constructs() - {"cap: calendar day"}
        found |= {f"cap: calendar {self.unit}"} if self.calendar else set()
        found |= {"months"} if self._monthly or "mo" in self.units.values() else set()
        found |= {"cadence"} if self.slots else set()
        counted = "workdays" in self.units.values()
        found |= {"workdays"} if counted else set()
        found |= {"holidays"} if counted or (self.slots and self.on_holiday != "same") else set()
        return found

    @property
    def _monthly(self) -> bool:
        return self.unit == "month" or any(per == "month" for _, per in self.events.values())

    @property
    def absolute(self) -> bool:
        """Whether no day is like another."""
        return bool(self._monthly or self.units or any("day" in one for one in self.slots) or self.on_holiday != "same")


def play(rng: random.Random) -> Days:
    """Return a random play of whole days."""
    hours = touch_plays.play(rng)
    kind = rng.choice(["rolling", "gap", "week", "month"])
    made = Days(
        most=1 if kind == "gap" else rng.choice([1, 2, 2, 3]),
        window={"week": 7, "month": 31}.get(kind, rng.choice([2, 3, 5, 8, 12, 30])),
        calendar=kind in ("week", "month"),
        gap=kind == "gap",
        selects=hours.selects,
        quiet=None,
        events={name: rng.choice(RATES) for name in hours.events},
        journeys=hours.journeys,
        group=hours.group,
        cool_down=hours.cool_down,
        if_busy=hours.if_busy,
        unit=kind if kind in ("week", "month") else "",
        start=rng.choice(STARTS),
    )
    for step in made.every_step():
        step.channel = "way" if step.channel == "slow" else step.channel
    if rng.random() < 0.3:
        made.slots = rng.choice([("tue",), ("mon", "thu"), ("day 1",), ("day 31",), ("thu", "fri")])
        made.on_holiday = rng.choice(["same", "skip", "next-workday", "previous-workday"])
    if rng.random() < 0.75:
        _by_calendar(rng, made)
    if not any(counted(made, one) for one in made.every_step()):
        made.selects = "group" if any(one.channel == "room" for one in made.every_step()) else ""
    return made


def _by_calendar(rng: random.Random, made: Days) -> None:
    """Let some steps count workdays or months."""
    ids = Counter(one.id for one in made.every_step())
    fit = [
        one
        for one in made.every_step()
        if ids[one.id] == 1
        and one.kind in ("touch", "rest", "wait", "start")
        and not (one.every or one.event)
        and one.low is not None
        and one.low == one.high
        and (one.within is None or one.by)
    ]
    for step in fit:
        if rng.random() < 0.6:
            unit = rng.choice(["workdays", "workdays", "mo"])
            if unit == "mo" and step.by:
                continue
            made.units[step.id] = unit
            step.low = step.high = 1 if unit == "mo" else max(1, (step.low or 0) % 4)
            if step.within is not None:
                step.within = max(step.within, step.low)


def written(made: Days) -> str:
    """Return the play as documents of a workspace."""
    text = re.sub(r"\b(\d+)h\b", r"\1d", touch_plays.written(made))
    text = text.replace("per: day}", f"per: {made.unit}}}").replace("per: day,", f"per: {made.unit},")
    text = text.replace("jurisdictions: [cn]\n", "jurisdictions: [cn]\nholidays: cn\n")
    text = text.replace("hours: mon-sun 10:00-14:00", "hours: mon-fri 00:00-24:00")
    text = text.replace("hours: 08:00-12:00", "hours: mon-thu 00:00-24:00")
    text = text.replace("hours: 06:00-18:00", "hours: mon-fri 00:00-24:00")
    for step, unit in made.units.items():
        said = r"\1mo" if unit == "mo" else r"\1 workdays"
        whole = re.search(rf"^ *- id: {step}\n(?: +(?!- )\S.*\n)*", text, re.MULTILINE)
        assert whole is not None
        changed = re.sub(r"(?<=(?:after|.wait): )(\d+)d$", said, whole[0], flags=re.MULTILINE)
        changed = re.sub(r"(?<=within: )(\d+)d$", said, changed, flags=re.MULTILINE)
        text = text.replace(whole[0], changed)
    if made.slots:
        unit = "month" if "day" in made.slots[0] else "week"
        slots = ", ".join(f"{one} 00:00" for one in made.slots)
        text += (
            "---\nkind: cadence\nid: tips\ntitle: 干货\nowner: guide\nreview_by: 2027-12-31\nvia: way\nformat: post\n"
            f"for: talk\nevery: {unit}\nat: [{slots}]\non_holiday: {made.on_holiday}\n"
        )
    return text


def is_workday(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


@dataclass
class DayOracle(Oracle):
    """Tries every course, day by day."""

    play: Days
    horizon: int = HORIZON
    first: int = FIRST_WEEK

    def __post_init__(self) -> None:
        super().__post_init__()
        self.by_week = bool(
            self.play.unit == "week"
            or self.play.slots
            or any(per == "week" for _, per in self.play.events.values())
            or any(one.channel in OPEN or one.by in OPEN for one in self.play.every_step())
        )

    def _date(self, now: int) -> date:
        return self.play.start + timedelta(days=now)

    def _unit(self, now: int, unit: str) -> tuple[int, int]:
        day = self._date(now)
        return day.isocalendar()[:2] if unit == "week" else (day.year, day.month)

    def _forget(self, world: World) -> World:
        later = super()._forget(world)
        if self.play.calendar:
            now = self._unit(world.now, self.play.unit)
            later = later._replace(done=tuple(one for one in world.done if self._unit(one[0], self.play.unit) == now))
        return later

    def _remembered(self, name: str, when: int, now: int) -> bool:
        per = self.play.events[name][1]
        if per in ("week", "month"):
            return self._unit(when, str(per)) == self._unit(now, str(per))
        return super()._remembered(name, when, now)

    def _key(self, world: World) -> object:
        phase = world.now if self.play.absolute else world.now % 7 if self.by_week else 0
        return phase, super()._key(world)

    def _goes_on(self, world: World) -> bool:
        if not super()._goes_on(world):
            return False
        if not self.play.absolute:
            return True
        idle = not (world.runs or world.came or world.spent or world.ended or self.play.slots)
        return world.now <= (self.first if idle else self.horizon)

    @cached_property
    def _issue_days(self) -> frozenset[date]:
        found = set()
        for now in range(-20, self.horizon + 20):
            day = self._date(now)
            if not any(self._falls(one, day) for one in self.play.slots):
                continue
            if day in OFF and self.play.on_holiday != "same":
                if self.play.on_holiday == "skip":
                    continue
                step = timedelta(days=1 if self.play.on_holiday == "next-workday" else -1)
                while not is_workday(day):
                    day += step
            found.add(day)
        return frozenset(found)

    def _falls(self, slot: str, day: date) -> bool:
        if slot in WEEKDAYS:
            return WEEKDAYS[day.weekday()] == slot
        return day.day == min(int(slot.removeprefix("day ")), monthrange(day.year, day.month)[1])

    @cached_property
    def _weekly(self) -> frozenset[int]:
        return frozenset(day.weekday() for day in self._issue_days)

    def _issues(self, world: World) -> World:
        day = self._date(world.now)
        due = day in self._issue_days if self.play.absolute else bool(self.play.slots) and day.weekday() in self._weekly
        if not due or (self.play.selects and self.play.selects != "way"):
            return world
        return world._replace(sent=(*world.sent, (world.now, 1)))

    def _times(self, step: Step, run: Run, now: int) -> list[int]:
        unit = self.play.units.get(step.id)
        if unit is None:
            return super()._times(step, run, now)
        zero = {"": now, "start": run.started, "stage": run.entered}.get(
            step.since, dict(run.marks).get(step.since, now)
        )
        low = max(now, self._later(zero, step.low or 0, unit))
        high = max(low, self._later(zero, max(step.high or 0, step.within or 0), unit))
        if step.kind in ("start", "wait"):
            return list(range(low, high + 1))
        return sorted({self._moved(when, (step.channel,), step.by, keep=True) for when in range(low, high + 1)})

    def _later(self, zero: int, amount: int, unit: str) -> int:
        day = self._date(zero)
        if unit == "mo":
            months = day.year * 12 + day.month - 1 + amount
            last = monthrange(months // 12, months % 12 + 1)[1]
            return (date(months // 12, months % 12 + 1, min(day.day, last)) - self.play.start).days
        for _ in range(amount):
            day += timedelta(days=1)
            while not is_workday(day):
                day += timedelta(days=1)
        return (day - self.play.start).days

    def _open(self, now: int, channels: object, by: str, *, quiet: bool) -> bool:
        names = [*channels, by]  # type: ignore[misc]
        return all(self._date(now).weekday() < OPEN[one] for one in names if one in OPEN)


assert max(OPEN.values()) + 31 < OLD
