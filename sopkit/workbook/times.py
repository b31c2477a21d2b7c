"""A time as people write it in a cell goes in; the delay, deadline or rhythm that it means comes out, or nothing.

    time      = rhythm | [anchor] moment [clock]
    rhythm    = "每天" [clocks] | "每周" weekdays [clocks] | "每月" (day | nth weekday) [clocks] | "每" number unit
    moment    = "第" n ["-" n] "天" | "T+" n | number unit ("内" | "后") | number "-" number unit ("内" | "后") | "当天" | "次日" | "立即"
    anchor    = an event ["后"] | "上一步后"

and the same in English. What is left over when all of this is read makes the whole unread: half a time is no time.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from sopkit.frozen import dataclass
from sopkit.workbook import words

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
IN_CHINESE: Final = "一二三四五六日"
NTH: Final = ("first", "second", "third", "fourth", "fifth")
DIGITS: Final = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
LONGEST: Final = 200
"""Characters; what is longer is prose."""
MOST: Final = 100_000

NUMBER: Final = r"(\d{1,5}(?:\.\d)?|[零一二两三四五六七八九十]{1,3}|半)"
UNIT: Final = (
    r"(个?工作日|workdays?|working days?|business days?|秒|seconds?|secs?|分钟|分|minutes?|mins?|个?半?小时|hours?|hrs?|h(?![a-z])"
    r"|天|日|days?|d(?![a-z])|个?星期|周|weeks?|w(?![a-z])|个月|月|months?|mo(?![a-z])|m(?![a-z]))"
)
UNITS: Final = (
    ("工作日", " workdays"), ("work", " workdays"), ("business", " workdays"), ("秒", "s"), ("sec", "s"), ("分", "m"),
    ("mo", "mo"), ("月", "mo"),
    ("m", "m"), ("小时", "h"), ("h", "h"), ("天", "d"), ("日", "d"), ("d", "d"), ("星期", "w"), ("周", "w"), ("w", "w"),
)  # fmt: skip
"""How a unit begins, once “个” is taken away → as the language writes it."""
TAIL: Final = r"[ .。()]*(?:(?:发送|推送|执行|触发|完成))?[ .。()]*"
"""What may stand behind a time and adds nothing."""
TO: Final = r"\s*(?:-|~|–|—|至|到|to)\s*"
NTH_DAY: Final = (
    rf"(?:第({NUMBER})个?|(first|second|third|fourth|fifth|last|最后一个?) ?)(?:周|星期|礼拜)?"
    r"([一二三四五六日天]|(?:mon|tue|wed|thu|fri|sat|sun)(?=[a-z]*))[a-z]*"
)
CLOCK: Final = re.compile(
    r"(?:at\s+)?(凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s*(?:(\d{1,2}|[一二两三四五六七八九十]{1,3})(?:(?::|点|时)(半|一刻|三刻|\d{1,2})?分?|(?=\s*[ap]m))"
    r"\s*(am|pm|钟)?|(noon|midnight))",
)
LATER_HALF: Final = frozenset({"下午", "傍晚", "晚上", "晚", "pm"})
WEEKDAY: Final = re.compile(
    r"(?:周|星期|礼拜)?([一二三四五六日天]|[1-7](?!\d))(?![:点时]|\s*[ap]m)|(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
)
SEPARATOR: Final = re.compile(r"\s*(?:[、,/&;]|和|及|and\b)\s*")
BETWEEN_LANGUAGES: Final = r"(?<=[^\x00-\x7f])\s+(?=[A-Za-z@])|(?<=[A-Za-z0-9])\s+(?=第?\d*[^\x00-\x7f])"
PREVIOUS: Final = frozenset({"previous", "previous step", "previous one", "step before"})
MOST_BREAKS: Final = 6
"""In an hour, as in `9:00 am - 10:00 am` and what follows."""
ABOUT: Final = re.compile(r"(左右|前后|大约|约|around|about|大概)")


@dataclass(frozen=True, slots=True)
class Timing:
    """What a cell says about time; durations and slots as the playbook language writes them."""

    anchor: str = ""
    """The event that it counts from; `step` is the step before; empty where it is not said."""
    after: str = ""
    within: str = ""
    whole_days: bool = False
    """Counted in days of the customer, as day 3 and T+3: from the start of the journey."""
    clock: str = ""
    """An hour on that day, which a journey can't hold."""
    every: str = ""
    at: tuple[str, ...] = ()
    until: str = ""
    """Where a rhythm's hour is a span, its end, which a slot can't hold."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.rest = text.strip()

    def take(self, pattern: str | re.Pattern[str]) -> re.Match[str] | None:
        found = re.match(pattern, self.rest)
        if found is not None and found.end():
            self.rest = self.rest[found.end() :].lstrip(" ,、:;的")
            return found
        return None


def parse(text: str) -> Timing | None:
    """Return what the text means, None where any of it is not understood."""
    if len(text) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"\s+", " ", ABOUT.sub("", folded)).strip(" .。()")
    for form in (_rhythm, _relative):
        scanner = _Scanner(folded)
        found = form(scanner)
        if found is not None and re.fullmatch(TAIL, scanner.rest):
            return found
    return _in_both(text)


def _in_both(text: str) -> Timing | None:
    """Return what a text means that says the same in Chinese and, behind a stroke or a blank or on the next line, in English."""
    parts = re.split(r"\s*[/|\n]\s*", text.strip())
    if len(parts) == 1:
        parts = re.split(BETWEEN_LANGUAGES, text.strip())
    if len(parts) != 2 or parts[0].isascii() == parts[1].isascii():
        return None
    first, second = (parse(one) for one in sorted(parts, key=str.isascii))
    alike = (
        first and second and replace(second, anchor=second.anchor or first.anchor, clock=second.clock or first.clock)
    )
    return first if first == alike else None


def clock(text: str) -> tuple[str, str] | None:
    """Return the hour, and the end where it is a span, of a text that is nothing else: `上午10点`, `10:00-11:00`."""
    scanner = _Scanner(unicodedata.normalize("NFKC", text).casefold())
    found = _span(scanner)
    return found if found and not scanner.rest else None


def hour_of_row(text: str) -> tuple[str, str, str] | None:
    """Return the hour that a text begins with, the end where it is a span, and the words behind it: `8:00 早安`."""
    breaks = [found.start() for found in re.finditer(r"\s+|(?=[(（])", text)][:MOST_BREAKS]
    for at in (len(text), *reversed(breaks)):
        if found := clock(text[:at]):
            return (*found, text[at:].strip())
    return None


def weekday(text: str) -> str | None:
    """Return the weekday that a text is or begins with: `周三`, `星期三（会员日）`, `Wed`."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    found = re.match(
        r"(?:每?周|星期|礼拜)([一二三四五六日天])|(mon|tue|wed|thu|fri|sat|sun)(?:s?day|nesday|rsday|urday)?s?\b",
        folded,
    )
    return _day(found[1] or found[2]) if found else None


