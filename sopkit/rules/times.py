"""Steps and cadences whose time can never come go in; deadlines before the start, and hours that never open, come out: SOP220–SOP222."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.graph.carriage import Carriage
from sopkit.graph.clock import DAY, Opening, slot_instants, zone
from sopkit.graph.course import longest, shortest
from sopkit.model.documents import Cadence, Journey
from sopkit.model.steps import Step
from sopkit.model.triggers import DateReached
from sopkit.model.values import SECONDS, Duration
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import automation
from sopkit.text import Phrase

CADENCE: Final = """\
kind: cadence
id: tips
title: 护肤贴士
owner: guide
review_by: 2027-12-31
via: board
for: promotion
every: week
at: [tue 22:00]
targets: [{kpi: replies, target: ≥ 15%}]
---
kind: catalog
channels:
  board: {title: 门店大屏, tool: pos, reach: feed, selects: nobody, hours: 10:00-21:00}
---
kind: kpi
id: replies
title: 回复率
owner: guide
review_by: 2027-12-31
unit: percent
better: higher
formula: {share: {customers: {chat-replied: ever}}, of: {customers: {member-joined: ever}}}
per: month
measured_in: bi
"""
NIGHT: Final = """\
---
kind: catalog
roles:
  watch: {title: 夜班, hours: 22:00-06:00}
channels:
  desk: {title: 前台, tool: pos, reach: pull, hours: 09:00-21:00}
