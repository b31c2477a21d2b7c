"""Calendar periods that a log covers from beginning to end, in the workspace's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sopkit.graph.clock import instant, zone
from sopkit.model.values import Calendar

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
Period = tuple[int, int]
"""Seconds: its first, and the first after it."""


def periods(unit: Calendar | None, zone_name: str | None, first: int, last: int) -> list[Period]:
    """Return the periods of which a log from `first` to `last` lacks no day; the whole log where there is no unit."""
    if unit is None:
        return [(first, last + 1)]
    where = zone(zone_name)
    day = _begin(datetime.fromtimestamp(first, where).date(), unit)
    ends = datetime.fromtimestamp(last, where).date()
    found: list[Period] = []
    while day <= ends:
        following = _next(day, unit)
        start, end = instant(day, 0, where), instant(following, 0, where)
        if _covers(first, last, start, end):
            found.append((start, end))
        day = following
    return found


def _covers(first: int, last: int, start: int, end: int) -> bool:
    """Return whether a log has rows of the period's first day, or before it, and of its last, or after it."""
    return first < start + 86_400 and last >= end - 86_400


def _begin(day: date, unit: Calendar) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    length = MONTHS[unit]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def _next(day: date, unit: Calendar) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=1 if unit == "day" else 7)
    months = day.year * 12 + day.month - 1 + MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)


def named(start: int, unit: Calendar | None, where: tzinfo) -> str:
    """Return what a period is called: `2026-09`, `2026-Q3`, the Monday of a week; '' for the whole log."""
    day = datetime.fromtimestamp(start, where).date()
    if unit is None:
        return ""
    if unit == "year":
        return str(day.year)
    if unit == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.isoformat()[:7] if unit == "month" else day.isoformat()
