"""The calendar writer: a book and the dates of what recurs go in; one iCalendar file comes out, for any calendar program to read.

The same workspace, edition and day give the same bytes: an entry's UID comes from ids alone, its time stamp from the day of the build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sopkit.graph import clock
from sopkit.model.documents import Document as Source
from sopkit.render.agenda import Engagement
from sopkit.render.manual import front
from sopkit.render.manual.book import Book, Plan
from sopkit.render.manual.front import Edition
from sopkit.render.manual.schedule import provisos, what
from sopkit.render.marks import clean, plain
from sopkit.render.recurrences import Recurrence, recurrences
from sopkit.render.wording import amounts, timing
from sopkit.simulation.holidays import holidays_of
from sopkit.text import Lang

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event, Timezone, vRecur

SPAN: Final = timedelta(days=366)
"""So far ahead a calendar goes: the workspace is reviewed, and the holidays of the next year are known, before it ends."""
END: Final = b"END:VCALENDAR\r\n"
AHEAD: Final = timedelta(minutes=30)
"""How long before a deadline a calendar reminds."""


def span(edition: Edition) -> tuple[date, date]:
    """Return the days from the first that a calendar of this edition covers to the first that it does not."""
    return edition.as_of, edition.as_of + SPAN


class Calendars:
    """The calendars of one edition: what recurs is worked out once, and each entry is written once for each language."""

    def __init__(self, plan: Plan, edition: Edition) -> None:
        self.edition = edition
        self.found = recurrences(plan, *span(edition))
        self._written: dict[tuple[Lang, str, int], bytes] = {}

    def to_ics(self, book: Book) -> bytes | None:
        """Return the calendar of the book's role, or of all; None where nothing is fixed."""
        writer = _Writer(book, self.edition)
        entries = [
            self._entry((writer.names.lang, "recurrence", number), partial(writer.event, each))
            for number, each in enumerate(self.found)
            if book.whole or book.role in each.engagement.roles
        ]
        reviews = (each for each in _reviewed(book) if each.review_by and _in_span(each.review_by.value, self.edition))
        entries += [
            self._entry((writer.names.lang, "review", each.at), partial(writer.review, each)) for each in reviews
        ]
        if not entries:
            return None
        whole: bytes = writer.calendar().to_ical()
        head = whole.removesuffix(END)
        return b"".join([head, *entries, END])

    def _entry(self, key: tuple[Lang, str, int], make: Callable[[], Event]) -> bytes:
        """Return an entry; what stands in several calendars is written once."""
        if key not in self._written:
            self._written[key] = make().to_ical()
        return self._written[key]


def _reviewed(book: Book) -> Iterator[Source]:
    """Yield the documents that the reader reviews by a certain day."""
    for each in (*book.plan.playbooks, book.workspace.settings):
        if book.whole or (each.owner and each.owner.id == book.role):
            yield each


def _in_span(day: date, edition: Edition) -> bool:
    first, last = span(edition)
    return first <= day < last


