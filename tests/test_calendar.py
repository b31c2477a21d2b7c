"""Calendars as another program reads them: the same days as our own engine, stable ids, holidays, and nothing that text can break."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Final

import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # it says nowhere that its annotations are for us
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component, Event
from pypdf import PdfReader

from sopkit.graph.issues import dates_of, replacers
from sopkit.model.documents import Workspace
from sopkit.render.calendar import Calendars, span
from sopkit.render.document import Table
from sopkit.render.html import to_html
from sopkit.render.manual.book import Book, plan
from sopkit.render.manual.front import Edition
from sopkit.render.marks import plain
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.recurrences import Recurrence
from sopkit.render.templating import Templates
from sopkit.render.wall_calendar import KPIS, _line, _that_fit, wall_calendar
from sopkit.render.wording.names import Names
from sopkit.simulation.clock import DAY, Zone, day_of, slots_between
from sopkit.simulation.holidays import CN_2026, Holidays, holidays_of
from sopkit.simulation.issues import issue_times
from sopkit.text import LANGS, Lang
from tests.documents import small
from tests.figures import PLAYBOOKS
from tests.workspaces import Files, unjudged

EDITION: Final = Edition(date(2026, 7, 1), "2026-07", tool="sopkit test")
FIRST, LAST = span(EDITION)

HEAD: Final = """\
kind: workspace
id: demo
title: 示例
owner: guide
review_by: 2027-12-31
uses: [retail-cn]
locale: zh-CN
timezone: ZONE
holidays: cn
enforce: none
---
kind: catalog
id: people
owner: guide
roles:
  guide: {title: 导购}
  office: {title: 总部, hours: mon-fri 09:00-18:00}
  weekend: {title: 周末, hours: "sat,sun 09:00-18:00"}
"""


def calendar(workspace: Workspace, role: str = "", lang: Lang = "zh-CN", edition: Edition = EDITION) -> bytes:
    data = Calendars(plan(workspace), edition).to_ics(Book(plan(workspace), Names(workspace, lang), role))
    return data or b""


def events(data: bytes) -> list[Event]:
    return [each for each in Calendar.from_ical(data).walk("VEVENT") if isinstance(each, Event)]


def said(component: Component, name: str) -> str:
    """Return a property's value as it stands in the file."""
    return str(component[name].to_ical(), "utf-8")  # type: ignore[arg-type]  # bytes, as of every property of a component


def occurrences(data: bytes, word: str) -> list[datetime]:
    """Return when the entries of an id occur in the span, by the clock on their wall, as another library reads them."""
    found = recurring_ical_events.of(Calendar.from_ical(data)).between(
        FIRST - timedelta(days=400), LAST + timedelta(days=400)
    )
    starts = [each["DTSTART"].dt for each in found if f"{word}\n" in str(each["DESCRIPTION"])]
    return sorted(
        each.replace(tzinfo=None) if isinstance(each, datetime) else datetime(each.year, each.month, each.day)
        for each in starts
    )


def in_span(moments: Iterator[datetime] | list[datetime]) -> list[datetime]:
    return sorted(each for each in moments if FIRST <= each.date() < LAST)


TIMES: Final = ("09:00", "10:30", "20:00", "23:30", "00:00")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES: Final = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "UTC")


@st.composite
def rhythm(draw: st.DrawFn) -> str:
    """Return `every` and `at`."""
    unit = draw(st.sampled_from(("day", "week", "month", "quarter", "year")))
    time = st.sampled_from(TIMES)
    if unit == "day":
        slots = draw(st.lists(time, min_size=1, max_size=2, unique=True))
    elif unit == "week":
        slots = draw(
            st.lists(st.builds("{} {}".format, st.sampled_from(DAYS), time), min_size=1, max_size=4, unique=True)
        )
    else:
        day = st.builds("day {} {}".format, st.integers(1, 31), time)
        nth = st.builds(
            "{} {} {}".format, st.sampled_from(("first", "second", "fifth", "last")), st.sampled_from(DAYS), time
        )
        last = st.builds("last day {}".format, time)
        slots = [draw(st.one_of(day, nth, last))]
    return f"every: {unit}\nat: [{', '.join(repr(each) for each in slots)}]\n"


