"""Five mistakes in one workspace are five findings, each at its place, and none besides."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sopkit.cli import app
from tests.workspaces import TODAY, compiled, found, write

FILES = {
    "journey.yaml": """\
        kind: lifecycle
        id: newcomers
        title: 新客
        owner: lead
        review_by: 2027-03-31
        audience: members
        starts_on: member-joined
        runs_in: map
        stages:
          hello:
            title: 欢迎
            steps:
              - {id: greet, send: greeting, via: sms, for: onboarding, witin: 1h}
              - {id: call, do: 电话问候, by: giude, within: 2d}
            targets: [{kpi: replies, target: ≥ 15%}]
            next:
              - {after: 7d, go: end}
          later:
            title: 之后
            next:
              - {after: 7d, go: end}
        """,
    "nouns.yaml": """\
        kind: catalog
        roles:
          lead: {title: 主管}
        scripts:
          greeting:
            title: 欢迎语 #晨曦
            text: 【晨曦】您好，欢迎入会，拒收请回复R
        """,
    "kpi.yaml": """\
        kind: kpi
        id: replies
        title: 回复率
        owner: lead
        review_by: 2027-03-31
        unit: percent
        better: higher
        formula: {share: {customers: {chat-replied: ever}}, of: {customers: {member-joined: ever}}}
        per: month
        measured_in: bi
        ---
        kind: kpi
        id: replies
        title: 又一个回复率
        owner: lead
        review_by: 2027-03-31
        unit: percent
        better: higher
        formula: {count: {events: chat-replied}}
        per: month
        measured_in: bi
        """,
}


def test_each_mistake_is_found_once_at_its_place() -> None:
    assert sorted(place.split(" ", 1)[1] for place in found(FILES)) == [
        "journey.yaml:13:64",
        "journey.yaml:14:34",
        "journey.yaml:18:3",
        "kpi.yaml:13:5",
        "nouns.yaml:6:12",
    ]


def test_their_codes_differ() -> None:
    assert len({place.split(" ", 1)[0] for place in found(FILES)}) == 5


EXPECTED = {
    "unknown-key": ("journey.yaml", 13, 64, "witin"),
    "undefined-name": ("journey.yaml", 14, 34, "giude"),
    "unreachable-stage": ("journey.yaml", 18, 3, "later"),
    "duplicate-id": ("kpi.yaml", 13, 5, "replies"),
    "text-not-quoted": ("nouns.yaml", 6, 12, "欢迎语 #晨曦"),
}


def test_each_says_what_it_is_of() -> None:
    assert {
        finding.rule.name: (finding.span.path, finding.span.line, finding.span.column, finding.span.excerpt())
        for finding in compiled(FILES).findings
    } == EXPECTED


def test_the_command_line_says_the_same(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "shop", FILES)
    assert app.main(["--as-of", TODAY.isoformat(), "check", str(folder), "--format", "json"]) == 1
    told = json.loads(capfd.readouterr().out)
    assert {one["rule"]: (one["file"].rpartition("/")[2], one["line"], one["column"]) for one in told["findings"]} == {
        rule: place[:3] for rule, place in EXPECTED.items()
    }
    assert len(told["findings"]) == len(EXPECTED)


@pytest.mark.parametrize(("lang", "summary"), [("zh-CN", "5 个错误"), ("en", "5 errors")])
def test_the_terminal_shows_each_at_its_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], lang: str, summary: str
) -> None:
    folder = write(tmp_path / "shop", FILES)
    assert app.main(["--lang", lang, "--as-of", TODAY.isoformat(), "check", str(folder)]) == 1
    out, err = capfd.readouterr()
    shown = out + err
    for name, (path, line, column, _) in EXPECTED.items():
        assert re.search(rf"{name}  \S*{path}:{line}:{column}\n", shown)
    assert summary in shown.splitlines()[-1]
