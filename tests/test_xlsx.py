"""Spreadsheets: any document opens in an independent reader, says every word, and runs and links nothing by accident."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from sopkit.render.document import (
    Bullets,
    Checklist,
    Column,
    Document,
    FillIn,
    Look,
    Paragraph,
    RowGroup,
    Section,
    StepCard,
    Table,
    TearOff,
    text,
)
from sopkit.render.marks import Run, clean
from sopkit.render.xlsx import to_xlsx
from sopkit.text import LANGS
from tests.office import HOSTILE, LONG, documents, packed, said_by, xlsx_book, xlsx_cells

COLUMNS = (
    Column(text("时间"), 3, "time"),
    Column(text("事项"), 10),
    Column(text("完成"), 2, "tick"),
    Column(text("执行人"), 3, "blank"),
    Column(text("完成时间"), 3, "blank", "time"),
    Column(text("件数"), 3, "blank", "number"),
)
ROWS = tuple((text(f"{hour:02}:00"), text(f"第 {hour} 件事")) for hour in range(8, 16))
FIXED = Table(text("固定时间"), COLUMNS, (RowGroup(text("每天"), ROWS[:4]), RowGroup(text("周五"), ROWS[4:])))
SHEET = Document(
    "checklist",
    "zh-CN",
    "导购每日检查清单",
    "晨曦",
    (
        Section(
            "s",
            text("导购每日检查清单"),
            (FillIn((text("日期"), text("门店"))), FIXED, TearOff(text("回执"), (text("复核人"),))),
        ),
    ),
    running=("A-1 & B", "版次 3"),
    look=Look(header="晨曦", footer="内部 & 保密"),
)


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_any_document_opens_and_says_every_word(document: Document) -> None:
    data = to_xlsx(document)
    seen = packed("".join(str(value) for value in xlsx_cells(data)))
    assert all(line in seen for line in said_by(document))
    for sheet in xlsx_book(data):
        assert len(sheet.title) <= 31
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or cell.value.startswith("=COUNTIF(")
                assert cell.hyperlink is None or cell.hyperlink.target is None


@pytest.mark.parametrize("words", [*HOSTILE, *LONG], ids=lambda words: ascii(words)[:20])
def test_hostile_text_is_text(words: str) -> None:
    said = (Run(words, href="http://x.test"),)
    hostile = Table(said, COLUMNS[:2], (RowGroup(said, ((said, said),)),))
    section = Section("s", said, (Paragraph(said), hostile, Bullets((said,)), Checklist(said, (said,))))
    document = replace(SHEET, form="manual", title=words, subtitle=words, running=(words,), sections=(section,))
    document = replace(document, look=Look(header=words, footer=words), stamp=words, draft=True)
    data = to_xlsx(document)
    cells = [cell for sheet in xlsx_book(data) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {str(cell.value) for cell in cells if cell.data_type != "s"} == {'=COUNTIF(B7,"☑")&" / 1"'}
    assert all(cell.hyperlink is None or cell.hyperlink.target is None for cell in cells)
    assert sum(packed(clean(words)) == packed(str(cell.value)) for cell in cells) >= 5


def test_a_checklist_is_filled_in_as_its_columns_ask() -> None:
    book = xlsx_book(to_xlsx(SHEET))
    assert book.sheetnames == ["固定时间", "回执"]
    sheet = book["固定时间"]
    rows = [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[:7] == [
        ["导购每日检查清单"],
        ["晨曦 · A-1 & B · 版次 3"],
        ["固定时间"],
        ["日期"],
        ["门店"],
        ["已完成", '=COUNTIF(D8:D15,"☑")&" / 8"'],
        ["分组", "时间", "事项", "完成", "执行人", "完成时间", "件数"],
    ]
    assert rows[7] == ["每天", "08:00", "第 8 件事", "☐"]
    assert rows[14] == ["周五", "15:00", "第 15 件事", "☐"]
    rules = {str(each.sqref): (each.type, each.formula1) for each in sheet.data_validations.dataValidation}
    assert rules == {
        "D8:D15": ("list", '"☐,☑,✗,–"'),
        "F8:F15": ("time", "0"),
        "G8:G15": ("whole", "0"),
    }
    assert [value for row in book["回执"].iter_rows(values_only=True) for value in row if value][-2:] == [
        "回执",
        "复核人",
    ]


def test_a_sheet_is_ready_for_the_printer() -> None:
    sheet = xlsx_book(to_xlsx(SHEET))["固定时间"]
    assert sheet.freeze_panes == "A8"
    assert sheet.print_title_rows == "$7:$7"
    assert sheet.print_area == "'固定时间'!$A$1:$G$15"
    assert sheet.auto_filter.ref == "A7:G15"
    assert sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.oddHeader.left.text == "晨曦"
    assert sheet.oddHeader.right.text == "A-1 && B · 版次 3"
    assert sheet.oddFooter.left.text == "内部 && 保密"
    assert sheet.oddFooter.right.text == "第 &P 页，共 &N 页"
    what = sheet["C8"]
    assert what.alignment.wrap_text
    assert sheet.column_dimensions["C"].width > len("第 15 件事") + 3


def test_a_long_label_above_a_table_does_not_turn_its_page() -> None:
    blanks = (text("Date"), text("Shop or department"))
    columns = (Column(text("Time"), 3), *(Column(text("long " * 8), 10) for _ in range(3)))
    table = Table(text("Fixed times"), columns, (RowGroup((), ((text("08:00"), *(text("words"),) * 3),)),))
    document = replace(SHEET, sections=(Section("s", (), (FillIn(blanks), table)),))
    sheet = xlsx_book(to_xlsx(document))["Fixed times"]
    assert sheet.column_dimensions["A"].width >= len("Shop or department") + 2
    assert sheet.page_setup.orientation == "portrait"


def test_names_of_sheets_are_legal_and_each_its_own() -> None:
    names = ("History", "a/b:c*d?e[f]", "'x'", "x", "X", "长" * 40, "长" * 40, "", "=1")
    tables = tuple(Table(text(name), COLUMNS[:2], (RowGroup((), ROWS),)) for name in names)
    found = xlsx_book(to_xlsx(replace(SHEET, sections=(Section("s", (), tables),)))).sheetnames
    assert len({name.casefold() for name in found}) == len(found) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)
    assert found[1:5] == ["a b c d e f", "x", "x 2", "X 3"]


def test_a_name_of_a_sheet_ends_with_no_half_of_a_bracket() -> None:
    captions = ("Monthly and less often (when it falls due, not counted as due)", "As it comes up (not counted)")
    tables = tuple(Table(text(caption), COLUMNS[:2], (RowGroup((), ROWS),)) for caption in captions)
    found = xlsx_book(to_xlsx(replace(SHEET, sections=(Section("s", (), tables),)))).sheetnames
    assert found == ["Monthly and less often", "As it comes up (not counted)"]


def test_text_and_tables_of_a_report_have_sheets_of_their_own() -> None:
    blocks = (Paragraph(text("先说一句。")), FIXED, Checklist(text("打烊"), (text("关灯"),)))
    document = replace(SHEET, form="manual", sections=(Section("s", text("第一章"), blocks),))
    book = xlsx_book(to_xlsx(document))
    assert book.sheetnames == ["正文", "固定时间", "打烊"]
    cells = [cell for row in book["正文"].iter_rows() for cell in row if cell.value]
    assert [cell.value for cell in cells[2:]] == ["第一章", "先说一句。", "→ 工作表：固定时间", "→ 工作表：打烊"]
    assert [cell.hyperlink.location for cell in cells if cell.hyperlink] == ["'固定时间'!A1", "'打烊'!A1"]
    heads = next(row for row in book["打烊"].iter_rows(values_only=True) if row[0] == "事项")
    assert heads == ("事项", "完成", "执行人", "完成时间", "备注")


def test_more_than_a_cell_takes_goes_on_below() -> None:
    words = "词" * 50_000
    document = replace(SHEET, form="manual", sections=(Section("s", text("章"), (Paragraph(text(words)),)),))
    cells = [str(value) for value in xlsx_cells(to_xlsx(document))]
    assert "".join(each for each in cells if set(each) == {"词"}) == words
    assert max(map(len, cells)) < 32_767


def test_properties_say_no_time() -> None:
    said = xlsx_book(to_xlsx(SHEET)).properties
    assert said.created == said.modified == datetime.datetime(1980, 1, 1)
    assert said.title == "导购每日检查清单"


PRINTED = """
import hashlib
from sopkit.render.docx import to_docx
from sopkit.render.xlsx import to_xlsx
from tests.test_docx import paper
from tests.test_xlsx import SHEET
print(*(hashlib.sha256(writer(each)).hexdigest() for writer in (to_docx, to_xlsx) for each in (SHEET, paper(*SHEET.sections[0].blocks))))
"""


@pytest.mark.long
def test_the_same_document_is_the_same_bytes_anywhere() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", PRINTED],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York"))
    }
    assert len(said) == 1
    assert len(said.pop().split()) == 4


@pytest.mark.parametrize("lang", LANGS)
def test_a_draft_says_so_on_every_sheet(lang: str) -> None:
    document = replace(SHEET, lang=lang, draft=True, stamp="草稿")  # type: ignore[arg-type]  # one of the two
    for sheet in xlsx_book(to_xlsx(document)):
        assert str(sheet["A2"].value).startswith("草稿 ")


def test_figures_are_numbers_and_shares_percents() -> None:
    columns = (Column(text("谁"), 3), Column(text("次数"), 1, "figure"), Column(text("比例"), 1, "figure"))
    said = (("007", "12,345", "0.14%"), ("8", "0", "100%"), ("9", "–", "< 0.01%"))
    rows = tuple(tuple(map(text, row)) for row in said)
    card = StepCard("a", "✗", text("间隔"), "SOP301", (), (), (Table((), columns, (RowGroup((), rows),)),))
    document = replace(SHEET, form="manual", sections=(Section("s", text("章"), (card,)),))
    book = xlsx_book(to_xlsx(document))
    assert book.sheetnames == ["正文", "SOP301 谁"]
    found = list(book["SOP301 谁"].iter_rows())[-3:]
    assert [cell.value for row in found for cell in row] == ["007", 12345, 0.0014, "8", 0, 1, "9", "–", "< 0.01%"]
    assert [cell.number_format for cell in found[0]] == ["General", "#,##0", "0.00%"]


def test_only_what_is_torn_off_is_called_a_slip() -> None:
    """The note below a training record is text."""
    record = replace(SHEET, sections=(Section("s", (), (FIXED, Paragraph(text("满分 20 分。")))),))
    assert xlsx_book(to_xlsx(record)).sheetnames == ["固定时间", "正文"]
