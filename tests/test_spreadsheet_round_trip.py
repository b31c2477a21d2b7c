"""A workspace that is exported and imported again is the same one; what was changed in the spreadsheet is changed in it."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.reader import read
from sopkit.reader.files import find_sources
from sopkit.source import Source
from sopkit.tree import Tree, Value
from sopkit.workbook import exporting, restoring, yaml_text
from sopkit.workbook.opening import open_book
from sopkit.workbook.package import UnreadableError
from tests.commands import Run, runner
from tests.workspaces import write

ROOT = Path(__file__).parent.parent
PLAY = """\
kind: lifecycle
id: care
title: {zh-CN: 关怀, en: Care}
starts_on: [member-joined, member-joined-in-shop]
stages:
  meet:
    title: 认识
    steps:
      - {id: hello, title: 打招呼, do: 打招呼, by: guide, within: 1d, how: [看备注, 再开口]}
      - {id: later, go: end}
---
kind: catalog
scripts:
  odd: {title: "=1+1", text: "第一行\\n  缩进 _x0041_\\u0007\\n"}
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def trees(folder: Path) -> list[Tree]:
    return [tree for source in find_sources(folder).sources for tree in read(source).trees]


def exported(given_: list[Tree]) -> bytes:
    return exporting.export(exporting.rows_of(given_, {}))


def back(data: bytes) -> dict[str, list[Value]]:
    return {
        path: [tree.value for tree in read(Source(path, text)).trees]
        for path, text in restoring.restore(open_book("a.xlsx", data))
    }


