"""Rules of the workspace's own: what they may ask, what they find in real playbooks, how mistakes in them are told, what they can't do."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import jsonschema
import pytest

from sopkit import own, resources
from sopkit.diagnostics import fingerprint
from sopkit.own.conditions import MistakenError, Place, field_of, read
from sopkit.own.loading import MOST_RULES
from sopkit.rules.doubts import Doubts
from sopkit.source import Source
from sopkit.tree import Value
from tests.commands import CAPPED, GOOD, Run, Write, runner, writer
from tests.test_model_cases import REGENERATE
from tests.workspaces import SETTINGS, compiled, unjudged, write

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "own-rules.md").read_text("utf-8")
OF_THE_DOCS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SLACK = 4.0
"""Machines that test are slow, and several at once slower: what is looked for is ten times as long."""
RULE = """\
kind: rule
id: NAME
title: 规则
severity: error
select: "kind:step"
where: {within: {more_than: 30m}}
message: "{playbook} 的 {step} 太慢：{value}"
why: 客户等不了。
fix: 缩短 within
good: |
  kind: automation
  id: quick
  title: 快
  starts_on: order-paid
  steps: [{id: call, do: 电话, by: guide, within: 10m}]
bad: |
  kind: automation
  id: slow
  title: 慢
  starts_on: order-paid
  steps: [{id: call, do: 电话, by: guide, within: 2h}]
"""


@pytest.fixture
def write_workspace(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.fixture
def sopkit(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the reference playbooks with the rules of the documentation."""
    folder = shutil.copytree(ROOT / "playbooks", tmp_path_factory.mktemp("reference") / "playbooks")
    (folder / "rules").mkdir()
    for number, text in enumerate(OF_THE_DOCS):
        (folder / "rules" / f"{number}.yaml").write_text(text, "utf-8")
    return folder


def test_both_pages_have_the_same_rules() -> None:
    chinese = (ROOT / "docs" / "own-rules.zh-CN.md").read_text("utf-8")
    assert re.findall(r"^```yaml\n(.*?)^```$", chinese, re.DOTALL | re.MULTILINE) == OF_THE_DOCS
    assert len(OF_THE_DOCS) == 6


@pytest.mark.long
def test_rules_of_the_documentation_agree_with_their_examples(sopkit: Run, reference: Path) -> None:
    code, out, err = sopkit("rules", reference, "--test", "--lang", "en")
    assert (code, out, err) == (0, "own rules: 6; all agree with their examples\n", "")


def test_where_there_are_none_that_is_said(sopkit: Run, tmp_path: Path) -> None:
    write(tmp_path, {"sopkit.yaml": SETTINGS})
    said = "no own rules: the folder rules/ of the workspace holds none\n"
    assert sopkit("rules", tmp_path, "--test", "--lang", "en") == (0, said, "")


@pytest.mark.long
def test_rules_of_the_documentation_find_what_is_so_in_the_playbooks(sopkit: Run, reference: Path) -> None:
    code, out, _ = sopkit("check", reference, "--format", "json")
    assert code == 1
    said = json.loads(out)
    jsonschema.validate(said, json.loads((resources.folder("schemas") / "findings-v1.schema.json").read_bytes()))
    found: dict[str, list[str]] = {}
    for one in said["findings"]:
        found.setdefault(one["code"], []).append(one["subject"])
    assert {"own/chat-has-approver", "own/no-sundays", "own/slow-task", "own/stage-without-exit"} <= set(found)
    assert "cadence/short-video" in found["own/no-sundays"]
    assert "lifecycle/membership/dawn" in found["own/stage-without-exit"]
    assert "lifecycle/new-member/awareness" not in found["own/stage-without-exit"]
    assert len({one["fingerprint"] for one in said["findings"]}) == len(said["findings"])