class _Writer:
    def __init__(self, book: Book, edition: Edition) -> None:
        self.book, self.names, self.edition = book, book.names, edition
        settings = book.workspace.settings
        named = settings.timezone and clock.zone(settings.timezone) is not UTC
        self.zone = ZoneInfo(settings.timezone) if named and settings.timezone else None
        """None: the workspace names no zone, and a time is that of whoever reads it."""

    def calendar(self) -> Calendar:
        from icalendar import Calendar  # noqa: PLC0415  only whoever writes a calendar pays for it

        names, settings = self.names, self.book.workspace.settings
        made = Calendar()
        made.add("prodid", f"-//{clean(self.edition.tool) or 'sopkit'}//{names.lang}")
        made.add("version", "2.0")
        made.add("calscale", "GREGORIAN")
        role = plain(names.role(self.book.role)) if self.book.role else names.pick("全员", "everyone")
        stamp = front.stamp(settings, self.edition, names.lang)
        brand = " ".join(plain(names.say(settings.title)).split())
        title = f"{brand} · {role}" + (f" · {stamp}" if self.edition.draft else "")
        made.add("x-wr-calname", title)
        made.add("x-wr-caldesc", self._covers())
        if self.zone:
            made.add("x-wr-timezone", self.zone.key)
            made.add_component(_timezone(self.zone, *span(self.edition)))
        return made

    def _covers(self) -> str:
        """Return which days the calendar covers, and of which years it knows the holidays."""
        names, country = self.names, self.book.workspace.settings.holidays
        first, last = span(self.edition)
        end = last - timedelta(days=1)
        label = front.edition_label(self.edition, names)
        said = names.pick(f"{label}；{first} 至 {end}。", f"{label}; {first} to {end}.")
        years = holidays_of(country).years
        missing = [str(year) for year in range(first.year, end.year + 1) if year not in years]
        if not country or not missing:
            return said
        listed = names.listed(missing)
        return said + names.pick(
            f"{listed} 年的节假日尚未公布或未收录，那时的日子按平常周算，公布后请重新生成。",
            f" The holidays of {listed} are not known yet: days of that year are those of ordinary weeks. Build again when they are.",
        )

    def event(self, each: Recurrence) -> Event:
        engagement = each.engagement
        made = self._new(
            ":".join(
                (
                    engagement.deed,
                    engagement.cadence.id if engagement.cadence else "",
                    engagement.placed.path if engagement.placed else "",
                    engagement.kpi.id if engagement.kpi else "",
                    str(each.number),
                )
            )
        )
        said = what(_alone(each), self.book, links=False)
        anytime = self._anytime(each)
        self._texts(made, said + (self.names.bracketed(anytime) if anytime else ""), self._description(each))
        start = each.pattern[0] if each.pattern else each.dates[0]
        made.add("dtstart", self._moment(start, all_day=each.all_day))
        length = self._length(each)
        if length:
            made.add("duration", length)
        given, dates = set(each.pattern), set(each.dates)
        if each.rule:
            made.add("rrule", self._rule(each))
        self._list(made, "rdate", dates - given - {start}, each)
        self._list(made, "exdate", (given | {start}) - dates, each)
        if not each.all_day:
            self._alarm(made, each)
        return made

    def _rule(self, each: Recurrence) -> vRecur:
        from icalendar import vRecur  # noqa: PLC0415

        rule: vRecur = vRecur.from_ical(each.rule)
        last = each.pattern[-1]
        rule["UNTIL"] = [last.date() if each.all_day else self._instant(last)]
        return rule

    def _instant(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self.zone).astimezone(UTC) if self.zone else moment

    def _list(self, made: Component, name: str, moments: Iterable[datetime], each: Recurrence) -> None:
        ordered = sorted(moments)
        if not ordered:
            return
        values = [self._moment(moment, all_day=each.all_day) for moment in ordered]
        made.add(name, values, parameters={"VALUE": "DATE"} if each.all_day else {})

    def _moment(self, moment: datetime, *, all_day: bool) -> datetime | date:
        return moment.date() if all_day else moment.replace(tzinfo=self.zone)

    def _length(self, each: Recurrence) -> timedelta | None:
        """Return how long it takes, where that is said; an issue lasts as long as its cadence says."""
        if each.all_day:
            return None
        engagement = each.engagement
        if engagement.placed:
            minutes = engagement.placed.step.minutes
            return timedelta(minutes=round(minutes)) if minutes else None
        lasts = engagement.cadence.lasts if engagement.cadence else None
        return timedelta(seconds=lasts.seconds) if lasts and lasts.seconds else None

    def _alarm(self, made: Event, each: Recurrence) -> None:
        """Remind half an hour before what must be done by then, and at the moment from which a time limit runs; of nothing else."""
        from icalendar import Alarm  # noqa: PLC0415

        step = each.engagement.placed.step if each.engagement.placed else None
        if step is None or not (step.before or step.within):
            return
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", str(made["summary"]))
        alarm.add("trigger", -AHEAD if step.before else timedelta())
        made.add_component(alarm)

    def _anytime(self, each: Recurrence) -> str:
        """Return that what has no day of its own may be done on any; '' for what has one."""
        unit = each.engagement.unit
        if not each.all_day or unit == "day" or each.engagement.slot or each.engagement.weekdays:
            return ""
        names = self.names
        return {
            "week": names.pick("本周内任一天", "any day this week"),
            "month": names.pick("本月内任一天", "any day this month"),
            "quarter": names.pick("本季度内任一天", "any day this quarter"),
        }.get(unit, names.pick("本年内任一天", "any day this year"))

    def _description(self, each: Recurrence) -> list[str]:
        names, engagement = self.names, each.engagement
        placed = engagement.placed
        lines = [(names.pick("编号", "Id"), clean(engagement.path))]
        if placed:
            lines.append((names.pick("何时", "When"), timing.due(placed, names)))
            if placed.step.minutes:
                amount = amounts.minutes(placed.step.minutes, names.lang)
                lines.append((names.pick("用时", "Takes"), names.pick(f"约 {amount}", f"about {amount}")))
        lines.append((names.pick("谁做", "Who"), names.listed([names.role(role) for role in engagement.roles])))
        return [names.colon(label, plain(said)) for label, said in lines] + [
            plain(provisos(_alone(each), self.book)).strip()
        ]

    def review(self, document: Source) -> Event:
        names = self.names
        made = self._new(f"review-by:{document.id}")
        title = plain(names.say(document.title)) or clean(document.id)
        said = names.pick(f"复审{names.quote(title)}（最迟今天）", f"review {names.quote(title)} (today at the latest)")
        who = names.role(document.owner) if document.owner else "–"
        lines = [
            names.colon(names.pick("编号", "Id"), clean(document.id)),
            names.colon(names.pick("负责人", "Owner"), plain(who)),
        ]
        self._texts(made, said, lines)
        if document.review_by:
            made.add("dtstart", document.review_by.value)
        return made

    def _new(self, name: str) -> Event:
        from icalendar import Event  # noqa: PLC0415

        made = Event()
        made.add("uid", str(uuid5(NAMESPACE_URL, f"sopkit:{self.book.workspace.settings.id}:{name}")))
        made.add("dtstamp", datetime.combine(self.edition.as_of, time(), UTC))
        made.add("transp", "TRANSPARENT")
        return made

    def _texts(self, made: Event, summary: str, lines: Sequence[str]) -> None:
        names, settings = self.names, self.book.workspace.settings
        said = " ".join(plain(summary).split())
        made.add("summary", said if names.zh else said[:1].upper() + said[1:])
        basis = f"{front.edition_label(self.edition, names)} · {front.stamp(settings, self.edition, names.lang)}"
        made.add("description", "\n".join([*filter(None, lines), basis]))
        url = settings.outputs.url if settings.outputs else None
        if url and url.startswith(("https://", "http://")):
            made.add("url", clean(url))


