"""Checklists: the book of a role, of a shop or of all goes in; the sheet for a day or a week, to be printed and ticked, comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from sopkit.model.values import WEEKDAYS
from sopkit.render.agenda import Engagement
from sopkit.render.document import (
    Block,
    Column,
    Document,
    Fact,
    Facts,
    FillIn,
    RowGroup,
    Section,
    Table,
    TearOff,
    text,
)
from sopkit.render.manual import front
from sopkit.render.manual.book import Book
from sopkit.render.manual.front import Edition
from sopkit.render.manual.schedule import calls, is_daily, provisos, rarer, rarer_when, what, when
from sopkit.render.marks import Line, clean, plain, quiet
from sopkit.render.sentences import sentence_case
from sopkit.render.wording import amounts, calendars
from sopkit.render.wording.names import Names

Period = Literal["daily", "weekly"]
PERIODS: Final[tuple[Period, Period]] = ("daily", "weekly")


def checklist(book: Book, period: Period, edition: Edition) -> Document | None:
    """Return the sheet; None for a reader with nothing to tick."""
    names, settings = book.names, book.workspace.settings
    tables = _daily(book) if period == "daily" else _weekly(book)
    if not tables:
        return None
    title = _title(book, period)
    blocks: tuple[Block, ...] = (*_shop(book), FillIn(_blanks(book, period)), *tables, _tear_off(book, period))
    sections = sentence_case((Section("sheet", text(title), blocks),), names.lang)
    whose = _whose(book)
    made = front.sheet(title, sections, edition, "-".join(part for part in (whose, period) if part), names)
    return replace(
        made,
        period="day" if period == "daily" else "week",
        keeps=" ".join(("sopkit", clean(settings.id), whose or "*", period, clean(edition.label), made.content)),
    )


def _whose(book: Book) -> str:
    """Return whom the sheet is for, in its number and in the name of its ticks: a role's id, a shop's; '' for everyone."""
    return "-".join(part for part in ("shop", clean(book.shop)) if part) if book.staff else book.role


def _title(book: Book, period: Period) -> str:
    names = book.names
    kind = names.pick(
        "每日检查清单" if period == "daily" else "每周检查清单",
        "daily checklist" if period == "daily" else "weekly checklist",
    )
    if book.staff:
        return names.pick(f"{_shop_name(book)}{kind}", f"{_shop_name(book)}: {kind}")
    if book.whole:
        return names.pick(f"全员{kind}", f"Everyone's {kind}")
    role = plain(names.role(book.role))
    return names.pick(f"{role}{kind}", f"{role}: {kind}")


def _shop_name(book: Book) -> str:
    names = book.names
    return plain(names.title(book.workspace.shops, book.shop)) if book.shop else names.pick("门店", "Shop")


def _shop(book: Book) -> Iterator[Block]:
    """Yield where the shop is and when it is open, as far as that is declared."""
    names, shop = book.names, book.workspace.shops.get(book.shop)
    if shop is None:
        return
    said = (
        (names.pick("地址", "Address"), names.say(shop.address)),
        (names.pick("区域", "Region"), names.say(shop.region)),
        (names.pick("营业时间", "Open"), calendars.hours(shop.hours, names.lang) if shop.hours else ""),
    )
    facts = tuple(Fact(text(label), (text(words),)) for label, words in said if words)
    if facts:
        yield Facts(facts)


def _blanks(book: Book, period: Period) -> tuple[Line, ...]:
    names = book.names
    first = (
        names.pick("日期", "Date") if period == "daily" else names.pick("周次（从周一　月　日起）", "Week beginning")
    )
    shop = () if book.shop else (names.pick("门店/部门", "Shop or department"),)
    who = names.pick("当班负责人", "In charge") if book.staff else names.pick("姓名", "Name")
    return tuple(text(label) for label in (first, *shop, who))


def _tear_off(book: Book, period: Period) -> TearOff:
    names = book.names
    first = () if book.shop else (names.pick("门店/部门", "Shop or department"),)
    return slip(_title(book, period), (names.pick("日期", "Date"), *first), names)


def slip(sheet: str, first: Sequence[str], names: Names) -> TearOff:
    """Return the slip of a sheet, which is handed in: `first`, and what is asked on every slip."""
    title = names.pick(
        f"回执：{sheet}（沿虚线撕下，交上级留存）", f"Slip: {sheet} (tear off and hand to your superior)"
    )
    labels = (
        *first,
        names.pick("应完成", "Due"),
        names.pick("已完成", "Done"),
        names.pick("未完成及原因", "Not done, and why"),
        names.pick("执行人", "Done by"),
        names.pick("复核人", "Checked by"),
    )
    return TearOff(text(title), tuple(text(label) for label in labels))


def pen_columns(names: Names) -> tuple[Column, ...]:
    """Return what is filled in beside each line of a sheet."""
    return (
        Column(text(names.pick("完成", "Done")), 2, "tick"),
        Column(text(names.pick("执行人", "By")), 3, "blank"),
        Column(text(names.pick("完成时间", "At")), 3, "blank", "time"),
        Column(text(names.pick("备注", "Remark")), 5, "blank"),
    )


def _doing(book: Book, engagement: Engagement) -> Line:
    said = what(engagement, book, links=False) + provisos(engagement, book)
    names = book.names
    more = []
    if book.whole and engagement.roles:
        more.append(names.listed([names.role(role) for role in engagement.roles]))
    if engagement.placed and engagement.placed.step.minutes:
        amount = amounts.minutes(engagement.placed.step.minutes, names.lang)
        more.append(names.pick(f"约 {amount}", f"about {amount}"))
    if more:
        said += quiet(names.bracketed(names.parted(more)))
    return text(said)


def _manned(book: Book) -> list[Engagement]:
    """Return the engagements of people; what tools do is nobody's to tick."""
    return [each for each in book.engagements() if each.roles]