WRITTEN: dict[str, Value] = {
    "via": ["sms", "email"],
    "within": "2h",
    "after": "1h..3h",
    "value": "50 CNY",
    "target": "≥ 15%",
    "minutes": 5,
    "required": True,
    "at": ["tue 20:00", "sun 09:30"],
    "until": "2026-12-31",
    "text": {"zh-CN": "比某某商城便宜", "en": "Cheaper than ACME"},
    "id": "thanks-sms",
    "steps": [{"send": "a"}, {"go": "end"}],
    "title": "[x] a",
}


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"via": "sms"}, True),
        ({"via": "call"}, False),
        ({"via": ["call", "email"]}, True),
        ({"via": {"equals": "sms"}, "id": {"equals": "other"}}, False),
        ({"required": True}, True),
        ({"minutes": 5}, True),
        ({"minutes": {"more_than": 4}}, True),
        ({"minutes": {"more_than": 5}}, False),
        ({"within": {"more_than": "119m"}}, True),
        ({"within": {"less_than": "1d"}}, True),
        ({"within": {"more_than": "50 CNY"}}, False),
        ({"after": {"more_than": "2h"}}, True),
        ({"after": {"less_than": "2h"}}, True),
        ({"after": {"more_than": "3h"}}, False),
        ({"value": {"more_than": "49.5 CNY"}}, True),
        ({"value": {"more_than": "10 USD"}}, False),
        ({"value": {"more_than": "10"}}, False),
        ({"target": {"less_than": "20%"}}, True),
        ({"at": {"after": "19:59"}}, True),
        ({"at": {"before": "09:30"}}, False),
        ({"at": {"contains": "SUN"}}, True),
        ({"until": {"before": "2027-01-01"}}, True),
        ({"until": {"after": "2026-12-31"}}, False),
        ({"text": {"contains": ["acme", "none"]}}, True),
        ({"text.zh-CN": {"contains": "acme"}}, False),
        ({"id": {"matches": "*-sms"}}, True),
        ({"id": {"matches": "thanks"}}, False),
        ({"title": {"matches": "[x]*"}}, True),
        ({"id": {"matches": "[a-z]*"}}, False),
        ({"steps.go": "end"}, True),
        ({"steps.wait": {"missing": True}}, True),
        ({"owner": {"missing": True}}, True),
        ({"owner": {"missing": False}}, False),
        ({"owner": {"more_than": 1}}, False),
        ({"not": {"via": "sms"}}, False),
        ({"any": [{"via": "call"}, {"id": "thanks-sms"}]}, True),
        ({"all": [{"via": "call"}, {"id": "thanks-sms"}]}, False),
        ({"not": {"any": [{"via": "call"}, {"owner": {"missing": False}}]}}, True),
    ],
)
def test_what_a_condition_asks(where: Value, holds: bool) -> None:
    graph = compiled(GOOD).graph
    node = graph.nodes["automation/thanks"]
    assert read(where, ("where",)).holds(Place(node, WRITTEN, graph)) is holds


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"kind": "role"}, 1),
        ({"kind": "stage"}, 0),
        ({"kind": "step", "side": "after"}, 1),
        ({"kind": "step", "side": "before"}, 0),
    ],
)
def test_neighbours_are_counted(asked: dict[str, Value], count: int) -> None:
    graph = compiled(GOOD).graph
    place = Place(graph.nodes["automation/thanks"], {}, graph)
    assert read({"neighbours": {**asked, "equals": count}}, ()).holds(place)
    assert not read({"neighbours": {**asked, "more_than": count}}, ()).holds(place)
    assert read({"neighbours": {**asked, "less_than": count + 1}}, ()).holds(place)


def test_fields_lead_through_lists() -> None:
    assert field_of(WRITTEN, "steps.go") == ["end"]
    assert field_of(WRITTEN, "text.en") == "Cheaper than ACME"
    assert field_of(WRITTEN, "via.x") is None


def found(files: dict[str, str]) -> list[str]:
    return [f"{one.rule.code} {one.message('zh-CN')}" for one in compiled({"sopkit.yaml": CAPPED, **files}).findings]


def test_a_rule_finds_what_meets_it() -> None:
    assert found({"play.yaml": GOOD, "rules/a.yaml": RULE.replace("NAME", "slow")}) == [
        "own/slow thanks 的 thank 太慢：1h"
    ]


