"""What `logs` may say is what logs are read into; mistakes are found where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.audit import Status, audit
from sopkit.diagnostics import Severity
from sopkit.logs import naming, tables
from sopkit.resolve import logs
from sopkit.text import Phrase
from tests.commands import runner
from tests.logs import logged
from tests.workspaces import SETTINGS, compiled, write

LOG = "logs:\n  sent:\n    of: touches\n    file: logs/sent.csv\n"


def found(text: str) -> list[tuple[str, str, str]]:
    return [
        (one.rule.code, f"{one.span.path}:{one.span.line}:{one.span.column}", one.span.excerpt())
        for one in compiled({"sopkit.yaml": SETTINGS + LOG + text}).findings
        if one.rule.code not in ("SOP216", "SOP217", "SOP219")
    ]


def test_fields_and_words_are_those_that_logs_are_read_into() -> None:
    assert {of: tuple(one.name for one in some) for of, some in tables.FIELDS.items()} == dict(logs.FIELDS)
    assert {key: tuple(words) for key, words in naming.CLOSED.items()} == dict(logs.WORDS)


def test_mistakes_are_found_where_they_stand() -> None:
    lines = len((SETTINGS + LOG).splitlines())
    assert found("    values: {channel: {短信: smss, 彩信: sms}}\n") == [
        ("SOP166", f"sopkit.yaml:{lines + 1}:28", "smss")
    ]
    assert found("    columns:\n      customer: 会员\n      due: 时限\n") == [
        ("SOP165", f"sopkit.yaml:{lines + 3}:7", "due")
    ]
    assert found("    timezone: 北京时间\n") == [("SOP158", f"sopkit.yaml:{lines + 1}:15", "北京时间")]
    assert found("    columns: {customer: 会员}\n    values: {channel: {短信: sms, x: sms}}\n") == []


@pytest.mark.parametrize(("state", "wrong"), [("sent", False), ("sentt", True)])
def test_a_mistake_in_a_mapping_leaves_what_is_said_of_the_plan_as_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], state: str, wrong: bool
) -> None:
    plan = {"sopkit.yaml": SETTINGS + "jurisdictions: [cn]\n", "play.yaml": logged.PLAY}
    text = f"{LOG}    values: {{state: {{已发送: {state}}}}}\n"
    done, alone = compiled({**plan, "sopkit.yaml": plan["sopkit.yaml"] + text}), compiled(plan)
    assert [one.rule.code for one in done.findings if one.weight is Severity.ERROR] == ["SOP166"] * wrong
    assert [one.sort_key for one in done.proved] == [one.sort_key for one in alone.proved]
    assert done.held_back == 0
    found, expected = (
        [(one.id, one.status, one.reasons) for one in audit(each, lambda _: False).results] for each in (done, alone)
    )
    assert found == expected
    assert Status.PASS in {status for _, status, _ in found}
    folder = write(tmp_path / "shop", {**plan, "sopkit.yaml": plan["sopkit.yaml"] + text})
    _, _, told = runner(capfd)("audit", folder, "-o", tmp_path / "audit", "--lang", "en")
    assert ("the workspace has 1 errors, so this may not be all of it: sopkit check" in told) == wrong


PLAY = """\
kind: automation
id: thanks
title: 下单感谢
starts_on: [order-paid]
runs_in: map
steps:
  - {id: thank, send: thanks-sms, via: sms, for: transaction, within: 1h}
"""


def test_a_step_that_nothing_is_called_by_is_found_with_near_names() -> None:
    for right in ("thank", "thanks/thank", "automation/thanks/thank"):
        text = LOG + f"    values: {{step: {{谢谢: {right}}}}}\n"
        assert not [
            one
            for one in compiled({"sopkit.yaml": SETTINGS + text, "play.yaml": PLAY}).findings
            if one.rule.code == "SOP166"
        ]
    text = LOG + "    values: {step: {谢谢: thanks/thakn}}\n"
    (found,) = [
        one
        for one in compiled({"sopkit.yaml": SETTINGS + text, "play.yaml": PLAY}).findings
        if one.rule.code == "SOP166"
    ]
    assert found.span.excerpt() == "thanks/thakn"
    assert found.suggestions == ("thanks/thank",)


STEPS = """\
kind: automation
id: thanks
title: 下单感谢
starts_on: [order-paid]
runs_in: map
steps:
  - {id: rest, wait: 1d}
  - {id: note, do: 记一笔, by: guide}
"""


@pytest.mark.parametrize(("of", "expected"), [("touches", "s0"), ("steps", "note")])
def test_steps_are_offered_that_such_a_log_has_and_it_is_told_where_there_are_more(of: str, expected: str) -> None:
    sends = "".join(f"  - {{id: s{number}, send: thanks-sms, via: sms}}\n" for number in range(9))
    text = LOG.replace("touches", of) + "    values: {step: {谢谢: zzzzzzzzzz}}\n"
    (found,) = [
        one
        for one in compiled({"sopkit.yaml": SETTINGS + text, "play.yaml": STEPS + sends}).findings
        if one.rule.code == "SOP166"
    ]
    known = found.args["known"]
    assert isinstance(known, Phrase)
    assert known.en.startswith(f"`thanks/{expected}`, `thanks/s")
    assert known.en.endswith(" or another")
    assert known.zh.endswith(" 等")
    assert "rest" not in known.en
