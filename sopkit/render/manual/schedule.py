"""The reader's time: the week at a glance, what recurs less often, and what comes up; for manuals and checklists alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sopkit.frozen import dataclass
from sopkit.model.documents import Procedure
from sopkit.model.triggers import IssueDue
from sopkit.model.values import WEEKDAYS
from sopkit.render.agenda import Engagement
from sopkit.render.document import Block, Column, Day, Moment, Paragraph, RowGroup, Section, Table, Timeline, Week, text
from sopkit.render.manual.book import Book, anchor
from sopkit.render.marks import Line, link, quiet
from sopkit.render.walks import Placed, doers
from sopkit.render.wording import amounts, calendars, deeds, timing
from sopkit.render.wording.names import Names

NEARLY_ALL: Final = 6
"""Days of the week."""


def when(engagement: Engagement, names: Names) -> str:
    """Return the time of day: `10:00`, `10:00 前`, `当天`."""
    if engagement.minute is None:
        return names.pick("当天", "that day")
    time = f"{engagement.minute // 60:02d}:{engagement.minute % 60:02d}"
    return names.pick(f"{time} 前", f"by {time}") if engagement.by_then else time


def what(engagement: Engagement, book: Book, *, links: bool = True) -> str:
    """Return what is to be done and for which playbook, with a link to where the manual says how."""
    names, workspace = book.names, book.workspace
    cadence = names.quoted(workspace.cadences, engagement.cadence.id) if engagement.cadence else ""
    if engagement.placed:
        said = deeds.title(engagement.placed, names)
        href = f"#{anchor('step', engagement.placed.path)}"
        said = link(said, href) if links else said
        of = cadence or names.quoted(names.playbooks, engagement.placed.playbook.id)
        return names.colon(of + _issues(engagement, names), said)
    if engagement.cadence:
        href = f"#{anchor('playbook', engagement.cadence.id)}"
        shown = link(cadence, href) if links else cadence
        verb = (
            names.pick("确认群发", "confirm the sending of ")
            if engagement.deed == "confirm"
            else names.pick("发布", "publish ")
        )
        return f"{verb}{shown}"
    kpi = names.quoted(workspace.kpis, engagement.kpi.id) if engagement.kpi else ""
    return names.pick(f"查看指标{kpi}", f"look at {kpi}")


def _issues(engagement: Engagement, names: Names) -> str:
    """Return which issues a preparation is for, where they are not of the same day: （下周二那期）."""
    if not engagement.issues:
        return ""
    by_week: dict[int, list[int]] = {}
    for weeks, day in engagement.issues:
        by_week.setdefault(weeks, []).append(day)
    said = [_week_of(weeks, days, names) for weeks, days in sorted(by_week.items())]
    return names.bracketed(names.pick(f"{'、'.join(said)}发的", f"issue of {' and '.join(said)}"))


def _week_of(weeks: int, days: Sequence[int], names: Names) -> str:
    said = calendars.weekdays([WEEKDAYS[day] for day in days], names.lang)
    if weeks == 0:
        return said
    if names.zh:
        return {1: f"下{said}", 2: f"下下{said}", -1: f"上{said}"}.get(
            weeks, f"{abs(weeks)} 周{'后' if weeks > 0 else '前'}{said}"
        )
    return {1: f"next {said}", -1: f"last {said}"}.get(
        weeks, f"{said}, {abs(weeks)} weeks {'ahead' if weeks > 0 else 'ago'}"
    )


def is_daily(engagement: Engagement) -> bool:
    """Tell whether something is done on nearly every day; a week's plan then says it once."""
    return len(engagement.weekdays) >= NEARLY_ALL


def day(book: Book, engagements: Sequence[Engagement]) -> Timeline | None:
    """Return what is fixed on every day; None where nothing is."""
    names = book.names
    fixed = [each for each in engagements if is_daily(each)]
    moments = [Moment(time, lines) for time, lines in _by_time(fixed, book)]
    return Timeline(text(names.pick("每天", "Every day")), tuple(moments)) if moments else None


def week(book: Book, engagements: Sequence[Engagement]) -> Week | None:
    """Return the days of the week with what is fixed in each; None where nothing is."""
    names = book.names
    fixed = [each for each in engagements if each.weekdays and not is_daily(each)]
    if not fixed:
        return None
    days = tuple(
        Day(text(calendars.weekday(name, names.lang)), tuple(_moments(day, fixed, book)))
        for day, name in enumerate(WEEKDAYS)
    )
    return Week(text(names.pick("一周日程", "The week")), days)


def _moments(number: int, fixed: Sequence[Engagement], book: Book) -> Iterator[Moment]:
    for time, lines in _by_time([each for each in fixed if number in each.weekdays], book):
        yield Moment(time, lines)


def _by_time(engagements: Sequence[Engagement], book: Book) -> list[tuple[Line, tuple[Line, ...]]]:
    """Return (time, what is to be done then), earliest first."""
    names = book.names
    by_time: dict[str, list[Line]] = {}
    for each in sorted(engagements, key=lambda each: (-1 if each.minute is None else each.minute, each.path)):
        said = what(each, book) + provisos(each, book)
        if book.whole and each.roles:
            said += quiet(names.bracketed(names.listed([names.role(role) for role in each.roles])))
        by_time.setdefault(when(each, names), []).append(text(said))
    return [(text(time), tuple(dict.fromkeys(lines))) for time, lines in by_time.items()]


