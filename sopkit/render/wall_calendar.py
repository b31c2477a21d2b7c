"""The wall calendar: a book and the dates of what recurs go in; a document with a page for each month of the year comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from sopkit.render.calendar import SPAN
from sopkit.render.document import Block, Column, Document, Paragraph, RowGroup, Section, Table, content_hash, text
from sopkit.render.manual import front
from sopkit.render.manual.book import Book
from sopkit.render.manual.front import Edition
from sopkit.render.manual.schedule import day as every_day
from sopkit.render.manual.schedule import is_daily, what
from sopkit.render.marks import Line, plain, quiet, strong
from sopkit.render.recurrences import Recurrence
from sopkit.render.sentences import sentence_case
from sopkit.render.wording import calendars
from sopkit.simulation.holidays import Holidays, holidays_of

MONTHS: Final = 12
MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEK: Final = 7


def wall_calendar(book: Book, found: Sequence[Recurrence], edition: Edition) -> Document | None:
    """Return the pages, from the month of the edition's day on; None for a reader of whom no day asks anything of its own."""
    names, settings = book.names, book.workspace.settings
    days = _days(book, found)
    if not days:
        return None
    blocks: list[Block] = []
    daily = every_day(book, book.engagements())
    if daily:
        blocks.append(daily)
        said = names.pick(
            "每天都做的事写在这里，下面各月不再重复。",
            "What is done every day stands here and is not said again in the months.",
        )
        blocks.append(Paragraph(text(said), quiet=True))
    sections = [Section("every-day", text(names.pick("每天", "Every day")), tuple(blocks))] if blocks else []
    sections += [_month(first, days, book, edition) for first in _months(edition.as_of)]
    role = plain(names.role(book.role)) if book.role else names.pick("全员", "Everyone")
    title = names.pick(f"{role}挂历", f"{role}: wall calendar")
    said_sections = sentence_case(tuple(sections), names.lang)
    content = content_hash(title, said_sections)
    suffix = "-".join(part for part in (book.role, "calendar") if part)
    return Document(
        form="manual",
        lang=names.lang,
        title=title,
        subtitle=plain(names.say(settings.title)),
        sections=said_sections,
        facts=front.cover(settings, edition, suffix, content, names),
        draft=edition.draft,
        stamp=front.stamp(settings, edition, names.lang),
        running=front.running(settings, edition, suffix, names),
        look=front.look(settings, names),
        content=content,
    )


def _months(day: date) -> list[date]:
    count = day.year * 12 + day.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count + MONTHS)]


def _days(book: Book, found: Sequence[Recurrence]) -> dict[date, list[tuple[str, str]]]:
    """Return (time, what) of each day that has anything of its own, by day."""
    days: dict[date, list[tuple[str, str]]] = {}
    for each in found:
        engagement = each.engagement
        if is_daily(engagement) or not (book.whole or book.role in engagement.roles):
            continue
        said = plain(what(engagement, book, links=False))
        for moment in each.dates:
            time = "" if each.all_day else f"{moment:%H:%M}"
            days.setdefault(moment.date(), []).append((time, said))
    return {day: sorted(dict.fromkeys(entries)) for day, entries in days.items()}


def _month(first: date, days: dict[date, list[tuple[str, str]]], book: Book, edition: Edition) -> Section:
    names = book.names
    next_month = (first + timedelta(days=31)).replace(day=1)
    holidays = holidays_of(book.workspace.settings.holidays)
    monday = first - timedelta(days=first.weekday())
    weeks = [monday + timedelta(days=WEEK * count) for count in range((next_month - monday).days // WEEK + 1)]
    rows = [
        tuple(_cell(week + timedelta(days=number), first.month, days, holidays, book) for number in range(WEEK))
        for week in weeks
        if week < next_month
    ]
    columns = tuple(Column(text(name), 1) for name in calendars.short_weekdays(names.lang))
    title = text(names.pick(f"{first.year} 年 {first.month} 月", f"{MONTHS_EN[first.month - 1]} {first.year}"))
    blocks: list[Block] = [Table(title, columns, (RowGroup((), tuple(rows)),))]
    notes = tuple(_notes(first, next_month, holidays, book, edition))
    blocks += [Paragraph(text(note), quiet=True) for note in notes]
    return Section(f"month.{first:%Y-%m}", title, tuple(blocks), breaks=True)


def _cell(day: date, month: int, days: dict[date, list[tuple[str, str]]], holidays: Holidays, book: Book) -> Line:
    if day.month != month:
        return ()
    names = book.names
    mark = ""
    if day in holidays.days:
        mark = quiet(names.pick(" 休", " off"))
    elif day in holidays.workdays:
        mark = quiet(names.pick(" 班", " work"))
    lines = [f"{strong(str(day.day))}{mark}", *(f"{time} {said}".strip() for time, said in days.get(day, ()))]
    return text("\n".join(lines))


def _notes(first: date, end: date, holidays: Holidays, book: Book, edition: Edition) -> Iterable[str]:
    names = book.names
    if first < edition.as_of:
        yield names.pick(f"从 {edition.as_of} 起填写。", f"Filled in from {edition.as_of} on.")
    last = edition.as_of + SPAN
    if end > last:
        yield names.pick(f"填写到 {last} 前。", f"Filled in until {last}.")
    if book.workspace.settings.holidays and first.year not in holidays.years:
        yield names.pick(
            f"{first.year} 年的节假日尚未公布或未收录，按平常周排。",
            f"The holidays of {first.year} are not known yet; these are ordinary weeks.",
        )
