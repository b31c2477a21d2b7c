"""`sopkit logs who`: a name of a report leads back to an id of the logs, for who holds the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sopkit.logs.pseudonyms import KEY_FILE, pseudonyms
from tests.commands import Run, runner
from tests.logs.logged import HEAD, MANY, PLAY
from tests.logs.stores import store_of
from tests.workspaces import SETTINGS, write

EARLY = "capped,2026-11-01 10:00,sms\ncapped,2026-11-01 10:01,sms\n"
CAPS = "caps: [{id: daily, max: 1, per: day}]\n"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = HEAD.replace("channel", "channel,staff") + (EARLY + MANY).replace(",sms", ",sms,小王")
    return write(tmp_path / "shop", {"sopkit.yaml": SETTINGS + CAPS, "play.yaml": PLAY, "touches.csv": log})


def asked(run: Run, folder: Path, *names: str) -> tuple[int, str, str]:
    return run("logs", "who", *names, "--in", str(folder), "--log", str(folder / "touches.csv"), "--lang", "en")


def test_a_case_of_a_report_leads_to_its_rows_and_its_customer(folder: Path, run: Run) -> None:
    out = folder.parent / "audit"
    run("audit", str(folder), "--log", str(folder / "touches.csv"), "-o", str(out), "--format", "html", "--lang", "en")
    found = json.loads((out / "practice.json").read_text("utf-8"))["observations"]
    case = next(one for one in found if one["subject"] == "cap/daily")["cases"][0]
    assert [one["line"] for one in case["deeds"]] == [1, 2]
    page = (out / "practice.html").read_text("utf-8")
    assert "(touches.csv, row 1)" in page
    assert "(touches.csv, row 2)" in page
    assert str(folder) not in page
    assert asked(run, folder, case["customer"].lower())[:2] == (0, f"{case['customer']}: customer capped\n")


def test_staff_are_found_too_and_who_is_not_is_said(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopkit.logs.store.AT_ONCE", 7)
    key = pseudonyms(folder, {})
    last, staff, nobody = key.of("customer", "c299"), key.of("staff", "小王"), key.of("customer", "c300")
    code, said, missed = asked(run, folder, staff, nobody, last)
    assert (code, said) == (1, f"{staff}: staff 小王\n{last}: customer c299\n")
    assert f"{nobody}: not in these logs, or the key is not that of the audit" in missed


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ((), "say which name of the report"),
        (("Wang",), "“WANG” is no name of a report"),
        (("K7F3-9QX2",), "there is no key: no .sopkit/log-key"),
    ],
)
def test_what_is_wrong_is_said_and_no_key_is_made(folder: Path, run: Run, names: tuple[str, ...], why: str) -> None:
    code, said, told = asked(run, folder, *names)
    assert (code, said, why in told) == (2, "", True)
    assert not (folder / KEY_FILE).exists()


def test_every_name_is_yielded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopkit.logs.store.AT_ONCE", 7)
    rows = [{"customer": f"c{n}", "time": n, "channel": "sms"} for n in range(50)]
    store = store_of(tmp_path, {"touches": rows}, 3)
    with store.engine:
        assert sorted(store.every_name("people")) == sorted(f"c{n}" for n in range(50))
        assert list(store.every_name("shops")) == []


@pytest.mark.parametrize(("environment", "said"), [("C.UTF-8", "not assessed"), ("zh_CN.UTF-8", "未评估")])
def test_the_terminal_speaks_one_language_whatever_the_workspace_does(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, environment: str, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", environment)
    out = folder.parent / "audit"
    _, told, _ = run("audit", str(folder), "--log", str(folder / "touches.csv"), "-o", str(out), "--format", "html")
    other = {"not assessed": "未评估", "未评估": "not assessed"}[said]
    assert said in told
    assert other not in told
    assert 'lang="zh-CN"' in (out / "practice.html").read_text("utf-8")[:300]
