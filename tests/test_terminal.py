"""Findings in the terminal: carets below what they mean, whatever the line holds; nothing hostile reaches the terminal raw."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.diagnostics import Finding, Related, Rule, Severity, Unassessed
from sopkit.render.columns import clip, visible, width, wrap
from sopkit.render.terminal import Screen, findings_text, settled_text, summary_text, table
from sopkit.source import Source, Span
from sopkit.text import Lang, Phrase

RULE = Rule(
    code="SOP131",
    name="unknown-role",
    severity=Severity.ERROR,
    summary=Phrase("引用了没有声明的岗位", "a role that is not declared"),
    message=Phrase("没有声明岗位“{name}”", "the role “{name}” is not declared"),
    why=Phrase(
        "岗位不存在，这件事就没有人负责：它上不了任何一张检查清单，员工手册里也不会有这一步，出了问题也找不到人问。",
        "nobody answers for the work: it stands on no checklist and in no manual, and when it goes wrong there is nobody to ask.",
    ),
    fix=Phrase("改成已有的岗位，或声明“{name}”。", "name a role that exists, or declare “{name}”."),
    bad="",
    good="",
)


def finding(text: str, marked: str) -> Finding:
    """Return a finding at the first occurrence of `marked` in a file that holds `text`."""
    source = Source("journeys/welcome.yaml", text.encode())
    line, column = next((n, found) for n, one in enumerate(source.lines) if (found := one.find(marked)) >= 0)
    span = Span(source, line + 1, column + 1, line + 1, column + len(marked) + 1)
    return Finding(RULE, span, {"name": marked})


def shown(one: Finding, lang: Lang = "en", columns: int = 100, *, colour: bool = False) -> str:
    return "".join(findings_text([one], Screen(lang, columns, colour, "my-brand/")))


TEXT = """\
kind: lifecycle
id: new-member
stages:
  认知期: {title: 认知期👩‍👩‍👧, owner: guid}
"""


def complete() -> Finding:
    source = Source("journeys/other.yaml", b"id: new-member\n")
    return replace(
        finding(TEXT, "guid"),
        related=(Related(Span(source, 1, 5, 1, 15), Phrase("同名的另一处", "the other of that name")),),
        suggestions=("guide", "guard"),
        stub="roles:\n  guid: {title: …}\n",
    )


IN_ENGLISH = """\
error SOP131 unknown-role  my-brand/journeys/welcome.yaml:4:33
  the role “guid” is not declared
     4 │   认知期: {title: 认知期👩‍👩‍👧, owner: guid}
       │                                    ^^^^
  see    my-brand/journeys/other.yaml:1:5  the other of that name
     1 │ id: new-member
       │     ^^^^^^^^^^
  near   guide, guard
  why    nobody answers for the work: it stands on no checklist and in no manual, and when it goes
         wrong there is nobody to ask.
  fix    name a role that exists, or declare “guid”.
  paste
      roles:
        guid: {title: …}
  more   sopkit explain SOP131
"""


def test_a_complete_finding_in_english() -> None:
    assert shown(complete()) == IN_ENGLISH


IN_CHINESE = """\
错误 SOP131 unknown-role  my-brand/journeys/welcome.yaml:4:33
  没有声明岗位“guid”
     4 │   认知期: {title: 认知期👩‍👩‍👧, owner: guid}
       │                                    ^^^^
  另见  my-brand/journeys/other.yaml:1:5  同名的另一处
     1 │ id: new-member
       │     ^^^^^^^^^^
  相近  guide, guard
  为何  岗位不存在，这件事就没有人负责：它上不了任何一张检查清单，员工手册里也不
        会有这一步，出了问题也找不到人问。
  改法  改成已有的岗位，或声明“guid”。
  粘贴
      roles:
        guid: {title: …}
  详情  sopkit explain SOP131