"""
TOO_SOON: Final = Rule(
    code="SOP220",
    name="deadline-before-start",
    severity=Severity.ERROR,
    summary=Phrase("还没开始就到期", "due before it may begin"),
    message=Phrase("步骤“{step}”{starts}才能开始，却要{due}做完", "`{step}` may begin {starts}, but is due {due}"),
    why=Phrase("这样的时限谁也做不到，每一次都会逾期。", "Nobody can meet such a deadline: it is missed every time."),
    fix=Phrase(
        "把开始时间提前，或者把时限放宽，例如 {better}", "let it begin sooner, or allow more time, such as `{better}`"
    ),
    bad=automation("  - {id: call, do: 电话问候, by: guide, after: 3d, within: 1d}"),
    good=automation("  - {id: call, do: 电话问候, by: guide, after: 1d, within: 3d}"),
)
NEVER_OPEN: Final = Rule(
    code="SOP221",
    name="never-open",
    severity=Severity.ERROR,
    summary=Phrase("没有能做的时间", "no hour in which it may be done"),
    message=Phrase(
        "“{step}”没有能做的时间：渠道、岗位的时段和静默时段合起来，全天都不开放",
        "`{step}` may be done at no hour: those of channel and role, less the quiet hours, leave none",
    ),
    why=Phrase(
        "它永远等不到开放的时间，客户收不到，后面的步骤也不会执行。",
        "It waits for ever: nothing is sent, and nothing after it is done.",
    ),
    fix=Phrase(
        "改渠道或岗位的 hours，或者缩短 quiet_hours，让它们有重合的时间",
        "change the `hours` of channel or role, or the quiet hours, so that they overlap",
    ),
    bad=automation("  - {id: call, do: 叫号, by: watch, via: desk, within: 1d}") + NIGHT,
    good=automation("  - {id: call, do: 叫号, by: watch, via: desk, within: 1d}")
    + NIGHT.replace("22:00-06:00", "18:00-06:00"),
)
CLOSED_SLOT: Final = Rule(
    code="SOP222",
    name="slot-in-closed-hours",
    severity=Severity.ERROR,
    summary=Phrase("固定时刻落在不开放的时间", "a fixed time in closed hours"),
    message=Phrase("“{step}”定在 {slot}，那时渠道或岗位不开放", "`{step}` is fixed for {slot}, when its channel or role is closed"),
    why=Phrase(
        "每一次都要挪到开放以后，或者发不出去，日历上写的时间是假的。",
        "Every time it is moved or lost, and the calendar says what never happens.",
    ),
    fix=Phrase("把时刻改到开放的时间里", "move it into open hours"),
    bad=CADENCE,
    good=CADENCE.replace("22:00", "20:00"),
)  # fmt: skip
RULES: Final = (TOO_SOON, NEVER_OPEN, CLOSED_SLOT)
WEEK: Final = 7 * DAY
CHANGES: Final = 2 * 3600
"""Seconds by which weeks may differ where clocks are changed."""
DAYS: Final = 8
"""More than a week: opening hours come round by then, and a month's slots fall on days of which each is like one of the week's."""


def check(case: Case) -> Iterator[Finding]:
    """Yield the steps and cadences whose time never comes; nothing where anything is wrong already, since hours stand elsewhere."""
    if case.doubts.anywhere:
        return
    carriage = case.carriage
    zones = carriage.zones or (case.workspace.settings.timezone,)
    for root, playbook in case.playbooks:
        for node, step in case.steps(root):
            yield from _of_step(case, carriage, zones, playbook, node.id, step)
        if isinstance(playbook, Cadence) and len(playbook.via) == 1:
            yield from _of_cadence(case, carriage, root, playbook)


def _of_step(  # noqa: PLR0917  one step, and what all have in common
    case: Case, carriage: Carriage, zones: Sequence[str | None], playbook: Playbook, subject: str, step: Step
) -> Iterator[Finding]:
    channels = [case.workspace.channels[ref.id] for ref in step.via if ref.id in case.workspace.channels]
    channel = channels[0] if len(channels) == 1 else None
    if len(channels) > 1 and any(
        not any(carriage.opening(step, each, one)[0].intervals for each in channels) for one in zones
    ):
        yield case.finding(NEVER_OPEN, step.id_at, subject, step=step.id)
    if len(step.via) > 1 or (step.via and channel is None):
        return
    openings = [carriage.opening(step, channel, one)[0] for one in zones]
    if any(not one.intervals for one in openings):
        yield case.finding(NEVER_OPEN, step.id_at, subject, step=step.id)
    elif step.within is not None and step.after is not None and _too_soon(step, openings):
        starts = Phrase(f"{step.after.low} 以后", f"after {step.after.low}")
        due = Phrase(f"在 {step.within} 之内", f"within {step.within}")
        better = f"within: {_together(step.after.low, step.within)}"
        yield case.finding(TOO_SOON, step.within.at, subject, step=step.id, starts=starts, due=due, better=better)
    elif step.before is not None and isinstance(playbook, Journey):
        yield from _before(case, playbook, subject, step)


def _too_soon(step: Step, openings: list[Opening]) -> bool:
    """Return whether more than the time allowed has passed by the earliest moment, whenever the clock starts."""
    if step.after is None or step.within is None:
        return False
    after, within = int(shortest(step.after.low)), longest(step.within)
    if step.clock == "wall" or all(len(one.intervals) == 1 for one in openings):
        return after > within
    return all(_least_open(opening, after) > within for opening in openings)


def _together(after: Duration, within: Duration) -> Duration:
    """Return a time limit that leaves as much time as was meant, from the moment at which the step may begin."""
    if after.unit == within.unit:
        return replace(after, amount=after.amount + within.amount)
    if after.seconds is None or within.seconds is None:
        return replace(after, amount=2 * after.amount)
    finer = min(after.unit, within.unit, key=lambda unit: SECONDS[unit])
    return replace(after, amount=(after.seconds + within.seconds) // SECONDS[finer], unit=finer)


def _least_open(opening: Opening, after: int) -> int:
    """Return how long it is open, at least, in the time from a start to the first moment at which the step may be done."""
    weeks, rest = divmod(after, WEEK)
    first, last = opening.intervals[0][0], opening.intervals[-1][1]
    starts = {at for edge in opening.edges for at in (edge, edge - rest) if first <= at <= last - rest - WEEK}
    spent = [opening.between(at, done) for at in starts if (done := opening.next_open(at + rest)) is not None]
    return min(spent, default=0) + weeks * opening.between(first, first + WEEK) - (CHANGES if weeks else 0)


def _before(case: Case, journey: Journey, subject: str, step: Step) -> Iterator[Finding]:
    """Yield a step that is due longer before the date than its journey starts."""
    starts = journey.starts_on
    dates = [one for one in starts if isinstance(one, DateReached)]
    leads = [0.0 if one.before is None else longest(one.before) for one in dates]
    if step.before is not None and dates and len(dates) == len(starts) and shortest(step.before) > max(leads):
        first = dates[leads.index(max(leads))]
        begins = Phrase(f"在日期前 {first.before or '0d'} ", f"{first.before or '0d'} before the date")
        due = Phrase(f"在日期前 {step.before} ", f"{step.before} before it")
        better = f"starts_on: {{date: {dates[0].data.id}, before: {step.before}}}"
        yield case.finding(TOO_SOON, step.before.at, subject, step=step.id, starts=begins, due=due, better=better)


def _of_cadence(case: Case, carriage: Carriage, root: str, cadence: Cadence) -> Iterator[Finding]:
    channel = case.workspace.channels.get(cadence.via[0].id)
    if channel is None or cadence.every is None or len(carriage.zones) != 1:
        return
    opening = carriage.issues(channel, cadence.by.id if cadence.by else "", carriage.zones[0])
    if not opening.intervals:
        yield case.finding(NEVER_OPEN, cadence.id_at, root, step=cadence.id)
        return
    where = zone(case.workspace.settings.timezone)
    for slot in cadence.at_slots:
        weekly = replace(slot, month_day=None, nth=None)
        instants = slot_instants(replace(cadence.every, unit="week"), (weekly,), where, case.today, DAYS)
        if instants and all(opening.next_open(at) != at for at in instants):
            yield case.finding(CLOSED_SLOT, slot.at, root, step=cadence.id, slot=str(slot))
