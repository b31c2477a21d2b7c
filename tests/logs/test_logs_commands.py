"""`sopkit logs map` and `sopkit logs read`: what is proposed reads as proposed; what was understood is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.commands import Run, runner
from tests.logs.logged import HEAD, MANY, PLAY
from tests.workspaces import SETTINGS, write

SENT = (
    "会员号,发送时间,触达渠道,模板,发送结果,手机\n"
    "7,2026-06-01 10:00:05,点对点短信,thank,已发送,13800000000\n"
    "8,2026-06-02 10:00,短信,thank,失败,13900000000\n"
)
PROPOSED = """\
logs:
  touches:
    of: touches
    file: exports/触达.csv
    timezone: Asia/Shanghai  # of the times that say none: please check
    columns:
      customer: 会员号
      time: 发送时间
      channel: 触达渠道
      step: 模板
      state: 发送结果
    values:
      channel:
        # 点对点短信: ID  # rows: 1; nothing is called so: write the id
        短信: sms  # rows: 1
      step:
        thank: automation/thanks/thank  # rows: 2
      state:
        失败: failed  # rows: 1
        已发送: sent  # rows: 1
    # columns that are not used: 手机
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", {"sopkit.yaml": SETTINGS, "play.yaml": PLAY, "exports/触达.csv": SENT})


def test_what_is_proposed_can_be_pasted_and_is_read_so(folder: Path, run: Run) -> None:
    code, said, _ = run("logs", "map", str(folder / "exports/触达.csv"), "--in", str(folder), "--lang", "en")
    assert (code, said) == (0, PROPOSED)
    pasted = said.replace("# 点对点短信: ID", "点对点短信: sms")
    (folder / "sopkit.yaml").write_text(SETTINGS + pasted, encoding="utf-8")
    assert yaml.safe_load(pasted)["logs"]["touches"]["values"]["channel"] == {"点对点短信": "sms", "短信": "sms"}
    code, said, _ = run("logs", "read", str(folder), "--lang", "en")
    assert code == 0
    assert "触达.csv: touches, 2 rows" in said
    assert "touches: 2 rows, 2026-06-01 10:00 to 2026-06-02 10:00" in said
    assert "not declared" not in said
    assert "13800000000" not in said


def test_times_are_found_by_what_they_are(folder: Path, run: Run) -> None:
    place = folder / "exports/touches.csv"
    place.write_text("谁,何时,凭什么\n7,2026-06-01 10:00:05,短信\n8,2026-06-02 10:00,sms\n", encoding="utf-8")
    code, said, _ = run("logs", "map", str(place), "--in", str(folder), "--lang", "zh-CN")
    assert code == 0
    assert "time: 何时  # 按内容猜的，请核对" in said
    assert "channel: 凭什么  # 按内容猜的，请核对" in said
    assert "# customer: 列名  # 没有认出来，请写上列名" in said


def test_values_that_may_be_personal_are_not_proposed(folder: Path, run: Run) -> None:
    place = folder / "exports/touches.csv"
    place.write_text(HEAD + "7,2026-06-01 10:00,13800000000\n8,2026-06-01 10:00,小王@例\n", encoding="utf-8")
    code, said, _ = run("logs", "map", str(place), "--in", str(folder), "--lang", "en")
    assert code == 0
    assert "# 2 more look like personal data or are too long, and are not shown" in said
    assert "13800000000" not in said


def test_reading_tells_what_it_could_not_read_and_writes_where_it_stands(folder: Path, run: Run) -> None:
    place = folder / "exports/touches.csv"
    place.write_text(
        HEAD + MANY + "z,soon,sms\n007,2020-01-01 10:00,pigeon\n7,2026-06-01 10:00,sms\n", encoding="utf-8"
    )
    aside = folder.parent / "aside.csv"
    code, said, _ = run("logs", "read", str(folder), "--log", str(place), "-o", str(aside), "--lang", "en")
    assert code == 0
    assert "time is no time that can be read: 1 row, such as row 301" in said
    assert "Rows are counted from below the header, blank ones too: row 1 is line 2 of the file" in said
    assert "channel pigeon (1)" in said
    assert "written in two ways, as 007 and 7, or 7 and 7.0, and count as different: 1;" in said
    assert "touches: some rows lie after today" in said
    assert aside.read_text("utf-8-sig").splitlines()[1:] == [f"{place.as_posix()},301,time is no time that can be read"]


def test_rows_that_are_too_many_are_written_for_all_files(folder: Path, run: Run) -> None:
    places = [folder / f"exports/touches-{number}.csv" for number in (1, 2)]
    for place in places:
        place.write_text(HEAD + "7,2026-06-01 10:00,sms\n\nz,soon,sms\n", encoding="utf-8")
    aside = folder.parent / "aside.csv"
    aside.write_text("of another day", encoding="utf-8")
    given = ("logs", "read", str(folder), "--log", str(places[0]), "--log", str(places[1]), "-o", str(aside))
    code, said, told = run(*given, "--lang", "en")
    assert (code, said) == (1, "")
    assert "1 of 2 rows can't be read" in told
    assert "audited" not in told
    assert [one.rsplit(",", 2)[:2] for one in aside.read_text("utf-8-sig").splitlines()[1:]] == [
        [place.as_posix(), "3"] for place in places
    ]


