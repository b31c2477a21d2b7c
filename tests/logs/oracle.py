"""What the rules on logs mean, in plain loops over rows: no SQL, no kinds, nothing of the engine.

Rows are mappings as in `tests.logs.stores`; `RULES_OF` below says by hand what the workspace of the tests declares.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import inf
from typing import Any, Final
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
HOUR: Final = 3600
DAY: Final = 86400
KNOWN: Final = frozenset(("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows by time, those of one second as they stand."""
    return sorted(rows, key=lambda row: row["time"])


def zone_of(customer: str, customers: Sequence[Row], usual: str | None) -> str | None:
    """Return a customer's zone; None where it is not known, or two are said."""
    said = [one.get("timezone") or usual for one in customers if one["customer"] == customer]
    names = {one if one in KNOWN else None for one in said}
    if len(names) > 1:
        return None
    return names.pop() if names else usual


def local(ts: int, zone: str) -> datetime:
    return datetime.fromtimestamp(ts, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def later(ts: int, months: int, zone: str) -> int:
    """Return the instant so many months later on a clock: one that does not exist is the next that does, a doubled one the first."""
    now = local(ts, zone)
    number = now.year * 12 + now.month - 1 + months
    year, month = number // 12, number % 12 + 1
    then = now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))
    found = int(then.replace(tzinfo=ZoneInfo(zone)).timestamp())
    if local(found, zone) == then:
        return found
    minute = found // 60 * 60 - 3 * HOUR
    while local(minute, zone) < then:
        minute += 60
    return minute


def unit_of(ts: int, unit: str, zone: str) -> date:
    day = local(ts, zone).date()
    if unit == "day":
        return day
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def beyond(
    touches: Sequence[Row], most: int, shares: Callable[[Row, Row], bool], weight: Callable[[Row], int]
) -> Iterator[Row]:
    """Yield the touches that come when as many as are allowed were felt by the same customer in the time that `shares` asks for."""
    ordered = in_order(touches)
    for number, row in enumerate(ordered):
        before = [one for one in ordered[:number] if one["customer"] == row["customer"] and shares(one, row)]
        if sum(weight(one) for one in before) + weight(row) > most:
            yield row


CODE: Final = {"given": 1, "refused": 2, "withdrawn": 3}
NEVER: Final = 1 << 60


def judged(
    row: Row,
    consents: Sequence[Row],
    needed: Sequence[str],
    others: Sequence[str],
    speaks: Callable[[Row, str], bool],
    expiry: Callable[[Row, str], int],
    grace: Mapping[str, int],
) -> int | None:
    """Return what is wrong with a touch that needs one of several consents: 501 to 504, 0 where it cannot be told, None if nothing.

    `speaks` says whether a row of the log is about a consent for this touch, `expiry` when what a row gives expires.
    """
    mine = [one for one in consents if one["customer"] == row["customer"]]
    at = row["time"]
    courses = {name: _course([one for one in mine if speaks(one, name)], name, expiry) for name in needed}
    if any(_in_force(course, at, grace[name]) for name, course in courses.items()):
        return None
    first = min(one["time"] for one in consents)
    last, unknown = 0, False
    for course in courses.values():
        past = [(ts, code) for ts, code, _ in course if ts <= at]
        if past:
            last = max(last, {3: 3, 1: 2, 2: 1}[past[-1][1]])
        elif course and course[0][1] == 3:
            unknown = True
    if unknown or any(one["action"] not in CODE or _gives_unnamed(one) for one in mine) or (last == 0 and at < first):
        return 0
    if last >= 2:
        return 503 if last == 3 else 504
    rest = {name: _course([one for one in mine if names(one, name)], name, expiry) for name in others}
    return 502 if any(_in_force(course, at, grace[name]) for name, course in rest.items()) else 501


def names(row: Row, consent: str) -> bool:
    """Return whether a row is about a consent, where several are declared: what gives it names it."""
    return row.get("consent") == consent or (not row.get("consent") and row["action"] != "given")


def _gives_unnamed(row: Row) -> bool:
    return row["action"] == "given" and not any(row.get(one) for one in ("consent", "purpose", "channel"))


