"""A seed goes in; a case comes out: a small random workspace as YAML, what occurs in it, and whether any course breaks its cap.

Cases take turns in what they are made to hold, so that no construct is rare; and they are small, so that every course can be tried.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests import touch_days, touch_plays, touch_zones
from tests.touch_oracle import Oracle, World
from tests.touch_plays import Play
from tests.touch_potential import Potential

HOURLY = (
    "re-entry: always", "overlapping runs", "re-entry: after", "one event, several journeys", "emitted start", "start: journey",
    "since: start", "since: stage", "since: step", "every", "next: on", "while", "ends_on", "wait with timeout", "quiet hours",
    "channel hours", "channel drops", "role hours", "cap: rolling", "cap: calendar day", "cap: gap", "stays", "on: event",
    "one at a time, drop", "one at a time, preempt", "cadence", "confirmed by a person", "go", "overlap: false", "not counted",
    "go", "one at a time, drop", "one at a time, preempt",
)  # fmt: skip
"""What cases by the hour are made to hold, in turn."""
DAILY = (
    "workdays",
    "cap: calendar week",
    "holidays",
    "months",
    "cap: calendar week",
    "cap: calendar month",
    "workdays",
    "holidays",
)
ZONED = ("several time zones", "unknown time zones", "daylight saving")
FAMILIES = ("hours", "hours", "days", "hours", "zones", "hours", "zones", "days", "hours", "zones")
"""Of ten cases, which are of which family."""
EASY = 0.22
"""Share of cases that keep their cap however their touches fall."""
MOST_STEPS = 5
MOST_JOURNEYS = 2
TRIES = 60
LONG = 320
"""Days of a second look at a play that is said to break by its calendar: the course may begin late."""


@dataclass(frozen=True)
class Case:
    """One workspace with one cap."""

    play: Play
    text: str
    breaks: Callable[[int], bool]
    """Whether a course breaks the cap, within so many states."""
    breaks_later: Callable[[int], bool]
    """The same, looked at for longer."""

    def constructs(self) -> set[str]:
        """Return the names of what occurs, for the table."""
        found = self.play.constructs()
        overlapping = any(one.reentry == "always" and one.overlap for one in self.play.journeys)
        return found | ({"overlapping runs"} if overlapping else set())


def case(seed: int) -> Case:
    """Return the case of a seed."""
    rng = random.Random(seed)  # noqa: S311
    turn, family = divmod(seed, len(FAMILIES))
    match FAMILIES[family]:
        case "days":
            return _drawn(rng, lambda: _of_days(touch_days.play(rng)), DAILY[(turn + family) % len(DAILY)])
        case "zones":
            return _drawn(rng, lambda: _of_zones(touch_zones.play(rng)), ZONED[(turn + family) % len(ZONED)])
        case _:
            return _drawn(rng, lambda: _of_hours(touch_plays.play(rng)), HOURLY[(turn * 5 + family) % len(HOURLY)])


def _drawn(rng: random.Random, draw: Callable[[], Case], wanted: str) -> Case:
    """Draw until a small case holds what is wanted; now and then any case, however large."""
    made = draw()
    if rng.random() < 0.03:
        return made
    easy = rng.random() < EASY
    for _ in range(TRIES):
        if wanted in made.constructs() and _is_small(made.play) and (easy or _is_tight(made.play)):
            break
        made = draw()
    return made


def _is_small(play: Play) -> bool:
    steps = [*play.every_step()]
    free = sum(
        per != "lifetime"
        for name, (_, per) in play.events.items()
        if any(one.starts_on == name for one in play.journeys)
    )
    beside = sum(bool(one.every or (one.event and one.kind != "hear")) for one in steps)
    return len(steps) + 2 * free + beside <= MOST_STEPS and len(play.journeys) <= MOST_JOURNEYS


def _is_tight(play: Play) -> bool:
    """Return whether a customer can get more touches than the cap allows, whenever they come."""
    return Potential(play).most(World(0, 0)) > play.most


def _of_hours(play: Play) -> Case:
    def breaks(states: int) -> bool:
        return Oracle(play, states).breaks()

    return Case(play, touch_plays.written(play), breaks, breaks)


def _of_days(play: touch_days.Days) -> Case:
    def breaks(states: int) -> bool:
        return touch_days.DayOracle(play, states).breaks()

    def breaks_later(states: int) -> bool:
        play.start = touch_days.TODAY
        return touch_days.DayOracle(play, states, horizon=LONG, first=LONG).breaks()

    return Case(play, touch_days.written(play), breaks, breaks_later)


def _of_zones(play: touch_zones.Zoned) -> Case:
    def breaks(states: int) -> bool:
        return touch_zones.breaks(play, states)

    return Case(play, touch_zones.written(play), breaks, breaks)
