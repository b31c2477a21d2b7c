"""The syncs of a workspace go in; when a tool hears of what happened in another comes out, run by run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from typing import Final, Literal

from sopkit.model.documents import Sync, Workspace
from sopkit.simulation.clock import NEVER, Zone, slots_between

Kind = Literal["events", "data", "touches"]
Draw = Callable[[str, int, int], int]
"""Node id, shortest and longest seconds → the seconds that it takes."""
Routes = Mapping[tuple[Kind, str], tuple[Sync, ...]]
LONGEST_RUN: Final = 86400 * 40


def routes(workspace: Workspace) -> Routes:
    """Return which syncs carry what, in order of their ids."""
    found: dict[tuple[Kind, str], list[Sync]] = {}
    for _, sync in sorted(workspace.syncs.items()):
        carried = sync.carries
        if carried is None or sync.from_ is None or sync.to is None or sync.every is None:
            continue
        for event in carried.events:
            found.setdefault(("events", event.id), []).append(sync)
        for datum in carried.data:
            found.setdefault(("data", datum.id), []).append(sync)
        for channel in carried.touches:
            found.setdefault(("touches", channel.id), []).append(sync)
    return {what: tuple(syncs) for what, syncs in found.items()}


class Timetable:
    """When the scheduled syncs run, by the workspace's clock; customers share it."""

    def __init__(self, workspace: Workspace, zone: Zone, first: int, last: int) -> None:
        self.routes = routes(workspace)
        self.runs: dict[str, list[int]] = {}
        self.only: dict[tuple[Kind, str, str, str], tuple[Sync, ...] | None] = {}
        self.takes = {
            name: (sync.takes[0].seconds or 0, sync.takes[1].seconds or 0) if sync.takes else (0, 0)
            for name, sync in workspace.syncs.items()
        }
        for name, sync in workspace.syncs.items():
            unit = sync.every.unit if sync.every else None
            if unit is not None and unit != "event":
                self.runs[name] = slots_between(sync.at_slots, unit, zone, first, last + LONGEST_RUN)

    def only_way(self, kind: Kind, item: str, source: str, target: str) -> tuple[Sync, ...] | None:
        """Return the syncs that lead from one tool to another where there is no choice; none where there is, or no way at all."""
        key = (kind, item, source, target)
        if key not in self.only:
            syncs = self.routes.get((kind, item), ())
            ahead = [sync for sync in syncs if sync.from_ and sync.from_.id == source]
            behind = [sync for sync in syncs if sync.to and sync.to.id == target]
            alone = len(ahead) == 1 and ahead == behind
            self.only[key] = tuple(ahead) if alone else None
        return self.only[key]


class Syncs:
    """The runs that one customer's course meets: how long each takes is drawn once, so is when those at intervals begin."""

    def __init__(self, timetable: Timetable, draw: Draw) -> None:
        self.timetable, self.draw = timetable, draw
        self.taken: dict[tuple[str, int], int] = {}
        self.phases: dict[str, int] = {}
        self.carried: Callable[[str, int, int], None] | None = None
        """Told of each change that a sync takes along: its id, when the change was made, when it arrives."""

    def arrival(self, kind: Kind, item: str, source: str, target: str, now: int) -> int | None:
        """Return the earliest instant at which `target` knows of what happened in `source`; None where no sync leads there."""
        if not source or not target or source == target:
            return now
        way = self.timetable.only_way(kind, item, source, target)
        if way is not None:
            for sync in way:
                now = self._hop(sync, now)
            return now
        syncs = self.timetable.routes.get((kind, item), ())
        reached: dict[str, int] = {}
        queue = [(now, source)]
        while queue:
            when, tool = heappop(queue)
            if tool == target:
                return when
            if tool in reached:
                continue
            reached[tool] = when
            for sync in syncs:
                if (
                    sync.from_ is not None
                    and sync.to is not None
                    and sync.from_.id == tool
                    and sync.to.id not in reached
                ):
                    heappush(queue, (self._hop(sync, when), sync.to.id))
        return None

    def _hop(self, sync: Sync, now: int) -> int:
        """Return when a sync that starts strictly after `now` is done; a push starts at once."""
        arrival = self._arrival(sync, now)
        if self.carried is not None:
            self.carried(sync.id, now, arrival)
        return arrival

    def _arrival(self, sync: Sync, now: int) -> int:
        every = sync.every
        if every is None or every.unit == "event":
            return now + self._takes(sync, now, once=False)
        run = self._interval(sync, now) if every.unit is None else self._slot(sync, now)
        return run if run >= NEVER else run + self._takes(sync, run, once=True)

    def _takes(self, sync: Sync, run: int, *, once: bool) -> int:
        low, high = self.timetable.takes[sync.id]
        if low == high:
            return low
        if not once:
            return self.draw(f"sync/{sync.id}", low, high)
        key = (sync.id, run)
        if key not in self.taken:
            self.taken[key] = self.draw(f"sync/{sync.id}", low, high)
        return self.taken[key]

    def _interval(self, sync: Sync, now: int) -> int:
        interval = sync.every.interval.seconds if sync.every and sync.every.interval else None
        if not interval:
            return now
        if sync.id not in self.phases:
            self.phases[sync.id] = self.draw(f"sync/{sync.id}/start", 0, interval - 1)
        return now + interval - (now - self.phases[sync.id]) % interval

    def _slot(self, sync: Sync, now: int) -> int:
        runs = self.timetable.runs.get(sync.id, [])
        number = bisect_right(runs, now)
        return runs[number] if number < len(runs) else NEVER
