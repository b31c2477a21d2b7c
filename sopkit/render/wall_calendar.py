"""The wall calendar: a book and the dates of what recurs go in; a document with a page for each month of the year comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Final

from sopkit.render.agenda import Engagement
from sopkit.render.calendar import SPAN
from sopkit.render.columns import width
from sopkit.render.document import (
    Block,
    Column,
    Document,
    Paragraph,
    RowGroup,
    Section,
    Table,
    Timeline,
    text,
)
from sopkit.render.manual import front
from sopkit.render.manual.book import Book
from sopkit.render.manual.front import Edition
from sopkit.render.manual.schedule import day as every_day
from sopkit.render.manual.schedule import is_daily
from sopkit.render.marks import Line, plain, quiet, strong, unlinked
from sopkit.render.recurrences import Recurrence
from sopkit.render.sentences import sentence_case
from sopkit.render.wording import calendars, deeds
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
KPIS: Final = " "
"""Under which KPIs that are looked at on one day stand together; no id is that."""
FEW: Final = 2
"""KPIs, or steps of one playbook, that are named; of more the number is said."""
PAGE: Final = 50
"""Rows of text that a month has on its page, beside its heads and notes, so that it stays there; all is in the calendar file."""
WIDTH: Final = 13
"""Columns of a row; a Chinese character takes two."""
HEAD: Final = 3
"""Rows that a title, or the name of a list, takes with the space around it."""
LEAST: Final = 4
"""Rows of a day; where a page has fewer beside what stands on it, the month gets a page of its own."""
PIECE: Final = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")
"""What no line ends within: a Chinese character, a word with the space behind it."""
Days = dict[date, list[str]]


def wall_calendar(book: Book, found: Sequence[Recurrence], edition: Edition) -> Document | None:
    """Return the pages, from the month of the edition's day on; None for a reader of whom no day asks anything of its own."""
    names = book.names
    days = _days(book, found)
    if not days:
        return None
    blocks: list[Block] = []
    daily = every_day(book, book.engagements())
    if daily:
        blocks.append(_without_links(daily))
        said = names.pick(
            "每天都做的事写在这里，下面各月不再重复。",
            "What is done every day stands here and is not said again in the months.",
        )
        blocks.append(Paragraph(text(said), quiet=True))
    taken = HEAD + (_rows_of(daily) if daily else 0)
    begins_page = (PAGE - taken) // len(_weeks(_months(edition.as_of)[0])) < LEAST
    months = tuple(
        _month(
            first, days, book, edition, taken=0 if count or begins_page else taken, breaks=bool(count) or begins_page
        )
        for count, first in enumerate(_months(edition.as_of))
    )
    role = plain(names.role(book.role)) if book.role else names.pick("全员", "Everyone")
    title = names.pick(f"{role}挂历", f"{role}: wall calendar")
    said_sections = sentence_case(
        (*([Section("every-day", text(title), tuple(blocks))] if blocks else []), *months), names.lang
    )
    suffix = "-".join(part for part in (book.role, "calendar") if part)
    return front.sheet(title, said_sections, edition, suffix, names)


def _without_links(daily: Timeline) -> Timeline:
    """Return the same without the links into a manual, since no step stands on the wall."""
    return replace(daily, entries=tuple(replace(one, what=tuple(map(unlinked, one.what))) for one in daily.entries))


def _months(day: date) -> list[date]:
    count = day.year * 12 + day.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count + MONTHS)]


def _days(book: Book, found: Sequence[Recurrence]) -> Days:
    """Return the lines of each day that has anything of its own: (time, what), one for each playbook, in order of time."""
    days: dict[date, dict[str, list[tuple[str, str]]]] = {}
    for each in found:
        engagement = each.engagement
        if is_daily(engagement) or not (book.whole or book.role in engagement.roles):
            continue
        playbook = engagement.cadence or (engagement.placed.playbook if engagement.placed else None)
        about = playbook.id if playbook else KPIS
        said = _deed(engagement, book)
        for moment in each.dates:
            time = "" if each.all_day else moment.isoformat(" ", "minutes")[11:]
            days.setdefault(moment.date(), {}).setdefault(about, []).append((time, said))
    line = cache(lambda about, entries: _line(about, entries, book))  # most days are as those of the week before
    return {day: sorted(line(about, tuple(each)) for about, each in groups.items()) for day, groups in days.items()}