def _alone(each: Recurrence) -> Engagement:
    """Return the engagement without what is said of single days of its week, which stand beside each other here."""
    return replace(each.engagement, issues=())


@lru_cache(maxsize=8)
def _timezone(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """Return the offsets of a zone over a span, each from the local time at which it begins by the offset before it."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415

    made = Timezone()
    made.add("tzid", zone.key)
    begin = datetime(first.year - 1, 1, 1, tzinfo=UTC)
    former = begin.astimezone(zone).utcoffset() or timedelta()
    for onset in (begin, *_changes(zone, begin, datetime(last.year + 1, 1, 1, tzinfo=UTC))):
        local = onset.astimezone(zone)
        part = TimezoneDaylight() if local.dst() else TimezoneStandard()
        part.add("dtstart", (onset + former).replace(tzinfo=None))
        part.add("tzoffsetfrom", former)
        former = local.utcoffset() or timedelta()
        part.add("tzoffsetto", former)
        part.add("tzname", local.tzname() or zone.key)
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants at which the offset becomes another, to the second."""

    def offset(when: datetime) -> timedelta | None:
        return when.astimezone(zone).utcoffset()

    now = begin
    while now < end:
        later = now + timedelta(days=1)
        if offset(later) != offset(now):
            low, high = now, later
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(now) else (low, middle)
            yield high
        now = later
