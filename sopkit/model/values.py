"""The small values that playbooks are made of: texts, references, durations, times, comparisons, money; each with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from sopkit.frozen import dataclass
from sopkit.tree import Mark


@dataclass(frozen=True, slots=True)
class Text:
    """What a person reads: one string in the workspace's locale, or one for each locale."""

    variants: tuple[tuple[str, str], ...]
    """(locale, text) as written; a plain string has the locale ''."""
    at: Mark

    def pick(self, locale: str) -> str:
        """Return the text in `locale`, else the plain one, else the first written."""
        return self.find(locale) or self.find("") or self.variants[0][1]

    def find(self, locale: str) -> str | None:
        return next((text for name, text in self.variants if name == locale), None)


@dataclass(frozen=True, slots=True)
class Ref:
    """A plain id that names something; the field that holds it decides the namespace."""

    id: str
    at: Mark


RoleRef = Annotated[Ref, "role"]
ChannelRef = Annotated[Ref, "channel"]
ToolRef = Annotated[Ref, "tool"]
NoticeRef = Annotated[Ref, "notice"]
EventRef = Annotated[Ref, "event"]
DataRef = Annotated[Ref, "data"]
ConsentRef = Annotated[Ref, "consent"]
PurposeRef = Annotated[Ref, "purpose"]
TagRef = Annotated[Ref, "tag"]
SegmentRef = Annotated[Ref, "segment"]
TaskRef = Annotated[Ref, "task"]
ProgrammeRef = Annotated[Ref, "programme"]
ScriptRef = Annotated[Ref, "script"]
OfferRef = Annotated[Ref, "offer"]
ArtefactRef = Annotated[Ref, "artefact"]
SourceRef = Annotated[Ref, "source"]
KpiRef = Annotated[Ref, "kpi"]
JourneyRef = Annotated[Ref, "journey"]
"""A lifecycle or automation."""
ProcedureRef = Annotated[Ref, "procedure"]
CadenceRef = Annotated[Ref, "cadence"]
PlaybookRef = Annotated[Ref, "playbook"]
"""Lifecycles, automations, cadences and procedures share one namespace."""
StageRef = Annotated[Ref, "stage"]
"""`journey/stage`, or a bare journey where the field allows one."""
StepRef = Annotated[Ref, "step"]
"""`journey/stage/step`, `automation/step`, `procedure/step`; inside a playbook a step's bare id."""
AskRef = Annotated[Ref, "consent|data|task"]
"""Matches exactly one consent, datum or task."""
HandoverRef = Annotated[Ref, "journey|procedure"]
SubjectRef = Annotated[Ref, "any"]
"""A noun or playbook of any namespace, for what an artefact or course covers."""