"""


def test_a_complete_finding_in_chinese() -> None:
    assert shown(complete(), "zh-CN", 80) == IN_CHINESE


def test_a_rule_is_explained_once() -> None:
    first, second = findings_text([finding(TEXT, "guid"), finding(TEXT, "title")], Screen("en"))
    assert "why    nobody" in first
    assert "sopkit explain" in first
    assert "why" not in second
    assert "sopkit explain" not in second
    assert "fix    name a role that exists, or declare “title”." in second


def test_colours_only_when_asked() -> None:
    assert "\x1b" not in shown(complete())
    assert "\x1b[1;31merror SOP131 unknown-role\x1b[0m" in shown(complete(), colour=True)


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("owner: guid", 7),
        ("名称：guid", 6),
        ("\towner: guid", 11),
        ("e\u0301te\u0301: guid", 5),
        ("👍🏽👩‍👩‍👧: guid", 6),
        ("❤️: guid", 4),
        ("ｆｕｌｌ: guid", 10),
        ("\u202eowner: guid", 8 + 7),
        ("a\x1b[2Jb: guid", 8 + 7),
        ("zero\u200bwidth: guid", 11 + 8),
    ],
)
def test_carets_stand_below_what_they_mean(line: str, before: int) -> None:
    block = shown(finding(line, "guid")).splitlines()
    gutter = "       │ "
    assert block[3] == gutter + " " * before + "^^^^"
    assert width(block[2].split("│ ")[1].split("guid")[0]) == before


def test_a_span_of_several_lines_is_marked_to_the_end_of_its_first() -> None:
    source = Source("a.yaml", "步骤:\n  - {id: a}\n".encode())
    block = shown(Finding(RULE, Span(source, 1, 1, 2, 12), {"name": "x"})).splitlines()
    assert block[2:4] == ["     1 │ 步骤:", "       │ ^^^^^"]


@pytest.mark.parametrize("span", [(1, 1, 1, 1), (2, 1, 2, 1), (1, 9, 1, 9)])
def test_an_empty_span_still_gets_a_caret(span: tuple[int, int, int, int]) -> None:
    source = Source("a.yaml", b"kind: x\n")
    assert "^" in shown(Finding(RULE, Span(source, *span), {"name": "x"}))


def test_a_long_line_is_clipped_around_the_span() -> None:
    line = "顾客" * 200 + "guid" + "会员" * 200
    block = shown(finding(line, "guid")).splitlines()
    assert max(map(width, block)) <= 100
    text = block[2].split("│ ")[1]
    assert text.startswith("…")
    assert text.endswith("…")
    assert width(text[: text.index("guid")]) == len(block[3].split("│ ")[1]) - 4


def test_hostile_text_is_shown_not_obeyed() -> None:
    block = shown(finding('x: "\x1b]0;title\x07 guid \u202e\ud800"'.encode("utf-8", "replace").decode(), "guid"))
    assert "<U+001B>]0;title<U+0007>" in block
    assert "<U+202E>" in block
    hostile = replace(finding("owner: guid", "guid"), suggestions=("\x1b[31mred",), stub="a: \x9bb\n")
    assert "\x1b" not in shown(hostile)
    assert "\x9b" not in shown(hostile)
    assert "\x1b" not in "".join(table([("\x1b[2J", "x")], Screen("en")))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(20, 60))
def test_any_line_is_clipped_within_its_room(line: str, start: int, length: int, room: int) -> None:
    start = min(start, len(line))
    text, before, carets = clip(line, start, min(start + length, len(line)), room)
    assert width(text) <= room
    assert before + carets <= room + 1
    assert not [char for char in text if category(char) in {"Cc", "Cs", "Zl", "Zp"}]


@given(st.text(max_size=80), st.integers(20, 60))
def test_wrapping_loses_nothing_but_spaces(text: str, room: int) -> None:
    lines = wrap(text, room)
    kept = "".join("".join(lines).split())
    assert kept == "".join("".join(map(visible, text.splitlines())).split())


def test_wrapping_keeps_to_the_room_and_to_chinese_line_rules() -> None:
    text = "入会后一小时内发送欢迎短信，“首单礼”七天内有效（每人一次）；到期前一天再提醒一次。" * 3
    lines = wrap(text, 40)
    assert max(map(width, lines)) <= 40
    assert not [line for line in lines if line[0] in "，。；）”" or line[-1] in "“（"]


def test_the_summary_counts_and_names_what_other_commands_check() -> None:
    found = (finding(TEXT, "guid"), finding(TEXT, "title"))
    coming = [Phrase("触达次数上限", "caps on touches"), Phrase("时限能否做到", "whether deadlines can be met")]
    english = summary_text(found, files=3, held_back=2, waived=1, left_over=coming, screen=Screen("en"))
    assert english.splitlines() == [
        "left to other commands: caps on touches, whether deadlines can be met",
        "checked 3 files: 2 errors; 2 more held back that follow from these; 1 waived",
    ]
    chinese = summary_text(found, files=3, held_back=2, waived=1, left_over=coming, screen=Screen("zh-CN"))
    assert chinese.splitlines() == [
        "由别的命令检查：触达次数上限、时限能否做到",
        "检查了 3 个文件：2 个错误，另有 2 个由它们引起，改好再看，1 个已豁免",
    ]
    coloured = Screen("en", colour=True)
    unsettled = [Unassessed(RULE, "x", Phrase("有没有人符合", "whether anybody fits"))]
    open_ = summary_text((), files=1, held_back=1, waived=0, left_over=[], not_assessed=unsettled, screen=coloured)
    assert open_.splitlines() == [
        "\x1b[1;33m?\x1b[0m not assessed: whether anybody fits",
        "\x1b[1;33mchecked 1 file: nothing found; 1 more held back that follow from these; 1 not assessed\x1b[0m",
    ]
    place = Span(Source(f"{'剧本/' * 12}a.yaml", b"id: x\n"), 1, 1, 1, 3)
    placed = [Unassessed(RULE, "x", Phrase("有没有人符合" * 2, "whether anybody fits"), span=place)]
    lines = summary_text((), files=1, held_back=0, waived=0, left_over=[], not_assessed=placed, screen=Screen("zh-CN"))
    assert lines.splitlines()[1] == f"  {'剧本/' * 12}a.yaml:1:1", "a place is never broken"
    clean = summary_text((), files=1, held_back=0, waived=0, left_over=[], screen=Screen("en"))
    assert clean == "checked 1 file: nothing found"


ROWS = [
    ("stage", "entered", "went on to"),
    ("Erasure by recipients after a withdrawal", "39", "the end 79%"),
    ("会员全生命周期运营与权益提醒", "161", "Recall 86% and Activation 6% and Retention 3%"),
]


@pytest.mark.parametrize("columns", [60, 70, 80])
def test_a_table_keeps_within_a_terminal_and_loses_no_word(columns: int) -> None:
    lines = list(table(ROWS, Screen("en", columns, fits=True)))
    assert max(map(width, lines)) <= columns
    shown = "".join("".join(lines).split())
    assert sorted(shown) == sorted("".join("".join(cell for row in ROWS for cell in row).split()))


def test_through_a_pipe_a_row_stays_a_line() -> None:
    ids = [
        ("a-long-id-of-a-script", "script", "A title that is rather long", "playbooks/catalog/scripts-content.yaml:26")
    ]
    assert len(list(table(ids, Screen("en", 100)))) == 1
    first, second = table(ids, Screen("en", 80, fits=True))
    assert (first.split()[0], second) == ("a-long-id-of-a-script", "    playbooks/catalog/scripts-content.yaml:26")


def test_one_reason_of_many_things_is_told_once_with_the_first_places() -> None:
    one = finding(TEXT, "guid")
    alike = [
        Unassessed(one.rule, f"a/{n}", Phrase("没写为什么", "it does not say what for"), one.span) for n in range(5)
    ]
    text = "\n".join(settled_text((), alike, Screen("en", 200)))
    assert text.count("it does not say what for") == 1
    assert text.count(f"{one.span.path}:{one.span.line}:") == 3
    assert text.endswith("and 2 more")
