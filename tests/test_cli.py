"""The command line as such: both languages, wrong usage, odd terminals, faults of ours."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from sopkit import __version__
from sopkit.catalogue import RULES
from sopkit.cli import app
from sopkit.cli.console import asked_lang, environment_lang, fixed_day
from sopkit.render.rule_page import advice
from sopkit.text import Lang
from tests import workspaces

COMMANDS = tuple(app.COMMANDS)


@dataclass(frozen=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command line in this process."""

    def run(*arguments: str) -> Ran:
        capfd.readouterr()
        code = app.main(arguments)
        return Ran(code, *capfd.readouterr())

    return run


def process(
    *arguments: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run one command line in a process of its own, in a bare environment."""
    needed = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "SOPKIT_CACHE_DIR") if name in os.environ}
    command = [sys.executable, "-m", "sopkit", *arguments]
    return subprocess.run(command, check=False, capture_output=True, cwd=cwd, env=needed | dict(environment or {}))


BROKEN = """\
kind: automation
id: 欢迎
title: 新会员欢迎
stepz: []
"""


def test_alone_it_names_the_next_three_commands(sopkit: Run) -> None:
    english, chinese = sopkit("--lang", "en"), sopkit("--lang", "zh-CN")
    assert (
        english.out
        == """\
Commands to type next:
  sopkit init my-brand          make a workspace with a journey to start from
  sopkit check my-brand         find what is misspelt, missing or leads nowhere
  sopkit build my-brand -o out  make the staff manuals and checklists
All commands: sopkit --help
"""
    )
    assert (
        chinese.out
        == """\
接下来可以输入：
  sopkit init my-brand          新建一个工作区，里面有一份能直接改的客户旅程
  sopkit check my-brand         检查：有没有写错、漏写、走不通的地方
  sopkit build my-brand -o out  生成员工手册和检查清单
全部命令：sopkit --help
"""
    )
    assert (english.code, chinese.code) == (0, 0)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_has_a_help_page_in_both_languages(sopkit: Run, command: tuple[str, ...], lang: Lang) -> None:
    page = sopkit(*command, "--help", "--lang", lang)
    assert page.code == 0
    assert page.out.startswith({"zh-CN": "用法：", "en": "Usage:"}[lang])
    has_chinese = any("\u4e00" <= char <= "\u9fff" for char in page.out)
    assert has_chinese is (lang == "zh-CN")
    for line in re.split(r"\n(?! {4})", page.out):  # a long name stands above its description
        if line.startswith("  -") and lang == "zh-CN":
            assert not line.isascii(), f"not translated: {line}"


def test_descriptions_keep_most_of_the_line(sopkit: Run) -> None:
    for name in COMMANDS:
        lines = sopkit(name, "--help", "--lang", "en").out.partition("Options:\n")[2].splitlines()
        starts = {found.end() for line in lines if (found := re.match(r"  -\S.*?\S {2,}(?=\S)", line))}
        assert len(starts) == 1
        assert starts.pop() <= 44
        assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["chek"], "there is no command “chek”; did you mean “check”?", "没有命令“chek”；是不是“check”？"),
        (["xyzzy"], "there is no command “xyzzy”", "没有命令“xyzzy”"),
        (
            ["check", "--formt", "json"],
            "there is no option --formt; did you mean --format?",
            "没有选项 --formt；是不是 --format？",
        ),
        (
            ["check", "--fial", "warning"],
            "no option --fial; did you mean --fail-on?",
            "没有选项 --fial；是不是 --fail-on？",
        ),
        (["check", "--allow"], "did you mean --allow-not-assessed?", "是不是 --allow-not-assessed？"),
        (["build", "--outptu", "x"], "did you mean --output?", "是不是 --output？"),
        (["check", "--zzzz"], "there is no option --zzzz\n", "没有选项 --zzzz\n"),
        (["check", "--format", "xml"], "--format must be one of terminal, json", "--format 只能是 terminal, json"),
        (["check", "--format"], "option --format needs a value", "选项 --format 要带一个值"),
        (["check", "--as-of", "tomorrow"], "“tomorrow” is not a date; write it as 2026-12-31", "“tomorrow”不是日期"),
        (["check", "--lang", "fr"], "--lang must be one of zh-CN, en", None),
        (["check", "a", "b", "c"], "“b c” is more than this command takes", "多了“b c”，这个命令用不上"),
        (["explain"], "RULE is missing", "少了 RULE"),
        (["explain", "SOP1000"], "there is no rule “SOP1000”", "没有规则“SOP1000”"),
        (["new", "lifecyle", "x"], "there is no kind “lifecyle”", "没有“lifecyle”这种文档"),
        (["new", "kpi", "../x"], "“../x” is no id", "“../x”不能作 id"),
        (["new", "rule", "x"], "docs/own-rules.md", "docs/own-rules.zh-CN.md"),
        (["schema", "lifecyle"], "there is no schema of “lifecyle”", "没有“lifecyle”的 schema"),
        (["check", "no-such-folder"], "sopkit init no-such-folder", "sopkit init no-such-folder"),
        (["build", "."], "--output is missing", "少了 --output"),
        (["graph", "x", "-o"], "Usage: sopkit graph --help", "用法：sopkit graph --help"),
        (
            ["graph", "-o", "flow.pdf"],
            "the name may end in .svg .mmd .mermaid .dot .gv .graphml .json",
            "后缀可以是 .svg",
        ),
        (["explain", "SOP999"], "SOP902  unused-waiver", "SOP902  unused-waiver"),
        (["new"], "KIND is one of catalog, lifecycle", "KIND 是 catalog、lifecycle"),
        (["new", "kpi"], "as sopkit new kpi birthday-gift", "如 sopkit new kpi birthday-gift"),
        (["--as-of"], "option --as-of needs a value", "选项 --as-of 要带一个值"),
    ],
)
def test_wrong_usage_is_answered_in_both_languages(
    sopkit: Run, arguments: list[str], english: str, chinese: str | None
) -> None:
    for lang, wanted in (("en", english), ("zh-CN", chinese)):
        if wanted is not None:
            ran = sopkit("--lang", lang, *arguments)
            assert (ran.code, ran.out) == (2, "")
            assert wanted in ran.err


def test_outside_a_workspace_check_names_init(sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sopkit("check", "--lang", "en")
    assert ran.code == 2
    assert "sopkit init my-brand" in ran.err
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks/sopkit.yaml").write_text(workspaces.SETTINGS, "utf-8")
    assert "there is a workspace in playbooks: run it in there" in sopkit("check", "--lang", "en").err
    assert "there is a workspace in playbooks: run it in there" in sopkit("check", ".", "--lang", "en").err


def test_the_nearest_workspace_upward_is_meant(sopkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspaces.write(tmp_path, {"journeys/play.yaml": BROKEN})
    monkeypatch.chdir(tmp_path / "journeys")
    ran = sopkit("check", "--lang", "en")
    assert ran.code == 1
    assert "play.yaml:4:1" in ran.out


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW.UTF-8"}, "zh-CN"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment: Mapping[str, str], lang: Lang) -> None:
    assert environment_lang(environment, io.TextIOWrapper(io.BytesIO(), "utf-8")) == lang


def test_where_chinese_cannot_be_shown_messages_are_english() -> None:
    assert environment_lang({"LANG": "zh_CN"}, io.TextIOWrapper(io.BytesIO(), "ascii")) == "en"
    assert environment_lang({"LANG": "zh_CN"}, io.TextIOWrapper(io.BytesIO(), "gbk")) == "zh-CN"


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        (["--lang", "en", "check"], "en"),
        (["check", "--lang=zh-CN"], "zh-CN"),
        (["check", "--lang", "ZH-cn"], "zh-CN"),
        (["check", "--", "--lang", "en"], None),
        (["check", "--lang"], None),
        (["check", "--lang", "fr"], None),
    ],
)
def test_the_language_is_known_before_the_line_is_parsed(arguments: list[str], lang: Lang | None) -> None:
    assert asked_lang(arguments) == lang


OTHERS = [pytest.param(one, marks=pytest.mark.long) for one in ("ascii", "latin-1", "cp437", "utf-8")]


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["gbk", *OTHERS])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_no_encoding_brings_it_down(write_workspace: Callable[[object], Path], encoding: str, lang: Lang) -> None:
    folder = write_workspace({"play.yaml": BROKEN.replace("新会员欢迎", "新会员𠮷👍欢迎")})
    ran = process("check", str(folder), "--lang", lang, environment={"PYTHONIOENCODING": encoding})
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    text = ran.stdout.decode(encoding)
    assert "stepz" in text
    assert "^^^^^" in text
    for page in ([], ["--help"], ["check", "--help"], ["rules"], ["explain", "SOP101"], ["check", "nowhere"]):
        assert b"Traceback" not in process(*page, "--lang", lang, environment={"PYTHONIOENCODING": encoding}).stderr


@pytest.mark.long
def test_carets_stay_in_place_where_chinese_cannot_be_shown(write_workspace: Callable[[object], Path]) -> None:
    folder = write_workspace(
        {"play.yaml": "kind: automation\nid: a\ntitle: {zh-CN: 欢迎, ZZ: x}\nstarts_on: [order-paid]\nsteps: []\n"}
    )
    ran = process("check", str(folder), environment={"PYTHONIOENCODING": "ascii"})
    lines = ran.stdout.decode("ascii").splitlines()
    at = next(n for n, line in enumerate(lines) if "ZZ: x" in line)
    assert lines[at].index("ZZ") == lines[at + 1].index("^")
    assert "????" in lines[at]


@pytest.mark.long
def test_json_is_utf8_whatever_the_terminal_is(write_workspace: Callable[[object], Path]) -> None:
    folder = write_workspace({"play.yaml": BROKEN})
    ran = process("check", str(folder), "--format", "json", "--lang", "zh-CN", environment={"PYTHONIOENCODING": "gbk"})
    assert "stepz" in ran.stdout.decode("utf-8")


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
def test_a_reader_that_goes_away_is_no_fault(write_workspace: Callable[[object], Path]) -> None:
    folder = write_workspace({f"play-{n}.yaml": BROKEN for n in range(200)})
    command = f'"{sys.executable}" -m sopkit check "{folder}" | head -n 1; echo ${{PIPESTATUS[0]}}'
    ran = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True)
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[-1] == "141"


@pytest.mark.parametrize("value", ["²", "9" * 12, "9" * 5000, "1767225600000", "-5", "today", " 1767225600"])
def test_a_time_that_is_none_is_wrong_usage(sopkit: Run, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    for lang, said in (
        ("zh-CN", "不是时间；请写成 1970 年以来的秒数"),
        ("en", "which is no time; write seconds since 1970"),
    ):
        ran = sopkit("--lang", lang, "rules")
        assert (ran.code, ran.out) == (2, "")
        assert f"“{value}”" in ran.err
        assert said in ran.err
        assert "SOURCE_DATE_EPOCH" in ran.err


def test_a_time_is_a_day_in_utc() -> None:
    assert fixed_day({}) is None
    assert fixed_day({"SOURCE_DATE_EPOCH": ""}) is None
    assert fixed_day({"SOURCE_DATE_EPOCH": "0"}) == date(1970, 1, 1)
    assert fixed_day({"SOURCE_DATE_EPOCH": "1782863999"}) == date(2026, 6, 30)
    assert fixed_day({"SOURCE_DATE_EPOCH": "1782864000"}) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("redirected", "code", "said"),
    [
        ("rules >/dev/full", 2, "sopkit: standard output: the disk is full; free some space\n"),
        ("--help >/dev/full", 2, "sopkit: standard output: the disk is full; free some space\n"),
        ("schema >/dev/full", 2, "sopkit: standard output: the disk is full; free some space\n"),
        ("rules >&-", 0, ""),
        ("nonsense 2>/dev/full", 2, ""),
        ("nonsense 2>&-", 2, ""),
    ],
)
def test_an_output_that_takes_nothing_is_no_fault_of_ours(redirected: str, code: int, said: str) -> None:
    command = f'"{sys.executable}" -m sopkit --lang en {redirected}'
    ran = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", said)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", "my/sopkit.yaml: 没有权限；请换一个位置，或修改权限"),
        ("en", "my/sopkit.yaml: access is denied; choose another place or change who may write"),
    ],
)
def test_what_the_system_denies_is_named_with_its_place(
    sopkit: Run, monkeypatch: pytest.MonkeyPatch, lang: Lang, said: str
) -> None:
    def deny(_self: Path) -> bool:
        raise PermissionError(13, "Permission denied", "my/sopkit.yaml")

    monkeypatch.setattr(Path, "is_file", deny)
    ran = sopkit("--lang", lang, "check", "my")
    assert (ran.code, ran.out, ran.err) == (2, "", f"sopkit: {said}\n")


def test_an_interrupt_is_quiet(sopkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "start", interrupted)
    ran = sopkit()
    assert (ran.code, ran.out, ran.err) == (130, "", "")


@pytest.mark.parametrize(
    ("lang", "apology"),
    [("en", "sopkit itself failed (ZeroDivisionError)"), ("zh-CN", "自己出错了（ZeroDivisionError）")],
)
def test_a_fault_of_ours_is_a_sentence(sopkit: Run, monkeypatch: pytest.MonkeyPatch, lang: Lang, apology: str) -> None:
    def failing(*_arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "start", failing)
    ran = sopkit("--lang", lang)
    assert ran.code == 3
    assert apology in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in sopkit("--lang", lang, "--debug").err


def test_the_version_is_told_with_other_options_too(sopkit: Run) -> None:
    assert sopkit("--lang", "en", "--version").out == f"sopkit {__version__}\n"


def test_colours_follow_the_option_the_terminal_and_no_color(
    sopkit: Run, write_workspace: Callable[[object], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(write_workspace({"play.yaml": BROKEN}))
    assert "\x1b[" not in sopkit("check", folder).out
    assert "\x1b[" in sopkit("check", folder, "--color", "always").out
    assert "\x1b[" in sopkit("--color", "always", "check", folder).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in sopkit("check", folder, "--color", "always").out


def test_a_page_says_where_advice_is_when_each_finding_has_its_own(sopkit: Run) -> None:
    assert "What to do\n  it depends on the place: see “fix” at each finding\n" in sopkit("explain", "SOP301").out


@pytest.mark.long
def test_every_rule_has_a_page_in_both_languages(sopkit: Run) -> None:
    for rule in RULES:
        for lang in ("zh-CN", "en"):
            page = sopkit("explain", rule.name, "--lang", lang)
            assert page.code == 0
            assert page.out.startswith(f"{rule.code} {rule.name}")
            shown = "".join(page.out.split())
            for text in (rule.summary.within(lang), rule.why.within(lang), advice(rule, lang)):
                assert "".join(text.split()) in shown
    listed = sopkit("rules", "--lang", "en").out
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("SOP")] == [rule.code for rule in RULES]
