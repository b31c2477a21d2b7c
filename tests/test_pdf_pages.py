"""How documents lie on their pages: heads, contents and months, whatever is written in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final, Literal

import pypdfium2  # type: ignore[import-untyped]
import pytest

from sopkit.render.document import (
    Block,
    Bullets,
    Callout,
    Checklist,
    Column,
    Day,
    Diagram,
    Document,
    Fact,
    Facts,
    Look,
    Moment,
    Paragraph,
    RowGroup,
    Script,
    Section,
    StepCard,
    Table,
    Week,
    text,
)
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.print_data import print_data
from sopkit.render.templating import Templates

FOOT: Final = 15 / 25.4 * 72
"""Points from the end of the paper to the text of a sheet; below is what all its pages say."""
HEIGHT: Final = 297 / 25.4 * 72
MARGINS: Final = {"manual": 18 / 25.4 * 72, "checklist": 14 / 25.4 * 72}
RUNNING: Final = ("AUR-SOP-001-guide-calendar", "Working copy of 2026-11-28", "Uncontrolled copy", "52cfd3db91b4950c")


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    with Typesetter(Templates(), date(2026, 7, 1)) as made:
        yield made


def document(
    form: Literal["manual", "checklist"], title: str, sections: tuple[Section, ...], running: tuple[str, ...] = RUNNING
) -> Document:
    look = Look(header="Aurora Beauty · private-domain operations", footer="Internal use only")
    return Document(form, "en", title, "Operations", sections, running=running, look=look)


def opened(made: Document, typesetter: Typesetter) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(to_pdf(made, typesetter))


def heights(sheet: pypdfium2.PdfPage) -> list[tuple[float, float]]:
    """Return the lower and the upper end of each letter of a page, in points from its foot."""
    said = sheet.get_textpage()
    boxes = [said.get_charbox(number) for number in range(said.count_chars())]
    return [(low, high) for left, low, right, high in boxes if right > left]


@pytest.mark.parametrize("form", ["manual", "checklist"])
@pytest.mark.parametrize("title", ["Shop guide: wall calendar", "A title that is far too long " * 40, "w" * 2000])
def test_a_head_stays_on_the_page_however_long_it_is(
    form: Literal["manual", "checklist"], title: str, typesetter: Typesetter
) -> None:
    sections = tuple(
        Section(f"s{each}", text("Chapter"), (Paragraph(text("Words")),), breaks=True) for each in range(3)
    )
    for running in (RUNNING, tuple(part * 40 for part in RUNNING)):
        *_, last = opened(document(form, title, sections, running), typesetter)
        highest = max(high for _, high in heights(last))
        assert highest < HEIGHT - 4 / 25.4 * 72
        assert "AUR-SOP-001" in last.get_textpage().get_text_bounded()


@pytest.mark.parametrize("form", ["manual", "checklist"])
@pytest.mark.parametrize("words", range(3, 13))
def test_a_head_stands_between_the_margins_and_below_the_edge(
    form: Literal["manual", "checklist"], words: int, typesetter: Typesetter
) -> None:
    """Titles of every length, up to what two lines hold; printers leave 5 mm at the edge of the paper."""
    sections = (Section("s", text("A chapter"), (Paragraph(text("Words")),)),)
    *_, last = opened(document(form, "Title " * words, sections), typesetter)
    said = last.get_textpage()
    ends = [said.get_charbox(number)[2] for number in range(said.count_chars())]
    assert max(ends) < last.get_width() - MARGINS[form] + 1
    assert max(high for _, high in heights(last)) < HEIGHT - 5 / 25.4 * 72
    assert said.get_text_bounded().count("52cfd3db91b4950c") == 1


def test_a_head_that_fits_is_one_line(typesetter: Typesetter) -> None:
    """Paper would else be cut above the second: the brand's words stand in the sheet's own head."""
    sections = (Section("one", text("One"), (Paragraph(text("Words")),)),)
    (sheet,) = opened(document("checklist", "Shop guide: wall calendar", sections), typesetter)
    first = sheet.get_textpage().get_text_bounded().splitlines()[0]
    assert first == "Shop guide: wall calendar " + " · ".join(RUNNING)


def month(rows: int, lines: int) -> Section:
    columns = tuple(Column(text(name), 1, "day") for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    entry = "\n".join(["1", *(f"10:00 entry{number}" for number in range(lines))])
    filled = [tuple(text(entry if day == 3 else "1") for day in range(7)) for _ in range(rows)]
    blocks: tuple[Block, ...] = (
        Table(text("May 2027"), columns, (RowGroup((), tuple(filled)),)),
        Paragraph(text("note")),
    )
    return Section(f"month.{rows}.{lines}", text("2027-05"), blocks, breaks=True)


def test_what_stands_on_several_days_of_a_month_is_given_once() -> None:
    made = json.dumps(print_data(document("checklist", "Calendar", (month(5, 2),))))
    assert made.count("entry0") == 1
    assert made.count('"entries": 0') == 5


@pytest.mark.parametrize("lines", [0, 3, 9, 30])
@pytest.mark.parametrize("rows", [4, 5, 6])
def test_a_month_fills_its_page_and_never_more(rows: int, lines: int, typesetter: Typesetter) -> None:
    (sheet,) = opened(document("checklist", "Calendar", (month(rows, lines),)), typesetter)
    said = sheet.get_textpage().get_text_bounded()
    assert said.count("entry") == rows * lines
    foot = sheet.get_textpage().get_text_bounded(top=FOOT - 1)
    assert " ".join(foot.split()) == "Internal use only Page 1 of 1"
    assert min(low for low, _ in heights(sheet) if low > FOOT - 1) < FOOT + 12, (
        "the note behind the month is at the foot"
    )


def test_the_weeks_of_a_month_that_has_room_are_equally_high(typesetter: Typesetter) -> None:
    (sheet,) = opened(document("checklist", "Calendar", (month(5, 4),)), typesetter)
    words = sheet.get_textpage()
    search = words.search("entry0")
    found = []
    while (hit := search.get_next()) is not None:
        found.append(words.get_charbox(hit[0])[1])
    steps = {round(upper - lower, 1) for upper, lower in pairwise(found)}
    assert len(found) == 5
    assert len(steps) == 1
    assert steps.pop() > 100


def test_what_is_said_beside_a_label_begins_at_one_place_however_long_the_label(typesetter: Typesetter) -> None:
    labels = ("When", "A label that takes two lines", "WWWWWWWWWWWW", "")
    facts = Facts(tuple(Fact(text(label), (text("ßegins"), text("ßegins again"))) for label in labels))
    (sheet,) = opened(document("checklist", "Facts", (Section("f", text("Facts"), (facts,)),)), typesetter)
    words = sheet.get_textpage()
    search = words.search("ßegins")
    found = []
    while (hit := search.get_next()) is not None:
        found.append(words.get_charbox(hit[0])[0])
    assert len(found) == 2 * len(labels)
    assert max(found) - min(found) < 0.1


def test_no_page_is_left_half_empty_for_a_drawing(typesetter: Typesetter) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="800" viewBox="0 0 300 800"><title>t</title></svg>'
    )
    filling = tuple(Paragraph(text(f"filling {number}")) for number in range(30))
    blocks: tuple[Block, ...] = (*filling, Diagram("flow", "The flow", svg, "a to b"), Paragraph(text("behind it")))
    first, second = opened(document("checklist", "Sheet", (Section("s", text("S"), blocks),)), typesetter)
    assert "behind it" in first.get_textpage().get_text_bounded()
    assert "The flow" in second.get_textpage().get_text_bounded()


@pytest.mark.parametrize(("chapters", "place"), [(1, None), (2, 0), (8, 0), (9, 1)])
def test_few_lines_of_contents_stand_on_the_cover(chapters: int, place: int | None, typesetter: Typesetter) -> None:
    sections = tuple(
        Section(f"s{each}", text(f"Chapter {each}"), (Paragraph(text("Words")),), breaks=True)
        for each in range(chapters)
    )
    pdf = opened(document("manual", "Training", sections), typesetter)
    said = [sheet.get_textpage().get_text_bounded() for sheet in pdf]
    assert len(said) == chapters + 1 + (place == 1)
    assert [number for number, each in enumerate(said) if "Contents" in each] == ([] if place is None else [place])
    if place is not None:
        for each in range(chapters):
            row = next(line for line in said[place].splitlines() if f"Chapter {each}" in line)
            assert f"Chapter {each}" in said[int(row.split()[-1]) - 1]


def test_a_line_that_leads_to_a_table_stands_above_it(typesetter: Typesetter) -> None:
    rows = tuple((text(f"row {number}"),) for number in range(7))
    table = Table(text("T"), (Column(text("Step"), 1),), (RowGroup((), rows),))
    led = Section("b", text("Who does what"), (Paragraph(text("R does it")), table))
    pages = set()
    for count in range(18, 44):
        filler = Section("a", text("A"), tuple(Paragraph(text("Words")) for _ in range(count)))
        pdf = opened(document("manual", "Manual", (filler, led)), typesetter)
        said = [sheet.get_textpage().get_text_bounded() for sheet in pdf][1:]
        (place,) = [number for number, each in enumerate(said) if "row 0" in each]
        assert [mark.get_dest().get_index() for mark in pdf.get_toc()] == [1, place + 1]
        assert "R does it" in said[place]
        pages.add(place)
    assert pages == {0, 1}


def week_of(lines: int) -> Week:
    entry = Moment(text("19:30"), tuple(text(f"Weekly event: entry {number} of a long day") for number in range(lines)))
    return Week(text("The week"), tuple(Day(text(name), (entry,)) for name in ("Mon", "Tue", "Wed", "Thu", "Fri")))


@pytest.mark.parametrize(
    "led", [week_of(5), Checklist(text("1. Which?"), tuple(text(f"entry {number}") for number in range(4)))]
)
def test_a_week_and_a_question_are_not_cut_in_two(led: Block, typesetter: Typesetter) -> None:
    pages = set()
    for count in range(26, 42):
        filler = tuple(Paragraph(text("Words")) for _ in range(count))
        *said, last = opened(document("manual", "M", (Section("a", text("A"), (*filler, led)),)), typesetter)
        whole = last.get_textpage().get_text_bounded()
        assert not [each for each in said if "entry" in each.get_textpage().get_text_bounded()]
        assert "entry 0" in whole
        pages.add("Words" in whole)
    assert pages == {True, False}


def test_a_step_is_not_cut_in_two(typesetter: Typesetter) -> None:
    lines = tuple(text(f"entry {number}") for number in range(20))
    tall = StepCard(
        "", "1", text("Film"), "a/b", (), tuple(Fact(text("When"), (each,)) for each in lines[:6]), (
            Bullets(lines),
            Script("", text("Script"), "s", (text("entry"),), lines[:3], ()),
            Callout("note", text("Why"), (Paragraph(lines[0]),)),
            Callout("warning", text("If it goes wrong"), (Paragraph(lines[1]),)),
        ),
    )  # fmt: skip
    filler = tuple(Paragraph(text("Words")) for _ in range(20))
    _, *said, last = opened(document("manual", "M", (Section("a", text("A"), (*filler, tall)),)), typesetter)
    assert not [each for each in said if "entry" in each.get_textpage().get_text_bounded()]
    assert last.get_textpage().get_text_bounded().count("entry") == 6 + 20 + 1 + 3 + 2
    assert min(low for low, _ in heights(last) if low > FOOT) > 20 / 25.4 * 72


def test_a_few_facts_are_not_cut_in_two(typesetter: Typesetter) -> None:
    known = Facts(tuple(Fact(text("When"), (text(f"entry {number}"),)) for number in range(4)))
    for count in range(28, 40):
        filler = tuple(Paragraph(text("Words")) for _ in range(count))
        *said, last = opened(document("manual", "M", (Section("a", text("A"), (*filler, known)),)), typesetter)
        assert last.get_textpage().get_text_bounded().count("entry") == 4
        assert not [each for each in said if "entry" in each.get_textpage().get_text_bounded()]


def test_a_week_longer_than_a_page_goes_on_overleaf(typesetter: Typesetter) -> None:
    entry = Moment(text("19:30"), (text("word " * 400),))
    week = Week(text("The week"), tuple(Day(text(name), (entry,)) for name in ("Mon", "Tue", "Wed", "Thu", "Fri")))
    pdf = opened(document("manual", "M", (Section("a", text("A"), (week,)),)), typesetter)
    assert sum(each.get_textpage().get_text_bounded().count("word") for each in pdf) == 2000