@st.composite
def cadences(draw: st.DrawFn) -> str:
    text = HEAD.replace("ZONE", draw(st.sampled_from(ZONES)))
    for name in ("post", "extra"):
        holiday = draw(st.sampled_from(("same", "skip", "previous-workday", "next-workday")))
        text += f"---\nkind: cadence\nid: {name}\ntitle: {name}\nowner: guide\nvia: group\nfor: care\nby: guide\non_holiday: {holiday}\n"
        text += draw(rhythm())
        if draw(st.booleans()):
            text += f"except: [{draw(st.sampled_from(DAYS))}]\n"
        if name == "extra" and draw(st.booleans()):
            text += "replaces: [post]\n"
    return text


@pytest.mark.long
@settings(max_examples=25, deadline=None, phases=(Phase.generate,))
@given(cadences())
def test_issues_occur_as_the_engine_says(text: str) -> None:
    workspace = unjudged({"sopkit.yaml": text}).workspace
    data = calendar(workspace)
    zone = Zone.load(workspace.settings.timezone or "UTC", *instants(), CN_2026)
    for name, times in issue_times(workspace, zone, *instants()).items():
        expected = in_span([datetime(1970, 1, 1) + timedelta(seconds=zone.local(when)) for when in times])
        assert sorted(set(occurrences(data, f"编号：{name}"))) == sorted(set(expected)), name
        cadence = workspace.cadences[name]
        if cadence.on_holiday == "same" and name not in replacers(workspace):
            assert expected == in_span(list(dates_of(cadence, FIRST) or ()))


def instants() -> tuple[int, int]:
    return day_of(FIRST) * DAY - 60 * DAY, day_of(LAST) * DAY + 60 * DAY


@pytest.mark.long
@settings(max_examples=25, deadline=None, phases=(Phase.generate,))
@given(rhythm(), st.sampled_from(("guide", "office", "weekend")), st.sampled_from(ZONES))
def test_work_occurs_on_the_next_day_at_work(said: str, role: str, zone: str) -> None:
    every, at = said.strip().split("\n")
    text = HEAD.replace("ZONE", zone) + (
        "---\nkind: procedure\nid: count\ntitle: 盘点\nowner: guide\nfor_each: period\n"
        f"starts_on: [{{{every}, {at}}}]\nsteps:\n  - {{id: shelf, do: 数货架, by: {role}}}\n"
    )
    workspace = unjudged({"sopkit.yaml": text}).workspace
    (trigger,) = workspace.procedures["count"].starts_on
    flat = Zone.load("UTC", *instants(), Holidays())
    raw = slots_between(trigger.slots, trigger.every.unit, flat, *instants())  # type: ignore[union-attr, arg-type]  # a CalendarReached
    moments = [datetime(1970, 1, 1) + timedelta(seconds=when) for when in raw]
    expected = in_span([next_at_work(each, role) for each in moments])
    assert sorted(set(occurrences(calendar(workspace), "shelf"))) == sorted(set(expected))


def next_at_work(moment: datetime, role: str) -> datetime:
    while not at_work(moment.date(), role):
        moment += timedelta(days=1)
    return moment


def at_work(day: date, role: str) -> bool:
    weekend = day.weekday() >= 5
    if role == "office":
        return day in CN_2026.workdays or not (weekend or day in CN_2026.days)
    return weekend or role == "guide"


def test_holidays_are_left_out_and_days_that_make_up_for_them_added() -> None:
    text = HEAD.replace("ZONE", "Asia/Shanghai") + (
        "---\nkind: procedure\nid: count\ntitle: 盘点\nowner: guide\nfor_each: period\n"
        "starts_on: [{every: day, at: ['10:00']}]\nsteps:\n  - {id: shelf, do: 数货架, by: office}\n"
    )
    (event,) = events(calendar(unjudged({"sopkit.yaml": text}).workspace))
    assert "BYDAY=MO,TU,WE,TH,FR" in said(event, "RRULE")
    left_out = ["20260925", *(f"2026100{day}" for day in (1, 2, 5, 6, 7))]
    assert said(event, "EXDATE") == ",".join(f"{day}T100000" for day in left_out)
    assert said(event, "RDATE") == "20260920T100000,20261010T100000"
    assert said(event, "DTSTART") == "20260701T100000"
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert said(event, "DTSTAMP") == "20260701T000000Z"


def test_work_before_an_issue_is_counted_in_working_days() -> None:
    """The issue of Tuesday 13 October 2026 is drafted three working days before: on Friday the 9th, since the 10th makes up."""
    data = calendar(small())
    drafts = [each for each in occurrences(data, "production/draft") if each.month == 10]
    zone = Zone.load("Asia/Shanghai", *instants(), holidays_of(small().settings.holidays))
    issues = issue_times(small(), zone, *instants())["group-tips"]
    step = next(each for each in small().procedures["production"].steps if each.id == "draft")
    assert step.before is not None
    local = [datetime(1970, 1, 1) + timedelta(seconds=zone.local(zone.earlier(when, step.before))) for when in issues]
    assert drafts
    assert drafts == [each for each in sorted(set(in_span(local))) if each.month == 10]