def say(timing: Timing) -> str:
    """Return the time in words that `parse` understands as the same; what a slot lacks stays open."""
    if timing.every:
        return _say_rhythm(timing)
    name = {"": "", "step": "上一步后"}.get(timing.anchor)
    before = (
        name
        if name is not None
        else f"{next(key for key in _names() if words.known('events')[words.plain(key)] == timing.anchor)}后"
    )
    return before + _say_moment(timing) + (f" {timing.clock}" if timing.clock else "")


def _say_moment(timing: Timing) -> str:
    if timing.whole_days:
        first, last = int(timing.after.rstrip("d") or 0) + 1, int(timing.within.rstrip("d"))
        return f"第{first}天" if first == last else f"第{first}-{last}天"
    if timing.after == "0m":
        return "立即"
    amount, unit = _split(timing.within or timing.after)
    if timing.after and timing.within:
        return f"{_split(timing.after)[0]}-{amount}{unit}内"
    return f"{amount}{unit}{'内' if timing.within else '后'}"


def _split(duration: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\d+)( workdays?|[a-z]+)", duration)
    spoken = {"s": "秒", "m": "分钟", "h": "小时", "d": "天", "w": "周", "mo": "个月"}
    return (found[1], spoken.get(found[2], "个工作日")) if found else (duration, "")


