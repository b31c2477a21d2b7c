"""Rhythms and holidays that a workspace declares go in; those that take no time, and years of which no holidays are known, come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopkit.diagnostics import Finding, Rule, Severity
from sopkit.model.values import Duration
from sopkit.rules.case import Case, Playbook
from sopkit.rules.examples import UNDER_LAW, automation
from sopkit.simulation.holidays import KNOWN
from sopkit.text import Phrase
from sopkit.tree import Mark

SEEN: Final = """\
---
kind: catalog
events:
  seen: {title: 看商品, tool: mini-program, at_most: 3 per 0d}
"""
SETTINGS: Final = UNDER_LAW.replace("enforce:", "holidays: us\nenforce:")
NO_TIME: Final = Rule(
    code="SOP307",
    name="period-without-time",
    severity=Severity.ERROR,
    summary=Phrase("隔多久一次写成了零", "a rhythm that takes no time"),
    message=Phrase(
        "{what} 写的是每 {period} 一次或几次，等于没有限度",
        "{what} is said to come every {period}, which is no limit at all",
    ),
    why=Phrase(
        "零时间里可以发生任意多次，客户会收到多少次就没有上限了。",
        "In no time anything may happen any number of times, so that nothing bounds what a customer gets.",
    ),
    fix=Phrase("写上真正的间隔，例如 1d", "say the time that is meant, such as `1d`"),
    bad=automation("  - {id: note, do: 记录, on: seen, by: guide, within: 1d}") + SEEN,
    good=automation("  - {id: note, do: 记录, on: seen, by: guide, within: 1d}") + SEEN.replace("0d", "1d"),
)
NO_HOLIDAYS: Final = Rule(
    code="SOP308",
    name="year-without-holidays",
    severity=Severity.WARNING,
    summary=Phrase("不知道哪几天放假", "a year of which no holidays are known"),
    message=Phrase("{what} 要看节假日，但{lack}", "{what} goes by holidays, and {lack}"),
    why=Phrase(
        "工作日和节假日顺延就只能按周末来算，调休和长假会算错。",
        "Working days and posts that holidays move are then reckoned by weekends alone, and long holidays come out wrong.",
    ),
    fix=Phrase(
        "在工作区里写 holidays: cn（目前有 {known} 的数据），或者把用到节假日的地方改成天数和固定日期",
        "write `holidays: cn` in the workspace (there are data for {known}), or use days and fixed dates in place of holidays",
    ),
    bad=SETTINGS + "---\n" + automation("  - {id: call, do: 电话问候, by: guide, within: 2 workdays}"),
    good=SETTINGS.replace("holidays: us", "holidays: cn")
    + "---\n"
    + automation("  - {id: call, do: 电话问候, by: guide, within: 2 workdays}"),
)
RULES: Final = (NO_TIME, NO_HOLIDAYS)


def check(case: Case) -> Iterator[Finding]:
    """Yield the rhythms that take no time; and, once, that holidays are asked about and not known."""
    for at, subject, what, period in _rhythms(case):
        if period.amount == 0:
            yield case.finding(NO_TIME, at, subject, what=what, period=str(period))
    declared = case.workspace.settings.holidays
    data = KNOWN.get(declared or "")
    if data is not None and case.today.year in data.years:
        return
    # who declares no holidays has working days by weekends alone; only what is to keep clear of holidays asks for them
    asked = next((one for one in _by_holidays(case) if declared or one[1].startswith("cadence/")), None)
    if asked is None:
        return
    lack = Phrase("工作区里没有写 holidays", "the workspace declares no `holidays`")
    if declared:
        lack = Phrase(
            f" holidays: {declared} 没有 {case.today.year} 年的数据",
            f"`holidays: {declared}` has no data for {case.today.year}",
        )
    years = ", ".join(f"{name} {year}" for name, one in KNOWN.items() for year in sorted(one.years))
    yield case.finding(NO_HOLIDAYS, asked[0], asked[1], what=asked[1].partition("/")[2], lack=lack, known=years)


def _rhythms(case: Case) -> Iterator[tuple[Mark, str, str, Duration]]:
    workspace = case.workspace
    for event in workspace.events.values():
        if event.at_most is not None and isinstance(event.at_most.per, Duration):
            yield event.at_most.at, f"event/{event.id}", event.id, event.at_most.per
    for sync in workspace.syncs.values():
        if sync.every is not None and sync.every.interval is not None:
            yield sync.every.at, f"sync/{sync.id}", sync.id, sync.every.interval
    for cadence in workspace.cadences.values():
        if cadence.every is not None and cadence.every.interval is not None:
            yield cadence.every.at, f"cadence/{cadence.id}", cadence.id, cadence.every.interval

    def of(root: str, _: Playbook) -> Iterator[tuple[Mark, str, str, Duration]]:
        for node, step in case.steps(root):
            if step.every is not None and step.every.interval is not None:
                yield step.every.at, node.id, step.id, step.every.interval

    yield from case.each("rhythms", of)


def _by_holidays(case: Case) -> Iterator[tuple[Mark, str]]:
    """Yield what goes by holidays: cadences that avoid them, and times in working days."""
    for cadence in case.workspace.cadences.values():
        if cadence.on_holiday != "same" and not cadence.builtin:
            yield cadence.id_at, f"cadence/{cadence.id}"
    for root, _ in case.playbooks:
        for node, step in case.steps(root):
            times = [step.within, step.before, *((step.after.low, step.after.high) if step.after else ())]
            if any(one is not None and one.unit == "workday" for one in times):
                yield step.id_at, node.id