def test_ids_hold_while_times_change() -> None:
    def uids(files: Files, as_of: date) -> list[str]:
        return sorted(
            str(each["UID"]) for each in events(calendar(unjudged(files).workspace, edition=Edition(as_of, "x")))
        )

    text = HEAD.replace("ZONE", "Asia/Shanghai") + (
        "---\nkind: cadence\nid: post\ntitle: 图文\nowner: guide\nvia: group\nfor: care\nby: guide\n"
        "every: week\nat: [tue 10:00, wed 11:00]\n"
    )
    first = uids({"sopkit.yaml": text}, date(2026, 7, 1))
    later = uids(
        {"other.yaml": text.replace("tue 10:00, wed 11:00", "fri 09:00, sat 21:00").replace("图文", "长图文")},
        date(2026, 9, 9),
    )
    assert first == later
    assert len(set(first)) == 2


def test_a_reminder_only_where_there_is_a_time_limit() -> None:
    reminded = {
        str(each["DESCRIPTION"]).split("\n")[0]: [said(alarm, "TRIGGER") for alarm in each.subcomponents]
        for each in events(calendar(small()))
    }
    assert reminded["编号：production/draft"] == ["-PT30M"]
    assert reminded["编号：production/publish"] == ["P0D"]
    assert reminded["编号：first-order-rate"] == []
    assert not [id_ for id_, alarms in reminded.items() if alarms and "/" not in id_]


def test_clocks_that_change_begin_by_the_offset_before() -> None:
    data = calendar(unjudged({"sopkit.yaml": DAILY.replace("ZONE", "America/New_York")}).workspace).decode()
    spring = data[data.index("BEGIN:DAYLIGHT\r\nDTSTART:20270314") :]
    assert spring.startswith(
        "BEGIN:DAYLIGHT\r\nDTSTART:20270314T020000\r\nTZNAME:EDT\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n"
    )
    assert "TZID" not in calendar(unjudged({"sopkit.yaml": DAILY.replace("timezone: ZONE\n", "")}).workspace).decode()


DAILY: Final = HEAD + (
    "---\nkind: procedure\nid: count\ntitle: 盘点\nowner: guide\nfor_each: period\n"
    "starts_on: [{every: day, at: ['10:00']}]\nsteps:\n  - {id: shelf, do: 数货架, by: guide, minutes: 20}\n"
)
HOSTILE: Final = "数，\\货;架,\nEND:VEVENT\r\nX:1\t🌿𠮷\x07\u202e" + "长" * 10_000


def test_text_breaks_nothing_and_lines_are_folded() -> None:
    text = DAILY.replace("ZONE", "Asia/Shanghai").replace("do: 数货架", "title: " + yaml(HOSTILE) + ", do: 数")
    for lang in LANGS:
        data = calendar(unjudged({"sopkit.yaml": text}).workspace, lang=lang)
        assert data.count(b"\r\n") == data.count(b"\n")
        for line in data.split(b"\r\n"):
            assert len(line) <= 75
            line.decode()
        (event,) = events(data)
        summary = str(event["SUMMARY"])
        assert "END:VEVENT" in summary
        assert "\x07" not in summary
        assert "🌿𠮷" in summary
        assert summary.count("长") == 10_000
        assert said(event, "DURATION") == "PT20M"


def yaml(text: str) -> str:
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x07": "\\x07", "\u202e": "\\u202e"}
    return '"' + "".join(marks.get(char, char) for char in text) + '"'


def test_a_title_of_two_lines_is_one_in_a_calendar() -> None:
    text = DAILY.replace("ZONE", "Asia/Shanghai").replace("title: 示例", "title: " + yaml("示\n例"))
    data = calendar(unjudged({"sopkit.yaml": text}).workspace)
    assert str(Calendar.from_ical(data)["X-WR-CALNAME"]) == "示 例 · 全员"


def test_each_role_has_its_own_and_all_have_the_same_ids() -> None:
    everyone = {str(each["UID"]): str(each["SUMMARY"]) for each in events(calendar(small()))}
    guide = {str(each["UID"]): str(each["SUMMARY"]) for each in events(calendar(small(), "guide"))}
    assert guide.items() < everyone.items()
    assert calendar(small(), "owner-manager") == b""
    english = {str(each["UID"]) for each in events(calendar(small(), "guide", "en"))}
    assert english == guide.keys()
    assert len(everyone) == len(events(calendar(small())))


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert calendar(small()) == calendar(small())
    assert b"20260701T000000Z" in calendar(small())