def _say_rhythm(timing: Timing) -> str:
    days: dict[str, list[str]] = {}
    for slot in timing.at:
        day, _, hour = slot.rpartition(" ")
        days.setdefault(day, []).append(hour)
    hours = "、".join(dict.fromkeys(hour for listed in days.values() for hour in listed if hour != "?"))
    hours += f"-{timing.until}" if timing.until else ""
    if timing.every == "day":
        return f"每天 {hours}".strip()
    if timing.every == "week":
        return f"每周{'、'.join(IN_CHINESE[DAYS.index(day)] for day in days)} {hours}".strip()
    if timing.every == "month":
        return f"每月{'、'.join(map(_say_day_of_month, days))} {hours}".strip()
    return "每{}{}".format(*_split(timing.every))


def _say_day_of_month(day: str) -> str:
    if day == "last day":
        return "最后一天"
    first, _, last = day.partition(" ")
    if first == "day":
        return f"{last}日"
    return f"{'最后一' if first == 'last' else f'第{NTH.index(first) + 1}'}个周{IN_CHINESE[DAYS.index(last)]}"


def _rhythm(scan: _Scanner) -> Timing | None:
    if scan.take(r"每(?:天|日)|天天|daily|every ?day|each day"):
        return _daily(scan, "day", ("",))
    if scan.take(r"(?:每个?|every )?(?:工作日|weekdays?|workdays?)(?!内|后)"):
        return _daily(scan, "week", tuple(f"{day} " for day in DAYS[:5]))
    if scan.take(r"(?:每个?|every )?(?:周末|weekends?)"):
        return _daily(scan, "week", ("sat ", "sun "))
    if interval := scan.take(rf"(?:每隔?|every ){NUMBER}\s*{UNIT}(?:一次|1次)?"):
        length = _duration(interval[1], interval[2])
        return Timing(every=length) if length else None
    if scan.take(r"每个?月|monthly|every month|each month"):
        return _monthly(scan)
    if found := re.match(rf"(?:the )?({NTH_DAY}|\d{{1,2}}(?:st|nd|rd|th)) of (?:the|each|every) month\b", scan.rest):
        scan.rest = f"{found[1]} {scan.rest[found.end() :].lstrip(' ,')}"
        return _monthly(scan)
    if scan.take(r"每个?(?:周|星期|礼拜)|weekly|every week|every|each|on|(?=周|星期|礼拜|mon|tue|wed|thu|fri|sat|sun)"):
        pass
    elif not re.match(r"周|星期|礼拜|mon|tue|wed|thu|fri|sat|sun", scan.rest):
        return None
    scan.take(r"on\b")
    days = _weekdays(scan)
    return _daily(scan, "week", tuple(f"{day} " for day in days)) if days else None


def _daily(scan: _Scanner, every: str, days: tuple[str, ...]) -> Timing | None:
    hours, until = [], ""
    while found := _span(scan):
        hours.append(found[0])
        until = found[1] or until
        scan.take(r"和|及|and\b|[/&]")
    if not hours:
        return Timing(every=every, at=tuple(f"{day}?" for day in days))
    return Timing(every=every, at=tuple(f"{day}{hour}" for day in days for hour in hours), until=until)


