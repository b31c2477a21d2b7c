"""What is fixed on the calendar for whom: issues to publish, the work around them, reviews; from cadences, procedures and KPIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from sopkit.frozen import dataclass
from sopkit.model.documents import Cadence, Kpi, Procedure, Workspace
from sopkit.model.triggers import CalendarReached, IssueDue
from sopkit.model.values import WEEKDAYS, Calendar, Duration, Every, Slot
from sopkit.render.walks import Placed, doers, placed_steps, publishers

DAY: Final = 1440
WORKDAYS: Final = 5
"""Monday to Friday; what the holidays of a given year change stands in that year's calendar, not in a weekly sheet."""

Deed = Literal["publish", "confirm", "step", "review"]


@dataclass(frozen=True, slots=True)
class Engagement:
    """Something that recurs at a fixed time, and the roles that do it."""

    deed: Deed
    roles: tuple[str, ...]
    unit: Calendar
    weekdays: tuple[int, ...]
    """0 is Monday; of a daily or weekly engagement, else empty."""
    minute: int | None
    """Of the day; None: any time of that day."""
    slot: Slot | None
    """Of a monthly, quarterly or yearly engagement; None: any time in it."""
    cadence: Cadence | None = None
    placed: Placed | None = None
    kpi: Kpi | None = None
    issues: tuple[tuple[int, int], ...] = ()
    """(weeks from now, weekday) of the issues that the step prepares or follows, where they are not of the same day."""
    by_then: bool = False
    """`minute` is the latest time."""

    @property
    def path(self) -> str:
        if self.placed:
            return self.placed.path
        return self.cadence.id if self.cadence else self.kpi.id if self.kpi else ""

    @property
    def order(self) -> tuple[int, int, str]:
        return (self.weekdays[0] if self.weekdays else 9, -1 if self.minute is None else self.minute, self.path)


def agenda(workspace: Workspace) -> tuple[Engagement, ...]:
    """Return every engagement of the workspace; those without a role are done by tools."""
    found: list[Engagement] = []
    for cadence in workspace.cadences.values():
        found += _issues(cadence, workspace)
        found += _around(cadence, tuple(placed_steps(cadence)), workspace)
    for procedure in workspace.procedures.values():
        found += _of_procedure(procedure, workspace)
    for journey in workspace.journeys.values():
        for placed in placed_steps(journey):
            found += _recurring(placed, workspace)
    for kpi in workspace.kpis.values():
        if kpi.review and kpi.review.every and kpi.review.by:
            pattern = Engagement("review", (kpi.review.by.id,), "day", (), None, None, kpi=kpi)
            found += _at(kpi.review.every, kpi.review.at_slots, pattern)
    return tuple(sorted(found, key=lambda each: each.order))


def _at(every: Every, slots: Sequence[Slot], pattern: Engagement, skipped: Sequence[str] = ()) -> Iterator[Engagement]:
    """Yield one engagement for each time of day or slot; an interval or a push is no fixed time."""
    if every.unit is None or every.unit == "event":
        return
    unit: Calendar = every.unit
    if unit in ("day", "week"):
        yield from _weekly(unit, slots, pattern, skipped)
    elif not slots:
        yield replace(pattern, unit=unit)
    else:
        for slot in slots:
            yield replace(pattern, unit=unit, slot=slot, minute=slot.time.minutes)


def _weekly(unit: Calendar, slots: Sequence[Slot], pattern: Engagement, skipped: Sequence[str]) -> Iterator[Engagement]:
    open_days = tuple(day for day, name in enumerate(WEEKDAYS) if name not in skipped)
    if unit == "week" and not slots:
        yield replace(pattern, unit="week")
        return
    if not slots:
        yield replace(pattern, unit="day", weekdays=open_days)
    by_time: dict[int, list[int]] = {}
    for slot in slots:
        days = [WEEKDAYS.index(slot.weekday)] if slot.weekday else list(open_days)
        by_time.setdefault(slot.time.minutes, []).extend(days)
    for minute, days in by_time.items():
        kept = tuple(sorted(set(days) & set(open_days)))
        if kept:
            yield replace(pattern, unit="day" if len(kept) > WORKDAYS else "week", weekdays=kept, minute=minute)


def _issues(cadence: Cadence, workspace: Workspace) -> Iterator[Engagement]:
    if cadence.every is None:
        return
    roles = publishers(cadence, workspace)
    # Where a workflow has its own publishing step, that step says it better than the cadence, and nobody does it twice.
    flow = workspace.procedures.get(cadence.workflow.id) if cadence.workflow else None
    steps = tuple(placed_steps(flow)) if flow else ()
    told = {role for placed in steps if _at_publication(placed) for role in doers(placed, workspace)}
    if told and (cadence.by is None or cadence.by.id in told):
        return
    deed: Deed = "publish" if cadence.by or not roles else "confirm"
    yield from _at(
        cadence.every,
        cadence.at_slots,
        Engagement(deed, roles, "day", (), None, None, cadence=cadence),
        cadence.except_,
    )


