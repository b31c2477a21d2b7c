"""Tables, a zone and a span of time go in; what comes by the calendar and is the same for every customer comes out.

Tools and staff go by the workspace's clock: syncs and what is computed at an hour; issues and channels go by the customer's.
"""

from __future__ import annotations

from collections.abc import Collection

from sopkit.model.values import Every, Slot
from sopkit.simulation.clock import DAY, Schedule, Zone, slots_between
from sopkit.simulation.holidays import holidays_of
from sopkit.simulation.issues import Due, calendar_of
from sopkit.simulation.openings import Opening
from sopkit.simulation.plan import Plan
from sopkit.simulation.syncs import Timetable

UTC_ZONE = "UTC"


class World:
    """Customers share it, and none of them changes it."""

    def __init__(self, plan: Plan, zone: Zone, start: int, end: int) -> None:
        self.plan, self.zone, self.start, self.end = plan, zone, start, end
        self.timetable = Timetable(plan.workspace, zone.home, start, end)
        self.calendar: list[Due] = calendar_of(plan, zone, start, end)
        self.calls = [
            (when, key)
            for key, (every, slots) in sorted(plan.calendars.items())
            for when in self._times(every, slots, zone)
        ]
        """When a trigger of the calendar comes."""
        self.rules = plan.rules
        self.computings = [
            (when, rule)
            for rule in plan.rules
            for when in (
                self._times(rule.every, rule.slots, zone.home)
                if rule.every
                else slots_between((), "day", zone.home, start, end)
            )
        ]
        self._openings: dict[int, Opening] = {}
        self._slots: dict[tuple[str, tuple[Slot, ...]], list[int]] = {}

    @classmethod
    def of(cls, plan: Plan, zone: str | None, start: int, end: int) -> World:
        """Return the world in a zone, by default the workspace's."""
        settings = plan.workspace.settings
        home = settings.timezone or UTC_ZONE
        holidays = holidays_of(settings.holidays)
        return cls(plan, Zone.load(zone or home, start - 400 * DAY, end + 800 * DAY, holidays, home), start, end)

    def set_aside(self) -> list[Due]:
        """Take out and return what goes to every customer alike and no cap counts: nothing needs to be looked at for each."""
        common = [due for due in self.calendar if due.issue.common and due.issue.node not in self.plan.listeners]
        self.calendar = [due for due in self.calendar if not due.issue.common or due.issue.node in self.plan.listeners]
        return common

    def leave_out(self, data: Collection[str]) -> None:
        """Compute these data no longer: who asks says what they are."""
        self.rules = [rule for rule in self.rules if rule.name not in data]
        self.computings = [(when, rule) for when, rule in self.computings if rule.name not in data]

    def opening(self, schedule: Schedule) -> Opening:
        """Return the table of a schedule of the plan."""
        found = self._openings.get(id(schedule))
        if found is None:
            found = self._openings[id(schedule)] = Opening(schedule, self.zone, self.start)
        return found

    def slots(self, every: Every, slots: tuple[Slot, ...]) -> list[int]:
        """Return the instants of calendar slots within the span; they are looked up once."""
        key = (str(every), slots)
        if key not in self._slots:
            self._slots[key] = self._times(every, slots, self.zone)
        return self._slots[key]

    def _times(self, every: Every, slots: tuple[Slot, ...], zone: Zone) -> list[int]:
        if every.interval is not None:
            seconds = every.interval.seconds
            return list(range(self.start + seconds, self.end, seconds)) if seconds else []
        if every.unit is None or every.unit == "event":
            return slots_between((), "day", zone, self.start, self.end)
        return slots_between(slots, every.unit, zone, self.start, self.end)