def _monthly(scan: _Scanner) -> Timing | None:
    scan.take(r"on\b|the\b")
    scan.take(r"the\b")
    if scan.take(r"最后一[天日]|月末|月底|last day"):
        return _daily(scan, "month", ("last day ",))
    if found := scan.take(NTH_DAY):
        number = _number(found[1]) if found[1] else None
        nth = (
            NTH[int(number) - 1]
            if number and 1 <= number <= 5
            else {"最后一": "last", "最后一个": "last"}.get(found[3] or "", found[3])
        )
        return _daily(scan, "month", (f"{nth} {_day(found[4])} ",)) if nth else None
    days = []
    while found := scan.take(rf"(?:day )?{NUMBER}(?:st|nd|rd|th)?(?:日|号|(?=[、,/ ]|和|$| at))(?!点|:)"):
        number = _number(found[1])
        if not 1 <= number <= 31 or not number.is_integer():
            return None
        days.append(f"day {int(number)} ")
        scan.take(SEPARATOR)
    return _daily(scan, "month", tuple(days)) if days else None


def _weekdays(scan: _Scanner) -> tuple[str, ...]:
    found: list[str] = []
    while hit := scan.take(WEEKDAY):
        day = _day(hit[1] or hit[2])
        if scan.take(TO):
            end = scan.take(WEEKDAY)
            if end is None:
                return ()
            first, last = DAYS.index(day), DAYS.index(_day(end[1] or end[2]))
            found += [DAYS[n % 7] for n in range(first, (last if last >= first else last + 7) + 1)]
        else:
            found.append(day)
        scan.take(SEPARATOR)
    return tuple(day for day in DAYS if day in found)


def _day(said: str) -> str:
    if said in DAYS:
        return said
    return DAYS[int(said) - 1] if said.isascii() else DAYS[IN_CHINESE.index("日" if said == "天" else said)]


def _span(scan: _Scanner) -> tuple[str, str] | None:
    start = _clock(scan)
    if start is None:
        return None
    return (start, _clock(scan) or "") if scan.take(TO) else (start, "")


def _clock(scan: _Scanner) -> str | None:
    found = re.match(CLOCK, scan.rest)
    if found is None or not found.end():
        return None
    if found[5]:
        hour, minute = (12 if found[5] == "noon" else 0), 0
    else:
        hour, minute = int(_number(found[2])), {"半": 30, "一刻": 15, "三刻": 45, None: 0}.get(found[3], -1)
        minute = int(found[3]) if minute < 0 else minute
        half = found[1] or found[4] or ""
        hour += 12 if hour < 12 and (half in LATER_HALF or (half == "中午" and hour < 6)) else 0
        hour = 0 if hour == 12 and half in {"凌晨", "am"} else hour
    if hour > 23 or minute > 59:
        return None
    scan.take(CLOCK)
    return f"{hour:02}:{minute:02}"


def _relative(scan: _Scanner) -> Timing | None:
    anchor = _anchor_before(scan)
    found = _moment(scan)
    if found is None:
        return None
    anchor = anchor or _anchor_behind(scan)
    hour = _clock(scan)
    if hour and not found.whole_days:
        return None
    return replace(found, anchor=anchor, clock=hour or "")


def _anchor_before(scan: _Scanner) -> str:
    if scan.take(r"(?:上一?步骤?|前一?步骤?)(?:完成)?(?:之后|以后|后)?"):
        scan.rest = f"@{scan.rest}"
        return "step"
    for name in _names():
        if found := scan.take(rf"(?:客户|用户|会员|顾客)?{re.escape(name)}(?:成功|完成)?(?:之后|以后|后|起)?满?"):
            # “入会后”, “入会满”: what follows may do without another “后”
            scan.rest = ("@" if re.search("后|起|满", found[0]) else "") + scan.rest
            return words.known("events")[words.plain(name)]
    return ""


