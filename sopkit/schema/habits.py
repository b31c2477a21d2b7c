"""Values as people type them by habit (`３天`, `9点半`, `周二`, `15％`) go in; the same in the language's form, or None, comes out.

Nothing here is ever accepted in place of the right form: it is what a finding offers to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

CHINESE_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
COMPARATORS: Final = str.maketrans({"≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤", "﹥": ">", "﹤": "<"})

UNITS: Final[dict[str, str]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒", "秒钟"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小时", "个小时", "钟头", "个钟头", "时"), "h"),
    **dict.fromkeys(("d", "day", "days", "天", "日"), "d"),
    **dict.fromkeys(("w", "wk", "week", "weeks", "周", "星期", "个星期", "礼拜", "个礼拜"), "w"),
    **dict.fromkeys(("mo", "mon", "month", "months", "月", "个月"), "mo"),
    **dict.fromkeys(("y", "yr", "year", "years", "年"), "y"),
    **dict.fromkeys(
        ("workday", "workdays", "working day", "working days", "business day", "business days", "工作日", "个工作日"),
        "workday",
    ),
}
SMALLER: Final[dict[str, tuple[str, int]]] = {
    "m": ("s", 60),
    "h": ("m", 60),
    "d": ("h", 24),
    "w": ("d", 7),
    "y": ("mo", 12),
}
"""The next smaller unit and how many of it make one."""

LENGTHS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
UNIT: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
AMOUNT: Final = re.compile(rf"([0-9]+(?:\.[0-9]+)?)\s*({UNIT})(?![a-z])\s*")
AFTERWORD: Final = re.compile(r"\s*(?:以内|之内|内|以后|之后|后)$")
BETWEEN: Final = re.compile(r"\s*(?:\.{2,3}|~|-|–|—|到|至|to)\s*")

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS: Final[dict[str, str]] = {
    **{f"{word}{char}": DAYS[n] for word in ("周", "星期", "礼拜") for n, char in enumerate("一二三四五六日")},
    **{f"{word}天": "sun" for word in ("周", "星期", "礼拜")},
    **{
        name[:length]: name[:3]
        for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        for length in (3, 4, len(name))
    },
    "thur": "thu",
    "thurs": "thu",
}
WEEKDAY: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
NTH: Final = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}
ORDINAL: Final = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth"}
CLOCK: Final = re.compile(
    r"(?:(上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|晚)\s*)?([0-9]{1,2})\s*(?:[:.]\s*([0-9]{1,2})|(?:点钟?|时)\s*(?:([0-9]{1,2})\s*分?|(半|整))?)?\s*(am|pm|a\.m\.|p\.m\.)?"
)
CURRENCIES: Final = {
    "元": "CNY",
    "块": "CNY",
    "块钱": "CNY",
    "¥": "CNY",
    "rmb": "CNY",
    "人民币": "CNY",
    "$": "USD",
    "€": "EUR",
    "欧元": "EUR",
    "美元": "USD",
    "港币": "HKD",
}
LONGEST: Final = 60
"""No value is longer; a longer string is a text in the wrong place."""


def folded(text: str) -> str:
    """Return `text` with half-width forms, small letters, one kind of `≥`, and Chinese numerals as digits."""
    if len(text) > LONGEST:
        return text
    plain = unicodedata.normalize("NFKC", text).translate(COMPARATORS).strip().lower()
    plain = re.sub(r"(?<![周期拜])[零〇一二两三四五六七八九十百]+(?!分之)", _digits, plain)
    return re.sub(r"\s+", " ", plain)


def _digits(found: re.Match[str]) -> str:
    if not set("十百") & set(found[0]):
        return "".join(str(CHINESE_DIGITS[char]) for char in found[0])
    total, last = 0, 0
    for char in found[0]:
        if char in "十百":
            total += (last or 1) * (10 if char == "十" else 100)
            last = 0
        else:
            last = CHINESE_DIGITS[char]
    return str(total + last)


def duration(text: str) -> str | None:
    """Return a duration: `3天` → `3d`, `1.5h` → `90m`, `1小时30分` → `90m`, `半年` → `6mo`."""
    plain = AFTERWORD.sub("", folded(text))
    plain = re.sub(r"^半个?(?=\D)", "0.5", plain)
    plain = re.sub(r"^([0-9]+)个?半(?=\D)", r"\1.5", plain)
    parts = list(AMOUNT.finditer(plain))
    if not parts or "".join(part[0] for part in parts) != plain:
        return None
    total = [(Decimal(part[1]), UNITS[part[2]]) for part in parts]
    if len(total) > 1:
        if any(unit not in LENGTHS for _, unit in total):
            return None
        return _whole(sum((amount * LENGTHS[unit] for amount, unit in total), Decimal(0)), "s")
    return _whole(*total[0])


def _whole(amount: Decimal, unit: str) -> str | None:
    """Return the amount in the largest unit that needs no fraction, not larger than it was."""
    while amount != int(amount):
        if unit not in SMALLER:
            return None
        unit, factor = SMALLER[unit]
        amount *= factor
    number = int(amount)
    if unit == "s" and number % 60 == 0 and number:
        number, unit = number // 60, "m"
        if number % 60 == 0:
            number, unit = number // 60, "h"
    if unit == "workday":
        return f"{number} workday" + ("" if number == 1 else "s")
    return f"{number}{unit}"


def duration_range(text: str) -> str | None:
    """Return a range of durations: `1-3天` → `1d..3d`, `1小时~3小时` → `1h..3h`; or one duration."""
    sides = BETWEEN.split(AFTERWORD.sub("", folded(text)))
    if len(sides) != 2:
        return duration(text)
    high = duration(sides[1])
    if high is None:
        return None
    unit = re.sub(r"^[0-9.]+", "", sides[1])
    low = duration(sides[0] + unit if re.fullmatch(r"[0-9.]+", sides[0]) else sides[0])
    return f"{low}..{high}" if low else None


def clock(text: str) -> str | None:
    """Return a time of day: `9点半` → `09:30`, `下午2点` → `14:00`, `20：00` → `20:00`, `8pm` → `20:00`."""
    found = CLOCK.fullmatch(folded(text))
    if found is None:
        return None
    part, hour, colon, minute, rest, half = found.groups()
    if not (part or colon or half or "点" in found[0] or "时" in found[0]):
        return None
    hours = int(hour)
    if hours < 12 and (part in {"下午", "傍晚", "晚上", "晚"} or (half or "").startswith("p")):
        hours += 12
    minutes = 30 if rest == "半" else int(colon or minute or 0)
    return f"{hours:02d}:{minutes:02d}" if hours <= 24 and minutes < 60 else None


def weekdays(text: str) -> str | None:
    """Return days of the week: `周一至周五` → `mon-fri`, `周二、周四` → `tue,thu`."""
    plain = re.sub(r"^每(?=周|星期|礼拜)", "", folded(text))
    for mark, between in (("-", BETWEEN), (",", re.compile(r"\s*[,、和]\s*|\s+"))):
        names = between.split(plain)
        if all(name in WEEKDAYS for name in names) and (len(names) == 2 or mark == ","):
            return mark.join(WEEKDAYS[name] for name in names)
    return None


def hours(text: str) -> str | None:
    """Return opening hours: `９点～21点` → `09:00-21:00`, `9-18` → `09:00-18:00`, `周一至周五 10:00-18:00` → `mon-fri 10:00-18:00`."""
    plain = folded(text)
    found = re.fullmatch(rf"(?:每天\s*|(.*(?:{WEEKDAY}))\s*)?([0-9上早凌中下傍晚].*)", plain)
    if found is None:
        return None
    times = [clock(side) or clock(f"{side}:00") for side in BETWEEN.split(found[2])]
    days = weekdays(found[1]) if found[1] else ""
    if len(times) != 2 or None in times or days is None:
        return None
    return f"{days} {times[0]}-{times[1]}".strip()


def slot(text: str) -> str | None:
    """Return a slot: `周二10点` → `tue 10:00`, `每月5号 9:00` → `day 5 09:00`, `第二个周六 14:00` → `second sat 14:00`."""
    plain = folded(text)
    found = re.fullmatch(
        r"(.*?)\s*((?:上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|晚)?\s*[0-9]{1,2}\s*(?:[:.点时].*|[ap]m))", plain
    )
    if found is None:
        return None
    day, time = found[1].removeprefix("每").removesuffix("的"), clock(found[2])
    if time is None:
        return None
    if day in {"", "天", "日", "day", "every day", "daily"}:
        return time
    if day in WEEKDAYS:
        return f"{WEEKDAYS[day]} {time}"
    return _slot_of_month(re.sub(r"^(?:个?月|monthly)\s*", "", day), time)


def _slot_of_month(day: str, time: str) -> str | None:
    if day in {"最后一天", "最后1天", "月底", "月末", "末", "底", "last day"}:
        return f"last day {time}"
    if found := re.fullmatch(r"(?:day )?([0-9]{1,2})(?:日|号|st|nd|rd|th)?", day):
        return f"day {int(found[1])} {time}" if 1 <= int(found[1]) <= 31 else None
    found = re.fullmatch(rf"(?:第([1-5])个?|(最后(?:一|1)?个?)|({'|'.join(NTH)}|last) )\s*({WEEKDAY})", day)
    if found is None:
        return None
    nth = ORDINAL[found[1]] if found[1] else "last" if found[2] else found[3]
    return f"{nth} {WEEKDAYS[found[4]]} {time}"


def date(text: str) -> str | None:
    """Return a date: `2026年12月31日`, `2026/12/31`, `2026.12.31`, `20261231` → `2026-12-31`."""
    plain = folded(text)
    found = re.fullmatch(r"([0-9]{4})\s*(?:年|[-/.])\s*([0-9]{1,2})\s*(?:月|[-/.])\s*([0-9]{1,2})\s*日?", plain)
    found = found or re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", plain)
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else None


def number(text: str) -> str | None:
    """Return a number: `2,000` → `2000`, `1.5万` → `15000`."""
    found = re.fullmatch(r"([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(千|万|亿)?", folded(text))
    if found is None:
        return None
    value = Decimal(found[1].replace(",", "")) * {"千": 1000, "万": 10_000, "亿": 100_000_000}.get(found[2] or "", 1)
    return str(int(value)) if value == int(value) else str(value.normalize())


def money(text: str) -> str | None:
    """Return an amount of money: `99元`, `¥99`, `RMB 99` → `99 CNY`."""
    plain = folded(text)
    unit = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
    found = re.fullmatch(rf"(?:({unit}|[a-z]{{3}})\s*)?([0-9].*?)\s*({unit}|[a-z]{{3}})?", plain)
    if found is None or not (found[1] or found[3]):
        return None
    amount, name = number(found[2]), found[1] or found[3]
    return f"{amount} {CURRENCIES.get(name, name.upper())}" if amount else None


def share(text: str) -> str | None:
    """Return a percentage: `15％`, `百分之15` → `15%`, `7折` → `70%`, `85折` → `85%`, `0.7` stays unknown."""
    plain = folded(text)
    if found := re.fullmatch(r"([0-9](?:\.[0-9])?|[0-9]{2})折", plain):
        return f"{(Decimal(found[1]) * (10 if len(found[1]) != 2 else 1)).normalize():f}%"
    plain = re.sub(r"(?<=百分之)[零〇一二两三四五六七八九十百]+$", _digits, plain)
    found = re.fullmatch(r"(?:百分之\s*([0-9.]+)|([0-9.]+)\s*(?:%|percent|个百分点))", plain)
    amount = number(found[1] or found[2]) if found else None
    return f"{amount}%" if amount else None


COMPARED: Final = {
    "≥": "≥", ">=": "≥", "=>": "≥", "≤": "≤", "<=": "≤", "=<": "≤", "<": "<", ">": ">", "=": "=", "==": "=",
    "不低于": "≥", "不少于": "≥", "至少": "≥", "大于等于": "≥", "at least": "≥",
    "不高于": "≤", "不超过": "≤", "至多": "≤", "最多": "≤", "小于等于": "≤", "at most": "≤",
    "大于": ">", "超过": ">", "高于": ">", "more than": ">", "小于": "<", "低于": "<", "不到": "<", "less than": "<",
    "等于": "=",
}  # fmt: skip
AFTER: Final = {"以上": "≥", "以下": "≤", "以内": "≤"}
"""Comparators that stand behind the number."""
COMPARATOR: Final = "|".join(sorted(map(re.escape, COMPARED), key=len, reverse=True))


def amount(text: str) -> str | None:
    """Return a number with its unit: a percentage, money, a duration or a bare number."""
    found = duration(text)
    if found and found.endswith("mo") and folded(text).endswith("mon"):
        found = None
    return share(text) or found or money(text) or number(text)


def comparison(text: str) -> str | None:
    """Return a comparison: `≧15％` → `≥ 15%`, `不低于2000元` → `≥ 2000 CNY`, `比基准高20%` → `+20% over baseline`."""
    plain = folded(text)
    if found := re.fullmatch(rf"({COMPARATOR})\s*(.+)", plain):
        value = amount(found[2])
        return f"{COMPARED[found[1]]} {value}" if value else None
    if found := re.fullmatch(rf"(.+?)[及或]?({'|'.join(AFTER)})", plain):
        value = amount(found[1])
        return f"{AFTER[found[2]]} {value}" if value else None
    found = re.fullmatch(
        r"(?:比基准|较基准|较基线|比基线)?\s*([+-]|提升|提高|高|增长|下降|降低|低)\s*([0-9.]+)\s*%?(?: (?:over|above|vs\.?) baseline)?",
        plain,
    )
    if found is None:
        return None
    return f"{'-' if found[1] in {'-', '下降', '降低', '低'} else '+'}{found[2]}% over baseline"


PERIODS: Final = {
    **dict.fromkeys(("day", "天", "日", "daily", "a day"), "day"),
    **dict.fromkeys(("week", "周", "星期", "weekly", "a week"), "week"),
    **dict.fromkeys(("month", "月", "个月", "monthly", "a month"), "month"),
    **dict.fromkeys(("quarter", "季", "季度", "个季度", "quarterly"), "quarter"),
    **dict.fromkeys(("year", "年", "yearly", "annually"), "year"),
    **dict.fromkeys(("lifetime", "终身", "一生", "人", "life"), "lifetime"),
}


def period(text: str) -> str | None:
    """Return a calendar unit or a duration: `每周` → `week`, `每15分钟` → `15m`, `weekly`, `monday` → `week`."""
    plain = re.sub(r"^(?:每隔?|every |per )\s*", "", folded(text))
    return (
        PERIODS.get(plain)
        or ("week" if plain in WEEKDAYS else None)
        or ("event" if plain in {"次事件", "实时", "realtime", "real-time"} else None)
        or duration(plain)
    )


def rate(text: str) -> str | None:
    """Return a rate: `每天3次`, `3次/天` → `3 per day`, `7天5次` → `5 per 7d`, `终身1次` → `1 per lifetime`."""
    plain = folded(text)
    found = re.fullmatch(r"([0-9]+)\s*(?:次|条|张|times?)?\s*(?:/|每|per|every|a)\s*(.+)", plain)
    if found is None:
        swapped = re.fullmatch(r"(?:每|/)?\s*(.+?)\s*(?:最多|至多|不超过|:)?\s*([0-9]+)\s*(?:次|条|张)", plain)
        count, unit = (swapped[2], swapped[1]) if swapped else ("", "")
    else:
        count, unit = found[1], found[2]
    per = period(unit) if unit else None
    return f"{count} per {per}" if per and per != "event" else None
