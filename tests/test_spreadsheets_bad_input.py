"""Spreadsheets that are damaged, huge, locked, hostile or none at all: a clear message, nothing run, memory bounded."""

from __future__ import annotations

import datetime
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from sopkit.workbook import opening, package
from sopkit.workbook.cells import Book
from sopkit.workbook.opening import open_book
from sopkit.workbook.package import UnreadableError
from tests import spreadsheets
from tests.commands import Run, files, runner
from tests.spreadsheets import made, rows
from tests.test_spreadsheets import imported

GOOD = spreadsheets.flat()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        open_book(name, data)
    return refused.value.reason.fill("en", refused.value.args_of_reason)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xls", OLE, "old .xls format"),
        ("a.xlsx", b"", "is empty"),
        ("a.csv", b" \n\n", "is empty"),
        ("a.csv", b",,\n,,\n", "is empty"),
        ("a.xlsx", b"%PDF-1.7 nothing", "no spreadsheet"),
        ("a.csv", b"a\0b", "no spreadsheet"),
        ("a.csv", b"\xff\xff\xff,\x80", "encoding"),
        ("a.xlsx", b"PK\x03\x04 torn", "damaged"),
        ("a.xlsx", GOOD[: len(GOOD) // 2], "damaged"),
        ("a.xlsx", packed({"word/document.xml": b"<w/>"}), "damaged"),
    ],
)
def test_what_is_no_spreadsheet_is_told_in_plain_words(name: str, data: bytes, said: str) -> None:
    assert said in refusal(name, data)


@pytest.mark.long
def test_a_bomb_is_refused_by_its_size_before_it_is_read() -> None:
    bomb = packed({**parts(GOOD), "xl/worksheets/sheet1.xml": b" " * (package.MAX_UNPACKED + 1)})
    assert len(bomb) < 500_000
    assert "unpacks to more than" in refusal("a.xlsx", bomb)