def _anchor_behind(scan: _Scanner) -> str:
    found = scan.take(r"(?:of|after|from|since)\s+(?:the\s+)?([a-z ]+?)$")
    if found is None:
        return ""
    if found[1] in PREVIOUS:
        return "step"
    event = words.find("events", found[1])
    if event is None:
        scan.rest = found[0]
    return event or ""


def _names() -> list[str]:
    return sorted((name for name in words.known("events") if not name.isascii()), key=lambda name: (-len(name), name))


def _moment(scan: _Scanner) -> Timing | None:
    behind = bool(scan.take("@"))
    if scan.take(r"当天|当日|同日|the same day|same day|d0(?!\d)"):
        return Timing(within="1d", whole_days=True)
    if scan.take(r"次日|第二[天日]|隔[天日]|翌日|(?:the )?next day"):
        return Timing(after="1d", within="2d", whole_days=True)
    if scan.take(r"立即|立刻|马上|即时|实时|immediately|at once|right away|instantly"):
        return Timing(after="0m")
    if found := scan.take(rf"(?:第|day |d(?=\d))\s*{NUMBER}(?:{TO}(?:第|day |d)?{NUMBER})?\s*(?:天|日|d(?![a-z]))?"):
        return _days(_number(found[1]) - 1, _number(found[2] or found[1]))
    if found := scan.take(rf"[td]?\s*\+\s*{NUMBER}(?:\s*(?:天|日|days?|d(?![a-z])))?"):
        return _days(_number(found[1]), _number(found[1]) + 1)
    if found := scan.take(rf"(?:within|in|by|≤|<=|<|不超过|at most)\s*{NUMBER}\s*{UNIT}"):
        scan.take(r"之内|以内|内")
        return _within("", _duration(found[1], found[2]))
    after = scan.take(r"after\b")
    if found := scan.take(rf"{NUMBER}{TO}{NUMBER}\s*{UNIT}"):
        scan.take(r"之内|以内|内|之后|以后|后|later")
        return _within(_duration(found[1], found[3]), _duration(found[2], found[3]))
    if found := scan.take(rf"{NUMBER}\s*{UNIT}"):
        length = _duration(found[1], found[2])
        if scan.take(r"之内|以内|内"):
            return _within("", length)
        if scan.take(r"之后|以后|后|later") or after or behind or scan.rest.startswith("after"):
            return Timing(after=length) if length else None
    return None


def _days(first: float, last: float) -> Timing | None:
    if not (first.is_integer() and last.is_integer() and 0 <= first < last <= MOST):
        return None
    return Timing(after=f"{int(first)}d" if first else "", within=f"{int(last)}d", whole_days=True)


def _within(after: str | None, within: str | None) -> Timing | None:
    return Timing(after=after, within=within) if within and after is not None else None


def _duration(number: str, unit: str) -> str:
    """Return a duration of the language; nothing where it has none, as for half a workday."""
    bare = unit.removeprefix("个")
    amount = _number(number)
    if bare.startswith("半"):
        amount, bare = amount + 0.5, bare.removeprefix("半")
    code = next(code for begins, code in UNITS if bare.startswith(begins))
    smaller = {"h": ("m", 60), "d": ("h", 24), "m": ("s", 60), "w": ("d", 7)}
    if not amount.is_integer() and code in smaller:
        code, times = smaller[code]
        amount *= times
    if not amount.is_integer() or not 0 < amount < MOST:
        return ""
    return f"{int(amount)}{code}" if code != " workdays" else f"{int(amount)} workday{'s' * (amount != 1)}"


def _number(said: str) -> float:
    """Return the number that digits or Chinese numerals up to 99 say."""
    if said[0].isdigit():
        return float(said)
    if said == "半":
        return 0.5
    tens, found, ones = said.rpartition("十")
    if not found:
        return float("".join(str(DIGITS[char]) for char in said))
    high = DIGITS.get(tens, 0) if tens else 1
    return float(high * 10 + DIGITS.get(ones, 0))