Unit = Literal["s", "m", "h", "d", "w", "mo", "y", "workday"]
SECONDS: dict[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of one unit; `s` to `w` are elapsed time, `mo` and `y` calendar time, `workday` the workspace's."""

    amount: int
    unit: Unit
    at: Mark

    @property
    def seconds(self) -> int | None:
        """Elapsed seconds; None for months, years and workdays, whose length depends on the calendar."""
        factor = SECONDS.get(self.unit)
        return None if factor is None else self.amount * factor

    def __str__(self) -> str:
        if self.unit == "workday":
            return f"{self.amount} workday" + ("" if self.amount == 1 else "s")
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class DurationRange:
    """`1h..3h`; an exact delay has both ends equal."""

    low: Duration
    high: Duration
    at: Mark

    def __str__(self) -> str:
        return str(self.low) if self.low is self.high else f"{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, in minutes after midnight (`24:00` is 1440)."""

    minutes: int
    at: Mark

    def __str__(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


ORDINALS: dict[int, str] = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


@dataclass(frozen=True, slots=True)
class Hours:
    """Open hours, half-open, on weekdays; `21:00-09:00` runs over midnight. `mon-sun 10:00-22:00`, `09:00-21:00`."""

    days: tuple[Weekday, ...]
    """All seven where none was written."""
    start: Clock
    end: Clock
    at: Mark

    def __str__(self) -> str:
        times = f"{self.start}-{self.end}"
        if len(self.days) == 7:
            return times
        first, last = WEEKDAYS.index(self.days[0]), WEEKDAYS.index(self.days[-1])
        run = self.days == WEEKDAYS[first : last + 1] and len(self.days) > 1
        return f"{self.days[0]}-{self.days[-1]} {times}" if run else f"{','.join(self.days)} {times}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment that recurs: `10:00` (each day), `tue 10:00`, `day 5 09:00`, `last day 09:00`, `second sat 14:00`."""

    time: Clock
    at: Mark
    weekday: Weekday | None = None
    month_day: int | None = None
    """1..31, or -1 for the last day; a day that a month lacks is its last day."""
    nth: int | None = None
    """1..5 or -1 (last), of `weekday` in the month."""

    def __str__(self) -> str:
        if self.month_day is not None:
            return f"last day {self.time}" if self.month_day == -1 else f"day {self.month_day} {self.time}"
        if self.weekday is None:
            return str(self.time)
        return f"{self.weekday} {self.time}" if self.nth is None else f"{ORDINALS[self.nth]} {self.weekday} {self.time}"


@dataclass(frozen=True, slots=True)
class DateValue:
    """A calendar date."""

    value: date
    at: Mark

    def __str__(self) -> str:
        return self.value.isoformat()


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage; `value` 70 means 70 %."""

    value: Decimal
    at: Mark

    def __str__(self) -> str:
        return f"{self.value}%"


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str
    """ISO 4217."""
    at: Mark

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


Comparator = Literal["≥", "≤", "<", ">", "="]


def with_unit(number: Decimal, unit: str) -> str:
    """Return the number with its unit as the language writes it: `15%`, `30s`, `2000 CNY`, `3 workdays`."""
    if unit == "workday":
        return f"{number} workday" + ("" if number == 1 else "s")
    return f"{number} {unit}" if len(unit) == 3 else f"{number}{unit}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`≥ 15%`, `< 30s`, `≥ 2000 CNY`, `= 100%`, `+20% over baseline` (then `relative`; the comparator is `≥` for `+`, `≤` for `-`)."""

    comparator: Comparator
    number: Decimal
    unit: str
    """'', '%', a currency, or a duration's unit; a duration's number is in that unit."""
    relative: bool
    """Measured against the KPI's baseline, or the control arm."""
    at: Mark

    def __str__(self) -> str:
        if self.relative:
            return f"{self.number:+}{self.unit} over baseline"
        return f"{self.comparator} {with_unit(self.number, self.unit)}"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """`a..b`, both ends included."""

    low: Decimal
    high: Decimal
    unit: str
    at: Mark

    def __str__(self) -> str:
        return f"{self.low}..{with_unit(self.high, self.unit)}"


@dataclass(frozen=True, slots=True)
class Rate:
    """`3 per 7d` (rolling), `1 per day|week|month` (calendar), `1 per lifetime`."""

    count: int
    per: Duration | Literal["day", "week", "month", "quarter", "year", "lifetime"]
    at: Mark

    def __str__(self) -> str:
        return f"{self.count} per {self.per}"


Calendar = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Every:
    """`day`, `week` … (a calendar unit, with slots), a duration such as `15m`, or `event` (a push)."""

    unit: Calendar | Literal["event"] | None
    interval: Duration | None
    at: Mark

    def __str__(self) -> str:
        return str(self.interval or self.unit)


@dataclass(frozen=True, slots=True)
class Window:
    """How a KPI's cohort is read: `day 7`, `days 1..7`, `from day 7` (days after the cohort event's), or `0h..24h`."""

    form: Literal["point", "any", "survival", "range"]
    first_day: int | None
    last_day: int | None
    span: DurationRange | None
    at: Mark

    def __str__(self) -> str:
        if self.span is not None:
            return str(self.span)
        if self.form == "any":
            return f"days {self.first_day}..{self.last_day}"
        return f"from day {self.first_day}" if self.form == "survival" else f"day {self.first_day}"


@dataclass(frozen=True, slots=True)
class Retention:
    """`3y after order-paid`, `180d` (after collection), or a rule in words."""

    period: Duration | None
    after: EventRef | None
    rule: Text | None
    at: Mark