def test_the_wall_calendar_has_the_days_of_the_calendar() -> None:
    workspace = small()
    found = Calendars(plan(workspace), EDITION).found
    for lang in LANGS:
        book = Book(plan(workspace), Names(workspace, lang), "guide")
        document = wall_calendar(book, found, EDITION)
        assert document is not None
        months = [section for section in document.sections if section.anchor.startswith("month.")]
        assert [month.anchor for month in months][:2] == ["month.2026-07", "month.2026-08"]
        assert len(months) == 12
        for month in months:
            year, number = map(int, month.anchor.removeprefix("month.").split("-"))
            (table,) = [block for block in month.blocks if isinstance(block, Table)]
            cells = [plain(cell).split("\n") for group in table.groups for row in group.rows for cell in row]
            shown = {int(cell[0].split()[0]): cell[1:] for cell in cells if cell[0]}
            assert list(shown) == list(range(1, monthrange(year, number)[1] + 1))
            for day, entries in shown.items():
                times = re.findall(r"\d\d:\d\d", " ".join(entries))
                expected = times_of(found, date(year, number, day))
                cut = any(word in " ".join(entries) for word in ("另有", "等 ", " more"))
                assert set(times) == expected or (cut and set(times) < expected)
                assert entries == sorted(entries)
        assert to_html(document, Templates())
    assert wall_calendar(Book(plan(workspace), Names(workspace, "en"), "owner-manager"), found, EDITION) is None


def test_every_entry_says_of_which_playbook_it_is() -> None:
    workspace = unjudged(
        HEAD.replace("ZONE", "Asia/Shanghai") + "---\nkind: procedure\nid: risks\ntitle: 风险检视\nowner: office\n"
        "starts_on: {every: month, at: [day 8 10:00]}\nfor_each: period\n"
        "steps: [{id: identify, title: 识别, do: 列出风险, by: office, within: 1d}]\n"
    ).workspace
    (event,) = (each for each in events(calendar(workspace, "office")) if "识别" in said(each, "summary"))
    assert said(event, "summary") == "“风险检视”：识别"
    book = Book(plan(workspace), Names(workspace, "zh-CN"), "office")
    document = wall_calendar(book, Calendars(book.plan, EDITION).found, EDITION)
    assert "10:00 风险检视：识别" in str(document)


def test_what_is_looked_at_begins_as_every_other_entry_does() -> None:
    book = Book(plan(small()), Names(small(), "en"))
    assert _line(KPIS, (("10:00", "Sales"),), book) == "10:00 Look at Sales"


def test_a_day_shows_what_fits_beside_what_is_too_long() -> None:
    fits, long = "10:00 abc", "09:00 " + "long word " * 9
    assert _that_fit([long, fits], 5) == [fits]
    assert _that_fit([fits, long], 5) == [fits]
    assert _that_fit([fits, fits], 2) == [fits, fits]


@pytest.mark.long
@pytest.mark.parametrize("role", ["", "compliance-lead"])
def test_each_month_has_a_page_of_its_own(role: str) -> None:
    """English words make the rows long; the months from November 2026 on have four, five and six weeks."""
    files = {path.relative_to(PLAYBOOKS).as_posix(): path.read_bytes() for path in PLAYBOOKS.rglob("*.yaml")}
    workspace = unjudged(files).workspace
    edition = Edition(date(2026, 11, 28), "2026-12")
    book = Book(plan(workspace), Names(workspace, "en"), role)
    document = wall_calendar(book, Calendars(book.plan, edition).found, edition)
    assert document
    typesetter = Typesetter(Templates(), edition.as_of)
    pages = PdfReader(BytesIO(to_pdf(document, typesetter))).pages
    typesetter.close()
    titles = [re.findall(r"\w+ 20\d\d(?= Mon Tue)", " ".join(page.extract_text().split())) for page in pages]
    assert [len(each) for each in titles] == [1] * 12
    assert titles[0] == ["November 2026"]


def times_of(found: Sequence[Recurrence], day: date) -> set[str]:
    mine = [each for each in found if "guide" in each.engagement.roles and len(each.engagement.weekdays) < 6]
    return {f"{moment:%H:%M}" for each in mine for moment in each.dates if moment.date() == day}