def _deed(engagement: Engagement, book: Book) -> str:
    if engagement.placed:
        return plain(deeds.title(engagement.placed, book.names))
    if engagement.kpi:
        return plain(book.names.title(book.workspace.kpis, engagement.kpi.id))
    return ""


def _line(about: str, entries: tuple[tuple[str, str], ...], book: Book) -> str:
    """Return what is done for one playbook on a day, its title said once: `12:00 每周直播：预告，18:30 开播`."""
    names = book.names
    ordered = sorted(dict.fromkeys(entries))
    if about == KPIS:
        few = names.listed([said for _, said in ordered])
        many = names.pick(f"{len(ordered)} 项指标", f"{len(ordered)} KPIs")
        said = names.pick("查看", "Look at ") + (few if len(ordered) <= FEW else many)
        return f"{ordered[0][0]} {said}".strip()
    title = plain(names.title(names.playbooks, about))
    (time, first), *others = ordered
    said = names.colon(title, first) if title and first else title or first
    if len(ordered) > FEW:
        steps = names.pick(f"等 {len(ordered)} 步", f" and {len(others)} more steps")
        return f"{time} {said}{steps}".strip()
    more = [f"{at} {deed or title}".strip() for at, deed in others]
    return names.parted([f"{time} {said}".strip(), *more])


def _rows_of(daily: Timeline) -> int:
    """Return how many rows the list of what is done every day takes."""
    return HEAD + sum(_rows(plain(each), WIDTH * WEEK) for moment in daily.entries for each in moment.what)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _weeks(first: date) -> list[date]:
    """Return the Mondays of the weeks that a month has days in."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=number) for number in range(0, (_next_month(first) - monday).days, WEEK)]


def _month(first: date, days: Days, book: Book, edition: Edition, *, taken: int, breaks: bool) -> Section:
    names = book.names
    next_month, weeks = _next_month(first), _weeks(first)
    holidays = holidays_of(book.workspace.settings.holidays)
    room = (PAGE - taken) // len(weeks)
    rows = [
        tuple(
            _cell(week + timedelta(days=number), first.month, days, holidays, book, room=room) for number in range(WEEK)
        )
        for week in weeks
    ]
    columns = tuple(Column(text(name), 1, "day") for name in calendars.short_weekdays(names.lang))
    title = text(names.pick(f"{first.year} 年 {first.month} 月", f"{MONTHS_EN[first.month - 1]} {first.year}"))
    blocks: list[Block] = [Table(title, columns, (RowGroup((), tuple(rows)),))]
    notes = tuple(_notes(first, next_month, holidays, book, edition))
    blocks += [Paragraph(text(note), quiet=True) for note in notes]
    # On a sheet the heading of a section is not shown: the table says the month.
    return Section(f"month.{first:%Y-%m}", text(f"{first:%Y-%m}"), tuple(blocks), breaks=breaks)


def _cell(day: date, month: int, days: Days, holidays: Holidays, book: Book, *, room: int) -> Line:
    if day.month != month:
        return ()
    names = book.names
    mark = ""
    if day in holidays.days:
        mark = quiet(names.pick(" 休", " off"))
    elif day in holidays.workdays:
        mark = quiet(names.pick(" 班", " work"))
    said = days.get(day, [])
    shown = _that_fit(said, room - 1)
    lines = [f"{strong(str(day.day))}{mark}", *shown]
    if len(said) > len(shown):
        left = len(said) - len(shown)
        lines.append(quiet(names.pick(f"另有 {left} 项", f"{left} more")))
    return text("\n".join(lines))


def _that_fit(lines: list[str], room: int) -> list[str]:
    """Return the lines that fit into so many rows, the first before others; where some do not, a row is kept to say how many."""
    needed = [_rows(line, WIDTH) for line in lines]
    if sum(needed) <= room:
        return lines
    shown, left = [], room - 1
    for line, rows in zip(lines, needed, strict=True):
        if rows <= left:
            shown.append(line)
            left -= rows
    return shown


@lru_cache(maxsize=4096)
def _rows(line: str, most: int) -> int:
    """Return how many rows a line takes that ends between words, or behind any Chinese character."""
    rows, filled = 1, 0
    for piece in PIECE.findall(line):
        size = width(piece)
        if filled and filled + width(piece.rstrip()) > most:
            rows, filled = rows + 1, 0
        filled += size
        if filled > most:
            more = (filled - 1) // most
            rows, filled = rows + more, filled - more * most
    return rows


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