def _at_publication(placed: Placed) -> bool:
    """Tell whether a step of a workflow is the publishing itself: the first that is not counted back from the issue."""
    step, before = placed.step, placed.previous
    return step.before is None and step.by is not None and (before is None or before.before is not None)


def _of_procedure(procedure: Procedure, workspace: Workspace) -> Iterator[Engagement]:
    steps = tuple(placed_steps(procedure))
    for trigger in procedure.starts_on:
        match trigger:
            case IssueDue(cadence=None):
                for cadence in workspace.cadences.values():
                    if cadence.workflow and cadence.workflow.id == procedure.id:
                        yield from _around(cadence, steps, workspace)
            case IssueDue(cadence=ref) if ref and ref.id in workspace.cadences:
                yield from _around(workspace.cadences[ref.id], steps, workspace)
            case CalendarReached(every=every, slots=slots) if steps:
                first = Engagement("step", doers(steps[0], workspace), "day", (), None, None, placed=steps[0])
                yield from _at(every, slots, first)
    for placed in steps:
        yield from _recurring(placed, workspace)


def _recurring(placed: Placed, workspace: Workspace) -> Iterator[Engagement]:
    if placed.step.every and placed.step.every.unit:
        pattern = Engagement("step", doers(placed, workspace), "day", (), None, None, placed=placed)
        yield from _at(placed.step.every, placed.step.at_slots, pattern)


def _around(cadence: Cadence, steps: tuple[Placed, ...], workspace: Workspace) -> Iterator[Engagement]:
    """Yield the staff's steps before and after each issue, on the days and at the times that its slots give them."""
    if cadence.every is None:
        return
    pattern = Engagement("publish", (), "day", (), None, None, cadence=cadence)
    for issue in _at(cadence.every, cadence.at_slots, pattern, cadence.except_):
        for placed, offset in _offsets(steps):
            roles = doers(placed, workspace)
            if roles:
                yield from _moved(replace(issue, deed="step", roles=roles, placed=placed), offset)


def _offsets(steps: tuple[Placed, ...]) -> Iterator[tuple[Placed, tuple[Duration, int] | None]]:
    """Yield each step with (duration, sign) from the issue; None: at the issue. Delays after it add up only in words."""
    for placed in steps:
        step = placed.step
        if placed.beside:
            continue
        if step.before:
            yield placed, (step.before, -1)
        elif step.after:
            yield placed, (step.after.low, 1)
        else:
            yield placed, None


def _moved(engagement: Engagement, offset: tuple[Duration, int] | None) -> Iterator[Engagement]:
    if not engagement.weekdays:
        # Of a month or longer: the distance is said in words beside the issue's own slot.
        yield engagement
        return
    latest = offset is not None and offset[1] < 0
    by_moment: dict[tuple[int, int | None], list[tuple[int, int]]] = {}
    for day in engagement.weekdays:
        moved_day, minute, weeks = shift(day, engagement.minute, offset)
        by_moment.setdefault((moved_day, minute), []).append((weeks, day))
    moved = replace(engagement, by_then=latest)
    if all(issues == [(0, day)] for (day, _), issues in by_moment.items()):
        minutes = {minute for _, minute in by_moment}
        for each in minutes:
            yield replace(
                moved, weekdays=tuple(sorted(day for day, minute in by_moment if minute == each)), minute=each
            )
        return
    for (day, minute), issues in by_moment.items():
        yield replace(moved, unit="week", weekdays=(day,), minute=minute, issues=tuple(sorted(issues)))


def shift(day: int, minute: int | None, offset: tuple[Duration, int] | None) -> tuple[int, int | None, int]:
    """Return (weekday, minute, weeks until the issue) of a moment so far before or after weekday `day` at `minute`."""
    if offset is None:
        return day, minute, 0
    length, sign = offset
    if length.unit == "workday":
        moved = _workdays(day, length.amount, sign)
        return moved % 7, minute, -(moved // 7)
    seconds = length.seconds
    if seconds is None:
        return day, minute, 0
    total = day * DAY + (minute or 0) + sign * seconds // 60
    later = total // DAY
    return later % 7, None if minute is None and seconds % 86400 == 0 else total % DAY, -(later // 7)


def _workdays(day: int, amount: int, sign: int) -> int:
    """Return the day number (0 is this week's Monday) `amount` working days away."""
    while amount:
        day += sign
        if day % 7 < WORKDAYS:
            amount -= 1
    return day