def test_a_waiver_accepts_it(sopkit: Run, write_workspace: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    waived = GOOD.replace(
        "audience:",
        "waive: [{rule: own/slow, at: thank, reason: 短信不急, approved_by: guide, until: 2026-12-31}]\naudience:",
    )
    folder = write_workspace({"play.yaml": waived, "rules/a.yaml": RULE.replace("NAME", "slow")})
    code, out, _ = sopkit("check", folder, "--lang", "en")
    assert "own/slow slow" not in out
    assert "1 waived" in out
    monkeypatch.chdir(folder)
    assert "own/slow slow" in sopkit("explain", "own/slow", "--lang", "en")[1]
    assert "own/slow" in sopkit("rules")[1]
    assert {one["code"] for one in json.loads(sopkit("rules", "--format", "json")[1])} > {"own/slow", "SOP301"}
    assert sopkit("explain", "own/quick")[0] == 2
    assert code == 0


def test_the_examples_are_tried(sopkit: Run, write_workspace: Write) -> None:
    folder = write_workspace(
        {"play.yaml": GOOD, "rules/a.yaml": (ROOT / "tests/own/against-its-example.yaml").read_text("utf-8")}
    )
    shown = ""
    for lang in ("zh-CN", "en"):
        code, out, _ = sopkit("rules", folder, "--test", "--lang", lang)
        assert code == 1
        shown += out.replace(f"{folder}/", "")
    expected = ROOT / "tests" / "own" / "against-its-example.out"
    if REGENERATE:
        expected.write_text(shown, "utf-8")
    assert shown == expected.read_text("utf-8")


def test_a_mistake_in_a_rule_takes_no_proof_along() -> None:
    rule = RULE.replace("NAME", "slow").replace("within:", "withn:", 1)
    whole = compiled({"sopkit.yaml": CAPPED, "play.yaml": GOOD, "rules/a.yaml": rule})
    assert [one.rule.code for one in whole.findings] == ["SOP914"]
    assert any(one.rule.code == "SOP301" for one in whole.proved)


def test_what_follows_from_a_mistake_in_a_playbook_is_held_back() -> None:
    rule = RULE.replace("NAME", "slow")
    whole = compiled({"sopkit.yaml": CAPPED, "play.yaml": GOOD.replace("via: sms", "via: smss"), "rules/a.yaml": rule})
    assert "own/slow" not in {one.rule.code for one in whole.findings}
    assert whole.held_back


@pytest.mark.parametrize(
    "text", ["{step.__class__}", "{0}", "{}", "{step!r}", "{step:>999999999}", "{unknown}", "}", "{{step}}"]
)
def test_messages_are_filled_with_words_and_nothing_else(text: str) -> None:
    loaded = own.load([Source("rules/a.yaml", RULE.replace("NAME", "a").replace("{step}", text).encode())])
    assert [one.rule.code for one in loaded.findings] == ["SOP914"]
    assert loaded.rules == ()


def test_a_rule_is_bounded() -> None:
    many = "---\n".join(RULE.replace("NAME", f"r{number}") for number in range(MOST_RULES + 1))
    loaded = own.load([Source("rules/a.yaml", many.encode())])
    assert len(loaded.rules) == MOST_RULES
    assert [one.rule.code for one in loaded.findings] == ["SOP914"]
    deep: Value = {"via": "sms"}
    for _ in range(9):
        deep = {"not": deep}
    many_asked: Value = {"any": [{"via": "sms"} for _ in range(101)]}
    long: Value = {"id": {"matches": "*" * 201}}
    long_list: Value = {"via": ["x" for _ in range(201)]}
    for where in (deep, many_asked, long, long_list):
        with pytest.raises(MistakenError):
            read(where, ("where",))


def test_no_pattern_takes_long() -> None:
    condition = read({"title": {"matches": "*a" * 100}}, ())
    graph = compiled(GOOD).graph
    place = Place(graph.nodes["automation/thanks"], {"title": "a" * 5000 + "b"}, graph)
    start = time.process_time()
    assert not condition.holds(place)
    assert time.process_time() - start < 0.5


def test_findings_keep_their_fingerprints_when_lines_move() -> None:
    rule = RULE.replace("NAME", "slow")
    before = compiled({"sopkit.yaml": CAPPED, "play.yaml": GOOD, "rules/a.yaml": rule}).findings
    after = compiled({"sopkit.yaml": CAPPED, "play.yaml": "# 注释\n\n" + GOOD, "rules/a.yaml": rule}).findings
    assert [fingerprint(one) for one in before] == [fingerprint(one) for one in after]
    assert before


@pytest.mark.long
def test_fifty_rules_on_a_thousand_playbooks_take_half_a_second() -> None:
    plays = {f"p{n}.yaml": GOOD.partition("---\n")[0].replace("id: thanks\n", f"id: p{n}\n") for n in range(1000)}
    whole = unjudged({**plays, "scripts.yaml": GOOD.partition("---\n")[2]})
    rules = "---\n".join(RULE.replace("NAME", f"r{n}").replace("30m", f"{n + 55}m") for n in range(50))
    start = time.process_time()
    loaded = own.load([Source("rules/a.yaml", rules.encode())])
    told, _ = own.check(loaded, whole.graph, whole.forest, Doubts(whole.forest))
    spent = time.process_time() - start
    assert len(told) == 5 * 1000
    assert spent < 0.5 * SLACK
