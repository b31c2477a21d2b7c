"""A play goes in; how many counted touches a customer can still get at most comes out, whatever the clock says.

So courses that cannot break the cap any more need not be followed to their end. It counts steps, and knows nothing of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.touch_plays import JOINS, Journey, Play, Step, counted

if TYPE_CHECKING:
    from tests.touch_oracle import Run, World

NO_END: Final = 10**6
"""More than any cap."""


@dataclass(frozen=True)
class _Sums:
    """Counted touches of one journey."""

    whole: int
    rest: tuple[tuple[int, ...], ...]
    """By stage, of what follows a place in its chain and in all other stages."""


class Potential:
    """What the journeys of a play can still give."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.sums = [_sums(play, one) for one in play.journeys]
        begun = {step.to for step in play.every_step() if step.kind == "start"}
        self.loose = [one.id in begun or ":" in one.starts_on for one in play.journeys]
        """Whether something else than an event starts it."""
        self.issues = NO_END if play.issues or getattr(play, "slots", ()) else 0

    def most(self, world: World) -> int:
        """Return how many more touches can come at most."""
        total = self.issues + sum(weight for _, weight in world.sent)
        used: dict[str, int] = {}
        for name, _ in world.came:
            used[name] = used.get(name, 0) + 1
        for run in world.runs:
            total += self._of_run(run)
        for number, journey in enumerate(self.play.journeys):
            whole = self.sums[number].whole
            if whole:
                total += whole * self._starts(number, journey, used, world.spent)
        return total

    def _of_run(self, run: Run) -> int:
        sums = self.sums[run.journey]
        if sums.whole >= NO_END:
            return NO_END
        steps = self.play.journeys[run.journey].stages[run.stage].steps
        besides = sum(_weight(self.play, steps[number]) for number, _ in run.beside if number >= 0)
        rest = sums.rest[run.stage]
        return besides + rest[min(run.path[0][2], len(rest) - 1)]

    def _starts(self, number: int, journey: Journey, used: Mapping[str, int], spent: Sequence[int]) -> int:
        """Return how often a journey can still start."""
        if journey.reentry == "never":
            return int(number not in spent)
        if self.loose[number]:
            return NO_END
        most, per = self.play.events[journey.starts_on]
        return most - used.get(journey.starts_on, 0) if per == "lifetime" else NO_END


def _sums(play: Play, journey: Journey) -> _Sums:
    sums = [[_weight(play, step) for step in stage.steps] for stage in journey.stages]
    whole = sum(map(sum, sums))
    names = [stage.id for stage in journey.stages]
    for number, stage in enumerate(journey.stages):
        again = any(to in names[: number + 1] for _, _, to in stage.next)
        beside = any(
            (step.every or (step.event and step.kind != "hear")) and _weight(play, step) for step in stage.steps
        )
        if whole and (again or beside):
            return _Sums(NO_END, ())
    rest = tuple(tuple(whole - sum(one[:place]) for place in range(len(one) + 1)) for one in sums)
    return _Sums(whole, rest)


def _weight(play: Play, step: Step) -> int:
    own = (JOINS if step.channel == "room" else 1) if counted(play, step) else 0
    return own + sum(_weight(play, one) for one in (*step.steps, *step.other))