Course = list[tuple[int, int, int]]


def _course(rows: Iterable[Row], name: str, expiry: Callable[[Row, str], int]) -> Course:
    return sorted((one["time"], CODE[one["action"]], expiry(one, name)) for one in rows if one["action"] in CODE)


def _in_force(course: Course, at: int, grace: int) -> bool:
    """Return whether a consent was in force: given, not expired, and no withdrawal or refusal that had time to take effect."""
    if course and course[0][1] == 3 and course[0][0] <= at <= course[0][0] + grace:
        return True
    for number, (ts, code, expires) in enumerate(course):
        if code != 1 or ts > at or at >= expires:
            continue
        after = course[number + 1] if number + 1 < len(course) else None
        if after is None or (after[1] == 1 and at < after[0]) or (after[1] != 1 and at <= after[0] + grace):
            return True
    return False


LEVELS: Final = {"sent": 1, "delivered": 2, "opened": 3, "clicked": 4, "replied": 4}


def touches_of(rows: Sequence[Row]) -> list[bool | None]:
    """Return of each row whether it is a touch; None where that cannot be told from how the log writes states."""
    found: list[bool | None] = [False] * len(rows)
    ways: dict[tuple[str, str], list[int]] = {}
    for channel in {row["channel"] for row in rows}:
        every = [one for one in rows if one["channel"] == channel and _state(one) in LEVELS]
        begun = min((_state(one) for one in every), key=lambda state: (LEVELS[state], state), default="")
        begin = {one.get("tool") for one in every if _state(one) == begun}
        alone = all(one.get("tool") and one["tool"] in begin for one in every)
        for number, row in enumerate(rows):
            if row["channel"] == channel and _state(row) in LEVELS:
                ways.setdefault((channel, row["tool"] if alone else ""), []).append(number)
    for mine in ways.values():
        lowest = min((_state(rows[one]) for one in mine), key=lambda state: (LEVELS[state], state))
        first = [rows[one] for one in mine if _state(rows[one]) == lowest]
        later = [rows[one] for one in mine if _state(rows[one]) != lowest]
        answer = {"apart": False, "over": True, "unclear": None}[_written(first, later)]
        for one in mine:
            found[one] = True if _state(rows[one]) == lowest else answer
    return found


def _state(row: Row) -> str:
    return row.get("state") or "sent"


def _written(first: Sequence[Row], later: Sequence[Row]) -> str:
    """Return whether the rows of later states stand beside one of the first each, or instead of it."""
    if not later:
        return "over"
    by_step = {bool(one.get("step")) for one in first} == {bool(one.get("step")) for one in later}
    waits = [_since([one for one in first if one["time"] - HOUR <= row["time"]], row, by_step) for row in later]
    # rows of one second come one after the other
    others = [
        _since([one for place, one in enumerate(first) if (one["time"], place) < (row["time"], number)], row, by_step)
        for number, row in enumerate(first)
    ]
    soon, again = _share(waits, 12), _share(others, 12)
    if soon >= Fraction(1, 3) and _share(waits, None) >= Fraction(9, 10) and soon > 3 * again:
        return "apart"
    alike = min(len(first), len(later)) >= 100 and all(
        _share(waits, hours) - _share(others, hours) <= Fraction(1, 20) for hours in (*range(1, 7 * 24 + 1), None)
    )
    return "over" if soon <= Fraction(1, 20) and (_share(waits, None) <= Fraction(1, 10) or alike) else "unclear"


def _since(first: Iterable[Row], row: Row, by_step: bool) -> float:
    """Return the seconds since the last row of the first state to the same customer, by the same step if that is asked."""
    before = [
        row["time"] - one["time"]
        for one in first
        if one["customer"] == row["customer"] and (not by_step or (one.get("step") or "") == (row.get("step") or ""))
    ]
    return min(before, default=inf)


def _share(waits: Sequence[float], hours: int | None) -> Fraction:
    return Fraction(sum(one < (inf if hours is None else hours * HOUR) for one in waits), len(waits))