def test_a_bomb_that_lies_about_its_size_is_no_larger_than_it_says() -> None:
    """The directory at the end names a small size; what is unpacked stops there, and no longer matches its checksum."""
    real = 3_000_000
    bomb = packed({**parts(GOOD), "xl/worksheets/sheet1.xml": b"<" + b" " * real})
    lying = bomb.replace((real + 1).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert "damaged" in refusal("a.xlsx", lying)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused(part: str) -> None:
    hostile = parts(GOOD)
    hostile[part] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + hostile[part]
    assert "entities" in refusal("a.xlsx", packed(hostile))


@pytest.mark.long
def test_a_cell_at_the_far_corner_makes_no_huge_grid() -> None:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet("far")
        page.write_string(0, 0, "a")
        page.write_string(1_048_575, 16_383, "b")
        rows(book.add_worksheet("near"), [spreadsheets.HEAD, *spreadsheets.FLAT])

    book = open_book("a.xlsx", made(fill))
    assert [(place, "too large" in what.en) for place, what in book.told] == [("far", True)]
    assert [sheet.name for sheet in book.sheets] == ["near"]


def test_a_long_text_that_many_cells_share_is_counted_each_time() -> None:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet("long")
        for row in range(2_000):
            page.write_string(row, 0, "x" * 32_000)

    book = open_book("a.xlsx", made(fill))
    assert "too large" in book.told[0][1].en


@pytest.mark.long
def test_a_hundred_thousand_rows_are_bounded_and_told() -> None:
    table = "\n".join(["步骤,时间", *(f"第{number}步,T+{number}" for number in range(100_000))])
    book = open_book("long.csv", table.encode())
    assert len(book.sheets[0].rows) == opening.MAX_ROWS
    assert "100,001 rows, of which the first 20,000 were read" in book.told[0][1].en

    def fill(sheet: Workbook) -> None:
        page = sheet.add_worksheet("long")
        for row in range(100_000):
            page.write_number(row, 0, row)

    book = open_book("long.xlsx", made(fill))
    assert len(book.sheets[0].rows) == opening.MAX_ROWS
    assert "100,000 rows" in book.told[0][1].en


def test_macros_and_links_to_other_files_are_told_and_never_handed_on() -> None:
    held = {**parts(GOOD), "xl/vbaProject.bin": b"Shell()", "xl/externalLinks/externalLink1.xml": b"<x/>"}
    safe = package.unpack(packed(held))
    assert not {"xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"} & set(parts(safe.data))
    told = [what.en for _, what in open_book("a.xlsm", packed(held)).told]
    assert [one.split(":")[0] for one in told] == ["the file holds macros", "the file refers to other files"]


def test_formulas_are_told_and_their_stored_value_is_read() -> None:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet("S")
        rows(page, [("步骤", "时间", "渠道", "话术")])
        page.write_formula(1, 0, '=HYPERLINK("http://example.com","x")', None, "欢迎")
        rows(page, [("第3天", "短信", "=cmd|' /C calc'!A0")], 4)
        page.write_string(1, 1, "第3天")

    made_ = imported(made(fill))
    assert ("S!A2", True) in [(place, "formula" in what.en) for place, what in made_.account.noticed]
    assert "欢迎" in dict(made_.files)["journeys/s.yaml"].decode()


def test_a_formula_without_a_stored_value_is_a_cell_that_was_not_read() -> None:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet("S")
        rows(page, [("步骤", "时间", "渠道", "话术"), ("欢迎", "第3天", "短信", "您好")])
        page.write_formula(1, 3, "=A2", None, "")

    made_ = imported(made(fill))
    assert "holds no value" in made_.account.unread["S!D2"].en


def test_what_is_left_out_for_one_reason_is_one_line_and_rows_that_were_cut_are_told(run: Run, tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        rows(book.add_worksheet("S"), [("步骤", "时间", "渠道"), *[("欢迎", "第3天", "短信")] * opening.MAX_ROWS])
        page = book.add_worksheet("旧")
        rows(page, [("步骤", "时间"), ("欢迎", "第3天")])
        page.hide()

    sheet = tmp_path / "SOP.xlsx"
    sheet.write_bytes(made(fill))
    code, out, _ = run("--lang", "en", "import", sheet, "-o", tmp_path / "brand")
    assert code == 0
    assert "  S: it holds 20,001 rows, of which the first 20,000 were read" in out
    assert "  not read: 旧!A1 “步骤” and 3 more: the sheet is hidden and was not read; --hidden reads it\n" in out
    assert out.count("not read: ") == 2  # that line and the summary


def test_a_book_of_hidden_sheets_says_so() -> None:
    def fill(book: Workbook) -> None:
        book.add_worksheet("空")
        page = book.add_worksheet("旧")
        rows(page, [("步骤", "时间"), ("欢迎", "第3天")])
        page.hide()

    with pytest.raises(UnreadableError, match="--hidden"):
        imported(made(fill))


def test_dates_and_hours_held_as_numbers_are_asked_back() -> None:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet("S")
        rows(page, [("步骤", "时间"), ("a", ""), ("b", 45839), ("c", "")])
        page.write_datetime(
            1, 1, datetime.datetime(2026, 6, 18, 10), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        )
        page.write_datetime(3, 1, datetime.time(10, 30), book.add_format({"num_format": "hh:mm"}))

    unread = {place: why.en for place, why in imported(made(fill)).account.unread.items()}
    assert "this is a date" in unread["S!B2"]
    assert "the number 45839" in unread["S!B3"]
    assert "not understood" in unread["S!B4"], "an hour alone is no time of a journey"


HOSTILE = (
    "=1+1", "+cmd", "@SUM(A1)", "-1", "<script>alert(1)</script>", "| a | b |", "{{ 7*7 }}", "{customer.phone}",
    "---", "# x", "kind: workspace",
    "\u202egnp.exe", "\x00\x07", "a\nb\n---\nkind: x", "'", '"', "*a",
    "&a", "!!python/object", "null", "on", "x" * 40_000, "𠮷😀", "../../x", "con",
)  # fmt: skip


def test_hostile_texts_stay_texts() -> None:
    table = [("步骤", "时间", "渠道", "话术", "负责人", "备注"), *(tuple([text] * 6) for text in HOSTILE)]
    book = Book("x.csv", open_book("x.csv", "步骤,时间\na,b\n".encode()).sheets)
    assert book.sheets

    def fill(sheet: Workbook) -> None:
        rows(sheet.add_worksheet("S"), [[cell[:32_000] for cell in row] for row in table])

    done = imported(made(fill))
    for path, data in done.files:
        assert not path.startswith(("/", ".")), path
        assert ".." not in path
        assert b"\xe2\x80\xae" not in data, "no text is turned round"
    report = dict(done.files)["import-report.md"].decode()
    assert "<script>" not in report
    for line in report.splitlines():
        if line.startswith("| S"):
            assert line.replace("\\|", "").count("|") == 4, line


@pytest.mark.long
def test_a_refused_file_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "locked.xlsx").write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    for lang, said in (("en", "protected by a password"), ("zh-CN", "有密码")):
        code, out, err = run("--lang", lang, "import", tmp_path / "locked.xlsx", "-o", tmp_path / "out")
        assert (code, out, said in err) == (2, "", True)
    assert run("import", tmp_path / "none.xlsx")[0] == 2
    (tmp_path / "head.csv").write_text("阶段,步骤,时间\n", "utf-8")
    code, _, err = run("--lang", "en", "import", tmp_path / "head.csv", "-o", tmp_path / "out")
    assert (code, "it takes a header with Step, Script or KPI" in err) == (2, True)
    assert set(files(tmp_path)) == {"locked.xlsx", "head.csv"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused(at: int, noise: bytes) -> None:
    damaged = GOOD[:at] + noise + GOOD[at + len(noise) :]
    try:
        open_book("a.xlsx", damaged)
    except UnreadableError:
        return


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=40), st.sampled_from(sorted(parts(GOOD))))
def test_a_damaged_part_is_read_or_refused(at: int, noise: bytes, part: str) -> None:
    held = parts(GOOD)
    place = at % max(1, len(held[part]))
    held[part] = held[part][:place] + noise + held[part][place + len(noise) :]
    try:
        open_book("a.xlsx", packed(held))
    except UnreadableError:
        return
    assert zlib.crc32(noise) >= 0


@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".tsv", ""]))
def test_no_bytes_are_too_odd(data: bytes, ending: str) -> None:
    try:
        open_book(f"a{ending}", data)
    except UnreadableError:
        return


def test_without_the_library_the_command_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert "pip install 'sopkit[sheets]'" in refusal("a.xlsx", GOOD)
    assert open_book("a.csv", "步骤,时间\n欢迎,第3天\n".encode()).sheets, "CSV does without"
