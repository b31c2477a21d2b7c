"""Where Chinese text and YAML bite each other in silence: each is told, and `sopkit check --fix` mends it, not a byte besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit import schema
from sopkit.cli import app
from sopkit.diagnostics import Finding
from sopkit.fixing import apply_fixes
from sopkit.reader import read
from sopkit.source import Source
from tests import workspaces

STEP = """\
kind: automation
id: welcome
title: 新客欢迎\r
owner: guide  # 负责人
review_by: 2027-03-31
starts_on: joined
steps:
  - {{id: hello, do: 打招呼, by: guide, within: 1d}}
{line}
"""

CATALOG = """\
kind: catalog
roles:
  guide: {title: 导购}
tools:
  pos: {title: 收银系统, owner: guide}
events:
  joined: {title: 入会, tool: pos}
"""

LOSSES = [
    pytest.param("  - {id: call, do: 快来#晨曦, by: guide, within: 1d}", '"快来#晨曦"', "SOP105", id="hash-in-text"),
    pytest.param("  - id: call\n    do: 快来 #晨曦\n    by: guide\n    within: 1d", '"快来 #晨曦"', "SOP105", id="hash-behind-text"),
    pytest.param("  - id: call\n    do: 618\n    by: guide\n    within: 1d", '"618"', "SOP105", id="number"),
    pytest.param("  - id: call\n    do: ~\n    by: guide\n    within: 1d", '"~"', "SOP105", id="null"),
    pytest.param("  - id: call\n    do: 提醒: 今晚开播\n    by: guide\n    within: 1d", '"提醒: 今晚开播"', "SOP022", id="colon"),
    pytest.param("  - id: call\n    do: @所有人 今晚开播\n    by: guide\n    within: 1d", '"@所有人 今晚开播"', "SOP032", id="sign"),
    pytest.param("  - id：call\n    do: 回访\n    by: guide\n    within: 1d", "id: call", "SOP012", id="full-width-colon"),
    pytest.param("  - {id：call, do: 回访, by: guide, within: 1d}", "{id: call, do: 回访", "SOP012", id="full-width-in-brackets"),
    pytest.param("  - {id： call， do: 回访, by: guide, within: 1d}", "{id: call, do: 回访", "SOP012", id="full-width-up-to-a-plain-key"),
    pytest.param("  - {id: call, do: {zh-CN：回访，en: Call}, by: guide, within: 1d}", "{zh-CN: 回访, en", "SOP012", id="up-to-english"),
    pytest.param("  - {id: call, do：回访，checklist: [看档案], by: guide, within: 1d}", "回访, checklist", "SOP012", id="up-to-a-list"),
    pytest.param("  - {id: call, do： 回访， by： guide， within： 1d}", "do: 回访, by: guide", "SOP012", id="full-width-with-blanks"),
    pytest.param("  - id:call\n    do: 回访\n    by: guide\n    within: 1d", "id: call", "SOP020", id="no-space"),
    pytest.param("　- id: call\n　  do: 回访\n　  by: guide\n　  within: 1d", "\n  - id: call", "SOP011", id="wide-indent"),
    pytest.param("  - id: call\n    do: 回访　\n    by: guide\n    within:　1d", "within: 1d", "SOP011", id="wide-blank"),
    pytest.param("  - id: call\n    do: 回\u200b访\n    by: guide\n    within: 1d", "do: 回访", "SOP008", id="invisible"),
]  # fmt: skip

UNSURE = [
    pytest.param("  - {id: call, do: {en: Five tags, five messages}, by: guide, within: 1d}", "SOP105", id="words-in-brackets"),
    pytest.param("  - id: call\n    do: 回访\n    by: guide\n    within: 010", "SOP043", id="leading-zero"),
]  # fmt: skip


def text_of(line: str) -> str:
    return STEP.replace("{{", "{").replace("}}", "}").replace("{line}", line)


def findings(text: str) -> list[Finding]:
    reading = read(Source("a.yaml", text.encode()))
    return [*reading.findings, *(finding for tree in reading.trees for finding in schema.check(tree))]


@pytest.mark.parametrize(("line", "mended", "code"), LOSSES)
def test_the_command_mends_it(
    line: str, mended: str, code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = text_of(line)
    assert code in {finding.rule.code for finding in findings(text)}
    root = workspaces.write(
        tmp_path / "w", {"sopkit.yaml": workspaces.SETTINGS, "catalog.yaml": CATALOG, "welcome.yaml": ""}
    )
    (root / "welcome.yaml").write_bytes(text.encode())
    app.main(["check", str(root), "--fix", "--lang", "en"])
    assert "checked again" in "".join(capfd.readouterr())
    app.main(["check", str(root), "--fix"])
    after = (root / "welcome.yaml").read_bytes().decode()
    assert mended in after
    assert findings(after) == []
    assert after.startswith(text[: text.index(line)]), "what stands before is untouched"
    assert after.endswith("1d\n" if line.endswith("1d") else "1d}\n")
    before = (root / "welcome.yaml").stat().st_mtime_ns
    app.main(["check", str(root), "--fix"])
    assert (root / "welcome.yaml").stat().st_mtime_ns == before, "what is mended is not written again"


@pytest.mark.parametrize(("line", "code"), UNSURE)
def test_what_could_mean_two_things_waits_to_be_asked_for(line: str, code: str) -> None:
    found = findings(text_of(line))
    assert [finding.rule.code for finding in found].count(code) == 1
    assert apply_fixes(found) == ()
    assert apply_fixes(found, unsafe=True)


def test_two_spaces_before_a_hash_begin_a_comment() -> None:
    assert findings(text_of("  - {id: call, do: 回访, by: guide, within: 1d}  # 先看档案")) == []


def test_tabs_are_mended_only_where_their_width_does_not_matter() -> None:
    alike = "steps:\n\t- id: a\n\t  do: b\n\t\n"
    (fixed,) = apply_fixes(read(Source("a.yaml", alike.encode())).findings)
    assert fixed.data == b"steps:\n  - id: a\n    do: b\n\t\n"
    unlike = "a:\n\tb:\n    c: 1\n"
    found = read(Source("a.yaml", unlike.encode())).findings
    assert [finding.rule.code for finding in found] == ["SOP010"]
    assert apply_fixes(found) == ()


@pytest.mark.parametrize(
    ("written", "better"), [(">= 15%", "≥ 15%"), ("> 15%", '"> 15%"'), (">= 99 CNY", "≥ 99 CNY"), (">=4", "≥ 4")]
)
def test_an_unquoted_comparison_is_mended(written: str, better: str) -> None:
    for text in (f"target: {written}\nid: a\n", f"- {{target: {written}, id: a}}\n"):
        (finding,) = read(Source("a.yaml", text.encode())).findings
        assert finding.rule.code == "SOP031"
        assert finding.span.excerpt() == written
        (fixed,) = apply_fixes([finding])
        assert fixed.data.decode() == text.replace(written, better)
        assert read(Source("a.yaml", fixed.data)).findings == ()


def test_a_quoted_key_is_text_whatever_signs_it_holds() -> None:
    for text in ('{"a：1，b：2，c": d}\n', '{"a：1，b：2"}\n'):
        assert read(Source("a.yaml", text.encode())).findings == ()