def _by_time(engagements: Sequence[Engagement]) -> list[Engagement]:
    return sorted(engagements, key=lambda each: (-1 if each.minute is None else each.minute, each.path))


def _rows(engagements: Sequence[Engagement], book: Book) -> tuple[tuple[Line, ...], ...]:
    rows = ((text(when(each, book.names)), _doing(book, each)) for each in _by_time(engagements))
    return tuple(dict.fromkeys(rows))


def _fixed_table(
    caption: str, groups: Sequence[tuple[str, tuple[tuple[Line, ...], ...], int | None]], names: Names
) -> Table | None:
    filled = tuple(RowGroup(text(title), rows, day) for title, rows, day in groups if rows)
    if not filled:
        return None
    columns = (
        Column(text(names.pick("时间", "Time")), 3, "time"),
        Column(text(names.pick("事项", "What")), 10),
        *pen_columns(names),
    )
    return Table(text(caption), columns, filled)


def _daily(book: Book) -> list[Block]:
    names = book.names
    found = _manned(book)
    every_day = [each for each in found if is_daily(each)]
    groups: list[tuple[str, tuple[tuple[Line, ...], ...], int | None]] = [
        (names.pick("每天", "Every day"), _rows(every_day, book), None)
    ]
    for number, day in enumerate(WEEKDAYS):
        todays = [each for each in found if number in each.weekdays and each not in every_day]
        title = calendars.weekday(day, names.lang)
        groups.append((names.pick(f"逢{title}加做", f"On {title}s also"), _rows(todays, book), number))
    tables: list[Block] = []
    fixed = _fixed_table(names.pick("固定时间", "At fixed times"), groups, names)
    if fixed:
        tables.append(fixed)
    return [*tables, *_less_often(book, [each for each in rarer(found) if each.slot]), *_calls(book)]


def _calls(book: Book) -> list[Block]:
    """Return the table of what comes up: counted, since there may be many customers in a day."""
    names = book.names
    groups: dict[str, list[tuple[Line, ...]]] = {}
    for call in calls(book):
        people = call.people(book)
        if not people:
            continue
        roles = quiet(names.bracketed(people)) if book.whole else ""
        groups.setdefault(call.placed.playbook.id, []).append((text(call.when), text(call.what + roles)))
    if not groups:
        return []
    columns = (
        Column(text(names.pick("什么时候", "When")), 7),
        Column(text(names.pick("做什么", "What")), 7),
        Column(text(names.pick("今日件数", "How many")), 3, "blank", "number"),
        Column(text(names.pick("全部完成", "All done")), 2, "tick"),
        Column(text(names.pick("备注", "Remark")), 4, "blank"),
    )
    rows = tuple(RowGroup(text(names.title(names.playbooks, id_)), tuple(each)) for id_, each in groups.items())
    caption = names.pick("有事即办（有才做，不计入应完成）", "As it comes up (not counted as due)")
    return [Table(text(caption), columns, rows, counted=False)]


def _weekly(book: Book) -> list[Block]:
    names = book.names
    found = _manned(book)
    every_day = [each for each in found if is_daily(each)]
    tables: list[Block] = []
    if every_day:
        tables.append(_ticked_daily(every_day, book))
    groups: list[tuple[str, tuple[tuple[Line, ...], ...], int | None]] = []
    for number, day in enumerate(WEEKDAYS):
        todays = [each for each in found if number in each.weekdays and each not in every_day]
        groups.append((calendars.weekday(day, names.lang), _rows(todays, book), number))
    anytime = [each for each in rarer(found) if each.unit == "week"]
    groups.append((names.pick("本周内", "At some time this week"), _rows(anytime, book), None))
    fixed = _fixed_table(names.pick("按星期", "By day"), groups, names)
    if fixed:
        tables.append(fixed)
    return [*tables, *_less_often(book, [each for each in rarer(found) if each.unit != "week"])]


def _ticked_daily(engagements: Sequence[Engagement], book: Book) -> Table:
    """Return the daily work in one row each, with a box for each day of the week."""
    names = book.names
    days = tuple(Column(text(day), 1, "tick") for day in calendars.short_weekdays(names.lang))
    columns = (
        Column(text(names.pick("时间", "Time")), 3, "time"),
        Column(text(names.pick("事项", "What")), 10),
        *days,
    )
    return Table(text(names.pick("每天都要做", "Every day")), columns, (RowGroup((), _rows(engagements, book)),))


def _less_often(book: Book, engagements: Sequence[Engagement]) -> list[Block]:
    names = book.names
    rows = tuple(dict.fromkeys((text(rarer_when(each, names)), _doing(book, each)) for each in engagements))
    if not rows:
        return []
    columns = (
        Column(text(names.pick("哪一天", "When")), 6, "time"),
        Column(text(names.pick("事项", "What")), 8),
        *pen_columns(names),
    )
    caption = names.pick(
        "每月及更长周期（轮到时做，不计入应完成）", "Monthly and less often (when it falls due, not counted as due)"
    )
    return [Table(text(caption), columns, (RowGroup((), rows),), counted=False)]