def by_file(given_: list[Tree]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for tree in given_:
        found.setdefault(tree.source.path, []).append(tree.value)
    return found


def play() -> list[Tree]:
    return list(read(Source("journeys/关怀.yaml", PLAY.encode())).trees)


@pytest.mark.long
@pytest.mark.parametrize("name", ["playbooks", "tests/everything", "tests/as_published"])
def test_a_workspace_comes_back_whole(name: str) -> None:
    written = trees(ROOT / name)
    data = exported(written)
    assert by_file(written) == back(data)
    assert json.dumps(by_file(written)).count('"id"') == json.dumps(back(data)).count('"id"')
    for path, values in by_file(written).items():
        for before, after in zip(values, back(data)[path], strict=True):
            assert isinstance(before, dict)
            assert isinstance(after, dict)
            stages, again = before.get("stages"), after.get("stages")
            if isinstance(stages, dict) and isinstance(again, dict):
                assert list(stages) == list(again), "the first stage is the entry"
    assert data == exported(written), "the same bytes each time"


@pytest.mark.long
@pytest.mark.parametrize("example", ["minimal", "retail", "email"])
def test_what_init_makes_compiles_to_the_same_graph_after_a_round_trip(example: str, run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "brand", "--example", example)[0] == 0
    assert run("export", "xlsx", tmp_path / "brand", "-o", tmp_path / "SOP.xlsx")[0] == 0
    assert run("import", tmp_path / "SOP.xlsx", "-o", tmp_path / "again")[0] == 0
    graphs = []
    for name in ("brand", "again"):
        assert run("compile", tmp_path / name, "-o", tmp_path / f"{name}.json")[0] == 0
        graphs.append(bare(json.loads((tmp_path / f"{name}.json").read_bytes())))
    assert graphs[0] == graphs[1]


def bare(value: object) -> object:
    """Return a manifest without where in its file something stands, and without the files' sums."""
    if isinstance(value, dict):
        return {
            key: bare(part)
            for key, part in value.items()
            if key not in {"line", "column", "end_line", "end_column", "at", "span", "sources"}
        }
    return [bare(part) for part in value] if isinstance(value, list) else value


@pytest.mark.long
def test_policies_that_playbooks_name_go_along(run: Run, tmp_path: Path) -> None:
    assert run("export", "xlsx", ROOT / "playbooks", "-o", tmp_path / "SOP.xlsx")[0] == 0
    assert run("import", tmp_path / "SOP.xlsx", "-o", tmp_path / "again")[0] == 0
    for policy in (ROOT / "playbooks" / "policies").iterdir():
        assert (tmp_path / "again" / "policies" / policy.name).read_bytes() == policy.read_bytes()


def test_what_is_in_the_cells_is_text_and_survives() -> None:
    data = exported(play())
    assert back(data) == by_file(play())
    book = openpyxl.load_workbook(BytesIO(data))
    assert all(cell.data_type in {"s", "n"} for page in book for row in page.iter_rows() for cell in row)
    assert "f" not in {cell.data_type for page in book for row in page.iter_rows() for cell in row}


def changed(column: str, row: int, text: str, sheet: str = "步骤 steps") -> bytes:
    book = openpyxl.load_workbook(BytesIO(exported(play())))
    page = book[sheet]
    heads = [str(cell.value).rpartition(" · ")[2] for cell in page[1]]
    page.cell(row, heads.index(column) + 1).value = text
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_change_in_the_spreadsheet_is_a_change_in_the_playbook() -> None:
    found = str(back(changed("within", 2, "2d")))
    assert "'within': '2d'" in found
    assert "'within': '1d'" not in found
    assert "'title': {'zh-CN': '关心', 'en': 'Care'}" in str(back(changed("title", 2, "关心", "生命周期 lifecycle")))


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("document", "nowhere.yaml", "步骤 steps!A2: there is no document that this row belongs to"),
        ("stage", "nowhere", "步骤 steps!B2: there is no stage"),
        ("action", "fly", "步骤 steps!E2: there is no action “fly”"),
        ("yaml", "how: [", "can't be read"),
    ],
)
def test_a_row_that_belongs_nowhere_is_told_with_its_address(column: str, text: str, said: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        back(changed(column, 2, text))
    assert said in refused.value.reason.fill("en", refused.value.args_of_reason)


def test_what_was_added_by_hand_and_is_not_read_is_told_with_its_address(run: Run, tmp_path: Path) -> None:
    assert dict(restoring.left_out(open_book("a.xlsx", exported(play())))) == {}
    book = openpyxl.load_workbook(BytesIO(exported(play())))
    steps = book["步骤 steps"]
    last = steps.max_column + 1
    steps.cell(1, last).value, steps.cell(2, last).value = "备注", "先问法务"
    book["话术 scripts"].title = "话术"
    made = BytesIO()
    book.save(made)
    left = dict(restoring.left_out(open_book("a.xlsx", made.getvalue())))
    assert {address.partition("!")[0] for address, why in left.items() if why is restoring.OTHER_SHEET} == {"话术"}
    added = [address for address, why in left.items() if why is restoring.OTHER_COLUMN]
    assert [steps[address.partition("!")[2]].value for address in added] == ["备注", "先问法务"]
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    code, out, _ = run("--lang", "en", "import", tmp_path / "a.xlsx", "-o", tmp_path / "out")
    assert code == 0
    assert "“备注” and 1 more: sopkit export writes no such column" in out
    assert "sopkit export writes no sheet of this name" in out


def test_a_formula_without_a_value_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(changed("title", 2, "=1+1"))
    code, _, err = run("--lang", "en", "import", tmp_path / "a.xlsx", "-o", tmp_path / "out")
    assert (code, "the file holds no value of it" in err, "步骤 steps!" in err) == (2, True, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "path", ["../x.yaml", "/x.yaml", ".github/x.yaml", "a/../b.yaml", "x.sh", "packs/x.yaml", "C:\\x.yaml", "a//b.yaml"]
)
def test_a_path_out_of_the_folder_is_refused(path: str) -> None:
    with pytest.raises(UnreadableError):
        back(changed("document", 2, path, "目录 catalog"))


@pytest.mark.parametrize(("lang", "follows"), [("en", "Next:"), ("zh-CN", "接下来：")])
def test_what_comes_next_stands_right_before_its_list(lang: str, follows: str, run: Run, tmp_path: Path) -> None:
    assert run("--lang", lang, "init", tmp_path / "a")[0] == 0
    assert run("export", "xlsx", tmp_path / "a", "-o", tmp_path / "SOP.xlsx")[0] == 0
    code, said, _ = run("--lang", lang, "init", tmp_path / "b", "--from", tmp_path / "SOP.xlsx")
    lines = said.splitlines()
    assert (code, len(lines[1]) > len(follows), lines[2]) == (0, True, follows)
    assert lines[3].startswith("  sopkit check ")


def test_export_says_what_is_kept_elsewhere(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "brand")[0] == 0
    kept = {
        "rules/own.yaml": "kind: rule\n",
        "templates/look.css": "",
        ".sopkit-baseline.json": '{"version": 1, "findings": []}',
    }
    for place, text in kept.items():
        (tmp_path / "brand" / place).parent.mkdir(exist_ok=True)
        (tmp_path / "brand" / place).write_text(text, "utf-8")
    code, _, said = run("--lang", "en", "export", "xlsx", tmp_path / "brand", "-o", tmp_path / "SOP.xlsx")
    told = [line.rpartition(": ")[2] for line in said.splitlines() if line.startswith("not in the spreadsheet")]
    assert (code, told) == (0, ["rules/own.yaml", ".sopkit-baseline.json", "templates/"])


@pytest.mark.long
def test_export_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "brand", "kind: catalog\nroles: [\n")
    code, _, said = run("--lang", "en", "export", "xlsx", folder, "-o", tmp_path / "SOP.xlsx")
    assert (code, "play.yaml can't be read" in said) == (2, True)
    assert not (tmp_path / "SOP.xlsx").exists()
    code, _, said = run("--lang", "en", "export", "docx", "-o", tmp_path / "x")
    assert (code, "the formats are xlsx" in said) == (2, True)


ODD = st.sampled_from(
    [
        "a\nb\n",
        "a\n\nb",
        "on",
        "1",
        "- a",
        "a: b",
        "a #b",
        " a",
        "a\n b",
        "x\n\n",
        "null",
        "=1",
        "---\na",
        "“”",
        "\u3000",
        "\x85",
    ]
)
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda key: key.strip() != "" and key != "<<"
)
TEXTS = ODD | st.text(st.characters(codec="utf-8"), max_size=20)
VALUES: st.SearchStrategy[Value] = st.recursive(
    TEXTS | st.integers(-(10**9), 10**9) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_yaml_reads_as_what_was_written(value: dict[str, Value]) -> None:
    reading = read(Source("x.yaml", yaml_text.write(value).encode()))
    assert [tree.value for tree in reading.trees] == [value]
