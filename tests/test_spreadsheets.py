"""Spreadsheets of four builds become playbooks that check; every cell is accounted for; guesses are corrected by the mapping."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.diagnostics import Severity
from sopkit.reader import read
from sopkit.source import Source
from sopkit.tree import Value
from sopkit.workbook import importing, mapping, naming
from sopkit.workbook.cells import Book, Cell, Sheet, address, all_cells, tidy
from sopkit.workbook.importing import Imported
from sopkit.workbook.opening import open_book
from sopkit.workbook.package import UnreadableError
from tests import spreadsheets
from tests.commands import Run, files, runner
from tests.workspaces import compiled

REVIEW = date(2027, 1, 1)
BUILDS = {
    "flat": spreadsheets.flat(),
    "stages": spreadsheets.stages(),
    "calendar": spreadsheets.calendar(),
    "bilingual": spreadsheets.bilingual(),
}
CSV = "\n".join(",".join(row) for row in (spreadsheets.HEAD, *spreadsheets.FLAT))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def imported(data: bytes, name: str = "SOP.xlsx", known: str = "", *, hidden: bool = False) -> Imported:
    told = mapping.load("map.yaml", known.encode()) if known else None
    return importing.import_book(open_book(name, data), told, "zh-CN", REVIEW, hidden=hidden)


def documents(made: Imported) -> dict[str, dict[str, Value]]:
    """Return the documents by id, catalogs as `catalog`."""
    found: dict[str, dict[str, Value]] = {}
    for path, data in made.files:
        if path.endswith(".yaml") and path != "sopkit-import.yaml":
            for tree in read(Source(path, data)).trees:
                assert isinstance(tree.value, dict)
                found[str(tree.value.get("id", "catalog"))] = tree.value
    return found


def steps(document: dict[str, Value], stage: str) -> list[dict[str, Value]]:
    stages = document["stages"]
    assert isinstance(stages, dict)
    inside = stages[stage]
    assert isinstance(inside, dict)
    listed = inside["steps"]
    assert isinstance(listed, list)
    return [one for one in listed if isinstance(one, dict)]


@pytest.mark.long
@pytest.mark.parametrize("build", BUILDS)
def test_what_is_imported_checks_without_an_error(build: str) -> None:
    made = imported(BUILDS[build])
    compilation = compiled({path: data for path, data in made.files if path.endswith(".yaml") and "import" not in path})
    assert [one.message("en") for one in compilation.findings if one.weight is Severity.ERROR] == []


@pytest.mark.parametrize("build", BUILDS)
def test_every_cell_is_read_or_said_to_be_unread(build: str) -> None:
    made = imported(BUILDS[build])
    cells = {cell.address for sheet in open_book("SOP.xlsx", BUILDS[build]).sheets for cell in all_cells(sheet)}
    assert cells <= made.account.read | set(made.account.unread)
    report = dict(made.files)["import-report.md"].decode()
    assert all(f"| {place.replace('_', chr(92) + '_')} |" in report for place in made.account.unread)


@pytest.mark.parametrize("build", BUILDS)
def test_the_same_spreadsheet_gives_the_same_bytes(build: str) -> None:
    assert imported(BUILDS[build]).files == imported(BUILDS[build]).files


def test_a_flat_table_becomes_a_lifecycle_with_its_rhythms_apart() -> None:
    made = imported(BUILDS["flat"])
    found = documents(made)
    journey = found["journey-1"]
    assert journey["starts_on"] == "member-joined"
    assert journey["title"] == "晨曦美妆 新客运营SOP"
    assert isinstance(journey["stages"], dict)
    assert list(journey["stages"]) == ["awareness", "activation", "conversion"]
    welcome, film, onward = steps(journey, "awareness")
    assert welcome == {
        "id": "step-1", "title": "欢迎短信", "send": "script-1", "via": "sms", "within": "1h", "since": "start"
    }  # fmt: skip
    assert (film["by"], film["via"], onward["go"]) == ("guide", "wecom-chat", "activation")
    tagging = steps(journey, "activation")[1]
    assert (tagging["do"], tagging["by"], tagging["after"], tagging["within"]) == ("打标签", "role-1", "7d", "8d")
    assert found["catalog"]["roles"] == {"community-manager": {"title": "社群运营"}, "role-1": {"title": "会员管家"}}
    assert found["rhythm-1"]["kind"] == "cadence"
    assert found["rhythm-1"]["at"] == ["tue 10:00", "thu 10:00", "sat 10:00"]
    assert found["rhythm-2"]["kind"] == "procedure"
    assert found["rhythm-2"]["starts_on"] == {"every": "day", "at": ["09:00"]}
    assert found["kpi-1"]["formula"] == {"count": {"by_hand": "首日互动率"}}
    assert sorted(made.account.unread) == ["新客SOP!C10", "新客SOP!D10"]
    assert "〔昵称〕" in str(found["catalog"]["scripts"])


def test_what_is_not_known_is_a_remark_and_no_fact() -> None:
    text = dict(imported(BUILDS["flat"]).files)["journeys/journey-1.yaml"].decode()
    assert "# TODO 渠道: 抖音" in text
    assert "# TODO 时间: 尽快" in text
    assert "for:" not in text
    assert not re.search(r"^\s*(audience|owner|if):", text, re.MULTILINE)


def test_a_sheet_for_each_stage_is_one_journey_and_merged_cells_hold_for_all_their_rows() -> None:
    made = imported(BUILDS["stages"], "新客.xlsx")
    (journey,) = [one for one in documents(made).values() if one["kind"] == "lifecycle"]
    assert [one.get("via") for one in steps(journey, "awareness")] == ["sms", "sms", None]
    (task, end) = steps(journey, "activation")
    assert (task["by"], task["after"], task["within"], end["go"]) == ("guide", "3d", "4d", "end")
    assert not made.account.unread
    assert any(place == "2.激活期!E2" for place, _ in made.account.assumed), "that one of two roles was taken is told"


def test_a_calendar_becomes_cadences() -> None:
    made = imported(BUILDS["calendar"])
    found = [one for one in documents(made).values() if one["kind"] == "cadence"]
    assert [(one["title"], one["via"]) for one in found] == [
        ("早安问候", "group"),
        ("护肤小知识", "group"),
        ("秒杀预告", "group"),
    ]
    assert [one["at"] for one in found[1:]] == [["tue 10:00", "thu 10:00"], ["fri 20:00", "sat 20:00"]]
    assert len(str(found[0]["at"]).split(",")) == 7
    assert sorted(made.account.unread) == ["一周安排!A6", "一周安排!B6"]
    assert [(place, what.en) for place, what in made.account.assumed] == [
        ("一周安排!A5", "only the hour it begins is written, not its end at 21:00"),
        ("一周安排!A1", "the channel that is spoken of here is taken for the whole calendar: group"),
    ]


def test_a_bilingual_one_with_kpis_a_hidden_sheet_notes_and_a_formula() -> None:
    made = imported(BUILDS["bilingual"])
    found = documents(made)
    kpi = found["first-day-interaction-rate"]
    assert (kpi["target"], kpi["formula"]) == ("≥ 15%", {"count": {"by_hand": "tapped anything / joined"}})
    assert [one["id"] for one in steps(found["welcome-flow"], "awareness")] == ["welcome-sms", "say-hello", "onward"]
    noticed = {place: what.en for place, what in made.account.noticed}
    assert noticed["Welcome flow!C5"] == "note: ask legal first"
    assert "formula" in noticed["Welcome flow!H4"]
    assert {place for place in made.account.unread if place.startswith("old!")} == {
        "old!A1",
        "old!A2",
        "old!B1",
        "old!B2",
    }
    shown = imported(BUILDS["bilingual"], hidden=True)
    assert "Old step" in str([data for path, data in shown.files if path.startswith("journeys/")])


def table(*rows: tuple[str, ...], filled: dict[str, str] | None = None) -> Sheet:
    cells = [tuple(Cell(text, address("表", r, c)) for c, text in enumerate(row)) for r, row in enumerate(rows)]
    return Sheet("表", tuple(cells), filled=filled or {})


def test_an_aim_in_words_leaves_the_kpi_beside_it_readable_and_a_merged_one_is_told_once() -> None:
    sheet = table(
        ("动作", "渠道", "目标", "考核指标"),
        ("欢迎语", "短信", "完成首单", "首单转化率≥15%"),
        ("催单", "短信", "完成首单", "接通率 60%"),
        ("回访", "电话", "完成首单", "满意"),
        filled={"表!C3": "表!C2", "表!C4": "表!C2"},
    )
    made = importing.import_book(Book("SOP.xlsx", (sheet,)), None, "zh-CN", REVIEW)
    (journey,) = [one for one in documents(made).values() if one["kind"] == "automation"]
    assert journey["targets"] == [{"kpi": "kpi-1", "target": "≥ 15%"}, {"kpi": "kpi-2", "target": "≥ 60%"}]
    assert list(made.account.unread) == ["表!C2", "表!D4"]
    assert "读了 12 个单元格，没读 2 个" in dict(made.files)["import-report.md"].decode()


def test_a_table_of_kpis_says_how_each_is_counted_and_who_answers() -> None:
    sheet = table(
        ("指标名称", "目标值", "计算口径", "负责人"),
        ("首单率", "≥15%", "首单人数÷入会人数", "店长"),
        ("复购率", "≥25%", "", "店长、导购"),
    )
    made = importing.import_book(Book("SOP.xlsx", (sheet,)), None, "zh-CN", REVIEW)
    found = documents(made)
    assert (found["kpi-1"]["owner"], found["kpi-1"]["formula"]) == (
        "shop-manager",
        {"count": {"by_hand": "首单人数÷入会人数"}},
    )
    assert "owner" not in found["kpi-2"]
    assert {place: why.en for place, why in made.account.unread.items()} == {"表!D3": "one role answers for a KPI"}


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_codes_that_programs_write(code: str) -> None:
    found = documents(imported(CSV.encode(code), "新客.csv"))
    assert [one["title"] for one in steps(found["journey-1"], "awareness")][:2] == ["欢迎短信", "品牌短片"]


def test_the_mapping_corrects_what_was_guessed() -> None:
    first = imported(BUILDS["flat"])
    written = dict(first.files)["sopkit-import.yaml"].decode()
    assert imported(BUILDS["flat"], known=written).files == first.files, "unchanged it changes nothing"
    corrected = (
        written.replace('"抖音": ""', '"抖音": video-account').replace("抖音: \"\"", "抖音: video-account")
        .replace('尽快: ""', "尽快: 第10天").replace("会员管家: role-1", "会员管家: member-lead")
    )  # fmt: skip
    made = imported(BUILDS["flat"], known=corrected)
    assert not made.account.unread
    journey = documents(made)["journey-1"]
    (coupon, _) = steps(journey, "conversion")
    assert (coupon["via"], coupon["after"], coupon["within"]) == ("video-account", "9d", "10d")
    assert steps(journey, "activation")[1]["by"] == "member-lead"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version: 2\n", "map.yaml:1:10"),
        ("sheet: {}\n", "map.yaml:1:8"),
        ("sheets: {a: {as: nothing}}\n", "map.yaml:1:9"),
        ("sheets: {a: {as: steps, columns: {A: nonsense}}}\n", "map.yaml:1:9"),
        ("sheets: {a: {as: steps, header: 0}}\n", "map.yaml:1:9"),
        ("channels: [a]\n", "map.yaml:1:11"),
        ("roles: {a: 导购}\n", "map.yaml:1:8"),
        ("times: {尽快: 随便}\n", "map.yaml:1:8"),
        ("version: [1\n", "map.yaml:1:"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_at_its_place(text: str, place: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        mapping.load("map.yaml", text.encode())
    assert str(refused.value).startswith(place)


@pytest.mark.long
def test_from_the_command_line_nothing_is_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    sheet, target = tmp_path / "SOP.xlsx", tmp_path / "brand"
    sheet.write_bytes(BUILDS["flat"])
    code, said, _ = run("--lang", "en", "import", sheet, "-o", target)
    assert (code, "not read: 新客SOP!C10 “尽快”" in said) == (0, True)
    before = files(target)
    (target / "catalog.yaml").write_bytes(b"kind: catalog\n")
    code, _, complaint = run("--lang", "en", "import", sheet, "-o", target)
    assert (code, "--force replaces it" in complaint) == (2, True)
    assert (target / "catalog.yaml").read_bytes() == b"kind: catalog\n"
    assert run("import", sheet, "-o", target, "--force")[0] == 0
    assert {path: data for path, data in files(target).items() if path.endswith("yaml")}.keys() == {
        path for path in before if path.endswith("yaml")
    }
    assert not [path for path in files(target) if path.endswith(".part")]


@pytest.mark.long
def test_init_from_a_spreadsheet_checks_without_an_error(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "SOP.xlsx"
    sheet.write_bytes(BUILDS["bilingual"])
    assert run("init", tmp_path / "brand", "--from", sheet)[0] == 0
    code, said, _ = run("--lang", "en", "check", tmp_path / "brand", "--allow-not-assessed")
    assert code == 0, said
    assert (tmp_path / "brand" / ".sopkit" / "schemas" / "playbook.schema.json").is_file()


TEXTS = st.text(max_size=12) | st.sampled_from([*spreadsheets.HEAD, "=1+1", "每天9点", "短信", "导购", "周一"])
GRIDS = st.lists(st.lists(TEXTS, max_size=6), max_size=8)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(GRIDS)
def test_whatever_cells_hold_is_read_or_refused(grid: list[list[str]]) -> None:
    rows = [spreadsheets.HEAD[:5], *grid]
    cells = tuple(
        tuple(Cell(tidy(text), address("S", row, column), raw=text) for column, text in enumerate(texts))
        for row, texts in enumerate(rows)
    )
    book = Book("S.xlsx", (Sheet("S", cells),))
    try:
        made = importing.import_book(book, None, "zh-CN", REVIEW)
    except UnreadableError:
        return
    for path, data in made.files:
        if path.endswith(".yaml"):
            reading = read(Source(path, data))
            assert reading.complete, (path, data.decode())
    assert {cell.address for cell in all_cells(book.sheets[0])} <= made.account.read | set(made.account.unread)


def test_words_behind_the_hour_of_a_row_are_told_and_the_row_is_read() -> None:
    made = imported(
        "会员群一周\n时间,周一,周二,周三,周四\n8:00 早安,问候,干货,问候,\n20:00,秒杀,,,\n".encode(), "SOP.csv"
    )
    found = {str(one["title"]): one["at"] for one in documents(made).values() if one["kind"] == "cadence"}
    assert found == {"问候": ["mon 08:00", "wed 08:00"], "干货": ["tue 08:00"], "秒杀": ["mon 20:00"]}
    assert "只读了钟点，没读“早安”" in dict(made.files)["import-report.md"].decode()


def test_thousands_of_rows_are_named_without_trying_every_number_again() -> None:
    class Counting(set[str]):
        asked = 0

        def __contains__(self, name: object) -> bool:
            self.asked += 1
            return super().__contains__(name)

    names, used = naming.Names(mapping.ImportMap()), Counting()
    names.taken["step"] = used
    assert [names.of("step", text) for text in ("问候", "Step 2", "Step 2", "再问候", "再见")] == [
        "step-1", "step-2", "step-2-2", "step-3", "step-4",
    ]  # fmt: skip
    assert all(names.of("step", "问候") for _ in range(1000))
    assert used.asked < 2100
