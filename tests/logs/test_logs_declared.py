"""What `logs` may say is what logs are read into; mistakes are found where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopkit.audit import Status, audit
from sopkit.diagnostics import Severity
from sopkit.logs import naming, tables
from sopkit.logs.case import LogCase
from sopkit.logs.engine import Engine
from sopkit.logs.needed import NEEDS
from sopkit.logs.practice import observe
from sopkit.logs.pseudonyms import pseudonyms
from sopkit.logs.reading import open_logs
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


@pytest.mark.parametrize(
    ("says", "wrong"),
    [
        ("values: {state: {已发送: sent}}", ""),
        ("values: {state: {已发送: sentt}}", "SOP166"),
        ("columns: {due: 时限}", "SOP165"),
        ("timezone: 北京时间", "SOP158"),
    ],
)
def test_a_mistake_in_a_mapping_leaves_what_is_said_of_the_plan_as_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], says: str, wrong: str
) -> None:
    plan = {"sopkit.yaml": SETTINGS + "jurisdictions: [cn]\n", "play.yaml": logged.PLAY}
    text = f"{LOG}    {says}\n"
    done, alone = compiled({**plan, "sopkit.yaml": plan["sopkit.yaml"] + text}), compiled(plan)
    assert [one.rule.code for one in done.findings if one.weight is Severity.ERROR] == [wrong] * bool(wrong)
    assert [one.sort_key for one in done.proved] == [one.sort_key for one in alone.proved]
    assert done.held_back == 0
    found, expected = (
        [(one.id, one.status, one.reasons) for one in audit(each, lambda _: False).results] for each in (done, alone)
    )
    assert found == expected
    assert Status.PASS in {status for _, status, _ in found}
    folder = write(tmp_path / "shop", {**plan, "sopkit.yaml": plan["sopkit.yaml"] + text})
    _, _, told = runner(capfd)("audit", folder, "-o", tmp_path / "audit", "--lang", "en")
    assert ("the workspace has 1 error, so this may not be all of it: sopkit check" in told) == bool(wrong)


def test_a_zone_that_does_not_exist_elsewhere_holds_the_plan_back() -> None:
    done = compiled({"sopkit.yaml": SETTINGS.replace("Asia/Shanghai", "北京时间") + "jurisdictions: [cn]\n"})
    assert "SOP158" in {one.rule.code for one in done.findings}
    assert Status.PASS not in {one.status for one in audit(done, lambda _: False).results}


def test_nothing_is_concluded_from_a_log_whose_values_are_said_to_mean_what_does_not_exist(tmp_path: Path) -> None:
    sent = "logs/sent.csv", "customer,time,channel,purpose\n" + "c1,2026-11-01 10:00,短信,transaction\n" * 3
    bought = "logs/events.csv", "customer,time,event\nc1,2026-11-01 10:00,order-paid\n"
    (tmp_path / "logs").mkdir()
    for name, text in (sent, bought):
        (tmp_path / name).write_text(text, encoding="utf-8")
    caps = "caps: [{id: daily, max: 1, per: day}]\n"
    found = {}
    for said in ("sms", "smss"):
        text = f"{SETTINGS}{caps}{LOG}    values: {{channel: {{短信: {said}}}}}\n"
        done = compiled({"sopkit.yaml": text, "play.yaml": logged.PLAY})
        work = tmp_path / said
        work.mkdir()
        with Engine(work) as engine:
            store, _ = open_logs(done, tmp_path, [str(tmp_path / "logs")], engine, work)
            found[said] = observe(LogCase(done, store), pseudonyms(tmp_path, {})).observations
    right, wrong = ({(one.rule.code, one.subject): (one.status, one.reason) for one in some} for some in found.values())
    assert right["SOP301", "cap/daily"] == ("broken", None)
    status, reason = wrong["SOP301", "cap/daily"]
    assert status == "not assessed"
    assert reason is not None
    assert "sent (SOP166)" in reason.en
    assert "sent (SOP166)" in reason.zh
    touched = {code for code, needs in NEEDS.items() if "touches" in needs}
    assert {status for (code, _), (status, _) in wrong.items() if code in touched} == {"not assessed"}
    others = [key for key in right if key[0] not in {*touched, "SOP991", "SOP992", "SOP993"}]
    assert others
    assert [wrong[key] for key in others] == [right[key] for key in others]


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