def provisos(engagement: Engagement, book: Book) -> str:
    """Return the days on which a daily engagement is left out, and what takes its place in some weeks; '' where it always stands."""
    names = book.names
    said: list[str] = []
    missing = [name for number, name in enumerate(WEEKDAYS) if number not in engagement.weekdays]
    if is_daily(engagement) and missing:
        days = calendars.weekdays(missing, names.lang)
        said.append(names.pick(f"{days}除外", f"not on {days}"))
    for id_, other in sorted(book.workspace.cadences.items()):
        if engagement.cadence and engagement.cadence.id in {ref.id for ref in other.replaces}:
            title = names.title(book.workspace.cadences, id_)
            said.append(names.pick(f"有“{title}”的那一周不办", f"not in a week with “{title}”"))
    return quiet(names.bracketed(names.pick("；", "; ").join(said))) if said else ""


def rarer(engagements: Sequence[Engagement]) -> tuple[Engagement, ...]:
    """Return what comes monthly or less often, and what may be done at any time of the week."""
    order = ("week", "month", "quarter", "year")

    def rank(each: Engagement) -> tuple[int, str, int]:
        step = each.placed.step if each.placed and each.cadence else None
        turn = 0 if step is None else -1 if step.before else 1 if step.after else 0
        return order.index(each.unit), each.cadence.id if each.cadence else each.path, turn

    return tuple(sorted((each for each in engagements if not each.weekdays), key=rank))


def rarer_when(engagement: Engagement, names: Names) -> str:
    """Return `每月第二个周六 14:00`; with the distance in words for what is done around an issue."""
    said = (
        calendars.in_period(engagement.slot, engagement.unit, names.lang)
        if engagement.slot
        else _any_time(engagement, names)
    )
    placed = engagement.placed
    if placed and engagement.cadence and placed.step.before:
        amount = amounts.duration(placed.step.before, names.lang)
        return names.pick(f"{said} 之前 {amount}", f"{amount} before the issue {said}")
    if placed and engagement.cadence and placed.step.after:
        amount = amounts.span(placed.step.after, names.lang)
        return names.pick(f"{said} 之后 {amount}", f"{amount} after the issue {said}")
    return said


def _any_time(engagement: Engagement, names: Names) -> str:
    return calendars.EVERY[engagement.unit].within(names.lang) + names.pick("一次", "")


@dataclass(frozen=True, slots=True)
class Call:
    """Work that comes up: when, and the step to do."""

    when: str
    what: str
    placed: Placed

    def people(self, book: Book) -> str:
        """Return the roles that do it; '' where a tool does."""
        return book.names.listed([book.names.role(role) for role in doers(self.placed, book.workspace)])


def calls(book: Book) -> tuple[Call, ...]:
    """Return the reader's steps that no calendar fixes, in the order of the playbooks."""
    fixed = {each.placed.path for each in book.engagements() if each.placed}
    found = []
    for placed in book.all_steps():
        if placed.path in fixed or _prepared_by_issue(placed):
            continue
        found.append(Call(timing.due(placed, book.names), deeds.title(placed, book.names), placed))
    return tuple(found)


def _prepared_by_issue(placed: Placed) -> bool:
    """Tell whether only the issues of cadences start the playbook; their slots then fix every step of it."""
    playbook = placed.playbook
    triggers = playbook.starts_on if isinstance(playbook, Procedure) else ()
    return bool(triggers) and all(isinstance(trigger, IssueDue) for trigger in triggers)


def schedule_section(book: Book) -> Section | None:
    """Return the chapter on the reader's day and week; None for a reader with nothing in it."""
    names = book.names
    engagements = book.engagements()
    blocks: list[Block] = []
    blocks += [plan for plan in (day(book, engagements), week(book, engagements)) if plan]
    less_often = rarer(engagements)
    if less_often:
        rows = tuple((text(rarer_when(each, names)), text(what(each, book))) for each in less_often)
        columns = (Column(text(names.pick("时间", "When")), 2, "time"), Column(text(names.pick("事项", "What")), 3))
        blocks.append(
            Table(
                text(names.pick("每月及更长周期", "Monthly and less often")),
                columns,
                (RowGroup((), tuple(dict.fromkeys(rows))),),
            )
        )
    if not book.whole:
        blocks += _calls(book)
    if not blocks:
        return None
    title = (
        names.pick("内容与复审日历", "Calendar") if book.whole else names.pick("一天与一周", "Your day and your week")
    )
    return Section("schedule", text(title), tuple(blocks))


def _calls(book: Book) -> Iterator[Block]:
    names = book.names
    found = calls(book)
    if not found:
        return
    columns = (Column(text(names.pick("什么事", "Of")), 2), Column(text(names.pick("你要做的", "What you do")), 5))
    steps: dict[str, list[str]] = {}
    for call in found:
        steps.setdefault(call.placed.playbook.id, []).append(link(call.what, f"#{anchor('step', call.placed.path)}"))
    rows = tuple(
        (
            text(link(names.title(names.playbooks, id_), f"#{anchor('playbook', id_)}")),
            text(names.pick("、", ", ").join(links)),
        )
        for id_, links in steps.items()
    )
    yield Table(text(names.pick("有事即办", "As it comes up")), columns, (RowGroup((), rows),))
    said = names.pick("何时做、怎么做，见各步骤卡。", "When and how: on the card of each step.")
    yield Paragraph(text(said), quiet=True)
