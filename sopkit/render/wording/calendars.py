"""Calendars in words: slots, recurrences and opening hours, as people say them (每周二、四、六 10:00)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sopkit.model.values import WEEKDAYS, Clock, Every, Hours, Slot, Weekday
from sopkit.render.wording.amounts import duration
from sopkit.text import Lang, Phrase

DAYS: Final[dict[Weekday, Phrase]] = {
    "mon": Phrase("周一", "Monday"),
    "tue": Phrase("周二", "Tuesday"),
    "wed": Phrase("周三", "Wednesday"),
    "thu": Phrase("周四", "Thursday"),
    "fri": Phrase("周五", "Friday"),
    "sat": Phrase("周六", "Saturday"),
    "sun": Phrase("周日", "Sunday"),
}
NTH_ZH: Final = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个"}
NTH_EN: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}

EVERY: Final[dict[str, Phrase]] = {
    "day": Phrase("每天", "every day"),
    "week": Phrase("每周", "every week"),
    "month": Phrase("每月", "every month"),
    "quarter": Phrase("每季度", "every quarter"),
    "year": Phrase("每年", "every year"),
    "event": Phrase("一有变化马上", "at once on each change"),
}
WITHIN_PERIOD: Final[dict[str, Phrase]] = {
    "month": Phrase("每月", "of each month"),
    "quarter": Phrase("每季度首月", "of each quarter's first month"),
    "year": Phrase("每年 1 月", "of each January"),
}


def weekday(day: Weekday, lang: Lang) -> str:
    return DAYS[day].within(lang)


def short_weekdays(lang: Lang) -> tuple[str, ...]:
    """Return 一 … 日, Mon … Sun, from Monday."""
    return tuple(DAYS[day].zh[1] if lang == "zh-CN" else DAYS[day].en[:3] for day in WEEKDAYS)


def weekdays(days: Sequence[Weekday], lang: Lang) -> str:
    """Return `周二、四、六`, `周一至周五`; `Tuesday, Thursday and Saturday`, `Monday to Friday`."""
    order = sorted(set(days), key=WEEKDAYS.index)
    first, last = WEEKDAYS.index(order[0]), WEEKDAYS.index(order[-1])
    if len(order) > 2 and last - first == len(order) - 1:
        return f"{weekday(order[0], lang)}{'至' if lang == 'zh-CN' else ' to '}{weekday(order[-1], lang)}"
    if lang == "zh-CN":
        return "周" + "、".join(DAYS[day].zh[1] for day in order)
    names = [DAYS[day].en for day in order]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def clock(value: Clock) -> str:
    return str(value)


def recurrence(every: Every, slots: Sequence[Slot], lang: Lang, skipped: Sequence[Weekday] = ()) -> str:
    """Return when something recurs: `每周二、四、六 10:00`, `每 14 天一次`, `on the second Saturday of each month at 14:00`."""
    said = _recurrence(every, slots, lang)
    if not skipped:
        return said
    days = weekdays(skipped, lang)
    return f"{said}（{days}除外）" if lang == "zh-CN" else f"{said}, except {days}"


def _recurrence(every: Every, slots: Sequence[Slot], lang: Lang) -> str:
    if every.interval:
        amount = duration(every.interval, lang)
        return f"每 {amount}一次" if lang == "zh-CN" else f"every {amount.removeprefix('1 ')}"
    unit = every.unit or "day"
    if not slots or unit == "event":
        return EVERY[unit].within(lang) + ("一次" if lang == "zh-CN" and unit != "event" else "")
    if unit == "day":
        return _daily(slots, lang)
    if unit == "week":
        return _weekly(slots, lang)
    return _joined([in_period(slot, unit, lang) for slot in slots], lang)


def _joined(parts: Sequence[str], lang: Lang) -> str:
    if lang == "zh-CN":
        return "、".join(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _daily(slots: Sequence[Slot], lang: Lang) -> str:
    times = _joined([clock(slot.time) for slot in slots], lang)
    return f"每天 {times}" if lang == "zh-CN" else f"every day at {times}"


def _weekly(slots: Sequence[Slot], lang: Lang) -> str:
    """Group slots of one time, so that `周二、四、六` share their hour."""
    by_time: dict[str, list[Weekday]] = {}
    for slot in slots:
        by_time.setdefault(clock(slot.time), []).extend([slot.weekday] if slot.weekday else WEEKDAYS)
    if lang == "zh-CN":
        return "，".join(f"每{weekdays(days, lang)} {time}" for time, days in by_time.items())
    return "; ".join(f"every {weekdays(days, lang)} at {time}" for time, days in by_time.items())


def in_period(slot: Slot, unit: str, lang: Lang) -> str:
    """Return a slot of a month, a quarter or a year: `每月第二个周六 14:00`."""
    period = WITHIN_PERIOD[unit].within(lang)
    time = clock(slot.time)
    if lang == "zh-CN":
        return f"{period}{_zh_day(slot)} {time}".strip()
    return f"on the {_en_day(slot)} {period} at {time}"


def _zh_day(slot: Slot) -> str:
    if slot.weekday:
        return f"{NTH_ZH[slot.nth or 1]}{DAYS[slot.weekday].zh}"
    if slot.month_day is None:
        return " 1 日"
    return "最后一天" if slot.month_day == -1 else f" {slot.month_day} 日"


def _en_day(slot: Slot) -> str:
    if slot.weekday:
        return f"{NTH_EN[slot.nth or 1]} {DAYS[slot.weekday].en}"
    if slot.month_day is None:
        return "1st"
    return "last day" if slot.month_day == -1 else ordinal(slot.month_day)


def ordinal(day: int) -> str:
    """Return `1st`, `22nd`, `13th`."""
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def hours(value: Hours, lang: Lang) -> str:
    """Return `周一至周五 09:00–18:00`, `每天 21:00–次日 09:00`."""
    over_midnight = value.end.minutes <= value.start.minutes
    next_day = ("次日 " if lang == "zh-CN" else "the next day ") if over_midnight else ""
    times = f"{clock(value.start)}–{next_day}{clock(value.end)}"
    if len(set(value.days)) == len(WEEKDAYS):
        return f"每天 {times}" if lang == "zh-CN" else f"every day {times}"
    return f"{weekdays(value.days, lang)} {times}" if value.days else times
