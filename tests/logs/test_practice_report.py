"""The report on practice: its words and figures, for observations that no log has shown."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft202012Validator

from sopkit import pipeline, resources
from sopkit.audit import Audit, audit
from sopkit.logs.overview import Weekly
from sopkit.logs.practice import Practice
from sopkit.pipeline import Compilation
from sopkit.render.audit.cover import Frame
from sopkit.render.columns import width
from sopkit.render.markdown import to_markdown
from sopkit.render.practice.as_json import practice_json
from sopkit.render.practice.page import Telling, report
from sopkit.render.practice.subjects import spoken, subject
from sopkit.render.practice.terminal import practice_text
from sopkit.render.practice.words import share
from sopkit.render.simulation.plots import Bar, bars
from sopkit.render.terminal import Screen
from sopkit.render.wording.names import Names
from sopkit.render.xlsx import to_xlsx
from sopkit.source import Source
from sopkit.text import LANGS, Lang
from tests.logs.invented import practice_of, reading
from tests.office import xlsx_book

GOLDEN: Final = Path(__file__).parents[1] / "golden"
PLAYBOOKS: Final = Path(__file__).parents[2] / "playbooks"
REGENERATE: Final = bool(os.environ.get("SOPKIT_REGENERATE"))
FRAME: Final = Frame((), "sopkit")
Made = tuple[Compilation, Audit, Practice]


@pytest.fixture(scope="module")
def made() -> Made:
    files = (Source(path.relative_to(PLAYBOOKS).as_posix(), path.read_bytes()) for path in PLAYBOOKS.rglob("*.yaml"))
    compilation = pipeline.compile(files, today=date(2026, 7, 1))
    return compilation, audit(compilation, lambda _: True), practice_of(compilation)


def same_as_golden(name: str, text: str) -> None:
    golden = GOLDEN / name
    if REGENERATE:
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_the_report_is_this(made: Made, lang: Lang) -> None:
    compilation, audited, practice = made
    document = report(practice, audited, Telling(FRAME, reading(), queries=True), Names(compilation.workspace, lang))
    same_as_golden(f"practice.{lang}.md", to_markdown(document))


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_the_terminal_says_this(made: Made, lang: Lang) -> None:
    compilation, _, practice = made
    lines = practice_text(practice, Names(compilation.workspace, lang), Screen(lang, 100))
    same_as_golden(f"practice.{lang}.txt", "\n".join((*lines, "")))


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_the_json_is_what_its_schema_says(made: Made, lang: Lang) -> None:
    _, audited, practice = made
    found = json.loads(practice_json(practice, audited, Telling(FRAME, reading(), queries=True), lang))
    schema = json.loads((resources.folder("schemas") / "practice-v1.schema.json").read_text("utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(found))
    assert sum(found["counts"].values()) == len(found["observations"])
    assert {one["practice"] for one in found["controls"]} == {"broken", "not assessed", None}
    assert found["observations"][0]["groups"][-1]["of"] == "STAF-0003"


@pytest.mark.long
def test_logs_from_before_the_playbooks_were_in_force_are_told(made: Made) -> None:
    compilation, audited, practice = made  # in force from Wednesday 2026-07-01 on
    for week, told in ((date(2026, 6, 22), True), (date(2026, 6, 29), False)):
        old = replace(practice, weeks=(Weekly(week, "sms", 3), Weekly(date(2026, 8, 3), "sms", 2)))
        document = report(old, audited, Telling(FRAME, reading(), queries=False), Names(compilation.workspace, "en"))
        assert ("60% of the touches lie before 2026-07-01" in to_markdown(document)) == told


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "–"),
        (0, 5, "0%"),
        (1, 3, "33.33%"),
        (1, 10**6, "< 0.01%"),
        (10**6 - 1, 10**6, "> 99.99%"),
        (3, 3, "100%"),
    ],
)
def test_a_share_never_looks_like_none_or_all_where_it_is_neither(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("columns", [80, 100])
def test_no_line_is_wider_than_the_terminal(made: Made, lang: Lang, columns: int) -> None:
    compilation, _, practice = made
    broken = practice.of("broken")
    at = "procedure/account-erasure/verify"
    many = tuple(replace(one, subject=at, broken=1_234_567, looked=7_654_321, customers=765_432) for one in broken)
    practice = replace(practice, observations=(*broken, *many, *practice.of("kept", "not assessed")))
    lines = tuple(practice_text(practice, Names(compilation.workspace, lang), Screen(lang, columns)))
    assert max(map(width, lines)) <= columns


@pytest.mark.long
def test_a_question_that_lists_numbers_is_cut(made: Made) -> None:
    compilation, audited, practice = made
    long = f"INSERT INTO hours VALUES {', '.join(f'({n}, {n})' for n in range(10_000))}"
    practice = replace(practice, observations=(replace(practice.observations[0], queries=("SELECT 1", long)),))
    telling, names = Telling(FRAME, reading(), queries=True), Names(compilation.workspace, "en")
    said = to_markdown(report(practice, audited, telling, names))
    assert "characters more, in the JSON" in said
    assert "(9999, 9999)" not in said
    assert "(9999, 9999)" in practice_json(practice, audited, telling, "en")


@pytest.mark.long
def test_a_course_calls_things_by_their_titles(made: Made) -> None:
    names = Names(made[0].workspace, "en")
    assert spoken("sms: new-member/awareness/welcome", names) == "SMS: New member: Welcome SMS"
    assert spoken("agreed to sms-marketing sms", names) == "agreed to Consent to marketing by SMS SMS"
    assert spoken("`procedure/account-erasure/erase` is done, at 10:00", names).endswith(" is done, at 10:00")
    assert spoken("group: community-tip", names) == "Customer group: Daily tip"
    assert spoken("its time begins", names) == "its time begins"
    assert subject("cap/subscription-account-daily", names) == "Subscription account: broadcasts a day"
    assert subject("hours/sms-cn", names) == "SMS"


def test_the_name_of_a_bar_is_cut_at_its_end() -> None:
    drawn = bars("t", "d", [Bar("SOP985 " + "very long " * 9, (1.0,), "1")], (), "en")
    assert ">SOP985 very long" in drawn
    assert "…</text>" in drawn


@pytest.mark.long
def test_what_was_proved_and_is_broken_was_proved_with_conditions(made: Made) -> None:
    compilation, audited, practice = made
    known = {one.subject for one in compilation.proved if one.rule.code == "SOP301"}
    assert {"cap/spacing", "cap/weekly-marketing"} <= known
    said = to_markdown(report(practice, audited, Telling(FRAME, reading()), Names(compilation.workspace, "en")))
    assert "| [proved, with conditions](<#case-1>) | ✗ broken in the logs |" in said
    assert "| proved | ✓ kept in the logs |" in said
    assert "it may follow sooner on what the tool sent" in said
    assert "on condition that: all is done as the playbooks say; people keep their time limits" in said


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_a_target_is_told_with_its_value_and_no_customers(made: Made, lang: Lang) -> None:
    compilation, audited, practice = made
    names = Names(compilation.workspace, lang)
    figure = {"en": "15.3%, target ≥ 60.0%", "zh-CN": "15.3%，目标 ≥ 60.0%"}[lang]
    said = to_markdown(report(practice, audited, Telling(FRAME, reading()), names))
    counts = {"en": "; 1 of 1 period", "zh-CN": "；查了1期，违反1"}[lang]
    assert f"{figure}{counts}\n" in said
    assert f"{figure}\n" in said.partition("\n## ")[2].partition("\n## ")[0]
    line = next(one for one in practice_text(practice, names, Screen(lang, 100)) if figure in one)
    assert not {"100%", "客户", "customers"} & set(line.replace(":", " ").split())


@pytest.mark.long
def test_a_spreadsheet_can_reckon_with_the_figures_and_its_sheets_have_names(made: Made) -> None:
    compilation, audited, practice = made
    names = Names(compilation.workspace, "zh-CN")
    book = xlsx_book(to_xlsx(report(practice, audited, Telling(FRAME, reading()), names)))
    assert not [name for name in book.sheetnames if name.startswith("表")]
    rows = [[cell.value for cell in row] for row in book["SOP301 周（周一）"].iter_rows()]
    assert rows[-2:] == [["2026-01-05", 6000, 10, 0.0017], ["2026-01-12", 6345, 7, 0.0011]]
    rows = [[cell.value for cell in row] for row in book["各条规则"].iter_rows()]
    assert next(row for row in rows if row[1] == "✗ 两次营销的最小间隔")[2:6] == [12345, 17, 0.0014, 12]


@pytest.mark.long
@pytest.mark.parametrize(("lang", "unsaid"), [("en", "(not named in the log)"), ("zh-CN", "（日志没有写）")])
def test_a_part_that_the_log_does_not_name_says_so(made: Made, lang: Lang, unsaid: str) -> None:
    compilation, audited, practice = made
    said = to_markdown(report(practice, audited, Telling(FRAME, reading()), Names(compilation.workspace, lang)))
    assert sum(line.startswith(f"| {unsaid} |") for line in said.splitlines()) == 3


@pytest.mark.long
def test_steps_of_one_title_are_told_apart_by_their_stages(made: Made) -> None:
    names = Names(made[0].workspace, "en")
    morning, sunrise = (f"lifecycle/membership/{one}/notice-{one}" for one in ("morning", "sunrise"))
    assert subject(morning, names) == "Member tiers and benefits: Notice of the tier (Morning)"
    assert subject(sunrise, names) == "Member tiers and benefits: Notice of the tier (Sunrise)"
    assert spoken(f"sms: {sunrise}", names) == f"SMS: {subject(sunrise, names)}"
    assert subject("lifecycle/new-member/awareness/welcome", names) == "New member: Welcome SMS"