def test_a_log_of_long_ago_and_an_empty_one_are_told(folder: Path, run: Run) -> None:
    (folder / "touches-old.csv").write_text(HEAD + "7,2020-01-01 10:00,sms\n", encoding="utf-8")
    (folder / "touches-empty.csv").write_text(HEAD, encoding="utf-8")
    logs = [part for name in ("old", "empty") for part in ("--log", str(folder / f"touches-{name}.csv"))]
    code, said, _ = run("logs", "read", str(folder), *logs, "--lang", "en")
    assert code == 0
    assert "touches: the last row is of 2020-01-01 10:00, more than a year ago" in said
    assert "touches-empty.csv has a header and no rows" in said


def test_what_cannot_be_done_is_said(folder: Path, run: Run) -> None:
    assert run("logs", "map", "--lang", "en")[::2] == (2, "sopkit: name the files to look at\n")
    code, _, said = run("logs", "read", str(folder), "--lang", "zh-CN")
    assert (code, "没有日志可读" in said) == (2, True)
    (folder / "touches.csv").write_text(HEAD + "7,soon,sms\n", encoding="utf-8")
    code, _, said = run("logs", "read", str(folder), "--log", str(folder / "touches.csv"), "--lang", "zh-CN")
    assert (code, "1 行里有 1 行读不懂，超过了 1%" in said) == (1, True)
    out = folder.parent / "audit"
    code, _, said = run("audit", str(folder), "--log", str(folder / "touches.csv"), "-o", str(out), "--lang", "en")
    assert (code, "1 of 1 row can't be read, more than 1%" in said, out.exists()) == (1, True, False)


def test_without_the_library_the_commands_say_what_to_install(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopkit.logs.engine.Engine.installed", lambda: False)
    for arguments in (("map", "x.csv"), ("read", str(folder))):
        code, _, said = run("logs", *arguments, "--lang", "en")
        assert (code, "pip install 'sopkit[logs]'" in said) == (2, True)


def test_the_workspace_of_a_file_is_the_one_around_it(
    folder: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("logs", "map", "shop/exports/触达.csv", "--lang", "en")[:2] == (0, PROPOSED)
    lone = tmp_path / "touches.csv"
    lone.write_text(SENT, encoding="utf-8")
    code, _, said = run("logs", "map", "touches.csv", "--lang", "en")
    assert (code, "say so with --in, as in --in my-brand" in said) == (2, True)


def test_a_file_that_is_not_there_is_told_whatever_workspace_is_meant(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("logs", "map", "touches.csv", "--lang", "en")[::2] == (2, "sopkit: there is no file touches.csv\n")


def test_a_log_is_called_as_its_file_where_that_is_an_id_and_by_its_kind_elsewhere(folder: Path, run: Run) -> None:
    names = ("双11.csv", "双11-2.csv", "2026-06.csv", "Sent 2026.csv")
    for name in names:
        (folder / name).write_text(HEAD + "7,2026-06-01 10:00,sms\n", encoding="utf-8")
    code, said, _ = run("logs", "map", *(str(folder / name) for name in names), "--in", str(folder), "--lang", "en")
    assert code == 0
    assert list(yaml.safe_load(said)["logs"]) == ["touches", "touches-2", "touches-3", "sent-2026"]


def test_a_file_that_is_given_twice_is_read_once(folder: Path, run: Run) -> None:
    place = folder / "exports/touches.csv"
    place.write_text(HEAD + MANY, encoding="utf-8")
    (folder / "exports/触达.csv").unlink()
    given = [
        part
        for path in (place, place.parent, f"{place.parent}/../exports/touches.csv")
        for part in ("--log", str(path))
    ]
    code, said, _ = run("logs", "read", str(folder), *given, "--lang", "en")
    assert (code, "touches: 300 rows" in said) == (0, True)


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ("{of: touches, file: none.csv}", "file: none.csv", "there is no file none.csv in the workspace"),
        ("{of: touches, file: 'x/*.csv'}", "file: 'x/*.csv'", "there is no file x/*.csv in the workspace"),
        ("{of: touches, file: exports/触达.csv, columns: {time: 时刻}}", "time: 时刻", "has no column “时刻”"),
        ("{of: touches, file: exports/触达.csv}", "sent: {", "no column can be told to be customer"),
        ("{of: customers, file: c.csv, timezone: Mars/Base}", "timezone: Mars/Base", "there is no time zone “Mars/Base”"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_logs_is_shown_where_it_stands(
    folder: Path, run: Run, said: str, where: str, why: str
) -> None:
    line = f"  sent: {said}"
    (folder / "sopkit.yaml").write_text(f"{SETTINGS}logs:\n{line}\n", encoding="utf-8")
    (folder / "c.csv").write_text("customer\n7\n", encoding="utf-8")
    code, _, told = run("logs", "read", str(folder), "--lang", "en")
    number = len(SETTINGS.splitlines()) + 2
    column = line.index(where) + 1 + (where.index(": ") + 2 if "{" not in where else 0)
    assert code == 2
    assert f"sopkit.yaml:{number}:{column}  " in told
    assert why in told
    assert f"{number} │ {line[:20]}" in told
    assert "^" in told
