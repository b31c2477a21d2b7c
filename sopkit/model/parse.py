"""A string and its place go in; a duration, range, time, slot, date, period, window or retention, or a `MalformedError`, comes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final, TypeVar, cast

from sopkit.diagnostics import Rule
from sopkit.model import rules_values as rules
from sopkit.model.documents import OnCap, Reentry
from sopkit.model.malformed import MalformedError
from sopkit.model.values import (
    ORDINALS,
    WEEKDAYS,
    Calendar,
    Clock,
    DateValue,
    Duration,
    DurationRange,
    Every,
    Hours,
    Ref,
    Retention,
    Slot,
    Text,
    Unit,
    Weekday,
    Window,
)
from sopkit.schema import habits
from sopkit.tree import Mark

T = TypeVar("T")
CACHED: Final = 4096
"""So many different strings of a kind are remembered: playbooks repeat `24h` and `7d` thousands of times."""

DURATION: Final = re.compile(r"([0-9]{1,6})(?:(s|m|h|d|w|mo|y)| workdays?)")
TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
DAYS: Final = "|".join(WEEKDAYS)
HOURS: Final = re.compile(rf"(?:({DAYS})(?:-({DAYS})|((?:,(?:{DAYS}))*)) )?([0-9:]+)-([0-9:]+)")
SLOT: Final = re.compile(
    rf"(?:(?P<weekday>{DAYS}) |day (?P<day>[0-9]{{1,2}}) |(?P<last>last) day "
    rf"|(?P<nth>first|second|third|fourth|fifth|last) (?P<of>{DAYS}) )?(?P<time>[0-9:]+)"
)
NTH: Final = {word: number for number, word in ORDINALS.items()}
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CALENDAR: Final[tuple[Calendar, ...]] = ("day", "week", "month", "quarter", "year")
WINDOW: Final = re.compile(r"day ([0-9]{1,4})|days ([0-9]{1,4})\.\.([0-9]{1,4})|from day ([0-9]{1,4})")
RETENTION: Final = re.compile(r"(?P<period>.+?) after (?P<event>[a-z0-9]+(?:-[a-z0-9]+)*)")
NUMBERED: Final = re.compile(r"\s*[-+−]?\s*[0-9０-９]")
"""A number in front is meant as a period, whatever follows it: `3y afer order-paid` is a slip and no rule in words."""


def refusal(
    rule: Rule, text: str, habit: Callable[[str], str | None], accepts: Callable[[str], object]
) -> MalformedError:
    """Return the error for `text`, with what `habit` makes of it as the better form if that can be read."""
    better = habit(text)
    if better == text:
        better = None
    if better is not None:
        try:
            accepts(better)
        except MalformedError:
            better = None
    return MalformedError(rule, text, better=better)


def inside(offset: int, parse: Callable[[str, Mark], T], part: str, at: Mark) -> T:
    """Return what `parse` reads in a part that begins at `offset` of the whole string."""
    try:
        return parse(part, at)
    except MalformedError as error:
        raise error.moved(offset) from None


def duration(text: str, at: Mark) -> Duration:
    """Return `30s 15m 4h 3d 2w 6mo 1y` or `3 workdays`."""
    amount, unit = _duration(text)
    return Duration(amount, unit, at)


@lru_cache(CACHED)
def _duration(text: str) -> tuple[int, Unit]:
    found = DURATION.fullmatch(text)
    if found is None:
        _refuse_range(text)
        raise refusal(rules.MALFORMED_DURATION, text, habits.duration, _duration)
    return int(found[1]), cast("Unit", found[2] or "workday")  # the expression allows no other unit


def _refuse_range(text: str) -> None:
    low, dots, high = text.partition("..")
    if dots and DURATION.fullmatch(low) and DURATION.fullmatch(high):
        raise MalformedError(rules.RANGE_AS_DEADLINE, text, args={"low": low, "high": high})


def duration_range(text: str, at: Mark) -> DurationRange:
    """Return `1h..3h`, or one duration as a range of equal ends."""
    low, dots, high = text.partition("..")
    if not dots or high.startswith("."):
        return _exactly(text, at)
    if habits.BETWEEN.fullmatch(low[-1:] or " ") or not low.strip() or not high.strip():
        raise _no_range(text)
    first = inside(0, duration, low, at)
    last = inside(len(low) + 2, duration, high, at)
    if is_reversed(first, last):
        raise MalformedError(rules.REVERSED_RANGE, text, better=f"{last}..{first}")
    return DurationRange(first, last, at)


def _exactly(text: str, at: Mark) -> DurationRange:
    try:
        exact = duration(text, at)
    except MalformedError as error:
        raise (error if error.better is not None else _no_range(text)) from None
    return DurationRange(exact, exact, at)


def _no_range(text: str) -> MalformedError:
    return refusal(
        rules.MALFORMED_DURATION, text, habits.duration_range, lambda better: duration_range(better, Mark(0))
    )


def is_reversed(low: Duration, high: Duration) -> bool:
    """Whether `low` is the longer one, as far as that does not depend on the calendar."""
    if low.unit == high.unit:
        return low.amount > high.amount
    return low.seconds is not None and high.seconds is not None and low.seconds > high.seconds


def clock(text: str, at: Mark) -> Clock:
    """Return `10:00`; midnight is `00:00`."""
    return Clock(_minutes(text), at)


@lru_cache(CACHED)
def _minutes(text: str) -> int:
    found = TIME.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_TIME, text, habits.clock, _minutes)
    return int(found[1]) * 60 + int(found[2])


def closing(text: str, at: Mark) -> Clock:
    """Return a time of day that ends a span: `24:00` too."""
    return Clock(1440, at) if text == "24:00" else clock(text, at)


def hours(text: str, at: Mark) -> Hours:
    """Return `09:00-21:00`, `21:00-09:00`, `mon-sun 10:00-22:00` or `mon,wed 10:00-12:00`."""
    found = HOURS.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_HOURS, text, habits.hours, lambda better: hours(better, at))
    first, last, others, start, end = found.groups()
    try:
        opens = inside(found.start(4), clock, start, at)
        closes = inside(found.start(5), closing, end, at)
    except MalformedError as error:
        whole = refusal(rules.MALFORMED_HOURS, text, habits.hours, lambda better: hours(better, at))
        raise (whole if whole.better is not None else error) from None
    if opens.minutes == closes.minutes:
        raise MalformedError(rules.MALFORMED_HOURS, text, found.start(4))
    return Hours(_days(first, last, others), opens, closes, at)


def _days(first: str | None, last: str | None, others: str | None) -> tuple[Weekday, ...]:
    if first is None:
        return WEEKDAYS
    if last is None:
        named = {first, *(others or "").split(",")}
        return tuple(day for day in WEEKDAYS if day in named)
    start, end = (next(n for n, day in enumerate(WEEKDAYS) if day == name) for name in (first, last))
    span = range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1))
    return tuple(WEEKDAYS[n] for n in sorted(span))


def slot(text: str, at: Mark) -> Slot:
    """Return `10:00`, `tue 10:00`, `day 5 09:00`, `last day 09:00` or `second sat 14:00`."""
    found = SLOT.fullmatch(text)
    if found is None:
        raise refusal(rules.MALFORMED_SLOT, text, habits.slot, lambda better: slot(better, at))
    time = inside(found.start("time"), clock, found["time"], at)
    weekday = next((day for day in WEEKDAYS if day in {found["weekday"], found["of"]}), None)
    month_day = -1 if found["last"] else int(found["day"]) if found["day"] else None
    if month_day is not None and not (month_day == -1 or 1 <= month_day <= 31):
        raise MalformedError(rules.MALFORMED_SLOT, text, *found.span("day"))
    return Slot(time, at, weekday, month_day, NTH[found["nth"]] if found["nth"] else None)


def date(text: str, at: Mark) -> DateValue:
    """Return `2026-12-31`; the day must exist."""
    return DateValue(_date(text), at)


@lru_cache(CACHED)
def _date(text: str) -> calendar_date:
    if DATE.fullmatch(text) is None:
        raise refusal(rules.MALFORMED_DATE, text, habits.date, _date)
    try:
        return calendar_date.fromisoformat(text)
    except ValueError:
        raise MalformedError(rules.MALFORMED_DATE, text) from None


def every(text: str, at: Mark) -> Every:
    """Return a calendar unit, a duration, or `event`."""
    if text == "event":
        return Every("event", None, at)
    unit = calendar(text)
    return Every(unit, None, at) if unit else Every(None, _period(text, at), at)


def calendar(text: str) -> Calendar | None:
    """Return the calendar unit of that name."""
    return next((unit for unit in CALENDAR if unit == text), None)


def cap_period(text: str, at: Mark) -> Duration | Calendar:
    """Return a rolling duration, or `day`, `week` or `month`."""
    unit = calendar(text)
    if unit in {"quarter", "year"}:
        raise MalformedError(rules.MALFORMED_PERIOD, text)
    return unit or _period(text, at)


def _period(text: str, at: Mark) -> Duration:
    try:
        return duration(text, at)
    except MalformedError:
        raise refusal(rules.MALFORMED_PERIOD, text, habits.period, lambda better: every(better, at)) from None


def window(text: str, at: Mark) -> Window:
    """Return `day 7`, `days 1..7`, `from day 7` or `0h..24h`."""
    found = WINDOW.fullmatch(text)
    if found is None:
        return Window("range", None, None, _window_span(text, at), at)
    point, first, last, start = (int(number) if number else None for number in found.groups())
    if first is not None and last is not None:
        if first > last:
            raise MalformedError(rules.REVERSED_RANGE, text, better=f"days {last}..{first}")
        return Window("any", first, last, None, at)
    return Window("survival", start, None, None, at) if point is None else Window("point", point, point, None, at)


def _window_span(text: str, at: Mark) -> DurationRange:
    if ".." not in text or text.startswith("day"):
        raise refusal(rules.MALFORMED_WINDOW, text, _window_habit, lambda better: window(better, at))
    return duration_range(text, at)


def _window_habit(text: str) -> str | None:
    plain = habits.folded(text)
    if found := re.fullmatch(r"第?\s*([0-9]+)\s*(?:天|日)(内|之内|以内|起|后|以后|之后)?", plain):
        if found[2] is None:
            return f"day {found[1]}"
        return f"days 1..{found[1]}" if "内" in found[2] else f"from day {found[1]}"
    if found := re.fullmatch(r"(?:days?|第)?\s*([0-9]+)\s*(?:\.{2,3}|-|~|到|至)\s*([0-9]+)\s*(?:天|日|d|days)?", plain):
        return f"days {found[1]}..{found[2]}"
    found = re.fullmatch(r"(?:within )?([0-9]+)\s*(h|hours?|小时)(?:内|之内|以内)?", plain)
    return f"0h..{found[1]}h" if found else None


def retention(text: str, at: Mark) -> Retention:
    """Return `3y after order-paid`, `180d`, or the text itself as a rule in words."""
    found = RETENTION.fullmatch(text)
    if found is not None and DURATION.fullmatch(found["period"]):
        return Retention(duration(found["period"], at), Ref(found["event"], at), None, at)
    if DURATION.fullmatch(text):
        return Retention(duration(text, at), None, None, at)
    if found is not None or NUMBERED.match(text):
        raise refusal(rules.MALFORMED_RETENTION, text, _retention_habit, lambda better: retention(better, at))
    return Retention(None, None, Text((("", text),), at), at)


def _retention_habit(text: str) -> str | None:
    period, _, event = text.partition(" after ")
    better = habits.duration(period)
    return f"{better} after {event}" if better and event else better


def stay(text: str, at: Mark) -> Duration:
    """Return the duration of `at least 7d`."""
    if not text.startswith("at least "):
        raise refusal(rules.MALFORMED_STAY, text, _stay_habit, lambda better: stay(better, at))
    return inside(9, duration, text[9:], at)


def _stay_habit(text: str) -> str | None:
    plain = re.sub(r"^(?:至少|不少于|最少|min|≥|>=|at least)\s*", "", habits.folded(text))
    better = habits.duration(plain)
    return f"at least {better}" if better else None


def reentry(text: str, at: Mark) -> Reentry:
    """Return `never`, `always` or `after 90d`."""
    if text == "never":
        return Reentry("never", None, at)
    if text == "always":
        return Reentry("always", None, at)
    if not text.startswith("after "):
        raise refusal(rules.MALFORMED_REENTRY, text, _reentry_habit, lambda better: reentry(better, at))
    return Reentry("after", inside(6, duration, text[6:], at), at)


def _reentry_habit(text: str) -> str | None:
    plain = habits.folded(text)
    if plain in {"never", "no", "不可以", "从不", "不", "once"}:
        return "never"
    if plain in {"always", "yes", "总是", "每次", "可以"}:
        return "always"
    better = habits.duration(plain.removeprefix("after "))
    return f"after {better}" if better else None


def reaction(text: str, at: Mark) -> OnCap:
    """Return `skip`, `wait 12h` or `exit`."""
    if text == "skip":
        return OnCap("skip", None, at)
    if text == "exit":
        return OnCap("exit", None, at)
    if not text.startswith("wait "):
        raise refusal(rules.MALFORMED_REACTION, text, _reaction_habit, lambda better: reaction(better, at))
    return OnCap("wait", inside(5, duration, text[5:], at), at)


def _reaction_habit(text: str) -> str | None:
    plain = habits.folded(text)
    if plain in {"skip", "drop", "跳过", "不发"}:
        return "skip"
    if plain in {"exit", "end", "离开", "退出"}:
        return "exit"
    found = re.fullmatch(r"(?:wait|hold|等|等待|最多等)\s*(.+)", plain)
    better = habits.duration(found[1]) if found else None
    return f"wait {better}" if better else None
