"""A play goes in; the same for customers in several or unknown time zones, or where clocks are changed, comes out; and if its cap breaks.

The courses are those of `touch_oracle`; only what a clock shows is another. Customers' clocks run apart from the staff's by whole hours.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

from tests import touch_plays
from tests.touch_oracle import NEVER, Oracle, Run, World
from tests.touch_plays import HOURS, ROLE_HOURS, Play, Step

ZONES = {"Asia/Shanghai": 0, "Asia/Tokyo": 1, "Asia/Dubai": -4, "America/Phoenix": -15}
"""Zones whose clocks are never changed, and how far they are ahead of Shanghai."""
ANY = (0, 1, -4, -15, 5)
"""Some of what an unknown zone can be: enough to contradict a proof."""
CHANGE = 50
"""Hour of a play at which a clock is changed: 02:00 of the third day."""
LONG_AFTER = CHANGE + 30
Change = Literal["none", "spring", "autumn"]


@dataclass
class Zoned(Play):
    """A play whose customers' clocks are not all the staff's, or not always the same."""

    zones: str = "several"
    """`several`, `unknown`, or `changed`: one zone with daylight saving."""

    def constructs(self) -> set[str]:
        """Return the names of what occurs in the play, for the table."""
        names = {"several": "several time zones", "unknown": "unknown time zones", "changed": "daylight saving"}
        return super().constructs() | {names[self.zones]}


def play(rng: random.Random) -> Zoned:
    """Return a random play with clocks of its own."""
    made = touch_plays.play(rng)
    values = {one.name: getattr(made, one.name) for one in fields(made)}
    return Zoned(**values, zones=rng.choice(["several", "unknown", "changed"]))


def written(made: Zoned) -> str:
    """Return the play as documents of a workspace."""
    text = touch_plays.written(made)
    if made.zones == "changed":
        return text.replace("timezone: Asia/Shanghai", "timezone: America/New_York")
    zones = f"[{', '.join(ZONES)}]" if made.zones == "several" else "unknown"
    return text.replace("timezone: Asia/Shanghai\n", f"timezone: Asia/Shanghai\ncustomer_timezones: {zones}\n")


def breaks(made: Zoned, most_states: int) -> bool:
    """Return whether some customer's course breaks the cap; raise where that takes more states than allowed."""
    if made.zones == "changed":
        changes: tuple[Change, ...] = ("none", "spring", "autumn")
        clocks = [_ClockedOracle(made, most_states, change=one) for one in changes]
    else:
        clocks = [
            _ClockedOracle(made, most_states, ahead=one) for one in (ZONES.values() if made.zones == "several" else ANY)
        ]
    if not clocks[0].by_clock:
        return clocks[0].breaks()
    return any(one.breaks() for one in clocks)


@dataclass
class _ClockedOracle(Oracle):
    ahead: int = 0
    """Of the staff's clock."""
    change: Change = "none"

    def _local(self, now: int) -> int:
        """Return the hours on the customer's clock."""
        if self.change != "none" and now >= CHANGE:
            return now + (1 if self.change == "spring" else -1)
        return now + self.ahead

    def _forget(self, world: World) -> World:
        later = super()._forget(world)
        if self.play.calendar:
            today = self._local(world.now) // 24
            later = later._replace(done=tuple(one for one in world.done if self._local(one[0]) // 24 == today))
        return later

    def _remembered(self, name: str, when: int, now: int) -> bool:
        if self.play.events[name][1] == "day":
            return self._local(when) // 24 == self._local(now) // 24
        return super()._remembered(name, when, now)

    def _key(self, world: World) -> object:
        now = world.now
        phase = now if self.change != "none" and now < LONG_AFTER else (self._local(now) % 24 if self.by_clock else 0)
        return phase, super()._key(world)

    def _issues(self, world: World) -> World:
        """Add the issues of now: by the staff's clock, on which a hour that is left out comes with the next, and of two the first."""
        now = world.now
        shown = self._local(now) % 24 if self.change != "none" else now % 24
        due = shown in self.play.issues and not (self.change == "autumn" and now == CHANGE)
        late = self.change == "spring" and now == CHANGE and 2 in self.play.issues
        if not (due or late) or (self.play.selects and self.play.selects != "way"):
            return world
        moved = self._moved(now, ("way",), "")
        return world._replace(sent=(*world.sent, *[(moved, 1)] * (due + late)))

    def _times(self, step: Step, run: Run, now: int) -> list[int]:
        """Return the hours as everywhere; never, where the customer's open hours and the staff's have none in common."""
        ways = (step.channel,)
        if step.kind in ("touch", "rest") and not any(
            self._open(now + n, ways, step.by, quiet=step.kind == "touch") for n in range(48)
        ):
            return [NEVER]
        return super()._times(step, run, now)

    def _open(self, now: int, channels: Iterable[str], by: str, *, quiet: bool) -> bool:
        names = [*channels]
        hour = self._local(now) % 24
        theirs = hour if self.change != "none" else now % 24
        role = ROLE_HOURS.get(by)
        if role and not role[0] <= theirs < role[1]:
            return False
        if any(not HOURS[one][0] <= hour < HOURS[one][1] for one in names if one in HOURS):
            return False
        if self.play.quiet and quiet and any(one != "room" for one in names):
            start, end = self.play.quiet
            return not (start <= hour < end if start < end else hour >= start or hour < end)
        return True
