"""The checklist of a campaign: its procedure and the dates of what recurs go in; its steps in order, and its days, come out.

A campaign is a procedure that is run for each campaign; one with dates has a line for each of its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sopkit.model.documents import Procedure
from sopkit.model.steps import Grant
from sopkit.model.values import WEEKDAYS
from sopkit.render.agenda import Engagement
from sopkit.render.checklist import pen_columns, slip
from sopkit.render.document import Block, Bullets, Column, Document, Fact, Facts, FillIn, RowGroup, Section, Table, text
from sopkit.render.manual import front
from sopkit.render.manual.book import Book
from sopkit.render.manual.cards import who
from sopkit.render.manual.front import Edition
from sopkit.render.manual.offers import offer_line, offer_notes
from sopkit.render.manual.playbooks import facts_of
from sopkit.render.manual.schedule import is_daily
from sopkit.render.marks import Line, clean, plain, quiet, unlinked
from sopkit.render.recurrences import Recurrence
from sopkit.render.sentences import sentence_case
from sopkit.render.walks import Placed
from sopkit.render.wording import amounts, calendars, deeds, timing
from sopkit.simulation.holidays import holidays_of

MOST_DAYS: Final = 62
"""A campaign of more days has no line for each: nobody ticks so long a list."""


def campaigns(book: Book) -> tuple[Procedure, ...]:
    """Return the campaigns of a workspace: those with dates first, in their order."""
    found = (each for each in book.workspace.procedures.values() if each.for_each == "campaign" and each.steps)
    return tuple(sorted(found, key=lambda each: (_begins(each) or "~", each.id)))


def campaign_checklist(procedure: Procedure, book: Book, found: Sequence[Recurrence], edition: Edition) -> Document:
    """Return the sheet; `book` is that of everyone."""
    names, settings = book.names, book.workspace.settings
    name = plain(names.say(procedure.title)) or clean(procedure.id)
    title = names.pick(f"{name}：活动清单", f"{name}: campaign checklist")
    facts = tuple(replace(each, lines=tuple(map(unlinked, each.lines))) for each in facts_of(procedure, book))
    blanks = (names.pick("启动日期", "Begun on"), names.pick("本次活动负责人", "In charge of this one"))
    blocks: list[Block] = [Facts(facts), FillIn(tuple(map(text, blanks))), _steps(procedure, book)]
    blocks += _offers(procedure, book)
    days = _days(procedure, book, found)
    blocks += [days] if days else []
    blocks.append(slip(title, (names.pick("启动日期", "Begun on"), names.pick("结束日期", "Ended on")), names))
    sections = sentence_case((Section("sheet", text(title), tuple(blocks)),), names.lang)
    whose = f"campaign-{clean(procedure.id)}"
    made = front.sheet(title, sections, edition, whose, names)
    return replace(
        made,
        period="run",
        begins=_begins(procedure),
        keeps=" ".join(("sopkit", clean(settings.id), whose, "run", clean(edition.label), made.content)),
    )


def _begins(procedure: Procedure) -> str:
    dates = procedure.dates
    return dates.from_.value.isoformat() if dates and dates.from_ else ""


def _steps(procedure: Procedure, book: Book) -> Table:
    names = book.names
    columns = (
        Column(text(names.pick("时限", "Time limit")), 6, "time"),
        Column(text(names.pick("步骤", "Step")), 7),
        Column(text(names.pick("谁做", "Who")), 4),
        Column(text(names.pick("应完成日", "Due on")), 3, "blank"),
        *pen_columns(names),
    )
    rows = tuple(row for placed in book.plan.steps[procedure.id] for row in _rows(placed, book))
    return Table(text(names.pick("按先后做", "In this order")), columns, (RowGroup((), rows),))


def _rows(placed: Placed, book: Book) -> Iterator[tuple[Line, ...]]:
    """Yield a row for the step, and one for each point of its own list."""
    names, step = book.names, placed.step
    said = f"{placed.number}. {deeds.title(placed, names)}"
    if step.minutes:
        amount = amounts.minutes(step.minutes, names.lang)
        said += quiet(names.bracketed(names.pick(f"约 {amount}", f"about {amount}")))
    by = unlinked(text(who(placed, book)))
    yield unlinked(text(timing.due(placed, names))), unlinked(text(said)), by
    for point in step.checklist:
        yield (), text(f"{placed.number} · {names.say(point)}"), by


def _offers(procedure: Procedure, book: Book) -> Iterator[Block]:
    """Yield the offers of its steps, with what they combine with and how long they are valid."""
    names = book.names
    used: dict[str, None] = {}
    for placed in book.plan.steps[procedure.id]:
        verb = placed.step.verb
        offer = verb.offer if isinstance(verb, Grant) else placed.step.offer
        used.update({offer.id: None} if offer else {})
    if used:
        lines = tuple(text(names.parted([offer_line(id_, book), *offer_notes(id_, book)])) for id_ in used)
        yield Facts((Fact(text(names.pick("用到的权益", "Offers")), ()),))
        yield Bullets(tuple(map(unlinked, lines)))


def _days(procedure: Procedure, book: Book, found: Sequence[Recurrence]) -> Table | None:
    """Return a line for each day of a campaign with dates: what is published that day, and room for what was done."""
    names, dates = book.names, procedure.dates
    if not (dates and dates.from_ and dates.to):
        return None
    first, count = dates.from_.value, (dates.to.value - dates.from_.value).days + 1
    if not 0 < count <= MOST_DAYS:
        return None
    published = _published(book, found)
    days = [first + timedelta(days=number) for number in range(count)]
    columns = [Column(text(names.pick("日期", "Date")), 6, "time"), *pen_columns(names)]
    rows: list[tuple[Line, ...]] = [(text(_day(day, book)),) for day in days]
    # Of a campaign whose days are past nothing is known: an empty column would say that nothing was published.
    if any(day in published for day in days):
        columns.insert(1, Column(text(names.pick("当天另有的发布", "Published that day")), 7))
        rows = [(*row, text("\n".join(published.get(day, ())))) for row, day in zip(rows, days, strict=True)]
    return Table(
        text(names.pick("活动期间，逐日打勾", "The days of the campaign")), tuple(columns), (RowGroup((), tuple(rows)),)
    )


def _day(day: date, book: Book) -> str:
    names = book.names
    holidays = holidays_of(book.workspace.settings.holidays)
    said = f"{day} {calendars.weekday(WEEKDAYS[day.weekday()], names.lang)}"
    if day in holidays.days:
        return said + quiet(names.pick(" 休", " off"))
    return said + (quiet(names.pick(" 班", " work")) if day in holidays.workdays else "")


def _published(book: Book, found: Sequence[Recurrence]) -> dict[date, list[str]]:
    """Return what is published on which day, with its time; what comes nearly every day is left out."""
    names = book.names
    days: dict[date, dict[str, str]] = {}
    for each in found:
        cadence = each.engagement.cadence
        if cadence is None or is_daily(each.engagement) or not _at_issue(each.engagement):
            continue
        for moment in each.dates:
            time = "" if each.all_day else f"{moment:%H:%M} "
            said = f"{time}{plain(names.title(book.workspace.cadences, cadence.id))}"
            known = days.setdefault(moment.date(), {})
            known[cadence.id] = min(said, known.get(cadence.id, said))
    return {day: sorted(lines.values()) for day, lines in days.items()}


def _at_issue(engagement: Engagement) -> bool:
    """Tell whether something is done as an issue comes out, and not ahead of it or afterwards."""
    step = engagement.placed.step if engagement.placed else None
    return step is None or not (step.before or step.after)
